#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An expression that no kernel has stands where the source is tested.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" compile small.zw --format netlink -o "$work/batch"
LC_ALL=C sed '0,/lookup/s//l00kup/' "$work/batch" >"$work/changed"
"$ZWINGER" check small.zw --batch "$work/changed"
