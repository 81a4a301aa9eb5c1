# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For both guests of silent.sh, after cards.sh: how the bugs of silent.plants are made to fire.

# Light traffic, in the background.
traffic() { ip netns exec a ping -i 0.2 -W 1 $ADDR_B >/dev/null 2>&1 & }

# Arms bug $1; it fires by that traffic, or by a change of the MTU, which resets the card.
fire() {
	before=$(cat $PLANT/fired)
	echo "$1" >$PLANT/arm
	case $1 in
	e1000_up:*)
		mtu=$((mtu == 1400 ? 1450 : 1400))
		ip -n a link set card mtu $mtu
		;;
	esac
	wait_for 15 plant_fired "$before"
}
