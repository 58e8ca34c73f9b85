/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each claim becomes a set of packets that would violate it, path by path:
 *
 *  never, only, unspoofed   what of their region passes, with unknowns as bad
 *                           as they can be
 *  always, expect           what of their region does not come out as it must
 *  exactness                where the bytes and the policy's meaning differ,
 *                           in every conntrack state and for all packets
 *
 * within the packets that can exist. If the set is empty on every path, the
 * claim is proved. Otherwise a packet of it is sought; that it is one is for
 * the interpreter to say. */
#include "verifier/prove.h"

#include "base/assert.h"
#include "verifier/below.h"
#include "verifier/beside.h"
#include "verifier/culprit.h"
#include "verifier/entry.h"
#include "verifier/translation.h"

struct zw_prover *zw_prover_new(struct zw_arena *arena,
				struct zw_arena *scratch,
				struct zw_space *space,
				const struct zw_ruleset *ruleset,
				const struct zw_statement *statement,
				const struct zw_sources *sources)
{
	struct zw_prover *p = ZW_NEW(scratch, struct zw_prover);

	p->arena = arena;
	p->scratch = scratch;
	p->space = space;
	p->symbolic = zw_symbolic_new(scratch, space, ruleset);
	p->statement = statement;
	p->sources = sources;
	p->regions = zw_regions_new(scratch, space, statement);
	return p;
}

struct zw_prover *zw_prover_variant(struct zw_arena *arena,
				    struct zw_arena *scratch,
				    const struct zw_prover *base,
				    const struct zw_ruleset *ruleset,
				    struct zw_touched touched)
{
	struct zw_prover *p = ZW_NEW(scratch, struct zw_prover);

	*p = *base;
	memset(p->paths, 0, sizeof(p->paths));
	p->arena = arena;
	p->scratch = scratch;
	p->symbolic =
		zw_symbolic_variant(scratch, base->symbolic, ruleset, touched);
	p->interpreter = NULL;
	if (!p->symbolic->base)
		memset(p->asked, 0, sizeof(p->asked));
	return p;
}

/* The regions of the other prover as packets arrive in them are this one's
 * where no chain before routing tells the two apart. */
static void keep_regions(struct zw_prover *p, enum zw_path path)
{
	if (p->symbolic->base && !zw_symbolic_arrives_alike(p->symbolic, path))
		p->asked[path].region_known = NULL;
}

static bool accepts(void *context, u32 leaf)
{
	(void)context;
	return zw_pass_of(leaf) == ZW_PASS_ACCEPT;
}

static bool drops(void *context, u32 leaf)
{
	(void)context;
	return zw_pass_of(leaf) == ZW_PASS_DROP;
}

static bool spent(const struct zw_prover *p)
{
	return zw_space_stale(p->space) || zw_diagrams_exhausted(p->space->d);
}

/* Packets of entries that the ruleset at hand does not make: expected ones
 * without a helper, translated ones without a translation. */
static zw_node without_entries(struct zw_prover *p)
{
	struct zw_diagrams *d = p->space->d;
	zw_node out = ZW_EMPTY, translated;
	u32 f;

	if (!p->symbolic->expects)
		out = zw_region_expected(p->regions);
	for (f = 0; f < ZW_FAMILY_COUNT && p->symbolic->reads_status; f++) {
		if (p->symbolic->translates[f])
			continue;
		translated = zw_or(d,
				   zw_space_bit(p->space, ZW_FIELD_CT_STATUS,
						ZW_STATUS_BIT_SNAT),
				   zw_space_bit(p->space, ZW_FIELD_CT_STATUS,
						ZW_STATUS_BIT_DNAT));
		out = zw_or(d, out,
			    zw_and(d, translated,
				   zw_space_is(p->space, ZW_FIELD_FAMILY, f)));
	}
	return out;
}

/* Fragments of IPv4 without ports, and with an entry nevertheless: conntrack
 * finds none for them (ipv4_get_l4proto). */
static zw_node torn_entries(struct zw_space *space)
{
	struct zw_diagrams *d = space->d;
	zw_node torn = zw_and(d, zw_meaning_later_fragments(space),
			      zw_space_is(space, ZW_FIELD_FAMILY, ZW_IPV4));

	return zw_and(d, torn,
		      zw_space_index(space, ZW_FIELD_STATE, ZW_IS_ESTABLISHED,
				     ZW_IS_NEW));
}

static bool ends_at(const zw_claim_terms *terms, bool self)
{
	size_t i;

	for (i = 0; i < terms->n; i++) {
		if ((terms->v[i].zone == ZW_SELF) == self)
			return true;
	}
	return false;
}

static bool speaks_of(const struct zw_claim *claim, enum zw_path path)
{
	if (claim->kind == ZW_EXACT)
		return true;
	if (claim->kind == ZW_UNSPOOFED)
		return path == ZW_PATH_FORWARD;
	return ends_at(&claim->from, path == ZW_PATH_OUTPUT) &&
	       ends_at(&claim->to, path == ZW_PATH_INPUT);
}

/* Are packets asked about that no claim speaks of (beside.c, lost_reason)? */
static bool asks_for_others(const struct zw_prover *p)
{
	static const char *const settings[] = {
		"ipv4/conf/all/accept_source_route",
		"ipv6/conf/all/seg6_enabled",
	};
	const struct zw_gateway *gateway = p->space->gateway;
	size_t i;

	for (i = 0; gateway && gateway->whole && i < 2; i++) {
		if (zw_gateway_setting(gateway, zw_str_from(settings[i])))
			return true;
	}
	return p->statement->has_policy || p->symbolic->loses;
}

/* The packets that claims speak of, as far as nothing on their way changes. */
static void tell_care(struct zw_prover *p, enum zw_path path)
{
	struct zw_diagrams *d = p->space->d;
	zw_node care = ZW_EMPTY;
	size_t i;

	if (!p->claims_alone || path == ZW_PATH_OUTPUT || asks_for_others(p))
		return;
	for (i = 0; i < p->statement->claims.n; i++) {
		const struct zw_claim *claim = &p->statement->claims.v[i];

		if (claim->kind == ZW_EXACT)
			return;
		if (speaks_of(claim, path))
			care = zw_or(d, care,
				     zw_region(p->regions, claim, path));
	}
	p->symbolic->care[path] = zw_symbolic_lasting(p->symbolic, care);
	p->symbolic->has_care[path] = true;
}

bool zw_prover_path(struct zw_prover *p, enum zw_path path)
{
	bool tracked[ZW_FAMILY_COUNT];
	u32 f;

	if (p->paths[path].known)
		return true;
	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		tracked[f] = p->symbolic->tracked[f] &&
			     !p->symbolic->has_notrack &&
			     !p->symbolic->ruleset->fragments;
	tell_care(p, path);
	p->paths[path].diagram = zw_symbolic_path(p->symbolic, path);
	keep_regions(p, path);
	p->paths[path].accepted =
		zw_where(p->space->d, p->paths[path].diagram, accepts, NULL);
	p->paths[path].legal = zw_meaning_legal(p->space, tracked, path);
	if (p->symbolic->ruleset->fragments)
		p->paths[path].legal =
			zw_minus(p->space->d, p->paths[path].legal,
				 torn_entries(p->space));
	if (p->symbolic->tests_arrival && path == ZW_PATH_FORWARD)
		p->paths[path].legal = zw_and(p->space->d, p->paths[path].legal,
					      zw_meaning_arrival(p->space));
	if (p->foreign)
		p->paths[path].legal = zw_minus(
			p->space->d, p->paths[path].legal, without_entries(p));
	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		if (p->without[f])
			p->paths[path].legal = zw_minus(
				p->space->d, p->paths[path].legal,
				zw_space_is(p->space, ZW_FIELD_FAMILY, f));
	}
	p->paths[path].known = true;
	return !spent(p);
}

bool zw_prover_paths(struct zw_prover *p)
{
	enum zw_path path;
	size_t i;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		bool needed = p->statement->has_policy || p->symbolic->loses ||
			      (p->space->gateway && p->space->gateway->whole);

		for (i = 0; i < p->statement->claims.n && !needed; i++)
			needed = speaks_of(&p->statement->claims.v[i], path);
		if (needed && !zw_prover_path(p, path))
			return false;
	}
	return true;
}

bool zw_prover_again(struct zw_prover *p)
{
	enum zw_path path;

	for (path = 0; path < ZW_PATH_COUNT; path++)
		p->paths[path].known = false;
	memset(p->asked, 0, sizeof(p->asked));
	return zw_prover_paths(p);
}

bool zw_prover_former(struct zw_prover *p)
{
	const struct zw_symbolic *s = p->symbolic;
	enum zw_path path;
	size_t i;

	p->is_mixture = true;
	if (!zw_prover_again(p))
		return false;
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		p->passed[path] = p->paths[path].known ? p->paths[path].accepted
						       : ZW_EMPTY;
		for (i = 0; i < s->approximations.n; i++)
			if (s->approximations.v[i].former)
				p->passed[path] = zw_fix(
					p->space->d, p->passed[path],
					s->approximations.v[i].variable, 1);
	}
	return !spent(p);
}

/* ---- violations ---------------------------------------------------------- */

struct violation {
	zw_node set;
	enum zw_wanted wanted; /* what a packet of it must come to */
};

static u32 differ(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a != b;
}

static zw_node meaning_of(struct zw_prover *p, enum zw_path path)
{
	if (!p->asked[path].known)
		p->asked[path].meaning =
			zw_meaning_path(p->scratch, p->space, p->statement,
					path, p->symbolic->translates);
	p->asked[path].known = true;
	return p->asked[path].meaning;
}

static zw_node inexact(struct zw_prover *p, enum zw_path path)
{
	zw_node meaning = meaning_of(p, path);
	zw_node said = zw_symbolic_named(p->symbolic, p->paths[path].diagram);

	if (zw_same(meaning, said))
		return ZW_EMPTY;
	return zw_apply_differing(p->space->d, zw_tag_new(p->space->d), differ,
				  NULL, said, meaning);
}

zw_node zw_prover_can_pass(struct zw_prover *p, enum zw_path path)
{
	const struct zw_symbolic *s = p->symbolic;
	struct zw_diagrams *d = p->space->d;
	zw_node accepted = p->paths[path].accepted;
	u32 time[2];
	size_t i;

	for (i = 0; i < s->approximations.n; i++) {
		if (s->approximations.v[i].predicate != ZW_NONE)
			accepted = zw_fix(d, accepted,
					  s->approximations.v[i].variable, 1);
	}
	for (i = 0; i < 2; i++)
		time[i] =
			p->space->fields.v[ZW_FIELD_DAY + i].slices[0].variable;
	accepted = zw_exists(d, accepted, time, 2);
	return zw_exists(d, accepted, p->space->fresh.v, p->space->fresh.n);
}

static struct violation unexpected(struct zw_prover *p,
				   const struct zw_claim *claim,
				   enum zw_path path, zw_node region)
{
	struct zw_diagrams *d = p->space->d;
	zw_node dropped;

	if (claim->expected == ZW_FLOW_ACCEPT)
		return (struct violation){
			zw_minus(d, region, zw_prover_can_pass(p, path)),
			ZW_WANT_NO_ACCEPT,
		};
	dropped = zw_where(d, p->paths[path].diagram, drops, NULL);
	if (claim->expected == ZW_FLOW_DROP)
		return (struct violation){ zw_minus(d, region, dropped),
					   ZW_WANT_NO_DROP };
	return (struct violation){
		zw_and(d, region, zw_or(d, dropped, p->paths[path].accepted)),
		ZW_WANT_NO_REJECT,
	};
}

static bool is_kept(const struct zw_space *space, u32 variable)
{
	static const u32 kept[] = { ZW_FIELD_IN,       ZW_FIELD_IPSEC_IN,
				    ZW_FIELD_REQID_IN, ZW_FIELD_FAMILY,
				    ZW_FIELD_SRC,      ZW_FIELD_SRC + 1,
				    ZW_FIELD_SRC + 2,  ZW_FIELD_SRC + 3 };
	size_t f;
	u32 i;

	for (f = 0; f < sizeof(kept) / sizeof(kept[0]); f++) {
		const struct zw_field_info *info = &space->fields.v[kept[f]];

		for (i = 0; i < info->slice_count; i++) {
			if (info->slices[i].variable == variable)
				return true;
		}
	}
	return false;
}

/* Packets whose source could come by their interface before, to whatever end:
 * where networks change, such a source is no forged one before the change is
 * complete. */
static zw_node known_sources(struct zw_prover *p)
{
	u32 n = zw_variable_count(p->space->d), i, count = 0;
	u32 *v = ZW_NEW_ARRAY(p->scratch, u32, n);

	for (i = 0; i < n; i++) {
		if (!is_kept(p->space, i))
			v[count++] = i;
	}
	return zw_exists(p->space->d,
			 zw_and(p->space->d, p->passed[ZW_PATH_FORWARD],
				p->paths[ZW_PATH_FORWARD].legal),
			 v, count);
}

/* What CLAIM speaks of, as the packets of PATH arrive. */
static zw_node region_of(struct zw_prover *p, const struct zw_claim *claim,
			 enum zw_path path)
{
	const struct zw_claim *first = p->statement->claims.v;
	size_t n = p->statement->claims.n, i;
	zw_node region;

	for (i = 0; i < n && claim != &first[i];)
		i++;
	if (i < n && !p->regions->beginnings && p->asked[path].region_known &&
	    p->asked[path].region_known[i])
		return p->asked[path].regions[i];
	region = zw_symbolic_arrivals(p->symbolic, path,
				      zw_region(p->regions, claim, path));
	if (i == n || p->regions->beginnings)
		return region;
	if (!p->asked[path].region_known) {
		p->asked[path].region_known = ZW_NEW_ARRAY(p->scratch, bool, n);
		p->asked[path].regions = ZW_NEW_ARRAY(p->scratch, zw_node, n);
	}
	p->asked[path].region_known[i] = true;
	p->asked[path].regions[i] = region;
	return region;
}

static struct violation violation_of(struct zw_prover *p,
				     const struct zw_claim *claim,
				     enum zw_path path)
{
	struct zw_diagrams *d = p->space->d;
	struct violation v = { ZW_EMPTY, ZW_WANT_ACCEPT };
	zw_node region;

	if (claim->kind == ZW_EXACT) {
		v.set = zw_and(d, inexact(p, path), p->paths[path].legal);
		v.wanted = ZW_WANT_SAME;
	} else {
		/* first what is small */
		region = zw_and(d, region_of(p, claim, path),
				p->paths[path].legal);
		switch (claim->kind) {
		case ZW_ALWAYS:
			v.set = zw_minus(d, region, p->paths[path].accepted);
			v.wanted = ZW_WANT_NO_ACCEPT;
			break;
		case ZW_EXPECT:
			v = unexpected(p, claim, path, region);
			break;
		default:
			v.set = zw_and(d, region, p->paths[path].accepted);
			break;
		}
	}
	if (p->is_mixture)
		v.set = zw_minus(d, v.set, p->passed[path]);
	if (p->is_mixture && claim->kind == ZW_UNSPOOFED &&
	    !zw_same(v.set, ZW_EMPTY))
		v.set = zw_minus(d, v.set, known_sources(p));
	return v;
}

/* ---- verdicts ------------------------------------------------------------ */

static const char *pass_name(u32 pass)
{
	return pass == ZW_PASS_ACCEPT ? "accept"
	       : pass == ZW_PASS_DROP ? "drop"
				      : "reject";
}

static const char *manner(u32 pass)
{
	return pass == ZW_PASS_REJECT_RESET ? " with a TCP reset"
	       : pass == ZW_PASS_REJECT_ADMIN
		       ? " with \"administratively prohibited\""
	       : pass == ZW_PASS_REJECT_OTHER ? " with another answer"
					      : "";
}

static struct zw_str translation(const struct zw_prover *p, u32 leaf)
{
	struct zw_str text = zw_translation_text(p->space, leaf);

	return text.n ? text : ZW_STR("not translated");
}

static struct zw_str difference(struct zw_prover *p, enum zw_path path,
				const u32 *point)
{
	struct zw_diagrams *d = p->space->d;
	zw_node meaning = meaning_of(p, path);
	u32 said_leaf = zw_at(d, p->paths[path].diagram, point);
	u32 meant_leaf = zw_at(d, meaning, point);
	u32 said = zw_pass_of(said_leaf), meant = zw_pass_of(meant_leaf);
	const char *which = said == ZW_PASS_ACCEPT    ? "accepts more"
			    : meant == ZW_PASS_ACCEPT ? "accepts less"
						      : "refuses otherwise";

	if (said == meant && said == ZW_PASS_ACCEPT)
		return zw_strf(
			p->arena,
			"translates otherwise: the bytes let pass what is %.*s, the policy what is %.*s",
			ZW_STR_ARG(translation(p, said_leaf)),
			ZW_STR_ARG(translation(p, meant_leaf)));

	return zw_strf(p->arena, "%s: the bytes %s%s what the policy %ss%s",
		       which, pass_name(said), manner(said), pass_name(meant),
		       manner(meant));
}

static void refute(struct zw_prover *p, struct zw_claim_result *result,
		   const struct violation *v, enum zw_path path,
		   const u32 *point)
{
	result->verdict = ZW_REFUTED;
	result->has_witness = true;
	zw_witness_sender(p->arena, p->statement, result->claim,
			  &result->witness);
	if (p->symbolic->orders)
		zw_push(p->arena, result->witness.assumptions,
			ZW_STR("chains of equal priority run in this order"));
	zw_extent_measure(p->arena, p->space,
			  zw_entry_beginnings(p->space, v->set),
			  &result->extent);
	if (!p->is_mixture) /* its rules name lines of two texts */
		result->culprit =
			zw_culprit(p->statement, p->sources, &result->witness);
	if (result->claim->kind == ZW_EXACT)
		result->reason = difference(p, path, point);
}

/* True if the claim is decided by this path. */
static bool try_path(struct zw_prover *p, struct zw_claim_result *result,
		     enum zw_path path)
{
	struct violation v = violation_of(p, result->claim, path);
	struct zw_search search = { .arena = p->arena,
				    .symbolic = p->symbolic,
				    .statement = p->statement,
				    .ports = &p->regions->ports,
				    .path = path,
				    .diagram = p->paths[path].diagram,
				    .wanted = v.wanted };
	u32 *point;

	if (zw_diagrams_exhausted(p->space->d) || zw_same(v.set, ZW_EMPTY))
		return false;
	if (!p->interpreter)
		p->interpreter =
			zw_interpreter_new(p->scratch, p->symbolic->ruleset);
	search.interpreter = p->interpreter;
	zw_push(p->scratch, p->violations, v.set);
	point = ZW_NEW_ARRAY(p->scratch, u32, zw_variable_count(p->space->d));
	switch (zw_witness_find(&search, v.set, point, &result->witness,
				&result->reason)) {
	case ZW_FOUND:
		refute(p, result, &v, path, point);
		return true;
	case ZW_FOUND_UNREAL:
	case ZW_FOUND_DIFFERS:
		result->verdict = ZW_UNDECIDED;
		break;
	}
	return false;
}

static bool lost(void *context, u32 leaf)
{
	const u32 *number = context;

	return zw_pass_of(leaf) == ZW_PASS_LOST &&
	       leaf / ZW_PASS_KINDS == *number;
}

/* Packets that come from where the claim says and are lost sight of: on any
 * path, since they may go on to anywhere. */
static struct zw_str lost_reason(struct zw_prover *p,
				 const struct zw_claim *claim)
{
	const struct zw_symbolic *s = p->symbolic;
	enum zw_path path;
	zw_node from;
	u32 i;

	for (path = 0; path < ZW_PATH_COUNT && s->loses; path++) {
		from = zw_region_from(p->regions, claim, path);
		if (zw_same(from, ZW_EMPTY))
			continue;
		if (!zw_prover_path(p, path))
			return ZW_STR("the budget of diagram nodes is spent");
		from = zw_and(p->space->d, from, p->paths[path].legal);
		for (i = 0; i < s->losses.n; i++) {
			zw_node met = zw_where(
				p->space->d, p->paths[path].diagram, lost, &i);

			if (!zw_same(zw_and(p->space->d, from, met), ZW_EMPTY))
				return zw_str_copy(p->arena, s->losses.v[i]);
		}
	}
	return ZW_STR("");
}

static void decide(struct zw_prover *p, struct zw_claim_result *result)
{
	struct zw_str below = ZW_STR("");
	enum zw_path path;

	result->verdict = ZW_PROVED;
	result->culprit = ZW_NO_SPAN;
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		if (speaks_of(result->claim, path) && try_path(p, result, path))
			return;
	}
	if (zw_diagrams_exhausted(p->space->d)) {
		result->verdict = ZW_UNDECIDED;
		result->reason = zw_strf(
			p->arena, "the budget of %zu diagram nodes is spent",
			zw_diagrams_nodes(p->space->d));
	}
	if (result->verdict == ZW_PROVED && p->symbolic->doubts.n) {
		result->verdict = ZW_UNDECIDED;
		result->reason =
			zw_str_copy(p->arena, p->symbolic->doubts.v[0]);
	}
	if (result->verdict != ZW_PROVED)
		return;
	result->reason = lost_reason(p, result->claim);
	if (!result->reason.n)
		result->reason = zw_beside_reason(p, result->claim);
	if (!result->reason.n)
		result->reason = zw_below_reason(p, result->claim);
	if (result->reason.n)
		result->verdict = ZW_UNDECIDED;
	else
		below = zw_below_assumption(p, result->claim);
	if (below.n)
		zw_push(p->arena, result->assumptions, below);
}

/* Which rule let the packet of WITNESS pass: "rule 3 of chain 'x'". */
static struct zw_str accepting_rule(struct zw_prover *p,
				    const struct zw_witness *witness)
{
	size_t i;

	for (i = witness->path.n; i-- > 0;) {
		const struct zw_step *step = &witness->path.v[i];

		if (zw_says_accept(step->what) && step->position)
			return zw_strf(p->arena, "rule %u of chain '%.*s'",
				       step->position, ZW_STR_ARG(step->chain));
	}
	return ZW_STR("the ruleset");
}

void zw_prove(struct zw_prover *p, struct zw_claim_result *result)
{
	struct zw_claim_result again = { .claim = result->claim };
	struct zw_str rule;

	decide(p, result);
	if ((result->verdict == ZW_PROVED && !p->symbolic->offloads) ||
	    !p->foreign || result->claim->kind != ZW_NEVER ||
	    !result->claim->built_in)
		return;
	p->regions->beginnings = true;
	decide(p, &again);
	p->regions->beginnings = false;
	rule = accepting_rule(p, &result->witness);
	*result = again;
	if (again.verdict != ZW_PROVED)
		return;
	zw_push(p->arena, result->assumptions,
		zw_strf(p->arena,
			"no connection was begun elsewhere, or under another ruleset: %.*s lets packets of standing ones pass whatever their direction",
			ZW_STR_ARG(rule)));
}
