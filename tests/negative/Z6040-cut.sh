#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The end of a plan is missing.
set -eu
name=zw-negative-$$
work=$(mktemp -d)
ip netns add "$name"
trap 'ip netns del "$name"; rm -rf "$work"' EXIT
"$ZWINGER" plan small.zw --netns "$name" -o "$work/plan" >"$work/said"
cd "$work"
head -c 5000 plan >cut.plan
"$ZWINGER" apply cut.plan
