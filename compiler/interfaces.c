/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces of zones: their names as the kernel takes them (net/core/dev.c,
 * dev_valid_name: 1 to 15 bytes, neither "." nor "..", no '/', ':' or blank),
 * patterns, and which zones may share one. After this every zone's list is
 * free of repetitions, and a zone that shares an interface with one that says
 * `ipsec` means `not ipsec`. An interface need not exist. */
#include "compiler/resolve.h"

static const char *bad_name(struct zw_str name)
{
	size_t i;

	if (!name.n)
		return "a name has one byte at least";
	if (zw_str_is(name, ".") || zw_str_is(name, ".."))
		return "no interface has this name";
	for (i = 0; i < name.n; i++) {
		u8 c = (u8)name.p[i];

		if (c == '*')
			return "'*' stands at the end alone";
		if (c <= ' ' || c == 0x7f || strchr("/:\"\\", c))
			return "blanks, control characters, '/', ':', '\"' and '\\' cannot stand in it";
	}
	return NULL;
}

static bool too_long(struct zw_resolver *r, const struct zw_ast_name *written)
{
	struct zw_diag *diag;

	if (written->text.n <= ZW_INTERFACE_NAME_LIMIT)
		return false;
	diag = zw_diag(r->diags, ZW_Z1007, written->span,
		       "an interface's name has at most %d bytes",
		       ZW_INTERFACE_NAME_LIMIT);
	zw_diag_here(r->diags, diag, "this one has %zu", written->text.n);
	return true;
}

bool zw_check_interface_name(struct zw_resolver *r,
			     const struct zw_ast_name *written)
{
	const char *why = bad_name(written->text);
	struct zw_diag *diag;

	if (too_long(r, written))
		return false;
	if (!why)
		return true;
	if (written->text.n && memchr(written->text.p, '*', written->text.n))
		why = "one interface belongs here, no pattern";
	diag = zw_diag(r->diags, ZW_Z2015, written->span,
		       "'%.*s' is no interface's name",
		       ZW_STR_ARG(written->text));
	zw_diag_here(r->diags, diag, "%s", why);
	return false;
}

static bool check_name(struct zw_resolver *r, const struct zw_ast_name *written,
		       const struct zw_interface *interface)
{
	const char *why = NULL;
	struct zw_diag *diag;

	if (interface->pattern && !interface->name.n) {
		diag = zw_diag(r->diags, ZW_Z2017, written->span,
			       "'*' would take every interface");
		zw_diag_here(r->diags, diag, "name the interfaces");
		return false;
	}
	if (too_long(r, written))
		return false;
	why = bad_name(interface->name);
	if (!why && !interface->pattern && zw_str_is(interface->name, "lo"))
		why = "loopback is the gateway itself and always allowed";
	if (!why)
		return true;
	diag = zw_diag(r->diags, ZW_Z2015, written->span,
		       "'%.*s' is no interface of a zone",
		       ZW_STR_ARG(written->text));
	zw_diag_here(r->diags, diag, "%s", why);
	return false;
}

/* Has every name that B stands for A's beginning? A is a pattern. */
static bool covers(const struct zw_interface *a, const struct zw_interface *b)
{
	return b->name.n >= a->name.n &&
	       (!a->name.n || !memcmp(a->name.p, b->name.p, a->name.n));
}

/* Is A within what the zone has already, or the other way round? */
static bool known(struct zw_resolver *r, struct zw_zone *zone,
		  const struct zw_interface *now)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < zone->interfaces.n; i++) {
		struct zw_interface *old = &zone->interfaces.v[i];
		bool wider = old->pattern && covers(old, now);
		bool narrower = now->pattern && covers(now, old);

		if (!old->pattern && !now->pattern &&
		    zw_str_eq(old->name, now->name)) {
			diag = zw_diag(r->diags, ZW_Z1012, now->span,
				       "interface '%.*s' is named twice",
				       ZW_STR_ARG(now->name));
			zw_diag_here(r->diags, diag, "named again here");
			zw_diag_label(r->diags, diag, old->span,
				      "first named here");
			return true;
		}
		if (!wider && !narrower)
			continue;
		diag = zw_diag(r->diags, ZW_Z3006,
			       wider ? now->span : old->span,
			       "a pattern of this zone covers it already");
		zw_diag_here(r->diags, diag, "has no effect");
		zw_diag_label(r->diags, diag, wider ? old->span : now->span,
			      "this pattern");
		if (wider)
			return true;
		*old = zone->interfaces.v[--zone->interfaces.n];
		i--;
	}
	return false;
}

static bool too_many(struct zw_resolver *r, struct zw_span span)
{
	struct zw_diag *diag;

	if (++r->interface_count <= ZW_INTERFACE_LIMIT)
		return false;
	if (!r->exhausted) {
		diag = zw_diag(r->diags, ZW_Z2032, span,
			       "more than %d interfaces", ZW_INTERFACE_LIMIT);
		zw_diag_here(r->diags, diag, "one too many");
	}
	r->exhausted = true;
	return true;
}

static void add_interface(struct zw_resolver *r, struct zw_zone *zone,
			  const struct zw_ast_name *written)
{
	struct zw_interface interface = {
		.name = zw_str_copy(r->arena, written->text),
		.span = written->span,
	};

	if (interface.name.n && interface.name.p[interface.name.n - 1] == '*') {
		interface.pattern = true;
		interface.name.n--;
	}
	if (too_many(r, written->span))
		return;
	if (check_name(r, written, &interface) && !known(r, zone, &interface))
		zw_push(r->arena, zone->interfaces, interface);
}

void zw_resolve_interfaces(struct zw_resolver *r, u32 at)
{
	const struct zw_ast_stmt *stmt = r->extras.v[at].stmt;
	struct zw_zone *zone = &r->model->zones.v[at];
	bool written = false;
	struct zw_diag *diag;
	size_t i, j;

	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		if (member->kind != ZW_MEMBER_INTERFACE)
			continue;
		for (j = 0; j < member->interfaces.n; j++)
			add_interface(r, zone, &member->interfaces.v[j]);
		written = true;
	}
	if (written)
		return;
	diag = zw_diag(r->diags, ZW_Z2014, zone->span,
		       "zone '%.*s' has no interface", ZW_STR_ARG(zone->name));
	zw_diag_here(r->diags, diag, "no packet comes from here");
	zw_diag_help(r->diags, diag, "add 'interface NAME' to it");
}

/* One zone's use of a name; uses of one name are a chain. */
struct use {
	u32 zone;
	const struct zw_interface *interface;
	u32 next; /* in uses, UINT32_MAX at the end */
};

struct uses {
	struct zw_map first; /* by name, to v */
	ZW_VEC(struct use) v;
};

static struct zw_diag *conflict(struct zw_resolver *r, enum zw_code code,
				const struct use *a, const struct use *b,
				const char *what)
{
	const struct zw_zone *zones = r->model->zones.v;
	struct zw_diag *diag = zw_diag(r->diags, code, b->interface->span,
				       "zones '%.*s' and '%.*s' %s",
				       ZW_STR_ARG(zones[a->zone].name),
				       ZW_STR_ARG(zones[b->zone].name), what);

	zw_diag_label(r->diags, diag, a->interface->span, "of zone '%.*s'",
		      ZW_STR_ARG(zones[a->zone].name));
	zw_diag_here(r->diags, diag, "of zone '%.*s'",
		     ZW_STR_ARG(zones[b->zone].name));
	return diag;
}

static bool dmz_and_internal(const struct zw_zone *a, const struct zw_zone *b)
{
	return (a->kind == ZW_ZONE_DMZ && b->kind == ZW_ZONE_INTERNAL) ||
	       (a->kind == ZW_ZONE_INTERNAL && b->kind == ZW_ZONE_DMZ);
}

static bool takes_any_source(const struct zw_zone *zone)
{
	return zone->spoofing_allowed || !zone->has_network;
}

static bool is_guarded(const struct zw_zone *zone)
{
	return zone->kind == ZW_ZONE_DMZ || zone->kind == ZW_ZONE_INTERNAL;
}

/* Two zones that nothing but sources tells apart. */
static bool sources_differ(struct zw_resolver *r, const struct use *a,
			   const struct use *b)
{
	const struct zw_zone *x = &r->model->zones.v[a->zone];
	const struct zw_zone *y = &r->model->zones.v[b->zone];
	struct zw_diag *diag;

	if (r->model->has_policy && ((x->spoofing_allowed && is_guarded(y)) ||
				     (y->spoofing_allowed && is_guarded(x)))) {
		diag = conflict(r, ZW_Z2021, a, b,
				"share an interface that allows spoofing");
		zw_diag_note(r->diags, diag,
			     "a DMZ or an internal zone must not be on it");
		return false;
	}
	if (!takes_any_source(x) || !takes_any_source(y))
		return true;
	diag = conflict(r, ZW_Z2016, a, b,
			"share an interface and take the same sources");
	zw_diag_help(r->diags, diag,
		     "at most one of them may say 'spoofing allow'");
	return false;
}

/* Two zones on one interface, where some zone says `ipsec` or none does. */
static bool may_share(struct zw_resolver *r, const struct use *a,
		      const struct use *b, bool ipsec_here)
{
	const struct zw_zone *x = &r->model->zones.v[a->zone];
	const struct zw_zone *y = &r->model->zones.v[b->zone];
	bool x_only = x->ipsec == ZW_IPSEC_ONLY;
	bool y_only = y->ipsec == ZW_IPSEC_ONLY;
	struct zw_diag *diag;

	if (dmz_and_internal(x, y) && x_only == y_only) {
		diag = conflict(r, ZW_Z2019, a, b, "share an interface");
		zw_diag_help(
			r->diags, diag,
			"give the DMZ an interface of its own; only IPsec tells the two apart on one");
		return false;
	}
	if (x_only && y_only) {
		if (x->has_reqid && y->has_reqid && x->reqid != y->reqid)
			return true;
		diag = conflict(r, ZW_Z2022, a, b,
				"both take what comes through IPsec here");
		zw_diag_help(r->diags, diag,
			     "write 'ipsec reqid N' in both, with two numbers");
		return false;
	}
	if (x_only || y_only)
		return true;
	if ((x->has_network && y->has_network) ||
	    (ipsec_here && (x->has_network || y->has_network)))
		return sources_differ(r, a, b);
	diag = conflict(r, ZW_Z2016, a, b, "share an interface");
	zw_diag_help(r->diags, diag,
		     "zones may share one where each names its networks");
	return false;
}

static void check_uses(struct zw_resolver *r, struct uses *uses, u32 first)
{
	struct zw_zone *zones = r->model->zones.v;
	bool ipsec = false;
	u32 i, j;

	for (i = first; i != UINT32_MAX; i = uses->v.v[i].next)
		ipsec |= zones[uses->v.v[i].zone].ipsec == ZW_IPSEC_ONLY;
	for (i = first; i != UINT32_MAX; i = uses->v.v[i].next) {
		for (j = uses->v.v[i].next; j != UINT32_MAX;
		     j = uses->v.v[j].next) {
			zones[uses->v.v[i].zone].shares_interface = true;
			zones[uses->v.v[j].zone].shares_interface = true;
			/* the chain runs from the last use to the first */
			if (!may_share(r, &uses->v.v[j], &uses->v.v[i], ipsec))
				return;
		}
	}
	for (i = first; i != UINT32_MAX; i = uses->v.v[i].next) {
		struct zw_zone *zone = &zones[uses->v.v[i].zone];

		if (ipsec && zone->ipsec == ZW_IPSEC_EITHER)
			zone->ipsec = ZW_IPSEC_NOT;
	}
}

static void check_pattern(struct zw_resolver *r, const struct uses *uses,
			  const struct use *pattern)
{
	size_t i;

	for (i = 0; i < uses->v.n; i++) {
		const struct use *other = &uses->v.v[i];
		struct zw_diag *diag;

		if (other->zone == pattern->zone ||
		    !covers(pattern->interface, other->interface))
			continue;
		/* two equal patterns: said once, at the second */
		if (other->interface->pattern &&
		    other->interface->name.n == pattern->interface->name.n &&
		    other->zone > pattern->zone)
			continue;
		diag = conflict(r, ZW_Z2017, other, pattern,
				"claim the same interfaces");
		zw_diag_note(
			r->diags, diag,
			"a pattern never overlaps what another zone names");
		zw_diag_help(r->diags, diag,
			     "make the pattern narrower, or name its interfaces");
	}
}

bool zw_share_interface(const struct zw_zone *a, const struct zw_zone *b)
{
	size_t i, j;

	/* patterns of two zones stand for no common name */
	for (i = 0; i < a->interfaces.n; i++)
		for (j = 0; j < b->interfaces.n; j++)
			if (!a->interfaces.v[i].pattern &&
			    !b->interfaces.v[j].pattern &&
			    zw_str_eq(a->interfaces.v[i].name,
				      b->interfaces.v[j].name))
				return true;
	return false;
}

void zw_check_interfaces(struct zw_resolver *r)
{
	struct uses uses = { 0 };
	u32 zone, at;
	size_t i;

	zw_map_init(&uses.first, r->arena);
	for (zone = 0; zone < r->model->zones.n; zone++) {
		const struct zw_zone *z = &r->model->zones.v[zone];

		for (i = 0; i < z->interfaces.n; i++) {
			struct use use = { zone, &z->interfaces.v[i],
					   UINT32_MAX };

			if (!use.interface->pattern) {
				zw_map_get(&uses.first, use.interface->name,
					   &use.next);
				zw_map_put(&uses.first, use.interface->name,
					   (u32)uses.v.n);
			}
			zw_push(r->arena, uses.v, use);
		}
	}
	for (i = 0; i < uses.v.n; i++) {
		if (uses.v.v[i].interface->pattern)
			check_pattern(r, &uses, &uses.v.v[i]);
		else if (zw_map_get(&uses.first, uses.v.v[i].interface->name,
				    &at) &&
			 at == i)
			check_uses(r, &uses, at);
	}
}
