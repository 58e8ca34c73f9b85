#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A number, where nothing was ever loaded.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
"$ZWINGER" rollback 3 --state "$state" 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
exit $status
