/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole numbers of fixed width: just what counting the points of a set needs,
 * a schoolbook multiplication by one word, an addition, and decimal text. */
#include "verifier/diagram_big.h"

#include <string.h>

struct zw_big zw_big_from(u64 value)
{
	struct zw_big a = { { value } };

	return a;
}

static void saturate(struct zw_big *a)
{
	memset(a, 0xff, sizeof(*a));
}

void zw_big_multiply(struct zw_big *a, u64 factor)
{
	u128 carry = 0;
	unsigned i;

	for (i = 0; i < ZW_BIG_WORDS; i++) {
		carry += (u128)a->word[i] * factor;
		a->word[i] = (u64)carry;
		carry >>= 64;
	}
	if (carry)
		saturate(a);
}

void zw_big_add_times(struct zw_big *a, const struct zw_big *b, u64 factor)
{
	u128 carry = 0;
	unsigned i;

	for (i = 0; i < ZW_BIG_WORDS; i++) {
		carry += (u128)b->word[i] * factor + a->word[i];
		a->word[i] = (u64)carry;
		carry >>= 64;
	}
	if (carry)
		saturate(a);
}

unsigned zw_big_bits(const struct zw_big *a)
{
	unsigned i = ZW_BIG_WORDS;

	while (i > 0 && a->word[i - 1] == 0)
		i--;
	if (i == 0)
		return 0;
	return i * 64 - (unsigned)__builtin_clzll(a->word[i - 1]);
}

/* Divide by DIVISOR in place; returns the remainder. */
static u64 divide(struct zw_big *a, u64 divisor)
{
	u128 rest = 0;
	unsigned i;

	for (i = ZW_BIG_WORDS; i-- > 0;) {
		rest = rest << 64 | a->word[i];
		a->word[i] = (u64)(rest / divisor);
		rest %= divisor;
	}
	return (u64)rest;
}

char *zw_big_text(struct zw_big a, char text[ZW_BIG_DIGITS + 1])
{
	char digits[ZW_BIG_DIGITS + 1];
	size_t at = ZW_BIG_DIGITS;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + divide(&a, 10));
	while (zw_big_bits(&a));
	memcpy(text, &digits[at], ZW_BIG_DIGITS + 1 - at);
	return text;
}
