#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where no network namespace can be made.
exec unshare -r sh -c 'echo 0 >/proc/sys/user/max_net_namespaces
	exec "$ZWINGER" verify small.zw --ruleset small.nft'
