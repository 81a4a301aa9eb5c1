# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The part uml of ./sfi bench: wall time of a kernel at the machine's own speed. The kernel is a program (uml/kernel.sh);
# guards, wrappers and rights table are those of the other kernels. The load is driven inside the kernel
# (uml/sfi_load.c), as system calls are slow there. Each boot measures one build, and those of the two take turns.

# Boots of each build; a row counts if the ratio varies by no more than so many percent. One boot tells 3 % or so of
# nothing from the next, and a busy machine more.
U_BOOTS=60 U_BOUND=5
U_SFI="sfi.ko sfi_base.ko sfi_char.ko sfi_net.ko"
# The drivers under test, and what makes them work. eth0 is sfi_echo's.
U_LOAD="sfi_sample.ko sfi_echo.ko eth0 sfi_load.ko"

# Module sfi_load, the same for both builds; what it needs from the driver is a header.
uml_load_module() {
	stamp="$KVERSION $(sum_of "$TOP/benchmarks/uml" "$TOP/drivers/sfi_sample/sfi_sample_ioctl.h")"
	! fresh "$K/load/stamp" "$stamp" || return 0
	rm -rf "$K/load"
	mkdir -p "$K/load"
	cp "$TOP/benchmarks/uml/Kbuild" "$TOP/benchmarks/uml/sfi_load.c" "$TOP/drivers/sfi_sample/sfi_sample_ioctl.h" "$K/load/"
	quietly "$BUILD/log/uml-load" "building sfi_load.ko" kmake -C "$KDIR" M="$K/load" modules
	gcc -O2 -static -Wall -Wextra -o "$K/load/init" "$TOP/benchmarks/uml/init.c"
	gcc -O2 -shared -fPIC -fvisibility=hidden -Wall -Wextra -o "$K/load/host.so" "$TOP/benchmarks/uml/host.c"
	echo "$stamp" >"$K/load/stamp"
}

# The initramfs of build $1, of these modules.
uml_initramfs() {
	root=$B_DIR/$1
	mkdir -p "$root"
	cp "$K/load/init" "$root/init"
	build=$1
	shift
	cp "$@" "$root/"
	(cd "$root" && find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet) >"$B_DIR/$build.cpio"
}

# Boots build $1 and prints what the machine does. The rest: modules, in their order.
uml_boot() {
	build=$1
	shift
	# Everything is at the same addresses in each boot. What is after -- is init's, to which the kernel would add
	# the root and the console if they were not given.
	LD_PRELOAD=$K/load/host.so setarch x86_64 -R prlimit --core=0 taskset -c "$U_CPU" timeout -k 10 120 "$KDIR/linux" \
		mem=192M uml_dir="$B_DIR/run" initrd="$B_DIR/$build.cpio" root=none console=tty0 con=null con0=fd:0,fd:1 \
		-- "$@" </dev/null >"$B_DIR/console" 2>&1 || :
	tr -d '\r' <"$B_DIR/console"
}

# One boot of build $1, as lines "BUILD|row|calls|ns" and "BUILD|sum". Fails, with none, if the machine was lost.
uml_measure() {
	case $1 in
	plain) uml_boot plain $U_LOAD ;;
	*) uml_boot isolated $U_SFI $U_LOAD ;;
	esac >"$B_DIR/log"
	if ! grep -qx '@done' "$B_DIR/log"; then
		tail -n 30 "$B_DIR/log" >&2
		warn "a boot of the $1 build was lost: no more are made"
		return 1
	fi
	sed -n "s/^@load|/$1|/p; s/^@sum|/$1|/p" "$B_DIR/log"
}

# The part's raw data, on stdout, from the lines of all boots. A sample is a boot's, in ns a call.
uml_json() {
	cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
	report '[inputs | split("|")] as $lines | ([$lines[] | select(length == 2)] | group_by(.[0]) |
			map({ (.[0][0]): (map(.[1]) | unique) }) | add) as $sums | {
		kernel: $kernel, cpu: $cpu, boots: $boots, spread_bound_percent: $bound, unit: "nanoseconds a call",
		rows: [$lines | map(select(length == 4)) | group_by(.[1])[] | { row: .[0][1], checksums: $sums,
			samples: (group_by(.[0]) | map({ (.[0][0]): map((.[3] | tonumber) / (.[2] | tonumber)) }) | add) }] }' \
		-nR --arg kernel "$KREL" --arg cpu "$cpu" --argjson boots "$U_BOOTS" --argjson bound "$U_BOUND"
}

UML_HEAD='["load", "plain, ns", "isolated, ns", "ratio", "varies by"]'
uml_table() {
	report "(uml_summary) as \$rows | .spread_bound_percent as \$bound | $UML_HEAD, (\$rows[] | uml_cells(\$bound)),
		(if (\$rows | length) > 0 and all(\$rows[]; .verdict == \"ok\") then
			[\"geometric mean\", \"\", \"\", (\$rows | map(.ratio) | geomean | fixed(3)), \"\"] else empty end) | @tsv" "$B_DIR/uml.json"
}

uml_markdown() {
	report '"\(.boots) boots of each build of \(.kernel), on one \(.cpu).\n"' "$B_DIR/uml.json"
	uml_table | markdown_table
}

# Prints the part's figures; fails if one is missing.
uml_report() {
	uml_table | text_table
	report 'uml_summary | length > 0 and all(.[]; .verdict == "ok")' "$B_DIR/uml.json" | grep -qx true || {
		warn "bench: not every load could be measured"
		return 1
	}
}

bench_uml() {
	setup_kernel uml
	for driver in drivers/sfi_sample benchmarks/uml/sfi_echo; do
		(cmd_build "$TOP/$driver" --kernel uml) >/dev/null
		(cmd_build "$TOP/$driver" --kernel uml --plain) >/dev/null
	done
	with_lock uml_load_module
	# The last one that we may have.
	U_CPU=$(taskset -cp $$ | sed 's/.*[ ,-]//')
	uml_initramfs plain "$K"/drivers/sfi_sample.plain/*.ko "$K"/drivers/sfi_echo.plain/*.ko "$K/load/sfi_load.ko"
	uml_initramfs isolated "$K"/kmod/*.ko "$K"/drivers/sfi_sample/*.ko "$K"/drivers/sfi_echo/*.ko "$K/load/sfi_load.ko"
	say "measuring loads of a kernel that is a program: $U_BOOTS boots of each build"
	for boot in $(seq "$U_BOOTS"); do
		# Who comes first alternates.
		if [ $((boot % 2)) = 0 ]; then builds="plain isolated"; else builds="isolated plain"; fi
		for build in $builds; do
			uml_measure "$build" || break 2
		done
	done >"$B_DIR/lines"
	uml_json <"$B_DIR/lines" >"$B_DIR/uml.json"
	uml_report
}
