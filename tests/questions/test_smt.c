/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Z3 on the scripts: unsatisfiable exactly where the verifier proved, on claims
 * about random policies. */
#include <stdlib.h>
#include <z3.h>

#include "tests/questions/asked.h"
#include "verifier/smt.h"
#include "verifier/verify.h"

static bool is_unsat(const char *script, bool *answered)
{
	Z3_config config = Z3_mk_config();
	Z3_context context = Z3_mk_context(config);
	const char *answer = Z3_eval_smtlib2_string(context, script);
	bool unsat = strstr(answer, "unsat") != NULL;

	*answered = unsat || !strncmp(answer, "sat", 3);
	Z3_del_context(context);
	Z3_del_config(config);
	return unsat;
}

static void check_claim(const struct asked *a,
			const struct zw_claim_result *result,
			const struct zw_buf *policy)
{
	struct zw_buf script = { 0 };
	bool answered, unsat;

	if (!zw_smt_can(result->claim) || result->verdict == ZW_UNDECIDED)
		return;
	zw_smt_write(&script, a->study, result->claim);
	unsat = is_unsat(script.data, &answered);
	ZW_CHECK(answered, "Z3 does not take the script:\n%.300s", script.data);
	ZW_CHECK(unsat == (result->verdict == ZW_PROVED),
		 "%.*s: Z3 says %s\n%s", ZW_STR_ARG(result->claim->text),
		 unsat ? "unsat" : "sat", policy->data);
	zw_buf_free(&script);
}

/* Claims that a random policy may keep or break. */
static void add_claims(struct zw_buf *text)
{
	zw_buf_puts(text, "\nnever any -> any : ssh\nnever external -> self\n"
			  "only any -> external : tcp/1-1023, udp\n"
			  "unspoofed any\nalways external -> any : https\n");
}

static void random_claims(void)
{
	struct zw_random random = { zw_test_seed() + 6 };
	const char *rounds = getenv("ZW_ROUNDS");
	u32 i, n = rounds ? (u32)atoi(rounds) : 6;

	for (i = 0; i < n; i++) {
		struct zw_buf text = { 0 };
		struct zw_verification *v;
		struct zw_str policy;
		struct asked a;
		size_t k;

		asked_random_text(&random, &text);
		add_claims(&text);
		policy = (struct zw_str){ text.data, text.n };
		asked_new(&a, &policy, 1);
		if (a.study) {
			struct zw_pipeline *p = &a.pipelines[0];

			v = zw_verify_batch(p->arena, &p->diags, p->sources,
					    (const u8 *)p->bytes.data,
					    p->bytes.n, p->statement, NULL);
			for (k = 0; k < v->claims.n; k++)
				check_claim(&a, &v->claims.v[k], &text);
		}
		asked_free(&a);
		zw_buf_free(&text);
	}
}

void suite_smt(void);
void suite_smt(void)
{
	static CU_TestInfo tests[] = {
		{ "random claims", random_claims },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("smt", tests);
}
