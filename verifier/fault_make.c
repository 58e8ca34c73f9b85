/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fault made: copies of the few vectors that change, and what they touch.
 *
 * What somebody adds stands in a table of its own ("foreign"), or in front of a
 * chain that is there. Its rules are what nft makes of
 *
 *	iifname "eth0" notrack			at prerouting, priority raw
 *	notrack					the same, and at output
 *	dnat to 10.1.0.1			at prerouting, priority dstnat -
 *1
 */
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter_ipv4.h>

#include "base/assert.h"
#include "verifier/fault.h"

/* ---- the graph ----------------------------------------------------------- */

typedef ZW_VEC(u32) numbers;

struct zw_fault_graph {
	numbers *callers; /* by chain: chains that lead to it */
	numbers *users;	  /* by set: chains that look into it */
};

struct linker {
	struct zw_arena *arena;
	const struct zw_ruleset *ruleset;
	struct zw_fault_graph *graph;
};

static void add_number(struct zw_arena *arena, numbers *list, u32 number)
{
	if (list->n && list->v[list->n - 1] == number)
		return;
	zw_push(arena, *list, number);
}

static void link_ruling(struct linker *l, u32 from,
			const struct zw_ruling *ruling)
{
	if ((ruling->code == NFT_JUMP || ruling->code == NFT_GOTO) &&
	    ruling->chain != ZW_NONE)
		add_number(l->arena, &l->graph->callers[ruling->chain], from);
}

static void link_set(struct linker *l, u32 from, u32 number)
{
	const struct zw_set *set = &l->ruleset->sets.v[number];
	u32 i;

	add_number(l->arena, &l->graph->users[number], from);
	for (i = 0; set->elements.rulings && i < set->elements.n; i++)
		link_ruling(l, from, &set->elements.rulings[i]);
	if (set->data_kind == ZW_DATA_RULING && set->has_catchall)
		link_ruling(l, from, &set->catchall_ruling);
}

static void link_expr(struct linker *l, u32 from, const struct zw_expr *expr)
{
	u32 set = ZW_NONE;

	if (expr->kind == ZW_EXPR_IMMEDIATE &&
	    expr->immediate.dreg == ZW_REG_VERDICT)
		link_ruling(l, from, &expr->immediate.ruling);
	if (expr->kind == ZW_EXPR_LOOKUP)
		set = expr->lookup.set;
	else if (expr->kind == ZW_EXPR_DYNSET)
		set = expr->dynset.set;
	else if (expr->kind == ZW_EXPR_OBJMAP)
		set = expr->objref.set;
	if (set != ZW_NONE)
		link_set(l, from, set);
}

struct zw_fault_graph *zw_fault_graph_new(struct zw_arena *arena,
					  const struct zw_ruleset *ruleset)
{
	struct zw_fault_graph *graph = ZW_NEW(arena, struct zw_fault_graph);
	struct linker l = { arena, ruleset, graph };
	size_t c, r;
	u32 i;

	graph->callers = zw_alloc(arena, (ruleset->chains.n + 1) *
						 sizeof(*graph->callers));
	graph->users =
		zw_alloc(arena, (ruleset->sets.n + 1) * sizeof(*graph->users));
	for (c = 0; c < ruleset->chains.n; c++) {
		const struct zw_chain *chain = &ruleset->chains.v[c];

		for (r = 0; chain->table != ZW_NONE && r < chain->rules.n;
		     r++) {
			for (i = 0; i < chain->rules.v[r]->n_exprs; i++)
				link_expr(&l, (u32)c,
					  &chain->rules.v[r]->exprs[i]);
		}
	}
	return graph;
}

/* ---- copies -------------------------------------------------------------- */

struct maker {
	struct zw_arena *arena;
	const struct zw_fault *fault;
	const struct zw_fault_graph *graph;
	struct zw_ruleset *ruleset;
	struct zw_statement *statement;
	bool *chains, *sets; /* touched */
	size_t known;	     /* chains that the graph knows */
};

#define COPY(arena, vec)                                                     \
	do {                                                                 \
		void *copied =                                               \
			zw_alloc((arena), ((vec).n + 2) * sizeof(*(vec).v)); \
		if ((vec).n)                                                 \
			memcpy(copied, (vec).v, (vec).n * sizeof(*(vec).v)); \
		(vec).v = copied;                                            \
		(vec).cap = (vec).n + 2;                                     \
	} while (0)

static void touch(struct maker *m, u32 chain)
{
	const numbers *callers;
	size_t i;

	if (m->chains[chain])
		return;
	m->chains[chain] = true;
	if (chain >= m->known)
		return;
	callers = &m->graph->callers[chain];
	for (i = 0; i < callers->n; i++)
		touch(m, callers->v[i]);
}

static void touch_set(struct maker *m, u32 set)
{
	const numbers *users = &m->graph->users[set];
	size_t i;

	m->sets[set] = true;
	for (i = 0; i < users->n; i++)
		touch(m, users->v[i]);
}

/* ---- rules and chains ---------------------------------------------------- */

static struct zw_chain *own_chain(struct maker *m, u32 number)
{
	struct zw_chain *chain = &m->ruleset->chains.v[number];

	COPY(m->arena, chain->rules);
	touch(m, number);
	return chain;
}

static void lose_rule(struct maker *m)
{
	struct zw_chain *chain = own_chain(m, m->fault->chain);
	u32 at = m->fault->position - 1;

	chain->rules.n--;
	memmove(&chain->rules.v[at], &chain->rules.v[at + 1],
		(chain->rules.n - at) * sizeof(*chain->rules.v));
}

static s32 flipped(s32 code)
{
	return code == NF_ACCEPT ? NF_DROP : NF_ACCEPT;
}

static struct zw_expr verdict(s32 code)
{
	return (struct zw_expr){
		.kind = ZW_EXPR_IMMEDIATE,
		.immediate = { .dreg = ZW_REG_VERDICT,
			       .ruling = { code, ZW_NONE } },
	};
}

static void flip_rule(struct maker *m)
{
	struct zw_chain *chain = own_chain(m, m->fault->chain);
	u32 at = m->fault->position - 1;
	const struct zw_rule *old = chain->rules.v[at];
	struct zw_rule *rule = ZW_NEW(m->arena, struct zw_rule);
	struct zw_expr *exprs =
		ZW_NEW_ARRAY(m->arena, struct zw_expr, old->n_exprs);
	struct zw_expr *last = &exprs[old->n_exprs - 1];

	memcpy(exprs, old->exprs, old->n_exprs * sizeof(*exprs));
	if (last->kind == ZW_EXPR_REJECT)
		*last = verdict(NF_ACCEPT);
	else
		last->immediate.ruling.code =
			flipped(last->immediate.ruling.code);
	*rule = *old;
	rule->exprs = exprs;
	chain->rules.v[at] = rule;
}

static const struct zw_rule *new_rule(struct maker *m, u32 chain,
				      const struct zw_expr *exprs, u32 n)
{
	struct zw_rule *rule = ZW_NEW(m->arena, struct zw_rule);
	struct zw_expr *copy = ZW_NEW_ARRAY(m->arena, struct zw_expr, n);

	memcpy(copy, exprs, n * sizeof(*copy));
	*rule = (struct zw_rule){ .message = ZW_NONE,
				  .chain = chain,
				  .comment = ZW_STR(""),
				  .exprs = copy,
				  .n_exprs = n };
	return rule;
}

static void add_accept(struct maker *m)
{
	struct zw_chain *chain = own_chain(m, m->fault->chain);
	struct zw_expr accept = verdict(NF_ACCEPT);

	memmove(&chain->rules.v[1], &chain->rules.v[0],
		chain->rules.n * sizeof(*chain->rules.v));
	chain->rules.n++;
	chain->rules.v[0] = new_rule(m, m->fault->chain, &accept, 1);
}

static void lose_chain(struct maker *m, u32 number)
{
	struct zw_table *table;
	size_t i;

	COPY(m->arena, m->ruleset->tables);
	table = &m->ruleset->tables.v[m->fault->table];
	COPY(m->arena, table->chains);
	for (i = 0; i < table->chains.n && table->chains.v[i] != number;)
		i++;
	ZW_ASSERT(i < table->chains.n);
	table->chains.n--;
	memmove(&table->chains.v[i], &table->chains.v[i + 1],
		(table->chains.n - i) * sizeof(*table->chains.v));
	m->ruleset->chains.v[number].table = ZW_NONE;
	touch(m, number);
}

static void lose_table(struct maker *m)
{
	const struct zw_table *table;
	size_t i;

	COPY(m->arena, m->ruleset->tables);
	m->ruleset->tables.v[m->fault->table].alive = false;
	table = &m->ruleset->tables.v[m->fault->table];
	for (i = 0; i < table->chains.n; i++) {
		m->ruleset->chains.v[table->chains.v[i]].table = ZW_NONE;
		touch(m, table->chains.v[i]);
	}
	COPY(m->arena, m->ruleset->sets);
	for (i = 0; i < table->sets.n; i++) {
		m->ruleset->sets.v[table->sets.v[i]].table = ZW_NONE;
		m->sets[table->sets.v[i]] = true;
	}
}

/* ---- elements ------------------------------------------------------------ */

/* The N rows of SIZE bytes without row AT. */
static const void *without_row(struct maker *m, const void *rows, u32 n,
			       size_t size, u32 at)
{
	u8 *copy;

	if (!rows)
		return NULL;
	copy = zw_alloc_array(m->arena, n, size);
	memcpy(copy, rows, at * size);
	memcpy(copy + at * size, (const u8 *)rows + (at + 1) * size,
	       (n - at - 1) * size);
	return copy;
}

static struct zw_set *own_set(struct maker *m)
{
	COPY(m->arena, m->ruleset->sets);
	touch_set(m, m->fault->set);
	return &m->ruleset->sets.v[m->fault->set];
}

static void lose_element(struct maker *m)
{
	struct zw_set *set = own_set(m);
	struct zw_elements *e = &set->elements, old = *e;
	u32 at = m->fault->element;

	e->lo = without_row(m, old.lo, old.n, set->key_len, at);
	e->hi = old.hi == old.lo
			? e->lo
			: without_row(m, old.hi, old.n, set->key_len, at);
	e->data = without_row(m, old.data, old.n, set->data_len, at);
	e->rulings =
		without_row(m, old.rulings, old.n, sizeof(*old.rulings), at);
	e->objects =
		without_row(m, old.objects, old.n, sizeof(*old.objects), at);
	e->marks = without_row(m, old.marks, old.n, 1, at);
	e->n--;
}

static void flip_element(struct maker *m)
{
	struct zw_set *set = own_set(m);
	struct zw_ruling *rulings =
		ZW_NEW_ARRAY(m->arena, struct zw_ruling, set->elements.n);

	memcpy(rulings, set->elements.rulings,
	       set->elements.n * sizeof(*rulings));
	rulings[m->fault->element].code =
		flipped(rulings[m->fault->element].code);
	set->elements.rulings = rulings;
}

/* ---- a table of somebody else's ------------------------------------------ */

static u32 add_table(struct maker *m, u32 family)
{
	struct zw_table table = { .name = ZW_STR("foreign"),
				  .family = family,
				  .alive = true };

	COPY(m->arena, m->ruleset->tables);
	zw_push(m->arena, m->ruleset->tables, table);
	return (u32)m->ruleset->tables.n - 1;
}

static void add_base(struct maker *m, u32 table, const char *name, u32 hook,
		     s32 priority, enum zw_chain_type type)
{
	struct zw_chain chain = { .name = zw_str_from(name),
				  .table = table,
				  .flags = NFT_CHAIN_BASE,
				  .base = true,
				  .hook = hook,
				  .priority = priority,
				  .type = type };
	u32 number = (u32)m->ruleset->chains.n;
	size_t i;

	for (i = 0; i < number; i++) {
		if (m->ruleset->chains.v[i].registered >= chain.registered)
			chain.registered =
				m->ruleset->chains.v[i].registered + 1;
	}
	zw_push(m->arena, m->ruleset->chains, chain);
	zw_push(m->arena, m->ruleset->tables.v[table].chains, number);
	m->chains[number] = true;
}

static void add_to_last(struct maker *m, const struct zw_expr *exprs, u32 n)
{
	u32 number = (u32)m->ruleset->chains.n - 1;

	zw_push(m->arena, m->ruleset->chains.v[number].rules,
		new_rule(m, number, exprs, n));
}

static const struct zw_interface *interface_of(const struct maker *m)
{
	return &m->statement->zones.v[m->fault->zone]
			.interfaces.v[m->fault->interface];
}

static void add_notrack(struct maker *m)
{
	const struct zw_interface *interface = interface_of(m);
	struct zw_expr exprs[3] = {
		{ .kind = ZW_EXPR_META,
		  .meta = { .key = NFT_META_IIFNAME, .sreg = ZW_REG_NONE } },
		{ .kind = ZW_EXPR_CMP, .cmp = { .op = NFT_CMP_EQ } },
		{ .kind = ZW_EXPR_NOTRACK },
	};
	struct zw_value *value = &exprs[1].cmp.value;

	value->len = interface->pattern ? (u8)interface->name.n : 16;
	memcpy(value->bytes, interface->name.p,
	       interface->name.n < 16 ? interface->name.n : 16);
	add_base(m, add_table(m, NFPROTO_INET), "prerouting",
		 NF_INET_PRE_ROUTING, NF_IP_PRI_RAW, ZW_CHAIN_FILTER);
	add_to_last(m, exprs, 3);
}

static void add_notrack_all(struct maker *m)
{
	struct zw_expr notrack = { .kind = ZW_EXPR_NOTRACK };
	u32 table = add_table(m, NFPROTO_INET);

	add_base(m, table, "prerouting", NF_INET_PRE_ROUTING, NF_IP_PRI_RAW,
		 ZW_CHAIN_FILTER);
	add_to_last(m, &notrack, 1);
	add_base(m, table, "output", NF_INET_LOCAL_OUT, NF_IP_PRI_RAW,
		 ZW_CHAIN_FILTER);
	add_to_last(m, &notrack, 1);
}

static void add_dnat(struct maker *m)
{
	const struct zw_zone *zone = &m->statement->zones.v[m->fault->zone];
	enum zw_family family = m->fault->family;
	struct zw_interval range = zone->networks.of[family].v[0];
	struct zw_ip ip = { family, range.lo + (range.hi > range.lo) };
	u32 protocol = family == ZW_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	struct zw_expr exprs[2] = {
		{ .kind = ZW_EXPR_IMMEDIATE,
		  .immediate = { .value = { .len = family == ZW_IPV4 ? 4 : 16 },
				 .ruling = { 0, ZW_NONE } } },
		{ .kind = ZW_EXPR_NAT,
		  .nat = { .type = NFT_NAT_DNAT,
			   .family = protocol,
			   .sreg_port_min = ZW_REG_NONE,
			   .sreg_port_max = ZW_REG_NONE } },
	};

	zw_ip_bytes(ip, exprs[0].immediate.value.bytes);
	add_base(m, add_table(m, protocol), "prerouting", NF_INET_PRE_ROUTING,
		 NF_IP_PRI_NAT_DST - 1, ZW_CHAIN_NAT);
	add_to_last(m, exprs, 2);
}

/* ---- what stands beside it ----------------------------------------------- */

static struct zw_zone *own_zone(struct maker *m, u32 number)
{
	struct zw_zone *zone = &m->statement->zones.v[number];

	COPY(m->arena, zone->interfaces);
	return zone;
}

static bool is_taken(const struct zw_statement *statement, struct zw_str name)
{
	size_t z, i;

	for (z = 0; z < statement->zones.n; z++) {
		const struct zw_zone *zone = &statement->zones.v[z];

		for (i = 0; i < zone->interfaces.n; i++) {
			const struct zw_interface *interface =
				&zone->interfaces.v[i];

			if (interface->name.n <= name.n &&
			    (interface->pattern ||
			     interface->name.n == name.n) &&
			    !memcmp(interface->name.p, name.p,
				    interface->name.n))
				return true;
		}
	}
	return false;
}

struct zw_str zw_fault_new_name(struct zw_arena *arena,
				const struct zw_statement *statement)
{
	struct zw_str name = ZW_STR("renamed0");
	u32 i;

	/* a pattern may cover all that begin so: another letter then */
	for (i = 0; i < 260 && is_taken(statement, name); i++)
		name = zw_strf(arena, "%cenamed%u", 'a' + i % 26, i / 26);
	return name;
}

static void rename_interface(struct maker *m)
{
	struct zw_zone *zone = own_zone(m, m->fault->zone);
	struct zw_interface *interface =
		&zone->interfaces.v[m->fault->interface];

	interface->name = zw_fault_new_name(m->arena, m->statement);
	interface->pattern = false;
}

static void swap_interfaces(struct maker *m)
{
	struct zw_zone *a = own_zone(m, m->fault->zone);
	struct zw_zone *b = own_zone(m, m->fault->other);
	struct zw_interface kept = a->interfaces.v[m->fault->interface];

	a->interfaces.v[m->fault->interface] =
		b->interfaces.v[m->fault->other_interface];
	b->interfaces.v[m->fault->other_interface] = kept;
}

/* A gateway on which all is in order, but that the interface is a port. */
static const struct zw_gateway *bridge(struct maker *m)
{
	struct zw_gateway *gateway = ZW_NEW(m->arena, struct zw_gateway);
	const struct zw_interface *interface = interface_of(m);
	struct zw_link link = { .index = 1,
				.name = ZW_STR("bridge"),
				.kind = ZW_STR("bridge"),
				.flags = ZW_LINK_UP };

	gateway->whole = gateway->early = true;
	zw_push(m->arena, gateway->links, link);
	link = (struct zw_link){ .index = 2,
				 .name = interface->name,
				 .kind = ZW_STR("-"),
				 .master = 1,
				 .flags = ZW_LINK_UP };
	zw_push(m->arena, gateway->links, link);
	return gateway;
}

/* Each network together with its neighbour: the prefix that is one bit
 * shorter. What is another zone's stays that zone's. */
static struct zw_ipset widened(struct maker *m, const struct zw_zone *zone)
{
	enum zw_family family = m->fault->family;
	struct zw_intervals old = zone->networks.of[family];
	struct zw_ipset out = zone->networks, more = { 0 };
	size_t i;

	for (i = 0; i < old.n; i++) {
		u128 size = old.v[i].hi - old.v[i].lo;
		u128 lo = old.v[i].lo, hi;

		/* of a range that is no prefix: as much again behind it */
		if (!(size & (size + 1)) && !(lo & size))
			lo &= ~(2 * size + 1);
		hi = lo + 2 * size + 1;
		if (hi < lo || hi > zw_family_all(family).hi)
			hi = zw_family_all(family).hi;
		more.of[family] = zw_intervals_one(m->arena, lo, hi);
		out = zw_ipset_union(m->arena, out, more);
	}
	for (i = 0; i < m->statement->zones.n; i++) {
		const struct zw_zone *other = &m->statement->zones.v[i];

		if (i != m->fault->zone && other->has_network)
			out = zw_ipset_minus(m->arena, out, other->networks);
	}
	return out;
}

static void widen_network(struct maker *m)
{
	struct zw_zone *zone = &m->statement->zones.v[m->fault->zone];
	size_t i;

	zone->networks = widened(m, zone);
	zone->members = zone->networks;
	for (i = 0; i < m->statement->zones.n; i++) {
		struct zw_zone *other = &m->statement->zones.v[i];

		if (!other->has_network)
			other->members = zw_ipset_minus(
				m->arena, other->members, zone->networks);
	}
}

/* ---- all of it ----------------------------------------------------------- */

static void change_ruleset(struct maker *m)
{
	switch (m->fault->mode) {
	case ZW_FAULT_TABLE_LOST:
		lose_table(m);
		break;
	case ZW_FAULT_CHAIN_LOST:
		lose_chain(m, m->fault->chain);
		break;
	case ZW_FAULT_POLICY_FLIPPED:
		m->ruleset->chains.v[m->fault->chain].policy_drop =
			!m->ruleset->chains.v[m->fault->chain].policy_drop;
		touch(m, m->fault->chain);
		break;
	case ZW_FAULT_RULE_LOST:
		lose_rule(m);
		break;
	case ZW_FAULT_RULE_FLIPPED:
		flip_rule(m);
		break;
	case ZW_FAULT_ELEMENT_LOST:
		lose_element(m);
		break;
	case ZW_FAULT_ELEMENT_FLIPPED:
		flip_element(m);
		break;
	case ZW_FAULT_SPOOFING_LOST:
		if (m->fault->position)
			lose_rule(m);
		else
			lose_element(m);
		break;
	case ZW_FAULT_ACCEPT_ADDED:
		add_accept(m);
		break;
	case ZW_FAULT_DNAT_ADDED:
		add_dnat(m);
		break;
	case ZW_FAULT_NOTRACK_ADDED:
		add_notrack(m);
		break;
	case ZW_FAULT_CONNTRACK_OFF:
		add_notrack_all(m);
		break;
	case ZW_FAULT_DEFRAGMENTATION_OFF:
		m->ruleset->fragments = true;
		break;
	default:
		break;
	}
}

static void change_statement(struct maker *m)
{
	switch (m->fault->mode) {
	case ZW_FAULT_INTERFACE_RENAMED:
		rename_interface(m);
		break;
	case ZW_FAULT_INTERFACES_SWAPPED:
		swap_interfaces(m);
		break;
	case ZW_FAULT_NETWORK_WRONG:
		widen_network(m);
		break;
	default:
		break;
	}
}

void zw_fault_make(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		   const struct zw_statement *statement,
		   const struct zw_fault_graph *graph,
		   const struct zw_fault *fault, struct zw_faulty *out)
{
	struct maker m = { .arena = arena,
			   .fault = fault,
			   .graph = graph,
			   .ruleset = ZW_NEW(arena, struct zw_ruleset),
			   .statement = ZW_NEW(arena, struct zw_statement),
			   .known = ruleset->chains.n };

	*m.ruleset = *ruleset;
	*m.statement = *statement;
	m.chains = ZW_NEW_ARRAY(arena, bool, ruleset->chains.n + 2);
	m.sets = ZW_NEW_ARRAY(arena, bool, ruleset->sets.n + 1);
	*out = (struct zw_faulty){ .ruleset = ruleset, .statement = statement };
	if (!zw_fault_is_around(fault->mode)) {
		COPY(arena, m.ruleset->chains);
		change_ruleset(&m);
		out->ruleset = m.ruleset;
	} else if (fault->mode == ZW_FAULT_INTERFACE_BRIDGED) {
		out->gateway = bridge(&m);
	} else {
		COPY(arena, m.statement->zones);
		change_statement(&m);
		out->statement = m.statement;
	}
	out->touched = (struct zw_touched){ m.chains, m.sets };
}
