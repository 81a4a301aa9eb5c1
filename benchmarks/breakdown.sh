# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The part breakdown of ./sfi bench: where the instructions go. The machine is that of the
# part e1000, with a plugin of the emulator (breakdown/count.c) that counts what each
# block of code is executed. The counts are exact; only what the network stack
# chooses to do differs from run to run.

BREAKDOWN_ROWS="tcp udp tcp-rr ping"
# Functions to show of those that differ most.
BREAKDOWN_TOP=30

# The plugin and its marks, and the module that knows which pages are the rights table.
breakdown_tools() {
	count_tools && cp -R "$TOP/benchmarks/breakdown/leaves" "$E_DIR/" &&
		quietly "$BUILD/log/leaves" "building sfi_leaves.ko" make -C "$KDIR" M="$E_DIR/leaves" SFI_ROOT="$TOP" modules
}

# The same for build $1, module $2, options for the machine $3: leaves "ROW|packets" in $1.packets, the counts of
# one row after the other in $1.counts, the guest's symbols in $1.symbols, the pages of the rights table in $1.leaves.
breakdown_vm() {
	rm -f "$E_DIR/$1.counts"
	# shellcheck disable=SC2086
	"$TOP/sfi" vm --kernel "$E_KERNEL" --smp 1 --timeout 1200 --log "$BUILD/vm/bench.log" $3 --module "$2" \
		--module "$E_DIR/leaves/sfi_leaves.ko" --qemu "-icount shift=0,sleep=off -plugin $E_DIR/count.so,out=$E_DIR/$1.counts" \
		--qemu "-netdev hubport,id=ha,hubid=0 -netdev hubport,id=hb,hubid=0" \
		--qemu "-device e1000,netdev=ha,mac=52:54:00:00:00:10 -device e1000,netdev=hb,mac=52:54:00:00:00:11" \
		--file "$E_DIR/mark:/usr/bin/mark" --file "$(command -v qperf):/usr/bin/qperf" \
		-- "MODULES=e1000 RUNS=0; $(cat "$TOP/test/vm/cards.sh" "$TOP/benchmarks/guest.sh")
			count tcp ${BENCH_TCP% -n *} -n 10M; count udp ${BENCH_UDP% -n *} -n 6M
			count tcp-rr $BENCH_RR; count ping ${BENCH_PING% -c *} -c 3000 \$ADDR_B; symbols; leaves" >"$E_DIR/out" || {
		cat "$E_DIR/out" >&2
		die "the $1 machine was lost"
	}
	sed -n 's/^@packets|//p' "$E_DIR/out" >"$E_DIR/$1.packets"
	sed -n 's/^@symbols|//p' "$E_DIR/out" | base64 -d | gzip -d >"$E_DIR/$1.symbols"
	sed -n 's/^@leaves|//p' "$E_DIR/out" >"$E_DIR/$1.leaves"
}

# For build $1 lines "ROW MODULE FUNCTION instructions calls lookups loads bytes", the numbers per packet; loads of the
# rights table, and bytes written to it. User space is "user", the kernel's own code "kernel".
breakdown_functions() {
	n=0
	for row in $BREAKDOWN_ROWS; do
		n=$((n + 1))
		packets=$(sed -n "s/^$row|//p" "$E_DIR/$1.packets")
		{
			# A module's init function is gone, and its memory may be another's code.
			awk '!($4 && $3 ~ /(^|_)init(_module)?$/) { print $1, 0, $3, $4 }' "$E_DIR/$1.symbols"
			awk -v n=$n '
				FILENAME ~ /leaves$/ { leaf[$1] = 1; next }
				$1 == "end" { seen++; next }
				seen != n - 1 { next }
				$1 != "memory" { print $1, 1, $2, $3, $4 }
				$1 == "memory" && $3 in leaf { print $2, 2, $4, $5 }' "$E_DIR/$1.leaves" "$E_DIR/$1.counts"
		} | LC_ALL=C sort -k 1,1 -k 2,2n | awk -v row="$row" -v packets="$packets" '
			BEGIN { function_name = "-"; module = "user" }
			$2 == 0 {
				function_name = $3; module = $4 == "" ? "kernel" : substr($4, 2, length($4) - 2); begin = $1
				next
			}
			{ key = module " " function_name }
			$2 == 2 {
				loads[key] += $3; bytes[key] += $4
				next
			}
			{
				instructions[key] += $3 * $4; lookups[key] += $4 * $5
				if ($1 == begin) calls[key] += $4
			}
			END {
				for (key in instructions)
					printf "%s %s %.3f %.4f %.3f %.3f %.3f\n", row, key, instructions[key] / packets,
						calls[key] / packets, lookups[key] / packets, loads[key] / packets, bytes[key] / packets
			}'
	done
}

# One line for each kind of code, per packet; then the functions of row $1 that differ most, then the crossings.
breakdown_row() {
	awk -v row="$1" -v top="$BREAKDOWN_TOP" -v dir="$E_DIR" '
		function kind(module) { return module ~ /^sfi/ ? "sfi" : module ~ /^(user|kernel|e1000)$/ ? module : "modules" }
		function line(name, p, i) { printf "  %-44s %10.1f %10.1f %+10.1f\n", name, p, i, i - p }
		BEGIN { order = dir "/order"; by_difference = "sort -rn >" order; by_calls = "sort -k 3,3rn" }
		$2 != row { next }
		{
			sum[$1, kind($3)] += $5; sum[$1, "all"] += $5
			if (kind($3) == "e1000") {
				looked[$1] += $7; guards[$1] += $8
			}
			loads[$1] += $8; written[$1] += $9; bytes[$1, $4 " [" $3 "]"] = $9
			key = $4 " [" $3 "]"
			own[$1, key] = $5; calls[$1, key] = $6; keys[key] = 1
			if ($3 ~ /^sfi/ && $4 ~ /^sfi_w_/) out[$1] += $6
			if ($3 ~ /^sfi/ && $4 ~ /^sfi_e_/) into[$1] += $6
		}
		END {
			printf "%s, per packet %43s %10s %10s\n", row, "plain", "isolated", "more"
			n = split("user kernel modules e1000 sfi all", kinds, " ")
			for (i = 1; i <= n; i++) line("instructions, " kinds[i], sum["plain", kinds[i]], sum["isolated", kinds[i]])
			line("calls of gates (kernel to driver)", into["plain"], into["isolated"])
			line("calls of wrappers (driver to kernel)", out["plain"], out["isolated"])
			line("guards, as loads of the rights table", guards["plain"], guards["isolated"])
			line("lookups of guards in the directory", looked["plain"], looked["isolated"])
			line("loads of the table by the runtime", loads["plain"] - guards["plain"], loads["isolated"] - guards["isolated"])
			line("bytes written to the table", written["plain"], written["isolated"])
			print "functions that differ most: instructions"
			for (key in keys) {
				more = own["isolated", key] - own["plain", key]
				printf "%.3f\t%s\n", more < 0 ? -more : more, key | by_difference
			}
			close(by_difference)
			for (i = 0; i < top && (getline text < order) > 0; i++) {
				split(text, f, "\t")
				line(f[2], own["plain", f[2]], own["isolated", f[2]])
			}
			close(order)
			printf "crossings and the runtime: %29s %10s %10s\n", "calls", "own instr.", "table bytes, a call"
			for (key in keys) if (key ~ /\[sfi/ && calls["isolated", key] > 0.005)
				printf "  %-44s %10.2f %10.1f %10.1f\n", key, calls["isolated", key],
					own["isolated", key] / calls["isolated", key], bytes["isolated", key] / calls["isolated", key] | by_calls
			close(by_calls)
		}' "$E_DIR/functions"
}

bench_breakdown() {
	e1000_prepare
	breakdown_tools || die "the plugin for the emulator could not be built"
	say "counting plain, then isolated"
	breakdown_vm plain "$K/drivers/e1000.plain/e1000.ko" --no-sfi
	breakdown_vm isolated "$K/drivers/e1000/e1000.ko" ''
	for build in plain isolated; do
		breakdown_functions $build | sed "s/^/$build /"
	done >"$E_DIR/functions"
	for row in $BREAKDOWN_ROWS; do
		breakdown_row "$row"
	done
}
