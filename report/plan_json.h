/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan as JSON, close to what `nft -j list ruleset` prints: one array of
 * objects, each a table, chain, set, map or rule. Law: it has everything that
 * the messages have, in their order, and for each object where it comes from:
 * "place" as the comment has it, "file", "line" and "column" if a statement
 * asked for it. */
#ifndef ZW_REPORT_PLAN_JSON_H
#define ZW_REPORT_PLAN_JSON_H

#include "base/source.h"
#include "compiler/plan.h"

/* Names are without generation. SOURCES may be NULL. Ends with a newline. */
void zw_plan_json(struct zw_buf *out, const struct zw_plan *plan,
		  const struct zw_sources *sources);

#endif
