#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A jump to a chain that the batch does not make.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" compile small.zw --format netlink -o "$work/batch"
LC_ALL=C sed '0,/z_rules.data.front.4_g1/s//z_rules.data.fr0nt.4_g1/' "$work/batch" >"$work/changed"
"$ZWINGER" check small.zw --batch "$work/changed"
