#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modules that must not be loaded: built for another version or policy, with a direct import, with
# an object that the pass has not seen. Each is refused with its reason; the same module, whole, is not.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

# Kbuild, past ./sfi build and its checks: makes object $2 of folder $1 without the pass, the rest with it.
make_module() {
	for plugin in '' "$BUILD/tools/sfi-pass/sfi-pass.so"; do
		target=modules
		[ -n "$plugin" ] || target=$2.o
		SFI_PLUGIN=$plugin SFI_POLICY=$BUILD/$KERNEL/gen/policy.json EXTRA=$2.o \
			make -C "/lib/modules/$(cut -d' ' -f1 "$BUILD/$KERNEL/release")/build" M="$1" \
			CC="$BUILD/tools/sfi-pass/sfi-cc" KBUILD_EXTRA_SYMBOLS="$BUILD/$KERNEL/kmod/Module.symvers" \
			$target >>"$OUT/make.log" 2>&1 || tail -n 20 "$OUT/make.log"
	done
}

# One object compiled again without the pass, beside one that has seen it.
EXTRA=extra.o sfi build "$TOP/test/system/refused" --kernel "$KERNEL" -o "$OUT/extra" >/dev/null
mv "$OUT/extra/refused.ko" "$OUT/whole.ko"
rm "$OUT/extra/src/extra.o"
make_module "$OUT/extra/src" extra
cp "$OUT/extra/src/refused.ko" "$OUT/extra.ko"

# An object without code: the pass has nothing to say about it, but the front door has, and the loader.
if EXTRA=import.o sfi build "$TOP/test/system/refused" --kernel "$KERNEL" -o "$OUT/import" >"$OUT/import.log" 2>&1; then
	fail "./sfi build refuses a direct import"
else
	expect_line "./sfi build refuses a direct import and names it" "$OUT/import.log" '^  ktime_get$|import.c:[0-9:]+ error: .*ktime_get'
fi
rm -f "$OUT/import/src/import.o"
make_module "$OUT/import/src" import
cp "$OUT/import/src/refused.ko" "$OUT/import.ko"

cp -R "$TOP/test/system/refused" "$OUT/absolute"
make_module "$OUT/absolute" absolute
cp "$OUT/absolute/refused.ko" "$OUT/absolute.ko"

# Another interface version: the number behind each unit's magic. Another policy: the hash that follows.
perl -0777 -pe 's/SFI1.\0\0\0/SFI1\x63\0\0\0/gs' "$OUT/whole.ko" >"$OUT/version.ko"
perl -0777 -pe 's/(SFI1.\0\0\0)(.)/$1 . ($2 ^ "\x01")/gse' "$OUT/whole.ko" >"$OUT/policy.ko"

vm --file "$OUT/whole.ko" --file "$OUT/version.ko" --file "$OUT/policy.ko" \
	--file "$OUT/extra.ko" --file "$OUT/import.ko" --file "$OUT/absolute.ko" -- "$(guest <<'END'
ok "the whole module is accepted" insmod /root/whole.ko
ok "and removed" rmmod refused
refused() {
	if insmod "/root/$1.ko" 2>/dev/null; then
		fail "$1: was loaded"
		rmmod refused
	else
		line=$(dmesg | grep 'refused: refused: \|refused: ' | tail -n 1)
		case $line in *"$2"*) pass "$1: ${line#*] }" ;; *) fail "$1: '$line' does not say '$2'" ;; esac
	fi
}
refused version "wrong version: built for interface 99"
refused policy "was built with policy"
refused extra "function refused_extra of an uninstrumented object"
refused import "foreign import ktime_get"
refused absolute "function refused_absolute of an uninstrumented object"
ok "the whole module is still accepted" insmod /root/whole.ko
remove_all refused
healthy
END
)"
