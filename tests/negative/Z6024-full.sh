#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A trail on a disk without room; nothing is loaded.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT
"$ZWINGER" apply small.zw --netns "$name" --state "$state" --audit /dev/full >/dev/null 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
[ -z "$(ip netns exec "$name" nft list ruleset)" ] || echo "something was loaded" >&2
exit $status
