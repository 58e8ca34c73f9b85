/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements made at random: each is read without a mistake; what is printed
 * reads as the same tree. The same texts, damaged by a byte or more, must
 * neither crash nor hang, and what is left of them prints and reads again. */
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/unit/grammar/maker.h"
#include "tests/unit/grammar/reading.h"

#define ROUNDS 3000

static void made_texts(void)
{
	struct maker maker = { .random = { zw_test_seed() } };
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		struct reading reading;

		maker.text.n = 0;
		maker_policy(&maker);
		reading_of(&reading, "t.zw", maker.text.data, maker.text.n);
		ZW_CHECK(!reading.diags.errors, "round %u:\n%s\n%s", i,
			 maker.text.data, reading_mistakes(&reading));
		reading_check_again(&reading, maker.text.data);
		reading_free(&reading);
	}
	zw_buf_free(&maker.text);
}

static void damage(struct maker *maker)
{
	static const char bytes[] = "(){}:;,.\"'->=*/#\n\r \t09a\xc3\xff%\0";
	u32 n = 1 + maker_below(maker, 4);

	while (n--) {
		size_t at = maker_below(maker, (u32)maker->text.n);
		size_t len = 1 + maker_below(maker, 8);

		if (maker_below(maker, 2)) {
			maker->text.data[at] =
				bytes[maker_below(maker, sizeof(bytes) - 1)];
			continue;
		}
		if (len > maker->text.n - at)
			len = maker->text.n - at;
		memmove(maker->text.data + at, maker->text.data + at + len,
			maker->text.n - at - len);
		maker->text.n -= len;
		zw_buf_puts(&maker->text, ";\n");
	}
}

static void damaged_texts(void)
{
	struct maker maker = { .random = { zw_test_seed() ^ 0x5a5a } };
	u32 i, mistakes = 0;

	for (i = 0; i < ROUNDS; i++) {
		struct reading reading;

		maker.text.n = 0;
		maker_policy(&maker);
		damage(&maker);
		reading_of(&reading, "t.zw", maker.text.data, maker.text.n);
		mistakes += reading.diags.errors != 0;
		reading_check_again(&reading, maker.text.data);
		reading_free(&reading);
	}
	zw_buf_free(&maker.text);
	ZW_CHECK(mistakes > ROUNDS / 2, "%u of %u damaged texts are refused",
		 mistakes, ROUNDS);
}

void suite_random(void);
void suite_random(void)
{
	static CU_TestInfo tests[] = {
		{ "made at random", made_texts },
		{ "damaged", damaged_texts },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("grammar: random", tests);
}
