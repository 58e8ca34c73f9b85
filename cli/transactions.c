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

struct step {
	enum zw_emit_step step;
	const struct zw_kept *kept;
	const struct zw_emit_names *old;
	size_t room;
	u32 table_flags;
};

static void add_step(struct zw_arena *arena, struct zw_transactions *t,
		     const struct zw_plan *plan, const struct step *step)
{
	struct zw_emit_options options = { .step = step->step,
					   .generation = t->generation,
					   .table_flags = step->table_flags,
					   .old = step->old,
					   .kept_chains = step->kept->chains,
					   .kept_sets = step->kept->sets,
					   .kept_counters =
						   step->kept->counters };
	struct zw_emitted *emitted = ZW_NEW(arena, struct zw_emitted);
	struct zw_buf buf = { 0 };

	zw_emit_netlink(arena, &buf, plan, &options, emitted);
	/* where everything is kept, ADD names the table and nothing else: the
	 * kernel would not count that as a generation */
	if (step->step != ZW_EMIT_ADD || emitted->messages > 1)
		add_pieces(arena, t, &buf, ZW_EMIT_EDGE, buf.n - ZW_EMIT_EDGE,
			   step->room, emitted);
	zw_buf_free(&buf);
}

/* Elements go and come in one transaction each set. */
static void add_differences(struct zw_arena *arena, struct zw_transactions *t,
			    const struct zw_plan *plan,
			    const struct zw_kept *kept)
{
	char name[ZW_PLAN_NAME_BYTES];
	size_t i;

	for (i = 0; i < kept->differences.n; i++) {
		const struct zw_kept_difference *d = &kept->differences.v[i];
		const struct zw_plan_set *set = &plan->sets.v[d->set];
		struct zw_emitted *emitted = ZW_NEW(arena, struct zw_emitted);
		struct zw_buf buf = { 0 };

		zw_plan_name(name, set->name, true,
			     kept->sets[d->set].generation);
		zw_emit_difference(arena, &buf, name, set->interval,
				   set->fields, &d->gone, &d->added, emitted);
		add_pieces(arena, t, &buf, ZW_EMIT_EDGE, buf.n - ZW_EMIT_EDGE,
			   0, emitted);
		zw_buf_free(&buf);
		t->swapped = t->list.n;
	}
}

static bool holds_names(const struct zw_emit_names *names)
{
	return names->chains.n || names->sets.n || names->counters.n;
}

void zw_transactions_make(struct zw_arena *arena, const struct zw_plan *plan,
			  const u8 *held, size_t n,
			  const struct zw_transactions_options *options,
			  struct zw_transactions *t)
{
	struct zw_emit_names hooks = { 0 };
	struct zw_kept kept;
	struct step step;
	size_t i;

	zw_kept_find(arena, plan, held, n, options->keep, &kept);
	*t = (struct zw_transactions){ .first = !kept.table,
				       .generation = kept.generation,
				       .changes = kept.changes };
	t->owned = kept.table_flags & ZW_TABLE_OWNER;
	if (t->owned)
		return;
	t->persistent = t->first ? options->persist
				 : kept.table_flags & ZW_TABLE_PERSIST;
	for (i = 0; i < kept.old_hooks.n; i++)
		zw_push(arena, hooks.chains, kept.old_hooks.v[i]);
	step = (struct step){ .kept = &kept, .old = &kept.old };
	if (t->persistent)
		step.table_flags = ZW_TABLE_OWNER | ZW_TABLE_PERSIST;
	if (t->first) {
		step.step = ZW_EMIT_CLOSED;
		add_step(arena, t, plan, &step);
	}
	if (!kept.all) {
		step.step = ZW_EMIT_ADD;
		step.room = options->room;
		add_step(arena, t, plan, &step);
	}
	if (!kept.hooks || hooks.chains.n) {
		step.step = ZW_EMIT_SWAP;
		step.room = 0;
		step.old = &hooks;
		add_step(arena, t, plan, &step);
		t->swapped = t->list.n;
	}
	add_differences(arena, t, plan, &kept);
	if (holds_names(&kept.old)) {
		step.step = ZW_EMIT_DELETE;
		step.old = &kept.old;
		step.room = options->room;
		add_step(arena, t, plan, &step);
	}
}

/* One message about our table; FLAGS 0: without. */
static void add_table(struct zw_buf *bytes, u16 type, u32 flags)
{
	static const char name[] = ZW_PLAN_TABLE;
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
		struct nlattr attr;
		char name[(sizeof(name) + 3) / 4 * 4];
		struct nlattr flags_attr;
		u32 flags;
	} m = { .head = { .nlmsg_len = sizeof(m),
			  .nlmsg_type = (u16)(NFNL_SUBSYS_NFTABLES << 8 | type),
			  .nlmsg_flags = NLM_F_REQUEST,
			  .nlmsg_seq = 1 },
		.family = { .nfgen_family = NFPROTO_INET },
		.attr = { .nla_len =
				  (u16)(sizeof(struct nlattr) + sizeof(name)),
			  .nla_type = NFTA_TABLE_NAME },
		.flags_attr = { .nla_len = (u16)(sizeof(struct nlattr) +
						 sizeof(u32)),
				.nla_type = NFTA_TABLE_FLAGS },
		.flags = __builtin_bswap32(flags) };

	memcpy(m.name, name, sizeof(name));
	if (!flags)
		m.head.nlmsg_len -=
			(u32)(sizeof(m.flags_attr) + sizeof(m.flags));
	zw_emit_begin(bytes);
	zw_buf_add(bytes, &m, m.head.nlmsg_len);
	zw_emit_end(bytes, 2);
}

void zw_transactions_own(struct zw_buf *bytes)
{
	add_table(bytes, NFT_MSG_NEWTABLE, ZW_TABLE_OWNER | ZW_TABLE_PERSIST);
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
			add_table(bytes, NFT_MSG_DELTABLE, 0);
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
