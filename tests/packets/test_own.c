/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is taken from the gateway's interfaces, with packets of both families: a
 * service published at an interface's addresses, networks that are the links'
 * prefixes; and what an apply does when these have changed meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"
#include "tests/packets/bed.h"
#include "tests/packets/policy_gateway.h"

void suite_own(void);

#define POLICY "tests/packets/policies/own.zw"

static const struct zw_bed_expected outside = { WAN, false, false };

static void ip(struct zw_testbed *bed, const char *what, const char *address,
	       const char *interface)
{
	const char *const argv[] = { "ip",  "address",	 what,	  address,
				     "dev", interface, "noprefixroute",
				     NULL };
	struct zw_ran ran =
		zw_netns_run(zw_testbed_netns(bed), argv, NULL);

	ZW_CHECK(!ran.status, "ip address %s %s: %s", what, address, ran.err);
	zw_ran_free(&ran);
}

static struct zw_testbed *loaded(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);

	if (bed && !zw_policy_apply(bed, POLICY, 0))
		return bed;
	zw_testbed_free(bed);
	return NULL;
}

/* All rules with their handles; the caller frees it. */
static char *listing(struct zw_testbed *bed)
{
	static const char *const argv[] = { "nft",   "-a",    "list",
					    "table", "inet",  "zwinger",
					    NULL };
	struct zw_ran ran =
		zw_netns_run(zw_testbed_netns(bed), argv, NULL);
	char *text = strdup(ran.out ? ran.out : "");

	ZW_CHECK(!ran.status, "nft: %s", ran.err);
	zw_ran_free(&ran);
	return text;
}

/* Every OLD in TEXT becomes NEW, which is as long. */
static void replace(char *text, const char *old, const char *new)
{
	for (; (text = strstr(text, old)); text += strlen(new))
		memcpy(text, new, strlen(new));
}

/* SYNs to ADDRESS from everywhere reach the host, or nobody. */
static void published(struct zw_testbed *bed, const char *address, bool is,
		      const char *when)
{
	bool six = strchr(address, ':');
	const char *from[] = { [WAN] = six ? "2001:db8:77::7" : "198.51.100.7",
			       [DMZ] = six ? "fd00:1::11" : "10.1.0.11",
			       [LAN] = six ? "fd00:2::5" : "10.2.0.5" };
	struct zw_ip host = zw_test_ip(six ? "fd00:1::10" : "10.1.0.10");
	unsigned i;

	for (i = 0; i < 3; i++) {
		struct zw_frame_spec spec =
			zw_bed_syn(from[i], address, 8080);
		struct zw_packet seen = { 0 };
		struct zw_probe probe;

		zw_testbed_flush(bed);
		zw_testbed_send(bed, i, &spec, &probe);
		if (!is) {
			ZW_CHECK(probe.out != DMZ && !probe.local,
				 "%s: %s from interface %u arrived", when,
				 address, i);
			continue;
		}
		ZW_CHECK(probe.out == DMZ && probe.forwarded == 1 &&
				 zw_probe_forwarded(&probe, &seen) &&
				 seen.dst.value == host.value &&
				 seen.dport == 80,
			 "%s: %s from interface %u", when, address, i);
		ZW_CHECK((seen.src.value == spec.src.value) == (i != DMZ),
			 "%s: source from interface %u", when, i);
	}
}

/* The host's own address and port stay closed, and the gateway's others. */
static void closed(struct zw_testbed *bed, const char *when)
{
	struct zw_frame_spec direct[] = {
		zw_bed_syn("198.51.100.7", "10.1.0.10", 80),
		zw_bed_syn("198.51.100.7", "10.1.0.10", 8080),
		zw_bed_syn("2001:db8:77::7", "fd00:1::10", 80),
		zw_bed_syn("2001:db8:77::7", "fd00:1::10", 8080),
		zw_bed_syn("198.51.100.7", "10.1.0.1", 8080),
		zw_bed_syn("2001:db8:77::7", "fd00:1::1", 8080),
		zw_bed_syn("198.51.100.7", "203.0.113.1", 80),
	};
	size_t i;

	zw_testbed_flush(bed);
	for (i = 0; i < sizeof(direct) / sizeof(direct[0]); i++)
		zw_bed_expect(bed, when, WAN, &direct[i], zw_bed_dropped);
}

static void test_published(void)
{
	struct zw_testbed *bed = loaded();

	if (!bed)
		return;
	published(bed, "203.0.113.1", true, "at first");
	published(bed, "2001:db8::1", true, "at first");
	published(bed, "203.0.113.77", false, "at first");
	closed(bed, "at first");
	zw_testbed_free(bed);
}

/* One address goes, one comes; nothing but elements of one set travels. */
static void test_change(void)
{
	struct zw_testbed *bed = loaded();
	char *before, *after;

	if (!bed)
		return;
	before = listing(bed);
	/* of another prefix, or it would go with the first one */
	ip(bed, "add", "203.0.113.7/25", "wan0");
	ip(bed, "del", "203.0.113.1/24", "wan0");
	published(bed, "203.0.113.7", false, "before the apply");
	zw_policy_apply(bed, POLICY, 0);
	published(bed, "203.0.113.7", true, "after it");
	published(bed, "203.0.113.1", false, "after it");
	published(bed, "2001:db8::1", true, "after it");
	after = listing(bed);
	ZW_CHECK(strcmp(before, after), "the ruleset is as before");
	replace(before, "203.0.113.1 ", "203.0.113.7 ");
	ZW_CHECK(!strcmp(before, after),
		 "more than an element changed:\n%s\n---\n%s", before, after);
	free(before);
	free(after);
	zw_testbed_free(bed);
}

/* More addresses than before, in both families, and fewer again. */
static void test_more(void)
{
	struct zw_testbed *bed = loaded();

	if (!bed)
		return;
	ip(bed, "add", "203.0.113.2/24", "wan0");
	ip(bed, "add", "203.0.113.9/24", "wan0");
	ip(bed, "add", "2001:db8::9/64", "wan0");
	zw_policy_apply(bed, POLICY, 0);
	published(bed, "203.0.113.1", true, "with more");
	published(bed, "203.0.113.2", true, "with more");
	published(bed, "203.0.113.9", true, "with more");
	published(bed, "2001:db8::1", true, "with more");
	published(bed, "2001:db8::9", true, "with more");
	closed(bed, "with more");
	ip(bed, "del", "203.0.113.2/24", "wan0");
	ip(bed, "del", "2001:db8::1/64", "wan0");
	zw_policy_apply(bed, POLICY, 0);
	published(bed, "203.0.113.2", false, "with fewer");
	published(bed, "203.0.113.9", true, "with fewer");
	published(bed, "2001:db8::1", false, "with fewer");
	published(bed, "2001:db8::9", true, "with fewer");
	zw_testbed_free(bed);
}

/* An interface without an address, or one that overlaps: nothing is loaded,
 * and what was holds. */
static void refused(struct zw_testbed *bed, const char *when)
{
	char *before = listing(bed), *after;

	zw_policy_apply(bed, POLICY, 2);
	after = listing(bed);
	ZW_CHECK(!strcmp(before, after), "%s: the ruleset changed", when);
	free(before);
	free(after);
}

static void test_refused(void)
{
	struct zw_testbed *bed = loaded();

	if (!bed)
		return;
	ip(bed, "add", "10.1.7.1/24", "lan0");
	refused(bed, "with networks that overlap");
	ip(bed, "del", "10.1.7.1/24", "lan0");
	ip(bed, "del", "203.0.113.1/24", "wan0");
	ip(bed, "del", "2001:db8::1/64", "wan0");
	refused(bed, "without an address");
	ip(bed, "add", "203.0.113.1/24", "wan0");
	published(bed, "203.0.113.1", true, "as before");
	zw_testbed_free(bed);
}

static void from_office(struct zw_testbed *bed, const char *src, bool passes,
			const char *when)
{
	struct zw_frame_spec spec = zw_bed_syn(
		src, strchr(src, ':') ? "2001:db8:77::7" : "198.51.100.7",
		443);

	zw_testbed_flush(bed);
	zw_bed_expect(bed, when, LAN, &spec, passes ? outside : zw_bed_dropped);
}

/* The networks are the links' prefixes, and no other source is let in. */
static void test_networks(void)
{
	struct zw_testbed *bed = loaded();
	struct zw_frame_spec forged =
		zw_bed_syn("10.2.0.5", "203.0.113.1", 8080);

	if (!bed)
		return;
	from_office(bed, "10.2.0.5", true, "a source on the link");
	from_office(bed, "fd00:2::5", true, "a source on the link");
	from_office(bed, "10.3.0.5", false, "a source of no zone's link");
	from_office(bed, "10.1.0.5", false, "a source of the DMZ's link");
	from_office(bed, "fd00:3::5", false, "a source of no zone's link");
	zw_bed_expect(bed, "an inner source outside", WAN, &forged,
		      zw_bed_dropped);
	ip(bed, "add", "10.3.0.1/16", "lan0");
	ip(bed, "add", "fd00:3::1/48", "lan0");
	zw_policy_apply(bed, POLICY, 0);
	from_office(bed, "10.2.0.5", true, "the first of two prefixes");
	from_office(bed, "10.3.0.5", true, "the second of two prefixes");
	from_office(bed, "fd00:2::5", true, "the first of two prefixes");
	from_office(bed, "fd00:3::5", true, "the second of two prefixes");
	from_office(bed, "fd00:4::5", false, "a source of no zone's link");
	zw_bed_expect(bed, "an inner source outside", WAN, &forged,
		      zw_bed_dropped);
	zw_testbed_free(bed);
}

void suite_own(void)
{
	static CU_TestInfo tests[] = {
		{ "published at an interface", test_published },
		{ "an address that changes", test_change },
		{ "more and fewer addresses", test_more },
		{ "what is refused", test_refused },
		{ "networks of the links", test_networks },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("own", tests);
}
