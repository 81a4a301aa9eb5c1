# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The guest's half of ./sfi demo, after test/vm/cards.sh. Lines that begin with
# "@" are for the host's half: fields with "|" between them. The host has set
# $BUGS, those that fire one after another, and $VOLLEYS, those at random.

SFI_PARAMETERS=/sys/module/sfi/parameters
TRANSFER_PORT=5001 TRANSFER_RATE=400000

now_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }
restarted() { [ "$(domain e1000 restarts)" -gt "$1" ] && domain_live e1000; }

# --- the applications: one transfer and one ping, from a to b -------------------

received() { cat /tmp/progress 2>/dev/null || echo 0; }
receives_more_than() { [ "$(received)" -gt "$1" ]; }
receiver_listens() { ip netns exec b ss -tln | grep -q :$TRANSFER_PORT; }
over() { [ -s "$1" ]; }

transfer_start() {
	{
		ip netns exec b /root/stream receive $TRANSFER_PORT /tmp/progress /tmp/gaps 2>/tmp/receive.end |
			sha256sum >/tmp/received.sum
	} &
	wait_for 10 receiver_listens || return 1
	{
		ip netns exec a /root/stream send $ADDR_B $TRANSFER_PORT $TRANSFER_RATE /tmp/stop 2>/tmp/send.end |
			sha256sum >/tmp/sent.sum
	} &
	wait_for 10 receives_more_than 0
	ip netns exec a ping -D -i 0.2 $ADDR_B >/tmp/ping 2>&1 &
	ping=$!
}

# The transfer's longest pause that ended after millisecond $1.
pause_since() { awk -v t="$1" '$1 > t && $2 > max { max = $2 } END { print max + 0 }' /tmp/gaps; }

# @transfer|bytes|connections|what is wrong with it, nothing if it is intact|longest pause, ms|ping's longest, ms
transfer_end() {
	kill $ping
	touch /tmp/stop
	wait_for 120 over /tmp/sent.sum && wait_for 10 over /tmp/received.sum
	wrong=
	[ ! -s /tmp/send.end ] || wrong="sender: $(cat /tmp/send.end)"
	# shellcheck disable=SC2046 # words
	set -- $(cat /tmp/receive.end)
	[ "${2:-}" = 1 ] || wrong="$wrong; receiver: $*"
	[ -s /tmp/sent.sum ] && [ "$(cat /tmp/sent.sum)" = "$(cat /tmp/received.sum)" ] ||
		wrong="$wrong; sent $(cut -c1-16 /tmp/sent.sum), received $(cut -c1-16 /tmp/received.sum)"
	echo "@transfer|${4:-0}|${2:-0}|${wrong#; }|$(pause_since 0)|$(
		sed -n 's/^\[\([0-9.]*\)\] .*bytes from.*/\1/p' /tmp/ping |
			awk 'NR > 1 && $1 - last > max { max = $1 - last } { last = $1 } END { printf "%d", max * 1000 }')"
}

# --- one bug after another --------------------------------------------------------

# Fires bug $1 and tells what became of it:
# @bug|function:bug|context|us of recovery|ours of them|the driver's|ms of pause|verdict|first line of the report
bug() {
	reports=$(domain e1000 violations) restarts=$(domain e1000 restarts) at=$(now_ms)
	verdict=survived
	echo "--- $1"
	if ! plant_fire "$1" e1000_call_by_command; then
		verdict="did not fire"
	elif ! wait_for 30 restarted "$restarts"; then
		verdict="not restarted ($(domain e1000 state))"
	elif [ "$(domain e1000 violations)" -ne $((reports + 1)) ]; then
		verdict="$(($(domain e1000 violations) - reports)) reports"
	elif ! wait_for 30 receives_more_than "$(received)"; then
		verdict="the transfer does not go on"
	fi
	wait "$CALL"
	report=
	[ "$(domain e1000 violations)" = "$reports" ] || report=$(domain e1000 last_report | head -n 1)
	[ -z "$report" ] || echo "$report"
	context=$(domain e1000 last_report | sed -n 's/.*context *: \([a-z]*\).*/\1/p' | head -n 1)
	pause=$(pause_since "$at")
	[ "$verdict" != survived ] || echo "the transfer went on after $pause ms"
	echo "@bug|$1|${context:-?}|$(domain e1000 last_recovery_us)|$(domain e1000 last_outage_us)|$(
		domain e1000 last_driver_us)|$pause|$verdict|$report"
}

# --- bugs at random -----------------------------------------------------------------

load_start() {
	taskset 1 ip netns exec a ping -q -i 0.005 -s 1000 $ADDR_B >/dev/null 2>&1 &
	load=$!
	taskset 2 ip netns exec b ping -q -i 0.005 -s 1000 $ADDR_A >/dev/null 2>&1 &
	load="$load $!"
}

packet_crosses() { ip netns exec a ping -c 1 -W 1 $ADDR_B; }

# Has bug $1 called, if that is done by a command. The driver may fail in it before it gets there.
press() {
	while grep -qF "$1" $PLANT/arm; do
		e1000_call_by_command "${1%%:*}"
		sleep 0.5
	done
}

# $1: bugs with "," between them are armed at once; with "!" before, the restart under way is not waited for.
volley() {
	fired=$(cat $PLANT/fired)
	case $1 in
	!*) ;;
	*)
		wait_for 30 packet_crosses
		wait_for 10 receives_more_than "$(received)"
		;;
	esac
	bugs=$(echo "${1#!}" | tr , ' ')
	echo "$bugs" >$PLANT/arm
	for b in $bugs; do
		press "$b" >/dev/null 2>&1 &
	done
	wait_for 30 plant_fired $((fired + $(echo "$bugs" | wc -w) - 1)) || echo "did not fire: $(cat $PLANT/arm)"
}

# @random|fired|reports|restarts|what is wrong
random_bugs() {
	wrong='' before=$(cat $PLANT/fired) reports=$(domain e1000 violations) restarts=$(domain e1000 restarts)
	load_start
	for v in $VOLLEYS; do
		volley "$v"
		[ "$(domain e1000 state)" != dead ] || break
	done
	wait_for 60 domain_live e1000 || wrong="; the driver is $(domain e1000 state)"
	# shellcheck disable=SC2086 # a list
	kill $load
	# It may have to wait for TCP's longest retransmission timer.
	wait_for 150 receives_more_than "$(received)" || wrong="$wrong; the transfer does not go on"
	reports=$(($(domain e1000 violations) - reports)) restarts=$(($(domain e1000 restarts) - restarts))
	[ $reports = $restarts ] || wrong="$wrong; $reports reports, but $restarts restarts"
	echo "@random|$(($(cat $PLANT/fired) - before))|$reports|$restarts|${wrong#; }"
}

# --- health -----------------------------------------------------------------------

# Removes all modules again and looks at what is left.
health() {
	trouble=
	cards=$(echo /sys/bus/pci/drivers/e1000/0000*)
	cards=$(for c in $cards; do echo "/sys/bus/pci/devices/${c##*/}/enable"; done)
	[ "$(echo $(cat $cards))" = "1 1" ] || trouble="$trouble; cards enabled $(echo $(cat $cards)) times"
	[ "$(domain e1000 leaked)" = 0 ] || trouble="$trouble; objects without a record: $(domain e1000 leaked)"
	[ "$(cat $PLANT/victim_intact)" = Y ] || trouble="$trouble; the planted bugs' victim was hit"
	rmmod e1000 || trouble="$trouble; e1000 cannot be removed"
	rmmod sfi_plant || trouble="$trouble; sfi_plant cannot be removed"
	[ "$(echo $(cat $cards))" = "0 0" ] || trouble="$trouble; cards still enabled $(echo $(cat $cards)) times"
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
	echo "@health|$taint|${trouble#; }"
}

modprobe e1000 || exit 1
cards_work || exit 1
# As many restarts as the policy can allow.
echo 64 >$SFI_PARAMETERS/restart_max
transfer_start || exit 1
for b in $BUGS; do
	bug "$b"
done
[ -z "$VOLLEYS" ] || random_bugs
transfer_end
health
