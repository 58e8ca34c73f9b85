#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where things stand was cut in the middle.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
echo 'zwinger ledger 1' >"$state/ledger"
"$ZWINGER" rollback --state "$state" 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
exit $status
