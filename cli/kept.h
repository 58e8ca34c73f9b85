/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a plan stands in the kernel already. Law: an object is kept only if
 * what the kernel holds, decoded, is what the plan's own bytes decode to, and
 * the same is true of all that it refers to; what was not read back whole or
 * not understood is never kept. So counters, limits and the content of sets
 * that did not change survive a reload, and large sets do not travel again. */
#ifndef ZW_CLI_KEPT_H
#define ZW_CLI_KEPT_H

#include "compiler/emit_netlink.h"

/* A set that differs in elements alone. */
struct zw_kept_difference {
	u32 set; /* of the plan */
	struct zw_emit_rows gone, added;
};

/* What a reload changes, for people. Of a rule counts what it does, not from
 * which line of the policy it comes. */
struct zw_kept_changes {
	size_t rules_added, rules_removed;
	size_t sets_added, sets_removed; /* by name, without generation */
	size_t elements_added, elements_removed;
};

struct zw_kept {
	u32 generation;			    /* of names that are new */
	struct zw_emit_kept *chains, *sets; /* by index of the plan's */
	bool *counters;			    /* likewise */
	/* What the kernel's table has and the plan has not. */
	struct zw_emit_names old;
	ZW_VEC(struct zw_str) old_hooks; /* base chains among it */
	bool table;			 /* there is one */
	u32 table_flags; /* NFT_TABLE_F_* of it */
	bool all;   /* nothing is to be sent but differences and old */
	bool hooks; /* all base chains are kept */
	/* Sets that are exchanged in place, each in a transaction of its own;
	 * only where nothing else changes. */
	ZW_VEC(struct zw_kept_difference) differences;
	struct zw_kept_changes changes;
};

enum zw_keep {
	ZW_KEEP_MOST,	 /* sets are exchanged in place where that is enough */
	ZW_KEEP_WHOLE,	 /* what is kept is kept as it is */
	ZW_KEEP_NOTHING, /* but the table and its base chains */
};

/* HELD are the N bytes of a dump of the kernel. The result lives in ARENA. */
void zw_kept_find(struct zw_arena *arena, const struct zw_plan *plan,
		  const u8 *held, size_t n, enum zw_keep keep,
		  struct zw_kept *kept);

#endif
