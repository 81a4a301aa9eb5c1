#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Outages in which more goes wrong: the driver fails again while it is restarted, does not take its card, does not open it,
# the card is unplugged, its namespace deleted, its module removed, while both CPUs configure; and drivers that do not come back.
# Nothing leaks, nothing is left behind, applications get an error at the very end and not before.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/test/system/outage.plants" -o "$OUT/e1000"
cc -D_GNU_SOURCE -O1 -Wall -static -o "$OUT/sockets" "$TOP/test/system/outage/sockets.c"
vm --smp 2 --qemu "$(device e1000)" --module "$OUT/e1000/e1000.ko" --module "$(plant_module)" --module 8021q --file "$OUT/sockets" \
	-- "$(guest <<'END'
# One of the cards is enabled by somebody else, too: it gets its interrupts back all the same.
first=$(grep -lx 0x100e /sys/bus/pci/devices/*/device | head -n 1)
echo 1 >"${first%device}enable"
ok "modprobe" modprobe e1000
is "enabled, by the driver and by others" "$(echo $(cat /sys/bus/pci/drivers/e1000/0000:*/enable))" "2 1"
ok "cards" cards_work
echo 64 >/sys/module/sfi/parameters/restart_max
control=/sys/kernel/sfi/e1000/control
# $1 restarts have passed since $restarts was taken.
again() { [ "$(domain e1000 restarts)" -ge $((restarts + $1)) ] && domain_live e1000; }
break_it() { echo e1000_get_regs:null_read >$PLANT/arm; timeout 20 ip netns exec a ethtool -d card >/dev/null 2>&1; }
link_of() { ls -d /sys/bus/pci/drivers/e1000/0000:*/net/* 2>/dev/null | wc -l; }

# --- multicast through a VLAN: each side asks for the other by a multicast address that only the VLAN has
modprobe 8021q
for ns in a b; do
	ip -n $ns link add link card name card.7 type vlan id 7
	ip -n $ns link set card.7 addrgenmode eui64 up
done
asks() { ip -n b -6 neigh flush dev card.7; ip netns exec b ping -6 -c 2 -i 0.3 -W 2 fe80::5054:ff:fe00:10%card.7; }
ok "multicast through the VLAN" wait_for 20 asks

# --- fails in being opened, and again in the restart, when the card has been registered
ip -n a link set card down
fired=$(cat $PLANT/fired)
echo "e1000_open:divide_error e1000_vlan_filter_on_off:null_read" >$PLANT/arm
ok "fails in being opened and in the restart: it is opened" ip -n a link set card up
is "fails in being opened and in the restart: fired" "$(cat $PLANT/fired)" $((fired + 2))
ok "fails in being opened and in the restart: it runs" wait_for 20 card_has_link a
ip -n a link set card mtu 1400
ok "fails in being opened and in the restart: packets cross when its MTU has changed" wait_for 20 cards_ping
ip -n a link set card mtu 1500
ip -n a link set card.7 up

# --- a call that the driver has failed in is made again, and once more when that is cut off by another failure
restarts=$(domain e1000 restarts) fired=$(cat $PLANT/fired)
echo e1000_diag_test:null_read >$PLANT/arm
ip netns exec a ethtool -t card online >/dev/null 2>&1 &
tester=$!
ok "a call that fails: fired" wait_for 10 plant_fired "$fired"
ok "a call that fails: restarted" wait_for 20 again 1
sleep 1
ok "and by hand" sh -c "echo restart >$control"
sleep 2
ok "a call that failed and was then cut off goes on" kill -0 $tester
wait $tester
ok "and ends" test $? -le 1

# --- a call that resets the card, made again while packets wait for the restarted driver's link
ip netns exec a ping -q -i 0.01 $ADDR_B >/dev/null 2>&1 &
load=$!
fired=$(cat $PLANT/fired) resets=$(dmesg | grep -c 'Reset adapter')
echo e1000_change_mtu:null_read >$PLANT/arm
ok "fails in a change of the MTU, under load" ip -n a link set card mtu 1400
is "fails in a change of the MTU: fired" "$(cat $PLANT/fired)" $((fired + 1))
ok "fails in a change of the MTU: packets cross" wait_for 20 cards_ping
kill $load
is "fails in a change of the MTU: the card is not reset besides" "$(dmesg | grep -c 'Reset adapter')" "$resets"
ip -n a link set card mtu 1500
ok "MTU as before" wait_for 20 cards_ping

# --- applications
ip netns exec a /root/sockets card $ADDR_B >/tmp/sockets &
socks=$!
ip netns exec a ping -i 0.2 $ADDR_B >/dev/null 2>&1 &

# --- fails again while it is restarted
for bug in e1000_probe:null_read e1000_probe:skip e1000_open:divide_error; do
	restarts=$(domain e1000 restarts) fired=$(cat $PLANT/fired)
	echo $bug >$PLANT/arm
	echo restart >$control 2>/dev/null
	ok "$bug at restart: restarted again" wait_for 40 again 1
	is "$bug at restart: fired" "$(cat $PLANT/fired)" $((fired + 1))
	ok "$bug at restart: packets cross" wait_for 20 cards_ping
done
ok "multicast through the VLAN, after restarts" wait_for 20 asks
ok "a card that was not taken is a silent failure" sh -c "dmesg | grep -q 'silent failure: a device was not taken up again (card)'"

# --- does not open a card again: it holds too much, and when it is restarted for that, the other card takes all it may hold
for ns in a b; do
	ip netns exec $ns ethtool -G card rx 4096 tx 4096
done
ok "large rings: packets cross" wait_for 20 cards_ping
limit=$(domain e1000 memory_limit) held=$(domain e1000 held) restarts=$(domain e1000 restarts)
echo "held with large rings: $held"
unopened() { dmesg | grep -q 'silent failure: a device was not opened again (card, -12)'; }
ok "none was left unopened before" sh -c "! dmesg | grep -q 'not opened again'"
echo $((held * 2 / 5)) >/sys/kernel/sfi/e1000/memory_limit
ok "a card that was not opened is a silent failure" wait_for 40 unopened
echo $limit >/sys/kernel/sfi/e1000/memory_limit
ok "a card that was not opened: restarted again" wait_for 40 again 2
ok "a card that was not opened: packets cross" wait_for 20 cards_ping
for ns in a b; do
	ip netns exec $ns ethtool -G card rx 256 tx 256
done
ok "small rings: packets cross" wait_for 20 cards_ping

# --- nothing leaks, while both CPUs configure
objects() { for s in /sys/kernel/slab/*; do echo 1 >"$s/shrink" 2>/dev/null; done; awk '/^skbuff_head_cache|^:?kmalloc-2k|^kmalloc-512/ { n += $2 } END { print n }' /proc/slabinfo; }
free_kb() { echo 3 >/proc/sys/vm/drop_caches; sleep 1; awk '/^MemAvailable/ { print $2 }' /proc/meminfo; }
configure() {
	until [ -e /tmp/stop ]; do
		ip netns exec $1 ethtool -g card
		ip netns exec $1 ethtool -K card tso off
		ip -n $1 -s link show card
		ip -n $1 link set card promisc on
		ip netns exec $1 ethtool -K card tso on
		ip -n $1 link set card promisc off
		cat /proc/net/dev
	done >/dev/null 2>/tmp/errors.$1
}
taskset 1 sh -c : && configure a & configure b &
sleep 1
echo restart >$control
wait_for 20 again 0
objects >/tmp/objects
free_kb >/tmp/free
restarts=$(domain e1000 restarts)
for i in 1 2 3 4 5 6 7 8 9 10; do
	case $((i % 2)) in 0) echo restart >$control ;; 1) break_it ;; esac
	wait_for 30 domain_live e1000
done
ok "configured by both CPUs: restarted" wait_for 30 again 5
touch /tmp/stop
sleep 1
is "no call of the configuration has failed" "$(cat /tmp/errors.a /tmp/errors.b)" ""
ok "packets cross" wait_for 20 cards_ping
before=$(cat /tmp/objects) after=$(objects) kb=$(($(cat /tmp/free) - $(free_kb)))
echo "objects: $before, then $after; memory: $kb KiB less"
if [ $((after - before)) -lt 600 ]; then pass "no packet is leaked"; else fail "objects: $before, then $after"; fi
if [ $kb -lt 6000 ]; then pass "no memory is leaked"; else fail "$kb KiB less are free"; fi

# --- unplugged in an outage
slot=$(basename "$(readlink -f "$(ip netns exec b readlink -f /sys/class/net/card/device)")")
restarts=$(domain e1000 restarts)
(break_it &)
wait_for 10 sh -c '! [ "$(cat /sys/kernel/sfi/e1000/state)" = live ]'
echo 1 >"/sys/bus/pci/devices/$slot/remove"
ok "unplugged: restarted" wait_for 30 again 1
gone() { ! ip -n b link show card; }
ok "unplugged: its network device is gone" wait_for 20 gone
ok "unplugged: the other one is there" ip -n a link show card
echo 1 >/sys/bus/pci/rescan
ok "plugged in again" cards_work

# --- its namespace is deleted in an outage
restarts=$(domain e1000 restarts)
(break_it &)
wait_for 10 sh -c '! [ "$(cat /sys/kernel/sfi/e1000/state)" = live ]'
ip netns del b
ok "namespace deleted: restarted" wait_for 30 again 1
is "the applications have seen nothing" "$(cat /tmp/sockets)" ready
ok "namespace deleted: the cards work in a new one" wait_for 20 cards_work

# --- does not come back
echo 0 >/sys/module/sfi/parameters/restart_max
break_it
dead() { [ "$(domain e1000 state)" = dead ]; }
ok "left dead" wait_for 20 dead
over() { ! kill -0 $socks; }
ok "the applications are told" wait_for 20 over
cat /tmp/sockets
# Its route goes a moment before its device does.
case $(sed -n 's/^datagram: //p' /tmp/sockets) in
ENODEV | ENETDOWN | ENETUNREACH) pass "datagram socket" ;;
*) fail "datagram socket" ;;
esac
is "packet socket" "$(sed -n 's/^packet: //p' /tmp/sockets)" ENETDOWN
is "the cards are gone" "$(ip -n a -o link show | grep -c card:)" 0

# --- fails in its restart when it has a card's network device again, or has registered it, and does not come back
for function in e1000_check_options e1000_vlan_filter_on_off; do
	echo restart >$control
	ok "restarted by hand" cards_work
	echo $function:null_read >$PLANT/arm
	echo restart >$control 2>/dev/null
	ok "$function at restart: left dead" wait_for 20 dead
	is "$function at restart: in which call" "$(dmesg | sed -n 's/.* entry *: //p' | tail -n 1)" "pci_driver__probe of e1000_probe"
	is "$function at restart: the cards are gone" "$(ip -a netns exec ip -o link show | grep -c card:)" 0
	is "$function at restart: nothing is held" "$(domain e1000 held)" 0
done

# --- the module is removed in an outage
echo 64 >/sys/module/sfi/parameters/restart_max
echo restart >$control
ok "alive again" cards_work
(break_it &)
wait_for 10 sh -c '! [ "$(cat /sys/kernel/sfi/e1000/state)" = live ]'
remove_all e1000 sfi_plant
healthy
END
)"
