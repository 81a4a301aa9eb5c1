#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The machine itself: a script's status, time-out and the kernel's death are told apart.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

expect "status 0" 0 vm --no-sfi -- true
expect "status 7" 7 vm --no-sfi -- 'exit 7'
expect "status 255" 255 vm --no-sfi -- 'exit 255'
expect "a time-out is 124" 124 vm --no-sfi --timeout 20 -- 'while :; do sleep 1; done'
expect "a panic is 125" 125 vm --no-sfi -- 'echo c >/proc/sysrq-trigger; sleep 10'
expect "one whose second processor does not run is 125" 125 vm --no-sfi --append maxcpus=1 -- true 2>"$OUT/halt"
cat "$OUT/halt"
read -r _ accel <"$BUILD/vm/accel"
[ "$accel" = kvm ] || expect_line "after it was booted again" "$OUT/halt" "a processor's timer stood still .*; booting it once more"
# What a machine says before that reset may get lost in it; the log has the reset.
. "$TOP/test/vm/vm.sh"
mkdir -p "$OUT/reset"
: >"$OUT/reset/status"
echo '[   42.215896] sysrq: Resetting' >"$OUT/reset/log"
expect "a reset before anything of ours ran is such a processor" 0 vm_stumbled "$OUT/reset"
echo begin >"$OUT/reset/status"
expect "one of a script is the script's" 1 vm_stumbled "$OUT/reset"
crash=$(sfi build "$TOP/test/system/crash" --plain -o "$OUT/crash" --kernel "$KERNEL")
expect "an oops is 125" 125 vm --no-sfi --module "$crash" -- 'modprobe crash; exit 0'
expect "a lost machine is 125" 125 vm --no-sfi -- 'reboot -f; sleep 10'
expect "a module that does not exist is an error" 1 vm --no-sfi --module nonesuch -- true
expect "an unknown option is misuse" 2 vm --nonesuch x -- true

vm --no-sfi --file "$(command -v sha256sum):/usr/bin/sha256sum" --smp 1 --mem 512 --cpu qemu64 -- \
	'echo out; echo err >&2; /usr/bin/sha256sum --version | head -n 1; nproc' >"$OUT/text"
printf 'out\nerr\n%s\n1\n' "$(sha256sum --version | head -n 1)" >"$OUT/want"
if cmp "$OUT/text" "$OUT/want"; then pass "output is the script's, byte by byte"; else fail "output differs"; fi
expect_line "the kernel's log is in --log" "$OUT/log" 'Linux version .*-amd64'

# Debian 12's own runs patched code as it was before, now and then: see docs/decisions/015.
read -r _ accel <"$BUILD/vm/accel"
vm --no-sfi -- 'sed s/.*-// /sys/class/dmi/id/product_version' >"$OUT/emulator"
if [ "$accel" = kvm ] || [ "$(printf '8.1\n%s\n' "$(cat "$OUT/emulator")" | sort -V | head -n 1)" = 8.1 ]; then
	pass "processors are the host's own, or emulated by QEMU 8.1 or newer"
else
	fail "the emulator is $(cat "$OUT/emulator")"
fi
