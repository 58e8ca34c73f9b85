/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a forwarded packet costs, by policy and ruleset. Arguments are policies
 * made by policy.awk, the small one first; for each there are four gateways
 * (tests/harness/testbed.h):
 *
 *	bare		no rules, no connection tracking
 *	tracked		one rule that accepts by connection state
 *	zwinger		what the compiler makes
 *	linear		the same policy as one chain of rules (linear.h)
 *
 * The same flows, drawn from the policy's allows and sent through each once to
 * see that it forwards them, cross all gateways: as packets of established
 * connections, and as first packets, whose entries are made afresh. A packet
 * sent on a veth end is forwarded within the system call that sends it, so
 * what is timed is that call, the sender's own part included; it is the same
 * in every column.
 *
 * The columns are measured in turn, round by round, in slices of less than a
 * millisecond, and the least of all counts, so that other load on the machine
 * does little. Status 1 when the bound is missed twofold, 2 when something does
 * not work. */
#include <errno.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/assert.h"
#include "tests/bench/linear.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/pipeline.h"
#include "lab/testbed_inside.h"
#include "tests/harness/testbed.h"

enum {
	FLOWS = 128,
	ROUNDS = 25,
	PORTS = 12, /* first packets of a flow in one round */
	FIRST_PORT = 20000,
	TEXT_LIMIT = 1 << 26,
};

enum column { BARE, TRACKED, ZWINGER, LINEAR, COLUMNS };
enum state { ESTABLISHED, NEW, STATES };

static const char *const column_names[] = { "bare", "tracked", "zwinger",
					    "linear" };
static const char *const state_names[] = { "established", "new" };

struct policy {
	const char *path;
	struct zw_pipeline pipeline;
	size_t linear_rules;
	struct zw_testbed *beds[COLUMNS];
	struct zw_flow flows[FLOWS];
	unsigned flow_count;
	double least[STATES][COLUMNS]; /* ns a packet */
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(2);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ---- gateways ---- */

/* Zone 0 is everything else; zone N has 10.N/16 and fd00:N::/64. */
static struct zw_testbed *new_bed(const struct zw_statement *statement)
{
	struct zw_buf error = { 0 };
	unsigned n = (unsigned)statement->zones.n;
	struct zw_testbed_interface *list = calloc(n, sizeof(*list));
	struct zw_testbed *bed;

	ZW_ASSERT(list);
	for (unsigned i = 0; i < n; i++) {
		struct zw_str name = statement->zones.v[i].interfaces.v[0].name;
		char text[64];

		list[i].name = strndup(name.p, name.n);
		if (!i) {
			list[i].own[0] = "203.0.113.1/24";
			list[i].routes[0] = "0.0.0.0/0";
			list[i].routes[1] = "::/0";
			continue;
		}
		snprintf(text, sizeof(text), "10.%u.0.1/16", i);
		list[i].own[0] = strdup(text);
		snprintf(text, sizeof(text), "fd00:%x::1/64", i);
		list[i].own[1] = strdup(text);
	}
	bed = zw_testbed_make(
		&(struct zw_testbed_spec){ .interfaces = list, .count = n },
		&error);
	if (!bed)
		fail("test bed", error.n ? error.data : "cannot be made");
	for (unsigned i = 0; i < n; i++) {
		free((void *)(uintptr_t)list[i].name);
		free(i ? (void *)(uintptr_t)list[i].own[0] : NULL);
		free((void *)(uintptr_t)list[i].own[1]);
	}
	free(list);
	return bed;
}

static void load_text(struct zw_testbed *bed, const char *text)
{
	if (!zw_testbed_nft(bed, text))
		fail("nft", zw_testbed_error(bed));
}

static void open_beds(struct policy *policy)
{
	const struct zw_statement *statement = policy->pipeline.statement;
	const struct zw_buf *bytes = &policy->pipeline.bytes;
	struct zw_refusal refusal = { 0 };
	struct zw_buf text = { 0 };
	int refused;

	for (unsigned c = 0; c < COLUMNS; c++)
		policy->beds[c] = new_bed(statement);
	load_text(policy->beds[TRACKED],
		  "table inet t { chain forward {\n"
		  "type filter hook forward priority 0; policy drop;\n"
		  "ct state established,related,new accept\n}\n}\n");
	refused = zw_testbed_batch(policy->beds[ZWINGER], bytes->data, bytes->n,
				   &refusal, 1);
	if (refused)
		fail("compiled ruleset",
		     strerror(refused < 0 ? -refused : refusal.error));
	policy->linear_rules = zw_linear_print(&text, statement);
	load_text(policy->beds[LINEAR], text.data);
	zw_buf_free(&text);
}

/* ---- flows ---- */

static struct zw_ip draw_address(struct zw_random *random,
				 enum zw_family family, u32 zone,
				 struct zw_intervals set)
{
	struct zw_interval range = set.v[zw_random_below(random, (u32)set.n)];
	u128 width = range.hi - range.lo;
	struct zw_ip ip = { family, 0 };

	if (!zone && family == ZW_IPV4)
		ip.value = 0xc6336400u + 1 + zw_random_below(random, 250);
	else if (!zone)
		ip.value =
			(u128)0x20010db8 << 96 | zw_random_below(random, 250);
	else if (width >= 0xff00)
		ip.value = range.lo + 16 + zw_random_below(random, 0xfe00);
	else
		ip.value = range.lo + zw_random_below(random, (u32)width + 1);
	return ip;
}

static bool draw(struct policy *policy, struct zw_random *random,
		 enum zw_family family, struct zw_flow *flow)
{
	const struct zw_statement *statement = policy->pipeline.statement;
	const struct zw_flow_rule *rule =
		&statement->rules
			 .v[zw_random_below(random, (u32)statement->rules.n)];
	const struct zw_flow_box *box =
		&rule->boxes.v[zw_random_below(random, (u32)rule->boxes.n)];
	const struct zw_service_item *item =
		&rule->services
			 .v[zw_random_below(random, (u32)rule->services.n)];

	if (!box->src.of[family].n || !box->dst.of[family].n)
		return false;
	*flow = (struct zw_flow){
		.from = box->from,
		.to = box->to,
		.protocol = item->proto,
		.src = draw_address(random, family, box->from,
				    box->src.of[family]),
		.dst = draw_address(random, family, box->to,
				    box->dst.of[family]),
		.sport = (u16)(FIRST_PORT + policy->flow_count),
		.dport = (u16)(item->lo +
			       zw_random_below(random,
					       item->hi - item->lo + 1u)),
	};
	return true;
}

static struct zw_frame_spec first_packet(const struct zw_flow *flow)
{
	struct zw_frame_spec spec = zw_flow_request(flow);

	if (flow->protocol == IPPROTO_TCP) {
		spec.tcp_flags = ZW_TCP_SYN;
		spec.tcp_ack = spec.payload_length = 0;
	}
	return spec;
}

static bool passes(struct zw_testbed *bed, const struct zw_flow *flow)
{
	struct zw_frame_spec spec = first_packet(flow);
	struct zw_probe probe;

	zw_testbed_send(bed, flow->from, &spec, &probe);
	return probe.out == (int)flow->to;
}

/* Flows of both families that a gateway without rules forwards; all gateways
 * must. */
static void draw_flows(struct policy *policy)
{
	struct zw_random random = { 7 };
	unsigned tries = 0;

	while (policy->flow_count < FLOWS) {
		struct zw_flow *flow = &policy->flows[policy->flow_count];

		if (++tries > 100 * FLOWS)
			fail(policy->path, "too few flows");
		if (!draw(policy, &random,
			  policy->flow_count % 4 == 3 ? ZW_IPV6 : ZW_IPV4,
			  flow) ||
		    !passes(policy->beds[BARE], flow))
			continue;
		for (unsigned c = TRACKED; c < COLUMNS; c++)
			if (!passes(policy->beds[c], flow))
				fail(column_names[c],
				     "drops what the policy allows");
		policy->flow_count++;
	}
}

/* ---- measuring ---- */

static void make_frame(const struct zw_flow *flow,
		       const struct zw_frame_spec *spec, struct zw_frame *frame)
{
	zw_frame_build(spec, frame);
	zw_testbed_mac(frame->bytes, 1, flow->from);
	zw_testbed_mac(frame->bytes + 6, 2, flow->from);
}

static void put(struct zw_testbed *bed, unsigned in,
		const struct zw_frame *frame)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = FIRST_INDEX + (int)in,
	};

	while (sendto(bed->sender, frame->bytes, frame->length, 0,
		      (const void *)&to, sizeof(to)) < 0)
		if (errno != EINTR)
			fail("send", strerror(errno));
}

/* One round: each flow PORTS times; the least time in which one packet of each
 * was sent, by packet. Entries of the connections are there before, or made by
 * the packets. */
static double measure(struct policy *policy, enum column column,
		      enum state state)
{
	static struct zw_frame frames[FLOWS * PORTS];
	struct zw_testbed *bed = policy->beds[column];
	double least = 1e18;
	unsigned n = 0;

	if (column != BARE)
		zw_testbed_flush(bed);
	for (unsigned p = 0; p < PORTS; p++) {
		for (unsigned i = 0; i < FLOWS; i++) {
			struct zw_flow flow = policy->flows[i];
			struct zw_frame_spec spec;

			if (state == ESTABLISHED) {
				flow.seq = flow.answer_seq = 1000;
				spec = zw_flow_request(&flow);
			} else {
				flow.sport = (u16)(flow.sport + p * FLOWS);
				spec = first_packet(&flow);
			}
			if (!p && state == ESTABLISHED && column != BARE &&
			    !zw_testbed_track(bed, &flow, false))
				fail("conntrack", zw_testbed_error(bed));
			make_frame(&flow, &spec, &frames[n++]);
		}
	}
	for (unsigned p = 0; p < PORTS; p++) {
		double start = now(), time;

		for (unsigned i = 0; i < FLOWS; i++)
			put(bed, policy->flows[i].from, &frames[p * FLOWS + i]);
		time = (now() - start) / FLOWS;
		least = time < least ? time : least;
	}
	if (state == NEW && column != BARE &&
	    zw_testbed_tracked(bed) != (long)n)
		fail(column_names[column], "not every first packet passed");
	return least;
}

static void round_of(struct policy *policies, unsigned count, enum state state,
		     bool linear)
{
	for (unsigned c = 0; c < COLUMNS; c++) {
		for (unsigned p = 0; p < count; p++) {
			double *least = &policies[p].least[state][c], time;

			if (c == LINEAR && !linear)
				continue;
			time = measure(&policies[p], (enum column)c, state);
			if (*least == 0 || time < *least)
				*least = time;
		}
	}
}

/* ---- the answer ---- */

static void print_row(const struct policy *policy, enum state state)
{
	const double *least = policy->least[state];

	printf("%2zu zones, %6zu rules, %-11s",
	       policy->pipeline.statement->zones.n,
	       policy->pipeline.statement->rules.n, state_names[state]);
	for (unsigned c = 0; c < COLUMNS; c++)
		printf(" %9.2f", least[c] / 1e3);
	printf(" %9.2f %10.2f\n", (least[ZWINGER] - least[BARE]) / 1e3,
	       (least[LINEAR] - least[BARE]) / 1e3);
}

/* Missed twofold? */
static bool print_ratio(const struct policy *small, const struct policy *large,
			enum state state)
{
	const double *a = small->least[state], *b = large->least[state];
	double ratio = b[ZWINGER] / a[ZWINGER];

	printf("large to small, %-11s: %.2f of 1.5 %s; less bare forwarding %.2f; linear %.2f\n",
	       state_names[state], ratio,
	       ratio <= 1.5 ? "ok"
	       : ratio <= 3 ? "over the bound"
			    : "MISSED",
	       (b[ZWINGER] - b[BARE]) / (a[ZWINGER] - a[BARE]),
	       b[LINEAR] / a[LINEAR]);
	return ratio > 3;
}

static void open_policy(struct policy *policy, const char *path)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_str text;

	policy->path = path;
	if (zw_read_file(arena, path, TEXT_LIMIT, &text))
		fail(path, "cannot be read");
	zw_pipeline_run(&policy->pipeline, path, text);
	if (!policy->pipeline.valid)
		fail(path, "is not valid");
	open_beds(policy);
	draw_flows(policy);
	zw_arena_free(arena);
}

int main(int argc, char **argv)
{
	struct policy *policies;
	unsigned count = (unsigned)argc - 1;
	bool missed = false;

	if (argc < 2)
		fail("usage", "packets POLICY...");
	if (!zw_netns_usable())
		return 0;
	policies = calloc(count, sizeof(*policies));
	ZW_ASSERT(policies);
	for (unsigned p = 0; p < count; p++)
		open_policy(&policies[p], argv[p + 1]);
	for (unsigned r = 0; r < ROUNDS; r++)
		for (unsigned s = 0; s < STATES; s++)
			round_of(policies, count, (enum state)s, r < 3);
	printf("microseconds a packet                  bare   tracked   zwinger    linear   less bare: zwinger   linear\n");
	for (unsigned p = 0; p < count; p++)
		for (unsigned s = 0; s < STATES; s++)
			print_row(&policies[p], (enum state)s);
	for (unsigned s = 0; s < STATES && count > 1; s++)
		missed |= print_ratio(&policies[0], &policies[count - 1],
				      (enum state)s);
	for (unsigned p = 0; p < count; p++) {
		for (unsigned c = 0; c < COLUMNS; c++)
			zw_testbed_free(policies[p].beds[c]);
		zw_pipeline_free(&policies[p].pipeline);
	}
	free(policies);
	return missed;
}
