#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Who watches the links of the machine is not told of a short outage; but is told of a cable that was pulled out in one,
# or after one, and of its return. A driver that loses its link in a call that is made again gets no packets until it has
# it.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
# The guest pulls its own cables: a serial port of it leads to QEMU's monitor.
cables="-chardev socket,id=monitor,path=$OUT/monitor,server=on,wait=off -mon chardev=monitor"
cables="$cables -chardev socket,id=cables,path=$OUT/monitor -device pci-serial,chardev=cables"
# Cards that get their driver late. They are there from the boot: one that is plugged in can take the emulated
# processors their timers (docs/decisions/015-a-newer-emulator.md).
more="-device e1000,addr=0x10 -device e1000,addr=0x11 -device e1000,addr=0x12"
vm --smp 2 --qemu "$(device e1000) $cables $more" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
	--module "$(plant_module)" -- "$(guest <<'END'
more="0000:00:10.0 0000:00:11.0 0000:00:12.0"
for card in $more; do echo nobody >/sys/bus/pci/devices/$card/driver_override; done
ok "modprobe" modprobe e1000
ok "cards" cards_work
echo 100 >/sys/module/sfi/parameters/restart_max
cables=/dev/$(ls /sys/bus/pci/drivers/serial/0000:*/tty)
stty -F "$cables" raw -echo clocal
# The empty lines end what the port echoed of the monitor's greeting before stty: two, for the first may end an escape
# sequence.
qemu() { printf '\n\n%s\n' "$1" >"$cables"; }
cable() { qemu "set_link n0 $1"; }

ip -n a monitor link >>/tmp/monitor 2>&1 &
monitor=$!
told() { grep 'card:' /tmp/monitor | tail -n 1 | grep -q "$1"; }
again() { [ "$(domain e1000 restarts)" -gt "$restarts" ] && domain_live e1000; }
down() { [ "$(domain e1000 state)" != live ]; }
# Fails in a task, which makes its call again after the restart.
break_it() {
	restarts=$(domain e1000 restarts)
	echo e1000_get_drvinfo:wild_store >$PLANT/arm
	ip netns exec a ethtool -i card >/dev/null 2>&1 &
}

# --- as it is without an outage
cable off
ok "a cable is pulled out: it is said" wait_for 20 told 'NO-CARRIER.* state DOWN'
cable on
ok "put in again: it is said" wait_for 20 told 'LOWER_UP.* state UP'
ok "packets cross" wait_for 20 cards_ping

# --- short outages
losses() { ip netns exec a cat /sys/class/net/card/carrier_down_count; }
for i in 1 2 3; do
	: >/tmp/monitor
	lost=$(losses)
	break_it
	ok "outage $i: restarted" wait_for 30 again
	ok "outage $i: a link" wait_for 20 card_has_link a
	ok "outage $i: packets cross" wait_for 20 cards_ping
	# Longer than the kernel puts such messages off.
	sleep 3
	is "outage $i: nobody is told of a lost link" "$(grep -E 'NO-CARRIER|state DOWN|Deleted' /tmp/monitor)" ""
	is "outage $i: nor has the kernel counted one" "$(losses)" "$lost"
done

# --- pulled out in an outage
: >/tmp/monitor
break_it
ok "it fails" wait_for 10 down
cable off
ok "pulled out in an outage: restarted" wait_for 30 again
ok "pulled out in an outage: it is said" wait_for 30 told 'NO-CARRIER.* state DOWN'
cable on
ok "put in again after it: it is said" wait_for 20 told 'LOWER_UP.* state UP'
ok "packets cross again" wait_for 20 cards_ping

# --- after one
: >/tmp/monitor
break_it
ok "one more outage: restarted" wait_for 30 again
ok "one more outage: a link" wait_for 20 card_has_link a
cable off
ok "pulled out after an outage: it is said" wait_for 20 told 'NO-CARRIER.* state DOWN'
cable on
ok "put in again: it is said once more" wait_for 20 told 'LOWER_UP.* state UP'
ok "packets cross at the end" wait_for 20 cards_ping
kill $monitor

# --- a call that takes the card down and up, made again under load. With more cards the restart takes longer than the
# first card takes to find its link: the call comes when it is there
has_cards() { [ "$(ls -d /sys/bus/pci/drivers/e1000/0000:* | wc -l)" = "$1" ]; }
ok "two cards" has_cards 2
for card in $more; do
	echo >/sys/bus/pci/devices/$card/driver_override
	echo $card >/sys/bus/pci/drivers_probe
done
ok "more cards" wait_for 20 has_cards 5
ip netns exec a ping -q -i 0.01 $ADDR_B >/dev/null 2>&1 &
load=$!
resets=$(dmesg | grep -c 'Reset adapter') found=$(dmesg | grep -c 'Link is Up') restarts=$(domain e1000 restarts)
echo e1000_change_mtu:deep_recursion >$PLANT/arm
ok "fails in a change of the MTU" ip -n a link set card mtu 1400
ok "fails in a change of the MTU: restarted" wait_for 30 again
ok "fails in a change of the MTU: packets cross" wait_for 20 cards_ping
is "fails in a change of the MTU: once" "$(domain e1000 restarts)" $((restarts + 1))
ok "fails in a change of the MTU: the first link was lost again" test $(($(dmesg | grep -c 'Link is Up') - found)) -ge 3
is "fails in a change of the MTU: the card is not reset besides" "$(dmesg | grep -c 'Reset adapter')" "$resets"
kill $load
remove_all e1000 sfi_plant
healthy
END
)"
