/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translation: what `publish`, `masquerade` and `snat` become.
 *
 * A published service has three parts. Before routing, a map of address,
 * protocol and port gives host and port (one lookup for all services that a
 * zone sees). Among the rules of a pair of zones stands the gate: it asks for
 * what the connection's first packet was sent to, so that neither a packet sent
 * to the host directly nor a connection that another ruleset translated passes.
 * The original port cannot stand in a set that nft can write, so the gate is a
 * map of all the rest that leads to a chain for the port. For the host's own
 * zone the same gate stands after routing, and hides the source. Where the
 * address is an interface's, it stands in a set of its own beside these maps
 * and not in their keys, so that it may change without them.
 *
 * Sources are translated after routing, pair of zones by pair of zones. How a
 * packet came in cannot be asked there any more (nft_meta_get_validate,
 * nft_xfrm_validate), nor need it be: what arrives there has been found a
 * member of a zone, and no two zones of an interface whose sources are
 * translated have a member in common (zw_check_translated). What the gateway
 * sends itself has no input interface. These chains see the first
 * packet of a connection alone and let pass whatever they do not translate:
 * nothing in them decides. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

/* One port of a service at the gate: what the key has, and the port that the
 * connection was sent to. */
struct gate_cell {
	u8 key[37]; /* protocol, address unless an interface's, host, inner
		     * port */
	u16 outer;
	u32 publish;
};
typedef ZW_VEC(struct gate_cell) gate_cells;

static size_t address_bytes(enum zw_family family)
{
	return family == ZW_IPV4 ? 4 : 16;
}

static enum zw_key saddr_key(enum zw_family family)
{
	return family == ZW_IPV4 ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR;
}

static enum zw_key daddr_key(enum zw_family family)
{
	return family == ZW_IPV4 ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR;
}

static enum zw_key original_key(enum zw_family family)
{
	return family == ZW_IPV4 ? ZW_KEY_CT_ORIGINAL_IP_DADDR
				 : ZW_KEY_CT_ORIGINAL_IP6_DADDR;
}

static void put_port(u8 *out, u32 port)
{
	out[0] = (u8)(port >> 8);
	out[1] = (u8)port;
}

static int by_cell(const void *left, const void *right)
{
	const struct gate_cell *a = left, *b = right;
	int order = memcmp(a->key, b->key, sizeof(a->key));

	return order ? order : (a->outer > b->outer) - (a->outer < b->outer);
}

/* The one that was written. */
static struct zw_ip address_of(const struct zw_publication *publication)
{
	return (struct zw_ip){ publication->family,
			       publication->addresses.v[0].lo };
}

static void add_cells(struct zw_lowering *l, u32 index, gate_cells *out)
{
	const struct zw_publication *publication =
		&l->model->publishes.v[index].publication;
	size_t bytes = address_bytes(publication->family);
	size_t outer = publication->interface.n ? 0 : bytes;

	for (size_t i = 0; i < publication->pairs.n; i++) {
		const struct zw_port_pair *pair = &publication->pairs.v[i];

		for (u32 port = pair->outer_lo; port <= pair->outer_hi;
		     port++) {
			struct gate_cell cell = { .outer = (u16)port,
						  .publish = index };

			cell.key[0] = pair->proto;
			if (outer)
				zw_ip_bytes(address_of(publication),
					    cell.key + 1);
			zw_ip_bytes(publication->host, cell.key + 1 + outer);
			put_port(cell.key + 1 + outer + bytes,
				 pair->inner_lo + port - pair->outer_lo);
			zw_push(l->arena, *out, cell);
		}
	}
}

/* The chain for one element of the gate: N cells with equal keys. */
static u32 port_chain(struct zw_lowering *l, const struct zw_gate *gate,
		      const struct gate_cell *cells, size_t n)
{
	u8 proto = cells[0].key[0];
	struct zw_str name =
		zw_strf(l->arena, "z_port.%.*s%u.%u", ZW_STR_ARG(gate->label),
			proto, cells[0].outer);
	struct zw_str key = name;
	u32 chain;

	for (size_t i = 1; i < n; i++)
		key = zw_strf(l->arena, "%.*s-%u", ZW_STR_ARG(key),
			      cells[i].outer);
	chain = zw_lower_known_chain(l, key);
	if (chain != ZW_NONE)
		return chain;
	if (n > 1)
		name = key.n < 80 ? key : zw_lower_number_name(l, "ports");
	chain = zw_lower_chain(l, name);
	zw_map_put(&l->chains, key, chain);
	for (size_t i = 0; i < n && i < ZW_CHAIN_LIMIT; i++) {
		struct zw_draft draft = { .n = 0 };

		zw_draft_equal(&draft, ZW_KEY_L4PROTO, proto);
		zw_draft_equal(&draft, ZW_KEY_CT_ORIGINAL_DPORT,
			       cells[i].outer);
		zw_lower_rule_to(l, &draft, chain, gate->verdict, gate->target);
	}
	return chain;
}

/* The map of a gate, made once for equal gates. */
static u32 gate_map(struct zw_lowering *l, const struct zw_gate *gate,
		    const u32 *list, size_t n)
{
	bool own = l->model->publishes.v[list[0]].publication.interface.n;
	enum zw_key keys[4] = { ZW_KEY_L4PROTO };
	unsigned fields = 1;
	struct zw_str key = zw_strf(l->arena, "gate %.*s %d",
				    ZW_STR_ARG(gate->label), gate->family);
	const struct zw_rule *first = &l->model->publishes.v[list[0]].rule;
	gate_cells cells = { 0 };
	u32 map;

	for (size_t i = 0; i < n; i++) {
		add_cells(l, list[i], &cells);
		key = zw_strf(l->arena, "%.*s %u", ZW_STR_ARG(key), list[i]);
	}
	if (zw_map_get(&l->sets, key, &map))
		return map;
	if (!own)
		keys[fields++] = original_key(gate->family);
	keys[fields++] = daddr_key(gate->family);
	keys[fields++] = ZW_KEY_TH_DPORT;
	qsort(cells.v, cells.n, sizeof(*cells.v), by_cell);
	map = zw_lower_set(
		l, zw_lower_number_name(l, "published"), false, true, keys,
		fields,
		(struct zw_cause){ first->span,
				   zw_lower_comment(l->arena, first->place) });
	zw_map_put(&l->sets, key, map);
	for (size_t i = 0, end; i < cells.n; i = end) {
		u32 chain;
		struct zw_plan_element *element;

		for (end = i + 1;
		     end < cells.n && !memcmp(cells.v[i].key, cells.v[end].key,
					      sizeof(cells.v[i].key));
		     end++)
			;
		chain = port_chain(l, gate, &cells.v[i], end - i);
		element = zw_lower_set_add(l, map, cells.v[i].key, NULL);
		element->verdict = ZW_PLAN_JUMP;
		element->chain = chain;
		element->place = zw_lower_comment(
			l->arena,
			l->model->publishes.v[cells.v[i].publish].rule.place);
	}
	return map;
}

/* Those of LIST that take from ZONE the same sources as the first, and are
 * published at the same interface or at none as it is: they are moved to the
 * front. Returns how many; *SRC is NULL for all members. */
static size_t alike(struct zw_lowering *l, u32 *list, size_t n, u32 zone,
			   enum zw_family family,
			   const struct zw_intervals **src)
{
	const struct zw_intervals *members =
		&l->model->sources[zone].of[family];
	struct zw_str at =
		l->model->publishes.v[list[0]].publication.interface;
	size_t same = 0;
	u32 id = 0;

	for (size_t i = 0; i < n; i++) {
		const struct zw_publication *publication =
			&l->model->publishes.v[list[i]].publication;
		const struct zw_intervals *one = NULL;
		u32 swap = list[i], this;

		for (size_t p = 0; p < publication->from.n; p++)
			if (publication->from.v[p].zone == zone)
				one = &publication->from.v[p].src.of[family];
		ZW_ASSERT(one);
		this = zw_lower_address_id(l, family, *one);
		if (!i) {
			id = this;
			*src = this == zw_lower_address_id(l, family, *members)
				       ? NULL
				       : one;
		}
		if (this != id || !zw_str_eq(publication->interface, at))
			continue;
		list[i] = list[same];
		list[same++] = swap;
	}
	return same;
}

void zw_lower_gate(struct zw_lowering *l, const struct zw_gate *gate, u32 *list,
		   size_t n,
		   void (*put)(struct zw_lowering *l, void *context,
			       const struct zw_draft *draft,
			       struct zw_cause cause),
		   void *context)
{
	for (size_t done = 0, same; done < n; done += same) {
		const struct zw_intervals *src = NULL;
		struct zw_draft draft = gate->before;
		const struct zw_publication *one;
		struct zw_plan_set *plan;
		u32 map;

		same = alike(l, list + done, n - done, gate->from, gate->family,
			     &src);
		zw_draft_family(&draft, gate->family);
		if (src)
			zw_draft_addresses(l, &draft, saddr_key(gate->family),
					   gate->family, *src, ZW_STR(""));
		one = &l->model->publishes.v[list[done]].publication;
		if (one->interface.n)
			zw_draft_own(l, &draft, original_key(gate->family),
				     one);
		map = gate_map(l, gate, list + done, same);
		zw_draft_lookup(l, &draft, map);
		plan = &l->plan->sets.v[map];
		put(l, context, &draft,
		    (struct zw_cause){ plan->span, plan->place });
	}
}

bool zw_lower_publishes(const struct zw_lowering *l, u32 index, u32 from,
			u32 to, enum zw_family family)
{
	const struct zw_publication *publication =
		&l->model->publishes.v[index].publication;

	if (publication->family != family ||
	    (to != ZW_NONE && publication->to != to))
		return false;
	for (size_t i = 0; i < publication->from.n; i++)
		if (publication->from.v[i].zone == from)
			return true;
	return false;
}

typedef ZW_VEC(u32) numbers;

static numbers published(struct zw_lowering *l, u32 from, u32 to,
			 enum zw_family family)
{
	numbers list = { 0 };

	for (u32 i = 0; i < l->model->publishes.n; i++)
		if (zw_lower_publishes(l, i, from, to, family))
			zw_push(l->arena, list, i);
	return list;
}

/* ---- before routing ---- */

static u32 destination_map(struct zw_lowering *l, enum zw_family family,
			   const u32 *list, size_t n)
{
	const struct zw_publish *first = &l->model->publishes.v[list[0]];
	bool own = first->publication.interface.n;
	enum zw_key keys[] = { daddr_key(family), ZW_KEY_L4PROTO,
			       ZW_KEY_TH_DPORT };
	struct zw_str key = ZW_STR("destinations");
	size_t bytes = address_bytes(family), head = own ? 0 : bytes;
	u32 map;

	for (size_t i = 0; i < n; i++)
		key = zw_strf(l->arena, "%.*s %u", ZW_STR_ARG(key), list[i]);
	if (zw_map_get(&l->sets, key, &map))
		return map;
	map = zw_lower_set(
		l, zw_lower_number_name(l, "destination"), false, false,
		keys + own, 3u - own,
		(struct zw_cause){
			first->rule.span,
			zw_lower_comment(l->arena, first->rule.place) });
	zw_map_put(&l->sets, key, map);
	l->plan->sets.v[map].data = true;
	l->plan->sets.v[map].family = family;
	for (size_t i = 0; i < n; i++) {
		const struct zw_publish *publish =
			&l->model->publishes.v[list[i]];
		const struct zw_publication *one = &publish->publication;
		gate_cells cells = { 0 };

		add_cells(l, list[i], &cells);
		for (size_t c = 0; c < cells.n; c++) {
			const u8 *from = cells.v[c].key;
			struct zw_plan_element *element;
			u8 row[19];

			memcpy(row, from + 1, head);
			row[head] = from[0];
			put_port(row + head + 1, cells.v[c].outer);
			element = zw_lower_set_add(l, map, row, NULL);
			element->address = one->host.value;
			element->port = (u16)(from[1 + head + bytes] << 8 |
					      from[2 + head + bytes]);
			element->place =
				zw_lower_comment(l->arena, publish->rule.place);
		}
	}
	return map;
}

static void lower_destinations(struct zw_lowering *l, u32 chain, u32 zone,
			       enum zw_family family)
{
	numbers list = published(l, zone, ZW_NONE, family);

	for (size_t done = 0, same; done < list.n; done += same) {
		const struct zw_intervals *src = NULL;
		struct zw_draft draft = { .n = 0 };
		const struct zw_publication *one;
		struct zw_plan_set *plan;
		struct zw_plan_rule *rule;
		u32 map;

		same = alike(l, list.v + done, list.n - done, zone, family,
			     &src);
		zw_lower_test_source(l, &draft, family, zone);
		if (src)
			zw_draft_addresses(l, &draft, saddr_key(family), family,
					   *src, ZW_STR(""));
		one = &l->model->publishes.v[list.v[done]].publication;
		if (one->interface.n)
			zw_draft_own(l, &draft, daddr_key(family), one);
		map = destination_map(l, family, list.v + done, same);
		zw_draft_lookup(l, &draft, map);
		plan = &l->plan->sets.v[map];
		rule = zw_draft_end(
			l, &draft, chain, ZW_PLAN_DNAT, 0,
			(struct zw_cause){ plan->span, plan->place });
		rule->family = family;
	}
}

void zw_lower_publish(struct zw_lowering *l)
{
	struct zw_draft draft = { .n = 0 };
	zw_ways ways = { 0 };
	u32 base;

	if (!l->model->publishes.n)
		return;
	base = zw_lower_base_chain(l, "z_publish", ZW_PLAN_PREROUTING,
				   ZW_PLAN_PUBLISH_PRIORITY);
	l->plan->chains.v[base].type = ZW_PLAN_NAT;
	for (u32 i = 0; i < l->classes.n; i++) {
		const struct zw_port_class *class = &l->classes.v[i];
		u32 chain = ZW_NONE;

		for (size_t z = 0; z < class->zones.n; z++) {
			for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
				u32 zone = class->zones.v[z];

				if (!published(l, zone, ZW_NONE,
					       (enum zw_family)f)
					     .n)
					continue;
				if (chain == ZW_NONE)
					chain = zw_lower_chain(
						l,
						zw_strf(l->arena,
							"z_publish.%.*s",
							ZW_STR_ARG(
								class->name)));
				lower_destinations(l, chain, zone,
						   (enum zw_family)f);
			}
		}
		if (chain != ZW_NONE)
			zw_push(l->arena, ways,
				((struct zw_way){ i, ZW_NONE, -1, ZW_PLAN_GOTO,
						  chain }));
	}
	zw_draft_ways(l, &draft, "z_publish.from", &ways);
	zw_lower_rule(l, &draft, base, ZW_PLAN_CONTINUE);
}

/* ---- after routing ---- */

static void put_rule(struct zw_lowering *l, void *context,
		     const struct zw_draft *draft, struct zw_cause cause)
{
	zw_draft_end(l, draft, *(u32 *)context, ZW_PLAN_CONTINUE, 0, cause);
}

/* Flows of a zone to its own published host. */
static void lower_hairpin(struct zw_lowering *l, u32 chain, u32 zone,
			  enum zw_family family)
{
	numbers list = published(l, zone, zone, family);
	struct zw_gate gate = {
		.from = zone,
		.family = family,
		.verdict = ZW_PLAN_MASQUERADE,
		.label = ZW_STR("hairpin."),
	};

	if (!list.n)
		return;
	zw_draft_members(l, &gate.before, saddr_key(family), family, zone);
	zw_lower_gate(l, &gate, list.v, list.n, put_rule, &chain);
}

void zw_draft_side(struct zw_lowering *l, struct zw_draft *draft,
		   enum zw_key key, enum zw_family family, u32 zone,
		   const struct zw_ipset *side)
{
	if (zone != ZW_SELF &&
	    zw_intervals_equal(zw_lower_members(l, key, zone).of[family],
			       side->of[family]))
		zw_draft_members(l, draft, key, family, zone);
	else
		zw_draft_addresses(l, draft, key, family, side->of[family],
				   ZW_STR(""));
}

static void lower_box(struct zw_lowering *l, u32 chain,
		      const struct zw_translate *translate,
		      const struct zw_flow_box *box, enum zw_family family)
{
	const struct zw_source_translation *how = &translate->translation;
	struct zw_draft draft = { .n = 0 };
	struct zw_plan_rule *rule;

	if (!box->src.of[family].n || !box->dst.of[family].n)
		return;
	zw_draft_family(&draft, family);
	zw_draft_side(l, &draft, saddr_key(family), family, box->from,
		      &box->src);
	zw_draft_ipsec(l, &draft, box->to, true);
	zw_draft_side(l, &draft, daddr_key(family), family, box->to, &box->dst);
	rule = zw_draft_end(
		l, &draft, chain,
		how->masquerade ? ZW_PLAN_MASQUERADE : ZW_PLAN_SNAT, 0,
		(struct zw_cause){
			how->span,
			zw_lower_comment(l->arena, translate->place) });
	rule->family = how->masquerade ? family : how->family;
	rule->addresses = how->addresses;
}

bool zw_lower_holds(const struct zw_port_class *class, u32 zone)
{
	if (!class)
		return zone == ZW_SELF;
	for (size_t i = 0; i < class->zones.n; i++)
		if (class->zones.v[i] == zone)
			return true;
	return false;
}

/* What is translated from one class (NULL: from the gateway) to another. */
static u32 sources_chain(struct zw_lowering *l, const struct zw_port_class *in,
			 const struct zw_port_class *out)
{
	struct zw_str name =
		zw_strf(l->arena, "z_translate.%.*s.%.*s",
			ZW_STR_ARG((in ? in->name : ZW_STR("self"))),
			ZW_STR_ARG(out->name));
	u32 chain = zw_lower_chain(l, name);

	for (size_t z = 0; in && z < in->zones.n; z++)
		for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++)
			if (zw_lower_holds(out, in->zones.v[z]))
				lower_hairpin(l, chain, in->zones.v[z],
					      (enum zw_family)f);
	for (size_t i = 0; i < l->model->translates.n; i++) {
		const struct zw_translate *one = &l->model->translates.v[i];

		for (size_t b = 0; b < one->translation.boxes.n; b++) {
			const struct zw_flow_box *box =
				&one->translation.boxes.v[b];

			if (!zw_lower_holds(in, box->from) ||
			    !zw_lower_holds(out, box->to))
				continue;
			for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++)
				lower_box(l, chain, one, box,
					  (enum zw_family)f);
		}
	}
	if (l->plan->chains.v[chain].rules.n)
		return chain;
	/* nothing came of it, and nothing names it */
	ZW_ASSERT(chain == l->plan->chains.n - 1);
	l->plan->chains.n--;
	return ZW_NONE;
}

static void lower_own(struct zw_lowering *l, u32 base)
{
	struct zw_draft draft = { .n = 0 };
	zw_ways ways = { 0 };

	for (u32 o = 0; o < l->classes.n; o++) {
		u32 chain = sources_chain(l, NULL, &l->classes.v[o]);

		if (chain != ZW_NONE)
			zw_push(l->arena, ways,
				((struct zw_way){ ZW_NONE, o, -1, ZW_PLAN_GOTO,
						  chain }));
	}
	if (!ways.n)
		return;
	zw_draft_equal(&draft, ZW_KEY_IIF, 0);
	zw_draft_ways(l, &draft, "z_translate.self", &ways);
	zw_lower_rule(l, &draft, base, ZW_PLAN_CONTINUE);
}

static bool has_hairpin(const struct zw_lowering *l)
{
	for (u32 i = 0; i < l->model->publishes.n; i++) {
		const struct zw_publication *one =
			&l->model->publishes.v[i].publication;

		if (zw_lower_publishes(l, i, one->to, one->to, one->family))
			return true;
	}
	return false;
}

void zw_lower_sources(struct zw_lowering *l)
{
	struct zw_draft draft = { .n = 0 };
	zw_ways ways = { 0 };
	u32 base;

	if (!l->model->translates.n && !has_hairpin(l))
		return;
	l->translating = true;
	base = zw_lower_base_chain(l, "z_translate", ZW_PLAN_POSTROUTING,
				   ZW_PLAN_SOURCE_PRIORITY);
	l->plan->chains.v[base].type = ZW_PLAN_NAT;
	lower_own(l, base);
	for (u32 i = 0; i < l->classes.n; i++) {
		for (u32 o = 0; o < l->classes.n; o++) {
			u32 chain = sources_chain(l, &l->classes.v[i],
						  &l->classes.v[o]);

			if (chain != ZW_NONE)
				zw_push(l->arena, ways,
					((struct zw_way){ i, o, -1,
							  ZW_PLAN_GOTO,
							  chain }));
		}
	}
	if (ways.n) {
		zw_draft_ways(l, &draft, "z_translations", &ways);
		zw_lower_rule(l, &draft, base, ZW_PLAN_CONTINUE);
	}
	l->translating = false;
}
