#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# All small functions through the pass's late phase, then run and judged; see judge.c.
#
# usage: run.sh TOOLS OUT EXTRA: with so many more operations in a function than the families say.
# With a fourth and fifth argument, FAMILY and PART/PARTS: that part alone.
set -eu
TOOLS=$1 OUT=$2 EXTRA=$3
HERE=$(cd "$(dirname "$0")" && pwd)
WORLD=$HERE/../pass/run/Inputs/world.c
PLUGIN=${SFI_OPT:-$TOOLS/sfi-pass/sfi-opt.so}
export SFI_POLICY="$HERE/policy.json"
# Functions in one module: the pass takes more than twice the time for twice as many.
MODULE=1500

host_compile() {
	clang-19 -O2 -w -fno-pic -I "$HERE/../../sfi-pass/include" -c -o "$OUT/$1.o" "$2"
}

one_part() {
	family=$1 part=${2%/*} parts=${2#*/}
	dir=$OUT/$family-$part
	mkdir -p "$dir"
	"$OUT/emit" "$family" "$EXTRA" "$part" "$parts" >"$dir/plain.ll"
	opt-19 "-load-pass-plugin=$PLUGIN" -passes=sfi-late -S -o "$dir/late.ll" "$dir/plain.ll"
	clang-19 -O0 -w -fno-pic -mgeneral-regs-only -c -o "$dir/late.o" "$dir/late.ll"
	clang-19 -no-pie -rdynamic -o "$dir/judge" "$OUT/judge.o" "$OUT/shape.o" "$OUT/world.o" "$dir/late.o"
	"$dir/judge" "$family" "$EXTRA" "$part" "$parts" >"$dir/out" || {
		echo "$family, part $part of $parts, in $dir:"
		cat "$dir/out"
		exit 1
	}
	# Were there no rules, all of this would hold.
	echo "$family $(head -n 1 "$dir/out") $(grep -c '^  store\|memset.p0.i64(ptr %t' "$dir/plain.ll") stores $(grep -c 'call .*@sfi_guard(' "$dir/late.ll") guards" \
		>>"$OUT/sums"
	rm -rf "$dir"
}

if [ $# = 5 ]; then
	one_part "$4" "$5"
	exit
fi
rm -rf "$OUT"
mkdir -p "$OUT"
host_compile shape "$HERE/shape.c"
host_compile emit "$HERE/emit.c"
host_compile judge "$HERE/judge.c"
host_compile world "$WORLD"
clang-19 -no-pie -o "$OUT/emit" "$OUT/emit.o" "$OUT/shape.o"
for family in $("$OUT/emit"); do
	count=$("$OUT/emit" "$family" "$EXTRA" 0 1 | grep -c '^define void')
	parts=$(((count + MODULE - 1) / MODULE))
	for part in $(seq 0 $((parts - 1))); do
		echo "$family $part/$parts"
	done
done | xargs -P "$(nproc)" -L 1 sh "$0" "$TOOLS" "$OUT" "$EXTRA" || {
	echo "wrong guards"
	exit 1
}
awk '{ functions += $2; runs += $4; violations += $6; stores += $8; guards += $10 }
	END { print functions " functions of " stores " stores with " guards " guards: " runs " runs, " violations " violations"
		exit !(functions && violations && guards < stores) }' "$OUT/sums"
