#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Both cards fail while both CPUs are inside the driver: both are evicted, one restart heals both, however long the
# driver might run otherwise; and each card is then the one that it was, though both may be probed at once.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/test/system/both.plants" -o "$OUT/e1000"
vm --smp 2 --qemu "$(device e1000)" --module "$OUT/e1000/e1000.ko" --module "$(plant_module)" -- "$(guest <<'END'
ok "modprobe" modprobe e1000 async_probe=1
ok "cards" cards_work
slots() { for n in a b; do ip netns exec $n ethtool -i card | grep bus-info; done; }
slots_before=$(slots)
# Longer than it takes to get both CPUs into a loop.
echo 4000 >/sys/module/sfi/parameters/hang_ms
for round in 1 2 3; do
	restarts=$(domain e1000 restarts) fired=$(cat $PLANT/fired)
	echo e1000_get_regs:infinite_loop >$PLANT/arm
	taskset 1 ip netns exec a ethtool -d card >/dev/null 2>&1 &
	ok "round $round: CPU 0 is in the driver" wait_for 10 plant_fired "$fired"
	echo e1000_xmit_frame:infinite_loop >$PLANT/arm
	taskset 2 ip netns exec b ping -c 3 -W 1 $ADDR_A >/dev/null 2>&1 &
	ok "round $round: CPU 1 is in the driver" wait_for 10 plant_fired $((fired + 1))
	again() { [ "$(domain e1000 restarts)" -gt "$restarts" ] && domain_live e1000; }
	ok "round $round: restarted" wait_for 30 again
	wait
	ok "round $round: both cards work" cards_work
	is "round $round: each is the one that it was" "$(slots)" "$slots_before"
done

# No call is over its budget. All interrupts come to the other CPU: softirqs that the kernel leaves to its thread never
# run on one that is in a loop, and then nothing is sent any more.
for irq in /proc/irq/[0-9]*/smp_affinity; do echo 2 >"$irq"; done 2>/dev/null
taskset 2 ip netns exec b ping -i 0.2 $ADDR_A >/dev/null 2>&1 &
pinger=$!
sleep 2
echo 0 >/sys/module/sfi/parameters/hang_soft_ms
echo 0 >/sys/module/sfi/parameters/hang_ms
violations=$(domain e1000 violations) restarts=$(domain e1000 restarts) fired=$(cat $PLANT/fired)
echo e1000_get_regs:infinite_loop >$PLANT/arm
taskset 1 ip netns exec a ethtool -d card >/dev/null 2>&1 &
ok "CPU 0 is in the driver" wait_for 10 plant_fired "$fired"
sleep 3
is "which may be for ever, if there is no limit" "$(domain e1000 violations)" "$violations"
echo e1000_xmit_frame:wild_store >$PLANT/arm
ok "but not when CPU 1 fails: restarted" wait_for 15 again
kill $pinger
wait
is "for that reason" "$(domain e1000 violations)" $((violations + 1))
ok "both cards work" cards_work
remove_all e1000 sfi_plant
healthy
END
)"
