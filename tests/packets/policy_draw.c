/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ranges that a policy speaks of, per zone and family, drawn from by their
 * ends. The policy is read with the product's own front end. */
#include "tests/packets/policy_draw.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "base/assert.h"
#include "compiler/compiler.h"
#include "grammar/grammar.h"

typedef ZW_VEC(struct zw_interval) ranges;

struct zone_ranges {
	ranges of[ZW_FAMILY_COUNT];
};

struct zw_draw {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_ast ast;
	const struct zw_statement *statement;
	u32 zone_count;
	struct zone_ranges *zones;
	zw_service_items services;
};

static void add(struct zw_draw *draw, u32 zone, const struct zw_ipset *set)
{
	unsigned family;
	size_t i;

	if (zone >= draw->zone_count)
		return;
	for (family = 0; family < ZW_FAMILY_COUNT; family++)
		for (i = 0; i < set->of[family].n; i++)
			zw_push(draw->arena, draw->zones[zone].of[family],
				set->of[family].v[i]);
}

static void add_rule(struct zw_draw *draw, const struct zw_flow_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->boxes.n; i++) {
		add(draw, rule->boxes.v[i].from, &rule->boxes.v[i].src);
		add(draw, rule->boxes.v[i].to, &rule->boxes.v[i].dst);
	}
	for (i = 0; i < rule->services.n; i++)
		zw_push(draw->arena, draw->services, rule->services.v[i]);
}

static bool read_policy(struct zw_draw *draw, const char *path)
{
	const struct zw_resolve_options options = { 0 };
	const struct zw_model *model;
	const struct zw_statement *statement;
	u32 i;

	zw_parse_file(draw->arena, draw->sources, &draw->diags, path,
		      &draw->ast);
	if (draw->diags.errors)
		return false;
	model = zw_resolve(draw->arena, draw->sources, &draw->diags, &draw->ast,
			   &options);
	if (!model)
		return false;
	statement = zw_statement_from(draw->arena, model);
	draw->statement = statement;
	draw->zone_count = (u32)statement->zones.n;
	draw->zones = zw_alloc_array(draw->arena, draw->zone_count,
				     sizeof(*draw->zones));
	for (i = 0; i < draw->zone_count; i++)
		add(draw, i, &statement->zones.v[i].members);
	for (i = 0; i < statement->rules.n; i++)
		add_rule(draw, &statement->rules.v[i]);
	return true;
}

struct zw_draw *zw_draw_new(const char *path)
{
	struct zw_draw *draw = calloc(1, sizeof(*draw));
	size_t i;

	ZW_ASSERT(draw);
	draw->arena = zw_arena_new();
	draw->sources = zw_sources_new();
	zw_diags_init(&draw->diags, draw->arena);
	if (read_policy(draw, path))
		return draw;
	ZW_CHECK(false, "%s is refused", path);
	for (i = 0; i < draw->diags.list.n; i++)
		printf("  %.*s\n", ZW_STR_ARG(draw->diags.list.v[i]->message));
	zw_draw_free(draw);
	return NULL;
}

void zw_draw_free(struct zw_draw *draw)
{
	if (!draw)
		return;
	zw_sources_free(draw->sources);
	zw_arena_free(draw->arena);
	free(draw);
}

u32 zw_draw_zones(const struct zw_draw *draw)
{
	return draw->zone_count;
}

static u128 inside(struct zw_random *random, struct zw_interval range)
{
	u128 width = range.hi - range.lo + 1;
	u128 wide = (u128)zw_random_next(random) << 64 | zw_random_next(random);

	return width ? range.lo + wide % width : wide;
}

static bool draw_from(struct zw_random *random, const struct zw_interval *v,
		      size_t n, enum zw_family family, struct zw_ip *ip)
{
	struct zw_interval range;

	if (!n)
		return false;
	range = v[zw_random_below(random, (u32)n)];
	ip->family = family;
	switch (zw_random_below(random, 12)) {
	case 0:
		ip->value = range.lo;
		break;
	case 1:
		ip->value = range.hi;
		break;
	case 2:
		ip->value = range.lo - (range.lo != 0);
		break;
	case 3:
		ip->value = range.hi + (range.hi != zw_family_all(family).hi);
		break;
	default:
		ip->value = inside(random, range);
	}
	return true;
}

bool zw_draw_address(const struct zw_draw *draw, struct zw_random *random,
		     u32 zone, enum zw_family family, struct zw_ip *ip)
{
	const ranges *of = &draw->zones[zone].of[family];

	return draw_from(random, of->v, of->n, family, ip);
}

static void beside(struct zw_random *random, const struct zw_service_item *item,
		   u16 *key)
{
	u16 span = (u16)(item->hi - item->lo);

	switch (zw_random_below(random, 8)) {
	case 0:
		*key = item->lo;
		break;
	case 1:
		*key = item->hi;
		break;
	case 2:
		*key = (u16)(item->lo - (item->lo != 0));
		break;
	case 3:
		*key = (u16)(item->hi + (item->hi != 65535));
		break;
	default:
		*key = (u16)(item->lo + zw_random_below(random, span + 1u));
	}
}

/* What nobody may have named. */
static void anything(struct zw_random *random, enum zw_family family, u8 *proto,
		     u16 *key)
{
	static const u8 protocols[] = { IPPROTO_TCP,
					IPPROTO_TCP,
					IPPROTO_UDP,
					IPPROTO_UDP,
					IPPROTO_UDPLITE,
					IPPROTO_SCTP,
					IPPROTO_ICMP,
					IPPROTO_DCCP,
					IPPROTO_GRE,
					IPPROTO_ESP,
					89,
					103,
					112,
					253 };

	*proto = protocols[zw_random_below(random, sizeof(protocols))];
	*key = (u16)zw_random_next(random);
	if (*proto != IPPROTO_ICMP)
		return;
	/* Types that mean something are few; errors need a quotation and are
	 * sent elsewhere. */
	*key = (u16)(zw_random_below(random, 2) << 8);
	if (family == ZW_IPV4) {
		*key = (u16)(zw_random_below(random, 20) << 8);
	} else {
		*proto = IPPROTO_ICMPV6;
		*key = (u16)((128 + zw_random_below(random, 20)) << 8);
	}
}

void zw_draw_service(const struct zw_draw *draw, struct zw_random *random,
		     enum zw_family family, u8 *proto, u16 *key)
{
	const struct zw_service_item *item;

	if (!draw->services.n || !zw_random_below(random, 4)) {
		anything(random, family, proto, key);
		return;
	}
	item = &draw->services
			.v[zw_random_below(random, (u32)draw->services.n)];
	*proto = item->proto;
	beside(random, item, key);
	/* ICMP of the other family is a protocol like any other, and conntrack
	 * and the gateway's stack have views of their own on it. */
	if (*proto == IPPROTO_ICMP && family == ZW_IPV6)
		*proto = IPPROTO_ICMPV6;
	else if (*proto == IPPROTO_ICMPV6 && family == ZW_IPV4)
		*proto = IPPROTO_ICMP;
}

bool zw_draw_rule(const struct zw_draw *draw, struct zw_random *random,
		  enum zw_family family, struct zw_drawn *drawn)
{
	const struct zw_statement *statement = draw->statement;
	const struct zw_service_item *item;
	const struct zw_flow_rule *rule;
	const struct zw_flow_box *box;

	rule = &statement->rules
			.v[zw_random_below(random, (u32)statement->rules.n)];
	box = &rule->boxes.v[zw_random_below(random, (u32)rule->boxes.n)];
	item = &rule->services
			.v[zw_random_below(random, (u32)rule->services.n)];
	*drawn = (struct zw_drawn){ .from_self = box->from == ZW_SELF,
				    .to_self = box->to == ZW_SELF,
				    .proto = item->proto };
	if (!(item->families & 1u << family))
		return false;
	beside(random, item, &drawn->key);
	return (drawn->from_self ||
		draw_from(random, box->src.of[family].v, box->src.of[family].n,
			  family, &drawn->src)) &&
	       (drawn->to_self ||
		draw_from(random, box->dst.of[family].v, box->dst.of[family].n,
			  family, &drawn->dst));
}
