# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests on the debug kernel have in common, after lib.sh. The detectors report into the kernel's log, and
# the whole of it is looked at: from the first line of the boot to the last before the machine is switched off.

# Of lines on stdin those that begin a report of a detector. Our own reports are not that.
reports() {
	grep -aE 'BUG: |WARNING: |INFO: (trying to register|lockdep|rcu|task)|ODEBUG: |suspicious RCU usage|Oops|general protection|kmemleak: .*(leak|disabled|Cannot)|turning off the locking correctness validator|scheduling while atomic' |
		grep -avE 'sfi: |kmemleak: Kernel memory leak detector initialized|ODEBUG: .* active objects replaced'
}

# Boots the debug kernel. Slow as it is: more memory, more patience. All memory is where a 32-bit device reaches it: not
# tried otherwise since recovery undoes what was mapped for DMA (docs/debug-kernel.md). With 5-level paging KASAN
# reports wild accesses, before there is any module, if an interrupt comes while identify_cpu() has cleared the
# processor's features: KASAN asks these how long addresses are. So there are four levels; test/system/paging.sh has
# five. The machine is to be of another kind than usual ($DEBUG_MACHINE, for --qemu): the ACPI tables of the usual one
# compute how interrupts are wired, and that takes longer here than ACPI has patience.
DEBUG_MACHINE="-machine q35"
debug_vm() {
	rc=0
	vm --mem 2560 --append "kasan_multi_shot kmemleak=on watchdog_thresh=60 no5lvl" "$@" || rc=$?
}

# To be called after debug_vm. What the guest's script could not see: the kernel's death, and all that was reported.
judge_log() {
	if [ $rc = 0 ]; then pass "the guest came to its end"; else fail "the guest came to its end: status $rc"; fi
	tr -d '\r' <"$OUT/log" >"$OUT/log.text"
	reports <"$OUT/log.text" >"$OUT/reports" || :
	if [ -s "$OUT/reports" ]; then
		line=$(grep -naFx -m 1 -e "$(head -n 1 "$OUT/reports")" "$OUT/log.text" | cut -d: -f1)
		sed -n "$((line > 5 ? line - 5 : 1)),$((line + 70))p" "$OUT/log.text"
		fail "no detector reported: $(wc -l <"$OUT/reports") lines, first: $(head -n 1 "$OUT/reports")"
	else
		pass "no detector reported"
	fi
}

# Text of a guest script, as guest() in lib.sh, with what looks after the detectors.
debug_guest() {
	guest <<'END'
	# With one there is nobody to find a CPU that hangs, and little to be found by lockdep.
	both_cpus() { is "CPUs online" "$(nproc)" 2; }
	detectors_on() {
		ok "lockdep is still on" grep -qE 'debug_locks: +1' /proc/lockdep_stats
		ok "DEBUG_OBJECTS has nothing to warn of" grep -qE '^warnings +:0' /sys/kernel/debug/debug_objects/stats
	}
	# Twice, for what was allocated in the last seconds is not looked at; the report goes into the log.
	no_leaks() {
		sleep 6
		echo scan >/sys/kernel/debug/kmemleak
		sleep 6
		echo scan >/sys/kernel/debug/kmemleak
		cat /sys/kernel/debug/kmemleak >/tmp/leaks
		head -n 60 /tmp/leaks
		is "kmemleak: $1" "$(grep -c unreferenced /tmp/leaks)" 0
	}
END
	cat
}
