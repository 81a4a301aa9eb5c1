# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The part recovery of ./sfi bench: what it costs to recover a driver, by the number of kernel objects that it holds. The
# driver is recovery/sfi_hoard.c, the machine that of the part e1000, whose time is instructions.

R_KINDS="heap timer skb"
# The first is what a recovery costs without any object of the kind.
R_POINTS="0 10 100 1000 10000 100000"
# A row counts only if its largest and its smallest run differ by no more than so many percent of the median.
R_BOUND=5

# The part's raw data, on stdout, from lines "KIND|OBJECTS|us|idle us|us of the release".
recovery_json() {
	jq -nR --arg kernel "$KREL" --argjson runs "$E_RUNS" --argjson bound "$R_BOUND" --arg kinds "$R_KINDS" --arg points "$R_POINTS" '{
		kernel: $kernel, runs_per_row: $runs, spread_bound_percent: $bound,
		unit: "guest microseconds from the failure until all is configured again; instructions in thousands",
		kinds: ($kinds | split(" ")), points: ($points | split(" ") | map(tonumber)),
		samples: [inputs | split("|") | { row: .[0], at: (.[1] | tonumber), us: (.[2] | tonumber),
			kilo_instructions: ((.[2] | tonumber) - (.[3] | tonumber)), release_us: (.[4] | tonumber) }] }'
}

RECOVERY_HEAD='["objects", "number", "us", "of which releasing", "instructions", "varies by", "instructions an object"]'
recovery_table() {
	report ".spread_bound_percent as \$bound | $RECOVERY_HEAD, (recovery_summary[] | recovery_cells(\$bound)[]) | @tsv" "$B_DIR/recovery.json"
}

LINEAR_HEAD='["objects", "instructions an object", "at the most objects, against a thousand"]'
linear_table() {
	report "$LINEAR_HEAD, (recovery_summary[] | select(.per_object) | [.row, (.per_object | fixed(0)), (.from_linear | fixed(3))]) | @tsv" \
		"$B_DIR/recovery.json"
}

recovery_markdown() {
	report '"On \(.kernel), " + (if .runs_per_row == 1 then "one run each.\n" else "medians of \(.runs_per_row) runs.\n" end)' \
		"$B_DIR/recovery.json"
	recovery_table | markdown_table
	echo
	linear_table | markdown_table
}

# Prints the part's figures; fails if one is missing.
recovery_report() {
	recovery_table | text_table
	linear_table | text_table
	report 'recovery_summary | length > 0 and all(.[]; .verdict == "ok")' "$B_DIR/recovery.json" | grep -qx true || {
		warn "bench: not every recovery could be measured"
		return 1
	}
}

bench_recovery() {
	setup_kernel "$E_KERNEL"
	(cmd_build "$TOP/benchmarks/recovery" --kernel "$E_KERNEL" -o "$K/drivers/sfi_hoard") >/dev/null
	mkdir -p "$BUILD/vm"
	say "measuring recoveries: $E_RUNS runs of each"
	# What a lost machine measured before is kept; the summary finds the rows incomplete.
	"$TOP/sfi" vm --kernel "$E_KERNEL" --smp 1 --timeout 7200 --log "$BUILD/vm/bench.log" --module "$K/drivers/sfi_hoard/sfi_hoard.ko" \
		--qemu "-icount shift=0,sleep=off" \
		-- "KINDS='$R_KINDS' POINTS='$R_POINTS' RUNS=$E_RUNS; $(cat "$TOP/test/vm/cards.sh" "$TOP/benchmarks/recovery/guest.sh")" \
		>"$B_DIR/out" || {
		cat "$B_DIR/out" >&2
		warn "the run of recoveries failed"
	}
	sed -n 's/^@run|//p' "$B_DIR/out" | recovery_json >"$B_DIR/recovery.json"
	recovery_report
}
