/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of nf_tables messages for tests, built with libnftnl, which the
 * decoder never uses. Law: messages are numbered from 0 in the order of the
 * calls; what is wrong on purpose is put in with zw_batch_raw(). */
#ifndef ZW_TESTS_BATCH_H
#define ZW_TESTS_BATCH_H

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#include "base/types.h"

struct zw_batch {
	u8 *bytes;
	size_t n, cap;
	u32 family;
	bool dump; /* messages as answers of a dump, without a batch */
};

void zw_batch_free(struct zw_batch *batch);
void zw_batch_begin(struct zw_batch *batch);
void zw_batch_end(struct zw_batch *batch);
/* Room for one message of TYPE; close it with zw_batch_put(). */
struct nlmsghdr *zw_batch_message(struct zw_batch *batch, u16 type, u16 flags);
void zw_batch_put(struct zw_batch *batch);
void zw_batch_raw(struct zw_batch *batch, const void *bytes, size_t n);

void zw_batch_table(struct zw_batch *batch, const char *name);
void zw_batch_chain(struct zw_batch *batch, const char *table,
		    const char *name);
/* A base chain of type filter. */
void zw_batch_base(struct zw_batch *batch, const char *table, const char *name,
		   u32 hook, s32 priority, u32 policy);
/* The declaration of a set that the caller has filled in but for table and
 * name (borrows it). */
void zw_batch_newset(struct zw_batch *batch, const char *table,
		     const char *name, struct nftnl_set *set);
/* The same and its elements (takes it). */
void zw_batch_set(struct zw_batch *batch, const char *table, const char *name,
		  struct nftnl_set *set);
/* Its elements alone, with message TYPE. */
void zw_batch_elements(struct zw_batch *batch, u16 type, const char *table,
		       const char *name, struct nftnl_set *set);
/* A rule of the expressions (takes them), appended. COMMENT may be NULL. */
void zw_batch_rule(struct zw_batch *batch, const char *table, const char *chain,
		   struct nftnl_expr **exprs, u32 n, const char *comment);
/* Messages with a table and a further name alone, such as DELCHAIN. */
void zw_batch_named(struct zw_batch *batch, u16 type, const char *table,
		    u16 attribute, const char *name);

/* Expressions. */
struct nftnl_expr *zw_expr_payload(u32 base, u32 offset, u32 len, u32 reg);
struct nftnl_expr *zw_expr_cmp(u32 reg, u32 op, const void *data, u32 len);
struct nftnl_expr *zw_expr_verdict(s32 code, const char *chain);
struct nftnl_expr *zw_expr_meta(u32 key, u32 reg);
struct nftnl_expr *zw_expr_lookup(const char *set, u32 reg, u32 dreg,
				  bool invert);
struct nftnl_expr *zw_expr_bytes(u32 reg, const void *data, u32 len);

/* Elements: KEY_END and DATA may be NULL; CHAIN for rulings. */
void zw_set_element(struct nftnl_set *set, const void *key, u32 len,
		    const void *key_end, u32 flags);

#endif
