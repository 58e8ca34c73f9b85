/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that answer questions say, letter by letter: standard
 * output, standard error and status are kept in
 * tests/golden/questions/NAME.txt. Every answer in JSON is valid by
 * docs/questions.schema.json. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/gateways.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

#define HQ "examples/hq.zw"

static const struct {
	const char *name;
	const char *argv[10];
} cases[] = {
	{ "trace-forbidden",
	  { "trace", HQ, "front(192.0.2.10) -> data(10.2.0.5) : tcp/5432" } },
	{ "trace-accepted", { "trace", HQ, "internet -> front.web1 : https" } },
	{ "trace-missing",
	  { "trace", HQ, "mail -> front.web1 : ssh sport 50000" } },
	{ "trace-rejected", { "trace", HQ, "office -> internet : smtp" } },
	{ "trace-denied",
	  { "trace", HQ, "in wan0 203.0.113.66 > 192.0.2.10 : tcp/443" } },
	{ "trace-reply",
	  { "trace", HQ, "front -> internet : tcp/40000 state reply" } },
	{ "trace-spoofed",
	  { "trace", HQ, "in dmz0 10.1.0.7 > 192.0.2.20 : udp/53 out dmz1" } },
	{ "trace-six",
	  { "trace", HQ, "internet -> front(2001:db8:d::10) : https" } },
	{ "trace-self",
	  { "trace", HQ,
	    "in wan0 198.51.100.7 > 203.0.113.1 : udp/51820 out self" } },
	{ "trace-nat",
	  { "trace", "tests/golden/questions/nat.zw",
	    "in wan0 198.51.100.7 > 203.0.113.5 : tcp/443 out dmz0" } },
	{ "trace-masquerade",
	  { "trace", "tests/golden/questions/nat.zw",
	    "office -> internet : dns" } },
	{ "trace-unknown-zone", { "trace", HQ, "offise -> data : ssh" } },
	{ "trace-no-arrow", { "trace", HQ, "office data" } },
	{ "trace-nowhere",
	  { "trace", "tests/golden/questions/nat.zw",
	    "in wan0 192.0.2.1 > 192.0.2.300 : tcp/1" } },
	{ "diff-equal", { "diff", HQ, "tests/golden/questions/same.zw" } },
	{ "diff-changed", { "diff", HQ, "tests/golden/questions/changed.zw" } },
	{ "diff-github",
	  { "diff", HQ, "tests/golden/questions/changed.zw", "--format",
	    "github" } },
	{ "diff-closed",
	  { "diff", "tests/golden/questions/changed.zw", HQ, "--fail-on",
	    "changed" } },
	{ "diff-not-widened",
	  { "diff", HQ, "tests/golden/questions/less.zw", "--fail-on",
	    "widened" } },
	{ "diff-translated",
	  { "diff", "tests/golden/questions/nat.zw",
	    "tests/golden/questions/snat.zw" } },
	{ "diff-no-file", { "diff", HQ, "tests/golden/questions/no.zw" } },
	{ "diff-wrong-option", { "diff", HQ, HQ, "--fail-on", "blue" } },
	{ "matrix", { "matrix", HQ } },
	{ "matrix-service", { "matrix", HQ, "--service", "ssh" } },
	{ "matrix-nat", { "matrix", "tests/golden/questions/nat.zw" } },
	{ "matrix-address",
	  { "matrix", HQ, "--by", "address", "--assume", "unspoofed" } },
	{ "matrix-dot",
	  { "matrix", HQ, "--service", "ssh", "--format", "dot" } },
	{ "matrix-address-dot",
	  { "matrix", "tests/golden/questions/nat.zw", "--by", "address",
	    "--service", "dns", "--format", "dot" } },
	{ "matrix-csv", { "matrix", HQ, "--format", "csv" } },
	{ "matrix-by-what", { "matrix", HQ, "--by", "colour" } },
	{ "matrix-no-service", { "matrix", HQ, "--service", "sshd" } },
	{ "query-empty",
	  { "query", HQ,
	    "from dmz to internal where proto tcp and dport < 1024" } },
	{ "query-not",
	  { "query", HQ,
	    "from office to internet where not (proto tcp or proto udp)" } },
	{ "query-service",
	  { "query", HQ, "to front where service ssh and dst 192.0.2.0/24" } },
	{ "query-six",
	  { "query", HQ,
	    "to front.web1 where dport {80, 443} and family ip6" } },
	{ "query-limit",
	  { "query", "tests/golden/questions/nat.zw", "from office" } },
	{ "query-interface",
	  { "query", HQ,
	    "where in vlan7 and out wan0 and dport 53 and sport "
	    "1024-65535" } },
	{ "query-field", { "query", HQ, "where dprot 80" } },
	{ "query-value", { "query", HQ, "where dport < and proto tcp" } },
	{ "query-address", { "query", HQ, "where src 10.1.0.0/33" } },
	{ "query-zone", { "query", HQ, "from offise" } },
	{ "query-order", { "query", HQ, "where src < 10.1.0.0" } },
	{ "query-what", { "query", HQ, "everything" } },
	{ "matrix-nft", { "matrix", "tests/golden/questions/gate.nft" } },
	{ "matrix-nft-zones",
	  { "matrix", "tests/golden/questions/gate.nft", "--zones",
	    "tests/golden/questions/zones.zw" } },
	{ "trace-nft",
	  { "trace", "tests/golden/questions/gate.nft",
	    "in dmz0 192.0.2.7 > 10.1.0.5 : tcp/5432 out lan0" } },
	{ "query-nft",
	  { "query", "tests/golden/questions/gate.nft", "from dmz to internal",
	    "--zones", "tests/golden/questions/zones.zw" } },
	{ "query-nft-no-zones",
	  { "query", "tests/golden/questions/gate.nft",
	    "from dmz to internal" } },
	{ "diff-nft",
	  { "diff", "tests/golden/questions/gate.nft",
	    "tests/golden/questions/less.nft" } },
	{ "lint", { "lint", HQ } },
	{ "lint-findings", { "lint", "tests/golden/questions/lint.zw" } },
	{ "lint-never",
	  { "lint", "tests/golden/questions/lint.zw", "--fail-on", "never" } },
	{ "lint-level", { "lint", HQ, "--fail-on", "everything" } },
	{ "lint-invalid", { "lint", "tests/negative/Z1003-unknown-zone.zw" } },
	{ "lint-sarif",
	  { "lint", "tests/golden/questions/lint.zw", "--format", "sarif" } },
	{ "lint-nft", { "lint", "tests/golden/questions/lint.nft" } },
	{ "lint-nft-clean",
	  { "lint", "tests/golden/questions/gate.nft", "--fail-on", "note" } },
	{ "lint-nft-sarif",
	  { "lint", "tests/golden/questions/lint.nft", "--format", "sarif" } },
	{ "lint-iptables", { "lint", "tests/golden/questions/lint.iptables" } },
	{ "fmea", { "fmea", HQ, "--sample", "60" } },
	{ "fmea-isolation",
	  { "fmea", HQ, "--fail-on", "isolation", "--modes",
	    "table-lost,chain-lost,conntrack-off,network-wrong" } },
	{ "fmea-holds",
	  { "fmea", HQ, "--fail-on", "isolation", "--modes",
	    "policy-flipped,dnat-added,defragmentation-off" } },
	{ "fmea-mode", { "fmea", HQ, "--modes", "table-lost,table" } },
	{ "fmea-sample", { "fmea", HQ, "--sample", "-1" } },
	{ "fmea-fail-on", { "fmea", HQ, "--fail-on", "doubt" } },
	{ "fmea-nft",
	  { "fmea", "tests/golden/questions/gate.nft", "--zones",
	    "tests/golden/questions/zones.zw" } },
	{ "fmea-fragments",
	  { "fmea", "tests/golden/questions/fragments.nft", "--zones",
	    "tests/golden/questions/fragments.zw" } },
	{ "fmea-refuted",
	  { "fmea", "tests/negative/Z4001-dmz-to-internal.zw", "--modes",
	    "chain-lost" } },
	{ "smt-expect",
	  { "smt", HQ,
	    "expect drop front(192.0.2.10) -> data(10.2.0.5) : ssh" } },
	{ "smt-zone", { "smt", HQ, "never dmz -> intern" } },
	{ "check-junit", { "check", HQ, "--format", "junit" } },
	{ "check-junit-refuted",
	  { "check", "tests/negative/Z4001-dmz-to-internal.zw", "--format",
	    "junit" } },
	{ "check-junit-invalid",
	  { "check", "tests/negative/Z1003-unknown-zone.zw", "--format",
	    "junit" } },
	{ "check-sarif",
	  { "check", "tests/negative/Z4001-dmz-to-internal.zw", "--format",
	    "sarif" } },
	{ "check-sarif-proved", { "check", HQ, "--format", "sarif" } },
	{ "verify-sarif",
	  { "verify", "tests/golden/questions/zones.zw", "--ruleset",
	    "tests/golden/questions/gate.nft", "--format", "sarif" } },
	{ "check-github",
	  { "check", "tests/negative/Z1003-unknown-zone.zw", "--format",
	    "github" } },
	{ "diff-sarif",
	  { "diff", HQ, "tests/golden/questions/changed.zw", "--format",
	    "sarif" } },
	{ "diff-junit",
	  { "diff", HQ, "tests/golden/questions/changed.zw", "--format",
	    "junit" } },
};

/* Text of nft is read in a namespace. */
static bool can_run(size_t i)
{
	bool text = false;
	size_t k;

	for (k = 0; k < 10 && cases[i].argv[k]; k++) {
		size_t n = strlen(cases[i].argv[k]);

		text |= n >= 4 && !strcmp(cases[i].argv[k] + n - 4, ".nft");
		text |= n >= 9 &&
			!strcmp(cases[i].argv[k] + n - 9, ".iptables");
	}
	return !text || zw_netns_usable();
}

static void run_case(size_t i, struct zw_run *run)
{
	const char *argv[16] = { zw_binary() };
	size_t k;

	for (k = 0; k < 10 && cases[i].argv[k]; k++)
		argv[k + 1] = cases[i].argv[k];
	zw_run(run, NULL, argv);
}

static void answers(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zw_buf all = { 0 };
		struct zw_run run;
		char path[128];

		if (!can_run(i))
			continue;
		run_case(i, &run);
		zw_buf_add(&all, run.out.data, run.out.n);
		zw_buf_add(&all, run.err.data, run.err.n);
		zw_buf_printf(&all, "status %d\n", run.status);
		snprintf(path, sizeof(path), "tests/golden/questions/%s.txt",
			 cases[i].name);
		zw_golden(path, (struct zw_str){ all.data, all.n });
		zw_buf_free(&all);
		zw_run_free(&run);
	}
}

/* ---- examples ------------------------------------------------------------ */

/* "examples/chain.zw@hq" has its answers in .../chain-hq.txt. */
static const char *golden_of(struct zw_arena *arena, const char *which)
{
	const char *base = which + strlen("examples/");
	const char *gateway = zw_gateway_name(which);

	return zw_strf(arena, "tests/golden/questions/examples/%.*s%s%s.txt",
		       (int)strcspn(base, "."), base, gateway ? "-" : "",
		       gateway ? gateway : "")
		.p;
}

/* All questions that need nothing but the policy, and its difference to itself,
 * which is none. */
static void ask_example(const char *which)
{
	static const char *const asked[][4] = {
		{ "matrix", NULL },
		{ "matrix", "--by", "address", NULL },
		{ "query", "from external", NULL },
		{ "query", "to self where dport < 1024", NULL },
		{ "lint", NULL },
	};
	struct zw_arena *arena = zw_arena_new();
	const char *path = zw_gateway_path(arena, which);
	const char *gateway = zw_gateway_name(which);
	const char *option = gateway ? "--gateway" : NULL;
	const char *const diff[] = { zw_binary(), "diff",  path, path,
				     option,	  gateway, NULL };
	struct zw_buf all = { 0 };
	struct zw_run run;
	size_t i, k;

	for (i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		const char *argv[10] = { zw_binary(), asked[i][0], path };

		zw_buf_printf(&all, "$ zwinger %s %s", asked[i][0], path);
		for (k = 1; asked[i][k]; k++) {
			argv[k + 2] = asked[i][k];
			zw_buf_printf(&all, " '%s'", asked[i][k]);
		}
		argv[k + 2] = option;
		argv[k + 3] = gateway;
		if (gateway)
			zw_buf_printf(&all, " %s %s", option, gateway);
		zw_run(&run, NULL, argv);
		zw_buf_putc(&all, '\n');
		zw_buf_add(&all, run.out.data, run.out.n);
		zw_buf_add(&all, run.err.data, run.err.n);
		zw_buf_printf(&all, "status %d\n\n", run.status);
		zw_run_free(&run);
	}
	zw_golden(golden_of(arena, which), (struct zw_str){ all.data, all.n });
	zw_run(&run, NULL, diff);
	ZW_CHECK(run.status == 0, "%s differs from itself: %s", which,
		 run.out.n ? run.out.data : "");
	zw_run_free(&run);
	zw_buf_free(&all);
	zw_arena_free(arena);
}

static int is_policy(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".zw");
}

static void examples(void)
{
	struct dirent **list;
	char path[300];
	int i, n = scandir("examples", &list, is_policy, alphasort);

	ZW_CHECK(n >= 7, "only %d examples", n);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "examples/%s", list[i]->d_name);
		zw_each_gateway(path, ask_example);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* ---- JSON ---------------------------------------------------------------- */

static void validate(const char *command, const char *name,
		     const struct zw_buf *text)
{
	static const char program[] =
		"import json, sys, jsonschema\n"
		"check = json.load(open('docs/check.schema.json'))\n"
		"mine = json.load(open('docs/questions.schema.json'))\n"
		"root = {'$ref': '#/$defs/' + sys.argv[1], '$defs': mine['$defs']}\n"
		"resolver = jsonschema.RefResolver('', root,\n"
		"    store={'check.schema.json': check, '/check.schema.json': check})\n"
		"jsonschema.Draft202012Validator(root, resolver=resolver).validate(\n"
		"    json.load(sys.stdin))\n";
	const char *const argv[] = { "python3", "-W",	 "ignore", "-c",
				     program,	command, NULL };
	struct zw_run run;

	zw_run_with(&run, NULL, argv, (struct zw_str){ text->data, text->n });
	ZW_CHECK(run.status == 0, "%s: not valid by the schema: %s", name,
		 run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

static void json(void)
{
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *argv[16] = { zw_binary() };
		struct zw_run text, run;

		for (k = 0; k < 10 && cases[i].argv[k] &&
			    strcmp(cases[i].argv[k], "--format");
		     k++)
			argv[k + 1] = cases[i].argv[k];
		if ((k < 10 && cases[i].argv[k]) ||
		    !strcmp(cases[i].argv[0], "check") ||
		    !strcmp(cases[i].argv[0], "smt") || !can_run(i))
			continue;
		argv[k + 1] = "--format";
		argv[k + 2] = "json";
		run_case(i, &text);
		zw_run(&run, NULL, argv);
		ZW_CHECK(run.status == text.status, "%s: status %d, not %d",
			 cases[i].name, run.status, text.status);
		ZW_CHECK(!run.err.n, "%s: says something beside: %s",
			 cases[i].name, run.err.data);
		validate(cases[i].argv[0], cases[i].name, &run.out);
		zw_run_free(&run);
		zw_run_free(&text);
	}
}

/* ---- SARIF and JUnit ----------------------------------------------------- */

/* What SARIF 2.1.0 requires of a log, by its schema, and what its readers rely
 * on; XML that is well formed and counts what it says. */
static void for_machines(void)
{
	static const char sarif[] =
		"import json, re, sys, jsonschema\n"
		"log = json.load(sys.stdin)\n"
		"schema = json.load(open('tests/schemas/sarif-2.1.0-rtm.5.json'))\n"
		"valid = jsonschema.Draft4Validator(\n"
		"    schema, format_checker=jsonschema.FormatChecker())\n"
		"valid.validate(log)\n"
		"assert not valid.is_valid({**log, 'version': '2.0.0'})\n"
		"assert not valid.is_valid({**log, 'colour': 'blue'})\n"
		"assert log['version'] == '2.1.0' and log['$schema']\n"
		"for run in log['runs']:\n"
		"    driver = run['tool']['driver']\n"
		"    assert driver['name'] == 'zwinger'\n"
		"    rules = [r['id'] for r in driver['rules']]\n"
		"    assert len(rules) == len(set(rules))\n"
		"    prints = set()\n"
		"    for r in run['results']:\n"
		"        assert r['ruleId'] in rules and r['message']['text']\n"
		"        assert r['level'] in ('none', 'note', 'warning', 'error')\n"
		"        for p in r['partialFingerprints'].values():\n"
		"            assert re.fullmatch('[0-9a-f]{64}', p) and p not in prints\n"
		"            prints.add(p)\n"
		"        for l in r['locations']:\n"
		"            p = l['physicalLocation']\n"
		"            assert re.fullmatch(r'[-A-Za-z0-9._~/%:]+',\n"
		"                                p['artifactLocation']['uri'])\n"
		"            g = p['region']\n"
		"            assert g['startLine'] >= 1 and g['startColumn'] >= 1\n"
		"            assert g.get('endColumn', 10**9) > g['startColumn']\n";
	static const char junit[] =
		"import sys, xml.etree.ElementTree as ET\n"
		"root = ET.fromstring(sys.stdin.buffer.read())\n"
		"for suite in root.iter('testsuite'):\n"
		"    cases = suite.findall('testcase')\n"
		"    assert len(cases) == int(suite.get('tests')) > 0\n"
		"    for kind in ('failure', 'error'):\n"
		"        n = sum(c.find(kind) is not None for c in cases)\n"
		"        assert n == int(suite.get(kind + 's'))\n"
		"    assert all(c.get('name') and c.get('classname') for c in cases)\n";
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *last = "";
		struct zw_run run, check;
		const char *argv[] = { "python3", "-c", NULL, NULL };
		size_t k;

		for (k = 0; k < 10 && cases[i].argv[k]; k++)
			last = cases[i].argv[k];
		argv[2] = !strcmp(last, "sarif")   ? sarif
			  : !strcmp(last, "junit") ? junit
						   : NULL;
		if (!argv[2])
			continue;
		run_case(i, &run);
		zw_run_with(&check, NULL, argv,
			    (struct zw_str){ run.out.data, run.out.n });
		ZW_CHECK(check.status == 0, "%s: %s", cases[i].name,
			 check.err.n ? check.err.data : "");
		zw_run_free(&check);
		zw_run_free(&run);
	}
}

void suite_questions(void);
void suite_questions(void)
{
	static CU_TestInfo tests[] = {
		{ "answers as kept", answers },
		{ "examples as kept", examples },
		{ "SARIF and JUnit are what they must be", for_machines },
		{ "answers in JSON keep to the schema", json },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("questions", tests);
}
