/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Input and output: as forward, with the gateway for one side. Here the
 * messages of the link (neighbour discovery, multicast listener reports) are
 * decided, in any conntrack state, before all else but redirects; and what DHCP
 * sends from no address of its zone finds that zone's rules. The gateway's own
 * answers to what it forwards or rejects leave by any interface of a zone. */
#include "compiler/lower_internal.h"

#define ALL_NODES_LO ((u128)0xff02 << 112)

static bool is_external(const struct zw_zone *zone)
{
	return zone->kind == ZW_ZONE_EXTERNAL;
}

static void lower_loopback(struct zw_lowering *l, u32 chain, enum zw_key key)
{
	struct zw_draft draft = { .n = 0 };

	zw_draft_interface(&draft, key, ZW_STR("lo"));
	zw_lower_rule(l, &draft, chain, ZW_PLAN_ACCEPT);
}

static void add_jump(struct zw_lowering *l, u32 map, u8 value, u32 chain)
{
	struct zw_plan_element *element =
		zw_lower_set_add(l, map, &value, NULL);

	element->verdict = ZW_PLAN_JUMP;
	element->chain = chain;
}

static void icmp6(struct zw_draft *draft)
{
	zw_draft_family(draft, ZW_IPV6);
	zw_draft_equal(draft, ZW_KEY_L4PROTO, 58);
}

/* Redirects fall; returns the chain for ICMPv6, to which more is added. */
static u32 lower_protocols(struct zw_lowering *l, u32 chain, const char *hook)
{
	enum zw_key key = ZW_KEY_L4PROTO;
	u32 four = zw_lower_chain(l, zw_strf(l->arena, "z_%s.icmp", hook));
	u32 six = zw_lower_chain(l, zw_strf(l->arena, "z_%s.icmp6", hook));
	u32 map = zw_lower_set(l, zw_strf(l->arena, "z_%s.protocols", hook),
			       false, true, &key, 1, zw_lower_no_cause(l));
	struct zw_draft draft = { .n = 0 }, by = { .n = 0 };

	zw_draft_family(&draft, ZW_IPV4);
	zw_draft_equal(&draft, ZW_KEY_L4PROTO, 1);
	zw_draft_equal(&draft, ZW_KEY_ICMP_TYPE, 5);
	zw_lower_rule(l, &draft, four, ZW_PLAN_DROP);
	draft.n = 0;
	icmp6(&draft);
	zw_draft_equal(&draft, ZW_KEY_ICMP6_TYPE, 137);
	zw_lower_rule(l, &draft, six, ZW_PLAN_DROP);
	add_jump(l, map, 1, four);
	add_jump(l, map, 58, six);
	zw_draft_lookup(l, &by, map);
	zw_lower_rule(l, &by, chain, ZW_PLAN_CONTINUE);
	return six;
}

static void drop_other_link(struct zw_lowering *l, u32 chain)
{
	static const u8 types[] = { 130, 131, 132, 133, 134, 135, 136, 143 };
	struct zw_draft draft = { .n = 0 };

	icmp6(&draft);
	zw_draft_lookup(l, &draft,
			zw_lower_byte_set(l, "z_link_types", ZW_KEY_ICMP6_TYPE,
					  types, sizeof(types)));
	zw_lower_rule(l, &draft, chain, ZW_PLAN_DROP);
}

static u32 report_types(struct zw_lowering *l)
{
	static const u8 types[] = { 130, 131, 132, 143 };

	return zw_lower_byte_set(l, "z_report_types", ZW_KEY_ICMP6_TYPE, types,
				 sizeof(types));
}

/* ---- input ---- */

/* Router advertisements by a class that has external zones beside others: from
 * a member of one, or from the link. */
static u32 advertisement_chain(struct zw_lowering *l,
			       const struct zw_port_class *class)
{
	u32 chain = zw_lower_chain(l, zw_strf(l->arena, "z_advertised.%.*s",
					      ZW_STR_ARG(class->name)));
	zw_ipsec_tests taken =
		zw_lower_ipsec_tests(l, class, is_external, true);
	struct zw_junction at = zw_lower_by_source(chain, ZW_IPV6);
	zw_turns turns = { 0 };

	for (size_t i = 0; i < class->zones.n; i++)
		if (is_external(&l->model->zones.v[class->zones.v[i]]))
			zw_push(l->arena, turns,
				((struct zw_turn){ class->zones.v[i],
						   ZW_PLAN_ACCEPT, 0 }));
	zw_lower_turns(l, &at, &turns);
	for (size_t i = 0; i < taken.n; i++) {
		struct zw_draft local = { .n = 0 }, none = { .n = 0 };

		zw_draft_ipsec_test(&local, taken.v[i], false);
		zw_draft_addresses(l, &local, ZW_KEY_IP6_SADDR, ZW_IPV6,
				   zw_lower_link_local(l), ZW_STR(""));
		zw_lower_rule(l, &local, chain, ZW_PLAN_ACCEPT);
		zw_draft_ipsec_test(&none, taken.v[i], false);
		zw_draft_address(&none, ZW_KEY_IP6_SADDR, ZW_IPV6, 0);
		zw_lower_rule(l, &none, chain, ZW_PLAN_ACCEPT);
	}
	zw_lower_final_drop(l, chain);
	return chain;
}

static void lower_advertisements(struct zw_lowering *l, u32 chain)
{
	struct zw_draft draft = { .n = 0 };
	zw_ways ways = { 0 };

	for (u32 i = 0; i < l->classes.n; i++) {
		const struct zw_port_class *class = &l->classes.v[i];
		struct zw_way way = { i, ZW_NONE, -1, ZW_PLAN_ACCEPT, 0 };
		size_t external = 0;

		for (size_t z = 0; z < class->zones.n; z++)
			external += is_external(
				&l->model->zones.v[class->zones.v[z]]);
		if (!external)
			continue;
		if (external != class->zones.n) {
			way.verdict = ZW_PLAN_GOTO;
			way.chain = advertisement_chain(l, class);
		}
		zw_push(l->arena, ways, way);
	}
	if (!ways.n)
		return;
	icmp6(&draft);
	zw_draft_equal(&draft, ZW_KEY_ICMP6_TYPE, 134);
	zw_draft_equal(&draft, ZW_KEY_IP6_HOPLIMIT, 255);
	zw_draft_ways(l, &draft, "z_advertised", &ways);
	zw_lower_rule(l, &draft, chain, ZW_PLAN_CONTINUE);
}

/* The interface and the source have been tested in prerouting. */
static void lower_link_in(struct zw_lowering *l, u32 chain)
{
	static const u8 types[] = { 133, 135, 136 };
	struct zw_draft neighbour = { .n = 0 }, report = { .n = 0 };

	icmp6(&neighbour);
	zw_draft_lookup(l, &neighbour,
			zw_lower_byte_set(l, "z_neighbour_types",
					  ZW_KEY_ICMP6_TYPE, types,
					  sizeof(types)));
	zw_draft_equal(&neighbour, ZW_KEY_IP6_HOPLIMIT, 255);
	zw_lower_rule(l, &neighbour, chain, ZW_PLAN_ACCEPT);
	lower_advertisements(l, chain);
	icmp6(&report);
	zw_draft_lookup(l, &report, report_types(l));
	zw_draft_addresses(l, &report, ZW_KEY_IP6_SADDR, ZW_IPV6,
			   zw_lower_link_local(l), ZW_STR(""));
	zw_lower_rule(l, &report, chain, ZW_PLAN_ACCEPT);
	drop_other_link(l, chain);
}

/* Errors from the zones of TURNS: each must quote a flow of its own zone. */
static void from_quoted(struct zw_lowering *l, const struct zw_junction *at,
			const zw_turns *turns, int direction)
{
	for (size_t i = 0; i < turns->n; i++) {
		u32 zone = turns->v[i].zone;
		struct zw_draft draft = { .n = 0 };

		if (!zw_lower_sends(l, zone, at->family) ||
		    !zw_lower_quoted(l, at->family, direction, zone))
			continue;
		zw_lower_test_source(l, &draft, at->family, zone);
		zw_lower_test_quoted(l, &draft, at->family, direction, zone);
		zw_lower_rule(l, &draft, at->chain, ZW_PLAN_ACCEPT);
	}
}

/* From members of a class's zones that are open to the gateway for DIRECTION;
 * QUOTED: errors, whose quoted source is tested as well. */
static u32 from_chain(struct zw_lowering *l, const struct zw_port_class *class,
		      int direction, bool quoted)
{
	zw_turns turns = { 0 };
	u32 chain;

	for (size_t i = 0; i < class->zones.n; i++) {
		u32 zone = class->zones.v[i];

		if (direction ? zw_lower_opens(l, ZW_SELF, zone)
			      : zw_lower_opens(l, zone, ZW_SELF))
			zw_push(l->arena, turns,
				((struct zw_turn){ zone, ZW_PLAN_ACCEPT, 0 }));
	}
	if (!turns.n)
		return ZW_NONE;
	chain = zw_lower_chain(l, zw_strf(l->arena, "z_%s.%s.%.*s",
					  quoted ? "input_quoted" : "input",
					  direction ? "reply" : "original",
					  ZW_STR_ARG(class->name)));
	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_junction at =
			zw_lower_by_source(chain, (enum zw_family)f);

		if (quoted)
			from_quoted(l, &at, &turns, direction);
		else
			zw_lower_turns(l, &at, &turns);
	}
	zw_lower_final_drop(l, chain);
	return chain;
}

static void input_by_direction(struct zw_lowering *l, u32 chain, bool quoted)
{
	static const char *const names[2][2] = {
		{ "z_input.original", "z_input.reply" },
		{ "z_input_quoted.original", "z_input_quoted.reply" },
	};

	for (int d = 0; d < 2; d++) {
		struct zw_draft draft = { .n = 0 };
		zw_ways ways = { 0 };

		for (u32 i = 0; i < l->classes.n; i++) {
			u32 to = from_chain(l, &l->classes.v[i], d, quoted);

			if (to != ZW_NONE)
				zw_push(l->arena, ways,
					((struct zw_way){ i, ZW_NONE, -1,
							  ZW_PLAN_GOTO, to }));
		}
		if (!ways.n)
			continue;
		zw_draft_equal(&draft, ZW_KEY_CT_DIRECTION, (u64)d);
		zw_draft_ways(l, &draft, names[quoted][d], &ways);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
}

static u32 state_chain(struct zw_lowering *l, u32 chain, u64 state,
		       const char *name)
{
	u32 target = zw_lower_chain(l, zw_str_from(name));
	struct zw_draft draft = { .n = 0 };

	zw_draft_any(&draft, ZW_KEY_CT_STATE, state);
	zw_lower_rule_to(l, &draft, chain, ZW_PLAN_GOTO, target);
	return target;
}

static void dhcp_by(struct zw_lowering *l, u32 *chain,
		    const struct zw_port_class *class,
		    struct zw_ipsec_test test, struct zw_str name)
{
	for (unsigned which = 0; which < 3; which++) {
		u32 rules = zw_lower_dhcp_chain(l, class, test,
						which ? ZW_IPV6 : ZW_IPV4);
		struct zw_draft draft = { .n = 0 };

		if (rules == ZW_NONE)
			continue;
		if (*chain == ZW_NONE)
			*chain = zw_lower_chain(l, name);
		zw_draft_ipsec_test(&draft, test, false);
		zw_draft_dhcp(l, &draft, which);
		zw_lower_rule_to(l, &draft, *chain, ZW_PLAN_GOTO, rules);
	}
}

static void lower_dhcp(struct zw_lowering *l, u32 *chain,
		       const struct zw_port_class *class, struct zw_str name)
{
	zw_ipsec_tests tests =
		zw_lower_ipsec_tests(l, class, zw_lower_names_networks, false);

	for (size_t i = 0; i < tests.n; i++)
		dhcp_by(l, chain, class, tests.v[i], name);
}

static u32 new_in_chain(struct zw_lowering *l,
			const struct zw_port_class *class)
{
	struct zw_str name =
		zw_strf(l->arena, "z_new.%.*s.self", ZW_STR_ARG(class->name));
	bool first = zw_lower_dhcp_first(l, class);
	u32 chain = ZW_NONE;

	if (first)
		lower_dhcp(l, &chain, class, name);
	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_junction at;
		zw_turns turns = { 0 };

		for (size_t i = 0; i < class->zones.n; i++) {
			u32 zone = class->zones.v[i], rules = ZW_NONE;

			if (zw_lower_sends(l, zone, (enum zw_family)f))
				rules = zw_lower_rules_chain(l, zone, ZW_SELF,
							     (enum zw_family)f);
			if (rules != ZW_NONE)
				zw_push(l->arena, turns,
					((struct zw_turn){ zone, ZW_PLAN_GOTO,
							   rules }));
		}
		if (!turns.n)
			continue;
		if (chain == ZW_NONE)
			chain = zw_lower_chain(l, name);
		at = zw_lower_by_source(chain, (enum zw_family)f);
		zw_lower_turns(l, &at, &turns);
	}
	if (!first)
		lower_dhcp(l, &chain, class, name);
	if (chain != ZW_NONE)
		zw_lower_final_drop(l, chain);
	return chain;
}

void zw_lower_input(struct zw_lowering *l, u32 chain)
{
	struct zw_draft draft = { .n = 0 };
	zw_ways ways = { 0 };
	u32 related;

	lower_loopback(l, chain, ZW_KEY_IIFNAME);
	lower_link_in(l, lower_protocols(l, chain, "input"));
	input_by_direction(l,
			   state_chain(l, chain, ZW_STATE_ESTABLISHED,
				       "z_input.established"),
			   false);
	related = state_chain(l, chain, ZW_STATE_RELATED, "z_input.related");
	{
		u32 errors = zw_lower_chain(l, ZW_STR("z_input.errors"));

		for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
			struct zw_draft error = { .n = 0 };

			zw_draft_error(l, &error, (enum zw_family)f);
			zw_lower_rule_to(l, &error, related, ZW_PLAN_GOTO,
					 errors);
		}
		zw_lower_final_drop(l, related);
		input_by_direction(l, errors, true);
	}
	for (u32 i = 0; i < l->classes.n; i++) {
		u32 to = new_in_chain(l, &l->classes.v[i]);

		if (to != ZW_NONE)
			zw_push(l->arena, ways,
				((struct zw_way){ i, ZW_NONE, -1, ZW_PLAN_GOTO,
						  to }));
	}
	if (ways.n) {
		zw_draft_any(&draft, ZW_KEY_CT_STATE, ZW_STATE_NEW);
		zw_draft_ways(l, &draft, "z_input.new", &ways);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
}

/* ---- output ---- */

static void accept_link_destination(struct zw_lowering *l, u32 chain,
				    struct zw_ipsec_test test, u128 lo,
				    unsigned bits)
{
	struct zw_draft draft = { .n = 0 };

	zw_draft_ipsec_test(&draft, test, true);
	zw_draft_addresses(
		l, &draft, ZW_KEY_IP6_DADDR, ZW_IPV6,
		zw_intervals_one(l->arena, lo, lo | (~(u128)0 >> bits)),
		ZW_STR(""));
	zw_lower_rule(l, &draft, chain, ZW_PLAN_ACCEPT);
}

/* To members of a class's zones, of those that WANTED chooses; LINK: and to the
 * link itself, IPv6 alone. */
static u32 to_chain(struct zw_lowering *l, const struct zw_port_class *class,
		    const char *name, int direction, bool link)
{
	zw_turns turns = { 0 };
	u32 chain;

	for (size_t i = 0; i < class->zones.n; i++) {
		u32 zone = class->zones.v[i];

		if (direction == 0 && !zw_lower_opens(l, ZW_SELF, zone))
			continue;
		if (direction == 1 && !zw_lower_opens(l, zone, ZW_SELF))
			continue;
		zw_push(l->arena, turns,
			((struct zw_turn){ zone, ZW_PLAN_ACCEPT, 0 }));
	}
	if (!turns.n)
		return ZW_NONE;
	chain = zw_lower_chain(
		l, zw_strf(l->arena, "%s.%.*s", name, ZW_STR_ARG(class->name)));
	for (unsigned f = link ? ZW_IPV6 : ZW_IPV4; f < ZW_FAMILY_COUNT; f++) {
		struct zw_junction at =
			zw_lower_by_destination(chain, (enum zw_family)f);

		zw_lower_turns(l, &at, &turns);
	}
	if (link) {
		zw_ipsec_tests taken =
			zw_lower_ipsec_tests(l, class, zw_lower_any_zone, true);

		for (size_t i = 0; i < taken.n; i++) {
			accept_link_destination(l, chain, taken.v[i],
						(u128)0xfe80 << 112, 10);
			accept_link_destination(l, chain, taken.v[i],
						ALL_NODES_LO, 16);
		}
	}
	zw_lower_final_drop(l, chain);
	return chain;
}

/* PREFIX and then the map NAME to the classes' chains; false if empty. */
static bool to_classes(struct zw_lowering *l, struct zw_draft *draft,
		       const char *name, int direction, bool link)
{
	zw_ways ways = { 0 };

	for (u32 i = 0; i < l->classes.n; i++) {
		u32 to = to_chain(l, &l->classes.v[i], name, direction, link);

		if (to != ZW_NONE)
			zw_push(l->arena, ways,
				((struct zw_way){ ZW_NONE, i, -1, ZW_PLAN_GOTO,
						  to }));
	}
	if (ways.n)
		zw_draft_ways(l, draft, name, &ways);
	return ways.n;
}

static void lower_link_out(struct zw_lowering *l, u32 chain)
{
	u32 link = zw_lower_chain(l, ZW_STR("z_output.link"));
	struct zw_draft neighbour = { .n = 0 }, report = { .n = 0 };
	struct zw_draft by = { .n = 0 };

	icmp6(&neighbour);
	zw_draft_range(&neighbour, ZW_KEY_ICMP6_TYPE, 133, 136);
	zw_draft_equal(&neighbour, ZW_KEY_IP6_HOPLIMIT, 255);
	zw_lower_rule_to(l, &neighbour, chain, ZW_PLAN_GOTO, link);
	icmp6(&report);
	zw_draft_lookup(l, &report, report_types(l));
	zw_draft_addresses(l, &report, ZW_KEY_IP6_SADDR, ZW_IPV6,
			   zw_lower_link_local(l), ZW_STR(""));
	zw_lower_rule_to(l, &report, chain, ZW_PLAN_GOTO, link);
	drop_other_link(l, chain);
	if (to_classes(l, &by, "z_output_link", -1, true))
		zw_lower_rule(l, &by, link, ZW_PLAN_CONTINUE);
	zw_lower_final_drop(l, link);
}

static void output_established(struct zw_lowering *l, u32 chain)
{
	static const char *const names[] = { "z_output.original",
					     "z_output.reply" };

	for (int d = 0; d < 2; d++) {
		struct zw_draft draft = { .n = 0 };

		zw_draft_equal(&draft, ZW_KEY_CT_DIRECTION, (u64)d);
		if (to_classes(l, &draft, names[d], d, false))
			zw_lower_rule(l, &draft, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
}

static void output_related(struct zw_lowering *l, u32 chain)
{
	u32 answers = zw_lower_chain(l, ZW_STR("z_output.answers"));
	struct zw_draft reset = { .n = 0 }, by = { .n = 0 };

	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_draft draft = { .n = 0 };

		zw_draft_error(l, &draft, (enum zw_family)f);
		zw_lower_rule_to(l, &draft, chain, ZW_PLAN_GOTO, answers);
	}
	zw_draft_equal(&reset, ZW_KEY_L4PROTO, 6);
	zw_draft_any(&reset, ZW_KEY_TCP_FLAGS, 4);
	zw_lower_rule_to(l, &reset, chain, ZW_PLAN_GOTO, answers);
	zw_lower_final_drop(l, chain);
	if (to_classes(l, &by, "z_output_answers", -1, false))
		zw_lower_rule(l, &by, answers, ZW_PLAN_CONTINUE);
	zw_lower_final_drop(l, answers);
}

static u32 new_out_chain(struct zw_lowering *l,
			 const struct zw_port_class *class)
{
	u32 chain = ZW_NONE;

	for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_junction at;
		zw_turns turns = { 0 };

		for (size_t i = 0; i < class->zones.n; i++) {
			u32 zone = class->zones.v[i];
			u32 rules = zw_lower_rules_chain(l, ZW_SELF, zone,
							 (enum zw_family)f);

			if (rules != ZW_NONE)
				zw_push(l->arena, turns,
					((struct zw_turn){ zone, ZW_PLAN_GOTO,
							   rules }));
		}
		if (!turns.n)
			continue;
		if (chain == ZW_NONE)
			chain = zw_lower_chain(
				l, zw_strf(l->arena, "z_new.self.%.*s",
					   ZW_STR_ARG(class->name)));
		at = zw_lower_by_destination(chain, (enum zw_family)f);
		zw_lower_turns(l, &at, &turns);
	}
	if (chain != ZW_NONE)
		zw_lower_final_drop(l, chain);
	return chain;
}

void zw_lower_output(struct zw_lowering *l, u32 chain)
{
	struct zw_draft draft = { .n = 0 };
	zw_ways ways = { 0 };

	lower_loopback(l, chain, ZW_KEY_OIFNAME);
	lower_link_out(l, lower_protocols(l, chain, "output"));
	output_established(l, state_chain(l, chain, ZW_STATE_ESTABLISHED,
					  "z_output.established"));
	output_related(
		l, state_chain(l, chain, ZW_STATE_RELATED, "z_output.related"));
	for (u32 i = 0; i < l->classes.n; i++) {
		u32 to = new_out_chain(l, &l->classes.v[i]);

		if (to != ZW_NONE)
			zw_push(l->arena, ways,
				((struct zw_way){ ZW_NONE, i, -1, ZW_PLAN_GOTO,
						  to }));
	}
	if (ways.n) {
		zw_draft_any(&draft, ZW_KEY_CT_STATE, ZW_STATE_NEW);
		zw_draft_ways(l, &draft, "z_output.new", &ways);
		zw_lower_rule(l, &draft, chain, ZW_PLAN_CONTINUE);
	}
	zw_lower_final_drop(l, chain);
}
