/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw dumps by libmnl. Sets are dumped twice: the first time to learn their
 * names, since elements must be asked for set by set. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "tests/harness/netns.h"
#include "tests/packets/rules_dump.h"

struct dump {
	struct mnl_socket *socket;
	u8 *bytes;
	size_t n;
};

static struct nlmsghdr *request(char *buf, u16 type, u8 family)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *generic;

	header->nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | type);
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->nfgen_family = family;
	generic->version = NFNETLINK_V0;
	return header;
}

/* Take the answer; the closing DONE is left out. */
static int collect(struct dump *dump, const struct nlmsghdr *header)
{
	static char buf[1 << 18];
	const struct nlmsghdr *m;
	ssize_t got;
	int left;

	if (mnl_socket_sendto(dump->socket, header, header->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		got = mnl_socket_recvfrom(dump->socket, buf, sizeof(buf));
		if (got < 0)
			return -errno;
		left = (int)got;
		for (m = (void *)buf; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left)) {
			if (m->nlmsg_type == NLMSG_DONE)
				return 0;
			if (m->nlmsg_type == NLMSG_ERROR)
				return *(const int *)mnl_nlmsg_get_payload(m);
			dump->bytes = realloc(dump->bytes,
					      dump->n + m->nlmsg_len + 4);
			memcpy(dump->bytes + dump->n, m, m->nlmsg_len);
			memset(dump->bytes + dump->n + m->nlmsg_len, 0, 4);
			dump->n += (m->nlmsg_len + 3u) & ~3u;
		}
	}
}

static int dump_all(struct dump *dump, u16 type)
{
	char buf[256];

	return collect(dump, request(buf, type, 0));
}

/* The elements of the sets that were dumped between FROM and TO. */
static int dump_elements(struct dump *dump, size_t from, size_t to)
{
	char buf[1024], table[256], set[256];
	const struct nlattr *attr;
	struct nlmsghdr *header;
	int error = 0;

	while (from < to && !error) {
		const struct nlmsghdr *m = (void *)(dump->bytes + from);
		const struct nfgenmsg *generic = mnl_nlmsg_get_payload(m);

		const char *tail = mnl_nlmsg_get_payload_tail(m);

		table[0] = set[0] = 0;
		for (attr = mnl_nlmsg_get_payload_offset(m, sizeof(*generic));
		     mnl_attr_ok(attr, (int)(tail - (const char *)attr));
		     attr = mnl_attr_next(attr)) {
			if (mnl_attr_get_type(attr) == NFTA_SET_TABLE)
				strcpy(table, mnl_attr_get_str(attr));
			if (mnl_attr_get_type(attr) == NFTA_SET_NAME)
				strcpy(set, mnl_attr_get_str(attr));
		}
		header =
			request(buf, NFT_MSG_GETSETELEM, generic->nfgen_family);
		mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE, table);
		mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, set);
		from += (m->nlmsg_len + 3u) & ~3u;
		error = collect(dump, header);
	}
	return error;
}

static int dump_everything(struct dump *dump)
{
	size_t from, to;
	int error;

	error = dump_all(dump, NFT_MSG_GETTABLE);
	if (!error)
		error = dump_all(dump, NFT_MSG_GETCHAIN);
	from = dump->n;
	if (!error)
		error = dump_all(dump, NFT_MSG_GETSET);
	to = dump->n;
	if (!error)
		error = dump_all(dump, NFT_MSG_GETOBJ);
	if (!error)
		error = dump_all(dump, NFT_MSG_GETFLOWTABLE);
	if (!error)
		error = dump_elements(dump, from, to);
	if (!error)
		error = dump_all(dump, NFT_MSG_GETRULE);
	return error;
}

int zw_rules_dump(int ns, u8 **bytes, size_t *n)
{
	struct dump dump = { 0 };
	int former = zw_netns_enter(ns), error;

	if (former < 0)
		return former;
	dump.socket = mnl_socket_open(NETLINK_NETFILTER);
	zw_netns_leave(former);
	if (!dump.socket)
		return -errno;
	if (mnl_socket_bind(dump.socket, 0, MNL_SOCKET_AUTOPID) < 0)
		error = -errno;
	else
		error = dump_everything(&dump);
	mnl_socket_close(dump.socket);
	*bytes = dump.bytes;
	*n = dump.n;
	return error;
}
