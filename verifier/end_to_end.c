/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All gateways in one space, and each claim as a pursuit over them.
 *
 * never, only: a packet breaks the claim at the gateway that sends it to where
 * it must not arrive (or takes it, if that is self); it passes any other on the
 * way there. One pursuit for the whole claim.
 *
 * always, expect: one pursuit for each pair of zones and each gateway at which
 * their flows end, over the gateways on the shortest ways there. A packet
 * breaks "always" where it is refused, "expect drop" where it is refused
 * otherwise or where it is delivered. */
#include "verifier/end_to_end.h"

#include "base/sha256.h"
#include "verifier/culprit.h"
#include "verifier/decode.h"
#include "verifier/shortest.h"
#include "verifier/way.h"

#define DEFAULT_NODES 20000000u
#define ATTEMPTS 12

struct job {
	struct zw_arena *arena;	  /* of results */
	struct zw_arena *scratch; /* of one attempt */
	const struct zw_sources *sources;
	const struct zw_network *network;
	const struct zw_verify_options *options;
	const struct zw_str *batches; /* by gateway */
	struct zw_verification *out;
	struct zw_cuts cuts;
	struct zw_shortest shortest;
	bool needed[ZW_PATH_COUNT]; /* by some claim */
	/* of one attempt */
	struct zw_space *space;
	struct zw_transit **transits;
	zw_node *passing[ZW_PATH_COUNT]; /* by gateway: what passes, of what
					  * travels */
};

static void progress(const struct job *job, size_t done, size_t of)
{
	if (job->options && job->options->progress)
		job->options->progress(job->options->progress_context,
				       (unsigned)(1000 * done / (of ? of : 1)));
}

static size_t gateways(const struct job *job)
{
	return job->network->gateways.n;
}

/* ---- regions of one gateway ---------------------------------------------- */

static zw_node meet(const struct job *job, zw_node a, zw_node b)
{
	return zw_and(job->space->d, a, b);
}

/* SET, which is said of packets behind the routing decision, as they arrive. */
static zw_node arriving(const struct job *job, u32 g, enum zw_path path,
			zw_node set)
{
	return zw_symbolic_arrivals(job->transits[g]->prover->symbolic, path,
				    set);
}

/* Packets that can be, and come or leave by a link. */
static zw_node travelling(const struct job *job, u32 g, enum zw_path path)
{
	return meet(job, job->transits[g]->travelling[path],
		    job->transits[g]->prover->paths[path].legal);
}

static struct zw_regions *regions(const struct job *job, u32 g)
{
	return job->transits[g]->prover->regions;
}

/* ---- verdicts ------------------------------------------------------------ */

/* The packet's first gateway. */
static const struct zw_statement *
first_statement(const struct job *job, const struct zw_witness *witness)
{
	u32 g = 0;

	while (!zw_str_eq(job->network->gateways.v[g].name,
			  witness->hops.v[0].gateway))
		g++;
	return job->network->gateways.v[g].statement;
}

static void undecided(struct zw_claim_result *result, struct zw_str reason)
{
	result->verdict = ZW_UNDECIDED;
	result->reason = reason;
}

static struct zw_str out_of_nodes(const struct job *job)
{
	return zw_strf(job->arena, "the budget of %zu diagram nodes is spent",
		       zw_diagrams_nodes(job->space->d));
}

/* Follow PURSUIT to its end; true if the claim is refuted by it. */
static bool follow(struct job *job, struct zw_pursuit *pursuit,
		   struct zw_claim_result *result)
{
	struct zw_str reason = ZW_STR("");

	while (zw_pursuit_run(pursuit)) {
		if (zw_way_find(job->arena, pursuit, &result->witness,
				&result->extent, &reason) != ZW_FOUND) {
			undecided(result, reason);
			continue;
		}
		result->verdict = ZW_REFUTED;
		result->reason = ZW_STR("");
		result->has_witness = true;
		zw_witness_sender(job->arena,
				  first_statement(job, &result->witness),
				  result->claim, &result->witness);
		result->culprit = zw_culprit(job->network->policy, job->sources,
					     &result->witness);
		return true;
	}
	return false;
}

static struct zw_pursuit pursuit_of(struct job *job,
				    const struct zw_pursued *asked,
				    enum zw_wanted wanted)
{
	struct zw_pursuit pursuit = {
		.scratch = job->scratch,
		.space = job->space,
		.network = job->network,
		.transits = job->transits,
		.asked = asked,
		.wanted = wanted,
	};

	return pursuit;
}

/* ---- never, only --------------------------------------------------------- */

static void ask_never(struct job *job, const struct zw_claim *claim, u32 g,
		      enum zw_path path, struct zw_pursued *asked)
{
	struct zw_regions *r = regions(job, g);
	zw_node from, passing;

	if (!job->needed[path])
		return;
	passing = meet(
		job, arriving(job, g, path, zw_region_passing(r, claim, path)),
		job->passing[path][g]);
	asked->passes[path] = passing;
	asked->breaks[path] =
		meet(job, arriving(job, g, path, zw_region_to(r, claim, path)),
		     passing);
	from = zw_region_from(r, claim, path);
	asked->origins[path] = arriving(job, g, path, from);
}

static void decide_never(struct job *job, const struct zw_claim *claim,
			 struct zw_claim_result *result)
{
	struct zw_pursued *asked =
		ZW_NEW_ARRAY(job->scratch, struct zw_pursued, gateways(job));
	struct zw_pursuit pursuit;
	enum zw_path path;
	u32 g;

	for (g = 0; g < gateways(job); g++)
		for (path = 0; path < ZW_PATH_COUNT; path++)
			ask_never(job, claim, g, path, &asked[g]);
	pursuit = pursuit_of(job, asked, ZW_WANT_ACCEPT);
	follow(job, &pursuit, result);
}

/* ---- always, expect ------------------------------------------------------ */

/* Flows of a claim between two zones that end at one gateway. */
struct flows {
	struct zw_claim claim; /* with one term on each side */
	u32 last;
	bool *begins, *on_way; /* by gateway */
	bool *may_go;	       /* by two gateways */
};

static bool lies_between(const struct zw_shortest *s, u32 g, u32 first,
			 u32 last)
{
	u32 there = zw_shortest_between(s, first, g);
	u32 on = zw_shortest_between(s, g, last);

	return there != ZW_NO_WAY_AT_ALL && on != ZW_NO_WAY_AT_ALL &&
	       there + on == zw_shortest_between(s, first, last);
}

/* False if no flow ends at LAST. */
static bool find_ways(struct job *job, struct flows *f)
{
	const struct zw_shortest *s = &job->shortest;
	size_t n = gateways(job);
	u32 from = f->claim.from.v[0].zone, to = f->claim.to.v[0].zone;
	bool any = false;
	u32 g, first;

	f->begins = ZW_NEW_ARRAY(job->scratch, bool, n);
	f->on_way = ZW_NEW_ARRAY(job->scratch, bool, n);
	f->may_go = NULL;
	for (first = 0; first < n; first++) {
		if (!zw_shortest_ends(s, from, first, to, f->last))
			continue;
		any = f->begins[first] = true;
		for (g = 0; g < n; g++)
			f->on_way[g] |= lies_between(s, g, first, f->last);
	}
	if (!any)
		return false;
	f->may_go = ZW_NEW_ARRAY(job->scratch, bool, n *n);
	for (g = 0; g < n; g++)
		for (first = 0; first < n; first++)
			f->may_go[g * n + first] =
				f->on_way[g] && f->on_way[first] &&
				zw_shortest_between(s, g, first) == 1 &&
				zw_shortest_between(s, first, f->last) + 1 ==
					zw_shortest_between(s, g, f->last);
	return true;
}

/* By the interfaces of links that lead G's flows on. */
static zw_node onward(struct job *job, const struct flows *f, u32 g)
{
	const struct zw_network *network = job->network;
	zw_node out = ZW_EMPTY;
	u32 link;
	size_t i;

	for (link = 0; link < network->links.n; link++) {
		const struct zw_network_link *l = &network->links.v[link];
		bool leads = false;

		for (i = 0; i < l->gateways.n; i++)
			leads |=
				f->may_go[g * gateways(job) + l->gateways.v[i]];
		if (leads)
			out = zw_or(job->space->d, out,
				    zw_transit_onto(job->transits[g], link));
	}
	return out;
}

static bool drops(void *context, u32 leaf)
{
	(void)context;
	return zw_pass_of(leaf) == ZW_PASS_DROP;
}

/* REGION: what must come out at G as the claim says. */
static void break_here(struct job *job, const struct flows *f, u32 g,
		       zw_node region, struct zw_pursued *asked)
{
	struct zw_diagrams *d = job->space->d;
	struct zw_prover *p = job->transits[g]->prover;
	zw_node pass = p->paths[ZW_PATH_FORWARD].accepted, dropped;
	zw_node delivered = ZW_EMPTY, refused;
	bool accept = f->claim.kind == ZW_ALWAYS ||
		      f->claim.expected == ZW_FLOW_ACCEPT;

	if (f->claim.kind == ZW_EXPECT && accept)
		pass = zw_prover_can_pass(p, ZW_PATH_FORWARD);
	asked->passes[ZW_PATH_FORWARD] = zw_and(d, region, pass);
	if (accept) {
		asked->breaks[ZW_PATH_FORWARD] = zw_minus(d, region, pass);
		return;
	}
	if (g == f->last)
		delivered = zw_and(d, region, pass);
	dropped = zw_and(
		d, region,
		zw_where(d, p->paths[ZW_PATH_FORWARD].diagram, drops, NULL));
	refused = f->claim.expected == ZW_FLOW_REJECT
			  ? dropped
			  : zw_minus(d, zw_minus(d, region, dropped), pass);
	asked->breaks[ZW_PATH_FORWARD] = zw_or(d, delivered, refused);
}

static void ask_flows(struct job *job, const struct flows *f, u32 g,
		      struct zw_pursued *asked)
{
	zw_node region =
		zw_region_to(regions(job, g), &f->claim, ZW_PATH_FORWARD);

	region = arriving(job, g, ZW_PATH_FORWARD, region);
	region = meet(job, region, travelling(job, g, ZW_PATH_FORWARD));
	if (g != f->last)
		region = meet(job, region, onward(job, f, g));
	break_here(job, f, g, region, asked);
	if (f->begins[g])
		asked->origins[ZW_PATH_FORWARD] = zw_region_members_from(
			regions(job, g), &f->claim, ZW_PATH_FORWARD);
}

static enum zw_wanted wanted_of(const struct zw_claim *claim)
{
	if (claim->kind == ZW_ALWAYS || claim->expected == ZW_FLOW_ACCEPT)
		return ZW_WANT_NO_ACCEPT;
	return claim->expected == ZW_FLOW_DROP ? ZW_WANT_NO_DROP
					       : ZW_WANT_NO_REJECT;
}

/* True if the claim is refuted by flows that end at F's last gateway. */
static bool decide_flows(struct job *job, struct flows *f,
			 struct zw_claim_result *result)
{
	struct zw_pursued *asked;
	struct zw_pursuit pursuit;
	u32 g;

	if (!find_ways(job, f))
		return false;
	asked = ZW_NEW_ARRAY(job->scratch, struct zw_pursued, gateways(job));
	for (g = 0; g < gateways(job); g++)
		if (f->on_way[g])
			ask_flows(job, f, g, &asked[g]);
	pursuit = pursuit_of(job, asked, wanted_of(&f->claim));
	pursuit.may_go = f->may_go;
	return follow(job, &pursuit, result);
}

static void one_term(struct job *job, const struct zw_claim *claim, size_t from,
		     size_t to, struct flows *f)
{
	f->claim = *claim;
	memset(&f->claim.from, 0, sizeof(f->claim.from));
	memset(&f->claim.to, 0, sizeof(f->claim.to));
	zw_push(job->scratch, f->claim.from, claim->from.v[from]);
	zw_push(job->scratch, f->claim.to, claim->to.v[to]);
}

static void decide_always(struct job *job, const struct zw_claim *claim,
			  struct zw_claim_result *result)
{
	struct flows f;
	size_t i, k;

	for (i = 0; i < claim->from.n; i++) {
		for (k = 0; k < claim->to.n; k++) {
			if (claim->from.v[i].zone >= ZW_ELSEWHERE ||
			    claim->to.v[k].zone >= ZW_ELSEWHERE)
				continue;
			one_term(job, claim, i, k, &f);
			for (f.last = 0; f.last < gateways(job); f.last++)
				if (decide_flows(job, &f, result))
					return;
		}
	}
}

/* ---- attempts ------------------------------------------------------------ */

static void decide(struct job *job, struct zw_claim_result *result)
{
	const struct zw_claim *claim = result->claim;

	*result = (struct zw_claim_result){ .claim = claim,
					    .verdict = ZW_PROVED,
					    .culprit = ZW_NO_SPAN };
	if (claim->kind == ZW_NEVER || claim->kind == ZW_ONLY)
		decide_never(job, claim, result);
	else
		decide_always(job, claim, result);
	if (result->verdict != ZW_REFUTED &&
	    zw_diagrams_exhausted(job->space->d))
		undecided(result, out_of_nodes(job));
}

/* Where something at a gateway is not understood nothing is proved. */
static void doubt(struct job *job)
{
	struct zw_str reason = ZW_STR("");
	size_t i;
	u32 g;

	for (g = 0; g < gateways(job) && !reason.n; g++)
		reason = zw_transit_doubt(job->transits[g]);
	for (i = 0; i < job->out->claims.n && reason.n; i++)
		if (job->out->claims.v[i].verdict == ZW_PROVED)
			undecided(&job->out->claims.v[i], reason);
}

/* The paths of gateway G; false if that cannot be. */
static bool stand_at(struct job *job, u32 g)
{
	struct zw_transit *t =
		zw_transit_new(job->arena, job->scratch, job->space,
			       job->network, g, job->batches[g], job->sources);
	enum zw_path path;
	bool ok = true;

	job->transits[g] = t;
	for (path = 0; path < ZW_PATH_COUNT && ok; path++) {
		if (!job->needed[path])
			continue;
		ok = zw_transit_path(t, path);
		job->passing[path][g] = meet(job, travelling(job, g, path),
					     t->prover->paths[path].accepted);
	}
	zw_transit_sleep(t);
	return ok;
}

static bool stand(struct job *job)
{
	size_t n = gateways(job);
	enum zw_path path;
	u32 g;

	job->transits = ZW_NEW_ARRAY(job->scratch, struct zw_transit *, n);
	for (path = 0; path < ZW_PATH_COUNT; path++)
		job->passing[path] = ZW_NEW_ARRAY(job->scratch, zw_node, n);
	for (g = 0; g < n; g++) {
		if (!stand_at(job, g))
			return false;
		progress(job, g, 2 * n);
	}
	return true;
}

static void lie_down(struct job *job)
{
	u32 g;

	for (g = 0; g < gateways(job); g++)
		if (job->transits[g] && job->transits[g]->decoded)
			zw_transit_sleep(job->transits[g]);
}

/* One attempt with what is known about cuts; false if more has been learnt. */
static bool attempt(struct job *job, size_t limit)
{
	struct zw_diagrams *d = zw_diagrams_new(limit, 4 * limit);
	size_t n = job->out->claims.n, i;
	bool ok;

	job->scratch = zw_arena_new();
	job->space = zw_space_new(job->scratch, d, &job->cuts);
	stand(job);
	for (i = 0; i < n && !zw_space_stale(job->space); i++) {
		if (!zw_diagrams_exhausted(d))
			decide(job, &job->out->claims.v[i]);
		else
			undecided(&job->out->claims.v[i], out_of_nodes(job));
		progress(job, n + i, 2 * n);
	}
	if (!zw_space_stale(job->space) && !zw_diagrams_exhausted(d))
		doubt(job);
	if (zw_diagrams_nodes(d) > job->out->nodes)
		job->out->nodes = zw_diagrams_nodes(d);
	ok = !zw_space_stale(job->space);
	lie_down(job);
	zw_diagrams_free(d);
	zw_arena_free(job->scratch);
	return ok;
}

static void decide_all(struct job *job)
{
	size_t limit = job->options && job->options->node_limit
			       ? job->options->node_limit
			       : DEFAULT_NODES;
	size_t i;

	for (i = 0; i < ATTEMPTS; i++)
		if (attempt(job, limit))
			return;
	for (i = 0; i < job->out->claims.n; i++)
		undecided(&job->out->claims.v[i],
			  ZW_STR("the rulesets cut fields too often"));
}

/* ---- which claims -------------------------------------------------------- */

/* Do flows from FROM to TO cross a link? */
static bool are_apart(const struct zw_shortest *s, u32 from, u32 to)
{
	u32 first, last;

	if (from >= ZW_ELSEWHERE || to >= ZW_ELSEWHERE)
		return false;
	for (first = 0; first < s->network->gateways.n; first++)
		for (last = 0; last < s->network->gateways.n; last++)
			if (first != last &&
			    zw_shortest_ends(s, from, first, to, last))
				return true;
	return false;
}

/* Is there anything to decide of CLAIM beyond what each gateway's own proof
 * says? */
static bool is_end_to_end(const struct zw_shortest *s,
			  const struct zw_claim *claim)
{
	size_t i, k;

	if (claim->kind == ZW_NEVER || claim->kind == ZW_ONLY)
		return true;
	if (claim->kind != ZW_ALWAYS && claim->kind != ZW_EXPECT)
		return false;
	for (i = 0; i < claim->from.n; i++)
		for (k = 0; k < claim->to.n; k++)
			if (are_apart(s, claim->from.v[i].zone,
				      claim->to.v[k].zone))
				return true;
	return false;
}

/* ---- the whole ----------------------------------------------------------- */

/* What tells packets apart at gateway G; false if its bytes are no ruleset. */
static bool read_batch(struct job *job, struct zw_diags *diags, size_t g)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_ruleset ruleset = { 0 };
	bool ok = zw_decode(arena, diags, (const u8 *)job->batches[g].p,
			    job->batches[g].n, NULL, &ruleset);

	if (ok)
		zw_symbolic_cuts(&job->cuts, &ruleset);
	zw_meaning_cuts(&job->cuts, job->network->gateways.v[g].statement);
	zw_arena_free(arena);
	return ok;
}

static bool read_all(struct job *job, struct zw_diags *diags)
{
	size_t g, i;

	for (g = 0; g < gateways(job); g++) {
		if (read_batch(job, diags, g))
			continue;
		for (i = 0; i < job->out->claims.n; i++)
			undecided(
				&job->out->claims.v[i],
				zw_strf(job->arena,
					"the bytes of gateway '%.*s' are no ruleset",
					ZW_STR_ARG(job->network->gateways.v[g]
							   .name)));
		return false;
	}
	return true;
}

static bool names_self(const zw_claim_terms *terms)
{
	size_t i;

	for (i = 0; i < terms->n; i++)
		if (terms->v[i].zone == ZW_SELF)
			return true;
	return false;
}

/* The claims that are about ends, and the paths that they need. */
static void take_claims(struct job *job)
{
	struct zw_claim_result result = { .culprit = ZW_NO_SPAN };
	size_t i;

	job->needed[ZW_PATH_FORWARD] = true;
	for (i = 0; i < job->network->claims.n; i++) {
		result.claim = &job->network->claims.v[i];
		if (!is_end_to_end(&job->shortest, result.claim))
			continue;
		zw_push(job->arena, job->out->claims, result);
		if (result.claim->kind != ZW_NEVER &&
		    result.claim->kind != ZW_ONLY)
			continue;
		job->needed[ZW_PATH_INPUT] |= names_self(&result.claim->to);
		job->needed[ZW_PATH_OUTPUT] |= names_self(&result.claim->from);
	}
}

static void digest(const struct zw_network *network,
		   const struct zw_str *batches, u8 out[32])
{
	struct zw_sha256 sha;
	size_t g;

	zw_sha256_begin(&sha);
	for (g = 0; g < network->gateways.n; g++)
		zw_sha256_add(&sha, batches[g].p, batches[g].n);
	zw_sha256_end(&sha, out);
}

struct zw_verification *zw_verify_network(
	struct zw_arena *arena, struct zw_diags *diags,
	const struct zw_sources *sources, const struct zw_network *network,
	const struct zw_str *batches, const struct zw_verify_options *options)
{
	struct job job = { .arena = arena,
			   .batches = batches,
			   .sources = sources,
			   .network = network,
			   .options = options,
			   .out = ZW_NEW(arena, struct zw_verification) };

	zw_shortest_find(arena, job.network, &job.shortest);
	take_claims(&job);
	job.out->families[ZW_IPV4] = job.out->families[ZW_IPV6] = true;
	digest(network, batches, job.out->digest);
	zw_cuts_init(&job.cuts, arena);
	if (read_all(&job, diags))
		decide_all(&job);
	job.out->verdict = zw_verdict_of_all(job.out);
	zw_push(arena, job.out->assumptions,
		ZW_STR("packets go from gateway to gateway over the policy's links alone"));
	if (network->policy->translations.n || network->policy->publications.n)
		zw_push(arena, job.out->assumptions,
			ZW_STR(ZW_TRANSIT_ASSUMED));
	progress(&job, 1, 1);
	return job.out;
}
