#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
trap 'rm -rf "$folder"' EXIT
folder=$(mktemp -d)
unshare -rn "$ZWINGER" dump -o "$folder/here.dump"
zones=$PWD/small.zw
cd "$folder" || exit
"$ZWINGER" lab here.dump --zones "$zones"
