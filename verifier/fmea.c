/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One bench for many faults: a space with its diagrams, the prover of the
 * ruleset without a fault, and its verdicts. A fault takes a variant of that
 * prover; what it made is given back when it has been tried. Where a fault asks
 * for a finer cut of a field, or the diagrams are half used up, the bench is
 * built anew and the fault tried again.
 *
 * A claim is decided again only if on some path some packet fares otherwise, or
 * other packets can exist. */
#include "verifier/fmea.h"

#include "base/assert.h"
#include "verifier/prove.h"

#define DEFAULT_NODES 20000000u
#define ATTEMPTS 12
#define LEFT_NODES 500000u

static const char *const effects[] = {
	[ZW_EFFECT_ISOLATION] = "isolation", [ZW_EFFECT_SAFETY] = "safety",
	[ZW_EFFECT_DOUBT] = "doubt",	     [ZW_EFFECT_SERVICE] = "service",
	[ZW_EFFECT_MORE] = "more",	     [ZW_EFFECT_LESS] = "less",
	[ZW_EFFECT_NONE] = "none",
};
_Static_assert(sizeof(effects) / sizeof(effects[0]) == ZW_EFFECTS,
	       "every effect has a name");

const char *zw_effect_name(enum zw_effect effect)
{
	ZW_ASSERT(effect < ZW_EFFECTS);
	return effects[effect];
}

struct bench {
	struct zw_arena *arena; /* of the results */
	const struct zw_sources *sources;
	const struct zw_ruleset *ruleset;
	const struct zw_statement *statement;
	const struct zw_fmea_options *options;
	struct zw_fmea *out;
	const struct zw_fault_graph *graph;
	struct zw_cuts cuts;
	/* what is built anew */
	struct zw_arena *scratch;
	struct zw_diagrams *d;
	struct zw_space *space;
	struct zw_prover *prover;
	size_t nodes; /* of the diagrams then */
	size_t fresh; /* unknowns of the ruleset without a fault */
	/* by path: what some claim forbids; made when first asked for */
	bool forbidden_known[ZW_PATH_COUNT];
	zw_node forbidden[ZW_PATH_COUNT];
};

static size_t node_limit(const struct bench *b)
{
	return b->options->node_limit ? b->options->node_limit : DEFAULT_NODES;
}

/* ---- without a fault ----------------------------------------------------- */

static void close_bench(struct bench *b)
{
	if (!b->scratch)
		return;
	zw_diagrams_free(b->d);
	zw_arena_free(b->scratch);
	b->scratch = NULL;
}

static bool spent(const struct bench *b)
{
	return zw_diagrams_exhausted(b->d);
}

static bool stale(const struct bench *b)
{
	return zw_space_stale(b->space);
}

/* What earlier faults left makes later ones slow: the caches no longer fit the
 * processor's. */
static bool is_worn(const struct bench *b)
{
	size_t limit = LEFT_NODES + 4 * b->nodes;

	if (limit > node_limit(b) / 2)
		limit = node_limit(b) / 2;
	return zw_diagrams_nodes(b->d) > limit;
}

static void open_bench(struct bench *b)
{
	enum zw_path path;

	b->scratch = zw_arena_new();
	b->d = zw_diagrams_new(node_limit(b), 4 * node_limit(b));
	b->space = zw_space_new(b->scratch, b->d, &b->cuts);
	b->prover = zw_prover_new(b->arena, b->scratch, b->space, b->ruleset,
				  b->statement, b->sources);
	b->prover->foreign = b->options->foreign;
	b->prover->symbolic->foreign = b->options->foreign;
	b->prover->symbolic->keeps = true;
	for (path = 0; path < ZW_PATH_COUNT; path++) {
		if (!zw_prover_path(b->prover, path))
			return;
	}
	memset(b->forbidden_known, 0, sizeof(b->forbidden_known));
}

static bool prove_base(struct bench *b)
{
	struct zw_verification *base = &b->out->base;
	size_t i;

	base->verdict = ZW_PROVED;
	for (i = 0; i < base->claims.n && !stale(b); i++) {
		struct zw_claim_result now = {
			.claim = base->claims.v[i].claim
		};

		zw_prove(b->prover, &now);
		base->claims.v[i] = now;
		if (now.verdict == ZW_REFUTED)
			base->verdict = ZW_REFUTED;
		else if (now.verdict == ZW_UNDECIDED &&
			 base->verdict == ZW_PROVED)
			base->verdict = ZW_UNDECIDED;
	}
	b->fresh = b->space->fresh.n;
	b->nodes = zw_diagrams_nodes(b->d);
	return !stale(b);
}

/* False if fields would have to be cut without end. */
static bool build(struct bench *b)
{
	u32 i;

	for (i = 0; i < ATTEMPTS; i++) {
		close_bench(b);
		open_bench(b);
		if (!stale(b) && prove_base(b))
			return true;
	}
	return false;
}

static void list_claims(struct bench *b)
{
	struct zw_verification *base = &b->out->base;
	struct zw_claim_result result = { .verdict = ZW_UNDECIDED,
					  .culprit = ZW_NO_SPAN };
	size_t i;

	for (i = 0; i < b->statement->claims.n; i++) {
		result.claim = &b->statement->claims.v[i];
		zw_push(b->arena, base->claims, result);
	}
	base->exact = (struct zw_claim){
		.kind = ZW_EXACT,
		.built_in = true,
		.text = ZW_STR("the bytes accept exactly what the policy says"),
		.span = ZW_NO_SPAN,
		.any_service = true,
	};
	result.claim = &base->exact;
	if (b->statement->has_policy)
		zw_push(b->arena, base->claims, result);
}

/* ---- the worst of it ----------------------------------------------------- */

static bool has_kind(const struct bench *b, const zw_claim_terms *terms,
		     enum zw_zone_kind kind)
{
	size_t i;

	for (i = 0; i < terms->n; i++) {
		u32 zone = terms->v[i].zone;

		if (zone < b->statement->zones.n &&
		    b->statement->zones.v[zone].kind == kind)
			return true;
	}
	return false;
}

static bool is_safety(const struct zw_claim *claim)
{
	return claim->kind == ZW_NEVER || claim->kind == ZW_ONLY ||
	       claim->kind == ZW_UNSPOOFED ||
	       (claim->kind == ZW_EXPECT && claim->expected != ZW_FLOW_ACCEPT);
}

/* Did a flow from a dmz to an internal zone break it? Where zones are mixed in
 * a claim the packet tells. */
static bool is_isolation(const struct bench *b,
			 const struct zw_claim_result *result)
{
	const struct zw_claim *claim = result->claim;
	const struct zw_witness *w = &result->witness;
	size_t n = b->statement->zones.n;

	if (claim->kind != ZW_NEVER && claim->kind != ZW_ONLY)
		return false;
	if (claim->built_in && claim->kind == ZW_NEVER)
		return true;
	return has_kind(b, &claim->from, ZW_ZONE_DMZ) &&
	       has_kind(b, &claim->to, ZW_ZONE_INTERNAL) && w->from_zone < n &&
	       w->to_zone < n &&
	       b->statement->zones.v[w->from_zone].kind == ZW_ZONE_DMZ &&
	       b->statement->zones.v[w->to_zone].kind == ZW_ZONE_INTERNAL;
}

static bool begins(struct zw_str text, const char *with)
{
	size_t n = strlen(with);

	return text.n >= n && !memcmp(text.p, with, n);
}

static enum zw_effect effect_of(const struct bench *b,
				const struct zw_claim_result *result)
{
	if (result->verdict == ZW_UNDECIDED)
		return ZW_EFFECT_DOUBT;
	if (is_isolation(b, result))
		return ZW_EFFECT_ISOLATION;
	if (is_safety(result->claim))
		return ZW_EFFECT_SAFETY;
	if (result->claim->kind != ZW_EXACT)
		return ZW_EFFECT_SERVICE;
	return begins(result->reason, "accepts more") ||
			       begins(result->reason, "translates")
		       ? ZW_EFFECT_MORE
		       : ZW_EFFECT_LESS;
}

/* ---- what else would stop it --------------------------------------------- */

static zw_node forbidden(struct bench *b, enum zw_path path)
{
	zw_node out = ZW_EMPTY;
	size_t i;

	if (b->forbidden_known[path])
		return b->forbidden[path];
	for (i = 0; i < b->statement->claims.n; i++) {
		const struct zw_claim *claim = &b->statement->claims.v[i];

		if (claim->kind == ZW_NEVER || claim->kind == ZW_ONLY ||
		    claim->kind == ZW_UNSPOOFED)
			out = zw_or(b->d, out,
				    zw_region(b->prover->regions, claim, path));
	}
	b->forbidden[path] =
		zw_symbolic_arrivals(b->prover->symbolic, path, out);
	b->forbidden_known[path] = true;
	return b->forbidden[path];
}

/* Of SET, a packet that claims forbid and that the faulty ruleset refuses: its
 * way, and so what refuses it. */
static void stop_of(struct bench *b, struct zw_prover *p, enum zw_path path,
		    zw_node set, struct zw_failure *failure)
{
	struct zw_search search = { .arena = b->arena,
				    .symbolic = p->symbolic,
				    .interpreter = p->interpreter,
				    .statement = p->statement,
				    .ports = &p->regions->ports,
				    .path = path,
				    .diagram = p->paths[path].diagram,
				    .wanted = ZW_WANT_NO_ACCEPT };
	struct zw_str reason;
	u32 *point;

	if (zw_same(set, ZW_EMPTY))
		return;
	set = zw_and(b->d, set, forbidden(b, path));
	set = zw_minus(b->d, zw_and(b->d, set, p->paths[path].legal),
		       p->paths[path].accepted);
	if (zw_same(set, ZW_EMPTY) || spent(b) || stale(b))
		return;
	point = ZW_NEW_ARRAY(p->scratch, u32, zw_variable_count(b->d));
	failure->has_still =
		zw_witness_find(&search, set, point, &failure->still,
				&reason) == ZW_FOUND &&
		failure->still.path.n;
}

/* A packet that the fault lets by at its own place, and that stops elsewhere.
 */
static void find_still(struct bench *b, struct zw_prover *p,
		       struct zw_failure *failure)
{
	enum zw_path path;

	for (path = 0; path < ZW_PATH_COUNT && !failure->has_still; path++)
		stop_of(b, p, path, zw_symbolic_let_by(p->symbolic, path),
			failure);
}

static bool is_drop(const struct bench *b, const struct zw_fault *fault)
{
	const struct zw_rule *rule;
	const struct zw_expr *last;

	if ((fault->mode != ZW_FAULT_RULE_LOST &&
	     fault->mode != ZW_FAULT_SPOOFING_LOST) ||
	    !fault->position)
		return false;
	rule = b->ruleset->chains.v[fault->chain].rules.v[fault->position - 1];
	last = rule->n_exprs ? &rule->exprs[rule->n_exprs - 1] : NULL;
	return last && (last->kind == ZW_EXPR_REJECT ||
			(last->kind == ZW_EXPR_IMMEDIATE &&
			 last->immediate.dreg == ZW_REG_VERDICT &&
			 last->immediate.ruling.code == NF_DROP));
}

/* A rule that refuses is lost, and its base chain refuses the same all the
 * same: what another verdict of the rule would let by is what it refused, and
 * that is stopped by what follows. */
static void find_next(struct bench *b, struct zw_arena *scratch,
		      struct zw_prover *p, struct zw_failure *failure)
{
	struct zw_fault fault = failure->fault;
	struct zw_faulty flipped;
	struct zw_prover *other;
	enum zw_path path;
	zw_node set;

	if (!is_drop(b, &fault))
		return;
	fault.mode = ZW_FAULT_RULE_FLIPPED;
	zw_fault_make(scratch, b->ruleset, b->statement, b->graph, &fault,
		      &flipped);
	other = zw_prover_variant(b->arena, scratch, b->prover, flipped.ruleset,
				  flipped.touched);
	for (path = 0; path < ZW_PATH_COUNT && !failure->has_still; path++) {
		zw_prover_path(other, path);
		if (stale(b) || spent(b))
			return;
		set = zw_symbolic_let_by(other->symbolic, path);
		/* rather one that nothing else would have refused */
		stop_of(b, p, path,
			zw_and(b->d, set, other->paths[path].accepted),
			failure);
		if (!failure->has_still)
			stop_of(b, p, path, set, failure);
	}
}

/* ---- one fault ----------------------------------------------------------- */

static bool fares_alike(const struct zw_prover *a, const struct zw_prover *b)
{
	enum zw_path path;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		if (!zw_same(a->paths[path].diagram, b->paths[path].diagram) ||
		    !zw_same(a->paths[path].legal, b->paths[path].legal))
			return false;
	}
	return !a->symbolic->doubts.n && !b->symbolic->doubts.n &&
	       a->symbolic->offloads == b->symbolic->offloads;
}

static void decide_again(struct bench *b, struct zw_prover *p,
			 struct zw_failure *failure)
{
	const struct zw_verification *base = &b->out->base;
	bool around = zw_fault_is_around(failure->fault.mode);
	size_t i;

	for (i = 0; i < base->claims.n && !stale(b) && !spent(b); i++) {
		struct zw_claim_result now = {
			.claim = base->claims.v[i].claim
		};
		enum zw_effect effect;

		/* what the policy says of the gateway as it was written is not
		 * asked for where that is wrong */
		if (base->claims.v[i].verdict != ZW_PROVED ||
		    (around && now.claim->kind == ZW_EXACT))
			continue;
		zw_prove(p, &now);
		if (now.verdict == ZW_PROVED)
			continue;
		zw_push(b->arena, failure->fallen, now);
		effect = effect_of(b, &now);
		if (effect < failure->effect)
			failure->effect = effect;
	}
}

/* The prover of the faulty gateway, its paths made. */
static struct zw_prover *prover_of(struct bench *b, struct zw_arena *scratch,
				   const struct zw_faulty *faulty)
{
	struct zw_prover *p;
	enum zw_path path;

	if (faulty->ruleset == b->ruleset) {
		p = ZW_NEW(scratch, struct zw_prover);
		*p = *b->prover;
		p->scratch = scratch;
		p->statement = faulty->statement;
		if (faulty->statement != b->statement) {
			p->regions = zw_regions_new(scratch, b->space,
						    faulty->statement);
			memset(p->asked, 0, sizeof(p->asked));
		}
		return p;
	}
	p = zw_prover_variant(b->arena, scratch, b->prover, faulty->ruleset,
			      faulty->touched);
	for (path = 0; path < ZW_PATH_COUNT && !stale(b); path++)
		zw_prover_path(p, path);
	return p;
}

static void try_fault(struct bench *b, struct zw_arena *scratch,
		      struct zw_failure *failure)
{
	struct zw_faulty faulty;
	struct zw_prover *p;

	zw_fault_make(scratch, b->ruleset, b->statement, b->graph,
		      &failure->fault, &faulty);
	p = prover_of(b, scratch, &faulty);
	if (!stale(b) && !spent(b) &&
	    (faulty.ruleset == b->ruleset || !fares_alike(p, b->prover))) {
		if (!p->interpreter)
			p->interpreter =
				zw_interpreter_new(scratch, faulty.ruleset);
		b->space->gateway = faulty.gateway;
		decide_again(b, p, failure);
		b->space->gateway = NULL;
	}
	if (!stale(b) && !spent(b) && faulty.ruleset != b->ruleset &&
	    failure->effect > ZW_EFFECT_SAFETY) {
		if (!p->interpreter)
			p->interpreter =
				zw_interpreter_new(scratch, faulty.ruleset);
		find_still(b, p, failure);
		if (!failure->has_still)
			find_next(b, scratch, p, failure);
	}
	/* what another ruleset has to say of IPv6's fragments */
	b->space->joined =
		b->prover->symbolic->tracked[ZW_IPV6] && !b->ruleset->fragments;
	zw_space_give_back(b->space, b->fresh);
}

/* FAULT beyond the budget: what it does is not known. */
static void doubt_all(struct bench *b, struct zw_failure *failure)
{
	const struct zw_verification *base = &b->out->base;
	size_t i;

	failure->effect = ZW_EFFECT_DOUBT;
	for (i = 0; i < base->claims.n; i++) {
		struct zw_claim_result now = {
			.claim = base->claims.v[i].claim,
			.verdict = ZW_UNDECIDED,
			.culprit = ZW_NO_SPAN,
			.reason = ZW_STR(
				"the proof takes too many diagram nodes"),
		};

		if (base->claims.v[i].verdict == ZW_PROVED)
			zw_push(b->arena, failure->fallen, now);
	}
}

static struct zw_failure failure_of(struct bench *b,
				    const struct zw_fault *fault)
{
	struct zw_failure failure = { .fault = *fault };
	u32 i;

	for (i = 0; i < ATTEMPTS; i++) {
		struct zw_arena *scratch = zw_arena_new();
		bool fits;

		failure = (struct zw_failure){ .fault = *fault,
					       .effect = ZW_EFFECT_NONE };
		try_fault(b, scratch, &failure);
		zw_arena_free(scratch);
		fits = !stale(b) && !spent(b);
		if (!fits || is_worn(b)) {
			if (!build(b))
				break;
		}
		if (fits)
			return failure;
	}
	failure = (struct zw_failure){ .fault = *fault };
	doubt_all(b, &failure);
	return failure;
}

/* ---- all of them --------------------------------------------------------- */

/* A number below N from the sequence of *STATE (splitmix64). */
static u64 below(u64 *state, u64 n)
{
	u64 z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % n;
}

/* Keep SAMPLE of them, each set of that size as likely as any other, in their
 * order. */
static void draw(zw_faults *list, u64 sample, u64 seed)
{
	u64 need = sample, left = list->n;
	size_t i, n = 0;

	if (!sample || sample >= list->n)
		return;
	for (i = 0; i < list->n; i++, left--) {
		if (below(&seed, left) >= need)
			continue;
		need--;
		list->v[n++] = list->v[i];
	}
	list->n = n;
}

static void sort_failures(struct bench *b)
{
	struct zw_fmea *out = b->out;
	size_t starts[ZW_EFFECTS + 1] = { 0 }, i, n = out->failures.n;
	struct zw_failure *sorted =
		ZW_NEW_ARRAY(b->arena, struct zw_failure, n);

	for (i = 0; i < ZW_EFFECTS; i++)
		starts[i + 1] = starts[i] + (size_t)out->by_effect[i];
	for (i = 0; i < n; i++)
		sorted[starts[out->failures.v[i].effect]++] =
			out->failures.v[i];
	out->failures.v = sorted;
	out->failures.cap = n;
}

static void try_all(struct bench *b, const zw_faults *faults)
{
	const struct zw_fmea_options *options = b->options;
	struct zw_fmea *out = b->out;
	size_t i;

	for (i = 0; i < faults->n; i++) {
		struct zw_failure failure = failure_of(b, &faults->v[i]);

		out->by_mode[failure.fault.mode][failure.effect]++;
		out->by_effect[failure.effect]++;
		zw_push(b->arena, out->failures, failure);
		if (options->progress)
			options->progress(
				options->progress_context,
				(unsigned)(1000 * (i + 1) / faults->n));
	}
	out->tried = faults->n;
	sort_failures(b);
}

/* All names that a fault may bring, so that they are told apart. */
static void cut_names(struct bench *b)
{
	zw_cuts_init(&b->cuts, b->arena);
	zw_meaning_cuts(&b->cuts, b->statement);
	zw_symbolic_cuts(&b->cuts, b->ruleset);
	zw_cuts_name(&b->cuts, zw_fault_new_name(b->arena, b->statement),
		     false);
}

bool zw_fmea(struct zw_arena *arena, const struct zw_sources *sources,
	     const struct zw_ruleset *ruleset,
	     const struct zw_statement *statement,
	     const struct zw_fmea_options *options, struct zw_fmea *out)
{
	struct bench b = { .arena = arena,
			   .sources = sources,
			   .ruleset = ruleset,
			   .statement = statement,
			   .options = options,
			   .out = out };
	u32 modes = options->modes ? options->modes
				   : (UINT32_C(1) << ZW_FAULT_MODES) - 1;
	zw_faults faults;
	bool ok;

	*out = (struct zw_fmea){ .seed = options->seed };
	cut_names(&b);
	list_claims(&b);
	b.graph = zw_fault_graph_new(arena, ruleset);
	ok = build(&b) && !spent(&b);
	if (ok) {
		zw_faults_list(arena, ruleset, statement, modes, &faults);
		out->known = faults.n;
		draw(&faults, options->sample, options->seed);
		try_all(&b, &faults);
	} else {
		out->base.verdict = ZW_UNDECIDED;
	}
	close_bench(&b);
	return ok;
}
