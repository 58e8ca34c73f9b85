/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that conntrack holds, whether or not the policy would have let
 * them begin, and what may be sent within them: packets of both directions by
 * right and wrong interfaces, ICMP errors about either direction from the right
 * neighbour, from others and with forged senders, redirects. The entries are
 * put into conntrack directly: so every packet of an entry that some earlier
 * ruleset, address or route would have allowed is judged by the policy of
 * today. */
#include "tests/packets/policy_storm.h"

struct flow {
	struct zw_flow flow;
	bool from_self, to_self;
	bool only_new;
};

static bool may_answer(const struct zw_routing *ways, struct zw_ip ip)
{
	return zw_routing_is_own(ways, ip) ||
	       (ip.value && zw_routing_sent(ways, ip).kind == ZW_WAY_OUT);
}

/* The ends of a fresh packet that could be a connection's first. */
static bool begin(struct zw_storm *storm, struct flow *f)
{
	struct zw_policy_packet first = zw_storm_fresh(storm);
	const struct zw_frame_spec *spec = &first.spec;
	const struct zw_routing *ways = storm->gateway->ways;

	if (spec->protocol != IPPROTO_TCP && spec->protocol != IPPROTO_UDP &&
	    !(first.plain && spec->type))
		return false;
	*f = (struct flow){
		.flow = { .protocol = spec->protocol,
			  .src = spec->src,
			  .dst = spec->dst,
			  .sport = spec->icmp_id ? spec->icmp_id : spec->sport,
			  .dport = spec->dport },
		.from_self = first.emitted,
		.to_self = zw_routing_is_own(ways, spec->dst),
		.only_new = zw_storm_chance(storm, 4),
	};
	/* The kernel's table refuses a code in an echo. Both ends must be such
	 * that packets can be sent to them. */
	if (spec->code || !may_answer(ways, spec->src) ||
	    !may_answer(ways, spec->dst))
		return false;
	return zw_testbed_track(storm->gateway->bed, &f->flow, f->only_new);
}

static unsigned toward(struct zw_storm *storm, struct zw_ip ip)
{
	int in = zw_routing_toward(storm->gateway->ways, ip);
	u32 count = storm->gateway->policy->count;

	if (in == ZW_NOWHERE || zw_storm_chance(storm, 4))
		return zw_random_below(&storm->random, count);
	return (unsigned)in;
}

static struct zw_policy_packet within(const struct flow *f)
{
	return (struct zw_policy_packet){
		.original_source = f->flow.src,
		.reply_source = f->flow.dst,
	};
}

static enum zw_judgement request(struct zw_storm *storm, const struct flow *f)
{
	struct zw_policy_packet packet = within(f);

	packet.kind = f->only_new ? "once more" : "request";
	packet.emitted = f->from_self;
	packet.in = toward(storm, f->flow.src);
	packet.spec = zw_flow_request(&f->flow);
	packet.tracked = ZW_TRACKED_ORIGINAL;
	if (f->only_new) {
		packet.tracked = ZW_TRACKED_NEW;
		if (f->flow.protocol == IPPROTO_TCP) {
			packet.spec.tcp_flags = ZW_TCP_SYN;
			packet.spec.tcp_ack = packet.spec.payload_length = 0;
		}
	}
	return zw_policy_check(storm->gateway, &packet);
}

static void reply(struct zw_storm *storm, const struct flow *f)
{
	struct zw_policy_packet packet = within(f);

	packet.kind = "reply";
	packet.emitted = f->to_self;
	packet.in = toward(storm, f->flow.dst);
	packet.spec = zw_flow_reply(&f->flow);
	packet.tracked = ZW_TRACKED_REPLY;
	zw_policy_check(storm->gateway, &packet);
}

static void error_type(struct zw_storm *storm, struct zw_policy_packet *packet)
{
	static const u8 four[] = { 3, 3, 3, 11, 11, 12, 4, 5 };
	static const u8 six[] = { 1, 1, 1, 2, 3, 3, 4, 137 };
	struct zw_frame_spec *spec = &packet->spec;
	u32 i = zw_random_below(&storm->random, sizeof(four));
	bool is_four = spec->src.family == ZW_IPV4;

	spec->protocol = is_four ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	spec->type = is_four ? four[i] : six[i];
	spec->code = (u8)zw_random_below(&storm->random,
					 spec->type == 3 && is_four ? 4 : 2);
	if (is_four && spec->type == 3 && spec->code == 3)
		spec->code = 13;
	/* The room for a path's size, where the type has it: small ones would
	 * be believed by the gateway about its own connections. */
	spec->icmp_seq = 1500;
}

/* An ICMP error about a packet of the flow, to its sender. Its own sender: the
 * quoted packet's destination, somebody else behind the same interface, or
 * anybody. */
static void error_about(struct zw_storm *storm, const struct flow *f,
			bool about_reply, bool unknown)
{
	struct zw_policy_packet packet = within(f), other;
	struct zw_frame_spec quoted = about_reply ? zw_flow_reply(&f->flow)
						  : zw_flow_request(&f->flow);

	if (unknown) {
		quoted.sport = (u16)(quoted.sport ^ 0x4000);
		quoted.icmp_id = (u16)(quoted.icmp_id ^ 0x4000);
	}
	packet.kind = unknown	    ? "error about nothing"
		      : about_reply ? "error about a reply"
				    : "error about a request";
	packet.spec.src = quoted.dst;
	packet.spec.dst = quoted.src;
	packet.spec.quoted = &quoted;
	packet.emitted = about_reply ? f->from_self : f->to_self;
	if (!packet.emitted && !zw_storm_chance(storm, 3)) {
		other = zw_storm_fresh(storm);
		if (other.spec.src.family == packet.spec.src.family &&
		    !other.emitted)
			packet.spec.src = other.spec.src;
	}
	packet.in = toward(storm, packet.spec.src);
	packet.tracked = about_reply ? ZW_TRACKED_RELATED_ORIGINAL
				     : ZW_TRACKED_RELATED_REPLY;
	if (unknown)
		packet.tracked = ZW_TRACKED_INVALID;
	error_type(storm, &packet);
	/* Redirects are no errors of a connection for every kernel. */
	if (packet.spec.type == 137 || packet.spec.bad_checksum)
		packet.tracked = ZW_TRACKED_INVALID;
	zw_policy_check(storm->gateway, &packet);
}

void zw_storm_flow(struct zw_storm *storm)
{
	struct flow f;
	unsigned i, n;

	if (!begin(storm, &f))
		return;
	if (f.only_new) {
		/* A reset, which is what the gateway answers on a closed
		 * port, ends such a TCP connection. */
		if (request(storm, &f) != ZW_JUDGED_ACCEPT || !f.to_self)
			error_about(storm, &f, false, false);
		return;
	}
	n = 2 + zw_random_below(&storm->random, 6);
	for (i = 0; i < n; i++) {
		switch (zw_random_below(&storm->random, 7)) {
		case 0:
		case 1:
			request(storm, &f);
			break;
		case 2:
		case 3:
			reply(storm, &f);
			break;
		case 4:
			error_about(storm, &f, false, false);
			break;
		case 5:
			error_about(storm, &f, true, false);
			break;
		default:
			error_about(storm, &f, zw_storm_chance(storm, 2), true);
		}
	}
}
