/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instrument itself: it sees what a usual reload lets through, and it
 * reports nothing where nothing happens. Otherwise a count of zero elsewhere
 * would mean nothing. */
#include <stdio.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/reload/bed.h"

enum {
	ROUNDS = 40, /* reloads in one run */
	RUNS = 40,   /* runs before we give up to see a leak */
};

#define REPLACE "add table inet hand\ndelete table inet hand\n"

/* Only the policy denies: a new base chain accepts until its drop policy is
 * set, which is after the generation has changed. */
static const char policy_drop[] = REPLACE
	"table inet hand { chain f {\n"
	" type filter hook forward priority 0; policy drop;\n"
	" iifname \"lan0\" oifname \"wan0\" udp dport { 53, 123 } accept\n"
	"}\n}\n";

/* The last rule is a drop, but a set says who is excepted. */
static const char inverted[] = REPLACE
	"table inet hand { chain f {\n"
	" type filter hook forward priority 0; policy drop;\n"
	" ip daddr != { 10.2.0.0/16, 172.16.0.0/12, 192.168.0.0/16 } accept\n"
	" drop\n"
	"}\n}\n";

static struct zw_stream streams[2];

static void make_streams(void)
{
	streams[0] = (struct zw_stream){
		.name = "lan to wan udp/53",
		.kind = ZW_ALLOWED,
		.in = LAN,
		.spec = zw_reload_udp("10.2.0.9", "198.51.100.7", 53),
	};
	streams[1] = (struct zw_stream){
		.name = "dmz to lan udp/53",
		.kind = ZW_FORBIDDEN,
		.in = DMZ,
		.spec = zw_reload_udp("10.1.0.7", "10.2.0.9", 53),
	};
}

/* Reload TEXT until a forbidden packet was seen. */
static void must_leak(const char *name, const char *text)
{
	struct zw_testbed *bed = zw_reload_bed();
	char out[ZW_COUNTS_TEXT];
	struct zw_injector *injector;
	struct zw_counts counts = { 0 };
	unsigned run, i;

	if (!bed)
		return;
	make_streams();
	zw_reload_nft(bed, text);
	injector = zw_injector_new(bed, streams, 2);
	for (run = 0; run < RUNS && !counts.leaks; run++) {
		zw_injector_start(injector);
		for (i = 0; i < ROUNDS; i++)
			zw_reload_nft(bed, text);
		zw_injector_stop(injector, &counts);
		ZW_CHECK(!counts.missed, "%s: frames missed", name);
	}
	printf("  %s, run %u of %u reloads by nft: %s\n", name, run, ROUNDS,
	       zw_counts_format(injector, &counts, out));
	ZW_CHECK(counts.leaks > 0, "%s: %u reloads and no leak seen", name,
		 run * ROUNDS);
	zw_injector_free(injector);
	zw_testbed_free(bed);
}

static void test_policy_drop(void)
{
	must_leak("policy drop alone", policy_drop);
}

static void test_inverted(void)
{
	must_leak("inverted set", inverted);
}

/* Without a reload every packet does what the rules say, all of them seen. */
static void test_quiet(void)
{
	struct zw_testbed *bed = zw_reload_bed();
	char out[ZW_COUNTS_TEXT];
	struct zw_injector *injector;
	struct zw_counts counts;

	if (!bed)
		return;
	make_streams();
	zw_reload_nft(bed, policy_drop);
	injector = zw_injector_new(bed, streams, 2);
	zw_injector_burst(injector, 100000, &counts);
	printf("  no reload: %s\n", zw_counts_format(injector, &counts, out));
	ZW_CHECK(counts.sent[0] == 100000 && counts.sent[1] == 100000,
		 "not all sent: %s", out);
	ZW_CHECK(!counts.leaks && !counts.losses && !counts.missed, "%s", out);
	/* and the other way round: nothing is let through, all is lost */
	zw_reload_nft(bed, "flush chain inet hand f");
	zw_injector_burst(injector, 1000, &counts);
	ZW_CHECK(counts.losses == 1000 && !counts.leaks, "%s",
		 zw_counts_format(injector, &counts, out));
	zw_reload_nft(bed, "delete table inet hand");
	zw_injector_burst(injector, 1000, &counts);
	ZW_CHECK(!counts.losses && counts.leaks == 1000, "%s",
		 zw_counts_format(injector, &counts, out));
	zw_injector_free(injector);
	zw_testbed_free(bed);
}

/* A UDP packet is the first of a flow each time. */
static void test_always_new(void)
{
	static const char text[] =
		REPLACE "table inet hand { chain f {\n"
			" type filter hook forward priority 0; policy drop;\n"
			" iifname \"lan0\" ct state new accept\n"
			" drop\n"
			"}\n}\n";
	struct zw_testbed *bed = zw_reload_bed();
	char out[ZW_COUNTS_TEXT];
	struct zw_injector *injector;
	struct zw_counts counts;

	if (!bed)
		return;
	make_streams();
	zw_reload_nft(bed, text);
	injector = zw_injector_new(bed, streams, 2);
	zw_injector_burst(injector, 10000, &counts);
	ZW_CHECK(!counts.leaks && !counts.losses && !counts.missed, "%s",
		 zw_counts_format(injector, &counts, out));
	zw_injector_free(injector);
	zw_testbed_free(bed);
}

static CU_TestInfo tests[] = {
	{ "counts are right where nothing changes", test_quiet },
	{ "each UDP packet begins a flow", test_always_new },
	{ "a drop policy alone leaks at a reload", test_policy_drop },
	{ "an inverted interval set leaks at a reload", test_inverted },
	CU_TEST_INFO_NULL,
};

void suite_sees(void);
void suite_sees(void)
{
	zw_test_suite("reload: the instrument", tests);
}
