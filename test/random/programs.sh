#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Random programs by csmith, as drivers: isolated at each level of optimization they compute what they compute
# without. They do nothing wrong, so that any violation is one too many.
#
# usage: programs.sh TOOLS OUT SEED SECONDS: programs of seeds from SEED on, until time is up.
# With "one" for SECONDS: the program of that seed alone, again; its folder stays.
set -eu
TOOLS=$1 OUT=$2 SEED=$3 SECONDS_MAX=$4
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
LEVELS="-O0 -O1 -O2 -Os"
. "$HERE/lib.sh"

# One program, plain and at each level. Its folder is kept if something is wrong.
# Exits with 3 if it is none for this test: endless, or with locals of more than a driver may have.
one_program() {
	dir=$OUT/$1 levels=0
	mkdir -p "$dir"
	make_program "$1" "$dir/program.c"
	# shellcheck disable=SC2086
	clang-19 $DRIVER_FLAGS -O1 -c -o "$dir/plain.o" "$dir/program.c"
	clang-19 -no-pie -o "$dir/plain" "$dir/plain.o" "$OUT/host-plain.o"
	timeout 5 "$dir/plain" >"$dir/plain.out" || exit 3
	for level in $LEVELS; do
		# shellcheck disable=SC2086
		clang-19 $DRIVER_FLAGS $level "-fplugin=$TOOLS/sfi-pass/sfi-pass.so" \
			"-fplugin-arg-sfi-pass-policy=$OUT/gen/policy.json" -c -o "$dir/isolated.o" "$dir/program.c" 2>"$dir/errors" || {
			! grep -q 'locals of more than 3072 bytes' "$dir/errors" || continue
			cat "$dir/errors"
			exit 1
		}
		link_isolated "$dir/isolated.o" "$dir/isolated"
		timeout 60 "$dir/isolated" >"$dir/isolated.out" 2>"$dir/errors" || :
		cmp -s "$dir/plain.out" "$dir/isolated.out" || {
			echo "program $1, $level: plain $(cat "$dir/plain.out"), isolated $(cat "$dir/isolated.out" "$dir/errors")"
			exit 1
		}
		levels=$((levels + 1))
	done
	[ $levels != 0 ] || exit 3
	echo $levels >"$dir/count"
}

if [ "$SECONDS_MAX" = one ]; then
	one_program "$SEED"
	exit
fi
rm -rf "$OUT"
build_host
run_seeds
echo "from seed $SEED: $GOOD programs, $(awk '{ n += $3 } END { print n }' "$OUT/results") builds of them; $NONE others were endless or too large"
