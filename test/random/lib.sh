# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the tests with random programs share. Their folder is HERE; they are given TOOLS, OUT, SEED and SECONDS_MAX.

# As the kernel's for a module, where it makes a difference.
DRIVER_FLAGS="-std=gnu11 -g0 -w -fno-pic -fno-pie -mcmodel=small -mno-red-zone -mgeneral-regs-only -fno-strict-aliasing
	-fno-strict-overflow -fno-common -fno-stack-protector -fomit-frame-pointer -fno-asynchronous-unwind-tables
	-fno-jump-tables -I$HERE/include"

# The kernel's side of it: host-plain.o, and what makes isolated.o a program.
build_host() {
	mkdir -p "$OUT"
	flags="-std=gnu11 -O2 -Wall -Wno-unused-parameter -fomit-frame-pointer -fno-pie -I$HERE/include -I$TOP/benchmarks/native/include
		-I$TOP/runtime/include -I$TOP/sfi-pass/include -I$OUT/gen"
	"$TOOLS/wrappergen/sfi-wrapgen" --out "$OUT/gen" --module "random=$HERE/headers" -- \
		-I"$HERE/include" -I"$TOP/wrappergen/include" -I"$TOP/runtime/include" -I"$TOP/sfi-pass/include"
	# shellcheck disable=SC2086
	{
		clang-19 $flags -c -o "$OUT/host-plain.o" "$HERE/host.c"
		clang-19 $flags -DISOLATED -c -o "$OUT/host.o" "$HERE/host.c"
		clang-19 $flags -c -o "$OUT/wrappers.o" "$OUT/gen/random/kernel.c"
		clang-19 $DRIVER_FLAGS -O2 "-fplugin=$TOOLS/sfi-pass/sfi-pass.so" \
			"-fplugin-arg-sfi-pass-policy=$OUT/gen/policy.json" -c -o "$OUT/mod.o" "$TOP/benchmarks/native/programs/driver.mod.c"
	}
}

# $1: the driver's object, $2: the program.
link_isolated() {
	objcopy --redefine-sym __sfi_unit=unit_program --globalize-symbol=unit_program --rename-section .text=driver_text "$1" "$1.unit"
	clang-19 -no-pie -Wl,--strip-debug -o "$2" "$1.unit" "$OUT/mod.o" "$OUT/host.o" "$OUT/wrappers.o" \
		"$TOOLS/runtime/libsfi-runtime.a" -lpthread -ldl
}

# Program $1 to file $2. Not too large, so that there are many.
make_program() {
	(cd "$(dirname "$2")" && csmith --seed "$1" --no-argc --max-funcs 6 --max-block-depth 4 --max-array-dim 2 --max-array-len-per-dim 6) >"$2"
}

# Runs this script for seeds from SEED on, as many at a time as there are processors, until time is up; two at
# least. Sets GOOD and NONE: programs for which it ended with 0 and 3. Ends the test if one ended otherwise.
run_seeds() {
	end=$(($(date +%s) + SECONDS_MAX))
	jobs=$(nproc)
	rm -f "$OUT/results"
	for job in $(seq "$jobs"); do
		seed=$((SEED + job - 1))
		while :; do
			rc=0
			sh "$0" "$TOOLS" "$OUT" "$seed" one >"$OUT/$seed.log" 2>&1 || rc=$?
			echo "$rc $seed $(cat "$OUT/$seed/count" 2>/dev/null)" >>"$OUT/results"
			case $rc in
			0 | 3) rm -rf "${OUT:?}/$seed" "$OUT/$seed.log" ;;
			*) break ;;
			esac
			[ "$(date +%s)" -lt $end ] || [ "$(grep -c '^0 ' "$OUT/results")" -lt 2 ] || break
			seed=$((seed + jobs))
		done &
	done
	wait
	GOOD=$(grep -c '^0 ' "$OUT/results" || :) NONE=$(grep -c '^3 ' "$OUT/results" || :)
	grep -v '^[03] ' "$OUT/results" >"$OUT/bad" || :
	while read -r rc seed _; do
		cat "$OUT/$seed.log"
		echo "program of seed $seed: wrong ($rc); see $OUT/$seed"
	done <"$OUT/bad"
	[ ! -s "$OUT/bad" ] || exit 1
}
