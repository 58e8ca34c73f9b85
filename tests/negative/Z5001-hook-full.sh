#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A hook takes 1024 chains and no more.
set -eu
name=zw-negative-$$
ip netns add "$name"
trap 'ip netns del "$name"' EXIT
{
	echo 'add table inet full'
	seq 1024 | sed 's/.*/add chain inet full c& { type filter hook forward priority 0; }/'
} | ip netns exec "$name" nft -f -
"$ZWINGER" apply small.zw --netns "$name"
