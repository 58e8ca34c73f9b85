/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets into and out of the kernel of a namespace, for the tests of the
 * emitters. */
#ifndef ZW_TESTS_UNIT_COMPILER_RULESETS_H
#define ZW_TESTS_UNIT_COMPILER_RULESETS_H

#include "base/str.h"
#include "tests/harness/netns.h"

/* The kernel's first refusal; error 0: it took all. */
struct answer {
	int error;
	u32 seq;
};

/* One batch by one sendmsg in NS. */
struct answer ruleset_send(int ns, const struct zw_buf *batch);

/* A listing with the elements of each set in the order of their text, appended
 * to OUT. */
void ruleset_sorted(struct zw_buf *out, const char *listing);
/* The sets and chains of a listing of one table in the order of their text:
 * equal for two kernels that were given the same in another order. */
void ruleset_ordered(struct zw_buf *out, const struct zw_buf *listing);
/* What nft lists in NS, sorted; a failure is a failed check. */
void ruleset_list(int ns, struct zw_buf *out);
/* TEXT through nft in NS; DRY: only checked. */
void ruleset_load_text(int ns, const char *text, bool dry);

#endif
