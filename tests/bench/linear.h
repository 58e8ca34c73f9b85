/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy as people write it by hand: one forward chain that accepts what is
 * established, then the rules one by one. For the bench alone. */
#ifndef ZW_TESTS_BENCH_LINEAR_H
#define ZW_TESTS_BENCH_LINEAR_H

#include "base/str.h"
#include "statement/statement.h"

/* Append the text for `nft -f`. STATEMENT has allows alone, without options,
 * publishes or translations, and each of its zones has one interface. Rules to
 * and from the gateway are left out. Returns how many rules the chain has. */
size_t zw_linear_print(struct zw_buf *out,
		       const struct zw_statement *statement);

#endif
