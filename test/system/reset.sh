#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A device with a function-level reset is reset when its driver fails: after the last call has left the driver, before
# anything is released, and without being able to master the bus. Then the driver has it again.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/misuse" --kernel "$KERNEL" -o "$OUT/misuse")
vm --module "$ko" \
	--qemu "-machine q35 -device pcie-root-port,id=root0 -device virtio-rng-pci,bus=root0,id=rng" -- "$(guest <<'END'
T=/sys/kernel/tracing
[ -d $T/events ] || mount -t tracefs tracefs $T
ok "modprobe" modprobe misuse
card=$(grep -lx 0x1044 /sys/bus/pci/devices/*/device | head -n 1)
card=${card%/device}
ok "there is a device" test -n "$card"
[ ! -e "$card/driver" ] || echo "${card##*/}" >"$card/driver/unbind"
echo misuse >"$card/driver_override"
echo "${card##*/}" >/sys/bus/pci/drivers_probe
ok "it is the driver's" test -e /dev/misuse
# $1: offset in configuration space, of a word
config() { od -An -tx2 -j "$1" -N 2 "$card/config" | tr -d ' '; }
before=$(config 16)
echo 'p:reset pcie_flr' >$T/kprobe_events
echo 1 >$T/events/kprobes/reset/enable
echo 1 >$T/events/sfi/recovery/enable
echo mutex_locked_twice >/dev/misuse 2>/dev/null
there() { domain_live misuse && [ -e /dev/misuse ]; }
ok "the driver is back" wait_for 20 there
is "the order" "$(sed -n 's/.*: reset: (pcie_flr.*/reset/p; s/.*step=\(evicted\|released\).*/\1/p' $T/trace | tr '\n' ' ')" \
	"evicted reset released "
is "its windows are where they were" "$(config 16)" "$before"
ok "the reset is not ours" test "$(domain misuse last_driver_us)" -ge 100000
remove_all misuse
healthy
END
)" || fail "the machine ended with $?"
