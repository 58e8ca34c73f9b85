#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a forwarded packet costs: 4 zones and 20 rules beside 40 zones and 10,000
# rules, as compiled and as one linear chain.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
awk -v zones=4 -v rules=20 -f tests/bench/policy.awk >"$work/small.zw"
awk -v zones=40 -v rules=10000 -f tests/bench/policy.awk >"$work/large.zw"
build/tests/bench-packets "$work/small.zw" "$work/large.zw"
