/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel drops a packet by itself: source routes (ip_rcv_options,
 * accept_source_route is off), lone fragments addressed to the gateway. IPv6's
 * extension headers and fragments to the gateway are looked at behind the input
 * hook, so what arrives there does not tell of the rules, and none is sent. */
#include "lab/oddity.h"

#include <netinet/in.h>
#include <string.h>

static const u8 zeros[64];

static u128 hosts_of(const struct zw_testbed_prefix *p)
{
	u128 all = zw_family_all(p->ip.family).hi;
	unsigned bits = zw_family_bits(p->ip.family);

	if (!p->length)
		return all;
	return p->length >= bits ? 0 : ((u128)1 << (bits - p->length)) - 1;
}

static void forge_source(const struct zw_network *network,
			 struct zw_random *random, struct zw_frame_spec *spec,
			 struct zw_shot *shot)
{
	const struct zw_testbed_spec *bed = &network->spec;
	u32 tries;

	shot->kind = "forged source";
	for (tries = 0; tries < 32; tries++) {
		const struct zw_testbed_interface *other =
			&bed->interfaces[zw_random_below(random, bed->count)];
		const struct zw_testbed_prefix *p;
		u128 hosts;

		if (!other->further_count)
			continue;
		p = &other->further[zw_random_below(random,
						    (u32)other->further_count)];
		if (p->ip.family != spec->src.family || p->alone)
			continue;
		hosts = hosts_of(p);
		spec->src.value = (p->ip.value & ~hosts) |
				  ((u128)zw_random_next(random) & hosts);
		if (zw_routing_of(network->ways, spec->src, spec->dst).kind !=
		    ZW_WAY_NOWHERE)
			return;
	}
}

static void odd_flags(struct zw_random *random, struct zw_frame_spec *spec,
		      struct zw_shot *shot)
{
	static const struct {
		u8 flags;
		const char *kind;
	} kinds[] = {
		{ ZW_TCP_ACK, "bare ACK" },
		{ ZW_TCP_RST, "reset" },
		{ ZW_TCP_FIN, "bare FIN" },
		{ ZW_TCP_FIN | ZW_TCP_ACK, "FIN without connection" },
		{ ZW_TCP_SYN | ZW_TCP_ACK, "forged reply" },
		{ ZW_TCP_SYN | ZW_TCP_FIN, "SYN and FIN" },
		{ ZW_TCP_SYN | ZW_TCP_RST, "SYN and RST" },
		{ 0, "no flags" },
		{ 63, "all flags" },
		{ ZW_TCP_FIN | ZW_TCP_PSH | ZW_TCP_URG, "FIN, PSH, URG" },
	};
	u32 i = zw_random_below(random, sizeof(kinds) / sizeof(*kinds));

	spec->protocol = IPPROTO_TCP;
	spec->tcp_flags = kinds[i].flags;
	spec->tcp_ack = (u32)zw_random_next(random);
	shot->kind = kinds[i].kind;
}

static void fragment(struct zw_random *random, struct zw_frame_spec *spec,
		     struct zw_shot *shot)
{
	/* Its number is the shot's, so that no two are of one datagram. */
	shot->kind = "fragment";
	if (spec->src.family == ZW_IPV6 && !zw_random_below(random, 3)) {
		spec->fragment_header = true;
		shot->kind = "whole in a fragment header";
		return;
	}
	spec->payload = zeros;
	spec->payload_length = spec->protocol == IPPROTO_TCP ? 20 : 24;
	if (zw_random_below(random, 2)) {
		spec->more_fragments = true;
		if (spec->protocol == IPPROTO_SCTP)
			spec->payload_length = 20;
		return;
	}
	spec->fragment_offset = (u16)(1 + zw_random_below(random, 60));
	spec->payload_length = 24;
	shot->kind = "later fragment";
}

static void options(struct zw_random *random, struct zw_frame_spec *spec,
		    struct zw_oddity *room, struct zw_shot *shot)
{
	memset(room->options, 0, sizeof(room->options));
	spec->options = room->options;
	switch (zw_random_below(random, 4)) {
	case 0:
		spec->options_length = zw_option_route(
			room->options, ZW_OPTION_RECORD, NULL, 3);
		shot->kind = "record route";
		return;
	case 1:
		memcpy(room->options, "\x94\x04\0\0", 4);
		spec->options_length = 4;
		shot->kind = "router alert";
		return;
	case 2:
		spec->options_length = zw_option_route(
			room->options, ZW_OPTION_LOOSE, &spec->dst, 1);
		break;
	default:
		spec->options_length = zw_option_route(
			room->options, ZW_OPTION_STRICT, &spec->dst, 1);
	}
	shot->kind = "source route";
	shot->dies = true;
}

static void extensions(struct zw_random *random, struct zw_frame_spec *spec,
		       struct zw_oddity *room, struct zw_shot *shot)
{
	static const u8 types[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS,
				    IPPROTO_ROUTING, IPPROTO_DSTOPTS };
	u8 n = (u8)(1 + zw_random_below(random, 2)), i;

	for (i = 0; i < n; i++) {
		struct zw_extension *e = &room->extensions[i];

		*e = (struct zw_extension){
			.type = types[zw_random_below(random, 4)],
			.length = 6,
			.data = zeros,
		};
		if (e->type == IPPROTO_HOPOPTS && i)
			e->type = IPPROTO_DSTOPTS;
		if (e->type != IPPROTO_ROUTING)
			continue;
		e->length = zw_routing_data(room->routing, 2, 0, &spec->dst, 1);
		e->data = room->routing;
	}
	spec->extensions = room->extensions;
	spec->extension_count = n;
	shot->kind = "extension headers";
}

/* An error about a connection that there is not. */
static void forged_error(struct zw_random *random, struct zw_frame_spec *spec,
			 struct zw_oddity *room, struct zw_shot *shot)
{
	static const u8 types[] = { 3, 11, 12, 5 }, types6[] = { 1, 2, 3, 4 };
	bool v6 = spec->src.family == ZW_IPV6;

	room->quoted = (struct zw_frame_spec){
		.src = spec->dst,
		.dst = spec->src,
		.protocol =
			zw_random_below(random, 2) ? IPPROTO_TCP : IPPROTO_UDP,
		.sport = (u16)(1024 + zw_random_below(random, 60000)),
		.dport = (u16)(1 + zw_random_below(random, 1023)),
		.tcp_flags = ZW_TCP_SYN,
	};
	spec->protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	spec->type = v6 ? types6[zw_random_below(random, 4)]
			: types[zw_random_below(random, 4)];
	spec->code = 0;
	spec->icmp_id = spec->icmp_seq = 0;
	spec->quoted = &room->quoted;
	shot->kind = "forged ICMP error";
}

static void forged_reply(struct zw_random *random, struct zw_frame_spec *spec,
			 struct zw_shot *shot)
{
	bool v6 = spec->src.family == ZW_IPV6;
	u16 port = spec->sport;

	shot->kind = "forged reply";
	switch (zw_random_below(random, 3)) {
	case 0:
		spec->protocol = IPPROTO_TCP;
		spec->tcp_flags = ZW_TCP_SYN | ZW_TCP_ACK;
		break;
	case 1:
		spec->protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		spec->type = v6 ? 129 : 0;
		spec->code = 0;
		return;
	default:
		spec->protocol = IPPROTO_UDP;
	}
	spec->sport = spec->dport;
	spec->dport = port;
}

/* What links speak of among themselves, to one of the gateway's addresses. */
static void link_message(struct zw_random *random, struct zw_frame_spec *spec,
			 struct zw_shot *shot)
{
	static const u8 types[] = {
		130, 131, 132, 133, 134, 135, 136, 137, 143
	};

	if (spec->src.family == ZW_IPV4) {
		shot->kind = "DHCP message";
		spec->src.value = 0;
		spec->dst.value = 0xffffffffu;
		spec->protocol = IPPROTO_UDP;
		spec->sport = 68;
		spec->dport = 67;
		return;
	}
	shot->kind = "message of the link";
	spec->protocol = IPPROTO_ICMPV6;
	spec->type = types[zw_random_below(random, sizeof(types))];
	spec->code = 0;
	spec->ttl = zw_random_below(random, 4) ? 255 : 64;
	switch (zw_random_below(random, 4)) {
	case 0:
		break;
	case 1:
		spec->src.value = 0;
		break;
	default:
		spec->src.value = (u128)0xfe80 << 112 | zw_random_next(random);
	}
}

static void other_protocol(struct zw_random *random, struct zw_frame_spec *spec,
			   struct zw_shot *shot)
{
	static const u8 protocols[] = {
		2, 4, 41, 47, 50, 89, 112, 132, 136, 253
	};

	spec->protocol = protocols[zw_random_below(
		random, sizeof(protocols) / sizeof(*protocols))];
	shot->kind = "another protocol";
}

void zw_oddity_draw(const struct zw_network *network, enum zw_path path,
		    struct zw_random *random, struct zw_frame_spec *spec,
		    struct zw_oddity *room, struct zw_shot *shot)
{
	bool v6 = spec->src.family == ZW_IPV6;
	bool headers = !(v6 && path == ZW_PATH_INPUT);

	if (path == ZW_PATH_OUTPUT) {
		if (zw_random_below(random, 2))
			odd_flags(random, spec, shot);
		else
			other_protocol(random, spec, shot);
		return;
	}
	if (path == ZW_PATH_INPUT && !zw_random_below(random, 3)) {
		link_message(random, spec, shot);
		return;
	}
	switch (zw_random_below(random, headers ? 9 : 6)) {
	case 0:
	case 1:
		forge_source(network, random, spec, shot);
		return;
	case 2:
		odd_flags(random, spec, shot);
		return;
	case 3:
		forged_error(random, spec, room, shot);
		return;
	case 4:
		forged_reply(random, spec, shot);
		return;
	case 5:
		other_protocol(random, spec, shot);
		return;
	case 6:
	case 7:
		if (spec->protocol != IPPROTO_DCCP)
			fragment(random, spec, shot);
		return;
	default:
		if (v6)
			extensions(random, spec, room, shot);
		else
			options(random, spec, room, shot);
	}
}

void zw_oddity_states(const struct zw_frame_spec *spec, struct zw_shot *shot)
{
	/* What cannot be joined may be called invalid. */
	if (spec->more_fragments || spec->fragment_offset)
		shot->states |= 1u << ZW_CT_INVALID;
}
