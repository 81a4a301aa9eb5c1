#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sfictl in the guest: lists, shows, restarts and stops a domain, as text and as JSON.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/drivers/sfi_sample" --kernel "$KERNEL")
vm --module "$ko" --file "$BUILD/tools/runtime/agent/sfictl:/usr/bin/sfictl" -- "$(guest <<'END'
ok "modprobe" modprobe sfi_sample
has() { what=$1 text=$2 && shift 2 && "$@" >/tmp/has && if grep -q -e "$text" /tmp/has; then pass "$what"; else cat /tmp/has; fail "$what"; fi; }
has "list" sfi_sample sfictl list
has "list --json" '"sfi_sample"' sfictl list --json
has "show" live sfictl show sfi_sample
has "show --json" '"live"' sfictl show sfi_sample --json
again() { dmesg | grep -q 'sfi_sample: restarted in ' && domain_live sfi_sample; }
ok "restart" sfictl restart sfi_sample
ok "it was restarted" wait_for 10 again
is "an operator's restart is not counted" "$(domain sfi_sample restarts)" 0
is "only root reads the last report" "$(stat -c %a /sys/kernel/sfi/sfi_sample/last_report)" 400
has "show: leaked" '^Leaked  *0$' sfictl show sfi_sample
ok "log" sfictl log
ok "stop" sfictl stop sfi_sample
is "state after stop" "$(domain sfi_sample state)" dead
if sfictl show nonesuch 2>/dev/null; then fail "a domain that is not there"; else pass "a domain that is not there"; fi
remove_all sfi_sample
healthy
END
)"
