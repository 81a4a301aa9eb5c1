# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The part e1000 of ./sfi bench. The measure is guest instructions per packet, of the whole machine: applications, both network stacks, drivers. It
# is the same from run to run to a percent or so, and needs no hardware counters. The
# baseline is the same driver from the same compiler with the plugin off, on the
# same machine.

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

# The part's results, with every single run, as JSON.
bench_json() {
	{
		bench_summary | sed 's/^/row|/; s/ /|/g'
		sed 's/^/run|/' "$E_DIR/runs"
	} | jq -nR --arg kernel "$KREL" --argjson runs "$E_RUNS" --argjson bound "$BENCH_SPREAD" '
		def number: if . == "-" then null else tonumber end;
		[inputs | split("|")] | {
			kernel: $kernel, unit: "guest instructions per packet", runs_per_row: $runs, spread_bound_percent: $bound,
			rows: map(select(.[0] == "row") | { row: .[1], verdict: .[2], plain: (.[3] | number), isolated: (.[4] | number),
				ratio: (.[5] | number), spread_plain_percent: (.[6] | number), spread_isolated_percent: (.[7] | number) }),
			runs: map(select(.[0] == "run") | { build: .[1], row: .[2], packets: (.[3] | number), instructions: (.[4] | number) })
		}'
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

# Prints and keeps the results. Fails unless every row has a figure.
e1000_report() {
	bench_text
	bench_json >"$B_DIR/e1000.json"
	! bench_summary | grep -qv '^[^ ]* ok ' || {
		warn "bench: not every row of e1000 could be measured"
		return 1
	}
}

e1000_markdown() { bench_table; }

# Both builds of e1000, and where the part's files go: for all parts that measure it.
e1000_prepare() {
	need build
	setup_kernel "$E_KERNEL"
	for mode in --plain ''; do
		# shellcheck disable=SC2086
		(cmd_build drivers/net/ethernet/intel/e1000 --kernel "$E_KERNEL" $mode) >/dev/null
	done
	mkdir -p "$BUILD/vm"
	E_DIR=$B_DIR
}

bench_e1000() {
	e1000_prepare
	say "measuring plain, then isolated: $E_RUNS runs a row"
	bench_vm plain "$K/drivers/e1000.plain/e1000.ko" --no-sfi >"$E_DIR/runs"
	bench_vm isolated "$K/drivers/e1000/e1000.ko" '' >>"$E_DIR/runs"
	e1000_report
}
