# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of ./sfi bench's native parts have in common: its functions, without ./sfi around them.

TOOLS=$BUILD/tools
. "$TOP/benchmarks/bench.sh"
warn() { echo "$*"; }
say() { :; }
# As in ./sfi; ./sfi check has built the tools.
quietly() {
	log=$1
	shift 2
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 || { tail -n 20 "$log"; return 1; }
}
build_host_tools() { :; }
