/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The acceptance record: pages kept letter by letter in tests/golden/report,
 * JSON valid by docs/report.schema.json, whatever a policy writes shown as
 * text, the state told where there is one, former records kept, and the page as
 * a browser shows it (tests/browser/page.py). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

#define TODAY "2026-11-26"
#define NO_STATE "build/no-such-state"

static void make_folder(char folder[64])
{
	snprintf(folder, 64, "/tmp/zwinger-report-XXXXXX");
	ZW_CHECK(mkdtemp(folder) != NULL, "no folder");
}

static void remove_folder(const char *folder)
{
	const char *argv[] = { "rm", "-rf", folder, NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	zw_run_free(&run);
}

/* Write a record of POLICY into FOLDER; further options end with NULL. */
static int report(const char *policy, const char *folder,
		  const char *const *options, struct zw_run *run)
{
	const char *argv[32] = { zw_binary(), "report",	 policy, "-o",
				 folder,      "--today", TODAY };
	size_t n = 7;

	while (options && *options)
		argv[n++] = *options++;
	zw_run(run, NULL, argv);
	return run->status;
}

static struct zw_str read_page(struct zw_arena *arena, const char *folder,
			       const char *name)
{
	struct zw_str text = ZW_STR("");
	const char *path = zw_strf(arena, "%s/%s", folder, name).p;

	ZW_CHECK(!zw_read_file(arena, path, (size_t)1 << 26, &text),
		 "%s cannot be read", path);
	return text;
}

static void validate(const char *name, struct zw_str text)
{
	static const char program[] =
		"import json, sys, jsonschema\n"
		"names = ['check', 'questions', 'report']\n"
		"all = {n: json.load(open('docs/%s.schema.json' % n)) for n in names}\n"
		"store = {}\n"
		"for n in names:\n"
		"    store[n + '.schema.json'] = all[n]\n"
		"    store['/' + n + '.schema.json'] = all[n]\n"
		"resolver = jsonschema.RefResolver('', all['report'], store=store)\n"
		"jsonschema.Draft202012Validator(all['report'], resolver=resolver).validate(\n"
		"    json.load(sys.stdin))\n";
	const char *const argv[] = { "python3", "-W",	 "ignore",
				     "-c",	program, NULL };
	struct zw_run run;

	zw_run_with(&run, NULL, argv, text);
	ZW_CHECK(run.status == 0, "%s: not valid by the schema: %s", name,
		 run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

/* ---- pages as kept ------------------------------------------------------- */

static void pages(void)
{
	static const struct {
		const char *name, *policy, *lang;
		int status;
	} cases[] = {
		{ "hq-en", "examples/hq.zw", "en", 0 },
		{ "three-tier-de", "examples/three-tier.zw", "de", 0 },
		{ "refuted-de", "tests/negative/Z4001-dmz-to-internal.zw", "de",
		  1 },
	};
	struct zw_arena *arena = zw_arena_new();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *const options[] = { "--lang",   cases[i].lang,
						"--sample", "40",
						"--state",  NO_STATE,
						NULL };
		struct zw_run run;
		char folder[64];

		make_folder(folder);
		report(cases[i].policy, folder, options, &run);
		ZW_CHECK(run.status == cases[i].status, "%s: status %d: %s",
			 cases[i].name, run.status,
			 run.err.n ? run.err.data : "");
		zw_golden(zw_strf(arena, "tests/golden/report/%s.html",
				  cases[i].name)
				  .p,
			  read_page(arena, folder, "report.html"));
		validate(cases[i].name,
			 read_page(arena, folder, "report.json"));
		zw_run_free(&run);
		remove_folder(folder);
	}
	zw_arena_free(arena);
}

/* ---- whatever a policy holds --------------------------------------------- */

static const char hostile[] =
	"gateway hq\n"
	"external zone internet { interface wan0 }\n"
	"dmz zone front { interface dmz0 network 192.0.2.0/28 }\n"
	"internal zone data { interface lan2 network 10.2.0.0/16 }\n"
	"allow internet -> front : https owner \"<script>alert(1)</script>\""
	" ticket \"' onmouseover='alert(2)\" because \"&lt;b&gt; &amp; "
	"evil</code></td></table>\"\n"
	"never front -> internet : ssh because \"</style><img src=//evil/x>\"\n"
	"allow data -> internet : any because \"%s%n %5$s ]]> <!-- --> {{7*7}}\"\n";

static void escaped(void)
{
	/* a reader of HTML that is not ours finds no element that is none */
	static const char program[] =
		"import sys, html.parser\n"
		"class Reader(html.parser.HTMLParser):\n"
		"    def handle_starttag(self, tag, attributes):\n"
		"        assert tag not in ('script', 'img', 'b1'), tag\n"
		"        for name, value in attributes:\n"
		"            assert not name.startswith('on'), name\n"
		"            assert 'evil' not in (value or ''), value\n"
		"    def handle_comment(self, data):\n"
		"        assert False, data\n"
		"reader = Reader()\n"
		"text = sys.stdin.buffer.read().decode('utf-8')\n"
		"assert text.count('<table') == text.count('</table>')\n"
		"assert text.count('&lt;script&gt;alert(1)') >= 1\n"
		"assert '%s%n %5$s' in text and '&amp;lt;b&amp;gt;' in text\n"
		"reader.feed(text)\n";
	const char *const argv[] = { "python3", "-c", program, NULL };
	const char *const options[] = { "--state", NO_STATE, "--sample", "10",
					NULL };
	struct zw_arena *arena = zw_arena_new();
	struct zw_run run, check;
	char folder[64];
	const char *policy;

	make_folder(folder);
	policy = zw_strf(arena, "%s/<img src=x>&'\"%%s.zw", folder).p;
	ZW_CHECK(!zw_write_file(policy, hostile, strlen(hostile)),
		 "cannot write %s", policy);
	report(policy, folder, options, &run);
	ZW_CHECK(run.status == 0, "status %d: %s", run.status,
		 run.err.n ? run.err.data : "");
	zw_run_with(&check, NULL, argv,
		    read_page(arena, folder, "report.html"));
	ZW_CHECK(check.status == 0, "%s", check.err.n ? check.err.data : "");
	zw_run_free(&check);
	zw_run_free(&run);
	remove_folder(folder);
	zw_arena_free(arena);
}

/* ---- the state ----------------------------------------------------------- */

static void state(void)
{
	static const char script[] =
		"set -eu\n"
		"work=$(mktemp -d)\n"
		"trap 'rm -rf \"$work\"' EXIT\n"
		"zwinger=${ZW_BINARY:-build/zwinger}\n"
		"make() { \"$zwinger\" report \"$1\" --state $work/state -o $work --sample 5; }\n"
		"\"$zwinger\" apply examples/hq.zw --state $work/state >$work/said 2>&1 || { cat $work/said; exit 1; }\n"
		"make tests/golden/questions/changed.zw >/dev/null\n"
		"python3 - $work/report.json <<'E'\n"
		"import json, sys\n"
		"record = json.load(open(sys.argv[1]))\n"
		"assert record['generation']['number'] == 1, record['generation']\n"
		"assert record['generation']['loaded']\n"
		"assert not record['generation']['same_ruleset']\n"
		"assert record['trail_whole'] and len(record['trail']) == 2\n"
		"changes = record['difference']['changes']\n"
		"assert ('opened', 'office', 'data') in [(c['kind'], c['from'], c['to']) for c in changes]\n"
		"E\n"
		"grep -q 'newly allowed' $work/report.html\n"
		"make examples/hq.zw >/dev/null\n"
		"grep -q 'byte by byte' $work/report.html\n"
		"sed -i 's/apply/appl1/' $work/state/audit.jsonl\n"
		"make examples/hq.zw >/dev/null\n"
		"grep -q 'chain of digests is broken' $work/report.html\n";

	const char *const argv[] = {
		"unshare", "-n", "sh", "-c", script, NULL
	};
	struct zw_run run;

	if (!zw_netns_usable())
		return;
	zw_run(&run, NULL, argv);
	ZW_CHECK(run.status == 0, "status %d: %s%s", run.status,
		 run.out.n ? run.out.data : "", run.err.n ? run.err.data : "");
	zw_run_free(&run);
}

static void former(void)
{
	static const char script[] =
		"set -eu\n"
		"work=$(mktemp -d)\n"
		"trap 'rm -rf \"$work\"' EXIT\n"
		"zwinger=${ZW_BINARY:-build/zwinger}\n"
		"cp examples/hq.zw examples/blocklist.txt $work\n"
		"make() { \"$zwinger\" report $work/hq.zw --state $work/none -o $work/out --keep 3 --sample 5; }\n"
		"for i in 1 2 3 4; do make >/dev/null; done\n"
		"[ \"$(ls $work/out | tr '\\n' ' ')\" = 'report-1.html report-1.json report-2.html report-2.json report.html report.json ' ]\n"
		"sed -i '/^never/d' $work/hq.zw\n"
		"status=0; make >/dev/null 2>$work/said || status=$?\n"
		"[ $status -eq 5 ]\n"
		"grep -q Z6081 $work/said\n"
		"make >/dev/null\n";

	zw_check_script("records are kept, and claims that fell told", script);
}

/* ---- in a browser -------------------------------------------------------- */

static bool has_browser(void)
{
	const char *const argv[] = {
		"sh", "-c", "command -v chromium && command -v chromedriver",
		NULL
	};
	const char *ci = getenv("CI");
	struct zw_run run;
	bool has;

	zw_run(&run, NULL, argv);
	has = run.status == 0;
	zw_run_free(&run);
	if (!has && ci && !strcmp(ci, "true"))
		ZW_CHECK(false, "chromium or chromedriver is missing");
	else if (!has)
		printf("no chromium here: skipped\n");
	return has;
}

static void look(const char *policy, const char *const *options)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_run run, seen;
	char folder[64];

	make_folder(folder);
	report(policy, folder, options, &run);
	ZW_CHECK(run.status == 0, "%s: status %d: %s", policy, run.status,
		 run.err.n ? run.err.data : "");
	{
		/* with its processes: none outlives this one */
		const char *const argv[] = {
			"unshare",
			"--pid",
			"--fork",
			"--kill-child",
			"--mount-proc",
			"python3",
			"tests/browser/page.py",
			zw_strf(arena, "%s/report.html", folder).p,
			zw_strf(arena, "%s/report.json", folder).p,
			NULL
		};

		zw_run(&seen, NULL, argv);
	}
	ZW_CHECK(seen.status == 0, "%s: %s", policy,
		 seen.err.n ? seen.err.data : "");
	zw_run_free(&seen);
	zw_run_free(&run);
	remove_folder(folder);
	zw_arena_free(arena);
}

/* A German page with a lab's figures, and one of forty zones. */
static void browser(void)
{
	const char *const german[] = { "--lang",   "de",       "--lab",
				       "--probes", "400",      "--seed",
				       "1",	   "--sample", "200",
				       "--state",  NO_STATE,   NULL };
	const char *const many[] = { "--sample", "30", "--state", NO_STATE,
				     NULL };
	const char *const argv[] = {
		"awk",	 "-v",	      "zones=40",
		"-v",	 "rules=500", "-v",
		"list=", "-f",	      "tests/bench/policy.awk",
		NULL
	};
	struct zw_run policy;
	char path[] = "/tmp/zwinger-forty-XXXXXX.zw";
	int fd;

	if (!has_browser() || !zw_netns_usable())
		return;
	look("examples/hq.zw", german);
	fd = mkstemps(path, 3);
	ZW_CHECK(fd >= 0, "no file");
	close(fd);
	zw_run(&policy, NULL, argv);
	ZW_CHECK(!zw_write_file(path, policy.out.data, policy.out.n),
		 "cannot write %s", path);
	look(path, many);
	unlink(path);
	zw_run_free(&policy);
}

void suite_report(void);
void suite_report(void)
{
	static CU_TestInfo tests[] = {
		{ "pages as kept", pages },
		{ "hostile names and reasons", escaped },
		{ "what is loaded, and who loaded it", state },
		{ "records before", former },
		{ "in a browser", browser },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("report", tests);
}
