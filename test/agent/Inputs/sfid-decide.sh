# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
echo "restarts = 1; reloads = 1; module = \"$T/other.ko\";" >"$T/drivers.d/e1000.conf"
: >"$T/other.ko"
becomes dead "too many restarts"
start # it is dead already
until_ok recorded 'reload in'
[ "$(cat "$T/sysfs/e1000/control")" = restart ] || fail "no restart"
until_ok recorded live
# Attempts count on: it has not lived for long.
becomes failed "" 3
until_ok recorded 'failed leave'
becomes dead "init failed" 3
until_ok recorded 'give up'
sleep 3 # looks again, finds no news
finish
history
cat "$T/calls"
