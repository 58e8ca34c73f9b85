#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody holds the lock and does not let go of it.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
flock "$state/lock" "$ZWINGER" apply small.zw --state "$state" 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
exit $status
