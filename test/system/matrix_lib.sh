# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What matrix.sh and matrix_sample.sh have in common, sourced after lib.sh:
# building, and booting the guest that runs the cells.

# The cells of all misbehaviours, or of those whose names match a pattern. Set SECONDS_MAX first.
matrix() {
	dir=$TOP/drivers/sfi_misbehave
	ko=$(sfi build "$dir" --kernel "$KERNEL")
	victim=$(sfi build "$TOP/drivers/sfi_victim" --plain --kernel "$KERNEL")
	sample=$(sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL")
	cc -O1 -Wall -static -o "$OUT/sfi_misbehave_ctl" "$dir/sfi_misbehave_ctl.c" "$dir/ask.c"
	cc -O1 -Wall -static -I "$dir" -o "$OUT/matrix" "$TOP"/test/system/matrix/*.c "$dir/ask.c"
	vm --module "$ko" --module "$victim" --module "$sample" --timeout "$SECONDS_MAX" --qemu "-device edu" \
		--file "$OUT/sfi_misbehave_ctl:/usr/bin/sfi_misbehave_ctl" --file "$OUT/matrix:/usr/bin/matrix" \
		--file "$dir/expect" --file "$TOP/test/system/matrix_guest.sh" -- "$(guest <<END
. /root/matrix_guest.sh
matrix_setup
matrix_run $(printf "'%s' " "$@")
matrix_finish
END
)"
}
