#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A policy where zones and claims are enough.
exec "$ZWINGER" verify small.zw --ruleset small.nft
