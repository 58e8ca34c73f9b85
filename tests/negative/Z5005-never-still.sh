#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody changes the ruleset thousands of times a second.
set -eu
name=zw-negative-$$
ip netns add "$name"
yes 'add table inet other; delete table inet other' |
	ip netns exec "$name" nft -i >/dev/null 2>&1 &
trap 'kill $!; ip netns del "$name"' EXIT
sleep 0.3
"$ZWINGER" apply small.zw --netns "$name"
