/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections made by packets under one policy, and what is left of each when
 * another is loaded: the entry, and whether packets of either direction still
 * pass. */
#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <stdlib.h>
#include <string.h>

#include "loader/conntrack.h"
#include "tests/deploy/site.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

static const struct {
	const char *what;
	unsigned from, to;
	u8 protocol;
	const char *src, *dst;
	u16 sport, dport;
	bool stays;
} flows[] = {
	{ "masqueraded, taken away", LAN, WAN, IPPROTO_TCP, "10.2.0.7",
	  "192.0.2.9", 40001, 80, false },
	{ "masqueraded, still allowed", LAN, WAN, IPPROTO_TCP, "10.2.0.7",
	  "192.0.2.9", 40002, 443, true },
	{ "UDP, taken away", LAN, WAN, IPPROTO_UDP, "10.2.0.8", "192.0.2.9",
	  40003, 53, false },
	{ "UDP, still allowed", LAN, WAN, IPPROTO_UDP, "10.2.0.8", "192.0.2.9",
	  40004, 123, true },
	{ "echo, taken away", LAN, WAN, IPPROTO_ICMP, "10.2.0.8", "192.0.2.9",
	  77, 0, false },
	{ "IPv6, taken away", LAN, WAN, IPPROTO_TCP, "fd00:2::7",
	  "2001:db8:9::1", 40005, 80, false },
	{ "IPv6, still allowed", LAN, WAN, IPPROTO_TCP, "fd00:2::7",
	  "2001:db8:9::1", 40006, 443, true },
	{ "IPv6 echo, taken away", LAN, WAN, IPPROTO_ICMPV6, "fd00:2::7",
	  "2001:db8:9::1", 78, 0, false },
	{ "published, still so", WAN, DMZ, IPPROTO_TCP, "198.51.100.7",
	  "203.0.113.1", 40007, 80, true },
	{ "published, now by another host", WAN, DMZ, IPPROTO_TCP,
	  "198.51.100.7", "203.0.113.1", 40008, 443, false },
	{ "within a limit", LAN, DMZ, IPPROTO_TCP, "10.2.0.9", "10.1.0.5",
	  40009, 22, true },
};
#define FLOWS (sizeof(flows) / sizeof(flows[0]))

static struct zw_flow flow_of(size_t i)
{
	return (struct zw_flow){
		.from = flows[i].from,
		.to = flows[i].to,
		.protocol = flows[i].protocol,
		.src = zw_test_ip(flows[i].src),
		.dst = zw_test_ip(flows[i].dst),
		.sport = flows[i].sport,
		.dport = flows[i].dport,
	};
}

static bool begin_all(struct zw_testbed *bed, struct zw_flow made[FLOWS])
{
	size_t i;

	for (i = 0; i < FLOWS; i++) {
		made[i] = flow_of(i);
		ZW_CHECK(zw_testbed_connect(bed, &made[i]), "%s: %s",
			 flows[i].what, zw_testbed_error(bed));
	}
	return true;
}

/* A packet of the other side first: it makes no entry where there is none. */
static void expect_flow(struct zw_testbed *bed, const char *what,
			struct zw_flow *flow, bool passes)
{
	struct zw_frame_spec spec = zw_flow_reply(flow);
	char text[ZW_PROBE_TEXT];
	struct zw_probe probe;

	zw_testbed_send(bed, flow->to, &spec, &probe);
	ZW_CHECK((probe.out == (int)flow->from) == passes, "%s: the answer: %s",
		 what, zw_probe_format(bed, &probe, text));
	spec = zw_flow_request(flow);
	zw_testbed_send(bed, flow->from, &spec, &probe);
	ZW_CHECK((probe.out == (int)flow->to) == passes, "%s: a request: %s",
		 what, zw_probe_format(bed, &probe, text));
}

static bool has_entry(const zw_connections *all, const struct zw_flow *flow)
{
	size_t i;

	for (i = 0; i < all->n; i++) {
		const struct zw_connection *c = &all->v[i];

		if (c->proto == flow->protocol && !c->expected &&
		    c->original.src.value == flow->src.value &&
		    c->original.sport == flow->sport)
			return true;
	}
	return false;
}

static void read_entries(struct zw_arena *arena, struct zw_testbed *bed,
			 zw_connections *all)
{
	struct zw_socket *socket;
	int err = zw_socket_open(zw_testbed_name(bed), &socket);

	*all = (zw_connections){ 0 };
	ZW_CHECK(!err, "socket: %s", strerror(-err));
	if (err)
		return;
	err = zw_conntrack_read(arena, socket, all);
	ZW_CHECK(!err, "conntrack: %s", strerror(-err));
	zw_socket_close(socket);
}

/* What a rule of the policy once allowed and none does now. */
static void forbidden_end(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	const char *const words[] = { "apply", ZW_SITE_NARROW, NULL };
	struct zw_arena *arena = zw_arena_new();
	struct zw_flow made[FLOWS];
	zw_connections left;
	struct zw_run run;
	size_t i, ended = 0;

	if (!bed) {
		zw_arena_free(arena);
		return;
	}
	zw_site_apply(bed, ZW_SITE_WIDE);
	begin_all(bed, made);
	zw_site_run(bed, words, 0, &run);
	read_entries(arena, bed, &left);
	for (i = 0; i < FLOWS; i++) {
		ended += !flows[i].stays;
		ZW_CHECK(has_entry(&left, &made[i]) == flows[i].stays,
			 "%s: %s\n%s", flows[i].what,
			 flows[i].stays ? "ended" : "stayed", run.out.data);
	}
	ZW_CHECK(
		strstr(run.out.data,
		       zw_strf(arena,
			       "%zu connections that the policy forbids are ended",
			       ended)
			       .p),
		"%s", run.out.data);
	ZW_CHECK(
		strstr(run.out.data,
		       "tcp 198.51.100.7:40008 -> 203.0.113.1:443 (to 10.1.0.5:8443)"),
		"%s", run.out.data);
	/* the other host takes the port at once, so packets there show nothing
	 */
	for (i = 0; i < FLOWS; i++) {
		if (flows[i].from != WAN || flows[i].stays)
			expect_flow(bed, flows[i].what, &made[i],
				    flows[i].stays);
	}
	zw_run_free(&run);
	zw_arena_free(arena);
	zw_testbed_free(bed);
}

/* They are told, and go on as far as the new ruleset lets their packets. */
static void kept(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	const char *const words[] = { "apply", ZW_SITE_NARROW,
				      "--keep-connections", NULL };
	const char *const json[] = {
		"apply",    ZW_SITE_NARROW, "--keep-connections",
		"--format", "json",	    NULL
	};
	struct zw_flow made[FLOWS];
	struct zw_run run;
	long before;

	if (!bed)
		return;
	zw_site_apply(bed, ZW_SITE_WIDE);
	begin_all(bed, made);
	before = zw_testbed_tracked(bed);
	zw_site_run(bed, words, 0, &run);
	ZW_CHECK(strstr(run.out.data,
			"6 connections that the policy forbids go on"),
		 "%s", run.out.data);
	zw_run_free(&run);
	ZW_CHECK(zw_testbed_tracked(bed) == before, "%ld entries, not %ld",
		 zw_testbed_tracked(bed), before);
	/* a pair of zones that is open passes what conntrack knows */
	expect_flow(bed, "kept", &made[0], true);
	zw_site_run(bed, json, 0, &run);
	ZW_CHECK(strstr(run.out.data, "\"ended\": 0") &&
			 strstr(run.out.data,
				"\"tcp 10.2.0.7:40001 -> 192.0.2.9:80\""),
		 "%s", run.out.data);
	zw_run_free(&run);
	zw_testbed_free(bed);
}

/* A policy that is loaded again ends nothing, at whatever hour. */
static void same_again(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_flow made[FLOWS], timed;
	long before;

	if (!bed)
		return;
	zw_site_apply(bed, ZW_SITE_WIDE);
	begin_all(bed, made);
	/* it began within a window that has closed since */
	timed = (struct zw_flow){ .from = LAN,
				  .to = DMZ,
				  .protocol = IPPROTO_TCP,
				  .src = zw_test_ip("10.2.0.9"),
				  .dst = zw_test_ip("10.1.0.5"),
				  .sport = 40100,
				  .dport = 23 };
	ZW_CHECK(zw_testbed_track(bed, &timed, false), "%s",
		 zw_testbed_error(bed));
	before = zw_testbed_tracked(bed);
	zw_site_apply(bed, ZW_SITE_WIDE);
	ZW_CHECK(zw_testbed_tracked(bed) == before, "%ld entries, not %ld",
		 zw_testbed_tracked(bed), before);
	zw_testbed_free(bed);
}

static size_t expectations(struct zw_arena *arena, struct zw_testbed *bed)
{
	zw_connections all;
	size_t i, n = 0;

	read_entries(arena, bed, &all);
	for (i = 0; i < all.n; i++)
		n += all.v[i].expected;
	return n;
}

/* Rules of zwinger let nothing related pass but errors, so what is expected
 * could not come as long as it is expected. */
static void expected_end(void)
{
	static const char table[] =
		"table inet other {\n"
		" ct expectation data { protocol tcp; dport 2000; timeout 1h; size 4; l3proto ip; }\n"
		" chain fore { type filter hook forward priority 5;\n"
		"  tcp dport 443 ct state new ct expectation set data; }\n"
		"}\n";
	struct zw_testbed *bed = zw_bed_new(NULL);
	const char *const words[] = { "apply", ZW_SITE_NARROW, NULL };
	struct zw_arena *arena = zw_arena_new();
	struct zw_flow flow = flow_of(1);
	struct zw_run run;

	if (bed) {
		zw_site_apply(bed, ZW_SITE_WIDE);
		ZW_CHECK(zw_testbed_nft(bed, table), "%s",
			 zw_testbed_error(bed));
		ZW_CHECK(zw_testbed_connect(bed, &flow), "%s",
			 zw_testbed_error(bed));
		ZW_CHECK(zw_testbed_nft(bed, "delete table inet other"), "%s",
			 zw_testbed_error(bed));
		ZW_CHECK(expectations(arena, bed) == 1, "%zu expectations",
			 expectations(arena, bed));
		zw_site_run(bed, words, 0, &run);
		ZW_CHECK(strstr(run.out.data, "expected tcp ") &&
				 strstr(run.out.data, ":2000"),
			 "%s", run.out.data);
		zw_run_free(&run);
		ZW_CHECK(expectations(arena, bed) == 0, "%zu expectations",
			 expectations(arena, bed));
		expect_flow(bed, "its master", &flow, true);
	}
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

/* Of tables of others: a limit that may let it pass, and a rule whose outcome
 * is not known, end nothing; one that surely refuses does. */
static void rules_of_others(void)
{
	static const struct {
		const char *rule;
		const char *said;
	} cases[] = {
		{ "tcp dport 443 limit rate over 1/hour drop", NULL },
		{ "tcp dport 443 numgen random mod 2 0 drop",
		  "could not be judged" },
		{ "tcp dport 443 drop", "is ended" },
	};
	struct zw_testbed *bed = zw_bed_new(NULL);
	const char *const words[] = { "apply", ZW_SITE_NARROW, NULL };
	struct zw_arena *arena = zw_arena_new();
	struct zw_run run;
	size_t i;

	for (i = 0; bed && i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zw_flow flow = flow_of(6);

		zw_testbed_nft(bed, "destroy table inet other");
		zw_testbed_nft(bed, "delete table inet other");
		zw_testbed_flush(bed);
		zw_site_apply(bed, ZW_SITE_NARROW);
		ZW_CHECK(zw_testbed_connect(bed, &flow), "%s",
			 zw_testbed_error(bed));
		ZW_CHECK(
			zw_testbed_nft(
				bed,
				zw_strf(arena,
					"table inet other { chain fore { type filter hook forward priority 5; %s; }; }",
					cases[i].rule)
					.p),
			"%s", zw_testbed_error(bed));
		zw_site_run(bed, words, 0, &run);
		if (cases[i].said)
			ZW_CHECK(strstr(run.out.data, cases[i].said), "%s: %s",
				 cases[i].rule, run.out.data);
		else
			ZW_CHECK(!strstr(run.out.data, "connection"), "%s: %s",
				 cases[i].rule, run.out.data);
		zw_run_free(&run);
	}
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

/* ---- any connection, judged by the kernel -------------------------------- */

#define RANDOM_FLOWS 200

static struct zw_ip draw_host(struct zw_random *random, unsigned zone, bool v6)
{
	static const char *const hosts[3][2][3] = {
		[WAN] = { { "192.0.2.9", "198.51.100.7", "203.0.113.9" },
			  { "2001:db8:9::1", "2001:db8:9::2", "2001:db8::9" } },
		[DMZ] = { { "10.1.0.5", "10.1.0.6", "10.1.200.1" },
			  { "fd00:1::5", "fd00:1::6", "fd00:1::7" } },
		[LAN] = { { "10.2.0.7", "10.2.0.8", "10.2.200.1" },
			  { "fd00:2::7", "fd00:2::8", "fd00:2::9" } },
	};

	return zw_test_ip(hosts[zone][v6][zw_random_below(random, 3)]);
}

/* Ports of rules without limits and times, and one of none. */
static struct zw_flow draw_flow(struct zw_random *random, u16 sport)
{
	static const u16 ports[] = { 53, 80, 123, 443, 8080, 8443, 9999 };
	bool v6 = zw_random_below(random, 3) == 0;
	struct zw_flow flow = {
		.from = zw_random_below(random, 3),
		.protocol =
			zw_random_below(random, 2) ? IPPROTO_TCP : IPPROTO_UDP,
		.sport = sport,
		.dport = ports[zw_random_below(
			random, sizeof(ports) / sizeof(ports[0]))],
	};

	flow.to = (flow.from + 1 + zw_random_below(random, 2)) % 3;
	if (zw_random_below(random, 2)) {
		flow.from = LAN;
		flow.to = WAN;
	}
	flow.src = draw_host(random, flow.from, v6);
	flow.dst = draw_host(random, flow.to, v6);
	return flow;
}

/* A connection is there, whoever let it in; it stays exactly if the kernel lets
 * its first packet through under the new rules. */
static void any(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_arena *arena = zw_arena_new();
	struct zw_flow made[RANDOM_FLOWS];
	struct zw_random random = { zw_test_seed() };
	unsigned stay = 0;
	zw_connections left;
	size_t i;

	if (bed) {
		zw_site_apply(bed, ZW_SITE_NARROW);
		for (i = 0; i < RANDOM_FLOWS; i++) {
			made[i] = draw_flow(&random, (u16)(20000 + i));
			ZW_CHECK(zw_testbed_track(bed, &made[i], false), "%s",
				 zw_testbed_error(bed));
		}
		zw_site_apply(bed, ZW_SITE_NARROW);
		read_entries(arena, bed, &left);
		zw_testbed_flush(bed);
		for (i = 0; i < RANDOM_FLOWS; i++) {
			struct zw_frame_spec spec = zw_flow_request(&made[i]);
			bool stays = has_entry(&left, &made[i]);
			char text[ZW_PROBE_TEXT];
			struct zw_probe probe;

			if (made[i].protocol == IPPROTO_TCP) {
				spec.tcp_flags = ZW_TCP_SYN;
				spec.payload_length = 0;
			}
			zw_testbed_send(bed, made[i].from, &spec, &probe);
			ZW_CHECK((probe.out == (int)made[i].to) == stays,
				 "number %zu %s: %s", i,
				 stays ? "stays" : "ended",
				 zw_probe_format(bed, &probe, text));
			stay += stays;
		}
		ZW_CHECK(stay > 3 && stay < RANDOM_FLOWS / 2, "%u of %d stay",
			 stay, RANDOM_FLOWS);
	}
	zw_testbed_free(bed);
	zw_arena_free(arena);
}

void suite_connections(void);
void suite_connections(void)
{
	static CU_TestInfo tests[] = {
		{ "what the new policy forbids ends, and nothing else",
		  forbidden_end },
		{ "connections that are kept are told", kept },
		{ "the same policy ends nothing", same_again },
		{ "expectations", expected_end },
		{ "rules of other tables", rules_of_others },
		{ "any connection, judged by the kernel", any },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("connections", tests);
}
