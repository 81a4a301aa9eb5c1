#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a failure tells user space: one uevent for each state, in order, and both tracepoints, field by field.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
vm --timeout 240 --qemu "$(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" \
	--module "$(plant_module)" -- "$(guest <<'END'
T=/sys/kernel/tracing
cat >/root/on_uevent <<'SCRIPT'
#!/bin/sh
[ -z "$SFI_DOMAIN" ] || echo "$ACTION $DEVPATH $SFI_DOMAIN $SFI_STATE" >>/root/uevents
SCRIPT
chmod 755 /root/on_uevent
# Nobody's child: plant_fire's callers wait for theirs.
(sh -c 'echo $$ >/root/uevent.pid; exec uevent /root/on_uevent' &)
ok "modprobe" modprobe e1000
ok "cards" cards_work
announced() { [ "$(wc -l </root/uevents)" -ge "$1" ]; }
ok "loading is announced" wait_for 10 announced 1
# $1: what, $2: states. The last of them is waited for, and a moment for one too many.
states() {
	wait_for 20 announced "$(echo "$2" | wc -w)"
	sleep 1
	is "$1" "$(echo $(cat /root/uevents))" "$(echo $(for s in $2; do echo "change /kernel/sfi/e1000 e1000 $s"; done))"
	: >/root/uevents
}
states "uevents of loading" "live"

echo >$T/trace
for event in violation recovery; do
	echo 1 >$T/events/sfi/$event/enable
done
again() { [ "$(domain e1000 restarts)" = 1 ] && domain_live e1000; }
ok "the bug fires" plant_fire e1000_get_drvinfo:wild_store
ok "restarted" wait_for 30 again
wait
states "uevents of a failure" "failed recovering loading live"
grep -v '^#' $T/trace >/root/trace
is "one violation is traced" "$(grep -c ': violation: ' /root/trace)" 1
is "its fields" "$(sed -n 's/^.*: violation: //p' /root/trace)" "domain=e1000 report=\"$(last_violation | cut -c1-191)\""
is "the steps of the recovery, each once" "$(echo $(sed -n 's/^.*: recovery: domain=e1000 step=\([a-z]*\) us=[0-9]*$/\1/p' /root/trace))" \
	"quiet evicted released reset live resumed"
us=$(sed -n 's/^.*: recovery: .* us=//p' /root/trace)
is "their times go up" "$(echo $us)" "$(echo $(echo "$us" | sort -n))"
is "the last is that of sysfs, to 100 ms" \
	"$(($(domain e1000 last_recovery_us) / 100000 - $(echo "$us" | tail -n 1) / 100000))" 0
is "nothing else is traced" "$(wc -l </root/trace)" 7

echo stop >/sys/kernel/sfi/e1000/control
states "uevents of a stop" "failed recovering dead"
is "an order is no violation" "$(grep -c ': violation: ' $T/trace)" 1
is "restarts before" "$(domain e1000 restarts)" 1
echo restart >/sys/kernel/sfi/e1000/control
states "uevents of a start" "recovering loading live"
is "an order is not counted as a restart" "$(domain e1000 restarts)" 1
is "leaked" "$(domain e1000 leaked)" 0
kill "$(cat /root/uevent.pid)"
remove_all e1000 sfi_plant
healthy
END
)"
