/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets that are not read back: completed by what was sent if the kernel's count
 * and the samples agree, refused if not. What was "sent" here is a whole dump,
 * whose messages of elements have the same layout. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/large_sets.h"
#include "loader/dump.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "verifier/decode.h"

void suite_large(void);

enum { ELEMENTS = 600, BOUND = 100 };

struct scene {
	int ns;
	struct zw_socket *socket;
	struct zw_arena *arena;
	struct zw_buf sent;
};

static void run_nft(int ns, const char *text)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };
	struct zw_ran ran = zw_netns_run(ns, argv, text);

	ZW_CHECK(!ran.status, "nft: %s", ran.err);
	zw_ran_free(&ran);
}

static void add_set(struct zw_buf *text, const char *head, const char *form)
{
	unsigned i;

	zw_buf_puts(text, head);
	for (i = 0; i < ELEMENTS; i++) {
		zw_buf_puts(text, i ? ", " : " elements = { ");
		zw_buf_printf(text, "10.%u.%u", i / 128, i % 128 * 2);
		zw_buf_puts(text, form);
	}
	zw_buf_puts(text, " }\n }\n");
}

static bool set_scene(struct scene *s)
{
	struct zw_buf text = { 0 };
	u32 generation;
	int home;

	*s = (struct scene){ .ns = -1 };
	if (!zw_netns_usable())
		return false;
	s->ns = zw_netns_new();
	s->arena = zw_arena_new();
	home = zw_netns_enter(s->ns);
	CU_ASSERT(!zw_socket_open(NULL, &s->socket));
	zw_netns_leave(home);
	zw_buf_puts(&text, "table inet zwinger {\n");
	add_set(&text, " set hash { type ipv4_addr\n", ".1");
	add_set(&text, " set ranges { type ipv4_addr\n flags interval\n",
		".0/25");
	add_set(&text,
		" set boxes { type ipv4_addr . inet_service\n flags interval\n",
		".0/25 . 80-90");
	zw_buf_puts(&text, " set few { type ipv4_addr\n"
			   " elements = { 10.0.0.1 }\n }\n}\n");
	run_nft(s->ns, text.data);
	zw_buf_free(&text);
	CU_ASSERT(!zw_dump_all(s->socket, 0, &s->sent, &generation));
	return s->socket != NULL;
}

static void strike_scene(struct scene *s)
{
	zw_buf_free(&s->sent);
	zw_socket_close(s->socket);
	zw_arena_free(s->arena);
	close(s->ns);
}

static bool complete(struct scene *s, struct zw_buf *dump,
		     struct zw_large_sets *large)
{
	struct zw_str what = { 0 };
	u32 generation;

	dump->n = 0;
	CU_ASSERT(!zw_dump_all(s->socket, BOUND, dump, &generation));
	if (zw_large_sets_complete(s->arena, s->socket, dump,
				   (const u8 *)s->sent.data, s->sent.n, large,
				   &what))
		return true;
	ZW_CHECK(what.n > 0, "no reason");
	return false;
}

static void test_right(void)
{
	struct zw_ruleset ruleset = { 0 };
	struct zw_large_sets large;
	struct zw_buf dump = { 0 };
	struct zw_diags diags;
	struct scene s;
	size_t i;

	if (!set_scene(&s))
		return;
	CU_ASSERT(complete(&s, &dump, &large));
	if (large.sets) { /* the kernel tells how large sets are */
		CU_ASSERT(large.sets == 3 && large.counted);
		CU_ASSERT(large.elements == 3 * ELEMENTS);
		ZW_CHECK(large.sampled > 150, "%zu samples", large.sampled);
	}
	zw_diags_init(&diags, s.arena);
	CU_ASSERT(zw_decode(s.arena, &diags, (const u8 *)dump.data, dump.n,
			    NULL, &ruleset));
	for (i = 0; i < ruleset.sets.n; i++)
		ZW_CHECK(!ruleset.sets.v[i].unread &&
				 ruleset.sets.v[i].elements.n ==
					 (zw_str_is(ruleset.sets.v[i].name,
						    "few")
						  ? 1
						  : ELEMENTS),
			 "set %zu has %u elements", i,
			 ruleset.sets.v[i].elements.n);
	zw_buf_free(&dump);
	strike_scene(&s);
}

/* As many others. */
static void exchange(int ns)
{
	struct zw_buf text = { 0 };
	unsigned i;

	zw_buf_puts(&text, "flush set inet zwinger ranges\n"
			   "add element inet zwinger ranges { ");
	for (i = 0; i < ELEMENTS; i++)
		zw_buf_printf(&text, "%s11.%u.%u.0/25", i ? ", " : "", i / 128,
			      i % 128 * 2);
	zw_buf_puts(&text, " }\n");
	run_nft(ns, text.data);
	zw_buf_free(&text);
}

static void test_wrong(void)
{
	struct zw_large_sets large = { 0 };
	struct zw_buf dump = { 0 };
	struct scene s;

	if (!set_scene(&s))
		return;
	CU_ASSERT(complete(&s, &dump, &large));
	if (large.sets) {
		run_nft(s.ns,
			"delete element inet zwinger hash { 10.4.0.1 }\n");
		CU_ASSERT(!complete(&s, &dump, &large));
		run_nft(s.ns, "add element inet zwinger hash { 10.4.0.1 }\n");
		CU_ASSERT(complete(&s, &dump, &large));
		exchange(s.ns);
		CU_ASSERT(!complete(&s, &dump, &large));
	}
	zw_buf_free(&dump);
	strike_scene(&s);
}

void suite_large(void)
{
	static CU_TestInfo tests[] = {
		{ "what was sent is there", test_right },
		{ "what was sent is not there", test_wrong },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("large sets", tests);
}
