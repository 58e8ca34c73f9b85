/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exactness on compiled rulesets: proved as they are; with one rule, verdict,
 * element or constant changed, refuted with a packet, unless the change makes
 * no difference to any packet. */
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "verifier/prove.h"

static const char town[] =
	"external zone net { interface wan0 }\n"
	"dmz zone web { interface dmz0 network 192.0.2.0/28, 2001:db8:d::/64 }\n"
	"internal zone office { interface lan0, \"vl*\" network 10.1.0.0/16, fd00:1::/64 }\n"
	"internal zone data { interface lan2 network 10.2.0.0/16 }\n"
	"allow net -> web : http, https\n"
	"allow office -> net : any\n"
	"allow office(10.1.7.0/28, 10.1.9.1) -> web : ssh\n"
	"allow office -> data : tcp/5432\n"
	"allow web -> net : dns\n"
	"allow office(10.1.7.0/28) -> self : ssh\n"
	"allow self -> net : dns, ntp\n"
	"deny net(198.51.100.0/24) -> web, self\n"
	"reject office -> net : smtp\n";

/* Published services, other sources, times; what forbids at times. */
static const char market[] =
	"external zone net { interface wan0 }\n"
	"dmz zone web { interface dmz0 network 192.0.2.0/28, 2001:db8:d::/64\n"
	"  host h = 192.0.2.10, 2001:db8:d::10 }\n"
	"internal zone office { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	"publish web.h : tcp/8443, tcp/8080 as 203.0.113.5 : https, http for net, office, web\n"
	"publish web.h : udp/53 as 2001:db8:ff::5 : udp/5353 for net during \"sat-mon 22:00-06:00\"\n"
	"allow office -> net : any\n"
	"allow office -> web : http during \"mon-fri 07:00-20:00\"\n"
	"allow office -> self : dhcp, ssh\n"
	"masquerade office -> net\n"
	"snat web -> net as 203.0.113.8-203.0.113.11\n"
	"allow web -> net : dns\n"
	"deny office -> net : https during \"07:00-20:00\"\n"
	"reject office(10.1.7.0/28) -> net : http during \"sun\"\n"
	"deny net(198.51.100.0/24) -> web\n";

/* Limits: the mutants cannot be compared then, since two buckets need not
 * agree. */
static const char fair[] =
	"external zone net { interface wan0 }\n"
	"dmz zone web { interface dmz0 network 192.0.2.0/28, 2001:db8:d::/64\n"
	"  host h = 192.0.2.10, 2001:db8:d::10 }\n"
	"allow net -> web : ssh limit 20/minute per source limit connections 4 per source\n"
	"allow net -> web : smtp limit 5/second burst 9 during \"mon 10:00-12:00\" log \"in\" count\n"
	"publish web.h : http as 203.0.113.5 : tcp/8080 for net limit 3/hour\n"
	"deny net(198.51.100.0/24) -> web log \"out\" limit 1/second during \"22:00-06:00\"\n"
	"reject net(198.51.101.0/24) -> web log limit 1/second per source\n"
	"log drops \"fallen\" limit 10/second\n";

/* ---- one run ------------------------------------------------------------- */

struct outcome {
	enum zw_verdict verdict;
	struct zw_str reason;
	bool same;   /* every packet fares as with the original */
	bool unsure; /* it has something that nobody can know */
};

static zw_node paths_of(struct zw_space *space, struct zw_arena *arena,
			const struct zw_ruleset *ruleset, enum zw_path path)
{
	return zw_symbolic_path(zw_symbolic_new(arena, space, ruleset), path);
}

static u32 differ(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED || b == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a != b;
}

static bool all_same(struct zw_prover *prover, struct zw_arena *arena,
		     const struct zw_ruleset *original)
{
	struct zw_diagrams *d = prover->space->d;
	u32 path, tag = zw_tag_new(d);

	for (path = 0; path < ZW_PATH_COUNT; path++) {
		zw_node was = paths_of(prover->space, arena, original, path);
		zw_node other = zw_apply(d, tag, differ, NULL, was,
					 prover->paths[path].diagram);

		if (!zw_disjoint(d, other, prover->paths[path].legal))
			return false;
	}
	return true;
}

static bool has_unknowns(const struct zw_symbolic *s)
{
	size_t i;

	for (i = 0; i < s->approximations.n; i++) {
		if (!s->approximations.v[i].real)
			return true;
	}
	return false;
}

static struct outcome judge(struct zw_arena *arena,
			    const struct zw_pipeline *pipeline,
			    const struct zw_ruleset *ruleset)
{
	struct zw_claim claim = { .kind = ZW_EXACT };
	struct zw_claim_result result = { .claim = &claim };
	struct outcome outcome = { ZW_UNDECIDED, ZW_STR("never ready"), true,
				   false };
	struct zw_cuts cuts;
	u32 i;

	zw_cuts_init(&cuts, arena);
	zw_meaning_cuts(&cuts, pipeline->statement);
	zw_symbolic_cuts(&cuts, ruleset);
	for (i = 0; i < 8; i++) {
		struct zw_arena *scratch = zw_arena_new();
		struct zw_diagrams *d = zw_diagrams_new(1u << 20, 1u << 22);
		struct zw_space *space = zw_space_new(scratch, d, &cuts);
		struct zw_prover *prover =
			zw_prover_new(arena, scratch, space, ruleset,
				      pipeline->statement, pipeline->sources);
		bool ready = zw_prover_paths(prover);

		if (ready) {
			zw_prove(prover, &result);
			outcome.verdict = result.verdict;
			outcome.reason = result.reason;
			outcome.same =
				all_same(prover, scratch, pipeline->ruleset);
			outcome.unsure = has_unknowns(prover->symbolic);
		}
		zw_diagrams_free(d);
		zw_arena_free(scratch);
		if (ready)
			break;
	}
	return outcome;
}

/* ---- mutants ------------------------------------------------------------- */

struct mutant {
	struct zw_arena *arena;
	struct zw_ruleset ruleset;
};

/* Chains and sets of its own; rules and elements are still shared. */
static void copy_ruleset(struct mutant *m, const struct zw_ruleset *from)
{
	size_t n = from->chains.n;

	m->ruleset = *from;
	m->ruleset.chains.v = ZW_NEW_ARRAY(m->arena, struct zw_chain, n);
	memcpy(m->ruleset.chains.v, from->chains.v,
	       n * sizeof(struct zw_chain));
	n = from->sets.n;
	m->ruleset.sets.v = ZW_NEW_ARRAY(m->arena, struct zw_set, n);
	memcpy(m->ruleset.sets.v, from->sets.v, n * sizeof(struct zw_set));
}

static bool delete_rule(struct mutant *m, struct zw_random *random)
{
	struct zw_chain *chain =
		&m->ruleset.chains
			 .v[zw_random_below(random, (u32)m->ruleset.chains.n)];
	u32 at;

	if (!chain->rules.n)
		return false;
	at = zw_random_below(random, (u32)chain->rules.n);
	{
		const struct zw_rule **v = ZW_NEW_ARRAY(
			m->arena, const struct zw_rule *, chain->rules.n);

		memcpy(v, chain->rules.v, at * sizeof(*v));
		memcpy(v + at, chain->rules.v + at + 1,
		       (chain->rules.n - at - 1) * sizeof(*v));
		chain->rules.v = v;
		chain->rules.n--;
	}
	return true;
}

/* A rule of its own, to be changed. */
static struct zw_rule *own_rule(struct mutant *m, struct zw_random *random,
				struct zw_expr **exprs)
{
	struct zw_chain *chain =
		&m->ruleset.chains
			 .v[zw_random_below(random, (u32)m->ruleset.chains.n)];
	const struct zw_rule **v;
	struct zw_rule *rule;
	u32 at;

	if (!chain->rules.n)
		return NULL;
	at = zw_random_below(random, (u32)chain->rules.n);
	v = ZW_NEW_ARRAY(m->arena, const struct zw_rule *, chain->rules.n);
	memcpy(v, chain->rules.v, chain->rules.n * sizeof(*v));
	rule = ZW_NEW(m->arena, struct zw_rule);
	*rule = *v[at];
	*exprs = ZW_NEW_ARRAY(m->arena, struct zw_expr, rule->n_exprs);
	memcpy(*exprs, rule->exprs, rule->n_exprs * sizeof(**exprs));
	rule->exprs = *exprs;
	v[at] = rule;
	chain->rules.v = v;
	return rule;
}

static bool change_rule(struct mutant *m, struct zw_random *random)
{
	struct zw_expr *exprs = NULL, *e;
	struct zw_rule *rule = own_rule(m, random, &exprs);

	if (!rule || !rule->n_exprs)
		return false;
	e = &exprs[zw_random_below(random, rule->n_exprs)];
	switch (e->kind) {
	case ZW_EXPR_IMMEDIATE:
		if (e->immediate.dreg != ZW_REG_VERDICT)
			return false;
		e->immediate.ruling.chain = ZW_NONE;
		e->immediate.ruling.code = e->immediate.ruling.code == NF_ACCEPT
						   ? NF_DROP
						   : NF_ACCEPT;
		return true;
	case ZW_EXPR_CMP:
		if (zw_random_below(random, 2)) {
			u32 bit =
				zw_random_below(random, 8u * e->cmp.value.len);

			e->cmp.value.bytes[bit / 8] ^= (u8)(1 << bit % 8);
		} else {
			e->cmp.op = e->cmp.op == NFT_CMP_EQ ? NFT_CMP_NEQ
							    : NFT_CMP_EQ;
		}
		return true;
	case ZW_EXPR_BITWISE:
		e->bitwise.mask[0] ^= (u8)(1 << zw_random_below(random, 8));
		return true;
	case ZW_EXPR_LOOKUP:
		if (e->lookup.dreg != ZW_REG_NONE)
			return false;
		e->lookup.invert = !e->lookup.invert;
		return true;
	case ZW_EXPR_CT:
		if (e->ct.direction > 1)
			return false;
		e->ct.direction ^= 1;
		return true;
	default:
		return false;
	}
}

static bool delete_element(struct mutant *m, struct zw_random *random)
{
	struct zw_set *set;
	struct zw_elements *e;
	u32 skip, lead;

	if (!m->ruleset.sets.n)
		return false;
	set = &m->ruleset.sets
		       .v[zw_random_below(random, (u32)m->ruleset.sets.n)];
	e = &set->elements;
	if (!e->n)
		return false;
	/* the first or the last ones */
	skip = 1 + zw_random_below(random, e->n < 3 ? e->n : 3);
	lead = zw_random_below(random, 2) ? skip : 0;
	e->n -= skip;
	e->lo += (size_t)lead * set->key_len;
	e->hi += (size_t)lead * set->key_len;
	if (e->data)
		e->data += (size_t)lead * set->data_len;
	if (e->rulings)
		e->rulings += lead;
	if (e->marks)
		e->marks += lead;
	return true;
}

static bool swap_rulings(struct mutant *m, struct zw_random *random)
{
	struct zw_set *set;
	struct zw_ruling *v, keep;
	u32 a, b;

	if (!m->ruleset.sets.n)
		return false;
	set = &m->ruleset.sets
		       .v[zw_random_below(random, (u32)m->ruleset.sets.n)];
	if (set->data_kind != ZW_DATA_RULING || set->elements.n < 2)
		return false;
	v = ZW_NEW_ARRAY(m->arena, struct zw_ruling, set->elements.n);
	memcpy(v, set->elements.rulings, set->elements.n * sizeof(*v));
	a = zw_random_below(random, set->elements.n);
	b = zw_random_below(random, set->elements.n);
	keep = v[a];
	v[a] = v[b];
	v[b] = keep;
	set->elements.rulings = v;
	return true;
}

static bool mutate(struct mutant *m, struct zw_random *random)
{
	switch (zw_random_below(random, 4)) {
	case 0:
		return delete_rule(m, random);
	case 1:
		return delete_element(m, random);
	case 2:
		return swap_rulings(m, random);
	default:
		return change_rule(m, random);
	}
}

/* ---- tests --------------------------------------------------------------- */

static void as_compiled(const char *policy)
{
	struct zw_pipeline p = { 0 };
	struct outcome outcome;

	zw_pipeline_run(&p, "exact.zw", zw_str_from(policy));
	CU_ASSERT_TRUE_FATAL(p.valid);
	outcome = judge(p.arena, &p, p.ruleset);
	ZW_CHECK(outcome.verdict == ZW_PROVED, "%.*s",
		 ZW_STR_ARG(outcome.reason));
	zw_pipeline_free(&p);
}

static void mutants(const char *policy, u32 n)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_pipeline p = { 0 };
	u32 i, refuted = 0, same = 0, undecided = 0;

	zw_pipeline_run(&p, "exact.zw", zw_str_from(policy));
	CU_ASSERT_TRUE_FATAL(p.valid);
	for (i = 0; i < n; i++) {
		struct mutant m = { .arena = zw_arena_new() };
		struct outcome outcome;

		copy_ruleset(&m, p.ruleset);
		while (!mutate(&m, &random))
			copy_ruleset(&m, p.ruleset);
		outcome = judge(m.arena, &p, &m.ruleset);
		same += outcome.same;
		refuted += outcome.verdict == ZW_REFUTED;
		/* a test of the wrong family may read beyond the headers */
		undecided += outcome.verdict == ZW_UNDECIDED;
		if (outcome.verdict == ZW_UNDECIDED && !outcome.same &&
		    outcome.unsure) {
			zw_arena_free(m.arena);
			continue;
		}
		ZW_CHECK(outcome.verdict ==
				 (outcome.same ? ZW_PROVED : ZW_REFUTED),
			 "mutant %u: verdict %d, but packets fare %s (%.*s)", i,
			 outcome.verdict,
			 outcome.same ? "the same" : "otherwise",
			 ZW_STR_ARG(outcome.reason));
		zw_arena_free(m.arena);
	}
	ZW_CHECK(undecided < 8, "%u of %u mutants undecided", undecided, i);
	ZW_CHECK(refuted * 3 > n, "only %u of %u mutants matter (%u do not)",
		 refuted, i, same);
	zw_pipeline_free(&p);
}

static void town_as_compiled(void)
{
	as_compiled(town);
}

static void market_as_compiled(void)
{
	as_compiled(market);
}

static void fair_as_compiled(void)
{
	as_compiled(fair);
}

static void mutants_of_town(void)
{
	mutants(town, 150);
}

static void mutants_of_market(void)
{
	mutants(market, 40);
}

void suite_exact(void);
void suite_exact(void)
{
	static CU_TestInfo tests[] = {
		{ "as compiled", town_as_compiled },
		{ "translations and times as compiled", market_as_compiled },
		{ "limits as compiled", fair_as_compiled },
		{ "mutants", mutants_of_town },
		{ "mutants of translations and times", mutants_of_market },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/exact", tests);
}
