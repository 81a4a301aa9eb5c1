#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Processors with 5-level and with 4-level paging, with and without SMAP: traffic, a wild store, a NULL read, a loop;
# and with ftrace and kprobes switched off, as far as they can be.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
for cpu in max max,la57=off qemu64; do
	echo "--- $cpu"
	vm --cpu $cpu --qemu "$(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
		--module "$(plant_module)" -- "CPU=$cpu; $(guest <<'END'
levels=4
! grep -qw la57 /proc/cpuinfo || levels=5
case $CPU in max) is "$CPU: levels of paging" $levels 5 ;; *) is "$CPU: levels of paging" $levels 4 ;; esac
ok "$CPU: modprobe" modprobe e1000
ok "$CPU: cards" cards_work
# What catches faults is not to be switched off.
echo 0 >/proc/sys/kernel/ftrace_enabled
is "$CPU: ftrace stays on" "$(cat /proc/sys/kernel/ftrace_enabled)" 1
[ -e /sys/kernel/debug/kprobes ] || mount -t debugfs none /sys/kernel/debug
ok "$CPU: probes are switched off" sh -c 'echo 0 >/sys/kernel/debug/kprobes/enabled'
for bug in e1000_xmit_frame:wild_store e1000_get_ethtool_stats:null_read e1000_get_regs:noncanonical_read \
	e1000_watchdog:infinite_loop e1000_update_stats:infinite_loop_irqs_off; do
	restarts=$(domain e1000 restarts)
	again() { [ "$(domain e1000 restarts)" -gt "$restarts" ] && domain_live e1000; }
	ok "$CPU: $bug fires" plant_fire $bug
	ok "$CPU: $bug: restarted" wait_for 30 again
	wait
	ok "$CPU: $bug: cards" cards_work
done
remove_all e1000 sfi_plant
healthy
END
)"
done
