# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
printf '#!/bin/sh\nps -o ppid= -p $PPID | tr -d " " >"%s/daemon"\n' "$T" >"$T/hook"
chmod +x "$T/hook"
echo "hook = \"$T/hook\";" >>"$CONF"
becomes failed
cd "$T" || exit # names on its command line may be relative
"$SFID" --config sfid.conf --sysfs sysfs
until_ok test -s "$T/daemon"
recorded 'failed leave' || fail "it has recorded nothing"
[ "$(ps -o tty= -p "$(cat "$T/daemon")" | tr -d ' ')" = '?' ] || fail "it has a terminal"
# A second one cannot be; whoever starts it is told.
status=0
"$SFID" --config sfid.conf --sysfs sysfs 2>"$T/second" || status=$?
[ $status = 1 ] || fail "the second one: status $status"
grep -q 'another sfid writes there' "$T/second" || fail "it does not say why"
kill "$(cat "$T/daemon")"
ended() { ! kill -0 "$(cat "$T/daemon")"; }
until_ok ended
