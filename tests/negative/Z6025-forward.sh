#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A rule that would let something through the gateway; told before a first load that is to be
# confirmed, whose way back is the built-in policy.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT

printf '%s\n' 'zone a { interface a0 }' 'zone b { interface b0 }' 'allow a -> b : ssh' >"$state/m.zw"
"$ZWINGER" apply small.zw --netns "$name" --state "$state" --management "$state/m.zw" --confirm 60s >/dev/null 2>"$state/said"
status=$?
sed "s,$state/,,g" "$state/said" >&2
exit $status
