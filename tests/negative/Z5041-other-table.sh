#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Between plan and apply somebody adds a table.
set -eu
name=zw-negative-$$
work=$(mktemp -d)
ip netns add "$name"
trap 'ip netns del "$name"; rm -rf "$work"' EXIT
export ZWINGER_STATE="$work/state"
"$ZWINGER" plan small.zw --netns "$name" -o "$work/plan" >"$work/said"
ip netns exec "$name" nft add table ip other
"$ZWINGER" apply "$work/plan"
