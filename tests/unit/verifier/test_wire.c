/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walkers over bytes that lie: each prefix and each flipped bit ends the
 * walk without reading outside (the sanitizer build would tell). */
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "verifier/wire.h"

void suite_wire(void);

static void test_attributes(void)
{
	static const struct {
		const char *name;
		u8 bytes[16];
		size_t n;
		u32 count; /* attributes before the end */
		bool broken;
	} cases[] = {
		{ "none", { 0 }, 0, 0, false },
		{ "one", { 8, 0, 1, 0, 1, 2, 3, 4 }, 8, 1, false },
		{ "without payload", { 4, 0, 1, 0 }, 4, 1, false },
		{ "padded",
		  { 5, 0, 1, 0, 9, 0, 0, 0, 4, 0, 2, 0 },
		  12,
		  2,
		  false },
		{ "last without padding", { 5, 0, 1, 0, 9 }, 5, 1, false },
		{ "cut header", { 8, 0, 1 }, 3, 0, true },
		{ "length 0", { 0, 0, 1, 0 }, 4, 0, true },
		{ "length 3", { 3, 0, 1, 0 }, 4, 0, true },
		{ "longer than the rest",
		  { 9, 0, 1, 0, 0, 0, 0, 0 },
		  8,
		  0,
		  true },
		{ "bytes left over", { 4, 0, 1, 0, 7 }, 5, 1, true },
		{ "nested flag", { 4, 0, 1, 0x80 }, 4, 1, false },
	};
	struct zw_attr attr;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_attr_walk walk =
			zw_attr_walk(cases[i].bytes, cases[i].n);
		u32 count = 0;

		while (zw_attr_next(&walk, &attr)) {
			ZW_CHECK(attr.type == 1 || attr.type == 2,
				 "%s: type %u", cases[i].name, attr.type);
			count++;
		}
		ZW_CHECK(count == cases[i].count &&
				 walk.broken == cases[i].broken,
			 "%s: %u attributes, broken %d", cases[i].name, count,
			 walk.broken);
	}
}

static void test_by_number(void)
{
	static const u8 bytes[] = {
		8, 0, 2, 0, 0,	 0,   0, 1, /* the first 2 */
		8, 0, 9, 0, 0,	 0,   0, 0, /* above MAX */
		8, 0, 2, 0, 0,	 0,   1, 2, /* the last 2 */
		7, 0, 1, 0, 'a', 'b', 0, 0
	};
	struct zw_attrs attrs;
	struct zw_str text;
	u32 value = 0;
	u8 byte = 7;

	zw_attrs_parse(&attrs, bytes, sizeof(bytes), 3);
	ZW_CHECK(zw_attr_u32(&attrs.at[2], &value) && value == 0x102,
		 "the last of a number counts: %#x", value);
	ZW_CHECK(attrs.unknown && attrs.unknown_type == 9 && !attrs.broken,
		 "unknown %u", attrs.unknown_type);
	ZW_CHECK(zw_attr_str(&attrs.at[1], 15, &text) && text.n == 2,
		 "text of %zu bytes", text.n);
	ZW_CHECK(!zw_attr_str(&attrs.at[1], 1, &text), "text too long");
	ZW_CHECK(!zw_attr_u8(&attrs.at[2], &byte) && byte == 7,
		 "four bytes are no u8");
	ZW_CHECK(!zw_attr_u32(&attrs.at[3], &value), "an absent attribute");
}

static void test_messages(void)
{
	u8 bytes[44] = { 20, 0, 0, 0, 0, 10, 1, 0, 5, 0,
			 0,  0, 0, 0, 0, 0,  2, 0, 0, 7 };
	struct zw_message_walk walk = { bytes, 20, false };
	struct zw_message message;
	size_t n;

	ZW_CHECK(zw_message_next(&walk, &message) && message.type == 0xa00 &&
			 message.flags == 1 && message.seq == 5 &&
			 message.family == 2 && message.res_id == 7 &&
			 !message.n,
		 "a message with its header");
	ZW_CHECK(!zw_message_next(&walk, &message) && !walk.broken, "the end");
	for (n = 1; n < 20; n++) {
		u8 *copy = malloc(n); /* the sanitizer watches its end */

		memcpy(copy, bytes, n);
		walk = (struct zw_message_walk){ copy, n, false };
		ZW_CHECK(!zw_message_next(&walk, &message) && walk.broken,
			 "cut after %zu bytes", n);
		free(copy);
	}
}

/* Any bytes: walks end, and what they give lies inside. */
static void test_any_bytes(void)
{
	struct zw_random random = { zw_test_seed() };
	struct zw_attr attr;
	u32 round, i;

	for (round = 0; round < 20000; round++) {
		size_t n = zw_random_below(&random, 64);
		u8 *bytes = malloc(n ? n : 1);
		struct zw_attr_walk walk;
		size_t sum = 0;

		for (i = 0; i < n; i++)
			bytes[i] = (u8)(zw_random_below(&random, 3)
						? zw_random_below(&random, 12)
						: zw_random_next(&random));
		walk = zw_attr_walk(bytes, n);
		while (zw_attr_next(&walk, &attr)) {
			sum += attr.len + 4u;
			ZW_CHECK(attr.data >= bytes &&
					 attr.data + attr.len <= bytes + n,
				 "an attribute outside");
		}
		ZW_CHECK(sum <= n, "more than there is");
		free(bytes);
	}
}

void suite_wire(void)
{
	static CU_TestInfo tests[] = {
		{ "attributes", test_attributes },
		{ "attributes by number", test_by_number },
		{ "messages", test_messages },
		{ "any bytes", test_any_bytes },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("wire", tests);
}
