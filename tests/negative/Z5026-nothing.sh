#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A gateway that never had a policy comes up.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
trap 'ip netns del "$name"; rm -rf "$state"' EXIT
"$ZWINGER" boot --forwarding --netns "$name" --state "$state" 2>"$state/said"
status=$?
grep -v ' ms' "$state/said" >&2
exit $status
