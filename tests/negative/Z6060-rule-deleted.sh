#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Rules of the loaded table are lost behind the loader's back.
exec "$ZWINGER" lab small.zw --probes 60 --seed 1 \
	--after-load 'nft flush chain inet zwinger z_forward' >/dev/null
