/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case held against what the verifier makes of it. */
#ifndef ZW_TESTS_CORPUS_ASKED_H
#define ZW_TESTS_CORPUS_ASKED_H

#include "tests/corpus/notation.h"
#include "verifier/ruleset.h"

/* Which kinds of expressions were met, by enum zw_expr_kind and family
 * (NFPROTO_...). */
struct corpus_met {
	u32 count[ZW_EXPR_COUNT][16];
};

/* Load C into a namespace of its own, read it back, decode it and compare. What
 * is not as written is told in SAID, which stays empty otherwise. */
void corpus_ask(const struct corpus_case *c, struct corpus_met *met,
		struct zw_buf *said);

#endif
