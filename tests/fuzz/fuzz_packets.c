/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any ruleset, from the bytes of a dump, and packets drawn from a seed that
 * stands before them: the diagrams and the interpreter must agree on each that
 * both understand. Cases where something is not understood are another target's
 * (fuzz_messages.c). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/verifier/world.h"
#include "verifier/decode.h"

#define SEED_BYTES 8
#define PACKETS 24

static void compare(struct zw_random *random, struct zw_arena *arena,
		    const struct zw_ruleset *ruleset)
{
	struct world w = { .cares = false };
	struct tally tally = { .nat = true };
	u32 *point, i;
	bool same = true;

	if (!world_of(&w, arena, ruleset))
		return;
	if (!zw_diagrams_exhausted(w.d) && !w.symbolic->doubts.n) {
		point = ZW_NEW_ARRAY(w.arena, u32, zw_variable_count(w.d));
		for (i = 0; i < PACKETS && same; i++)
			same = world_compare(random, &w, ruleset, point,
					     &tally);
	}
	world_end(&w);
	if (!same)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zw_ruleset ruleset = { 0 };
	struct zw_random random = { 0 };
	struct zw_arena *arena;
	struct zw_diags diags;

	if (size <= SEED_BYTES)
		return 0;
	memcpy(&random, data, SEED_BYTES);
	arena = zw_arena_new();
	zw_diags_init(&diags, arena);
	if (zw_decode(arena, &diags, data + SEED_BYTES, size - SEED_BYTES, NULL,
		      &ruleset))
		compare(&random, arena, &ruleset);
	zw_arena_free(arena);
	return 0;
}
