/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions that a statement answers itself: names of zones, and which pairs
 * of zones some rule opens. The latter is asked for every pair, so it is kept
 * as a table; without the table the rules are walked. */
#include "statement/statement.h"

struct zw_str zw_statement_zone_name(const struct zw_statement *statement,
				     u32 zone)
{
	if (zone == ZW_SELF)
		return ZW_STR("self");
	if (zone >= statement->zones.n)
		return ZW_STR("an interface of no zone");
	return statement->zones.v[zone].name;
}

/* Where a zone stands in the table; n + 1 for what has no place there. */
static size_t index_of(const struct zw_statement *statement, u32 zone)
{
	if (zone == ZW_SELF)
		return statement->zones.n;
	return zone < statement->zones.n ? zone : statement->zones.n + 1;
}

void zw_statement_index(struct zw_arena *arena, struct zw_statement *statement)
{
	size_t side = statement->zones.n + 1, i, j;
	bool *opens = ZW_NEW_ARRAY(arena, bool, side *side);
	const struct zw_flow_box *last = NULL;

	for (i = 0; i < statement->rules.n; i++) {
		const struct zw_flow_rule *rule = &statement->rules.v[i];

		/* rules that say the same share their boxes */
		if (rule->action != ZW_ALLOW || rule->boxes.v == last)
			continue;
		last = rule->boxes.v;
		for (j = 0; j < rule->boxes.n; j++) {
			const struct zw_flow_box *box = &rule->boxes.v[j];

			opens[index_of(statement, box->from) * side +
			      index_of(statement, box->to)] = true;
		}
	}
	for (i = 0; i < statement->publications.n; i++) {
		const struct zw_publication *one =
			&statement->publications.v[i];

		for (j = 0; j < one->from.n; j++)
			opens[index_of(statement, one->from.v[j].zone) * side +
			      index_of(statement, one->to)] = true;
	}
	statement->opens = opens;
}

bool zw_statement_opens(const struct zw_statement *statement, u32 from, u32 to)
{
	size_t side = statement->zones.n + 1, i, j;
	size_t a = index_of(statement, from), b = index_of(statement, to);

	if (a >= side || b >= side)
		return false;
	if (statement->opens)
		return statement->opens[a * side + b];
	for (i = 0; i < statement->rules.n; i++) {
		const struct zw_flow_rule *rule = &statement->rules.v[i];

		for (j = 0; rule->action == ZW_ALLOW && j < rule->boxes.n;
		     j++) {
			if (rule->boxes.v[j].from == from &&
			    rule->boxes.v[j].to == to)
				return true;
		}
	}
	for (i = 0; i < statement->publications.n; i++) {
		const struct zw_publication *one =
			&statement->publications.v[i];

		for (j = 0; one->to == to && j < one->from.n; j++)
			if (one->from.v[j].zone == from)
				return true;
	}
	return false;
}

static bool meet(struct zw_span a, struct zw_span b)
{
	return a.file != ZW_NO_FILE && a.file == b.file &&
	       a.off < b.off + b.len && b.off < a.off + a.len;
}

const struct zw_remarks *
zw_statement_remarks_at(const struct zw_statement *statement,
			struct zw_span span)
{
	size_t i;

	for (i = 0; i < statement->rules.n; i++) {
		if (meet(statement->rules.v[i].span, span))
			return &statement->rules.v[i].remarks;
	}
	for (i = 0; i < statement->publications.n; i++) {
		if (meet(statement->publications.v[i].span, span))
			return &statement->publications.v[i].remarks;
	}
	return NULL;
}
