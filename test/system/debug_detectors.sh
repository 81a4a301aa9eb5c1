#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The debug kernel's detectors work, and their reports are seen: each is given one mistake to find.
# Kernels: debug
. "$TOP/test/system/lib.sh"
. "$TOP/test/system/debug_lib.sh"

cp -R "$TOP/test/system/detectors" "$OUT/module"
nice make -C "$BUILD/debug/tree" M="$OUT/module" modules >"$OUT/make.log" 2>&1 || {
	cat "$OUT/make.log"
	fail "the module is built"
	exit 1
}
debug_vm --no-sfi --module "$OUT/module/detectors.ko" -- "$(debug_guest <<'END'
modprobe detectors || exit 1
# lockdep stops at its first report, and at KASAN's.
for mistake in unmapped_in_part rcu_unprotected sleep_atomic timer_twice lock_order use_after_free leak; do
	echo "mistake: $mistake" >/dev/kmsg
	echo $mistake >/sys/module/detectors/parameters/make
done
no_leaks "as it should be" >/dev/null
END
)" 2>"$OUT/err"
tr -d '\r' <"$OUT/log" | sed -n '/mistake: /,$p' | reports >"$OUT/reports" || :
for pattern in 'kernel/dma/debug.c' 'suspicious RCU usage' 'sleeping function called from invalid context' \
	'ODEBUG: init active' 'KASAN: use-after-free' 'kmemleak: [0-9]+ new suspected memory leak' \
	'possible circular locking dependency'; do
	expect_line "reported: $pattern" "$OUT/reports" "$pattern"
done
clean=$(tr -d '\r' <"$OUT/log" | sed '/mistake: /,$d' | reports || :)
if [ -z "$clean" ]; then pass "nothing is reported before"; else fail "nothing is reported before: $clean"; fi
