# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi demo: what isolation is for, in one command. Shows that a planted bug
# kills the kernel, then that the same driver, isolated, is reported and
# restarted each time while a TCP transfer through its cards goes on, and that
# the kernel is in good health afterwards.

. "$TOP/test/demo/figures.sh"

usage_demo() {
	cat <<-'END'
	usage: ./sfi demo [--json FILE] [--kernel V] [--bugs FUNCTION:BUG,...] [--random N] [--seed S]

	Builds e1000 from the distribution's kernel source, unmodified, boots the stock kernel with two
	e1000 cards, and breaks the driver in many ways while one TCP transfer and a ping cross them.

	  --json FILE   write the results there as well
	  --kernel V    6.1 (default) or 6.12
	  --bugs LIST   only these of drivers/plants/e1000.plants, one after another
	  --random N    then so many of them at random, under load (200)
	  --seed S      which, and when: the same again as in a run that printed S

	Exit status 0: the control crashed, every bug was reported once and recovered from, the transfer arrived
	byte by byte on its one connection, the kernel is healthy, no outage was longer than the goals allow. The
	last may fail on a machine that is busy with other things.
	END
}

DEMO_PLANTS=$TOP/drivers/plants/e1000.plants
DEMO_CONTROL=e1000_xmit_frame:wild_store

all_plants() { sed 's/#.*//; s/[ \t]//g; /^$/d' "$DEMO_PLANTS"; }

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

# $D_RANDOM bugs in volleys, see volley() in guest.sh: the same for the same seed, whatever the shell.
# Endless loops come alone: with one on each CPU, interrupts off, nobody is left to find them (README, limits).
demo_volleys() {
	echo $D_BUGS | tr ' ' '\n' | awk -v n="$D_RANDOM" -v x="$((D_SEED + 1))" '
		function below(limit) {
			x = x * 16807 % 2147483647
			return int(x / 1024) % limit
		}
		{ bug[NR - 1] = $0 }
		END {
			for (; n > 0; n--) {
				how = below(6)
				name = bug[below(NR)]
				if (name ~ /infinite_loop/ || last ~ /infinite_loop/)
					how = 5
				printf "%s%s", how == 0 && joined++ < 3 ? "," : how < 3 ? " !" : " ", name
				if (how)
					joined = 0
				last = name
			}
		}' | sed 's/^[ ,!]*//'
}

demo_isolated() {
	echo "=== Isolated: the same driver, the same compiler, with Alcove"
	: >"$D_DIR/out"
	cc -O1 -Wall -static -o "$D_DIR/stream" "$TOP/test/demo/stream.c" || die "test/demo/stream.c does not compile"
	demo_vm "BUGS='$D_BUGS'; VOLLEYS='$(demo_volleys)'; $(cat "$TOP/test/vm/cards.sh" "$TOP/test/demo/guest.sh")" \
		--timeout "$((300 + 60 * D_TOTAL + 20 * D_RANDOM))" --log "$D_DIR/isolated.log" \
		--module "$K/drivers/e1000.planted/e1000.ko" --module "$K/plants/sfi_plant.ko" \
		--file "$D_DIR/stream" >"$D_DIR/out" 2>"$D_DIR/err" &
	guest=$!
	# Everything but the lines for us, as they come.
	tail -f -n +1 --pid=$guest "$D_DIR/out" | grep --line-buffered -v '^@' || :
	wait $guest && return
	rc=$?
	cat "$D_DIR/err"
	return $rc
}

demo_options() {
	D_JSON='' D_KERNEL=6.1 D_BUGS=all D_RANDOM=200 D_SEED=$(($(date +%s) % 1000000))
	while [ $# -gt 0 ]; do
		case $1 in
		--json | --kernel | --bugs | --random | --seed) [ $# -ge 2 ] || misuse "$1 needs a value" ;;
		*) misuse "unknown option $1" ;;
		esac
		case $1 in
		--json) D_JSON=$2 ;;
		--kernel) D_KERNEL=$2 ;;
		--bugs) D_BUGS=$(echo "$2" | tr , ' ') ;;
		--random) D_RANDOM=$2 ;;
		--seed) D_SEED=$2 ;;
		esac
		shift 2
	done
	for number in "$D_RANDOM" "$D_SEED"; do
		case $number in '' | *[!0-9]* | ??????????*) misuse "--random and --seed want numbers, not '$number'" ;; esac
	done
	# Known before the demonstration, which is long.
	[ -z "$D_JSON" ] || touch "$D_JSON" 2>/dev/null || die "$D_JSON cannot be written"
	[ "$D_BUGS" != all ] || D_BUGS=$(all_plants)
	D_BUGS=$(echo $D_BUGS)
	D_TOTAL=$(echo "$D_BUGS" | wc -w)
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
	demo_figures
	[ -z "$D_TROUBLE" ] || D_HEALTHY=false
	demo_table
	demo_summary
	[ -z "$D_JSON" ] || demo_json >"$D_JSON"
	[ -z "$D_MISSED" ] || warn "outages are too long: $D_MISSED"
	[ "$D_CRASHED $D_HEALTHY $D_RECOVERED" = "true true $D_TOTAL" ] && [ -z "$D_TRANSFER_WRONG" ] &&
		{ [ "$D_RANDOM" = 0 ] || { [ "$D_FIRED" = "$D_RANDOM" ] && [ -z "$D_RANDOM_WRONG" ]; }; } &&
		[ -z "$D_MISSED" ]
}
