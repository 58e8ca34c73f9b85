/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random packets for the small bed, and the comparison of what came of each
 * with what the interpreter says of the dump. */
#include "tests/packets/comparison.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/packets/rules_dump.h"

/* As the bed's routes are. */
static const char *route(struct zw_ip dst)
{
	static const struct {
		const char *own, *prefix;
		unsigned length;
		const char *out;
	} table[] = {
		{ "10.1.0.1", "10.1.0.0", 16, "dmz0" },
		{ "10.2.0.1", "10.2.0.0", 16, "lan0" },
		{ "203.0.113.1", "0.0.0.0", 0, "wan0" },
		{ "fd00:1::1", "fd00:1::", 48, "dmz0" },
		{ "fd00:2::1", "fd00:2::", 48, "lan0" },
		{ "2001:db8::1", "::", 0, "wan0" },
	};
	unsigned bits = dst.family == ZW_IPV4 ? 32 : 128;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct zw_ip own = zw_test_ip(table[i].own);

		if (own.family == dst.family && own.value == dst.value)
			return NULL;
	}
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct zw_ip prefix = zw_test_ip(table[i].prefix);
		unsigned shift = bits - table[i].length;

		if (prefix.family != dst.family)
			continue;
		if (!table[i].length ||
		    prefix.value >> shift == dst.value >> shift)
			return table[i].out;
	}
	return "wan0";
}

static const char *const interfaces[] = { "wan0", "dmz0", "lan0" };

struct zw_opinion *zw_comparison_read(struct zw_testbed *bed, const char *rules)
{
	struct zw_opinion *opinion;
	u8 *bytes = NULL;
	size_t n = 0;
	int error;

	error = zw_rules_dump(zw_testbed_netns(bed), &bytes, &n);
	ZW_CHECK(!error, "dump: %s", strerror(-error));
	opinion = error ? NULL : zw_opinion_new(bytes, n);
	ZW_CHECK(opinion, "decoding a dump of\n%s", rules);
	free(bytes);
	return opinion;
}

static void tell(struct zw_testbed *bed, struct zw_opinion *opinion,
		 const char *rules, const struct zw_opinion_question *q,
		 unsigned in, const struct zw_frame *frame,
		 const struct zw_probe *probe)
{
	char text[ZW_PROBE_TEXT];
	struct zw_packet packet;
	char line[ZW_PACKET_TEXT] = "?";
	char *steps = zw_opinion_trace(opinion, q);
	char *kernel = zw_testbed_trace(bed, (int)in, frame);

	if (zw_packet_parse(frame->bytes, frame->length, &packet))
		zw_packet_format(&packet, line);
	printf("rules:\n%s\npacket in %s: %s\nkernel: %s\n%s\ninterpreter:\n%s",
	       rules, q->in, line, zw_probe_format(bed, probe, text), kernel,
	       steps);
	free(steps);
	free(kernel);
}

/* Is what came out what the interpreter says? */
static bool agrees(const struct zw_probe *probe,
		   const struct zw_opinion_answer *a)
{
	struct zw_packet left;

	if (!a->accepted)
		return probe->out == ZW_NOWHERE && !probe->local;
	if (!a->out)
		return probe->local;
	if (probe->out == ZW_NOWHERE || strcmp(interfaces[probe->out], a->out))
		return false;
	return !zw_probe_forwarded(probe, &left) ||
	       (left.src.value == a->src.value &&
		left.dst.value == a->dst.value);
}

bool zw_comparison_frame(struct zw_testbed *bed, struct zw_opinion *opinion,
			 const char *rules, unsigned in,
			 const struct zw_frame *frame,
			 enum zw_opinion_state state, bool broken)
{
	struct zw_frame addressed = *frame; /* as it is sent */
	struct zw_opinion_question q = { .frame = addressed.bytes,
					 .length = frame->length,
					 .in = interfaces[in],
					 .state = state,
					 .route = route };
	struct zw_opinion_answer a;
	struct zw_probe probe;
	bool same;

	zw_testbed_mac(addressed.bytes, 1, in);
	zw_testbed_mac(addressed.bytes + 6, 2, in);
	zw_opinion_ask(opinion, &q, &a);
	zw_testbed_probe(bed, in, frame, &probe);
	same = agrees(&probe, &a);
	if (!same && broken) {
		q.state = ZW_OPINION_INVALID;
		zw_opinion_ask(opinion, &q, &a);
		same = agrees(&probe, &a);
	}
	ZW_CHECK(!a.unmodelled, "not modelled: %s, in\n%s", a.unmodelled,
		 rules);
	ZW_CHECK(same, "kernel and interpreter differ");
	if (!same)
		tell(bed, opinion, rules, &q, in, frame, &probe);
	return same && !a.unmodelled;
}

/* ---- packets ---- */

struct zw_ip zw_comparison_address(struct zw_random *random, unsigned zone,
				   bool v6)
{
	static const char *const v4_prefix[] = { "198.51.100.", "10.1.0.",
						 "10.2.0." };
	static const char *const v6_prefix[] = { "2001:db8:9::", "fd00:1::",
						 "fd00:2::" };
	char text[64];
	u32 host = 2 + zw_random_below(random, 24);

	if (v6)
		snprintf(text, sizeof(text), "%s%x", v6_prefix[zone], host);
	else
		snprintf(text, sizeof(text), "%s%u", v4_prefix[zone], host);
	return zw_test_ip(text);
}

u16 zw_comparison_port(struct zw_random *random)
{
	static const u16 ports[] = { 22, 25, 53, 80, 443, 1024, 8080, 5432 };

	if (zw_random_below(random, 4))
		return ports[zw_random_below(random, 8)];
	return (u16)zw_random_next(random);
}

/* A random packet between zones; conntrack takes it for new. */
static void pick_packet(struct zw_random *random, struct zw_frame_spec *spec,
			unsigned *in)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP,
					IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP,
					99,	     IPPROTO_SCTP };
	bool v6 = zw_random_below(random, 2);
	unsigned from = zw_random_below(random, 3), to;

	do
		to = zw_random_below(random, 3);
	while (to == from);
	memset(spec, 0, sizeof(*spec));
	*in = from;
	spec->src = zw_comparison_address(
		random, zw_random_below(random, 8) ? from : to, v6);
	spec->dst = zw_comparison_address(random, to, v6);
	if (!zw_random_below(random, 12))
		spec->dst = zw_test_ip(v6 ? "fd00:1::1" : "10.1.0.1");
	spec->protocol = protocols[zw_random_below(random, 9)];
	if (spec->protocol == IPPROTO_ICMP) {
		spec->protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		spec->type = v6 ? 128 : 8;
		spec->icmp_id = (u16)zw_random_next(random);
	}
	spec->sport = (u16)(1024 + zw_random_below(random, 60000));
	spec->dport = zw_comparison_port(random);
	spec->tcp_flags = zw_random_below(random, 3) ? ZW_TCP_SYN : ZW_TCP_ACK;
	spec->tos = (u8)zw_random_next(random);
	spec->tos &= 0xfc;
	spec->ttl = zw_random_below(random, 2) ? 64 : 128;
	spec->payload = "some payload of the packet";
	spec->payload_length = (u16)zw_random_below(random, 26);
	if (spec->protocol == IPPROTO_SCTP)
		spec->payload_length = 0;
}

static const u8 zeros[64];

/* IPv6 extension headers at random, in any order. */
static void pick_extensions(struct zw_random *random,
			    struct zw_frame_spec *spec,
			    struct zw_extension extensions[3])
{
	static const u8 types[] = { 0, 60, 43, 60 };
	static u8 routing[6 + 32];
	struct zw_ip hop = zw_test_ip("fd00:2::9");
	u8 n = (u8)(1 + zw_random_below(random, 3)), i;

	for (i = 0; i < n; i++) {
		extensions[i] = (struct zw_extension){
			.type = types[zw_random_below(random, 4)],
			.length = (u8)zw_random_below(random, 20),
			.data = zeros,
		};
		if (extensions[i].type == 0 && i)
			extensions[i].type = 60; /* only first */
		if (extensions[i].type == 0)
			extensions[i].length = 6; /* long padding is dropped */
		if (extensions[i].type == 43) {
			extensions[i].length =
				zw_routing_data(routing, 2, 0, &hop, 1);
			extensions[i].data = routing;
		}
	}
	spec->extensions = extensions;
	spec->extension_count = n;
}

/* IPv4 options that routers pass on. */
static void pick_options(struct zw_random *random, struct zw_frame_spec *spec,
			 u8 options[40])
{
	u8 n = 0;

	memset(options, 0, 40);
	while (zw_random_below(random, 2) && n < 4)
		options[n++] = 1;
	if (zw_random_below(random, 2))
		n = (u8)(n + zw_option_route(options + n, ZW_OPTION_RECORD,
					     NULL, 3));
	else if (zw_random_below(random, 2)) {
		memcpy(options + n, "\x94\x04\0\0", 4); /* router alert */
		n = (u8)(n + 4);
	}
	spec->options = options;
	spec->options_length = n ? n : 1;
}

static void pick_fragment(struct zw_random *random, struct zw_frame_spec *spec)
{
	spec->id = 1 + zw_random_below(random, 1u << 30);
	if (spec->src.family == ZW_IPV6 && zw_random_below(random, 2)) {
		/* the whole in one, or a lie about its length */
		spec->fragment_header = true;
		spec->more_fragments = zw_random_below(random, 2);
		return;
	}
	spec->fragment_offset =
		(u16)(zw_random_below(random, 3) ? zw_random_below(random, 60)
						 : 0);
	spec->more_fragments =
		spec->fragment_offset == 0 || zw_random_below(random, 2);
	if (spec->more_fragments) { /* whole units of 8 */
		spec->payload = zeros;
		spec->payload_length = 24;
		if (spec->protocol == IPPROTO_TCP)
			spec->payload_length = 20;
	} else {
		spec->payload = "\x1f\x90\0\x50 bytes that look like ports";
		spec->payload_length = 30;
	}
}

/* Room for what a description points to. */
struct oddities {
	struct zw_extension extensions[3];
	u8 options[40];
};

/* What ordinary senders do not send. */
static void make_odd(struct zw_random *random, struct zw_frame_spec *spec,
		     struct oddities *room, bool conntrack)
{
	bool v6 = spec->src.family == ZW_IPV6;

	/* The gateway itself looks at headers and fragments of IPv6 only behind
	 * the input hook, so what arrives there does not tell. */
	if (v6 && !route(spec->dst))
		return;
	switch (zw_random_below(random, 4)) {
	case 0:
	case 1:
		if (v6)
			pick_extensions(random, spec, room->extensions);
		else
			pick_options(random, spec, room->options);
		break;
	case 2:
		if (v6 || spec->protocol != IPPROTO_SCTP)
			pick_fragment(random, spec);
		break;
	default: /* what conntrack says of flags is not asked for here */
		if (!conntrack)
			spec->tcp_flags = (u8)zw_random_next(random) & 63;
	}
}

void zw_comparison_many(struct zw_testbed *bed, const char *rules,
			struct zw_random *random,
			const struct zw_comparison *what)
{
	struct zw_opinion *opinion;
	struct zw_frame_spec spec;
	struct oddities room;
	struct zw_frame frame;
	unsigned i, in;

	zw_testbed_flush(bed);
	opinion = zw_comparison_read(bed, rules);
	for (i = 0; opinion && i < what->count; i++) {
		pick_packet(random, &spec, &in);
		if (what->odd && zw_random_below(random, 2))
			make_odd(random, &spec, &room, what->conntrack);
		zw_frame_build(&spec, &frame);
		if (!zw_comparison_frame(
			    bed, opinion, rules, in, &frame, ZW_OPINION_NEW,
			    what->conntrack && spec.more_fragments))
			break;
		zw_testbed_flush(bed);
	}
	zw_opinion_free(opinion);
}
