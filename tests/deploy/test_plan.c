/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger plan`: what it says of packets, objects and connections, that it
 * does nothing, and what it says of what is not proved. */
#include <stdlib.h>
#include <string.h>

#include "tests/deploy/site.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

static char *listing(struct zw_testbed *bed)
{
	return zw_testbed_ruleset(bed, false);
}

static struct zw_flow taken_away(void)
{
	return (struct zw_flow){ .from = LAN,
				 .to = WAN,
				 .protocol = IPPROTO_TCP,
				 .src = zw_test_ip("10.2.0.7"),
				 .dst = zw_test_ip("192.0.2.9"),
				 .sport = 40001,
				 .dport = 80 };
}

static void says(const struct zw_run *run, const char *text)
{
	ZW_CHECK(run->out.n && strstr(run->out.data, text), "no '%s' in:\n%s",
		 text, run->out.n ? run->out.data : "");
}

/* Everything is told and nothing done. */
static void tells(void)
{
	const char *const words[] = { "plan", ZW_SITE_NARROW, NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_flow flow = taken_away();
	char *before, *after;
	struct zw_run run;

	if (!bed)
		return;
	zw_site_apply(bed, ZW_SITE_WIDE);
	ZW_CHECK(zw_testbed_connect(bed, &flow), "%s", zw_testbed_error(bed));
	before = listing(bed);
	zw_site_run(bed, words, 0, &run);
	after = listing(bed);
	ZW_CHECK(before && after && !strcmp(before, after), "it did something");
	says(&run, ": proved");
	says(&run, "now -> " ZW_SITE_NARROW ": not the same\n");
	says(&run, "lan -> net : tcp/80\n");
	says(&run, "sent on to 10.1.0.6 port 8443");
	says(&run,
	     "would be generation 2 of table inet zwinger, 3 transactions");
	says(&run, "3 rules added, 5 removed; 1 set added, 2 removed");
	says(&run, "  new sets: ");
	says(&run, "1 connection that the policy forbids would end\n"
		   "  tcp 10.2.0.7:40001 -> 192.0.2.9:80\n");
	ZW_CHECK(zw_testbed_tracked(bed) == 1, "it ended something");
	zw_run_free(&run);
	free(before);
	free(after);
	zw_testbed_free(bed);
}

static void unchanged(void)
{
	const char *const words[] = { "plan", ZW_SITE_WIDE, NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_run run;

	if (!bed)
		return;
	zw_site_apply(bed, ZW_SITE_WIDE);
	zw_site_run(bed, words, 0, &run);
	says(&run, ": every packet fares alike\n");
	says(&run, "nothing to load into table inet zwinger\n");
	zw_run_free(&run);
	zw_testbed_free(bed);
}

/* The same as JSON, by the schema. */
static void as_json(void)
{
	static const char program[] =
		"import json, sys, jsonschema\n"
		"check = json.load(open('docs/check.schema.json'))\n"
		"a = json.load(sys.stdin)\n"
		"d = a['plan']['difference']\n"
		"assert not d['equal'] and len(d['changes']) == 3, d\n"
		"jsonschema.validate(a, check, cls=jsonschema.Draft202012Validator)\n"
		"assert a['plan']['rules'] == {'added': 3, 'removed': 5}, a\n";
	const char *const words[] = { "plan", ZW_SITE_NARROW, "--format",
				      "json", NULL };
	const char *const argv[] = { "python3", "-c", program, NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_run run, python;

	if (!bed)
		return;
	zw_site_apply(bed, ZW_SITE_WIDE);
	zw_site_run(bed, words, 0, &run);
	zw_run_with(&python, NULL, argv,
		    (struct zw_str){ run.out.data, run.out.n });
	ZW_CHECK(!python.status, "%s\n%s", python.err.data, run.out.data);
	zw_run_free(&python);
	zw_run_free(&run);
	zw_testbed_free(bed);
}

/* What an apply would refuse is no plan. */
static void refuted(void)
{
	const char *const words[] = { "plan",
				      "tests/negative/Z4001-dmz-to-internal.zw",
				      NULL };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_run run;

	if (!bed)
		return;
	zw_site_run(bed, words, 1, &run);
	ZW_CHECK(!strstr(run.out.data, "would be"), "%s", run.out.data);
	zw_run_free(&run);
	zw_testbed_free(bed);
}

void suite_plan(void);
void suite_plan(void)
{
	static CU_TestInfo tests[] = {
		{ "all is told and nothing done", tells },
		{ "what is there already", unchanged },
		{ "as JSON", as_json },
		{ "what is refuted is no plan", refuted },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("plan", tests);
}
