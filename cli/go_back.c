/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each try in a context of its own (cli/recall.h). */
#include "cli/go_back.h"

#include "cli/built_in.h"
#include "cli/recall.h"

static bool try(struct zw_deploy *d, const struct zw_generation *g)
{
	struct zw_cli *asking = d->cli;
	struct zw_recalled r;
	struct zw_apply a = { 0 };
	bool loaded = zw_recall(asking, g, &r);

	if (loaded) {
		a.cli = d->cli = &r.cli;
		a.job = r.job;
		d->generation = *g;
		d->kept = g->number != ZW_GENERATION_BUILT_IN;
		d->announced = d->loaded = false;
		loaded = zw_deploy_load(d, &a) || d->loaded;
		zw_load_end(&a);
		d->cli = asking;
	}
	zw_cli_flush(&r.cli);
	zw_recall_end(&r);
	return loaded;
}

u32 zw_go_back(struct zw_deploy *d, const struct zw_generation *g)
{
	struct zw_generation built_in;
	bool open;

	d->stubborn = true;
	if (g && g->number != ZW_GENERATION_BUILT_IN && try(d, g))
		return g->number;
	if (g && g->number == ZW_GENERATION_BUILT_IN)
		built_in = *g;
	else
		zw_built_in(d->cli, (struct zw_str){ 0 }, &open, &built_in);
	zw_cli_flush(d->cli);
	return try(d, &built_in) ? ZW_GENERATION_BUILT_IN : ZW_GENERATION_NONE;
}
