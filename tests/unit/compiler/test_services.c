/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services: the library's order and content, the printed library as a policy
 * of its own, ICMP's reserved types, and items in normal form. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/resolve.h"
#include "tests/harness/harness.h"
#include "tests/unit/compiler/fixture.h"

static void print_items(struct zw_buf *out, const zw_service_items *items)
{
	size_t i;

	zw_buf_puts(out, "");
	for (i = 0; i < items->n; i++)
		zw_buf_printf(out, "%u/%u-%u/%u ", items->v[i].proto,
			      items->v[i].lo, items->v[i].hi,
			      items->v[i].families);
}

static void test_order(void)
{
	size_t i;

	ZW_CHECK(zw_standard_service_count() >= 120, "only %zu services",
		 zw_standard_service_count());
	for (i = 1; i < zw_standard_service_count(); i++)
		ZW_CHECK(zw_str_cmp(zw_standard_service_name(i - 1),
				    zw_standard_service_name(i)) < 0,
			 "'%.*s' is not in order",
			 ZW_STR_ARG(zw_standard_service_name(i)));
}

/* What `zwinger services` prints declares the library again, unchanged: no
 * warning that a service hides another. */
static void test_printed(void)
{
	struct zw_buf text = { 0 }, said = { 0 };
	struct fixture fixture;
	size_t i, lines = 0;

	zw_services_print(&text);
	for (i = 0; i < text.n; i++)
		lines += text.data[i] == '\n';
	ZW_CHECK(lines == zw_standard_service_count(), "%zu lines", lines);
	fixture_open(&fixture, text.data, NULL);
	fixture_said(&fixture, &said);
	ZW_CHECK(!said.n, "the library says %s", said.data);
	fixture_close(&fixture);
	zw_buf_free(&text);
	zw_buf_free(&said);
}

struct items_case {
	const char *services, *items;
};

/* Families: 1 IPv4, 2 IPv6, 3 both. */
static const struct items_case items_cases[] = {
	{ "dns", "6/53-53/3 17/53-53/3 " },
	{ "https", "6/443-443/3 " },
	{ "http3", "17/443-443/3 " },
	{ "ping", "1/2048-2303/1 58/32768-33023/2 " },
	{ "ike", "17/500-500/3 17/4500-4500/3 " },
	{ "wireguard", "17/51820-51820/3 " },
	{ "esp", "50/0-65535/3 " },
	{ "proto/47", "47/0-65535/3 " },
	{ "gre", "47/0-65535/3 " },
	{ "ah", "51/0-65535/1 " },
	{ "tcp", "6/0-65535/3 " },
	{ "dccp", "33/0-65535/3 " },
	{ "tcp/{443, 80, 81-90, 85-100}", "6/80-100/3 6/443-443/3 " },
	{ "udp/0-65535, udp/5", "17/0-65535/3 " },
	{ "tcp/1-5, tcp/6", "6/1-6/3 " },
	{ "icmp/echo-request/0", "1/2048-2048/1 " },
	{ "icmp", "1/0-1279/1 1/1536-65535/1 " },
	{ "icmp/4, icmp/5, icmp/6", "1/1024-1279/1 1/1536-1791/1 " },
	{ "icmpv6", "58/0-33279/2 58/35328-36607/2 58/36864-65535/2 " },
	{ "proto/58", "58/0-33279/2 58/35328-36607/2 58/36864-65535/2 " },
	{ "ipv6-icmp/nd-router-advert, icmpv6/echo-reply",
	  "58/33024-33279/2 " },
	{ "any", "1/0-1279/1 1/1536-65535/1 6/0-65535/3 17/0-65535/3 "
		 "58/0-33279/2 58/35328-36607/2 58/36864-65535/2 "
		 "132/0-65535/3 136/0-65535/3 " },
	{ "mine", "6/7-7/3 17/53-53/3 " },
};

static void test_items(void)
{
	size_t i;

	for (i = 0; i < sizeof(items_cases) / sizeof(items_cases[0]); i++) {
		const struct items_case *c = &items_cases[i];
		struct zw_buf policy = { 0 }, items = { 0 }, said = { 0 };
		struct fixture fixture;

		zw_buf_printf(&policy,
			      "zone a { interface e0 }\n"
			      "zone b { interface e1 network 10.0.0.0/8, "
			      "fd00::/8 }\n"
			      "service mine = yours, tcp/7\n"
			      "service yours = udp/53\nallow a -> b : %s\n",
			      c->services);
		fixture_open(&fixture, policy.data, NULL);
		fixture_said(&fixture, &said);
		if (fixture.model)
			print_items(&items,
				    &fixture.model->rules.v[0].services);
		ZW_CHECK(fixture.model && !strcmp(items.data, c->items),
			 "%s: %s %s", c->services, items.data, said.data);
		zw_buf_free(&policy);
		zw_buf_free(&items);
		zw_buf_free(&said);
		fixture_close(&fixture);
	}
}

static bool holds(const zw_service_items *items, u8 proto, u32 key)
{
	size_t i;

	for (i = 0; i < items->n; i++) {
		if (items->v[i].proto == proto && items->v[i].lo <= key &&
		    key <= items->v[i].hi)
			return true;
	}
	return false;
}

/* Normal form holds the same keys, in order and apart. */
static void test_normal(void)
{
	struct zw_random random = { zw_test_seed() };
	unsigned run;

	for (run = 0; run < 500; run++) {
		struct zw_arena *arena = zw_arena_new();
		zw_service_items items = { 0 }, copy = { 0 }, normal;
		u32 i, n = zw_random_below(&random, 12), proto, key;

		for (i = 0; i < n; i++) {
			u16 lo = (u16)zw_random_below(&random, 40);
			struct zw_service_item item = {
				.proto = (u8)zw_random_below(&random, 3),
				.lo = lo,
				.hi = (u16)(lo + zw_random_below(&random, 6)),
			};

			zw_push(arena, items, item);
			zw_push(arena, copy, item);
		}
		normal = zw_service_items_normal(arena, items);
		for (proto = 0; proto < 3; proto++) {
			for (key = 0; key < 50; key++)
				ZW_CHECK(holds(&copy, (u8)proto, key) ==
						 holds(&normal, (u8)proto, key),
					 "run %u: %u/%u", run, proto, key);
		}
		for (i = 1; i < normal.n; i++)
			ZW_CHECK(normal.v[i - 1].proto < normal.v[i].proto ||
					 normal.v[i - 1].hi + 1 <
						 normal.v[i].lo,
				 "run %u: not apart", run);
		zw_arena_free(arena);
	}
}

struct date_case {
	const char *text;
	s64 days; /* -1: no date */
};

static void test_dates(void)
{
	static const struct date_case cases[] = {
		{ "1970-01-01", 0 },	   { "1970-03-01", 59 },
		{ "2000-02-29", 11016 },   { "2027-01-15", 20833 },
		{ "2100-02-28", 47540 },   { "2100-02-29", -1 },
		{ "2027-13-01", -1 },	   { "2027-00-10", -1 },
		{ "2027-04-31", -1 },	   { "2027-1-015", -1 },
		{ "1969-12-31", -1 },	   { "2027/01/15", -1 },
		{ "9999-12-31", 2932896 }, { "2028-02-29", 21243 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s64 days = -1;

		zw_parse_date(zw_str_from(cases[i].text), &days);
		ZW_CHECK(days == cases[i].days, "%s is %lld", cases[i].text,
			 (long long)days);
	}
}

void suite_services(void);

void suite_services(void)
{
	static CU_TestInfo tests[] = {
		{ "the library is in order", test_order },
		{ "the library printed and read", test_printed },
		{ "items", test_items },
		{ "normal form", test_normal },
		{ "dates", test_dates },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("compiler/services", tests);
}
