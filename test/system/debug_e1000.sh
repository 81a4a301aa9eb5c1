#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# At least 200 recoveries of e1000, each planted bug in turn, under traffic: no detector of the debug kernel reports.
# Kernels: debug
# Timeout: 5400
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/debug_lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
debug_vm --smp 2 --qemu "$DEBUG_MACHINE $(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
	--module "$(plant_module)" --file "$TOP/drivers/plants/e1000.plants" --timeout 5000 -- "ROUNDS=${ROUNDS:-4}
$(debug_guest <<'END'
both_cpus
ok "modprobe" modprobe e1000
ok "cards" cards_work
echo 64 >/sys/module/sfi/parameters/restart_max
echo 0 >/sys/module/sfi/parameters/restart_window_s
echo 2000 >/sys/module/sfi/parameters/hang_ms
ip netns exec a ping -q -i 0.05 $ADDR_B >/dev/null 2>&1 &
ip netns exec b ping -q -i 0.05 $ADDR_A >/dev/null 2>&1 &
# A process takes long here: values are read without one.
value() { read -r VALUE <"/sys/kernel/sfi/e1000/$1" || VALUE=none; }
# Arms bug $1, gets it to fire (packets and time do so for most) and waits for the restart.
recovers() {
	value restarts
	wanted=$((VALUE + 1)) tries=300 call=
	echo "$1" >$PLANT/arm
	case $1 in
	e1000_xmit* | e1000_tx* | e1000_intr* | e1000_clean* | e1000_alloc* | e1000_watchdog* | e1000_update*) ;;
	*)
		e1000_call "${1%%:*}" &
		call=$!
		;;
	esac
	while [ $tries -gt 0 ]; do
		value restarts
		# A call that failed in the driver's init again has one more.
		[ "$VALUE" -lt $wanted ] || { value state && [ "$VALUE" = live ] && break; }
		tries=$((tries - 1))
		sleep 0.2
	done
	# The next call is not to find what this one has half done.
	[ -z "$call" ] || wait "$call"
	[ $tries -gt 0 ]
}
plants=$(sed 's/#.*//; s/[ \t]//g; /^$/d' /root/e1000.plants)
start=$(cut -d. -f1 /proc/uptime) wrong=0
for round in $(seq $ROUNDS); do
	for bug in $plants; do
		recovers "$bug" && continue
		echo "round $round, $bug: fired $(cat $PLANT/fired), $(domain e1000 state), $(domain e1000 restarts) restarts"
		wrong=$((wrong + 1))
		domain_live e1000 || break 2
	done
	ok "round $round: both cards work" cards_work
	echo "after round $round: $(domain e1000 restarts) restarts in $(($(cut -d. -f1 /proc/uptime) - start)) s"
done
is "bugs without a recovery" $wrong 0
if [ "$(domain e1000 restarts)" -ge $((ROUNDS * $(echo "$plants" | wc -l))) ]; then pass "$(domain e1000 restarts) recoveries"; else
	fail "$(domain e1000 restarts) recoveries"
fi
is "objects without a record" "$(domain e1000 leaked)" 0
killall ping
wait
no_leaks "with the driver loaded"
remove_all e1000 sfi_plant
no_leaks "with all modules gone"
detectors_on
healthy
END
)"
judge_log
