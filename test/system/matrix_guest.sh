# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What is done in the guest before and after the cells of matrix.sh, which
# matrix/ runs; matrix_plain.sh uses it too.

FILE=/lib/modules/$(uname -r)/extra/sfi_misbehave.ko

# What is aimed at, as parameters of the driver.
find_targets() {
	TARGETS=
	for t in object lock timer text stale; do
		TARGETS="$TARGETS $t=$(cat /sys/module/sfi_victim/parameters/$t)"
	done
}

# Loads the driver.
load() {
	sfi_misbehave_ctl load "$FILE" "$TARGETS" >/dev/null
}

matrix_setup() {
	# As many restarts as it takes, and short hangs.
	echo 64 >/sys/module/sfi/parameters/restart_max
	echo 0 >/sys/module/sfi/parameters/restart_window_s
	echo 400 >/sys/module/sfi/parameters/hang_ms
	# And short patience with what sleeps, and little memory.
	echo 3000 >/sys/module/sfi/parameters/call_hard_ms
	echo 1500 >/sys/module/sfi/parameters/cpu_hard_ms
	echo 1 >/sys/module/sfi/parameters/memory_percent
	# Reports are read from the log; the serial line is for what kills.
	dmesg -n 3
	ip link set lo up
	ok "modprobe sfi_victim" modprobe sfi_victim
	ok "modprobe sfi_sample" modprobe sfi_sample
	find_targets
	TARGETS="$TARGETS domain=$(cat /sys/module/sfi_sample/sections/.data)"
	ok "loading sfi_misbehave" load
}

# Cells of all rows of file $1, or of those whose names match a pattern. There must be at least $2, with $3 recoveries.
matrix_run() {
	rows=$1 least_cells=$2 least_recoveries=$3
	shift 3
	{ matrix "$rows" "$FILE" "$TARGETS" "$@" || fail "matrix ended with $?"; } | tee /tmp/cells
	# shellcheck disable=SC2046 # two numbers
	set -- $(sed -n 's/^\([0-9]*\) cells, \([0-9]*\) recoveries$/\1 \2/p' /tmp/cells)
	if [ "${1:-0}" -ge "$least_cells" ]; then pass "$1 cells"; else fail "${1:-no} cells, expected $least_cells"; fi
	if [ "${2:-0}" -ge "$least_recoveries" ]; then pass "$2 recoveries"; else fail "${2:-no} recoveries, expected $least_recoveries"; fi
}

matrix_finish() {
	for m in sfi_misbehave sfi_sample sfi_victim; do
		ok "rmmod $m" rmmod $m
	done
	remove_all
	healthy
}
