/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wide numbers of counting: against 128-bit arithmetic, and at the end of
 * their range. */
#include "tests/harness/harness.h"
#include "verifier/diagram_big.h"

#include <string.h>

static void arithmetic(void)
{
	struct zw_random random = { zw_test_seed() + 61 };
	char text[ZW_BIG_DIGITS + 1];
	u32 round;

	for (round = 0; round < 1000; round++) {
		u64 x = zw_random_next(&random) >> zw_random_below(&random, 64);
		u64 y = zw_random_next(&random) >> zw_random_below(&random, 64);
		u64 z = zw_random_next(&random) >> 1;
		struct zw_big a = zw_big_from(x), b = zw_big_from(z);
		u128 want = (u128)x * y, low;

		zw_big_multiply(&a, y);
		ZW_CHECK(a.word[0] == (u64)want &&
				 a.word[1] == (u64)(want >> 64) && !a.word[2],
			 "round %u: product", round);
		low = (want & UINT64_MAX) + (u128)z * 3;
		zw_big_add_times(&a, &b, 3);
		ZW_CHECK(a.word[0] == (u64)low, "round %u: low sum", round);
		ZW_CHECK(a.word[1] == (u64)((want >> 64) + (low >> 64)),
			 "round %u: carried sum", round);
	}
	ZW_CHECK(!strcmp(zw_big_text(zw_big_from(0), text), "0"), "%s", text);
	ZW_CHECK(!strcmp(zw_big_text(zw_big_from(UINT64_MAX), text),
			 "18446744073709551615"),
		 "%s", text);
}

static void end_of_range(void)
{
	struct zw_big a = zw_big_from(1), b;
	char text[ZW_BIG_DIGITS + 1];
	unsigned i;

	for (i = 0; i < 64 * ZW_BIG_WORDS - 1; i++) {
		ZW_CHECK(zw_big_bits(&a) == i + 1, "2^%u has %u bits", i,
			 zw_big_bits(&a));
		zw_big_multiply(&a, 2);
	}
	b = a;
	zw_big_multiply(&a, 2);
	ZW_CHECK(zw_big_bits(&a) == 64 * ZW_BIG_WORDS, "stays at the largest");
	zw_big_add_times(&b, &b, 1);
	ZW_CHECK(!memcmp(&a, &b, sizeof(a)), "by a sum as well");
	zw_big_add_times(&a, &b, 7);
	ZW_CHECK(!memcmp(&a, &b, sizeof(a)), "and for good");
	ZW_CHECK(strlen(zw_big_text(a, text)) == ZW_BIG_DIGITS, "%zu digits",
		 strlen(text));
}

void suite_diagram_big(void);
void suite_diagram_big(void)
{
	static CU_TestInfo tests[] = {
		{ "arithmetic", arithmetic },
		{ "end of the range", end_of_range },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("diagram: wide numbers", tests);
}
