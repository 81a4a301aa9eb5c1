#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A driver that breaks no rule and works no more: each kind is found within its time, reported once by its name, and
# the restarted driver works. The control shows that the kernel alone does not recover.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

GUEST=$TOP/test/system/silent_guest.sh
LIST=$TOP/test/system/silent.plants

# Bugs "$1" with the same compiler, and the kernel's own watchdog, which barks after 5 s and has the driver reset the card.
control() {
	sfi build drivers/net/ethernet/intel/e1000 --plain --kernel "$KERNEL" --plant "$LIST" -o "$OUT/plain"
	vm --no-sfi --smp 2 --qemu "$(device e1000)" --module "$OUT/plain/e1000.ko" --module "$(plant_module)" \
		-- "BUGS='$1'; $(cat "$CARDS" "$GUEST" - <<'END'
modprobe -a sfi_plant e1000
polls() { awk '/NET_RX/ { for (i = 2; i <= NF; i++) n += $i } END { print n }' /proc/softirqs; }
# What is never cleaned is sent all the same, until the queue is full; but a processor polls without end.
works() {
	case $1 in
	e1000_clean_tx_irq:*)
		before=$(polls)
		sleep 2
		[ $(($(polls) - before)) -lt 500 ]
		;;
	*) ip netns exec a ping -c 3 -i 0.3 -W 1 $ADDR_B >/dev/null 2>&1 ;;
	esac
}
for bug in $BUGS; do
	cards_work >/dev/null 2>&1 || echo "FAIL: control, $bug: the cards do not work"
	traffic
	fire "$bug" || echo "FAIL: control, $bug: does not fire"
	sleep 10
	if works $bug; then
		echo "FAIL: control, $bug: the kernel alone recovers"
	else
		echo "PASS: control, $bug: the kernel alone does not recover"
	fi
	kill $!
	# Then unloading it does not end either.
	case $bug in *:omit_*) break ;; esac
	rmmod e1000
	modprobe e1000
done
# Nor does turning the machine off in the usual way.
sleep 1
echo "exit 0" >/dev/ttyS2
sleep 1
echo b >/proc/sysrq-trigger
END
)"
}

isolated() {
	driver e1000 --plant "$LIST" -o "$OUT/e1000"
	vm --smp 2 --qemu "$(device e1000)" --module "$OUT/e1000/e1000.ko" --module "$(plant_module)" \
		-- "$(cat "$GUEST" - <<'END' | guest
BUGS="e1000_tx_queue:skip e1000_irq_enable:skip e1000_clean_tx_irq:skip e1000_up:omit_napi_enable e1000_clean:omit_napi_complete_done"
ok "modprobe" modprobe e1000
ok "cards" cards_work
echo 100 >/sys/module/sfi/parameters/restart_max
echo 3000 >/sys/module/sfi_net/parameters/tx_stall_ms
echo 2000 >/sys/module/sfi_net/parameters/napi_stall_ms
now_ms() { sed 's/ .*//; s/\.//; s/$/0/' /proc/uptime; }
reported() { [ "$(violations)" -gt "$1" ]; }
again() { [ "$(domain e1000 restarts)" -gt "$1" ] && domain_live e1000; }
traffic
pinger=$!
for bug in $BUGS; do
	case $bug in
	e1000_tx_queue:*) name="transmit stall" limit=3000 ;;
	e1000_irq_enable:*) name="lost interrupt" limit=3000 ;;
	e1000_clean:*) name="NAPI not completed" limit=2000 ;;
	e1000_clean_tx_irq:*) name="NAPI never completes" limit=2000 ;;
	# Counts from when the card, which is being reset, has a link.
	e1000_up:*) name="NAPI left disabled" limit=4000 ;;
	esac
	seen=$(violations) restarts=$(domain e1000 restarts)
	ok "$name: fired" fire $bug
	start=$(now_ms)
	# What is received is something done.
	[ "$name" != "NAPI never completes" ] || kill $pinger
	ok "$name: found" wait_for 30 reported "$seen"
	took=$(($(now_ms) - start))
	echo "$name: found after $took ms, its time is $limit ms"
	if [ $took -le $((2 * limit)) ]; then pass "$name: in time"; else fail "$name: found after $took ms"; fi
	case $(last_violation) in
	*"in e1000: silent failure: $name ("*) pass "$name: by its name" ;;
	*) fail "$name: $(last_violation)" ;;
	esac
	ok "$name: restarted" wait_for 30 again "$restarts"
	ok "$name: packets cross" wait_for 20 cards_ping
	is "$name: reported once" "$(violations)" $((seen + 1))
	kill -0 $pinger 2>/dev/null || { traffic; pinger=$!; }
done
kill $pinger
remove_all e1000 sfi_plant
healthy
END
)"
}

if [ "$KERNEL" = 6.1 ]; then
	control "e1000_tx_queue:skip e1000_irq_enable:skip e1000_clean_tx_irq:skip e1000_up:omit_napi_enable"
	control e1000_clean:omit_napi_complete_done
fi
isolated
