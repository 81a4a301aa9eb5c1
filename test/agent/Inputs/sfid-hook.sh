# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
. "$(dirname "$0")/sfid.sh"
cat >"$T/hook" <<HOOK
#!/bin/sh
env | grep ^SFI_ | grep -v ^SFI_TIME= | sort >"$T/env"
[ "\$SFI_STATE" = failed ] || exit 3
setsid sh -c 'echo \$\$ >"$T/other"; sleep 1000' & # in a session of its own
echo \$\$ >"$T/pid"
sleep 1000
HOOK
chmod +x "$T/hook"
echo "hook = \"$T/hook\"; hook_timeout_s = 3;" >"$T/drivers.d/e1000.conf"
start
becomes failed
until_ok test -s "$T/pid"
until_ok test -s "$T/other"
cat "$T/env"
# The loop goes on meanwhile: another hook runs, and ends, before the first is killed.
becomes live
until_ok logged 'e1000: hook: failed with status 3'
kill -0 "$(cat "$T/pid")" || fail "the first hook is gone too early"
until_ok logged 'e1000: hook: killed, it took too long'
! kill -0 "$(cat "$T/pid")" 2>/dev/null || fail "the hook lives"
! kill -0 "$(cat "$T/other")" 2>/dev/null || fail "what it has started lives"
finish
