#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make-sysfs.sh DIR: makes DIR look like /sys/kernel/sfi with two domains:
# e1000, live after two restarts, and sfi_sample, dead.
set -eu
rm -rf "$1"

# attribute DOMAIN NAME: from stdin
attribute()
{
	mkdir -p "$root/$1"
	cat >"$root/$1/$2"
}

root=$1
echo live | attribute e1000 state
echo 2 | attribute e1000 restarts
echo 2 | attribute e1000 violations
echo 1234 | attribute e1000 last_recovery_us
echo 34 | attribute e1000 last_outage_us
echo 1200 | attribute e1000 last_driver_us
echo | attribute e1000 dead_why
printf 'used 131072\ncovered 524288\n' | attribute e1000 memory
echo 45 | attribute e1000 objects
echo 5000000 | attribute e1000 held
echo 7 | attribute e1000 refused
echo 3 | attribute e1000 leaked
echo 1 | attribute e1000 warnings
echo 4 | attribute e1000 overdue
echo 0 | attribute e1000 growths
printf 'stores 1138\nguards 700\nelided_local 200\n' | attribute e1000 guards
attribute e1000 control </dev/null
attribute e1000 last_report <<'END'
sfi: VIOLATION in e1000: divide error by e1000_clean+0x10/0x400 [e1000] (e1000_main.c:3795)
  entered by napi_struct__poll, softirq, CPU 1
END

echo dead | attribute sfi_sample state
echo 5 | attribute sfi_sample restarts
echo 6 | attribute sfi_sample violations
echo 800 | attribute sfi_sample last_recovery_us
echo too many restarts | attribute sfi_sample dead_why
printf 'used 65536\ncovered 32768\n' | attribute sfi_sample memory
echo 0 | attribute sfi_sample objects
echo 0 | attribute sfi_sample leaked
printf 'stores 80\nguards 50\n' | attribute sfi_sample guards
attribute sfi_sample control </dev/null
attribute sfi_sample last_report </dev/null
