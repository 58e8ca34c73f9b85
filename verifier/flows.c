/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of rulesets to sets of flows.
 *
 * The set of accepted packets is narrowed to plain first packets, and all that
 * is none of an engineer's fields is quantified away: unknowns by "some value"
 * for what possibly passes and by "every value" for what surely passes; what a
 * plain packet leaves open otherwise (tuples of an entry that nothing has
 * looked up) decides nothing.
 *
 * Messages of IPv6's own link (neighbour discovery and the like) are no flows
 * and left out. Not looked at here: packets that are not plain; who compares
 * rulesets as a whole compares the paths' diagrams. */
#include "verifier/flows.h"

#include <stdlib.h>

#include "verifier/entry.h"

#define DEFAULT_NODES 20000000u
#define ATTEMPTS 12
#define UNKNOWNS_MAX 64
#define APPROXIMATIONS_MAX 2000

/* ---- plain packets ------------------------------------------------------- */

static zw_node is(const struct zw_study *s, u32 field, u32 value)
{
	return zw_space_is(s->space, field, value);
}

static zw_node flags(const struct zw_study *s)
{
	return zw_if(s->d, is(s, ZW_FIELD_PROTO, IPPROTO_TCP),
		     is(s, ZW_FIELD_FLAGS, 2), is(s, ZW_FIELD_FLAGS, 0));
}

/* Protocols without ports have nothing where ports are; what follows an ICMP
 * message's type and code is its checksum, which is what it is. */
static zw_node ports(const struct zw_study *s)
{
	zw_node icmp = zw_or(s->d, is(s, ZW_FIELD_PROTO, IPPROTO_ICMP),
			     is(s, ZW_FIELD_PROTO, IPPROTO_ICMPV6));
	zw_node none = zw_and(s->d, is(s, ZW_FIELD_SPORT, 0),
			      is(s, ZW_FIELD_DPORT, 0));

	return zw_or(s->d, zw_or(s->d, zw_entry_ports(s->space), icmp), none);
}

/* Messages that never leave a link. */
static zw_node link_messages(const struct zw_study *s)
{
	static const struct {
		u8 lo, hi;
	} types[] = { { 130, 137 }, { 143, 143 } };
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		out = zw_or(s->d, out,
			    zw_space_range(s->space, ZW_FIELD_SPORT,
					   (u32)types[i].lo << 8,
					   (u32)types[i].hi << 8 | 255));
	return zw_and(s->d, out, is(s, ZW_FIELD_PROTO, IPPROTO_ICMPV6));
}

/* Lengths are what they must be, and so is the link header that a packet came
 * in, which there is; other bytes that rules look at are zero. */
static bool is_fixed(const struct zw_field_info *info)
{
	switch (info->base) {
	case ZW_BYTE_NETWORK4:
		return info->offset >= 4;
	case ZW_BYTE_NETWORK6:
		return info->offset >= 6;
	case ZW_BYTE_LINK:
		return info->offset == ZW_BYTE_NO_LINK;
	default:
		return true;
	}
}

static zw_node plain(const struct zw_study *s, enum zw_path path)
{
	static const u32 zero[] = {
		ZW_FIELD_DIRECTION,    ZW_FIELD_FRAG,
		ZW_FIELD_HAS_HOPOPTS,  ZW_FIELD_HAS_ROUTING,
		ZW_FIELD_HAS_FRAGMENT, ZW_FIELD_HAS_DSTOPTS,
		ZW_FIELD_HAS_LSRR,     ZW_FIELD_HAS_SSRR,
		ZW_FIELD_HAS_RR,       ZW_FIELD_HAS_ALERT,
		ZW_FIELD_CT_STATUS,    ZW_FIELD_CT_MARK,
		ZW_FIELD_MARK,	       ZW_FIELD_PKTTYPE,
		ZW_FIELD_NOTRACK,      ZW_FIELD_NEW_DST,
		ZW_FIELD_NEW_SRC,
	};
	struct zw_diagrams *d = s->d;
	zw_node out =
		zw_space_index(s->space, ZW_FIELD_STATE, ZW_IS_NEW, ZW_IS_NEW);
	size_t i;

	for (i = 0; i < sizeof(zero) / sizeof(*zero); i++)
		out = zw_and(d, out, is(s, zero[i], 0));
	out = zw_and(d, out,
		     is(s, ZW_FIELD_HOPS, path == ZW_PATH_FORWARD ? 63 : 64));
	out = zw_and(d, out, is(s, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE));
	out = zw_and(d, out, zw_and(d, flags(s), ports(s)));
	for (i = ZW_FIELD_COUNT; i < s->space->fields.n; i++) {
		if (is_fixed(&s->space->fields.v[i]))
			out = zw_and(d, out, is(s, (u32)i, 0));
	}
	return zw_minus(d, out, link_messages(s));
}

/* ---- paths --------------------------------------------------------------- */

static bool passes(void *context, u32 leaf)
{
	(void)context;
	return zw_pass_of(leaf) == ZW_PASS_ACCEPT;
}

static void make_path(struct zw_study *s, struct zw_flows *f, enum zw_path path)
{
	struct zw_flow_path *p = &f->paths[path];
	bool tracked[ZW_FAMILY_COUNT];
	u32 i;

	for (i = 0; i < ZW_FAMILY_COUNT; i++)
		tracked[i] =
			f->symbolic->tracked[i] && !f->symbolic->has_notrack;
	s->space->joined = f->symbolic->tracked[ZW_IPV6];
	p->diagram = zw_symbolic_path(f->symbolic, path);
	p->accepted =
		zw_where_again(s->d, s->pass_tag, p->diagram, passes, NULL);
	p->legal = zw_meaning_legal(s->space, tracked, path);
	if (f->symbolic->tests_arrival && path == ZW_PATH_FORWARD)
		p->legal = zw_and(s->d, p->legal, zw_meaning_arrival(s->space));
}

/* The variables of time, and those made for what is not known. */
static u32 *unknown_variables(const struct zw_study *s, size_t *n)
{
	const struct zw_space *space = s->space;
	u32 *v = ZW_NEW_ARRAY(s->scratch, u32, space->fresh.n + 16);
	u32 field, k;
	size_t i;

	*n = 0;
	for (field = ZW_FIELD_DAY; field <= ZW_FIELD_HOUR; field++) {
		const struct zw_field_info *info = &space->fields.v[field];

		for (k = 0; k < info->slice_count; k++)
			v[(*n)++] = info->slices[k].variable;
	}
	for (i = 0; i < space->fresh.n; i++)
		v[(*n)++] = space->fresh.v[i];
	return v;
}

static void make_sets(struct zw_study *s, struct zw_flows *f, enum zw_path path)
{
	struct zw_flow_path *p = &f->paths[path];
	size_t n;
	u32 *unknown = unknown_variables(s, &n);
	zw_node accepted;

	/* no unknown is tested in what is plain */
	p->plain = zw_and(s->d, plain(s, path), p->legal);
	accepted = zw_and(s->d, p->plain, p->accepted);
	p->possible = zw_exists(s->d, accepted, s->details, s->detail_count);
	p->sure = zw_exists(s->d, zw_forall(s->d, accepted, unknown, n),
			    s->details, s->detail_count);
}

/* ---- which unknowns matter ----------------------------------------------- */

static void name_unknown(struct zw_flows *f, const struct zw_approximation *a)
{
	const struct zw_chain *chain =
		&f->symbolic->ruleset->chains.v[a->chain];
	struct zw_str text =
		zw_strf(f->arena, "%s in rule %u of chain '%.*s'", a->what,
			a->position, ZW_STR_ARG(chain->name));
	size_t i;

	for (i = 0; i < f->unknowns.n; i++) {
		if (zw_str_eq(f->unknowns.v[i], text))
			return;
	}
	if (f->unknowns.n < UNKNOWNS_MAX)
		zw_push(f->arena, f->unknowns, text);
}

/* A variable matters where the set is not the same for its two values. */
static void find_unknowns(struct zw_study *s, struct zw_flows *f)
{
	const struct zw_symbolic *symbolic = f->symbolic;
	enum zw_path path;
	size_t i;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		const struct zw_flow_path *p = &f->paths[path];
		zw_node set;

		if (zw_same(p->possible, p->sure))
			continue;
		set = zw_and(s->d, p->plain, p->accepted);
		for (i = 0;
		     i < symbolic->approximations.n && i < APPROXIMATIONS_MAX;
		     i++) {
			const struct zw_approximation *a =
				&symbolic->approximations.v[i];

			if (a->path == path &&
			    !zw_same(zw_fix(s->d, set, a->variable, 0),
				     zw_fix(s->d, set, a->variable, 1)))
				name_unknown(f, a);
		}
	}
	if (symbolic->tests_time && f->unknowns.n < UNKNOWNS_MAX)
		zw_push(f->arena, f->unknowns, ZW_STR("the time of day"));
}

/* ---- studies ------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static bool speaks_of(u32 field)
{
	return field <= ZW_FIELD_REQID_OUT || field == ZW_FIELD_PROTO ||
	       (field >= ZW_FIELD_DPORT && field <= ZW_FIELD_SPORT);
}

void zw_study_update(struct zw_study *s)
{
	u32 n = zw_variable_count(s->d), field, i;
	bool *keep = ZW_NEW_ARRAY(s->scratch, bool, n + 1);
	u32 *details = ZW_NEW_ARRAY(s->scratch, u32, n + 1);

	s->detail_count = 0;
	for (field = 0; field < ZW_FIELD_COUNT; field++) {
		const struct zw_field_info *info = &s->space->fields.v[field];

		for (i = 0; speaks_of(field) && i < info->slice_count; i++)
			keep[info->slices[i].variable] = true;
	}
	for (i = 0; i < n; i++) {
		if (!keep[i])
			details[s->detail_count++] = i;
	}
	qsort(details, s->detail_count, sizeof(*details), by_number);
	s->details = details;
}

/* BESIDE: the ruleset that it is compared with; or NULL. */
static struct zw_flows *flows_new(struct zw_study *s,
				  const struct zw_subject *subject,
				  struct zw_flows *beside)
{
	struct zw_flows *f = ZW_NEW(s->scratch, struct zw_flows);

	f->arena = s->arena;
	f->space = s->space;
	f->subject = *subject;
	f->symbolic = beside ? zw_symbolic_beside(s->scratch, beside->symbolic,
						  subject->ruleset)
			     : zw_symbolic_new(s->scratch, s->space,
					       subject->ruleset);
	f->interpreter = zw_interpreter_new(s->scratch, subject->ruleset);
	f->ports = zw_meaning_ports(s->scratch, s->space, subject->statement);
	return f;
}

/* False where the fields have been cut finer since. */
static bool attempt(struct zw_study *s, const struct zw_subject *subjects,
		    struct zw_cuts *cuts, size_t limit)
{
	enum zw_path path;
	size_t i;

	s->scratch = zw_arena_new();
	s->d = zw_diagrams_new(limit, 4 * limit);
	s->space = zw_space_new(s->scratch, s->d, cuts);
	s->pass_tag = zw_tag_new(s->d);
	for (i = 0; i < s->n; i++)
		s->of[i] = flows_new(s, &subjects[i], i ? s->of[0] : NULL);
	for (i = 0; i < s->n; i++)
		for (path = 0; path < ZW_PATH_COUNT; path++)
			make_path(s, s->of[i], path);
	if (zw_space_stale(s->space))
		return false;
	zw_study_update(s);
	for (i = 0; i < s->n; i++) {
		for (path = 0; path < ZW_PATH_COUNT; path++)
			make_sets(s, s->of[i], path);
		find_unknowns(s, s->of[i]);
	}
	return !zw_space_stale(s->space);
}

static void drop_attempt(struct zw_study *s)
{
	zw_diagrams_free(s->d);
	zw_arena_free(s->scratch);
}

/* Which order of fields keeps diagrams small: what a policy is compiled to asks
 * for services first. Of rulesets made elsewhere nobody knows; most are lists
 * of addresses, and else the budget of that order is small. */
static const struct order {
	u32 part; /* of the budget; 0: none */
	bool addresses_first;
} orders[2][3] = { { { 1, false } },
		   { { 20, true }, { 4, false }, { 1, true } } };

#define ORDER_COUNT (sizeof(orders[0]) / sizeof(*orders[0]))

static bool with_order(struct zw_study *s, const struct zw_subject *subjects,
		       struct zw_cuts *cuts, size_t limit)
{
	u32 i;

	for (i = 0; i < ATTEMPTS; i++) {
		bool done = attempt(s, subjects, cuts, limit);

		if (done && !zw_study_spent(s))
			return true;
		drop_attempt(s);
		if (done)
			break;
	}
	return false;
}

struct zw_study *zw_study_new(struct zw_arena *arena,
			      const struct zw_subject *subjects, size_t n,
			      size_t node_limit)
{
	struct zw_study *s = ZW_NEW(arena, struct zw_study);
	struct zw_cuts *cuts = ZW_NEW(arena, struct zw_cuts);
	size_t limit = node_limit ? node_limit : DEFAULT_NODES, i, k;
	bool foreign = false;

	s->arena = arena;
	s->n = n;
	zw_cuts_init(cuts, arena);
	for (i = 0; i < n; i++) {
		foreign = foreign || !subjects[i].statement->has_policy;
		zw_meaning_cuts(cuts, subjects[i].statement);
		zw_symbolic_cuts(cuts, subjects[i].ruleset);
		for (k = 0; k < subjects[i].n_further; k++)
			zw_cuts_name(cuts, subjects[i].further[k].name,
				     subjects[i].further[k].pattern);
	}
	for (k = 0; k < ORDER_COUNT; k++) {
		const struct order *order = &orders[foreign][k];

		cuts->addresses_first = order->addresses_first;
		if (order->part &&
		    with_order(s, subjects, cuts, limit / order->part))
			return s;
	}
	return NULL;
}

void zw_study_free(struct zw_study *s)
{
	if (s)
		drop_attempt(s);
}

bool zw_study_spent(const struct zw_study *s)
{
	return zw_diagrams_exhausted(s->d) || zw_space_stale(s->space);
}

/* ---- examples ------------------------------------------------------------ */

bool zw_flows_example(const struct zw_flows *f, enum zw_path path, zw_node set,
		      enum zw_wanted wanted, struct zw_witness *witness,
		      const u32 **point)
{
	struct zw_search search = {
		.arena = f->arena,
		.symbolic = f->symbolic,
		.interpreter = f->interpreter,
		.statement = f->subject.statement,
		.ports = &f->ports,
		.path = path,
		.diagram = f->paths[path].diagram,
		.wanted = wanted,
	};
	u32 *values =
		ZW_NEW_ARRAY(f->arena, u32, zw_variable_count(f->space->d));
	struct zw_str reason;

	if (zw_same(set, ZW_EMPTY))
		return false;
	if (point)
		*point = values;
	return zw_witness_find(&search, set, values, witness, &reason) ==
	       ZW_FOUND;
}
