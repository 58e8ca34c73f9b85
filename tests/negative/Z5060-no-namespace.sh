#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where no network namespace can be made.
exec unshare -r sh -c 'echo 0 >/proc/sys/user/max_net_namespaces
	exec "$ZWINGER" lab small.zw --probes 10 --seed 1'
