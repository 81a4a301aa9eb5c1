#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A sample of the matrix on the debug kernel, at least 200 recoveries of sfi_misbehave: no detector of the kernel's reports.
# ONLY, a list of patterns, and CONTEXTS, a list of contexts, in the environment make it those cells.
# Kernels: debug
# Timeout: 5400
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/debug_lib.sh"
. "$TOP/test/system/matrix_lib.sh"

enough=200
[ -z "${ONLY:-}${CONTEXTS:-}" ] || enough=1

matrix_boot debug_vm "$(debug_guest <<'END'
. /root/matrix_guest.sh
both_cpus
matrix_setup
# All that is said is to be in the log of the serial line; and nothing is as fast here as elsewhere.
dmesg -n 7
echo 2000 >/sys/module/sfi/parameters/hang_ms
echo 1000 >/sys/module/sfi/parameters/irq_cost_us
echo 12000 >/sys/module/sfi/parameters/call_hard_ms
echo 6000 >/sys/module/sfi/parameters/cpu_hard_ms
# Enabled once, it stays so: that takes long here, and each cell in an interrupt would do it four times.
for device in /sys/bus/pci/devices/*; do
	[ "$(cat "$device/vendor" "$device/device" | tr '\n' ' ')" != '0x1234 0x11e8 ' ] ||
		echo "enabling the device took $({ time -p echo 1 >"$device/enable"; } 2>&1 | sed -n 's/real *//p') s"
done
# might_sleep() tells before what sleeps does; and memset() is a function of the kernel there, not the compiler's.
# What a driver may leak, kmemleak would report.
sed "/^leak .*| limit:/d
s/^\(sleep_with_lock .*\) of msleep:/\1 of __might_sleep:/
s/^\(mem[a-z]*\)\(_past\|_kernel_object\) .*/\1\2 | all | argument dest of __\1: not writable by the driver/" \
	/root/expect >/root/expect.debug
END
set -f
cat <<END
${CONTEXTS:+export CONTEXTS='$CONTEXTS'}
matrix_run /root/expect.debug $enough $enough $(printf "'%s' " ${ONLY:-$MATRIX_SAMPLE})
no_leaks "with the drivers loaded"
matrix_finish
no_leaks "with all modules gone"
detectors_on
END
)" --qemu "$DEBUG_MACHINE" --timeout 5000
judge_log
