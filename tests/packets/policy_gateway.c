/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making the gateway and loading the policy; sending, judging, comparing. The
 * bed lets through what the kernel by itself would hold back (source routes),
 * so that it is the rules that are tested, and keeps waiting fragments for
 * longer than a run, so that nothing is sent about them later. */
#include "tests/packets/policy_gateway.h"

#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness/gateways.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/harness/run.h"

enum { MOST_PRINTED = 5, MOST_TRIES = 1000 };

static const char *const settings[] = {
	"net/ipv4/conf/all/accept_source_route=1",
	"net/ipv6/conf/all/accept_source_route=1",
	"net/ipv4/ipfrag_time=3600",
	"?net/netfilter/nf_conntrack_frag6_timeout=3600",
	NULL,
};

/* Is a right UDP-Lite packet new, or invalid as in many kernels? */
static bool takes_udplite(struct zw_policy_gateway *gateway)
{
	struct zw_frame_spec spec = { .protocol = IPPROTO_UDPLITE,
				      .sport = 9,
				      .dport = 9 };
	struct zw_probe probe;
	unsigned in;

	if (!zw_routing_own(gateway->ways, ZW_IPV4, 0, &spec.dst, &in) ||
	    !zw_testbed_nft(gateway->bed, "table inet ask { chain i { "
					  "type filter hook input priority 0; "
					  "ct state invalid drop; }; }"))
		return false;
	spec.src = zw_test_ip("198.51.100.200");
	zw_testbed_send(gateway->bed, in, &spec, &probe);
	ZW_CHECK(zw_testbed_nft(gateway->bed, "delete table inet ask"), "%s",
		 zw_testbed_error(gateway->bed));
	return probe.local;
}

/* A DHCP server hears this group on every interface. */
static int join_dhcp(const struct zw_policy_gateway *gateway)
{
	struct zw_ip group = zw_test_ip("ff02::1:2");
	struct ipv6_mreq request = { 0 };
	int former = zw_netns_enter(zw_testbed_netns(gateway->bed));
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned i;
	bool ok = fd >= 0;

	zw_ip_bytes(group, request.ipv6mr_multiaddr.s6_addr);
	for (i = 0; ok && i < gateway->policy->count; i++) {
		request.ipv6mr_interface =
			if_nametoindex(gateway->policy->interfaces[i].name);
		ok = !setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP,
				 &request, sizeof(request));
	}
	ZW_CHECK(ok, "cannot join ff02::1:2");
	zw_netns_leave(former);
	return fd;
}

/* The kernel takes multicast on a new interface only when its link watch has
 * seen the carrier, up to a second later (linkwatch_schedule_work). */
static void wait_for_links(const struct zw_policy_gateway *gateway)
{
	const struct zw_frame_spec spec = {
		.src = zw_test_ip("fe80::1234"),
		.dst = zw_test_ip("ff02::2"),
		.protocol = IPPROTO_UDP,
		.sport = 9,
		.dport = 9,
	};
	struct zw_probe probe;
	unsigned i, tries;

	for (i = 0; i < gateway->policy->count; i++) {
		for (tries = 0; tries < MOST_TRIES; tries++) {
			zw_testbed_send(gateway->bed, i, &spec, &probe);
			if (probe.local)
				break;
			poll(NULL, 0, 10);
		}
		ZW_CHECK(tries < MOST_TRIES, "%s takes no multicast",
			 gateway->policy->interfaces[i].name);
	}
}

int zw_policy_apply(struct zw_testbed *bed, const char *path, int expected)
{
	/* what rules do to connections that stand is asked here, and those that
	 * a load ends (tests/deploy) could not tell */
	struct zw_arena *arena = zw_arena_new();
	const char *gateway = zw_gateway_name(path);
	const char *argv[] = { zw_binary(),
			       "apply",
			       "--keep-connections",
			       "--color",
			       "never",
			       zw_gateway_path(arena, path),
			       "--netns",
			       zw_testbed_name(bed),
			       gateway ? "--gateway" : NULL,
			       gateway,
			       NULL };
	struct zw_run run;
	int status;

	zw_run(&run, NULL, argv);
	status = run.status;
	ZW_CHECK(status == expected, "apply %s: status %d, not %d\n%s%s", path,
		 status, expected, run.out.n ? run.out.data : "",
		 run.err.n ? run.err.data : "");
	zw_run_free(&run);
	zw_arena_free(arena);
	return status;
}

bool zw_policy_open(struct zw_policy_gateway *gateway,
		    const struct zw_policy_case *policy)
{
	const struct zw_testbed_spec spec = { .interfaces = policy->interfaces,
					      .count = policy->count,
					      .sysctls = settings };

	*gateway = (struct zw_policy_gateway){ .policy = policy,
					       .dhcp_group = -1,
					       .note = "" };
	if (!zw_netns_usable())
		return false;
	gateway->bed = zw_testbed_new(&spec);
	gateway->judge = zw_judge_new(policy->path);
	gateway->ways = zw_routing_new(&spec);
	if (gateway->bed && gateway->judge) {
		gateway->dhcp_group = join_dhcp(gateway);
		wait_for_links(gateway);
		gateway->udplite_tracked = takes_udplite(gateway);
		if (!zw_policy_apply(gateway->bed, policy->path, 0))
			return true;
	}
	zw_policy_close(gateway);
	return false;
}

void zw_policy_close(struct zw_policy_gateway *gateway)
{
	if (gateway->dhcp_group >= 0)
		close(gateway->dhcp_group);
	zw_testbed_free(gateway->bed);
	zw_routing_free(gateway->ways);
	zw_judge_free(gateway->judge);
	*gateway = (struct zw_policy_gateway){ .dhcp_group = -1 };
}

enum zw_tracked zw_policy_state(const struct zw_policy_gateway *gateway,
				const struct zw_frame_spec *spec)
{
	if (zw_frame_is_untracked(spec))
		return ZW_TRACKED_UNTRACKED;
	if (spec->protocol == IPPROTO_UDPLITE && !gateway->udplite_tracked)
		return ZW_TRACKED_INVALID;
	return zw_frame_opens(spec) ? ZW_TRACKED_NEW : ZW_TRACKED_INVALID;
}

static bool is_icmp(const struct zw_frame_spec *spec)
{
	return spec->protocol == IPPROTO_ICMP ||
	       spec->protocol == IPPROTO_ICMPV6;
}

struct outcome {
	struct zw_way way;
	enum zw_judgement judgement;
	bool answer_known; /* then ANSWERS is exact, else at most one comes */
	unsigned answers;
};

static const char *name_of(const struct zw_policy_gateway *gateway, unsigned i)
{
	return gateway->policy->interfaces[i].name;
}

/* By which way: the gateway's own packets leave by the route to DST. */
static struct zw_way way_of(const struct zw_policy_gateway *gateway,
			    const struct zw_policy_packet *packet)
{
	if (packet->emitted)
		return zw_routing_sent(gateway->ways, packet->spec.dst);
	return zw_routing_of(gateway->ways, packet->spec.src, packet->spec.dst);
}

static struct zw_question question_of(const struct zw_policy_gateway *gateway,
				      const struct zw_policy_packet *packet,
				      struct zw_way way)
{
	const struct zw_frame_spec *spec = &packet->spec;
	bool icmp = is_icmp(spec);

	return (struct zw_question){
		.in = packet->emitted ? NULL : name_of(gateway, packet->in),
		.out = way.kind == ZW_WAY_OUT ? name_of(gateway, way.out)
					      : NULL,
		.src = spec->src,
		.dst = spec->dst,
		.proto = packet->judged_proto ? packet->judged_proto
					      : spec->protocol,
		.first = icmp ? spec->type : spec->sport,
		.second = icmp ? spec->code : spec->dport,
		.tcp_flags = spec->tcp_flags,
		.hops = spec->ttl ? spec->ttl : ZW_DEFAULT_TTL,
		.source_routed = packet->source_routed,
		.fragment = spec->more_fragments || spec->fragment_offset,
		.tracked = packet->tracked,
		.original_source = packet->original_source,
		.reply_source = packet->reply_source,
	};
}

static bool multicast(struct zw_ip ip)
{
	return ip.family == ZW_IPV4 ? ip.value >= 0xe0000000u
				    : ip.value >> 120 == 0xff;
}

/* Can the gateway be expected to answer the sender, and the answer to come out
 * where the packet came in? */
static bool answerable(const struct zw_policy_gateway *gateway,
		       const struct zw_policy_packet *packet, struct zw_way way)
{
	const struct zw_frame_spec *spec = &packet->spec;

	/* The kernel answers nothing to or in the name of the unspecified
	 * address, and no reset to a packet with IPv4 options. */
	return !packet->emitted && spec->src.value && spec->dst.value &&
	       !spec->options_length && !multicast(spec->dst) &&
	       zw_routing_sent(gateway->ways, spec->src).kind == ZW_WAY_OUT &&
	       zw_routing_toward(gateway->ways, spec->src) == (int)packet->in &&
	       (way.kind == ZW_WAY_OUT || way.own);
}

static struct outcome foretell(const struct zw_policy_gateway *gateway,
			       const struct zw_policy_packet *packet)
{
	struct outcome outcome = { .way = way_of(gateway, packet),
				   .answer_known = true };
	struct zw_question question;

	/* The gateway may tell the sender that there is no way. */
	outcome.answer_known = outcome.way.kind != ZW_WAY_NOWHERE;
	if (outcome.way.kind == ZW_WAY_NOWHERE)
		return outcome;
	question = question_of(gateway, packet, outcome.way);
	outcome.judgement = zw_judge_ask(gateway->judge, &question);
	if (outcome.judgement == ZW_JUDGED_ACCEPT) {
		outcome.answers = packet->plain;
		outcome.answer_known =
			outcome.way.kind == ZW_WAY_OUT ||
			(packet->plain &&
			 answerable(gateway, packet, outcome.way));
		if (outcome.way.kind == ZW_WAY_OUT)
			outcome.answers = 0;
	} else if (outcome.judgement != ZW_JUDGED_DROP) {
		outcome.answers = 1;
		outcome.answer_known = answerable(gateway, packet, outcome.way);
	}
	return outcome;
}

static bool same_ip(struct zw_ip a, struct zw_ip b)
{
	return a.family == b.family && a.value == b.value;
}

/* Forwarded, and not changed on the way. */
static bool arrived(const struct zw_policy_packet *packet, unsigned out,
		    const struct zw_probe *probe)
{
	const struct zw_frame_spec *spec = &packet->spec;
	u8 ttl = spec->ttl ? spec->ttl : ZW_DEFAULT_TTL;
	struct zw_packet seen;

	return probe->out == (int)out && probe->forwarded == 1 &&
	       !probe->local && zw_probe_forwarded(probe, &seen) &&
	       same_ip(seen.src, spec->src) && same_ip(seen.dst, spec->dst) &&
	       (is_icmp(spec) ||
		(seen.sport == spec->sport && seen.dport == spec->dport)) &&
	       seen.type == spec->type && seen.code == spec->code &&
	       seen.ttl + !packet->emitted == ttl;
}

/* The refusal that the sender sees: a reset from the address it spoke to, or
 * an ICMP error that quotes its packet. */
static bool refused(const struct zw_policy_packet *packet,
		    enum zw_judgement judgement, const struct zw_probe *probe)
{
	const struct zw_frame_spec *spec = &packet->spec;
	bool four = spec->src.family == ZW_IPV4;
	struct zw_packet seen, quoted;

	if (!zw_probe_answer(probe, &seen) || !seen.checksums_right ||
	    probe->frames[0].interface != packet->in ||
	    !same_ip(seen.dst, spec->src))
		return false;
	if (judgement == ZW_JUDGED_RESET)
		return seen.protocol == IPPROTO_TCP &&
		       (seen.tcp_flags & ZW_TCP_RST) &&
		       same_ip(seen.src, spec->dst) &&
		       seen.sport == spec->dport && seen.dport == spec->sport;
	return seen.protocol == (four ? IPPROTO_ICMP : IPPROTO_ICMPV6) &&
	       seen.type == (four ? 3 : 1) && seen.code == (four ? 13 : 1) &&
	       zw_packet_parse_ip(seen.payload, seen.payload_length, &quoted) &&
	       same_ip(quoted.src, spec->src) && same_ip(quoted.dst, spec->dst);
}

static bool agrees(const struct zw_policy_packet *packet,
		   const struct outcome *outcome, const struct zw_probe *probe)
{
	bool passes = outcome->judgement == ZW_JUDGED_ACCEPT;

	if (outcome->answer_known ? probe->answers != outcome->answers
				  : probe->answers > 1)
		return false;
	if (passes && outcome->way.kind == ZW_WAY_OUT)
		return arrived(packet, outcome->way.out, probe);
	if (probe->forwarded)
		return false;
	if (passes)
		return probe->local;
	if (probe->local)
		return false;
	return !outcome->answers || !outcome->answer_known ||
	       refused(packet, outcome->judgement, probe);
}

static void explain(const struct zw_policy_gateway *gateway,
		    const struct zw_policy_packet *packet,
		    const struct outcome *outcome, const struct zw_frame *frame,
		    const struct zw_probe *probe)
{
	static const char *const ways[] = { [ZW_WAY_OUT] = "out by",
					    [ZW_WAY_SELF] = "to the gateway",
					    [ZW_WAY_NOWHERE] = "nowhere" };
	char line[ZW_PACKET_TEXT], out[ZW_PROBE_TEXT];
	struct zw_packet sent;
	char *trace;

	zw_probe_format(gateway->bed, probe, out);
	memset(&sent, 0, sizeof(sent));
	zw_packet_parse(frame->bytes, frame->length, &sent);
	trace = zw_testbed_trace(gateway->bed,
				 packet->emitted ? ZW_NOWHERE : (int)packet->in,
				 frame);
	printf("rules met by the packet sent once more:\n%s\n", trace);
	ZW_CHECK(false,
		 "%s, packet %u%s: %s\n  %s from %s, %s\n"
		 "  judged: %s (%s %s), answers %s%u\n  came: %s\n"
		 "sent once more with tracing, see above",
		 gateway->policy->path, gateway->sent, gateway->note,
		 packet->kind, zw_packet_format(&sent, line),
		 packet->emitted ? "self" : name_of(gateway, packet->in),
		 zw_tracked_name(packet->tracked),
		 zw_judgement_name(outcome->judgement), ways[outcome->way.kind],
		 outcome->way.kind == ZW_WAY_OUT
			 ? name_of(gateway, outcome->way.out)
			 : "",
		 outcome->answer_known ? "" : "up to ",
		 outcome->answer_known ? outcome->answers : 1, out);
	free(trace);
}

enum zw_judgement zw_policy_check(struct zw_policy_gateway *gateway,
				  const struct zw_policy_packet *packet)
{
	const struct outcome outcome = foretell(gateway, packet);
	struct zw_frame frame;
	struct zw_probe probe;

	zw_frame_build(&packet->spec, &frame);
	if (packet->emitted)
		zw_testbed_emit(gateway->bed, &frame, &probe);
	else
		zw_testbed_probe(gateway->bed, packet->in, &frame, &probe);
	gateway->sent++;
	gateway->passed += outcome.judgement == ZW_JUDGED_ACCEPT;
	if (agrees(packet, &outcome, &probe))
		return outcome.judgement;
	if (gateway->failed++ < MOST_PRINTED)
		explain(gateway, packet, &outcome, &frame, &probe);
	return outcome.judgement;
}
