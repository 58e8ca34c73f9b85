/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and the maps over them. Interfaces that belong to the same zones
 * form a class; what is decided by interface is decided for classes. A map over
 * two interfaces is one hash of names side by side while no name is a pattern
 * and the combinations are few; else a map of input names leads to one chain
 * for each input class, with a map of output names. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

/* Names in objects stay well below what the kernel allows, with room for two of
 * them and a generation. A '.' stands in no zone's name, so labels are unique.
 */
#define LABEL_LIMIT 60

struct zw_str zw_lower_zone_label(struct zw_lowering *l, u32 zone)
{
	struct zw_str name;

	if (zone == ZW_SELF)
		return ZW_STR("self");
	name = l->model->zones.v[zone].name;
	if (name.n <= LABEL_LIMIT)
		return name;
	return zw_strf(l->arena, "%.*s.%u", LABEL_LIMIT - 12, name.p, zone);
}

static struct zw_str class_label(struct zw_lowering *l,
				 const struct zw_port_class *class, u32 index)
{
	struct zw_str label = zw_lower_zone_label(l, class->zones.v[0]);

	for (size_t i = 1; i < class->zones.n; i++) {
		struct zw_str more = zw_lower_zone_label(l, class->zones.v[i]);

		if (label.n + more.n + 1 > LABEL_LIMIT)
			return zw_strf(
				l->arena, "%.*s.and.%u", LABEL_LIMIT - 16,
				zw_lower_zone_label(l, class->zones.v[0]).p,
				index);
		label = zw_strf(l->arena, "%.*s/%.*s", ZW_STR_ARG(label),
				ZW_STR_ARG(more));
	}
	return label;
}

/* Could the loopback interface be one of the class? */
static bool takes_loopback(const struct zw_port_class *class)
{
	for (size_t i = 0; i < class->interfaces.n; i++) {
		const struct zw_interface *face = &class->interfaces.v[i];

		if (face->name.n <= 2 &&
		    !memcmp("lo", face->name.p, face->name.n) &&
		    (face->pattern || face->name.n == 2))
			return true;
	}
	return false;
}

/* Are link-local sources, which prerouting lets through for the gateway's own
 * protocols, either all members or none? */
static bool is_trusted(const struct zw_lowering *l,
		       const struct zw_port_class *class)
{
	const struct zw_zone *zone = &l->model->zones.v[class->zones.v[0]];
	u128 lo = (u128)0xfe80 << 112, hi = lo | (~(u128)0 >> 10);
	struct zw_interval range = { lo, hi };
	struct zw_intervals local = { &range, 1 };
	struct zw_intervals members =
		l->model->sources[class->zones.v[0]].of[ZW_IPV6];

	if (class->zones.n != 1 || zone->ipsec != ZW_IPSEC_EITHER ||
	    takes_loopback(class))
		return false;
	return !zone->has_network || zw_intervals_subset(local, members) ||
	       !zw_intervals_overlap(local, members);
}

/* Interface I of the policy and the zones that have it. */
struct face {
	struct zw_interface interface;
	ZW_VEC(u32) zones;
};
typedef ZW_VEC(struct face) faces_list;

static void list_faces(struct zw_lowering *l, faces_list *faces)
{
	struct zw_map known;

	zw_map_init(&known, l->arena);
	for (u32 z = 0; z < l->model->zones.n; z++) {
		const struct zw_zone *zone = &l->model->zones.v[z];

		for (size_t i = 0; i < zone->interfaces.n; i++) {
			const struct zw_interface *face =
				&zone->interfaces.v[i];
			struct zw_str key = zw_strf(l->arena, "%.*s%s",
						    ZW_STR_ARG(face->name),
						    face->pattern ? "*" : "");
			u32 at;

			if (!zw_map_get(&known, key, &at)) {
				at = (u32)faces->n;
				zw_push(l->arena, *faces,
					((struct face){ .interface = *face }));
				zw_map_put(&known, key, at);
			}
			zw_push(l->arena, faces->v[at].zones, z);
		}
	}
}

void zw_lower_find_classes(struct zw_lowering *l)
{
	faces_list faces = { 0 };
	struct zw_map known;

	list_faces(l, &faces);
	zw_map_init(&known, l->arena);
	for (size_t i = 0; i < faces.n; i++) {
		struct face *face = &faces.v[i];
		struct zw_str key = { (const char *)face->zones.v,
				      face->zones.n * sizeof(u32) };
		u32 at;

		if (!zw_map_get(&known, key, &at)) {
			struct zw_port_class class = { .trusted = false };

			at = (u32)l->classes.n;
			for (size_t z = 0; z < face->zones.n; z++)
				zw_push(l->arena, class.zones,
					face->zones.v[z]);
			class.name = class_label(l, &class, at);
			zw_push(l->arena, l->classes, class);
			zw_map_put(&known, key, at);
		}
		zw_push(l->arena, l->classes.v[at].interfaces, face->interface);
	}
	for (size_t i = 0; i < l->classes.n; i++)
		l->classes.v[i].trusted = is_trusted(l, &l->classes.v[i]);
}

/* ---- IPsec ---- */

static struct zw_ipsec_test test_of(const struct zw_zone *zone)
{
	return (struct zw_ipsec_test){ zone->ipsec, zone->has_reqid,
				       zone->reqid };
}

void zw_draft_ipsec_test(struct zw_draft *draft, struct zw_ipsec_test test,
			 bool out)
{
	if (test.has_reqid)
		zw_draft_equal(draft, out ? ZW_KEY_REQID_OUT : ZW_KEY_REQID_IN,
			       test.reqid);
	else if (test.ipsec != ZW_IPSEC_EITHER)
		zw_draft_equal(draft, out ? ZW_KEY_IPSEC_OUT : ZW_KEY_IPSEC_IN,
			       test.ipsec == ZW_IPSEC_ONLY);
}

void zw_draft_ipsec(struct zw_lowering *l, struct zw_draft *draft, u32 zone,
		    bool out)
{
	zw_draft_ipsec_test(draft, test_of(&l->model->zones.v[zone]), out);
}

bool zw_ipsec_takes(const struct zw_zone *zone, struct zw_ipsec_test test)
{
	if (zone->ipsec == ZW_IPSEC_EITHER)
		return true;
	return zone->ipsec == test.ipsec &&
	       (!zone->has_reqid ||
		(test.has_reqid && zone->reqid == test.reqid));
}

static void add_test(struct zw_lowering *l, zw_ipsec_tests *tests,
		     struct zw_ipsec_test test)
{
	for (size_t i = 0; i < tests->n; i++)
		if (tests->v[i].ipsec == test.ipsec &&
		    tests->v[i].has_reqid == test.has_reqid &&
		    tests->v[i].reqid == test.reqid)
			return;
	zw_push(l->arena, *tests, test);
}

zw_ipsec_tests zw_lower_ipsec_tests(struct zw_lowering *l,
				    const struct zw_port_class *class,
				    bool (*wanted)(const struct zw_zone *zone),
				    bool joined)
{
	const struct zw_ipsec_test clear = { .ipsec = ZW_IPSEC_NOT },
				   protected = { .ipsec = ZW_IPSEC_ONLY };
	bool by[ZW_IPSEC_NOT + 1] = { false }, reqid = false;
	zw_ipsec_tests tests = { 0 };

	for (size_t i = 0; i < class->zones.n; i++) {
		const struct zw_zone *zone =
			&l->model->zones.v[class->zones.v[i]];

		if (!wanted(zone))
			continue;
		by[zone->ipsec] = true;
		reqid |= zone->has_reqid;
		add_test(l, &tests, test_of(zone));
	}
	if (tests.n < 2 || (!by[ZW_IPSEC_EITHER] && (!joined || reqid)))
		return tests;
	/* beside one that takes both there are none with request ids */
	tests.n = 0;
	if (joined) {
		add_test(l, &tests, (struct zw_ipsec_test){ 0 });
	} else {
		add_test(l, &tests, clear);
		add_test(l, &tests, protected);
	}
	return tests;
}

/* ---- maps over interfaces ---- */

static bool has_pattern(const struct zw_port_class *class)
{
	for (size_t i = 0; i < class->interfaces.n; i++)
		if (class->interfaces.v[i].pattern)
			return true;
	return false;
}

/* The 16 bytes of a name; the end of a pattern's range in HI. */
static void name_bytes(const struct zw_interface *face, u8 lo[16], u8 hi[16])
{
	ZW_ASSERT(face->name.n < 16);
	memset(lo, 0, 16);
	memset(hi, face->pattern ? 0xff : 0, 16);
	memcpy(lo, face->name.p, face->name.n);
	memcpy(hi, face->name.p, face->name.n);
}

static int by_key(const void *left, const void *right)
{
	const struct zw_plan_element *a = left, *b = right;

	return memcmp(a->lo, b->lo, 16);
}

static void add_names(struct zw_lowering *l, u32 set,
		      const struct zw_port_class *class,
		      const struct zw_way *way)
{
	u8 lo[16], hi[16];

	for (size_t i = 0; i < class->interfaces.n; i++) {
		const struct zw_interface *face = &class->interfaces.v[i];
		struct zw_plan_element *element;

		name_bytes(face, lo, hi);
		element =
			zw_lower_set_add(l, set, lo, face->pattern ? hi : NULL);
		if (way) {
			element->verdict = way->verdict;
			element->chain = way->chain;
		}
	}
}

static void sort_names(struct zw_lowering *l, u32 index)
{
	struct zw_plan_set *set = &l->plan->sets.v[index];

	qsort(set->elements.v, set->elements.n, sizeof(*set->elements.v),
	      by_key);
}

/* A map over one interface. OUT: the ways' output classes, else the input. */
static u32 single_map(struct zw_lowering *l, struct zw_str name,
		      const struct zw_way *ways, size_t n, bool out)
{
	enum zw_key key = out ? ZW_KEY_OIFNAME : ZW_KEY_IIFNAME;
	bool interval = false;
	u32 map;

	for (size_t i = 0; i < n; i++)
		interval |= has_pattern(
			&l->classes.v[out ? ways[i].out : ways[i].in]);
	map = zw_lower_set(l, name, interval, true, &key, 1,
			   zw_lower_no_cause(l));
	for (size_t i = 0; i < n; i++)
		add_names(l, map, &l->classes.v[out ? ways[i].out : ways[i].in],
			  &ways[i]);
	sort_names(l, map);
	return map;
}

/* Combinations of names, or ZW_NONE if one is a pattern. */
static size_t combinations(const struct zw_lowering *l, const zw_ways *ways)
{
	size_t sum = 0;

	for (size_t i = 0; i < ways->n; i++) {
		const struct zw_port_class *in = &l->classes.v[ways->v[i].in];
		const struct zw_port_class *out = &l->classes.v[ways->v[i].out];

		if (has_pattern(in) || has_pattern(out))
			return ZW_NONE;
		sum += in->interfaces.n * out->interfaces.n;
		if (sum > ZW_PAIR_MAP_LIMIT)
			return ZW_NONE;
	}
	return sum;
}

static void add_pairs(struct zw_lowering *l, u32 map, const struct zw_way *way)
{
	const struct zw_port_class *in = &l->classes.v[way->in];
	const struct zw_port_class *out = &l->classes.v[way->out];
	u8 key[33], hi[16];

	key[32] = (u8)way->direction;
	for (size_t i = 0; i < in->interfaces.n; i++) {
		name_bytes(&in->interfaces.v[i], key, hi);
		for (size_t o = 0; o < out->interfaces.n; o++) {
			struct zw_plan_element *element;

			name_bytes(&out->interfaces.v[o], key + 16, hi);
			element = zw_lower_set_add(l, map, key, NULL);
			element->verdict = way->verdict;
			element->chain = way->chain;
		}
	}
}

/* The second level: from one input class. */
static u32 second_level(struct zw_lowering *l, const char *name,
			const zw_ways *ways, u32 in)
{
	struct zw_str label = l->classes.v[in].name;
	u32 chain = zw_lower_chain(
		l, zw_strf(l->arena, "%s.%.*s", name, ZW_STR_ARG(label)));
	zw_ways some;

	for (int direction = -1; direction <= 1; direction++) {
		struct zw_draft draft = { .n = 0 };
		struct zw_str map_name;

		some = (zw_ways){ 0 };
		for (size_t i = 0; i < ways->n; i++)
			if (ways->v[i].in == in &&
			    ways->v[i].direction == direction)
				zw_push(l->arena, some, ways->v[i]);
		if (!some.n)
			continue;
		if (direction >= 0)
			zw_draft_equal(&draft, ZW_KEY_CT_DIRECTION,
				       (u64)direction);
		map_name =
			zw_strf(l->arena, "%s.%.*s%s", name, ZW_STR_ARG(label),
				direction == 0	 ? ".original"
				: direction == 1 ? ".reply"
						 : "");
		zw_draft_lookup(l, &draft,
				single_map(l, map_name, some.v, some.n, true));
		zw_lower_rule(l, &draft, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
	return chain;
}

static void two_levels(struct zw_lowering *l, struct zw_draft *draft,
		       const char *name, const zw_ways *ways)
{
	bool *seen = ZW_NEW_ARRAY(l->arena, bool, l->classes.n);
	zw_ways first = { 0 };

	for (size_t i = 0; i < ways->n; i++) {
		u32 in = ways->v[i].in;

		if (seen[in])
			continue;
		seen[in] = true;
		zw_push(l->arena, first,
			((struct zw_way){ in, ZW_NONE, -1, ZW_PLAN_GOTO,
					  second_level(l, name, ways, in) }));
	}
	zw_draft_lookup(
		l, draft,
		single_map(l, zw_str_from(name), first.v, first.n, false));
}

void zw_draft_ways(struct zw_lowering *l, struct zw_draft *draft,
		   const char *name, const zw_ways *ways)
{
	static const enum zw_key keys[] = { ZW_KEY_IIFNAME, ZW_KEY_OIFNAME,
					    ZW_KEY_CT_DIRECTION };
	bool directed = ways->v[0].direction >= 0;
	u32 map;

	if (ways->v[0].in == ZW_NONE || ways->v[0].out == ZW_NONE) {
		ZW_ASSERT(!directed);
		zw_draft_lookup(l, draft,
				single_map(l, zw_str_from(name), ways->v,
					   ways->n, ways->v[0].in == ZW_NONE));
		return;
	}
	if (combinations(l, ways) == ZW_NONE) {
		two_levels(l, draft, name, ways);
		return;
	}
	map = zw_lower_set(l, zw_str_from(name), false, true, keys,
			   directed ? 3 : 2, zw_lower_no_cause(l));
	for (size_t i = 0; i < ways->n; i++)
		add_pairs(l, map, &ways->v[i]);
	zw_draft_lookup(l, draft, map);
}

void zw_draft_classes(struct zw_lowering *l, struct zw_draft *draft,
		      const char *name, enum zw_key key, const bool *chosen)
{
	bool interval = false;
	u32 set;

	for (size_t i = 0; i < l->classes.n; i++)
		interval |= chosen[i] && has_pattern(&l->classes.v[i]);
	set = zw_lower_set(l, zw_str_from(name), interval, false, &key, 1,
			   zw_lower_no_cause(l));
	for (size_t i = 0; i < l->classes.n; i++)
		if (chosen[i])
			add_names(l, set, &l->classes.v[i], NULL);
	sort_names(l, set);
	zw_draft_lookup(l, draft, set);
}
