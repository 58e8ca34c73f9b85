/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames the compiler's messages anew: the part that may be cut is cut at
 * message borders into pieces that a socket takes. */
#include "cli/transactions.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/assert.h"

static u32 size_at(const char *bytes, size_t at)
{
	u32 size;

	memcpy(&size, bytes + at, sizeof(size));
	ZW_ASSERT(size >= sizeof(struct nlmsghdr));
	return NLMSG_ALIGN(size);
}

/* Add the messages from START to END of STEP (a whole batch) as transactions of
 * at most ROOM bytes each; ROOM 0: one. */
static void add_pieces(struct zw_arena *arena, struct zw_transactions *t,
		       const struct zw_buf *step, size_t start, size_t end,
		       size_t room, const struct zw_emitted *emitted)
{
	while (start < end) {
		struct zw_transaction one = { .start = t->bytes.n,
					      .emitted = emitted };
		size_t at = start;

		do {
			at += size_at(step->data, at);
		} while (at < end &&
			 (!room || at + size_at(step->data, at) - start +
						   2 * ZW_EMIT_EDGE <=
					   room));
		zw_emit_begin(&t->bytes);
		zw_buf_add(&t->bytes, step->data + start, at - start);
		zw_emit_end(&t->bytes, emitted->messages + 1);
		one.size = t->bytes.n - one.start;
		zw_push(arena, t->list, one);
		start = at;
	}
}

static void add_step(struct zw_arena *arena, struct zw_transactions *t,
		     const struct zw_plan *plan, enum zw_emit_step step,
		     const struct zw_emit_names *old, size_t room)
{
	struct zw_emit_options options = { .step = step,
					   .generation = t->generation,
					   .old = old };
	struct zw_emitted *emitted = ZW_NEW(arena, struct zw_emitted);
	struct zw_buf buf = { 0 };
	bool whole = step == ZW_EMIT_CLOSED || step == ZW_EMIT_SWAP;

	zw_emit_netlink(arena, &buf, plan, &options, emitted);
	add_pieces(arena, t, &buf, ZW_EMIT_EDGE, buf.n - ZW_EMIT_EDGE,
		   whole ? 0 : room, emitted);
	zw_buf_free(&buf);
}

void zw_transactions_make(struct zw_arena *arena, const struct zw_plan *plan,
			  const struct zw_table_names *held, size_t room,
			  struct zw_transactions *t)
{
	struct zw_emit_names old = { 0 };
	size_t i;

	*t = (struct zw_transactions){ .first = !held->table };
	for (i = 0; i < held->chains.n; i++) {
		u32 g = zw_name_generation(held->chains.v[i]);

		t->generation = g > t->generation ? g : t->generation;
		zw_push(arena, old.chains, held->chains.v[i]);
	}
	for (i = 0; i < held->sets.n; i++) {
		u32 g = zw_name_generation(held->sets.v[i]);

		t->generation = g > t->generation ? g : t->generation;
		zw_push(arena, old.sets, held->sets.v[i]);
	}
	t->generation++;
	if (t->first)
		add_step(arena, t, plan, ZW_EMIT_CLOSED, NULL, room);
	add_step(arena, t, plan, ZW_EMIT_ADD, NULL, room);
	add_step(arena, t, plan, ZW_EMIT_SWAP, NULL, room);
	if (old.chains.n || old.sets.n)
		add_step(arena, t, plan, ZW_EMIT_DELETE, &old, room);
}

/* One message that deletes our table. */
static void delete_table(struct zw_buf *bytes)
{
	static const char name[] = ZW_PLAN_TABLE;
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
		struct nlattr attr;
		char name[(sizeof(name) + 3) / 4 * 4];
	} m = { .head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 |
					NFT_MSG_DELTABLE,
			  .nlmsg_flags = NLM_F_REQUEST,
			  .nlmsg_seq = 1 },
		.family = { .nfgen_family = NFPROTO_INET },
		.attr = { .nla_len = (u16)(sizeof(struct nlattr) + sizeof(name)),
			  .nla_type = NFTA_TABLE_NAME } };

	memcpy(m.name, name, sizeof(name));
	zw_emit_begin(bytes);
	zw_buf_add(bytes, &m, sizeof(m));
	zw_emit_end(bytes, 2);
}

void zw_transactions_undo(struct zw_arena *arena,
			  const struct zw_table_names *held, bool first,
			  u32 generation, struct zw_buf *bytes)
{
	struct zw_emit_names left = { 0 };
	struct zw_emit_options options = { .step = ZW_EMIT_DELETE,
					   .old = &left };
	size_t i;

	if (first) {
		if (held->table)
			delete_table(bytes);
		return;
	}
	for (i = 0; i < held->chains.n; i++) {
		if (zw_name_generation(held->chains.v[i]) == generation)
			zw_push(arena, left.chains, held->chains.v[i]);
	}
	for (i = 0; i < held->sets.n; i++) {
		if (zw_name_generation(held->sets.v[i]) == generation)
			zw_push(arena, left.sets, held->sets.v[i]);
	}
	if (left.chains.n || left.sets.n)
		zw_emit_netlink(arena, bytes, NULL, &options, NULL);
}
