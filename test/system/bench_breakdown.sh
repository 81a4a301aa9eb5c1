#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What ./sfi bench breakdown makes of the emulator's counts: whose instructions they are, what is a guard, what is written
# to the rights table and what merely elsewhere; and the tools for it build.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"
. "$TOP/benchmarks/bench.sh"
say() { :; }
quietly() { shift 2 && "$@" >"$OUT/tools.log" 2>&1; }

E_DIR=$OUT BREAKDOWN_ROWS="tcp udp" BREAKDOWN_TOP=5
KDIR=/lib/modules/$(cut -d ' ' -f 1 "$BUILD/$KERNEL/release")/build
expect "plugin, marker and module build" 0 breakdown_tools

# One row is 10 packets, the other 5. Two leaves; what lies at 7000 is none.
printf 'tcp|10\nudp|5\n' >"$OUT/plain.packets"
cp "$OUT/plain.packets" "$OUT/isolated.packets"
cat >"$OUT/isolated.symbols" <<'END'
ffffffff81000000 T kernel_function
ffffffffc0001000 t e1000_xmit	[e1000]
ffffffffc0002000 t sfi_w_map	[sfi_pci]
ffffffffc0002100 t sfi_w_other	[sfi_pci]
END
cp "$OUT/isolated.symbols" "$OUT/plain.symbols"
printf 'ff00000000005000\nff00000000006000\n' >"$OUT/isolated.leaves"
: >"$OUT/plain.leaves"
row='ffffffff81000000 10 20 0
ffffffffc0001000 4 10 1
ffffffffc0001010 6 20 0'
printf '%s\nmemory ffffffffc0001000 ff00000000007000 50 80\nend\n%s\nend\n' "$row" "$row" >"$OUT/plain.counts"
{
	echo "$row"
	cat <<-'END'
		ffffffffc0002000 30 10 0
		memory ffffffffc0001000 ff00000000005000 30 0
		memory ffffffffc0001010 ff00000000006000 20 0
		memory ffffffffc0001010 ff00000000007000 400 800
		memory ffffffffc0002000 ff00000000005000 10 160
		memory ffffffffc0002000 ff00000000007000 70 90
		end
	END
	echo "$row"
	echo end
} >"$OUT/isolated.counts"

for build in plain isolated; do
	breakdown_functions $build | sed "s/^/$build /"
done >"$OUT/functions"
breakdown_row tcp >"$OUT/text"
expect_line "a driver's instructions: those of its blocks, a packet" "$OUT/text" '^  instructions, e1000 +16\.0 +16\.0 +\+0\.0$'
expect_line "calls of wrappers" "$OUT/text" '^  calls of wrappers .* 0\.0 +1\.0 +\+1\.0$'
expect_line "guards: what the driver loads from the table, and from nowhere else" "$OUT/text" '^  guards, .* 0\.0 +5\.0 +\+5\.0$'
expect_line "what the runtime loads from it is its own" "$OUT/text" '^  loads of the table by the runtime +0\.0 +1\.0 +\+1\.0$'
expect_line "bytes written to the table, and not elsewhere" "$OUT/text" '^  bytes written to the table +0\.0 +16\.0 +\+16\.0$'
expect_line "and by whom" "$OUT/text" '^  sfi_w_map \[sfi_pci\] +1\.00 +30\.0 +16\.0$'
breakdown_row udp >"$OUT/text"
expect_line "another row is its own" "$OUT/text" '^  bytes written to the table +0\.0 +0\.0 +\+0\.0$'
expect_line "with its own packets" "$OUT/text" '^  instructions, e1000 +32\.0 +32\.0 +\+0\.0$'
