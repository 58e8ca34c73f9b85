/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections held against a policy where more than one way, or none, is
 * known: two ways out, policy routing, IPsec, the gateway's own, packets to
 * everybody. tests/deploy asks the kernel about the plain ones. */
#include "verifier/judge.h"

#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"

static const char policy[] =
	"external zone net { interface wan0 }\n"
	"external zone spare { interface wan1 network 198.18.0.0/15 }\n"
	"internal zone office { interface lan0 network 10.2.0.0/16 }\n"
	"internal zone branch { interface wan0 network 10.8.0.0/16 ipsec }\n"
	"allow office -> net : tcp/443\n"
	"allow office -> spare : tcp/25\n"
	"allow branch -> office : tcp/22\n"
	"allow self -> net : udp/123\n"
	"allow office -> self : dhcp, ssh\n"
	"allow office -> net : tcp/444 during \"mon 00:00-00:01\"\n";

enum {
	STANDS = ZW_STANDS,
	FORBIDDEN = ZW_FORBIDDEN,
	UNJUDGED = ZW_UNJUDGED,
};

static const struct {
	const char *what;
	u8 proto;
	const char *src, *dst;
	u16 sport, dport;
	const char *to;	 /* where it is led; NULL: to DST */
	int alone, more; /* by the main table; with policy routing beside it */
} cases[] = {
	{ "allowed", 6, "10.2.0.7", "192.0.2.9", 1024, 443, NULL, STANDS,
	  STANDS },
	{ "not allowed", 6, "10.2.0.7", "192.0.2.9", 1024, 80, NULL, FORBIDDEN,
	  FORBIDDEN },
	{ "led elsewhere", 6, "10.2.0.7", "192.0.2.9", 1024, 443, "192.0.2.10",
	  FORBIDDEN, FORBIDDEN },
	{ "out of its window", 6, "10.2.0.7", "192.0.2.9", 1024, 444, NULL,
	  STANDS, STANDS },
	{ "to a zone by its network", 6, "10.2.0.7", "198.18.0.1", 1024, 25,
	  NULL, STANDS, STANDS },
	{ "a service of the other zone", 6, "10.2.0.7", "198.18.0.1", 1024, 443,
	  NULL, FORBIDDEN, FORBIDDEN },
	{ "by IPsec or in the clear", 6, "10.8.0.1", "10.2.0.7", 1024, 22, NULL,
	  STANDS, STANDS },
	{ "by IPsec, another service", 6, "10.8.0.1", "10.2.0.7", 1024, 23,
	  NULL, FORBIDDEN, FORBIDDEN },
	{ "sources of no zone", 6, "10.9.0.1", "10.2.0.7", 1024, 22, NULL,
	  FORBIDDEN, FORBIDDEN },
	{ "the gateway's own, allowed", 17, "203.0.113.1", "192.0.2.9", 123,
	  123, NULL, STANDS, STANDS },
	{ "the gateway's own, not allowed", 17, "203.0.113.1", "192.0.2.9", 123,
	  53, NULL, FORBIDDEN, FORBIDDEN },
	{ "to the gateway", 6, "10.2.0.7", "10.2.0.1", 1024, 22, NULL, STANDS,
	  STANDS },
	{ "to the gateway, not allowed", 6, "10.2.0.7", "10.2.0.1", 1024, 23,
	  NULL, FORBIDDEN, FORBIDDEN },
	{ "to the gateway by another of its addresses", 6, "10.2.0.7",
	  "203.0.113.1", 1024, 22, NULL, STANDS, STANDS },
	{ "with itself", 6, "127.0.0.1", "127.0.0.1", 1024, 23, NULL, STANDS,
	  STANDS },
	{ "with itself, by an address", 6, "10.2.0.1", "10.2.0.1", 1024, 23,
	  NULL, STANDS, STANDS },
	{ "who has no address yet", 17, "0.0.0.0", "255.255.255.255", 68, 67,
	  NULL, STANDS, STANDS },
	{ "who has no address yet, another port", 17, "0.0.0.0",
	  "255.255.255.255", 68, 69, NULL, FORBIDDEN, FORBIDDEN },
};

static struct zw_ip ip(const char *text)
{
	struct zw_ip out = { 0 };

	ZW_CHECK(zw_ip_parse(zw_str_from(text), &out), "%s", text);
	return out;
}

static void add_link(struct zw_arena *arena, struct zw_gateway *g, u32 index,
		     const char *name, const char *own, u32 prefix)
{
	struct zw_link link = { .index = index,
				.name = zw_str_from(name),
				.kind = ZW_STR("-") };
	struct zw_link_address address = { index, ip(own), prefix };

	zw_push(arena, g->links, link);
	zw_push(arena, g->addresses, address);
}

static void add_route(struct zw_arena *arena, zw_route_list *routes, u32 index,
		      const char *lo, const char *hi)
{
	struct zw_route route = {
		.index = index,
		.family = ZW_IPV4,
		.prefix = { ip(lo).value, ip(hi).value },
	};

	zw_push(arena, *routes, route);
}

static struct zw_ways *ways_of(struct zw_arena *arena, bool more)
{
	struct zw_gateway *g = ZW_NEW(arena, struct zw_gateway);
	zw_route_list *routes = ZW_NEW(arena, zw_route_list);

	add_link(arena, g, 1, "lo", "127.0.0.1", 8);
	add_link(arena, g, 2, "wan0", "203.0.113.1", 24);
	add_link(arena, g, 3, "wan1", "198.18.0.254", 15);
	add_link(arena, g, 4, "lan0", "10.2.0.1", 16);
	add_route(arena, routes, 2, "0.0.0.0", "255.255.255.255");
	add_route(arena, routes, 3, "0.0.0.0", "255.255.255.255");
	add_route(arena, routes, 3, "198.18.0.0", "198.19.255.255");
	add_route(arena, routes, 4, "10.2.0.0", "10.2.255.255");
	return zw_ways_new(arena, g, routes, more);
}

static struct zw_connection connection(size_t i)
{
	struct zw_connection c = {
		.proto = cases[i].proto,
		.original = { ip(cases[i].src), ip(cases[i].dst),
			      cases[i].sport, cases[i].dport },
	};

	c.reply = (struct zw_endpoints){
		ip(cases[i].to ? cases[i].to : cases[i].dst), c.original.src,
		c.original.dport, c.original.sport
	};
	return c;
}

static void judged(void)
{
	static const char *const words[] = { "stands", "is forbidden",
					     "is not judged" };
	struct zw_pipeline p;
	size_t i;
	int more;

	zw_pipeline_run(&p, "judge.zw", zw_str_from(policy));
	ZW_CHECK(p.valid, "the policy is none");
	for (more = 0; more < 2 && p.valid; more++) {
		struct zw_judge *judge =
			zw_judge_new(p.arena, p.ruleset, p.statement,
				     ways_of(p.arena, more));

		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct zw_connection c = connection(i);
			int is = zw_judge_connection(judge, &c);

			ZW_CHECK(is == (more ? cases[i].more : cases[i].alone),
				 "%s, %s: %s", cases[i].what,
				 more ? "ways by rules" : "one way", words[is]);
		}
	}
	zw_pipeline_free(&p);
}

/* Expected connections come related; an address that may be any is no
 * question. */
static void expected(void)
{
	struct zw_pipeline p;
	struct zw_connection c = connection(0);
	struct zw_judge *judge;

	zw_pipeline_run(&p, "judge.zw", zw_str_from(policy));
	judge = zw_judge_new(p.arena, p.ruleset, p.statement,
			     ways_of(p.arena, false));
	c.expected = true;
	ZW_CHECK(zw_judge_connection(judge, &c) == ZW_FORBIDDEN, "expected");
	c.any_source = true;
	ZW_CHECK(zw_judge_connection(judge, &c) == ZW_UNJUDGED, "from anybody");
	zw_pipeline_free(&p);
}

void suite_judge(void);
void suite_judge(void)
{
	static CU_TestInfo tests[] = {
		{ "ways", judged },
		{ "expectations", expected },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("judge", tests);
}
