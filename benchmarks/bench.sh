# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi bench: what isolation costs. Runs the parts, and makes one report of them.
# Each part measures the same thing built plain and isolated, by the same compiler,
# in the same run.

. "$TOP/benchmarks/native.sh"
. "$TOP/benchmarks/e1000.sh"
. "$TOP/benchmarks/breakdown.sh"
. "$TOP/benchmarks/recovery.sh"
. "$TOP/benchmarks/uml.sh"
. "$TOP/benchmarks/plots.sh"

usage_bench() {
	cat <<-'END'
	usage: ./sfi bench [native|crossings|e1000|recovery|uml|breakdown|layouts]... [OPTION]...

	Parts; without one the first four are run:
	  native    small programs in user space: time, instructions and code size, plain, isolated,
	            and with AddressSanitizer
	  crossings calls between kernel and driver in user space: time, instructions, bytes of the rights
	            table written, and whether they grow with objects, domains and the span of addresses
	  e1000     guest instructions per packet of e1000; medians of five runs:
	              tcp, udp      iperf3 between two e1000: both ends are the driver under test
	              tcp-rr        qperf: one byte there, one byte back, over TCP
	              ping          ping -f, each packet sent when the one before is answered
	              tcp-send      iperf3 from e1000 to a virtio card, whose cost is in both figures
	              tcp-receive   the other way round
	              udp-send, udp-receive   the same with UDP
	  recovery  what it takes to recover a driver, in guest microseconds and instructions, by the number
	            of kernel objects that it holds: memory, timers, packets; what an object costs
	  uml       wall time of a kernel that is a program and runs at the machine's own speed: the sample driver and
	            a network device, used from inside the kernel; 60 boots of each build, in turns
	  breakdown where the instructions of the first four go, by function: crossings, guards and bytes of
	            the rights table written per packet, and what each wrapper costs. Prints, and writes no file
	  layouts   what a guard costs natively with one layout of the rights table or another. Prints, and
	            writes no file

	  --quick          fewer rounds and boots; one run of e1000, and of each recovery
	  --json FILE      write the results, with every single sample, there as well
	  --plots DIR      draw the results into DIR as SVG, beside what other systems have published
	  --from FILE      measure nothing: the results are what FILE has, which --json has written
	  --compare FILE   say what has moved since FILE was written by --json
	  --markdown FILE  rewrite the tables in FILE, a page with the markers that stand in docs/performance.md
	  --kernel V       for e1000 and recovery: 6.1 (default) or 6.12; uml has a 6.1 of its own

	A row whose samples vary too much, whose builds did not do the same, or whose machine was lost, has
	no figure: it says so, FILE stays as it was, and the exit status is 1.
	END
}

# A jq program with the report's functions. $1: program; the rest: options and files of jq.
report() {
	program=$1
	shift
	jq -r --slurpfile published "$TOP/benchmarks/published.json" "$(cat "$TOP/benchmarks/report.jq") $program" "$@"
}

# Rows of cells as a table for the terminal, or for a page.
text_table() { column -t -s "$(printf '\t')" | sed 's, *$,,'; }
markdown_table() {
	awk -F '\t' '{ line = "|"; for (i = 1; i <= NF; i++) line = line " " $i " |"; print line }
		NR == 1 { line = "|"; for (i = 1; i <= NF; i++) line = line "---|"; print line; columns = NF }'
}

# --- native -------------------------------------------------------------------

NATIVE_HEAD='["program", "time", "varies by", "instructions", "code size", "time, ASan for writes", "time, ASan", "time, LXFI"]'
native_table() {
	report "(native_summary) as \$rows | .spread_bound_percent as \$bound | $NATIVE_HEAD, (\$rows[] | native_cells(\$bound)),
		(if all(\$rows[]; .verdict == \"ok\") then [\"geometric mean\", (\$rows | map(.builds.isolated.ratio) | geomean | fixed(3)), \"\",
			(\$rows | map(.instructions_ratio) | geomean | fixed(3)), (\$rows | map(.size_ratio) | geomean | fixed(2)),
			(\$rows | map(.builds[\"asan-writes\"].ratio) | geomean | fixed(2)),
			(\$rows | map(.builds.asan.ratio) | geomean | fixed(2))] else empty end) | @tsv" "$1"
}

native_good() { report 'native_summary | length > 0 and all(.[]; .verdict == "ok")' "$1" | grep -qx true; }

# The part's lines of a page.
native_markdown() {
	report '"\(.rounds) rounds of about \(.slice_us) us a build, on one \(.cpu). Isolated against plain, and what AddressSanitizer takes of the same.\n"' \
		"$B_DIR/native.json"
	native_table "$B_DIR/native.json" | markdown_table
}

bench_native() {
	native_build
	native_measure >"$B_DIR/native.json"
	native_report
}

# Prints the part's figures; fails if one is missing.
native_report() {
	native_table "$B_DIR/native.json" | text_table
	native_good "$B_DIR/native.json" || {
		warn "bench: not every program could be measured"
		return 1
	}
}

# --- crossings ----------------------------------------------------------------

CROSSINGS_HEAD='["crossing", "plain, ns", "isolated: more ns", "varies by", "more instructions", "table bytes written"]'
GROWTH_HEAD='["axis", "crossing", "ns a call"]'
crossings_table() {
	report "(crossings_summary) as \$rows | .spread_bound_percent as \$bound | $CROSSINGS_HEAD, (\$rows[] | crossings_cells(\$bound)) | @tsv" "$1"
}
growth_table() {
	report "(growth_summary) as \$rows | .spread_bound_percent as \$bound | $GROWTH_HEAD, (\$rows[] | growth_cells(\$bound)) | @tsv" "$1"
}

crossings_good() {
	report '(crossings_summary + growth_summary) | length > 0 and all(.[]; .verdict == "ok")' "$1" | grep -qx true
}

crossings_markdown() {
	report '"\(.rounds) rounds, on one \(.cpu).\n"' "$B_DIR/crossings.json"
	crossings_table "$B_DIR/crossings.json" | markdown_table
	echo
	growth_table "$B_DIR/crossings.json" | markdown_table
}

crossings_report() {
	crossings_table "$B_DIR/crossings.json" | text_table
	growth_table "$B_DIR/crossings.json" | text_table
	crossings_good "$B_DIR/crossings.json" || {
		warn "bench: not every crossing could be measured"
		return 1
	}
}

bench_crossings() {
	native_build
	crossings_measure >"$B_DIR/crossings.json"
	crossings_report
}

# --- pages --------------------------------------------------------------------

marker_begin() { echo "<!-- ./sfi bench --markdown rewrites what follows: $1; do not edit -->"; }
marker_end() { echo "<!-- end of what ./sfi bench wrote: $1 -->"; }

# Page $2 has both markers of part $1, in this order.
has_markers() {
	awk -v begin="$(marker_begin "$1")" -v end="$(marker_end "$1")" '$0 == begin && !n { n = 1 } $0 == end && n == 1 { n = 2 }
		END { exit n != 2 }' "$2"
}

# Puts stdin between the markers of part $1 in page $2.
rewrite() {
	cat >"$B_DIR/table"
	awk -v begin="$(marker_begin "$1")" -v end="$(marker_end "$1")" -v table="$B_DIR/table" '
		$0 == end { inside = 0 }
		!inside { print }
		$0 == begin { inside = 1; while ((getline line <table) > 0) print line }' "$2" >"$B_DIR/page"
	cat "$B_DIR/page" >"$2"
}

# --- all ------------------------------------------------------------------------

# The parts that are run if none is named, and that --json writes.
BENCH_PARTS="native crossings e1000 recovery"

is_results() { jq -e .format "$1" >/dev/null 2>&1 || die "$1 was not written by ./sfi bench --json"; }

# Of file $B_FROM the parts named, or those of all that are there.
bench_parts_of_file() {
	is_results "$B_FROM"
	named=$B_PARTS B_PARTS=
	for part in ${named:-$B_PLOTTED uml}; do
		if jq -e --arg part "$part" '.[$part]' "$B_FROM" >/dev/null; then
			B_PARTS="$B_PARTS $part"
		elif [ -n "$named" ]; then
			die "$B_FROM has no part $part"
		fi
	done
	[ -n "$B_PARTS" ] || die "$B_FROM has no part"
}

bench_options() {
	E_RUNS=5 E_KERNEL=6.1 B_PARTS='' B_JSON='' B_MARKDOWN='' B_COMPARE='' B_PLOTS='' B_FROM=''
	while [ $# -gt 0 ]; do
		case $1 in
		--quick) E_RUNS=1 N_ROUNDS=200 X_ROUNDS=100 X_GROWTH_ROUNDS=20 U_BOOTS=30 ;;
		--json | --markdown | --kernel | --compare | --plots | --from)
			[ $# -ge 2 ] || misuse "$1 needs a value"
			case $1 in
			--json) B_JSON=$2 ;;
			--markdown) B_MARKDOWN=$2 ;;
			--kernel) E_KERNEL=$2 ;;
			--compare) B_COMPARE=$2 ;;
			--plots) B_PLOTS=$2 ;;
			--from) B_FROM=$2 ;;
			esac
			shift
			;;
		-*) misuse "unknown option $1" ;;
		native | crossings | e1000 | recovery | uml | breakdown | layouts) B_PARTS="$B_PARTS $1" ;;
		*) misuse "no part $1" ;;
		esac
		shift
	done
	B_PLOTTED=${B_PARTS:-$BENCH_PARTS}
	[ -z "$B_FROM" ] || bench_parts_of_file
	B_PARTS=${B_PARTS:-$BENCH_PARTS}
	# Known before the measurement, which is long.
	[ -z "$B_COMPARE" ] || is_results "$B_COMPARE"
	[ -z "$B_PLOTS" ] || mkdir -p "$B_PLOTS" 2>/dev/null || die "$B_PLOTS cannot be made"
	[ -z "$B_JSON" ] || touch "$B_JSON" 2>/dev/null || die "$B_JSON cannot be written"
	[ -n "$B_MARKDOWN" ] || return 0
	[ -w "$B_MARKDOWN" ] || die "$B_MARKDOWN cannot be written"
	for part in $B_PARTS; do
		has_markers "$part" "$B_MARKDOWN" || die "$B_MARKDOWN has no markers for the table of $part"
	done
}

# What the parts have left, as one object.
bench_all() {
	for part in $B_PARTS; do
		[ ! -s "$B_DIR/$part.json" ] || jq --arg part "$part" '{ ($part): . }' "$B_DIR/$part.json"
	done | jq -s 'reduce .[] as $part ({ format: 1 }; . + $part)'
}

# Runs part $1 in a process of its own, so that one that cannot go on does not take the others along; then
# rewrites its table if all went well.
bench_part() {
	say "part $1"
	# "if (...)" would keep the part from ending at its first error.
	(
		set -e
		if [ -n "$B_FROM" ]; then
			jq --arg part "$1" '.[$part]' "$B_FROM" >"$B_DIR/$1.json"
			"$1_report"
		else
			"bench_$1"
		fi
	) &
	wait $! || return
	[ -z "$B_MARKDOWN" ] || "$1_markdown" | rewrite "$1" "$B_MARKDOWN"
}

# What has moved from report $1 to report $2.
bench_compare() {
	report "[moved(\$old[0])] | if length == 0 then [\"nothing has moved\"] else ([\"part\", \"row\", \"figure\", \"before\", \"now\", \"\"], .[]) end | @tsv" \
		--slurpfile old "$1" "$2" | text_table
}

bench_plots() {
	for part in $B_PLOTTED; do
		plot_part "$part" || return
	done
}

# Runs all parts and reports. Fails if one did.
bench_run() {
	bad=
	for part in $B_PARTS; do
		bench_part "$part" || bad=yes
	done
	bench_all >"$B_DIR/all.json"
	[ -z "$B_COMPARE" ] || bench_compare "$B_COMPARE" "$B_DIR/all.json"
	[ -z "$B_PLOTS" ] || bench_plots || bad=yes
	[ -z "$B_JSON" ] || cp "$B_DIR/all.json" "$B_JSON"
	[ -z "$bad" ]
}

cmd_bench() {
	bench_options "$@"
	need build
	setup_packages
	mkdir -p "$BUILD/bench"
	B_DIR=$(mktemp -d "$BUILD/bench/run.XXXXXX")
	trap 'rm -rf "$B_DIR"' EXIT
	trap 'exit 130' INT TERM HUP
	bench_run
}
