#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A sample of the matrix on the debug kernel: more than 200 recoveries of sfi_misbehave, and no detector reports.
# Kernels: debug
# Timeout: 5400
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/debug_lib.sh"
. "$TOP/test/system/matrix_lib.sh"

matrix_boot debug_vm "export CONTEXTS='${CONTEXTS:-syscall signal timer hrtimer work nested exit init}'
$(debug_guest <<'END'
. /root/matrix_guest.sh
matrix_setup
# might_sleep() tells before what sleeps does; and memset() is a function of the kernel there, not the compiler's.
sed "s/^\(sleep_with_lock .*\) of msleep:/\1 of __might_sleep:/
s/^\(mem[a-z]*\)\(_past\|_kernel_object\) .*/\1\2 | all | argument dest of __\1: not writable by the driver/" \
	/root/expect >/root/expect.debug
matrix_run /root/expect.debug >/tmp/cells
cat /tmp/cells
recoveries=$(sed -n 's/^\([0-9]*\) recoveries$/\1/p' /tmp/cells)
if [ "$recoveries" -ge 200 ]; then pass "$recoveries recoveries"; else fail "$recoveries recoveries"; fi
no_leaks "with the drivers loaded"
matrix_finish
no_leaks "with all modules gone"
detectors_on
END
)" --timeout 5000
judge_log
