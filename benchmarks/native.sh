# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The native parts of ./sfi bench, programs and crossings: small programs as a driver of a small kernel
# interface, in user space, with the runtime's user port. The same source, compiler
# and flags with the plugin off are the baseline, in the same process. And layouts: guards written by hand.

# Rounds and a slice's length in microseconds: short, so that on a busy machine most slices are not interrupted.
# A row counts if the ratio varies by no more than so many percent.
N_ROUNDS=1000 N_SLICE=200 N_BOUND=5
# Turns for counting instructions: the same in both builds, so that the counts compare.
N_TURNS=512

# One at a time: tests and measurements share what is built.
native_build() {
	build_host_tools
	mkdir -p "$BUILD/bench"
	(
		flock 8
		quietly "$BUILD/log/bench" "looking at the native benchmarks" make -f "$TOP/benchmarks/native/build.mk" \
			TOOLS="$TOOLS" OUT="$BUILD/bench"
	) 8>"$BUILD/bench/.lock"
}

# Runs program $1 with the arguments that follow under callgrind, which it has dump its counts as "ROW BUILD". Prints
# lines "ROW BUILD instructions".
count_instructions() {
	program=$1
	shift
	rm -rf "$B_DIR/callgrind"
	mkdir -p "$B_DIR/callgrind"
	quietly "$BUILD/log/callgrind" "counting instructions" valgrind --tool=callgrind \
		--callgrind-out-file="$B_DIR/callgrind/out" "$BUILD/bench/$program" "$@" || return
	awk '/^desc: Trigger: Client Request: / { name = $5 " " $6 } /^totals: / && name { print name, $2; name = "" }' "$B_DIR"/callgrind/out.*
}

# Instructions that each program executes, plain and isolated, by callgrind: an object {ROW: {plain: N, isolated: N}}.
native_instructions() {
	count_instructions micro count "$N_TURNS" >"$B_DIR/counted"
	jq -nR 'reduce (inputs | split(" ")) as [$row, $build, $n] ({}; .[$row][$build] = ($n | tonumber))' "$B_DIR/counted"
}

# Bytes of code of each program: {ROW: {plain: N, ...}}.
native_sizes() {
	for build in plain isolated asan_writes asan; do
		for object in "$BUILD/bench/$build"/*.o; do
			case $object in *.u.o | *driver*) continue ;; esac
			echo "$(basename "$object" .o) $(echo "$build" | tr _ -) $(size -A "$object" | awk '/^\.text/ { n += $2 } END { print n }')"
		done
	done | jq -nR 'reduce (inputs | split(" ")) as [$row, $build, $n] ({}; .[$row][$build] = ($n | tonumber))'
}

# The part's raw data, on stdout.
native_measure() {
	native_instructions >"$B_DIR/instructions"
	native_sizes >"$B_DIR/sizes"
	say "measuring programs: $N_ROUNDS rounds"
	"$BUILD/bench/micro-asan" "$N_ROUNDS" "$N_SLICE" >"$B_DIR/rows"
	cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
	jq --arg cpu "$cpu" --argjson slice "$N_SLICE" --slurpfile instructions "$B_DIR/instructions" --slurpfile sizes "$B_DIR/sizes" \
		--argjson rounds "$N_ROUNDS" --argjson bound "$N_BOUND" '{ cpu: $cpu, slice_us: $slice, rounds: $rounds, spread_bound_percent: $bound,
			unit: "nanoseconds of CPU time a slice",
			rows: map(. + { instructions: $instructions[0][.row], size: $sizes[0][.row] }) }' "$B_DIR/rows"
}

# --- crossings ------------------------------------------------------------------

# Rounds of ten thousand calls, and of growth; how much the cost of a call may vary, in percent of it.
X_ROUNDS=300 X_GROWTH_ROUNDS=50 X_BOUND=15
X_AXES="objects domains span"

# From lackey's trace, file $1, and what crossings said of it, file $2: lines "row|build|extra|instructions|bytes of
# the rights table written". A window is between a store to the mark and the next.
crossings_windows() {
	awk '
		function hex(s,   i, n) {
			for (i = 1; i <= length(s); i++) n = 16 * n + index("0123456789abcdef", substr(s, i, 1)) - 1
			return n
		}
		BEGIN { tables = windows = seen = 0 }
		FNR == NR && $1 == "mark" { mark = hex($2) }
		FNR == NR && $1 == "table" { low[tables] = hex($2); high[tables++] = hex($3) }
		FNR == NR && $1 == "window" { sub(/^window /, ""); name[windows++] = $0 }
		FNR == NR { next }
		$1 == "I" { instructions += inside }
		$1 == "S" || $1 == "M" {
			split($2, part, ",")
			at = hex(part[1])
			if (at == mark) {
				if (inside) printf "%s|%d|%d\n", name[seen++], instructions, bytes
				inside = !inside
				instructions = bytes = 0
			}
			for (t = 0; inside && t < tables; t++) if (at >= low[t] && at < high[t]) bytes += part[2]
		}' "$2" "$1"
}

# Per call: {ROW: {plain: {instructions: N, table_bytes: N}, isolated: ...}}.
crossings_counts() {
	quietly "$BUILD/log/lackey" "counting instructions of crossings" in_trace
	crossings_windows "$B_DIR/lackey" "$B_DIR/trace" | jq -nR '
		[inputs | split("|")] | group_by(.[0]) | map({ (.[0][0]): (group_by(.[1]) | map(
			(map(select(.[2] == "0"))[0]) as $few | (map(select(.[2] != "0"))[0]) as $many | ($many[2] | tonumber) as $n |
			{ (.[0][1]): { instructions: ((($many[3] | tonumber) - ($few[3] | tonumber)) / $n),
				table_bytes: ((($many[4] | tonumber) - ($few[4] | tonumber)) / $n) } }) | add) }) | add'
	rm -f "$B_DIR/lackey"
}

in_trace() {
	valgrind --tool=lackey --trace-mem=yes --log-file="$B_DIR/lackey" "$BUILD/bench/crossings" trace >"$B_DIR/trace"
}

# The part's raw data, on stdout.
crossings_measure() {
	crossings_counts >"$B_DIR/counts"
	say "measuring crossings: $X_ROUNDS rounds"
	"$BUILD/bench/crossings" "$X_ROUNDS" >"$B_DIR/rows"
	for axis in $X_AXES; do
		"$BUILD/bench/crossings" growth "$axis" "$X_GROWTH_ROUNDS"
	done >"$B_DIR/growth"
	cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
	jq --arg cpu "$cpu" --slurpfile counts "$B_DIR/counts" --slurpfile growth "$B_DIR/growth" \
		--argjson rounds "$X_ROUNDS" --argjson growth_rounds "$X_GROWTH_ROUNDS" --argjson bound "$X_BOUND" \
		'{ cpu: $cpu, rounds: $rounds, growth_rounds: $growth_rounds, spread_bound_percent: $bound,
			unit: "nanoseconds of CPU time a call",
			rows: map(. + { counts: $counts[0][.row] }), growth: ($growth | add) }' "$B_DIR/rows"
}

# --- layouts --------------------------------------------------------------------

# Stores of a run: STORES in native/layouts.c.
L_STORES=65536

# Prints, for each layout of the rights table that was tried, what a guard takes: instructions, and nanoseconds where
# stores go to few objects or many. Medians; the largest and the smallest of three runs where they differ by more than a
# tenth.
bench_layouts() {
	native_build
	count_instructions layouts count >"$B_DIR/counted"
	say "measuring layouts of the rights table"
	for run in 1 2 3; do
		"$BUILD/bench/layouts" || die "the layouts could not be measured"
	done >"$B_DIR/layouts"
	awk -v stores="$L_STORES" '
		BEGIN { FS = "|" }
		FILENAME ~ /counted$/ { split($0, f, " "); instructions[f[2]] = f[3] / stores; next }
		!($1 in column) { column[$1] = ++columns; title[columns] = $1 }
		!($2 in row) { row[$2] = ++rows; name[rows] = $2 }
		{ n = ++runs[$2, $1]; ns[$2, $1, n] = $3 / 1000 }
		function figure(l, p,   a, b, c, least, most) {
			a = ns[l, p, 1]; b = ns[l, p, 2]; c = ns[l, p, 3]
			least = a < b ? a : b; most = a < b ? b : a
			if (c < least) least = c
			if (c > most) most = c
			if (most - least > (a + b + c - most - least) / 10) return sprintf("%.2f to %.2f", least, most)
			return sprintf("%.2f", a + b + c - most - least)
		}
		END {
			line = "layout\tinstructions"
			for (c = 1; c <= columns; c++) line = line "\tns, " title[c]
			print line
			for (r = 1; r <= rows; r++) {
				line = sprintf("%s\t%.0f", name[r], instructions[name[r]] - instructions["plain"])
				for (c = 1; c <= columns; c++) line = line "\t" figure(name[r], title[c])
				print line
			}
		}' "$B_DIR/counted" "$B_DIR/layouts" | text_table
}
