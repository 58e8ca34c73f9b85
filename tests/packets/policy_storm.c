/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fresh packets: of all protocols, from all sides to all sides, right and
 * spoofed, whole and in pieces, with and without what asks routers for a
 * detour; and the answers to those that got through. */
#include "tests/packets/policy_storm.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum {
	FIRST_PORT = 20000,
	LAST_PORT = 59999,
	/* What one turn of the storm can use up. */
	MARGIN = 1000,
	MOST_PORTLESS = 512,
	ENOUGH_PORTLESS = 400,
};

struct zw_storm *zw_storm_new(struct zw_policy_gateway *gateway, u64 seed)
{
	struct zw_storm *storm = calloc(1, sizeof(*storm));

	ZW_ASSERT(storm);
	storm->gateway = gateway;
	storm->random.state = seed;
	storm->next_port = FIRST_PORT;
	storm->draw = zw_draw_new(gateway->policy->path);
	if (storm->draw)
		return storm;
	free(storm);
	return NULL;
}

void zw_storm_free(struct zw_storm *storm)
{
	if (!storm)
		return;
	zw_draw_free(storm->draw);
	free(storm);
}

bool zw_storm_chance(struct zw_storm *storm, u32 n)
{
	return !zw_random_below(&storm->random, n);
}

static void forget(struct zw_storm *storm)
{
	zw_testbed_flush(storm->gateway->bed);
	storm->next_port = FIRST_PORT;
	storm->portless_count = 0;
}

u16 zw_storm_port(struct zw_storm *storm)
{
	ZW_ASSERT(storm->next_port <= LAST_PORT);
	return storm->next_port++;
}

static enum zw_family any_family(struct zw_storm *storm)
{
	return zw_storm_chance(storm, 2) ? ZW_IPV4 : ZW_IPV6;
}

/* Ends and service without regard to rules; TO_SELF at times. */
static bool unruly(struct zw_storm *storm, enum zw_family family,
		   struct zw_drawn *drawn)
{
	u32 zones = zw_draw_zones(storm->draw);
	u32 to = zw_random_below(&storm->random, zones + 1);

	*drawn = (struct zw_drawn){ .to_self = to == zones };
	zw_draw_service(storm->draw, &storm->random, family, &drawn->proto,
			&drawn->key);
	return zw_draw_address(storm->draw, &storm->random,
			       zw_random_below(&storm->random, zones), family,
			       &drawn->src) &&
	       (drawn->to_self || zw_draw_address(storm->draw, &storm->random,
						  to, family, &drawn->dst));
}

/* Fill in the gateway's own address for an end that is the gateway. */
static bool settle_ends(struct zw_storm *storm, enum zw_family family,
			struct zw_drawn *drawn)
{
	const struct zw_routing *ways = storm->gateway->ways;
	u32 n = (u32)zw_random_next(&storm->random);
	unsigned interface;

	if (drawn->from_self &&
	    !zw_routing_own(ways, family, n, &drawn->src, &interface))
		return false;
	if (drawn->to_self &&
	    !zw_routing_own(ways, family, n, &drawn->dst, &interface))
		return false;
	/* What the gateway sends to itself never meets a zone; an own address
	 * from outside dies in routing. */
	/* The kernel itself takes an unspecified address for its own. */
	if (drawn->from_self)
		return drawn->dst.value &&
		       zw_routing_sent(ways, drawn->dst).kind == ZW_WAY_OUT;
	return !zw_routing_is_own(ways, drawn->src);
}

static bool has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP ||
	       proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* A packet of a protocol without ports is a reply if one went the other way
 * before: such pairs are left out. */
static bool seen_reversed(struct zw_storm *storm, const struct zw_drawn *drawn)
{
	struct zw_storm_portless *slot;
	unsigned i;

	if (has_ports(drawn->proto))
		return false;
	for (i = 0; i < storm->portless_count; i++) {
		slot = &storm->portless[i];
		if (slot->proto == drawn->proto &&
		    slot->src.value == drawn->dst.value &&
		    slot->dst.value == drawn->src.value)
			return true;
	}
	/* Until conntrack is flushed there is no room for more. */
	if (storm->portless_count == MOST_PORTLESS)
		return true;
	storm->portless[storm->portless_count++] =
		(struct zw_storm_portless){ drawn->proto, drawn->src,
					    drawn->dst };
	return false;
}

static void fill_transport(struct zw_storm *storm, const struct zw_drawn *drawn,
			   struct zw_frame_spec *spec)
{
	static const u8 sixteen[16];

	spec->protocol = drawn->proto;
	if (drawn->proto == IPPROTO_ICMP || drawn->proto == IPPROTO_ICMPV6) {
		spec->type = (u8)(drawn->key >> 8);
		spec->code = (u8)drawn->key;
		spec->icmp_id = zw_storm_port(storm);
	} else if (has_ports(drawn->proto) || drawn->proto == IPPROTO_DCCP) {
		spec->sport = zw_storm_port(storm);
		spec->dport = drawn->key;
		/* Source ports of this storm are nobody's service. */
		if (spec->dport >= FIRST_PORT && spec->dport <= LAST_PORT &&
		    zw_storm_chance(storm, 2))
			spec->dport = (u16)(spec->dport % FIRST_PORT);
	} else {
		spec->payload = sixteen;
		spec->payload_length = sizeof(sixteen);
	}
	if (drawn->proto == IPPROTO_TCP)
		spec->tcp_flags = ZW_TCP_SYN;
}

struct zw_policy_packet zw_storm_fresh(struct zw_storm *storm)
{
	struct zw_policy_packet packet = { .kind = "fresh", .plain = true };
	unsigned i, count = storm->gateway->policy->count;
	enum zw_family family = ZW_IPV4;
	struct zw_drawn drawn;
	bool ok = false;
	int in;

	for (i = 0; !ok; i++) {
		ZW_ASSERT(i < 10000);
		family = any_family(storm);
		ok = zw_storm_chance(storm, 2)
			     ? unruly(storm, family, &drawn)
			     : zw_draw_rule(storm->draw, &storm->random, family,
					    &drawn);
		ok = ok && settle_ends(storm, family, &drawn) &&
		     !seen_reversed(storm, &drawn);
	}
	packet.emitted = drawn.from_self;
	packet.spec.src = drawn.src;
	packet.spec.dst = drawn.dst;
	fill_transport(storm, &drawn, &packet.spec);
	in = zw_routing_toward(storm->gateway->ways, drawn.src);
	packet.in = in == ZW_NOWHERE || zw_storm_chance(storm, 6)
			    ? zw_random_below(&storm->random, count)
			    : (unsigned)in;
	packet.tracked = zw_policy_state(storm->gateway, &packet.spec);
	packet.plain =
		drawn.proto == IPPROTO_TCP || drawn.proto == IPPROTO_UDP ||
		(drawn.proto == IPPROTO_ICMP && packet.spec.type == 8) ||
		(drawn.proto == IPPROTO_ICMPV6 && packet.spec.type == 128);
	return packet;
}

/* ---- Fresh packets with a flaw ------------------------------------------*/

struct flaw {
	struct zw_storm *storm;
	struct zw_policy_packet packet;
	u8 options[40];
	u8 routing[64];
	struct zw_extension extensions[2];
};

static void flaw_flags(struct flaw *flaw)
{
	static const u8 flags[] = {
		ZW_TCP_ACK,
		ZW_TCP_ACK,
		ZW_TCP_ACK | ZW_TCP_PSH,
		ZW_TCP_ACK | ZW_TCP_URG,
		ZW_TCP_SYN | ZW_TCP_URG,
		ZW_TCP_SYN | ZW_TCP_ACK,
		ZW_TCP_RST,
		ZW_TCP_RST | ZW_TCP_ACK,
		ZW_TCP_FIN,
		ZW_TCP_FIN | ZW_TCP_ACK,
		ZW_TCP_FIN | ZW_TCP_PSH | ZW_TCP_URG,
		ZW_TCP_SYN | ZW_TCP_FIN,
		ZW_TCP_SYN | ZW_TCP_RST,
		0,
		63,
	};

	if (flaw->packet.spec.protocol != IPPROTO_TCP)
		return;
	flaw->packet.kind = "flags";
	flaw->packet.spec.tcp_flags =
		flags[zw_random_below(&flaw->storm->random, sizeof(flags))];
}

static void flaw_checksum(struct flaw *flaw)
{
	flaw->packet.kind = "wrong checksum";
	flaw->packet.spec.bad_checksum = has_ports(flaw->packet.spec.protocol);
}

/* One fragment alone, the first or a later one. */
static void flaw_fragment(struct flaw *flaw)
{
	struct zw_frame_spec *spec = &flaw->packet.spec;
	static const u8 payload[64] = { 0x9c, 0x40, 0, 80 };

	flaw->packet.kind = "lone fragment";
	spec->id = zw_storm_port(flaw->storm);
	spec->payload = payload;
	spec->payload_length = sizeof(payload);
	/* The last fragment of nothing may end where it likes, others on a
	 * multiple of eight. */
	if (zw_storm_chance(flaw->storm, 2)) {
		spec->fragment_offset =
			(u16)(1 + zw_random_below(&flaw->storm->random, 100));
		spec->more_fragments = zw_storm_chance(flaw->storm, 2);
	} else {
		spec->more_fragments = true;
		spec->payload_length =
			spec->protocol == IPPROTO_TCP ||
					spec->protocol == IPPROTO_SCTP ||
					spec->protocol == IPPROTO_DCCP
				? 44
				: 48;
	}
}

static void flaw_source_route(struct flaw *flaw)
{
	static const u8 types[] = { 0, 2, 4 };
	struct zw_frame_spec *spec = &flaw->packet.spec;
	struct zw_random *random = &flaw->storm->random;
	struct zw_ip hop = spec->src;

	if (spec->src.family == ZW_IPV4) {
		flaw->packet.kind = "source route";
		spec->options = flaw->options;
		spec->options_length = zw_option_route(
			flaw->options,
			zw_storm_chance(flaw->storm, 2) ? ZW_OPTION_LOOSE
							: ZW_OPTION_STRICT,
			&hop, 1);
	} else {
		flaw->packet.kind = "routing header";
		flaw->extensions[0] = (struct zw_extension){
			.type = IPPROTO_ROUTING,
			.data = flaw->routing,
			.length = zw_routing_data(
				flaw->routing,
				types[zw_random_below(random, sizeof(types))],
				(u8)zw_random_below(random, 2), &hop, 1),
		};
		spec->extensions = flaw->extensions;
		spec->extension_count = 1;
		spec->final_dst = hop;
	}
	flaw->packet.source_routed = true;
}

/* Headers that change nothing: record route, hop-by-hop, destination options;
 * and an authentication header, which is a protocol of its own. */
static void flaw_headers(struct flaw *flaw)
{
	static const u8 check[10];
	struct zw_frame_spec *spec = &flaw->packet.spec;
	struct zw_storm *storm = flaw->storm;
	u8 i;

	flaw->packet.kind = "further headers";
	if (spec->src.family == ZW_IPV4) {
		spec->options = flaw->options;
		spec->options_length = zw_option_route(
			flaw->options, ZW_OPTION_RECORD, NULL, 3);
		return;
	}
	spec->extensions = flaw->extensions;
	spec->extension_count = 1 + zw_storm_chance(storm, 2);
	for (i = 0; i < spec->extension_count; i++)
		flaw->extensions[i].type = i || zw_storm_chance(storm, 2)
						   ? IPPROTO_DSTOPTS
						   : IPPROTO_HOPOPTS;
	if (zw_routing_is_own(storm->gateway->ways, spec->dst) ||
	    !zw_storm_chance(storm, 8))
		return;
	flaw->packet.kind = "authentication header";
	flaw->extensions[spec->extension_count - 1].type = IPPROTO_AH;
	flaw->extensions[spec->extension_count - 1].length = sizeof(check);
	flaw->extensions[spec->extension_count - 1].data = check;
	flaw->packet.judged_proto = IPPROTO_AH;
}

/* A reply that nobody asked for: the service's port is the source. */
static void flaw_forged_reply(struct flaw *flaw)
{
	struct zw_frame_spec *spec = &flaw->packet.spec;
	u16 port = spec->sport;

	if (spec->protocol == IPPROTO_ICMP && spec->type == 8)
		spec->type = 0;
	else if (spec->protocol == IPPROTO_ICMPV6 && spec->type == 128)
		spec->type = 129;
	else if (spec->protocol != IPPROTO_TCP && spec->protocol != IPPROTO_UDP)
		return;
	flaw->packet.kind = "forged reply";
	spec->sport = spec->dport;
	spec->dport = port;
	if (spec->protocol == IPPROTO_TCP)
		spec->tcp_flags |= ZW_TCP_ACK;
}

static void send_flawed(struct zw_storm *storm)
{
	static void (*const flaws[])(struct flaw *) = {
		flaw_flags,	   flaw_flags,	      flaw_flags,
		flaw_checksum,	   flaw_headers,      flaw_fragment,
		flaw_fragment,	   flaw_headers,      flaw_source_route,
		flaw_source_route, flaw_forged_reply,
	};
	struct flaw flaw = { .storm = storm };

	do {
		flaw.packet = zw_storm_fresh(storm);
	} while (flaw.packet.emitted);
	flaws[zw_random_below(&storm->random,
			      sizeof(flaws) / sizeof(flaws[0]))](&flaw);
	flaw.packet.plain = false;
	flaw.packet.tracked =
		zw_policy_state(storm->gateway, &flaw.packet.spec);
	zw_policy_check(storm->gateway, &flaw.packet);
}

/* ---- Answers -------------------------------------------------------------*/

static bool turn(struct zw_frame_spec *spec)
{
	struct zw_ip src = spec->src;
	u16 port = spec->sport;

	switch (spec->protocol) {
	case IPPROTO_TCP:
		spec->tcp_flags = ZW_TCP_SYN | ZW_TCP_ACK;
		spec->tcp_ack = spec->tcp_seq + 1;
		spec->tcp_seq = 77;
		break;
	case IPPROTO_UDP:
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		spec->type = spec->protocol == IPPROTO_ICMP ? 0 : 129;
		break;
	default:
		return false;
	}
	spec->src = spec->dst;
	spec->dst = src;
	spec->sport = spec->dport;
	spec->dport = port;
	return true;
}

/* The other side answers what was let through, first on a wrong interface;
 * then, in TCP, the first side goes on. */
static void answer(struct zw_storm *storm, const struct zw_policy_packet *first)
{
	struct zw_policy_gateway *gateway = storm->gateway;
	struct zw_policy_packet reply = *first, third = *first;
	int in = zw_routing_toward(gateway->ways, first->spec.dst);

	if (!first->plain || in == ZW_NOWHERE || !turn(&reply.spec))
		return;
	reply.kind = "answer";
	reply.emitted = zw_routing_is_own(gateway->ways, first->spec.dst);
	reply.plain = false;
	reply.in = (unsigned)in;
	reply.tracked = ZW_TRACKED_REPLY;
	reply.original_source = first->spec.src;
	reply.reply_source = first->spec.dst;
	/* A taken packet was answered by the gateway itself already. */
	if (reply.emitted)
		return;
	if (zw_policy_check(gateway, &reply) != ZW_JUDGED_ACCEPT ||
	    first->spec.protocol != IPPROTO_TCP)
		return;
	third.kind = "third packet";
	third.plain = false;
	third.spec.tcp_flags = ZW_TCP_ACK;
	third.spec.tcp_seq = first->spec.tcp_seq + 1;
	third.spec.tcp_ack = reply.spec.tcp_seq + 1;
	third.tracked = ZW_TRACKED_ORIGINAL;
	third.original_source = first->spec.src;
	third.reply_source = first->spec.dst;
	zw_policy_check(gateway, &third);
}

static void send_fresh(struct zw_storm *storm)
{
	struct zw_policy_packet packet = zw_storm_fresh(storm);

	if (zw_policy_check(storm->gateway, &packet) == ZW_JUDGED_ACCEPT &&
	    zw_storm_chance(storm, 3))
		answer(storm, &packet);
}

void zw_storm_run(struct zw_storm *storm, unsigned count)
{
	unsigned until = storm->gateway->sent + count;

	forget(storm);
	while (storm->gateway->sent < until) {
		if (storm->next_port > LAST_PORT - MARGIN ||
		    storm->portless_count > ENOUGH_PORTLESS)
			forget(storm);
		switch (zw_random_below(&storm->random, 16)) {
		case 0:
		case 1:
		case 2:
		case 3:
			send_flawed(storm);
			break;
		case 4:
		case 5:
			zw_storm_flow(storm);
			break;
		case 6:
			zw_storm_link(storm);
			break;
		default:
			send_fresh(storm);
		}
	}
}
