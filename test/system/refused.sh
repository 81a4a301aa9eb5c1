#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Modules that must not be loaded: built for another version or policy, with a direct import, with
# an object that the pass has not seen. Each is refused with its reason; the same module, whole, is not.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

# Builds the module with object $1, then with that object compiled again without the pass.
build_mixed() {
	EXTRA=$1.o sfi build "$TOP/test/system/refused" --kernel "$KERNEL" -o "$OUT/$1" >/dev/null
	cp "$OUT/$1/refused.ko" "$OUT/$1.whole.ko"
	rm "$OUT/$1/src/$1.o"
	SFI_PLUGIN='' EXTRA=$1.o make -C "/lib/modules/$(cut -d' ' -f1 "$BUILD/$KERNEL/release")/build" \
		M="$OUT/$1/src" CC="$BUILD/tools/sfi-pass/sfi-cc" \
		KBUILD_EXTRA_SYMBOLS="$BUILD/$KERNEL/kmod/Module.symvers" modules >"$OUT/$1.log" 2>&1
	mv "$OUT/$1/src/refused.ko" "$OUT/$1.ko"
}

build_mixed extra
# Its only object beside main.c holds no code: the pass has nothing to say about it, the front door and the loader have.
mkdir "$OUT/import"
if EXTRA=import.o sfi build "$TOP/test/system/refused" --kernel "$KERNEL" -o "$OUT/import" >"$OUT/import.log" 2>&1; then
	fail "./sfi build refuses a direct import"
else
	expect_line "./sfi build refuses a direct import and names it" "$OUT/import.log" ktime_get
fi
cp -R "$OUT/extra/src" "$OUT/import/mixed"
rm "$OUT/import/mixed/extra.o"
SFI_PLUGIN='' EXTRA=import.o make -C "/lib/modules/$(cut -d' ' -f1 "$BUILD/$KERNEL/release")/build" \
	M="$OUT/import/mixed" CC="$BUILD/tools/sfi-pass/sfi-cc" \
	KBUILD_EXTRA_SYMBOLS="$BUILD/$KERNEL/kmod/Module.symvers" modules >>"$OUT/import.log" 2>&1
cp "$OUT/import/mixed/refused.ko" "$OUT/import.ko"

# Another interface version: the number behind each unit's magic. Another policy: the hash that follows.
perl -0pe 's/SFI1\x01\0\0\0/SFI1\x63\0\0\0/g' "$OUT/extra.whole.ko" >"$OUT/version.ko"
perl -0pe 's/(SFI1\x01\0\0\0)(.)/$1 . ($2 ^ "\x01")/gse' "$OUT/extra.whole.ko" >"$OUT/policy.ko"

vm --file "$OUT/extra.whole.ko:/root/whole.ko" --file "$OUT/version.ko" --file "$OUT/policy.ko" \
	--file "$OUT/extra.ko" --file "$OUT/import.ko" -- "$(guest <<'END'
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
ok "the whole module is still accepted" insmod /root/whole.ko
remove_all refused
healthy
END
)"
