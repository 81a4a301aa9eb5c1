# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The guest's half of ./sfi bench recovery, after test/vm/cards.sh. The host sets $KINDS, $POINTS and $RUNS. Prints one
# line a recovery: "@run|KIND|OBJECTS|us|idle us|us of the release".
#
# The machine runs with -icount shift=0,sleep=off: a nanosecond of its time is one instruction, except that an idle
# processor's clock jumps to the next timer. Both are asked of the trace: the events of the recovery have the
# microseconds since the failure, cpu_idle says when there was nothing to do.

TRACE=/sys/kernel/tracing

trace_on() {
	[ -d $TRACE/events ] || mount -t tracefs none $TRACE
	echo mono >$TRACE/trace_clock
	echo 1 >$TRACE/events/sfi/recovery/enable
	echo 1 >$TRACE/events/power/cpu_idle/enable
}

# From the failure until the last step.
trace_figures() {
	awk '
		function field(name,   i) {
			for (i = 1; i <= NF; i++) if (index($i, name "=") == 1) return substr($i, length(name) + 2)
		}
		/^#/ { next }
		{ for (i = 1; i <= NF && $i !~ /^[0-9]+\.[0-9]+:$/; i++) ; at = $i * 1000000 }
		/ cpu_idle: / && field("state") != 4294967295 { asleep = at; sleeps[++n] = at; next }
		/ cpu_idle: / { wakes[n] = at; next }
		/ recovery: / { us[field("step")] = field("us"); end = at }
		END {
			if (!("resumed" in us)) exit 1
			begin = end - us["resumed"]
			for (i = 1; i <= n; i++) {
				from = sleeps[i] > begin ? sleeps[i] : begin
				to = i in wakes && wakes[i] < end ? wakes[i] : end
				if (to > from) idle += to - from
			}
			printf "%.0f|%.0f|%.0f\n", us["resumed"], idle, us["released"] - us["evicted"]
		}' $TRACE/trace
}

recovered() { [ "$(domain sfi_hoard restarts)" -gt "$seen" ] && domain_live sfi_hoard; }

# $1: kind, $2: how many. In a domain that is new: the rights table of one that has held more is larger. And in slabs
# without what the recovery before has left.
recover() {
	modprobe sfi_hoard || exit 1
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 >"$cache"
	done
	echo "$1 $2" >/dev/sfi_hoard || exit 1
	echo >$TRACE/trace
	seen=$(domain sfi_hoard restarts)
	echo "fail 0" >/dev/sfi_hoard 2>/dev/null && exit 1
	wait_for 600 recovered || exit 1
	figures=$(trace_figures) || exit 1
	echo "@run|$1|$2|$figures"
	rmmod sfi_hoard || exit 1
}

# The report goes to the log, not to the slow console.
dmesg -n 1
echo 0 >/sys/module/sfi/parameters/restart_window_s
trace_on
# Runs before the first that counts. What packets cost settles only when allocators have had so many come and go three
# times: until then runs differ by 7 %, and always in the same way.
WARM=3
for kind in $KINDS; do
	for run in $(seq $((WARM + RUNS))); do
		for n in $POINTS; do
			if [ "$run" -le $WARM ]; then recover "$kind" "$n" >/dev/null; else recover "$kind" "$n"; fi
		done
	done
done
