# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi demo: what isolation is for, in one command. Shows that a planted bug
# kills the kernel, then that the same driver, isolated, is reported and
# restarted each time, and that the kernel is in good health afterwards.

usage_demo() {
	cat <<-'END'
	usage: ./sfi demo [--json FILE] [--kernel V] [--bugs FUNCTION:BUG,...]

	Builds e1000 from the distribution's kernel source, unmodified, boots the stock kernel with two
	e1000 cards, and breaks the driver in many ways.

	  --json FILE   write the results there as well
	  --kernel V    6.1 (default) or 6.12
	  --bugs LIST   only these of drivers/plants/e1000.plants (the word "all": all of them)

	Exit status 0: the control crashed, every bug was reported once and recovered from, the kernel is healthy.
	END
}

DEMO_PLANTS=$TOP/drivers/plants/e1000.plants
# What the issue of isolation is about, in all contexts; the test suite fires all that are in the list.
DEMO_BUGS="e1000_xmit_frame:wild_store e1000_get_ringparam:heap_overflow e1000_get_ethtool_stats:null_read
e1000_intr:wild_call e1000_clean:divide_error e1000_watchdog:infinite_loop e1000_get_drvinfo:foreign_object
e1000_clean_rx_irq:memset_overflow e1000_intr:stack_smash e1000_update_stats:infinite_loop_irqs_off
e1000_xmit_frame:double_free e1000_open:text_store"
DEMO_CONTROL=e1000_xmit_frame:wild_store

all_plants() { sed 's/#.*//; s/[ \t]//g; /^$/d' "$DEMO_PLANTS"; }

# How the bug was noticed, by what the report says.
demo_detector() {
	case $1 in
	*"argument "*) echo wrapper ;;
	*"page fault"* | *"general protection fault"* | *"divide error"* | *"invalid opcode"*) echo exception ;;
	*"hang "*) echo watchdog ;;
	*"lock"*) echo gate ;;
	*VIOLATION*) echo guard ;;
	*) echo - ;;
	esac
}

demo_build() {
	(cmd_build drivers/net/ethernet/intel/e1000 --kernel "$D_KERNEL" --plant "$DEMO_PLANTS" "$@")
}

# Runs ./sfi vm in a process of its own. $1: guest script's text; the rest: options.
demo_vm() {
	script=$1
	shift
	"$TOP/sfi" vm --kernel "$D_KERNEL" --qemu "$(manifest e1000 4 1)" "$@" -- "$script"
}

demo_control() {
	echo "=== Control: e1000 as it is, $DEMO_CONTROL"
	rc=0
	demo_vm "BUG=$DEMO_CONTROL; $(cat "$TOP/test/vm/cards.sh" "$TOP/test/demo/control.sh")" --no-sfi \
		--timeout 120 --log "$D_DIR/control.log" --module "$K/drivers/e1000.plain.planted/e1000.ko" \
		--module "$K/plants/sfi_plant.ko" || rc=$?
	[ $rc = 125 ] || {
		echo "The kernel was expected to die, and did not (status $rc)."
		return 1
	}
	echo "The kernel died:"
	grep -aE "$VM_DEATH|RIP: " "$D_DIR/control.log" | head -n 2 | tr -d '\r' | sed 's/^/    /'
}

demo_isolated() {
	echo "=== Isolated: the same driver, the same compiler, with Alcove"
	: >"$D_DIR/out"
	demo_vm "BUGS='$D_BUGS'; $(cat "$TOP/test/vm/cards.sh" "$TOP/test/demo/guest.sh")" \
		--timeout "$((120 + 60 * $(echo "$D_BUGS" | wc -w)))" --log "$D_DIR/isolated.log" \
		--module "$K/drivers/e1000.planted/e1000.ko" --module "$K/plants/sfi_plant.ko" \
		>"$D_DIR/out" 2>"$D_DIR/err" &
	guest=$!
	# Everything but the lines for us, as they come.
	tail -f -n +1 --pid=$guest "$D_DIR/out" | grep --line-buffered -v '^@' || :
	wait $guest && return
	rc=$?
	cat "$D_DIR/err"
	return $rc
}

# Reads the guest's lines: sets D_TOTAL, D_DETECTED, D_RECOVERED, D_MEDIAN and prints the table.
demo_table() {
	printf '\n%-40s %-8s %-9s %9s  %s\n' BUG CONTEXT DETECTOR "TIME ms" VERDICT
	grep '^@bug|' "$D_DIR/out" | while IFS='|' read -r _ name context time verdict report; do
		printf '%-40s %-8s %-9s %9s  %s\n' "$name" "$context" "$(demo_detector "$report")" \
			"$(milliseconds "$time")" "$verdict"
		printf '    %s\n' "${report:-no report}"
	done
	D_TOTAL=$(echo "$D_BUGS" | wc -w)
	D_DETECTED=$(grep -c '^@bug|.*|sfi: VIOLATION' "$D_DIR/out" || :)
	D_RECOVERED=$(grep -c '^@bug|[^|]*|[^|]*|[^|]*|survived|sfi: VIOLATION' "$D_DIR/out" || :)
	D_MEDIAN=$(milliseconds "$(sed -n 's/^@bug|[^|]*|[^|]*|\([0-9]*\)|survived|.*/\1/p' "$D_DIR/out" | sort -n |
		awk '{ v[NR] = $1 } END { print NR ? (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) : 0 }')")
}

milliseconds() { awk -v us="$1" 'BEGIN { printf "%.3f", us / 1000 }'; }

# Text as a JSON string.
json_string() { printf '"%s"' "$(printf '%s' "$1" | tr -d '\r\n' | sed 's/[\\"]/\\&/g; s/\t/ /g')"; }

demo_json() {
	printf '{\n  "kernel": %s,\n  "bugs": %d,\n  "detected": %d,\n  "recovered": %d,\n' \
		"$(json_string "$KREL")" "$D_TOTAL" "$D_DETECTED" "$D_RECOVERED"
	printf '  "control_crashed": %s,\n  "kernel_healthy": %s,\n  "median_recovery_ms": %s,\n  "results": [' \
		"$D_CRASHED" "$D_HEALTHY" "$D_MEDIAN"
	comma=
	grep '^@bug|' "$D_DIR/out" | while IFS='|' read -r _ name context time verdict report; do
		printf '%s\n    {"bug": %s, "context": %s, "detector": %s, "recovery_ms": %s, "verdict": %s, "report": %s}' \
			"$comma" "$(json_string "$name")" "$(json_string "$context")" \
			"$(json_string "$(demo_detector "$report")")" "$(milliseconds "$time")" \
			"$(json_string "$verdict")" "$(json_string "$report")"
		comma=,
	done
	printf '\n  ]\n}\n'
}

demo_options() {
	D_JSON='' D_KERNEL=6.1 D_BUGS=$DEMO_BUGS
	while [ $# -gt 0 ]; do
		case $1 in
		--json | --kernel | --bugs) [ $# -ge 2 ] || misuse "$1 needs a value" ;;
		*) misuse "unknown option $1" ;;
		esac
		case $1 in
		--json) D_JSON=$2 ;;
		--kernel) D_KERNEL=$2 ;;
		--bugs) D_BUGS=$(echo "$2" | tr , ' ') ;;
		esac
		shift 2
	done
	# Known before the demonstration, which is long.
	[ -z "$D_JSON" ] || touch "$D_JSON" 2>/dev/null || die "$D_JSON cannot be written"
	[ "$D_BUGS" != all ] || D_BUGS=$(all_plants)
	D_BUGS=$(echo $D_BUGS)
	for b in $D_BUGS; do
		all_plants | grep -qxF "$b" || misuse "no bug $b in ${DEMO_PLANTS#"$TOP/"}"
	done
}

cmd_demo() {
	demo_options "$@"
	need build
	need vm
	setup_packages
	setup_kernel "$D_KERNEL"
	demo_build
	demo_build --plain
	mkdir -p "$BUILD/vm"
	D_DIR=$(mktemp -d "$BUILD/vm/demo.XXXXXX")
	trap 'rm -rf "$D_DIR"' EXIT
	trap 'exit 130' INT TERM HUP
	D_CRASHED=true D_HEALTHY=true
	demo_control || D_CRASHED=false
	demo_isolated || D_HEALTHY=false
	demo_table
	IFS='|' read -r _ taint trouble <<-END
	$(grep '^@health|' "$D_DIR/out" || echo '@health||the guest did not finish')
	END
	[ -z "$trouble" ] || D_HEALTHY=false
	echo
	echo "Kernel: ${trouble:-healthy; no oops, no warning, taint $taint (out of tree, not signed); all modules removed, nothing left}"
	echo "$D_TOTAL bugs, $D_DETECTED reported, $D_RECOVERED recovered from; median time to recover $D_MEDIAN ms"
	[ -z "$D_JSON" ] || demo_json >"$D_JSON"
	[ "$D_CRASHED $D_HEALTHY $D_RECOVERED" = "true true $D_TOTAL" ]
}
