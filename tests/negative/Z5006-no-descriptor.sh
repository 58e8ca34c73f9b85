#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The process may not open one more file.
set -eu
name=zw-negative-$$
ip netns add "$name"
trap 'ip netns del "$name"' EXIT
(
	ulimit -n 4
	exec "$ZWINGER" dump -o /dev/null --netns "$name"
)
