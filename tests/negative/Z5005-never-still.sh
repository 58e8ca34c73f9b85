#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody changes the ruleset hundreds of times while a large list is proved.
set -eu
name=zw-negative-$$
work=$(mktemp -d)
ip netns add "$name"
yes 'add table inet other; delete table inet other' 2>/dev/null |
	ip netns exec "$name" nft -i >/dev/null 2>&1 &
trap 'kill $!; ip netns del "$name"; rm -rf "$work"' EXIT
seq 100000 | awk '{ printf "198.%d.%d.%d\n", 18 + $1 / 65536 % 2, $1 / 256 % 256, $1 % 256 }' >"$work/list"
{
	cat small.zw
	echo 'define list = file "list"'
	echo 'deny internet(list) -> front'
} >"$work/large.zw"
sleep 1
"$ZWINGER" apply "$work/large.zw" --netns "$name"
