# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The part e1000 of ./sfi bench. The measure is guest instructions per packet, of the whole machine: applications, both network stacks, drivers. They
# are counted by a plugin of the emulator (breakdown/count.c). It is the same from run to run to a percent or so, and
# needs no hardware counters. The baseline is the same driver from the same compiler with the plugin off, on the
# same machine.

# A row counts only if its largest and its smallest run differ by no more than this many percent of the median.
BENCH_SPREAD=5
BENCH_ROWS="tcp udp tcp-rr ping tcp-send tcp-receive udp-send udp-receive"
# Commands of the guest, which sets ADDR_B. qperf's request is one byte, and so is the answer; its own way to be told a
# number of messages hangs over TCP, so it gets a second. ping waits for each answer before it sends on.
BENCH_IPERF='iperf3 -c $ADDR_B'
# Left to itself, TCP makes the buffers of its sockets larger as it goes, differently in each run.
BENCH_TCP="$BENCH_IPERF -n 30M -w 128K"
BENCH_UDP="$BENCH_IPERF -u -b 200M -l 1400 -n 20M"
BENCH_RR='qperf -t 1 -m 1 $ADDR_B tcp_lat'
BENCH_PING='ping -q -f -c 10000 $ADDR_B'

# The plugin for the emulator, and the program that tells it in the guest when to count.
count_tools() {
	gcc -O2 -shared -fPIC -fvisibility=hidden -o "$E_DIR/count.so" "$TOP/benchmarks/breakdown/count.c" &&
		gcc -O2 -static -o "$E_DIR/mark" "$TOP/benchmarks/breakdown/mark.c"
}

# Runs all rows with module $2 and prints "@run|ROW|packets|instructions" as "$1|ROW|...". $3: options for the machine.
# What a lost machine measured before is kept; bench_summary finds the rows incomplete.
bench_vm() {
	for cards in e1000 virtio-net-pci; do
		case $cards in
		e1000)
			modules=e1000
			rows="measure tcp $BENCH_TCP; measure udp $BENCH_UDP; measure tcp-rr $BENCH_RR; measure ping $BENCH_PING"
			;;
		*)
			modules="e1000 virtio_net virtio_pci"
			rows="measure tcp-send $BENCH_TCP; measure tcp-receive $BENCH_TCP -R
				measure udp-send $BENCH_UDP; measure udp-receive $BENCH_UDP -R"
			;;
		esac
		rm -f "$E_DIR/totals"
		# shellcheck disable=SC2086
		"$TOP/sfi" vm --kernel "$E_KERNEL" --smp 1 --timeout 1200 --log "$BUILD/vm/bench.log" $3 --module "$2" \
			--module virtio_net --module virtio_pci --file "$(command -v qperf):/usr/bin/qperf" --file "$E_DIR/mark:/usr/bin/mark" \
			--qemu "-icount shift=0,sleep=off -plugin $E_DIR/count.so,out=$E_DIR/totals,total=on" \
			--qemu "-netdev hubport,id=ha,hubid=0 -netdev hubport,id=hb,hubid=0" \
			--qemu "-device e1000,netdev=ha,mac=52:54:00:00:00:10 -device $cards,netdev=hb,mac=52:54:00:00:00:11" \
			-- "MODULES='$modules' RUNS=$E_RUNS; $(cat "$TOP/test/vm/cards.sh" "$TOP/benchmarks/guest.sh"); $rows" \
			>"$E_DIR/out" || {
			cat "$E_DIR/out" >&2
			warn "the $1 run with $cards failed"
		}
		touch "$E_DIR/totals"
		sed -n "s/^@run/$1/p" "$E_DIR/out" | paste -d '|' - "$E_DIR/totals" | sed '/^|/d'
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

# The part's results, with every single run, as JSON.
e1000_json() {
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

E1000_HEAD='["", "plain", "isolated", "ratio", "spread: plain, isolated"]'
e1000_table() { report ".spread_bound_percent as \$bound | $E1000_HEAD, (.rows[] | e1000_cells(\$bound)) | @tsv" "$B_DIR/e1000.json"; }

e1000_markdown() {
	report '"On \(.kernel), " + (if .runs_per_row == 1 then "one run each.\n" else
		"medians of \(.runs_per_row) runs. The spread is the largest less the smallest of them, in percent of the median.\n" end)' \
		"$B_DIR/e1000.json"
	e1000_table | markdown_table
}

# Prints the part's figures. Fails unless every row has one.
e1000_report() {
	report '"guest instructions per packet, \(.kernel), runs: \(.runs_per_row)"' "$B_DIR/e1000.json"
	e1000_table | text_table
	report '.rows | length > 0 and all(.[]; .verdict == "ok")' "$B_DIR/e1000.json" | grep -qx true || {
		warn "bench: not every row of e1000 could be measured"
		return 1
	}
}

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
	count_tools || die "the plugin for the emulator could not be built"
	say "measuring plain, then isolated: $E_RUNS runs a row"
	bench_vm plain "$K/drivers/e1000.plain/e1000.ko" --no-sfi >"$E_DIR/runs"
	bench_vm isolated "$K/drivers/e1000/e1000.ko" '' >>"$E_DIR/runs"
	e1000_json >"$B_DIR/e1000.json"
	e1000_report
}
