/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A share of a policy's gateways, for a proof that many machines make. Law: the
 * shares 1/N to N/N have each gateway once between them, and which share has it
 * depends on its place in the text alone. */
#ifndef ZW_CLI_SHARE_H
#define ZW_CLI_SHARE_H

#include "cli/cli.h"

struct zw_share {
	u32 number; /* from 1 */
	u32 of;	    /* 1: all of them */
};

/* What --share says, and without it 1/1. False after a diagnostic. */
bool zw_share_read(struct zw_cli *cli, struct zw_share *share);

/* Is piece number PIECE, from 0, in it? */
bool zw_share_has(const struct zw_share *share, size_t piece);

/* Say that PATH is no policy of several gateways. */
void zw_share_of_one(struct zw_cli *cli, const char *path);

#endif
