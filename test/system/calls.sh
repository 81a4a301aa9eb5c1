#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Indirect calls through the kernel's tables: the driver's own callback and a kernel function can be
# called; what is wrong about such a call is found, and blamed on its line, in the end of a function too.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

source=$TOP/test/system/calls/calls.c
ko=$(sfi build "$(dirname "$source")" --kernel "$KERNEL" -o "$OUT/calls")
line() { grep -n "; /\* $1 \*/" "$source" | cut -d: -f1; }
vm --module "$ko" -- "INDIRECT=$(line indirect) DIRECT=$(line direct) TYPE=$(line type)
$(guest <<'END'
ok "modprobe" modprobe calls
ok "an own callback and a kernel function through the kernel's table" cat /dev/calls
is "violations" "$(domain calls violations)" 0
# $1: what to write, $2: text of the report, $3: the function and $4: the line to blame
blames() {
	dmesg -c >/dev/null
	again() { dmesg | grep -q 'calls: restarted in ' && domain_live calls; }
	echo "$1" >/dev/calls 2>/dev/null
	ok "restart after $1" wait_for 10 again
	report=$(dmesg | sed -n 's/.*sfi: VIOLATION in calls: //p')
	case $report in
	*"$2"*" by $3+0x"*" (calls.c:$4)") pass "$1: $report" ;;
	*) fail "$1: '$report' should be '$2' by $3, calls.c:$4" ;;
	esac
}
blames i "argument file of noop_llseek: " bad_indirect "$INDIRECT"
blames d "argument file of noop_llseek: " bad_direct "$DIRECT"
blames t "a function of another type (calls_ioctl.sfi_gate." bad_type "$TYPE"
ok "right calls after it" cat /dev/calls
remove_all calls
healthy
END
)"
