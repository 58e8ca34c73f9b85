#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two programs change the ruleset all the time while a large list is proved.
# They are seen at work before the policy is applied.
set -eu
name=zw-negative-$$
work=$(mktemp -d)
ip netns add "$name"
disturb()
{
	yes "add table inet $1; delete table inet $1" 2>/dev/null |
		ip netns exec "$name" nft -i >/dev/null 2>&1
}
disturb one &
one=$!
disturb two &
two=$!
cleanup()
{
	kill $one $two 2>/dev/null || :
	for pid in $(ip netns pids "$name"); do kill "$pid"; done
	ip netns del "$name"
	rm -rf "$work"
}
trap cleanup EXIT
seq 2 2 300000 | awk '{ printf "100.%d.%d.%d\n", 64 + $1 / 65536, $1 / 256 % 256, $1 % 256 }' >"$work/list"
{
	cat small.zw
	echo 'define list = file "list"'
	echo 'deny internet(list) -> front'
} >"$work/large.zw"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	events=$(timeout 1 ip netns exec "$name" nft monitor | head -20 | wc -l)
	[ "$events" -lt 20 ] || break
done
# Where it is disturbed first depends on the machine; the code does not.
status=0
"$ZWINGER" apply "$work/large.zw" --netns "$name" 2>"$work/said" || status=$?
sed -n 's/^\(error\[Z[0-9]*\]\).*/\1/p' "$work/said" >&2
exit $status
