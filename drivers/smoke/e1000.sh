#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Smoke test of a network driver with two cards on one hub, run in the guest
# with the module loaded; $1: name of the driver (default: e1000). Each card
# moves into its own network namespace, so that packets must take the wire.
# Exit status 0 if all steps passed, 1 otherwise.

driver=${1:-e1000}
failed=0

step()
{
	what=$1
	shift
	if "$@" >/tmp/smoke.out 2>&1; then
		echo "$driver: ok: $what"
	else
		echo "$driver: FAILED: $what"
		cat /tmp/smoke.out
		failed=1
	fi
}

# interfaces DRIVER: names of its interfaces
interfaces()
{
	for i in /sys/class/net/*; do
		case $(readlink "$i/device/driver") in
		*/"$1") basename "$i" ;;
		esac
	done
}

set -- $(interfaces "$driver")
if [ $# -ne 2 ]; then
	echo "$driver: FAILED: two interfaces expected, found: $*"
	exit 1
fi

n=0
for card in "$1" "$2"; do
	n=$((n + 1))
	ip netns add "smoke$n" &&
		ip link set "$card" netns "smoke$n" &&
		ip -n "smoke$n" addr add "192.0.2.$n/24" dev "$card" || exit 1
	step "$card: up" ip -n "smoke$n" link set "$card" up
done

# The link takes a moment to come up.
for i in 1 2 3 4 5 6 7 8 9 10; do
	ip netns exec smoke1 ping -c 1 -W 1 192.0.2.2 >/dev/null 2>&1 && break
done
step "ping" ip netns exec smoke1 ping -c 10 -i 0.1 -W 1 192.0.2.2
step "ping, large packets" ip netns exec smoke1 ping -c 5 -i 0.1 -W 1 -s 4000 192.0.2.2
step "iperf3 server" ip netns exec smoke2 iperf3 -s -1 -D
sleep 1
step "iperf3" ip netns exec smoke1 iperf3 -c 192.0.2.2 -n 20M
step "driver information" ip netns exec smoke1 ethtool -i "$1"
step "statistics" ip netns exec smoke1 ethtool -S "$1"
step "registers" ip netns exec smoke1 ethtool -d "$1"
step "ring sizes" ip netns exec smoke1 ethtool -G "$1" rx 128 tx 128
step "MTU" ip -n smoke1 link set "$1" mtu 1400
step "promiscuous mode" ip -n smoke1 link set "$1" promisc on

for i in 1 2 3 4 5 6 7 8 9 10; do
	ip netns exec smoke1 ping -c 1 -W 1 192.0.2.2 >/dev/null 2>&1 && break
done
step "ping after the changes" ip netns exec smoke1 ping -c 5 -i 0.1 -W 1 192.0.2.2

n=0
for card in "$1" "$2"; do
	n=$((n + 1))
	step "$card: down" ip -n "smoke$n" link set "$card" down
	ip -n "smoke$n" link set "$card" netns 1
	ip netns del "smoke$n"
done
exit $failed
