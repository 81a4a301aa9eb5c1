#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Calls that sleep or give way and never end are reported, then stopped, by elapsed and by CPU time; those that may
# wait for ever are left alone. Objects that grow and grow are reported, or the driver restarted.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/starve" --kernel "$KERNEL" -o "$OUT/starve")
# Where a task that runs in the kernel keeps its CPU.
vm --timeout 400 --append preempt=voluntary --module "$ko" -- "$(guest <<'END'
P=/sys/module/sfi/parameters
echo 10 >$P/restart_max
echo 1 >$P/restart_window_s
limits() {
	echo "$1" >$P/call_soft_ms
	echo "$2" >$P/call_hard_ms
	echo "$3" >$P/cpu_soft_ms
	echo "$4" >$P/cpu_hard_ms
}
limits 500 2000 0 0
ok "modprobe" modprobe starve
again() { [ "$(domain starve restarts)" = "$1" ] && domain_live starve && [ -e /dev/starve ]; }
# $1: what, $2: its report, a pattern of the shell
reported() {
	report=$(last_violation)
	# shellcheck disable=SC2254 # a pattern on purpose
	case $report in
	$2) pass "$1: the report" ;;
	*) fail "$1: the report is '$report'" ;;
	esac
}

cat /dev/starve &
sleep 5
is "a thread and a read() may wait" "$(domain starve violations) $(domain starve overdue)" "0 0"
echo work_sleeps >/dev/starve
ok "a work item that sleeps: restarted" wait_for 30 again 1
reported "a work item that sleeps" "*call over its budget: * ms of time in kworker/*, limit 2000 ms by work_sleeps+0x0/* \[starve\] (starve.c:*)"
is "it was reported once before" "$(domain starve overdue)" 1
ok "in the log too" sh -c "dmesg | grep 'sfi: starve: a call of work_sleeps (work_struct__func) has taken'"
wait
echo work_flushes >/dev/starve
ok "a work item that waits for its own queue: restarted" wait_for 30 again 2
reported "a work item that waits for its own queue" "*call over its budget: * ms of time in kworker/*, limit 2000 ms by work_flushes+0x0/*"

limits 0 0 300 1500
echo work_spins >/dev/starve
ok "a work item that gives way: restarted" wait_for 60 again 3
reported "a work item that gives way" "*call over its budget: * ms of CPU time in kworker/*, limit 1500 ms by work_spins+*"
echo call_spins >/dev/starve 2>/dev/null
ok "a write() that gives way: restarted" wait_for 60 again 4
reported "a write() that gives way" "*call over its budget: * ms of CPU time in sh/*, limit 1500 ms by starve_write+*"

limits 0 0 0 0
overdue=$(domain starve overdue)
echo 300 >$P/hang_soft_ms
echo 5000 >$P/hang_ms
echo work_runs >/dev/starve
more() { [ "$(domain starve overdue)" -gt "$overdue" ]; }
ok "a work item that runs, and ends, is reported" wait_for 10 more
ok "in the log" wait_for 15 sh -c "dmesg | grep 'sfi: starve: a call of work_runs (work_struct__func) has run for .* ms and not slept'"
is "once, and is no hang" "$(domain starve restarts) $(domain starve overdue)" "4 $((overdue + 1))"
echo 2000 >$P/hang_ms
echo 1000 >$P/hang_soft_ms

echo timer_searches >/dev/starve
ok "a timer's function that has the kernel call the driver for ever: restarted" wait_for 30 again 5
reported "a timer's function that has the kernel call the driver for ever" "*hang of * ms by * \[starve\] (starve.c:*)"
# Which is content with a moment.
taskset 2 nice -n 19 sh -c 'while :; do :; done' &
waits=$!
overdue=$(domain starve overdue)
ok "a write() that runs for long, and gives way" timeout 60 taskset 2 sh -c 'echo call_is_polite >/dev/starve'
is "is no hang" "$(domain starve state) $(domain starve restarts) $(domain starve overdue)" "live 5 $overdue"
kill $waits
wait

echo work_dumps >/dev/starve
ok "a dump without end: restarted" wait_for 10 again 6
reported "a dump without end" "*hang of * ms by work_dumps+* \[starve\] (starve.c:*)"

limits 500 0 0 0
echo work_sleeps >/dev/starve
sleep 4
is "without a hard limit it goes on" "$(domain starve state) $(domain starve restarts)" "live 6"
echo stop >/dev/starve

limits 0 0 0 0
echo 2 >$P/growth_period_s
echo 3 >$P/growth_periods
echo 10 >$P/growth_objects
sleep 8
is "nothing grows" "$(domain starve growths)" 0
echo leak >/dev/starve
grown() { [ "$(domain starve growths)" -ge "$1" ]; }
ok "a leak is noticed" wait_for 30 grown 1
ok "and said, with the types" sh -c "dmesg | grep -E 'sfi: starve: objects grow: from [0-9]+ to [0-9]+ \(heap [0-9]+, '"
is "and no more" "$(domain starve state) $(domain starve restarts)" "live 6"
echo Y >$P/growth_recovers
ok "or acted on" wait_for 30 again 7
reported "a leak" "*objects grow: from * to * (heap *"
ok "which ended it" test "$(domain starve objects)" -lt 50
echo 100 >$P/growth_objects
echo leak_large >/dev/starve
ok "few objects that are large: a leak too" wait_for 30 again 8
reported "a leak of few objects" "*objects grow: from * to * KiB (heap *"
remove_all starve
healthy
END
)" || fail "the machine ended with $?"
