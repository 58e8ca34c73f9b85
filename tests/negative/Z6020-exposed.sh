#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Everybody may write where generations are kept.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
chmod 777 "$state"
"$ZWINGER" apply small.zw --state "$state" 2>"$state/said"
status=$?
sed "s,$state,STATE,g" "$state/said" >&2
exit $status
