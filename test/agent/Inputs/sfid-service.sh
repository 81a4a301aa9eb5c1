# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Installs the agent below $T and compares its unit with what is there.
fail() {
	echo "$1"
	exit 1
}
rm -rf "$T"
mkdir -p "$T"
DESTDIR=$T cmake --install "$(dirname "$SFID")" >"$T/log" || fail "it cannot be installed: $(cat "$T/log")"
unit=$(find "$T" -name sfid.service)
[ -n "$unit" ] || fail "no unit is installed"
setting() { sed -n "s/^$1=//p" "$unit"; }

# shellcheck disable=SC2046 # words
set -- $(setting ExecStart)
[ -x "$T$1" ] || fail "what it starts is not installed: $1"
program=$1
shift
echo 'restarts = 1;' >"$T/sfid.conf"
"$T$program" "$@" --check-config --config "$T/sfid.conf" || fail "$program does not take $*"
for page in $(setting Documentation); do
	page=${page#man:} section=${page##*\(}
	[ -n "$(find "$T" -name "${page%%\(*}.${section%)}")" ] || fail "no manual page $page"
done
history=$(sed -n 's,^#* *history_file *= *"\(.*\)".*,\1,p' "$(find "$T" -name sfid.conf -path '*/etc/*')")
[ "$(dirname "$history")" = "/var/lib/$(setting StateDirectory)" ] || fail "the history is in '$history', the state in $(setting StateDirectory)"

command -v systemd-analyze >/dev/null || exit 0
sed "s,^ExecStart=,&$T," "$unit" >"$T/sfid.service"
said=$(systemd-analyze verify --man=no "$T/sfid.service" 2>&1) || fail "systemd says: $said"
[ -z "$said" ] || fail "systemd says: $said"
