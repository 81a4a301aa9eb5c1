#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Random programs by csmith with stores that go wrong, optimized first as a driver is: what a build without any rule
# of elimination would stop, this one does. See Break.cpp and broken.c.
#
# usage: broken.sh TOOLS OUT SEED SECONDS, as for programs.sh
set -eu
TOOLS=$1 OUT=$2 SEED=$3 SECONDS_MAX=$4
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
. "$HERE/lib.sh"
OPT=${SFI_OPT:-$TOOLS/sfi-pass/sfi-opt.so}
BREAK=$TOOLS/sfi-pass/sfi-break.so
export SFI_POLICY="$TOP/test/exhaust/policy.json"

one_program() {
	dir=$OUT/$1
	mkdir -p "$dir"
	make_program "$1" "$dir/program.c"
	level=$(echo "-O2 -Os -O1 -O0" | cut -d' ' -f$(($1 % 4 + 1)))
	# shellcheck disable=SC2086
	clang-19 $DRIVER_FLAGS -DRANDOM_BOUND $level -emit-llvm -c -o "$dir/plain.bc" "$dir/program.c"
	SFI_SEED=$1 opt-19 "-load-pass-plugin=$BREAK" "-load-pass-plugin=$OPT" -passes=break,sfi-late,ask \
		-o "$dir/late.bc" "$dir/plain.bc" 2>"$dir/errors" || {
		cat "$dir/errors"
		! grep -q 'locals of more than 3072 bytes' "$dir/errors" || exit 3
		exit 1
	}
	# shellcheck disable=SC2086
	clang-19 $DRIVER_FLAGS -O1 -c -o "$dir/late.o" "$dir/late.bc"
	objcopy --redefine-sym __sfi_unit=unit_program --globalize-symbol=unit_program "$dir/late.o"
	clang-19 -no-pie -o "$dir/run" "$dir/late.o" "$OUT/broken.o" "$OUT/world.o"
	"$dir/run" >"$dir/out" 2>&1 || {
		cat "$dir/out"
		exit 1
	}
	tail -n 1 "$dir/out" | tr -d ',' >"$dir/count"
}

if [ "$SECONDS_MAX" = one ]; then
	one_program "$SEED"
	exit
fi
rm -rf "$OUT"
mkdir -p "$OUT"
for file in "$HERE/broken.c" "$TOP/test/pass/run/Inputs/world.c"; do
	clang-19 -O2 -w -fno-pic -DRANDOM_BOUND -I "$HERE/include" -I "$TOP/sfi-pass/include" -c \
		-o "$OUT/$(basename "$file" .c).o" "$file"
done
run_seeds
awk -v seed="$SEED" -v good="$GOOD" '{ returned += $3; violations += $5; exceptions += $7; hangs += $9 }
	END { print "from seed " seed ": " good " programs, " returned " runs returned, " violations " violations, " \
		exceptions " exceptions, " hangs " hangs; no store without a right"
		exit !(returned && violations) }' "$OUT/results"
