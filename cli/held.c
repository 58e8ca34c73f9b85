/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what a load of the generation would have to send (cli/kept.h), and by
 * proof. */
#include "cli/held.h"

#include <linux/netfilter.h>

#include "cli/recall.h"
#include "loader/dump.h"

enum zw_held zw_held_compare(const struct zw_apply *a,
			     const struct zw_generation *g,
			     struct zw_kept_changes *changes)
{
	enum zw_held held = ZW_HELD_OTHER;
	struct zw_kept kept = { 0 };
	struct zw_recalled r;

	if (zw_recall(a->cli, g, &r)) {
		zw_kept_find(r.cli.arena, r.job.plan, (const u8 *)a->held.data,
			     a->held.n, ZW_KEEP_MOST, &kept);
		if (kept.table && kept.all && kept.hooks && !kept.old_hooks.n &&
		    !kept.differences.n)
			held = kept.old.chains.n || kept.old.sets.n ||
					       kept.old.counters.n
				       ? ZW_HELD_BESIDE
				       : ZW_HELD_SAME;
	}
	*changes = kept.changes;
	zw_recall_end(&r);
	return held;
}

/* The sets of PLAN under the names that the kernel has for them. */
static void print_sets(const struct zw_apply *a, const struct zw_plan *plan,
		       struct zw_buf *bytes)
{
	struct zw_emit_options options = { .step = ZW_EMIT_WHOLE };
	struct zw_kept kept;
	size_t i;

	zw_kept_find(a->cli->arena, plan, (const u8 *)a->held.data, a->held.n,
		     ZW_KEEP_MOST, &kept);
	for (i = 0; i < plan->sets.n; i++)
		kept.sets[i].kept = kept.sets[i].generation != 0;
	options.generation = kept.generation;
	options.kept_sets = kept.sets;
	zw_emit_netlink(a->cli->arena, bytes, plan, &options, NULL);
}

bool zw_held_complete(struct zw_apply *a, const struct zw_generation *g)
{
	struct zw_buf bytes = { 0 }, world = { 0 };
	struct zw_recalled r;
	struct zw_str what;
	bool agrees = zw_recall(a->cli, g, &r);

	if (agrees) {
		print_sets(a, r.job.plan, &bytes);
		zw_buf_add(&world, a->world.data, a->world.n);
		agrees = zw_large_sets_complete(a->cli->arena, a->socket,
						&world, (const u8 *)bytes.data,
						bytes.n, &a->large, &what);
	}
	if (agrees) {
		a->world.n = a->held.n = 0;
		zw_buf_add(&a->world, world.data, world.n);
		zw_dump_select(&a->held, (const u8 *)a->world.data, a->world.n,
			       NFPROTO_INET, ZW_PLAN_TABLE);
	}
	zw_buf_free(&bytes);
	zw_buf_free(&world);
	zw_recall_end(&r);
	return agrees;
}

const struct zw_verification *zw_held_prove(const struct zw_apply *a,
					    const struct zw_generation *g)
{
	const struct zw_verification *v = NULL;
	struct zw_recalled r;

	if (zw_recall(a->cli, g, &r))
		v = zw_job_prove_whole(&r.cli, &r.job,
				       (const u8 *)a->world.data, a->world.n,
				       &a->gateway);
	zw_recall_end(&r);
	return v;
}
