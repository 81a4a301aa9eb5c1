#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a failed driver had mapped for its device is unmapped: bounce buffers do not run out, and behind an IOMMU the
# cards go on.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
# $1: QEMU's arguments, $2: the kernel's; stdin: what is done once the cards have been through their restarts
run() {
	vm --qemu "$1 $(device e1000)" --append "$2" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
		--module "$(plant_module)" --module virtio_pci --module virtio_net --module pktgen -- "$(guest <<'END'
mount -t debugfs none /sys/kernel/debug 2>/dev/null
# Broadcasts from the third card, if there is one, which no restart of the others stops.
flood() {
	modprobe virtio_pci
	modprobe virtio_net
	peer=$(grep -l 52:54:00:00:00:12 /sys/class/net/*/address) || return
	peer=$(basename "${peer%/address}")
	ip link set "$peer" up
	ok "pktgen" modprobe pktgen
	sleep 1
	echo "add_device $peer" >/proc/net/pktgen/kpktgend_0
	for setting in "count 0" "delay 100000" "pkt_size 1000" "dst 10.0.0.255" "dst_mac ff:ff:ff:ff:ff:ff"; do
		echo "$setting" >"/proc/net/pktgen/$peer"
	done
	(echo start >/proc/net/pktgen/pgctrl) &
	sleep 1
}
bounced() { cat /sys/kernel/debug/swiotlb/io_tlb_used 2>/dev/null; }
before=$(bounced)
ok "modprobe" modprobe e1000
ok "cards work" cards_work
flood
sleep 1
used=$(bounced)
again() { [ "$(domain e1000 restarts)" = "$1" ] && domain_live e1000; }
for i in 1 2 3; do
	ok "bug $i fires" plant_fire e1000_xmit_frame:wild_store
	ok "restart $i" wait_for 20 again $i
	ok "cards work after restart $i" cards_work
	wait "$CALL"
done
sleep 1
is "violations" "$(domain e1000 violations)" 3
END
cat)" || fail "the machine ended with $?"
}

peer="-netdev hubport,id=peer,hubid=0 -device virtio-net-pci,netdev=peer,mac=52:54:00:00:00:12"
echo "with bounce buffers"
run "" swiotlb=force <<'END'
ok "mappings are bounce buffers: $used" [ "$used" -gt $((before + 256)) ]
# A packet or two may be under way.
ok "as many as before the restarts, or a few more: $(bounced)" [ "$(bounced)" -le $((used + 32)) ]
remove_all e1000 sfi_plant
ok "and none of them at last: $(bounced)" [ "$(bounced)" -le "$before" ]
healthy
END
echo "with an IOMMU, and a healthy card that sends to the others all the time: none of them writes to memory that was taken from it"
run "-machine q35 -device intel-iommu $peer" "intel_iommu=on iommu.strict=1" <<'END'
ok "mappings are the IOMMU's" sh -c 'ls -d /sys/bus/pci/drivers/e1000/*/iommu_group'
taken=$(ip netns exec b cat /sys/class/net/card/statistics/rx_packets)
ok "they have received what was sent: $taken" [ "$taken" -gt 1000 ]
is "no card was stopped by it" "$(dmesg | grep -c 'DMAR.*fault')" 0
echo stop >/proc/net/pktgen/pgctrl
remove_all e1000 sfi_plant
healthy
END
