# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The plots of ./sfi bench --plots: one SVG or more a part, drawn by gnuplot from what --json writes, so that they can be
# made again of an old file. What other systems have published (published.json) stands beside ours. A row without
# a figure keeps its place and says so.

# Of published cycles, for a scale in nanoseconds.
P_CYCLES_PER_NS=3

# Plot $1, title $2, the vertical axis $3: gnuplot's program on stdin, after what all plots share. Data is in files below
# $B_DIR.
plot_svg() {
	{
		cat <<-END
			set terminal svg size 960,540 font "sans-serif,14" background "white" noenhanced
			set output "$B_PLOTS/$1.svg"
			set title "$2"
			set ylabel "$3"
			set datafile separator "\t"
			set datafile missing "-"
			set grid ytics
			set key outside top center horizontal
			set style fill solid 0.8 border -1
		END
		cat
	} >"$B_DIR/plot"
	quietly "$BUILD/log/gnuplot" "looking at plot $1" gnuplot "$B_DIR/plot" || return
	say "$B_PLOTS/$1.svg"
}

# Lines "place, row, figure, lowest, highest" from [[row, figure, lowest, highest]...] as $1 says, of file $2: one block
# of ours, one of others'.
plot_places() {
	report "$1"' | (.[0] | length) as $ours |
		(.[0] | to_entries[] | [.key] + .value | map(. // "-") | @tsv), "", "",
		(.[1] | to_entries[] | [.key + $ours] + .value | map(. // "-") | @tsv)' "$2" >"$B_DIR/plot.data"
}

# Bars of what plot_places has left, others' beside ours. $1: title of the figures.
plot_bars() {
	cat <<-END
		set boxwidth 0.6
		set xtics rotate by -35
		set xrange [-0.7:*]
		set offsets 0, 0.7, 0, 0
		plot "$B_DIR/plot.data" index 0 using 1:3:xtic(2) with boxes title "$1", \\
			"" index 1 using 1:3:xtic(2) with boxes title "published by others", \\
			"" index 0 using 1:4:(0):(\$5 - \$4) with vectors nohead linewidth 2 linecolor "black" notitle, \\
			"" index 1 using 1:4:(0):(\$5 - \$4) with vectors nohead linewidth 2 linecolor "black" notitle
	END
}

# Lines through the points of table $1, whose first column is the place; the others' heads are what the lines are called. One
# without a figure is in the key alone. Ends without an end of line.
plot_lines() {
	head -n 1 "$1" | awk -F '\t' -v file="$1" '{
		printf "plot"
		for (i = 2; i <= NF; i++) {
			what = $i ~ /: not measured$/ ? "keyentry with lines linecolor \"gray\"" : "\"" file "\" using 1:" i " with linespoints"
			printf "%s %s title \"%s\"", (i > 2 ? "," : ""), what, $i
		}
	}'
}

plot_native() {
	report '["program", "isolated", "ASan, writes only", "ASan", "LXFI, as published"],
		(native_summary[] | if .verdict == "ok"
			then [.row, .builds.isolated.ratio, .builds["asan-writes"].ratio, .builds.asan.ratio, $published[0].LXFI.time[.row]]
			else ["\(.row): not measured", null, null, null, $published[0].LXFI.time[.row]] end) | map(. // "-") | @tsv' \
		"$B_DIR/native.json" >"$B_DIR/plot.data"
	plot_svg native "Small programs, built isolated and otherwise" "time, against plain" <<-END
		set style data histogram
		set style histogram clustered gap 1
		set xrange [-0.7:$(($(wc -l <"$B_DIR/plot.data") - 2)).7]
		set xtics rotate by -35
		set yrange [0:*]
		set offsets 0, 0, graph 0.05, 0
		set arrow from graph 0, first 1 to graph 1, first 1 nohead dashtype 2
		plot for [i = 2:5] "$B_DIR/plot.data" using i:xtic(1) title columnheader(i)
	END
}

plot_crossings() {
	plot_places '[[crossings_summary[] | if .verdict != "ok" then ["\(.row): not measured"] + [null, null, null]
			else (.spread_percent / 200 * (.plain_ns + .extra_ns)) as $by | [.row, .extra_ns, .extra_ns - $by, .extra_ns + $by] end],
		[$published[0] | to_entries[] | select(.value.crossing_cycles) |
			[.key] + (.value.crossing_cycles | map(. / '"$P_CYCLES_PER_NS"') | [.[1]] + .)]]' "$B_DIR/crossings.json"
	{
		echo 'set yrange [0:*]'
		plot_bars "a call isolated, beyond a plain one"
	} | plot_svg crossings "Crossings; published cycles as at $P_CYCLES_PER_NS GHz" "nanoseconds"
	plot_growth
}

# A panel for each axis, a line for each crossing.
plot_growth() {
	axes=$(report '[.growth[].axis] | unique[]' "$B_DIR/crossings.json")
	for axis in $axes; do
		report "$(plot_growth_of "$axis")" "$B_DIR/crossings.json" >"$B_DIR/plot.$axis"
	done
	{
		cat <<-END
			set terminal svg size 1280,480 font "sans-serif,14" background "white" noenhanced
			unset title
			set multiplot layout 1,$(echo "$axes" | wc -w) title "Crossings, as a domain grows"
			set logscale x
			set format x "%.0s%c"
			set yrange [0:*]
			set offsets 0, 0, graph 0.15, 0
			set key inside bottom center vertical
		END
		for axis in $axes; do
			echo "set xlabel \"$axis\""
			plot_lines "$B_DIR/plot.$axis"
			echo
		done
		echo 'unset multiplot'
	} | plot_svg growth "" "nanoseconds a call"
}

# Program for a table of axis $1: "at", the rows; then a line for each point. A row without a figure has none.
plot_growth_of() {
	cat <<-END
		[growth_summary[] | select(.axis == "$1")] as \$lines |
		["at", (\$lines[] | if .verdict == "ok" then .row else "\(.row): not measured" end)],
		([\$lines[].points[].at] | unique[] | . as \$at |
			[\$at, (\$lines[] | if .verdict == "ok" then (.points[] | select(.at == \$at).ns) else "-" end)]) | @tsv
	END
}

plot_e1000() {
	plot_places '[[.rows[] | if .verdict != "ok" then ["\(.row): not measured", null, null, null]
			else (.ratio * ((.spread_plain_percent // 0) + (.spread_isolated_percent // 0)) / 200) as $by |
				[.row, .ratio, .ratio - $by, .ratio + $by] end],
		[$published[0] | to_entries[] | select(.value.cpu) | ["\(.key), CPU"] + (.value.cpu | [.[1]] + .)]]' "$B_DIR/e1000.json"
	{
		cat <<-END
			set yrange [0:*]
			set arrow from graph 0, first 1 to graph 1, first 1 nohead dashtype 2
		END
		plot_bars "guest instructions a packet, isolated"
	} | plot_svg e1000 "e1000, isolated against plain; others: CPU use of network loads" "against plain"
}

# A line for each kind of objects, and what it would be if each object cost what it does where they are most.
plot_recovery() {
	report '["at", (recovery_summary[] | if .verdict == "ok" then "\(.row): \(.per_object | fixed(0)) instructions an object"
			else "\(.row): not measured" end)],
		(recovery_summary as $lines | .points[] | select(. > 0) as $at | [$at, ($lines[] |
			if .verdict == "ok" then (.points[] | select(.at == $at).us) else "-" end)]) | @tsv' "$B_DIR/recovery.json" >"$B_DIR/plot.data"
	report 'recovery_summary[] | select(.verdict == "ok") | "\(.points[0].us) + x * \(.per_object / 1000)"' "$B_DIR/recovery.json" \
		>"$B_DIR/plot.lines"
	{
		cat <<-END
			set logscale xy
			set format "%.0s%c"
			set xlabel "objects that the driver holds"
			set key inside top left vertical
		END
		plot_lines "$B_DIR/plot.data"
		sed 's/.*/, & with lines dashtype 2 linecolor "gray" notitle/' "$B_DIR/plot.lines" | tr -d '\n'
		echo
	} | plot_svg recovery "Recovery; grey: linear" "microseconds, a thousand instructions each"
}

# Of part $1, if it is in the results and is one that can be drawn.
plot_part() {
	if [ "$1" = breakdown ]; then
		say "no plot of breakdown: it only prints"
	elif [ "$1" = uml ]; then
		say "no plot of uml: it is a table only"
	elif [ ! -s "$B_DIR/$1.json" ]; then
		say "no plot of $1: it is not in the results"
	else
		"plot_$1"
	fi
}
