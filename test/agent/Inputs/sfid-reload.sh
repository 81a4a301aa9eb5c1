# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
start
good=$(cat "$CONF")
echo 'restrats = 1;' >"$CONF"
kill -HUP $PID
until_ok logged 'the old configuration stays'
logged "sfid.conf:1: there is no setting 'restrats'" || fail "it does not say why"
becomes dead "too many restarts"
until_ok recorded 'restart in 1.000 s'
echo "$good restarts = 0;" >"$CONF"
kill -HUP $PID
until_ok logged 'configuration read again'
until_ok recorded 'give up'
finish
history
