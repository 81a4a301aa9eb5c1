# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What system tests have in common; each sources this file first. ./sfi check runs
# them with TOP (the repository), BUILD, KERNEL (6.1 or 6.12) and OUT (a
# folder for the test's own files) set.

set -eu
CARDS=$TOP/test/vm/cards.sh

pass() { echo "PASS: $1"; }
fail() { echo "FAIL: $1"; }
skip() { echo "SKIP: $1"; }

sfi() { "$TOP/sfi" "$@"; }
vm() { sfi vm --kernel "$KERNEL" --log "$OUT/log" "$@"; }

# A test of one command: $1 is what it shows, $2 the exit status it must have.
expect() {
	what=$1 want=$2 got=0
	shift 2
	"$@" || got=$?
	if [ "$got" = "$want" ]; then pass "$what"; else fail "$what: status $got, expected $want"; fi
}

# Passes if file $2 has a line that matches $3.
expect_line() {
	if grep -qE -e "$3" "$2"; then pass "$1"; else fail "$1: no line '$3'"; fi
}

# Path of the manifest's driver $1, isolated; further arguments for ./sfi build.
driver() {
	row=$(awk -F ' *[|] *' -v n="$1" '$1 == n { print $2 }' "$TOP/drivers/manifest")
	shift
	sfi build "$row" --kernel "$KERNEL" "$@"
}

# QEMU's arguments for the manifest's driver $1.
device() { awk -F ' *[|] *' -v n="$1" '$1 == n { print $4 }' "$TOP/drivers/manifest"; }

plant_module() { echo "$BUILD/$KERNEL/plants/sfi_plant.ko"; }

# Text of a guest script: cards.sh, what every test asserts with, then stdin.
guest() {
	cat "$CARDS"
	cat <<-'END'
	pass() { echo "PASS: $1"; }
	fail() { echo "FAIL: $1"; }
	# $1: what is shown; the rest: a command that must succeed
	ok() {
		what=$1
		shift
		if "$@" >/tmp/ok.out 2>&1; then pass "$what"; else
			tail -n 20 /tmp/ok.out
			fail "$what: $* failed"
		fi
	}
	is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1: '$2', expected '$3'"; fi; }
	# Taint is that of out-of-tree, unsigned modules, and the log has no warning.
	healthy() {
		is "taint is out-of-tree and unsigned only" $(($(cat /proc/sys/kernel/tainted) & ~12288)) 0
		dmesg | grep -E 'WARNING: |BUG: |Oops' | grep -v 'sfi: ' >/tmp/warnings
		is "no warning in the kernel's log" "$(head -n 1 /tmp/warnings)" ""
	}
	# Removes the named modules, then all of sfi's.
	remove_all() {
		for m in "$@"; do
			ok "rmmod $m" rmmod "$m"
		done
		for m in $(sed 's/ .*//' /proc/modules | grep '^sfi_') sfi; do
			ok "rmmod $m" rmmod "$m"
		done
	}
	END
	cat
}
