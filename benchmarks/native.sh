# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The native parts of ./sfi bench: small programs as a driver of a small kernel
# interface, in user space, with the runtime's user port. The same source, compiler
# and flags with the plugin off are the baseline, in the same process.

# Rounds and a slice's length in microseconds: short, so that on a busy machine most slices are not interrupted.
# A row counts if the ratio varies by no more than so many percent.
N_ROUNDS=1000 N_SLICE=200 N_BOUND=5
# Turns for counting instructions: the same in both builds, so that the counts compare.
N_TURNS=512

native_build() {
	build_host_tools
	mkdir -p "$BUILD/bench"
	quietly "$BUILD/log/bench" "looking at the native benchmarks" make -f "$TOP/benchmarks/native/build.mk" \
		TOOLS="$TOOLS" OUT="$BUILD/bench"
}

# Instructions that each program executes, plain and isolated, by callgrind: an object {ROW: {plain: N, isolated: N}}.
native_instructions() {
	rm -rf "$B_DIR/callgrind"
	mkdir -p "$B_DIR/callgrind"
	quietly "$BUILD/log/callgrind" "counting instructions" valgrind --tool=callgrind \
		--callgrind-out-file="$B_DIR/callgrind/out" "$BUILD/bench/micro" count "$N_TURNS"
	awk '/^desc: Trigger: Client Request: / { name = $5 " " $6 } /^totals: / && name { print name, $2; name = "" }' \
		"$B_DIR"/callgrind/out.* |
		jq -nR 'reduce (inputs | split(" ")) as [$row, $build, $n] ({}; .[$row][$build] = ($n | tonumber))'
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
