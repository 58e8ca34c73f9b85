/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random policies that read without a mistake. Law: a text depends on the
 * random state alone; the caller frees TEXT. */
#ifndef ZW_TESTS_UNIT_GRAMMAR_MAKER_H
#define ZW_TESTS_UNIT_GRAMMAR_MAKER_H

#include "base/str.h"
#include "tests/harness/harness.h"

struct maker {
	struct zw_random random;
	struct zw_buf text;
	unsigned free_lines; /* inside brackets */
};

/* Append one to five statements to the text. */
void maker_policy(struct maker *maker);
u32 maker_below(struct maker *maker, u32 bound);

#endif
