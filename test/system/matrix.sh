#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every misbehaviour of drivers/sfi_misbehave in every context: one report, the expected one, from there;
# nothing is changed; the caller gets its error, and nothing stays locked; the driver is back, and does
# right what it had done wrong. ONLY in the environment, a list of patterns, makes it a part of that.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/matrix_lib.sh"

cells=1778 recoveries=1693
[ -z "${ONLY:-}" ] || cells=1 recoveries=0
# shellcheck disable=SC2086 # a list
matrix 1500 $cells $recoveries ${ONLY:-"*"}
