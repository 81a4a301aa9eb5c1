#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ./sfi coverage as a whole: a module, a folder of stock modules, source, and what is none of them.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"

coverage() { sfi coverage --kernel "$KERNEL" "$@" >"$OUT/text" 2>"$OUT/err"; }

plain=$(driver e1000 --plain)
expect "a module" 0 coverage "$plain"
expect_line "e1000 has all it needs" "$OUT/text" '^e1000\.ko: 1[0-9][0-9] imports: .* 0 missing$'
xz -c "$plain" >"$OUT/e1000.ko.xz"
cp "$OUT/text" "$OUT/want"
coverage "$OUT/e1000.ko.xz" || fail "a packed module"
expect "a packed module gives the same" 0 cmp "$OUT/want" "$OUT/text"

expect "source is built first" 0 coverage "$TOP/test/system/stranger"
expect_line "with the line to add" "$OUT/text" '^ +add: void orderly_poweroff\(bool force\);$'

stock=$(dirname "$(awk '$1 == "r8169" { print $2 }' "$BUILD/$KERNEL/modules.list")")
expect "a folder of stock modules" 0 coverage "$stock"
expect_line "one report for each" "$OUT/text" '^r8169\.ko: [0-9]+ imports: '
expect_line "and a sum" "$OUT/text" '^[0-9]+ modules: [0-9]+ functions are missing$'

# Each line, less its placeholders, must be a redeclaration that the kernel's header agrees with.
sed -n 's/^ *add: \(.*;\)$/\1/p; s/^ *(declared by <\(.*\)>, .*/\1/p' "$OUT/text" |
	awk '/;$/ { line = $0; next } { print $0 "|" line }' | sort -u >"$OUT/lines"
cut -d'|' -f1 "$OUT/lines" | sort -u | while read -r header; do
	printf '#include <linux/module.h>\n#include <%s>\n#include <sfi/annotate.h>\n' "$header" >"$OUT/paste.c"
	awk -F '|' -v h="$header" '$1 == h { gsub(/ SFI_\.\.\./, "", $2); print $2 }' "$OUT/lines" >>"$OUT/paste.c"
	(
		cd "$(cat "$BUILD/$KERNEL/flags.dir")" || exit
		xargs -d '\n' clang-19 -fsyntax-only -I"$TOP/wrappergen/include" -I"$TOP/sfi-pass/include" '-DKBUILD_MODNAME="x"' \
			"$OUT/paste.c" <"$BUILD/$KERNEL/flags" >"$OUT/paste.log" 2>&1
	) || { grep -m 1 'error: ' "$OUT/paste.log"; cat "$OUT/paste.c"; }
done >"$OUT/pasted"
if [ "$(wc -l <"$OUT/lines")" -lt 30 ]; then
	fail "only $(wc -l <"$OUT/lines") lines were suggested"
elif [ -s "$OUT/pasted" ]; then
	cat "$OUT/pasted"
	fail "suggested lines that do not compile: $(head -n 1 "$OUT/pasted")"
else
	pass "suggested lines compile"
fi

# $1: what, $2: text of the error; then the operand.
refuses() {
	case=$1 text=$2
	shift 2
	expect "$case: an error" 1 coverage "$@"
	expect_line "$case: it says so" "$OUT/err" "$text"
}
refuses "a file that is no module" 'README\.md is neither a module .* nor a folder' "$TOP/README.md"
refuses "a module that is not there" 'no module .*nonesuch\.ko' "$OUT/nonesuch.ko"
refuses "a folder that is not there" 'no folder .*/nonesuch' "$OUT/nonesuch"
mkdir -p "$OUT/empty"
refuses "an empty folder" 'has no modules, and no Kbuild or Makefile' "$OUT/empty"
echo text >"$OUT/text.ko"
refuses "a module that is none" 'text\.ko: no kernel module' "$OUT/text.ko"
echo text >"$OUT/text.ko.xz"
refuses "a packed module that is none" 'text\.ko\.xz cannot be unpacked' "$OUT/text.ko.xz"
expect "no operand: misuse" 2 coverage
