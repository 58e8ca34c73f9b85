/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The longest paths. A scene fixes what is known of a packet: its zones, so its
 * interfaces and addresses, family, state, and one of five kinds of protocol.
 * In a scene each comparison and lookup surely holds, surely fails, or may do
 * either. A chain is summarised from its last rule to its first by how dear the
 * ways are on which it accepts, drops, or returns: a rule either fails at its
 * last comparison that may fail, and the next rule is met, or matches as a
 * whole, and its verdict's chain is. The base chains of the packet's hooks then
 * follow one another by priority; translation is met by new packets alone.
 *
 * Nothing is assumed of two comparisons at once beyond the scene, so a path may
 * be longer than any packet's. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/interval.h"
#include "compiler/model.h"
#include "compiler/paths.h"

enum truth { FAILS, MAY, HOLDS };
enum kind { KIND_ICMP, KIND_ICMP6, KIND_TCP, KIND_UDP, KIND_OTHER, KINDS };

enum end { ACCEPTS, DROPS, RETURNS, ENDS };

/* What leads to an end, if anything does. */
struct way {
	bool possible;
	struct zw_plan_cost cost;
};

struct summary {
	u32 scene; /* that it was made in */
	struct way ends[ENDS];
};

/* What a map's elements do by their interfaces, for one pair of zones. */
struct choice {
	u32 index;
	enum truth truth;
};
struct choices {
	u32 pair; /* that it was made for */
	ZW_VEC(struct choice) list;
};

struct scene {
	struct zw_arena *arena;
	const struct zw_plan *plan;
	const struct zw_zone *from, *to; /* NULL: the gateway */
	const struct zw_ipset *sources;	 /* of FROM */
	enum zw_family family;
	bool established;
	bool unrouted; /* its destination may be translated yet */
	enum kind kind;
	u32 number, pair; /* of this scene, this pair of zones */
	struct summary *chains;
	struct choices *maps;
	const u32 *base_chains; /* by hook, then priority */
	size_t base_count;
};

/* ---- costs ---- */

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void largest(struct zw_plan_cost *a, const struct zw_plan_cost *b)
{
	a->rules = larger(a->rules, b->rules);
	a->expressions = larger(a->expressions, b->expressions);
	a->hash = larger(a->hash, b->hash);
	a->interval = larger(a->interval, b->interval);
	a->concatenated = larger(a->concatenated, b->concatenated);
}

static struct zw_plan_cost sum(struct zw_plan_cost a,
			       const struct zw_plan_cost *b)
{
	a.rules += b->rules;
	a.expressions += b->expressions;
	a.hash += b->hash;
	a.interval += b->interval;
	a.concatenated += b->concatenated;
	return a;
}

/* WAY may also be B, after MORE. */
static void or_way(struct way *way, const struct way *b,
		   const struct zw_plan_cost *more)
{
	struct zw_plan_cost cost = sum(*more, &b->cost);

	if (!b->possible)
		return;
	way->possible = true;
	largest(&way->cost, &cost);
}

/* ---- what is known of a field ---- */

static enum truth truth_of(bool any, bool all)
{
	return all ? HOLDS : any ? MAY : FAILS;
}

/* Do the names of ZONE's interfaces lie in LO..HI? */
static enum truth name_truth(const struct zw_zone *zone, const u8 *lo,
			     const u8 *hi)
{
	bool any = false, all = true;

	for (size_t i = 0; zone && i < zone->interfaces.n; i++) {
		const struct zw_interface *face = &zone->interfaces.v[i];
		u8 first[16] = { 0 }, last[16];

		memcpy(first, face->name.p, face->name.n);
		memcpy(last, first, 16);
		if (face->pattern)
			memset(last + face->name.n, 0xff, 16 - face->name.n);
		if (memcmp(last, lo, 16) < 0 || memcmp(first, hi, 16) > 0)
			all = false;
		else if (memcmp(first, lo, 16) < 0 || memcmp(last, hi, 16) > 0)
			any = true, all = false;
		else
			any = true;
	}
	return zone ? truth_of(any, any && all) : FAILS;
}

static enum truth members_truth(struct zw_intervals members, u128 lo, u128 hi)
{
	struct zw_interval range = { lo, hi };
	struct zw_intervals set = { &range, 1 };

	return truth_of(zw_intervals_overlap(members, set),
			zw_intervals_subset(members, set));
}

static bool is_address_of(const struct scene *scene, enum zw_key key,
			  struct zw_intervals *members)
{
	bool four = scene->family == ZW_IPV4;

	if (key == (four ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR) && scene->from)
		*members = scene->sources->of[scene->family];
	else if (key == (four ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR) &&
		 scene->to && !scene->unrouted)
		*members = scene->to->members.of[scene->family];
	else
		return false;
	return true;
}

static enum truth protocol_truth(const struct scene *scene, u8 lo, u8 hi)
{
	static const u8 known[KIND_OTHER] = { 1, 58, 6, 17 };
	unsigned others = hi - lo + 1u;

	if (scene->kind != KIND_OTHER)
		return truth_of(false, known[scene->kind] >= lo &&
					       known[scene->kind] <= hi);
	for (unsigned i = 0; i < KIND_OTHER; i++)
		others -= known[i] >= lo && known[i] <= hi;
	return truth_of(others, false);
}

/* Does the field KEY lie in LO..HI, as its bytes stand in an element? */
static enum truth field_truth(const struct scene *scene, enum zw_key key,
			      const u8 *lo, const u8 *hi)
{
	struct zw_intervals members;

	switch (key) {
	case ZW_KEY_IIFNAME:
		return name_truth(scene->from, lo, hi);
	case ZW_KEY_OIFNAME:
		return name_truth(scene->to, lo, hi);
	case ZW_KEY_L4PROTO:
		return protocol_truth(scene, lo[0], hi[0]);
	case ZW_KEY_NFPROTO:
		return lo[0] == (scene->family == ZW_IPV4 ? 2 : 10) ? HOLDS
								    : FAILS;
	case ZW_KEY_IIF:
		return scene->from ? FAILS : HOLDS;
	case ZW_KEY_CT_DIRECTION:
		if (scene->established)
			return MAY;
		return lo[0] ? FAILS : HOLDS;
	default:
		break;
	}
	if (is_address_of(scene, key, &members))
		return members_truth(members,
				     zw_ip_from_bytes(scene->family, lo).value,
				     zw_ip_from_bytes(scene->family, hi).value);
	return MAY;
}

static enum truth element_truth(const struct scene *scene,
				const struct zw_plan_set *set,
				const struct zw_plan_match *match, size_t index,
				bool interfaces)
{
	const struct zw_plan_element *element = &set->elements.v[index];
	const u8 *lo = element->lo, *hi = element->hi ? element->hi : lo;
	enum truth all = HOLDS;

	for (unsigned f = 0; f < match->fields; f++) {
		enum zw_key key = (enum zw_key)match->field[f];
		bool is_name = key == ZW_KEY_IIFNAME || key == ZW_KEY_OIFNAME;

		if (is_name == interfaces) {
			enum truth one = field_truth(scene, key, lo, hi);

			all = one < all ? one : all;
		}
		if (all == FAILS)
			break;
		lo += zw_key_info(key)->bytes;
		hi += zw_key_info(key)->bytes;
	}
	return all;
}

/* ---- lookups ---- */

/* Is the key in the set? */
static enum truth set_truth(const struct scene *scene,
			    const struct zw_plan_match *match)
{
	const struct zw_plan_set *set = &scene->plan->sets.v[match->set];
	enum truth most = FAILS;
	struct zw_intervals members;

	if (set->is_addresses) {
		if (!is_address_of(scene, (enum zw_key)match->field[0],
				   &members))
			return MAY;
		return truth_of(zw_intervals_overlap(members, set->addresses),
				zw_intervals_subset(members, set->addresses));
	}
	for (size_t i = 0; i < set->elements.n && most != HOLDS; i++) {
		enum truth names = element_truth(scene, set, match, i, true);
		enum truth rest =
			names == FAILS
				? FAILS
				: element_truth(scene, set, match, i, false);
		enum truth one = names < rest ? names : rest;

		most = one > most ? one : most;
	}
	return most;
}

/* The elements of a map that the pair's interfaces do not rule out. */
static const struct choices *choices_of(struct scene *scene,
					const struct zw_plan_match *match)
{
	const struct zw_plan_set *set = &scene->plan->sets.v[match->set];
	struct choices *choices = &scene->maps[match->set];

	if (choices->pair == scene->pair)
		return choices;
	choices->pair = scene->pair;
	choices->list.n = 0;
	for (size_t i = 0; i < set->elements.n; i++) {
		struct choice choice = {
			(u32)i, element_truth(scene, set, match, i, true)
		};

		if (choice.truth != FAILS)
			zw_push(scene->arena, choices->list, choice);
	}
	return choices;
}

static enum truth state_truth(const struct scene *scene,
			      const struct zw_plan_match *match)
{
	u32 state = scene->established ? 2 : 8, mask;

	memcpy(&mask, match->other, 4);
	return mask & state ? HOLDS : FAILS;
}

static enum truth match_truth(const struct scene *scene,
			      const struct zw_plan_match *match)
{
	enum zw_key key = (enum zw_key)match->field[0];
	u8 high[16];

	switch (match->test) {
	case ZW_TEST_EQ:
		return field_truth(scene, key, match->value, match->value);
	case ZW_TEST_RANGE:
		return field_truth(scene, key, match->value, match->other);
	case ZW_TEST_MASK_EQ:
		for (unsigned i = 0; i < sizeof(high); i++)
			high[i] = (u8)(match->value[i] | ~match->other[i]);
		return field_truth(scene, key, match->value, high);
	case ZW_TEST_MASK_ANY:
		return key == ZW_KEY_CT_STATE ? state_truth(scene, match) : MAY;
	case ZW_TEST_IN:
		return set_truth(scene, match);
	case ZW_TEST_MAP:
		break;
	}
	return MAY;
}

/* ---- chains ---- */

static const struct summary *summarise(struct scene *scene, u32 chain);

/* The verdict of a rule or element, after COST; NEXT is what the rules behind
 * it come to. */
static void add_verdict(struct scene *scene, struct summary *out,
			const struct summary *next,
			const struct zw_plan_cost *cost,
			enum zw_plan_verdict verdict, u32 chain)
{
	const struct way end = { .possible = true };
	const struct summary *target;
	struct zw_plan_cost more;

	switch (verdict) {
	case ZW_PLAN_CONTINUE:
		for (unsigned e = 0; e < ENDS; e++)
			or_way(&out->ends[e], &next->ends[e], cost);
		return;
	case ZW_PLAN_ACCEPT:
	case ZW_PLAN_MASQUERADE:
	case ZW_PLAN_SNAT:
	case ZW_PLAN_DNAT:
		or_way(&out->ends[ACCEPTS], &end, cost);
		return;
	case ZW_PLAN_DROP:
	case ZW_PLAN_REJECT_RESET:
	case ZW_PLAN_REJECT_PROHIBITED:
		or_way(&out->ends[DROPS], &end, cost);
		return;
	case ZW_PLAN_RETURN:
		or_way(&out->ends[RETURNS], &end, cost);
		return;
	case ZW_PLAN_JUMP:
		target = summarise(scene, chain);
		or_way(&out->ends[ACCEPTS], &target->ends[ACCEPTS], cost);
		or_way(&out->ends[DROPS], &target->ends[DROPS], cost);
		if (!target->ends[RETURNS].possible)
			return;
		more = sum(*cost, &target->ends[RETURNS].cost);
		for (unsigned e = 0; e < ENDS; e++)
			or_way(&out->ends[e], &next->ends[e], &more);
		return;
	case ZW_PLAN_GOTO:
		target = summarise(scene, chain);
		for (unsigned e = 0; e < ENDS; e++)
			or_way(&out->ends[e], &target->ends[e], cost);
		return;
	}
	ZW_ASSERT(!"a verdict without end");
}

static void count_match(const struct zw_plan *plan,
			const struct zw_plan_match *match,
			struct zw_plan_cost *cost)
{
	cost->expressions += zw_plan_match_expressions(match);
	if (match->test < ZW_TEST_IN)
		return;
	if (!plan->sets.v[match->set].interval)
		cost->hash++;
	else if (match->fields > 1)
		cost->concatenated++;
	else
		cost->interval++;
}

/* The verdicts of a map; returns whether the lookup may find nothing. */
static bool add_map(struct scene *scene, struct summary *out,
		    const struct summary *next, const struct zw_plan_cost *cost,
		    const struct zw_plan_match *match)
{
	const struct zw_plan_set *set = &scene->plan->sets.v[match->set];
	const struct choices *choices = choices_of(scene, match);
	bool found = false;

	for (size_t i = 0; i < choices->list.n; i++) {
		struct choice choice = choices->list.v[i];
		const struct zw_plan_element *element =
			&set->elements.v[choice.index];
		enum truth rest =
			element_truth(scene, set, match, choice.index, false);

		if (rest == FAILS)
			continue;
		found |= rest == HOLDS && choice.truth == HOLDS;
		add_verdict(scene, out, next, cost, element->verdict,
			    element->chain);
	}
	return !found;
}

/* OUT: what RULE and then NEXT come to. */
static void add_rule(struct scene *scene, struct summary *out,
		     const struct summary *next,
		     const struct zw_plan_rule *rule)
{
	struct zw_plan_cost cost = { .rules = 1 }, failed = cost;
	bool may_fail = false, matches = true;
	const struct zw_plan_match *map = NULL;

	for (u32 i = 0; i < rule->match_count && matches; i++) {
		const struct zw_plan_match *match = &rule->matches[i];
		enum truth truth;

		count_match(scene->plan, match, &cost);
		if (match->test == ZW_TEST_MAP &&
		    scene->plan->sets.v[match->set].map) {
			map = match;
			break;
		}
		truth = match_truth(scene, match);
		if (truth != HOLDS) {
			may_fail = true;
			failed = cost;
		}
		matches = truth != FAILS;
	}
	if (matches && map) {
		if (add_map(scene, out, next, &cost, map)) {
			may_fail = true;
			failed = cost;
		}
	} else if (matches) {
		cost.expressions +=
			zw_plan_action_expressions(scene->plan, rule);
		if (rule->has_meter || rule->has_limit) {
			may_fail = true;
			failed = cost;
		}
		add_verdict(scene, out, next, &cost, rule->verdict,
			    rule->chain);
	}
	if (may_fail)
		for (unsigned e = 0; e < ENDS; e++)
			or_way(&out->ends[e], &next->ends[e], &failed);
}

static const struct summary *summarise(struct scene *scene, u32 chain)
{
	const struct zw_plan_chain *plan = &scene->plan->chains.v[chain];
	struct summary next = { .scene = scene->number };

	if (scene->chains[chain].scene == scene->number)
		return &scene->chains[chain];
	next.ends[RETURNS].possible = true;
	for (size_t i = plan->rules.n; i--;) {
		struct summary all = { .scene = scene->number };

		add_rule(scene, &all, &next, &plan->rules.v[i]);
		next = all;
	}
	scene->chains[chain] = next;
	return &scene->chains[chain];
}

/* ---- paths ---- */

static bool is_met(const struct scene *scene, const struct zw_plan_chain *chain)
{
	if (chain->type == ZW_PLAN_NAT && scene->established)
		return false;
	switch (chain->hook) {
	case ZW_PLAN_PREROUTING:
		return scene->from;
	case ZW_PLAN_INPUT:
		return !scene->to;
	case ZW_PLAN_FORWARD:
		return scene->from && scene->to;
	case ZW_PLAN_OUTPUT:
		return !scene->from;
	case ZW_PLAN_POSTROUTING:
		return scene->to;
	case ZW_PLAN_NO_HOOK:
		break;
	}
	return false;
}

static void run_scene(struct scene *scene, struct zw_plan_cost *most)
{
	struct way on = { .possible = true };

	scene->number++;
	for (size_t i = 0; i < scene->base_count && on.possible; i++) {
		const struct zw_plan_chain *chain =
			&scene->plan->chains.v[scene->base_chains[i]];
		bool unrouted = chain->hook == ZW_PLAN_PREROUTING;
		const struct summary *summary;
		struct way after = { .possible = false };

		if (!is_met(scene, chain))
			continue;
		if (unrouted != scene->unrouted)
			scene->number++; /* other things hold from here on */
		scene->unrouted = unrouted;
		summary = summarise(scene, scene->base_chains[i]);
		or_way(&after, &summary->ends[ACCEPTS], &on.cost);
		if (chain->type != ZW_PLAN_FILTER)
			or_way(&after, &summary->ends[RETURNS], &on.cost);
		/* what is dropped, here or by the policy, ends */
		for (unsigned e = DROPS; e < ENDS; e++) {
			struct zw_plan_cost cost =
				sum(on.cost, &summary->ends[e].cost);

			if (summary->ends[e].possible)
				largest(most, &cost);
		}
		on = after;
	}
	if (on.possible)
		largest(most, &on.cost);
}

static void run_pair(struct scene *scene, struct zw_plan_path *path)
{
	scene->pair++;
	scene->family = path->family;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		scene->kind = (enum kind)kind;
		scene->established = false;
		run_scene(scene, &path->new);
		scene->established = true;
		run_scene(scene, &path->established);
	}
}

/* ---- all pairs ---- */

/* Base chains in the order in which a packet meets them: the hooks' numbers
 * are in that order. */
static void list_base_chains(struct scene *scene)
{
	const struct zw_plan *plan = scene->plan;
	u32 *list = ZW_NEW_ARRAY(scene->arena, u32, plan->chains.n);
	size_t n = 0;

	for (u32 i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];
		size_t at = n;

		if (chain->hook == ZW_PLAN_NO_HOOK)
			continue;
		while (at) {
			const struct zw_plan_chain *other =
				&plan->chains.v[list[at - 1]];

			if (other->hook < chain->hook ||
			    (other->hook == chain->hook &&
			     other->priority <= chain->priority))
				break;
			list[at] = list[at - 1];
			at--;
		}
		list[at] = i;
		n++;
	}
	scene->base_chains = list;
	scene->base_count = n;
}

static void set_side(struct scene *scene, const struct zw_model *model,
		     size_t from, size_t to)
{
	size_t self = model->zones.n;

	scene->from = from == self ? NULL : &model->zones.v[from];
	scene->sources = from == self ? NULL : &model->sources[from];
	scene->to = to == self ? NULL : &model->zones.v[to];
}

/* Does a rule go from the zone to itself? */
static bool within_itself(const struct zw_model *model, size_t zone)
{
	for (size_t i = 0; i < model->rules.n; i++)
		for (size_t p = 0; p < model->rules.v[i].pairs.n; p++)
			if (model->rules.v[i].pairs.v[p].from == zone &&
			    model->rules.v[i].pairs.v[p].to == zone)
				return true;
	for (size_t i = 0; i < model->publishes.n; i++) {
		const struct zw_publication *one =
			&model->publishes.v[i].publication;

		for (size_t p = 0; p < one->from.n; p++)
			if (one->from.v[p].zone == zone && one->to == zone)
				return true;
	}
	return false;
}

/* Are there packets of FAMILY between the scene's sides? */
static bool has_packets(const struct scene *scene, enum zw_family family)
{
	return (!scene->from || scene->sources->of[family].n) &&
	       (!scene->to || scene->to->members.of[family].n);
}

static void add_paths(struct scene *scene, struct zw_plan_stats *stats)
{
	struct zw_str self = ZW_STR("self");

	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_plan_path *path = &stats->paths[stats->path_count];

		if (!has_packets(scene, (enum zw_family)f))
			continue;
		path->from = scene->from ? scene->from->name : self;
		path->to = scene->to ? scene->to->name : self;
		path->family = (enum zw_family)f;
		run_pair(scene, path);
		largest(&stats->new, &path->new);
		largest(&stats->established, &path->established);
		stats->path_count++;
	}
}

static void count_objects(const struct zw_plan *plan,
			  struct zw_plan_stats *stats)
{
	stats->chains = plan->chains.n;
	stats->sets = plan->sets.n;
	for (size_t i = 0; i < plan->chains.n; i++) {
		const struct zw_plan_chain *chain = &plan->chains.v[i];

		stats->base_chains += chain->hook != ZW_PLAN_NO_HOOK;
		stats->rules += chain->rules.n;
		stats->largest_chain =
			larger(stats->largest_chain, chain->rules.n);
		for (size_t r = 0; r < chain->rules.n; r++)
			stats->expressions += zw_plan_rule_expressions(
				plan, &chain->rules.v[r]);
	}
	for (size_t i = 0; i < plan->sets.n; i++) {
		size_t n = zw_plan_set_size(&plan->sets.v[i]);

		stats->elements += n;
		stats->largest_set = larger(stats->largest_set, n);
	}
}

void zw_plan_stats(struct zw_arena *arena, const struct zw_model *model,
		   const struct zw_plan *plan, struct zw_plan_stats *stats)
{
	struct scene scene = { .arena = arena, .plan = plan };
	size_t side = model->zones.n + 1;

	*stats = (struct zw_plan_stats){ .chains = 0 };
	count_objects(plan, stats);
	scene.chains = ZW_NEW_ARRAY(arena, struct summary, plan->chains.n + 1);
	scene.maps = ZW_NEW_ARRAY(arena, struct choices, plan->sets.n + 1);
	list_base_chains(&scene);
	stats->paths = ZW_NEW_ARRAY(arena, struct zw_plan_path,
				    side * side * ZW_FAMILY_COUNT);
	for (size_t a = 0; a < side; a++) {
		for (size_t b = 0; b < side; b++) {
			set_side(&scene, model, a, b);
			if (a == b && (!scene.from || !within_itself(model, a)))
				continue;
			add_paths(&scene, stats);
		}
	}
}
