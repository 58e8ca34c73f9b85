#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two watch one namespace.
set -eu
name=zw-negative-$$
work=$(mktemp -d)
ip netns add "$name"
first=
trap 'kill $first; wait; ip netns del "$name"; rm -rf "$work" "/run/zwinger/$name"' EXIT
export ZWINGER_STATE="$work/state"
: >"$work/said"
"$ZWINGER" watch small.zw --netns "$name" >"$work/said" 2>&1 &
first=$!
n=0
until grep -q beginning "$work/said" || [ $n = 100 ]; do
	n=$((n + 1))
	sleep 0.05
done
"$ZWINGER" watch small.zw --netns "$name" 2>&1 | sed "s/$name/NAME/" >&2
status=$("$ZWINGER" watch small.zw --netns "$name" >/dev/null 2>&1 || echo $?)
exit "$status"
