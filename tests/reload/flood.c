/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two batches by hand, sent in turn by a process of its own. */
#include "tests/reload/flood.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/assert.h"
#include "loader/load.h"
#include "loader/socket.h"
#include "tests/harness/harness.h"

static void put(struct zw_buf *out, u16 message, u16 flags)
{
	static const char name[8] = "flood";
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
		struct nlattr attr;
		char name[8];
	} m = { .head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type =
				  (u16)(NFNL_SUBSYS_NFTABLES << 8 | message),
			  .nlmsg_flags = (u16)(NLM_F_REQUEST | flags),
			  .nlmsg_seq = 1 },
		.family = { .nfgen_family = NFPROTO_IPV4 },
		.attr = { .nla_len = sizeof(m.attr) + 6,
			  .nla_type = NFTA_TABLE_NAME } };

	memcpy(m.name, name, sizeof(name));
	zw_buf_add(out, &m, sizeof(m));
}

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

pid_t zw_flood_start(const char *netns)
{
	struct zw_socket *socket = NULL;
	struct zw_buf bytes = { 0 };
	int ready[2];
	char one;
	pid_t pid;

	ZW_ASSERT(!pipe(ready));
	pid = fork();
	ZW_ASSERT(pid >= 0);
	if (pid) {
		close(ready[1]);
		ZW_CHECK(read(ready[0], &one, 1) == 1, "no flood");
		close(ready[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(60);
	if (zw_socket_open(netns, &socket))
		_exit(1);
	edge(&bytes, NFNL_MSG_BATCH_BEGIN);
	put(&bytes, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	edge(&bytes, NFNL_MSG_BATCH_END);
	edge(&bytes, NFNL_MSG_BATCH_BEGIN);
	put(&bytes, NFT_MSG_DELTABLE, 0);
	edge(&bytes, NFNL_MSG_BATCH_END);
	for (;;) {
		struct zw_arena *arena = zw_arena_new();
		struct zw_load_result result;
		size_t done;

		zw_load_batches(arena, socket, (const u8 *)bytes.data, bytes.n,
				NULL, &done, &result);
		zw_arena_free(arena);
		if (write(ready[1], "x", 1) != 1) {
			close(ready[1]);
			ready[1] = -1;
		}
	}
}
