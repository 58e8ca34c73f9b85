/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: tables of text, and random text and numbers against the C
 * library's inet_pton() and inet_ntop(). */
#include "base/inet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"

struct text_case {
	const char *text;
	const char *canonical; /* NULL: no address */
};

static const struct text_case cases[] = {
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "192.0.2.1", "192.0.2.1" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "1::", "1::" },
	{ "2001:DB8::1", "2001:db8::1" },
	{ "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "1:0:0:4:0:0:0:8", "1:0:0:4::8" },
	{ "::ffff:1.2.3.4", "::ffff:1.2.3.4" },
	{ "::ffff:102:304", "::ffff:1.2.3.4" },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
	{ "::1.2.3.4", "::102:304" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "", NULL },
	{ "1", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.4.5", NULL },
	{ "1.2.3.", NULL },
	{ ".1.2.3", NULL },
	{ "1..2.3", NULL },
	{ "1.2.3.256", NULL },
	{ "1.2.3.04", NULL },
	{ "00.0.0.0", NULL },
	{ "1.2.3.1000", NULL },
	{ "1.2.3.4294967296", NULL },
	{ " 1.2.3.4", NULL },
	{ "1.2.3.4 ", NULL },
	{ "0x1.2.3.4", NULL },
	{ "-1.2.3.4", NULL },
	{ ":", NULL },
	{ ":::", NULL },
	{ "::1::", NULL },
	{ "1::2::3", NULL },
	{ ":1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:", NULL },
	{ "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7:8::", NULL },
	{ "::1:2:3:4:5:6:7:8", NULL },
	{ "1::2:3:4:5:6:7:8", NULL },
	{ "12345::", NULL },
	{ "g::", NULL },
	{ "fe80::1%eth0", NULL },
	{ "::1/128", NULL },
	{ "1.2.3.4::", NULL },
	{ "::1.2.3.4:5", NULL },
	{ "::1.2.3", NULL },
	{ "::01.2.3.4", NULL },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL },
	{ "::ffff:1.2.3.400", NULL },
};

static void test_text(void)
{
	char out[46];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_ip ip = { ZW_IPV6, 77 };
		bool ok = zw_ip_parse(zw_str_from(cases[i].text), &ip);

		ZW_CHECK(ok == !!cases[i].canonical, "'%s'", cases[i].text);
		if (!ok)
			ZW_CHECK(ip.family == ZW_IPV6 && ip.value == 77,
				 "'%s' touched the result", cases[i].text);
		else
			ZW_CHECK(!strcmp(zw_ip_format(ip, out),
					 cases[i].canonical),
				 "'%s' gives '%s'", cases[i].text, out);
	}
}

/* Text that is often an address, or nearly one. */
static void random_text(struct zw_random *random, char *out, bool quad)
{
	static const char *const pieces[] = {
		":",	   "::",  "0",	  "1",	  "ffff",      "ab",
		"1.2.3.4", ":0",  ":0:0", ":db8", ":1234",     "12345",
		".",	   "255", "g",	  "09",	  ":10.0.0.1",
	};
	static const char *const parts[] = {
		".", "0", "1", "10", "255", "256", "01", ".2", ".33", ".4", "",
	};
	u32 i, n = 1 + zw_random_below(random, 9);

	*out = '\0';
	for (i = 0; i < n; i++)
		strcat(out, quad ? parts[zw_random_below(random, 11)]
				 : pieces[zw_random_below(random, 17)]);
}

static bool library_parse(const char *text, struct zw_ip *ip)
{
	u8 bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*ip = zw_ip_from_bytes(ZW_IPV4, bytes);
		return true;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		*ip = zw_ip_from_bytes(ZW_IPV6, bytes);
		return true;
	}
	return false;
}

static void test_parse_against_library(void)
{
	struct zw_random random = { zw_test_seed() };
	int i, good = 0;

	for (i = 0; i < 300000; i++) {
		struct zw_ip ours = { ZW_IPV4, 0 }, theirs = { ZW_IPV4, 0 };
		char text[128];
		bool ok, expected;

		random_text(&random, text, i % 3 == 0);
		ok = zw_ip_parse(zw_str_from(text), &ours);
		expected = library_parse(text, &theirs);
		good += expected;
		ZW_CHECK(ok == expected && ours.family == theirs.family &&
				 ours.value == theirs.value,
			 "'%s': %d, library %d", text, ok, expected);
	}
	ZW_CHECK(good > 1000, "only %d addresses among the texts", good);
}

static u128 random_address(struct zw_random *random)
{
	u128 value = 0;
	int i;

	for (i = 0; i < 8; i++) {
		u64 group = zw_random_next(random) & 0xffff;

		if (zw_random_below(random, 2))
			group = 0;
		else if (!zw_random_below(random, 4))
			group = 0xffff;
		value = value << 16 | group;
	}
	return value;
}

static void check_format(struct zw_ip ip)
{
	int family = ip.family == ZW_IPV4 ? AF_INET : AF_INET6;
	char ours[46], theirs[46];
	struct zw_ip again;
	u8 bytes[16];

	zw_ip_bytes(ip, bytes);
	zw_ip_format(ip, ours);
	inet_ntop(family, bytes, theirs, sizeof(theirs));
	/* glibc also writes the deprecated ::/96 mixed, RFC 5952 does not */
	if (ip.family == ZW_IPV4 || ip.value >> 32)
		ZW_CHECK(!strcmp(ours, theirs), "%s, library %s", ours, theirs);
	ZW_CHECK(zw_ip_parse(zw_str_from(ours), &again) &&
			 again.family == ip.family && again.value == ip.value,
		 "%s does not come back", ours);
	again = zw_ip_from_bytes(ip.family, bytes);
	ZW_CHECK(again.value == ip.value, "%s by bytes", ours);
}

static void test_format_against_library(void)
{
	struct zw_random random = { zw_test_seed() };
	int i;

	for (i = 0; i < 100000; i++) {
		u128 value = random_address(&random);

		check_format((struct zw_ip){ ZW_IPV6, value });
		check_format((struct zw_ip){ ZW_IPV6, value >> 96 });
		check_format((struct zw_ip){ ZW_IPV6,
					     (u128)0xffff << 32 | (u32)value });
		check_format((struct zw_ip){ ZW_IPV4, (u32)value });
	}
}

struct range_case {
	enum zw_family family;
	const char *lo, *hi, *text;
};

static void test_ranges(void)
{
	static const struct range_case ranges[] = {
		{ ZW_IPV4, "0.0.0.0", "255.255.255.255", "0.0.0.0/0" },
		{ ZW_IPV4, "10.0.0.0", "10.255.255.255", "10.0.0.0/8" },
		{ ZW_IPV4, "10.0.0.4", "10.0.0.5", "10.0.0.4/31" },
		{ ZW_IPV4, "10.0.0.5", "10.0.0.6", "10.0.0.5-10.0.0.6" },
		{ ZW_IPV4, "10.0.0.5", "10.0.0.5", "10.0.0.5" },
		{ ZW_IPV4, "10.0.0.0", "10.0.0.2", "10.0.0.0-10.0.0.2" },
		{ ZW_IPV6, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "::/0" },
		{ ZW_IPV6, "2001:db8::",
		  "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32" },
		{ ZW_IPV6, "::1", "::1", "::1" },
		{ ZW_IPV6, "::1", "::2", "::1-::2" },
		{ ZW_IPV6, "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.253",
		  "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.254",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd-"
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" },
	};
	struct zw_ip lo, hi;
	char out[100];
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range_case *c = &ranges[i];

		ZW_CHECK(zw_ip_parse(zw_str_from(c->lo), &lo) &&
				 zw_ip_parse(zw_str_from(c->hi), &hi),
			 "%s", c->text);
		zw_ip_range_format(c->family,
				   (struct zw_interval){ lo.value, hi.value },
				   out);
		ZW_CHECK(!strcmp(out, c->text), "'%s', not '%s'", out, c->text);
	}
}

static void test_sets(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_ipset all = zw_ipset_all(arena), empty = { 0 };
	struct zw_ipset four = empty, six = empty;

	four.of[ZW_IPV4] = zw_intervals_one(arena, 10, 20);
	six.of[ZW_IPV6] = zw_intervals_one(arena, 10, 20);
	ZW_CHECK(all.of[ZW_IPV4].v[0].hi == UINT32_MAX, "IPv4 has 32 bits");
	ZW_CHECK(all.of[ZW_IPV6].v[0].hi == ~(u128)0, "IPv6 has 128 bits");
	ZW_CHECK(zw_family_bits(ZW_IPV4) == 32 &&
			 zw_family_bits(ZW_IPV6) == 128,
		 "bits");
	ZW_CHECK(!zw_ipset_overlap(four, six), "families are apart");
	ZW_CHECK(zw_ipset_empty(zw_ipset_intersect(arena, four, six)), "apart");
	ZW_CHECK(!zw_ipset_empty(four) && zw_ipset_empty(empty), "empty");
	ZW_CHECK(!zw_ipset_subset(four, six) && zw_ipset_subset(four, all),
		 "subset");
	ZW_CHECK(zw_ipset_equal(zw_ipset_minus(arena,
					       zw_ipset_union(arena, four, six),
					       six),
				four),
		 "union and minus");
	ZW_CHECK(
		zw_ipset_contains(four, (struct zw_ip){ ZW_IPV4, 15 }) &&
			!zw_ipset_contains(four, (struct zw_ip){ ZW_IPV6, 15 }),
		"contains");
	zw_arena_free(arena);
}

void suite_inet(void);
void suite_inet(void)
{
	CU_TestInfo tests[] = {
		{ "text", test_text },
		{ "parse against the library", test_parse_against_library },
		{ "format against the library", test_format_against_library },
		{ "ranges", test_ranges },
		{ "sets", test_sets },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("inet", tests);
}
