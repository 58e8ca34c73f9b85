/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset with both who judge packets by it: the paths' diagrams and the
 * concrete interpreter. Law: at each point that is a packet they must agree. */
#ifndef ZW_TESTS_UNIT_VERIFIER_WORLD_H
#define ZW_TESTS_UNIT_VERIFIER_WORLD_H

#include "tests/harness/harness.h"
#include "verifier/interpret.h"
#include "verifier/symbolic.h"

struct world {
	struct zw_arena *arena;
	struct zw_diagrams *d;
	struct zw_space *space;
	struct zw_symbolic *symbolic;
	struct zw_interpreter *interpreter;
	zw_node paths[ZW_PATH_COUNT], legal[ZW_PATH_COUNT];
	bool cares; /* paths are built for the packets of CARE alone */
	zw_node care;
};

struct tally {
	bool nat; /* more first packets of flows */
	u32 compared, accepted, rejected, translated;
};

/* With the cuts that RULESET needs; false if it needs too many, else end it. */
bool world_of(struct world *w, struct zw_arena *arena,
	      const struct zw_ruleset *ruleset);
void world_end(struct world *w);

/* A packet drawn, and both opinions on it: false if they differ, which is
 * printed. POINT has room for one value a variable. */
bool world_compare(struct zw_random *random, struct world *w,
		   const struct zw_ruleset *ruleset, u32 *point,
		   struct tally *tally);

#endif
