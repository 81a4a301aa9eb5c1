# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The guest's half of ./sfi bench, after test/vm/cards.sh. The host sets $MODULES
# (drivers of the two cards), $RUNS, and appends the rows.
# Prints one line a run: "@run|ROW|packets|instructions".
#
# The machine runs with -icount shift=0,sleep=off: one nanosecond of its time is
# one instruction, except that an idle processor's clock jumps to the next
# timer. So the instructions of an interval are its length less the idle time,
# which the kernel keeps to the nanosecond (idle_sleeptime in /proc/timer_list:
# from entering idleness to the next interrupt, without the interrupts). One
# processor only: with more they would take turns, and the work of one would
# be time that passes for the other.

# "now idle", nanoseconds.
clock() {
	awk '/^now at/ { now = $3 } /\.idle_sleeptime/ { idle += $3 }
		END { printf "%.0f %.0f\n", now, idle }' /proc/timer_list
}

# Packets that crossed the wire, either way: what both cards have sent.
packets() {
	a=$(ip netns exec a cat /sys/class/net/card/statistics/tx_packets)
	b=$(ip netns exec b cat /sys/class/net/card/statistics/tx_packets)
	echo $((a + b))
}

# Runs the command in a.
run_in_a() {
	ip netns exec a "$@" >/tmp/client 2>&1 || {
		cat /tmp/client
		exit 1
	}
}

# Row $1: the remaining arguments are the client's command, run in a. One more run first, to warm up.
measure() {
	row=$1
	shift
	for run in $(seq 0 "$RUNS"); do
		p0=$(packets) start=$(clock)
		run_in_a "$@"
		end=$(clock) p1=$(packets)
		[ "$run" = 0 ] || echo "$start $end $p0 $p1" | awk -v row="$row" '{
			printf "@run|%s|%.0f|%.0f\n", row, $6 - $5, ($3 - $1) - ($4 - $2) }'
		sleep 1
	done
}

# The same, once, between two marks for the emulator's plugin (breakdown.sh). Prints "@packets|ROW|packets".
count() {
	row=$1
	shift
	run_in_a "$@"
	sleep 1
	p0=$(packets)
	mark begin
	run_in_a "$@"
	mark end
	echo "@packets|$row|$(($(packets) - p0))"
	sleep 1
}

# Where each function of the kernel is.
symbols() { grep ' [tTwW] ' /proc/kallsyms | gzip | base64 | sed 's/^/@symbols|/'; }

# The pages of e1000's rights table, if it has one.
leaves() {
	self=$(awk '$3 == "__sfi_self" && $4 == "[e1000]" { print $1 }' /proc/kallsyms)
	[ -n "$self" ] || return 0
	modprobe sfi_leaves self=0x$self || exit 1
	sed 's/^/@leaves|/' /proc/sfi_leaves
}

modprobe -a $MODULES || exit 1
cards_work >/dev/null || exit 1
ip netns exec b qperf &
iperf_server
