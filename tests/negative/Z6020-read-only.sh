#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A folder that nothing can be written to.
"$ZWINGER" apply small.zw --state /proc/zwinger
