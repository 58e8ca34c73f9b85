/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a path end before translations of sources, which no filter sees
 * (symbolic.c): who asks what a packet is when it has left is told here. First
 * packets of a flow get the source that the path's leaf names, later ones what
 * their entry remembers, which some first packet was given; then the way back
 * to arrival is that of any set behind the routing decision. */
#include "verifier/transit.h"

#include <stdlib.h>

#include "verifier/decode.h"
#include "verifier/entry.h"

static const bool *link_zones(struct zw_arena *arena,
			      const struct zw_network *network, size_t zones)
{
	bool *out = ZW_NEW_ARRAY(arena, bool, zones + 1);
	size_t i;

	for (i = 0; i < network->links.n; i++)
		out[network->links.v[i].zone] = true;
	return out;
}

static void care(struct zw_transit *t)
{
	struct zw_symbolic *s = t->prover->symbolic;
	zw_node from = ZW_EMPTY;
	enum zw_path path;
	u32 link;

	for (link = 0; link < t->network->links.n; link++)
		from = zw_or(s->space->d, from, zw_transit_from(t, link));
	t->travelling[ZW_PATH_FORWARD] =
		zw_or(s->space->d, from, t->onto_links);
	t->travelling[ZW_PATH_INPUT] = from;
	t->travelling[ZW_PATH_OUTPUT] = t->onto_links;
	s->out_lasts = true;
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		s->has_care[path] = true;
		s->care[path] = zw_symbolic_lasting(s, t->travelling[path]);
	}
}

void zw_transit_wake(struct zw_transit *t)
{
	struct zw_diags diags;

	if (t->decoded)
		return;
	t->decoded = zw_arena_new();
	zw_diags_init(&diags, t->decoded);
	/* it was decoded before, and said what there was to say */
	zw_decode(t->decoded, &diags, (const u8 *)t->batch.p, t->batch.n, NULL,
		  &t->ruleset);
	if (t->prover)
		t->prover->interpreter =
			zw_interpreter_new(t->decoded, &t->ruleset);
}

void zw_transit_sleep(struct zw_transit *t)
{
	struct zw_symbolic *s = t->prover->symbolic;
	size_t i;

	for (i = 0; i < s->approximations.n; i++)
		s->approximations.v[i].what = zw_cstr(
			t->scratch, zw_str_from(s->approximations.v[i].what));
	t->prover->interpreter = NULL;
	zw_arena_free(t->decoded);
	t->decoded = NULL;
}

struct zw_transit *zw_transit_new(struct zw_arena *arena,
				  struct zw_arena *scratch,
				  struct zw_space *space,
				  const struct zw_network *network, u32 number,
				  struct zw_str batch,
				  const struct zw_sources *sources)
{
	struct zw_transit *t = ZW_NEW(scratch, struct zw_transit);

	t->scratch = scratch;
	t->network = network;
	t->gateway = &network->gateways.v[number];
	t->batch = batch;
	zw_transit_wake(t);
	t->prover = zw_prover_new(arena, scratch, space, &t->ruleset,
				  t->gateway->statement, sources);
	t->joined = space->joined;
	t->prover->regions->attached = t->gateway->attached;
	t->prover->regions->links =
		link_zones(scratch, network, t->gateway->statement->zones.n);
	t->onto_links = zw_region_onto_links(t->prover->regions);
	care(t);
	return t;
}

/* ---- paths --------------------------------------------------------------- */

struct finding {
	struct zw_transit *transit;
	enum zw_path path;
};

/* Called once for each leaf of packets that leave by links. */
static zw_node note_source(void *context, u32 leaf)
{
	struct finding *f = context;
	struct zw_transit *t = f->transit;
	const struct zw_translation *source =
		zw_translation_source(t->prover->space, leaf);
	size_t i;

	if (zw_pass_of(leaf) != ZW_PASS_ACCEPT)
		return ZW_EMPTY;
	for (i = 0; i < t->paths[f->path].sources.n; i++)
		if (t->paths[f->path].sources.v[i] == source)
			return ZW_EMPTY;
	zw_push(t->scratch, t->paths[f->path].sources, source);
	return ZW_EMPTY;
}

static bool is_destination(const struct zw_space *space, u32 variable)
{
	u32 w, i;

	for (w = 0; w < 4; w++) {
		const struct zw_field_info *info =
			&space->fields.v[ZW_FIELD_DST + w];

		for (i = 0; i < info->slice_count; i++)
			if (info->slices[i].variable == variable)
				return true;
	}
	return variable == space->fields.v[ZW_FIELD_FAMILY].slices[0].variable;
}

static bool translates_destination(void *context, u32 leaf)
{
	return zw_pass_of(leaf) == ZW_PASS_ACCEPT &&
	       zw_translation_has_destination(context, leaf);
}

/* Add what first packets of PATH that are translated come with. */
static void note_published(struct zw_transit *t, enum zw_path path)
{
	struct zw_space *space = t->prover->space;
	u32 count = zw_variable_count(space->d), v, n = 0;
	u32 *others = ZW_NEW_ARRAY(t->scratch, u32, count);
	zw_node set = zw_where(space->d, t->prover->paths[path].diagram,
			       translates_destination, space);

	if (zw_same(set, ZW_EMPTY))
		return;
	for (v = 0; v < count; v++)
		if (!is_destination(space, v))
			others[n++] = v;
	t->published = zw_or(space->d, t->published,
			     zw_exists(space->d, set, others, n));
}

bool zw_transit_path(struct zw_transit *t, enum zw_path path)
{
	struct finding f = { t, path };
	struct zw_prover *p = t->prover;

	if (t->paths[path].known)
		return true;
	p->space->joined = t->joined;
	if (!zw_prover_path(p, path))
		return false;
	zw_bind(p->space->d,
		zw_if(p->space->d, t->onto_links, p->paths[path].diagram,
		      zw_leaf(p->space->d, ZW_PASS_DROP)),
		note_source, &f);
	if (path != ZW_PATH_OUTPUT)
		note_published(t, path);
	t->paths[path].known = true;
	return !zw_diagrams_exhausted(p->space->d);
}

struct zw_str zw_transit_doubt(const struct zw_transit *t)
{
	const struct zw_symbolic *s = t->prover->symbolic;
	struct zw_str what = s->doubts.n   ? s->doubts.v[0]
			     : s->losses.n ? s->losses.v[0]
					   : ZW_STR("");

	if (!what.n)
		return what;
	return zw_strf(t->prover->arena, "at gateway '%.*s': %.*s",
		       ZW_STR_ARG(t->gateway->name), ZW_STR_ARG(what));
}

/* ---- sources ------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* For some value of the N fields from FIRST on. */
static zw_node any_value(struct zw_space *space, zw_node set, u32 first, u32 n)
{
	u32 v[40], count = 0, f, i;

	for (f = first; f < first + n; f++) {
		const struct zw_field_info *info = &space->fields.v[f];

		for (i = 0; i < info->slice_count; i++)
			v[count++] = info->slices[i].variable;
	}
	qsort(v, count, sizeof(*v), ascending);
	return zw_exists(space->d, set, v, count);
}

/* The port may be another one wherever a source is translated: where two flows
 * would have the same tuple the gateway changes it (nf_nat_core.c,
 * get_unique_tuple). */
static zw_node any_port(struct zw_space *space, zw_node set)
{
	return zw_if(space->d, zw_entry_ports(space),
		     any_value(space, set, ZW_FIELD_SPORT, 1), set);
}

static zw_node as_from(struct zw_space *space, enum zw_family family,
		       const struct zw_translation *source, zw_node set)
{
	const struct zw_target *to = &source->target;
	u32 words = family == ZW_IPV4 ? 1 : 4;

	set = any_port(space, set);
	if (source->kind == ZW_TRANSLATION_FROM) {
		if (!to->has_address)
			return set;
		if (to->lo.family != family)
			return ZW_EMPTY;
		set = zw_and(
			space->d, set,
			zw_space_addresses(space, ZW_FIELD_SRC, family,
					   zw_intervals_one(space->arena,
							    to->lo.value,
							    to->hi.value)));
	}
	return any_value(space, set, ZW_FIELD_SRC, words);
}

/* ---- entries ------------------------------------------------------------- */

static zw_node later(struct zw_space *space, u32 direction, u32 bit)
{
	struct zw_diagrams *d = space->d;
	zw_node out = zw_minus(d,
			       zw_space_index(space, ZW_FIELD_STATE,
					      ZW_IS_ESTABLISHED, ZW_IS_NEW),
			       zw_entry_first(space));

	out = zw_and(d, out, zw_space_is(space, ZW_FIELD_DIRECTION, direction));
	return zw_and(d, out, zw_space_bit(space, ZW_FIELD_CT_STATUS, bit));
}

/* Entries whose original destination is one that the rules translate. */
static zw_node of_published(struct zw_transit *t)
{
	struct zw_space *space = t->prover->space;
	struct zw_rewrite v[ZW_ENTRY_REWRITES];
	size_t n = 0;

	zw_entry_copy(space, ZW_FIELD_DST, ZW_FIELD_ORIGINAL_DST, 4, v, &n);
	return zw_substitute(space->d, t->published, v, n);
}

/* SET before what entries remember of sources. */
static zw_node remembered(struct zw_transit *t, enum zw_path path,
			  enum zw_family family, zw_node set)
{
	struct zw_space *space = t->prover->space;
	struct zw_diagrams *d = space->d;
	zw_node out = zw_entry_source(space, family, set), given = ZW_EMPTY;
	size_t i;

	for (i = 0; i < t->paths[path].sources.n; i++)
		if (t->paths[path].sources.v[i])
			given = zw_or(d, given,
				      as_from(space, family,
					      t->paths[path].sources.v[i],
					      set));
	out = zw_if(d, later(space, 0, ZW_STATUS_BIT_SNAT), given, out);
	return zw_minus(d, out,
			zw_minus(d, later(space, 1, ZW_STATUS_BIT_DNAT),
				 of_published(t)));
}

/* SET before the source SOURCE (or what entries remember) is put in. */
static zw_node before_source(struct zw_transit *t, enum zw_path path,
			     enum zw_family family,
			     const struct zw_translation *source, zw_node set)
{
	const struct zw_symbolic *s = t->prover->symbolic;

	if (source)
		return as_from(s->space, family, source, set);
	return s->translates[family] ? remembered(t, path, family, set) : set;
}

/* ---- leaving ------------------------------------------------------------- */

struct leaves {
	const struct zw_space *space;
	const struct zw_translation *source;
};

static bool leaves_as(void *context, u32 leaf)
{
	const struct leaves *l = context;

	return zw_pass_of(leaf) == ZW_PASS_ACCEPT &&
	       zw_translation_source(l->space, leaf) == l->source;
}

zw_node zw_transit_leaving(struct zw_transit *t, enum zw_path path,
			   zw_node passing, zw_node set)
{
	struct zw_space *space = t->prover->space;
	zw_node out = ZW_EMPTY, mine;
	size_t i;

	if (zw_same(set, ZW_EMPTY) || zw_same(passing, ZW_EMPTY))
		return ZW_EMPTY;
	for (i = 0; i < t->paths[path].sources.n; i++) {
		struct leaves as = { space, t->paths[path].sources.v[i] };

		mine = passing;
		if (t->paths[path].sources.n > 1)
			mine = zw_and(space->d, mine,
				      zw_where(space->d,
					       t->prover->paths[path].diagram,
					       leaves_as, &as));
		if (zw_same(mine, ZW_EMPTY))
			continue;
		mine = zw_and(space->d, mine,
			      zw_symbolic_arrivals(
				      t->prover->symbolic, path,
				      zw_space_by_family(
					      space,
					      before_source(t, path, ZW_IPV4,
							    as.source, set),
					      before_source(t, path, ZW_IPV6,
							    as.source, set))));
		out = zw_or(space->d, out, mine);
	}
	return out;
}

/* ---- links --------------------------------------------------------------- */

static bool is_on(const struct zw_transit *t, u32 link)
{
	return t->gateway->attached[t->network->links.v[link].zone] ==
	       ZW_ATTACHED_HERE;
}

/* Do all that are on LINK say the same of IPsec there? */
static bool is_agreed(const struct zw_transit *t, u32 link)
{
	const struct zw_network_link *l = &t->network->links.v[link];
	const struct zw_zone *first = NULL;
	size_t i;

	for (i = 0; i < l->gateways.n; i++) {
		const struct zw_zone *zone =
			&t->network->gateways.v[l->gateways.v[i]]
				 .statement->zones.v[l->zone];

		first = first ? first : zone;
		if (zone->ipsec != first->ipsec ||
		    zone->has_reqid != first->has_reqid ||
		    zone->reqid != first->reqid)
			return false;
	}
	return true;
}

zw_node zw_transit_onto(struct zw_transit *t, u32 link)
{
	return is_on(t, link) ? zw_region_on(t->prover->regions, ZW_FIELD_OUT,
					     t->network->links.v[link].zone)
			      : ZW_EMPTY;
}

/* What one sends without IPsec where another expects it comes all the same. */
zw_node zw_transit_from(struct zw_transit *t, u32 link)
{
	u32 zone = t->network->links.v[link].zone;

	if (!is_on(t, link))
		return ZW_EMPTY;
	return is_agreed(t, link)
		       ? zw_region_on(t->prover->regions, ZW_FIELD_IN, zone)
		       : zw_region_by(t->prover->regions, ZW_FIELD_IN, zone);
}
