/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing rulesets: nothing where only names, order and grouping changed;
 * what one direction opens the other closes; and each flow that is said to be
 * opened passes the second ruleset and not the first. */
#include <stdlib.h>

#include "tests/questions/asked.h"
#include "verifier/compare.h"

#define ZONES                                                      \
	"external zone net { interface wan0 }\n"                   \
	"dmz zone front { interface dmz0 network 192.0.2.0/28 }\n" \
	"internal zone office { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"

static const struct {
	const char *before, *after;
	bool equal;
} pairs[] = {
	/* renamed, reordered */
	{ ZONES "allow net -> front : https\nallow office -> net : any\n",
	  "internal zone desks { interface lan0 network 10.1.0.0/16, fd00:1::/64 }\n"
	  "dmz zone front { interface dmz0 network 192.0.2.0/28 }\n"
	  "external zone world { interface wan0 }\n"
	  "allow desks -> world : any\nallow world -> front : tcp/443\n",
	  true },
	/* regrouped */
	{ ZONES "allow office -> front, net : http, https\n",
	  ZONES "service web = tcp/{80, 443}\nallow office -> front : https\n"
		"allow office -> front : http\nallow office -> net : web\n",
	  true },
	/* a part that another rule has */
	{ ZONES "allow office -> net : tcp/1-1000\n",
	  ZONES "allow office(10.1.2.0/24) -> net : tcp/7\n"
		"allow office -> net : tcp/1-1000\n",
	  true },
	/* a limit: not the same, though the same can pass */
	{ ZONES "allow office -> net : dns limit 10/second\n",
	  ZONES "allow office -> net : dns limit 20/second\n", false },
	/* the same limit */
	{ ZONES "allow office -> net : dns limit 10/second\n",
	  ZONES "# moved\n\nallow office -> net : dns limit 10/second\n",
	  true },
	{ ZONES "deny office -> net : smtp\n",
	  ZONES "reject office -> net : smtp\n", false },
	{ ZONES "allow office -> net : tcp/1-1000\n",
	  ZONES "allow office -> net : tcp/1-1001\n", false },
	{ ZONES "allow office -> net : dns\nmasquerade office -> net\n",
	  ZONES "allow office -> net : dns\n"
		"snat office -> net as 203.0.113.9\n",
	  false },
};

static void kept_pairs(void)
{
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct zw_str texts[2] = { zw_str_from(pairs[i].before),
					   zw_str_from(pairs[i].after) };
		struct zw_comparison c;
		struct asked a;

		asked_new(&a, texts, 2);
		ZW_CHECK(a.study != NULL, "pair %zu is not valid", i);
		if (a.study) {
			zw_compare(a.study, 1, &c);
			ZW_CHECK(c.equal == pairs[i].equal,
				 "pair %zu: %s, %zu changes", i,
				 c.equal ? "equal" : "not equal", c.changes.n);
			ZW_CHECK(c.equal || c.changes.n,
				 "pair %zu: nothing is said", i);
		}
		asked_free(&a);
	}
}

/* ---- random changes ------------------------------------------------------ */

static bool is_rule(const char *line)
{
	return !strncmp(line, "allow ", 6) || !strncmp(line, "deny ", 5) ||
	       !strncmp(line, "reject ", 7);
}

/* TEXT without one of its rules. */
static void without_rule(struct zw_random *random, const struct zw_buf *text,
			 struct zw_buf *out)
{
	u32 rules = 0, gone;
	const char *line, *end;

	for (line = text->data; *line; line = end + 1) {
		end = strchr(line, '\n');
		rules += is_rule(line);
		if (!end)
			break;
	}
	gone = rules ? zw_random_below(random, rules) : 0;
	for (line = text->data; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		if (!is_rule(line) || gone--)
			zw_buf_add(out, line, (size_t)(end - line) + 1);
	}
}

/* The changes of KIND in A are those of OTHER in B. */
static void mirrored(const struct zw_comparison *a, enum zw_change_kind kind,
		     const struct zw_comparison *b, enum zw_change_kind other,
		     const struct zw_buf *text)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a->changes.n && a->changes.v[i].kind != kind)
			i++;
		while (k < b->changes.n && b->changes.v[k].kind != other)
			k++;
		if (i == a->changes.n || k == b->changes.n)
			break;
		ZW_CHECK(zw_str_eq(a->changes.v[i].from->name,
				   b->changes.v[k].from->name) &&
				 zw_str_eq(a->changes.v[i].to->name,
					   b->changes.v[k].to->name) &&
				 zw_str_eq(a->changes.v[i].count,
					   b->changes.v[k].count),
			 "the two directions differ\n%s", text->data);
		i++;
		k++;
	}
	ZW_CHECK(i == a->changes.n && k == b->changes.n,
		 "one direction says more\n%s", text->data);
}

/* Points of what was opened, or closed. */
static void passes_one(struct asked *a, const struct zw_change *change,
		       struct zw_random *random, const struct zw_buf *policy)
{
	bool opened = change->kind == ZW_CHANGE_OPENED;
	size_t with = opened, i;
	u32 *values = ZW_NEW_ARRAY(a->pipelines[0].arena, u32,
				   zw_variable_count(a->study->d));

	for (i = 0; i < 10 && change->classes.list.n; i++) {
		u32 which =
			zw_random_below(random, (u32)change->classes.list.n);
		const struct zw_class *class = &change->classes.list.v[which];
		struct zw_buf text = { 0 };

		if (!asked_point(a, random, class, values) ||
		    !zw_at(a->study->d, zw_class_node(a->study->space, class),
			   values))
			continue;
		asked_print(&text, a, change->path, values);
		ZW_CHECK(!asked_passes(a, !with, change->path, values),
			 "%s passes both\n%s", text.data, policy->data);
		if (zw_at(a->study->d,
			  a->study->of[with]->paths[change->path].sure, values))
			ZW_CHECK(asked_passes(a, with, change->path, values),
				 "%s passes none\n%s", text.data, policy->data);
		zw_buf_free(&text);
	}
	for (i = 0; i < change->examples.n; i++)
		ZW_CHECK(change->examples.v[i].found,
			 "%.*s -> %.*s (%d): no example\n%s",
			 ZW_STR_ARG(change->from->name),
			 ZW_STR_ARG(change->to->name), (int)change->kind,
			 policy->data);
}

static void one_change(struct zw_random *random)
{
	struct zw_buf before = { 0 }, after = { 0 };
	struct zw_comparison there, back;
	struct zw_str texts[2], turned[2];
	struct asked a, b;
	size_t i;

	asked_random_text(random, &before);
	without_rule(random, &before, &after);
	zw_buf_puts(&after, "\n");
	texts[0] = turned[1] = (struct zw_str){ before.data, before.n };
	texts[1] = turned[0] = (struct zw_str){ after.data, after.n };
	asked_new(&a, texts, 2);
	asked_new(&b, turned, 2);
	if (a.study && b.study) {
		zw_compare(a.study, 3, &there);
		zw_compare(b.study, 0, &back);
		ZW_CHECK(there.equal == back.equal, "equal one way only\n%s",
			 before.data);
		mirrored(&there, ZW_CHANGE_OPENED, &back, ZW_CHANGE_CLOSED,
			 &before);
		mirrored(&there, ZW_CHANGE_CLOSED, &back, ZW_CHANGE_OPENED,
			 &before);
		for (i = 0; i < there.changes.n; i++) {
			if (there.changes.v[i].kind <= ZW_CHANGE_CLOSED)
				passes_one(&a, &there.changes.v[i], random,
					   &before);
		}
	}
	asked_free(&a);
	asked_free(&b);
	zw_buf_free(&before);
	zw_buf_free(&after);
}

static void random_changes(void)
{
	struct zw_random random = { zw_test_seed() + 1 };
	const char *text = getenv("ZW_ROUNDS");
	u32 i, n = text ? (u32)atoi(text) : 25;

	for (i = 0; i < n; i++)
		one_change(&random);
}

/* ---- nothing but another order ------------------------------------------- */

struct line {
	const char *p;
	size_t n;
};

/* Of rules that refuse, the first says in which manner. */
static bool is_allow(const char *line)
{
	return !strncmp(line, "allow ", 6);
}

/* TEXT with its allows from the last to the first, each in another's place. */
static void turned_around(const struct zw_buf *text, struct zw_buf *out)
{
	const char *line, *end;
	struct line rules[256];
	size_t n = 0;

	for (line = text->data; (end = strchr(line, '\n')); line = end + 1) {
		if (is_allow(line) && n < 256)
			rules[n++] =
				(struct line){ line, (size_t)(end - line) + 1 };
	}
	for (line = text->data; (end = strchr(line, '\n')); line = end + 1) {
		if (is_allow(line) && n)
			zw_buf_add(out, rules[n - 1].p, rules[n - 1].n);
		else
			zw_buf_add(out, line, (size_t)(end - line) + 1);
		n -= is_allow(line) && n;
	}
}

static void one_order(struct zw_random *random)
{
	struct zw_buf text = { 0 }, other = { 0 };
	struct zw_comparison c;
	struct zw_str texts[2];
	struct asked a;

	asked_random_text(random, &text);
	turned_around(&text, &other);
	texts[0] = (struct zw_str){ text.data, text.n };
	texts[1] = (struct zw_str){ other.data, other.n };
	asked_new(&a, texts, 2);
	ZW_CHECK(a.study != NULL, "not valid turned around\n%s", text.data);
	if (a.study) {
		zw_compare(a.study, 0, &c);
		ZW_CHECK(c.equal, "not equal turned around\n%s", text.data);
	}
	asked_free(&a);
	zw_buf_free(&text);
	zw_buf_free(&other);
}

static void orders(void)
{
	struct zw_random random = { zw_test_seed() + 2 };
	const char *text = getenv("ZW_ROUNDS");
	u32 i, n = text ? (u32)atoi(text) : 25;

	for (i = 0; i < n; i++)
		one_order(&random);
}

void suite_compare(void);
void suite_compare(void)
{
	static CU_TestInfo tests[] = {
		{ "kept pairs", kept_pairs },
		{ "a rule less", random_changes },
		{ "allows in another order", orders },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("compare", tests);
}
