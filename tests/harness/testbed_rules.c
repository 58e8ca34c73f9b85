/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules into the gateway: by nft, or as the bytes of a batch. A batch is one
 * datagram, committed inside sendmsg(2) (nfnetlink_rcv_batch), so when that
 * returns all refusals are in the receive queue. */
#include "tests/harness/testbed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "lab/testbed_inside.h"

static bool load(struct zw_testbed *bed, const char *const argv[],
		 const char *text)
{
	struct zw_ran ran = zw_netns_run(bed->gateway, argv, text);
	bool ok = !ran.status;

	if (!ok)
		zw_testbed_fail(bed, "%s: status %d: %s", argv[0], ran.status,
				ran.err);
	zw_ran_free(&ran);
	return ok;
}

bool zw_testbed_nft(struct zw_testbed *bed, const char *text)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };

	return load(bed, argv, text);
}

bool zw_testbed_iptables(struct zw_testbed *bed, bool v6, const char *text)
{
	const char *const argv[] = { v6 ? "ip6tables-nft-restore"
					: "iptables-nft-restore",
				     NULL };

	return load(bed, argv, text);
}

char *zw_testbed_ruleset(struct zw_testbed *bed, bool json)
{
	const char *const argv[] = { "nft", json ? "-j" : "-s", "list",
				     "ruleset", NULL };
	struct zw_ran ran = zw_netns_run(bed->gateway, argv, NULL);
	char *text = NULL;

	if (ran.status) {
		zw_testbed_fail(bed, "nft: status %d: %s", ran.status, ran.err);
	} else {
		text = ran.out;
		ran.out = NULL;
	}
	zw_ran_free(&ran);
	return text;
}

struct refused {
	struct zw_refusal *list;
	unsigned most, count;
};

static int one_answer(const struct nlmsghdr *answer, struct refused *refused)
{
	const struct nlmsgerr *said = mnl_nlmsg_get_payload(answer);

	if (answer->nlmsg_type != NLMSG_ERROR || !said->error)
		return 0;
	if (refused->count < refused->most)
		refused->list[refused->count] = (struct zw_refusal){
			.sequence = answer->nlmsg_seq,
			.error = -said->error,
		};
	refused->count++;
	return 0;
}

int zw_testbed_batch(struct zw_testbed *bed, const void *bytes, size_t length,
		     struct zw_refusal *refusals, unsigned most)
{
	_Alignas(8) char room[65536];
	struct refused refused = { refusals, most, 0 };
	const struct nlmsghdr *answer;
	int fd = mnl_socket_get_fd(bed->nfnetlink);
	ssize_t got;
	int left;

	if (mnl_socket_sendto(bed->nfnetlink, bytes, length) < 0)
		return -errno;
	for (;;) {
		got = recv(fd, room, sizeof(room), MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			return (int)refused.count;
		if (got < 0)
			return -errno;
		left = (int)got;
		for (answer = (const void *)room; mnl_nlmsg_ok(answer, left);
		     answer = mnl_nlmsg_next(answer, &left))
			one_answer(answer, &refused);
	}
}

u32 zw_testbed_generation(struct zw_testbed *bed)
{
	_Alignas(8) char room[8192];
	struct nlmsghdr *message;
	const struct nlattr *attribute;
	u32 sequence, generation = 0;
	ssize_t got;

	message = zw_testbed_request(bed, room,
				     NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
				     0, AF_UNSPEC);
	sequence = message->nlmsg_seq;
	ZW_ASSERT(mnl_socket_sendto(bed->nfnetlink, message,
				    message->nlmsg_len) > 0);
	do {
		got = mnl_socket_recvfrom(bed->nfnetlink, room, sizeof(room));
		ZW_ASSERT(got > 0);
	} while (message->nlmsg_seq != sequence);
	ZW_EACH_ATTRIBUTE(
		attribute,
		mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg)),
		mnl_nlmsg_get_payload_tail(message))
	if (mnl_attr_get_type(attribute) == NFTA_GEN_ID)
		generation = ntohl(mnl_attr_get_u32(attribute));
	return generation;
}
