/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plan to nf_tables messages. Law: the bytes depend on plan and options alone;
 * every batch is BATCH_BEGIN, messages numbered 1, 2, 3 ... (BEGIN is 0), and
 * BATCH_END, and is to be sent with one sendmsg().
 *
 * ZW_EMIT_WHOLE is the ruleset in one batch: table, sets with elements, chains
 * and their rules, and at the end the base chains with theirs. Interval sets
 * show their content only at the end of a commit, so a first load goes another
 * way: ZW_EMIT_CLOSED makes the table and its base chains, which let the
 * loopback interface pass and nothing else; then it is a replacement.
 *
 * A replacement is three batches, each sent after the former was taken:
 *	ADD	sets, chains and rules under the new generation, unreachable;
 *	SWAP	the rules of the base chains, which stay, are exchanged;
 *	DELETE	what the old generation left, by name.
 * BEGIN has no generation id: the loader puts its own BEGIN (and the
 * NFNL_BATCH_GENID in it) in place of the first ZW_EMIT_EDGE bytes. */
#ifndef ZW_COMPILER_EMIT_NETLINK_H
#define ZW_COMPILER_EMIT_NETLINK_H

#include "compiler/plan.h"

/* Bytes of BATCH_BEGIN, and of BATCH_END. */
#define ZW_EMIT_EDGE 20

enum zw_emit_step {
	ZW_EMIT_WHOLE,
	ZW_EMIT_CLOSED,
	ZW_EMIT_ADD,
	ZW_EMIT_SWAP,
	ZW_EMIT_DELETE,
};

/* Objects in the kernel by their full names. */
struct zw_emit_names {
	ZW_VEC(struct zw_str) chains; /* regular ones */
	ZW_VEC(struct zw_str) sets;   /* and maps */
	ZW_VEC(struct zw_str) counters;
};

/* An object of the plan that stands in the kernel already, under the name of
 * an older generation. ADD and SWAP leave it alone; whatever refers to it uses
 * that name. WHOLE sends all, with these names. */
struct zw_emit_kept {
	bool kept;
	u32 generation; /* of its name; no matter for base chains */
};

struct zw_emit_options { /* zeroed: the whole, without generation */
	enum zw_emit_step step;
	u32 generation; /* of names; 0: no suffix */
	u32 table_flags; /* NFT_TABLE_F_* of the table, or of a table that is
			  * there already */
	/* Of DELETE, which reads no plan; of SWAP, base chains to delete. */
	const struct zw_emit_names *old;
	/* By index of the plan's chains and sets; NULL: nothing is kept. */
	const struct zw_emit_kept *kept_chains, *kept_sets;
	/* By index of its counters: it is there. NULL: none is. */
	const bool *kept_counters;
};

/* What message SEQ was, to say of a kernel's error. */
struct zw_emit_origin {
	u32 seq;
	size_t offset;	     /* of the message in the batch */
	u16 message;	     /* NFT_MSG_... */
	struct zw_str what;  /* "rule of chain z_input", "set z_zone.a.4" */
	struct zw_span span; /* may be ZW_NO_SPAN */
	struct zw_str place; /* "hq.zw:14"; may be empty */
	/* Of elements: which of SET's (index, count) the message carries;
	 * ZW_EMIT_NO_SET otherwise. */
	u32 set;
	size_t first, count;
};

#define ZW_EMIT_NO_SET UINT32_MAX

struct zw_emitted {
	ZW_VEC(struct zw_emit_origin) origins; /* by seq, from 1: v[seq - 1] */
	u32 messages;
};

/* Append the batch to OUT. EMITTED may be NULL; its lists live in ARENA. PLAN
 * may be NULL for DELETE. */
void zw_emit_netlink(struct zw_arena *arena, struct zw_buf *out,
		     const struct zw_plan *plan,
		     const struct zw_emit_options *options,
		     struct zw_emitted *emitted);

/* Some of a set's elements as they lie in registers: N times LO and HI (both
 * inclusive), KEY_BYTES each. */
struct zw_emit_rows {
	const u8 *lo, *hi;
	size_t n, key_bytes;
};

/* Append a batch that takes GONE out of the set NAME and puts ADDED in: for
 * sets that are no maps. INTERVAL and FIELDS as in zw_plan_set. */
void zw_emit_difference(struct zw_arena *arena, struct zw_buf *out,
			const char *name, bool interval, unsigned fields,
			const struct zw_emit_rows *gone,
			const struct zw_emit_rows *added,
			struct zw_emitted *emitted);

/* The names that PLAN has under GENERATION: what a later DELETE is given.
 * Without counters, which have none and stay. */
void zw_emit_names(struct zw_arena *arena, const struct zw_plan *plan,
		   u32 generation, struct zw_emit_names *names);

/* The origin of SEQ, or NULL for BEGIN, END and numbers that were not sent. */
const struct zw_emit_origin *zw_emit_find(const struct zw_emitted *emitted,
					  u32 seq);

/* BEGIN and END as they stand in a batch, for who cuts one: append to OUT. */
void zw_emit_begin(struct zw_buf *out);
void zw_emit_end(struct zw_buf *out, u32 seq);

#endif
