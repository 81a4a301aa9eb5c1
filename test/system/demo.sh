#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration, with fewer bugs at random: the control crashes; isolated, every bug of drivers/plants/e1000.plants
# (on 6.12, a sample) is reported once and recovered from, and one TCP transfer goes through all of them byte by byte.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

case $KERNEL in
6.1) set -- --random 20 --seed 1 ;;
*)
	set -- --random 8 --seed 2 --bugs "e1000_xmit_frame:wild_store,e1000_tx_queue:null_read,e1000_intr:wild_call,\
e1000_intr:divide_error,e1000_clean:use_after_free,e1000_clean_rx_irq:memset_overflow,e1000_watchdog:interior_free,\
e1000_update_stats:infinite_loop_irqs_off,e1000_get_drvinfo:deep_recursion,e1000_get_ringparam:kernel_call,\
e1000_open:text_store"
	;;
esac
rc=0
sfi demo --kernel "$KERNEL" --json "$OUT/json" "$@" || rc=$?
sed -n 's/^ *{"bug": "\([^"]*\)".*"verdict": "survived", "report": "sfi: VIOLATION.*/PASS: \1/p
	t
	s/^ *{"bug": "\([^"]*\)".*"verdict": "\([^"]*\)", "report": "\(.*\)"}.*/FAIL: \1: \2; \3/p' "$OUT/json"
for key in control_crashed kernel_healthy tcp_intact; do
	expect_line "$key" "$OUT/json" "\"$key\": true"
done
expect_line "all bugs at random fired" "$OUT/json" "\"random_fired\": $2,"
expect_line "each that was reported was recovered from" "$OUT/json" '"random_wrong": ""'
if [ $rc = 0 ]; then pass "exit status"; else fail "exit status $rc"; fi
