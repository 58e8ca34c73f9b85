/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A condition is a set of packets like any other; the answer is its
 * intersection with what can pass. Conditions about ports hold for protocols
 * that have ports, those about types for ICMP, of each family its own. */
#include "verifier/query.h"

#include "verifier/entry.h"
#include "verifier/matrix.h"
#include "verifier/prove.h"

static zw_node any_of(struct zw_space *space, u32 field,
		      struct zw_intervals ranges)
{
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; i < ranges.n; i++)
		out = zw_or(space->d, out,
			    zw_space_range(space, field, (u32)ranges.v[i].lo,
					   (u32)ranges.v[i].hi));
	return out;
}

static zw_node icmp(struct zw_space *space)
{
	return zw_if(space->d, zw_space_is(space, ZW_FIELD_FAMILY, 0),
		     zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_ICMP),
		     zw_space_is(space, ZW_FIELD_PROTO, IPPROTO_ICMPV6));
}

/* Types are the high byte of the field. */
static zw_node types(struct zw_space *space, struct zw_intervals ranges)
{
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; i < ranges.n; i++)
		out = zw_or(space->d, out,
			    zw_space_range(space, ZW_FIELD_SPORT,
					   (u32)ranges.v[i].lo << 8,
					   (u32)ranges.v[i].hi << 8 | 255));
	return zw_and(space->d, out, icmp(space));
}

static zw_node codes(struct zw_space *space, struct zw_intervals ranges)
{
	zw_node out = ZW_EMPTY;
	u32 type;
	size_t i;

	for (type = 0; type < 256; type++) {
		for (i = 0; i < ranges.n; i++)
			out = zw_or(space->d, out,
				    zw_space_range(
					    space, ZW_FIELD_SPORT,
					    type << 8 | (u32)ranges.v[i].lo,
					    type << 8 | (u32)ranges.v[i].hi));
	}
	return zw_and(space->d, out, icmp(space));
}

static zw_node addresses(struct zw_space *space, u32 field, struct zw_ipset set)
{
	return zw_if(
		space->d, zw_space_is(space, ZW_FIELD_FAMILY, 0),
		zw_space_addresses(space, field, ZW_IPV4, set.of[ZW_IPV4]),
		zw_space_addresses(space, field, ZW_IPV6, set.of[ZW_IPV6]));
}

static zw_node interface(struct zw_space *space, u32 field,
			 const struct zw_condition *c)
{
	u32 first, last;

	if (!zw_space_names(space, c->name, c->pattern, &first, &last))
		return ZW_EMPTY;
	return zw_space_index(space, field, first, last);
}

/* Of packets on PATH: what has no input or output interface is on none. */
static zw_node condition(struct zw_space *space, enum zw_path path,
			 const struct zw_condition *c)
{
	struct zw_diagrams *d = space->d;

	switch (c->kind) {
	case ZW_CONDITION_AND:
		return zw_and(d, condition(space, path, c->a),
			      condition(space, path, c->b));
	case ZW_CONDITION_OR:
		return zw_or(d, condition(space, path, c->a),
			     condition(space, path, c->b));
	case ZW_CONDITION_NOT:
		return zw_not(d, condition(space, path, c->a));
	case ZW_CONDITION_PROTO:
		return any_of(space, ZW_FIELD_PROTO, c->ranges);
	case ZW_CONDITION_DPORT:
		return zw_and(d, any_of(space, ZW_FIELD_DPORT, c->ranges),
			      zw_entry_ports(space));
	case ZW_CONDITION_SPORT:
		return zw_and(d, any_of(space, ZW_FIELD_SPORT, c->ranges),
			      zw_entry_ports(space));
	case ZW_CONDITION_TYPE:
		return types(space, c->ranges);
	case ZW_CONDITION_CODE:
		return codes(space, c->ranges);
	case ZW_CONDITION_FAMILY:
		return any_of(space, ZW_FIELD_FAMILY, c->ranges);
	case ZW_CONDITION_SRC:
		return addresses(space, ZW_FIELD_SRC, c->addresses);
	case ZW_CONDITION_DST:
		return addresses(space, ZW_FIELD_DST, c->addresses);
	case ZW_CONDITION_IN:
		return path == ZW_PATH_OUTPUT
			       ? ZW_EMPTY
			       : interface(space, ZW_FIELD_IN, c);
	case ZW_CONDITION_OUT:
		return path == ZW_PATH_INPUT
			       ? ZW_EMPTY
			       : interface(space, ZW_FIELD_OUT, c);
	case ZW_CONDITION_SERVICE:
		break;
	}
	return zw_matrix_services(space, c->services);
}

/* ---- sides --------------------------------------------------------------- */

/* Addresses of PARTY that TERMS name; false if they do not name it. */
static bool named(struct zw_space *space, const zw_claim_terms *terms,
		  const struct zw_party *party, u32 field, zw_node *set)
{
	size_t i;

	*set = ZW_ALL;
	if (!terms)
		return true;
	for (i = 0; i < terms->n; i++) {
		if (terms->v[i].zone != party->zone)
			continue;
		if (terms->v[i].narrowed)
			*set = addresses(space, field, terms->v[i].addrs);
		return true;
	}
	return false;
}

static void ask_pair(struct zw_study *study, const struct zw_party *from,
		     const struct zw_party *to, enum zw_path path, zw_node set,
		     struct zw_query_result *out)
{
	struct zw_flows *f = study->of[0];
	const struct zw_flow_path *p = &f->paths[path];
	struct zw_query_pair pair = { .from = from, .to = to, .path = path };
	struct zw_extent extent;

	zw_classes_of(study->arena, study->space, set, 0, &pair.classes);
	zw_extent_measure(study->arena, study->space, set, &extent);
	pair.count = extent.count;
	pair.sure = zw_subset(study->d, set, p->sure);
	pair.has_example = zw_flows_example(
		f, path,
		zw_and(study->d, set, zw_and(study->d, p->plain, p->accepted)),
		ZW_WANT_ACCEPT, &pair.example, NULL);
	zw_push(study->arena, out->pairs, pair);
}

void zw_query_ask(struct zw_study *study, const struct zw_query *query,
		  struct zw_query_result *out)
{
	struct zw_space *space = study->space;
	zw_node where[ZW_PATH_COUNT], src, dst;
	enum zw_path path;
	size_t i, k, n;

	*out = (struct zw_query_result){ 0 };
	zw_parties_of(study->of[0], &out->parties);
	for (path = 0; path < ZW_PATH_COUNT; path++)
		where[path] = query->where
				      ? condition(space, path, query->where)
				      : ZW_ALL;
	n = out->parties.list.n;
	for (i = 0; i < n; i++) {
		const struct zw_party *from = &out->parties.list.v[i];

		if (!named(space, query->from, from, ZW_FIELD_SRC, &src))
			continue;
		for (k = 0; k < n; k++) {
			const struct zw_party *to = &out->parties.list.v[k];
			zw_node set;

			if (!named(space, query->to, to, ZW_FIELD_DST, &dst) ||
			    !zw_parties_path(from, to, &path))
				continue;
			set = zw_parties_between(
				space, from, to,
				study->of[0]->paths[path].possible);
			set = zw_and(space->d, set, zw_and(space->d, src, dst));
			set = zw_and(space->d, set, where[path]);
			if (!zw_same(set, ZW_EMPTY))
				ask_pair(study, from, to, path, set, out);
		}
	}
}
