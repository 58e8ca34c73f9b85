/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy's verdict on every packet, line by line as docs/FLOWS.md has them:
 * for each pair of zones a diagram of what passes between their members, and
 * above these one division by interfaces. A pair is built once, whatever the
 * number of interfaces; nothing here is a union over pairs. */
#include <stdlib.h>

#include "verifier/meaning.h"

#include "base/assert.h"
#include "verifier/meaning_internal.h"

void zw_meaning_cuts(struct zw_cuts *cuts, const struct zw_statement *statement)
{
	size_t z, i;

	zw_cuts_name(cuts, ZW_STR("lo"), false);
	for (z = 0; z < statement->zones.n; z++) {
		const struct zw_zone *zone = &statement->zones.v[z];

		for (i = 0; i < zone->interfaces.n; i++)
			zw_cuts_name(cuts, zone->interfaces.v[i].name,
				     zone->interfaces.v[i].pattern);
	}
}

/* ---- zones and pairs ----------------------------------------------------- */

/* Call VISIT-like code for each class of each zone: count, then fill. */
static void fill_ports(const struct zw_space *space,
		       const struct zw_statement *statement,
		       struct zw_ports *ports, u32 **room)
{
	size_t z, i;
	u32 first, last, c;

	for (z = 0; z < statement->zones.n; z++) {
		const struct zw_zone *zone = &statement->zones.v[z];

		for (i = 0; i < zone->interfaces.n; i++) {
			if (!zw_space_names(space, zone->interfaces.v[i].name,
					    zone->interfaces.v[i].pattern,
					    &first, &last))
				continue;
			for (c = first; c <= last; c++) {
				u32 n = ports->counts[c];

				if (n && room && room[c][n - 1] == z)
					continue;
				if (room)
					room[c][n] = (u32)z;
				ports->counts[c]++;
			}
		}
	}
}

struct zw_ports zw_meaning_ports(struct zw_arena *arena,
				 const struct zw_space *space,
				 const struct zw_statement *statement)
{
	u32 c, n = space->class_count;
	u32 **room = ZW_NEW_ARRAY(arena, u32 *, n);
	struct zw_ports ports = { NULL, ZW_NEW_ARRAY(arena, u32, n) };
	const u32 **zones = ZW_NEW_ARRAY(arena, const u32 *, n);

	fill_ports(space, statement, &ports, NULL);
	for (c = 0; c < n; c++) {
		room[c] = ZW_NEW_ARRAY(arena, u32, ports.counts[c]);
		zones[c] = room[c];
		ports.counts[c] = 0;
	}
	fill_ports(space, statement, &ports, room);
	ports.zones = zones;
	return ports;
}

/* A zone's place in tables: SELF comes behind the zones. */
static u32 index_of(const struct zw_statement *statement, u32 zone)
{
	return zone == ZW_SELF ? (u32)statement->zones.n : zone;
}

static struct pair *pair_of(struct meaning *m, u32 from, u32 to)
{
	u32 n = (u32)m->statement->zones.n + 1;

	return &m->pairs[(size_t)index_of(m->statement, from) * n +
			 index_of(m->statement, to)];
}

static void index_rules(struct meaning *m)
{
	size_t n = m->statement->zones.n + 1, r, b;

	m->pairs = ZW_NEW_ARRAY(m->arena, struct pair, n * n);
	for (r = 0; r < m->statement->rules.n; r++) {
		const struct zw_flow_rule *rule = &m->statement->rules.v[r];

		for (b = 0; b < rule->boxes.n; b++) {
			const struct zw_flow_box *box = &rule->boxes.v[b];
			struct pair *pair = pair_of(m, box->from, box->to);
			struct grant grant = { rule, box };

			zw_push(m->arena, pair->grants, grant);
			if (rule->action == ZW_ALLOW)
				pair->open = true;
		}
	}
}

static void index_publications(struct meaning *m)
{
	size_t i, k;

	for (i = 0; i < m->statement->publications.n; i++) {
		const struct zw_publication *p =
			&m->statement->publications.v[i];

		for (k = 0; k < p->from.n; k++) {
			struct pair *pair =
				pair_of(m, p->from.v[k].zone, p->to);
			struct offer offer = { p, &p->from.v[k] };

			zw_push(m->arena, pair->offers, offer);
			pair->open = true;
		}
	}
}

/* ---- state new: the rules ------------------------------------------------ */

static u32 first_decided(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a ? a : b;
}

static zw_node first_of(struct meaning *m, const zw_node *v, size_t n)
{
	size_t half = n / 2;
	zw_node a;

	if (!n)
		return ZW_EMPTY;
	if (n == 1)
		return v[0];
	a = first_of(m, v, half);
	return zw_apply(m->space->d, m->first_tag, first_decided, NULL, a,
			first_of(m, v + half, n - half));
}

/* What a box covers, within the members of its zones: source, destination and
 * service. A whole zone that sends to the gateway covers its DHCP as well. */
static zw_node box_set(struct meaning *m, const struct grant *grant,
		       enum zw_family family)
{
	struct zw_diagrams *d = m->space->d;
	const struct zw_flow_box *box = grant->box;
	zw_node src, dst, whole;

	if (box->from != ZW_SELF && zw_meaning_is_whole(m, box))
		src = zw_meaning_members(m, ZW_FIELD_SRC, box->from, family);
	else
		src = zw_space_addresses(m->space, ZW_FIELD_SRC, family,
					 box->src.of[family]);
	dst = zw_space_addresses(m->space, ZW_FIELD_DST, family,
				 box->dst.of[family]);
	whole = zw_and(d, dst, src);
	if (box->to == ZW_SELF && zw_meaning_is_whole(m, box))
		whole = zw_or(
			d, whole,
			zw_and(d, dst, zw_meaning_dhcp(m, box->from, family)));
	if (zw_same(whole, ZW_EMPTY))
		return ZW_EMPTY;
	if (box->to == ZW_SELF && box->from != ZW_SELF)
		whole = zw_and(
			d, whole,
			zw_meaning_ipsec(m->space,
					 &m->statement->zones.v[box->from],
					 false));
	whole = zw_and(
		d, whole,
		zw_meaning_services(m->space, family, &grant->rule->services));
	return zw_and(d, whole,
		      zw_meaning_predicates(m, &grant->rule->predicates,
					    grant->rule->action, family));
}

/* A leaf that is decided, unlike 0: denied. */
#define DENIED (ZW_PASS_LOST + 1)

static zw_node undeny(void *context, u32 leaf)
{
	struct meaning *m = context;

	return zw_leaf(m->space->d, leaf == DENIED ? ZW_PASS_DROP : leaf);
}

static zw_node refusal(struct meaning *m, zw_node set, enum zw_action action)
{
	struct zw_diagrams *d = m->space->d;
	zw_node tcp = zw_space_is(m->space, ZW_FIELD_PROTO, 6);

	if (action == ZW_DENY)
		return zw_if(d, set, zw_leaf(d, DENIED), ZW_EMPTY);
	return zw_if(d, set,
		     zw_if(d, tcp, zw_leaf(d, ZW_PASS_REJECT_RESET),
			   zw_leaf(d, ZW_PASS_REJECT_ADMIN)),
		     ZW_EMPTY);
}

/* Deny and reject in the order of the text, before what is allowed. */
static zw_node in_order(struct meaning *m, const struct pair *pair,
			const zw_node *sets, zw_node allowed)
{
	size_t i, n = 0;
	zw_node *v = zw_heap_resize(NULL, pair->grants.n + 1, sizeof(*v));
	zw_node out;

	for (i = 0; i < pair->grants.n; i++) {
		enum zw_action action = pair->grants.v[i].rule->action;

		if (action != ZW_ALLOW)
			v[n++] = refusal(m, sets[i], action);
	}
	v[n++] = allowed;
	out = zw_bind(m->space->d, first_of(m, v, n), undeny, m);
	free(v);
	return out;
}

static zw_node rules_of(struct meaning *m, const struct pair *pair,
			enum zw_family family)
{
	size_t i, allows = 0, denies = 0, n = pair->grants.n;
	zw_node *sets = zw_heap_resize(NULL, n + 1, sizeof(*sets));
	zw_node *allow =
		zw_heap_resize(NULL, n + pair->offers.n + 1, sizeof(*allow));
	zw_node *deny = zw_heap_resize(NULL, n + 1, sizeof(*deny));
	bool rejects = false;
	zw_node out;

	for (i = 0; i < n; i++) {
		const struct grant *grant = &pair->grants.v[i];

		sets[i] = box_set(m, grant, family);
		if (grant->rule->action == ZW_ALLOW)
			allow[allows++] = sets[i];
		else if (grant->rule->action == ZW_DENY)
			deny[denies++] = sets[i];
		else
			rejects = true;
	}
	for (i = 0; i < pair->offers.n; i++)
		allow[allows++] =
			zw_meaning_offer(m, pair->offers.v[i].publication,
					 pair->offers.v[i].part, family);
	out = zw_or_all(m->space->d, allow, allows);
	if (rejects)
		out = in_order(m, pair, sets, out);
	else if (denies && !zw_same(out, ZW_EMPTY))
		out = zw_minus(m->space->d, out,
			       zw_or_all(m->space->d, deny, denies));
	free(sets);
	free(allow);
	free(deny);
	return out;
}

/* ---- the lines, for a pair of zones -------------------------------------- */

static zw_node by_direction(struct meaning *m, zw_node original, zw_node reply)
{
	struct zw_branch branches[2] = { { 0, original }, { 1, reply } };
	u32 variable =
		m->space->fields.v[ZW_FIELD_DIRECTION].slices[0].variable;

	return zw_switch(m->space->d, variable, branches, 2);
}

static zw_node open_leaf(bool open)
{
	return open ? ZW_ALL : ZW_EMPTY;
}

/* Line 6: errors about what may pass, from the zone of the quoted flow's other
 * end. */
static zw_node related(struct meaning *m, u32 from, u32 to,
		       enum zw_family family)
{
	struct zw_diagrams *d = m->space->d;
	zw_node errors = zw_meaning_errors(m->space, family), original, reply;

	if (from == ZW_SELF)
		return zw_or(d, errors,
			     zw_and(d, zw_space_is(m->space, ZW_FIELD_PROTO, 6),
				    zw_meaning_reset(m->space)));
	original = reply = ZW_EMPTY;
	if (pair_of(m, from, to)->open)
		original = zw_meaning_members(m, ZW_FIELD_ORIGINAL_SRC, from,
					      family);
	if (pair_of(m, to, from)->open)
		reply = zw_meaning_members(m, ZW_FIELD_REPLY_SRC, from, family);
	return zw_and(d, errors, by_direction(m, original, reply));
}

/* Lines 4 to 7 for packets from FROM to TO. NEW is what state new lets pass
 * and EDGE the members' addresses that the other states need. */
static zw_node by_state(struct meaning *m, u32 from, u32 to,
			enum zw_family family, zw_node edge, zw_node new)
{
	struct zw_diagrams *d = m->space->d;
	zw_node established =
		by_direction(m, open_leaf(pair_of(m, from, to)->open),
			     open_leaf(pair_of(m, to, from)->open));
	struct zw_branch branches[5] = {
		{ ZW_IS_INVALID, ZW_EMPTY },
		{ ZW_IS_ESTABLISHED, zw_and(d, edge, established) },
		{ ZW_IS_RELATED,
		  zw_and(d, edge, related(m, from, to, family)) },
		{ ZW_IS_NEW, new },
		{ ZW_IS_UNTRACKED, ZW_EMPTY },
	};
	u32 variable = m->space->fields.v[ZW_FIELD_STATE].slices[0].variable;

	return zw_switch(d, variable, branches, 5);
}

static zw_node forward_pair(struct meaning *m, u32 from, u32 to,
			    enum zw_family family)
{
	struct zw_diagrams *d = m->space->d;
	const struct pair *pair = pair_of(m, from, to);
	zw_node edge, new, out, refused;

	if (!pair->grants.n && !pair->open && !pair_of(m, to, from)->open)
		return ZW_EMPTY;
	edge = zw_and(d, zw_meaning_members(m, ZW_FIELD_DST, to, family),
		      zw_meaning_members(m, ZW_FIELD_SRC, from, family));
	if (zw_same(edge, ZW_EMPTY))
		return ZW_EMPTY;
	new = rules_of(m, pair, family);
	out = by_state(m, from, to, family, edge, new);
	refused = zw_meaning_refused(m->space, family);
	if (family == ZW_IPV6)
		refused = zw_or(d, refused, zw_meaning_link(m->space));
	return zw_if(d, refused, ZW_EMPTY, out);
}

/* RULES: those that may speak of a packet from FROM; others' boxes do no harm.
 */
static zw_node input_pair(struct meaning *m, u32 from, enum zw_family family,
			  const struct pair *rules)
{
	struct zw_diagrams *d = m->space->d;
	zw_node edge, new, out;

	edge = zw_meaning_members(m, ZW_FIELD_SRC, from, family);
	new = rules_of(m, rules, family);
	out = by_state(m, from, ZW_SELF, family, edge, new);
	if (family == ZW_IPV6)
		out = zw_if(d, zw_meaning_link(m->space),
			    zw_meaning_link_in(m, from), out);
	return zw_if(d, zw_meaning_refused(m->space, family), ZW_EMPTY, out);
}

static zw_node output_pair(struct meaning *m, u32 to, enum zw_family family)
{
	struct zw_diagrams *d = m->space->d;
	const struct pair *pair = pair_of(m, ZW_SELF, to);
	zw_node edge, new, out;

	edge = zw_meaning_members(m, ZW_FIELD_DST, to, family);
	new = rules_of(m, pair, family);
	out = by_state(m, ZW_SELF, to, family, edge, new);
	if (family == ZW_IPV6)
		out = zw_if(d, zw_meaning_link(m->space),
			    zw_meaning_link_out(m, to), out);
	return zw_if(d, zw_meaning_redirects(m->space, family), ZW_EMPTY, out);
}

/* ---- interfaces ---------------------------------------------------------- */

static zw_node make_pair(struct meaning *m, u32 from, u32 to,
			 const struct pair *rules)
{
	struct zw_diagrams *d = m->space->d;
	struct zw_branch branches[2];
	u32 f, variable =
		       m->space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;
	zw_node node;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		branches[f].hi = f;
		branches[f].to = from == ZW_SELF ? output_pair(m, to, f)
				 : to == ZW_SELF ? input_pair(m, from, f, rules)
						 : forward_pair(m, from, to, f);
	}
	node = zw_switch(d, variable, branches, 2);
	if (from != ZW_SELF)
		node = zw_if(d,
			     zw_meaning_ipsec(m->space,
					      &m->statement->zones.v[from],
					      false),
			     node, ZW_EMPTY);
	if (to != ZW_SELF)
		node = zw_if(d,
			     zw_meaning_ipsec(m->space,
					      &m->statement->zones.v[to], true),
			     node, ZW_EMPTY);
	return node;
}

static zw_node pair_node(struct meaning *m, u32 from, u32 to)
{
	struct pair *pair = pair_of(m, from, to);

	if (!pair->known) {
		pair->node = make_pair(m, from, to, pair);
		pair->known = true;
	}
	return pair->node;
}

/* The rules are one array in the order of the text. */
static int by_text(const void *a, const void *b)
{
	const struct grant *x = a, *y = b;

	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* To the gateway from the N zones that share an interface: DHCP, whose source
 * is no member of any, comes from each of them, so that all their rules decide
 * together. */
static zw_node shared_input(struct meaning *m, const u32 *zones, u32 n)
{
	struct pair all = { .open = false };
	zw_node out = ZW_EMPTY;
	size_t i;
	u32 z;

	for (z = 0; z < n; z++) {
		const struct pair *pair = pair_of(m, zones[z], ZW_SELF);

		for (i = 0; i < pair->grants.n; i++)
			zw_push(m->arena, all.grants, pair->grants.v[i]);
	}
	if (all.grants.n)
		qsort(all.grants.v, all.grants.n, sizeof(*all.grants.v),
		      by_text);
	for (z = 0; z < n; z++)
		out = zw_apply(m->space->d, m->first_tag, first_decided, NULL,
			       out, make_pair(m, zones[z], ZW_SELF, &all));
	return out;
}

/* From the zones of interface class I (or self) to the zones of class O. */
static zw_node classes_node(struct meaning *m, const struct zw_ports *ports,
			    u32 i, u32 o)
{
	u32 a, b, n = i == NO_CLASS ? 1 : ports->counts[i];
	u32 k = o == NO_CLASS ? 1 : ports->counts[o];
	zw_node out = ZW_EMPTY;

	if (o == NO_CLASS && n > 1)
		return shared_input(m, ports->zones[i], n);
	for (a = 0; a < n; a++) {
		for (b = 0; b < k; b++) {
			u32 from = i == NO_CLASS ? ZW_SELF : ports->zones[i][a];
			u32 to = o == NO_CLASS ? ZW_SELF : ports->zones[o][b];

			out = zw_apply(m->space->d, m->first_tag, first_decided,
				       NULL, out, pair_node(m, from, to));
		}
	}
	return out;
}

static zw_node over_classes(struct meaning *m, u32 field, const zw_node *nodes)
{
	u32 c, n = m->space->class_count;
	struct zw_branch *branches = zw_heap_resize(NULL, n, sizeof(*branches));
	zw_node out;

	for (c = 0; c < n; c++)
		branches[c] = (struct zw_branch){ c, nodes[c] };
	out = zw_switch(m->space->d,
			m->space->fields.v[field].slices[0].variable, branches,
			n);
	free(branches);
	return out;
}

static bool is_loopback(const struct zw_space *space, u32 class)
{
	u32 first, last;

	return zw_space_names(space, ZW_STR("lo"), false, &first, &last) &&
	       class == first;
}

static zw_node all_classes(struct meaning *m, const struct zw_ports *ports,
			   enum zw_path path)
{
	u32 i, o, n = m->space->class_count;
	zw_node *in = ZW_NEW_ARRAY(m->arena, zw_node, n);
	zw_node *out = ZW_NEW_ARRAY(m->arena, zw_node, n);

	for (i = 0; i < n; i++) {
		bool loop = path != ZW_PATH_FORWARD && is_loopback(m->space, i);

		if (loop)
			in[i] = ZW_ALL;
		else if (path == ZW_PATH_INPUT)
			in[i] = classes_node(m, ports, i, NO_CLASS);
		else if (path == ZW_PATH_OUTPUT)
			in[i] = classes_node(m, ports, NO_CLASS, i);
		else if (!ports->counts[i])
			in[i] = ZW_EMPTY;
		else {
			for (o = 0; o < n; o++)
				out[o] = classes_node(m, ports, i, o);
			in[i] = over_classes(m, ZW_FIELD_OUT, out);
		}
	}
	return over_classes(
		m, path == ZW_PATH_OUTPUT ? ZW_FIELD_OUT : ZW_FIELD_IN, in);
}

zw_node zw_meaning_path(struct zw_arena *arena, struct zw_space *space,
			const struct zw_statement *statement, enum zw_path path,
			const bool translates[ZW_FAMILY_COUNT])
{
	struct meaning m = { .arena = arena,
			     .space = space,
			     .statement = statement };
	struct zw_ports ports = zw_meaning_ports(arena, space, statement);

	ZW_ASSERT(ZW_PASS_DROP == 0 && ZW_PASS_ACCEPT == 1);
	m.ports = &ports;
	m.first_tag = zw_tag_new(space->d);
	index_rules(&m);
	index_publications(&m);
	return zw_meaning_arrive(&m, path, all_classes(&m, &ports, path),
				 translates);
}
