#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody slips a rule in.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT
"$ZWINGER" apply small.zw --netns "$name" --state "$state" >/dev/null 2>&1 || exit 98
ip netns exec "$name" nft insert rule inet zwinger z_forward accept
"$ZWINGER" status --netns "$name" --state "$state" >"$state/said"
status=$?
grep -v '  by\|UTC\|^table' "$state/said" >&2
exit $status
