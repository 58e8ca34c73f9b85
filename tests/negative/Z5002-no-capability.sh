#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Root without CAP_NET_ADMIN.
exec setpriv --bounding-set=-net_admin --inh-caps=-all "$ZWINGER" apply small.zw
