/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a policy to its printed statement, against tests/golden/statement/:
 * NAME.zw gives NAME.text. With ZW_UPDATE=1 in the environment the texts are
 * written anew. Also: the index of open pairs against the walk, and that rules
 * with the same sides share what they say. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/compiler/fixture.h"

#define FOLDER "tests/golden/statement/"

/* Each gateway's, and where its zones lie. */
static void print_network(struct zw_buf *out, const struct fixture *fixture)
{
	static const char *const attached[] = { "not there", "here", "beyond" };
	const struct zw_network *network =
		zw_network_from(fixture->arena, fixture->model);
	size_t g, z;

	CU_ASSERT_EQUAL(network->gateways.n, fixture->model->gateways.n);
	CU_ASSERT_EQUAL(network->links.n, fixture->model->links.n);
	CU_ASSERT_EQUAL(network->claims.n, fixture->model->claims.n);
	for (g = 0; g < network->gateways.n; g++) {
		const struct zw_network_gateway *gateway =
			&network->gateways.v[g];

		for (z = 0; z < gateway->statement->zones.n; z++)
			zw_buf_printf(
				out, "%.*s: %.*s is %s\n",
				ZW_STR_ARG(gateway->name),
				ZW_STR_ARG(gateway->statement->zones.v[z].name),
				attached[gateway->attached[z]]);
		zw_statement_print(
			out, zw_statement_from(fixture->arena,
					       zw_model_at(fixture->arena,
							   fixture->model, g)));
	}
}

static void check_golden(const char *name)
{
	char policy[512], golden[512];
	struct fixture fixture;
	struct zw_buf text = { 0 };
	struct zw_str expected = { "", 0 };

	snprintf(policy, sizeof(policy), FOLDER "%s", name);
	snprintf(golden, sizeof(golden), FOLDER "%.*s.text",
		 (int)(strlen(name) - 3), name);
	fixture_open_file(&fixture, policy);
	fixture_said(&fixture, &text);
	if (fixture.model && fixture.model->gateways.n)
		print_network(&text, &fixture);
	else if (fixture.model)
		zw_statement_print(
			&text, zw_statement_from(fixture.arena, fixture.model));
	if (getenv("ZW_UPDATE"))
		zw_write_file(golden, text.data, text.n);
	zw_read_file(fixture.arena, golden, 1 << 20, &expected);
	ZW_CHECK(fixture.model, "%s: no model\n%s", policy, text.data);
	ZW_CHECK(text.n == expected.n && !memcmp(text.data, expected.p, text.n),
		 "%s differs from %s:\n%s", policy, golden, text.data);
	zw_buf_free(&text);
	fixture_close(&fixture);
}

static void test_goldens(void)
{
	DIR *dir = opendir(FOLDER);
	struct dirent *entry;
	unsigned seen = 0;

	while (dir && (entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);

		if (n > 3 && !strcmp(entry->d_name + n - 3, ".zw")) {
			check_golden(entry->d_name);
			seen++;
		}
	}
	if (dir)
		closedir(dir);
	ZW_CHECK(seen >= 4, "only %u policies in " FOLDER, seen);
}

static const char matrix[] =
	"external zone a { interface e0 }\n"
	"internal zone b { interface e1 network 10.1.0.0/16 }\n"
	"zone c { interface e2 network 10.2.0.0/16 }\n"
	"allow a -> b : ssh\nallow c, self -> a\ndeny b -> c\n"
	"allow any -> self : ping\nallow c -> c\n";

static void test_opens(void)
{
	static const u32 zones[] = { 0, 1, 2, ZW_SELF };
	static const char *const open[] = { "-+-+", "---+", "+-++", "+---" };
	struct zw_statement *statement;
	struct fixture fixture;
	u32 i, j;

	fixture_open(&fixture, matrix, NULL);
	ZW_CHECK(fixture.model, "no model");
	statement = zw_statement_from(fixture.arena, fixture.model);
	ZW_CHECK(statement->opens, "no index");
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 4; j++) {
			const bool *index = statement->opens;
			bool quick = zw_statement_opens(statement, zones[i],
							zones[j]);
			bool slow;

			statement->opens = NULL;
			slow = zw_statement_opens(statement, zones[i],
						  zones[j]);
			statement->opens = index;
			ZW_CHECK(quick == slow, "%u to %u", i, j);
			ZW_CHECK(quick == (open[i][j] == '+'), "%u to %u: %d",
				 i, j, quick);
		}
	}
	ZW_CHECK(!zw_statement_opens(statement, ZW_ELSEWHERE, 0) &&
			 !zw_statement_opens(statement, 0, 7),
		 "what is no zone opens something");
	fixture_close(&fixture);
}

static void test_sharing(void)
{
	struct zw_statement *statement;
	struct fixture fixture;

	fixture_open(&fixture,
		     "zone a { interface e0 network 10.0.0.0/16 }\n"
		     "zone b { interface e1 network 10.1.0.0/16 }\n"
		     "allow any -> any : http\nallow any -> any : ssh\n"
		     "deny any -> any : smtp\nallow a -> b : ping\n",
		     NULL);
	ZW_CHECK(fixture.model && fixture.model->rules.n == 4, "no model");
	statement = zw_statement_from(fixture.arena, fixture.model);
	ZW_CHECK(statement->rules.v[0].boxes.v == statement->rules.v[1].boxes.v,
		 "the same sides twice");
	ZW_CHECK(statement->rules.v[2].boxes.n == 4,
		 "deny pairs a zone with itself, too");
	ZW_CHECK(statement->rules.v[0].boxes.n == 2, "allow does not");
	fixture_close(&fixture);
}

/* The claims of --claims come last and read the standard library. */
static void test_claims_file(void)
{
	const struct zw_claim *last;
	struct fixture fixture;

	fixture_open(&fixture,
		     "external zone a { interface e0 }\n"
		     "dmz zone b { interface e1 network 10.1.0.0/16 }\n"
		     "service ssh = tcp/2222\nnever a -> b : http\n",
		     "never a -> b : ssh\n");
	ZW_CHECK(fixture.model && fixture.model->claims.n == 3, "no claims");
	ZW_CHECK(fixture.model->claims.v[0].built_in &&
			 !fixture.model->claims.v[1].built_in,
		 "the built-in claim is first");
	last = &fixture.model->claims.v[2];
	ZW_CHECK(last->services.n == 1 && last->services.v[0].lo == 22,
		 "ssh is port %u", last->services.v[0].lo);
	ZW_CHECK(!fixture.model->has_policy, "claims are no rules");
	fixture_close(&fixture);
}

void suite_meaning(void);

void suite_meaning(void)
{
	static CU_TestInfo tests[] = {
		{ "printed statements", test_goldens },
		{ "open pairs", test_opens },
		{ "shared lists", test_sharing },
		{ "claims of another file", test_claims_file },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("compiler/meaning", tests);
}
