# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
echo "restarts = 0; reloads = 1; delay_s = 0;" >>"$T/drivers.d/e1000.conf"
echo 'echo "rmmod: e1000 is in use" >&2; exit 1' | program rmmod
becomes dead "too many restarts"
start
until_ok recorded 'give up'
finish
history
cat "$T/calls" "$T/log"
