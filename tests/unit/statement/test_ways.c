/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest prefixes, several routes of one prefix, what is the gateway's own,
 * and when nothing is known. */
#include "statement/connection.h"
#include "statement/ways.h"
#include "tests/harness/harness.h"

static struct zw_ip ip(const char *text)
{
	struct zw_ip out = { 0 };

	ZW_CHECK(zw_ip_parse(zw_str_from(text), &out), "%s", text);
	return out;
}

static void add_link(struct zw_arena *arena, struct zw_gateway *g, u32 index,
		     const char *name, const char *kind, u32 master)
{
	struct zw_link link = { .index = index,
				.name = zw_str_from(name),
				.kind = zw_str_from(kind),
				.master = master };

	zw_push(arena, g->links, link);
}

static void add_address(struct zw_arena *arena, struct zw_gateway *g, u32 index,
			const char *text, u32 prefix)
{
	struct zw_link_address address = { index, ip(text), prefix };

	zw_push(arena, g->addresses, address);
}

static void add_route(struct zw_arena *arena, zw_route_list *routes, u32 index,
		      const char *lo, const char *hi)
{
	struct zw_route route = { .index = index, .family = ip(lo).family };

	route.prefix = (struct zw_interval){ ip(lo).value, ip(hi).value };
	zw_push(arena, *routes, route);
}

static struct zw_ways *make(struct zw_arena *arena, bool more)
{
	struct zw_gateway *g = ZW_NEW(arena, struct zw_gateway);
	zw_route_list *routes = ZW_NEW(arena, zw_route_list);

	add_link(arena, g, 1, "lo", "-", 0);
	add_link(arena, g, 2, "wan0", "-", 0);
	add_link(arena, g, 3, "wan1", "-", 0);
	add_link(arena, g, 4, "lan0", "-", 5);
	add_link(arena, g, 5, "blue", "vrf", 0);
	add_address(arena, g, 2, "203.0.113.1", 24);
	add_address(arena, g, 4, "fd00:2::1", 64);
	add_route(arena, routes, 2, "0.0.0.0", "255.255.255.255");
	add_route(arena, routes, 4, "10.2.0.0", "10.2.255.255");
	add_route(arena, routes, 3, "0.0.0.0", "255.255.255.255");
	add_route(arena, routes, 3, "10.2.7.0", "10.2.7.255");
	add_route(arena, routes, 4, "fd00:2::", "fd00:2::ffff:ffff:ffff:ffff");
	return zw_ways_new(arena, g, routes, more);
}

static void places(void)
{
	static const struct {
		const char *address, *names;
		bool more;
	} cases[] = {
		{ "192.0.2.1", "wan0 wan1 ", false },
		{ "10.2.8.1", "lan0 blue ", false },
		{ "10.2.7.1", "wan1 ", false },
		{ "10.2.7.1", "wan0 wan1 lan0 blue ", true },
		{ "fd00:2::9", "lan0 blue ", false },
		{ "fd00:3::9", "wan0 wan1 lan0 blue ", false },
		{ "0.0.0.0", "wan0 wan1 lan0 blue ", false },
		{ "255.255.255.255", "wan0 wan1 lan0 blue ", false },
		{ "224.0.0.5", "wan0 wan1 lan0 blue ", false },
		{ "fe80::1", "wan0 wan1 lan0 blue ", false },
	};
	struct zw_arena *arena = zw_arena_new();
	size_t i, k, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_ways *ways = make(arena, cases[i].more);
		const struct zw_str *names =
			zw_ways_to(ways, ip(cases[i].address), &n);
		struct zw_buf text = { 0 };

		for (k = 0; k < n; k++)
			zw_buf_printf(&text, "%.*s ", ZW_STR_ARG(names[k]));
		ZW_CHECK(zw_str_is((struct zw_str){ text.data, text.n },
				   cases[i].names),
			 "%s: %s", cases[i].address, text.data);
		zw_buf_free(&text);
	}
	zw_arena_free(arena);
}

static void own(void)
{
	static const struct {
		const char *address;
		bool own, delivered;
	} cases[] = {
		{ "203.0.113.1", true, true },
		{ "203.0.113.2", false, false },
		{ "203.0.113.255", false, true },
		{ "203.0.112.255", false, false },
		{ "255.255.255.255", false, true },
		{ "127.0.0.5", true, true },
		{ "224.0.0.1", false, true },
		{ "fd00:2::1", true, true },
		{ "::1", true, true },
		{ "ff02::1", false, true },
		{ "fd00:2::2", false, false },
	};
	struct zw_arena *arena = zw_arena_new();
	struct zw_ways *ways = make(arena, false);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_ip address = ip(cases[i].address);

		ZW_CHECK(zw_ways_own(ways, address) == cases[i].own &&
				 zw_ways_delivered(ways, address) ==
					 cases[i].delivered,
			 "%s", cases[i].address);
	}
	zw_arena_free(arena);
}

static void text(void)
{
	struct zw_connection c = {
		.proto = 6,
		.original = { ip("10.2.0.7"), ip("203.0.113.1"), 40000, 80 },
		.reply = { ip("10.1.0.5"), ip("10.2.0.7"), 8080, 40000 },
	};
	struct zw_buf out = { 0 };

	zw_connection_print(&out, &c);
	zw_buf_putc(&out, '\n');
	c.original = (struct zw_endpoints){ ip("fd00::1"), ip("fd00::2"), 9,
					    0x8000 };
	c.reply = (struct zw_endpoints){ ip("fd00::2"), ip("fd00::1"), 0x8000,
					 9 };
	c.proto = 58;
	zw_connection_print(&out, &c);
	zw_buf_putc(&out, '\n');
	c.proto = 17;
	c.expected = c.any_source = true;
	c.original.sport = 0;
	zw_connection_print(&out, &c);
	ZW_CHECK(
		zw_str_is(
			(struct zw_str){ out.data, out.n },
			"tcp 10.2.0.7:40000 -> 203.0.113.1:80 (to 10.1.0.5:8080)\n"
			"icmpv6/128/0 fd00::1 -> fd00::2\n"
			"expected udp any -> [fd00::2]:32768"),
		"%s", out.data);
	zw_buf_free(&out);
}

void suite_ways(void);
void suite_ways(void)
{
	static CU_TestInfo tests[] = {
		{ "where addresses lie", places },
		{ "what is delivered", own },
		{ "connections as text", text },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("ways", tests);
}
