#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# No false alarm: an hour of the machine's time with light and bursty traffic, questions and changes of the configuration,
# and long silence, through an isolated driver that is well. Nothing is reported, nothing restarted.
# The machine counts instructions, and its clock jumps where it is idle: so the hour takes a minute or two.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000
vm --smp 1 --qemu "$(device e1000)" --qemu "-icount shift=0,sleep=off" --module "$BUILD/$KERNEL/drivers/e1000/e1000.ko" \
	--timeout 900 -- "$(guest <<'END'
uptime_s() { sed 's/[. ].*//' /proc/uptime; }
ok "modprobe" modprobe e1000
ok "cards" cards_work
iperf_server
# The hour begins when all is up.
start=$(uptime_s) round=0 failures=0
try() { "$@" >/tmp/try 2>&1 || { failures=$((failures + 1)); echo "round $round: $* failed:"; tail -n 3 /tmp/try; }; }
while [ $(($(uptime_s) - start)) -lt 3600 ]; do
	round=$((round + 1))
	try ip netns exec a ping -c 5 -i 0.2 -W 2 $ADDR_B
	try ip netns exec a iperf3 -c $ADDR_B -n 500K
	case $((round % 6)) in
	0) try ip netns exec a iperf3 -c $ADDR_B -u -b 5M -l 1400 -n 200K ;;
	1) try ip netns exec a iperf3 -c $ADDR_B -R -n 500K ;;
	2)
		for option in '' -i -g -k -a -d -S; do try ip netns exec a ethtool $option card; done
		ip -s -n a link >/dev/null
		;;
	3)
		ip -n b link set card down
		sleep 7
		ip -n b link set card up
		try wait_for 20 card_has_link b
		try wait_for 20 cards_ping
		;;
	4)
		mtu=$((mtu == 1400 ? 1500 : 1400))
		try ip -n a link set card mtu $mtu
		try ip netns exec a ethtool -G card rx $((64 << round % 3)) tx $((128 << round % 3))
		try wait_for 20 card_has_link a
		;;
	5)
		# Whom nobody answers: one side sends all the same.
		ip -n b link set card down
		ip netns exec a ping -c 30 -i 0.5 -W 1 $ADDR_B >/dev/null 2>&1
		ip -n b link set card up
		try wait_for 20 card_has_link b
		;;
	esac
	sleep $((25 + round * 7 % 60))
done
iperf_stop
echo "$round rounds in $(($(uptime_s) - start)) s"
is "what was asked for was done" $failures 0
ok "packets cross" wait_for 20 cards_ping
is "reports" "$(violations)" 0
is "restarts" "$(domain e1000 restarts)" 0
# What is only counted.
for count in overdue growths refused warnings; do
	is "$count" "$(domain e1000 $count)" 0
done
is "state" "$(domain e1000 state)" live
is "the kernel's own watchdog" "$(dmesg | grep -c 'NETDEV WATCHDOG')" 0
remove_all e1000
healthy
END
)"
