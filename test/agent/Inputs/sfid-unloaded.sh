# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
echo "restarts = 0; reloads = 2; delay_s = 3;" >"$T/drivers.d/e1000.conf"
becomes dead "too many restarts"
start
until_ok recorded 'reload in 3.000 s'
rm "$DOMAIN" # the operator's rmmod
sleep 5
[ ! -e "$T/calls" ] || fail "$(cat "$T/calls")"
finish
history

# The operator is faster than sfid's own rmmod by a moment.
rm "$HISTORY"
echo "rm '$DOMAIN'; exit 1" | program rmmod
ln -s "$T/$CHANGES" "$DOMAIN"
start
until_ok recorded 'reload in 3.000 s'
until_ok test -e "$T/calls"
sleep 2
finish
history
cat "$T/calls"
