# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
echo "restarts = 0; reloads = 2; delay_s = 0;" >>"$T/drivers.d/e1000.conf"
echo 'exit 1' | program modprobe
becomes dead "too many restarts"
start
until_ok recorded 'give up'
finish
history
cat "$T/calls"
