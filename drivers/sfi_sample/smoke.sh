#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Smoke test of sfi_sample, run in the guest with the module loaded: every
# operation of the device once, and 256 KiB through it. Needs sfi_sample_ctl
# beside this script or on PATH. Prints one line a step; exit status 0 if all
# steps passed, 1 otherwise.

dev=/dev/sfi_sample
here=$(dirname "$0")
PATH=$here:$PATH
tmp=${TMPDIR:-/tmp}/sfi_sample.$$
failed=0

# check WHAT EXPECTED GOT
check()
{
	if [ "$2" = "$3" ]; then
		echo "sfi_sample: ok: $1"
	else
		echo "sfi_sample: FAILED: $1: expected '$2', got '$3'"
		failed=1
	fi
}

# take N: N bytes of the device, waiting for them
take()
{
	head -c "$1" "$dev"
}

# say TEXT...: write it, with a newline, in one write
say()
{
	echo "$*" >"$dev"
}

if ! [ -c "$dev" ]; then
	numbers=$(cat /sys/class/misc/sfi_sample/dev) || exit 1
	mknod "$dev" c "${numbers%:*}" "${numbers#*:}" || exit 1
fi

sfi_sample_ctl reset
sfi_sample_ctl mode 0
check "poll, empty" w "$(sfi_sample_ctl poll)"
sfi_sample_ctl errors
check "errors" 0 $?

say hello, world
sfi_sample_ctl wait
check "poll, filled" rw "$(sfi_sample_ctl poll)"
check "copy" "hello, world" "$(take 13)"

sfi_sample_ctl mode 1
say hello, world
check "upper" "HELLO, WORLD" "$(take 13)"

sfi_sample_ctl mode 2
say Hello, World
check "rot13" "Uryyb, Jbeyq" "$(take 13)"

sfi_sample_ctl mode 3 2>/dev/null
check "mode out of range" 1 $?

# A reader that comes first, and sleeps until the bytes come.
sfi_sample_ctl mode 0
take 6 >"$tmp" &
sleep 1
say later
wait $!
check "blocked reader" later "$(cat "$tmp")"

# More than both rings hold: reader and writer wait for each other.
seq 1 100000 | head -c 262144 >"$tmp"
sum=$(md5sum <"$tmp")
cat "$tmp" >"$dev" &
check "256 KiB" "$sum" "$(take 262144 | md5sum)"
wait $!

sfi_sample_ctl period 20
before=$(sfi_sample_ctl stats | sed 's/.*ticks=\([0-9]*\).*/\1/')
sleep 1
after=$(sfi_sample_ctl stats | sed 's/.*ticks=\([0-9]*\).*/\1/')
[ "$after" -gt $((before + 10)) ]
check "timer ($((after - before)) ticks in 1 s of 20 ms)" 0 $?

rm -f "$tmp"
exit $failed
