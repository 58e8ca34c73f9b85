#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What should be the folder of the state is none.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" report small.zw --state /dev/null -o "$work" --sample 1 >"$work/said"
