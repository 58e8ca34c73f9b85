/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolver: what it says about a text, exactly; that each file of
 * tests/negative/ has the one defect it is named after; set files; and that
 * random texts, however odd, end in a diagnostic or in a model that keeps the
 * model's laws. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness/harness.h"
#include "tests/unit/compiler/fixture.h"
#include "tests/unit/compiler/said_cases.h"

static void test_said(void)
{
	size_t i;

	for (i = 0; i < said_case_count; i++) {
		const struct said_case *c = &said_cases[i];
		struct fixture fixture;
		struct zw_buf said = { 0 };

		fixture_open(&fixture, c->policy, c->claims);
		fixture_said(&fixture, &said);
		ZW_CHECK(!strcmp(said.data, c->said),
			 "%s: said\n%sexpected\n%s", c->name, said.data,
			 c->said);
		ZW_CHECK(!fixture.model == (fixture.diags.errors > 0),
			 "%s: a model in spite of errors, or none without",
			 c->name);
		zw_buf_free(&said);
		fixture_close(&fixture);
	}
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

/* The resolver's codes: names, values, warnings. */
static void test_negative(void)
{
	DIR *dir = opendir("tests/negative");
	struct dirent *entry;
	unsigned seen = 0;

	ZW_CHECK(dir, "tests/negative: %s", strerror(errno));
	while (dir && (entry = readdir(dir))) {
		struct fixture fixture;
		struct zw_buf codes = { 0 };
		char path[512], expected[8];

		if (entry->d_name[0] != 'Z' || entry->d_name[1] < '1' ||
		    entry->d_name[1] > '3' || !ends_in(entry->d_name, ".zw"))
			continue;
		snprintf(path, sizeof(path), "tests/negative/%s",
			 entry->d_name);
		snprintf(expected, sizeof(expected), "%.5s ", entry->d_name);
		fixture_open_file(&fixture, path);
		fixture_codes(&fixture, &codes);
		ZW_CHECK(!strcmp(codes.data, expected), "%s: gives %s", path,
			 codes.data);
		zw_buf_free(&codes);
		fixture_close(&fixture);
		seen++;
	}
	if (dir)
		closedir(dir);
	ZW_CHECK(seen > 50, "only %u files in tests/negative", seen);
}

/* A set file of TEXT, used by a define; what is said of it. */
static void with_set(const char *text, size_t n, struct zw_buf *said,
		     struct zw_ipset *set, struct fixture *fixture)
{
	char path[] = "/tmp/zwinger-set-XXXXXX";
	int fd = mkstemp(path);
	struct zw_buf policy = { 0 };

	ZW_CHECK(fd >= 0 && write(fd, text, n) == (ssize_t)n, "cannot write %s",
		 path);
	close(fd);
	zw_buf_printf(&policy,
		      "zone a { interface e0 }\ndefine s = file \"%s\"\n"
		      "zone b { interface e1 network s }\n",
		      path);
	fixture_open(fixture, policy.data, NULL);
	fixture_said(fixture, said);
	*set = (struct zw_ipset){ 0 };
	if (fixture->model)
		*set = fixture->model->zones.v[1].networks;
	zw_buf_free(&policy);
	unlink(path);
}

struct set_case {
	const char *text;
	size_t ipv4, ipv6; /* ranges; both 0: an error */
};

static void test_set_files(void)
{
	static const struct set_case cases[] = {
		{ "10.0.0.1\n10.0.0.2\n", 1, 0 },
		{ "10.0.0.1\r\n10.0.0.3\r\n", 2, 0 },
		{ "10.0.0.3\n10.0.0.1", 2, 0 },
		{ "# nothing\n\n \t\n10.0.0.0/8 # ten\n", 1, 0 },
		{ "  10.0.0.1\t\n10.0.0.5 - 10.0.0.9\n", 2, 0 },
		{ "0.0.0.0/0\n::/0\n", 1, 1 },
		{ "255.255.255.255/32\n0.0.0.0/32\n", 2, 0 },
		{ "128.0.0.0/1\n", 1, 0 },
		{ "2001:db8::1\n2001:db8::/64\nfd00::1-fd00::9\n", 0, 2 },
		{ "::ffff:10.0.0.1\n", 0, 1 },
		{ "10.0.0.1/8\n", 0, 0 },
		{ "10.0.0.1/\n", 0, 0 },
		{ "10.0.0.1/33\n", 0, 0 },
		{ "10.0.0.1/032\n", 1, 0 },
		{ "10.0.0.01\n", 0, 0 },
		{ "10.0.0.256\n", 0, 0 },
		{ "10.0.0\n", 0, 0 },
		{ "10.0.0.1.2\n", 0, 0 },
		{ "10.0.0.1 10.0.0.2\n", 0, 0 },
		{ "10.0.0.1,\n", 0, 0 },
		{ "10.0.0.9-10.0.0.1\n", 0, 0 },
		{ "10.0.0.1-::1\n", 0, 0 },
		{ "2001:db8::1/64\n", 0, 0 },
		{ "fe80::1%eth0\n", 0, 0 },
		{ "", 0, 0 },
		{ "# only this", 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct set_case *c = &cases[i];
		struct fixture fixture;
		struct zw_buf said = { 0 };
		struct zw_ipset set;

		with_set(c->text, strlen(c->text), &said, &set, &fixture);
		ZW_CHECK(set.of[ZW_IPV4].n == c->ipv4 &&
				 set.of[ZW_IPV6].n == c->ipv6 &&
				 !fixture.model == (!c->ipv4 && !c->ipv6),
			 "set '%s': %zu and %zu ranges\n%s", c->text,
			 set.of[ZW_IPV4].n, set.of[ZW_IPV6].n, said.data);
		zw_buf_free(&said);
		fixture_close(&fixture);
	}
}

/* A wrong line far down is named by its line; twenty of many are. */
static void test_set_places(void)
{
	struct zw_buf text = { 0 }, said = { 0 };
	struct fixture fixture;
	struct zw_ipset set;
	u32 i;

	for (i = 0; i < 20000; i++)
		zw_buf_printf(&text, "10.%u.%u.%u\n", i >> 16, i >> 8 & 255,
			      i & 255);
	zw_buf_puts(&text, "10.0.0.0/33\n");
	with_set(text.data, text.n, &said, &set, &fixture);
	ZW_CHECK(strstr(said.data, ":20001:1 prefix length out of range") &&
			 fixture.diags.errors == 1,
		 "said %s", said.data);
	fixture_close(&fixture);
	said.n = 0;
	for (i = 0; i < 1000; i++)
		zw_buf_puts(&text, "x\n");
	with_set(text.data, text.n, &said, &set, &fixture);
	ZW_CHECK(fixture.diags.list.n == ZW_ERROR_LIMIT, "%zu diagnostics",
		 fixture.diags.list.n);
	fixture_close(&fixture);
	zw_buf_free(&text);
	zw_buf_free(&said);
}

/* The laws of model.h that a text could break. */
static const char *broken_law(const struct zw_model *model)
{
	size_t i, j;

	for (i = 0; i < model->rules.n; i++) {
		const struct zw_rule *rule = &model->rules.v[i];

		if (!rule->pairs.n || !rule->services.n)
			return "a rule that matches nothing";
		for (j = 1; j < rule->services.n; j++) {
			struct zw_service_item a = rule->services.v[j - 1];
			struct zw_service_item b = rule->services.v[j];

			if (a.proto > b.proto ||
			    (a.proto == b.proto && a.hi + 1u >= b.lo))
				return "services not normal";
		}
		for (j = 0; j < rule->pairs.n; j++) {
			const struct zw_rule_pair *p = &rule->pairs.v[j];

			if (zw_ipset_empty(p->src) || zw_ipset_empty(p->dst))
				return "an empty side";
			if (p->from == ZW_ELSEWHERE || p->to == ZW_ELSEWHERE)
				return "a rule about no zone";
			if (p->from != ZW_SELF &&
			    !zw_ipset_subset(p->src,
					     model->zones.v[p->from].members))
				return "a source outside its zone";
			if (p->to != ZW_SELF &&
			    !zw_ipset_subset(p->dst,
					     model->zones.v[p->to].members))
				return "a destination outside its zone";
		}
	}
	return NULL;
}

static const char *const words[] = {
	"a",	    "b",	   "c",		  "any",
	"self",	    "dmz",	   "internal",	  "external",
	"a(d)",	    "b(e)",	   "any(d)",	  "a.h",
	"b.h",	    "self(d)",	   "a(10.0.0.1)", "b(fd00::/16)",
	"a.{h, g}", "internal(e)", "dmz(d, e)",	  "nowhere",
};

static const char *const services[] = {
	"",	      " : ssh",	       " : any", " : icmp",
	" : ping, t", " : tcp/1-9, s", " : esp", " : icmpv6/135",
};

static const char *const verbs[] = { "allow", "deny",	"reject",
				     "never", "always", "only" };

#define COUNT(array) ((u32)(sizeof(array) / sizeof((array)[0])))
#define PICK(random, array) ((array)[zw_random_below(random, COUNT(array))])

/* Half of the policies are tame: of words that rarely are a mistake. */
#define TAME_WORDS 5
#define TAME_SERVICES 6

static const char *pick_word(struct zw_random *random, bool tame)
{
	return words[zw_random_below(random, tame ? TAME_WORDS : COUNT(words))];
}

static void random_side(struct zw_random *random, bool tame, struct zw_buf *out)
{
	u32 n = 1 + zw_random_below(random, 3);

	zw_buf_puts(out, pick_word(random, tame));
	while (--n)
		zw_buf_printf(out, ", %s", pick_word(random, tame));
	if (!zw_random_below(random, 3))
		zw_buf_printf(out, " except %s", pick_word(random, tame));
}

static void random_zones(struct zw_random *random, bool tame,
			 struct zw_buf *out)
{
	static const char *const kinds[] = { "", "dmz ", "internal ",
					     "external " };
	static const char *const networks[] = {
		"network 10.0.0.0/9",
		"network fd00::/16, 10.128.0.0/9",
		"network 192.0.2.0/24",
		"",
		"network d",
		"network e",
	};
	u32 i;

	for (i = 0; i < 3; i++)
		zw_buf_printf(out, "%szone %c { interface e%u %s%s }\n",
			      PICK(random, kinds), (char)('a' + i),
			      tame ? i : zw_random_below(random, 4),
			      tame ? networks[i] : PICK(random, networks),
			      tame ? "" : "; host h = d");
}

static void random_policy(struct zw_random *random, struct zw_buf *out)
{
	static const char *const defines[] = {
		"10.0.0.1", "e, 10.200.0.0/16", "fd00::1, 192.0.2.0/25",
		"d",	    "10.0.0.0/8, ::/0",
	};
	u32 i, n = zw_random_below(random, 8);
	bool tame = zw_random_below(random, 2);

	zw_buf_printf(out, "define d = %s\ndefine e = %s\n",
		      tame ? "10.0.0.1" : PICK(random, defines),
		      tame ? "d" : PICK(random, defines));
	zw_buf_puts(out, "service s = t, udp/5-7\nservice t = tcp/5\n");
	random_zones(random, tame, out);
	for (i = 0; i < n; i++) {
		zw_buf_printf(out, "%s ", PICK(random, verbs));
		random_side(random, tame, out);
		zw_buf_puts(out, " -> ");
		random_side(random, tame, out);
		zw_buf_printf(out, "%s\n",
			      services[zw_random_below(
				      random,
				      tame ? TAME_SERVICES : COUNT(services))]);
	}
}

static void test_random(void)
{
	struct zw_random random = { zw_test_seed() };
	unsigned models = 0, i;

	for (i = 0; i < 4000; i++) {
		struct zw_buf text = { 0 }, said = { 0 }, again = { 0 };
		struct fixture one, two;
		const char *law;

		random_policy(&random, &text);
		fixture_open(&one, text.data, NULL);
		fixture_open(&two, text.data, NULL);
		fixture_said(&one, &said);
		fixture_said(&two, &again);
		ZW_CHECK(!strcmp(said.data, again.data), "two answers to\n%s",
			 text.data);
		ZW_CHECK(!one.model == (one.diags.errors > 0),
			 "model and errors in\n%s%s", text.data, said.data);
		law = one.model ? broken_law(one.model) : NULL;
		ZW_CHECK(!law, "%s in\n%s", law, text.data);
		models += one.model != NULL;
		zw_buf_free(&text);
		zw_buf_free(&said);
		zw_buf_free(&again);
		fixture_close(&one);
		fixture_close(&two);
	}
	ZW_CHECK(models > 200, "only %u of %u random policies resolve", models,
		 i);
}

/* A prefix of a good policy is never more than a diagnostic. */
static void test_truncated(void)
{
	static const char policy[] =
		"gateway g\ndefine d = 10.1.0.1, 10.2.0.0/16\n"
		"external zone out { interface wan0 }\n"
		"dmz zone front { interface dmz0 network 192.0.2.0/28\n"
		"  host web = 192.0.2.10 }\n"
		"internal zone in { interface \"l*\" network 10.1.0.0/16 }\n"
		"allow any except in(d) -> front.web : https, tcp/{1, 5-9}\n"
		"never any -> in\n";
	char text[sizeof(policy)];
	size_t n;

	for (n = 0; n < sizeof(policy); n++) {
		struct fixture fixture;

		memcpy(text, policy, n);
		text[n] = '\0';
		fixture_open(&fixture, text, text);
		ZW_CHECK(!fixture.model == (fixture.diags.errors > 0),
			 "cut at %zu", n);
		fixture_close(&fixture);
	}
}

void suite_resolve(void);

void suite_resolve(void)
{
	static CU_TestInfo tests[] = {
		{ "exact diagnostics", test_said },
		{ "one defect, one code", test_negative },
		{ "set files", test_set_files },
		{ "places in set files", test_set_places },
		{ "random policies", test_random },
		{ "truncated policies", test_truncated },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("compiler/resolve", tests);
}
