/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at the gateway, by a process that stays. Law: a round reads, proves
 * and, where it is asked to, loads, in a process of its own that ends with it;
 * what has to be known by the next round is in shared memory. */
#ifndef ZW_CLI_WATCH_H
#define ZW_CLI_WATCH_H

#include "base/sha256.h"
#include "cli/apply.h"
#include "loader/events.h"

/* What one round leaves to the next. */
struct zw_watch_memory {
	bool known;		     /* there was a round */
	enum zw_verdict verdict;     /* of the last one */
	u32 number;		     /* of the generation, or 0 */
	u8 meaning[ZW_SHA256_BYTES]; /* of the policy then: its statement */
	u8 said[ZW_SHA256_BYTES];    /* what was told of it */
	bool unreadable;	     /* the kernel could not be read */
};

struct zw_watch {
	struct zw_cli *cli;
	const char *policy; /* or NULL: what was loaded last, by the state */
	const char *exec;   /* --exec, or NULL */
	bool restore;	    /* --restore */
	struct zw_socket *socket; /* owns the table, where one can be owned */
	struct zw_watch_memory *memory; /* shared */
};

/* Read and prove what the kernel holds, because of what was HEARD (kinds 0: at
 * the beginning); tell what came of it, reload or restore. To be called in a
 * process of its own. */
void zw_watch_round(struct zw_watch *watch, const struct zw_heard *heard);

#endif
