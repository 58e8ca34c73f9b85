/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why no packet meets a rule: because of itself, because of how its chain is
 * come to, or because of the fewest rules before it that take all of it.
 *
 * Fewest is a set cover: one rule, two, three are tried where there are few
 * enough candidates; else the rules are taken in their order, each that still
 * takes something, and then left out again where the others do. */
#include "verifier/oddities_internal.h"

#define PAIRS_MAX 128  /* candidates of which all pairs are tried */
#define TRIPLES_MAX 32 /* and all triples */
#define PRUNED_MAX 64  /* rules of which each is tried to be left out */

struct search {
	struct look *look;
	u32 rule;
	zw_node *wanted;	/* by stage: what it would match */
	ZW_VEC(u32) candidates; /* indices */
	/* What rules before it change. Then WANTED is whatever these were, and
	 * TAKEN, by rule and stage, what is taken whatever they are. */
	ZW_VEC(u32) changed; /* variables, ascending */
	zw_node *taken;
};

static zw_node taken_by(const struct search *s, u32 i, size_t stage)
{
	const struct look *look = s->look;
	u32 from = 0, end = look->n, node = 1;

	if (s->changed.n)
		return s->taken[i * look->width + stage];
	while (end - from > 1) {
		u32 half = from + (end - from) / 2;

		node = 2 * node + (i >= half);
		if (i >= half)
			from = half;
		else
			end = half;
	}
	return look->taken[node * look->width + stage];
}

static bool cover(const struct search *s, const u32 *v, size_t n)
{
	struct zw_diagrams *d = s->look->r->d;
	size_t stage, i;

	for (stage = 0; stage < s->look->width; stage++) {
		zw_node rest = s->wanted[stage];

		for (i = 0; i < n && !zw_same(rest, ZW_EMPTY); i++)
			rest = zw_minus(d, rest, taken_by(s, v[i], stage));
		if (!zw_same(rest, ZW_EMPTY))
			return false;
	}
	return true;
}

/* Rules before it that take something of it. */
static void find_candidates(struct search *s, u32 node, u32 from, u32 end)
{
	const struct look *look = s->look;
	u32 half = from + (end - from) / 2;
	bool any = false;
	size_t stage;

	for (stage = 0; stage < look->width; stage++)
		any = any ||
		      !zw_disjoint(look->r->d, s->wanted[stage],
				   look->taken[node * look->width + stage]);
	if (from >= s->rule || !any)
		return;
	if (end - from == 1) {
		zw_push(look->r->scratch, s->candidates, from);
		return;
	}
	find_candidates(s, 2 * node, from, half);
	find_candidates(s, 2 * node + 1, half, end);
}

/* COUNT of the candidates from FIRST on, added to the N in V. */
static bool choose(const struct search *s, u32 *v, size_t n, size_t count,
		   size_t first)
{
	size_t i;

	if (!count)
		return cover(s, v, n);
	for (i = first; i + count <= s->candidates.n; i++) {
		v[n] = s->candidates.v[i];
		if (choose(s, v, n + 1, count - 1, i + 1))
			return true;
	}
	return false;
}

/* In their order, each that takes something still there; then without those
 * that the others make up for. */
static void gather(const struct search *s, struct zw_oddity *oddity)
{
	struct look *look = s->look;
	struct zw_diagrams *d = look->r->d;
	zw_node *rest = ZW_NEW_ARRAY(look->r->scratch, zw_node, look->width);
	size_t i, stage;

	memcpy(rest, s->wanted, look->width * sizeof(*rest));
	for (i = 0; i < s->candidates.n; i++) {
		bool takes = false;

		for (stage = 0; stage < look->width; stage++) {
			zw_node less = zw_minus(
				d, rest[stage],
				taken_by(s, s->candidates.v[i], stage));

			takes = takes || !zw_same(less, rest[stage]);
			rest[stage] = less;
		}
		if (takes)
			zw_push(look->r->arena, oddity->by, s->candidates.v[i]);
	}
	for (i = oddity->by.n; i-- > 0 && oddity->by.n <= PRUNED_MAX;) {
		u32 out = oddity->by.v[i];

		memmove(&oddity->by.v[i], &oddity->by.v[i + 1],
			(oddity->by.n - i - 1) * sizeof(*oddity->by.v));
		if (cover(s, oddity->by.v, oddity->by.n - 1)) {
			oddity->by.n--;
			continue;
		}
		memmove(&oddity->by.v[i + 1], &oddity->by.v[i],
			(oddity->by.n - i - 1) * sizeof(*oddity->by.v));
		oddity->by.v[i] = out;
	}
}

static void find_fewest(const struct search *s, struct zw_oddity *oddity)
{
	static const size_t most[] = { SIZE_MAX, PAIRS_MAX, TRIPLES_MAX };
	u32 v[3];
	size_t n, i;

	for (n = 1; n <= 3 && s->candidates.n <= most[n - 1]; n++) {
		if (!choose(s, v, 0, n, 0))
			continue;
		for (i = 0; i < n; i++)
			zw_push(s->look->r->arena, oddity->by, v[i]);
		oddity->fewest = true;
		return;
	}
	gather(s, oddity);
	oddity->fewest = oddity->by.n == n;
}

/* What they say of it, beside what the rule itself would. */
static bool decide_otherwise(const struct search *s,
			     const struct zw_oddity *oddity)
{
	struct look *look = s->look;
	struct reader *r = look->r;
	struct product *v =
		ZW_NEW_ARRAY(r->scratch, struct product, oddity->by.n);
	size_t stage, i;

	for (stage = 0; stage < look->width; stage++) {
		zw_node wanted = s->wanted[stage], own;

		for (i = 0; i < oddity->by.n; i++)
			v[i] = look->rule[oddity->by.v[i] * look->width +
					  stage];
		own = look->rule[s->rule * look->width + stage].node;
		if (!zw_same(zw_if(r->d, wanted, own, ZW_EMPTY),
			     zw_if(r->d, wanted,
				   zw_then_all(r->s, v, oddity->by.n, false)
					   .node,
				   ZW_EMPTY)))
			return true;
	}
	return false;
}

/* ---- changes ------------------------------------------------------------- */

static bool note_changed(void *context, u32 leaf)
{
	struct search *s = context;
	const struct zw_outcomes *o = s->look->r->s->outcomes;
	const struct change *change = &o->changes.v[o->v.v[leaf].change];
	u32 i;

	for (i = 0; i < change->n; i++)
		zw_push(s->look->r->scratch, s->changed, change->v[i].variable);
	return false;
}

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static void find_changed(struct search *s)
{
	const struct look *look = s->look;
	size_t i, kept = 0;

	for (i = 0; i < s->rule * look->width; i++) {
		if (look->rule[i].kinds & CHANGED)
			zw_where(look->r->d, look->rule[i].node, note_changed,
				 s);
	}
	if (!s->changed.n)
		return;
	qsort(s->changed.v, s->changed.n, sizeof(*s->changed.v), by_number);
	for (i = 0; i < s->changed.n; i++) {
		if (!kept || s->changed.v[kept - 1] != s->changed.v[i])
			s->changed.v[kept++] = s->changed.v[i];
	}
	s->changed.n = kept;
}

static bool is_end(void *context, u32 leaf)
{
	const struct zw_symbolic *symbolic = context;

	return symbolic->outcomes->v.v[leaf].kind != GO_ON;
}

static void see_through_changes(struct search *s)
{
	struct look *look = s->look;
	struct reader *r = look->r;
	size_t stage, at, n = s->rule * look->width;

	s->taken = ZW_NEW_ARRAY(r->scratch, zw_node, n + 1);
	for (stage = 0; stage < look->width; stage++)
		s->wanted[stage] = zw_exists(r->d, s->wanted[stage],
					     s->changed.v, s->changed.n);
	for (at = 0; at < n; at++) {
		zw_node taken =
			zw_where(r->d, look->rule[at].node, is_end, r->s);

		s->taken[at] =
			zw_forall(r->d, taken, s->changed.v, s->changed.n);
		if (!zw_disjoint(r->d, s->taken[at],
				 s->wanted[at % look->width]) &&
		    (!s->candidates.n ||
		     s->candidates.v[s->candidates.n - 1] != at / look->width))
			zw_push(r->scratch, s->candidates,
				(u32)(at / look->width));
	}
}

/* ---- all of it ----------------------------------------------------------- */

void zw_look_by(struct look *look, u32 i, struct zw_oddity *oddity)
{
	struct search s = { .look = look, .rule = i };
	bool itself = true, caller = true;
	size_t stage, k;

	s.wanted = ZW_NEW_ARRAY(look->r->scratch, zw_node, look->width);
	for (stage = 0; stage < look->width; stage++) {
		zw_node match = look->match[i * look->width + stage];

		s.wanted[stage] = zw_and(look->r->d, match,
					 look->at[stage]->come[look->chain]);
		itself = itself && zw_same(match, ZW_EMPTY);
		caller = caller && zw_same(s.wanted[stage], ZW_EMPTY);
	}
	oddity->why = itself   ? ZW_UNMET_ITSELF
		      : caller ? ZW_UNMET_CALLER
			       : ZW_UNMET_BEFORE;
	if (caller)
		return;
	find_changed(&s);
	if (s.changed.n)
		see_through_changes(&s);
	else
		find_candidates(&s, 1, 0, look->n);
	if (!cover(&s, s.candidates.v, s.candidates.n))
		return;
	find_fewest(&s, oddity);
	oddity->otherwise = decide_otherwise(&s, oddity);
	for (k = 0; k < oddity->by.n; k++)
		oddity->by.v[k]++; /* positions count from 1 */
}
