/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctnetlink, read through libnetfilter_conntrack. For deleting, an entry's own
 * attributes go back as they came (tuple, zone, number): whatever its protocol
 * keeps in the tuple, the kernel finds it again
 * (net/netfilter/nf_conntrack_netlink.c, ctnetlink_del_conntrack,
 * ctnetlink_del_expect). Many deletions travel in one datagram, and only those
 * that fail are answered; a question behind them tells that all answers are
 * there. */
#include "loader/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* Deletions that travel together: their answers must find room in the
 * socket's queue. */
#define TOGETHER 64
#define REQUEST_ROOM ((size_t)64 << 10)

/* linux/netfilter/nfnetlink_conntrack.h, whose copies of several packages
 * exclude each other. */
enum {
	TUPLE_ORIGINAL = 1,
	ENTRY_NUMBER = 12,
	ENTRY_ZONE = 18,
	EXPECTED_TUPLE = 2,
	EXPECTED_NUMBER = 5,
	EXPECTED_ZONE = 7,
};

struct reading {
	struct zw_arena *arena;
	zw_connections *out;
	bool expectations;
	struct nf_conntrack *entry;
};

/* ---- one entry ----------------------------------------------------------- */

struct key {
	bool expectation;
	struct zw_buf *bytes;
};

static int keep_attribute(const struct nlattr *attr, void *context)
{
	static const u16 kept[2][3] = {
		{ TUPLE_ORIGINAL, ENTRY_NUMBER, ENTRY_ZONE },
		{ EXPECTED_TUPLE, EXPECTED_NUMBER, EXPECTED_ZONE },
	};
	struct key *key = context;
	u16 type = mnl_attr_get_type(attr);
	size_t i;

	for (i = 0; i < 3; i++) {
		if (type == kept[key->expectation][i])
			zw_buf_add(key->bytes, attr,
				   NLMSG_ALIGN(attr->nla_len));
	}
	return MNL_CB_OK;
}

static struct zw_str read_key(const struct reading *r, const struct nlmsghdr *m)
{
	struct zw_buf bytes = { 0 };
	struct key key = { r->expectations, &bytes };
	struct zw_str copy;

	mnl_attr_parse(m, sizeof(struct nfgenmsg), keep_attribute, &key);
	copy = zw_str_copy(r->arena, (struct zw_str){ bytes.data, bytes.n });
	zw_buf_free(&bytes);
	return copy;
}

/* Attributes of libnetfilter_conntrack for one direction. */
struct numbers {
	enum nf_conntrack_attr v4_src, v4_dst, v6_src, v6_dst, sport, dport;
};

static const struct numbers original = {
	ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST, ATTR_ORIG_IPV6_SRC,
	ATTR_ORIG_IPV6_DST, ATTR_ORIG_PORT_SRC, ATTR_ORIG_PORT_DST,
};
static const struct numbers reply = {
	ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV4_DST, ATTR_REPL_IPV6_SRC,
	ATTR_REPL_IPV6_DST, ATTR_REPL_PORT_SRC, ATTR_REPL_PORT_DST,
};

static bool read_address(const struct nf_conntrack *entry,
			 enum zw_family family, enum nf_conntrack_attr number,
			 struct zw_ip *ip)
{
	const void *bytes = nfct_get_attr(entry, number);

	*ip = (struct zw_ip){ .family = family };
	if (bytes)
		*ip = zw_ip_from_bytes(family, bytes);
	return bytes != NULL;
}

static u16 read_port(const struct nf_conntrack *entry,
		     enum nf_conntrack_attr number)
{
	return nfct_attr_is_set(entry, number) > 0
		       ? ntohs(nfct_get_attr_u16(entry, number))
		       : 0;
}

static bool read_endpoints(const struct nf_conntrack *entry,
			   enum zw_family family, const struct numbers *numbers,
			   struct zw_endpoints *out)
{
	bool v4 = family == ZW_IPV4;

	out->sport = read_port(entry, numbers->sport);
	out->dport = read_port(entry, numbers->dport);
	return read_address(entry, family,
			    v4 ? numbers->v4_src : numbers->v6_src,
			    &out->src) &&
	       read_address(entry, family,
			    v4 ? numbers->v4_dst : numbers->v6_dst, &out->dst);
}

static void read_icmp(const struct nf_conntrack *entry, struct zw_connection *c)
{
	u16 key;

	if (c->proto != IPPROTO_ICMP && c->proto != IPPROTO_ICMPV6)
		return;
	key = (u16)(nfct_get_attr_u8(entry, ATTR_ICMP_TYPE) << 8 |
		    nfct_get_attr_u8(entry, ATTR_ICMP_CODE));
	c->original.sport = c->reply.dport = read_port(entry, ATTR_ICMP_ID);
	c->original.dport = c->reply.sport = key;
}

static bool family_of(const struct nf_conntrack *entry, enum zw_family *family)
{
	u8 number = nfct_get_attr_u8(entry, ATTR_ORIG_L3PROTO);

	*family = number == AF_INET ? ZW_IPV4 : ZW_IPV6;
	return number == AF_INET || number == AF_INET6;
}

/* False: nothing that an IP packet could belong to. */
static bool read_entry(const struct nf_conntrack *entry,
		       struct zw_connection *c)
{
	enum zw_family family;

	if (!family_of(entry, &family))
		return false;
	c->proto = nfct_get_attr_u8(entry, ATTR_ORIG_L4PROTO);
	if (!read_endpoints(entry, family, &original, &c->original) ||
	    !read_endpoints(entry, family, &reply, &c->reply))
		return false;
	read_icmp(entry, c);
	return true;
}

static bool is_open(const struct nf_conntrack *mask, enum zw_family family,
		    enum nf_conntrack_attr v4, enum nf_conntrack_attr v6)
{
	struct zw_ip bits;

	return !mask ||
	       !read_address(mask, family, family == ZW_IPV4 ? v4 : v6,
			     &bits) ||
	       bits.value != zw_family_all(family).hi;
}

static bool read_expectation(const struct nlmsghdr *m, struct zw_connection *c)
{
	struct nf_expect *expectation = nfexp_new();
	const struct nf_conntrack *tuple, *mask;
	enum zw_family family;
	bool ok = false;

	if (!expectation)
		return false;
	if (!nfexp_nlmsg_parse(m, expectation)) {
		tuple = nfexp_get_attr(expectation, ATTR_EXP_EXPECTED);
		mask = nfexp_get_attr(expectation, ATTR_EXP_MASK);
		ok = tuple && family_of(tuple, &family) &&
		     read_endpoints(tuple, family, &original, &c->original);
		if (ok) {
			c->proto = nfct_get_attr_u8(tuple, ATTR_ORIG_L4PROTO);
			c->expected = true;
			c->any_source =
				is_open(mask, family, ATTR_ORIG_IPV4_SRC,
					ATTR_ORIG_IPV6_SRC);
			c->reply = (struct zw_endpoints){
				.src = c->original.dst,
				.dst = c->original.src,
				.sport = c->original.dport,
				.dport = c->original.sport
			};
		}
	}
	nfexp_destroy(expectation);
	return ok;
}

/* ---- the dump ------------------------------------------------------------ */

static int see(struct reading *r, const struct nlmsghdr *m)
{
	struct zw_connection c = { 0 };
	struct nf_conntrack *entry;
	bool ok;

	if (r->expectations) {
		ok = read_expectation(m, &c);
	} else {
		entry = nfct_new();
		if (!entry)
			return -ENOMEM;
		ok = !nfct_nlmsg_parse(m, entry) && read_entry(entry, &c);
		nfct_destroy(entry);
	}
	if (!ok)
		return 0;
	c.key = read_key(r, m);
	zw_push(r->arena, *r->out, c);
	return 0;
}

/* 1: the answer is complete. */
static int see_datagram(struct reading *r, const u8 *bytes, size_t n,
			u32 sequence)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)bytes;
	int left, err;

	for (left = (int)n; mnl_nlmsg_ok(m, left);
	     m = mnl_nlmsg_next(m, &left)) {
		if (m->nlmsg_seq != sequence)
			continue;
		if (m->nlmsg_type == NLMSG_DONE)
			return 1;
		if (m->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

			return e->error ? e->error : 1;
		}
		err = see(r, m);
		if (err)
			return err;
	}
	return 0;
}

static struct nlmsghdr *put_head(void *room, u16 type, u16 flags, u8 family,
				 u32 sequence)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nfgenmsg *head;

	m->nlmsg_type = type;
	m->nlmsg_flags = (u16)(NLM_F_REQUEST | flags);
	m->nlmsg_seq = sequence;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	*head = (struct nfgenmsg){ .nfgen_family = family };
	return m;
}

static int dump(struct reading *r, struct zw_socket *socket, u16 type)
{
	u8 room[64];
	u32 sequence = zw_socket_sequence(socket);
	struct nlmsghdr *m =
		put_head(room, type, NLM_F_DUMP, AF_UNSPEC, sequence);
	const void *part = room;
	size_t size = m->nlmsg_len;
	int state = zw_socket_send(socket, &part, &size, 1);

	while (!state) {
		const u8 *bytes;
		size_t n;

		state = zw_socket_receive(socket, true, &bytes, &n);
		if (!state)
			state = see_datagram(r, bytes, n, sequence);
	}
	/* no module of it */
	return state > 0 || state == -EINVAL || state == -EOPNOTSUPP ? 0
								     : state;
}

int zw_conntrack_read(struct zw_arena *arena, struct zw_socket *socket,
		      zw_connections *out)
{
	struct reading r = { .arena = arena, .out = out };
	int err = dump(&r, socket,
		       NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET);

	r.expectations = true;
	return err ? err
		   : dump(&r, socket,
			  NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET);
}

/* ---- deleting ------------------------------------------------------------ */

static void put_deletion(struct zw_buf *out, const struct zw_connection *c,
			 u32 sequence)
{
	u16 type =
		c->expected
			? NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_DELETE
			: NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	u8 family = c->original.src.family == ZW_IPV4 ? AF_INET : AF_INET6;
	u8 room[64];
	struct nlmsghdr *m = put_head(room, type, 0, family, sequence);
	u32 head = m->nlmsg_len;

	m->nlmsg_len += (u32)c->key.n;
	zw_buf_add(out, room, head);
	zw_buf_add(out, c->key.p, c->key.n);
}

struct deleting {
	u32 first, end; /* sequence numbers */
	size_t absent, failed;
	int error;
	bool complete;
};

static void see_answer(struct deleting *d, const struct nlmsghdr *m)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

	if (m->nlmsg_seq == d->end) {
		d->complete = true;
		return;
	}
	if (m->nlmsg_type != NLMSG_ERROR || m->nlmsg_seq < d->first ||
	    m->nlmsg_seq > d->end || !e->error)
		return;
	if (e->error == -ENOENT) {
		d->absent++;
		return;
	}
	d->failed++;
	if (!d->error)
		d->error = e->error;
}

/* Everything up to the answer to a last question, which is how many entries
 * there are. */
static int read_answers(struct zw_socket *socket, struct deleting *d)
{
	while (!d->complete) {
		const struct nlmsghdr *m;
		const u8 *bytes;
		size_t n;
		int left, err = zw_socket_receive(socket, true, &bytes, &n);

		if (err)
			return err;
		m = (const struct nlmsghdr *)bytes;
		for (left = (int)n; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			see_answer(d, m);
	}
	return 0;
}

static int delete_some(struct zw_socket *socket,
		       const struct zw_connection *const *list, size_t n,
		       size_t *gone, int *error)
{
	struct zw_buf request = { 0 };
	struct deleting d = { .first = zw_socket_sequence(socket) };
	const void *part;
	u8 room[64];
	size_t i;
	int err;

	for (i = 0; i < n; i++)
		put_deletion(&request, list[i],
			     i ? zw_socket_sequence(socket) : d.first);
	d.end = zw_socket_sequence(socket);
	zw_buf_add(
		&request, room,
		put_head(room,
			 NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS,
			 0, AF_UNSPEC, d.end)
			->nlmsg_len);
	part = request.data;
	err = zw_socket_send(socket, &part, &request.n, 1);
	if (!err)
		err = read_answers(socket, &d);
	zw_buf_free(&request);
	if (err)
		return err;
	*gone += n - d.absent - d.failed;
	if (!*error)
		*error = d.error;
	return 0;
}

int zw_conntrack_delete(struct zw_socket *socket,
			const struct zw_connection *const *list, size_t n,
			size_t *gone)
{
	size_t at, some;
	int err = 0, error = 0;

	*gone = 0;
	for (at = 0; at < n && !err; at += some) {
		some = n - at < TOGETHER ? n - at : TOGETHER;
		err = delete_some(socket, list + at, some, gone, &error);
	}
	return err ? err : error;
}
