#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The second record is of a policy that makes one claim less.
set -u
mkdir build-record || exit 1
trap 'rm -rf build-record' EXIT
{
	cat small.zw
	echo 'never internet -> front : ssh'
} >build-record/small.zw
"$ZWINGER" report build-record/small.zw --state none -o build-record --sample 1 >/dev/null || exit 1
"$ZWINGER" report small.zw --state none -o build-record --sample 1 >/dev/null
