#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The same; what was not understood is said as well.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" compile small.zw --format netlink -o "$work/batch"
LC_ALL=C sed '0,/lookup/s//l00kup/' "$work/batch" >"$work/changed"
"$ZWINGER" check small.zw --batch "$work/changed"
