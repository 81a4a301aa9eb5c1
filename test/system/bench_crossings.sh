#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The crossings of ./sfi bench: they run, what they count is what they do, and what is noisy or incomplete has
# no figure and is an error.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/bench/lib.sh"

B_DIR=$OUT B_PARTS=crossings B_JSON=$OUT/json B_COMPARE='' B_MARKDOWN='' B_PLOTS='' B_FROM='' X_ROUNDS=5 X_GROWTH_ROUNDS=5 X_AXES="domains span"
is() { [ "$(jq -c "$2" "$1")" = true ]; }
measured=$OUT/measured.json

# How fast this machine is today is not the question: no bound.
X_BOUND=100000
expect "the crossings are built" 0 native_build
crossings_measure >"$measured"
expect "eleven kinds, both builds, every round" 0 is "$measured" '(.rows | length) == 11 and all(.rows[].samples | .plain, .isolated; length == 5)'
expect "axes of five and of four points, three rows each" 0 is "$measured" '(.growth | length) == 27 and all(.growth[]; .samples | length == 5)'
expect "a call or two, no more, without isolation" 0 is "$measured" 'all(.rows[].counts.plain; .instructions >= 3 and .instructions < 40)'
expect "isolation takes instructions" 0 is "$measured" 'all(.rows[].counts; .isolated.instructions > .plain.instructions)'
expect "without isolation nothing is written to the rights table" 0 is "$measured" 'all(.rows[].counts.plain; .table_bytes == 0)'
expect "nor by a call that gives no rights" 0 is "$measured" 'all(.rows[] | select(.row | test("call: nothing|import: (nothing|owned|buffer)")); .counts.isolated.table_bytes == 0)'
expect "the rights of 64 bytes lent are eight bytes, twice" 0 is "$measured" '[.rows[] | select(.row == "call: lend").counts.isolated.table_bytes] == [16]'

# The part is from now on what a file says. $1: a jq program that changes what was measured.
bench_crossings() {
	cp "$OUT/changed.json" "$B_DIR/crossings.json"
	crossings_report >"$OUT/text"
}
change() {
	jq "$1" "$measured" >"$OUT/changed.json"
	bench_run
}
steady='.spread_bound_percent = 5 | .rows |= map(.samples = { plain: [1, 1, 1, 1, 1], isolated: [4, 4, 4, 4, 4] }) | .growth |= map(.samples = [4, 4, 4, 4, 4])'
expect "steady samples: no error" 0 change "$steady"
expect_line "the figure is the difference" "$OUT/text" '^import: owned  +1\.0 +3\.0 +0\.0 %'
expect_line "growth is a line of points" "$OUT/text" '^span +import: owned +1: 4\.0, 4: 4\.0, 16: 4\.0, 64: 4\.0$'
expect "noise: an error" 1 change "$steady | .rows[0].samples.isolated = [4, 4, 5, 5, 9]"
expect_line "it is said instead of a figure" "$OUT/text" '^call: nothing +not measured: a call varies by'
expect "noise in growth: an error" 1 change "$steady | .growth[0].samples = [4, 4, 5, 5, 9]"
expect "a sample is missing: an error" 1 change "$steady | del(.rows[0].samples.plain[0])"
expect "a sample of growth is missing: an error" 1 change "$steady | del(.growth[0].samples[0])"
expect "no crossing at all: an error" 1 change '.rows = [] | .growth = []'
