/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements to networks: addresses, routes, what routing makes of packets. */
#include <string.h>

#include "lab/network.h"
#include "tests/harness/harness.h"
#include "tests/harness/packet.h"
#include "tests/harness/pipeline.h"

void suite_network(void);

struct scene {
	struct zw_pipeline pipeline;
	struct zw_network network;
};

static bool open_scene(struct scene *s, const char *policy)
{
	*s = (struct scene){ 0 };
	zw_pipeline_run(&s->pipeline, "tests/unit/lab/x.zw",
			zw_str_from(policy));
	ZW_CHECK(s->pipeline.valid, "the policy is not valid");
	return s->pipeline.valid &&
	       zw_network_of(s->pipeline.arena, s->pipeline.statement, NULL, 0,
			     &s->network);
}

static void close_scene(struct scene *s)
{
	zw_routing_free(s->network.ways);
	zw_pipeline_free(&s->pipeline);
}

static const struct zw_testbed_interface *face(const struct scene *s,
					       const char *name)
{
	unsigned i;

	for (i = 0; i < s->network.spec.count; i++)
		if (!strcmp(s->network.spec.interfaces[i].name, name))
			return &s->network.spec.interfaces[i];
	ZW_CHECK(false, "there is no %s", name);
	return &s->network.spec.interfaces[0];
}

static bool has_own(const struct scene *s, const char *name, const char *ip)
{
	const struct zw_testbed_interface *f = face(s, name);
	struct zw_ip wanted = zw_test_ip(ip);
	size_t i;

	for (i = 0; i < f->further_count; i++)
		if (f->further[i].own &&
		    f->further[i].ip.family == wanted.family &&
		    f->further[i].ip.value == wanted.value)
			return true;
	return false;
}

static const char town[] =
	"external zone internet { interface wan0 }\n"
	"dmz zone front { interface dmz0 network 192.0.2.0/28, 2001:db8:d::/64\n"
	"  host first = 192.0.2.1\n  host web = 192.0.2.10 }\n"
	"internal zone office { interface lan0, \"vl*\" network 10.1.0.0/16 }\n"
	"allow internet -> front.{first, web} : https\n"
	"allow office -> self(10.1.200.1) : ssh\n";

static void addresses(void)
{
	struct scene s;

	if (!open_scene(&s, town))
		return;
	ZW_CHECK(s.network.spec.count == 5, "%u interfaces",
		 s.network.spec.count);
	ZW_CHECK(!has_own(&s, "dmz0", "192.0.2.1"),
		 "an address that a rule names is the gateway's");
	ZW_CHECK(has_own(&s, "dmz0", "192.0.2.2"), "not the next one");
	ZW_CHECK(has_own(&s, "dmz0", "2001:db8:d::1"), "none of IPv6");
	ZW_CHECK(has_own(&s, "lan0", "10.1.0.1"), "none in the office");
	ZW_CHECK(has_own(&s, "lan0", "10.1.200.1"),
		 "what a rule names of self is not the gateway's");
	ZW_CHECK(face(&s, "vl7")->further_count == 0,
		 "the second interface has addresses");
	ZW_CHECK(face(&s, ZW_NETWORK_STRAY)->further_count == 2,
		 "the stray interface has none");
	close_scene(&s);
}

static void transfer(void)
{
	static const char policy[] =
		"external zone internet { interface wan0 }\n"
		"internal zone lab { interface lan0 network 198.18.0.0/24 }\n"
		"allow lab -> internet : https\n";
	struct scene s;

	if (!open_scene(&s, policy))
		return;
	ZW_CHECK(!has_own(&s, "wan0", "198.18.0.1"),
		 "the transfer network is a zone's");
	ZW_CHECK(has_own(&s, "wan0", "198.18.1.1"), "not the next one");
	close_scene(&s);
}

static void ipsec(void)
{
	static const char policy[] =
		"external zone internet { interface wan0 }\n"
		"internal zone branch { interface wan0 ipsec network 10.20.0.0/16 }\n"
		"internal zone lan { interface lan0 network 10.1.0.0/16 }\n"
		"allow branch -> lan : ssh\nallow lan -> internet : https\n";
	struct scene s;

	if (!open_scene(&s, policy))
		return;
	ZW_CHECK(s.network.notes.n == 1, "%zu notes", s.network.notes.n);
	ZW_CHECK(!has_own(&s, "wan0", "10.20.0.1"),
		 "an address behind IPsec is the gateway's");
	ZW_CHECK(zw_routing_toward(s.network.ways, zw_test_ip("10.20.1.1")) >=
			 0,
		 "no route to what is behind IPsec");
	close_scene(&s);
}

static void ways(void)
{
	static const struct {
		const char *src, *dst;
		enum zw_way_kind kind;
		const char *out;
	} cases[] = {
		{ "198.51.100.7", "192.0.2.10", ZW_WAY_OUT, "dmz0" },
		{ "10.1.0.9", "198.51.100.7", ZW_WAY_OUT, "wan0" },
		{ "2001:db8:5::1", "2001:db8:d::9", ZW_WAY_OUT, "dmz0" },
		{ "10.1.0.9", "192.0.2.2", ZW_WAY_SELF, NULL },
		{ "10.1.0.9", "192.0.2.15", ZW_WAY_SELF, NULL },
		{ "127.0.0.1", "192.0.2.10", ZW_WAY_NOWHERE, NULL },
		{ "192.0.2.2", "10.1.0.9", ZW_WAY_NOWHERE, NULL },
		{ "2001:db8:d::1", "2001:db8:5::1", ZW_WAY_OUT, "wan0" },
		{ "fe80::1", "2001:db8:5::1", ZW_WAY_NOWHERE, NULL },
		{ "10.1.0.9", "240.0.0.1", ZW_WAY_OUT, "wan0" },
		{ "10.1.0.9", "224.0.0.9", ZW_WAY_NOWHERE, NULL },
	};
	struct scene s;
	size_t i;

	if (!open_scene(&s, town))
		return;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zw_way way =
			zw_routing_of(s.network.ways, zw_test_ip(cases[i].src),
				      zw_test_ip(cases[i].dst));

		ZW_CHECK(way.kind == cases[i].kind, "%s > %s: %d", cases[i].src,
			 cases[i].dst, way.kind);
		ZW_CHECK(
			!cases[i].out ||
				!strcmp(s.network.spec.interfaces[way.out].name,
					cases[i].out),
			"%s > %s leaves by another", cases[i].src,
			cases[i].dst);
	}
	ZW_CHECK(zw_routing_sent(s.network.ways, zw_test_ip("::")).kind ==
			 ZW_WAY_NOWHERE,
		 ":: leaves the gateway");
	close_scene(&s);
}

void suite_network(void)
{
	static CU_TestInfo tests[] = {
		{ "the gateway's addresses", addresses },
		{ "transfer networks", transfer },
		{ "behind IPsec", ipsec },
		{ "ways of packets", ways },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("lab/network", tests);
}
