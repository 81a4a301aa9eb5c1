# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
echo "restarts = 1; delay_s = 1000;" >"$T/drivers.d/e1000.conf"
start
becomes failed
until_ok recorded 'failed'
becomes dead "too many restarts"
until_ok recorded 'restart in'
# A second one must not write into the same history.
! "$SFID" --foreground --config "$CONF" --sysfs "$T/sysfs" 2>"$T/second" || fail "two of them"
grep -q 'another sfid writes there' "$T/second" || fail "it does not say why"
kill -KILL $PID
wait $PID 2>/dev/null || :
printf '{"time":"cut o' >>"$HISTORY"
# The restart was not made; but it counts.
start
logged '1 lines are not whole: left out' || fail "the line that was cut off"
until_ok recorded 'give up'
finish
start
sleep 2
finish
history
