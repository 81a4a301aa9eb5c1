# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The guest's half of ./sfi bench, after test/vm/cards.sh. The host sets $MODULES
# (drivers of the two cards), $RUNS, and appends the rows.
# Prints one line a run: "@run|ROW|packets". Between its two marks the emulator's plugin counts instructions.
#
# The kernel's own account of what it was idle is of no use for that: an interrupt that comes while it serves the
# packets of another makes it count as idle what follows. One processor only: with more
# they would take turns, and what waits for the other in a loop would be counted.

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
	run_in_a "$@"
	sleep 1
	for run in $(seq "$RUNS"); do
		p0=$(packets)
		mark begin
		run_in_a "$@"
		mark end
		echo "@run|$row|$(($(packets) - p0))"
		sleep 1
	done
}

# The same, once, for breakdown.sh. Prints "@packets|ROW|packets".
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
