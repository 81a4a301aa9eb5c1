#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A sample of the matrix (matrix.sh): at least one misbehaviour for each detector, in every context.
# Kernels: 6.12
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/matrix_lib.sh"

# shellcheck disable=SC2086 # a list
matrix 900 350 310 $MATRIX_SAMPLE
