/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes to the decoder, as a batch or a dump, and what it makes of them to
 * the prover with a small budget: a diagnostic or a verdict, never a crash. A
 * proof may only be said of bytes that decode without an error. */
#include <stdint.h>
#include <stdlib.h>

#include "verifier/decode.h"
#include "verifier/verify.h"

#define NODES 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_zone zones[2] = {
		{ .name = ZW_STR("front"), .kind = ZW_ZONE_DMZ },
		{ .name = ZW_STR("office"), .kind = ZW_ZONE_INTERNAL },
	};
	struct zw_interface links[2] = { { .name = ZW_STR("dmz0") },
					 { .name = ZW_STR("lan0") } };
	struct zw_claim_term from = { .zone = 0 }, to = { .zone = 1 };
	struct zw_claim claim = { .kind = ZW_NEVER,
				  .text = ZW_STR("never front -> office"),
				  .span = ZW_NO_SPAN,
				  .built_in = true,
				  .any_service = true };
	struct zw_statement statement = { 0 };
	struct zw_verify_options options = { .node_limit = NODES };
	struct zw_verification *verification;
	struct zw_ruleset ruleset = { 0 };
	struct zw_buf text = { 0 };
	struct zw_diags diags;
	size_t i;
	bool ok;

	for (i = 0; i < 2; i++) {
		zones[i].members = zw_ipset_all(arena);
		zw_push(arena, zones[i].interfaces, links[i]);
		zw_push(arena, statement.zones, zones[i]);
	}
	zw_push(arena, claim.from, from);
	zw_push(arena, claim.to, to);
	zw_push(arena, statement.claims, claim);
	zw_diags_init(&diags, arena);
	ok = zw_decode(arena, &diags, data, size, NULL, &ruleset);
	if (ok)
		zw_ruleset_print(&text, &ruleset);
	verification = zw_verify_state(arena, &diags, NULL, data, size, NULL,
				       &statement, &options);
	if (size && !ok && verification->verdict == ZW_PROVED)
		abort();
	zw_buf_free(&text);
	zw_arena_free(arena);
	return 0;
}
