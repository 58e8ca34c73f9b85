/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules between two zones, in one family, as a chain. First deny and reject
 * in the order of the text, then the allows. A rule with a limit, a time, a log
 * or a counter stands alone, in its place; other neighbours of one verdict form
 * a run, within which order means nothing, so the boxes of a run are brought
 * together: services with the same sides in one list, then as few lookups as
 * lower_boxes.c finds. A chain that would only drop is none: its caller drops.
 *
 * A side that was not narrowed is not tested here; the way to the chain has
 * tested it. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

bool zw_lower_opens(const struct zw_lowering *l, u32 from, u32 to)
{
	size_t n = l->model->zones.n, side = n + 1;
	size_t a = from == ZW_SELF ? n : from, b = to == ZW_SELF ? n : to;

	return l->opens[a * side + b];
}

/* One rule as it stands between the two zones; NULL: a whole side. */
struct entry {
	const struct zw_rule *rule;
	u32 publish; /* index; ZW_NONE: a rule */
	const struct zw_intervals *src, *dst;
};
typedef ZW_VEC(struct entry) entries;

static bool before(const struct zw_grant *a, u32 from, u32 to)
{
	return a->from != from ? a->from < from : a->to < to;
}

static size_t first_grant(const struct zw_lowering *l, u32 from, u32 to)
{
	size_t lo = 0, hi = l->grant_count;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (before(&l->grants[middle], from, to))
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

/* KEY: that SET is of. */
static bool is_whole(const struct zw_lowering *l, bool said, enum zw_key key,
		     u32 zone, const struct zw_ipset *set)
{
	return said || (zone != ZW_SELF &&
			zw_ipset_equal(zw_lower_members(l, key, zone), *set));
}

/* Append what stands between FROM and TO in FAMILY. */
static void gather(struct zw_lowering *l, entries *list, u32 from, u32 to,
		   enum zw_family family, bool whole_alone)
{
	for (size_t i = first_grant(l, from, to);
	     i < l->grant_count && l->grants[i].from == from &&
	     l->grants[i].to == to;
	     i++) {
		const struct zw_rule_pair *pair = l->grants[i].pair;
		const struct zw_rule *rule =
			&l->model->rules.v[l->grants[i].rule];
		struct entry entry = { rule, ZW_NONE, &pair->src.of[family],
				       &pair->dst.of[family] };

		if (is_whole(l, pair->whole_src, ZW_KEY_IP_SADDR, from,
			     &pair->src))
			entry.src = NULL;
		else if (!entry.src->n || whole_alone)
			continue;
		if (is_whole(l, pair->whole_dst, ZW_KEY_IP_DADDR, to,
			     &pair->dst))
			entry.dst = NULL;
		else if (!entry.dst->n)
			continue;
		zw_push(l->arena, *list, entry);
	}
}

static void gather_publishes(struct zw_lowering *l, entries *list, u32 from,
			     u32 to, enum zw_family family)
{
	if (to == ZW_SELF || from == ZW_SELF || !zw_lower_opens(l, from, to))
		return;
	for (u32 i = 0; i < l->model->publishes.n; i++) {
		struct entry entry = { &l->model->publishes.v[i].rule, i, NULL,
				       NULL };

		if (zw_lower_publishes(l, i, from, to, family))
			zw_push(l->arena, *list, entry);
	}
}

static int by_order(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	bool allow_a = a->rule->action == ZW_ALLOW;
	bool allow_b = b->rule->action == ZW_ALLOW;

	if (allow_a != allow_b)
		return allow_a ? 1 : -1;
	return a->rule->number < b->rule->number
		       ? -1
		       : a->rule->number > b->rule->number;
}

/* ---- bringing services of equal sides together ---- */

struct group {
	struct zw_box box;
	size_t cap;
};
typedef ZW_VEC(struct group) groups;

static void add_item(struct zw_lowering *l, struct group *group,
		     struct zw_service_item item, u32 cause)
{
	struct zw_box *box = &group->box;

	if (box->n == group->cap) {
		size_t room = group->cap ? 2 * group->cap : 4;
		struct zw_service_item *items =
			ZW_NEW_ARRAY(l->arena, struct zw_service_item, room);
		u32 *causes = ZW_NEW_ARRAY(l->arena, u32, room);

		if (box->n) {
			memcpy(items, box->items, box->n * sizeof(*items));
			memcpy(causes, box->item_causes,
			       box->n * sizeof(*causes));
		}
		box->items = items;
		box->item_causes = causes;
		group->cap = room;
	}
	box->items[box->n] = item;
	box->item_causes[box->n++] = cause;
}

/* The group of an entry's sides; KNOWN finds it by the sides' ids. */
static struct group *group_of(struct zw_lowering *l, groups *list,
			      struct zw_map *known, const struct entry *entry,
			      enum zw_family family)
{
	u32 ids[2] = { 0, 0 }, at;
	struct zw_str key = { (const char *)ids, sizeof(ids) };
	struct group group = { .cap = 0 };

	if (entry->src)
		ids[0] = zw_lower_address_id(l, family, *entry->src) + 1;
	if (entry->dst)
		ids[1] = zw_lower_address_id(l, family, *entry->dst) + 1;
	if (zw_map_get(known, key, &at))
		return &list->v[at];
	group.box.src = entry->src;
	group.box.dst = entry->dst;
	group.box.src_id = ids[0];
	group.box.dst_id = ids[1];
	zw_map_put(known, zw_str_copy(l->arena, key), (u32)list->n);
	zw_push(l->arena, *list, group);
	return &list->v[list->n - 1];
}

static void lower_entries(struct zw_lowering *l, struct zw_run *run,
			  const struct entry *list, size_t n)
{
	struct zw_cause *causes = ZW_NEW_ARRAY(l->arena, struct zw_cause, n);
	struct zw_box *boxes;
	groups made = { 0 };
	struct zw_map known;

	zw_map_init(&known, l->arena);
	for (u32 i = 0; i < n; i++) {
		struct group *group =
			group_of(l, &made, &known, &list[i], run->family);
		const struct zw_rule *rule = list[i].rule;

		causes[i].span = rule->span;
		causes[i].place = zw_lower_comment(l->arena, rule->place);
		for (size_t s = 0; s < rule->services.n; s++)
			if (rule->services.v[s].families >> run->family & 1)
				add_item(l, group, rule->services.v[s], i);
	}
	boxes = ZW_NEW_ARRAY(l->arena, struct zw_box, made.n);
	run->n = 0;
	for (size_t i = 0; i < made.n; i++)
		if (made.v[i].box.n)
			boxes[run->n++] = made.v[i].box;
	run->boxes = boxes;
	run->causes = causes;
	zw_lower_run(l, run);
}

static void set_verdict(struct zw_lowering *l, struct zw_run *run,
			enum zw_action action)
{
	run->target = 0;
	switch (action) {
	case ZW_ALLOW:
		run->verdict = ZW_PLAN_ACCEPT;
		break;
	case ZW_DENY:
		run->verdict = ZW_PLAN_DROP;
		break;
	case ZW_REJECT:
		run->verdict = ZW_PLAN_GOTO;
		run->target = zw_lower_reject_chain(l);
		break;
	}
}

static void lead_to_options(struct zw_lowering *l, struct zw_run *run,
			    const struct zw_rule *rule)
{
	run->verdict = zw_lower_may_return(&rule->options, rule->action)
			       ? ZW_PLAN_JUMP
			       : ZW_PLAN_GOTO;
	run->target = zw_lower_options_chain(
		l, &rule->options, rule->action,
		zw_strf(l->arena, "z_rule.%u", rule->number + 1),
		(struct zw_cause){ rule->span,
				   zw_lower_comment(l->arena, rule->place) });
}

static void put_gate(struct zw_lowering *l, void *context,
		     const struct zw_draft *draft, struct zw_cause cause)
{
	struct zw_run *run = context, plain = *run;

	/* the verdict is the map's */
	plain.verdict = ZW_PLAN_CONTINUE;
	zw_lower_run_rule(l, &plain, draft, cause);
	run->chain = plain.chain;
}

/* N neighbours of one verdict, from zone FROM: rules together, then what is
 * published. */
static void lower_neighbours(struct zw_lowering *l, struct zw_run *run,
			     const struct entry *list, size_t n, u32 from)
{
	struct entry *rules = ZW_NEW_ARRAY(l->arena, struct entry, n);
	u32 *publishes = ZW_NEW_ARRAY(l->arena, u32, n);
	size_t rule_count = 0, publish_count = 0;
	struct zw_gate gate = {
		.from = from,
		.family = run->family,
		.verdict = run->verdict,
		.target = run->target,
	};

	for (size_t i = 0; i < n; i++) {
		if (list[i].publish == ZW_NONE)
			rules[rule_count++] = list[i];
		else
			publishes[publish_count++] = list[i].publish;
	}
	if (rule_count)
		lower_entries(l, run, rules, rule_count);
	if (!publish_count)
		return;
	gate.label = ZW_STR("");
	if (run->verdict != ZW_PLAN_ACCEPT)
		gate.label =
			zw_strf(l->arena, "rule.%u.", list[0].rule->number + 1);
	zw_lower_gate(l, &gate, publishes, publish_count, put_gate, run);
}

static u32 chain_of(struct zw_lowering *l, entries *list, enum zw_family family,
		    struct zw_str name, u32 from)
{
	struct zw_run run = { .family = family };
	bool needed = false;
	u32 chain;

	for (size_t i = 0; i < list->n; i++)
		needed |= list->v[i].rule->action != ZW_DENY ||
			  zw_lower_has_options(&list->v[i].rule->options);
	if (!needed)
		return ZW_NONE;
	qsort(list->v, list->n, sizeof(*list->v), by_order);
	chain = zw_lower_chain(l, name);
	run.chain = chain;
	for (size_t i = 0, end; i < list->n; i = end) {
		const struct zw_rule *rule = list->v[i].rule;

		end = i + 1;
		if (zw_lower_has_options(&rule->options)) {
			lead_to_options(l, &run, rule);
			lower_neighbours(l, &run, list->v + i, 1, from);
			continue;
		}
		while (end < list->n &&
		       list->v[end].rule->action == rule->action &&
		       !zw_lower_has_options(&list->v[end].rule->options))
			end++;
		set_verdict(l, &run, rule->action);
		lower_neighbours(l, &run, list->v + i, end - i, from);
	}
	zw_lower_final_drop(l, run.chain);
	return chain;
}

static bool has_members(const struct zw_lowering *l, u32 zone,
			enum zw_family family)
{
	return zone == ZW_SELF || l->model->zones.v[zone].members.of[family].n;
}

u32 zw_lower_rules_chain(struct zw_lowering *l, u32 from, u32 to,
			 enum zw_family family)
{
	struct zw_str a = zw_lower_zone_label(l, from),
		      b = zw_lower_zone_label(l, to);
	entries list = { 0 };
	struct zw_str name;
	u32 chain;

	/* DHCP comes to the gateway also from a zone of the other family */
	if ((to != ZW_SELF && from != ZW_SELF &&
	     !zw_lower_sends(l, from, family)) ||
	    !has_members(l, to, family))
		return ZW_NONE;
	gather(l, &list, from, to, family, false);
	gather_publishes(l, &list, from, to, family);
	if (!list.n)
		return ZW_NONE;
	name = zw_strf(l->arena, "z_rules.%.*s.%.*s.%d", ZW_STR_ARG(a),
		       ZW_STR_ARG(b), family == ZW_IPV4 ? 4 : 6);
	chain = zw_lower_known_chain(l, name);
	if (chain != ZW_NONE)
		return chain;
	chain = chain_of(l, &list, family, name, from);
	if (chain == ZW_NONE)
		return ZW_NONE;
	zw_map_put(&l->chains, name, chain);
	return chain;
}

/* Has ZONE sources that DHCP comes from? */
static bool sends_dhcp(struct zw_lowering *l, u32 zone, enum zw_family family)
{
	struct zw_intervals own = l->model->sources[zone].of[family];

	return family == ZW_IPV4
		       ? zw_intervals_contain(own, 0)
		       : zw_intervals_overlap(own, zw_lower_link_local(l));
}

bool zw_lower_dhcp_first(struct zw_lowering *l,
			 const struct zw_port_class *class)
{
	for (size_t i = 0; class->zones.n > 1 && i < class->zones.n; i++)
		if (sends_dhcp(l, class->zones.v[i], ZW_IPV4) ||
		    sends_dhcp(l, class->zones.v[i], ZW_IPV6))
			return true;
	return false;
}

u32 zw_lower_dhcp_chain(struct zw_lowering *l,
			const struct zw_port_class *class,
			struct zw_ipsec_test test, enum zw_family family)
{
	u32 zones = 0, zone = 0, chain;
	entries list = { 0 };
	struct zw_str name;

	for (size_t i = 0; i < class->zones.n; i++) {
		const struct zw_zone *one =
			&l->model->zones.v[class->zones.v[i]];

		bool member = sends_dhcp(l, class->zones.v[i], family);

		if ((!one->has_network && !member) ||
		    !zw_ipsec_takes(one, test))
			continue;
		zone = class->zones.v[i];
		zones++;
		gather(l, &list, zone, ZW_SELF, family, !member);
	}
	if (zones == 1)
		return zw_lower_rules_chain(l, zone, ZW_SELF, family);
	name = zw_strf(l->arena, "z_rules_dhcp.%.*s%s.%d",
		       ZW_STR_ARG(class->name),
		       test.ipsec == ZW_IPSEC_NOT    ? ".clear"
		       : test.ipsec == ZW_IPSEC_ONLY ? ".ipsec"
						     : "",
		       family == ZW_IPV4 ? 4 : 6);
	chain = zw_lower_known_chain(l, name);
	if (chain == ZW_NONE)
		chain = chain_of(l, &list, family, name, ZW_NONE);
	if (chain != ZW_NONE)
		zw_map_put(&l->chains, name, chain);
	return chain;
}
