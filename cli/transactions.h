/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as the transactions that bring the kernel from what it holds to the
 * plan. Law: the first transactions add what nothing reaches yet and may be
 * cut anywhere; the one that changes what packets meet is small and whole; the
 * last deletes what nothing reaches any more. */
#ifndef ZW_CLI_TRANSACTIONS_H
#define ZW_CLI_TRANSACTIONS_H

#include "compiler/emit_netlink.h"
#include "loader/names.h"

/* One transaction: bytes from BEGIN to END within zw_transactions.bytes, and
 * where each of its messages comes from. */
struct zw_transaction {
	size_t start, size;
	const struct zw_emitted *emitted;
};

struct zw_transactions {
	struct zw_buf bytes;
	ZW_VEC(struct zw_transaction) list;
	u32 generation; /* of the names that are new */
	bool first; /* there was no table */
};

/* HELD are the names in the kernel's table; no transaction is larger than ROOM
 * bytes unless a single step cannot be cut. Free BYTES with zw_buf_free(). */
void zw_transactions_make(struct zw_arena *arena, const struct zw_plan *plan,
			  const struct zw_table_names *held, size_t room,
			  struct zw_transactions *transactions);

/* The transaction that takes back what a load left behind that failed before
 * packets met it: all objects of GENERATION among HELD, or the whole table. */
void zw_transactions_undo(struct zw_arena *arena,
			  const struct zw_table_names *held, bool first,
			  u32 generation, struct zw_buf *bytes);

#endif
