/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cuts the compiler's bytes into transactions, frames each anew with the
 * generation it is meant for (NFNL_BATCH_GENID), sends it in one sendmsg() and
 * reads all that the kernel answers. The commit happens inside sendmsg()
 * (net/netfilter/nfnetlink.c, nfnetlink_rcv_batch), so every refusal is queued
 * by the time it returns; a GETGEN behind it shows that the queue was read to
 * its end. */
#include "loader/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/assert.h"

/* Attribute numbers of an extended acknowledgement (uapi/linux/netlink.h). */
enum {
	ACK_MESSAGE = 1,
	ACK_OFFSET = 2,
};

/* The kernel's "state of the rules changed" is ERESTART, which userspace
 * headers do not always name. */
#ifndef ERESTART
#define ERESTART 85
#endif

static size_t frame(u8 *room, u16 type, u32 sequence, const u32 *generation)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);
	struct nfgenmsg *head;

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST;
	m->nlmsg_seq = sequence;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	*head = (struct nfgenmsg){ .nfgen_family = AF_UNSPEC,
				   .res_id = htons(NFNL_SUBSYS_NFTABLES) };
	if (generation)
		mnl_attr_put_u32(m, NFNL_BATCH_GENID, htonl(*generation));
	return m->nlmsg_len;
}

struct ack {
	struct zw_arena *arena;
	struct zw_refusal *refusal;
};

static int read_ack_attribute(const struct nlattr *attr, void *context)
{
	struct ack *ack = context;
	u16 type = mnl_attr_get_type(attr);
	u16 size = mnl_attr_get_payload_len(attr);
	struct zw_str text = { mnl_attr_get_payload(attr), size };

	if (type == ACK_OFFSET && size == 4) {
		ack->refusal->offset = mnl_attr_get_u32(attr);
	} else if (type == ACK_MESSAGE && size > 0) {
		text.n--; /* its NUL */
		ack->refusal->text = zw_str_copy(ack->arena, text);
	}
	return MNL_CB_OK;
}

static void read_ack(struct zw_arena *arena, const struct nlmsghdr *m,
		     struct zw_refusal *refusal)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);
	struct ack ack = { arena, refusal };
	size_t skip = sizeof(*e);

	if (!(m->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(m->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	if (m->nlmsg_len < NLMSG_HDRLEN + skip)
		return;
	mnl_attr_parse(m, (unsigned)skip, read_ack_attribute, &ack);
}

static void read_message(struct zw_arena *arena, const struct nlmsghdr *m,
			 struct zw_load_result *result)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);
	struct zw_refusal refusal = { .sequence = m->nlmsg_seq };

	if (m->nlmsg_type != NLMSG_ERROR ||
	    m->nlmsg_len < NLMSG_HDRLEN + sizeof(*e) || !e->error)
		return;
	refusal.error = -e->error;
	read_ack(arena, m, &refusal);
	if (!result->error)
		result->error = e->error;
	if (refusal.error == ERESTART)
		result->error = -ERESTART;
	zw_push(arena, result->refusals, refusal);
}

/* Read what is queued; commit is over by now, so nothing else can come. */
static void read_answers(struct zw_arena *arena, struct zw_socket *socket,
			 struct zw_load_result *result)
{
	for (;;) {
		const struct nlmsghdr *m;
		const u8 *bytes;
		size_t n;
		int left, err = zw_socket_receive(socket, false, &bytes, &n);

		if (err == -ENOBUFS) {
			result->details_lost = true;
			if (!result->error)
				result->error = -ENOBUFS;
			continue;
		}
		if (err) {
			result->error = err;
			return;
		}
		if (!n)
			return;
		m = (const struct nlmsghdr *)bytes;
		for (left = (int)n; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			read_message(arena, m, result);
	}
}

static void send_one(struct zw_arena *arena, struct zw_socket *socket,
		     const u8 *messages, size_t n, u32 generation,
		     struct zw_load_result *result)
{
	u8 begin[64], end[64];
	const void *parts[3] = { begin, messages, end };
	size_t sizes[3] = { frame(begin, NFNL_MSG_BATCH_BEGIN, 0, &generation),
			    n, frame(end, NFNL_MSG_BATCH_END, 0, NULL) };
	int err = zw_socket_send(socket, parts, sizes, 3);

	if (err) {
		result->error = err;
		return;
	}
	read_answers(arena, socket, result);
}

/* The size of the message at AT, checked against what is left. */
static size_t message_size(const u8 *bytes, size_t n, size_t at)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)(bytes + at);

	ZW_ASSERT(n - at >= sizeof(*m) && m->nlmsg_len >= sizeof(*m));
	ZW_ASSERT(NLMSG_ALIGN(m->nlmsg_len) <= n - at);
	return NLMSG_ALIGN(m->nlmsg_len);
}

void zw_load_batches(struct zw_arena *arena, struct zw_socket *socket,
		     const u8 *bytes, size_t n, const u32 *expected,
		     size_t *done, struct zw_load_result *result)
{
	size_t at = 0, start = 0;
	u32 generation;

	*done = 0;
	*result = (struct zw_load_result){ 0 };
	result->error = zw_socket_generation(socket, &generation);
	if (expected)
		generation = *expected;
	while (at < n && !result->error) {
		const struct nlmsghdr *m =
			(const struct nlmsghdr *)(bytes + at);
		size_t size = message_size(bytes, n, at);

		if (m->nlmsg_type == NFNL_MSG_BATCH_BEGIN) {
			start = at + size;
		} else if (m->nlmsg_type == NFNL_MSG_BATCH_END) {
			u32 after;
			int err;

			send_one(arena, socket, bytes + start, at - start,
				 generation, result);
			if (result->error && result->error != -ENOBUFS)
				return;
			err = zw_socket_generation(socket, &after);
			/* answers were lost, but none of those that came is a
			 * refusal: the kernel's count says whether it took the
			 * transaction */
			if (result->error == -ENOBUFS &&
			    (err || result->refusals.n ||
			     after != generation + 1))
				return;
			result->error = err;
			if (err)
				return;
			/* the kernel counts one up for each commit that
			 * changed something; anything else means that somebody
			 * came in between, which the next transaction will be
			 * told */
			if (after != generation)
				generation++;
			result->generation = after;
			++*done;
		}
		at += size;
	}
}
