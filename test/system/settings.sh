#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What is set by ethtool and only some cards can: interrupt coalescing, what is offered to the other side of the link, and
# a speed that is forced, are the same after a failure and after an operator's restart. The card is one of e1000's that
# can all of it.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
cards=$(device e1000 | sed 's/-device e1000,/-device e1000-82545em,/g')
vm --smp 2 --qemu "$cards" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" --module "$(plant_module)" \
	-- "$(guest <<'END'
ok "modprobe" modprobe e1000
ok "cards" cards_work
echo 100 >/sys/module/sfi/parameters/restart_max

card() { ip netns exec a ethtool "$@"; }
coalescing() { card -c card | awk '$1 == "rx-usecs:" { print $2 }'; }
# What is measured is left out: the speed is, when it was negotiated.
link_settings() { card card | sed '/Speed:\|Duplex:\|MDI-X:\|Link detected:/d'; }
settings() {
	coalescing
	link_settings
}
again() { [ "$(domain e1000 restarts)" -gt "$restarts" ] && domain_live e1000; }

# $1: what was set. It is there now, is another than before, and still there after restarts.
survives() {
	settings >/tmp/set
	ok "$1: is set" sh -c '! cmp -s /tmp/set /tmp/unset'
	restarts=$(domain e1000 restarts)
	ok "$1: the driver fails" plant_fire e1000_get_drvinfo:wild_store
	ok "$1: is restarted" wait_for 30 again
	settings >/tmp/failed
	ok "$1: the same after a failure" diff /tmp/set /tmp/failed
	echo restart >/sys/kernel/sfi/e1000/control
	ok "$1: live" domain_live e1000
	settings >/tmp/restarted
	ok "$1: the same after a restart" diff /tmp/set /tmp/restarted
	ok "$1: packets cross" wait_for 20 cards_ping
	cp /tmp/set /tmp/unset
}

settings >/tmp/unset
ok "ethtool -C" card -C card rx-usecs 100
is "coalescing" "$(coalescing)" 100
survives "coalescing"

# 100 megabits, full duplex.
ok "ethtool -s advertise" card -s card advertise 0x008
is "offered" "$(card card | sed -n 's/^.*Advertised link modes: *//p')" 100baseT/Full
survives "what is offered"

ok "ethtool -s speed" card -s card autoneg off speed 100 duplex full
is "negotiated" "$(card card | sed -n 's/^.*Auto-negotiation: *//p')" off
survives "a forced speed"

ok "ethtool -s autoneg" card -s card autoneg on
is "negotiated again" "$(card card | sed -n 's/^.*Auto-negotiation: *//p')" on
survives "negotiation"
is "what the restarted driver did not take" "$(dmesg | grep 'the restarted driver did not take')" ""
remove_all e1000 sfi_plant
healthy
END
)"
