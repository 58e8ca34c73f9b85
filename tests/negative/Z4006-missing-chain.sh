#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A jump to a chain that the batch does not make.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" compile small.zw --format netlink -o "$work/batch"
LC_ALL=C sed 's/z_to.front_g1/z_to.fr0nt_g1/' "$work/batch" >"$work/changed"
"$ZWINGER" check small.zw --batch "$work/changed"
