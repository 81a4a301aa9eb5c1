#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sfi_sample, a character device driver, isolated: read, write, ioctl, poll, timer, work and thread.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL")
cc -O1 -Wall -o "$OUT/sample" -I"$TOP/drivers/sfi_sample" "$TOP/test/system/sample.c"
vm --module "$ko" --file "$OUT/sample" -- "$(guest <<'END'
ok "modprobe" modprobe sfi_sample
is "state" "$(domain sfi_sample state)" live
/root/sample
is "violations" "$(domain sfi_sample violations)" 0
echo restart >/sys/kernel/sfi/sfi_sample/control
once() { [ "$(domain sfi_sample restarts)" = 1 ] && domain_live sfi_sample; }
ok "restart on request" wait_for 10 once
/root/sample
remove_all sfi_sample
healthy
END
)"
