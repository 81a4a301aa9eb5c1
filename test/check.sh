# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi check: runs all tests and counts. Each kind of test prints lines
# "PASS: name", "FAIL: name: why" or "SKIP: name: why"; the counting is done from
# those lines alone, and whoever prints none has failed.

usage_check() {
	cat <<-'END'
	usage: ./sfi check [-k PATTERN] [--quick | --debug-kernel] [--jobs N] [--seed N] [--long SECONDS] [--list]

	  -k PATTERN   only tests whose name contains PATTERN (a basic regular expression)
	  --quick      no virtual machines; under 5 minutes
	  --jobs N     so many virtual machines at a time (2)
	  --seed N     where the random tests of guards begin (1); they print it
	  --long SECONDS
	               each random test of guards takes so long (20), from a seed that is the time unless
	               --seed says otherwise; the exhaustive one has functions of one operation more.
	               With -k, as: -k random/ --long 7200, or -k exhaust/ --long 1
	  --debug-kernel
	               only what runs on a debug kernel: KASAN, lockdep and the like, which is built
	               from the kernel source package when first needed (half an hour)
	  --list       print the names of the system tests

	Logs of failed tests are kept in build/check. The last line is "N passed, N failed, N skipped";
	exit status 0 if none failed.
	END
}

wanted() { printf '%s\n' "$1" | grep -q -e "$C_PATTERN"; }

# Runs test $1, the remaining arguments, whose exit status decides. Output is shown on failure.
single() {
	name=$1
	shift
	wanted "$name" || return 0
	if "$@" >"$C_DIR/out" 2>&1; then
		echo "PASS: $name"
	else
		sed 's/^/    /' "$C_DIR/out"
		echo "FAIL: $name: $(tail -n 1 "$C_DIR/out" | cut -c1-200)"
	fi
}

# --- style --------------------------------------------------------------------

shell_files() { (cd "$TOP" && git ls-files sfi .ci/run '*.sh' test/vm/init); }
kernel_files() { (cd "$TOP" && git ls-files 'kmod/*.[ch]' 'runtime/core/*.[ch]' 'drivers/*.[ch]' 'runtime/include/*.h'); }

check_shell() (
	cd "$TOP" || exit
	for f in $(shell_files); do
		sh -n "$f" || exit
	done
	# SC1091: sourced files; SC2034, SC2154: variables of other files; SC2086, SC2046: lists on purpose.
	shell_files | xargs shellcheck -S warning -e SC1091,SC2034,SC2154,SC2086,SC2046
)

check_licences() (
	cd "$TOP" || exit
	git ls-files -z '*.c' '*.h' '*.cpp' '*.S' '*.sh' '*.ll' '*CMakeLists.txt' '*Kbuild' sfi |
		xargs -0 awk 'FNR <= 2 && /SPDX-License-Identifier: (GPL-2.0-only|Apache-2.0 WITH LLVM-exception)/ { ok[FILENAME] = 1 }
			FNR == 1 { all[FILENAME] = 1 }
			END { for (f in all) if (!(f in ok)) { print f ": no licence in its first lines"; bad = 1 } exit bad }'
)

check_checkpatch() (
	kernel_source scripts/checkpatch.pl
	kernel_source scripts/spelling.txt
	kernel_source scripts/const_structs.checkpatch
	cd "$TOP" || exit
	kernel_files | grep -v '^kmod/wrappers/' | checkpatch "$CHECKPATCH_IGNORE" || bad=yes
	# A wrapper calls what it wraps, deprecated or not: that is for drivers to say. A shadow fills in tables.
	kernel_files | grep '^kmod/wrappers/' | checkpatch "$CHECKPATCH_IGNORE,DEPRECATED_API,CONST_STRUCT" || bad=yes
	[ -z "${bad:-}" ]
)

# Files on stdin. $1: types of warnings that are of no use for them.
checkpatch() {
	xargs perl "$K/source/scripts/checkpatch.pl" --no-tree --no-summary --terse --quiet --show-types \
		--max-line-length=100 --ignore "$1" -f
}
# Of no use here: what is about the kernel tree's own files, macro lists (X-macros), and headers that
# user space compiles too. "volatile" is how planted bugs and tests are kept from the optimizer.
CHECKPATCH_IGNORE=FILE_PATH_CHANGES,SPDX_LICENSE_TAG,LINUX_VERSION_CODE,CONSTANT_COMPARISON,VOLATILE
CHECKPATCH_IGNORE=$CHECKPATCH_IGNORE,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,COMPLEX_MACRO,TRAILING_SEMICOLON
CHECKPATCH_IGNORE=$CHECKPATCH_IGNORE,MULTISTATEMENT_MACRO_USE_DO_WHILE,EXPORT_SYMBOL,CAMELCASE,AVOID_EXTERNS
CHECKPATCH_IGNORE=$CHECKPATCH_IGNORE,PREFER_DEFINED_ATTRIBUTE_MACRO,NEW_TYPEDEFS,SPLIT_STRING

# FileCheck ignores a directive it does not know: every capital word that looks like one must be one.
check_directives() (
	cd "$TOP/test" || exit
	bad=$(grep -rnoE '^ *(//|;|#) *(CHECK|[A-Z0-9]+-CHECK|CHEK|CHCEK|CHECKS|CEHCK)[A-Za-z0-9_-]*[: ]' --include='*.ll' --include='*.c' --include='*.test' --include='*.h' . |
		grep -vE 'CHECK(-(NEXT|NOT|DAG|SAME|LABEL|EMPTY|COUNT-[0-9]+))?:' || :)
	[ -z "$bad" ] || {
		echo "$bad"
		echo "unknown FileCheck directive"
		return 1
	}
)

check_style() {
	single style/shell check_shell
	single style/licences check_licences
	single style/checkpatch check_checkpatch
	single style/filecheck-directives check_directives
}

# --- tools --------------------------------------------------------------------

# The pattern as lit and ctest need it: they know their tests without what is printed in front, and lit has
# another sign between a suite and its tests.
lit_pattern() { printf '%s\n' "$C_PATTERN" | sed 's#^lit\(/\|$\)##; s#^\([a-z]*\)/#\1 :: #; s#^$#.#'; }
ctest_pattern() { printf '%s\n' "$C_PATTERN" | sed 's#^ctest\(/\|$\)##; s#^$#.#'; }

# Runs lit on folder $1. It ends with 1 if a test failed, and when it breaks down: then without its summary.
lit_suite() {
	rc=0
	python3 /usr/lib/llvm-19/build/utils/lit/lit.py -v --order=lexical -j "$(nproc)" \
		--param build="$TOOLS" --param top="$TOP" --param gen="$K/gen" --param kernel="$K" \
		--filter "$(lit_pattern)" --allow-empty-runs "$1" >"$C_DIR/lit.suite" 2>&1 || rc=$?
	[ $rc != 0 ] || return 0
	[ $rc = 1 ] && grep -q '^Total Discovered Tests: ' "$C_DIR/lit.suite"
}

# lit's and ctest's results in our form. Tests print what they like: a result has its number behind it.
check_lit() {
	: >"$C_DIR/lit.log"
	find "$TOP/test" "$TOP/sfi-pass" "$TOP/wrappergen" -name 'lit.cfg*' -exec dirname {} \; | sort -u |
		while read -r suite; do
			lit_suite "$suite" || {
				tail -n 5 "$C_DIR/lit.suite" | sed 's/^/    /'
				echo "FAIL: lit/$(basename "$suite"): it did not run"
			}
			cat "$C_DIR/lit.suite" >>"$C_DIR/lit.log"
		done
	grep -E '^(FAIL|UNRESOLVED|TIMEOUT|XPASS): .* \([0-9]+ of [0-9]+\)$' -A 40 "$C_DIR/lit.log" | sed 's/^/    /' || :
	sed -n '/ ([0-9]* of [0-9]*)$/!d
		s///
		s/^\([A-Z]*\): \(.*\) :: /\1: \2\//
		s/^\(PASS\|XFAIL\): /PASS: lit\//p
		s/^UNSUPPORTED: \(.*\)/SKIP: lit\/\1: lit says unsupported/p
		s/^\(FAIL\|UNRESOLVED\|TIMEOUT\|XPASS\): \([^ ]*\)$/FAIL: lit\/\2: \1/p' "$C_DIR/lit.log"
}

check_ctest() {
	ctest --test-dir "$TOOLS" -R "$(ctest_pattern)" --output-on-failure --timeout 900 >"$C_DIR/ctest.log" 2>&1 || :
	sed -n '/\*\*\*/,/^ *[0-9]*\/[0-9]* Test/p' "$C_DIR/ctest.log" | head -n 200 | sed 's/^/    /'
	sed -n 's|^ *[0-9]*/[0-9]* Test *#[0-9]*: \([^ ]*\) .*   Passed .*|PASS: ctest/\1|p
		s|^ *[0-9]*/[0-9]* Test *#[0-9]*: \([^ ]*\) .*\*\*\*Skipped.*|SKIP: ctest/\1: it says so|p
		s|^ *[0-9]*/[0-9]* Test *#[0-9]*: \([^ ]*\) .*\*\*\*\([A-Z].*\)|FAIL: ctest/\1: \2|p' "$C_DIR/ctest.log" |
		grep -v 'FAIL: .*: Skipped' || :
}

# --- guards -------------------------------------------------------------------

# A test that says in its last line how much there was. $1: name, the rest: the command.
guards_test() {
	wanted "$1" || return 0
	single "$@"
	say "$1: $(tail -n 1 "$C_DIR/out")"
}

# What the pass makes of programs and functions that nobody thought of. What failed stays in build/check/exhaust,
# random or broken.
check_guards() {
	guards_test exhaust/guards sh "$TOP/test/exhaust/run.sh" "$TOOLS" "$BUILD/check/exhaust" "$C_EXTRA"
	guards_test random/programs sh "$TOP/test/random/programs.sh" "$TOOLS" "$BUILD/check/random" "$C_SEED" "$C_SECONDS"
	guards_test random/broken sh "$TOP/test/random/broken.sh" "$TOOLS" "$BUILD/check/broken" "$C_SEED" "$C_SECONDS"
}

# --- system -------------------------------------------------------------------

# Lines "name file kernel" of the system tests. A test's header says "# Kernels: 6.1 6.12" and, where
# no machine is booted, "# Quick: yes". Those of the kernel "debug" are run when they are asked for, and alone.
# "# Timeout: N" is for a test that needs more than 1800 seconds.
system_tests() {
	for file in "$TOP"/test/system/*.sh; do
		base=$(basename "$file" .sh)
		for kernel in $(sed -n 's/^# Kernels: *//p' "$file"); do
			if [ "$kernel" = debug ]; then for_debug=yes; else for_debug=no; fi
			[ "$C_DEBUG" = $for_debug ] || continue
			[ "$C_QUICK" = no ] || grep -q '^# Quick: yes' "$file" || continue
			echo "system/$base@$kernel $file $kernel"
		done
	done
}

# One system test, in a process of its own. Its name is printed before each of its results.
check_system_one() {
	name=$1 file=$2
	KERNEL=$3 OUT=$BUILD/check/$(echo "$1" | tr / _)
	export TOP BUILD KERNEL OUT
	rm -rf "$OUT"
	mkdir -p "$OUT"
	start=$(date +%s)
	limit=$(sed -n 's/^# Timeout: *//p' "$file")
	timeout "${limit:-1800}" sh "$file" >"$OUT/results" 2>&1 </dev/null && rc=0 || rc=$?
	took=$(($(date +%s) - start))
	failed=$(grep -c '^FAIL: ' "$OUT/results" || :)
	if [ "$rc" != 0 ] && [ "$failed" = 0 ]; then
		echo "FAIL: the test ended with $rc: $(tail -n 1 "$OUT/results" | cut -c1-160)" >>"$OUT/results"
	elif ! grep -qE '^(PASS|FAIL|SKIP): ' "$OUT/results"; then
		echo "FAIL: the test had no result" >>"$OUT/results"
	fi
	! grep -q '^FAIL: ' "$OUT/results" || tail -n 60 "$OUT/results" | grep -vE '^(PASS|FAIL|SKIP): ' | sed 's/^/    /'
	sed -n "s#^\(PASS\|FAIL\|SKIP\): #\1: $name: #p" "$OUT/results"
	say "$name took $took s"
	grep -q '^FAIL: ' "$OUT/results" || rm -rf "$OUT"
}

# Takes the next test off the list: prints its line, or nothing.
next_test() (
	flock 7
	sed -n 1p "$C_DIR/todo"
	sed -i 1d "$C_DIR/todo"
) 7>"$C_DIR/todo.lock"

# Runs tests until none is left. A test's results are printed together. $1: number of the worker.
check_system_worker() {
	while line=$(next_test) && [ -n "$line" ]; do
		# shellcheck disable=SC2086 # three words
		check_system_one $line >"$C_DIR/worker.$1"
		(
			flock 7
			cat "$C_DIR/worker.$1"
		) 7>"$C_DIR/print.lock"
	done
}

check_system() {
	system_tests | while read -r name file kernel; do
		! wanted "$name" || echo "$name $file $kernel"
	done >"$C_DIR/todo"
	for worker in $(seq "$C_JOBS"); do
		check_system_worker "$worker" &
	done
	wait
}

# --- all ----------------------------------------------------------------------

check_options() {
	C_PATTERN=. C_QUICK=no C_JOBS=2 C_DEBUG=no C_LIST=no C_SEED='' C_SECONDS='' C_EXTRA=0
	while [ $# -gt 0 ]; do
		case $1 in
		-k)
			[ $# -ge 2 ] || misuse "-k needs a pattern"
			C_PATTERN=$2
			shift
			;;
		--quick) C_QUICK=yes ;;
		--jobs)
			case ${2:-} in '' | *[!0-9]* | 0*) misuse "--jobs needs a number" ;; esac
			C_JOBS=$2
			shift
			;;
		--seed | --long)
			case ${2:-} in '' | *[!0-9]* | 0*) misuse "$1 needs a number" ;; esac
			if [ "$1" = --seed ]; then C_SEED=$2; else C_SECONDS=$2 C_EXTRA=1; fi
			shift
			;;
		--debug-kernel) C_DEBUG=yes ;;
		--list) C_LIST=yes ;;
		*) misuse "unknown option $1" ;;
		esac
		shift
	done
	[ "$C_QUICK $C_DEBUG" != "yes yes" ] || misuse "--debug-kernel is not quick"
	[ -n "$C_SEED" ] || C_SEED=$(if [ -n "$C_SECONDS" ]; then date +%s; else echo 1; fi)
	[ "$C_QUICK $C_SECONDS" != "yes " ] || C_SECONDS=5 C_EXTRA=-1
	C_SECONDS=${C_SECONDS:-20}
	[ $C_LIST = no ] || {
		system_tests | cut -d' ' -f1
		exit 0
	}
}

cmd_check() {
	check_options "$@"
	setup_packages
	if [ $C_DEBUG = yes ]; then setup_kernel debug; else setup_kernel 6.1; fi
	need build
	build_tools
	mkdir -p "$BUILD/check"
	C_DIR=$(mktemp -d "$BUILD/check/run.XXXXXX")
	trap 'rm -rf "$C_DIR"' EXIT
	trap 'exit 130' INT TERM HUP
	{
		[ $C_DEBUG = yes ] || {
			check_style
			check_lit
			check_ctest
			check_guards
		}
		check_system
	} | tee "$C_DIR/results"
	passed=$(grep -c '^PASS: ' "$C_DIR/results" || :)
	failed=$(grep -c '^FAIL: ' "$C_DIR/results" || :)
	skipped=$(grep -c '^SKIP: ' "$C_DIR/results" || :)
	[ $((passed + failed + skipped)) -gt 0 ] || warn "no test is called so"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
