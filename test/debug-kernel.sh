# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The kernel "debug": that of linux-source-6.1, configured by debug-kernel.config with every detector of memory, locking
# and lifetime errors that it has. ./sfi check --debug-kernel makes and boots it. Below build/debug: tree (where it
# was built, and where Kbuild is for the modules), image (what a linux-image package would hold), release.

DEBUG_CONFIG=$TOP/test/debug-kernel.config

# As setup_kernel does for the distribution's kernels. Half an hour where there was nothing.
setup_debug_kernel() {
	setup_kernel 6.1
	# Which source there is. Its folder keeps the debug kernel's files apart from the stock kernel's.
	DEBUG_STAMP="$KVERSION $(gcc -dumpfullversion) $(sum_of "$DEBUG_CONFIG")"
	KERNEL=debug K=$BUILD/debug IMAGE=$BUILD/debug/image KDIR=$BUILD/debug/tree
	debug_ready || own_with_lock debug_make
	debug_ready || die "the debug kernel could not be made"
}

# True if it is made, of this source and configuration. Sets KREL.
debug_ready() {
	fresh "$K/release.stamp" "$DEBUG_STAMP" && read -r KREL <"$K/release"
}

debug_make() {
	! debug_ready || return 0 # somebody else did while we waited
	rm -f "$K/release" "$K/release.stamp"
	own_extract
	own_configure "$DEBUG_CONFIG"
	debug_compile
	debug_install
	echo "$DEBUG_STAMP" >"$K/release.stamp"
}

# Says every half minute how far it is: the number of files compiled.
debug_compile() {
	log=$BUILD/log/debug-kernel
	say "building the debug kernel (some 1400 files; log in ${log#"$TOP/"})"
	nice make -C "$KDIR" -j "$(nproc)" bzImage modules >"$log" 2>&1 &
	make=$!
	while sleep 1 && kill -0 $make 2>/dev/null; do
		[ $(($(date +%s) % 30)) != 0 ] || say "  $(grep -c '^  CC ' "$log") files compiled"
	done
	wait $make || {
		warn "building the debug kernel: failed"
		grep -nE -B 5 -A 15 'error:|\*\*\*' "$log" >&2 || tail -n 40 "$log" >&2
		exit 1
	}
}

# What the package of a stock kernel brings, as far as the other commands look at it.
debug_install() {
	KREL=$(make -s -C "$KDIR" kernelrelease)
	rm -rf "$IMAGE"
	mkdir -p "$IMAGE/boot"
	cp "$KDIR/arch/x86/boot/bzImage" "$IMAGE/boot/vmlinuz-$KREL"
	cp "$KDIR/.config" "$IMAGE/boot/config-$KREL"
	quietly "$BUILD/log/debug-install" "installing the debug kernel below build/debug" \
		make -C "$KDIR" INSTALL_MOD_PATH="$IMAGE" DEPMOD=true modules_install
	# It has no modules but ours.
	: >"$K/modules.list"
	echo "$KREL" >"$K/release"
}
