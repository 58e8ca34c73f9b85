/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `compile --stats`: the JSON answer is valid by its schema and has the figures
 * of the table; what is no form of figures is refused. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/run.h"

#define POLICY "examples/hq.zw"

static void ask(struct zw_run *run, const char *format)
{
	const char *const argv[] = { zw_binary(), "compile", POLICY, "--stats",
				     "--format",  format,    NULL };

	zw_run(run, NULL, argv);
}

static void validate(const struct zw_buf *text)
{
	static const char program[] =
		"import json, sys, jsonschema\n"
		"jsonschema.validate(json.load(sys.stdin),\n"
		"    json.load(open('docs/stats.schema.json')),\n"
		"    cls=jsonschema.Draft202012Validator)\n";
	const char *const argv[] = { "python3", "-c", program, NULL };
	struct zw_run run;

	zw_run_with(&run, NULL, argv, (struct zw_str){ text->data, text->n });
	ZW_CHECK(run.status == 0, "not valid by the schema: %s",
		 run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

static json_int_t number(json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void check_row(const char *table, json_t *path)
{
	json_t *new = json_object_get(path, "new");
	json_t *lookups = json_object_get(new, "lookups");
	const char *family = json_string_value(json_object_get(path, "family"));
	char text[200], *row;

	snprintf(text, sizeof(text),
		 "\n%-8s %-8s %s    %5lld %5lld %4lld %8lld %6lld",
		 json_string_value(json_object_get(path, "from")),
		 json_string_value(json_object_get(path, "to")),
		 strcmp(family, "ip") ? "IPv6" : "IPv4",
		 (long long)number(new, "rules"),
		 (long long)number(new, "expressions"),
		 (long long)number(lookups, "hash"),
		 (long long)number(lookups, "interval"),
		 (long long)number(lookups, "concatenated"));
	row = strstr(table, text);
	ZW_CHECK(row != NULL, "not in the table:%s", text);
}

static void test_same_figures(void)
{
	struct zw_run table, json;
	json_t *root, *paths, *path;
	char text[100];
	size_t i;

	ask(&table, "text");
	ask(&json, "json");
	ZW_CHECK(table.status == 0 && json.status == 0, "status %d, %d",
		 table.status, json.status);
	validate(&json.out);
	root = json_loadb(json.out.data, json.out.n, 0, NULL);
	paths = json_object_get(root, "paths");
	ZW_CHECK(json_array_size(paths) > 20, "%zu paths",
		 json_array_size(paths));
	json_array_foreach(paths, i, path) check_row(table.out.data, path);
	snprintf(text, sizeof(text), "elements %lld, batch %lld bytes\n",
		 (long long)number(root, "elements"),
		 (long long)number(root, "batch_bytes"));
	ZW_CHECK(strstr(table.out.data, text) != NULL, "no '%s'", text);
	json_decref(root);
	zw_run_free(&table);
	zw_run_free(&json);
}

static void test_forms(void)
{
	struct zw_run run;

	ask(&run, "netlink");
	ZW_CHECK(run.status == 2 && !run.out.n && run.err.n,
		 "netlink: status %d", run.status);
	zw_run_free(&run);
}

/* What is printed beside a verdict are the same totals. */
static void test_check(void)
{
	const char *const argv[] = { zw_binary(), "check", POLICY, "--stats",
				     NULL };
	struct zw_run table, run;
	const char *end;

	ask(&table, "text");
	zw_run(&run, NULL, argv);
	end = strstr(table.out.data, "\n\n");
	ZW_CHECK(end && !strncmp(table.out.data, run.err.data,
				 (size_t)(end + 1 - table.out.data)),
		 "check says: %.400s", run.err.data);
	zw_run_free(&table);
	zw_run_free(&run);
}

void suite_stats(void);
void suite_stats(void)
{
	static CU_TestInfo tests[] = {
		{ "JSON and table have the same figures", test_same_figures },
		{ "figures are text or JSON", test_forms },
		{ "check has the same totals", test_check },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("stats", tests);
}
