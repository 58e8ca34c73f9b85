/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole numbers below 2^576, for counting. Law: zero-initialised is 0; what
 * would grow past the end stays at the largest number, 2^576 - 1. */
#ifndef ZW_VERIFIER_DIAGRAM_BIG_H
#define ZW_VERIFIER_DIAGRAM_BIG_H

#include "base/types.h"

enum {
	ZW_BIG_WORDS = 9,
	ZW_BIG_DIGITS = 174, /* of the largest, in decimal */
};

struct zw_big {
	u64 word[ZW_BIG_WORDS]; /* the least first */
};

struct zw_big zw_big_from(u64 value);
void zw_big_multiply(struct zw_big *a, u64 factor);
/* A plus B times FACTOR. */
void zw_big_add_times(struct zw_big *a, const struct zw_big *b, u64 factor);
/* How many bits the number has; 0 for 0. */
unsigned zw_big_bits(const struct zw_big *a);
/* Decimal, NUL-terminated; returns TEXT. */
char *zw_big_text(struct zw_big a, char text[ZW_BIG_DIGITS + 1]);

#endif
