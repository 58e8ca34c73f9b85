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

void zw_add_interface(struct zw_resolver *r, struct zw_zone *zone,
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

/* Beside blocks a zone says nothing of interfaces. */
static void refuse_own(struct zw_resolver *r,
		       const struct zw_ast_member *member,
		       const struct zw_zone *zone)
{
	const struct zw_ast_stmt *gateway = r->blocks.v[0].stmt;
	struct zw_diag *diag = zw_diag(
		r->diags, ZW_Z1016, member->span,
		"zone '%.*s' says by which interfaces it is, and so do gateways",
		ZW_STR_ARG(zone->name));

	zw_diag_here(r->diags, diag, "of which gateway?");
	zw_diag_label(r->diags, diag, gateway->name.span,
		      "this gateway names its interfaces itself");
	zw_diag_help(r->diags, diag,
		     "write 'interface %.*s = NAMES' in the gateway's block",
		     ZW_STR_ARG(zone->name));
}

static bool says_where(const struct zw_ast_member *member)
{
	return member->kind == ZW_MEMBER_INTERFACE ||
	       member->kind == ZW_MEMBER_IPSEC ||
	       member->kind == ZW_MEMBER_NOT_IPSEC;
}

/* Does a block say by which interfaces ZONE is? */
static bool bound(const struct zw_resolver *r, u32 zone)
{
	size_t i, j;

	for (i = 0; i < r->blocks.n; i++)
		for (j = 0; j < r->blocks.v[i].bindings.n; j++)
			if (r->blocks.v[i].bindings.v[j].zone == zone)
				return true;
	return false;
}

static void take_binding(struct zw_zone *zone, const struct zw_binding *binding)
{
	zone->interfaces.v = binding->as.interfaces.v;
	zone->interfaces.n = zone->interfaces.cap = binding->as.interfaces.n;
	zone->ipsec = binding->as.ipsec;
	zone->has_reqid = binding->as.has_reqid;
	zone->reqid = binding->as.reqid;
}

void zw_resolve_interfaces(struct zw_resolver *r, u32 at)
{
	const struct zw_ast_stmt *stmt = r->extras.v[at].stmt;
	const struct zw_binding *only = zw_only_binding(r, at);
	struct zw_zone *zone = &r->model->zones.v[at];
	bool written = r->blocks.n && bound(r, at);
	struct zw_diag *diag;
	size_t i, j;

	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		if (r->blocks.n && says_where(member)) {
			refuse_own(r, member, zone);
			return;
		}
		if (member->kind != ZW_MEMBER_INTERFACE)
			continue;
		for (j = 0; j < member->interfaces.n; j++)
			zw_add_interface(r, zone, &member->interfaces.v[j]);
		written = true;
	}
	if (only)
		take_binding(zone, only);
	if (written || (r->blocks.n && r->incomplete))
		return;
	diag = zw_diag(r->diags, ZW_Z2014, zone->span,
		       "zone '%.*s' has no interface", ZW_STR_ARG(zone->name));
	zw_diag_here(r->diags, diag, "no packet comes from here");
	if (r->blocks.n)
		zw_diag_help(r->diags, diag,
			     "add 'interface %.*s = NAME' to a gateway",
			     ZW_STR_ARG(zone->name));
	else
		zw_diag_help(r->diags, diag, "add 'interface NAME' to it");
}

/* One zone's use of a name; uses of one name are a chain. */
struct use {
	u32 zone;
	const struct zw_interface *interface;
	u32 next; /* in uses, UINT32_MAX at the end */
};

struct uses {
	const struct zw_sharing *sharing;
	struct zw_map first; /* by name, to v */
	ZW_VEC(struct use) v;
};

/* Each of several gateways has interfaces of its own. */
static void note_gateway(struct zw_resolver *r, struct zw_diag *diag,
			 const struct zw_sharing *sharing,
			 const struct zw_interface *interface)
{
	if (sharing->gateway)
		zw_diag_note(r->diags, diag,
			     "at gateway '%.*s', interface '%.*s%s'",
			     ZW_STR_ARG(sharing->gateway->name),
			     ZW_STR_ARG(interface->name),
			     interface->pattern ? "*" : "");
}

static struct zw_diag *conflict(struct zw_resolver *r, enum zw_code code,
				const struct zw_sharing *sharing,
				const struct use *a, const struct use *b,
				const char *what)
{
	const struct zw_zone *zones = sharing->zones;
	struct zw_diag *diag = zw_diag(r->diags, code, b->interface->span,
				       "zones '%.*s' and '%.*s' %s",
				       ZW_STR_ARG(zones[a->zone].name),
				       ZW_STR_ARG(zones[b->zone].name), what);

	zw_diag_label(r->diags, diag, a->interface->span, "of zone '%.*s'",
		      ZW_STR_ARG(zones[a->zone].name));
	zw_diag_here(r->diags, diag, "of zone '%.*s'",
		     ZW_STR_ARG(zones[b->zone].name));
	note_gateway(r, diag, sharing, b->interface);
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
static bool sources_differ(struct zw_resolver *r,
			   const struct zw_sharing *sharing,
			   const struct use *a, const struct use *b)
{
	const struct zw_zone *x = &sharing->zones[a->zone];
	const struct zw_zone *y = &sharing->zones[b->zone];
	struct zw_diag *diag;

	if (r->model->has_policy && ((x->spoofing_allowed && is_guarded(y)) ||
				     (y->spoofing_allowed && is_guarded(x)))) {
		diag = conflict(r, ZW_Z2021, sharing, a, b,
				"share an interface that allows spoofing");
		zw_diag_note(r->diags, diag,
			     "a DMZ or an internal zone must not be on it");
		return false;
	}
	if (!takes_any_source(x) || !takes_any_source(y))
		return true;
	diag = conflict(r, ZW_Z2016, sharing, a, b,
			"share an interface and take the same sources");
	zw_diag_help(r->diags, diag,
		     "at most one of them may say 'spoofing allow'");
	return false;
}

/* Two zones that a link brings to one interface: nothing but addresses tells
 * them apart, and what one could do in the other's name the proofs of the
 * other gateways and of the whole are about. */
static bool may_share_link(struct zw_resolver *r,
			   const struct zw_sharing *sharing,
			   const struct use *a, const struct use *b)
{
	struct zw_diag *diag;

	if (sharing->zones[a->zone].has_network ||
	    sharing->zones[b->zone].has_network)
		return sources_differ(r, sharing, a, b);
	diag = conflict(r, ZW_Z2016, sharing, a, b, "lie behind one link");
	zw_diag_help(r->diags, diag,
		     "at most one zone behind a link names no network");
	return false;
}

/* Two zones on one interface, where some zone says `ipsec` or none does. */
static bool may_share(struct zw_resolver *r, const struct zw_sharing *sharing,
		      const struct use *a, const struct use *b, bool ipsec_here)
{
	const struct zw_zone *x = &sharing->zones[a->zone];
	const struct zw_zone *y = &sharing->zones[b->zone];
	bool x_only = x->ipsec == ZW_IPSEC_ONLY;
	bool y_only = y->ipsec == ZW_IPSEC_ONLY;
	struct zw_diag *diag;

	if (sharing->by_link && sharing->by_link[a->zone] &&
	    sharing->by_link[b->zone] && x_only == y_only &&
	    x->has_reqid == y->has_reqid && x->reqid == y->reqid)
		return may_share_link(r, sharing, a, b);
	if (dmz_and_internal(x, y) && x_only == y_only) {
		diag = conflict(r, ZW_Z2019, sharing, a, b,
				"share an interface");
		zw_diag_help(
			r->diags, diag,
			"give the DMZ an interface of its own; only IPsec tells the two apart on one");
		return false;
	}
	if (x_only && y_only) {
		if (x->has_reqid && y->has_reqid && x->reqid != y->reqid)
			return true;
		diag = conflict(r, ZW_Z2022, sharing, a, b,
				"both take what comes through IPsec here");
		zw_diag_help(r->diags, diag,
			     "write 'ipsec reqid N' in both, with two numbers");
		return false;
	}
	if (x_only || y_only)
		return true;
	if ((x->has_network && y->has_network) ||
	    (ipsec_here && (x->has_network || y->has_network)))
		return sources_differ(r, sharing, a, b);
	diag = conflict(r, ZW_Z2016, sharing, a, b, "share an interface");
	zw_diag_help(r->diags, diag,
		     "zones may share one where each names its networks");
	return false;
}

static void check_uses(struct zw_resolver *r, struct uses *uses, u32 first)
{
	struct zw_zone *zones = uses->sharing->zones;
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
			if (!may_share(r, uses->sharing, &uses->v.v[j],
				       &uses->v.v[i], ipsec))
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
		diag = conflict(r, ZW_Z2017, uses->sharing, other, pattern,
				"claim the same interfaces");
		zw_diag_note(
			r->diags, diag,
			"a pattern never overlaps what another zone names");
		zw_diag_help(
			r->diags, diag,
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

void zw_check_interfaces(struct zw_resolver *r,
			 const struct zw_sharing *sharing)
{
	struct uses uses = { .sharing = sharing };
	u32 zone, at;
	size_t i;

	zw_map_init(&uses.first, r->arena);
	for (zone = 0; zone < sharing->n; zone++) {
		const struct zw_zone *z = &sharing->zones[zone];

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
