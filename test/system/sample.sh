#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sfi_sample, a character device driver, isolated: read, write, ioctl, poll, timer, work and thread.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL")
cc -O1 -Wall -static -o "$OUT/sfi_sample_ctl" "$TOP/drivers/sfi_sample/sfi_sample_ctl.c"
vm --module "$ko" --file "$OUT/sfi_sample_ctl:/usr/bin/sfi_sample_ctl" --file "$TOP/drivers/sfi_sample/smoke.sh" -- "$(guest <<'END'
ok "modprobe" modprobe sfi_sample
is "state" "$(domain sfi_sample state)" live
ok "smoke script" sh /root/smoke.sh
is "violations" "$(domain sfi_sample violations)" 0
# Somebody polls: for 5 s, if nobody tells.
sfi_sample_ctl reset
sfi_sample_ctl wait &
poller=$!
polls() { grep -q poll "/proc/$poller/wchan"; }
ok "a poll" wait_for 3 polls
echo restart >/sys/kernel/sfi/sfi_sample/control
gone() { ! kill -0 $poller 2>/dev/null; }
ok "who polled is told" wait_for 2 gone
again() { dmesg | grep -q 'sfi_sample: restarted in ' && domain_live sfi_sample; }
ok "restart on request" wait_for 10 again
ok "smoke script after the restart" sh /root/smoke.sh
remove_all sfi_sample
healthy
END
)"
