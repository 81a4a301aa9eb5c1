#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A handler that never acknowledges a level-triggered interrupt is found, and so is its line masked while nobody serves
# it: with one CPU too, where the storm leaves no time for anything else. So is one that is a thread only.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/storm" --kernel "$KERNEL" -o "$OUT/storm")

# $1: CPUs, $2: parameters of the module
run() {
	vm --timeout 240 --smp "$1" --qemu "-device edu" --module "$ko" -- "parameters='$2'
$(guest <<'END'
ok "modprobe" modprobe storm $parameters
served() { [ "$(cat /dev/storm)" -gt "$1" ]; }
again() { [ "$(domain storm restarts)" = "$1" ] && domain_live storm && [ -e /dev/storm ]; }
echo control >/dev/storm
ok "an interrupt is served" wait_for 10 served 0
sleep 2
is "once, and nothing else" "$(cat /dev/storm)" 1
is "and no violation" "$(domain storm violations)" 0
echo storm >/dev/storm
ok "restarted after a storm" wait_for 40 again 1
report=$(last_violation)
case $report in
*"interrupt storm: "*" calls took "*"% of CPU "*" ms by handler+0x0/"*" [storm] (storm.c:"*) pass "the report" ;;
*) fail "the report is '$report'" ;;
esac
echo control >/dev/storm
ok "an interrupt is served again" wait_for 10 served 0
echo storm_bug >/dev/storm
ok "restarted after a bug in the handler" wait_for 40 again 2
echo control >/dev/storm
ok "an interrupt is served once more" wait_for 10 served 0
is "no line was turned off by the kernel" "$(dmesg | grep -c 'nobody cared')" 0
remove_all storm
healthy
END
)"
}

for cpus in 1 2; do
	for parameters in "" threaded=1; do
		echo "with $cpus CPUs $parameters"
		run $cpus "$parameters" || fail "the machine ended with $?"
	done
done

# $1: the kernel's parameter
wakes() {
	vm --qemu "-device edu" --append "$1" --module "$ko" -- "$(guest <<'END'
ok "modprobe" modprobe storm woken=1
served() { [ "$(cat /dev/storm)" -gt "$1" ]; }
for i in 0 1 2; do
	echo control >/dev/storm
	ok "interrupt $i is served" wait_for 10 served $i
done
is "and no violation" "$(domain storm violations)" 0
remove_all storm
healthy
END
)"
}
echo "a handler that wakes a thread"
wakes quiet || fail "the machine ended with $?"
echo "a handler that wakes a thread, and is one itself"
wakes threadirqs || fail "the machine ended with $?"
