#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What would come back is damaged.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT
"$ZWINGER" apply small.zw --netns "$name" --state "$state" >/dev/null 2>&1 || exit 98
echo >>"$state/generation-1"
cp small.zw "$state/other.zw"
echo 'allow data -> front : ssh' >>"$state/other.zw"
"$ZWINGER" apply "$state/other.zw" --netns "$name" --state "$state" --confirm 60s >/dev/null 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
exit $status
