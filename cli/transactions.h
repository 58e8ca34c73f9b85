/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as the transactions that bring the kernel from what it holds to the
 * plan. Law: the first transactions add what nothing reaches yet and may be
 * cut anywhere; the one that changes what packets meet is small and whole; the
 * last deletes what nothing reaches any more. What did not change is not
 * touched; where only a set's elements did, they are all that is sent. */
#ifndef ZW_CLI_TRANSACTIONS_H
#define ZW_CLI_TRANSACTIONS_H

#include "cli/kept.h"
#include "loader/names.h"

/* One transaction: bytes from BEGIN to END within zw_transactions.bytes, and
 * where each of its messages comes from. */
struct zw_transaction {
	size_t start, size;
	const struct zw_emitted *emitted;
};

struct zw_transactions {
	struct zw_buf bytes;
	ZW_VEC(struct zw_transaction) list; /* empty: nothing has changed */
	u32 generation;			    /* of the names that are new */
	bool first;			    /* there was no table */
	bool persistent; /* the load owns the table until its socket closes */
	bool owned;	 /* somebody else does; nothing is to be sent */
	size_t swapped; /* so many transactions and packets have met the new
			 * rules; 0: none of them changes that */
	struct zw_kept_changes changes;
};

struct zw_transactions_options {
	size_t room; /* no transaction is larger, unless it cannot be cut */
	enum zw_keep keep;
	bool persist; /* a table that is made now can be owned later */
};

/* A table that its owner outlives, and its owner: since 5.12 and 6.9. Only who
 * made a table persistent can own it later. */
#define ZW_TABLE_OWNER 2u
#define ZW_TABLE_PERSIST 4u

/* HELD are the N bytes of a dump of what the kernel holds. Free BYTES with
 * zw_buf_free(). */
void zw_transactions_make(struct zw_arena *arena, const struct zw_plan *plan,
			  const u8 *held, size_t n,
			  const struct zw_transactions_options *options,
			  struct zw_transactions *transactions);

/* The transaction that makes the sender's socket the owner of a table that is
 * persistent. */
void zw_transactions_own(struct zw_buf *bytes);

/* The transaction that takes back what a load left behind that failed before
 * packets met it: all objects of GENERATION among HELD, or the whole table. */
void zw_transactions_undo(struct zw_arena *arena,
			  const struct zw_table_names *held, bool first,
			  u32 generation, struct zw_buf *bytes);

#endif
