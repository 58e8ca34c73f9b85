#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Another policy, while the first one waits.
name=zw-negative-$$
state=$(mktemp -d)
ip netns add "$name" || exit 99
end()
{
	kill -9 "$(cat "$state/guard")"
	ip netns del "$name"
	rm -rf "$state"
}
trap end EXIT
"$ZWINGER" apply small.zw --netns "$name" --state "$state" --confirm 60s >/dev/null 2>&1 || exit 98
"$ZWINGER" apply small.zw --netns "$name" --state "$state"
