#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every misbehaviour of drivers/sfi_misbehave in every context: one report, the expected one; nothing
# is changed; the caller gets its error; the driver is back, and does right what it had done wrong.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

dir=$TOP/drivers/sfi_misbehave
ko=$(sfi build "$dir" --kernel "$KERNEL")
victim=$(sfi build "$TOP/drivers/sfi_victim" --plain --kernel "$KERNEL")
sample=$(sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL")
cc -O1 -Wall -static -o "$OUT/sfi_misbehave_ctl" "$dir/sfi_misbehave_ctl.c"
vm --module "$ko" --module "$victim" --module "$sample" --timeout 1500 \
	--file "$OUT/sfi_misbehave_ctl:/usr/bin/sfi_misbehave_ctl" --file "$dir/expect" \
	--file "$TOP/test/system/matrix_guest.sh" -- "$(guest <<'END'
. /root/matrix_guest.sh
matrix_setup
matrix_run /root/expect
matrix_finish
END
)"
