#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sfid in the guest: a stopped agent blocks no recovery, and catches up; a restart in place is recorded;
# a driver that the kernel has left dead is restarted, reloaded, given up; what the operator stops is left alone; another
# build takes the place of one that fails.
# Kernels: 6.1
. "$TOP/test/system/lib.sh"

driver e1000 --plant "$TOP/drivers/plants/e1000.plants"
good=$(driver e1000)
# What tells a loaded build from another.
llvm-objcopy-19 --dump-section=.note.gnu.build-id="$OUT/build-id" "$good" /dev/null
vm --qemu "$(device e1000)" --module "$BUILD/$KERNEL/drivers/e1000.planted/e1000.ko" --module "$(plant_module)" \
	--file "$BUILD/tools/runtime/agent/sfid:/usr/sbin/sfid" \
	--file "$BUILD/tools/runtime/agent/sfictl:/usr/bin/sfictl" --file "$good:/root/good/e1000.ko" \
	--file "$OUT/build-id" -- "$(guest <<'END'
mkdir -p /etc/sfi/drivers.d /var/lib
cat >/etc/sfi/hook <<'HOOK'
#!/bin/sh
echo "$SFI_DOMAIN $SFI_STATE $SFI_DECISION $SFI_DELAY_MS" >>/tmp/hooked
HOOK
chmod +x /etc/sfi/hook
echo 'delay_s = 2; hook = "/etc/sfi/hook";' >/etc/sfi/sfid.conf
echo 'restarts = 1; reloads = 1;' >/etc/sfi/drivers.d/e1000.conf
ok "configuration" sfid --check-config
ok "modprobe" modprobe e1000
(setsid sfid --foreground 2>/tmp/sfid.log &)
wait_for 10 grep -q ready /tmp/sfid.log || cat /tmp/sfid.log
ok "it starts" grep -q ready /tmp/sfid.log
bug() { plant_fire e1000_get_drvinfo:wild_store; }
# Lines of the history with text $1, at least $2 of them.
recorded() { [ "$(sfictl history e1000 | grep -c -e "$1")" -ge "$2" ]; }
live_with() { domain_live e1000 && [ "$(domain e1000 violations)" = "$1" ]; }
dead() { [ "$(domain e1000 state)" = dead ]; }

echo 3600 >/sys/module/sfi/parameters/restart_window_s
ok "cards work" cards_work
ok "bug 1 fires" bug
ok "the kernel restarts it" wait_for 20 live_with 1
ok "the failure is recorded" wait_for 10 recorded ' failed  *leave$' 1
ok "its report is" recorded 'VIOLATION in e1000: wild store of size 8' 1
ok "the recovery is" wait_for 10 recorded ' live  *recovered in [1-9][0-9]* us' 1
ok "cards work again" cards_work

kill -STOP $(pidof sfid)
i=0
while [ $i -lt 4000 ]; do echo change >/sys/class/net/lo/uevent; i=$((i + 1)); done
ok "bug 2 fires while the agent is stopped" bug
ok "the kernel restarts it without the agent" wait_for 20 live_with 2
ok "cards work without the agent" cards_work
is "the agent was stopped all the while" "$(sed -n 's/^State:\t\(.\).*/\1/p' /proc/$(pidof sfid)/status)" T
kill -CONT $(pidof sfid)
ok "what it missed is recorded" wait_for 20 recorded ' live  *recovered in' 2
ok "for it has looked at all domains" grep -q 'uevents were lost' /tmp/sfid.log

echo 1 >/sys/module/sfi/parameters/restart_max
ok "bug 3 fires" bug
ok "the driver is left dead" wait_for 20 dead
ok "to be restarted" wait_for 10 recorded ' dead  *restart in 2.000 s (too many restarts)' 1
ok "the agent restarts it" wait_for 30 live_with 3
ok "that is recorded" wait_for 10 recorded ' live  *recovered in' 3
waited=$(sed -n 's/.*"uptime_ms":\([0-9]*\),.*"state":"\([a-z]*\)".*/\2 \1/p' /var/lib/sfi/history.jsonl |
	awk '$1 == "dead" { dead = $2 } END { print $2 - dead }')
ok "not before it was time" [ "$waited" -ge 2000 ]
ok "cards work after the agent's restart" cards_work

ok "bug 4 fires" bug
ok "now it is to be reloaded, later" wait_for 20 recorded ' dead  *reload in 4.000 s (too many restarts)' 1
ok "the agent reloads it" wait_for 30 live_with 0
ok "cards work after the agent's reload" cards_work

echo 0 >/sys/module/sfi/parameters/restart_max
ok "bug 5 fires" bug
ok "it is given up" wait_for 20 recorded ' dead  *give up (too many restarts)' 1
sleep 5
is "and stays dead" "$(domain e1000 state)" dead
ok "the operator restarts it" sfictl restart e1000
ok "the operator stops it" sfictl stop e1000
ok "that is left alone" wait_for 10 recorded ' dead  *leave (stopped)' 1
sleep 3
is "and stays stopped" "$(domain e1000 state)" dead
ok "the hook has seen a restart" grep -q '^e1000 dead restart 2000$' /tmp/hooked
ok "and a reload" grep -q '^e1000 dead reload 4000$' /tmp/hooked
before=$(sfictl history --json)
kill $(pidof sfid)
ended() { ! pidof sfid; }
ok "it ends when told to" wait_for 10 ended
(setsid sfid --foreground 2>/tmp/sfid.log &)
ok "it starts again" wait_for 10 grep -q ready /tmp/sfid.log
sleep 2
is "with the same history" "$(sfictl history --json)" "$before"

# --- another build
good_build() { cmp -s /sys/module/e1000/notes/.note.gnu.build-id /root/build-id; }
echo 'restarts = 0; reloads = 10; delay_s = 1; delay_max_s = 1; module = "/root/good/e1000.ko";' >/etc/sfi/drivers.d/e1000.conf
kill -HUP $(pidof sfid)
ok "another build is to be loaded" wait_for 10 grep -q 'configuration read again' /tmp/sfid.log
ok "the operator restarts it once more" sfictl restart e1000
ok "cards work before that" cards_work
ok "the planted build is loaded" test -e /sys/module/sfi_plant/holders/e1000
ok "not the other one" sh -c '! cmp -s /sys/module/e1000/notes/.note.gnu.build-id /root/build-id'
ok "bug 6 fires" bug
ok "the other build is loaded" wait_for 30 good_build
ok "and live" wait_for 30 live_with 0
is "nothing is planted in it" "$(ls /sys/module/sfi_plant/holders)" ""
ok "that is recorded, too" wait_for 10 recorded ' dead  *reload in 1.000 s (too many restarts)' 1
ok "cards work with the other build" cards_work
is "it is still live" "$(domain e1000 state)" live
kill $(pidof sfid)
sfictl history
remove_all e1000 sfi_plant
healthy
END
)"
