/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interpreter against the kernel: rulesets are loaded, read back as raw
 * netlink, decoded, and random packets sent; each must leave by the interface
 * by which the interpreter lets it leave, or die where it drops it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/harness.h"
#include "tests/packets/bed.h"
#include "tests/packets/opinion.h"
#include "tests/packets/random_rules.h"
#include "tests/packets/rules_dump.h"

void suite_interpreter(void);

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

static struct zw_opinion *read_back(struct zw_testbed *bed, const char *rules)
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

/* BROKEN: conntrack may also call the packet invalid. */
static bool compare(struct zw_testbed *bed, struct zw_opinion *opinion,
		    const char *rules, unsigned in,
		    const struct zw_frame *frame, enum zw_opinion_state state,
		    bool broken)
{
	struct zw_opinion_question q = { .frame = frame->bytes,
					 .length = frame->length,
					 .in = interfaces[in],
					 .state = state,
					 .route = route };
	struct zw_opinion_answer a;
	struct zw_probe probe;
	bool same;

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

static struct zw_ip pick_address(struct zw_random *random, unsigned zone,
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

static u16 pick_port(struct zw_random *random)
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
	spec->src = pick_address(random, zw_random_below(random, 8) ? from : to,
				 v6);
	spec->dst = pick_address(random, to, v6);
	if (!zw_random_below(random, 12))
		spec->dst = zw_test_ip(v6 ? "fd00:1::1" : "10.1.0.1");
	spec->protocol = protocols[zw_random_below(random, 8)];
	if (spec->protocol == IPPROTO_ICMP) {
		spec->protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		spec->type = v6 ? 128 : 8;
		spec->icmp_id = (u16)zw_random_next(random);
	}
	spec->sport = (u16)(1024 + zw_random_below(random, 60000));
	spec->dport = pick_port(random);
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

/* False if nft does not take the rules. */
static bool compare_many(struct zw_testbed *bed, const char *rules,
			 struct zw_random *random, unsigned count, bool odd,
			 bool conntrack)
{
	struct zw_opinion *opinion;
	struct zw_frame_spec spec;
	struct oddities room;
	struct zw_frame frame;
	unsigned i, in;

	if (!zw_testbed_nft(bed, "flush ruleset") ||
	    !zw_testbed_nft(bed, rules))
		return false;
	zw_testbed_flush(bed);
	opinion = read_back(bed, rules);
	for (i = 0; opinion && i < count; i++) {
		pick_packet(random, &spec, &in);
		if (odd && zw_random_below(random, 2))
			make_odd(random, &spec, &room, conntrack);
		zw_frame_build(&spec, &frame);
		if (!compare(bed, opinion, rules, in, &frame, ZW_OPINION_NEW,
			     conntrack && spec.more_fragments))
			break;
		zw_testbed_flush(bed);
	}
	zw_opinion_free(opinion);
	return true;
}

/* ---- rulesets by hand ---- */

static const char *const by_hand[] = {
	"table inet t {\n"
	" set nets { type ipv4_addr; flags interval;"
	" elements = { 10.1.0.4-10.1.0.9, 10.2.0.8/29, 198.51.100.0/28 } }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ip saddr @nets tcp dport { 22, 80, 443 } accept\n"
	"  ip6 daddr { fd00:2::2-fd00:2::a, fd00:1::/125 } accept\n"
	"  ip protocol udp udp dport 1000-60000 accept\n"
	"  meta l4proto 99 counter reject\n"
	" }\n"
	"}\n",
	"table inet t {\n"
	" map v { type ifname . ifname : verdict;"
	" elements = { \"dmz0\" . \"lan0\" : jump z_dl,"
	" \"lan0\" . \"wan0\" : goto z_lw, \"wan0\" . \"dmz0\" : accept } }\n"
	" set big { type ipv4_addr . inet_proto . inet_service; flags interval;"
	" elements = { 10.2.0.0-10.2.0.12 . tcp . 20-100,"
	" 10.2.0.5-10.2.0.30 . udp . 53,"
	" 10.2.0.6 . tcp . 400-9000 } }\n"
	" chain z_dl { ip daddr . meta l4proto . th dport @big accept;"
	"  ip6 hoplimit > 100 return; tcp dport vmap { 22 : drop, 80 : accept,"
	" 443-9000 : return }; }\n"
	" chain z_lw { tcp flags & (syn|ack) == syn accept;"
	"  udp length > 20 accept; }\n"
	" chain f { type filter hook forward priority 5; policy drop;\n"
	"  iifname . oifname vmap @v\n"
	"  ip dscp { af11, cs1, ef } accept\n"
	"  meta length 60-70 accept\n"
	" }\n"
	" chain i { type filter hook input priority 0; policy drop;\n"
	"  icmp type echo-request accept\n"
	"  icmpv6 type echo-request accept\n"
	"  tcp dport 22 accept\n"
	" }\n"
	"}\n",
	"table ip6 six {\n"
	" chain p { type filter hook prerouting priority -300;"
	"  ip6 saddr & ffff:ffff:ffff:: == fd00:1:: meta mark set 0x12345\n"
	"  udp dport 53 meta mark set meta mark | 0x100000; }\n"
	" chain f { type filter hook forward priority 10;"
	"  meta mark 0x12345 accept\n"
	"  meta mark & 0x00100000 != 0 drop\n"
	"  tcp sport >= 30000 drop; }\n"
	"}\n"
	"table ip four {\n"
	" chain f { type filter hook forward priority 0; policy accept;"
	"  ip saddr 10.0.0.0/8 ip daddr != 10.0.0.0/8 drop\n"
	"  ip ttl 128 drop\n"
	"  th dport > 5000 drop\n"
	"  ip daddr 10.2.0.0/28 tcp option maxseg exists drop; }\n"
	" chain g { type filter hook forward priority -1; policy accept;"
	"  meta mark set 7\n"
	"  ip saddr 10.1.0.3-10.1.0.6 goto h; }\n"
	" chain h { ip daddr 10.2.0.0/29 drop; }\n"
	"}\n",
	"table inet t {\n"
	" chain r { type filter hook prerouting priority raw;"
	"  udp dport 53 notrack; }\n"
	" chain m { type filter hook prerouting priority mangle;"
	"  ct state new ct mark set 0x51\n"
	"  ct state untracked meta mark set 9; }\n"
	" chain f { type filter hook forward priority 0; policy drop;"
	"  ct mark 0x51 tcp dport 80-500 accept\n"
	"  ct state untracked ip daddr 10.2.0.0/28 accept\n"
	"  ct state new,established ct original ip saddr 10.1.0.0/29 accept\n"
	"  ct protocol 6 ct original ip daddr 10.2.0.6 accept\n"
	"  ct state vmap { invalid : drop, new : continue }\n"
	"  ct protocol 132 accept\n"
	"  ct status dnat accept; }\n"
	"}\n",
	"table ip n {\n"
	" map to { type inet_service : ipv4_addr . inet_service;"
	" elements = { 80 : 10.2.0.9 . 8080, 443 : 10.2.0.10 . 443 } }\n"
	" chain d { type nat hook prerouting priority dstnat;"
	"  iifname wan0 dnat ip to tcp dport map @to\n"
	"  iifname dmz0 ip daddr 10.2.0.3 dnat to 10.2.0.20\n"
	"  iifname lan0 udp dport 53 dnat to 10.1.0.5:5353; }\n"
	" chain s { type nat hook postrouting priority srcnat;"
	"  oifname wan0 ip saddr 10.1.0.0/28 snat to 203.0.113.1\n"
	"  ip daddr 10.2.0.9 snat to 10.2.0.1; }\n"
	"}\n"
	"table inet f {\n"
	" chain f { type filter hook forward priority 0; policy drop;"
	"  ct status dnat accept\n"
	"  ip daddr 10.2.0.20 accept\n"
	"  oifname wan0 accept\n"
	"  ct original ip daddr 10.2.0.0/28 accept\n"
	"  reject with tcp reset; }\n"
	"}\n",
	"table netdev n {\n"
	" chain i { type filter hook ingress device dmz0 priority 0;"
	" policy accept;"
	"  ip saddr 10.1.0.0/29 drop\n"
	"  ether type ip6 udp dport 53 drop\n"
	"  meta protocol ip meta l4proto 99 drop; }\n"
	"}\n"
	"table inet t {\n"
	" chain g { type filter hook ingress device lan0 priority 3;"
	"  ip6 nexthdr tcp tcp dport 80 drop\n"
	"  @nh,8,8 64 drop; }\n"
	" chain p { type filter hook postrouting priority 300;"
	"  iifname dmz0 oifname lan0 ip daddr 10.2.0.0/29 drop\n"
	"  @th,16,16 & 0x0003 == 0x0003 drop; }\n"
	"}\n",
	"table inet t {\n"
	" set o { type ipv4_addr . ipv4_addr;"
	" elements = { 10.1.0.3 . 10.2.0.4, 10.1.0.5 . 10.2.0.6,"
	" 10.1.0.7 . 10.2.0.8 } }\n"
	" map m { type inet_service : mark; flags interval;"
	" elements = { 0-1023 : 0x1, 1024-8000 : 0x2, 8001-65535 : 0x3 } }\n"
	" map c { type ipv4_addr : verdict; flags interval;"
	" elements = { 10.2.0.0/29 : accept, 10.2.0.8-10.2.0.20 : jump a,"
	" * : goto b } }\n"
	" chain a { tcp dport 22-90 accept; th sport & 1 == 1 drop; }\n"
	" chain b { meta mark 2 accept; ip saddr . ip daddr @o accept; }\n"
	" chain f { type filter hook forward priority 0; policy drop;"
	"  meta mark set th dport map @m\n"
	"  meta mark 3 drop\n"
	"  ip daddr vmap @c\n"
	"  meta nfproto ipv6 meta mark 1-2 accept; }\n"
	"}\n",
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  iifname \"dm*\" oifname \"l*\" tcp dport != { 25, 80 } accept\n"
	"  iifname { \"wa*\", \"lan0\" } udp sport 2000-40000 accept\n"
	"  ip saddr 10.0.0.0/8 ip saddr & 0.0.0.1 == 0.0.0.1 accept\n"
	"  ip6 saddr & ::1 == :: ip6 daddr fd00:2::/64 reject\n"
	"  ip length lt 50 accept\n"
	" }\n"
	"}\n",
};

static void test_by_hand(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	size_t i;

	if (!bed)
		return;
	for (i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
		ZW_CHECK(compare_many(bed, by_hand[i], &random, 1500, false,
				      true),
			 "nft: %s\n%s", zw_testbed_error(bed), by_hand[i]);
	zw_testbed_free(bed);
}

static const char *const with_connections[] = {
	"table inet t {\n"
	" map dir { type ifname . ifname . ct_dir : verdict; elements = {"
	" \"dmz0\" . \"lan0\" . original : accept,"
	" \"lan0\" . \"dmz0\" . reply : accept } }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct state established iifname . oifname . ct direction vmap @dir\n"
	" }\n"
	"}\n",
	"table inet t {\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  ct status assured ct state established tcp dport 80-500 accept\n"
	"  ct direction reply ct original ip saddr 10.1.0.0/28 accept\n"
	"  ct state established ct reply ip6 saddr fd00:2::/125 accept\n"
	"  ct state new ip saddr 10.0.0.0/8 accept\n"
	" }\n"
	"}\n",
	"table inet t {\n"
	" chain p { type filter hook prerouting priority -300;\n"
	"  tcp dport 80 notrack\n"
	"  ct state established meta mark set 1\n"
	"  ct state invalid meta mark set 2\n"
	" }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n"
	"  meta mark 1 drop\n"
	"  ct state established,related,untracked meta mark 2 accept\n"
	"  ct state untracked accept\n"
	" }\n"
	"}\n",
};

/* Packets of connections that conntrack knows, both directions. */
static void follow_connection(struct zw_testbed *bed,
			      struct zw_opinion *opinion, const char *rules,
			      struct zw_random *random)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct zw_frame_spec spec;
	struct zw_frame frame;
	struct zw_flow flow = { .from = zw_random_below(random, 3) };
	bool v6 = zw_random_below(random, 2);
	bool only_new;

	do
		flow.to = zw_random_below(random, 3);
	while (flow.to == flow.from);
	flow.protocol = protocols[zw_random_below(random, 2)];
	only_new = flow.protocol == IPPROTO_UDP && zw_random_below(random, 2);
	flow.src = pick_address(random, flow.from, v6);
	flow.dst = pick_address(random, flow.to, v6);
	flow.sport = (u16)(1024 + zw_random_below(random, 60000));
	flow.dport = pick_port(random);
	ZW_CHECK(zw_testbed_track(bed, &flow, only_new), "track: %s",
		 zw_testbed_error(bed));
	spec = zw_flow_request(&flow);
	zw_frame_build(&spec, &frame);
	if (!compare(bed, opinion, rules, flow.from, &frame,
		     only_new ? ZW_OPINION_NEW : ZW_OPINION_ORIGINAL, false))
		return;
	if (only_new)
		return;
	spec = zw_flow_reply(&flow);
	zw_frame_build(&spec, &frame);
	compare(bed, opinion, rules, flow.to, &frame, ZW_OPINION_REPLY, false);
}

static void test_connections(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	struct zw_opinion *opinion;
	unsigned failures;
	size_t i, k;

	if (!bed)
		return;
	for (i = 0; i < sizeof(with_connections) / sizeof(char *); i++) {
		failures = CU_get_number_of_failures();
		zw_bed_rules(bed, with_connections[i]);
		opinion = read_back(bed, with_connections[i]);
		for (k = 0; opinion && k < 300 &&
			    failures == CU_get_number_of_failures();
		     k++)
			follow_connection(bed, opinion, with_connections[i],
					  &random);
		zw_opinion_free(opinion);
	}
	zw_testbed_free(bed);
}

static void compare_random(bool conntrack)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() + conntrack };
	struct zw_buf text = { 0 };
	unsigned failures = CU_get_number_of_failures(), i, taken = 0;

	if (!bed)
		return;
	for (i = 0; i < 80; i++) {
		text.n = 0;
		zw_random_rules(&random, conntrack, &text);
		taken += compare_many(bed, text.data, &random, 250, true,
				      conntrack);
		if (CU_get_number_of_failures() > failures)
			break;
	}
	ZW_CHECK(taken > i / 2, "nft took only %u of %u rulesets; the last: %s",
		 taken, i, zw_testbed_error(bed));
	zw_buf_free(&text);
	zw_testbed_free(bed);
}

static void test_random_stateless(void)
{
	compare_random(false);
}

static void test_random_conntrack(void)
{
	compare_random(true);
}

void suite_interpreter(void)
{
	static CU_TestInfo tests[] = {
		{ "rulesets by hand", test_by_hand },
		{ "connections", test_connections },
		{ "random rulesets without conntrack", test_random_stateless },
		{ "random rulesets with conntrack", test_random_conntrack },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("interpreter", tests);
}
