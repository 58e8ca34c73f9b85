#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two zones share addresses; the ruleset drops everything.
exec "$ZWINGER" verify overlap.zw --ruleset small.nft
