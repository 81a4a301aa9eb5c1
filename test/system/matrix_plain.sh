#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The control of matrix.sh: the same driver, built plain. The victim is hit, or the kernel dies.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

dir=$TOP/drivers/sfi_misbehave
ko=$(sfi build "$dir" --plain --kernel "$KERNEL")
victim=$(sfi build "$TOP/drivers/sfi_victim" --plain --kernel "$KERNEL")
cc -O1 -Wall -static -o "$OUT/sfi_misbehave_ctl" "$dir/sfi_misbehave_ctl.c" "$dir/ask.c"

# What becomes of a machine in which misbehaviour $1 runs in context $2: its exit status.
machine() {
	vm --no-sfi --module "$ko" --module "$victim" --file "$OUT/sfi_misbehave_ctl:/usr/bin/sfi_misbehave_ctl" \
		--file "$TOP/test/system/matrix_guest.sh" -- "$(guest <<END
. /root/matrix_guest.sh
modprobe sfi_victim && find_targets && load || exit 2
sfi_misbehave_ctl $1 $2 control || exit 3
read -r intact </sys/module/sfi_victim/parameters/intact
[ "\$intact" = Y ] || exit 4
sfi_misbehave_ctl $1 $2
# A timer's turn.
sleep 2
read -r intact </sys/module/sfi_victim/parameters/intact
[ "\$intact" = Y ]
END
)"
}

expect "store_kernel_object in syscall: the victim is hit" 1 machine store_kernel_object syscall
expect "memmove_kernel_object in nested: the victim is hit" 1 machine memmove_kernel_object nested
expect "store_return_address in kthread: the kernel dies" 125 machine store_return_address kthread
expect "call_kernel_object in timer: the kernel dies" 125 machine call_kernel_object timer
