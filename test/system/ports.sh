#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Ports addressed in hard interrupts, while the same CPU goes through the kernel's list of devices, whose lock does not keep
# interrupts out: the check of the port takes no such lock. And after a restart the ports are the driver's still.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/ports" --kernel "$KERNEL" -o "$OUT/ports")
vm --module "$ko" --qemu "-device pci-testdev" -- "$(guest <<'END'
ok "modprobe" taskset 1 modprobe ports
reads() { cat /sys/module/ports/parameters/reads; }
read_on() { [ "$(reads)" -gt $((before + 1000)) ]; }
before=$(reads)
ok "the devices are listed" taskset 1 timeout 20 sh -c '
	i=0
	while [ $((i = i + 1)) -le 300 ]; do cat /proc/bus/pci/devices || exit 1; done >/dev/null'
ok "ports were read meanwhile" read_on
ok "restart" sh -c 'echo restart >/sys/kernel/sfi/ports/control'
ok "live" wait_for 10 domain_live ports
before=$(reads)
ok "ports are read again" wait_for 10 read_on
is "never too early" "$(cat /sys/module/ports/parameters/early)" 0
is "no violation" "$(domain ports violations)" 0
remove_all ports
healthy
END
)" || fail "the machine ended with $?"
