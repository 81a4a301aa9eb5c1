#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What is not contained, each a limit that the README names: the test is to say so when one of them is none any more. More
# of them are rows of drivers/sfi_misbehave/expect ("limit:").
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/limits" --kernel "$KERNEL" -o "$OUT/limits")
victim=$(sfi build "$TOP/drivers/sfi_victim" --plain --kernel "$KERNEL")

vm --module "$ko" --module "$victim" -- "$(guest <<'END'
ok "modprobe sfi_victim" modprobe sfi_victim
ok "loads" modprobe limits "read=$(cat /sys/module/sfi_victim/parameters/object)"
ok "reads are not checked (documented limit)" sh -c "dmesg | grep -q 'limits: it is 0x'"
is "and are no violation" "$(domain limits violations)" 0
remove_all limits sfi_victim
healthy
END
)" || fail "the machine ended with $?"

# $1: panic_on_warn
warns() { vm --module "$ko" -- "echo $1 >/proc/sys/kernel/panic_on_warn; modprobe limits warn=1 && dmesg | grep 'WARNING: .* at mm/'"; }
expect "a warning in a function of the kernel's is the kernel's (documented limit)" 0 warns 0
expect "and with panic_on_warn it is the end (documented limit)" 125 warns 1

# $1: CPUs
loops() { vm --smp "$1" --timeout 60 --module "$ko" -- 'modprobe limits loop=1; [ $? = 1 ] && dmesg | grep "VIOLATION in limits: hang of "'; }
expect "a loop with interrupts off is found by another CPU" 0 loops 2
expect "but not if there is none (documented limit)" 124 loops 1
