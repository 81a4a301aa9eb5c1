#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The front door's words for what is asked wrongly: 2 for misuse, 1 for what is not there, before anything long begins.
# Kernels: 6.1
# Quick: yes
. "$TOP/test/system/lib.sh"

# $1: exit status, $2: text that stderr must have; then the command.
says() {
	status=$1 text=$2 got=0
	shift 2
	timeout 60 "$TOP/sfi" "$@" >"$OUT/out" 2>"$OUT/err" || got=$?
	if [ "$got" != "$status" ]; then
		fail "sfi $*: status $got, expected $status"
	elif ! grep -qE -e "$text" "$OUT/err"; then
		fail "sfi $*: it says '$(tail -n 1 "$OUT/err")'"
	else
		pass "sfi $*"
	fi
}

says 2 'unknown command nonesuch' nonesuch
says 2 'unknown option --nonesuch' --nonesuch
for command in demo check build vm bench coverage; do
	says 2 "unknown option --nonesuch \(see \./sfi $command --help\)" $command --nonesuch
	got=0
	sfi $command --help >"$OUT/out" 2>&1 || got=$?
	if [ $got = 0 ] && grep -q "^usage: ./sfi $command" "$OUT/out"; then pass "$command --help"; else fail "$command --help"; fi
done
expect "--help behind other words" 0 sfi build "$TOP/drivers/sfi_sample" --help

for option in --kernel --cpu --smp --mem --module --file --qemu --append --timeout --log; do
	says 2 "$option needs a value" vm $option
done
for option in --smp --mem --timeout; do
	says 2 "want numbers, not 'x'" vm $option x -- true
done
says 2 'no script' vm --no-sfi --
says 2 'no kernel 5\.10: one of 6\.1 6\.12' vm --kernel 5.10 -- true
says 1 'no file /nonesuch' vm --file /nonesuch -- true
says 1 'no module /nonesuch\.ko' vm --module /nonesuch.ko -- true
says 125 "unable to find CPU model 'nonesuch'" vm --no-sfi --cpu nonesuch -- true

says 2 'which driver' build
says 2 'one driver at a time' build a b
says 2 '-o needs a value' build a -o
says 2 'no kernel 5\.10' build "$TOP/drivers/sfi_sample" --kernel 5.10
says 1 'no plant list /nonesuch' build "$TOP/drivers/sfi_sample" --plant /nonesuch
says 1 'has neither Kbuild nor Makefile' build "$TOP/docs"
says 1 'README\.md is a file' build "$TOP/README.md"
says 1 'cannot create directory' build "$TOP/drivers/sfi_sample" -o /proc/nonesuch

says 2 'no bug nonesuch' demo --bugs nonesuch
says 1 '/nonesuch/json cannot be written' demo --json /nonesuch/json
says 2 '-k needs a pattern' check -k
says 2 '--jobs needs a number' check --jobs 0
says 2 '--seed needs a number' check --seed x
says 2 '--long needs a number' check --long
says 1 'no test is called so' check -k no_such_test

# A test is called what is printed of it.
for name in lit/docs/links.test ctest/agent-decide; do
	sfi check -k "$name" >"$OUT/out" 2>&1 || :
	expect_line "check -k $name" "$OUT/out" "^PASS: $name\$"
done
