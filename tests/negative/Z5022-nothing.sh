#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded without --confirm.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT
"$ZWINGER" apply small.zw --netns "$name" --state "$state" >/dev/null 2>&1 || exit 98
"$ZWINGER" confirm --state "$state" 2>"$state/said"
status=$?
sed 's/, by .*/, by WHOM/' "$state/said" >&2
exit $status
