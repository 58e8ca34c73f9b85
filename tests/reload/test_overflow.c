/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More refusals than the socket can queue (ENOBUFS): the load counts as failed,
 * its details as lost, and the same socket goes on to work. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <unistd.h>

#include "loader/load.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

void suite_overflow(void);

enum { REFUSED = 150000 };

static void edge(struct zw_buf *out, u16 type)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
	} m = { .head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type = type,
			  .nlmsg_flags = NLM_F_REQUEST },
		.family = { .res_id =
				    __builtin_bswap16(NFNL_SUBSYS_NFTABLES) } };

	zw_buf_add(out, &m, sizeof(m));
}

/* NEWTABLE; with REPLACE, refused where it is there. */
static void table(struct zw_buf *out, u16 message, u16 flags, u32 sequence)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
		struct nlattr attr;
		char name[4];
	} m = { .head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type =
				  (u16)(NFNL_SUBSYS_NFTABLES << 8 | message),
			  .nlmsg_flags = (u16)(NLM_F_REQUEST | flags),
			  .nlmsg_seq = sequence },
		.family = { .nfgen_family = NFPROTO_IPV4 },
		.attr = { .nla_len = sizeof(m.attr) + 2,
			  .nla_type = NFTA_TABLE_NAME },
		.name = "t" };

	zw_buf_add(out, &m, sizeof(m));
}

static void load(struct zw_arena *arena, struct zw_socket *socket,
		 const struct zw_buf *bytes, struct zw_load_result *result)
{
	size_t done;

	zw_load_batches(arena, socket, (const u8 *)bytes->data, bytes->n, NULL,
			&done, result);
	CU_ASSERT(done == !result->error);
}

static void overflow(struct zw_socket *socket)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_load_result result;
	struct zw_buf bytes = { 0 };
	u32 before = 0, after = 1, i;

	edge(&bytes, NFNL_MSG_BATCH_BEGIN);
	table(&bytes, NFT_MSG_NEWTABLE, NLM_F_CREATE, 1);
	for (i = 0; i < REFUSED; i++)
		table(&bytes, NFT_MSG_NEWTABLE, NLM_F_REPLACE, i + 2);
	edge(&bytes, NFNL_MSG_BATCH_END);
	zw_socket_enlarge(socket, bytes.n + 4096);
	CU_ASSERT(!zw_socket_generation(socket, &before));
	load(arena, socket, &bytes, &result);
	ZW_CHECK(result.error < 0 && result.details_lost,
		 "error %d, %zu refusals, lost %d", result.error,
		 result.refusals.n, result.details_lost);
	CU_ASSERT(!zw_socket_generation(socket, &after) && after == before);
	bytes.n = 0;
	edge(&bytes, NFNL_MSG_BATCH_BEGIN);
	table(&bytes, NFT_MSG_NEWTABLE, NLM_F_CREATE, 1);
	edge(&bytes, NFNL_MSG_BATCH_END);
	load(arena, socket, &bytes, &result);
	ZW_CHECK(!result.error && result.generation == before + 1,
		 "afterwards: %s", strerror(-result.error));
	zw_buf_free(&bytes);
	zw_arena_free(arena);
}

static void test_overflow(void)
{
	struct zw_socket *socket = NULL;
	int ns, home;

	if (!zw_netns_usable())
		return;
	ns = zw_netns_new();
	home = zw_netns_enter(ns);
	CU_ASSERT(!zw_socket_open(NULL, &socket));
	zw_netns_leave(home);
	if (socket)
		overflow(socket);
	zw_socket_close(socket);
	close(ns);
}

void suite_overflow(void)
{
	static CU_TestInfo tests[] = {
		{ "more refusals than the socket holds", test_overflow },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("reload: overflow", tests);
}
