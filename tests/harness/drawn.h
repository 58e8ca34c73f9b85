/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset's and a policy's diagrams, and where in them a packet lies. Law:
 * the point is read off the packet's bytes here, not built by the verifier. */
#ifndef ZW_TESTS_DRAWN_H
#define ZW_TESTS_DRAWN_H

#include "tests/harness/pipeline.h"
#include "tests/harness/sample.h"
#include "verifier/interpret.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"

struct zw_drawn {
	struct zw_arena *arena;
	struct zw_diagrams *diagrams;
	struct zw_space *space;
	struct zw_symbolic *symbolic;
	zw_node bytes[ZW_PATH_COUNT];	/* what the ruleset does */
	zw_node meaning[ZW_PATH_COUNT]; /* what the policy says */
	zw_node legal[ZW_PATH_COUNT];	/* packets that can exist */
	u32 *point;			/* room for one */
};

/* False if the diagrams could not be made. Free in any case. */
bool zw_drawn_make(struct zw_drawn *drawn, const struct zw_pipeline *pipeline);
void zw_drawn_free(struct zw_drawn *drawn);

/* Set POINT to PACKET's on PATH. False if an interface's name is in no class.
 */
bool zw_drawn_locate(struct zw_drawn *drawn, const struct zw_packet *packet,
		     enum zw_path path);
/* Behind that: whether the limit of that name holds. */
void zw_drawn_set(struct zw_drawn *drawn, struct zw_str predicate, bool holds);
/* What a run came to, as a leaf. A fragment that waits for the others counts as
 * dropped: it passes nothing. */
enum zw_pass zw_drawn_pass(const struct zw_run *run, enum zw_family family);
/* The leaf there: enum zw_pass, or of LEGAL 0 or 1. */
u32 zw_drawn_at(const struct zw_drawn *drawn, zw_node diagram);

#endif
