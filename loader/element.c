/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NFT_MSG_GETSETELEM with a key (nf_tables_api.c, nft_get_set_elem): an
 * interval set answers with the interval that holds the key, so the answer's
 * own key is compared with the one that was asked for. */
#include "loader/element.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

/* The keys of an element: attributes with their headers. */
struct keys {
	const struct nlattr *from, *to;
};

static int read_key(const struct nlattr *attr, void *context)
{
	struct keys *keys = context;

	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_KEY)
		keys->from = attr;
	else if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_KEY_END)
		keys->to = attr;
	return MNL_CB_OK;
}

static int read_value(const struct nlattr *attr, void *context)
{
	struct zw_str *value = context;

	if (mnl_attr_get_type(attr) == NFTA_DATA_VALUE)
		*value = (struct zw_str){ mnl_attr_get_payload(attr),
					  mnl_attr_get_payload_len(attr) };
	return MNL_CB_OK;
}

static struct zw_str value_of(const struct nlattr *key)
{
	struct zw_str value = { 0 };

	if (key)
		mnl_attr_parse_nested(key, read_value, &value);
	return value;
}

static int read_element(const struct nlattr *attr, void *context)
{
	mnl_attr_parse_nested(attr, read_key, context);
	return MNL_CB_STOP;
}

static int read_list(const struct nlattr *attr, void *context)
{
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS)
		mnl_attr_parse_nested(attr, read_element, context);
	return MNL_CB_OK;
}

static size_t put_request(u8 *room, u32 sequence, const char *table,
			  const char *set, const struct keys *keys)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nfgenmsg *head;
	struct nlattr *list, *element, *key;
	const struct nlattr *ends[2] = { keys->from, keys->to };
	size_t i;

	m->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	m->nlmsg_seq = sequence;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	*head = (struct nfgenmsg){ .nfgen_family = NFPROTO_INET };
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_SET, set);
	list = mnl_attr_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(m, NFTA_LIST_ELEM);
	for (i = 0; i < 2; i++) {
		struct zw_str value = value_of(ends[i]);

		if (!value.n)
			continue;
		key = mnl_attr_nest_start(m, i ? NFTA_SET_ELEM_KEY_END
					       : NFTA_SET_ELEM_KEY);
		mnl_attr_put(m, NFTA_DATA_VALUE, value.n, value.p);
		mnl_attr_nest_end(m, key);
	}
	mnl_attr_nest_end(m, element);
	mnl_attr_nest_end(m, list);
	return m->nlmsg_len;
}

static bool same_keys(const struct keys *asked, const struct nlmsghdr *m)
{
	struct keys got = { 0 };

	mnl_attr_parse(m, sizeof(struct nfgenmsg), read_list, &got);
	return zw_str_eq(value_of(asked->from), value_of(got.from)) &&
	       zw_str_eq(value_of(asked->to), value_of(got.to));
}

/* Read until the acknowledgement. */
static int read_answer(struct zw_socket *socket, u32 sequence,
		       const struct keys *asked)
{
	bool found = false;

	for (;;) {
		const struct nlmsghdr *m;
		const u8 *bytes;
		size_t n;
		int left, err = zw_socket_receive(socket, true, &bytes, &n);

		if (err)
			return err;
		m = (const struct nlmsghdr *)bytes;
		for (left = (int)n; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left)) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

			if (m->nlmsg_seq != sequence)
				continue;
			if (m->nlmsg_type != NLMSG_ERROR) {
				found |= same_keys(asked, m);
				continue;
			}
			if (e->error)
				return e->error;
			return found ? 0 : -ENOENT;
		}
	}
}

int zw_element_ask(struct zw_socket *socket, const char *table, const char *set,
		   const u8 *element, size_t n)
{
	u8 room[2048];
	struct keys keys = { 0 };
	const void *part = room;
	u32 sequence = zw_socket_sequence(socket);
	size_t size;
	int err;

	mnl_attr_parse_payload(element, n, read_key, &keys);
	if (!keys.from || strlen(table) + strlen(set) > 600)
		return -EINVAL;
	size = put_request(room, sequence, table, set, &keys);
	err = zw_socket_send(socket, &part, &size, 1);
	return err ? err : read_answer(socket, sequence, &keys);
}
