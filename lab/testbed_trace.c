/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of one packet through the rules, as the kernel's tracer tells it
 * (nf_tables_trace.c): messages with table, chain, rule handle and verdict,
 * queued before the packet's journey ends. A table that turns tracing on for
 * every packet is added for the moment, before all other chains; the rules'
 * text is taken from a listing with handles. */
#include "lab/testbed.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "lab/testbed_inside.h"

static const char tracer_on[] =
	"table inet zw_lab_trace {\n"
	" chain enter { type filter hook prerouting priority -2147483648;"
	" meta nftrace set 1\n }\n"
	" chain leave { type filter hook output priority -2147483648;"
	" meta nftrace set 1\n }\n"
	"}\n";
static const char tracer_off[] = "delete table inet zw_lab_trace\n";

/* The line of LISTING that is the rule HANDLE of CHAIN of TABLE. */
static void rule_text(const char *listing, const char *table, const char *chain,
		      u64 handle, char *out, size_t room)
{
	char in_table[300] = "", in_chain[300] = "", mark[32];
	const char *line = listing, *end, *found;
	size_t n;

	snprintf(mark, sizeof(mark), "# handle %llu",
		 (unsigned long long)handle);
	snprintf(out, room, "rule %llu", (unsigned long long)handle);
	for (; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		n = (size_t)(end - line);
		if (sscanf(line, "table %*15s %255s", in_table) == 1)
			continue;
		if (sscanf(line, " chain %255s", in_chain) == 1)
			continue;
		found = memmem(line, n, mark, strlen(mark));
		if (!found || found + strlen(mark) != end ||
		    strcmp(in_table, table) != 0 ||
		    strcmp(in_chain, chain) != 0)
			continue;
		line += strspn(line, "\t ");
		snprintf(out, room, "%.*s", (int)(end - line), line);
		return;
	}
}

static const char *verdict_text(const struct nlattr *nest, char out[300])
{
	static const struct {
		s32 code;
		const char *name;
	} names[] = {
		{ NF_DROP, "drop" },	      { NF_ACCEPT, "accept" },
		{ NF_QUEUE, "queue" },	      { NF_STOLEN, "stolen" },
		{ NFT_CONTINUE, "continue" }, { NFT_BREAK, "break" },
		{ NFT_JUMP, "jump" },	      { NFT_GOTO, "goto" },
		{ NFT_RETURN, "return" },
	};
	const struct nlattr *attribute;
	const char *chain = "", *name = "?";
	s32 code = 0;
	size_t i;

	ZW_EACH_ATTRIBUTE(attribute, mnl_attr_get_payload(nest),
			  (const char *)mnl_attr_get_payload(nest) +
				  mnl_attr_get_payload_len(nest))
	{
		if (mnl_attr_get_type(attribute) == NFTA_VERDICT_CODE)
			code = (s32)ntohl(mnl_attr_get_u32(attribute));
		if (mnl_attr_get_type(attribute) == NFTA_VERDICT_CHAIN)
			chain = mnl_attr_get_str(attribute);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code)
			name = names[i].name;
	snprintf(out, 300, "%s%s%s", name, *chain ? " " : "", chain);
	return out;
}

static void one_message(const struct nlmsghdr *message, const char *listing,
			struct zw_buf *out)
{
	const char *table = "", *chain = "";
	char verdict[300] = "", text[512] = "";
	const struct nlattr *attribute;
	u32 type = 0, policy = 0;
	u64 handle = 0;

	ZW_EACH_ATTRIBUTE(
		attribute,
		mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg)),
		mnl_nlmsg_get_payload_tail(message))
	{
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_TRACE_TABLE:
			table = mnl_attr_get_str(attribute);
			break;
		case NFTA_TRACE_CHAIN:
			chain = mnl_attr_get_str(attribute);
			break;
		case NFTA_TRACE_RULE_HANDLE:
			handle = be64toh(mnl_attr_get_u64(attribute));
			break;
		case NFTA_TRACE_TYPE:
			type = ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_TRACE_POLICY:
			policy = ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_TRACE_VERDICT:
			verdict_text(attribute, verdict);
			break;
		default:
			break;
		}
	}
	if (!strcmp(table, "zw_lab_trace"))
		return;
	/* After the last rule the kernel reports one without a handle. */
	if (type == NFT_TRACETYPE_RULE && handle)
		rule_text(listing, table, chain, handle, text, sizeof(text));
	else if (type == NFT_TRACETYPE_POLICY)
		snprintf(text, sizeof(text), "policy %s",
			 policy == NF_ACCEPT ? "accept" : "drop");
	else
		snprintf(text, sizeof(text), "end of chain");
	zw_buf_printf(out, "%s %s: %s%s%s%s\n", table, chain, text,
		      *verdict ? " (" : "", verdict, *verdict ? ")" : "");
}

static void read_messages(int fd, const char *listing, struct zw_buf *out)
{
	_Alignas(8) char room[65536];
	const struct nlmsghdr *message;
	ssize_t got;
	int left;

	while ((got = recv(fd, room, sizeof(room), MSG_DONTWAIT)) > 0) {
		left = (int)got;
		for (message = (const void *)room; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			if ((message->nlmsg_type & 0xff) == NFT_MSG_TRACE)
				one_message(message, listing, out);
	}
}

static struct mnl_socket *subscribe(const struct zw_testbed *bed)
{
	int former = zw_netns_enter(bed->gateway);
	int group = NFNLGRP_NFTRACE;
	struct mnl_socket *socket;

	if (former < 0)
		return NULL;
	socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	zw_netns_leave(former);
	if (!socket)
		return NULL;
	if (!mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) &&
	    !mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group,
				   sizeof(group)))
		return socket;
	mnl_socket_close(socket);
	return NULL;
}

/* True if nft took TEXT; else what it said is in OUT. */
static bool load(const struct zw_testbed *bed, const char *text,
		 struct zw_buf *out)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };
	struct zw_ran ran = zw_netns_run(bed->gateway, argv, text);
	bool ok = !ran.status;

	if (!ok)
		zw_buf_printf(out, "no trace, since nft failed: %s\n", ran.err);
	zw_ran_free(&ran);
	return ok;
}

bool zw_testbed_trace_into(struct zw_testbed *bed, int in,
			   const struct zw_frame *frame, struct zw_probe *probe,
			   struct zw_buf *out)
{
	static const char *const argv[] = { "nft", "-a", "list", "ruleset",
					    NULL };
	struct mnl_socket *socket;
	struct zw_ran listing;

	if (!load(bed, tracer_on, out))
		return false;
	listing = zw_netns_run(bed->gateway, argv, NULL);
	socket = subscribe(bed);
	if (in == ZW_NOWHERE)
		zw_testbed_emit(bed, frame, probe);
	else
		zw_testbed_probe(bed, (unsigned)in, frame, probe);
	if (socket) {
		read_messages(mnl_socket_get_fd(socket), listing.out, out);
		mnl_socket_close(socket);
	}
	zw_ran_free(&listing);
	return load(bed, tracer_off, out);
}
