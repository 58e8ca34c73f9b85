/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can go wrong, one by one: walks the ruleset and the statement and names
 * each fault. What a rule or an element is there for is not asked, but for one:
 * what is met before the routing decision, in a chain that filters, checks
 * sources. */
#include "verifier/fault.h"

#include <linux/netfilter_ipv4.h>

#include "base/assert.h"

static const char *const names[] = {
	[ZW_FAULT_TABLE_LOST] = "table-lost",
	[ZW_FAULT_CHAIN_LOST] = "chain-lost",
	[ZW_FAULT_POLICY_FLIPPED] = "policy-flipped",
	[ZW_FAULT_RULE_LOST] = "rule-lost",
	[ZW_FAULT_RULE_FLIPPED] = "rule-flipped",
	[ZW_FAULT_ELEMENT_LOST] = "element-lost",
	[ZW_FAULT_ELEMENT_FLIPPED] = "element-flipped",
	[ZW_FAULT_SPOOFING_LOST] = "spoofing-lost",
	[ZW_FAULT_ACCEPT_ADDED] = "accept-added",
	[ZW_FAULT_DNAT_ADDED] = "dnat-added",
	[ZW_FAULT_NOTRACK_ADDED] = "notrack-added",
	[ZW_FAULT_CONNTRACK_OFF] = "conntrack-off",
	[ZW_FAULT_DEFRAGMENTATION_OFF] = "defragmentation-off",
	[ZW_FAULT_INTERFACE_RENAMED] = "interface-renamed",
	[ZW_FAULT_INTERFACES_SWAPPED] = "interfaces-swapped",
	[ZW_FAULT_INTERFACE_BRIDGED] = "interface-bridged",
	[ZW_FAULT_NETWORK_WRONG] = "network-wrong",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == ZW_FAULT_MODES,
	       "every mode has a name");

const char *zw_fault_mode_name(enum zw_fault_mode mode)
{
	ZW_ASSERT(mode < ZW_FAULT_MODES);
	return names[mode];
}

bool zw_fault_is_around(enum zw_fault_mode mode)
{
	return mode >= ZW_FAULT_INTERFACE_RENAMED;
}

struct lister {
	struct zw_arena *arena;
	const struct zw_ruleset *ruleset;
	const struct zw_statement *statement;
	u32 modes;
	bool *early; /* by chain: met before routing */
	bool *early_sets;
	zw_faults *out;
};

static const struct zw_fault none = {
	.table = ZW_NONE,
	.chain = ZW_NONE,
	.set = ZW_NONE,
	.element = ZW_NONE,
	.zone = ZW_NONE,
	.other = ZW_NONE,
};

static bool wants(const struct lister *l, enum zw_fault_mode mode)
{
	return l->modes >> mode & 1;
}

static void add(struct lister *l, const struct zw_fault *fault)
{
	if (wants(l, fault->mode))
		zw_push(l->arena, *l->out, *fault);
}

/* ---- before routing ------------------------------------------------------ */

static void mark_chain(struct lister *l, u32 chain);

static void mark_ruling(struct lister *l, const struct zw_ruling *ruling)
{
	if (ruling->code == NFT_JUMP || ruling->code == NFT_GOTO)
		mark_chain(l, ruling->chain);
}

static void mark_set(struct lister *l, u32 number)
{
	const struct zw_set *set = &l->ruleset->sets.v[number];
	u32 i;

	if (l->early_sets[number])
		return;
	l->early_sets[number] = true;
	for (i = 0; set->elements.rulings && i < set->elements.n; i++)
		mark_ruling(l, &set->elements.rulings[i]);
	if (set->data_kind == ZW_DATA_RULING && set->has_catchall)
		mark_ruling(l, &set->catchall_ruling);
}

static void mark_expr(struct lister *l, const struct zw_expr *expr)
{
	if (expr->kind == ZW_EXPR_IMMEDIATE &&
	    expr->immediate.dreg == ZW_REG_VERDICT)
		mark_ruling(l, &expr->immediate.ruling);
	if (expr->kind == ZW_EXPR_LOOKUP && expr->lookup.set != ZW_NONE)
		mark_set(l, expr->lookup.set);
}

static void mark_chain(struct lister *l, u32 number)
{
	const struct zw_chain *chain;
	size_t r;
	u32 i;

	if (number == ZW_NONE || l->early[number])
		return;
	l->early[number] = true;
	chain = &l->ruleset->chains.v[number];
	for (r = 0; r < chain->rules.n; r++) {
		for (i = 0; i < chain->rules.v[r]->n_exprs; i++)
			mark_expr(l, &chain->rules.v[r]->exprs[i]);
	}
}

static bool checks_sources(const struct lister *l, const struct zw_chain *chain)
{
	u32 family = l->ruleset->tables.v[chain->table].family;

	if (!chain->base || chain->type != ZW_CHAIN_FILTER)
		return false;
	if (family == NFPROTO_NETDEV)
		return chain->hook == NF_NETDEV_INGRESS;
	return chain->hook == NF_INET_PRE_ROUTING ||
	       chain->hook == NF_INET_INGRESS;
}

/* ---- words --------------------------------------------------------------- */

static struct zw_str table_words(const struct lister *l, u32 table)
{
	const struct zw_table *t = &l->ruleset->tables.v[table];

	return zw_strf(l->arena, "table %s %.*s",
		       zw_table_family_name(t->family), ZW_STR_ARG(t->name));
}

static struct zw_str chain_words(const struct lister *l, u32 chain)
{
	const struct zw_chain *c = &l->ruleset->chains.v[chain];

	return zw_strf(l->arena, "chain '%.*s' of %.*s", ZW_STR_ARG(c->name),
		       ZW_STR_ARG(table_words(l, c->table)));
}

static struct zw_str chain_object(const struct lister *l, u32 chain)
{
	const struct zw_chain *c = &l->ruleset->chains.v[chain];

	return zw_strf(l->arena, "%.*s/%.*s",
		       ZW_STR_ARG(l->ruleset->tables.v[c->table].name),
		       ZW_STR_ARG(c->name));
}

/* Types that nft gives to keys (its enum datatypes). */
enum {
	TYPE_IPV4 = 7,
	TYPE_IPV6 = 8,
	TYPE_INTERFACE = 41,
	TYPE_BITS = 6,
};

static bool is_text(const u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n && p[i]; i++) {
		if (p[i] <= ' ' || p[i] >= 127)
			return false;
	}
	return i > 0;
}

static void put_field(struct zw_buf *out, u32 type, const u8 *lo, const u8 *hi,
		      u32 len)
{
	enum zw_family family = type == TYPE_IPV6 ? ZW_IPV6 : ZW_IPV4;
	char text[100];
	u32 i;

	if ((type == TYPE_IPV4 && len == 4) ||
	    (type == TYPE_IPV6 && len == 16)) {
		struct zw_interval range = {
			zw_ip_from_bytes(family, lo).value,
			zw_ip_from_bytes(family, hi).value,
		};

		zw_buf_puts(out, zw_ip_range_format(family, range, text));
	} else if (len == 16 && is_text(lo, len)) {
		zw_buf_printf(out, "\"%.*s%s\"",
			      (int)strnlen((const char *)lo, 16),
			      (const char *)lo, memcmp(lo, hi, len) ? "*" : "");
	} else if (len <= 2) {
		u32 from = len == 2 ? (u32)(lo[0] << 8 | lo[1]) : lo[0];
		u32 to = len == 2 ? (u32)(hi[0] << 8 | hi[1]) : hi[0];

		zw_buf_printf(out, from == to ? "%u" : "%u-%u", from, to);
	} else {
		zw_buf_puts(out, "0x");
		for (i = 0; i < len; i++)
			zw_buf_printf(out, "%02x", lo[i]);
	}
}

static struct zw_str key_words(const struct lister *l, const struct zw_set *set,
			       u32 row)
{
	const u8 *lo = set->elements.lo + (size_t)row * set->key_len;
	const u8 *hi = set->elements.hi + (size_t)row * set->key_len;
	u32 i, at = 0, n = set->n_fields ? set->n_fields : 1;
	struct zw_buf out = { 0 };
	struct zw_str text;

	for (i = 0; i < n; i++) {
		u32 len = set->n_fields ? set->field_len[i] : set->key_len;
		u32 type = n == 1 ? set->key_type
				  : set->key_type >> TYPE_BITS * (n - 1 - i) &
					    ((1u << TYPE_BITS) - 1);

		if (i)
			zw_buf_puts(&out, " . ");
		put_field(&out, type, lo + at, hi + at, len);
		at += (len + 3u) & ~3u;
	}
	text = zw_strf(l->arena, "%.*s", (int)out.n, out.data);
	zw_buf_free(&out);
	return text;
}

/* ---- the ruleset --------------------------------------------------------- */

/* Which verdict the rule ends with, if it is one that can be flipped. */
static bool flips(const struct zw_rule *rule)
{
	const struct zw_expr *last;

	if (!rule->n_exprs)
		return false;
	last = &rule->exprs[rule->n_exprs - 1];
	if (last->kind == ZW_EXPR_REJECT)
		return true;
	return last->kind == ZW_EXPR_IMMEDIATE &&
	       last->immediate.dreg == ZW_REG_VERDICT &&
	       (last->immediate.ruling.code == NF_ACCEPT ||
		last->immediate.ruling.code == NF_DROP);
}

static void list_rules(struct lister *l, u32 number)
{
	const struct zw_chain *chain = &l->ruleset->chains.v[number];
	struct zw_str words = chain_words(l, number);
	struct zw_str object = chain_object(l, number);
	struct zw_fault fault = none;
	size_t i;

	fault.table = chain->table;
	fault.chain = number;
	for (i = 0; i < chain->rules.n; i++) {
		const struct zw_rule *rule = chain->rules.v[i];

		fault.position = (u32)i + 1;
		fault.place = rule->comment;
		fault.what = zw_strf(l->arena, "rule %u of %.*s",
				     fault.position, ZW_STR_ARG(words));
		fault.object = zw_strf(l->arena, "%.*s:%u", ZW_STR_ARG(object),
				       fault.position);
		fault.mode = l->early[number] ? ZW_FAULT_SPOOFING_LOST
					      : ZW_FAULT_RULE_LOST;
		add(l, &fault);
		fault.mode = ZW_FAULT_RULE_FLIPPED;
		if (flips(rule))
			add(l, &fault);
	}
	fault = none;
	fault.mode = ZW_FAULT_ACCEPT_ADDED;
	fault.table = chain->table;
	fault.chain = number;
	fault.what = words;
	fault.object = object;
	add(l, &fault);
}

static bool is_ours(const struct zw_table *table)
{
	return table->alive && (table->family == NFPROTO_INET ||
				table->family == NFPROTO_IPV4 ||
				table->family == NFPROTO_IPV6 ||
				table->family == NFPROTO_NETDEV);
}

static void list_elements(struct lister *l, u32 number)
{
	const struct zw_set *set = &l->ruleset->sets.v[number];
	struct zw_str table = table_words(l, set->table);
	struct zw_fault fault = none;
	u32 i;

	fault.table = set->table;
	fault.set = number;
	for (i = 0; i < set->elements.n; i++) {
		fault.element = i;
		fault.what =
			zw_strf(l->arena, "element %.*s of %s '%.*s' of %.*s",
				ZW_STR_ARG(key_words(l, set, i)),
				set->data_kind == ZW_DATA_NONE ? "set" : "map",
				ZW_STR_ARG(set->name), ZW_STR_ARG(table));
		fault.object = zw_strf(
			l->arena, "%.*s/@%.*s { %.*s }",
			ZW_STR_ARG(l->ruleset->tables.v[set->table].name),
			ZW_STR_ARG(set->name),
			ZW_STR_ARG(key_words(l, set, i)));
		fault.mode = l->early_sets[number] ? ZW_FAULT_SPOOFING_LOST
						   : ZW_FAULT_ELEMENT_LOST;
		add(l, &fault);
		if (!set->elements.rulings ||
		    (set->elements.rulings[i].code != NF_ACCEPT &&
		     set->elements.rulings[i].code != NF_DROP))
			continue;
		fault.mode = ZW_FAULT_ELEMENT_FLIPPED;
		add(l, &fault);
	}
}

static void list_table(struct lister *l, u32 number)
{
	const struct zw_table *table = &l->ruleset->tables.v[number];
	struct zw_fault fault = none;
	size_t i;

	fault.mode = ZW_FAULT_TABLE_LOST;
	fault.table = number;
	fault.what = table_words(l, number);
	fault.object = table->name;
	add(l, &fault);
	for (i = 0; i < table->chains.n; i++) {
		const struct zw_chain *chain =
			&l->ruleset->chains.v[table->chains.v[i]];

		if (chain->base) {
			fault.chain = table->chains.v[i];
			fault.what = chain_words(l, fault.chain);
			fault.object = chain_object(l, fault.chain);
			fault.mode = ZW_FAULT_CHAIN_LOST;
			add(l, &fault);
			fault.mode = ZW_FAULT_POLICY_FLIPPED;
			if (chain->type != ZW_CHAIN_NAT)
				add(l, &fault);
		}
		list_rules(l, table->chains.v[i]);
	}
	for (i = 0; i < table->sets.n; i++)
		list_elements(l, table->sets.v[i]);
}

static void find_early(struct lister *l)
{
	size_t t, c;

	l->early = ZW_NEW_ARRAY(l->arena, bool, l->ruleset->chains.n + 1);
	l->early_sets = ZW_NEW_ARRAY(l->arena, bool, l->ruleset->sets.n + 1);
	for (t = 0; t < l->ruleset->tables.n; t++) {
		const struct zw_table *table = &l->ruleset->tables.v[t];

		for (c = 0; table->alive && c < table->chains.n; c++) {
			u32 chain = table->chains.v[c];

			if (checks_sources(l, &l->ruleset->chains.v[chain]))
				mark_chain(l, chain);
		}
	}
}

/* ---- what stands beside it ----------------------------------------------- */

static struct zw_str interface_words(const struct lister *l, u32 zone, u32 i)
{
	const struct zw_zone *z = &l->statement->zones.v[zone];
	const struct zw_interface *interface = &z->interfaces.v[i];

	return zw_strf(l->arena, "interface '%.*s%s' of zone '%.*s'",
		       ZW_STR_ARG(interface->name),
		       interface->pattern ? "*" : "", ZW_STR_ARG(z->name));
}

static struct zw_str interface_object(const struct lister *l, u32 zone, u32 i)
{
	const struct zw_zone *z = &l->statement->zones.v[zone];
	const struct zw_interface *interface = &z->interfaces.v[i];

	return zw_strf(l->arena, "%.*s%s (%.*s)", ZW_STR_ARG(interface->name),
		       interface->pattern ? "*" : "", ZW_STR_ARG(z->name));
}

static void list_swaps(struct lister *l, struct zw_fault fault)
{
	const struct zw_zone *zone = &l->statement->zones.v[fault.zone];
	u32 z, i;

	fault.mode = ZW_FAULT_INTERFACES_SWAPPED;
	if (zone->interfaces.v[fault.interface].pattern)
		return;
	for (z = fault.zone + 1; z < l->statement->zones.n; z++) {
		const struct zw_zone *other = &l->statement->zones.v[z];

		for (i = 0; i < other->interfaces.n; i++) {
			if (other->interfaces.v[i].pattern ||
			    zw_str_eq(other->interfaces.v[i].name,
				      zone->interfaces.v[fault.interface].name))
				continue;
			fault.other = z;
			fault.other_interface = i;
			fault.what = zw_strf(
				l->arena, "%.*s and %.*s",
				ZW_STR_ARG(interface_words(l, fault.zone,
							   fault.interface)),
				ZW_STR_ARG(interface_words(l, z, i)));
			fault.object = zw_strf(
				l->arena, "%.*s / %.*s",
				ZW_STR_ARG(interface_object(l, fault.zone,
							    fault.interface)),
				ZW_STR_ARG(interface_object(l, z, i)));
			add(l, &fault);
		}
	}
}

static void list_interfaces(struct lister *l, u32 zone)
{
	static const enum zw_fault_mode modes[] = {
		ZW_FAULT_NOTRACK_ADDED, ZW_FAULT_INTERFACE_RENAMED,
		ZW_FAULT_INTERFACE_BRIDGED
	};
	const struct zw_zone *z = &l->statement->zones.v[zone];
	struct zw_fault fault = none;
	size_t m;
	u32 i;

	fault.zone = zone;
	for (i = 0; i < z->interfaces.n; i++) {
		fault.interface = i;
		fault.what = interface_words(l, zone, i);
		fault.object = interface_object(l, zone, i);
		for (m = 0; m < 3; m++) {
			fault.mode = modes[m];
			add(l, &fault);
		}
		list_swaps(l, fault);
	}
}

static void list_networks(struct lister *l, u32 zone)
{
	static const char *const family[] = { "IPv4", "IPv6" };
	const struct zw_zone *z = &l->statement->zones.v[zone];
	struct zw_fault fault = none;
	u32 f;

	fault.zone = zone;
	for (f = 0; z->has_network && f < ZW_FAMILY_COUNT; f++) {
		if (!z->networks.of[f].n)
			continue;
		fault.family = (enum zw_family)f;
		fault.mode = ZW_FAULT_NETWORK_WRONG;
		fault.object = zw_strf(l->arena, "%.*s %s", ZW_STR_ARG(z->name),
				       family[f]);
		fault.what = zw_strf(l->arena, "the %s networks of zone '%.*s'",
				     family[f], ZW_STR_ARG(z->name));
		add(l, &fault);
		fault.mode = ZW_FAULT_DNAT_ADDED;
		fault.what = zw_strf(l->arena, "an %s address of zone '%.*s'",
				     family[f], ZW_STR_ARG(z->name));
		if (z->kind != ZW_ZONE_EXTERNAL)
			add(l, &fault);
	}
}

static bool comes_before(const struct zw_fault *a, const struct zw_fault *b)
{
	return a->mode < b->mode;
}

/* By mode, keeping the order within each. */
static void sort(struct zw_arena *arena, zw_faults *list)
{
	struct zw_fault *sorted = ZW_NEW_ARRAY(arena, struct zw_fault, list->n);
	size_t starts[ZW_FAULT_MODES + 1] = { 0 }, i;
	bool ordered = true;

	for (i = 0; i < list->n; i++) {
		starts[list->v[i].mode + 1]++;
		if (i && comes_before(&list->v[i], &list->v[i - 1]))
			ordered = false;
	}
	if (ordered)
		return;
	for (i = 1; i <= ZW_FAULT_MODES; i++)
		starts[i] += starts[i - 1];
	for (i = 0; i < list->n; i++)
		sorted[starts[list->v[i].mode]++] = list->v[i];
	list->v = sorted;
	list->cap = list->n;
}

void zw_faults_list(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		    const struct zw_statement *statement, u32 modes,
		    zw_faults *out)
{
	struct lister l = { .arena = arena,
			    .ruleset = ruleset,
			    .statement = statement,
			    .modes = modes,
			    .out = out };
	struct zw_fault fault = none;
	size_t i;

	*out = (zw_faults){ 0 };
	find_early(&l);
	for (i = 0; i < ruleset->tables.n; i++) {
		if (is_ours(&ruleset->tables.v[i]))
			list_table(&l, (u32)i);
	}
	fault.mode = ZW_FAULT_CONNTRACK_OFF;
	fault.what = ZW_STR("connection tracking");
	add(&l, &fault);
	fault.mode = ZW_FAULT_DEFRAGMENTATION_OFF;
	fault.what = ZW_STR("defragmentation");
	add(&l, &fault);
	for (i = 0; i < statement->zones.n; i++) {
		list_interfaces(&l, (u32)i);
		list_networks(&l, (u32)i);
	}
	sort(arena, out);
}
