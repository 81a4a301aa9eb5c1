# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests that run the matrix have in common, sourced after lib.sh:
# building, and booting the guest that runs the cells.

# At least one misbehaviour for each detector.
MATRIX_SAMPLE="store_kernel_object store_freed call_wrong_type read_null bug deadlock lock_held_at_return rcu_left_locked \
irqs_left_off double_free rcu_queued_twice result_out_of_range registration_left hang_irqs_off recursion warn warn_panics \
leak read_noncanonical divide_by_zero starve allocation_bomb interrupt_storm"

# Builds all and boots. $1: the command that boots (vm, or one that ends in it); $2: the guest's script;
# the rest: further options.
matrix_boot() {
	boot=$1 script=$2 dir=$TOP/drivers/sfi_misbehave
	shift 2
	ko=$(sfi build "$dir" --kernel "$KERNEL")
	victim=$(sfi build "$TOP/drivers/sfi_victim" --plain --kernel "$KERNEL")
	sample=$(sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL")
	cc -O1 -Wall -static -o "$OUT/sfi_misbehave_ctl" "$dir/sfi_misbehave_ctl.c" "$dir/ask.c"
	cc -O1 -Wall -static -I "$dir" -o "$OUT/matrix" "$TOP"/test/system/matrix/*.c "$dir/ask.c"
	"$boot" --module "$ko" --module "$victim" --module "$sample" --qemu "-device edu" \
		--file "$OUT/sfi_misbehave_ctl:/usr/bin/sfi_misbehave_ctl" --file "$OUT/matrix:/usr/bin/matrix" \
		--file "$dir/expect" --file "$TOP/test/system/matrix_guest.sh" "$@" -- "$script"
}

# The cells of all misbehaviours, or of those whose names match a pattern. $1: the longest it may take, in seconds; $2, $3: so
# many cells and recoveries there must be at least.
matrix() {
	seconds=$1 cells=$2 recoveries=$3
	shift 3
	matrix_boot vm "$(guest <<END
. /root/matrix_guest.sh
matrix_setup
matrix_run /root/expect $cells $recoveries $(printf "'%s' " "$@")
matrix_finish
END
)" --timeout "$seconds"
}
