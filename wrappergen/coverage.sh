# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shellcheck shell=sh
#
# ./sfi coverage: which kernel functions a module needs, and which of them the
# annotated headers know.

usage_coverage() {
	cat <<-'END'
	usage: ./sfi coverage FILE.ko|DIR|IN-TREE-PATH [--kernel V]

	Lists the kernel functions that a module imports: annotated, inferred, or missing with the line to
	add. A folder's modules are taken as they are; source without modules, and a folder of the
	kernel's source package, is built first, not isolated.
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
	need build
	setup_packages
	setup_kernel "$V_KERNEL"
	build_tools
	case $V_WHAT in
	*.ko) set -- "$(realpath "$V_WHAT")" ;;
	*)
		found=$(find "$(realpath "$V_WHAT" 2>/dev/null)" -name '*.ko' 2>/dev/null || :)
		[ -n "$found" ] || found=$( (cmd_build "$V_WHAT" --plain --kernel "$V_KERNEL"))
		# shellcheck disable=SC2086 # a list
		set -- $found
		;;
	esac
	[ -f "$1" ] || die "no module $1"
	coverage_run "$@"
}

# The kernel's own flags let the tool read the prototypes of what is missing.
coverage_run() {
	set -- --coverage "$K/gen/policy.json" "$@" --
	while read -r flag; do
		set -- "$@" "$flag"
	done <"$K/flags"
	in_folder "$(cat "$K/flags.dir")" "$TOOLS/wrappergen/sfi-wrapgen" "$@"
}
