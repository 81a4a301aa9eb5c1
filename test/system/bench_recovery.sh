#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What ./sfi bench makes of its recoveries: what an object costs, how far from linear that is; no figure for a
# kind that is noisy or incomplete.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/bench/lib.sh"

B_DIR=$OUT B_PARTS=recovery B_JSON=$OUT/json B_COMPARE='' B_MARKDOWN=$OUT/page.md B_PLOTS='' B_FROM='' E_RUNS=3 KREL=6.1.0-0-amd64
R_KINDS="heap skb" R_POINTS="0 10 1000 100000"
bench_recovery() {
	recovery_json <"$OUT/runs" >"$B_DIR/recovery.json"
	recovery_report >"$OUT/text"
}
is() { [ "$(jq -c "$1" "$B_JSON")" = "$2" ]; }

# Lines of kind $1: three runs a point, 300 us without objects of which 100 idle, $2 us an object; $3 more at the most.
runs() {
	for n in $R_POINTS; do
		for run in 0 1 2; do
			echo "$1 $2 $3 $n $run" | awk '{
				us = 300 + $2 * $4 + ($4 == 100000 ? $3 : 0) + $5
				printf "%s|%d|%.0f|100|%.0f\n", $1, $4, us, $2 * $4 }'
		done
	done
}
page() { printf '%s\nold\n%s\n' "$(marker_begin recovery)" "$(marker_end recovery)" >"$B_MARKDOWN"; }

page
{
	runs heap 2 0
	runs skb 1 30000
} >"$OUT/runs"
expect "all kinds measured" 0 bench_run
expect_line "time, instructions without what was idle, and an object's" "$OUT/text" '^heap +1000 +2301 +2000 +2201,000 +0\.1 % +2000$'
expect_line "without any object" "$OUT/text" '^heap +0 +301 +0 +201,000 +1\.0 % +-$'
expect_line "a linear kind" "$OUT/text" '^heap +2000 +1\.000$'
expect_line "one that is not" "$OUT/text" '^skb +1300 +1\.300$'
expect "JSON: a run" 0 is '.recovery.samples[1]' '{"row":"heap","at":0,"us":301,"kilo_instructions":201,"release_us":0}'
expect_line "the page has the table" "$B_MARKDOWN" '^\| skb \| 1300 \| 1\.300 \|$'

cp "$B_JSON" "$OUT/old.json"
cp "$B_MARKDOWN" "$OUT/old.md"
{
	runs heap 3 0
	runs skb 1 30000
} >"$OUT/runs"
expect "an object costs more" 0 bench_run
bench_compare "$OUT/old.json" "$B_JSON" >"$OUT/moved"
expect_line "it is seen" "$OUT/moved" '^recovery +heap, 100000 objects +instructions .* \+49\.9 %$'
expect "and nothing else is" 0 test "$(grep -c skb "$OUT/moved")" = 0

cp "$OUT/old.md" "$B_MARKDOWN"
{
	runs heap 2 0 | sed 's/^\(heap|1000|\)2302|/\12500|/'
	runs skb 1 0 | grep -v '^skb|100000|'
} >"$OUT/runs"
expect "noise, and a machine lost: an error" 1 bench_run
expect_line "noise is said instead of figures" "$OUT/text" '^heap +not measured: runs differ by [0-9.]+ %; 5 % is the bound$'
expect_line "a machine lost, too" "$OUT/text" '^skb +not measured: the machine was lost$'
expect "neither has a figure for an object" 0 test "$(grep -c '^heap\|^skb' "$OUT/text")" = 2
expect "the page is as before" 0 cmp "$OUT/old.md" "$B_MARKDOWN"
