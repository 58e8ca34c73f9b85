/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of reloads. Lists are made so that neighbours stay apart: entry I
 * of "single" is 20.0.0.0 + 2 * I, of "ranges" 20.0.0.0 + 16 * I and the seven
 * behind it; in IPv6 2a00:1:0:I:: and its /64. The files of the second policy
 * ("...-b") have one entry more at the end, and lack the first. */
#include "tests/reload/cases.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "tests/harness/harness.h"

static const char zones[] = "gateway torture\n"
			    "external zone internet { interface wan0 }\n"
			    "dmz zone front {\n"
			    "	interface dmz0\n"
			    "	network 10.1.0.0/16, fd00:1::/48\n"
			    "	host web = 10.1.0.7, fd00:1::7\n"
			    "}\n"
			    "internal zone office {\n"
			    "	interface lan0\n"
			    "	network 10.2.0.0/16, fd00:2::/48\n"
			    "}\n"
			    "allow office -> internet : udp/53, tcp/443\n"
			    "allow internet -> front.web : udp/443\n";

enum list { SINGLE, RANGES };

static void write_list(const char *path, enum list kind, unsigned first,
		       unsigned end)
{
	FILE *file = fopen(path, "w");
	unsigned i;

	ZW_ASSERT(file);
	for (i = first; i < end; i++) {
		u32 a = 20u << 24 | i * (kind == SINGLE ? 2 : 16), b = a + 7;

		fprintf(file, "%u.%u.%u.%u", a >> 24, a >> 16 & 255,
			a >> 8 & 255, a & 255);
		if (kind == RANGES)
			fprintf(file, "-%u.%u.%u.%u", b >> 24, b >> 16 & 255,
				b >> 8 & 255, b & 255);
		fprintf(file, "\n2a00:1:%x:%x::%s\n", i >> 16, i & 0xffff,
			kind == RANGES ? "/64" : "");
	}
	ZW_ASSERT(!fclose(file));
}

/* ELEMENTS of both families together. */
static void write_lists(unsigned elements)
{
	unsigned n = elements / 2;

	write_list("single-a.txt", SINGLE, 0, n);
	write_list("single-b.txt", SINGLE, 1, n + 1);
	write_list("ranges-a.txt", RANGES, 0, n);
	write_list("ranges-b.txt", RANGES, 1, n + 1);
}

/* A rule for each entry of "ranges" in IPv4, every other one an allow, each to
 * one of three ports: what is laid out as concatenations. */
static void write_rules(const char *path, unsigned first, unsigned end)
{
	FILE *file = fopen(path, "w");
	unsigned i;

	ZW_ASSERT(file);
	for (i = first; i < end; i++) {
		u32 a = 20u << 24 | i * 16, b = a + 7;

		fprintf(file,
			"%s internet(%u.%u.%u.%u-%u.%u.%u.%u) -> front.web : "
			"udp/%u\n",
			i % 2 ? "allow" : "deny", a >> 24, a >> 16 & 255,
			a >> 8 & 255, a & 255, b >> 24, b >> 16 & 255,
			b >> 8 & 255, b & 255, 8000 + i % 3);
	}
	ZW_ASSERT(!fclose(file));
}

static void write_both_rules(unsigned elements)
{
	write_rules("rules-a.zw", 0, elements);
	write_rules("rules-b.zw", 1, elements + 1);
}

/* Entry 1000 stands in all files, no entry begins with 20.200 or 2a00:2. */
#define LISTED_SINGLE "20.0.7.208"
#define LISTED_RANGE "20.0.62.131"
#define LISTED_IP6 "2a00:1:0:3e8::"
#define UNLISTED "20.200.0.1"
#define UNLISTED_IP6 "2a00:2::1"
#define WEB "10.1.0.7"
#define WEB_IP6 "fd00:1::7"
#define PORT 443

#define UDP(stream, verdict, interface, from, to, port)                 \
	{                                                               \
		.name = (stream), .kind = (verdict), .in = (interface), \
		.spec = {                                               \
			.protocol = IPPROTO_UDP,                        \
			.sport = 40000,                                 \
			.dport = (port),                                \
			.payload = (from "\0" to),                      \
			.payload_length = sizeof(from),                 \
		},                                                      \
	}

/* Addresses are text until a stream is used: .payload holds source and
 * destination, .payload_length says where the second begins. */
static void settle_addresses(struct zw_frame_spec *spec)
{
	const char *text = spec->payload;

	spec->src = zw_test_ip(text);
	spec->dst = zw_test_ip(text + spec->payload_length);
	spec->payload = NULL;
	spec->payload_length = 0;
}

#define DENY_STREAMS(listed)                                                  \
	{                                                                     \
		UDP("unlisted to web", ZW_ALLOWED, WAN, UNLISTED, WEB, PORT), \
			UDP("unlisted to web, IPv6", ZW_ALLOWED, WAN,         \
			    UNLISTED_IP6, WEB_IP6, PORT),                     \
			UDP("listed to web", ZW_FORBIDDEN, WAN, listed, WEB,  \
			    PORT),                                            \
			UDP("listed to web, IPv6", ZW_FORBIDDEN, WAN,         \
			    LISTED_IP6, WEB_IP6, PORT),                       \
	}

#define ALLOW_STREAMS(listed)                                                  \
	{                                                                      \
		UDP("listed to web:8443", ZW_ALLOWED, WAN, listed, WEB, 8443), \
			UDP("listed to web:8443, IPv6", ZW_ALLOWED, WAN,       \
			    LISTED_IP6, WEB_IP6, 8443),                        \
			UDP("unlisted to web:8443", ZW_FORBIDDEN, WAN,         \
			    UNLISTED, WEB, 8443),                              \
			UDP("unlisted to web:8443, IPv6", ZW_FORBIDDEN, WAN,   \
			    UNLISTED_IP6, WEB_IP6, 8443),                      \
	}

const struct zw_reload_case zw_reload_cases[] = {
	{
		.name = "tiny",
		.rules = { "", "allow office -> internet : ntp\n" },
		.rounds = 300,
		.streams = {
			UDP("ntp", ZW_SOMETIMES, LAN, "10.2.0.9",
			    "198.51.100.7", 123),
		},
	},
	{
		.name = "a prohibition moves between rule and set",
		.rules = { "deny internet(198.51.100.66) -> front\n",
			   "deny internet(198.51.100.64-198.51.100.70, "
			   "20.7.0.0/16, 20.9.1.0-20.9.1.77) -> front\n" },
		.rounds = 100,
		.streams = {
			UDP("denied source", ZW_FORBIDDEN, WAN, "198.51.100.66",
			    WEB, PORT),
			UDP("denied in one", ZW_SOMETIMES, WAN, "20.7.1.1", WEB,
			    PORT),
			UDP("other source", ZW_ALLOWED, WAN, "198.51.100.99",
			    WEB, PORT),
		},
	},
	{
		.name = "a deny by verdict map",
		.rules = { "deny front -> internet : udp/53\n"
			   "allow front -> internet : udp/123\n",
			   "allow front(10.1.0.0/24) -> internet\n"
			   "deny front -> internet : udp/53\n" },
		.rounds = 100,
		.streams = {
			UDP("front to internet:53", ZW_FORBIDDEN, DMZ, WEB,
			    "198.51.100.7", 53),
			UDP("front to internet:123", ZW_ALLOWED, DMZ, WEB,
			    "198.51.100.7", 123),
		},
	},
	{
		.name = "translations that come and go",
		.rules = { "publish front.web : udp/443 as 203.0.113.80 : "
			   "udp/8443 for internet\n",
			   "publish front.web : udp/443 as 203.0.113.80 : "
			   "udp/8443 for internet\n"
			   "publish front.web : udp/444 as 203.0.113.81 : "
			   "udp/8443 for internet\n"
			   "masquerade office -> internet\n" },
		.rounds = 100,
		.streams = {
			UDP("published", ZW_ALLOWED, WAN, "198.51.100.7",
			    "203.0.113.80", 8443),
			UDP("published by one", ZW_SOMETIMES, WAN,
			    "198.51.100.7", "203.0.113.81", 8443),
			UDP("not published", ZW_FORBIDDEN, WAN, "198.51.100.7",
			    "203.0.113.80", 443),
			UDP("front to what is published", ZW_FORBIDDEN, DMZ,
			    "10.1.0.9", "203.0.113.80", 8443),
			UDP("the inner port itself", ZW_FORBIDDEN, WAN,
			    "198.51.100.7", WEB, 444),
		},
	},
	{
		.name = "concatenations that change",
		.rules = { "include \"../rules-a.zw\"\n",
			   "include \"../rules-b.zw\"\n" },
		.files = write_both_rules,
		.elements = 2000,
		.rounds = 40,
		.streams = {
			UDP("listed, its port", ZW_ALLOWED, WAN, "20.0.62.145",
			    WEB, 8002),
			UDP("listed, another port", ZW_FORBIDDEN, WAN,
			    "20.0.62.145", WEB, 8001),
			UDP("denied", ZW_FORBIDDEN, WAN, "20.0.62.129", WEB,
			    8001),
		},
	},
	{
		.name = "a deny set of hosts that stays",
		.rules = { "define bad = file \"../single-a.txt\"\n"
			   "deny internet(bad) -> any, self\n",
			   "define bad = file \"../single-a.txt\"\n"
			   "deny internet(bad) -> any, self\n"
			   "allow office -> internet : ntp\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 12,
		.streams = DENY_STREAMS(LISTED_SINGLE),
	},
	{
		.name = "a deny set of hosts that changes",
		.rules = { "define bad = file \"../single-a.txt\"\n"
			   "deny internet(bad) -> any, self\n",
			   "define bad = file \"../single-b.txt\"\n"
			   "deny internet(bad) -> any, self\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 12,
		.streams = DENY_STREAMS(LISTED_SINGLE),
	},
	{
		.name = "a deny set of ranges that stays",
		.rules = { "define bad = file \"../ranges-a.txt\"\n"
			   "deny internet(bad) -> any, self\n",
			   "define bad = file \"../ranges-a.txt\"\n"
			   "deny internet(bad) -> any, self\n"
			   "allow office -> internet : ntp\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 12,
		.streams = DENY_STREAMS(LISTED_RANGE),
	},
	{
		.name = "a deny set of ranges that changes",
		.rules = { "define bad = file \"../ranges-a.txt\"\n"
			   "deny internet(bad) -> any, self\n",
			   "define bad = file \"../ranges-b.txt\"\n"
			   "deny internet(bad) -> any, self\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 12,
		.streams = DENY_STREAMS(LISTED_RANGE),
	},
	{
		.name = "a deny set of ranges that changes beside a rule",
		.rules = { "define bad = file \"../ranges-a.txt\"\n"
			   "deny internet(bad) -> any, self\n",
			   "define bad = file \"../ranges-b.txt\"\n"
			   "deny internet(bad) -> any, self\n"
			   "allow office -> internet : ntp\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 8,
		.streams = DENY_STREAMS(LISTED_RANGE),
	},
	{
		.name = "an allow set of hosts that changes",
		.rules = { "define good = file \"../single-a.txt\"\n"
			   "allow internet(good) -> front.web : udp/8443\n",
			   "define good = file \"../single-b.txt\"\n"
			   "allow internet(good) -> front.web : udp/8443\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 12,
		.streams = ALLOW_STREAMS(LISTED_SINGLE),
	},
	{
		.name = "an allow set of ranges that changes",
		.rules = { "define good = file \"../ranges-a.txt\"\n"
			   "allow internet(good) -> front.web : udp/8443\n",
			   "define good = file \"../ranges-b.txt\"\n"
			   "allow internet(good) -> front.web : udp/8443\n" },
		.files = write_lists,
		.elements = 100000,
		.rounds = 12,
		.streams = ALLOW_STREAMS(LISTED_RANGE),
	},
};

const size_t zw_reload_case_count =
	sizeof(zw_reload_cases) / sizeof(zw_reload_cases[0]);

static void write_policy(const char *path, const char *rules)
{
	FILE *file = fopen(path, "w");

	ZW_ASSERT(file);
	fprintf(file, "%s%s", zones, rules);
	ZW_ASSERT(!fclose(file));
}

void zw_reload_case_write(const struct zw_reload_case *reload)
{
	write_policy("a/torture.zw", reload->rules[0]);
	write_policy("b/torture.zw", reload->rules[1]);
	if (reload->files)
		reload->files(reload->elements);
}

/* What no policy of these lets through, and what all of them do. */
static const struct zw_stream common[] = {
	UDP("office to internet:53", ZW_ALLOWED, LAN, "10.2.0.9",
	    "198.51.100.7", 53),
	UDP("office to internet:53, IPv6", ZW_ALLOWED, LAN, "fd00:2::9",
	    "2a00:3::7", 53),
	UDP("internet to web:443", ZW_ALLOWED, WAN, "198.51.100.7", WEB, PORT),
	UDP("front to office", ZW_FORBIDDEN, DMZ, WEB, "10.2.0.9", 53),
	UDP("front to office, IPv6", ZW_FORBIDDEN, DMZ, WEB_IP6, "fd00:2::9",
	    53),
	UDP("internet to office", ZW_FORBIDDEN, WAN, "198.51.100.7", "10.2.0.9",
	    53),
	UDP("office to front", ZW_FORBIDDEN, LAN, "10.2.0.9", WEB, 22),
	UDP("forged source to web", ZW_FORBIDDEN, WAN, "10.2.0.9", WEB, PORT),
};

static void add(struct zw_stream *streams, unsigned *n, struct zw_stream one)
{
	ZW_ASSERT(*n < ZW_STREAMS);
	streams[(*n)++] = one;
}

static void add_connections(struct zw_testbed *bed, struct zw_stream *streams,
			    unsigned *n)
{
	struct zw_flow flow = {
		.from = LAN,
		.to = WAN,
		.protocol = IPPROTO_TCP,
		.src = zw_test_ip("10.2.0.9"),
		.dst = zw_test_ip("198.51.100.7"),
		.sport = 50000,
		.dport = 443,
	};
	struct zw_flow moved = {
		.from = DMZ,
		.to = LAN,
		.protocol = IPPROTO_TCP,
		.src = zw_test_ip(WEB),
		.dst = zw_test_ip("10.2.0.9"),
		.sport = 50001,
		.dport = 443,
	};
	bool made = zw_testbed_connect(bed, &flow);

	ZW_CHECK(made, "connect: %s", zw_testbed_error(bed));
	made = zw_testbed_track(bed, &moved, false);
	ZW_CHECK(made, "track: %s", zw_testbed_error(bed));
	add(streams, n,
	    (struct zw_stream){ "connection, request", ZW_ALLOWED, LAN,
				zw_flow_request(&flow) });
	add(streams, n,
	    (struct zw_stream){ "connection, reply", ZW_ALLOWED, WAN,
				zw_flow_reply(&flow) });
	add(streams, n,
	    (struct zw_stream){ "entry front to office, request", ZW_FORBIDDEN,
				DMZ, zw_flow_request(&moved) });
}

unsigned zw_reload_case_streams(const struct zw_reload_case *reload,
				struct zw_testbed *bed,
				struct zw_stream *streams)
{
	unsigned n = 0, i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		add(streams, &n, common[i]);
	for (i = 0; i < 8 && reload->streams[i].name; i++)
		add(streams, &n, reload->streams[i]);
	for (i = 0; i < n; i++)
		settle_addresses(&streams[i].spec);
	add_connections(bed, streams, &n);
	return n;
}
