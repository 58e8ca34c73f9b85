/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits with real packets: exceeded and recovering, one bucket for all or one
 * for each source, counts of connections. Rates of a few a day cannot recover
 * while a test runs, however slow the machine; where recovery is waited for,
 * it is polled. */
#include <poll.h>

#include "tests/harness/harness.h"
#include "tests/packets/bed.h"
#include "tests/packets/site.h"

void suite_limits(void);

enum { TRIES = 1500 /* of ten milliseconds at most */ };

static u16 next_port(void)
{
	static u16 port = 20000;

	return port++;
}

/* A new flow from SRC to the host of its family. */
static bool passes(struct zw_testbed *bed, const char *src, u8 protocol,
		   u16 dport)
{
	bool four = zw_test_ip(src).family == ZW_IPV4;

	return zw_site_passes(bed, SITE_WAN, src,
			      four ? "192.0.2.10" : "2001:db8:d::10", protocol,
			      next_port(), dport);
}

/* Of N new flows the first PASS do. */
static void first_of(struct zw_testbed *bed, const char *src, u8 protocol,
		     u16 dport, unsigned n, unsigned pass)
{
	unsigned i;

	for (i = 0; i < n; i++)
		ZW_CHECK(passes(bed, src, protocol, dport) == (i < pass),
			 "flow %u of %u from %s to port %u, of which %u pass",
			 i + 1, n, src, dport, pass);
}

/* Flows come as fast as they can until one falls; then they pass again. */
static void recovers(struct zw_testbed *bed, const char *src, u16 dport)
{
	unsigned i, fell = 0;

	for (i = 0; i < TRIES && !fell; i++)
		fell = !passes(bed, src, IPPROTO_TCP, dport);
	ZW_CHECK(fell, "%s: the limit is never reached", src);
	for (i = 0; i < TRIES && !passes(bed, src, IPPROTO_TCP, dport); i++)
		poll(NULL, 0, 10);
	ZW_CHECK(i < TRIES, "%s: no flow passes again", src);
}

static void test_rate(void)
{
	struct zw_testbed *bed = zw_site_new();

	if (bed &&
	    zw_site_apply(
		    bed,
		    "allow internet -> front : tcp/25 limit 2/day burst 3\n"
		    "allow internet -> front : tcp/80 limit 20/second burst 1\n"
		    "allow internet -> front : udp/53 limit 1/day burst 1\n"
		    "publish front.web : tcp/8443 as 203.0.113.5 : https for internet limit 1/day burst 2\n")) {
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 25, 5, 3);
		/* both families draw from it */
		first_of(bed, "2001:db8:cafe::1", IPPROTO_TCP, 25, 2, 0);
		recovers(bed, "198.18.7.7", 80);
		recovers(bed, "2001:db8:cafe::1", 80);
		ZW_CHECK(zw_site_passes(bed, SITE_WAN, "198.18.7.7",
					"203.0.113.5", IPPROTO_TCP, 7, 443) &&
				 zw_site_passes(bed, SITE_WAN, "198.18.7.8",
						"203.0.113.5", IPPROTO_TCP, 7,
						443) &&
				 !zw_site_passes(bed, SITE_WAN, "198.18.7.9",
						 "203.0.113.5", IPPROTO_TCP, 7,
						 443),
			 "two flows to the published service");
	}
	zw_testbed_free(bed);
}

/* "Packets that are new but not fresh match regardless": a flow that is not
 * answered goes on, one that was refused never began. */
static void test_unanswered(void)
{
	struct zw_testbed *bed = zw_site_new();
	unsigned i;

	if (bed &&
	    zw_site_apply(
		    bed,
		    "allow internet -> front : udp/53 limit 1/day burst 1\n")) {
		for (i = 0; i < 3; i++)
			ZW_CHECK(zw_site_passes(bed, SITE_WAN, "198.18.7.7",
						"192.0.2.10", IPPROTO_UDP, 5000,
						53),
				 "packet %u of the first flow", i + 1);
		for (i = 0; i < 3; i++)
			ZW_CHECK(!zw_site_passes(bed, SITE_WAN, "198.18.7.7",
						 "192.0.2.10", IPPROTO_UDP,
						 5001, 53),
				 "packet %u of the second flow passes", i + 1);
	}
	zw_testbed_free(bed);
}

/* Over one rule's limit another rule may still allow. */
static void test_another(void)
{
	struct zw_testbed *bed = zw_site_new();

	if (bed &&
	    zw_site_apply(
		    bed,
		    "allow internet -> front : tcp/25 limit 1/day burst 1\n"
		    "allow internet(198.18.0.0/15) -> front : tcp/25\n"
		    "deny internet(198.51.100.0/24) -> front log limit 1/day burst 1\n")) {
		first_of(bed, "198.20.7.7", IPPROTO_TCP, 25, 2, 1);
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 25, 3, 3);
		/* the limit of a deny is its log's */
		first_of(bed, "198.51.100.7", IPPROTO_TCP, 25, 3, 0);
	}
	zw_testbed_free(bed);
}

static void test_per_source(void)
{
	struct zw_testbed *bed = zw_site_new();

	if (bed &&
	    zw_site_apply(
		    bed,
		    "allow internet -> front : tcp/25 limit 1/day burst 2 per source\n"
		    "allow internet -> front : tcp/80 limit 20/second burst 1 per source\n")) {
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 25, 4, 2);
		first_of(bed, "198.18.7.8", IPPROTO_TCP, 25, 3, 2);
		/* a /64 is one source */
		first_of(bed, "2001:db8:cafe::1", IPPROTO_TCP, 25, 1, 1);
		first_of(bed, "2001:db8:cafe:0:8000::2", IPPROTO_TCP, 25, 2, 1);
		first_of(bed, "2001:db8:cafe::3", IPPROTO_TCP, 25, 1, 0);
		first_of(bed, "2001:db8:cafe:1::1", IPPROTO_TCP, 25, 3, 2);
		recovers(bed, "198.18.7.7", 80);
		recovers(bed, "2001:db8:cafe::1", 80);
	}
	zw_testbed_free(bed);
}

/* An open connection to port 25; its ports are told by FLOW. */
static bool connects(struct zw_testbed *bed, const char *src,
		     struct zw_flow *flow)
{
	bool four = zw_test_ip(src).family == ZW_IPV4;

	*flow = zw_site_flow(SITE_WAN, src, SITE_DMZ,
			     four ? "192.0.2.10" : "2001:db8:d::10",
			     IPPROTO_TCP, 25);
	flow->sport = next_port();
	return zw_testbed_connect(bed, flow);
}

static void check_connections(struct zw_testbed *bed, const char *src,
			      const char *same, const char *other)
{
	struct zw_flow flows[3];
	struct zw_frame_spec spec;
	struct zw_probe probe;
	unsigned i;

	ZW_CHECK(connects(bed, src, &flows[0]) &&
			 connects(bed, same, &flows[1]),
		 "%s: two connections: %s", src, zw_testbed_error(bed));
	ZW_CHECK(!connects(bed, src, &flows[2]), "%s: a third one", src);
	ZW_CHECK(connects(bed, other, &flows[2]), "%s: of another source: %s",
		 other, zw_testbed_error(bed));
	spec = zw_flow_request(&flows[0]);
	zw_testbed_send(bed, SITE_WAN, &spec, &probe);
	ZW_CHECK(probe.out == SITE_DMZ, "%s: an open one goes on", src);
	/* one ends: once the kernel has seen that, there is room again */
	spec.tcp_flags = ZW_TCP_RST;
	spec.payload_length = 0;
	spec.tcp_seq = flows[0].seq;
	zw_testbed_send(bed, SITE_WAN, &spec, &probe);
	ZW_CHECK(probe.out == SITE_DMZ, "%s: the reset", src);
	for (i = 0; i < TRIES && !connects(bed, src, &flows[2]); i++)
		poll(NULL, 0, 10);
	ZW_CHECK(i < TRIES, "%s: no room after one has ended", src);
}

static void test_connections(void)
{
	struct zw_testbed *bed = zw_site_new();

	if (bed &&
	    zw_site_apply(
		    bed,
		    "allow internet -> front : tcp/25 limit connections 2 per source\n")) {
		check_connections(bed, "198.18.7.7", "198.18.7.7",
				  "198.18.7.8");
		check_connections(bed, "2001:db8:cafe::1", "2001:db8:cafe::2",
				  "2001:db8:cafe:1::1");
	}
	zw_testbed_free(bed);
}

/* A reload that changes another rule leaves buckets as they are; one that
 * changes the limit gives every source a new one. */
static void test_reload(void)
{
	static const char *const rules[] = {
		"allow internet -> front : tcp/25 limit 1/day burst 2 per source\n"
		"allow internet -> front : tcp/26 limit 1/day burst 2\n",
		"allow internet -> front : tcp/25 limit 1/day burst 2 per source\n"
		"allow internet -> front : tcp/26 limit 1/day burst 2\n"
		"allow office -> internet : tcp/99\n",
		"allow internet -> front : tcp/25 limit 1/day burst 4 per source\n"
		"allow internet -> front : tcp/26 limit 1/day burst 2\n",
	};
	struct zw_testbed *bed = zw_site_new();

	if (bed && zw_site_apply(bed, rules[0])) {
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 25, 2, 2);
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 26, 1, 1);
		zw_site_apply(bed, rules[1]);
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 25, 2, 0);
		first_of(bed, "198.18.7.8", IPPROTO_TCP, 25, 3, 2);
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 26, 2, 1);
		zw_site_apply(bed, rules[2]);
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 25, 5, 4);
		first_of(bed, "198.18.7.7", IPPROTO_TCP, 26, 1, 0);
	}
	zw_testbed_free(bed);
}

void suite_limits(void)
{
	static CU_TestInfo tests[] = {
		{ "a rate", test_rate },
		{ "flows that are not answered", test_unanswered },
		{ "another rule", test_another },
		{ "by source", test_per_source },
		{ "connections", test_connections },
		{ "reloads", test_reload },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/limits", tests);
}
