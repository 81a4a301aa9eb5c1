# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi bench: what isolation costs. The measure is guest instructions per
# packet, of the whole machine: applications, both network stacks, drivers. It
# is the same from run to run to a percent or so, and needs no hardware counters. The
# baseline is the same driver from the same compiler with the plugin off, on the
# same machine.

usage_bench() {
	cat <<-'END'
	usage: ./sfi bench [--quick] [--json FILE] [--kernel V]

	Guest instructions per packet of e1000, plain and isolated; medians of five runs:
	  tcp           iperf3 TCP between two e1000: both ends are the driver under test
	  udp           iperf3 UDP between two e1000
	  udp-send      iperf3 UDP from e1000 to a virtio card, whose cost is in both figures
	  udp-receive   the other way round

	  --quick       one run each
	  --json FILE   write the results, with every single run, there as well
	  --kernel V    6.1 (default) or 6.12
	END
}

BENCH_UDP="-u -b 200M -l 1400 -n 20M"

# Runs all rows with module $2 and prints "@run|ROW|packets|instructions" as "$1|ROW|...". $3: options for the machine.
bench_vm() {
	for cards in e1000 virtio-net-pci; do
		case $cards in
		e1000) modules=e1000 rows="measure tcp -n 30M; measure udp $BENCH_UDP" ;;
		*) modules="e1000 virtio_net virtio_pci" rows="measure udp-send $BENCH_UDP; measure udp-receive $BENCH_UDP -R" ;;
		esac
		# shellcheck disable=SC2086
		"$TOP/sfi" vm --kernel "$E_KERNEL" --smp 1 --timeout 1200 --log "$BUILD/vm/bench.log" $3 --module "$2" \
			--module virtio_net --module virtio_pci --qemu "-icount shift=0,sleep=off" \
			--qemu "-netdev hubport,id=ha,hubid=0 -netdev hubport,id=hb,hubid=0" \
			--qemu "-device e1000,netdev=ha,mac=52:54:00:00:00:10 -device $cards,netdev=hb,mac=52:54:00:00:00:11" \
			-- "MODULES='$modules' RUNS=$E_RUNS; $(cat "$TOP/test/vm/cards.sh" "$TOP/benchmarks/guest.sh"); $rows" \
			>"$E_DIR/out" || {
			cat "$E_DIR/out" >&2
			die "the $1 run with $cards failed"
		}
		sed -n "s/^@run/$1/p" "$E_DIR/out"
	done
}

# From lines "build|row|packets|instructions": "row plain isolated ratio", instructions per packet, medians.
bench_summary() {
	awk -F '|' '
		function median(key,   n, i, j, t, v) {
			n = split(runs[key], v, " ")
			for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] + 0 < v[i] + 0) { t = v[i]; v[i] = v[j]; v[j] = t }
			return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
		}
		!($2 in seen) { seen[$2] = 1; order[++rows] = $2 }
		{ runs[$1, $2] = runs[$1, $2] " " $4 / $3 }
		END {
			for (r = 1; r <= rows; r++) {
				p = median("plain" SUBSEP order[r]); i = median("isolated" SUBSEP order[r])
				printf "%s %.0f %.0f %.3f\n", order[r], p, i, p ? i / p : 0
			}
		}' "$E_DIR/runs"
}

bench_json() {
	printf '{\n  "kernel": "%s",\n  "unit": "guest instructions per packet",\n  "rows": [' "$KREL"
	comma=
	bench_summary | while read -r row plain isolated ratio; do
		printf '%s\n    {"row": "%s", "plain": %s, "isolated": %s, "ratio": %s}' "$comma" "$row" "$plain" "$isolated" "$ratio"
		comma=,
	done
	printf '\n  ],\n  "runs": ['
	comma=
	while IFS='|' read -r build row packets instructions; do
		printf '%s\n    {"build": "%s", "row": "%s", "packets": %s, "instructions": %s}' \
			"$comma" "$build" "$row" "$packets" "$instructions"
		comma=,
	done <"$E_DIR/runs"
	printf '\n  ]\n}\n'
}

bench_options() {
	E_RUNS=5 E_JSON='' E_KERNEL=6.1
	while [ $# -gt 0 ]; do
		case $1 in
		--quick) E_RUNS=1 ;;
		--json | --kernel)
			[ $# -ge 2 ] || misuse "$1 needs a value"
			case $1 in --json) E_JSON=$2 ;; *) E_KERNEL=$2 ;; esac
			shift
			;;
		*) misuse "unknown option $1" ;;
		esac
		shift
	done
}

cmd_bench() {
	bench_options "$@"
	need build
	setup_packages
	setup_kernel "$E_KERNEL"
	for mode in --plain ''; do
		# shellcheck disable=SC2086
		(cmd_build drivers/net/ethernet/intel/e1000 --kernel "$E_KERNEL" $mode) >/dev/null
	done
	mkdir -p "$BUILD/vm"
	E_DIR=$(mktemp -d "$BUILD/vm/bench.XXXXXX")
	trap 'rm -rf "$E_DIR"' EXIT
	trap 'exit 130' INT TERM HUP
	say "measuring plain, then isolated: $E_RUNS runs a row"
	bench_vm plain "$K/drivers/e1000.plain/e1000.ko" --no-sfi >"$E_DIR/runs"
	bench_vm isolated "$K/drivers/e1000/e1000.ko" '' >>"$E_DIR/runs"
	printf '%-12s %10s %10s %7s   guest instructions per packet\n' ROW PLAIN ISOLATED RATIO
	bench_summary | while read -r row plain isolated ratio; do
		printf '%-12s %10s %10s %7s\n' "$row" "$plain" "$isolated" "$ratio"
	done
	[ -z "$E_JSON" ] || bench_json >"$E_JSON"
}
