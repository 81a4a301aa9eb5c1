# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For scripts that run in the guest: two network cards on one hub, each in its
# own network namespace (a and b), both called "card" there. The namespaces and
# what runs in them outlive the cards; a card that comes back after its driver
# was restarted is configured anew by cards_up.

CARD_A=52:54:00:00:00:10 ADDR_A=10.0.0.1
CARD_B=52:54:00:00:00:11 ADDR_B=10.0.0.2

# Waits at most $1 seconds until the remaining arguments are a command that succeeds.
wait_for() {
	tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

namespaces() {
	for ns in a b; do
		ip netns add $ns 2>/dev/null || continue
		ip -n $ns link set lo up
	done
}

# Moves the device with hardware address $1 to namespace $2 and gives it address $3.
card_to() {
	for dev in /sys/class/net/*; do
		[ "$(cat "$dev/address" 2>/dev/null)" = "$1" ] || continue
		ip link set "${dev##*/}" netns "$2" &&
			ip -n "$2" link set "${dev##*/}" name card &&
			ip -n "$2" addr add "$3/24" dev card
	done
	ip -n "$2" link set card up
}

card_has_link() { ip -n "$1" link show card | grep -q LOWER_UP; }

# Configures both cards, whether they are new or not. Fails unless both get a link.
cards_up() {
	namespaces
	card_to $CARD_A a $ADDR_A && card_to $CARD_B b $ADDR_B || return 1
	wait_for 10 card_has_link a && wait_for 10 card_has_link b
}

# Packets cross from a to b and back.
cards_ping() { ip netns exec a ping -c 3 -i 0.2 -W 3 $ADDR_B; }
cards_work() { cards_up && wait_for 10 cards_ping; }

iperf_server() {
	ip netns exec b iperf3 -s -D --pidfile /run/iperf.pid
	sleep 0.5
}
iperf_stop() { kill "$(tr -d '\0' </run/iperf.pid)" 2>/dev/null || :; }

# --- the isolated driver ------------------------------------------------------

domain() { cat "/sys/kernel/sfi/$1/$2" 2>/dev/null; }
domain_live() { [ "$(domain "$1" state)" = live ]; }
violations() { dmesg | grep -c 'sfi: VIOLATION in '; }
last_violation() { dmesg | grep 'sfi: VIOLATION in ' | tail -n 1 | sed 's/^[^]]*\] //; s/^.*sfi: VIOLATION/sfi: VIOLATION/'; }

# --- planted bugs -------------------------------------------------------------

PLANT=/sys/module/sfi_plant/parameters

card_is() { ip -n a link show card | grep -q "$1"; }

# Makes the kernel call function $1 of e1000 by a command, if it is one that is called so. Configuration
# goes back and forth, so that there is something to do each time. May take a few seconds.
e1000_call_by_command() {
	case $1 in
	e1000_get_drvinfo) ip netns exec a ethtool -i card ;;
	e1000_get_ringparam) ip netns exec a ethtool -g card ;;
	e1000_get_regs) ip netns exec a ethtool -d card ;;
	e1000_get_ethtool_stats) ip netns exec a ethtool -S card ;;
	e1000_get_link_ksettings) ip netns exec a ethtool card ;;
	e1000_open | e1000_setup_tx_resources | e1000_close)
		ip -n a link set card down
		ip -n a link set card up
		;;
	e1000_change_mtu)
		if card_is 'mtu 1500'; then ip -n a link set card mtu 1400; else ip -n a link set card mtu 1500; fi
		;;
	e1000_set_rx_mode)
		if card_is PROMISC; then ip -n a link set card promisc off; else ip -n a link set card promisc on; fi
		;;
	*) return 1 ;;
	esac
}

# The rest is called by packets, or by itself every two seconds.
e1000_call() {
	e1000_call_by_command "$1" && return
	case $1 in
	e1000_watchdog | e1000_update_stats) sleep 4 ;;
	*) ip netns exec a ping -c 10 -i 0.2 -W 1 $ADDR_B ;;
	esac
}

plant_fired() { [ "$(cat $PLANT/fired)" -gt "$1" ]; }

# Arms "function:bug" $1 and makes it fire, by a command that may go on ($CALL is its process). Fails if
# it does not. $2: what calls the function, if not e1000_call.
plant_fire() {
	before=$(cat $PLANT/fired)
	echo "$1" >$PLANT/arm || return 1
	"${2:-e1000_call}" "${1%%:*}" >/dev/null 2>&1 &
	CALL=$!
	wait_for 15 plant_fired "$before"
}
