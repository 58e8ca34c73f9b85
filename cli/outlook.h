/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states of a kernel, packet by packet: what it holds, and what it would
 * hold. Law: the names of compiler and verifier collide, so this header needs
 * neither. */
#ifndef ZW_CLI_OUTLOOK_H
#define ZW_CLI_OUTLOOK_H

#include "cli/cli.h"
#include "statement/statement.h"

struct zw_diff_answer;
struct zw_study;

/* BEFORE and AFTER are dumps, or dumps with batches behind them; zones are
 * STATEMENT's; PATH is the policy. NULL after a diagnostic. The answer lives as
 * long as CLI's arena, its diagrams until zw_outlook_end(). */
const struct zw_diff_answer *
zw_outlook_compare(struct zw_cli *cli, const struct zw_statement *statement,
		   const char *path, const struct zw_buf *before,
		   const struct zw_buf *after, struct zw_study **study);
void zw_outlook_end(struct zw_study *study);

#endif
