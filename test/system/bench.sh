#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What ./sfi bench makes of its runs: medians and ratios; no figure for a row that is noisy or incomplete.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"
. "$TOP/benchmarks/bench.sh"
warn() { echo "$*"; }
say() { :; }

E_RUNS=3 E_DIR=$OUT B_DIR=$OUT KREL=6.1.0-0-amd64 B_PARTS=e1000 B_JSON=$OUT/json B_COMPARE='' B_MARKDOWN=$OUT/page.md B_PLOTS='' B_FROM=''
bench_e1000() {
	e1000_json >"$B_DIR/e1000.json"
	e1000_report >"$OUT/text"
}
BENCH_ROWS="tcp udp"

# $1: row; the rest: instructions of three plain runs, then of three isolated runs, of 10 packets each.
runs() {
	row=$1
	shift
	for build in plain plain plain isolated isolated isolated; do
		[ $# = 0 ] || echo "$build|$row|10|$1"
		[ $# = 0 ] || shift
	done
}
page() {
	printf 'before\n%s\nold\n%s\nafter\n' "$(marker_begin e1000)" "$(marker_end e1000)" >"$B_MARKDOWN"
	cp "$B_MARKDOWN" "$OUT/old.md"
}

page
{
	runs tcp 1000 1020 1010 1250 1230 1240
	runs udp 2000 2000 2000 2400 2400 2400
} >"$OUT/runs"
expect "all rows measured" 0 bench_run
expect_line "medians, their ratio and spreads" "$OUT/text" '^tcp +101 +124 +1\.228 +2\.0 %, 1\.6 %$'
same() { [ "$(jq -c "$1" "$B_JSON")" = "$2" ]; }
expect "JSON: figures" 0 same '.["e1000"].rows[1] | [.row, .plain, .isolated, .ratio, .spread_plain_percent]' '["udp",200,240,1.2,0]'
expect "JSON: a run" 0 same '.["e1000"].runs[4]' '{"build":"isolated","row":"tcp","packets":10,"instructions":1230}'
expect_line "the page has the table" "$B_MARKDOWN" '^\| tcp \| 101 \| 124 \| 1\.228 \| 2\.0 %, 1\.6 % \|$'
expect_line "what was between the markers is gone, the rest stays" "$B_MARKDOWN" '^after$'
if grep -q old "$B_MARKDOWN"; then fail "the old table is still there"; else pass "the old table is gone"; fi

page
{
	runs tcp 1000 1020 1010 1250 1230 1300
	runs udp 2000 2000 2000 2400 2400 2400
} >"$OUT/runs"
expect "runs that differ too much: an error" 1 bench_run
expect_line "it is said instead of a figure" "$OUT/text" '^tcp +not measured: runs differ by 2\.0 % \(plain\), 5\.6 % \(isolated\)'
expect_line "the other row has its figure" "$OUT/text" '^udp +200 +240 +1\.200 '
expect "JSON: no figure" 0 same '.["e1000"].rows[0] | [.verdict, .plain, .isolated, .ratio]' '["noisy",null,null,null]'
expect "the page is as before" 0 cmp "$OUT/old.md" "$B_MARKDOWN"

{
	runs tcp 1000 1020 1010 1250 1230
	runs udp 2000 2000 2000
} >"$OUT/runs"
expect "a machine was lost: an error" 1 bench_run
expect_line "a row without all runs has no figure" "$OUT/text" '^tcp +not measured: the machine was lost$'
expect_line "nor has one without any" "$OUT/text" '^udp +not measured: the machine was lost$'
expect "the page is still as before" 0 cmp "$OUT/old.md" "$B_MARKDOWN"

expect "a page without markers is refused before anything is measured" 1 sfi bench e1000 --markdown "$TOP/sfi"
expect "JSON that cannot be written is, too" 1 sfi bench e1000 --json "$OUT/no/where"
