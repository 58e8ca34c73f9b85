#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A policy that its group may write.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp small.zw "$work/gw.zw"
chmod 664 "$work/gw.zw"
"$ZWINGER" apply "$work/gw.zw" --state "$work/state" >/dev/null 2>"$work/said"
status=$?
sed "s,$work/,,g" "$work/said" >&2
exit $status
