# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The kernel "uml": that of linux-source-6.1 as a program (User Mode Linux), which runs kernel code at the machine's own
# speed. ./sfi bench uml makes and runs it. Below build/uml: tree (where it was built, and where Kbuild is for the
# modules; the program is tree/linux), image (what a linux-image package would hold), release.

UML_CONFIG=$TOP/benchmarks/uml/kernel.config
# Where the program lies, and its memory behind it: so low that all of it and of the modules is within the 2 GiB that the
# small code model can address. With the large one that Kbuild chooses each call is an indirect one, and a module's
# globals in sections of their own do not link.
UML_START=0x10000000
# And neither a red zone nor vector registers, as in any other kernel for this processor.
UML_FLAGS="-mcmodel=small -mno-red-zone -mno-mmx -mno-sse -mno-avx -mno-80387"

# As setup_kernel does for the distribution's kernels. Some three minutes where there was nothing.
setup_uml_kernel() {
	setup_kernel 6.1
	UML_STAMP="$KVERSION $(clang-19 --version | head -n 1) $(sum_of "$UML_CONFIG" "$TOP/benchmarks/uml/kernel.sh")"
	KERNEL=uml K=$BUILD/uml IMAGE=$BUILD/uml/image KDIR=$BUILD/uml/tree
	KMAKE="ARCH=um CC=clang-19" KFLAGS=$UML_FLAGS
	uml_ready || own_with_lock uml_make
	uml_ready || die "the kernel that is a program could not be made"
}

# True if it is made, of this source and configuration. Sets KREL.
uml_ready() {
	fresh "$K/release.stamp" "$UML_STAMP" && read -r KREL <"$K/release"
}

uml_make() {
	! uml_ready || return 0 # somebody else did while we waited
	# What was built for another kernel, or with other flags, is so no more.
	rm -rf "$K/release" "$K/release.stamp" "$K/flags.stamp" "$K/gen.stamp" "$K/kmod.stamp" "$K/drivers" "$K/load"
	own_extract
	own_configure "$UML_CONFIG"
	quietly "$BUILD/log/uml-kernel" "building the kernel as a program (some 1000 files)" kmake -C "$KDIR" START=$UML_START \
		CFLAGS_KERNEL="$UML_FLAGS" -j "$(nproc)" linux modules
	uml_install
	echo "$UML_STAMP" >"$K/release.stamp"
}

# What the package of a stock kernel brings, as far as the other commands look at it.
uml_install() {
	KREL=$(kmake -s -C "$KDIR" kernelrelease)
	rm -rf "$IMAGE"
	mkdir -p "$IMAGE/boot"
	cp "$KDIR/.config" "$IMAGE/boot/config-$KREL"
	: >"$K/modules.list"
	echo "$KREL" >"$K/release"
}
