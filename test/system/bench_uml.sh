#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What ./sfi bench makes of boots of a kernel that is a program: ratios of boots that took turns; no figure where they vary,
# where a machine was lost, or where the builds have not done the same.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/bench/lib.sh"

B_DIR=$OUT B_PARTS=uml B_JSON=$OUT/json B_COMPARE='' B_MARKDOWN=$OUT/page.md B_PLOTS='' B_FROM='' KREL=6.1.0-uml
U_BOOTS=15
bench_uml() {
	uml_json <"$OUT/lines" >"$B_DIR/uml.json"
	uml_report >"$OUT/text"
}
is() { [ "$(jq -c "$1" "$B_JSON")" = "$2" ]; }

# Lines of load $1: 100 calls, of $2 ns plain and $3 isolated; both take longer from boot to boot.
boots() {
	for boot in $(seq $U_BOOTS); do
		echo "plain|$1|100|$(($2 * (100 + boot)))"
		echo "isolated|$1|100|$(($3 * (100 + boot)))"
		echo "plain|abc"
		echo "isolated|${4:-abc}"
	done
}
page() { printf '%s\nold\n%s\n' "$(marker_begin uml)" "$(marker_end uml)" >"$B_MARKDOWN"; }

page
{
	boots first 1000 1010
	boots second 1000 1030
} >"$OUT/lines"
expect "all loads measured" 0 bench_run
expect_line "a load: both builds, the ratio" "$OUT/text" '^first +1080\.0 +1090\.8 +1\.010 +0\.0 %$'
expect_line "the geometric mean" "$OUT/text" '^geometric mean +1\.020$'
expect "JSON: a sample" 0 is '.uml.rows[0].samples.isolated[0]' 1020.1
expect_line "the page has the table" "$B_MARKDOWN" '^\| second \| 1080\.0 \| 1112\.4 \| 1\.030 \| 0\.0 % \|$'

cp "$B_JSON" "$OUT/old.json"
cp "$B_MARKDOWN" "$OUT/old.md"
{
	boots first 1000 1010
	boots second 1000 1130
} >"$OUT/lines"
expect "a load costs more" 0 bench_run
bench_compare "$OUT/old.json" "$B_JSON" >"$OUT/moved"
expect_line "it is seen" "$OUT/moved" '^uml +second +time +1\.030 +1\.130 +\+9\.7 %$'
expect "and nothing else is" 0 test "$(grep -c first "$OUT/moved")" = 0

cp "$OUT/old.md" "$B_MARKDOWN"
{
	boots first 1000 1010 | awk -F '|' -v OFS='|' '$1 == "isolated" && NF == 4 && ++n > 12 { $4 *= 1.2 } 1'
	boots second 1000 1030 | sed '/^isolated|second|100|104030$/d'
} >"$OUT/lines"
expect "noise, and a machine lost: an error" 1 bench_run
expect_line "noise is said instead of figures" "$OUT/text" '^first +not measured: the ratio varies by [0-9.]+ %; 5 % is the bound$'
expect_line "a machine lost, too" "$OUT/text" '^second +not measured: a machine was lost$'
expect "no mean without them" 1 grep -q geometric "$OUT/text"
expect "the page is as before" 0 cmp "$OUT/old.md" "$B_MARKDOWN"

boots first 1000 1010 | grep -v '^isolated|abc$' >"$OUT/lines"
expect "a build that tells nothing of what it has done: an error" 1 bench_run
expect_line "which is said, too" "$OUT/text" "^first +not measured: the builds' checksums differ$"
boots first 1000 1010 abd >"$OUT/lines"
expect "builds that have not done the same: an error" 1 bench_run
expect_line "which is said" "$OUT/text" "^first +not measured: the builds' checksums differ$"
