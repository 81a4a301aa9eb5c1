#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What ./sfi build promises: the package's source, whole modules or none, errors that say what to do.
# Kernels: 6.1 6.12
# Quick: yes
. "$TOP/test/system/lib.sh"

# $1: what, $2: text the error must have; then arguments of ./sfi build. No module may be left behind.
refuses() {
	what=$1 text=$2
	shift 2
	rm -rf "$OUT/out"
	if sfi build "$@" --kernel "$KERNEL" -o "$OUT/out" >"$OUT/log" 2>&1; then
		fail "$what: it was built"
	elif [ -n "$(find "$OUT/out" -name '*.ko' 2>/dev/null)" ]; then
		fail "$what: a module was left behind"
	else
		expect_line "$what" "$OUT/log" "$text"
	fi
}

refuses "a function without annotation, with its place" \
	'stranger\.c:8:[0-9]+: error: .*orderly_poweroff' "$TOP/test/system/stranger"
refuses "a function without annotation, with the line to add" \
	'void orderly_poweroff\((bool|_Bool)( force)?\)' "$TOP/test/system/stranger"
refuses "a folder that is nowhere" 'neither a directory here nor in' drivers/net/nonesuch

refuses "units that disagree about a function" \
	'^sfi: shared: the prototype in user\.o is not that of the definition in owner\.o' "$TOP/test/system/prototypes"

# Harmless to look at: it refers to nothing.
mkdir -p "$OUT/shipped"
cp "$TOP/test/system/refused/main.c" "$OUT/shipped/"
printf 'obj-m := refused.o\nrefused-y := main.o extra.o\n' >"$OUT/shipped/Kbuild"
clang-19 -mcmodel=kernel -fno-pic -O2 -c -o "$OUT/shipped/extra.o_shipped" "$TOP/test/system/refused/extra.c"
: >"$OUT/shipped/.extra.o.cmd"
refuses "an object that comes ready-made" '^  extra\.o$' "$OUT/shipped"

echo 'no_such_function: wild_store' >"$OUT/list"
refuses "a plant list that matches nothing" 'no_such_function:wild_store' "$TOP/drivers/sfi_sample" --plant "$OUT/list"

driver e1000 -o "$OUT/e1000" >"$OUT/ko" 2>"$OUT/log"
expect_line "checksums of the source are printed" "$OUT/log" '^  [0-9a-f]{64}  \./e1000_main\.c$'
tar -xJf "/usr/src/linux-source-$KERNEL.tar.xz" -C "$OUT" "linux-source-$KERNEL/drivers/net/ethernet/intel/e1000"
for file in "$OUT/linux-source-$KERNEL/drivers/net/ethernet/intel/e1000"/*; do
	cmp "$file" "$OUT/e1000/src/$(basename "$file")" || fail "$(basename "$file") is not the package's"
done
pass "the built source is the package's, byte by byte"
if llvm-nm-19 "$(cat "$OUT/ko")" | grep -q plant; then
	fail "an ordinary build can be planted"
else
	pass "an ordinary build has nothing of the planter"
fi
sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL" -o "$OUT/sample" >/dev/null 2>"$OUT/log"
expect "a second build has nothing to do" 0 sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL" -o "$OUT/sample"
