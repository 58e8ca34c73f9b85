/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A grammar of rules with a weight of one for each line. Chains jump only to
 * chains of higher number, so nothing loops. nft refuses a rule that asks for
 * two network or two transport protocols: of a rule's matches those are left
 * out that contradict the ones before. */
#include <string.h>

#include "tests/packets/random_rules.h"

struct maker {
	struct zw_random *random;
	struct zw_buf *out;
	bool conntrack;
	bool nat; /* there will be translations, which undo writes of ports */
	/* A table beside: of packets of ONLY ('4', '6'; 0: both), without sets
	 * and chains to jump to. */
	bool beside;
	char only;
	/* What the rule at hand has asked for: a letter, or 0. */
	char network, transport;
};

/* Text that asks for a network and a transport protocol; '*' is one that goes
 * with no other. */
static const struct {
	const char *begins;
	char network, transport;
} needs[] = {
	{ "ip6 nexthdr", '6', '*' },
	{ "ip protocol", '4', '*' },
	{ "ip6 ", '6', 0 },
	{ "ip ", '4', 0 },
	{ "ct original ip ", '4', 0 },
	{ "ct reply ip6 ", '6', 0 },
	{ "ct protocol", 0, '*' },
	{ "ct l3proto", '*', 0 },
	{ "exthdr", '6', 0 },
	{ "rt type", '6', 0 },
	{ "dst ", '6', 0 },
	{ "frag ", '6', 0 },
	{ "hbh ", '6', 0 },
	{ "icmpv6 ", '6', 'i' },
	{ "icmp ", '4', 'c' },
	{ "tcp ", 0, 't' },
	{ "udp ", 0, 'u' },
	{ "sctp ", 0, 's' },
	{ "meta l4proto", 0, '*' },
	{ "meta nfproto", '*', 0 },
	{ "meta protocol", '*', 0 },
	{ "ether type", '*', 0 },
	{ "th ", 0, 'h' },
	{ "meta mark set th", 0, 'h' },
	{ "meta mark set ip daddr . th", '4', 'h' },
	{ "@ll", '*', 0 },
	{ "reject", 0, 0 },
};

static bool takes(char *have, char need)
{
	if (!need)
		return true;
	if (*have && (*have != need || need == '*'))
		return false;
	*have = need;
	return true;
}

/* Does TEXT go with what the rule asks for already? Then note what it does. */
static bool fits(struct maker *m, const char *text)
{
	char network = m->network, transport = m->transport;
	size_t i;

	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (strncmp(text, needs[i].begins, strlen(needs[i].begins)))
			continue;
		if (!takes(&network, needs[i].network) ||
		    !takes(&transport, needs[i].transport))
			return false;
		break;
	}
	if (strstr(text, "th dport") && !takes(&transport, 'h'))
		return false;
	if (strstr(text, "l4proto . th") && m->transport)
		return false;
	if (strstr(text, "dport set") && m->nat)
		return false;
	m->network = network;
	m->transport = transport;
	return true;
}

static u32 below(struct maker *m, u32 n)
{
	return zw_random_below(m->random, n);
}

static void pick(struct maker *m, const char *const *list, u32 n)
{
	zw_buf_puts(m->out, list[below(m, n)]);
}

#define PICK(m, list) pick((m), (list), sizeof(list) / sizeof((list)[0]))

static const char *const zones[] = { "\"wan0\"", "\"dmz0\"", "\"lan0\"" };
static const char *const nets[] = { "198.51.100.", "10.1.0.", "10.2.0." };
static const char *const nets6[] = { "2001:db8:9::", "fd00:1::", "fd00:2::" };

static void address(struct maker *m)
{
	PICK(m, nets);
	zw_buf_printf(m->out, "%u", 2 + below(m, 24));
}

static void address_range(struct maker *m)
{
	u32 net = below(m, 3), lo = 2 + below(m, 24);

	switch (below(m, 3)) {
	case 0:
		zw_buf_printf(m->out, "%s%u", nets[net], lo);
		break;
	case 1:
		zw_buf_printf(m->out, "%s%u/%u", nets[net], lo & 0xf8, 29);
		break;
	default:
		zw_buf_printf(m->out, "%s%u-%s%u", nets[net], lo, nets[net],
			      lo + 1 + below(m, 12));
	}
}

static void address6_range(struct maker *m)
{
	u32 net = below(m, 3), lo = 2 + below(m, 24);

	switch (below(m, 3)) {
	case 0:
		zw_buf_printf(m->out, "%s%x", nets6[net], lo);
		break;
	case 1:
		zw_buf_printf(m->out, "%s%x/%u", nets6[net], lo & 0xf8, 125);
		break;
	default:
		zw_buf_printf(m->out, "%s%x-%s%x", nets6[net], lo, nets6[net],
			      lo + 1 + below(m, 12));
	}
}

static void port_range(struct maker *m)
{
	static const char *const ports[] = { "22",   "53",	 "80",
					     "443",  "0-1023",	 "1024-65535",
					     "8080", "20-90",	 "5432",
					     "25",   "100-30000" };

	PICK(m, ports);
}

static const char *const equal[] = { "", "", "", "!= " };

static void match_conntrack(struct maker *m)
{
	static const char *const lines[] = {
		"ct state new",
		"ct state established,untracked",
		"ct state invalid",
		"ct state != new",
		"ct direction original",
		"ct protocol tcp",
		"ct mark 0x5",
		"ct status snat",
		"ct status dnat",
		"ct direction reply",
		"ct original ip daddr 10.2.0.0/28",
		"ct reply ip saddr != 10.2.0.8-10.2.0.20",
		"meta l4proto tcp ct original proto-dst 20-443",
		"meta l4proto udp ct reply proto-src != 53",
		"ct original ip saddr 10.1.0.0/29",
		"ct l3proto ipv4",
		"ct reply ip6 saddr fd00:2::/125",
	};

	PICK(m, lines);
}

static void match_line(struct maker *m)
{
	static const char *const lines[] = {
		"meta l4proto tcp",
		"meta l4proto { udp, 132 }",
		"meta nfproto ipv6",
		"meta protocol ip",
		"tcp flags syn",
		"tcp flags & (fin|syn|rst|ack) == ack",
		"tcp flags != syn",
		"ip ttl > 100",
		"ip6 hoplimit < 100",
		"ip protocol udp",
		"ip6 nexthdr tcp",
		"ip version 4",
		"ip dscp af11",
		"ip dscp > cs3",
		"ip6 dscp { cs1, cs2, ef }",
		"ip length 40-60",
		"ip6 length > 30",
		"meta length > 60",
		"udp length < 20",
		"icmp type echo-request",
		"icmpv6 type { echo-request, 1 }",
		"icmp code 0",
		"icmp id > 30000",
		"meta mark 0x1",
		"meta mark & 0x6 != 0",
		"meta mark 0x2-0x5",
		"meta pkttype host",
		"ether type ip",
		"ip frag-off & 0x1fff != 0",
		"ip frag-off & 0x2000 != 0",
		"exthdr frag exists",
		"exthdr hbh exists",
		"exthdr dst missing",
		"rt type 0",
		"exthdr rt exists",
		"dst nexthdr 6",
		"frag more-fragments 1",
		"hbh hdrlength 0",
		"tcp option maxseg exists",
		"ip option lsrr exists",
		"ip option rr exists",
		"ip option ra missing",
		"sctp chunk init exists",
		"sctp chunk data exists",
		"@th,0,16 & 0x3 == 0x1",
		"@th,16,24 != 0x005000",
		"@nh,64,8 0x40",
		"@nh,0,4 0x4",
		"@th,8,8 > 0x50",
		"@ll,96,16 0x800",
		"@th,64,32 0x12345678",
		"@ih,0,16 0x736f",
		"th sport >= 32768",
		"th dport & 0x1 == 0x1",
		"ip saddr & 0.0.0.3 == 0.0.0.1",
		"ip6 daddr & ::7 == ::4",
		"rt ipsec missing",
		"meta ipsec missing",
		"ipsec in reqid 7",
	};

	PICK(m, lines);
}

/* One match of a rule. */
static void match(struct maker *m)
{
	u32 kind = below(m, m->conntrack ? 16 : 14);

	if (m->beside && kind >= 7 && kind <= 9)
		kind = 10;
	switch (kind) {
	case 0:
		zw_buf_puts(m->out, "iifname ");
		PICK(m, equal);
		PICK(m, zones);
		break;
	case 1:
		zw_buf_puts(m->out, below(m, 2)
					    ? "iifname \"d*\""
					    : "oifname { \"l*\", \"wan0\" }");
		break;
	case 2:
		zw_buf_puts(m->out, "oifname ");
		PICK(m, equal);
		PICK(m, zones);
		break;
	case 3:
	case 4:
		zw_buf_puts(m->out, below(m, 2) ? "ip saddr " : "ip daddr ");
		PICK(m, equal);
		address_range(m);
		break;
	case 5:
		zw_buf_puts(m->out, below(m, 2) ? "ip6 saddr " : "ip6 daddr ");
		PICK(m, equal);
		address6_range(m);
		break;
	case 6:
		zw_buf_puts(m->out, below(m, 2) ? "tcp dport " : "udp sport ");
		PICK(m, equal);
		port_range(m);
		break;
	case 7:
		zw_buf_puts(m->out, "ip daddr ");
		PICK(m, equal);
		zw_buf_puts(m->out, "@nets");
		break;
	case 8:
		zw_buf_puts(m->out, "ip saddr . ip daddr @pairs");
		break;
	case 9:
		zw_buf_puts(m->out, "ip daddr . meta l4proto . th dport ");
		PICK(m, equal);
		zw_buf_puts(m->out, "@boxes");
		break;
	case 14:
	case 15:
		match_conntrack(m);
		break;
	default:
		match_line(m);
	}
	zw_buf_putc(m->out, ' ');
}

/* What a rule ends in; DEEPER: chains from FROM on may be jumped to. */
static void statement(struct maker *m, u32 from, u32 chains)
{
	static const char *const lines[] = {
		"accept",
		"accept",
		"drop",
		"drop",
		"return",
		"counter",
		"reject",
		"meta mark set 0x3",
		"meta mark set meta mark | 0x4",
		"meta mark set th dport map @marks",
		"ip dscp set ef",
		"ip dscp set cs2",
		"tcp dport set 81",
		"ip daddr vmap @verdicts",
		"iifname . oifname vmap @ways",
		"meta mark set meta mark & 0xfffffff1 ^ 0x2",
		"meta mark set meta mark << 1",
		"meta mark set meta mark >> 1",
		"meta mark set ip daddr . th dport map @services",
	};
	static const char *const connection[] = {
		"ct mark set 0x5",
		"notrack",
		"ct mark set meta mark",
		"meta mark set ct mark",
	};
	static const char *const plain[] = {
		"accept",
		"drop",
		"counter",
		"return",
		"meta mark set 0x5",
		"meta mark set meta mark | 0x2",
		"accept",
		"accept",
	};

	if (from < chains && !m->beside && below(m, 3) == 0)
		zw_buf_printf(m->out, "%s c%u", below(m, 2) ? "jump" : "goto",
			      from + below(m, chains - from));
	else if (m->conntrack && below(m, 10) == 0)
		PICK(m, connection);
	else
		pick(m, m->beside ? plain : lines,
		     m->beside ? sizeof(plain) / sizeof(*plain)
			       : sizeof(lines) / sizeof(*lines));
}

static void cut_to(struct maker *m, size_t at)
{
	m->out->n = at;
	m->out->data[at] = 0;
}

/* Take back what was written from AT on if it does not fit. */
static void cut(struct maker *m, size_t at)
{
	if (!fits(m, m->out->data + at))
		cut_to(m, at);
}

static void rules(struct maker *m, u32 from, u32 chains)
{
	u32 n = 1 + below(m, 7), k;
	size_t at;

	while (n--) {
		m->network = m->only;
		m->transport = 0;
		zw_buf_puts(m->out, "  ");
		for (k = below(m, 3) + (below(m, 8) != 0); k; k--) {
			at = m->out->n;
			match(m);
			cut(m, at);
		}
		at = m->out->n;
		do {
			cut_to(m, at);
			statement(m, from, chains);
		} while (!fits(m, m->out->data + at));
		zw_buf_putc(m->out, '\n');
	}
}

static void sets(struct maker *m, u32 chains)
{
	u32 i, lo = 0;

	zw_buf_puts(m->out,
		    " set nets { type ipv4_addr; flags interval; auto-merge;"
		    " elements = { ");
	for (i = 0; i < 6; i++) {
		address_range(m);
		zw_buf_puts(m->out, i < 5 ? ", " : " } }\n");
	}
	zw_buf_puts(m->out, " set pairs { type ipv4_addr . ipv4_addr;"
			    " elements = { ");
	for (i = 0; i < 40; i++) {
		address(m);
		zw_buf_puts(m->out, " . ");
		address(m);
		zw_buf_puts(m->out, i < 39 ? ", " : " } }\n");
	}
	zw_buf_puts(m->out,
		    " set boxes { type ipv4_addr . inet_proto . inet_service;"
		    " flags interval; elements = { ");
	for (i = 0; i < 3; i++)
		zw_buf_printf(
			m->out, "%s2-%s%u . tcp . %u-%u, %s4 . udp . %u-%u%s",
			nets[i], nets[i], 6 + below(m, 16), 20 + below(m, 60),
			80 + below(m, 9000), nets[i], below(m, 50),
			50 + below(m, 400), i < 2 ? ", " : " } }\n");
	zw_buf_puts(m->out, " map marks { type inet_service : mark;"
			    " flags interval; elements = { ");
	for (i = 0; i < 5; i++) {
		u32 hi = lo + 1 + below(m, 13000);

		zw_buf_printf(m->out, "%u-%u : %u%s", lo, hi, 1 + below(m, 6),
			      i < 4 ? ", " : " } }\n");
		lo = hi + 1 + below(m, 20);
	}
	zw_buf_puts(m->out,
		    " map services { type ipv4_addr . inet_service : mark;"
		    " flags interval; elements = { ");
	for (i = 0; i < 3; i++)
		zw_buf_printf(m->out, "%s2-%s%u . %u-%u : %u, %s30 . %u : %u%s",
			      nets[i], nets[i], 8 + below(m, 16),
			      20 + below(m, 60), 100 + below(m, 30000),
			      1 + below(m, 6), nets[i], 1 + below(m, 400),
			      1 + below(m, 6), i < 2 ? ", " : " } }\n");
	zw_buf_printf(m->out,
		      " map verdicts { type ipv4_addr : verdict;"
		      " flags interval; elements = { 10.2.0.0/29 : jump c%u,"
		      " 10.1.0.0/28 : accept, 198.51.100.7 : drop,"
		      " 10.2.0.16-10.2.0.20 : goto c%u, * : continue } }\n",
		      chains - 1, chains - 1);
	zw_buf_printf(m->out,
		      " map ways { type ifname . ifname : verdict; elements = {"
		      " \"dmz0\" . \"lan0\" : jump c%u,"
		      " \"wan0\" . \"dmz0\" : accept } }\n",
		      chains - 1);
}

static void base_chain(struct maker *m, const char *name, const char *hook,
		       s32 priority, u32 chains)
{
	zw_buf_printf(m->out,
		      " chain %s { type filter hook %s priority %d;"
		      " policy %s;\n",
		      name, hook, priority, below(m, 3) ? "accept" : "drop");
	rules(m, 0, chains - 1);
	zw_buf_puts(m->out, " }\n");
}

/* A table of its own, before or behind the others, of one family or of both. */
static void table_beside(struct maker *m, u32 number)
{
	static const struct {
		const char *family;
		char only;
	} families[] = { { "ip", '4' }, { "ip6", '6' }, { "inet", 0 } };
	static const char *const hooks[] = { "prerouting", "forward", "forward",
					     "postrouting" };
	u32 family = below(m, 3), hook = below(m, 4);
	/* none that the main table has, nor one that the kernel's own steps
	 * have: among equal ones the order is not known */
	s32 priority = hook == 0 ? 1 + 2 * (s32)below(m, 10)
				 : 20 + 2 * (s32)below(m, 10);

	priority += (s32)number;
	priority = below(m, 2) ? priority : -priority;
	if (hook == 0)
		priority -= below(m, 2) ? 300 : 150;
	m->beside = true;
	m->only = families[family].only;
	zw_buf_printf(m->out,
		      "table %s beside%u {\n chain c { type filter hook %s"
		      " priority %d; policy accept;\n",
		      families[family].family, number, hooks[hook],
		      (int)priority);
	rules(m, 0, 0);
	zw_buf_puts(m->out, " }\n}\n");
	m->beside = false;
	m->only = 0;
}

/* ---- translations -------------------------------------------------------- */

/* A rule of a chain of type nat: of IPv4, some matches, a translation. */
static void nat_rule(struct maker *m, bool destination)
{
	static const char *const ports[] = { "tcp dport 20-500 ",
					     "udp dport 53 ",
					     "tcp dport { 80, 443, 8080 } ",
					     "udp sport > 20000 " };
	u32 kind = below(m, 6);

	zw_buf_puts(m->out, destination ? "  iifname " : "  oifname ");
	PICK(m, equal);
	PICK(m, zones);
	zw_buf_putc(m->out, ' ');
	if (below(m, 2)) {
		zw_buf_puts(m->out, below(m, 2) ? "ip saddr " : "ip daddr ");
		PICK(m, equal);
		address_range(m);
		zw_buf_putc(m->out, ' ');
	}
	if (kind < 4)
		PICK(m, ports);
	if (!destination) {
		zw_buf_puts(m->out, kind == 5  ? "return\n"
				    : kind & 1 ? "masquerade\n"
					       : "snat to 203.0.113.1\n");
		return;
	}
	switch (kind) {
	case 0:
	case 1:
		zw_buf_printf(m->out, "dnat to %s%u:%u\n", nets[below(m, 3)],
			      2 + below(m, 24), 80 + below(m, 9000));
		break;
	case 2:
		zw_buf_puts(m->out, "redirect to :22\n");
		break;
	case 3:
		zw_buf_puts(m->out, "accept\n");
		break;
	case 4:
		zw_buf_puts(m->out, "dnat ip to tcp dport map @to\n");
		break;
	default:
		zw_buf_printf(m->out, "dnat to %s%u\n", nets[below(m, 3)],
			      2 + below(m, 24));
	}
}

/* A table that translates, with chains before and behind the ordinary ones. */
static void nat_table(struct maker *m)
{
	u32 n = 1 + below(m, 4);

	zw_buf_puts(m->out,
		    "table ip n {\n map to { type inet_service : ipv4_addr ."
		    " inet_service; elements = { 22 : 10.2.0.9 . 8080,"
		    " 80 : 10.1.0.10 . 443, 8080 : 10.2.0.4 . 80 } }\n"
		    " chain d { type nat hook prerouting priority -100;"
		    " policy accept;\n");
	while (n--)
		nat_rule(m, true);
	zw_buf_puts(m->out, " }\n");
	if (below(m, 2)) {
		zw_buf_puts(m->out,
			    " chain s { type nat hook postrouting priority 100;"
			    " policy accept;\n");
		for (n = 1 + below(m, 3); n; n--)
			nat_rule(m, false);
		zw_buf_puts(m->out, " }\n");
	}
	zw_buf_puts(m->out, "}\n");
}

void zw_random_rules(struct zw_random *random, bool conntrack,
		     struct zw_buf *out)
{
	struct maker m = { .random = random,
			   .out = out,
			   .conntrack = conntrack };
	u32 chains = 2 + below(&m, 4), i;

	m.nat = conntrack && below(&m, 3) == 0;
	zw_buf_puts(out, "table inet t {\n");
	sets(&m, chains);
	/* The last chain is the maps' and jumps nowhere, through maps either */
	zw_buf_printf(out,
		      " chain c%u { tcp dport 22-90 accept\n"
		      "  meta mark 3 drop\n  udp sport > 9000 return\n"
		      "  ip6 daddr fd00:2::/126 accept\n }\n",
		      chains - 1);
	for (i = chains - 1; i-- > 0;) {
		zw_buf_printf(out, " chain c%u {\n", i);
		rules(&m, i + 1, chains);
		zw_buf_puts(out, " }\n");
	}
	if (below(&m, 2))
		base_chain(&m, "b_pre", "prerouting",
			   below(&m, 2) ? -300 : -150, chains);
	base_chain(&m, "b_forward", "forward", (s32)below(&m, 20) - 10, chains);
	if (below(&m, 2))
		base_chain(&m, "b_forward2", "forward", (s32)below(&m, 20) - 10,
			   chains);
	if (below(&m, 3) == 0)
		base_chain(&m, "b_post", "postrouting", 50, chains);
	if (below(&m, 2))
		base_chain(&m, "b_in", "input", 0, chains);
	zw_buf_puts(out, "}\n");
	for (i = below(&m, 3); i-- > 0;)
		table_beside(&m, i);
	if (m.nat)
		nat_table(&m);
}
