/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what a load of the generation would have to send (cli/kept.h), and by
 * proof. */
#include "cli/held.h"

#include "cli/recall.h"

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
