#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The bytes let port 444 pass where the policy says https.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ZWINGER" compile small.zw --format netlink -o "$work/batch"
LC_ALL=C sed 's/\x01\xbb/\x01\xbc/g' "$work/batch" >"$work/changed"
"$ZWINGER" check small.zw --batch "$work/changed"
