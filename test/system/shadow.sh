#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Applications do not notice that the driver of a network card was restarted: one TCP transfer goes through all
# failures byte by byte, the card keeps what it was configured to, and no call of the configuration fails.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants" -o "$OUT/e1000"
wakeup=$(sfi build "$TOP/test/system/wakeup" --plain --kernel "$KERNEL" -o "$OUT/wakeup")
vm --smp 2 --qemu "$(device e1000)" --module "$OUT/e1000/e1000.ko" --module "$(plant_module)" --module 8021q \
	--module "$wakeup" --file "$(command -v tc)" --timeout 400 -- "$(guest <<'END'
modprobe wakeup
ok "modprobe" modprobe e1000
modprobe 8021q
ok "cards" cards_work
echo 100 >/sys/module/sfi/parameters/restart_max

# Timers of the instances that poll the card are armed at any time, also when the driver fails.
for setting in gro_flush_timeout:200000 napi_defer_hard_irqs:2; do
	ip netns exec a sh -c "echo ${setting#*:} >/sys/class/net/card/${setting%:*}"
done

# --- what must be the same afterwards
ip netns exec a ethtool -G card rx 128 tx 512 >/dev/null
ip netns exec a ethtool -K card tso off >/dev/null
ip netns exec a ethtool -s card msglvl 0x3f >/dev/null
# Not what the card's own memory says, which a new instance begins with.
ok "wake-on-LAN" ip netns exec a ethtool -s card wol ub
ok "flow control" ip netns exec a ethtool -A card autoneg off rx on tx off
ip -n a link set card mtu 1400
ip -n a link set card txqueuelen 500
ip -n a link set card promisc on
ip -n a link add link card name card.7 type vlan id 7
ip -n a addr add 10.7.0.1/24 dev card.7
ip -n a link set card.7 up
ip -n a maddr add 33:33:00:00:12:34 dev card
ip -n a route add 192.0.2.0/24 via $ADDR_B dev card
ip netns exec a /root/tc qdisc replace dev card root pfifo limit 77
ip -n b link set card address 52:54:00:00:00:22
config() {
	ip -n "$1" -o link show
	ip -n "$1" -o addr show
	ip -n "$1" route show
	ip -n "$1" maddr show dev card
	ip netns exec "$1" /root/tc qdisc show dev card
	ip netns exec "$1" ethtool -g card
	ip netns exec "$1" ethtool -a card
	ip netns exec "$1" ethtool -k card
	ip netns exec "$1" ethtool -i card
	ip netns exec "$1" ethtool card | grep -v 'Link detected'
}
# What is measured, not configured, is left out; multicast addresses are in no order.
both() { { config a && config b; } | grep -vE 'MDI-X|^\s+(link|inet6?) ' && { config a && config b; } | grep -E '^\s+(link|inet6?) ' | sort; }
links() { card_has_link a && card_has_link b; }
addressed() { ! config a | grep -q tentative; }
ok "configured cards" cards_work
ok "addresses" wait_for 10 addressed
both >/tmp/before
stats() { ip netns exec a cat /sys/class/net/card/statistics/tx_packets; }

# --- one transfer through everything
mkfifo /tmp/open
sleep 1000 >/tmp/open &
(ip netns exec b nc -l -p 5001 </tmp/open >/tmp/received; echo over >/tmp/over) &
listening() { ip netns exec b ss -tln | grep -q :5001; }
ok "a receiver listens" wait_for 10 listening
(until [ -e /tmp/stop ]; do
	head -c 100000 /dev/urandom | tee -a /tmp/sent
	usleep 50000
done | ip netns exec a nc $ADDR_B 5001) &
ip -n a monitor link >/tmp/monitor 2>&1 &
monitor=$!
for bug in e1000_xmit_frame:wild_store e1000_tx_queue:null_read e1000_intr:wild_call e1000_clean:divide_error \
	e1000_clean_rx_irq:memset_overflow e1000_watchdog:interior_free; do
	packets=$(stats) restarts=$(domain e1000 restarts)
	echo "$bug" >$PLANT/arm
	again() { [ "$(domain e1000 restarts)" -gt "$restarts" ] && domain_live e1000; }
	ok "$bug: restarted" wait_for 30 again
	ok "$bug: packets cross" wait_for 20 cards_ping
	if [ "$(stats)" -ge "$packets" ]; then pass "$bug: statistics go on"; else fail "$bug: $packets packets, then $(stats)"; fi
done
is "the transfer is still under way" "$(cat /tmp/over 2>/dev/null)" ""
touch /tmp/stop
received() { [ -s /tmp/over ]; }
ok "the transfer ends" wait_for 120 received
ls -l /tmp/sent /tmp/received
is "every byte arrived, in order" "$(sha256sum </tmp/received)" "$(sha256sum </tmp/sent)"
kill $monitor
is "nobody was told that a card is gone" "$(grep -c Deleted /tmp/monitor)" 0

# --- calls in which the driver fails are made again
for bug in e1000_get_ringparam:heap_overflow e1000_get_drvinfo:foreign_object e1000_open:text_store; do
	fired=$(cat $PLANT/fired)
	echo "$bug" >$PLANT/arm
	case $bug in
	*ringparam*) ok "$bug: ethtool -g succeeds" ip netns exec a ethtool -g card ;;
	*drvinfo*) ok "$bug: ethtool -i succeeds" ip netns exec a ethtool -i card ;;
	*open*)
		ip -n a link set card down
		ok "$bug: ip link set up succeeds" ip -n a link set card up
		ip -n a route add 192.0.2.0/24 via $ADDR_B dev card
		;;
	esac
	is "$bug: fired" "$(cat $PLANT/fired)" $((fired + 1))
	ok "$bug: packets cross" wait_for 20 cards_ping
done

# --- one that is cut off by restarts is made again each time: this test of the link takes 4 seconds
ip netns exec a ethtool -t card online >/dev/null 2>&1 &
tester=$!
for i in 1 2 3; do
	sleep 1
	echo restart >/sys/kernel/sfi/e1000/control
done
sleep 2
ok "a call that was cut off three times goes on" kill -0 $tester
wait $tester
ok "and ends" test $? -le 1

ok "links" wait_for 10 links
ok "addresses again" wait_for 10 addressed
both >/tmp/after
ok "the configuration is the same" diff /tmp/before /tmp/after

# --- a card that is down has its VLANs when it is up again
ip -n b link add link card name card.7 type vlan id 7
ip -n b addr add 10.7.0.2/24 dev card.7
ip -n b link set card.7 up
vlan_pings() { ip netns exec a ping -c 1 -W 1 10.7.0.2 >/dev/null 2>&1; }
ok "packets cross in the VLAN" wait_for 20 vlan_pings
ip -n b link set card down
echo restart >/sys/kernel/sfi/e1000/control
ip -n b link set card up
ip -n b link set card.7 up
ok "and do again" wait_for 20 vlan_pings

# --- a driver that does not come back takes its cards along; who is having one blink is told
ip netns exec a ethtool -p card 600 >/dev/null 2>&1 &
blinker=$!
sleep 1
ok "a card blinks" kill -0 $blinker
echo 1 >/sys/module/sfi/parameters/restart_max
for i in 1 2 3; do
	echo e1000_xmit_frame:wild_store >$PLANT/arm
	ip netns exec a ping -c 1 -W 1 $ADDR_B >/dev/null 2>&1
	sleep 2
done
is "left dead" "$(domain e1000 state)" dead
is "the cards are gone" "$(ls /sys/bus/pci/drivers/e1000 2>/dev/null | grep -c ^0000)$(ip -n a -o link show | grep -c card:)" 00
gone() { ! kill -0 $blinker 2>/dev/null; }
ok "nothing blinks any more" wait_for 10 gone

# --- one that the operator starts again has all that it had: a call that it fails in is made again
echo 100 >/sys/module/sfi/parameters/restart_max
echo restart >/sys/kernel/sfi/e1000/control
is "started again" "$(domain e1000 state)" live
card=$(basename "$(ls -d /sys/bus/pci/drivers/e1000/0000*/net/* | head -n 1)")
echo e1000_get_ringparam:heap_overflow >$PLANT/arm
fired=$(cat $PLANT/fired)
ok "ethtool -g succeeds" ethtool -g "$card"
is "though the driver failed in it" "$(cat $PLANT/fired)" $((fired + 1))
remove_all e1000 sfi_plant wakeup
healthy
END
)"
