# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The guest's half of ./sfi demo, after test/vm/cards.sh. Lines that begin with
# "@" are for the host's half: fields with "|" between them. $BUGS is set by the host.

restarted() { [ "$(domain e1000 restarts)" -gt "$1" ] && domain_live e1000; }

# Fires bug $1 and tells what became of it:
# @bug|function:bug|context|microseconds|verdict|first line of the report
bug() {
	reports=$(violations) restarts=$(domain e1000 restarts)
	verdict=survived
	echo "--- $1"
	if ! plant_fire "$1"; then
		verdict="did not fire"
	elif ! wait_for 30 restarted "$restarts"; then
		verdict="not restarted ($(domain e1000 state))"
	elif [ "$(violations)" -ne $((reports + 1)) ]; then
		verdict="$(($(violations) - reports)) reports"
	elif ! cards_work >/dev/null; then
		verdict="card does not work"
	fi
	wait
	report=
	[ "$(violations)" = "$reports" ] || report=$(last_violation)
	[ -z "$report" ] || echo "$report"
	context=$(domain e1000 last_report | sed -n 's/.*context *: \([a-z]*\).*/\1/p' | head -n 1)
	time=$(domain e1000 last_recovery_us)
	[ "$verdict" != survived ] || echo "restarted in $time us; ping works again"
	echo "@bug|$1|${context:-?}|${time:-0}|$verdict|$report"
}

# Removes all modules again and looks at what is left.
health() {
	trouble=
	[ "$(domain e1000 leaked)" = 0 ] || trouble="$trouble; objects without a record: $(domain e1000 leaked)"
	[ "$(cat $PLANT/victim_intact)" = Y ] || trouble="$trouble; the planted bugs' victim was hit"
	rmmod e1000 || trouble="$trouble; e1000 cannot be removed"
	rmmod sfi_plant || trouble="$trouble; sfi_plant cannot be removed"
	for dev in /sys/class/net/*; do
		case ${dev##*/} in lo) ;; *) trouble="$trouble; left: interface ${dev##*/}" ;; esac
	done
	for table in /proc/interrupts /proc/iomem; do
		! grep -q e1000 $table || trouble="$trouble; left in $table: e1000"
	done
	[ ! -e /sys/kernel/sfi/e1000 ] || trouble="$trouble; left: domain e1000"
	# All sfi modules, users before those they use.
	for m in $(sed 's/ .*//' /proc/modules | grep '^sfi_') sfi; do
		rmmod "$m" || trouble="$trouble; $m cannot be removed"
	done
	taint=$(cat /proc/sys/kernel/tainted)
	# 12: out of tree, 13: not signed.
	[ $((taint & ~(1 << 12 | 1 << 13))) = 0 ] || trouble="$trouble; taint $taint"
	! dmesg | grep -E 'WARNING: |BUG: |Oops' | grep -v 'sfi: ' || trouble="$trouble; warnings in the kernel's log"
	echo "@health|$taint|${trouble#; }"
}

modprobe e1000 || exit 1
cards_work || exit 1
iperf_server
ip netns exec a iperf3 -c $ADDR_B -t 2 | sed -n '/Interval/p; /sender/p; /receiver/p' || exit 1
iperf_stop
for b in $BUGS; do
	bug "$b"
done
health
