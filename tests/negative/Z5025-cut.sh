#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody takes the last line away.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT
"$ZWINGER" apply small.zw --netns "$name" --state "$state" >/dev/null 2>&1 || exit 98
sed -i '$d' "$state/audit.jsonl"
"$ZWINGER" audit verify --state "$state" 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
exit $status
