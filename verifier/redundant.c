/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules against each other, pair of zones by pair: flows as sets over family,
 * addresses and service, within the two zones' members.
 *
 * A rule is redundant where the others decide alike on all that it covers. An
 * allow: what it allows is refused, or allowed by others without limit. A deny
 * or reject: others of the same manner refuse it and none of another manner
 * meets it; or, for a deny, nothing would let it pass. Rules with limits or
 * times cover no other. Candidates are then taken out from the last to the
 * first, each only if what is left still covers it, so that of two equal rules
 * one stays.
 *
 * Whether a rule of a whole zone to the gateway serves DHCP as well is one more
 * source address here. */
#include "verifier/redundant.h"

#include <stdlib.h>

#include "verifier/meaning.h"

#define DEFAULT_NODES 20000000u

/* One box of one rule, as a set. */
struct grant {
	u32 rule;
	zw_node set;
};

struct pair {
	ZW_VEC(struct grant) grants; /* in the order of the text */
	zw_node published;
	zw_node refused; /* by rules without times */
};

struct finder {
	struct zw_arena *arena;
	struct zw_space *space;
	struct zw_diagrams *d;
	const struct zw_statement *statement;
	const bool *matters;
	struct pair *pairs;
	bool *removed;
	ZW_VEC(u32) * pairs_of; /* by rule: numbers of pairs */
};

static u32 number_of(const struct finder *f, u32 zone)
{
	return zone == ZW_SELF ? (u32)f->statement->zones.n : zone;
}

static struct pair *pair_of(const struct finder *f, u32 from, u32 to,
			    u32 *number)
{
	u32 n = (u32)f->statement->zones.n + 1;

	*number = number_of(f, from) * n + number_of(f, to);
	return &f->pairs[*number];
}

static bool is_whole(const struct finder *f, const struct zw_flow_box *box)
{
	return box->from < f->statement->zones.n && box->to == ZW_SELF &&
	       zw_ipset_equal(box->src,
			      f->statement->zones.v[box->from].members);
}

static zw_node addresses(const struct finder *f, u32 field, struct zw_ipset set)
{
	return zw_if(
		f->d, zw_space_is(f->space, ZW_FIELD_FAMILY, 0),
		zw_space_addresses(f->space, field, ZW_IPV4, set.of[ZW_IPV4]),
		zw_space_addresses(f->space, field, ZW_IPV6, set.of[ZW_IPV6]));
}

static zw_node services(const struct finder *f, const zw_service_items *items)
{
	return zw_if(f->d, zw_space_is(f->space, ZW_FIELD_FAMILY, 0),
		     zw_meaning_services(f->space, ZW_IPV4, items),
		     zw_meaning_services(f->space, ZW_IPV6, items));
}

static zw_node box_set(const struct finder *f, const struct zw_flow_box *box,
		       zw_node service)
{
	struct zw_ipset src = box->src;

	if (is_whole(f, box)) {
		struct zw_ipset none = { 0 };

		none.of[ZW_IPV4] = zw_intervals_one(f->arena, 0, 0);
		none.of[ZW_IPV6] = zw_intervals_one(f->arena, 0, 0);
		src = zw_ipset_union(f->arena, src, none);
	}
	return zw_and(f->d,
		      zw_and(f->d, addresses(f, ZW_FIELD_DST, box->dst),
			     addresses(f, ZW_FIELD_SRC, src)),
		      service);
}

static const struct zw_flow_rule *rule_of(const struct finder *f, u32 rule)
{
	return &f->statement->rules.v[rule];
}

/* Decides at all loads and times. */
static bool is_plain(const struct finder *f, u32 rule)
{
	return !rule_of(f, rule)->predicates.n;
}

/* ---- pairs --------------------------------------------------------------- */

static void add_rule(struct finder *f, u32 number)
{
	const struct zw_flow_rule *rule = rule_of(f, number);
	zw_node service = services(f, &rule->services);
	size_t i;

	for (i = 0; i < rule->boxes.n; i++) {
		const struct zw_flow_box *box = &rule->boxes.v[i];
		struct grant grant = { number, box_set(f, box, service) };
		u32 n;
		struct pair *pair = pair_of(f, box->from, box->to, &n);

		zw_push(f->arena, pair->grants, grant);
		zw_push(f->arena, f->pairs_of[number], n);
		if (rule->action != ZW_ALLOW && is_plain(f, number))
			pair->refused = zw_or(f->d, pair->refused, grant.set);
	}
}

/* What publications let pass, behind translation. */
static void add_publication(struct finder *f, const struct zw_publication *p)
{
	struct zw_ipset host = { 0 };
	size_t i, k;

	host.of[p->family] =
		zw_intervals_one(f->arena, p->host.value, p->host.value);
	for (i = 0; i < p->pairs.n; i++) {
		const struct zw_port_pair *ports = &p->pairs.v[i];
		struct zw_service_item item = { ports->proto, ports->inner_lo,
						(u16)(ports->inner_lo +
						      ports->outer_hi -
						      ports->outer_lo),
						(u8)(1u << p->family) };
		zw_service_items items = { &item, 1, 0 };
		zw_node service = services(f, &items);

		for (k = 0; k < p->from.n; k++) {
			struct zw_flow_box box = { p->from.v[k].zone, p->to,
						   p->from.v[k].src, host };
			u32 n;
			struct pair *pair = pair_of(f, box.from, box.to, &n);

			pair->published = zw_or(f->d, pair->published,
						box_set(f, &box, service));
		}
	}
}

/* ---- is it covered? ------------------------------------------------------ */

/* May OTHER stand in for RULE, or (SAME false) is it of another manner? */
static bool counts(const struct finder *f, u32 rule, u32 other, bool same)
{
	bool equal = rule_of(f, rule)->action == rule_of(f, other)->action;

	if (other == rule || f->removed[other])
		return false;
	return same ? equal && is_plain(f, other) : !equal;
}

static zw_node union_of(struct finder *f, const struct pair *pair, u32 rule,
			bool same)
{
	zw_node *v = zw_heap_resize(NULL, pair->grants.n + 1, sizeof(*v));
	size_t i, n = 0;
	zw_node out;

	for (i = 0; i < pair->grants.n; i++) {
		if (counts(f, rule, pair->grants.v[i].rule, same))
			v[n++] = pair->grants.v[i].set;
	}
	out = zw_or_all(f->d, v, n);
	free(v);
	return out;
}

static zw_node own_set(struct finder *f, const struct pair *pair, u32 rule)
{
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; i < pair->grants.n; i++) {
		if (pair->grants.v[i].rule == rule)
			out = zw_or(f->d, out, pair->grants.v[i].set);
	}
	return out;
}

/* Others say the same of all that RULE says between this pair. */
static bool covered_in(struct finder *f, const struct pair *pair, u32 rule)
{
	zw_node own = own_set(f, pair, rule);
	zw_node same = union_of(f, pair, rule, true);

	if (rule_of(f, rule)->action == ZW_ALLOW)
		return zw_subset(f->d, own, zw_or(f->d, same, pair->refused));
	return zw_subset(f->d, own, same) &&
	       zw_disjoint(f->d, own,
			   zw_minus(f->d, union_of(f, pair, rule, false),
				    ZW_EMPTY));
}

/* Nothing would let it pass, and nobody else answers it. */
static bool idle_in(struct finder *f, const struct pair *pair, u32 rule)
{
	zw_node own = own_set(f, pair, rule);
	zw_node other =
		zw_or(f->d, union_of(f, pair, rule, false), pair->published);

	return zw_disjoint(f->d, own, other);
}

static bool dead_in(struct finder *f, const struct pair *pair, u32 rule)
{
	return zw_subset(f->d, own_set(f, pair, rule), pair->refused);
}

typedef bool test_pair(struct finder *f, const struct pair *pair, u32 rule);

static bool in_all_pairs(struct finder *f, u32 rule, test_pair *test)
{
	size_t i;

	for (i = 0; i < f->pairs_of[rule].n; i++) {
		if (!test(f, &f->pairs[f->pairs_of[rule].v[i]], rule))
			return false;
	}
	return f->pairs_of[rule].n > 0;
}

/* ---- by which? ----------------------------------------------------------- */

static bool meets(struct finder *f, u32 rule, u32 other)
{
	size_t i, k;

	for (i = 0; i < f->pairs_of[rule].n; i++) {
		const struct pair *pair = &f->pairs[f->pairs_of[rule].v[i]];
		zw_node own = own_set(f, pair, rule);

		for (k = 0; k < pair->grants.n; k++) {
			if (pair->grants.v[k].rule == other &&
			    !zw_disjoint(f->d, own, pair->grants.v[k].set))
				return true;
		}
	}
	return false;
}

/* Do the rules in LIST (but SKIP) cover RULE in all of its pairs? */
static bool cover(struct finder *f, u32 rule, const u32 *list, size_t n,
		  size_t skip)
{
	size_t i, k, m;

	for (i = 0; i < f->pairs_of[rule].n; i++) {
		const struct pair *pair = &f->pairs[f->pairs_of[rule].v[i]];
		zw_node sum = ZW_EMPTY;

		for (k = 0; k < pair->grants.n; k++) {
			for (m = 0; m < n; m++) {
				if (m != skip &&
				    list[m] == pair->grants.v[k].rule)
					sum = zw_or(f->d, sum,
						    pair->grants.v[k].set);
			}
		}
		if (!zw_subset(f->d, own_set(f, pair, rule), sum))
			return false;
	}
	return true;
}

static void find_by(struct finder *f, struct zw_redundant *r)
{
	bool dead = r->kind == ZW_REDUNDANT_DEAD;
	u32 other, n = (u32)f->statement->rules.n;
	size_t i;

	for (other = 0; other < n && r->kind != ZW_REDUNDANT_IDLE; other++) {
		bool refuses = rule_of(f, other)->action != ZW_ALLOW &&
			       is_plain(f, other);
		bool same = counts(f, r->rule, other, true);
		bool wanted = dead ? refuses : refuses || same;

		if (rule_of(f, r->rule)->action != ZW_ALLOW)
			wanted = same;
		if (wanted && !f->removed[other] && other != r->rule &&
		    meets(f, r->rule, other))
			zw_push(f->arena, r->by, other);
	}
	for (i = r->by.n; i-- > 0;) {
		if (!cover(f, r->rule, r->by.v, r->by.n, i))
			continue;
		memmove(&r->by.v[i], &r->by.v[i + 1],
			(r->by.n - i - 1) * sizeof(*r->by.v));
		r->by.n--;
	}
}

/* ---- all of it ----------------------------------------------------------- */

static bool judge(struct finder *f, u32 rule, enum zw_redundancy *kind)
{
	bool allow = rule_of(f, rule)->action == ZW_ALLOW;

	if (allow && in_all_pairs(f, rule, dead_in)) {
		*kind = ZW_REDUNDANT_DEAD;
		return true;
	}
	if (f->matters[rule])
		return false;
	if (in_all_pairs(f, rule, covered_in)) {
		*kind = ZW_REDUNDANT_COVERED;
		return true;
	}
	*kind = ZW_REDUNDANT_IDLE;
	return rule_of(f, rule)->action == ZW_DENY &&
	       in_all_pairs(f, rule, idle_in);
}

static void find(struct finder *f, zw_redundants *out)
{
	u32 rule = (u32)f->statement->rules.n;
	size_t i, n;

	while (rule-- > 0) {
		struct zw_redundant r = { .rule = rule };

		if (!judge(f, rule, &r.kind))
			continue;
		/* what a dead one says is refused: it covers nothing */
		f->removed[rule] = true;
		zw_push(f->arena, *out, r);
	}
	n = out->n;
	for (i = 0; i < n / 2; i++) {
		struct zw_redundant r = out->v[i];

		out->v[i] = out->v[n - 1 - i];
		out->v[n - 1 - i] = r;
	}
	for (i = 0; i < n; i++)
		find_by(f, &out->v[i]);
}

bool zw_redundant_rules(struct zw_arena *arena,
			const struct zw_statement *statement,
			const bool *matters, size_t node_limit,
			zw_redundants *out)
{
	size_t limit = node_limit ? node_limit : DEFAULT_NODES, i;
	size_t zones = statement->zones.n + 1;
	struct finder f = { .arena = arena,
			    .statement = statement,
			    .matters = matters };
	struct zw_cuts cuts;
	bool ok;

	zw_cuts_init(&cuts, arena);
	zw_meaning_cuts(&cuts, statement);
	f.d = zw_diagrams_new(limit, 4 * limit);
	f.space = zw_space_new(arena, f.d, &cuts);
	f.pairs = ZW_NEW_ARRAY(arena, struct pair, zones * zones);
	f.removed = ZW_NEW_ARRAY(arena, bool, statement->rules.n + 1);
	f.pairs_of =
		zw_alloc(arena, (statement->rules.n + 1) * sizeof(*f.pairs_of));
	memset(f.pairs_of, 0, (statement->rules.n + 1) * sizeof(*f.pairs_of));
	*out = (zw_redundants){ 0 };
	for (i = 0; i < statement->rules.n; i++)
		add_rule(&f, (u32)i);
	for (i = 0; i < statement->publications.n; i++)
		add_publication(&f, &statement->publications.v[i]);
	find(&f, out);
	ok = !zw_diagrams_exhausted(f.d) && !zw_space_stale(f.space);
	zw_diagrams_free(f.d);
	return ok;
}
