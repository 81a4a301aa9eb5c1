#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The native half of ./sfi bench: it builds and runs, all builds of a program do the same work, and what is
# noisy, different or incomplete has no figure and is an error.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/bench/lib.sh"

B_DIR=$OUT B_PARTS=native B_JSON=$OUT/json B_COMPARE='' B_MARKDOWN='' B_PLOTS='' B_FROM='' N_ROUNDS=10 N_SLICE=20 N_TURNS=8
same() { [ "$(jq -c "$1" "$2")" = "$3" ]; }

# How fast this machine is today is not the question: no bound.
N_BOUND=100000
expect "the programs are built and run" 0 native_build
native_measure >"$OUT/measured.json"
expect "every program, every build, every round" 0 same '[.rows[] | .samples | length, (.[] | length)] | unique' "$OUT/measured.json" '[4,10]'
expect "eight programs" 0 same '.rows | map(.row) | sort | join(" ")' "$OUT/measured.json" '"bits bytes hotlist list lld md5 ring structs"'
expect "instructions are counted" 0 same '[.rows[] | .instructions | .plain > 0 and .isolated >= .plain] | unique' "$OUT/measured.json" '[true]'
expect "a search of a list has no guard" 0 same '[.rows[] | select(.row == "hotlist").instructions | .isolated - .plain < 200]' "$OUT/measured.json" '[true]'
expect "code is weighed" 0 same '[.rows[] | .size | .[] > 100] | unique' "$OUT/measured.json" '[true]'

# Part native is from now on what a file says. $1: a jq program that changes what was measured.
bench_native() {
	cp "$OUT/changed.json" "$B_DIR/native.json"
	native_report >"$OUT/text"
}
change() {
	jq "$1" "$OUT/measured.json" >"$OUT/changed.json"
	bench_run
}
B_MARKDOWN=$OUT/page.md
printf 'before\n%s\nold\n%s\nafter\n' "$(marker_begin native)" "$(marker_end native)" >"$B_MARKDOWN"
cp "$B_MARKDOWN" "$OUT/old.md"

expect "another checksum: an error" 1 change '.rows[2].checksums.isolated = "0"'
expect_line "it is said instead of a figure" "$OUT/text" "^md5 +not measured: the builds' checksums differ"
expect "noise: an error" 1 change '.spread_bound_percent = 5 | .rows[2].samples = { plain: [range(10) | 100], isolated: [range(10) | 100 + 4 * .] }'
expect_line "it is said, too" "$OUT/text" '^md5 +not measured: the ratio varies by [0-9.]+ %; 5 % is the bound'
expect "a sample is missing: an error" 1 change 'del(.rows[2].samples.asan[3])'
expect_line "and that is said" "$OUT/text" '^md5 +not measured: samples are missing'
expect "no program at all: an error" 1 change '.rows = []'
expect "the page is as before" 0 cmp "$OUT/old.md" "$B_MARKDOWN"

steady='.rows |= map(.samples |= map_values([range(10) | 100]))'
expect "steady samples: no error" 0 change "$steady | .rows[2].samples.isolated = [range(10) | 103]"
expect_line "the ratio is that of the samples" "$OUT/text" '^md5 +1\.030 +0\.0 %'
expect_line "the page has the table" "$B_MARKDOWN" '^\| md5 \| 1\.030 \| 0\.0 % \|'
expect_line "a geometric mean over all programs" "$B_MARKDOWN" '^\| geometric mean \| 1\.004 \|'
expect "the JSON has every sample" 0 same '.native.rows[2].samples.isolated | length' "$OUT/json" 10

# Comparison: what differs by more than it varies, and only that.
cp "$OUT/json" "$OUT/old.json"
compare() {
	change "$steady | $1" && bench_compare "$OUT/old.json" "$OUT/json" >"$OUT/moved"
}
expect "the same again" 0 compare '.rows[2].samples.isolated = [range(10) | 103]'
expect_line "nothing has moved" "$OUT/moved" '^nothing has moved$'
expect "another time and another count" 0 compare '.rows[2].samples.isolated = [range(10) | 206] | .rows[3].instructions.isolated *= 2'
expect_line "the time has moved" "$OUT/moved" '^native +md5 +time +1\.030 +2\.060 +\+100\.0 %$'
expect_line "and the count" "$OUT/moved" '^native +ring +instructions .* \+100\.0 %$'
expect "nothing else has" 0 test "$(wc -l <"$OUT/moved")" = 3
expect "within what it varies" 0 compare '.rows[2].samples.isolated = [100, 100, 104, 104, 104, 104, 104, 104, 104, 104]'
expect_line "is no move" "$OUT/moved" '^nothing has moved$'

# A program that cannot go on.
bench_native() {
	false
	echo "went on" >"$OUT/went-on"
}
expect "a part that breaks off: an error" 1 bench_run
if [ -e "$OUT/went-on" ]; then fail "it went on after an error"; else pass "it ended at its first error"; fi

# Layouts of the rights table: what each guard takes, and that one that may not store does not.
bench_layouts >"$OUT/layouts"
for layout in flat radix tagged joined pair chunk; do
	expect_line "a row of layout $layout" "$OUT/layouts" "^$layout +[1-9][0-9]* +[0-9.]+( to [0-9.]+)? +[0-9.]+( to [0-9.]+)? +[0-9.]+( to [0-9.]+)?$"
	expect "its guard lets nothing pass without a right, nor what is not aligned" 0 "$BUILD/bench/layouts" refuse "$layout"
done
expect "no other layout" 1 "$BUILD/bench/layouts" refuse round
