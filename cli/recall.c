/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A context of the command line beside the command's own. */
#include "cli/recall.h"

static const char *text_or_none(struct zw_arena *arena, struct zw_str text)
{
	return text.n ? zw_cstr(arena, text) : NULL;
}

bool zw_recall(const struct zw_cli *parent, const struct zw_generation *g,
	       struct zw_recalled *r)
{
	*r = (struct zw_recalled){ .cli = *parent };
	r->cli.sources = zw_sources_new();
	zw_diags_init(&r->cli.diags, parent->arena);
	r->cli.live = true;
	r->cli.json = false;
	r->cli.values[ZW_OPT_ADDRESSES] = NULL;
	r->cli.values[ZW_OPT_CLAIMS] = text_or_none(parent->arena, g->claims);
	r->cli.values[ZW_OPT_TODAY] = zw_generation_day(parent->arena, g);
	r->cli.values[ZW_OPT_GATEWAY] = text_or_none(parent->arena, g->gateway);
	zw_sources_replay(r->cli.sources, g->files.v, g->files.n);
	return zw_job_policy(&r->cli, zw_cstr(parent->arena, g->policy),
			     &r->job);
}

void zw_recall_end(struct zw_recalled *r)
{
	zw_sources_free(r->cli.sources);
	r->cli.sources = NULL;
}
