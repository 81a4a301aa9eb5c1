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
	usage: ./sfi bench [--quick] [--json FILE] [--markdown FILE] [--kernel V]

	Guest instructions per packet of e1000, plain and isolated; medians of five runs:
	  tcp           iperf3 TCP between two e1000: both ends are the driver under test
	  udp           iperf3 UDP between two e1000
	  udp-send      iperf3 UDP from e1000 to a virtio card, whose cost is in both figures
	  udp-receive   the other way round

	  --quick          one run each
	  --json FILE      write the results, with every single run, there as well
	  --markdown FILE  rewrite the table in FILE, a page with the two markers that stand in docs/performance.md
	  --kernel V       6.1 (default) or 6.12

	A row whose runs differ too much, or whose machine was lost, has no figure: it says so, FILE stays as
	it was, and the exit status is 1.
	END
}

# A row counts only if its largest and its smallest run differ by no more than this many percent of the median.
BENCH_SPREAD=5
BENCH_ROWS="tcp udp udp-send udp-receive"
BENCH_UDP="-u -b 200M -l 1400 -n 20M"

# Runs all rows with module $2 and prints "@run|ROW|packets|instructions" as "$1|ROW|...". $3: options for the machine.
# What a lost machine measured before is kept; bench_summary finds the rows incomplete.
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
			warn "the $1 run with $cards failed"
		}
		sed -n "s/^@run/$1/p" "$E_DIR/out"
	done
}

# From lines "build|row|packets|instructions" one line a row: "row verdict plain isolated ratio spread spread".
# Instructions per packet, medians; spreads of plain and isolated in percent of the median. The verdict is
# ok, noisy (above BENCH_SPREAD) or lost (not all runs are there); what cannot be said is "-".
bench_summary() {
	awk -F '|' -v rows="$BENCH_ROWS" -v runs="$E_RUNS" -v bound="$BENCH_SPREAD" '
		# Sets n, median, spread of build b, row r.
		function look(b, r,   i, j, t, v) {
			n = split(sample[b, r], v, " ")
			for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] + 0 < v[i] + 0) { t = v[i]; v[i] = v[j]; v[j] = t }
			median = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
			spread = n > 1 ? 100 * (v[n] - v[1]) / median : 0
		}
		$3 > 0 && $4 > 0 { sample[$1, $2] = sample[$1, $2] " " $4 / $3 }
		END {
			count = split(rows, row, " ")
			for (r = 1; r <= count; r++) {
				look("plain", row[r]); pn = n; p = median; ps = spread
				look("isolated", row[r])
				if (pn != runs || n != runs) print row[r], "lost - - - - -"
				else if (ps > bound || spread > bound) printf "%s noisy - - - %.1f %.1f\n", row[r], ps, spread
				else printf "%s ok %.0f %.0f %.3f %s\n", row[r], p, median, median / p,
					(runs > 1 ? sprintf("%.1f %.1f", ps, spread) : "- -")
			}
		}' "$E_DIR/runs"
}

# What stands in place of a figure. $1: verdict, $2, $3: spreads.
bench_why() {
	case $1 in
	lost) echo "not measured: the machine was lost" ;;
	noisy) echo "not measured: runs differ by $2 % (plain), $3 % (isolated); $BENCH_SPREAD % is the bound" ;;
	esac
}

bench_text() {
	printf '%-12s %10s %10s %7s %14s   guest instructions per packet, %s, runs: %s\n' \
		ROW PLAIN ISOLATED RATIO "SPREAD %" "$KREL" "$E_RUNS"
	bench_summary | while read -r row verdict plain isolated ratio spread1 spread2; do
		case $verdict in
		ok) printf '%-12s %10s %10s %7s %14s\n' "$row" "$plain" "$isolated" "$ratio" "$spread1 / $spread2" ;;
		*) printf '%-12s %s\n' "$row" "$(bench_why "$verdict" "$spread1" "$spread2")" ;;
		esac
	done
}

bench_json() {
	printf '{\n  "kernel": "%s",\n  "unit": "guest instructions per packet",\n' "$KREL"
	printf '  "runs_per_row": %s,\n  "spread_bound_percent": %s,\n  "rows": [' "$E_RUNS" "$BENCH_SPREAD"
	comma=
	bench_summary | sed 's/ -/ null/g' | while read -r row verdict plain isolated ratio spread1 spread2; do
		printf '%s\n    {"row": "%s", "verdict": "%s", "plain": %s, "isolated": %s, "ratio": %s, ' \
			"$comma" "$row" "$verdict" "$plain" "$isolated" "$ratio"
		printf '"spread_plain_percent": %s, "spread_isolated_percent": %s}' "$spread1" "$spread2"
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

# The lines between the markers of a page.
bench_table() {
	case $E_RUNS in
	1) printf 'On %s, one run each.\n\n' "$KREL" ;;
	*) printf 'On %s, medians of %s runs. The spread is the largest less the smallest of them, in percent of the median.\n\n' \
		"$KREL" "$E_RUNS" ;;
	esac
	printf '| | plain | isolated | ratio | spread: plain, isolated |\n|---|---|---|---|---|\n'
	bench_summary | while read -r row _ plain isolated ratio spread1 spread2; do
		case $spread1 in -) ;; *) spread1="$spread1 %, $spread2 %" ;; esac
		printf '| %s | %s | %s | %s | %s |\n' "$row" "$plain" "$isolated" "$ratio" "$spread1"
	done
}

BENCH_BEGIN='<!-- ./sfi bench --markdown rewrites what follows; do not edit -->'
BENCH_END='<!-- end of what ./sfi bench wrote -->'

# Page $1 has both markers, in this order.
bench_markers() {
	awk -v begin="$BENCH_BEGIN" -v end="$BENCH_END" '$0 == begin && !n { n = 1 } $0 == end && n == 1 { n = 2 }
		END { exit n != 2 }' "$1"
}

bench_markdown() {
	bench_table >"$E_DIR/table"
	awk -v begin="$BENCH_BEGIN" -v end="$BENCH_END" -v table="$E_DIR/table" '
		$0 == end { inside = 0 }
		!inside { print }
		$0 == begin { inside = 1; while ((getline line <table) > 0) print line }' "$1" >"$E_DIR/page"
	cat "$E_DIR/page" >"$1"
}

bench_options() {
	E_RUNS=5 E_JSON='' E_MARKDOWN='' E_KERNEL=6.1
	while [ $# -gt 0 ]; do
		case $1 in
		--quick) E_RUNS=1 ;;
		--json | --markdown | --kernel)
			[ $# -ge 2 ] || misuse "$1 needs a value"
			case $1 in
			--json) E_JSON=$2 ;;
			--markdown) E_MARKDOWN=$2 ;;
			--kernel) E_KERNEL=$2 ;;
			esac
			shift
			;;
		*) misuse "unknown option $1" ;;
		esac
		shift
	done
	# Known before the measurement, which is long.
	[ -z "$E_JSON" ] || touch "$E_JSON" 2>/dev/null || die "$E_JSON cannot be written"
	[ -z "$E_MARKDOWN" ] || { [ -w "$E_MARKDOWN" ] && bench_markers "$E_MARKDOWN"; } ||
		die "$E_MARKDOWN is no page with the markers for the table"
}

# Prints and writes the results. Fails unless every row has a figure.
bench_report() {
	bench_text
	[ -z "$E_JSON" ] || bench_json >"$E_JSON"
	! bench_summary | grep -qv '^[^ ]* ok ' || {
		warn "bench: not every row could be measured"
		return 1
	}
	[ -z "$E_MARKDOWN" ] || bench_markdown "$E_MARKDOWN"
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
	bench_report
}
