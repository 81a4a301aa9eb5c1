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

def native_cells($bound): . as $r | if .verdict == "ok" then
	[.row, (.builds.isolated | .ratio | fixed(3)), (.builds.isolated.spread_percent | percent),
	 (.instructions_ratio | fixed(3)), (.size_ratio | fixed(2)),
	 (.builds["asan-writes"].ratio | fixed(2)), (.builds.asan.ratio | fixed(2))]
	else [.row, native_why($r; $bound)] end;
