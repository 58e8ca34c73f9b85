/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel's tables come to, as a number. Law: equal digests mean equal
 * rulesets; what changes by itself (counters, handles, generations, elements
 * that time or packets put in) is not in it, nor who owns a table. Of sets too
 * large to be read only that they are there. */
#ifndef ZW_CLI_LIVE_DIGEST_H
#define ZW_CLI_LIVE_DIGEST_H

#include "cli/cli.h"

/* Of the N bytes of a DUMP of all tables: 64 digits in CLI's arena; empty after
 * a diagnostic. */
struct zw_str zw_live_digest(struct zw_cli *cli, const void *dump, size_t n);

#endif
