/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All of Unicode there and back, and every way to be wrong. */
#include "base/utf8.h"

#include "base/str.h"
#include "tests/harness/harness.h"

static size_t encode(u32 c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void test_all_characters(void)
{
	u32 c, back;
	char bytes[4];

	for (c = 0; c < 0x110000 + 0x1000; c++) {
		size_t cut, n = encode(c, bytes);
		bool valid = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		size_t got = zw_utf8_decode(bytes, n, &back);

		if (got != (valid ? n : 0) || (valid && back != c))
			ZW_CHECK(false, "U+%04X: %zu bytes", c, got);
		for (cut = 0; cut < n; cut++) {
			if (zw_utf8_decode(bytes, cut, &back))
				ZW_CHECK(false, "U+%04X cut to %zu", c, cut);
		}
	}
	ZW_CHECK(c == 0x111000, "walked to the end");
}

static void test_wrong(void)
{
	static const struct zw_str wrong[] = {
		{ "\x80", 1 },
		{ "\xbf\x80", 2 },
		{ "\xc0\x80", 2 },
		{ "\xc1\xbf", 2 },
		{ "\xe0\x80\x80", 3 },
		{ "\xe0\x9f\xbf", 3 },
		{ "\xed\xa0\x80", 3 },
		{ "\xed\xbf\xbf", 3 },
		{ "\xf0\x80\x80\x80", 4 },
		{ "\xf0\x8f\xbf\xbf", 4 },
		{ "\xf4\x90\x80\x80", 4 },
		{ "\xf5\x80\x80\x80", 4 },
		{ "\xf8\x88\x80\x80\x80", 5 },
		{ "\xfe", 1 },
		{ "\xff", 1 },
		{ "\xc3\x28", 2 },
		{ "\xe2\x82\x28", 3 },
		{ "\xe2\x28\xa1", 3 },
		{ "\xc3\xc3", 2 },
	};
	u32 c = 7;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ZW_CHECK(!zw_utf8_decode(wrong[i].p, wrong[i].n, &c) && c == 7,
			 "case %zu", i);
}

void suite_utf8(void);
void suite_utf8(void)
{
	CU_TestInfo tests[] = {
		{ "all characters", test_all_characters },
		{ "wrong bytes", test_wrong },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("utf8", tests);
}
