/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier from end to end: bytes are decoded, the packet space is made
 * for what they and the statement can tell apart, the paths become diagrams,
 * the claims verdicts.
 *
 * Where the first attempt finds that a field must be cut finer, everything
 * begins anew with that knowledge; each attempt learns something, so there are
 * few. The claims that say what must not pass are held against everything that
 * a packet can meet on the way from one transaction to the next; all of them
 * against the last state. What passed before is not this load's doing: so a
 * ruleset that breaks the claims can be replaced by one that keeps them. */
#include "verifier/verify.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "base/assert.h"
#include "base/sha256.h"
#include "verifier/approximated.h"
#include "verifier/beside.h"
#include "verifier/decode.h"
#include "verifier/mixture.h"
#include "verifier/reloads.h"
#include "verifier/prove.h"

#define DEFAULT_NODES 20000000u
#define ATTEMPTS 12

struct job {
	struct zw_arena *arena;
	const struct zw_sources *sources;
	const struct zw_statement *statement;
	const struct zw_verify_options *options;
	struct zw_verification *out;
	const struct zw_gateway *gateway; /* or NULL */
	bool foreign;			  /* the ruleset need not be ours */
	struct zw_cuts cuts;
	unsigned tries; /* of orders of fields that spent their budget */
	unsigned done;
};

static void progress(struct job *job, unsigned done)
{
	if (done > 1000)
		done = 1000;
	if (job->options && job->options->progress && done > job->done)
		job->options->progress(job->options->progress_context, done);
	job->done = done > job->done ? done : job->done;
}

/* ---- the bytes ----------------------------------------------------------- */

static void digest(const u8 *bytes, size_t n, u8 out[32])
{
	struct zw_sha256 sha;
	struct nlmsghdr header;
	size_t at = 0, step;

	zw_sha256_begin(&sha);
	while (n - at >= sizeof(header)) {
		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) ||
		    header.nlmsg_len > n - at)
			break;
		step = ((size_t)header.nlmsg_len + 3) & ~(size_t)3;
		if (step > n - at)
			step = n - at;
		if (header.nlmsg_type != NFNL_MSG_BATCH_BEGIN &&
		    header.nlmsg_type != NFNL_MSG_BATCH_END)
			zw_sha256_add(&sha, bytes + at, step);
		at += step;
	}
	zw_sha256_end(&sha, out);
}

/* ---- claims -------------------------------------------------------------- */

static void add_claims(struct job *job)
{
	struct zw_claim_result result = { .verdict = ZW_UNDECIDED,
					  .culprit = ZW_NO_SPAN };
	size_t i;

	for (i = 0; i < job->statement->claims.n; i++) {
		result.claim = &job->statement->claims.v[i];
		zw_push(job->arena, job->out->claims, result);
	}
	if (!job->statement->has_policy)
		return;
	job->out->exact = (struct zw_claim){
		.kind = ZW_EXACT,
		.built_in = true,
		.text = ZW_STR("the bytes accept exactly what the policy says"),
		.span = ZW_NO_SPAN,
		.any_service = true,
	};
	result.claim = &job->out->exact;
	zw_push(job->arena, job->out->claims, result);
}

static void all_undecided(struct job *job, struct zw_str reason)
{
	size_t i;

	for (i = 0; i < job->out->claims.n; i++) {
		job->out->claims.v[i].verdict = ZW_UNDECIDED;
		job->out->claims.v[i].reason = reason;
	}
}

/* What holds in passing must hold at the end as well: a verdict may only
 * become worse. */
static bool is_safety(enum zw_claim_kind kind)
{
	return kind == ZW_NEVER || kind == ZW_ONLY || kind == ZW_UNSPOOFED;
}

/* What fell in passing stays fallen, whatever the end is like; a claim that no
 * state was held to yet has no reason. */
static bool fell_before(const struct zw_claim_result *kept,
			const struct zw_claim_result *now)
{
	if (kept->verdict == ZW_REFUTED)
		return true;
	return kept->reason.n && now->verdict == ZW_PROVED;
}

/* A claim that falls in passing says where. */
static void note_passing(struct job *job, struct zw_claim_result *result,
			 bool exchange)
{
	struct zw_str text =
		exchange ? ZW_STR("while the new rules take the former's place")
			 : ZW_STR("between two transactions of the batch");

	if (result->reason.n)
		text = zw_strf(job->arena, "%.*s: %.*s", ZW_STR_ARG(text),
			       ZW_STR_ARG(result->reason));
	result->reason = text;
}

/* Which claims a state is held to. */
enum asked {
	ASKED_SAFETY, /* in passing */
	ASKED_CLAIMS, /* all but exactness */
	ASKED_EXACT,
	ASKED_ALL,
};

static bool is_asked(enum asked asked, enum zw_claim_kind kind)
{
	switch (asked) {
	case ASKED_SAFETY:
		return is_safety(kind);
	case ASKED_CLAIMS:
		return kind != ZW_EXACT;
	case ASKED_EXACT:
		return kind == ZW_EXACT;
	case ASKED_ALL:
		break;
	}
	return true;
}

/* NOW, what this state says of a claim, to what the states before it said. */
static void keep(struct job *job, const struct zw_prover *prover, bool last,
		 struct zw_claim_result *kept, struct zw_claim_result *now)
{
	if (!last && now->verdict == ZW_PROVED)
		return;
	if (!last)
		note_passing(job, now, prover->is_mixture);
	if (!fell_before(kept, now))
		*kept = *now;
}

static bool next_order(struct job *job);

/* False, and nothing is kept, if the budget is spent and there is another order
 * of fields, which the caller tries if it has ORDERS. */
static bool prove_claims(struct job *job, struct zw_prover *prover,
			 enum asked asked, bool orders)
{
	size_t i, n = job->out->claims.n;
	bool last = asked != ASKED_SAFETY;
	struct zw_claim_result *now =
		ZW_NEW_ARRAY(job->arena, struct zw_claim_result, n);

	for (i = 0; i < n; i++) {
		now[i].claim = job->out->claims.v[i].claim;
		if (is_asked(asked, now[i].claim->kind))
			zw_prove(prover, &now[i]);
		if (last)
			progress(job, 500 + (unsigned)(500 * (i + 1) / n));
	}
	if (orders && zw_diagrams_exhausted(prover->space->d) &&
	    next_order(job))
		return false;
	for (i = 0; i < n; i++)
		if (is_asked(asked, now[i].claim->kind))
			keep(job, prover, last, &job->out->claims.v[i],
			     &now[i]);
	if (asked == ASKED_ALL || asked == ASKED_CLAIMS)
		zw_approximated_list(prover, job->out);
	return true;
}

/* ---- attempts ------------------------------------------------------------ */

static size_t node_limit(const struct job *job)
{
	if (job->options && job->options->node_limit)
		return job->options->node_limit;
	return DEFAULT_NODES;
}

/* Does every packet fare alike on the paths of A and of B? The diagrams of one
 * space are canonical, so that is a comparison of numbers. */
static bool same_paths(const struct zw_prover *a, const struct zw_prover *b)
{
	enum zw_path path;

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		if (a->paths[path].known != b->paths[path].known ||
		    !zw_same(a->paths[path].diagram, b->paths[path].diagram))
			return false;
	}
	return true;
}

/* Which order of fields keeps a ruleset's diagrams small cannot be told from
 * outside. Of one made elsewhere the first order, addresses before services,
 * gets a small budget, then the second one a large one, then the first one
 * all. */
static size_t order_limit(const struct job *job)
{
	size_t limit = node_limit(job);

	if (!job->foreign || job->tries == 2)
		return limit;
	return job->tries ? limit / 4 : limit / 10;
}

static bool next_order(struct job *job)
{
	if (!job->foreign || job->tries == 2)
		return false;
	job->tries++;
	job->cuts.addresses_first = job->tries != 1;
	return true;
}

/* One attempt with what is known about cuts; false if more has been learnt.
 * HELD is the state before the first transaction, or NULL. */
static bool attempt(struct job *job, const struct zw_ruleset *ruleset,
		    const struct zw_ruleset *held, enum asked asked)
{
	bool last = asked != ASKED_SAFETY;
	size_t limit = order_limit(job);
	struct zw_arena *scratch = zw_arena_new();
	struct zw_diagrams *d = zw_diagrams_new(limit, 4 * limit);
	struct zw_space *space = zw_space_new(scratch, d, &job->cuts);
	struct zw_prover *prover =
		zw_prover_new(job->arena, scratch, space, ruleset,
			      job->statement, job->sources);
	struct zw_prover *before = NULL;
	bool ok;

	space->gateway = job->gateway;
	prover->foreign = prover->symbolic->foreign = job->foreign;
	prover->claims_alone = job->foreign && !held;
	if (job->options)
		memcpy(prover->without, job->options->without,
		       sizeof(prover->without));
	zw_prover_paths(prover);
	if (held && !last) {
		before = zw_prover_new(job->arena, scratch, space, held,
				       job->statement, job->sources);
		zw_prover_paths(before);
	}
	ok = !zw_space_stale(space);
	if (ok && zw_diagrams_exhausted(d) && next_order(job))
		ok = false;
	if (ok && before && !zw_diagrams_exhausted(d) &&
	    same_paths(prover, before)) {
		progress(job, 300);
	} else if (ok) {
		progress(job, 500);
		ok = prove_claims(job, prover, asked, true);
		if (zw_diagrams_nodes(d) > job->out->nodes)
			job->out->nodes = zw_diagrams_nodes(d);
	}
	zw_diagrams_free(d);
	zw_arena_free(scratch);
	return ok;
}

static void verify_state(struct job *job, const struct zw_ruleset *ruleset,
			 const struct zw_ruleset *held, enum asked asked)
{
	u32 i;

	zw_symbolic_cuts(&job->cuts, ruleset);
	if (held && asked == ASKED_SAFETY)
		zw_symbolic_cuts(&job->cuts, held);
	for (i = 0; i < ATTEMPTS + job->tries; i++) {
		if (attempt(job, ruleset, held, asked))
			return;
	}
	all_undecided(job, ZW_STR("the ruleset cuts fields too often"));
}

/* ---- from one state to the next ------------------------------------------ */

/* Every moment at which some packet passes other chains than before. The first
 * and the last are states before and after, unless something else changes at a
 * time of its own; the state after the last transaction is proved anyway. */
static bool attempt_exchange(struct job *job, struct zw_mixture *mixture,
			     bool last)
{
	size_t limit = node_limit(job);
	struct zw_arena *scratch = zw_arena_new();
	struct zw_diagrams *d = zw_diagrams_new(limit, 4 * limit);
	struct zw_space *space = zw_space_new(scratch, d, &job->cuts);
	struct zw_prover *prover =
		zw_prover_new(job->arena, scratch, space, &mixture->ruleset,
			      job->statement, job->sources);
	u32 end = mixture->moments + (mixture->sets ? 1 : 0), k;
	bool ok;

	space->gateway = job->gateway;
	mixture->ruleset.moment = mixture->moments;
	zw_prover_former(prover);
	ok = !zw_space_stale(space);
	for (k = last && !mixture->sets && !mixture->policies; ok && k < end;
	     k++) {
		mixture->ruleset.moment = k;
		zw_prover_again(prover);
		ok = !zw_space_stale(space);
		if (ok)
			prove_claims(job, prover, ASKED_SAFETY, false);
	}
	if (zw_diagrams_nodes(d) > job->out->nodes)
		job->out->nodes = zw_diagrams_nodes(d);
	zw_diagrams_free(d);
	zw_arena_free(scratch);
	return ok;
}

static void verify_exchange(struct job *job, struct zw_mixture *mixture,
			    bool last)
{
	u32 i;

	zw_symbolic_cuts(&job->cuts, &mixture->ruleset);
	for (i = 0; i < ATTEMPTS; i++) {
		if (attempt_exchange(job, mixture, last))
			return;
	}
	all_undecided(job, ZW_STR("the ruleset cuts fields too often"));
}

/* The state after a transaction follows from the exchange unless packets are
 * seen by conntrack in one and not in the other. */
static bool tracked_alike(const struct zw_ruleset *a,
			  const struct zw_ruleset *b)
{
	bool in_a[ZW_FAMILY_COUNT], in_b[ZW_FAMILY_COUNT];

	zw_symbolic_tracked(a, in_a);
	zw_symbolic_tracked(b, in_b);
	return in_a[ZW_IPV4] == in_b[ZW_IPV4] && in_a[ZW_IPV6] == in_b[ZW_IPV6];
}

static void verify_step(struct job *job, const struct zw_ruleset *before,
			const struct zw_ruleset *after,
			const struct zw_ruleset *held, bool last)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_mixture mixture;

	zw_mixture_make(arena, before, after, &mixture);
	/* where nothing stood before, all passed */
	if (mixture.differs && mixture.guarded)
		verify_exchange(job, &mixture, last);
	if (!last && !tracked_alike(before, after))
		verify_state(job, after, held, ASKED_SAFETY);
	zw_arena_free(arena);
}

/* ---- the end ------------------------------------------------------------- */

static bool is_own(const struct job *job, const struct zw_table *table)
{
	return table->family == NFPROTO_INET &&
	       zw_str_is(table->name, job->options->own_table);
}

static bool stands_alone(const struct job *job,
			 const struct zw_ruleset *ruleset)
{
	size_t i;

	if (!job->options || !job->options->own_table)
		return true;
	for (i = 0; i < ruleset->tables.n; i++)
		if (ruleset->tables.v[i].alive &&
		    !is_own(job, &ruleset->tables.v[i]))
			return false;
	return true;
}

/* RULESET without the tables of others. */
static struct zw_ruleset own_part(struct job *job, struct zw_arena *arena,
				  const struct zw_ruleset *ruleset)
{
	struct zw_ruleset own = *ruleset;
	size_t i;

	own.tables.n = own.tables.cap = own.chains.n = own.chains.cap = 0;
	own.tables.v = NULL;
	own.chains.v = NULL;
	for (i = 0; i < ruleset->tables.n; i++) {
		struct zw_table table = ruleset->tables.v[i];

		table.alive = table.alive && is_own(job, &table);
		zw_push(arena, own.tables, table);
	}
	for (i = 0; i < ruleset->chains.n; i++) {
		struct zw_chain chain = ruleset->chains.v[i];

		if (chain.table != ZW_NONE && !own.tables.v[chain.table].alive)
			chain.table = ZW_NONE;
		zw_push(arena, own.chains, chain);
	}
	return own;
}

static void verify_end(struct job *job, const struct zw_ruleset *ruleset)
{
	struct zw_arena *arena;
	struct zw_ruleset own;

	if (stands_alone(job, ruleset)) {
		verify_state(job, ruleset, NULL, ASKED_ALL);
		return;
	}
	verify_state(job, ruleset, NULL, ASKED_CLAIMS);
	arena = zw_arena_new();
	own = own_part(job, arena, ruleset);
	verify_state(job, &own, NULL, ASKED_EXACT);
	zw_arena_free(arena);
}

struct states {
	struct zw_arena *arena;
	ZW_VEC(const struct zw_ruleset *) list;
};

static void see_state(void *context, u32 transaction,
		      const struct zw_ruleset *state)
{
	struct states *states = context;
	struct zw_ruleset *copy = ZW_NEW(states->arena, struct zw_ruleset);

	(void)transaction;
	*copy = *state;
	zw_push(states->arena, states->list, (const struct zw_ruleset *)copy);
}

/* Where the first batch begins: what stands before it is a dump. */
static size_t first_batch(const u8 *bytes, size_t n)
{
	struct nlmsghdr header;
	size_t at = 0;

	while (n - at >= sizeof(header)) {
		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_type == NFNL_MSG_BATCH_BEGIN ||
		    header.nlmsg_len < sizeof(header) ||
		    header.nlmsg_len > n - at)
			break;
		at += ((size_t)header.nlmsg_len + 3) & ~(size_t)3;
		if (at > n)
			at = n;
	}
	return at;
}

static void verify_bytes(struct job *job, struct zw_diags *diags,
			 const u8 *bytes, size_t n)
{
	struct states states = { .arena = zw_arena_new() };
	struct zw_ruleset ruleset = { 0 }, dump = { 0 };
	static const struct zw_ruleset nothing;
	const struct zw_ruleset *held = NULL;
	size_t i, start = first_batch(bytes, n);
	bool ok = true;

	if (start) {
		ok = zw_decode(states.arena, diags, bytes, start, NULL, &dump);
		held = &dump;
	}
	if (!ok ||
	    ((start < n || !start) &&
	     !zw_decode_each(states.arena, diags, bytes + start, n - start,
			     held, &ruleset, see_state, &states))) {
		all_undecided(job, ZW_STR("the bytes are no ruleset"));
	} else {
		progress(job, 100);
		for (i = 0; i < states.list.n; i++)
			verify_step(job,
				    i	   ? states.list.v[i - 1]
				    : held ? held
					   : &nothing,
				    states.list.v[i], held,
				    i + 1 == states.list.n);
		verify_end(job, start < n ? &ruleset : &dump);
	}
	zw_arena_free(states.arena);
}

/* ---- the whole ----------------------------------------------------------- */

enum zw_verdict zw_verdict_of_all(const struct zw_verification *verification)
{
	enum zw_verdict all = ZW_PROVED;
	size_t i;

	for (i = 0; i < verification->claims.n; i++) {
		enum zw_verdict verdict = verification->claims.v[i].verdict;

		if (verdict == ZW_REFUTED)
			all = ZW_REFUTED;
		else if (verdict == ZW_UNDECIDED && all == ZW_PROVED)
			all = ZW_UNDECIDED;
	}
	return all;
}

static void assume(struct job *job, struct zw_str text)
{
	zw_push(job->arena, job->out->assumptions, text);
}

static bool without(const struct job *job, enum zw_family family)
{
	return job->options && job->options->without[family];
}

static void begin(struct job *job, const u8 *bytes, size_t n)
{
	zw_cuts_init(&job->cuts, job->arena);
	job->cuts.addresses_first = job->foreign;
	zw_meaning_cuts(&job->cuts, job->statement);
	digest(bytes, n, job->out->digest);
	job->out->families[ZW_IPV4] = !without(job, ZW_IPV4);
	job->out->families[ZW_IPV6] = !without(job, ZW_IPV6);
	add_claims(job);
}

/* Of a gateway that others are joined to: its bytes do not say what these do.
 */
static void assume_links(struct job *job)
{
	size_t i;

	for (i = 0; i < job->statement->zones.n; i++)
		if (job->statement->zones.v[i].is_link)
			break;
	if (i < job->statement->zones.n)
		assume(job,
		       ZW_STR("what comes by links from zones beyond was let out by the gateways there under this policy"));
}

static struct zw_verification *finish(struct job *job)
{
	size_t i;

	job->out->verdict = zw_verdict_of_all(job->out);
	if (job->foreign)
		assume(job,
		       ZW_STR("the entries of conntrack were made under this ruleset: expected by its helpers, translated by its rules"));
	if (job->gateway && job->gateway->whole)
		zw_beside_assume(job->arena, job->gateway, job->out);
	else
		assume(job,
		       job->options && job->options->all_tables
			       ? ZW_STR("nothing outside nf_tables carries packets past these hooks")
			       : ZW_STR("no other table, and nothing outside nf_tables, carries packets past these hooks"));
	assume_links(job);
	for (i = 0; i < job->statement->taken.n; i++)
		assume(job,
		       zw_taken_text(job->arena, &job->statement->taken.v[i]));
	progress(job, 1000);
	return job->out;
}

/* Names whose numbers rules may ask for, and those whose settings count. */
static void cut_links(struct job *job)
{
	size_t i;

	for (i = 0; job->gateway && i < job->gateway->links.n; i++)
		zw_cuts_name(&job->cuts, job->gateway->links.v[i].name, false);
}

struct zw_verification *zw_verify_batch(struct zw_arena *arena,
					struct zw_diags *diags,
					const struct zw_sources *sources,
					const u8 *bytes, size_t n,
					const struct zw_statement *statement,
					const struct zw_verify_options *options)
{
	struct job job = { .arena = arena,
			   .sources = sources,
			   .statement = statement,
			   .options = options,
			   .gateway = options ? options->gateway : NULL,
			   .out = ZW_NEW(arena, struct zw_verification) };

	begin(&job, bytes, n);
	cut_links(&job);
	verify_bytes(&job, diags, bytes, n);
	return finish(&job);
}

struct zw_verification *zw_verify_state(struct zw_arena *arena,
					struct zw_diags *diags,
					const struct zw_sources *sources,
					const u8 *bytes, size_t n,
					const struct zw_gateway *gateway,
					const struct zw_statement *statement,
					const struct zw_verify_options *options)
{
	struct job job = { .arena = arena,
			   .sources = sources,
			   .statement = statement,
			   .options = options,
			   .gateway = gateway,
			   .foreign = !statement->has_policy,
			   .out = ZW_NEW(arena, struct zw_verification) };
	struct zw_arena *decoded = zw_arena_new();
	struct zw_ruleset ruleset = { 0 };

	begin(&job, bytes, n);
	cut_links(&job);
	if (n && !zw_decode(decoded, diags, bytes, n, NULL, &ruleset))
		all_undecided(&job, ZW_STR("the bytes are no ruleset"));
	else
		verify_end(&job, &ruleset);
	zw_warn_of_reloads(arena, diags, &ruleset);
	zw_arena_free(decoded);
	return finish(&job);
}
