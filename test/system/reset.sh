#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A device with a function-level reset is reset when its driver fails: after the last call has left the driver, before
# what it held is released. Then the driver has it again, with its windows where they were.
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
# The registers that say where its windows are.
windows() { od -An -tx4 -j 16 -N 24 "$card/config"; }
before=$(windows)
ok "it has windows" sh -c "echo '$before' | grep -q '[1-9a-f]'"
echo 'p:reset pcie_flr' >$T/kprobe_events
echo 'p:freed free_irq' >>$T/kprobe_events
echo 1 >$T/events/kprobes/enable
echo 1 >$T/events/sfi/recovery/enable
echo mutex_locked_twice >/dev/misuse 2>/dev/null
there() { domain_live misuse && [ -e /dev/misuse ]; }
ok "the driver is back" wait_for 20 there
is "the order" "$(sed -n 's/.*: \(reset: (pcie_flr\|freed: (free_irq\).*/\1/; s/^\(reset\|freed\): .*/\1/p; s/.*step=\(evicted\|released\).*/\1/p' \
	$T/trace | tr '\n' ' ')" "evicted reset freed released "
is "its windows are where they were" "$(windows)" "$before"
ok "the reset is not ours" test "$(domain misuse last_driver_us)" -ge 100000
remove_all misuse
healthy
END
)" || fail "the machine ended with $?"
