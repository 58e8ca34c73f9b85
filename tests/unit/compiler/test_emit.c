/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The emitters against a kernel: what the batch loads is listed as what the
 * text loads, and what nft lists nft reads. tests/golden/plan holds policies
 * with the text they become, some with its figures; UPDATE=1 in the environment
 * rewrites them. */
#include <dirent.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/emit_netlink.h"
#include "compiler/emit_nft.h"
#include "compiler/paths.h"
#include "report/stats.h"
#include "tests/harness/harness.h"
#include "tests/unit/compiler/fixture.h"
#include "tests/unit/compiler/rulesets.h"

#define GOLDEN "tests/golden/plan"

static const char *const policies[] = {
	"zone a { interface eth0 network 10.0.0.0/8 }\n"
	"zone b { interface eth1 }\nallow a -> b : any\n",

	/* words of nft as names, and long ones */
	"zone drop { interface accept network 10.0.0.0/8 }\n"
	"zone ip-saddr_ { interface \"meta*\" network fd00::/8 }\n"
	"zone a234567890123456789012345678901234567890123456789012345678901234567890 { interface eth1 }\n"
	"zone a234567890123456789012345678901234567890123456789012345678901234567891 { interface eth2 network 11.64.0.0/10 }\n"
	"allow any -> any : any, esp, proto/200\nallow any -> self : ssh\n"
	"reject drop -> self : ping\n",

	/* interface names with all that a kernel takes */
	"zone a { interface \"e'th.0-1@x\", \"{;}#\" network 10.0.0.0/8 }\n"
	"zone b { interface \"\xc3\xa4\xc3\xb6*\", \"$(id)\" }\n"
	"allow a -> b : tcp/1-1024\nallow b -> a : sctp\n",

	/* nothing but zones that share */
	"zone a { interface e0 network 10.0.0.0/9 }\n"
	"zone b { interface e0 network 10.128.0.0/9 }\n",

	"zone a { interface e0 network 10.0.0.0/9 }\n"
	"zone b { interface e0, e1 network 10.128.0.0/9, ::/0 }\n"
	"zone c { interface e2 network 224.0.0.0/3, 0.0.0.0/8 }\n"
	"allow a -> b : tcp\nallow b -> a : icmp, icmpv6, dccp\n"
	"allow c -> c : any\nallow any -> self\nallow self -> any\n",
};

static struct zw_plan *plan_of(const struct fixture *fixture)
{
	return fixture->model ? zw_lower(fixture->arena, fixture->model) : NULL;
}

static void expect_same(const struct zw_buf *a, const struct zw_buf *b,
			const char *what)
{
	size_t i = 0;

	while (i < a->n && i < b->n && a->data[i] == b->data[i])
		i++;
	ZW_CHECK(a->n == b->n && i == a->n,
		 "%s differ at byte %zu:\n%.200s\n---\n%.200s", what, i,
		 a->data + (i > 80 ? i - 80 : 0),
		 b->data + (i > 80 ? i - 80 : 0));
}

/* The same, whatever order the chains were made in. */
static void expect_same_objects(const struct zw_buf *a, const struct zw_buf *b,
				const char *what)
{
	struct zw_buf x = { 0 }, y = { 0 };

	ruleset_ordered(&x, a);
	ruleset_ordered(&y, b);
	ZW_CHECK(strstr(x.data, "chain z_forward") != NULL, "nothing in it");
	expect_same(&x, &y, what);
	zw_buf_free(&x);
	zw_buf_free(&y);
}

/* Batch and text of PLAN in two namespaces. */
static void load_both(struct fixture *fixture, const struct zw_plan *plan,
		      u32 generation)
{
	struct zw_emit_options options = { .generation = generation };
	int one = zw_netns_new(), two = zw_netns_new(), three;
	struct zw_buf batch = { 0 }, text = { 0 }, a = { 0 }, b = { 0 };
	struct zw_emitted emitted;
	struct answer answer;

	zw_emit_netlink(fixture->arena, &batch, plan, &options, &emitted);
	zw_emit_nft(&text, plan, generation);
	answer = ruleset_send(one, &batch);
	ZW_CHECK(!answer.error, "kernel: %s for message %u, %.*s",
		 strerror(-answer.error), answer.seq,
		 answer.seq ? (int)zw_emit_find(&emitted, answer.seq)->what.n
			    : 0,
		 answer.seq ? zw_emit_find(&emitted, answer.seq)->what.p : "");
	ruleset_load_text(two, text.data, false);
	ruleset_list(one, &a);
	ruleset_list(two, &b);
	ZW_CHECK(strstr(a.data, "z_forward") != NULL, "nothing loaded");
	expect_same(&a, &b, "batch and text");
	three = zw_netns_new();
	ruleset_load_text(three, a.data, true);
	close(three);
	zw_buf_free(&batch);
	zw_buf_free(&text);
	zw_buf_free(&a);
	zw_buf_free(&b);
	close(one);
	close(two);
}

static void test_policies(void)
{
	if (!zw_netns_usable())
		return;
	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		struct fixture fixture;
		struct zw_plan *plan;

		fixture_open(&fixture, policies[i], NULL);
		plan = plan_of(&fixture);
		if (plan)
			load_both(&fixture, plan, (u32)i);
		else
			ZW_CHECK(false, "policy %zu does not resolve", i);
		fixture_close(&fixture);
	}
}

static struct zw_str read_text(struct zw_arena *arena, const char *path)
{
	struct zw_str text = { "", 0 };
	int error = zw_read_file(arena, path, 1 << 24, &text);

	ZW_CHECK(!error, "%s: %s", path, strerror(-error));
	return text;
}

/* TEXT is what the file NAME with ENDING holds. */
static void expect_golden(struct zw_arena *arena, const char *name,
			  const char *ending, const struct zw_buf *text)
{
	struct zw_buf copy = { 0 };
	struct zw_str wanted;
	char path[400];

	snprintf(path, sizeof(path), "%s/%s.%s", GOLDEN, name, ending);
	if (getenv("UPDATE"))
		zw_write_file(path, text->data, text->n);
	wanted = read_text(arena, path);
	zw_buf_add(&copy, wanted.p, wanted.n);
	expect_same(text, &copy, path);
	zw_buf_free(&copy);
}

static void one_golden(const char *name)
{
	struct zw_buf text = { 0 }, again = { 0 };
	struct fixture fixture;
	char path[400];

	snprintf(path, sizeof(path), "%s/%s.zw", GOLDEN, name);
	fixture_open_file(&fixture, path);
	ZW_CHECK(fixture.model != NULL, "%s has errors", path);
	if (fixture.model) {
		struct zw_plan *plan = plan_of(&fixture);
		struct zw_plan_stats stats;

		zw_emit_nft(&text, plan, 0);
		zw_emit_nft(&again, plan_of(&fixture), 0);
		expect_same(&text, &again, "two runs");
		expect_golden(fixture.arena, name, "nft", &text);
		load_both(&fixture, plan, 0);
		snprintf(path, sizeof(path), "%s/%s.stats", GOLDEN, name);
		if (!access(path, F_OK)) {
			zw_plan_stats(fixture.arena, fixture.model, plan,
				      &stats);
			text.n = 0;
			zw_stats_text(&text, &stats, 0);
			expect_golden(fixture.arena, name, "stats", &text);
		}
	}
	zw_buf_free(&text);
	zw_buf_free(&again);
	fixture_close(&fixture);
}

static void test_golden(void)
{
	DIR *folder = opendir(GOLDEN);
	struct dirent *entry;
	unsigned seen = 0;

	ZW_CHECK(folder != NULL, "%s is missing", GOLDEN);
	if (!folder || !zw_netns_usable())
		return;
	while ((entry = readdir(folder))) {
		size_t n = strlen(entry->d_name);
		char name[300];

		if (n < 4 || strcmp(entry->d_name + n - 3, ".zw"))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n - 3, entry->d_name);
		one_golden(name);
		seen++;
	}
	ZW_CHECK(seen >= 3, "%u policies in %s", seen, GOLDEN);
	closedir(folder);
}

static void send_step(struct fixture *fixture, int ns, enum zw_emit_step step,
		      u32 generation, const struct zw_plan *plan,
		      const struct zw_emit_names *old)
{
	struct zw_emit_options options = { .step = step,
					   .generation = generation,
					   .old = old };
	struct zw_buf batch = { 0 };
	struct answer answer;

	zw_emit_netlink(fixture->arena, &batch, plan, &options, NULL);
	answer = ruleset_send(ns, &batch);
	ZW_CHECK(!answer.error, "step %d: %s at %u", step,
		 strerror(-answer.error), answer.seq);
	zw_buf_free(&batch);
}

/* A replacement in three batches leaves what a fresh load of it makes. */
static void test_replacement(void)
{
	struct zw_buf replaced = { 0 }, fresh = { 0 };
	struct fixture former, later;
	struct zw_emit_names names;
	struct zw_plan *before, *after;
	int one, two;

	if (!zw_netns_usable())
		return;
	one = zw_netns_new();
	two = zw_netns_new();
	fixture_open(&former, policies[1], NULL);
	fixture_open(&later, policies[4], NULL);
	before = plan_of(&former);
	after = plan_of(&later);
	send_step(&former, one, ZW_EMIT_WHOLE, 1, before, NULL);
	send_step(&later, one, ZW_EMIT_ADD, 2, after, NULL);
	send_step(&later, one, ZW_EMIT_SWAP, 2, after, NULL);
	zw_emit_names(former.arena, before, 1, &names);
	send_step(&later, one, ZW_EMIT_DELETE, 0, NULL, &names);
	send_step(&later, two, ZW_EMIT_WHOLE, 2, after, NULL);
	ruleset_list(one, &replaced);
	ruleset_list(two, &fresh);
	ZW_CHECK(!strstr(replaced.data, "_g1"), "generation 1 is still there");
	expect_same_objects(&replaced, &fresh, "replaced and fresh");
	zw_buf_free(&replaced);
	zw_buf_free(&fresh);
	fixture_close(&former);
	fixture_close(&later);
	close(one);
	close(two);
}

/* A closed table, then a replacement, loads the same as one batch. */
static void test_closed_first(void)
{
	static const enum zw_emit_step steps[] = { ZW_EMIT_CLOSED, ZW_EMIT_ADD,
						   ZW_EMIT_SWAP };
	struct zw_buf batch = { 0 }, a = { 0 }, b = { 0 };
	struct zw_emit_options options = { 0 };
	struct fixture fixture;
	int one, two;

	if (!zw_netns_usable())
		return;
	one = zw_netns_new();
	two = zw_netns_new();
	fixture_open(&fixture, policies[4], NULL);
	zw_emit_netlink(fixture.arena, &batch, plan_of(&fixture), &options,
			NULL);
	ZW_CHECK(!ruleset_send(one, &batch).error, "whole");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		options.step = steps[i];
		batch.n = 0;
		zw_emit_netlink(fixture.arena, &batch, plan_of(&fixture),
				&options, NULL);
		ZW_CHECK(!ruleset_send(two, &batch).error, "step %zu", i);
	}
	ruleset_list(one, &a);
	ruleset_list(two, &b);
	expect_same_objects(&a, &b, "one batch and three");
	zw_buf_free(&batch);
	zw_buf_free(&a);
	zw_buf_free(&b);
	fixture_close(&fixture);
	close(one);
	close(two);
}

/* What the kernel refuses is found by its number. */
static void test_origins(void)
{
	struct zw_emit_options options = { .step = ZW_EMIT_SWAP,
					   .generation = 9 };
	const struct zw_emit_origin *origin;
	struct zw_buf batch = { 0 };
	struct zw_emitted emitted;
	struct fixture fixture;
	struct answer answer;
	int ns;

	if (!zw_netns_usable())
		return;
	ns = zw_netns_new();
	fixture_open(&fixture, policies[0], NULL);
	/* the table is missing */
	zw_emit_netlink(fixture.arena, &batch, plan_of(&fixture), &options,
			&emitted);
	answer = ruleset_send(ns, &batch);
	ZW_CHECK(answer.error == -ENOENT, "error %d", answer.error);
	origin = zw_emit_find(&emitted, answer.seq);
	ZW_CHECK(origin && zw_str_is(origin->what, "chain z_prerouting"),
		 "found %.*s", origin ? (int)origin->what.n : 0,
		 origin ? origin->what.p : "");
	ZW_CHECK(!zw_emit_find(&emitted, 0) &&
			 !zw_emit_find(&emitted, emitted.messages + 1),
		 "an origin of BEGIN or END");
	for (u32 seq = 1; seq <= emitted.messages; seq++) {
		struct nlmsghdr header;

		origin = zw_emit_find(&emitted, seq);
		memcpy(&header, batch.data + origin->offset, sizeof(header));
		ZW_CHECK(origin->seq == seq && header.nlmsg_seq == seq &&
				 (header.nlmsg_type & 255) == origin->message,
			 "message %u is not where it should be", seq);
	}
	zw_buf_free(&batch);
	fixture_close(&fixture);
	close(ns);
}

/* A large set: every message within the bounds of an attribute, every interval
 * there, with its end. */
static void test_large_set(void)
{
	struct zw_arena *arena = zw_arena_new();
	size_t n = 200000, keys = 0, at = 0;
	struct zw_interval *v = ZW_NEW_ARRAY(arena, struct zw_interval, n);
	struct zw_plan plan = { .arena = arena };
	struct zw_emit_options options = { .step = ZW_EMIT_ADD };
	struct zw_plan_set set = { .name = ZW_STR("z_large"),
				   .fields = 1,
				   .field = { ZW_KEY_IP_SADDR },
				   .key_bytes = 4,
				   .interval = true,
				   .is_addresses = true,
				   .family = ZW_IPV4 };
	struct zw_emitted emitted;
	struct zw_buf batch = { 0 };

	for (size_t i = 0; i < n; i++)
		v[i] = (struct zw_interval){ 4 * i, 4 * i + 1 };
	v[n - 1].hi = UINT32_MAX;
	set.addresses = (struct zw_intervals){ v, n };
	zw_push(arena, plan.sets, set);
	zw_emit_netlink(arena, &batch, &plan, &options, &emitted);
	for (u32 seq = 1; seq <= emitted.messages; seq++) {
		const struct zw_emit_origin *origin =
			zw_emit_find(&emitted, seq);
		struct nlmsghdr header;

		memcpy(&header, batch.data + origin->offset, sizeof(header));
		ZW_CHECK(header.nlmsg_len < 65536, "message of %u bytes",
			 header.nlmsg_len);
		if (origin->message != NFT_MSG_NEWSETELEM)
			continue;
		ZW_CHECK(origin->first == keys, "elements from %zu, not %zu",
			 origin->first, keys);
		keys += origin->count;
	}
	ZW_CHECK(keys == n, "%zu elements", keys);
	/* 16 bytes for a start, 24 for an end; the last has none */
	for (u32 seq = 1; seq <= emitted.messages; seq++) {
		const struct zw_emit_origin *origin =
			zw_emit_find(&emitted, seq);

		if (origin->message == NFT_MSG_NEWSETELEM)
			at += origin->count * 40;
	}
	ZW_CHECK(batch.n > at - 24 && batch.n < at + 100 * emitted.messages,
		 "%zu bytes for %zu of elements", batch.n, at);
	if (zw_netns_usable()) {
		int ns = zw_netns_new();

		ZW_CHECK(!ruleset_send(ns, &batch).error, "refused");
		close(ns);
	}
	zw_buf_free(&batch);
	zw_arena_free(arena);
}

static CU_TestInfo tests[] = {
	{ "batch and text load the same", test_policies },
	{ "goldens", test_golden },
	{ "replacement", test_replacement },
	{ "first load in two batches", test_closed_first },
	{ "origins of messages", test_origins },
	{ "large set", test_large_set },
	CU_TEST_INFO_NULL,
};

void suite_emit(void);
void suite_emit(void)
{
	zw_test_suite("compiler/emit", tests);
}
