# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
printf '#!/bin/sh\necho $PPID >"%s/daemon"\n' "$T" >"$T/hook"
chmod +x "$T/hook"
echo "hook = \"$T/hook\";" >>"$CONF"
becomes failed
cd "$T" || exit # names on its command line may be relative
"$SFID" --config sfid.conf --sysfs sysfs
until_ok test -s "$T/daemon"
recorded 'failed leave' || fail "it has recorded nothing"
[ "$(ps -o tty= -p "$(cat "$T/daemon")" | tr -d ' ')" = '?' ] || fail "it has a terminal"
kill "$(cat "$T/daemon")"
ended() { ! kill -0 "$(cat "$T/daemon")"; }
until_ok ended
