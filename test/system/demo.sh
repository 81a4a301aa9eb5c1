#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration, as a user runs it.
# Kernels: 6.12
. "$TOP/test/system/lib.sh"

expect "./sfi demo" 0 sfi demo --kernel "$KERNEL" --json "$OUT/json"
expect_line "the control crashed" "$OUT/json" '"control_crashed": true'
expect_line "the kernel is healthy" "$OUT/json" '"kernel_healthy": true'
