/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test bed's making and ending, its rules and its traces. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "lab/links.h"
#include "tests/harness/netns.h"
#include "tests/packets/bed.h"

void suite_bench_life(void);

static const char forward_rules[] =
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  tcp dport 80 accept\n"
	"  tcp dport 81 drop\n"
	"  tcp dport 82 reject with tcp reset\n"
	"  udp dport 83 reject\n"
	"  meta l4proto sctp accept\n"
	"  meta l4proto { icmp, icmpv6 } accept\n"
	" }\n"
	"}\n";

static void test_rules_and_trace(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_frame_spec spec = zw_bed_syn("10.1.0.7", "10.2.0.9", 81);
	struct zw_frame frame;
	char *text, *again;
	u32 generation;

	if (!bed)
		return;
	ZW_CHECK(!zw_testbed_nft(bed, "nonsense"), "nonsense was taken");
	ZW_CHECK(strstr(zw_testbed_error(bed), "syntax error") != NULL, "%s",
		 zw_testbed_error(bed));
	generation = zw_testbed_generation(bed);
	zw_bed_rules(bed, forward_rules);
	ZW_CHECK(zw_testbed_generation(bed) != generation, "generation");
	text = zw_testbed_ruleset(bed, false);
	ZW_CHECK(text && strstr(text, "tcp dport 81 drop"), "%s", text);
	zw_frame_build(&spec, &frame);
	again = zw_testbed_trace(bed, DMZ, &frame);
	ZW_CHECK(strstr(again, "t f: tcp dport 81 drop # handle") &&
			 strstr(again, "(drop)"),
		 "trace: %s", again);
	free(again);
	again = zw_testbed_ruleset(bed, false);
	ZW_CHECK(again && !strcmp(text, again), "tracing left traces: %s",
		 again);
	free(again);
	free(text);
	text = zw_testbed_ruleset(bed, true);
	ZW_CHECK(text && text[0] == '{', "json: %s", text);
	free(text);
	zw_testbed_free(bed);
}

/* A batch of two messages, made by hand: a new table, and a chain in TABLE. */
static size_t batch(char *room, const char *table)
{
	struct nlmsghdr *message;
	struct nfgenmsg *header;
	static const u16 types[] = { 16, 0x0a00, 0x0a03, 17 };
	size_t used = 0, i;

	for (i = 0; i < 4; i++) {
		message = mnl_nlmsg_put_header(room + used);
		message->nlmsg_type = types[i];
		message->nlmsg_flags = NLM_F_REQUEST;
		if (i == 1 || i == 2)
			message->nlmsg_flags |= NLM_F_CREATE;
		message->nlmsg_seq = (u32)(100 + i);
		header = mnl_nlmsg_put_extra_header(message, 4);
		memset(header, 0, 4);
		if (i == 0 || i == 3)
			memcpy(header, &(u32){ htonl(10) }, 4);
		else
			*(u8 *)header = 1;
		if (i == 1)
			mnl_attr_put_strz(message, 1, "made");
		if (i == 2) {
			mnl_attr_put_strz(message, 1, table);
			mnl_attr_put_strz(message, 3, "chain");
		}
		used += message->nlmsg_len;
	}
	return used;
}

static void test_batch(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_refusal refusals[4];
	_Alignas(8) char room[4096];
	u32 generation;
	char *text;
	size_t n;
	int got;

	if (!bed)
		return;
	generation = zw_testbed_generation(bed);
	n = batch(room, "other");
	got = zw_testbed_batch(bed, room, n, refusals, 4);
	ZW_CHECK(got == 1 && refusals[0].sequence == 102 &&
			 refusals[0].error == ENOENT,
		 "refusals: %d", got);
	ZW_CHECK(zw_testbed_generation(bed) == generation, "half a batch");
	n = batch(room, "made");
	got = zw_testbed_batch(bed, room, n, refusals, 4);
	ZW_CHECK(!got && zw_testbed_generation(bed) == generation + 1,
		 "whole batch: %d", got);
	text = zw_testbed_ruleset(bed, false);
	ZW_CHECK(text && strstr(text, "table inet made") &&
			 strstr(text, "chain"),
		 "%s", text);
	free(text);
	zw_testbed_free(bed);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_forty_interfaces(void)
{
	struct zw_testbed_interface many[40];
	char names[40][16], v4[40][20], v6[40][20], dst[16];
	struct zw_testbed *bed;
	struct zw_frame_spec spec;
	double begin = seconds();
	unsigned i;

	if (!zw_netns_usable())
		return;
	memset(many, 0, sizeof(many));
	for (i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "if%u", i);
		snprintf(v4[i], sizeof(v4[i]), "10.%u.0.1/16", i);
		snprintf(v6[i], sizeof(v6[i]), "fd00:%x::1/48", i);
		many[i].name = names[i];
		many[i].own[0] = v4[i];
		many[i].own[1] = v6[i];
	}
	bed = zw_testbed_new(
		&(struct zw_testbed_spec){ .interfaces = many, .count = 40 });
	if (!bed)
		return;
	printf("forty interfaces: %.2f s\n", seconds() - begin);
	ZW_CHECK(zw_testbed_index(bed, "if39") == 39, "index");
	for (i = 1; i < 40; i++) {
		snprintf(dst, sizeof(dst), "10.%u.3.4", i);
		spec = zw_bed_syn("10.0.0.7", dst, 80);
		zw_bed_expect(bed, names[i], 0, &spec,
			      (struct zw_bed_expected){ (int)i, false, false });
	}
	zw_testbed_free(bed);
}

static void test_name(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	const char *argv[] = { "ip", "-n", NULL, "link", "show", "dmz0", NULL };
	struct zw_ran ran;

	if (!bed)
		return;
	argv[2] = zw_testbed_name(bed);
	ran = zw_netns_run(-1, argv, NULL);
	ZW_CHECK(!ran.status && strstr(ran.out, "dmz0"), "ip -n %s: %s",
		 argv[2], ran.err);
	zw_ran_free(&ran);
	zw_testbed_free(bed);
}

/* The child makes a bed with a name, ties its gateway to the parent's namespace
 * by a veth pair, and is killed while it stands. */
__attribute__((noreturn)) static void to_be_killed(int watched, int ready)
{
	static const u8 mac[6] = { 2, 9 };
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_links *links;
	int error;

	if (!bed || !zw_testbed_name(bed)[0])
		_exit(1);
	links = zw_links_new(watched);
	zw_links_veth(links, (struct zw_veth){ "canary", 77, mac },
		      zw_testbed_netns(bed),
		      (struct zw_veth){ "cage", 77, mac });
	error = zw_links_send(links, NULL);
	if (error || write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static bool canary_lives(int watched)
{
	int former = zw_netns_enter(watched);
	bool lives = if_nametoindex("canary") != 0;

	zw_netns_leave(former);
	return lives;
}

static unsigned named_namespaces(void)
{
	DIR *folder = opendir("/run/netns");
	const struct dirent *entry;
	unsigned n = 0;

	while (folder && (entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return n;
}

static void test_killed(void)
{
	unsigned before = named_namespaces();
	double limit;
	int watched, ready[2];
	char byte;
	pid_t pid;

	if (!zw_netns_usable())
		return;
	watched = zw_netns_new();
	ZW_ASSERT(watched >= 0 && !pipe(ready));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		to_be_killed(watched, ready[1]);
	}
	close(ready[1]);
	ZW_CHECK(read(ready[0], &byte, 1) == 1, "the child made no bed");
	ZW_CHECK(canary_lives(watched), "no canary");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The kernel tears namespaces down in its own thread; the end of the
	 * gateway's takes the pair with it. */
	limit = seconds() + 10;
	while (canary_lives(watched) && seconds() < limit)
		poll(NULL, 0, 5);
	ZW_CHECK(!canary_lives(watched), "the gateway outlived its process");
	ZW_CHECK(named_namespaces() == before, "a name is left");
	close(ready[0]);
	close(watched);
}

void suite_bench_life(void)
{
	static CU_TestInfo tests[] = {
		{ "rules and trace", test_rules_and_trace },
		{ "batch", test_batch },
		{ "forty interfaces", test_forty_interfaces },
		{ "name", test_name },
		{ "killed", test_killed },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/bench life", tests);
}
