/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expressions that the gateway's nft cannot write or its kernel does not have,
 * put together attribute by attribute as in linux/netfilter/nf_tables.h. */
#ifndef ZW_TESTS_CORPUS_BUILT_H
#define ZW_TESTS_CORPUS_BUILT_H

#include "tests/unit/verifier/batch.h"

#include "base/str.h"

/* A batch with a base chain at HOOK (NF_INET_...), policy drop, and one rule:
 * the expression NAME and then accept. False if there is none of that name. */
bool corpus_build(struct zw_batch *batch, u32 family, u32 hook,
		  struct zw_str name);

#endif
