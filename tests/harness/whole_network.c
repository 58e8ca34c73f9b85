/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As `check` takes such a policy, without its processes. */
#include "tests/harness/whole_network.h"

#include "base/assert.h"
#include "compiler/compiler.h"
#include "compiler/emit_netlink.h"
#include "grammar/grammar.h"
#include "tests/harness/written_out.h"
#include "verifier/end_to_end.h"

#define TODAY 20000 /* 2024-10-04 */

static void compile(struct zw_whole *w, const struct zw_model *model)
{
	const struct zw_emit_options emit = { .step = ZW_EMIT_WHOLE,
					      .generation = 1 };
	size_t n = model->gateways.n, g;

	w->batches = ZW_NEW_ARRAY(w->arena, struct zw_str, n + 1);
	for (g = 0; g < n; g++) {
		struct zw_buf bytes = { 0 };

		zw_emit_netlink(
			w->arena, &bytes,
			zw_lower(w->arena, zw_model_at(w->arena, model, g)),
			&emit, NULL);
		w->batches[g] = zw_str_copy(
			w->arena, (struct zw_str){ bytes.data, bytes.n });
		zw_buf_free(&bytes);
	}
}

void zw_whole_make(struct zw_whole *w, const char *name, struct zw_str text)
{
	struct zw_own_addresses own;
	const struct zw_resolve_options resolve = { .today = TODAY,
						    .own = &own };
	struct zw_ast ast = { 0 };
	const struct zw_model *model;

	*w = (struct zw_whole){ .arena = zw_arena_new(),
				.sources = zw_sources_new() };
	zw_diags_init(&w->diags, w->arena);
	zw_parse_text(w->arena, w->sources, &w->diags, zw_str_from(name), text,
		      &ast);
	if (w->diags.errors)
		return;
	zw_text_addresses(w->arena, text, &own);
	model = zw_resolve(w->arena, w->sources, &w->diags, &ast, &resolve);
	if (!model || !model->gateways.n)
		return;
	w->network = zw_network_from(w->arena, model);
	compile(w, model);
}

void zw_whole_free(struct zw_whole *w)
{
	zw_sources_free(w->sources);
	zw_arena_free(w->arena);
}

struct zw_verification *zw_whole_verify(struct zw_whole *w)
{
	return zw_verify_network(w->arena, &w->diags, w->sources, w->network,
				 w->batches, NULL);
}

u32 zw_whole_gateway(const struct zw_whole *w, const char *name)
{
	u32 g;

	for (g = 0; g < w->network->gateways.n; g++)
		if (zw_str_is(w->network->gateways.v[g].name, name))
			return g;
	ZW_ASSERT(!"a gateway of the network");
	return 0;
}

u32 zw_whole_zone(const struct zw_whole *w, const char *name)
{
	const struct zw_statement *policy = w->network->policy;
	u32 z;

	for (z = 0; z < policy->zones.n; z++)
		if (zw_str_is(policy->zones.v[z].name, name))
			return z;
	ZW_ASSERT(!"a zone of the network");
	return 0;
}
