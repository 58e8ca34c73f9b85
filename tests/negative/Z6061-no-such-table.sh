#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
exec "$ZWINGER" lab small.zw --probes 10 --seed 1 \
	--after-load 'echo "nobody is here" >&2; exit 3'
