#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Threads of a driver that sleep for a thousand seconds leave it at once when it is restarted, stopped or unloaded.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/sleeper" --kernel "$KERNEL" -o "$OUT/sleeper")
vm --timeout 240 --module "$ko" -- "$(guest <<'END'
ok "modprobe" modprobe sleeper
# All threads, each within its sleep.
asleep() { [ "$(ps -o stat,comm | grep -c '^[SD].* sleeper[0-9]')" = 3 ]; }
ok "they sleep" wait_for 10 asleep
echo restart >/sys/kernel/sfi/sleeper/control
is "state after restart" "$(domain sleeper state)" live
ok "they sleep again" wait_for 10 asleep
us=$(domain sleeper last_recovery_us)
ok "the restart took $us us, less than two seconds" test "$us" -lt 2000000
echo stop >/sys/kernel/sfi/sleeper/control
is "no thread is left" "$(ps -o comm | grep -c '^sleeper[0-9]')" 0
ok "nobody was left inside" sh -c "! dmesg | grep 'did not leave'"
remove_all sleeper
healthy
END
)"
