/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generation as if its files were the only ones there are. Law: nothing is
 * read from disk, and nothing of it stands among the sources and diagnostics of
 * the command that asks. */
#ifndef ZW_CLI_RECALL_H
#define ZW_CLI_RECALL_H

#include "cli/job.h"
#include "state/generation.h"

struct zw_recalled {
	struct zw_cli cli; /* with sources and diagnostics of its own */
	struct zw_job job;
};

/* Options but for claims, day and gateway are PARENT's. The generation is borrowed.
 * True if it compiles. Always finish with zw_recall_end(). */
bool zw_recall(const struct zw_cli *parent,
	       const struct zw_generation *generation,
	       struct zw_recalled *recalled);
void zw_recall_end(struct zw_recalled *recalled);

#endif
