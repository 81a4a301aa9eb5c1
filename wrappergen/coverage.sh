# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shellcheck shell=sh
#
# ./sfi coverage: which kernel functions a module needs, and which of them the
# annotated headers know.

usage_coverage() {
	cat <<-'END'
	usage: ./sfi coverage FILE.ko|DIR|IN-TREE-PATH [--kernel V]

	Lists the kernel functions that a module imports: annotated, inferred, or missing with the line to
	add; SFI_... in it stands for what only a reader of the function can say. A folder's modules are
	taken as they are (.ko, .ko.xz), at any depth; source without modules, and a folder of the
	kernel's source package, is built first, not isolated. A module is reported as soon as the headers
	that it needs have been parsed: all 4000 of a kernel take minutes.

	Exit status: 0, also when functions are missing; 1 if a module could not be read or built.
	END
}

cmd_coverage() {
	V_WHAT='' V_KERNEL=6.1
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel)
			[ $# -ge 2 ] || misuse "$1 needs a value"
			V_KERNEL=$2
			shift
			;;
		-*) misuse "unknown option $1" ;;
		*)
			[ -z "$V_WHAT" ] || misuse "one module or folder at a time"
			V_WHAT=$1
			;;
		esac
		shift
	done
	[ -n "$V_WHAT" ] || misuse "which module?"
	coverage_operand
	need build
	setup_packages
	setup_kernel "$V_KERNEL"
	build_tools
	mkdir -p "$BUILD/check"
	V_DIR=$(mktemp -d "$BUILD/check/coverage.XXXXXX")
	trap 'rm -rf "$V_DIR"' EXIT
	trap 'exit 130' INT TERM HUP
	coverage_collect "$V_WHAT"
	[ -n "$(ls "$V_DIR")" ] || {
		built=$(cmd_build "$V_WHAT" --plain --kernel "$V_KERNEL")
		for ko in $built; do
			coverage_collect "$ko"
		done
	}
	coverage_run "$V_DIR"/*.ko
}

# What cannot be meant is told before anything is installed or built.
coverage_operand() {
	case $V_WHAT in
	*.ko | *.ko.xz) [ -f "$V_WHAT" ] || die "no module $V_WHAT" ;;
	*)
		[ ! -e "$V_WHAT" ] || [ -d "$V_WHAT" ] || die "$V_WHAT is neither a module (.ko, .ko.xz) nor a folder"
		[ -d "$V_WHAT" ] || case $V_WHAT in /* | .* | *[!a-zA-Z0-9_/-]*) die "no folder $V_WHAT" ;; esac
		[ ! -d "$V_WHAT" ] || [ -e "$V_WHAT/Makefile" ] || [ -e "$V_WHAT/Kbuild" ] ||
			[ -n "$(find "$V_WHAT/" -name '*.ko' -o -name '*.ko.xz' | head -n 1)" ] ||
			die "$V_WHAT has no modules, and no Kbuild or Makefile to build some"
		;;
	esac
}

# Brings the modules of $1, a file or a folder, into V_DIR, where all are unpacked.
coverage_collect() {
	[ -e "$1" ] || return 0
	what=$(realpath "$1")
	find "$what" -name '*.ko' -exec ln -sf -t "$V_DIR" {} +
	find "$what" -name '*.ko.xz' -exec cp -f -t "$V_DIR" {} +
	# What cannot be unpacked stays.
	find "$V_DIR" -name '*.ko.xz' -print0 | xargs -0 -r -n 32 -P "$(nproc)" xz -dqq || :
	packed=$(find "$V_DIR" -name '*.ko.xz' | head -n 1)
	[ -z "$packed" ] || die "$(basename "$packed") cannot be unpacked"
}

# The kernel's own flags let the tool read the prototypes of what is missing.
coverage_run() {
	set -- --coverage "$K/gen/policy.json" "$@" --
	while read -r flag; do
		set -- "$@" "$flag"
	done <"$K/flags"
	in_folder "$(cat "$K/flags.dir")" "$TOOLS/wrappergen/sfi-wrapgen" "$@"
}
