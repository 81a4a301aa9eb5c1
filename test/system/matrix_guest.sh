# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The part of matrix.sh that runs in the guest: a cell is one misbehaviour in one
# context. Each cell is judged by itself and gives one line, PASS or FAIL with
# all that was wrong.

DOMAIN=/sys/kernel/sfi/sfi_misbehave
FILE=/lib/modules/$(uname -r)/extra/sfi_misbehave.ko
EIO=5
# Contexts that "all" and "task" stand for.
TASK="syscall ioctl compat signal work kthread nested init exit"
ALL="$TASK timer hrtimer"

# Loads the driver; arguments are further parameters.
load() {
	sfi_misbehave_ctl load "$FILE" "$TARGETS $*" >/dev/null
}

# What is aimed at, as parameters of the driver.
find_targets() {
	TARGETS=
	for t in object lock timer text stale; do
		TARGETS="$TARGETS $t=$(cat /sys/module/sfi_victim/parameters/$t)"
	done
}

matrix_setup() {
	# As many restarts as it takes, and short hangs.
	echo 64 >/sys/module/sfi/parameters/restart_max
	echo 0 >/sys/module/sfi/parameters/restart_window_s
	echo 400 >/sys/module/sfi/parameters/hang_ms
	ok "modprobe sfi_victim" modprobe sfi_victim
	ok "modprobe sfi_sample" modprobe sfi_sample
	find_targets
	TARGETS="$TARGETS domain=$(cat /sys/module/sfi_sample/sections/.data)"
	ok "loading sfi_misbehave" load
}

# One value of the domain, without a process.
value() { read -r VALUE <"$DOMAIN/$1" 2>/dev/null || VALUE=none; }

wrong() { WRONG="$WRONG; $*"; }
# $1: what, $2: is, $3: should be
same() { [ "$2" = "$3" ] || wrong "$1 is '$2', not '$3'"; }

ask() {
	timeout -s KILL 60 sfi_misbehave_ctl "$@" >/dev/null 2>&1
	STATUS=$?
}

live_again() {
	tries=200
	while value state && [ "$VALUE" != live ] && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.02
	done
	same state "$VALUE" live
}

# What a cell does, by context. All leave a loaded, live driver behind.

cell_call() {
	value restarts
	before=$VALUE
	ask "$1" "$2" control
	same "control before" $STATUS 0
	ask "$1" "$2"
	same "the caller's result" $STATUS "$EXPECTED_STATUS"
	live_again
	value restarts
	same restarts "$VALUE" $((before + EXPECTED_REPORTS))
	ask "$1" "$2" control
	same "control after" $STATUS 0
}

cell_init() {
	rmmod sfi_misbehave || wrong "rmmod before"
	load at_init="$1"
	same "the loader's result" $? "$EXPECTED_STATUS"
	[ $EXPECTED_REPORTS = 1 ] || rmmod sfi_misbehave || wrong "rmmod after"
	[ ! -d $DOMAIN ] || wrong "the domain is still there"
	load || wrong "loading again"
	ask "$1" syscall control
	same "control after" $STATUS 0
}

cell_exit() {
	ask "$1" exit
	same "arming" $STATUS 0
	rmmod sfi_misbehave || wrong "rmmod"
	[ ! -d $DOMAIN ] || wrong "the domain is still there"
	load || wrong "loading again"
	ask "$1" syscall control
	same "control after" $STATUS 0
}

# $1: what, $2: is, $3: a pattern
one_line() {
	# shellcheck disable=SC2254 # a pattern on purpose
	case $2 in
	*"$NEWLINE"*) wrong "$1s '$2'" ;;
	$3) ;;
	*) wrong "$1 '$2', not '$3'" ;;
	esac
}

# Looks at the log since the last cell: $2$1 is the report's first line.
judge_log() {
	dmesg -c >/tmp/log
	reports=$(sed -n 's/.*sfi: VIOLATION in sfi_misbehave: //p' /tmp/log)
	case $2 in
	warning:*)
		same report "$reports" ""
		one_line "warning" "$(sed -n 's/.*sfi: WARNING in sfi_misbehave: /warning: /p' /tmp/log)" "$2"
		;;
	limit:*) same report "$reports" "" ;;
	*) one_line "report" "$reports" "$2$1" ;;
	esac
	line=$(grep -E 'WARNING: |BUG: |Oops|detected stalls' /tmp/log | head -n 1)
	same "the kernel's log" "$line" ""
	read -r VALUE </sys/module/sfi_victim/parameters/intact
	same "victim intact" "$VALUE" Y
	[ -z "$WRONG" ] || cat /tmp/log
}

NEWLINE='
'

cell() {
	WRONG='' EXPECTED_STATUS=$EIO EXPECTED_REPORTS=1
	case $1 in *_panics) echo 1 >/proc/sys/kernel/panic_on_warn ;; esac
	case $3 in limit:* | warning:*) EXPECTED_STATUS=0 EXPECTED_REPORTS=0 ;; esac
	case " $5 " in *" $2 "*) EXPECTED_STATUS=0 ;; esac
	case $2 in
	init | exit) "cell_$2" "$1" ;;
	*) cell_call "$1" "$2" ;;
	esac
	case $4 in
	'') blame=" by $1+*" ;;
	-) blame= ;;
	*) blame=" by $4+*" ;;
	esac
	judge_log "$blame" "$3"
	echo 0 >/proc/sys/kernel/panic_on_warn
	if [ -z "$WRONG" ]; then pass "$1 in $2"; else fail "$1 in $2: ${WRONG#; }"; fi
}

trim() {
	TRIMMED=${1#"${1%%[! 	]*}"}
	TRIMMED=${TRIMMED%"${TRIMMED##*[! 	]}"}
}

# All rows of file $1: misbehaviour | contexts | report | function to blame | returned.
matrix_run() {
	dmesg -c >/dev/null
	while IFS='|' read -r name contexts report blamed returned; do
		trim "$name" && name=$TRIMMED
		trim "$report" && report=$TRIMMED
		trim "$blamed" && blamed=$TRIMMED
		trim "$returned" && returned=$TRIMMED
		case $name in '' | '#'*) continue ;; esac
		for context in $contexts; do
			case $context in all) context=$ALL ;; task) context=$TASK ;; esac
			for c in $context; do
				[ -z "${ONLY:-}" ] || [ "$ONLY" = "$name" ] || continue
				cell "$name" "$c" "$report" "$blamed" "$returned"
			done
		done
	done <"$1"
}

matrix_finish() {
	for m in sfi_misbehave sfi_sample sfi_victim; do
		ok "rmmod $m" rmmod $m
	done
	remove_all
	healthy
}
