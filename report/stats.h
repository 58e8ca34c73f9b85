/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a compiled ruleset is and the longest paths through it, for people
 * and as JSON. Law: the figures are those of struct zw_plan_stats and the size
 * of the netlink batch in BYTES, nothing else; equal policies print equally. */
#ifndef ZW_REPORT_STATS_H
#define ZW_REPORT_STATS_H

#include "compiler/paths.h"

/* The totals alone, a few lines. */
void zw_stats_totals(struct zw_buf *out, const struct zw_plan_stats *stats,
		     size_t bytes);
/* The totals, then a table: a row for each pair and family. */
void zw_stats_text(struct zw_buf *out, const struct zw_plan_stats *stats,
		   size_t bytes);
/* One object; ends with a newline. */
void zw_stats_json(struct zw_buf *out, const struct zw_plan_stats *stats,
		   size_t bytes);

#endif
