# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For tests of sfid, which source this file with SFID, SFICTL (programs) and T (a folder
# of their own): a tree that looks like sysfs, programs in place of those that load and
# unload modules, the agent itself. Nothing here touches the machine's own modules.

set -eu
rm -rf "$T"
mkdir -p "$T/bin" "$T/drivers.d"
HERE=$(cd "$(dirname "$0")" && pwd)
sh "$HERE/make-sysfs.sh" "$T/sysfs"
rm -r "$T/sysfs/sfi_sample"
CONF=$T/sfid.conf HISTORY=$T/var/history.jsonl
echo "history_file = \"$HISTORY\"; delay_s = 1;" >"$CONF"
DOMAIN=$T/sysfs/e1000
echo 0 >"$DOMAIN/violations"

# program NAME: one of those in $T/bin, from stdin. Each call is a line of $T/calls.
program() {
	{ printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\n' "$1" "$T"; cat; } >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}
echo "rm '$DOMAIN'" | program rmmod
echo "rm -rf '$T/loaded'; cp -r '$T/spare' '$T/loaded' && ln -s '$T/loaded' '$DOMAIN'" | program modprobe
echo "exit 1" | program insmod
cp -r "$DOMAIN" "$T/spare"
# A link, so that all of it can change at once.
mv "$DOMAIN" "$T/0"
ln -s "$T/0" "$DOMAIN"
CHANGES=0
PATH=$T/bin:$PATH
export PATH

fail() {
	echo "failed: $*"
	cat "$T/log" "$HISTORY" 2>/dev/null
	exit 1
}

# Waits until a command succeeds.
until_ok() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || fail "$@"
		sleep 0.1
	done
}

# The kernel has done this to e1000: $1 state, $2 why, $3 violations. Who looks sees it as it was before or as it is
# after: one attribute at a time, a look in between would find what never was.
becomes() {
	CHANGES=$((CHANGES + 1))
	cp -rL "$DOMAIN" "$T/$CHANGES"
	ln -f "$DOMAIN/control" "$T/$CHANGES/control"
	echo "${2:-}" >"$T/$CHANGES/dead_why"
	echo "${3:-1}" >"$T/$CHANGES/violations"
	echo "$1" >"$T/$CHANGES/state"
	ln -s "$T/$CHANGES" "$T/new"
	mv -T "$T/new" "$DOMAIN"
}

# $1: how often it looks.
start() {
	: >"$T/log"
	"$SFID" --foreground --config "$CONF" --sysfs "$T/sysfs" --poll "${1:-1}" 2>"$T/log" &
	PID=$!
	trap 'kill $PID 2>/dev/null || :' EXIT
	until_ok grep -q '^sfid: ready' "$T/log"
}

# Ends it as a system does, and looks at how it ends.
finish() {
	kill -TERM $PID
	wait $PID || fail "it ended with $?"
}

logged() { grep -q -e "$1" "$T/log"; }
history() { "$SFICTL" --history "$HISTORY" history | sed 's/^[^ ]*Z //; s/   */ /g'; }
recorded() { history | grep -q -e "$1"; }
