#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What should be the folder of the state is a file.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" report small.zw --state small.zw -o "$work" --sample 1 >"$work/said"
