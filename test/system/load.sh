#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# An isolated e1000 is loaded, live, accounted for in sysfs, works, and is unloaded.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(driver e1000)
vm --qemu "$(device e1000)" --module "$ko" --file "$TOP/drivers/smoke/e1000.sh" -- "$(guest <<'END'
ok "modprobe" modprobe e1000
is "state" "$(domain e1000 state)" live
is "restarts" "$(domain e1000 restarts)" 0
is "violations" "$(domain e1000 violations)" 0
ok "the domain holds objects" test "$(domain e1000 objects)" -gt 0
ok "smoke script" sh /root/e1000.sh
echo "--- guards"; domain e1000 guards
echo "--- memory"; domain e1000 memory
covered=$(domain e1000 memory | sed -n 's/^covered //p')
ok "memory is at most 1/8 of what is covered and 1 MiB" \
	test "$(domain e1000 memory | sed -n 's/^used //p')" -le $((covered / 8 + (1 << 20)))
is "violations after traffic" "$(domain e1000 violations)" 0
for i in 1 2 3; do
	ok "rmmod $i" rmmod e1000
	ok "modprobe again $i" modprobe e1000
	is "state again $i" "$(domain e1000 state)" live
done
remove_all e1000
healthy
END
)"
