#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A chain that no rule goes to.
exec "$ZWINGER" lint lint/Z3036-chain.nft
