/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger lab` as a user runs it: what is changed behind the loader's back is
 * found, one fault at a time (faults.txt); nothing is found where nothing was
 * changed; labs do not disturb each other and leave nothing behind. */
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/source.h"
#include "tests/harness/gateways.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

void suite_lab(void);

/* What faults.txt may use. */
static const char helpers[] =
	"lose() {\n"
	"	h=$(nft -a list chain inet zwinger \"$1\" |\n"
	"		sed -n '/type /d; s/.*comment.*# handle //p' |\n"
	"		sed -n \"$2p\")\n"
	"	[ -n \"$h\" ] && nft delete rule inet zwinger \"$1\" handle \"$h\"\n"
	"}\n"
	"put() {\n"
	"	c=$1\n"
	"	shift\n"
	"	nft insert rule inet zwinger \"$c\" \"$@\"\n"
	"}\n";

static void lab(struct zw_run *run, const char *path, const char *probes,
		u64 seed, const char *after_load)
{
	char text[32];
	const char *argv[] = { zw_binary(), "lab",    path, "--probes",
			       probes,	    "--seed", text, "--after-load",
			       after_load,  NULL };

	snprintf(text, sizeof(text), "%llu", (unsigned long long)seed);
	if (!after_load)
		argv[7] = NULL;
	zw_run(run, NULL, argv);
}

/* ---- faults -------------------------------------------------------------- */

static bool finds(const char *probes, const char *command, int *status)
{
	struct zw_run run;
	bool found;

	lab(&run, "tests/lab/site.zw", probes, zw_test_seed() % 1000, command);
	*status = run.status;
	found = run.status == 1 && run.out.n &&
		strstr(run.out.data, "\n  by the kernel:\n");
	zw_run_free(&run);
	return found;
}

/* A tenth of the packets that a lab usually sends finds nearly all of them. */
static bool find(const char *name, const char *command)
{
	struct zw_arena *arena = zw_arena_new();
	const char *script = zw_strf(arena, "%s%s", helpers, command).p;
	int status;
	bool found = finds("1000", script, &status);

	if (!found && !status)
		found = finds("10000", script, &status);
	ZW_CHECK(found, "not found: %s: status %d", name, status);
	zw_arena_free(arena);
	return found;
}

static void test_faults(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_str text;
	unsigned n = 0;
	char *line, *next, *colon;

	ZW_CHECK(!zw_read_file(arena, "tests/lab/faults.txt", 1 << 20, &text),
		 "no faults.txt");
	for (line = strdup(zw_cstr(arena, text)); *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		colon = strstr(line, ": ");
		if (*line == '#' || !colon)
			continue;
		*colon = '\0';
		n += find(line, colon + 2);
	}
	ZW_CHECK(n >= 30, "only %u faults were found", n);
	printf("%u faults found\n", n);
	zw_arena_free(arena);
}

/* ---- no faults ----------------------------------------------------------- */

static void clean(const char *path, const char *probes)
{
	struct zw_arena *arena = zw_arena_new();
	const char *gateway = zw_gateway_name(path);
	const char *seed =
		zw_strf(arena, "%llu", (unsigned long long)zw_test_seed()).p;
	const char *const argv[] = { zw_binary(),
				     "lab",
				     zw_gateway_path(arena, path),
				     "--probes",
				     probes,
				     "--seed",
				     seed,
				     gateway ? "--gateway" : NULL,
				     gateway,
				     NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(!run.status && run.out.n &&
			 strstr(run.out.data, "\nas proved: all "),
		 "%s: status %d, seed %llu: %s%s", path, run.status,
		 (unsigned long long)zw_test_seed(),
		 run.out.n ? run.out.data : "", run.err.n ? run.err.data : "");
	zw_run_free(&run);
	zw_arena_free(arena);
}

static void clean_example(const char *which)
{
	clean(which, "3000");
}

static void test_examples(void)
{
	glob_t found = { 0 };
	size_t i;

	ZW_CHECK(!glob("examples/*.zw", 0, NULL, &found), "no examples");
	for (i = 0; i < found.gl_pathc; i++)
		zw_each_gateway(found.gl_pathv[i], clean_example);
	globfree(&found);
	clean("tests/lab/site.zw", "6000");
	clean("tests/packets/policies/six.zw", "3000");
	clean("tests/packets/policies/tiers.zw", "3000");
}

/* ---- how it runs --------------------------------------------------------- */

struct script {
	const char *what, *text;
};

static void scripts(const struct script *cases, size_t n)
{
	size_t i;

	setenv("ZWINGER", zw_binary(), 1);
	for (i = 0; i < n; i++)
		zw_check_script(cases[i].what, cases[i].text);
}

/* A namespace for users may have twelve networks here; a lab has three or four
 * while it is made. Its end frees them, a moment later. */
#define FEW                                                         \
	"exec unshare -r sh -c 'set -e\n"                           \
	"echo 12 >/proc/sys/user/max_net_namespaces\n"              \
	"lab() { exec \"$ZWINGER\" lab tests/lab/site.zw "          \
	"--probes 90000000 --seed 1 >/dev/null 2>&1; }\n"           \
	"last() { for i in 1 2 3 4 5 6 7 8 9 10; do\n"              \
	"	\"$ZWINGER\" lab tests/lab/site.zw --probes 50 --seed 1 " \
	">/dev/null 2>&1 && return 0; sleep 0.5\ndone; return 1; }\n"

static void test_ends(void)
{
	static const struct script cases[] = {
		{ "killed",
		  FEW "for i in 1 2 3 4 5 6; do lab & p=$!; sleep 0.3\n"
		      "kill -9 $p; wait $p || true; sleep 0.1; done; last'" },
		{ "interrupted", FEW
		  "for i in 1 2 3; do lab & p=$!; sleep 0.3\n"
		  "kill -TERM $p; wait $p || true; sleep 0.1; done; last'" },
		{ "killed with a command in the gateway",
		  "set -e; d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT\n"
		  "\"$ZWINGER\" lab tests/lab/site.zw --after-load "
		  "\"sleep 60 & echo begun >$d/begun; wait\" >/dev/null 2>&1 &\n"
		  "p=$!; for i in 1 2 3 4 5 6 7 8 9; do\n"
		  "	[ -e $d/begun ] && break; sleep 0.2; done\n"
		  "all() { for c in $(cat /proc/$1/task/$1/children); do "
		  "echo $c; all $c; done; }\n"
		  "below=$(all $p); [ $(echo $below | wc -w) -ge 3 ]\n"
		  "kill -9 $p; wait $p || true; sleep 0.3\n"
		  "for c in $below; do ! kill -0 $c 2>/dev/null; done" },
	};

	if (zw_netns_usable())
		scripts(cases, sizeof(cases) / sizeof(*cases));
}

static void test_together(void)
{
	static const struct script cases[] = {
		{ "two at once",
		  "set -e; d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT\n"
		  "lab() { \"$ZWINGER\" lab \"$1\" --probes 4000 --seed 5; }\n"
		  "lab tests/lab/site.zw >$d/a & a=$!\n"
		  "lab examples/hq.zw >$d/b & b=$!\n"
		  "wait $a; wait $b\n"
		  "lab tests/lab/site.zw | cmp - $d/a\n"
		  "lab examples/hq.zw | cmp - $d/b" },
		{ "an ordinary user",
		  "set -e; d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT\n"
		  "cp \"$ZWINGER\" $d/z; cp tests/lab/site.zw $d\n"
		  "chmod -R a+rX $d; cd $d\n"
		  "[ $(id -u) = 0 ] && as='setpriv --reuid=65534 --regid=65534 --clear-groups'\n"
		  "$as ./z lab site.zw --probes 1000 --seed 5 >$d/a\n"
		  "grep -q '^as proved' $d/a" },
	};

	scripts(cases, sizeof(cases) / sizeof(*cases));
}

static void test_rulesets(void)
{
	static const struct script cases[] = {
		{ "nft's text",
		  "\"$ZWINGER\" lab tests/lab/site.nft --zones tests/lab/zones.zw "
		  "--probes 4000 --seed 3" },
		{ "ingress, limits, dynamic sets, notrack, redirection",
		  "\"$ZWINGER\" lab tests/lab/odd.nft --zones tests/lab/zones.zw "
		  "--probes 4000 --seed 3" },
		{ "iptables-save",
		  "\"$ZWINGER\" lab tests/lab/site.iptables "
		  "--zones tests/lab/zones.zw --probes 3000 --seed 3" },
		{ "a fault in nft's text",
		  "\"$ZWINGER\" lab tests/lab/site.nft --zones tests/lab/zones.zw "
		  "--probes 1500 --seed 3 --after-load "
		  "'nft insert rule inet filter forward accept'; [ $? = 1 ]" },
		{ "a fault in iptables",
		  "\"$ZWINGER\" lab tests/lab/site.iptables "
		  "--zones tests/lab/zones.zw --probes 1500 --seed 3 "
		  "--after-load 'iptables-nft -F FORWARD'; [ $? = 1 ]" },
	};

	scripts(cases, sizeof(cases) / sizeof(*cases));
}

/* The answer of each status, by the schema. */
static void test_schema(void)
{
	static const char valid[] =
		"set -e; lab() { \"$ZWINGER\" lab \"$@\" --format json "
		"--probes 300 --seed 3 2>/dev/null || true; }\n"
		"d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT\n"
		"lab tests/lab/site.zw >$d/clean\n"
		"lab tests/lab/site.zw --after-load "
		"'nft flush chain inet zwinger z_forward' >$d/differs\n"
		"lab tests/lab/nothing.zw >$d/invalid\n"
		"lab examples/branch.zw >$d/ipsec\n"
		"python3 -W ignore - $d <<'EOF'\n"
		"import json, sys, jsonschema\n"
		"check = json.load(open('docs/check.schema.json'))\n"
		"mine = json.load(open('docs/lab.schema.json'))\n"
		"resolver = jsonschema.RefResolver('', mine, store={\n"
		"    'check.schema.json': check, '/check.schema.json': check})\n"
		"for name, proved in (('clean', True), ('differs', False),\n"
		"                     ('invalid', None), ('ipsec', True)):\n"
		"    answer = json.load(open(sys.argv[1] + '/' + name))\n"
		"    jsonschema.validate(answer, mine, resolver=resolver,\n"
		"        cls=jsonschema.Draft202012Validator)\n"
		"    assert answer['as_proved'] is proved, name\n"
		"    if name == 'differs':\n"
		"        assert answer['differences'][0]['trace'], name\n"
		"    if name == 'ipsec':\n"
		"        assert answer['not_tested'], name\n"
		"EOF\n";

	setenv("ZWINGER", zw_binary(), 1);
	zw_check_script("the answers and their schema", valid);
}

/* ---- what it says and keeps ---------------------------------------------- */

static u32 get32(const char *at)
{
	u32 value;

	memcpy(&value, at, 4);
	return value;
}

/* The blocks of a pcapng file must fill it; how many hold a packet. */
static unsigned packets_in(struct zw_str file)
{
	unsigned n = 0;
	size_t at = 0;

	ZW_CHECK(file.n > 28 && get32(file.p) == 0x0a0d0d0a &&
			 get32(file.p + 8) == 0x1a2b3c4d,
		 "no pcapng file");
	while (at + 12 <= file.n) {
		u32 length = get32(file.p + at + 4);

		if (length < 12 || length % 4 || at + length > file.n ||
		    get32(file.p + at + length - 4) != length)
			break;
		n += get32(file.p + at) == 6;
		at += length;
	}
	ZW_CHECK(at == file.n, "a damaged block at byte %zu", at);
	return n;
}

static void test_answer(void)
{
	char path[] = "/tmp/zw-lab-XXXXXX";
	int fd = mkstemp(path);
	const char *const argv[] = { zw_binary(), "lab",    "tests/lab/site.zw",
				     "--format",  "json",   "--probes",
				     "2000",	  "--seed", "7",
				     "--pcap",	  path,	    NULL };
	struct zw_arena *arena = zw_arena_new();
	struct zw_str file = { 0 };
	struct zw_run run;
	json_t *root;

	zw_run(&run, NULL, argv);
	root = json_loadb(run.out.data, run.out.n, 0, NULL);
	ZW_CHECK(!run.status &&
			 json_is_true(json_object_get(root, "as_proved")),
		 "status %d: %s", run.status, run.err.n ? run.err.data : "");
	ZW_CHECK(json_integer_value(json_object_get(root, "packets")) == 2000,
		 "another number of packets");
	ZW_CHECK(json_integer_value(json_object_get(root, "seed")) == 7,
		 "another seed");
	ZW_CHECK(json_integer_value(json_object_get(root, "rules_met")) > 80,
		 "few rules were met");
	ZW_CHECK(!zw_read_file(arena, path, 64 << 20, &file), "no packets");
	ZW_CHECK(packets_in(file) > 2000, "only %u packets were kept",
		 packets_in(file));
	json_decref(root);
	zw_run_free(&run);
	zw_arena_free(arena);
	if (fd >= 0)
		remove(path);
}

void suite_lab(void)
{
	static CU_TestInfo tests[] = {
		{ "faults planted after loading", test_faults },
		{ "nothing is found on the examples", test_examples },
		{ "rulesets of others", test_rulesets },
		{ "what it says and keeps", test_answer },
		{ "answers as JSON", test_schema },
		{ "together, and without privilege", test_together },
		{ "nothing is left behind", test_ends },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("lab", tests);
}
