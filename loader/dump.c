/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One question after another: tables, chains, sets, objects, flowtables, then
 * the rules chain by chain and the elements set by set, because the kernel's
 * walk starts anew for each datagram and so costs the square of what one
 * question covers (net/netfilter/nf_tables_api.c, nf_tables_dump_rules).
 * The generation is asked before and after; if it moved, all is done again. */
#include "loader/dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/vec.h"

#define ATTEMPTS 5

/* NFT_TABLE_F_OWNER (since Linux 5.12). */
#define TABLE_OWNER 2u

/* Of a set, how many elements it holds (NFTA_SET_COUNT, since Linux 6.16). */
#define SET_COUNT 20

/* A chain or set that was seen, for the questions about its content. */
struct object {
	u8 family;
	struct zw_str table, name;
	u32 count; /* of a set, the elements, if the kernel tells */
};

struct dump {
	struct zw_arena *arena;
	struct zw_socket *socket;
	struct zw_buf *out;
	u8 family;
	const char *table;
	u32 elements_max; /* 0: no bound */
	ZW_VEC(struct object) chains, sets;
};

struct names {
	struct zw_str table, name;
	u32 count;
};

static int read_names(const struct nlattr *attr, void *context)
{
	struct names *names = context;
	struct zw_str text = { mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr) };

	if (text.n && !text.p[text.n - 1])
		text.n--;
	if (mnl_attr_get_type(attr) == NFTA_CHAIN_TABLE)
		names->table = text;
	return MNL_CB_OK;
}

static int read_chain_name(const struct nlattr *attr, void *context)
{
	struct names *names = context;

	read_names(attr, context);
	if (mnl_attr_get_type(attr) == NFTA_CHAIN_NAME)
		names->name = zw_str_from(mnl_attr_get_payload(attr));
	return MNL_CB_OK;
}

/* The size that a set was declared with. */
static int read_size(const struct nlattr *attr, void *context)
{
	struct names *names = context;

	if (mnl_attr_get_type(attr) == NFTA_SET_DESC_SIZE &&
	    mnl_attr_get_payload_len(attr) == sizeof(u32) && !names->count)
		names->count = ntohl(mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

static int read_set_name(const struct nlattr *attr, void *context)
{
	struct names *names = context;

	read_names(attr, context);
	if (mnl_attr_get_type(attr) == NFTA_SET_NAME)
		names->name = zw_str_from(mnl_attr_get_payload(attr));
	if (mnl_attr_get_type(attr) == NFTA_SET_DESC)
		mnl_attr_parse_nested(attr, read_size, names);
	if (mnl_attr_get_type(attr) == SET_COUNT &&
	    mnl_attr_get_payload_len(attr) == sizeof(u32))
		names->count = ntohl(mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

static void remember(struct dump *d, const struct nlmsghdr *m)
{
	const struct nfgenmsg *head = mnl_nlmsg_get_payload(m);
	struct names names = { 0 };
	struct object object;
	bool chain = (m->nlmsg_type & 0xff) == NFT_MSG_NEWCHAIN;
	bool set = (m->nlmsg_type & 0xff) == NFT_MSG_NEWSET;

	if (!chain && !set)
		return;
	mnl_attr_parse(m, sizeof(*head),
		       chain ? read_chain_name : read_set_name, &names);
	object = (struct object){ head->nfgen_family,
				  zw_str_copy(d->arena, names.table),
				  zw_str_copy(d->arena, names.name),
				  names.count };
	if (chain)
		zw_push(d->arena, d->chains, object);
	else
		zw_push(d->arena, d->sets, object);
}

/* Tables and chains come for the whole family, whatever was asked; attribute 1
 * of every message is the name of its table. */
static bool wanted(const struct dump *d, const struct nlmsghdr *m)
{
	struct names names = { 0 };

	if (!d->table)
		return true;
	mnl_attr_parse(m, sizeof(struct nfgenmsg), read_names, &names);
	return zw_str_is(names.table, d->table);
}

/* 1: the answer is complete. */
static int read_datagram(struct dump *d, const u8 *bytes, size_t n,
			 u32 sequence)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)bytes;
	int left;

	for (left = (int)n; mnl_nlmsg_ok(m, left);
	     m = mnl_nlmsg_next(m, &left)) {
		if (m->nlmsg_seq != sequence)
			continue;
		if (m->nlmsg_flags & NLM_F_DUMP_INTR)
			return -EAGAIN;
		if (m->nlmsg_type == NLMSG_DONE)
			return 1;
		if (m->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

			return e->error ? e->error : 1;
		}
		if (!wanted(d, m))
			continue;
		zw_buf_add(d->out, m, NLMSG_ALIGN(m->nlmsg_len));
		remember(d, m);
	}
	return 0;
}

static int ask(struct dump *d, u16 type, u8 family, struct zw_str table,
	       u16 name_attribute, struct zw_str name)
{
	u8 room[1200] = { 0 }; /* padding goes out as well */
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nfgenmsg *head;
	const void *part = room;
	size_t size;
	int state = 0;

	m->nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | type);
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	m->nlmsg_seq = zw_socket_sequence(d->socket);
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	*head = (struct nfgenmsg){ .nfgen_family = family };
	if (table.n)
		mnl_attr_put_strz(m, NFTA_CHAIN_TABLE,
				  zw_cstr(d->arena, table));
	if (name.n)
		mnl_attr_put_strz(m, name_attribute, zw_cstr(d->arena, name));
	size = m->nlmsg_len;
	state = zw_socket_send(d->socket, &part, &size, 1);
	while (!state) {
		const u8 *bytes;
		size_t n;

		state = zw_socket_receive(d->socket, true, &bytes, &n);
		if (!state)
			state = read_datagram(d, bytes, n, m->nlmsg_seq);
	}
	return state > 0 ? 0 : state;
}

static int ask_all(struct dump *d)
{
	static const u16 plain[] = { NFT_MSG_GETTABLE, NFT_MSG_GETCHAIN,
				     NFT_MSG_GETSET, NFT_MSG_GETOBJ,
				     NFT_MSG_GETFLOWTABLE };
	struct zw_str table =
		d->table ? zw_str_from(d->table) : (struct zw_str){ 0 };
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]) && !err; i++)
		err = ask(d, plain[i], d->family, table, 0,
			  (struct zw_str){ 0 });
	for (i = 0; i < d->sets.n && !err; i++) {
		if (d->elements_max && d->sets.v[i].count > d->elements_max)
			continue;
		err = ask(d, NFT_MSG_GETSETELEM, d->sets.v[i].family,
			  d->sets.v[i].table, NFTA_SET_ELEM_LIST_SET,
			  d->sets.v[i].name);
	}
	for (i = 0; i < d->chains.n && !err; i++)
		err = ask(d, NFT_MSG_GETRULE, d->chains.v[i].family,
			  d->chains.v[i].table, NFTA_RULE_CHAIN,
			  d->chains.v[i].name);
	return err;
}

/* What was listed may be gone when its content is asked for: that is a change
 * in between, not an error. */
static int try_once(struct dump *d, u32 *generation)
{
	u32 after;
	int asked, err = zw_socket_generation(d->socket, generation);

	if (err)
		return err;
	asked = ask_all(d);
	if (asked && asked != -ENOENT)
		return asked;
	err = zw_socket_generation(d->socket, &after);
	if (!err && after != *generation)
		err = -EAGAIN;
	return err ? err : asked;
}

static int try_often(const struct dump *what, u32 *generation)
{
	size_t start = what->out->n;
	int i, err = -EAGAIN;

	for (i = 0; i < ATTEMPTS && (err == -EAGAIN || err == -EINTR); i++) {
		struct dump d = *what;

		d.arena = zw_arena_new();
		d.out->n = start;
		err = try_once(&d, generation);
		zw_arena_free(d.arena);
	}
	if (err)
		what->out->n = start;
	return err;
}

int zw_dump_table(struct zw_socket *socket, u8 family, const char *table,
		  struct zw_buf *out, u32 *generation)
{
	struct dump d = {
		.socket = socket, .out = out, .family = family, .table = table
	};
	int err = try_often(&d, generation);

	if (err == -ENOENT && table) /* no such table: nothing to show */
		err = zw_socket_generation(socket, generation);
	return err;
}

int zw_dump_all(struct zw_socket *socket, u32 elements_max, struct zw_buf *out,
		u32 *generation)
{
	struct dump d = { .socket = socket,
			  .out = out,
			  .family = NFPROTO_UNSPEC,
			  .elements_max = elements_max };

	return try_often(&d, generation);
}

void zw_dump_select(struct zw_buf *out, const u8 *dump, size_t n, u8 family,
		    const char *table)
{
	size_t at, size;

	for (at = 0; n - at >= sizeof(struct nlmsghdr); at += size) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)(dump + at);
		const struct nfgenmsg *head = mnl_nlmsg_get_payload(m);
		struct names names = { 0 };

		size = NLMSG_ALIGN(m->nlmsg_len);
		if (size < sizeof(*m) + sizeof(*head) || size > n - at)
			return;
		mnl_attr_parse(m, sizeof(*head), read_names, &names);
		if (head->nfgen_family == family &&
		    zw_str_is(names.table, table))
			zw_buf_add(out, m, size);
	}
}

static int clear_owner(const struct nlattr *attr, void *context)
{
	bool *owned = context;
	u32 flags;

	if (mnl_attr_get_type(attr) != NFTA_TABLE_FLAGS ||
	    mnl_attr_get_payload_len(attr) != sizeof(flags))
		return MNL_CB_OK;
	memcpy(&flags, mnl_attr_get_payload(attr), sizeof(flags));
	*owned = flags & htonl(TABLE_OWNER);
	flags &= ~htonl(TABLE_OWNER);
	memcpy(mnl_attr_get_payload(attr), &flags, sizeof(flags));
	return MNL_CB_OK;
}

bool zw_dump_disown(u8 *dump, size_t n, u8 family, const char *table)
{
	bool owned = false;
	size_t at, size;

	for (at = 0; n - at >= sizeof(struct nlmsghdr); at += size) {
		const struct nlmsghdr *m = (const struct nlmsghdr *)(dump + at);
		const struct nfgenmsg *head = mnl_nlmsg_get_payload(m);
		struct names names = { 0 };

		size = NLMSG_ALIGN(m->nlmsg_len);
		if (size < sizeof(*m) + sizeof(*head) || size > n - at)
			break;
		if ((m->nlmsg_type & 0xff) != NFT_MSG_NEWTABLE ||
		    head->nfgen_family != family)
			continue;
		mnl_attr_parse(m, sizeof(*head), read_names, &names);
		if (zw_str_is(names.table, table))
			mnl_attr_parse(m, sizeof(*head), clear_owner, &owned);
	}
	return owned;
}
