#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What crosses a network card while its driver fails and is restarted: statistics never go back, what is sent in an outage
# arrives after it, and a card that was to receive everything does so again.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
cc -D_GNU_SOURCE -O1 -Wall -static -o "$OUT/wire" "$TOP/test/system/crossing/wire.c"
# The other end has a driver that does not fail.
cards=$(device e1000 | sed 's/-device e1000,netdev=n1/-device virtio-net-pci,netdev=n1/')
vm --smp 2 --qemu "$cards" --module virtio_net --module virtio_pci --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
	--module "$(plant_module)" --file "$OUT/wire" -- "$(guest <<'END'
modprobe -a virtio_pci virtio_net
ok "modprobe" modprobe e1000
ok "cards" cards_work
echo 100 >/sys/module/sfi/parameters/restart_max

# Reads the statistics until file /tmp/stop exists: prints those that went back. In /tmp/sampled is then how often it has
# read them, how often in an outage, and the last numbers.
cat >/root/sample <<'SAMPLE'
samples=0 outage=0
for c in rx_packets tx_packets rx_bytes tx_bytes; do eval last_$c=0; done
until [ -e /tmp/stop ]; do
	read -r before </sys/kernel/sfi/e1000/state
	for c in rx_packets tx_packets rx_bytes tx_bytes; do
		read -r now </sys/class/net/card/statistics/$c
		eval last=\$last_$c
		read -r after </sys/kernel/sfi/e1000/state
		if [ "$now" -ge "$last" ]; then
			eval last_$c=$now
		else
			echo "$c: $last, then $now ($before, $after)"
		fi
	done
	samples=$((samples + 1))
	[ "$before" = live ] || [ "$after" = live ] || outage=$((outage + 1))
done
echo "$samples $outage $last_rx_packets $last_tx_packets $last_rx_bytes $last_tx_bytes" >/tmp/sampled
SAMPLE

# Who is asked for by an address that nobody has.
FOREIGN=52:54:00:00:00:99
ip -n b neigh add 10.0.0.99 lladdr $FOREIGN dev card
ip netns exec a /root/wire listen card $FOREIGN /tmp/foreign &
listener=$!
foreign() { ip netns exec b ping -c 3 -i 0.2 -W 1 10.0.0.99 >/dev/null 2>&1; }
sees_more() { seen=$(cat /tmp/foreign); foreign; [ "$(cat /tmp/foreign)" -gt "$seen" ]; }
foreign
is "without being told, a card does not receive what is for others" "$(cat /tmp/foreign)" 0
ip -n a link set card promisc on
ok "a card that is told to does" wait_for 10 sees_more

# Nobody has to ask for the other's address in an outage.
ip -n a neigh replace $ADDR_B lladdr $CARD_B dev card nud permanent
ip -n b neigh replace $ADDR_A lladdr $CARD_A dev card nud permanent
ip netns exec b /root/wire receive 7000 >/tmp/received &
receiver=$!
listens() { ip netns exec b ss -uln | grep -q :7000; }
ok "a receiver listens" wait_for 10 listens
# What has waited for long is not dropped for that.
ok "a plain queue" ip netns exec a tc qdisc replace dev card root pfifo limit 1000
ip netns exec a /root/wire send $ADDR_B 7000 /sys/kernel/sfi/e1000/state /tmp/stop >/tmp/sent &
sender=$!
ip netns exec a sh /root/sample >/tmp/back &
sampler=$!
arrived() { [ -s /tmp/sent ] && [ -z "$(grep -vxF -f /tmp/received /tmp/sent)" ]; }
again() { [ "$(domain e1000 restarts)" -gt "$restarts" ] && domain_live e1000; }
for bug in e1000_xmit_frame:wild_store e1000_intr:wild_call e1000_clean_rx_irq:memset_overflow e1000_watchdog:null_store \
	e1000_get_drvinfo:wild_store; do
	restarts=$(domain e1000 restarts) sent=$(wc -l </tmp/sent)
	ok "$bug: fires" plant_fire $bug
	ok "$bug: restarted" wait_for 30 again
	ok "$bug: something was sent in the outage" test "$(wc -l </tmp/sent)" -gt "$sent"
	ok "$bug: and arrives" wait_for 20 arrived
	lost=$(ip netns exec b awk '$1 == "Udp:" { n = $6 } END { print n }' /proc/net/snmp)
	is "$bug: the receiver had room" "$lost" 0
	ok "$bug: what is for others is received" wait_for 10 sees_more
done
touch /tmp/stop
wait $sampler
wait $sender
kill $listener $receiver
echo "$(wc -l </tmp/sent) datagrams sent in outages; samples, in outages, counters: $(cat /tmp/sampled)"
is "no counter has gone back" "$(cat /tmp/back)" ""
read -r samples outage rx_packets tx_packets _ </tmp/sampled
ok "looked at often enough" test "$samples" -gt 100
ok "and in outages" test "$outage" -ge 3
ok "while something was counted" test "$rx_packets" -gt 10 -a "$tx_packets" -gt 10
remove_all e1000 sfi_plant
healthy
END
)"
