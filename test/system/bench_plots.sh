#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The plots of ./sfi bench, of a file of results: well-formed, every row and every published system in them; what is not in
# the file has none, and that is said.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"

results=$TOP/test/system/bench/results.json
plots=$OUT/plots
svg='{http://www.w3.org/2000/svg}'

# What is written in plot $1, a line each. Fails if it is no well-formed SVG.
texts() {
	python3 -c "import sys, xml.etree.ElementTree as x
root = x.parse(sys.argv[1]).getroot()
assert root.tag == '${svg}svg'
for text in root.iter('${svg}text'): print(''.join(text.itertext()).strip())" "$plots/$1.svg" >"$OUT/texts"
}
has() {
	plot=$1
	shift
	expect "$plot is well-formed" 0 texts "$plot"
	for text in "$@"; do
		expect_line "$plot says '$text'" "$OUT/texts" "^$text\$"
	done
}
bench() { sfi bench --from "$@" >"$OUT/out" 2>&1; }

# Of the results three rows have no figure, one a part.
expect "results without a figure for some rows: an error" 1 bench "$results" --plots "$plots"
expect_line "the figures are printed again" "$OUT/out" '^tcp +1000 +1030 +1\.030 +1\.0 %, 1\.5 %$'
has native hotlist lld md5 "ring: not measured" isolated ASan "LXFI, as published"
has crossings "call: nothing" "call: lend" "import: owned" RedLeaf VMFUNC
has growth domains objects span "call: nothing" "import: owned"
has e1000 tcp tcp-rr "ping: not measured" "LXFI, CPU" "BGI, CPU" "BULKHEAD, CPU"
has recovery "heap: 1000 instructions an object" "timer: 2000 instructions an object" "skb: not measured"

jq 'del(.native, .recovery) | .["e1000"].rows |= .[:2]' "$results" >"$OUT/some.json"
rm -rf "$plots"
expect "results without two parts" 0 bench "$OUT/some.json" --plots "$plots"
expect_line "there is no plot of one" "$OUT/out" 'no plot of native: it is not in the results'
expect_line "nor of the other" "$OUT/out" 'no plot of recovery: it is not in the results'
expect "the others are there, and nothing else" 0 test "$(echo $(ls "$plots"))" = "crossings.svg e1000.svg growth.svg"
expect "a part that is asked for and not there: an error" 1 bench "$OUT/some.json" native
expect "a file that is none of results is refused" 1 bench "$TOP/benchmarks/published.json" --plots "$plots"

# An SVG is not what is left behind when gnuplot fails.
mkdir -p "$OUT/bin"
printf '#!/bin/sh\nexit 1\n' >"$OUT/bin/gnuplot"
chmod +x "$OUT/bin/gnuplot"
PATH=$OUT/bin:$PATH
expect "gnuplot fails: an error" 1 bench "$OUT/some.json" --plots "$plots"
