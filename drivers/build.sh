# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# ./sfi build: turns a driver's source, unmodified, into isolated modules. Also
# the tools and the kernel modules that this needs, made when first needed.

usage_build() {
	cat <<-'END'
	usage: ./sfi build DIR|IN-TREE-PATH [OPTION]...

	Builds a Kbuild directory, or a folder of the kernel source package such as
	drivers/net/ethernet/intel/e1000, into isolated modules. Prints their paths.
	The source is copied first and never changed.

	  --plain          same compiler, without isolation
	  --plant FILE     plant bugs: lines "function: bug" (see drivers/plants)
	  -o DIR           where the modules go (build/KERNEL/drivers/NAME)
	  --remarks        say which guards stayed in each function, and why; optimization records
	                   for viewers (*.opt.yaml) stand beside the objects, in src/ below -o
	  --kernel V       6.1 (default) or 6.12

	A call of a kernel function that is not annotated, or anything else that cannot be isolated, is
	an error, and no module is left behind.
	END
}

# --- tools ------------------------------------------------------------------

# Makes all that building and running isolated drivers for kernel $KERNEL needs.
build_tools() {
	# A child of one that holds the lock finds everything made.
	with_lock build_tools_locked
}

build_tools_locked() {
	build_host_tools
	build_policy
	build_kmod
}

build_host_tools() {
	if [ ! -e "$TOOLS/build.ninja" ]; then
		quietly "$BUILD/log/cmake" "configuring the tools" cmake -S "$TOP" -B "$TOOLS" -G Ninja \
			-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
	fi
	# CMake looks for new files each time; only what may have to be compiled is worth a word.
	doing='looking at the tools'
	if [ ! -e "$TOOLS/built" ] || [ -n "$(cd "$TOP" && find CMakeLists.txt sfi-pass wrappergen runtime test/runtime \
		-type f -newer "$TOOLS/built")" ]; then
		doing='building the tools'
	fi
	touch "$TOOLS/built.new"
	quietly "$BUILD/log/tools" "$doing" nice ninja -C "$TOOLS" -k 0 -j "$(nproc)"
	mv "$TOOLS/built.new" "$TOOLS/built"
}

# The flags that Kbuild gives the compiler for a module, as sfi-cc passes them on: K/flags, one a
# line; K/flags.dir is the folder they are relative to. Found by building an empty module with
# a compiler that writes them down.
kernel_flags() {
	fresh "$K/flags.stamp" "$KVERSION $(sum_of "$TOOLS/sfi-pass/sfi-cc" "$TOOLS/sfi-pass/gcc-kernel.h")" && return
	dir=$K/probe
	rm -rf "$dir"
	mkdir -p "$dir/bin"
	echo 'obj-m := probe.o' >"$dir/Kbuild"
	printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n' >"$dir/probe.c"
	cat >"$dir/bin/clang" <<-END
	#!/bin/sh
	case "\$*" in *" -c "*probe.c*) printf '%s\n' "\$@" >"$dir/flags" && pwd >"$K/flags.dir" ;; esac
	exec clang-19 "\$@"
	END
	chmod +x "$dir/bin/clang"
	SFI_CLANG=$dir/bin/clang SFI_PLUGIN='' quietly "$BUILD/log/flags" "asking Kbuild $KERNEL for its flags" \
		kmake -C "$KDIR" M="$dir" CC="$TOOLS/sfi-pass/sfi-cc" KASAN_SANITIZE=n probe.o
	[ -s "$dir/flags" ] || die "Kbuild's flags were not seen"
	awk '/^-o$/ { getline; next } /^-c$/ || /probe\.[co]$/ || /^-Wp,-MM?D/ || /KBUILD_(MODFILE|BASENAME|MODNAME)/ { next } 1' \
		"$dir/flags" >"$K/flags"
	rm -rf "$dir"
	echo "$KVERSION $(sum_of "$TOOLS/sfi-pass/sfi-cc" "$TOOLS/sfi-pass/gcc-kernel.h")" >"$K/flags.stamp"
}

# sfi-wrapgen: annotated headers to wrappers and policy. One module a folder of wrappergen/headers.
build_policy() {
	wrapgen=$TOOLS/wrappergen/sfi-wrapgen
	kernel_flags
	stamp="$KVERSION $(sum_of "$wrapgen" "$TOP/wrappergen/headers" "$TOP"/*/include "$K/flags")"
	fresh "$K/gen.stamp" "$stamp" && return
	rm -rf "$K/gen" "$K/gen.stamp"
	mkdir -p "$K/gen"
	set --
	for folder in "$TOP"/wrappergen/headers/*/; do
		folder=${folder%/}
		set -- "$@" --module "sfi_${folder##*/}=$folder"
	done
	set -- "$@" -- '-DKBUILD_MODNAME="sfi"' -I"$TOP/wrappergen/include" -I"$TOP/runtime/include" -I"$TOP/sfi-pass/include"
	while read -r flag; do
		set -- "$@" "$flag"
	done <"$K/flags"
	quietly "$BUILD/log/wrapgen" "generating wrappers for $KREL" \
		in_folder "$(cat "$K/flags.dir")" "$wrapgen" --out "$K/gen" "$@"
	echo "$stamp" >"$K/gen.stamp"
}

in_folder() (
	cd "$1" || exit
	shift
	"$@"
)

# sfi.ko and the wrapper modules. Kbuild writes beside its sources: it gets a copy of them.
build_kmod() {
	stamp="$KVERSION $(sum_of "$K/gen" "$TOP/kmod" "$TOP/runtime/core" "$TOP"/*/include)"
	fresh "$K/kmod.stamp" "$stamp" && return
	rm -f "$K/kmod.stamp"
	quietly "$BUILD/log/kmod" "building the sfi modules for $KREL" kmake -C "$TOP/kmod" \
		KDIR="$KDIR" OUT="$K/kmod" SFI_GEN="$K/gen" -j "$(nproc)"
	echo "$stamp" >"$K/kmod.stamp"
}

# sfi_plant.ko, which arms planted bugs: an ordinary module, by the kernel's own compiler.
build_plant_module() {
	stamp="$KVERSION $(sum_of "$TOP/drivers/plants")"
	fresh "$K/plants/stamp" "$stamp" && return
	rm -rf "$K/plants"
	mkdir -p "$K/plants"
	cp "$TOP"/drivers/plants/* "$K/plants/"
	quietly "$BUILD/log/plants" "building sfi_plant.ko" kmake -C "$KDIR" M="$K/plants" modules
	echo "$stamp" >"$K/plants/stamp"
}

# --- sources ----------------------------------------------------------------

# Extracts folder $1 of the kernel's source package to K/source, once, with the checksums of its files.
kernel_source() {
	sums=$K/source/$1.sha256
	[ ! -e "$sums" ] || return 0
	with_lock extract_source "$1"
}

extract_source() {
	tar=/usr/src/linux-source-$KSOURCE.tar.xz
	say "extracting $1 from linux-source-$KSOURCE $KVERSION"
	# dpkg knows the archive's checksum; a silent dpkg -V is a match.
	[ -z "$(dpkg -V "linux-source-$KSOURCE")" ] || die "$tar is not the package's"
	mkdir -p "$K/source"
	tar -xJf "$tar" -C "$K/source" --strip-components=1 "linux-source-$KSOURCE/$1" 2>/dev/null ||
		die "$1 is neither a directory here nor in $tar"
	if [ -d "$K/source/$1" ]; then
		(cd "$K/source/$1" && find . -type f | sort | xargs sha256sum) >"$K/source/$1.sha256"
	else
		(cd "$K/source/$(dirname "$1")" && sha256sum "$(basename "$1")") >"$K/source/$1.sha256"
	fi
}

# Field $2 of the manifest's row whose field $3 is $1.
manifest() {
	awk -F '|' -v key="$1" -v want="$2" -v by="$3" '/^#/ { next } {
		for (i = 1; i <= NF; i++) gsub(/^[ \t]+|[ \t]+$/, "", $i)
	} $by == key { print $want; exit }' "$TOP/drivers/manifest"
}

# The config symbols to turn to m: the manifest's, else those of obj-$(CONFIG_X) in the Makefile.
config_symbols() {
	row=$(manifest "$B_SOURCE" 3 2)
	[ -z "$row" ] || {
		echo "$row"
		return
	}
	cat "$1/Makefile" "$1/Kbuild" 2>/dev/null | grep -o '^obj-\$(CONFIG_[A-Z0-9_]*)' | tr -d '()$' | sed 's/^obj-//' | sort -u
}

# --- build ------------------------------------------------------------------

build_options() {
	B_SOURCE='' B_MODE=isolated B_PLANT='' B_OUT='' B_KERNEL=6.1 B_REMARKS=''
	while [ $# -gt 0 ]; do
		case $1 in
		--plain) B_MODE=plain ;;
		--remarks) B_REMARKS=yes ;;
		--plant | -o | --kernel)
			[ $# -ge 2 ] || misuse "$1 needs a value"
			case $1 in
			--plant) B_PLANT=$2 ;;
			-o) B_OUT=$2 ;;
			--kernel) B_KERNEL=$2 ;;
			esac
			shift
			;;
		-*) misuse "unknown option $1" ;;
		*)
			[ -z "$B_SOURCE" ] || misuse "one driver at a time"
			B_SOURCE=$1
			;;
		esac
		shift
	done
	[ -n "$B_SOURCE" ] || misuse "which driver?"
	[ -z "$B_PLANT" ] || [ -f "$B_PLANT" ] || die "no plant list $B_PLANT"
	[ -z "$B_PLANT" ] || B_PLANT=$(realpath "$B_PLANT")
}

cmd_build() {
	build_options "$@"
	setup_packages
	setup_kernel "$B_KERNEL"
	if [ "$B_MODE" = plain ]; then with_lock build_host_tools; else build_tools; fi
	build_source
	B_SOURCE=${B_SOURCE%/}
	[ -n "$B_OUT" ] || B_OUT=$K/drivers/$(basename "$B_DIR")$([ "$B_MODE" = isolated ] || echo .plain)$([ -z "$B_PLANT" ] || echo .planted)
	mkdir -p "$B_OUT"
	B_OUT=$(cd "$B_OUT" && pwd)
	# Who else builds the same waits, and finds it done.
	exec 8>"$B_OUT/.lock"
	flock 8
	build_driver
	exec 8>&-
	[ -z "$B_REMARKS" ] || build_remarks >&2
	ls "$B_OUT"/*.ko
}

build_driver() {
	stamp="$KVERSION $(build_inputs)"
	! fresh "$B_OUT/stamp" "$stamp" || return 0
	rm -f "$B_OUT"/*.ko "$B_OUT/stamp"
	build_copy
	build_kbuild
	build_collect
	echo "$stamp" >"$B_OUT/stamp"
}

# Finds the source: B_DIR is where it is, B_SUMS its package's checksums (in-tree only).
build_source() {
	B_SUMS=
	if [ -d "$B_SOURCE" ]; then
		B_DIR=$(cd "$B_SOURCE" && pwd)
		[ -e "$B_DIR/Makefile" ] || [ -e "$B_DIR/Kbuild" ] || die "$B_SOURCE has neither Kbuild nor Makefile"
		return
	fi
	[ ! -e "$B_SOURCE" ] || die "$B_SOURCE is a file; a driver is a folder"
	B_SOURCE=${B_SOURCE%/}
	kernel_source "$B_SOURCE"
	[ -d "$K/source/$B_SOURCE" ] || die "$B_SOURCE is not a folder"
	B_DIR=$K/source/$B_SOURCE B_SUMS=$K/source/$B_SOURCE.sha256
}

# A checksum of all that decides what comes out.
build_inputs() {
	set -- "$B_DIR" "$TOOLS/sfi-pass/sfi-cc" "$TOOLS/sfi-pass/gcc-kernel.h"
	[ -z "$B_PLANT" ] || set -- "$@" "$B_PLANT" "$TOP/drivers/plants" "$TOOLS/sfi-pass/sfi-plant.so"
	[ "$B_MODE" = plain ] || set -- "$@" "$TOOLS/sfi-pass/sfi-pass.so" "$K/gen/policy.json" "$K/kmod/Module.symvers"
	echo "$B_MODE${B_REMARKS:+, remarks} $(sum_of "$@")"
}

# The work copy; for in-tree sources compared with the package, file by file.
build_copy() {
	rm -rf "$B_OUT/src"
	mkdir -p "$B_OUT/src"
	cp -R "$B_DIR/." "$B_OUT/src/"
	[ -n "$B_SUMS" ] || return 0
	build_compare
	say "source of $B_SOURCE, linux-source-$KSOURCE $KVERSION, SHA-256:"
	sed 's/^/  /' "$B_SUMS" >&2
}

build_compare() {
	(cd "$B_OUT/src" && sha256sum --quiet -c "$B_SUMS" >&2) || die "the source is not the package's"
}

build_kbuild() {
	symvers=$K/kmod/Module.symvers
	if [ "$B_MODE" = plain ]; then
		symvers=
		export SFI_PLUGIN='' SFI_POLICY=''
	else
		export SFI_PLUGIN="$TOOLS/sfi-pass/sfi-pass.so" SFI_POLICY="$K/gen/policy.json"
	fi
	export SFI_PLANT='' SFI_PLANT_HEADER='' SFI_REMARKS="$B_REMARKS"
	if [ -n "$B_PLANT" ]; then
		with_lock build_plant_module
		symvers="$symvers $K/plants/Module.symvers"
		SFI_PLANT=$B_PLANT
		SFI_PLANT_HEADER=$TOP/drivers/plants/plants.h
	fi
	set -- defines
	for symbol in $(config_symbols "$B_DIR"); do
		set -- "$@" "$symbol=m"
		grep -q "^$symbol=" "$IMAGE/boot/config-$KREL" || set -- "$@" "-D${symbol}_MODULE=1"
	done
	shift
	build_make "$symvers" "$@"
}

# Where the kernel has KASAN, a driver of ours has not: its stores have guards already.
# Runs Kbuild. $1: symvers files; the rest: SYMBOL=m and -DSYMBOL_MODULE=1.
build_make() {
	symvers=$1 defines=
	shift
	for arg in "$@"; do
		shift
		case $arg in -D*) defines="$defines $arg" ;; *) set -- "$@" "$arg" ;; esac
	done
	quietly "$B_OUT/log" "building $B_SOURCE for $KREL ($B_MODE${B_PLANT:+, planted})" kmake -C "$KDIR" \
		M="$B_OUT/src" CC="$TOOLS/sfi-pass/sfi-cc" KASAN_SANITIZE=n KBUILD_EXTRA_SYMBOLS="$symvers" ${defines:+KCFLAGS="$defines"} \
		-j "$(nproc)" "$@" modules || {
		build_prototypes
		find "$B_OUT" -name '*.ko' -exec rm -f {} +
		exit 1
	}
	# Where IBT is on, objtool remarks on each reference to code that is no function's start.
	grep -E "$B_OUT/src.*warning: " "$B_OUT/log" | grep -v 'objtool: \.sfi_lines+' >&2 || :
}

# Names the functions whose type symbol (SFI_TYPE_PREFIX in abi.h) nobody defines, and the objects
# that disagree. An object that both defines and misses it is linked of others.
build_prototypes() {
	find "$B_OUT/src" -name '*.o' -exec llvm-nm-19 -A {} + 2>/dev/null | sed "s,^$B_OUT/src/,," | awk '
		{ object = $1; sub(/:.*/, "", object); name = $NF; type = $(NF - 1) }
		type == "T" { n++; owner[n] = object; owned[n] = name; has[object, name] = 1 }
		type == "U" && sub(/^__sfi_type_[0-9a-f]*_/, "", name) { m++; user[m] = object; callee[m] = name; symbol[m] = $NF; misses[object, name] = 1 }
		type == "A" { typed[$NF] = 1 }
		END {
			for (i = 1; i <= m; i++)
				for (j = 1; j <= n; j++)
					if (!typed[symbol[i]] && owned[j] == callee[i] && !misses[owner[j], callee[i]] && !has[user[i], callee[i]])
						print callee[i] ": the prototype in " user[i] " is not that of the definition in " owner[j]
		}' | while read -r line; do warn "$line"; done
}

# What stayed, by function, from the optimization records: the most first.
build_remarks() {
	find "$B_OUT/src" -name '*.opt.yaml' -exec cat {} + | awk '
		/^--- / { missed = $2 == "!Missed" }
		/^Name:/ { name = $2 }
		/^Function:/ && missed { n[$2]++; all++; why[$2, name]++; names[name]++; total[name]++ }
		function reasons(of,   r, text) {
			for (r in names) if ((of, r) in why) text = text " " r " " why[of, r]
			return text
		}
		END {
			for (f in n) printf "%5d  %-40s%s\n", n[f], f, reasons(f)
			for (r in total) why["", r] = total[r]
			printf "%5d  %-40s%s\n", all, "in all", reasons("")
		}' | sort -k1,1nr -k2,2
}

# Checks what came out, and only then lets it be seen.
build_collect() {
	[ -z "$B_SUMS" ] || build_compare
	found=$(find "$B_OUT/src" -name '*.ko')
	[ -n "$found" ] || die "Kbuild made no module: does the Makefile have obj-m or obj-\$(CONFIG_...)?"
	bad=
	for ko in $found; do
		build_check "$ko" || bad=yes
	done
	[ -z "$B_PLANT" ] || build_check_plants "$found" || bad=yes
	if [ -n "$bad" ]; then
		find "$B_OUT" -name '*.ko' -exec rm -f {} +
		exit 1
	fi
	for ko in $found; do
		mv "$ko" "$B_OUT/"
	done
}

# Strings of the top-level array $1 of the policy, one a line.
policy_list() {
	tr -d '\n' <"$K/gen/policy.json" | sed -n "s/.*\"$1\" *: *\[\([^]]*\)\].*/\1/p" | tr -d '" \t' | tr ',' '\n'
	echo
}

# Objects of module $1 without a table of what was instrumented. Kbuild lists them beside the module.
build_foreign_objects() (
	cd "$(dirname "$1")" || exit
	list=$(basename "$1" .ko).mod
	[ -s "$list" ] || echo "$list: no list of objects"
	# Relative to the kernel's build folder, or to the driver's.
	tr ' ' '\n' <"$list" | while read -r object; do
		[ -n "$object" ] || continue
		[ -e "$object" ] || object=$B_OUT/src/$object
		llvm-nm-19 "$object" 2>&1 | grep -q ' r __sfi_unit$' || echo "${object#"$B_OUT/src/"}"
	done
)

# Names that module $1 may not refer to. The runtime's own symbols are those of abi.h.
build_check() {
	offenders=$(llvm-nm-19 -u "$1" | awk '{ print $2 }' | grep -E '^sfi_plant_' || :)
	[ -n "$B_PLANT" ] || [ -z "$offenders" ] || {
		warn "$(basename "$1"): planting functions in an ordinary build: $offenders"
		return 1
	}
	[ "$B_MODE" = isolated ] || return 0
	offenders=$(build_foreign_objects "$1")
	[ -z "$offenders" ] || {
		warn "$(basename "$1") is not isolated: objects that the plugin has not made:"
		printf '  %s\n' $offenders >&2
		return 1
	}
	offenders=$( (
		policy_list data
		policy_list direct
		sed -n 's/^\tR(\([a-z_]*\),.*/\1/p; s/.*SFI_VERSION_SYMBOL "\(.*\)".*/\1/p' "$TOP/sfi-pass/include/sfi/abi.h"
		[ -z "$B_PLANT" ] || printf '%s\n' sfi_plant_hit sfi_plant_victim sfi_plant_text
		printf '%s\n' __fentry__ __x86_return_thunk __stack_chk_fail
		echo ======
		llvm-nm-19 -u "$1" | awk '{ print $2 }'
	) | awk '/^======$/ { names = 1; next } !names { allowed[$1] = 1; next }
		!($1 in allowed) && $1 !~ /^(sfi_[wep]_|__x86_indirect_thunk_)/')
	[ -z "$offenders" ] || {
		warn "$(basename "$1") is not isolated: it refers to the kernel directly:"
		printf '  %s\n' $offenders >&2
		return 1
	}
}

# Every line of the plant list must have found its function.
build_check_plants() {
	missing=$(sed 's/#.*//; s/[ \t]//g; /^$/d' "$B_PLANT" | while read -r pair; do
		grep -qF "sfi-plant: planted $pair" "$B_OUT/log" || echo "$pair"
	done)
	[ -z "$missing" ] || {
		warn "$B_PLANT: no function for $(echo "$missing" | tr '\n' ' ')"
		return 1
	}
}
