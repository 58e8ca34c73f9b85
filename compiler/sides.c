/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An endpoint (`office(admins), dmz, any except a`) to the zones it names and
 * what it takes of each. Every zone met gets a slot in which terms add up and
 * exceptions add up; at the end the one is taken from the other. In rules a
 * slot begins as the zone's members (where flows come from: as the sources that
 * are its own); in claims about what can start it begins
 * as any address, because a source may be forged.
 *
 * Rulesets repeat themselves: a side of the policy that was resolved without a
 * remark is kept by its text, and a define's part of a zone is computed once.
 * Sets are shared by pointer, never copied. */
#include "base/assert.h"
#include "compiler/resolve.h"

struct zw_slot {
	bool touched;
	bool whole;	       /* a term without narrowing */
	bool excluded;	       /* an exception without narrowing */
	struct zw_ipset addrs; /* of narrowed terms */
	struct zw_ipset minus; /* of narrowed exceptions */
};

/* What is going on with one side. */
struct work {
	struct zw_resolver *r;
	const struct zw_scope *scope;
	enum zw_side_use use;
	bool source; /* the side is where flows come from */
	struct zw_side *side;
};

u32 zw_slot_count(const struct zw_resolver *r)
{
	return (u32)r->model->zones.n + 2;
}

u32 zw_slot_of(const struct zw_resolver *r, u32 zone)
{
	if (zone == ZW_SELF)
		return (u32)r->model->zones.n;
	if (zone == ZW_ELSEWHERE)
		return (u32)r->model->zones.n + 1;
	return zone;
}

struct zw_slot *zw_new_slots(struct zw_resolver *r)
{
	return ZW_NEW_ARRAY(r->arena, struct zw_slot, zw_slot_count(r));
}

static u32 zone_of(const struct zw_resolver *r, u32 slot)
{
	if (slot < r->model->zones.n)
		return slot;
	return slot == r->model->zones.n ? ZW_SELF : ZW_ELSEWHERE;
}

static struct zw_ipset members(const struct work *work, u32 slot)
{
	const struct zw_model *model = work->r->model;

	if (slot >= model->zones.n)
		return work->r->everything;
	return work->source ? model->sources[slot]
			    : model->zones.v[slot].members;
}

u8 zw_set_families(struct zw_ipset set)
{
	return (u8)((set.of[ZW_IPV4].n ? 1u << ZW_IPV4 : 0) |
		    (set.of[ZW_IPV6].n ? 1u << ZW_IPV6 : 0));
}

static struct zw_ipset join(struct zw_arena *arena, struct zw_ipset a,
			    struct zw_ipset b)
{
	if (zw_ipset_empty(a))
		return b;
	if (zw_ipset_empty(b))
		return a;
	return zw_ipset_union(arena, a, b);
}

static struct zw_slot *slot_at(struct zw_resolver *r, u32 at)
{
	struct zw_slot *slot = &r->slots[at];

	if (!slot->touched) {
		slot->touched = true;
		zw_push(r->arena, r->touched, at);
	}
	return slot;
}

/* What DEFINE has in the zone of a slot. */
static struct zw_ipset part_of_define(const struct work *work,
				      struct zw_define *define, u32 slot)
{
	struct zw_resolver *r = work->r;
	u32 n = zw_slot_count(r);

	if (slot >= r->model->zones.n)
		return define->set;
	if (work->source && r->model->zones.v[slot].spoofing_allowed)
		return zw_ipset_intersect(r->arena, define->set,
					  members(work, slot));
	if (!define->in_zone) {
		if (!zw_expand(r, define->stmt->name.span, n))
			return define->set; /* an error by now */
		define->in_zone = ZW_NEW_ARRAY(r->arena, struct zw_ipset, n);
		define->in_zone_known = ZW_NEW_ARRAY(r->arena, bool, n);
	}
	if (!define->in_zone_known[slot]) {
		define->in_zone[slot] = zw_ipset_intersect(
			r->arena, define->set, r->model->zones.v[slot].members);
		define->in_zone_known[slot] = true;
	}
	return define->in_zone[slot];
}

/* The zones that TERM speaks of, as slots; false after a diagnostic or when
 * there are none. */
struct slots {
	ZW_VEC(u32) v;
};

static bool unknown_zone(struct work *work, struct zw_ast_name name)
{
	struct zw_resolver *r = work->r;
	size_t i, n = zw_candidates(r, r->model->zones.n);
	struct zw_ast_name *names =
		ZW_NEW_ARRAY(r->arena, struct zw_ast_name, n);
	const struct zw_define *define;
	struct zw_diag *diag;

	for (i = 0; i < n; i++)
		names[i] = r->extras.v[i].stmt->name;
	diag = zw_unknown_name(r, ZW_Z1003, "zone", name, names, n);
	define = zw_find_define(r, work->scope, name.text);
	if (define) {
		zw_diag_label(r->diags, diag, define->stmt->name.span,
			      "a define has this name, no zone");
		zw_diag_help(r->diags, diag,
			     "narrow a zone with it: ZONE(%.*s)",
			     ZW_STR_ARG(name.text));
	}
	work->side->poisoned = true;
	return false;
}

static bool no_such_kind(struct work *work, const struct zw_ast_term *term,
			 bool except)
{
	struct zw_resolver *r = work->r;
	struct zw_diag *diag;

	if (except || r->incomplete) /* the former is said by the caller */
		return except;
	if (work->use == ZW_USE_RULE) {
		diag = zw_diag(r->diags, ZW_Z2011, term->span,
			       "no zone is of the kind '%.*s'",
			       ZW_STR_ARG(term->name.text));
		zw_diag_here(r->diags, diag, "stands for nothing");
		work->side->poisoned = true;
		return false;
	}
	diag = zw_diag(r->diags, ZW_Z3003, term->span,
		       "no zone is of the kind '%.*s'",
		       ZW_STR_ARG(term->name.text));
	zw_diag_here(r->diags, diag, "the claim says nothing about it");
	work->side->may_be_empty = true;
	work->side->said = true;
	return false;
}

static bool add_kind(struct work *work, const struct zw_ast_term *term,
		     enum zw_zone_kind kind, bool except, struct slots *slots)
{
	struct zw_resolver *r = work->r;
	u32 i;

	for (i = 0; i < r->model->zones.n; i++) {
		if (r->model->zones.v[i].kind == kind)
			zw_push(r->arena, slots->v, i);
	}
	return slots->v.n || no_such_kind(work, term, except);
}

static bool term_slots(struct work *work, const struct zw_ast_term *term,
		       bool except, struct slots *slots)
{
	struct zw_resolver *r = work->r;
	u32 i;

	switch (term->who) {
	case ZW_WHO_NAME:
		if (!zw_map_get(&r->zones, term->name.text, &i))
			return unknown_zone(work, term->name);
		zw_push(r->arena, slots->v, i);
		return true;
	case ZW_WHO_ANY:
		for (i = 0; i < r->model->zones.n; i++)
			zw_push(r->arena, slots->v, i);
		if (work->use == ZW_USE_NEVER)
			zw_push(r->arena, slots->v,
				zw_slot_of(r, ZW_ELSEWHERE));
		return true;
	case ZW_WHO_SELF:
		zw_push(r->arena, slots->v, zw_slot_of(r, ZW_SELF));
		return true;
	case ZW_WHO_EXTERNAL:
		return add_kind(work, term, ZW_ZONE_EXTERNAL, except, slots);
	case ZW_WHO_DMZ:
		return add_kind(work, term, ZW_ZONE_DMZ, except, slots);
	case ZW_WHO_INTERNAL:
		return add_kind(work, term, ZW_ZONE_INTERNAL, except, slots);
	}
	return false;
}

static void outside(struct work *work, const struct zw_ast_addr *addr,
		    struct zw_ipset set, u32 slot)
{
	struct zw_resolver *r = work->r;
	const struct zw_zone *zone = &r->model->zones.v[slot];
	bool partly = zw_ipset_overlap(set, members(work, slot));
	struct zw_diag *diag = zw_diag(
		r->diags, ZW_Z2009, addr->span, "%s in zone '%.*s'",
		partly ? "address range is not wholly" : "address is not",
		ZW_STR_ARG(zone->name));

	zw_diag_here(r->diags, diag,
		     zone->has_network &&
				     !(work->source && zone->spoofing_allowed)
			     ? "outside the zone's networks"
			     : "in another zone's networks");
	zw_diag_label(r->diags, diag, zone->span, "zone declared here");
	if (partly)
		zw_diag_help(r->diags, diag,
			     "a define in its place takes the part inside");
	work->side->poisoned = true;
}

static void nothing_left(struct work *work, const struct zw_ast_addr *addr,
			 const struct zw_ast_term *term)
{
	struct zw_resolver *r = work->r;
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z2010, addr->span,
				       "nothing of it lies in '%.*s'",
				       ZW_STR_ARG(term->name.text));

	zw_diag_here(r->diags, diag, "leaves no address");
	work->side->poisoned = true;
}

static void add_part(struct work *work, u32 at, bool except,
		     struct zw_ipset part)
{
	struct zw_slot *slot = slot_at(work->r, at);

	if (except)
		slot->minus = join(work->r->arena, slot->minus, part);
	else
		slot->addrs = join(work->r->arena, slot->addrs, part);
}

/* `front(web1)` in an expectation: a host of the zone by its bare name. */
static bool host_of_zone(struct work *work, const struct zw_ast_term *term,
			 const struct zw_ast_addr *addr, struct zw_ipset *set)
{
	struct zw_resolver *r = work->r;
	u32 zone, host;

	if (work->use != ZW_USE_EXPECT || term->who != ZW_WHO_NAME ||
	    addr->kind != ZW_ADDR_NAME ||
	    !zw_map_get(&r->zones, term->name.text, &zone) ||
	    !zw_map_get(&r->extras.v[zone].hosts, addr->name.text, &host))
		return false;
	*set = r->model->hosts.v[host].addrs;
	return true;
}

static void narrow_by(struct work *work, const struct zw_ast_term *term,
		      const struct slots *slots, const struct zw_ast_addr *addr,
		      bool except)
{
	struct zw_resolver *r = work->r;
	bool named = term->who == ZW_WHO_NAME, any_left = false;
	struct zw_define *define = NULL;
	struct zw_addrs_result result;
	struct zw_ipset part;
	size_t i;

	if (host_of_zone(work, term, addr, &part)) {
		add_part(work, slots->v.v[0], except, part);
		return;
	}
	result = zw_resolve_addr(r, work->scope, addr);
	if (result.poisoned) {
		work->side->poisoned = true;
		return;
	}
	if (addr->kind == ZW_ADDR_NAME)
		define = zw_find_define(r, work->scope, addr->name.text);
	for (i = 0; i < slots->v.n; i++) {
		u32 slot = slots->v.v[i];

		part = define ? part_of_define(work, define, slot)
			      : zw_ipset_intersect(r->arena, result.set,
						   members(work, slot));
		if (!define && named && !work->side->poisoned &&
		    !zw_ipset_equal(part, result.set)) {
			outside(work, addr, result.set, slot);
			return;
		}
		any_left |= !zw_ipset_empty(part);
		add_part(work, slot, except, part);
	}
	if (any_left || work->side->poisoned)
		return;
	if (result.may_be_empty)
		work->side->may_be_empty = true;
	else
		nothing_left(work, addr, term);
}

static void unknown_host(struct work *work, u32 zone, struct zw_ast_name name)
{
	struct zw_resolver *r = work->r;
	size_t i, n = 0, most = zw_candidates(r, r->model->hosts.n);
	struct zw_ast_name *names =
		ZW_NEW_ARRAY(r->arena, struct zw_ast_name, most);
	struct zw_diag *diag;

	for (i = 0; i < most; i++) {
		const struct zw_host *host = &r->model->hosts.v[i];

		if (host->zone != zone)
			continue;
		names[n].text = host->name;
		names[n++].span = host->span;
	}
	diag = zw_unknown_name(r, ZW_Z1004, "host", name, names, n);
	zw_diag_label(r->diags, diag, r->model->zones.v[zone].span,
		      "the zone that should have it");
	work->side->poisoned = true;
}

static void add_hosts(struct work *work, const struct zw_ast_term *term,
		      u32 slot, bool except)
{
	struct zw_resolver *r = work->r;
	struct zw_diag *diag;
	size_t i;
	u32 at;

	if (term->who != ZW_WHO_NAME) {
		diag = zw_diag(r->diags, ZW_Z1004, term->span,
			       "'%.*s' is no zone and has no hosts",
			       ZW_STR_ARG(term->name.text));
		zw_diag_here(r->diags, diag, "name the host's zone");
		work->side->poisoned = true;
		return;
	}
	for (i = 0; i < term->hosts.n; i++) {
		if (zw_map_get(&r->extras.v[slot].hosts, term->hosts.v[i].text,
			       &at))
			add_part(work, slot, except,
				 r->model->hosts.v[at].addrs);
		else
			unknown_host(work, slot, term->hosts.v[i]);
	}
}

static bool has_slot(struct work *work, const struct slots *slots)
{
	size_t i;

	for (i = 0; i < slots->v.n; i++) {
		const struct zw_slot *slot = &work->r->slots[slots->v.v[i]];

		if (slot->touched &&
		    (slot->whole || !zw_ipset_empty(slot->addrs)))
			return true;
	}
	return false;
}

static void check_poison(struct work *work, const struct slots *slots)
{
	size_t i;

	for (i = 0; i < slots->v.n; i++) {
		u32 slot = slots->v.v[i];

		if (slot < work->r->extras.n &&
		    work->r->extras.v[slot].poisoned)
			work->side->poisoned = true;
	}
}

static void apply(struct work *work, const struct zw_ast_term *term,
		  bool except)
{
	struct slots slots = { 0 };
	struct zw_diag *diag;
	size_t i;

	if (!term_slots(work, term, except, &slots))
		return;
	if (!zw_expand(work->r, term->span, slots.v.n)) {
		work->side->poisoned = true;
		return;
	}
	check_poison(work, &slots);
	if (except && !work->side->poisoned && !has_slot(work, &slots)) {
		diag = zw_diag(work->r->diags, ZW_Z3007, term->span,
			       "exception excepts nothing");
		zw_diag_here(work->r->diags, diag,
			     "is not among what stands before 'except'");
		return;
	}
	if (term->hosts.n) {
		add_hosts(work, term, slots.v.n ? slots.v.v[0] : 0, except);
		return;
	}
	for (i = 0; term->narrowed && i < term->addrs.n; i++)
		narrow_by(work, term, &slots, &term->addrs.v[i], except);
	for (i = 0; !term->narrowed && i < slots.v.n; i++) {
		struct zw_slot *slot = slot_at(work->r, slots.v.v[i]);

		if (except)
			slot->excluded = true;
		else
			slot->whole = true;
	}
}

/* The slot's share of the side, if anything of it is left. */
static void settle(struct work *work, u32 at)
{
	struct zw_resolver *r = work->r;
	struct zw_slot *slot = &r->slots[at];
	struct zw_side_zone zone = { .zone = zone_of(r, at),
				     .whole = slot->whole };

	if (!slot->whole)
		zone.addrs = slot->addrs;
	else if (work->use == ZW_USE_NEVER)
		zone.addrs = r->everything;
	else
		zone.addrs = members(work, at);
	if (!zw_ipset_empty(slot->minus) &&
	    zw_ipset_overlap(zone.addrs, slot->minus)) {
		zone.whole = false;
		zone.addrs = zw_ipset_minus(r->arena, zone.addrs, slot->minus);
	}
	if (!slot->excluded && !zw_ipset_empty(zone.addrs))
		zw_push(r->arena, work->side->zones, zone);
	*slot = (struct zw_slot){ 0 };
}

static void build(struct work *work, const struct zw_ast_side *side)
{
	struct zw_resolver *r = work->r;
	struct zw_diag *diag;
	size_t i;

	work->side->poisoned = r->incomplete;
	r->touched.n = 0;
	for (i = 0; i < side->terms.n; i++)
		apply(work, &side->terms.v[i], false);
	for (i = 0; i < side->except.n; i++)
		apply(work, &side->except.v[i], true);
	for (i = 0; i < r->touched.n; i++)
		settle(work, r->touched.v[i]);
	work->side->lone_zone =
		side->terms.n == 1 && side->terms.v[0].who == ZW_WHO_NAME;
	if (work->side->zones.n || work->side->poisoned ||
	    work->side->may_be_empty)
		return;
	diag = zw_diag(r->diags, ZW_Z2010, side->span, "nothing is left here");
	zw_diag_here(r->diags, diag,
		     side->except.n ? "everything is excepted"
				    : "stands for no zone");
	work->side->poisoned = true;
}

/* The text of a side, if it may be kept by it. */
static struct zw_str cache_key(struct zw_resolver *r,
			       const struct zw_scope *scope,
			       const struct zw_ast_side *side)
{
	if (scope != &r->policy || side->span.file == ZW_NO_FILE)
		return (struct zw_str){ NULL, 0 };
	return zw_sources_text(r->sources, side->span);
}

struct zw_side *zw_resolve_side(struct zw_resolver *r,
				const struct zw_scope *scope,
				const struct zw_ast_side *side,
				enum zw_side_use use, bool source)
{
	struct work work = {
		.r = r, .scope = scope, .use = use, .source = source
	};
	struct zw_str key = cache_key(r, scope, side);
	size_t said = r->diags->list.n, errors = r->diags->errors;
	u32 at;

	if (key.n && zw_map_get(&r->side_cache[source][use], key, &at))
		return r->sides.v[at];
	work.side = ZW_NEW(r->arena, struct zw_side);
	work.side->number = (u32)r->sides.n;
	zw_push(r->arena, r->sides, work.side);
	build(&work, side);
	if (key.n && said == r->diags->list.n && errors == r->diags->errors &&
	    !work.side->poisoned)
		zw_map_put(&r->side_cache[source][use], key, work.side->number);
	return work.side;
}
