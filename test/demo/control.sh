# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The demonstration's control, after test/vm/cards.sh: the same driver and the same
# bug, but not isolated. It is not expected to return. $BUG is set by the host.

modprobe e1000 && cards_work || exit 1
echo "e1000, not isolated, works; now $BUG"
plant_fire "$BUG"
sleep 5
echo "the kernel survived"
