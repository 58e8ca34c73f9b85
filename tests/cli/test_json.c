/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON answers: each status gives one, each is valid by the schema in
 * docs/, and what it says is what the text says. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

static const struct {
	const char *file;
	int status;
	const char *verdict; /* NULL: null */
} cases[] = {
	{ "tests/negative/gateways/two.zw", 0, "proved" },
	{ "tests/negative/Z4001-one-gateway.zw", 1, "refuted" },
	{ "tests/negative/Z4001-end-to-end.zw", 1, "refuted" },
	{ "tests/negative/small.zw", 0, "proved" },
	{ "examples/hq.zw", 0, "proved" },
	{ "tests/negative/Z4001-dmz-to-internal.zw", 1, "refuted" },
	{ "tests/negative/no-such-file.zw", 2, NULL },
	{ "tests/negative/Z1003-unknown-zone.zw", 2, NULL },
};

static void validate(const char *file, const struct zw_buf *text)
{
	static const char program[] =
		"import json, sys, jsonschema\n"
		"jsonschema.validate(json.load(sys.stdin),\n"
		"    json.load(open('docs/check.schema.json')),\n"
		"    cls=jsonschema.Draft202012Validator)\n";
	const char *const argv[] = { "python3", "-c", program, NULL };
	struct zw_run run;

	zw_run_with(&run, NULL, argv, (struct zw_str){ text->data, text->n });
	ZW_CHECK(run.status == 0, "%s: not valid by the schema: %s", file,
		 run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

static void every_status(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const argv[] = { zw_binary(),   "check",
					     cases[i].file, "--format",
					     "json",	    NULL };
		struct zw_run run;
		json_t *root;
		const char *verdict;

		zw_run(&run, NULL, argv);
		ZW_CHECK(run.status == cases[i].status, "%s: status %d",
			 cases[i].file, run.status);
		ZW_CHECK(!run.err.n, "%s: says something beside: %s",
			 cases[i].file, run.err.data);
		validate(cases[i].file, &run.out);
		root = json_loadb(run.out.data, run.out.n, 0, NULL);
		verdict = json_string_value(json_object_get(root, "verdict"));
		ZW_CHECK(verdict == cases[i].verdict ||
				 (verdict && cases[i].verdict &&
				  !strcmp(verdict, cases[i].verdict)),
			 "%s: verdict %s", cases[i].file,
			 verdict ? verdict : "null");
		json_decref(root);
		zw_run_free(&run);
	}
}

static void a_share_is_valid(void)
{
	static const char *const shares[] = { "1/2", "3/3", "x" };
	size_t i;

	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		const char *const argv[] = { zw_binary(),
					     "check",
					     "tests/negative/gateways/two.zw",
					     "--share",
					     shares[i],
					     "--format",
					     "json",
					     NULL };
		struct zw_run run;

		zw_run(&run, NULL, argv);
		validate(shares[i], &run.out);
		zw_run_free(&run);
	}
}

static void witness_has_its_members(void)
{
	const char *const argv[] = {
		zw_binary(), "check", "tests/negative/Z4001-dmz-to-internal.zw",
		"--format",  "json",  NULL
	};
	const char *from, *to, *proto;
	json_t *root, *claim, *witness;
	struct zw_run run;

	zw_run(&run, NULL, argv);
	root = json_loadb(run.out.data, run.out.n, 0, NULL);
	claim = json_array_get(json_object_get(root, "claims"), 0);
	witness = json_object_get(claim, "witness");
	from = json_string_value(json_object_get(witness, "from"));
	to = json_string_value(json_object_get(witness, "to"));
	proto = json_string_value(json_object_get(witness, "proto"));
	CU_ASSERT(from && !strcmp(from, "dmz0"));
	CU_ASSERT(to && !strcmp(to, "lan2"));
	CU_ASSERT(proto && !strcmp(proto, "tcp"));
	CU_ASSERT(json_integer_value(json_object_get(witness, "dport")) ==
		  5432);
	CU_ASSERT(json_array_size(json_object_get(witness, "path")) > 0);
	json_decref(root);
	zw_run_free(&run);
}

/* What falls end to end is in the claims of the answer itself, with its hops. */
static void hops_are_told(void)
{
	const char *const argv[] = {
		zw_binary(), "check", "tests/negative/Z4001-end-to-end.zw",
		"--format",  "json",  NULL
	};
	json_t *root, *witness, *hops, *first, *path;
	const char *gateway, *link, *last;
	struct zw_run run;

	zw_run(&run, NULL, argv);
	root = json_loadb(run.out.data, run.out.n, 0, NULL);
	CU_ASSERT(json_string_value(json_object_get(root, "digest")) != NULL);
	witness = json_object_get(
		json_array_get(json_object_get(root, "claims"), 1), "witness");
	hops = json_object_get(witness, "hops");
	CU_ASSERT_EQUAL(json_array_size(hops), 2);
	first = json_array_get(hops, 0);
	gateway = json_string_value(json_object_get(first, "gateway"));
	link = json_string_value(json_object_get(first, "link"));
	CU_ASSERT(gateway && !strcmp(gateway, "shop"));
	CU_ASSERT(link && !strcmp(link, "core"));
	CU_ASSERT(json_is_null(
		json_object_get(json_array_get(hops, 1), "link")));
	path = json_object_get(witness, "path");
	last = json_string_value(json_object_get(
		json_array_get(path, json_array_size(path) - 1), "gateway"));
	CU_ASSERT(last && !strcmp(last, "hq"));
	json_decref(root);
	zw_run_free(&run);
}

/* A load, a load of the same, and one that is refuted: what changed, each
 * time. */
static void loads_say_what_changed(void)
{
	static const char script[] =
		"N=zw-json-$$; ip netns add $N || exit 99; "
		"trap 'ip netns del $N' EXIT; "
		"for p in examples/hq.zw examples/hq.zw"
		" tests/negative/Z4001-dmz-to-internal.zw; do "
		"\"$0\" apply $p --netns $N --format json | "
		"python3 -c 'import json, sys; print(json.dumps(json.load("
		"sys.stdin)))'; done";
	const char *const argv[] = { "sh", "-c", script, zw_binary(), NULL };
	struct zw_run run;
	char *line, *rest;
	unsigned i = 0;

	if (!zw_netns_usable())
		return;
	zw_run(&run, NULL, argv);
	line = run.out.n ? strtok_r(run.out.data, "\n", &rest) : NULL;
	for (; line; line = strtok_r(NULL, "\n", &rest), i++) {
		struct zw_buf text = { .data = line, .n = strlen(line) };
		json_t *root = json_loads(line, 0, NULL), *load, *rules;
		json_int_t added;

		validate("apply", &text);
		load = json_object_get(root, "load");
		rules = json_object_get(load, "rules");
		added = json_integer_value(json_object_get(rules, "added"));
		ZW_CHECK(i == 2 ? json_is_null(load) : json_is_object(load),
			 "load %u: '%s'", i, line);
		ZW_CHECK(i ? !added : added > 50, "load %u: %lld rules", i,
			 (long long)added);
		json_decref(root);
	}
	ZW_CHECK(i == 3, "%u answers: %s", i, run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

static void lists_what_was_taken(void)
{
	const char *const argv[] = { zw_binary(),
				     "check",
				     "tests/golden/plan/own.zw",
				     "--addresses",
				     "tests/golden/plan/own.addresses",
				     "--format",
				     "json",
				     NULL };
	const char *name, *what, *value;
	json_t *root, *taken, *one;
	struct zw_run run;

	zw_run(&run, NULL, argv);
	validate("own.zw", &run.out);
	root = json_loadb(run.out.data, run.out.n, 0, NULL);
	taken = json_object_get(root, "taken");
	CU_ASSERT(json_array_size(taken) == 4);
	one = json_array_get(taken, 1);
	name = json_string_value(json_object_get(one, "interface"));
	what = json_string_value(json_object_get(one, "what"));
	value = json_string_value(
		json_array_get(json_object_get(one, "values"), 0));
	CU_ASSERT(name && !strcmp(name, "vl*"));
	CU_ASSERT(what && !strcmp(what, "networks"));
	CU_ASSERT(value && !strcmp(value, "10.7.0.0/24"));
	CU_ASSERT(json_integer_value(json_object_get(one, "line")) == 9);
	CU_ASSERT(json_array_size(json_object_get(root, "assumptions")) == 5);
	json_decref(root);
	zw_run_free(&run);
}

void suite_json(void);
void suite_json(void)
{
	static CU_TestInfo tests[] = {
		{ "every status has an answer", every_status },
		{ "a share is valid", a_share_is_valid },
		{ "a witness has its members", witness_has_its_members },
		{ "hops are told", hops_are_told },
		{ "loads say what changed", loads_say_what_changed },
		{ "what was taken is listed", lists_what_was_taken },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("json", tests);
}
