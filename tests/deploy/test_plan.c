/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger plan`: what it says of packets, objects and connections, that it
 * does nothing, and what it says of what is not proved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/source.h"
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

/* ---- plans in files ------------------------------------------------------ */

struct kept {
	struct zw_testbed *bed;
	char path[64];
};

static bool keep(struct kept *k, const char *policy)
{
	const char *words[] = { "plan", policy, "-o", k->path, NULL };
	struct zw_run run;

	snprintf(k->path, sizeof(k->path), "/tmp/zw-plan-%d", getpid());
	k->bed = zw_bed_new(NULL);
	if (!k->bed)
		return false;
	zw_site_apply(k->bed, ZW_SITE_WIDE);
	zw_site_run(k->bed, words, 0, &run);
	says(&run, "'zwinger apply /tmp/zw-plan-");
	zw_run_free(&run);
	return true;
}

static void give_back(struct kept *k)
{
	unlink(k->path);
	zw_testbed_free(k->bed);
}

static void apply_plan(struct kept *k, int status, const char *out,
		       const char *err)
{
	const char *words[] = { "apply", k->path, NULL };
	struct zw_run run;

	zw_site_run(k->bed, words, status, &run);
	if (out)
		says(&run, out);
	if (err)
		ZW_CHECK(run.err.n && strstr(run.err.data, err), "%s",
			 run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

/* Exactly what was planned, also if the policy's file is another by now; and
 * only once. */
static void done(void)
{
	struct kept k;

	if (keep(&k, ZW_SITE_NARROW)) {
		/* what is no change of tables makes no plan stale */
		zw_testbed_flush(k.bed);
		apply_plan(&k, 0, "3 rules added, 5 removed", NULL);
		apply_plan(&k, 5, NULL, "Z5041");
	}
	give_back(&k);
}

static void stale(void)
{
	static const struct {
		const char *change, *back;
	} cases[] = {
		{ "add table ip other", "delete table ip other" },
		{ "add chain inet zwinger z_forward { policy accept; }",
		  "add chain inet zwinger z_forward { policy drop; }" },
		{ "add set inet zwinger x { type ipv4_addr; }",
		  "delete set inet zwinger x" },
	};
	struct kept k;
	size_t i;

	if (keep(&k, ZW_SITE_NARROW)) {
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			ZW_CHECK(zw_testbed_nft(k.bed, cases[i].change), "%s",
				 zw_testbed_error(k.bed));
			apply_plan(&k, 5, NULL, "Z5041");
			ZW_CHECK(zw_testbed_nft(k.bed, cases[i].back), "%s",
				 zw_testbed_error(k.bed));
		}
		apply_plan(&k, 0, "loaded as generation 2", NULL);
	}
	give_back(&k);
}

/* An address that the policy takes from an interface. */
static void other_address(void)
{
	const char *const more[] = { "ip",  "address", "add", "203.0.113.77/32",
				     "dev", "wan0",    NULL };
	struct kept k;

	if (keep(&k, "tests/deploy/policies/own.zw")) {
		zw_site_do(k.bed, 0, more);
		apply_plan(&k, 5, NULL, "the policy means something else now");
	}
	give_back(&k);
}

/* Every byte counts, and so does every missing one. */
static void damaged(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_str text = { 0 };
	struct kept k;
	size_t i;

	if (keep(&k, ZW_SITE_NARROW)) {
		char *copy;

		ZW_CHECK(!zw_read_file(arena, k.path, 1 << 24, &text), "%s",
			 k.path);
		copy = zw_alloc(arena, text.n);
		for (i = 1; i < 12; i++) {
			size_t at = text.n * i / 12;

			memcpy(copy, text.p, text.n);
			copy[at] ^= 1;
			zw_write_file(k.path, copy, text.n);
			apply_plan(&k, 2, NULL, "Z6040");
			zw_write_file(k.path, text.p, at);
			apply_plan(&k, 2, NULL, "Z6040");
		}
		zw_write_file(k.path, text.p, text.n);
		chmod(k.path, 0666);
		apply_plan(&k, 2, NULL, "Z6023");
		chmod(k.path, 0600);
		apply_plan(&k, 0, "loaded as generation 2", NULL);
	}
	give_back(&k);
	zw_arena_free(arena);
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
		{ "a plan in a file is done", done },
		{ "tables that are others by now", stale },
		{ "addresses that are others by now", other_address },
		{ "files that are not whole", damaged },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("plan", tests);
}
