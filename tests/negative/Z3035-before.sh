#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A rule that another one shadows.
exec "$ZWINGER" lint lint/Z3035-before.nft
