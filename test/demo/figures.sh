# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What ./sfi demo prints and writes of a run: the table, the lengths of the
# outages, the JSON. The guest's lines "@..." (see guest.sh) are in $D_DIR/out, the
# kernel's log in $D_DIR/isolated.log.

# For the lengths of outages, without what the driver itself takes; ms.
GOAL_MEDIAN=50 GOAL_WORST=500

milliseconds() { awk -v us="$1" 'BEGIN { printf "%.3f", us / 1000 }'; }

# Of the numbers on stdin: the median, and the largest. Both 0 if there is none.
median_and_worst() {
	sort -n | awk '{ v[NR] = $1 }
		END { printf "%.15g %.15g\n", NR ? (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) : 0, v[NR] + 0 }'
}

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

# Fields $1 and so on of the guest's last line @$1|..., one variable each; empty ones if there is none.
guest_line() {
	line=$(grep "^@$1|" "$D_DIR/out" | tail -n 1)
	shift
	IFS='|' read -r _ "$@" <<-FIELDS
	$line
	FIELDS
}

# Lines "US OURS DRIVERS" of the kernel's log: each outage.
outages() {
	sed -n 's/.* sfi: e1000: restarted in \([0-9]*\) us: recovery \([0-9]*\) us, the driver.s own start \([0-9]*\) us.*/\1 \2 \3/p' \
		"$D_DIR/isolated.log"
}

# Milliseconds from each restart until both cards have had their link, where no other failure came before.
links() {
	awk '/sfi: VIOLATION in/ { since = 0 }
		match($0, /^\[ *[0-9.]+\]/) { now = substr($0, 2, RLENGTH - 2) * 1000 }
		/ sfi: e1000: restarted in / { since = now; links = 0 }
		/NIC Link is Up/ && since && ++links == 2 { print now - since; since = 0 }' "$D_DIR/isolated.log"
}

demo_table() {
	printf '\nOutages in ms: all; without the driver; as the transfer saw it\n'
	printf '%-40s %-8s %-9s %9s %9s %9s  %s\n' BUG CONTEXT DETECTOR OUTAGE OURS PAUSE VERDICT
	grep '^@bug|' "$D_DIR/out" | while IFS='|' read -r _ name context time ours drivers pause verdict report; do
		printf '%-40s %-8s %-9s %9.1f %9.1f %9d  %s\n' "$name" "$context" "$(demo_detector "$report")" \
			"$(milliseconds "$time")" "$(milliseconds "$ours")" "$pause" "$verdict"
		printf '    %s\n' "${report:-no report}"
	done
}

# Sets what the rest prints.
demo_figures() {
	D_TOTAL=$(echo "$D_BUGS" | wc -w)
	D_DETECTED=$(grep -c '^@bug|.*|sfi: VIOLATION' "$D_DIR/out" || :)
	D_RECOVERED=$(grep -c '^@bug|.*|survived|sfi: VIOLATION' "$D_DIR/out" || :)
	guest_line random D_FIRED D_REPORTS D_RESTARTS D_RANDOM_WRONG
	guest_line transfer D_BYTES D_CONNECTIONS D_TRANSFER_WRONG D_LONGEST_PAUSE D_LONGEST_PING
	guest_line health D_TAINT D_TROUBLE
	[ -n "$D_TAINT" ] || D_TROUBLE="the guest did not finish"
	warnings=$(grep -aE 'WARNING: |BUG: |Oops' "$D_DIR/isolated.log" | grep -av 'sfi: ' | head -n 1 | tr -d '\r')
	[ -z "$warnings" ] || D_TROUBLE="${D_TROUBLE:+$D_TROUBLE; }the kernel's log says $warnings"
	[ -n "$D_BYTES" ] || D_TRANSFER_WRONG="it did not end"
	D_OUTAGES=$(outages | wc -l)
	read -r D_TOTAL_US _ <<-FIELDS
	$(outages | cut -d' ' -f1 | median_and_worst)
	FIELDS
	read -r D_OURS_US D_OURS_WORST_US <<-FIELDS
	$(outages | cut -d' ' -f2 | median_and_worst)
	FIELDS
	read -r D_DRIVERS_US D_DRIVERS_WORST_US <<-FIELDS
	$(outages | cut -d' ' -f3 | median_and_worst)
	FIELDS
	read -r D_LINK_MS D_LINK_WORST_MS <<-FIELDS
	$(links | median_and_worst)
	FIELDS
	read -r D_PAUSE_MS _ <<-FIELDS
	$(sed -n 's/^@bug|\([^|]*|\)\{5\}\([0-9]*\)|survived|.*/\2/p' "$D_DIR/out" | median_and_worst)
	FIELDS
	D_MISSED=$(
		awk -v m="$D_OURS_US" -v w="$D_OURS_WORST_US" -v gm=$GOAL_MEDIAN -v gw=$GOAL_WORST 'BEGIN {
			if (m >= gm * 1000) printf "; the median is %.1f ms, not below %d", m / 1000, gm
			if (w >= gw * 1000) printf "; the worst is %.1f ms, not below %d", w / 1000, gw
		}'
	)
	D_MISSED=${D_MISSED#; }
}

# Of the bugs that fired at random, those without a report of their own.
demo_unreported() {
	others=$((${D_FIRED:-0} - ${D_REPORTS:-0}))
	[ $others -le 0 ] || printf ' (the other %d hit a driver that had failed already)' $others
}

demo_summary() {
	echo
	echo "$D_TOTAL bugs one after another: $D_DETECTED reported, $D_RECOVERED recovered from"
	[ "$D_RANDOM" = 0 ] || echo "$D_RANDOM bugs at random under load, seed $D_SEED: ${D_FIRED:-0} fired, ${D_REPORTS:-0} reported$(demo_unreported), ${D_RESTARTS:-0} restarts${D_RANDOM_WRONG:+; $D_RANDOM_WRONG}"
	echo "Transfer: ${D_TRANSFER_WRONG:-${D_BYTES} bytes on one connection, the same at both ends}"
	echo
	echo "Outages, $D_OUTAGES                   median     worst"
	printf '  recovery itself        %9.1f %9.1f ms  goal: below %d, below %d: %s\n' "$(milliseconds "$D_OURS_US")" \
		"$(milliseconds "$D_OURS_WORST_US")" $GOAL_MEDIAN $GOAL_WORST "$([ -z "$D_MISSED" ] && echo met || echo MISSED)"
	printf "  the driver's own start %9.1f %9.1f ms\n" "$(milliseconds "$D_DRIVERS_US")" "$(milliseconds "$D_DRIVERS_WORST_US")"
	printf "  then, until its link   %9.1f %9.1f ms\n" "$D_LINK_MS" "$D_LINK_WORST_MS"
	printf '  the transfer paused    %9.1f %9.1f ms\n' "$D_PAUSE_MS" "${D_LONGEST_PAUSE:-0}"
	printf '  the ping paused        %9s %9.1f ms\n' '' "${D_LONGEST_PING:-0}"
	echo
	echo "Kernel: ${D_TROUBLE:-healthy; no oops, no warning, taint $D_TAINT (out of tree, not signed); all modules removed, nothing left}"
}

# Text as a JSON string.
json_string() { printf '"%s"' "$(printf '%s' "$1" | tr -d '\r\n' | sed 's/[\\"]/\\&/g; s/\t/ /g')"; }

# A line of an object: $1 the key, $2 a number or a word of JSON.
json_field() { printf '  "%s": %s,\n' "$1" "$2"; }

demo_json() {
	echo '{'
	json_field kernel "$(json_string "$KREL")"
	json_field bugs "$D_TOTAL"
	json_field detected "$D_DETECTED"
	json_field recovered "$D_RECOVERED"
	json_field random_bugs "$D_RANDOM"
	json_field random_seed "$D_SEED"
	json_field random_fired "${D_FIRED:-0}"
	json_field random_reported "${D_REPORTS:-0}"
	json_field random_restarts "${D_RESTARTS:-0}"
	json_field random_wrong "$(json_string "$D_RANDOM_WRONG")"
	json_field control_crashed "$D_CRASHED"
	json_field kernel_healthy "$D_HEALTHY"
	json_field kernel_wrong "$(json_string "$D_TROUBLE")"
	json_field tcp_intact "$([ -z "$D_TRANSFER_WRONG" ] && echo true || echo false)"
	json_field tcp_wrong "$(json_string "$D_TRANSFER_WRONG")"
	json_field tcp_bytes "${D_BYTES:-0}"
	json_field tcp_connections "${D_CONNECTIONS:-0}"
	json_field outages "$D_OUTAGES"
	json_field median_recovery_ms "$(milliseconds "$D_TOTAL_US")"
	json_field median_outage_ms "$(milliseconds "$D_OURS_US")"
	json_field worst_outage_ms "$(milliseconds "$D_OURS_WORST_US")"
	json_field outage_goals_met "$([ -z "$D_MISSED" ] && echo true || echo false)"
	json_field median_driver_ms "$(milliseconds "$D_DRIVERS_US")"
	json_field worst_driver_ms "$(milliseconds "$D_DRIVERS_WORST_US")"
	json_field median_link_ms "$D_LINK_MS"
	json_field worst_link_ms "$D_LINK_WORST_MS"
	json_field median_tcp_pause_ms "$D_PAUSE_MS"
	json_field worst_tcp_pause_ms "${D_LONGEST_PAUSE:-0}"
	json_field worst_ping_pause_ms "${D_LONGEST_PING:-0}"
	printf '  "results": ['
	comma=
	grep '^@bug|' "$D_DIR/out" | while IFS='|' read -r _ name context time ours drivers pause verdict report; do
		printf '%s\n    {"bug": %s, "context": %s, "detector": %s, "recovery_ms": %s, "outage_ms": %s, "driver_ms": %s, "tcp_pause_ms": %s, "verdict": %s, "report": %s}' \
			"$comma" "$(json_string "$name")" "$(json_string "$context")" \
			"$(json_string "$(demo_detector "$report")")" "$(milliseconds "$time")" "$(milliseconds "$ours")" \
			"$(milliseconds "$drivers")" "$pause" "$(json_string "$verdict")" "$(json_string "$report")"
		comma=,
	done
	printf '\n  ]\n}\n'
}
