#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Messages of the kernel that go over an isolated card: a healthy driver is left alone, traffic or none; and one that fails
# in the report of another driver is reported too, and both are back.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
ko=$(sfi build "$TOP/test/system/starve" --kernel "$KERNEL" -o "$OUT/starve")
vm --qemu "$(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" --module "$(plant_module)" \
	--module "$ko" --module netconsole -- "$(guest <<'END'
ok "modprobe e1000" modprobe e1000
ok "modprobe starve" modprobe starve
ok "cards" cards_work
dmesg -n 8
# A budget is for the cache of packets of the CPU: where interrupts are on, in a softirq or with bottom halves off.
T=/sys/kernel/tracing
echo 'p:freed napi_consume_skb budget=%si:s32' >$T/kprobe_events
echo 'budget != 0' >$T/events/kprobes/freed/filter
echo 1 >$T/events/kprobes/freed/enable
ok "messages go over a card" ip netns exec b modprobe netconsole \
	"netconsole=6665@$ADDR_B/card,6666@$ADDR_A/$CARD_A"
sent() { ip netns exec b cat /sys/class/net/card/statistics/tx_packets; }
before=$(sent)
echo "<3>a message" >/dev/kmsg
sends() { [ "$(sent)" -gt "$before" ]; }
ok "which sends them" wait_for 10 sends
ip netns exec a ping -i 0.002 -c 1500 $ADDR_B >/dev/null &
for i in $(seq 500); do echo "<3>message $i in the midst of traffic" >/dev/kmsg; done
wait
ok "all of them" [ "$(sent)" -ge $((before + 501)) ]
is "no violation" "$(violations)" 0
echo 0 >$T/events/kprobes/freed/enable
grep 'freed: ' $T/trace >/root/freed
if [ -s /root/freed ]; then pass "packets are freed with a budget"; else fail "no packet is freed with a budget"; fi
is "none with interrupts off" "$(grep -c '\] d.*freed: ' /root/freed)" 0
echo >$T/kprobe_events

fired=$(cat $PLANT/fired)
echo 500 >/sys/module/sfi/parameters/hang_ms
echo e1000_xmit_frame:wild_store >$PLANT/arm
echo timer_searches >/dev/starve
ok "the card's driver fails" wait_for 20 plant_fired "$fired"
again() { [ "$(domain starve restarts) $(domain e1000 restarts)" = "1 1" ] && domain_live starve && domain_live e1000; }
ok "both are back" wait_for 30 again
is "one violation each" "$(domain starve violations) $(domain e1000 violations)" "1 1"
is "reported" "$(violations)" 2
ok "cards" cards_work
rmmod netconsole
remove_all starve e1000 sfi_plant
healthy
END
)" || fail "the machine ended with $?"
