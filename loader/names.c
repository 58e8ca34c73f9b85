/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads no more of a dump's messages than the names in them. */
#include "loader/names.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

struct found {
	struct zw_str name;
	bool hook, anonymous;
};

struct zw_str zw_attribute_text(const struct nlattr *attr)
{
	struct zw_str text = { mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr) };

	if (text.n && !text.p[text.n - 1])
		text.n--;
	return text;
}

static int read_chain(const struct nlattr *attr, void *context)
{
	struct found *found = context;

	if (mnl_attr_get_type(attr) == NFTA_CHAIN_NAME)
		found->name = zw_attribute_text(attr);
	else if (mnl_attr_get_type(attr) == NFTA_CHAIN_HOOK)
		found->hook = true;
	return MNL_CB_OK;
}

static int read_set(const struct nlattr *attr, void *context)
{
	struct found *found = context;

	if (mnl_attr_get_type(attr) == NFTA_SET_NAME)
		found->name = zw_attribute_text(attr);
	else if (mnl_attr_get_type(attr) == NFTA_SET_FLAGS &&
		 mnl_attr_get_payload_len(attr) == 4)
		found->anonymous = __builtin_bswap32(mnl_attr_get_u32(attr)) &
				   NFT_SET_ANONYMOUS;
	return MNL_CB_OK;
}

void zw_table_names(struct zw_arena *arena, const u8 *dump, size_t n,
		    struct zw_table_names *names)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)dump;
	size_t at, size;

	*names = (struct zw_table_names){ 0 };
	for (at = 0; n - at >= sizeof(*m); at += size) {
		struct found found = { 0 };

		m = (const struct nlmsghdr *)(dump + at);
		size = NLMSG_ALIGN(m->nlmsg_len);
		if (size < sizeof(*m) || size > n - at)
			return;
		switch (m->nlmsg_type & 0xff) {
		case NFT_MSG_NEWTABLE:
			names->table = true;
			break;
		case NFT_MSG_NEWCHAIN:
			mnl_attr_parse(m, sizeof(struct nfgenmsg), read_chain,
				       &found);
			found.name = zw_str_copy(arena, found.name);
			if (found.hook)
				zw_push(arena, names->base_chains, found.name);
			else
				zw_push(arena, names->chains, found.name);
			break;
		case NFT_MSG_NEWSET:
			mnl_attr_parse(m, sizeof(struct nfgenmsg), read_set,
				       &found);
			found.name = zw_str_copy(arena, found.name);
			if (!found.anonymous)
				zw_push(arena, names->sets, found.name);
			break;
		default:
			break;
		}
	}
}

u32 zw_name_generation(struct zw_str name)
{
	size_t at = name.n;
	u32 number = 0, power = 1;

	while (at && name.p[at - 1] >= '0' && name.p[at - 1] <= '9' &&
	       name.n - at < 9) {
		number += power * (u32)(name.p[at - 1] - '0');
		power *= 10;
		at--;
	}
	if (at == name.n || at < 2 || name.p[at - 1] != 'g' ||
	    name.p[at - 2] != '_')
		return 0;
	return number;
}

static const char *family_name(u8 family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_ARP:
		return "arp";
	case NFPROTO_BRIDGE:
		return "bridge";
	case NFPROTO_NETDEV:
		return "netdev";
	default:
		return "?";
	}
}

static int read_table(const struct nlattr *attr, void *context)
{
	if (mnl_attr_get_type(attr) == NFTA_TABLE_NAME)
		*(struct zw_str *)context = zw_attribute_text(attr);
	return MNL_CB_OK;
}

void zw_tables(struct zw_arena *arena, const u8 *dump, size_t n,
	       zw_table_list *tables)
{
	size_t at, size;

	*tables = (zw_table_list){ 0 };
	for (at = 0; n - at >= sizeof(struct nlmsghdr); at += size) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)(dump + at);
		const struct nfgenmsg *head = mnl_nlmsg_get_payload(m);
		struct zw_str name = { 0 };

		size = NLMSG_ALIGN(m->nlmsg_len);
		if (size < sizeof(*m) + sizeof(*head) || size > n - at)
			return;
		if (m->nlmsg_type !=
		    (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE))
			continue;
		mnl_attr_parse(m, sizeof(*head), read_table, &name);
		zw_push(arena, *tables,
			zw_strf(arena, "%s %.*s",
				family_name(head->nfgen_family),
				ZW_STR_ARG(name)));
	}
}

static int read_elements_of(const struct nlattr *attr, void *context)
{
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_SET)
		*(struct zw_str *)context = zw_attribute_text(attr);
	return MNL_CB_OK;
}

static bool is_among(const struct zw_str *v, size_t n, struct zw_str name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (zw_str_eq(v[i], name))
			return true;
	return false;
}

size_t zw_unread_sets(struct zw_arena *arena, const u8 *dump, size_t n)
{
	zw_table_list read = { 0 };
	struct zw_table_names names;
	size_t at, size, i, unread = 0;

	zw_table_names(arena, dump, n, &names);
	for (at = 0; n - at >= sizeof(struct nlmsghdr); at += size) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)(dump + at);
		struct zw_str name = { 0 };

		size = NLMSG_ALIGN(m->nlmsg_len);
		if (size < sizeof(*m) || size > n - at)
			break;
		if (m->nlmsg_type !=
		    (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM))
			continue;
		mnl_attr_parse(m, sizeof(struct nfgenmsg), read_elements_of,
			       &name);
		if (!read.n || !zw_str_eq(read.v[read.n - 1], name))
			zw_push(arena, read, name);
	}
	for (i = 0; i < names.sets.n; i++)
		unread += !is_among(read.v, read.n, names.sets.v[i]);
	return unread;
}
