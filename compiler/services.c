/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Written services to items: names of the policy, of the standard library, of
 * IANA's protocols; ports, types, numbers. The result is normal: sorted by
 * protocol and key, disjoint, no two neighbours touch.
 *
 * No rule decides about redirects, neighbour discovery and listener reports:
 * the gateway handles them itself. They are never meant by a whole protocol
 * (`any`, `icmpv6`); a rule that names nothing else denotes nothing and is an
 * error; a claim may name them, since a claim only asks. */
#include <stdlib.h>

#include "compiler/resolve.h"

#define KEY_MAX UINT16_MAX

static const u8 followed[] = {
	ZW_PROTO_ICMP,	 ZW_PROTO_TCP,	ZW_PROTO_UDP,
	ZW_PROTO_ICMPV6, ZW_PROTO_SCTP, ZW_PROTO_UDPLITE
};

/* First and last ICMP types that rules never decide about. */
static const struct reserved_types {
	u8 proto, first, last;
} reserved[] = {
	{ ZW_PROTO_ICMP, 5, 5 },
	{ ZW_PROTO_ICMPV6, 130, 137 },
	{ ZW_PROTO_ICMPV6, 143, 143 },
};

#define RESERVED_COUNT (sizeof(reserved) / sizeof(reserved[0]))

static void push(struct zw_arena *arena, zw_service_items *items, u8 proto,
		 u32 lo, u32 hi)
{
	struct zw_service_item item = {
		.proto = proto,
		.lo = (u16)lo,
		.hi = (u16)hi,
		.families = zw_protocol_families(proto),
	};

	zw_push(arena, *items, item);
}

/* LO..HI of PROTO less what is reserved. */
static void push_decided(struct zw_arena *arena, zw_service_items *items,
			 u8 proto, u32 lo, u32 hi)
{
	size_t i;

	for (i = 0; i < RESERVED_COUNT && lo <= hi; i++) {
		u32 first = (u32)reserved[i].first << 8;
		u32 last = (u32)reserved[i].last << 8 | 0xff;

		if (reserved[i].proto != proto || last < lo || first > hi)
			continue;
		if (first > lo)
			push(arena, items, proto, lo, first - 1);
		lo = last + 1;
	}
	if (lo <= hi)
		push(arena, items, proto, lo, hi);
}

static int by_proto_and_key(const void *a, const void *b)
{
	const struct zw_service_item *x = a, *y = b;

	if (x->proto != y->proto)
		return x->proto < y->proto ? -1 : 1;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

zw_service_items zw_service_items_normal(struct zw_arena *arena,
					 zw_service_items items)
{
	zw_service_items normal = { 0 };
	size_t i;

	if (items.n)
		qsort(items.v, items.n, sizeof(*items.v), by_proto_and_key);
	for (i = 0; i < items.n; i++) {
		struct zw_service_item *last =
			normal.n ? &normal.v[normal.n - 1] : NULL;
		struct zw_service_item item = items.v[i];

		if (last && last->proto == item.proto &&
		    item.lo <= (u32)last->hi + 1) {
			if (item.hi > last->hi)
				last->hi = item.hi;
		} else {
			zw_push(arena, normal, item);
		}
	}
	return normal;
}

zw_service_items zw_service_items_any(struct zw_arena *arena)
{
	zw_service_items items = { 0 };
	size_t i;

	for (i = 0; i < sizeof(followed); i++)
		push_decided(arena, &items, followed[i], 0, KEY_MAX);
	return items;
}

u8 zw_service_families(const zw_service_items *items)
{
	u8 families = 0;
	size_t i;

	for (i = 0; i < items->n; i++)
		families |= items->v[i].families;
	return families;
}

static void out_of_range(struct zw_resolver *r, struct zw_span span,
			 const char *what, u32 value, u32 limit)
{
	struct zw_diag *diag =
		zw_diag(r->diags, limit == KEY_MAX ? ZW_Z2004 : ZW_Z2005, span,
			"%s %u is above %u", what, value, limit);

	zw_diag_here(r->diags, diag, "too large");
}

static bool add_ports(struct zw_resolver *r, u8 proto,
		      const struct zw_ast_service *service,
		      zw_service_items *items)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < service->ports.n; i++) {
		struct zw_ast_port_range range = service->ports.v[i];
		u32 most = range.lo > range.hi ? range.lo : range.hi;
		struct zw_diag *diag;

		if (most > KEY_MAX) {
			out_of_range(r, range.span, "port", most, KEY_MAX);
			ok = false;
		} else if (range.lo > range.hi) {
			diag = zw_diag(r->diags, ZW_Z2002, range.span,
				       "range ends before it begins");
			zw_diag_here(r->diags, diag,
				     "the first port is the higher");
			zw_diag_help(r->diags, diag, "write %u-%u", range.hi,
				     range.lo);
			ok = false;
		} else {
			push(r->arena, items, proto, range.lo, range.hi);
		}
	}
	return ok;
}

static bool find_protocol(struct zw_resolver *r, struct zw_ast_name name,
			  u8 *proto)
{
	struct zw_diag *diag;
	struct zw_str near;

	if (zw_protocol_number(name.text, proto))
		return true;
	diag = zw_diag(r->diags, ZW_Z1010, name.span, "unknown protocol '%.*s'",
		       ZW_STR_ARG(name.text));
	zw_diag_here(r->diags, diag, "no protocol of this name");
	near = zw_protocol_suggest(r, name.text);
	if (near.n)
		zw_diag_help(r->diags, diag, "did you mean '%.*s'?",
			     ZW_STR_ARG(near));
	return false;
}

static bool has_no(struct zw_resolver *r, const struct zw_ast_service *service,
		   const char *what)
{
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z2006, service->span,
				       "protocol '%.*s' has no %s here",
				       ZW_STR_ARG(service->proto.text), what);

	zw_diag_here(
		r->diags, diag,
		"only tcp, udp, sctp and udplite have ports, icmp and icmpv6 types");
	zw_diag_help(r->diags, diag, "write '%.*s' for every packet of it",
		     ZW_STR_ARG(service->proto.text));
	return false;
}

static bool number_of(struct zw_str text, u32 *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		if (*value < 100000)
			*value = *value * 10 + (u32)(text.p[i] - '0');
	}
	return text.n > 0;
}

static bool find_type(struct zw_resolver *r, u8 proto,
		      const struct zw_ast_service *service, u32 *type)
{
	struct zw_ast_name name = service->type;
	struct zw_diag *diag;
	struct zw_str near;
	u8 found;

	if (number_of(name.text, type)) {
		if (*type <= UINT8_MAX)
			return true;
		out_of_range(r, name.span, "type", *type, UINT8_MAX);
		return false;
	}
	if (zw_icmp_type_number(proto, name.text, &found)) {
		*type = found;
		return true;
	}
	diag = zw_diag(r->diags, ZW_Z1011, name.span,
		       "unknown %.*s type '%.*s'",
		       ZW_STR_ARG(service->proto.text), ZW_STR_ARG(name.text));
	zw_diag_here(r->diags, diag, "no type of this name");
	near = zw_icmp_type_suggest(r, proto, name.text);
	if (near.n)
		zw_diag_help(r->diags, diag, "did you mean '%.*s'?",
			     ZW_STR_ARG(near));
	return false;
}

static bool add_type(struct zw_resolver *r,
		     const struct zw_ast_service *service,
		     zw_service_items *items)
{
	u32 type;
	u8 proto;

	if (!find_protocol(r, service->proto, &proto))
		return false;
	if (proto != ZW_PROTO_ICMP && proto != ZW_PROTO_ICMPV6)
		return has_no(r, service, "types");
	if (!find_type(r, proto, service, &type))
		return false;
	if (service->has_code && service->code > UINT8_MAX) {
		out_of_range(r, service->span, "code", service->code,
			     UINT8_MAX);
		return false;
	}
	if (service->has_code)
		push(r->arena, items, proto, type << 8 | service->code,
		     type << 8 | service->code);
	else
		push(r->arena, items, proto, type << 8, type << 8 | 0xff);
	return true;
}

static void append(struct zw_resolver *r, zw_service_items *items,
		   const zw_service_items *more)
{
	size_t i;

	for (i = 0; i < more->n; i++)
		zw_push(r->arena, *items, more->v[i]);
}

static bool add_each(struct zw_resolver *r, const struct zw_scope *scope,
		     const zw_ast_services *services, zw_service_items *items);

static bool same_items(const zw_service_items *a, const zw_service_items *b)
{
	size_t i;

	for (i = 0; a->n == b->n && i < a->n; i++) {
		if (by_proto_and_key(&a->v[i], &b->v[i]) ||
		    a->v[i].hi != b->v[i].hi)
			return false;
	}
	return a->n == b->n;
}

static void check_hiding(struct zw_resolver *r,
			 const struct zw_service *service)
{
	struct zw_ast_name name = service->stmt->name;
	zw_service_items standard = { 0 };
	struct zw_diag *diag;

	if (!zw_standard_service(name.text, r->arena, &standard))
		return;
	standard = zw_service_items_normal(r->arena, standard);
	if (same_items(&standard, &service->items))
		return;
	diag = zw_diag(r->diags, ZW_Z3005, name.span,
		       "service '%.*s' hides the standard library's",
		       ZW_STR_ARG(name.text));
	zw_diag_here(r->diags, diag, "means something else from here on");
}

static void resolve_service(struct zw_resolver *r, struct zw_service *service)
{
	zw_service_items items = { 0 };

	service->progress = ZW_IN_WORK;
	r->depth++;
	if (!add_each(r, service->scope, &service->stmt->services, &items))
		service->poisoned = true;
	r->depth--;
	service->progress = ZW_DONE;
	service->written = items;
	service->items = zw_service_items_normal(r->arena, items);
	if (!service->poisoned)
		check_hiding(r, service);
}

static void cycle(struct zw_resolver *r, struct zw_service *service,
		  struct zw_span use)
{
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z1008, use,
				       "service '%.*s' contains itself",
				       ZW_STR_ARG(service->stmt->name.text));
	size_t i;

	zw_diag_here(r->diags, diag, "used while it is being defined");
	for (i = 0; i < r->services.n; i++) {
		if (r->services.v[i].progress == ZW_IN_WORK)
			zw_diag_label(r->diags, diag,
				      r->services.v[i].stmt->name.span,
				      "on the way round");
	}
	service->poisoned = true;
}

static bool add_declared(struct zw_resolver *r, struct zw_service *service,
			 struct zw_span use, zw_service_items *items)
{
	if (service->progress == ZW_IN_WORK) {
		if (!service->poisoned)
			cycle(r, service, use);
		return false;
	}
	if (service->progress == ZW_UNSEEN) {
		if (r->depth >= ZW_DEFINITION_LIMIT) {
			zw_diag(r->diags, ZW_Z1009, use,
				"definitions are nested more than %d deep",
				ZW_DEFINITION_LIMIT);
			return false;
		}
		resolve_service(r, service);
	}
	append(r, items, &service->written);
	return !service->poisoned;
}

static bool unknown_service(struct zw_resolver *r, struct zw_ast_name name)
{
	size_t own = zw_candidates(r, r->services.n), i;
	size_t standard = zw_candidates(r, zw_standard_service_count());
	struct zw_ast_name *names =
		ZW_NEW_ARRAY(r->arena, struct zw_ast_name, own + standard);

	for (i = 0; i < own; i++)
		names[i] = r->services.v[i].stmt->name;
	for (i = 0; i < standard; i++) {
		names[own + i].text = zw_standard_service_name(i);
		names[own + i].span = ZW_NO_SPAN;
	}
	zw_unknown_name(r, ZW_Z1002, "service", name, names, own + standard);
	return false;
}

static bool add_named(struct zw_resolver *r, const struct zw_scope *scope,
		      struct zw_ast_name name, zw_service_items *items)
{
	u32 at;
	u8 proto;

	if (zw_map_get(&scope->services, name.text, &at))
		return add_declared(r, &r->services.v[at], name.span, items);
	if (zw_standard_service(name.text, r->arena, items))
		return true;
	if (zw_protocol_number(name.text, &proto)) {
		push_decided(r->arena, items, proto, 0, KEY_MAX);
		return true;
	}
	if (scope->outer)
		return add_named(r, scope->outer, name, items);
	return unknown_service(r, name);
}

static bool add_one(struct zw_resolver *r, const struct zw_scope *scope,
		    const struct zw_ast_service *service,
		    zw_service_items *items)
{
	zw_service_items any;
	u8 proto;

	switch (service->kind) {
	case ZW_SERVICE_NAME:
		return add_named(r, scope, service->proto, items);
	case ZW_SERVICE_ANY:
		any = zw_service_items_any(r->arena);
		append(r, items, &any);
		return true;
	case ZW_SERVICE_PORTS:
		if (!find_protocol(r, service->proto, &proto))
			return false;
		if (!zw_protocol_has_ports(proto))
			return has_no(r, service, "ports");
		return add_ports(r, proto, service, items);
	case ZW_SERVICE_TYPE:
		return add_type(r, service, items);
	case ZW_SERVICE_NUMBER:
		if (service->number > UINT8_MAX) {
			out_of_range(r, service->span, "protocol",
				     service->number, UINT8_MAX);
			return false;
		}
		push_decided(r->arena, items, (u8)service->number, 0, KEY_MAX);
		return true;
	}
	return false;
}

static bool add_each(struct zw_resolver *r, const struct zw_scope *scope,
		     const zw_ast_services *services, zw_service_items *items)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < services->n; i++)
		ok &= add_one(r, scope, &services->v[i], items);
	return ok;
}

static zw_service_items without_reserved(struct zw_arena *arena,
					 const zw_service_items *items)
{
	zw_service_items kept = { 0 };
	size_t i;

	for (i = 0; i < items->n; i++)
		push_decided(arena, &kept, items->v[i].proto, items->v[i].lo,
			     items->v[i].hi);
	return kept;
}

void zw_resolve_all_services(struct zw_resolver *r)
{
	size_t i;

	for (i = 0; i < r->services.n; i++) {
		if (r->services.v[i].progress == ZW_UNSEEN)
			resolve_service(r, &r->services.v[i]);
	}
}

bool zw_resolve_services(struct zw_resolver *r, const struct zw_scope *scope,
			 const zw_ast_services *services, struct zw_span span,
			 enum zw_service_use use, zw_service_items *items)
{
	zw_service_items found = { 0 };
	struct zw_diag *diag;

	if (!services->n) {
		*items = zw_service_items_any(r->arena);
		return true;
	}
	if (!add_each(r, scope, services, &found))
		return false;
	if (use == ZW_SERVICES_IN_ORDER) {
		*items = found;
		return true;
	}
	*items = zw_service_items_normal(r->arena, found);
	if (use == ZW_SERVICES_OF_CLAIM)
		return true;
	*items = without_reserved(r->arena, items);
	if (items->n)
		return true;
	diag = zw_diag(r->diags, ZW_Z2013, span,
		       "no rule decides about these messages");
	zw_diag_here(r->diags, diag, "nothing is left to match");
	zw_diag_note(
		r->diags, diag,
		"redirects never pass; neighbour discovery and listener reports pass to and from the gateway on its own links");
	return false;
}
