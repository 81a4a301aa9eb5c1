# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
echo 'delay_s = 4;' >"$T/drivers.d/e1000.conf"
lives_again() { [ "$(history | grep -c ' live ')" = 2 ]; }
not_restarted() { [ ! -s "$T/sysfs/e1000/control" ] || fail "restarted all the same"; }

start
becomes dead "too many restarts"
until_ok recorded 'restart in 4.000 s'
becomes live # the operator was faster
until_ok recorded 'live'
becomes dead "init failed" # within the delay: that one is void
until_ok recorded 'restart in 8.000 s'
not_restarted
becomes live
until_ok lives_again
becomes failed # by order: there is no new violation, and no report
until_ok recorded 'e1000 failed'
becomes dead stopped
until_ok recorded 'dead leave (stopped)'
sleep 8
not_restarted
finish
history

# It has not heard of it yet when the delay is over, and looks for itself.
rm "$HISTORY"
becomes dead "too many restarts"
start 30
until_ok recorded 'restart in 4.000 s'
becomes live
sleep 6
not_restarted
finish
