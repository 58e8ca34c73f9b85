#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
exec "$ZWINGER" verify small.zw --ruleset broken.nft
