/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Budgets of a verification: more of it never says something else, and what is
 * enough for one order of fields is enough, wherever in the work the other one
 * has spent it. */
#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "verifier/verify.h"

static struct zw_verification *verify(struct zw_pipeline *p,
				      const struct zw_statement *statement,
				      size_t limit)
{
	struct zw_verify_options options = { .node_limit = limit };

	return zw_verify_batch(p->arena, &p->diags, p->sources,
			       (const u8 *)p->bytes.data, p->bytes.n, statement,
			       &options);
}

static bool has_undecided(const struct zw_verification *v)
{
	size_t i;

	for (i = 0; i < v->claims.n; i++)
		if (v->claims.v[i].verdict == ZW_UNDECIDED)
			return true;
	return false;
}

static void grow(struct zw_pipeline *p, const struct zw_statement *statement,
		 bool orders)
{
	struct zw_verification *whole = verify(p, statement, 0);
	size_t limit, i, spent = 0;

	for (limit = 64; limit < 40 * whole->nodes; limit += limit / 40 + 1) {
		struct zw_verification *v = verify(p, statement, limit);
		bool undecided = has_undecided(v);

		spent += undecided;
		/* edges are four for a node */
		ZW_CHECK(!undecided || limit < 4 * whole->nodes,
			 "%d: a budget of %zu does not do, %zu nodes did",
			 orders, limit, whole->nodes);
		for (i = 0; i < v->claims.n; i++)
			ZW_CHECK(
				v->claims.v[i].verdict == ZW_UNDECIDED ||
					v->claims.v[i].verdict ==
						whole->claims.v[i].verdict,
				"%d: with a budget of %zu claim %zu is another",
				orders, limit, i);
	}
	ZW_CHECK(spent > 3, "%d: no budget was too small", orders);
}

/* Rules whose sources and services are all different: what a claim's region
 * makes of them is as large as the ruleset's own diagrams. */
static void write_lists(struct zw_buf *out)
{
	u32 i;

	zw_buf_puts(
		out,
		"external zone net { interface wan0 }\n"
		"dmz zone front { interface dmz0 network 10.1.0.0/16 }\n"
		"internal zone office { interface lan0 network 10.2.0.0/16 }\n"
		"unspoofed net\nnever net -> office : tcp/1-9\n");
	for (i = 0; i < 60; i++)
		zw_buf_printf(
			out,
			"allow net(192.%u.%u.0/24) -> office(10.2.%u.0/24) : tcp/%u-%u\n",
			i * 37 % 256, i * 91 % 256, i * 53 % 256,
			10 + i * 71 % 900, 10 + i * 71 % 900 + i % 7);
}

static void budgets(void)
{
	struct zw_buf text = { 0 };
	struct zw_statement zones;
	struct zw_pipeline p;

	write_lists(&text);
	zw_pipeline_run(&p, "lists.zw", (struct zw_str){ text.data, text.n });
	CU_ASSERT_FATAL(p.valid);
	grow(&p, p.statement, false);
	/* as a ruleset made elsewhere, in more than one order */
	zones = *p.statement;
	zones.has_policy = false;
	grow(&p, &zones, true);
	zw_pipeline_free(&p);
	zw_buf_free(&text);
}

void suite_budget(void);
void suite_budget(void)
{
	static CU_TestInfo tests[] = {
		{ "more budget, the same verdicts", budgets },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("budget", tests);
}
