#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each misuse of the kernel's interface in misuse/ is stopped by the check that is for it, and by no other.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/misuse" --kernel "$KERNEL" -o "$OUT/misuse")
# Lines "name|report".
sed -n 's/^MISUSE(\([a-z_]*\), "\(.*\)")$/\1|\2/p' "$TOP"/test/system/misuse/*.c >"$OUT/list"
[ "$(wc -l <"$OUT/list")" -ge 50 ] || fail "only $(wc -l <"$OUT/list") misuses were found"

rc=0
# With an IOMMU, so that mappings for DMA are something.
vm --timeout 900 --append intel_iommu=on --qemu "-machine q35 -device intel-iommu -device edu" --module "$ko" --file "$OUT/list:/root/list" -- "$(guest <<'END'
echo 1000 >/sys/module/sfi/parameters/restart_max
# No more restarts are remembered than 64, whatever the window.
echo 1 >/sys/module/sfi/parameters/restart_window_s
ok "modprobe" modprobe misuse
there() { domain_live misuse && [ -e /dev/misuse ]; }
interface() { ls -d /sys/bus/pci/drivers/misuse/*/net/* 2>/dev/null | sed 's|.*/||'; }
noticed() { [ "$(domain misuse violations)" -gt "$seen" ]; }
while IFS='|' read -r name report; do
	wait_for 20 there || break
	seen=$(domain misuse violations)
	echo "$name" >/dev/misuse 2>/dev/null
	case $name in
	regs_too_long) ethtool -d "$(interface)" ;;
	strings_too_long) ethtool -S "$(interface)" ;;
	read_too_long | *registered_in_open) cat /dev/misuse ;;
	sent_with_other_lock)
		ip address add 10.9.9.1/24 dev "$(interface)"
		ip link set "$(interface)" up
		ping -c 1 -W 1 10.9.9.2
		wait_for 20 there
		ip link set "$(interface)" down
		;;
	esac >/dev/null 2>&1
	if ! wait_for 3 noticed; then
		fail "$name: it was not noticed"
	elif last_violation | grep -qE "$report"; then
		wait_for 20 there
		is "$name" "$(domain misuse violations)" $((seen + 1))
	else
		fail "$name: $(last_violation)"
	fi
done </root/list
ok "the driver came back" wait_for 20 there
is "and is well" "$(cat /dev/misuse)" ""
ok "an interrupt keeps its name" grep -qw misuse-name /proc/interrupts
ok "so does a window" grep -qw misuse-name /proc/iomem
remove_all misuse
healthy
END
)" || rc=$?
[ $rc = 0 ] || fail "the machine ended with $rc"
