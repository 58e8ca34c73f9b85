/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One gauge a fact, each with its HELP, for the textfile collector of the node
 * exporter. */
#include <string.h>

#include "report/in_force.h"

static void put(struct zw_buf *out, const char *name, const char *help,
		long long value)
{
	zw_buf_printf(
		out,
		"# HELP zwinger_%s %s\n# TYPE zwinger_%s gauge\nzwinger_%s %lld\n",
		name, help, name, name, value);
}

static long long number(u32 n)
{
	return n == ZW_IN_FORCE_NONE ? -1 : (long long)n;
}

void zw_in_force_prom(struct zw_buf *out, const struct zw_in_force *f)
{
	size_t i, later = 0;

	for (i = 0; i < f->others.n; i++)
		later += f->others.v[i].later;
	put(out, "table", "The kernel has a table of zwinger.", f->table);
	put(out, "generation_loaded",
	    "Number of the generation loaded last; 0 is the built-in policy, -1 none.",
	    number(f->loaded));
	put(out, "generation_held",
	    "Number of the generation that the kernel holds; -1 if it is none of those kept.",
	    number(f->held));
	put(out, "loaded_timestamp_seconds", "When it was loaded.",
	    (long long)f->since);
	put(out, "proved",
	    "What the kernel holds is proved now, with all tables.",
	    f->verdict && !strcmp(f->verdict, "proved"));
	put(out, "drift", "What the kernel holds is not what was loaded.",
	    zw_in_force_drift(f));
	put(out, "other_tables", "Tables of others.", (long long)f->others.n);
	put(out, "other_tables_later",
	    "Tables of others that were not there at the proof.",
	    (long long)later);
	put(out, "confirmation_pending", "A load waits to be confirmed.",
	    f->waiting != ZW_IN_FORCE_NONE);
	put(out, "confirmation_guarded",
	    "A guard goes back if nobody confirms.",
	    f->waiting != ZW_IN_FORCE_NONE && f->guarded);
}
