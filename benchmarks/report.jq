# SPDX-License-Identifier: GPL-2.0-only
#
# What ./sfi bench makes of raw samples: figures, verdicts, tables. Functions only;
# bench.sh calls them.
#
# A row counts if nothing is missing, every build has done the same work, and
# what was measured is steady: the samples are cut into five parts, in the order they
# were taken, and the spread is the largest less the smallest of the parts' medians.

def median: sort | length as $n | if $n == 0 then null elif $n % 2 == 1 then .[$n / 2 | floor] else (.[$n / 2 - 1] + .[$n / 2]) / 2 end;
def parts: length as $n | [range(5) as $p | .[($n * $p / 5 | floor):($n * ($p + 1) / 5 | floor)] | select(length > 0) | median];
def rounded($digits): if . == null then null else (. * pow(10; $digits) | round) / pow(10; $digits) end;
def width: max - min;
def fixed($digits): if . == null then "-" else rounded($digits) | tostring | if $digits == 0 then . else
	(if contains(".") then . else . + "." end) | split(".") | .[0] + "." + (.[1] + "000000")[:$digits] end end;
def percent: if . == null then "-" else fixed(1) + " %" end;

# --- native programs ---

# One build against plain: the median of the ratios of a round's two times.
def against($plain; $build): [$plain, $build] | transpose | map(.[1] / .[0]) |
	{ ratio: (median | rounded(4)), spread_percent: (100 * (parts | width) / median | rounded(2)) };

def native_row($rounds; $bound): . as $row | .samples.plain as $plain |
	(.samples | to_entries | map(select(.key != "plain"))) as $others |
	(if ([.samples[] | length] | all(. == $rounds)) and ($others | length) > 0 then
		($others | map({ (.key): against($plain; .value) }) | add) else {} end) as $builds |
	(if ($builds | length) == 0 then "lost"
	 elif ([.checksums[]] | unique | length) != 1 then "differs"
	 elif $builds.isolated.spread_percent > $bound then "noisy"
	 else "ok" end) as $verdict |
	{ row, verdict: $verdict, builds: $builds,
	  instructions_ratio: (if .instructions then .instructions.isolated / .instructions.plain | rounded(4) else null end),
	  size_ratio: (if .size then .size.isolated / .size.plain | rounded(3) else null end) };

def native_summary: .rounds as $rounds | .spread_bound_percent as $bound | [.rows[] | native_row($rounds; $bound)];

def geomean: if length == 0 or any(. == null) then null else (map(log) | add / length | exp) end;

def native_why($row; $bound): {
	lost: "not measured: samples are missing",
	differs: "not measured: the builds' checksums differ",
	noisy: "not measured: the ratio varies by \($row.builds.isolated.spread_percent) %; \($bound) % is the bound"
}[$row.verdict];

def published($row): ($published[0].LXFI.time[$row] // null) | fixed(2);
def native_cells($bound): . as $r | if .verdict == "ok" then
	[.row, (.builds.isolated | .ratio | fixed(3)), (.builds.isolated.spread_percent | percent),
	 (.instructions_ratio | fixed(3)), (.size_ratio | fixed(2)),
	 (.builds["asan-writes"].ratio | fixed(2)), (.builds.asan.ratio | fixed(2)), published(.row)]
	else [.row, native_why($r; $bound)] end;

# --- crossings ---

# What a call costs beyond the plain one: the median of the differences of a round's two times.
def crossings_row($rounds; $bound): (.samples | [.plain, .isolated]) as $pair |
	($pair | transpose | map(select(.[0] != null and .[1] != null) | .[1] - .[0])) as $extra |
	{ row, extra_ns: ($extra | median | rounded(2)), plain_ns: (.samples.plain | median | rounded(2)),
	  spread_percent: (if ($extra | length) == 0 then null else 100 * ($extra | parts | width) / (.samples.isolated | median) | rounded(2) end),
	  extra_instructions: (if .counts then .counts.isolated.instructions - .counts.plain.instructions | rounded(1) else null end),
	  table_bytes: (if .counts then .counts.isolated.table_bytes | rounded(1) else null end) } |
	.verdict = (if ($pair | all(length == $rounds) | not) then "lost" elif .spread_percent > $bound then "noisy" else "ok" end);

def crossings_summary: .rounds as $rounds | .spread_bound_percent as $bound | [.rows[] | crossings_row($rounds; $bound)];

def crossings_cells($bound): if .verdict == "ok" then
	[.row, (.plain_ns | fixed(1)), (.extra_ns | fixed(1)), (.spread_percent | percent), (.extra_instructions | fixed(0)), (.table_bytes | fixed(0))]
	elif .verdict == "lost" then [.row, "not measured: samples are missing"]
	else [.row, "not measured: a call varies by \(.spread_percent) %; \($bound) % is the bound"] end;

# A line for each row of an axis: a call's nanoseconds at each point.
def growth_summary: .growth_rounds as $rounds | .spread_bound_percent as $bound | [.growth | group_by(.axis + .row)[] | {
	axis: .[0].axis, row: .[0].row,
	points: map({ at, ns: (.samples | median | rounded(2)), spread_percent: (100 * (.samples | parts | width) / (.samples | median) | rounded(2)) }),
	verdict: (if all(.[]; .samples | length == $rounds) then "ok" else "lost" end) } |
	if .verdict == "ok" and any(.points[]; .spread_percent > $bound) then .verdict = "noisy" else . end];

def growth_cells($bound): if .verdict == "ok" then [.axis, .row, (.points | map("\(.at): \(.ns | fixed(1))") | join(", "))]
	elif .verdict == "lost" then [.axis, .row, "not measured: samples are missing"]
	else [.axis, .row, "not measured: a call varies by \(.points | map(.spread_percent) | max) %; \($bound) % is the bound"] end;

# --- e1000 ---

def e1000_cells($bound): if .verdict == "ok" then [.row, (.plain | fixed(0)), (.isolated | fixed(0)), (.ratio | fixed(3)),
		(if .spread_plain_percent == null then "-" else "\(.spread_plain_percent | percent), \(.spread_isolated_percent | percent)" end)]
	elif .verdict == "lost" then [.row, "not measured: the machine was lost"]
	else [.row, "not measured: runs differ by \(.spread_plain_percent | fixed(1)) % (plain), \(.spread_isolated_percent | fixed(1)) % (isolated); \($bound) % is the bound"] end;

# --- recovery ---

# One kind of objects: a point for each number of them, in the order of their numbers; the first has none. What an
# object costs is by what a recovery grows, an object.
def recovery_row($row): . as $part |
	([$part.points[] as $at | [$part.samples[] | select(.row == $row and .at == $at)] |
		{ at: $at, n: length, us: (map(.us) | median), release_us: (map(.release_us) | median),
		  kilo_instructions: (map(.kilo_instructions) | median),
		  spread_percent: (if length == 0 then null else map(.kilo_instructions) | 100 * width / median | rounded(2) end) }]) as $points |
	{ row: $row, points: $points,
	  verdict: (if any($points[]; .n != $part.runs_per_row) then "lost"
		elif any($points[]; .spread_percent > $part.spread_bound_percent) then "noisy" else "ok" end) } |
	if .verdict == "ok" then
		.points[0].kilo_instructions as $none |
		.points |= map(if .at > 0 then .per_object = (1000 * (.kilo_instructions - $none) / .at) else . end) |
		.per_object = .points[-1].per_object |
		.from_linear = (.points[-1].per_object as $most | [.points[] | select(.at == 1000 and .per_object != 0) | $most / .per_object][0])
	else . end;

def recovery_summary: . as $part | [.kinds[] as $kind | $part | recovery_row($kind)];

def recovery_cells($bound): .row as $row | if .verdict == "ok" then
	[.points[] | [$row, (.at | tostring), (.us | fixed(0)), (.release_us | fixed(0)), "\(.kilo_instructions | fixed(0)),000",
		(.spread_percent | percent), (.per_object | fixed(0))]]
	elif .verdict == "lost" then [[$row, "not measured: the machine was lost"]]
	else [[$row, "not measured: runs differ by \(.points | map(.spread_percent) | max) %; \($bound) % is the bound"]] end;

# --- a kernel that is a program ---

# A sample is a boot's; the builds' boots took turns. A boot's pages lie where the host has put them, and by that a
# build is fast or slower, with little in between: a median would jump from one to the other, the mean of the ratios does not.
def uml_against: transpose | map(.[1] / .[0]) | . as $ratios | length as $n |
	[range(5) as $p | $ratios[($n * $p / 5 | floor):($n * ($p + 1) / 5 | floor)] | geomean] as $parts |
	{ ratio: (geomean | rounded(4)), spread_percent: (100 * ($parts | width) / geomean | rounded(2)) };

def uml_row($boots; $bound): (.samples | [.plain // [], .isolated // []]) as $pair |
	(if $pair | all(length == $boots) then $pair | uml_against else {} end) as $ratio |
	{ row, plain_ns: ($pair[0] | median | rounded(1)), isolated_ns: ($pair[1] | median | rounded(1)),
	  ratio: $ratio.ratio, spread_percent: $ratio.spread_percent,
	  verdict: (if $ratio.ratio == null then "lost"
		elif .checksums.plain != .checksums.isolated or (.checksums.plain | length) != 1 then "differs"
		elif $ratio.spread_percent > $bound then "noisy" else "ok" end) };

def uml_summary: .boots as $boots | .spread_bound_percent as $bound | [.rows[] | uml_row($boots; $bound)];

def uml_cells($bound): if .verdict == "ok" then
	[.row, (.plain_ns | fixed(1)), (.isolated_ns | fixed(1)), (.ratio | fixed(3)), (.spread_percent | percent)]
	elif .verdict == "lost" then [.row, "not measured: a machine was lost"]
	elif .verdict == "differs" then [.row, "not measured: the builds' checksums differ"]
	else [.row, "not measured: the ratio varies by \(.spread_percent) %; \($bound) % is the bound"] end;

# --- comparison ---

# Every figure of a report as {part, row, figure, value, noise}; noise in percent of the value. No value: not measured.
def figures:
	(.native // empty | native_summary[] | { part: "native", row } + ({ figure: "time", value: (if .verdict == "ok" then .builds.isolated.ratio else null end), noise: .builds.isolated.spread_percent },
		{ figure: "instructions", value: .instructions_ratio, noise: 0 }, { figure: "code size", value: .size_ratio, noise: 0 })),
	(.crossings // empty | crossings_summary[] | { part: "crossings", row } + ({ figure: "more ns", value: (if .verdict == "ok" then .extra_ns else null end),
			noise: ((.spread_percent // 0) * (.plain_ns + .extra_ns) / ([.extra_ns, 0.1] | max)) },
		{ figure: "more instructions", value: .extra_instructions, noise: 0 }, { figure: "table bytes", value: .table_bytes, noise: 0 })),
	(.crossings // empty | growth_summary[] | . as $line | .points[] | { part: "crossings", row: "\($line.row), \(.at) \($line.axis)", figure: "ns",
		value: (if $line.verdict == "ok" then .ns else null end), noise: .spread_percent }),
	(.["e1000"] // empty | .rows[] | { part: "e1000", row, figure: "instructions", value: .ratio,
		noise: ((.spread_plain_percent // 0) + (.spread_isolated_percent // 0)) }),
	(.uml // empty | uml_summary[] | { part: "uml", row, figure: "time", value: (if .verdict == "ok" then .ratio else null end),
		noise: .spread_percent }),
	(.recovery // empty | recovery_summary[] | . as $line | .points[] | { part: "recovery", row: "\($line.row), \(.at) objects", noise: .spread_percent } +
		({ figure: "us", value: (if $line.verdict == "ok" then .us else null end) },
		 { figure: "instructions", value: (if $line.verdict == "ok" then 1000 * .kilo_instructions else null end) }));

# What both reports have and differs by more than both vary, or is measured in one alone. At least half a percent.
def moved($old): ([$old | figures] | map({ key: "\(.part)|\(.row)|\(.figure)", value: . }) | from_entries) as $before |
	figures | . as $new | $before["\(.part)|\(.row)|\(.figure)"] // empty | . as $was |
	if $was.value == null and $new.value == null then empty
	elif $was.value == null or $new.value == null then [$new.part, $new.row, $new.figure, ($was.value | fixed(3)), ($new.value | fixed(3)), "not measured in one"]
	else ($new.value - $was.value) as $by |
		if ($by | fabs) > (($was.value | fabs) * ([0.5, ($was.noise // 0) + ($new.noise // 0)] | max) / 100) then
			[$new.part, $new.row, $new.figure, ($was.value | fixed(3)), ($new.value | fixed(3)),
			 (if $was.value == 0 then "from nothing" else (100 * $by / $was.value | rounded(1) | (if . > 0 then "+" else "" end) + fixed(1) + " %") end)]
		else empty end
	end;
