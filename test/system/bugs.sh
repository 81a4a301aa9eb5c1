#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every bug of drivers/plants/e1000.plants: the control crashes, isolated each is reported once and recovered from.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

rc=0
sfi demo --kernel "$KERNEL" --bugs all --json "$OUT/json" || rc=$?
sed -n 's/^ *{"bug": "\([^"]*\)".*"verdict": "survived", "report": "sfi: VIOLATION.*/PASS: \1/p
	t
	s/^ *{"bug": "\([^"]*\)".*"verdict": "\([^"]*\)", "report": "\(.*\)"}.*/FAIL: \1: \2; \3/p' "$OUT/json"
for key in control_crashed kernel_healthy; do
	expect_line "$key" "$OUT/json" "\"$key\": true"
done
if [ $rc = 0 ]; then pass "exit status"; else fail "exit status $rc"; fi
