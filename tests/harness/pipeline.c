/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages in their order, with "today" fixed so that a run can be had
 * again. */
#include "tests/harness/pipeline.h"

#include "compiler/compiler.h"
#include "compiler/emit_netlink.h"
#include "grammar/grammar.h"
#include "tests/harness/gateways.h"
#include "tests/harness/written_out.h"

#define TODAY 20000 /* 2024-10-04 */

/* Of several gateways the one that NAME asks for; else the first. */
static struct zw_model *at_gateway(struct zw_pipeline *p, const char *name)
{
	const struct zw_model *whole = p->model;
	const char *gateway = zw_gateway_name(name);
	size_t i;

	if (!whole->gateways.n)
		return p->model;
	for (i = 0; gateway && i < whole->gateways.n; i++)
		if (zw_str_is(whole->gateways.v[i].name, gateway))
			return zw_model_at(p->arena, whole, i);
	return zw_model_at(p->arena, whole, 0);
}

void zw_pipeline_run(struct zw_pipeline *p, const char *name,
		     struct zw_str text)
{
	struct zw_own_addresses own;
	const struct zw_resolve_options resolve = { .today = TODAY,
						    .own = &own };
	const struct zw_emit_options emit = { .step = ZW_EMIT_WHOLE,
					      .generation = 1 };

	*p = (struct zw_pipeline){ .arena = zw_arena_new(),
				   .sources = zw_sources_new() };
	zw_diags_init(&p->diags, p->arena);
	zw_parse_text(p->arena, p->sources, &p->diags,
		      zw_str_from(zw_gateway_path(p->arena, name)), text,
		      &p->ast);
	if (p->diags.errors)
		return;
	zw_text_addresses(p->arena, text, &own);
	zw_write_out(p->arena, text, &p->ast, &p->written);
	p->model =
		zw_resolve(p->arena, p->sources, &p->diags, &p->ast, &resolve);
	if (!p->model)
		return;
	p->model = at_gateway(p, name);
	p->statement = zw_statement_from(p->arena, p->model);
	p->plan = zw_lower(p->arena, p->model);
	zw_emit_netlink(p->arena, &p->bytes, p->plan, &emit, NULL);
	zw_pipeline_decode(p);
}

void zw_pipeline_free(struct zw_pipeline *p)
{
	zw_buf_free(&p->bytes);
	zw_sources_free(p->sources);
	zw_arena_free(p->arena);
}

void zw_pipeline_print_diags(struct zw_buf *out, const struct zw_pipeline *p)
{
	size_t i;

	for (i = 0; i < p->diags.list.n; i++) {
		const struct zw_diag *diag = p->diags.list.v[i];

		zw_buf_printf(out, "%s", zw_code_info(diag->code)->name);
		if (diag->primary.span.file != ZW_NO_FILE)
			zw_buf_printf(
				out, " line %u",
				zw_sources_place(p->sources, diag->primary.span)
					.line);
		zw_buf_printf(out, ": %.*s\n", ZW_STR_ARG(diag->message));
	}
}
