/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dump of everything: each kind of object of each family is in it, and a
 * set too large to be read is known to be unread, not taken for empty. */
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "loader/dump.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "verifier/decode.h"

void suite_dump(void);

enum { LARGE = 3000, BOUND = 1000 };

static const char small_things[] =
	"table ip a { set none { type ipv4_addr\n }\n"
	" set few { type ipv4_addr\n elements = { 10.0.0.1, 10.0.0.2 }\n }\n"
	" chain fore { type filter hook forward priority 0\n"
	"  ip saddr @few ip daddr { 10.1.0.0/16, 10.2.0.0/15 } accept\n }\n }\n"
	"table ip6 a { chain fore { type filter hook forward priority 0\n"
	"  ip6 saddr fd00::/8 drop\n }\n }\n"
	"table arp a { chain in { type filter hook input priority 0\n }\n }\n"
	"table bridge a { chain in { type filter hook input priority 0\n }\n }\n"
	"table netdev a { chain in { type filter hook ingress device lo"
	" priority 0\n }\n }\n"
	"table inet b { counter c { packets 0 bytes 0\n }\n"
	" map m { type ipv4_addr : verdict\n"
	"  elements = { 10.0.0.1 : drop }\n }\n"
	" chain fore { type filter hook forward priority 0\n"
	"  counter name c ip saddr vmap @m\n }\n }\n";

static void load(int ns, const char *text)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };
	struct zw_ran ran = zw_netns_run(ns, argv, text);

	ZW_CHECK(!ran.status, "nft: %s", ran.err);
	zw_ran_free(&ran);
}

static void load_large(int ns)
{
	struct zw_buf text = { 0 };
	unsigned i;

	zw_buf_puts(&text, "table inet b { set large { type ipv4_addr\n"
			   " elements = { 172.16.0.0");
	for (i = 1; i < LARGE; i++)
		zw_buf_printf(&text, ", 172.16.%u.%u", i / 256, i % 256);
	zw_buf_puts(&text,
		    " }\n }\n chain fore { ip saddr @large drop\n }\n }\n");
	load(ns, text.data);
	zw_buf_free(&text);
}

static const struct zw_set *find_set(const struct zw_ruleset *ruleset,
				     const char *name)
{
	size_t i;

	for (i = 0; i < ruleset->sets.n; i++)
		if (zw_str_is(ruleset->sets.v[i].name, name))
			return &ruleset->sets.v[i];
	ZW_CHECK(false, "no set '%s' in the dump", name);
	return NULL;
}

static void judge(const struct zw_ruleset *ruleset, bool bounded)
{
	const struct zw_set *none = find_set(ruleset, "none");
	const struct zw_set *few = find_set(ruleset, "few");
	const struct zw_set *large = find_set(ruleset, "large");
	size_t i, unread = 0, anonymous = 0;

	ZW_CHECK(ruleset->tables.n == 6, "%zu tables", ruleset->tables.n);
	ZW_CHECK(ruleset->objects.n == 1, "%zu objects", ruleset->objects.n);
	CU_ASSERT(none && !none->elements.n && !none->unread);
	CU_ASSERT(few && few->elements.n == 2 && !few->unread);
	for (i = 0; i < ruleset->sets.n; i++) {
		unread += ruleset->sets.v[i].unread;
		anonymous += ruleset->sets.v[i].name.p[0] == '_';
	}
	ZW_CHECK(anonymous == 1, "%zu anonymous sets", anonymous);
	if (!large)
		return;
	if (large->unread) /* only where the kernel tells the sizes */
		ZW_CHECK(bounded && unread == 1 && !large->elements.n,
			 "%zu unread", unread);
	else
		ZW_CHECK(large->elements.n == LARGE && !unread,
			 "%u elements, %zu unread", large->elements.n, unread);
}

static void dump(struct zw_socket *socket, u32 bound)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_ruleset ruleset = { 0 };
	struct zw_buf bytes = { 0 };
	struct zw_diags diags;
	u32 generation = 0, expected = 0;
	int err;

	zw_diags_init(&diags, arena);
	err = zw_dump_all(socket, bound, &bytes, &generation);
	ZW_CHECK(!err, "%s", strerror(-err));
	CU_ASSERT(!zw_socket_generation(socket, &expected));
	CU_ASSERT(generation == expected);
	CU_ASSERT(zw_decode(arena, &diags, (const u8 *)bytes.data, bytes.n,
			    NULL, &ruleset));
	judge(&ruleset, bound != 0);
	zw_buf_free(&bytes);
	zw_arena_free(arena);
}

static void test_all(void)
{
	struct zw_socket *socket = NULL;
	struct zw_buf nothing = { 0 };
	u32 generation;
	int ns, home;

	if (!zw_netns_usable())
		return;
	ns = zw_netns_new();
	home = zw_netns_enter(ns);
	CU_ASSERT(!zw_socket_open(NULL, &socket));
	zw_netns_leave(home);
	if (socket) {
		CU_ASSERT(!zw_dump_all(socket, 0, &nothing, &generation));
		CU_ASSERT(!nothing.n);
		load(ns, small_things);
		load_large(ns);
		dump(socket, 0);
		dump(socket, BOUND);
	}
	zw_socket_close(socket);
	zw_buf_free(&nothing);
	close(ns);
}

void suite_dump(void)
{
	static CU_TestInfo tests[] = {
		{ "everything, or known to be unread", test_all },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("dump", tests);
}
