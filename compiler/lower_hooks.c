/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prerouting and forward. Prerouting drops what cannot be judged (fragments,
 * source routes) and every source that is no member of a zone of its interface,
 * but for what neighbour discovery and DHCP need. Forward therefore tests the
 * source of established packets only where an interface has several zones; the
 * sources of those exceptions it drops by name. New packets are tested again,
 * source and destination, on the way to their pair's rules.
 *
 * Established packets pass by (input, output, direction) and the destination's
 * membership. ICMP errors take the same way after their quoted flow's source
 * has been found a member of the zone that they come from. */
#include "compiler/lower_internal.h"

/* Pairs of zones that share interfaces, tested one by one. */
#define FEW_PAIRS 2
#define LINK_LOCAL ((u128)0xfe80 << 112)
#define DHCP_RELAYS ((u128)0xff02 << 112 | 0x10002)

struct zw_intervals zw_lower_link_local(struct zw_lowering *l)
{
	return zw_intervals_one(l->arena, LINK_LOCAL,
				LINK_LOCAL | (~(u128)0 >> 10));
}

static void drop_header(struct zw_lowering *l, u32 chain, enum zw_family family,
			enum zw_key key)
{
	struct zw_draft draft = { .n = 0 };

	zw_draft_family(&draft, family);
	zw_draft_equal(&draft, key, 1);
	zw_lower_rule(l, &draft, chain, ZW_PLAN_DROP);
}

static void drop_odd_packets(struct zw_lowering *l, u32 chain)
{
	struct zw_draft draft = { .n = 0 };

	zw_draft_family(&draft, ZW_IPV4);
	zw_draft_any(&draft, ZW_KEY_IP_FRAG, 0x3fff);
	zw_lower_rule(l, &draft, chain, ZW_PLAN_DROP);
	drop_header(l, chain, ZW_IPV4, ZW_KEY_IP_OPTION_LSRR);
	drop_header(l, chain, ZW_IPV4, ZW_KEY_IP_OPTION_SSRR);
	drop_header(l, chain, ZW_IPV6, ZW_KEY_IP6_FRAGMENT);
	drop_header(l, chain, ZW_IPV6, ZW_KEY_IP6_ROUTING);
}

bool zw_lower_any_zone(const struct zw_zone *zone)
{
	(void)zone;
	return true;
}

bool zw_lower_names_networks(const struct zw_zone *zone)
{
	return zone->has_network;
}

void zw_draft_dhcp(struct zw_lowering *l, struct zw_draft *draft,
		   unsigned which)
{
	struct zw_intervals local = zw_lower_link_local(l);
	struct zw_str none = { "", 0 };

	if (which == 0) {
		zw_draft_address(draft, ZW_KEY_IP_SADDR, ZW_IPV4, 0);
		zw_draft_address(draft, ZW_KEY_IP_DADDR, ZW_IPV4, UINT32_MAX);
	} else {
		zw_draft_addresses(l, draft, ZW_KEY_IP6_SADDR, ZW_IPV6, local,
				   none);
		if (which == 1)
			zw_draft_address(draft, ZW_KEY_IP6_DADDR, ZW_IPV6,
					 DHCP_RELAYS);
		else
			zw_draft_addresses(l, draft, ZW_KEY_IP6_DADDR, ZW_IPV6,
					   local, none);
	}
	zw_draft_equal(draft, ZW_KEY_L4PROTO, 17);
	zw_draft_equal(draft, ZW_KEY_TH_SPORT,
		       which == 0   ? 68
		       : which == 1 ? 546
				    : 547);
	zw_draft_equal(draft, ZW_KEY_TH_DPORT,
		       which == 0   ? 67
		       : which == 1 ? 547
				    : 546);
}

/* What TESTS let pass: 1 in the clear, 2 by IPsec, 3 both, and request ids. */
static struct zw_str tests_name(struct zw_lowering *l,
				const zw_ipsec_tests *tests)
{
	static const char *const digits[] = { [ZW_IPSEC_EITHER] = "3",
					      [ZW_IPSEC_ONLY] = "2",
					      [ZW_IPSEC_NOT] = "1" };
	struct zw_str name = ZW_STR(tests->n ? "" : "0");

	for (size_t i = 0; i < tests->n; i++)
		name = tests->v[i].has_reqid
			       ? zw_strf(l->arena, "%.*s/r%u", ZW_STR_ARG(name),
					 tests->v[i].reqid)
			       : zw_strf(l->arena, "%.*s%s", ZW_STR_ARG(name),
					 digits[tests->v[i].ipsec]);
	return name;
}

/* Messages of the link by what fits TEST, from no member. */
static void accept_link(struct zw_lowering *l, u32 chain,
			struct zw_ipsec_test test)
{
	static const u8 link_types[] = {
		130, 131, 132, 133, 134, 135, 136, 143
	};
	struct zw_draft any = { .n = 0 }, unspecified = { .n = 0 };

	zw_draft_ipsec_test(&any, test, false);
	zw_draft_addresses(l, &any, ZW_KEY_IP6_SADDR, ZW_IPV6,
			   zw_lower_link_local(l), ZW_STR(""));
	zw_draft_equal(&any, ZW_KEY_L4PROTO, 58);
	zw_draft_lookup(l, &any,
			zw_lower_byte_set(l, "z_link_types", ZW_KEY_ICMP6_TYPE,
					  link_types, sizeof(link_types)));
	zw_lower_rule(l, &any, chain, ZW_PLAN_ACCEPT);
	zw_draft_ipsec_test(&unspecified, test, false);
	zw_draft_address(&unspecified, ZW_KEY_IP6_SADDR, ZW_IPV6, 0);
	zw_draft_equal(&unspecified, ZW_KEY_L4PROTO, 58);
	zw_draft_range(&unspecified, ZW_KEY_ICMP6_TYPE, 133, 136);
	zw_lower_rule(l, &unspecified, chain, ZW_PLAN_ACCEPT);
}

/* What other sources the gateway's own protocols need, for zones that take
 * LINK and name networks and take DHCP: accept, then drop. */
static u32 exceptions_chain(struct zw_lowering *l, const zw_ipsec_tests *link,
			    const zw_ipsec_tests *dhcp)
{
	struct zw_str a = tests_name(l, link), b = tests_name(l, dhcp);
	struct zw_str key =
		zw_strf(l->arena, "z_link.%.*s%s%.*s", ZW_STR_ARG(a),
			a.n + b.n > 2 ? "-" : "", ZW_STR_ARG(b));
	u32 chain = zw_lower_known_chain(l, key);

	if (chain != ZW_NONE)
		return chain;
	chain = zw_lower_chain(l, key.n < 80 ? key
					     : zw_lower_number_name(l, "link"));
	zw_map_put(&l->chains, key, chain);
	for (size_t i = 0; i < link->n; i++)
		accept_link(l, chain, link->v[i]);
	for (size_t i = 0; i < dhcp->n; i++)
		for (unsigned which = 0; which < 3; which++) {
			struct zw_draft draft = { .n = 0 };

			zw_draft_ipsec_test(&draft, dhcp->v[i], false);
			zw_draft_dhcp(l, &draft, which);
			zw_lower_rule(l, &draft, chain, ZW_PLAN_ACCEPT);
		}
	zw_lower_final_drop(l, chain);
	return chain;
}

static u32 source_chain(struct zw_lowering *l,
			const struct zw_port_class *class)
{
	u32 chain = zw_lower_chain(
		l, zw_strf(l->arena, "z_source.%.*s", ZW_STR_ARG(class->name)));
	zw_ipsec_tests link =
		zw_lower_ipsec_tests(l, class, zw_lower_any_zone, true);
	zw_ipsec_tests dhcp =
		zw_lower_ipsec_tests(l, class, zw_lower_names_networks, true);
	struct zw_draft rest = { .n = 0 };
	zw_turns turns = { 0 };

	for (size_t i = 0; i < class->zones.n; i++)
		zw_push(l->arena, turns,
			((struct zw_turn){ class->zones.v[i], ZW_PLAN_ACCEPT,
					   0 }));
	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_junction at =
			zw_lower_by_source(chain, (enum zw_family)f);

		zw_lower_turns(l, &at, &turns);
	}
	zw_lower_rule_to(l, &rest, chain, ZW_PLAN_GOTO,
			 exceptions_chain(l, &link, &dhcp));
	return chain;
}

void zw_lower_prerouting(struct zw_lowering *l, u32 chain)
{
	struct zw_draft loopback = { .n = 0 }, sources = { .n = 0 };
	zw_ways ways = { 0 };

	zw_draft_interface(&loopback, ZW_KEY_IIFNAME, ZW_STR("lo"));
	zw_lower_rule(l, &loopback, chain, ZW_PLAN_ACCEPT);
	drop_odd_packets(l, chain);
	for (u32 i = 0; i < l->classes.n; i++)
		zw_push(l->arena, ways,
			((struct zw_way){ i, ZW_NONE, -1, ZW_PLAN_GOTO,
					  source_chain(l, &l->classes.v[i]) }));
	if (ways.n) {
		zw_draft_ways(l, &sources, "z_sources", &ways);
		zw_lower_rule(l, &sources, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
}

/* ---- forward ---- */

/* Redirects, and messages that never leave their link. */
static void drop_link_messages(struct zw_lowering *l, u32 chain)
{
	static const u8 types[] = {
		130, 131, 132, 133, 134, 135, 136, 137, 143
	};
	enum zw_key key = ZW_KEY_L4PROTO;
	u32 four = zw_lower_chain(l, ZW_STR("z_forward.icmp"));
	u32 six = zw_lower_chain(l, ZW_STR("z_forward.icmp6"));
	u32 map = zw_lower_set(l, ZW_STR("z_forward.protocols"), false, true,
			       &key, 1, zw_lower_no_cause(l));
	struct zw_draft redirect = { .n = 0 }, link = { .n = 0 },
			by = { .n = 0 };
	struct zw_plan_element *element;

	zw_draft_family(&redirect, ZW_IPV4);
	zw_draft_equal(&redirect, ZW_KEY_L4PROTO, 1);
	zw_draft_equal(&redirect, ZW_KEY_ICMP_TYPE, 5);
	zw_lower_rule(l, &redirect, four, ZW_PLAN_DROP);
	zw_draft_family(&link, ZW_IPV6);
	zw_draft_equal(&link, ZW_KEY_L4PROTO, 58);
	zw_draft_lookup(l, &link,
			zw_lower_byte_set(l, "z_never_forwarded",
					  ZW_KEY_ICMP6_TYPE, types,
					  sizeof(types)));
	zw_lower_rule(l, &link, six, ZW_PLAN_DROP);
	element = zw_lower_set_add(l, map, (const u8[]){ 1 }, NULL);
	element->verdict = ZW_PLAN_JUMP;
	element->chain = four;
	element = zw_lower_set_add(l, map, (const u8[]){ 58 }, NULL);
	element->verdict = ZW_PLAN_JUMP;
	element->chain = six;
	zw_draft_lookup(l, &by, map);
	zw_lower_rule(l, &by, chain, ZW_PLAN_CONTINUE);
}

/* The sources that prerouting lets through for the gateway alone, by trusted
 * interfaces of which they are no members. */
static void drop_exceptions(struct zw_lowering *l, u32 chain)
{
	bool *four = ZW_NEW_ARRAY(l->arena, bool, l->classes.n);
	bool *six = ZW_NEW_ARRAY(l->arena, bool, l->classes.n);
	bool any_four = false, any_six = false;
	struct zw_draft draft = { .n = 0 };

	for (size_t i = 0; i < l->classes.n; i++) {
		const struct zw_port_class *class = &l->classes.v[i];
		u32 zone = class->zones.v[0];
		const struct zw_ipset *own = &l->model->sources[zone];

		if (!class->trusted || !l->model->zones.v[zone].has_network)
			continue;
		four[i] = !zw_intervals_contain(own->of[ZW_IPV4], 0);
		six[i] = !zw_intervals_contain(own->of[ZW_IPV6], LINK_LOCAL);
		any_four |= four[i];
		any_six |= six[i];
	}
	if (any_four) {
		zw_draft_address(&draft, ZW_KEY_IP_SADDR, ZW_IPV4, 0);
		zw_draft_classes(l, &draft, "z_no_unspecified", ZW_KEY_IIFNAME,
				 four);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_DROP);
	}
	draft.n = 0;
	if (any_six) {
		zw_draft_addresses(l, &draft, ZW_KEY_IP6_SADDR, ZW_IPV6,
				   zw_lower_link_local(l), ZW_STR(""));
		zw_draft_classes(l, &draft, "z_no_link_local", ZW_KEY_IIFNAME,
				 six);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_DROP);
	}
}

void zw_lower_test_source(struct zw_lowering *l, struct zw_draft *draft,
			  enum zw_family family, u32 zone)
{
	zw_draft_ipsec(l, draft, zone, false);
	zw_draft_members(l, draft,
			 family == ZW_IPV4 ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR,
			 family, zone);
}

void zw_lower_test_destination(struct zw_lowering *l, struct zw_draft *draft,
			       enum zw_family family, u32 zone)
{
	zw_draft_ipsec(l, draft, zone, true);
	zw_draft_members(l, draft,
			 family == ZW_IPV4 ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR,
			 family, zone);
}

static enum zw_key quoted_key(enum zw_family family, int direction)
{
	if (direction)
		return family == ZW_IPV4 ? ZW_KEY_CT_REPLY_IP_SADDR
					 : ZW_KEY_CT_REPLY_IP6_SADDR;
	return family == ZW_IPV4 ? ZW_KEY_CT_ORIGINAL_IP_SADDR
				 : ZW_KEY_CT_ORIGINAL_IP6_SADDR;
}

bool zw_lower_quoted(const struct zw_lowering *l, enum zw_family family,
		     int direction, u32 zone)
{
	return zw_lower_members(l, quoted_key(family, direction), zone)
		.of[family]
		.n;
}

void zw_lower_test_quoted(struct zw_lowering *l, struct zw_draft *draft,
			  enum zw_family family, int direction, u32 zone)
{
	zw_draft_family(draft, family);
	zw_draft_members(l, draft, quoted_key(family, direction), family, zone);
}

struct open_pair {
	u32 from, to;
};
typedef ZW_VEC(struct open_pair) open_pairs;

/* The pairs of zones between two classes that are open for DIRECTION. */
static open_pairs open_between(struct zw_lowering *l, u32 in, u32 out,
			       int direction)
{
	const struct zw_port_class *i = &l->classes.v[in];
	const struct zw_port_class *o = &l->classes.v[out];
	open_pairs pairs = { 0 };

	for (size_t a = 0; a < i->zones.n; a++) {
		for (size_t b = 0; b < o->zones.n; b++) {
			u32 from = i->zones.v[a], to = o->zones.v[b];

			if (direction ? zw_lower_opens(l, to, from)
				      : zw_lower_opens(l, from, to))
				zw_push(l->arena, pairs,
					((struct open_pair){ from, to }));
		}
	}
	return pairs;
}

struct passing {
	const open_pairs *pairs; /* by source */
	bool trusted, quoted;
	int direction;
	enum zw_family family;
};

/* Accept in CHAIN what goes to the zones of the pairs from FIRST on that have
 * the same source as that one; TRUSTED: of all pairs. */
static void pass_from(struct zw_lowering *l, const struct passing *p, u32 chain,
		      size_t first)
{
	struct zw_junction at = zw_lower_by_destination(chain, p->family);
	u32 from = p->pairs->v[first].from;
	zw_turns turns = { 0 };
	size_t i;

	for (i = first; i < p->pairs->n; i++) {
		if (!p->trusted && p->pairs->v[i].from != from)
			break;
		zw_push(l->arena, turns,
			((struct zw_turn){ p->pairs->v[i].to, ZW_PLAN_ACCEPT,
					   0 }));
	}
	if (p->quoted)
		zw_lower_test_quoted(l, &at.before, p->family, p->direction,
				     from);
	zw_lower_turns(l, &at, &turns);
}

static bool sends(struct zw_lowering *l, const struct passing *p, u32 from)
{
	return zw_lower_sends(l, from, p->family) &&
	       (!p->quoted ||
		zw_lower_quoted(l, p->family, p->direction, from));
}

/* A rule for each pair. */
static void pass_pairs(struct zw_lowering *l, const struct passing *p,
		       u32 chain)
{
	for (size_t i = 0; i < p->pairs->n; i++) {
		u32 from = p->pairs->v[i].from, to = p->pairs->v[i].to;
		struct zw_draft draft = { .n = 0 };

		if (!sends(l, p, from) ||
		    !l->model->zones.v[to].members.of[p->family].n)
			continue;
		zw_lower_test_source(l, &draft, p->family, from);
		if (p->quoted)
			zw_lower_test_quoted(l, &draft, p->family, p->direction,
					     from);
		zw_lower_test_destination(l, &draft, p->family, to);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_ACCEPT);
	}
}

/* Many pairs by source, then by destination, if sources tell zones apart. */
static void pass_by_source(struct zw_lowering *l, const struct passing *p,
			   u32 chain)
{
	struct zw_junction at = zw_lower_by_source(chain, p->family);
	zw_turns turns = { 0 };

	for (size_t i = 0; i < p->pairs->n; i++)
		if ((!i || p->pairs->v[i].from != p->pairs->v[i - 1].from) &&
		    sends(l, p, p->pairs->v[i].from))
			zw_push(l->arena, turns,
				((struct zw_turn){ p->pairs->v[i].from,
						   ZW_PLAN_GOTO, (u32)i }));
	if (p->pairs->n <= FEW_PAIRS || zw_lower_turns_meet(l, &at, &turns)) {
		pass_pairs(l, p, chain);
		return;
	}
	for (size_t i = 0; i < turns.n; i++) {
		u32 next = zw_lower_chain(l, zw_lower_number_name(l, "from"));

		pass_from(l, p, next, turns.v[i].chain);
		zw_lower_final_drop(l, next);
		turns.v[i].chain = next;
	}
	zw_lower_turns(l, &at, &turns);
}

/* The chain that lets packets between these pairs pass, by membership: of the
 * destination alone if the input class is TRUSTED; for errors (QUOTED, by
 * DIRECTION) of the quoted flow's source as well. */
static u32 passing_chain(struct zw_lowering *l, const open_pairs *pairs,
			 bool trusted, bool quoted, int direction,
			 struct zw_str name)
{
	struct zw_str key = zw_strf(l->arena, "passing %d %d", trusted,
				    quoted ? direction : -1);
	u32 chain;

	for (size_t i = 0; i < pairs->n; i++)
		key = zw_strf(l->arena, "%.*s %u>%u", ZW_STR_ARG(key),
			      trusted ? 0 : pairs->v[i].from, pairs->v[i].to);
	chain = zw_lower_known_chain(l, key);
	if (chain != ZW_NONE)
		return chain;
	chain = zw_lower_chain(l, name);
	zw_map_put(&l->chains, key, chain);
	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct passing passing = { pairs, trusted, quoted, direction,
					   (enum zw_family)f };

		if (trusted)
			pass_from(l, &passing, chain, 0);
		else
			pass_by_source(l, &passing, chain);
	}
	zw_lower_final_drop(l, chain);
	return chain;
}

/* Returns to its caller if the quoted flow's source is a member of ZONE. */
static u32 quoted_chain(struct zw_lowering *l, u32 zone, int direction)
{
	struct zw_str label = zw_lower_zone_label(l, zone);
	u32 chain = zw_lower_chain(l, zw_strf(l->arena, "z_quoted.%s.%.*s",
					      direction ? "reply" : "original",
					      ZW_STR_ARG(label)));

	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_draft draft = { .n = 0 };

		if (!zw_lower_quoted(l, (enum zw_family)f, direction, zone))
			continue;
		zw_lower_test_quoted(l, &draft, (enum zw_family)f, direction,
				     zone);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_RETURN);
	}
	zw_lower_final_drop(l, chain);
	return chain;
}

static struct zw_str between(struct zw_lowering *l, const char *what,
			     int direction, const struct zw_port_class *in,
			     const struct zw_port_class *out)
{
	return zw_strf(l->arena, "%s.%s.%.*s.%.*s", what,
		       direction ? "reply" : "original", ZW_STR_ARG(in->name),
		       ZW_STR_ARG(out->name));
}

/* The ways that established packets take; SHARED gets those that errors take
 * from classes of several zones. */
static void established_ways(struct zw_lowering *l, zw_ways *ways,
			     zw_ways *shared)
{
	for (u32 i = 0; i < l->classes.n; i++) {
		for (u32 o = 0; o < l->classes.n; o++) {
			for (int d = 0; d < 2; d++) {
				const struct zw_port_class *in =
					&l->classes.v[i];
				const struct zw_port_class *out =
					&l->classes.v[o];
				open_pairs pairs = open_between(l, i, o, d);
				struct zw_str name;

				if (!pairs.n)
					continue;
				if (in->trusted && pairs.n == out->zones.n)
					name = zw_strf(l->arena, "z_to.%.*s",
						       ZW_STR_ARG(out->name));
				else
					name = between(l, "z_between", d, in,
						       out);
				zw_push(l->arena, *ways,
					((struct zw_way){
						i, o, d, ZW_PLAN_GOTO,
						passing_chain(
							l, &pairs, in->trusted,
							false, d, name) }));
				if (in->zones.n == 1)
					continue;
				name = between(l, "z_quoted", d, in, out);
				zw_push(l->arena, *shared,
					((struct zw_way){
						i, o, d, ZW_PLAN_GOTO,
						passing_chain(l, &pairs, false,
							      true, d,
							      name) }));
			}
		}
	}
}

/* Errors: by classes of several zones, pair by pair; by all others the quoted
 * source first, then as established. */
static void lower_related(struct zw_lowering *l, u32 chain,
			  const struct zw_draft *established,
			  const zw_ways *shared)
{
	u32 related = zw_lower_chain(l, ZW_STR("z_forward.related"));
	u32 errors = zw_lower_chain(l, ZW_STR("z_forward.errors"));
	static const char *const names[] = { "z_quoted.original",
					     "z_quoted.reply" };
	struct zw_draft to = { .n = 0 };

	zw_draft_any(&to, ZW_KEY_CT_STATE, ZW_STATE_RELATED);
	zw_lower_rule_to(l, &to, chain, ZW_PLAN_GOTO, related);
	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_draft draft = { .n = 0 };

		zw_draft_error(l, &draft, (enum zw_family)f);
		zw_lower_rule_to(l, &draft, related, ZW_PLAN_GOTO, errors);
	}
	zw_lower_final_drop(l, related);
	if (shared->n) {
		struct zw_draft draft = { .n = 0 };

		zw_draft_ways(l, &draft, "z_quoted.between", shared);
		zw_lower_rule(l, &draft, errors, ZW_PLAN_CONTINUE);
	}
	for (int d = 0; d < 2; d++) {
		struct zw_draft draft = { .n = 0 };
		zw_ways ways = { 0 };

		for (u32 i = 0; i < l->classes.n; i++)
			if (l->classes.v[i].zones.n == 1)
				zw_push(l->arena, ways,
					((struct zw_way){
						i, ZW_NONE, -1, ZW_PLAN_JUMP,
						quoted_chain(
							l,
							l->classes.v[i]
								.zones.v[0],
							d) }));
		if (!ways.n)
			continue;
		zw_draft_equal(&draft, ZW_KEY_CT_DIRECTION, (u64)d);
		zw_draft_ways(l, &draft, names[d], &ways);
		zw_lower_rule(l, &draft, errors, ZW_PLAN_CONTINUE);
	}
	zw_lower_rule(l, established, errors, ZW_PLAN_CONTINUE);
	zw_lower_final_drop(l, errors);
}

/* New packets between two classes: which pair of zones is it? */
struct meeting {
	u32 from, to, rules; /* the chain of the pair's rules */
};
typedef ZW_VEC(struct meeting) meetings;

static meetings meetings_of(struct zw_lowering *l,
			    const struct zw_port_class *in,
			    const struct zw_port_class *out,
			    enum zw_family family)
{
	meetings list = { 0 };

	for (size_t a = 0; a < in->zones.n; a++) {
		for (size_t b = 0; b < out->zones.n; b++) {
			u32 from = in->zones.v[a], to = out->zones.v[b];
			u32 rules = zw_lower_rules_chain(l, from, to, family);

			if (rules != ZW_NONE)
				zw_push(l->arena, list,
					((struct meeting){ from, to, rules }));
		}
	}
	return list;
}

/* A rule for each. */
static void meet_pairs(struct zw_lowering *l, const meetings *list,
		       enum zw_family family, u32 chain)
{
	for (size_t i = 0; i < list->n; i++) {
		struct zw_draft draft = { .n = 0 };

		zw_lower_test_source(l, &draft, family, list->v[i].from);
		zw_lower_test_destination(l, &draft, family, list->v[i].to);
		zw_lower_rule_to(l, &draft, chain, ZW_PLAN_GOTO,
				 list->v[i].rules);
	}
}

/* The chain that leads from one zone's packets to the rules: the meetings from
 * FIRST on that have its source. */
static u32 meet_from(struct zw_lowering *l, const meetings *list, size_t first,
		     enum zw_family family)
{
	u32 chain = zw_lower_chain(l, zw_lower_number_name(l, "from"));
	struct zw_junction at = zw_lower_by_destination(chain, family);
	zw_turns turns = { 0 };

	for (size_t i = first; i < list->n; i++)
		if (list->v[i].from == list->v[first].from)
			zw_push(l->arena, turns,
				((struct zw_turn){ list->v[i].to, ZW_PLAN_GOTO,
						   list->v[i].rules }));
	zw_lower_turns(l, &at, &turns);
	zw_lower_final_drop(l, chain);
	return chain;
}

/* Many by source, then by destination, if sources tell zones apart. */
static void meet_by_source(struct zw_lowering *l, const meetings *list,
			   enum zw_family family, u32 chain)
{
	struct zw_junction at = zw_lower_by_source(chain, family);
	zw_turns turns = { 0 };

	for (size_t i = 0; i < list->n; i++)
		if (!i || list->v[i].from != list->v[i - 1].from)
			zw_push(l->arena, turns,
				((struct zw_turn){ list->v[i].from,
						   ZW_PLAN_GOTO, (u32)i }));
	if (list->n <= FEW_PAIRS || zw_lower_turns_meet(l, &at, &turns)) {
		meet_pairs(l, list, family, chain);
		return;
	}
	for (size_t i = 0; i < turns.n; i++)
		turns.v[i].chain = meet_from(l, list, turns.v[i].chain, family);
	zw_lower_turns(l, &at, &turns);
}

static u32 new_chain(struct zw_lowering *l, u32 in, u32 out)
{
	const struct zw_port_class *i = &l->classes.v[in];
	const struct zw_port_class *o = &l->classes.v[out];
	u32 chain = ZW_NONE;

	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		meetings list = meetings_of(l, i, o, (enum zw_family)f);

		if (!list.n)
			continue;
		if (chain == ZW_NONE)
			chain = zw_lower_chain(l, zw_strf(l->arena,
							  "z_new.%.*s.%.*s",
							  ZW_STR_ARG(i->name),
							  ZW_STR_ARG(o->name)));
		meet_by_source(l, &list, (enum zw_family)f, chain);
	}
	if (chain != ZW_NONE)
		zw_lower_final_drop(l, chain);
	return chain;
}

void zw_lower_forward(struct zw_lowering *l, u32 chain)
{
	zw_ways ways = { 0 }, shared = { 0 }, fresh = { 0 };
	struct zw_draft established = { .n = 0 }, lookup = { .n = 0 };
	struct zw_draft new = { .n = 0 };

	drop_link_messages(l, chain);
	drop_exceptions(l, chain);
	established_ways(l, &ways, &shared);
	if (ways.n) {
		zw_draft_ways(l, &lookup, "z_established", &ways);
		zw_draft_any(&established, ZW_KEY_CT_STATE,
			     ZW_STATE_ESTABLISHED);
		established.matches[established.n++] = lookup.matches[0];
		zw_lower_rule(l, &established, chain, ZW_PLAN_CONTINUE);
		lower_related(l, chain, &lookup, &shared);
	}
	for (u32 i = 0; i < l->classes.n; i++) {
		for (u32 o = 0; o < l->classes.n; o++) {
			u32 target = new_chain(l, i, o);

			if (target != ZW_NONE)
				zw_push(l->arena, fresh,
					((struct zw_way){ i, o, -1,
							  ZW_PLAN_GOTO,
							  target }));
		}
	}
	if (fresh.n) {
		zw_draft_any(&new, ZW_KEY_CT_STATE, ZW_STATE_NEW);
		zw_draft_ways(l, &new, "z_new", &fresh);
		zw_lower_rule(l, &new, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
}
