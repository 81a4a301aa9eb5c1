#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A call that sleeps in the kernel, and that no wake-up gets out: its driver is left dead as it is. Once the
# call has left, what the driver held is released, and it can be started again.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/starve" --kernel "$KERNEL" -o "$OUT/starve")
cc -O1 -Wall -static -pthread -o "$OUT/withhold" "$TOP/test/system/stranded/withhold.c"
vm --timeout 240 --module "$ko" --file "$OUT/withhold:/root/withhold" -- "$(guest <<'END'
ok "modprobe" modprobe starve
objects=$(domain starve objects)
/root/withhold /dev/starve /root/asked /root/give &
writer=$!
ok "the write() waits for its page" wait_for 10 test -e /root/asked
echo stop >/sys/kernel/sfi/starve/control &
dead() { [ "$(domain starve state)" = dead ]; }
ok "left dead" wait_for 30 dead
wait_for 5 sh -c "dmesg | grep -q 'did not leave'"
ok "the log says why" sh -c "dmesg | grep 'starve: .*a call did not leave the driver'"
ok "nothing was taken from under it" test "$(domain starve objects)" -ge "$objects"
touch /root/give
ok "the call leaves, all is released" wait_for 30 sh -c "dmesg | grep -q 'starve: the call has left the driver, all is released'"
ok "the writer ends" wait $writer
wait
is "nothing is held" "$(domain starve state) $(domain starve objects)" "dead 0"
echo restart >/sys/kernel/sfi/starve/control
is "it can be started again" "$(domain starve state) $(domain starve objects)" "live $objects"
remove_all starve
healthy
END
)" || fail "the machine ended with $?"
