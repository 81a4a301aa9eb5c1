#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The sfi modules load into the stock kernel, say so, and go again without a trace.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

vm -- "$(guest <<'END'
ok "sfi.ko is loaded" test -d /sys/kernel/sfi
for m in base pci net char; do
	ok "sfi_$m.ko is loaded" grep -q "^sfi_$m " /proc/modules
done
for event in violation recovery; do
	ok "tracepoint sfi:$event exists" test -d /sys/kernel/tracing/events/sfi/$event
done
for parameter in restart_max restart_window_s hang_ms; do
	ok "parameter $parameter can be read" cat /sys/module/sfi/parameters/$parameter
done
remove_all
ok "nothing is left in sysfs" test ! -e /sys/kernel/sfi
healthy
END
)"
