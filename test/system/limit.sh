#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Restart policy: after too many restarts in too short a time the domain is left dead, the cards unbound, the kernel well.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
vm --qemu "$(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
	--module "$(plant_module)" -- "$(guest <<'END'
ok "modprobe" modprobe e1000
echo 2 >/sys/module/sfi/parameters/restart_max
echo 600 >/sys/module/sfi/parameters/restart_window_s
cards=$(for c in /sys/bus/pci/drivers/e1000/0000*; do echo "/sys/bus/pci/devices/${c##*/}/enable"; done)
is "the cards are switched on" "$(echo $(cat $cards))" "1 1"
settled() { case $(domain e1000 state) in live | dead) ;; *) return 1 ;; esac && [ "$(domain e1000 violations)" -gt "$seen" ]; }
for i in 1 2 3; do
	ok "cards work before failure $i" cards_work
	seen=$(domain e1000 violations)
	ok "bug $i fires" plant_fire e1000_get_drvinfo:wild_store
	ok "settled $i" wait_for 20 settled
	wait
	sleep 1
done
is "state" "$(domain e1000 state)" dead
is "restarts" "$(domain e1000 restarts)" 2
ok "the report says why" sh -c "dmesg | grep -q 'sfi: e1000: left dead: '"
is "cards bound to the driver" "$(ls /sys/bus/pci/drivers/e1000 2>/dev/null | grep -c :)" 0
is "the cards are switched off" "$(echo $(cat $cards))" "0 0"
remove_all e1000 sfi_plant
healthy
END
)"
