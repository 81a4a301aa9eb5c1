#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The isolated driver is unloaded and loaded again while traffic flows, and fails while it is being unloaded.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
vm --qemu "$(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
	--module "$(plant_module)" -- "$(guest <<'END'
modprobe sfi_plant
for i in 1 2 3 4; do
	ok "modprobe $i" modprobe e1000
	ok "cards $i" cards_work
	iperf_server
	ip netns exec a iperf3 -c $ADDR_B -t 20 >/dev/null 2>&1 &
	client=$!
	ip netns exec b ping -f -c 100000 $ADDR_A >/dev/null 2>&1 &
	pinger=$!
	sleep 2
	ok "rmmod under traffic $i" rmmod e1000
	kill $client $pinger 2>/dev/null
	iperf_stop
	wait
done
# The driver's last act is a bug.
modprobe e1000
cards_work >/dev/null
echo e1000_close:divide_error >$PLANT/arm
ok "rmmod of a driver that fails meanwhile" timeout 60 rmmod e1000
is "the bug fired" "$(cat $PLANT/fired)" 1
remove_all sfi_plant
healthy
END
)"
