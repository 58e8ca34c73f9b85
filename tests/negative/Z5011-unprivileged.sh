#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# More rules than the socket of an unprivileged nft takes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp small.zw "$work"
awk 'BEGIN {
	print "table inet filter {\nchain forward {"
	for (i = 1; i <= 3000; i++)
		printf "ip saddr 10.0.0.1 tcp dport %d counter accept\n", i
	print "}\n}"
}' >"$work/large.nft"
chmod -R a+rX "$work"
cd "$work"
[ "$(id -u)" = 0 ] && as="setpriv --reuid=65534 --regid=65534 --clear-groups"
${as:-} "$ZWINGER" verify small.zw --ruleset large.nft
