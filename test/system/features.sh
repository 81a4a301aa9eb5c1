#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A network driver that says it has features for which it has no callbacks: the kernel, which calls them without a look,
# does without. The control: it dies of that driver built plain.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

dir=$TOP/test/system/features
ko=$(sfi build "$dir" --kernel "$KERNEL" -o "$OUT/features")
plain=$(sfi build "$dir" --plain --kernel "$KERNEL" -o "$OUT/plain")
cc -O1 -Wall -static -o "$OUT/tls" "$dir/tls.c"

# $1: the module, $2: what is used, the rest: options.
uses() {
	module=$1 used=$2
	shift 2
	vm "$@" --module "$module" --module 8021q --module macvlan --module tls --module gcm --module ctr \
		--module ghash-generic --file "$OUT/tls" -- "used='$used'
$(guest <<'END'
modprobe -a 8021q macvlan tls gcm ctr ghash-generic
ok "modprobe" modprobe features
for end in 0 1; do
	ip netns add $end
	ip link set end$end netns $end
	ip -n $end link set end$end up
	ip -n $end address add 10.1.1.1$end/24 dev end$end
done
ok "packets cross" wait_for 10 ip netns exec 0 ping -c 1 -W 1 10.1.1.11
# Above the devices.
vlan() {
	ip -n $1 link add link end$1 name above$1 type vlan id 5 && ip -n $1 link set above$1 up &&
		ip -n $1 address add 10.2.2.1$1/24 dev above$1
}
macvlan() {
	ip -n $1 link add link end$1 name above$1 type macvlan mode bridge && ip -n $1 link set above$1 up &&
		ip -n $1 address add 10.2.2.1$1/24 dev above$1
}
for kind in $used; do
	case $kind in
	tls)
		ip netns exec 1 /root/tls listen &
		listener=$!
		listens() { ip netns exec 1 ss -tln | grep -q :4433; }
		ok "$kind: somebody listens" wait_for 10 listens
		ok "$kind: the kernel encrypts by itself" ip netns exec 0 /root/tls connect 10.1.1.11
		kill $listener
		;;
	*)
		ok "$kind" $kind 0
		ok "$kind, at the other end" $kind 1
		ok "$kind: packets cross" wait_for 10 ip netns exec 0 ping -c 1 -W 1 10.2.2.11
		ip -n 0 link del above0
		ip -n 1 link del above1
		;;
	esac
done
is "violations" "$(domain features violations)" 0
remove_all features
healthy
END
)"
}

uses "$ko" "vlan macvlan tls" || fail "the machine ended with $?"
for kind in vlan macvlan tls; do
	expect "$kind over it, built plain: the kernel dies" 125 uses "$plain" $kind --no-sfi
done
