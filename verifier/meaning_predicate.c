/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits and times of a policy as sets: a limit is the predicate of its name,
 * a window a set of days and seconds. */
#include "verifier/meaning_internal.h"
#include "verifier/predicate.h"

static zw_node window_set(struct zw_space *space, struct zw_window window)
{
	struct zw_diagrams *d = space->d;
	zw_node out = ZW_EMPTY;
	u32 day;

	for (day = window.from / 86400; day <= window.to / 86400; day++) {
		u32 first = day * 86400, last = first + 86399;
		u32 lo = window.from > first ? window.from - first : 0;
		u32 hi = window.to < last ? window.to - first : 86399;

		out = zw_or(
			d, out,
			zw_and(d, zw_space_index(space, ZW_FIELD_DAY, day, day),
			       zw_space_index(space, ZW_FIELD_HOUR, lo, hi)));
	}
	return out;
}

static zw_node predicate_set(struct meaning *m, const struct zw_predicate *p,
			     enum zw_family family)
{
	struct zw_space *space = m->space;
	struct zw_str key = ZW_STR(""), name;
	struct zw_range one = { 1, 1 };
	zw_node out = ZW_EMPTY;
	size_t i;

	if (p->per_source)
		key = zw_predicate_source(m->arena, family);
	switch (p->kind) {
	case ZW_PREDICATE_WINDOW:
		for (i = 0; i < p->windows.n; i++)
			out = zw_or(space->d, out,
				    window_set(space, p->windows.v[i]));
		return out;
	case ZW_PREDICATE_RATE:
		name = zw_predicate_rate(m->arena, p->amount, p->seconds,
					 p->burst, key);
		break;
	default: /* connections are always counted by source */
		name = zw_predicate_connections(
			m->arena, p->amount,
			zw_predicate_source(m->arena, family));
		break;
	}
	return zw_in(space->d, zw_space_predicate(space, name), &one, 1);
}

zw_node zw_meaning_predicates(struct meaning *m,
			      const zw_predicates *predicates,
			      enum zw_action action, enum zw_family family)
{
	struct zw_diagrams *d = m->space->d;
	zw_node out = ZW_ALL, confirmed;
	size_t i;

	for (i = 0; i < predicates->n; i++)
		out = zw_and(d, out,
			     predicate_set(m, &predicates->v[i], family));
	if (!predicates->n)
		return out;
	confirmed = zw_space_bit(m->space, ZW_FIELD_CT_STATUS,
				 ZW_STATUS_BIT_CONFIRMED);
	return action == ZW_ALLOW ? zw_or(d, out, confirmed)
				  : zw_minus(d, out, confirmed);
}
