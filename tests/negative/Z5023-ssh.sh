#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The policy lets nobody reach the gateway.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT

ip -n "$name" link add lan0 type bridge
ip -n "$name" link set lan0 up
ip -n "$name" addr add 10.1.0.1/16 dev lan0
cat small.zw >"$state/gw.zw"
export SSH_CONNECTION="10.1.7.4 50022 10.1.0.1 22"
"$ZWINGER" apply "$state/gw.zw" --netns "$name" --state "$state/s" >/dev/null
