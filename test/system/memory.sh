#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A driver that takes all the memory it can get, in small pieces or in large ones, is refused at its limit, with the
# machine's memory left alone; one that goes on asking is restarted.
# Kernels: 6.1 6.12
. "$TOP/test/system/lib.sh"

ko=$(sfi build "$TOP/test/system/starve" --kernel "$KERNEL" -o "$OUT/starve")
vm --timeout 300 --module "$ko" -- "$(guest <<'END'
echo 10 >/sys/module/sfi/parameters/restart_max
echo 1 >/sys/module/sfi/parameters/restart_window_s
# It is not to be a hang, however slow the machine.
echo 30000 >/sys/module/sfi/parameters/hang_ms
ok "modprobe" modprobe starve
again() { [ "$(domain starve restarts)" = "$1" ] && domain_live starve && [ -e /dev/starve ]; }
total=$(($(sed -n 's/MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) * 1024))
limit=$(domain starve memory_limit)
ok "the limit is about a quarter of the memory" test "$limit" -gt $((total / 5)) -a "$limit" -lt $((total / 3))
limit=$((4 << 20))
echo $limit >/sys/kernel/sfi/starve/memory_limit
before=$(domain starve held)
refused=0
# $1: what
eats() {
	ok "$1: the call fails" sh -c "! echo $1 2>/dev/null >/dev/starve"
	ok "$1: by a refusal" test "$(domain starve refused)" -gt $refused
	refused=$(domain starve refused)
	ok "$1: all is back, but for a little" test "$(domain starve held)" -lt $((before + 65536))
}
eats eat_small
eats eat_large
eats eat_pages
is "that is no violation" "$(domain starve violations)" 0
(echo eat_deaf >/dev/starve) 2>/dev/null
ok "who goes on asking is restarted" wait_for 60 again 1
case $(last_violation) in
*"too much memory: "[34][0-9]*" KiB held, limit 4096 KiB, 1000 allocations refused by eat_small+"*" [starve] (starve.c:"*) pass "the report" ;;
*) fail "the report is '$(last_violation)'" ;;
esac
ok "and holds nothing of it" test "$(domain starve held)" -lt 65536
is "the refusals are forgotten" "$(domain starve refused)" 0

# --- a driver whose init fails at its restart, as it is refused the memory that it begins with
restarts() { domain starve restarts; }
echo 3600 >/sys/module/sfi/parameters/restart_window_s
echo 64 >/sys/module/sfi/parameters/restart_max
echo 4096 >/sys/kernel/sfi/starve/memory_limit
before=$(restarts)
echo restart >/sys/kernel/sfi/starve/control 2>/dev/null &
until [ "$(restarts)" -gt $((before + 1)) ] || ! kill -0 $! 2>/dev/null; do :; done
echo $limit >/sys/kernel/sfi/starve/memory_limit
ok "is started again until it has what it needs" wait_for 20 domain_live starve
ok "by the policy" test "$(restarts)" -gt $((before + 1))
echo $(($(restarts) + 3)) >/sys/module/sfi/parameters/restart_max
max=$(cat /sys/module/sfi/parameters/restart_max)
echo 4096 >/sys/kernel/sfi/starve/memory_limit
echo restart >/sys/kernel/sfi/starve/control 2>/dev/null
is "without it, it is left dead" "$(domain starve state): $(domain starve dead_why)" "dead: init failed"
is "after as many restarts as the policy allows" "$(restarts)" "$max"
is "and holds nothing" "$(domain starve held)" 0
echo $limit >/sys/kernel/sfi/starve/memory_limit
echo restart >/sys/kernel/sfi/starve/control
ok "and is started by hand" domain_live starve
remove_all starve
healthy
END
)" || fail "the machine ended with $?"
