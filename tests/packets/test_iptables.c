/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of iptables against the kernel: loaded by iptables-nft-restore, read
 * back with their extensions as blobs, decoded; each packet must fare as the
 * interpreter says. Rules at random, of every extension whose outcome hangs on
 * the packet alone, and rules by hand for translation and marks. */
#include <stdio.h>
#include <string.h>

#include "tests/packets/comparison.h"

void suite_iptables(void);

/* ---- by hand ------------------------------------------------------------- */

static const char *const by_hand[] = {
	/* translation, and what sees it */
	"*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n"
	":POSTROUTING ACCEPT\n"
	"-A PREROUTING -i wan0 -p tcp --dport 80 -j DNAT"
	" --to-destination 10.2.0.9:8080\n"
	"-A PREROUTING -i dmz0 -d 10.2.0.3 -j DNAT"
	" --to-destination 10.2.0.20\n"
	"-A PREROUTING -i lan0 -p udp --dport 53 -j DNAT"
	" --to-destination 10.1.0.5:5353\n"
	"-A POSTROUTING -o wan0 -s 10.1.0.0/28 -j SNAT"
	" --to-source 203.0.113.1\n"
	"COMMIT\n"
	"*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT ACCEPT\n"
	"-A FORWARD -m conntrack --ctstate DNAT -d 10.2.0.9 -j ACCEPT\n"
	"-A FORWARD -m conntrack --ctorigdst 10.2.0.0/28 -j ACCEPT\n"
	"-A FORWARD -m conntrack --ctstate NEW --ctorigsrc 10.2.0.0/29"
	" -j ACCEPT\n"
	"-A FORWARD -m conntrack --ctreplsrc 10.1.0.5 --ctdir ORIGINAL"
	" -j ACCEPT\n"
	"-A FORWARD -p tcp -m conntrack --ctorigdstport 443 -j ACCEPT\n"
	"-A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited\n"
	"-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\n"
	"COMMIT\n",
	/* marks on packet and connection */
	"*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n"
	":OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
	"-A PREROUTING -p tcp --dport 80:443 -j MARK --set-xmark 0x1/0xff\n"
	"-A PREROUTING -p udp -j MARK --or-mark 0x10\n"
	"-A PREROUTING -s 10.1.0.0/28 -j MARK --set-xmark 0x200/0xf00\n"
	"-A PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff\n"
	"-A PREROUTING -m mark --mark 0x200/0xf00 -j CONNMARK"
	" --set-xmark 0x8000/0xf000\n"
	"-A FORWARD -j MARK --set-xmark 0x0/0xffffffff\n"
	"-A FORWARD -j CONNMARK --restore-mark --nfmask 0xffff --ctmask 0xf00f\n"
	"COMMIT\n"
	"*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n"
	"-A FORWARD -m mark --mark 0x8001/0xf00f -j ACCEPT\n"
	"-A FORWARD -m connmark --mark 0x10/0xff -j ACCEPT\n"
	"-A FORWARD -m mark ! --mark 0x0 -m connmark ! --mark 0x1/0xff"
	" -j ACCEPT\n"
	"COMMIT\n",
	/* before conntrack */
	"*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n"
	"-A PREROUTING -p udp --dport 53 -j CT --notrack\n"
	"-A PREROUTING -p tcp -m multiport --dports 22,80 -j NOTRACK\n"
	"-A PREROUTING -m conntrack --ctstate INVALID -s 10.2.0.0/28 -j DROP\n"
	"COMMIT\n"
	"*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n"
	"-A FORWARD -m conntrack --ctstate UNTRACKED -d 10.2.0.0/28 -j ACCEPT\n"
	"-A FORWARD -m conntrack ! --ctstate NEW,UNTRACKED -j DROP\n"
	"-A FORWARD -p sctp -m sctp --dport 1024:65535 -j ACCEPT\n"
	"-A FORWARD -m conntrack --ctproto icmp -j ACCEPT\n"
	"-A FORWARD -m conntrack --ctstatus CONFIRMED -j ACCEPT\n"
	"-A FORWARD -p udp -m conntrack ! --ctstatus CONFIRMED -j ACCEPT\n"
	"COMMIT\n",
};

/* ---- at random ----------------------------------------------------------- */

static u32 below(struct zw_random *random, u32 bound)
{
	return zw_random_below(random, bound);
}

static const char *no(struct zw_random *random)
{
	return below(random, 4) ? "" : "! ";
}

static void put_address(struct zw_random *random, bool v6, struct zw_buf *out)
{
	static const char *const v4[] = { "198.51.100.", "10.1.0.", "10.2.0." };
	static const char *const six[] = { "2001:db8:9::", "fd00:1::",
					   "fd00:2::" };
	u32 zone = below(random, 3), host = 2 + below(random, 24);

	if (v6)
		zw_buf_printf(out, "%s%x", six[zone], host);
	else
		zw_buf_printf(out, "%s%u", v4[zone], host);
}

static void put_range(struct zw_random *random, bool v6, struct zw_buf *out)
{
	u32 lo = 2 + below(random, 16), hi = lo + below(random, 12);
	u32 zone = 1 + below(random, 2);

	if (v6)
		zw_buf_printf(out, "fd00:%u::%x-fd00:%u::%x", zone, lo, zone,
			      hi);
	else
		zw_buf_printf(out, "10.%u.0.%u-10.%u.0.%u", zone, lo, zone, hi);
}

static void put_ports(struct zw_random *random, struct zw_buf *out)
{
	static const char *const some[] = {
		"22", "80,443", "25,53,1024", "5432", "80:1024", "443,1000:9000"
	};
	static const char *const side[] = { "--dports", "--sports", "--ports" };

	zw_buf_printf(out, " -m multiport %s%s %s", no(random),
		      side[below(random, 3)], some[below(random, 6)]);
}

static void put_protocol(struct zw_random *random, bool v6, struct zw_buf *out)
{
	static const char *const flags[] = { "SYN,RST,ACK SYN", "ACK ACK",
					     "SYN SYN" };

	switch (below(random, 5)) {
	case 0:
		zw_buf_puts(out, " -p tcp");
		put_ports(random, out);
		return;
	case 1:
		zw_buf_puts(out, " -p udp");
		put_ports(random, out);
		return;
	case 2:
		zw_buf_printf(out, " -p tcp -m tcp %s--tcp-flags %s",
			      no(random), flags[below(random, 3)]);
		if (below(random, 2))
			zw_buf_printf(out, " %s--tcp-option %u", no(random),
				      2 + below(random, 3));
		return;
	case 3:
		if (v6)
			zw_buf_printf(out,
				      " -p ipv6-icmp -m icmp6 %s"
				      "--icmpv6-type %u",
				      no(random), 128 + below(random, 2));
		else
			zw_buf_printf(out, " -p icmp -m icmp %s--icmp-type %s",
				      no(random),
				      below(random, 2) ? "8" : "8/0");
		return;
	default:
		zw_buf_puts(out, " -p sctp -m sctp --dport 80:9000");
	}
}

/* Not the kinds in USED, since most may stand in a rule only once. */
static void put_match(struct zw_random *random, bool v6, bool conntrack,
		      u32 *used, struct zw_buf *out)
{
	u32 kind = below(random, conntrack ? 9 : 7);
	static const char *const states[] = { "NEW", "ESTABLISHED,RELATED",
					      "INVALID", "NEW,UNTRACKED" };

	if (*used >> kind & 1)
		return;
	*used |= 1u << kind;
	switch (kind) {
	case 0:
		zw_buf_printf(out, " %s%s ", no(random),
			      below(random, 2) ? "-s" : "-d");
		put_address(random, v6, out);
		zw_buf_printf(out, "/%u", (v6 ? 120 : 24) + below(random, 9));
		return;
	case 1:
		zw_buf_printf(out, " -m iprange %s--%s-range ", no(random),
			      below(random, 2) ? "src" : "dst");
		put_range(random, v6, out);
		return;
	case 2:
		zw_buf_printf(
			out, v6 ? " -m hl --hl-%s %u" : " -m ttl --ttl-%s %u",
			below(random, 2) ? "gt" : "lt", 60 + below(random, 80));
		return;
	case 3:
		if (below(random, 2))
			zw_buf_printf(out, " -m dscp %s--dscp %u", no(random),
				      below(random, 64));
		else
			zw_buf_printf(out, " -m tos %s--tos 0x%x/0x%x",
				      no(random), below(random, 2) ? 0 : 0x10,
				      0x10);
		return;
	case 4:
		zw_buf_printf(out, " -m length %s--length %u:%u", no(random),
			      20 + below(random, 40), 60 + below(random, 40));
		return;
	case 5:
		zw_buf_printf(out, " -m pkttype %s--pkt-type %s", no(random),
			      below(random, 2) ? "unicast" : "multicast");
		return;
	case 6:
		zw_buf_puts(out, " -m comment --comment \"a word\"");
		return;
	case 7:
		*used |= 1u << 8;
		zw_buf_printf(out, " -m conntrack %s--ctstate %s", no(random),
			      states[below(random, 4)]);
		return;
	default:
		zw_buf_printf(out, " -m conntrack %s--ctorigsrc ", no(random));
		put_address(random, v6, out);
		zw_buf_printf(out, "/%u", (v6 ? 120 : 24) + below(random, 9));
	}
}

static void put_rule(struct zw_random *random, bool v6, bool conntrack,
		     const char *chain, const char *next, struct zw_buf *out)
{
	static const char *const targets[] = { "ACCEPT", "ACCEPT", "DROP",
					       "RETURN", "LOG",	   "REJECT" };
	u32 n = below(random, 3), used = 0;

	zw_buf_printf(out, "-A %s", chain);
	if (below(random, 3))
		put_protocol(random, v6, out);
	while (n--)
		put_match(random, v6, conntrack, &used, out);
	if (next && !below(random, 4))
		zw_buf_printf(out, " %s %s\n", below(random, 2) ? "-g" : "-j",
			      next);
	else
		zw_buf_printf(out, " -j %s\n", targets[below(random, 6)]);
}

static void put_rules(struct zw_random *random, bool v6, bool conntrack,
		      struct zw_buf *out)
{
	u32 i;

	out->n = 0;
	zw_buf_printf(out,
		      "*filter\n:INPUT %s\n:FORWARD %s\n:OUTPUT ACCEPT\n"
		      ":one - [0:0]\n:two - [0:0]\n",
		      below(random, 2) ? "DROP" : "ACCEPT",
		      below(random, 4) ? "DROP" : "ACCEPT");
	for (i = 0; i < 6; i++)
		put_rule(random, v6, conntrack, "FORWARD", "one", out);
	for (i = 0; i < 4; i++)
		put_rule(random, v6, conntrack, "one", "two", out);
	for (i = 0; i < 4; i++)
		put_rule(random, v6, conntrack, "two", NULL, out);
	for (i = 0; i < 3; i++)
		put_rule(random, v6, conntrack, "INPUT", "two", out);
	zw_buf_puts(out, "COMMIT\n");
}

/* ---- tests --------------------------------------------------------------- */

static void load(struct zw_testbed *bed, bool v6, const char *text)
{
	ZW_CHECK(zw_testbed_nft(bed, "flush ruleset"), "%s",
		 zw_testbed_error(bed));
	ZW_CHECK(zw_testbed_iptables(bed, v6, text), "%s in\n%s",
		 zw_testbed_error(bed), text);
}

static void test_by_hand(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	struct zw_comparison what = { 1200, false, true };
	size_t i;

	if (!bed)
		return;
	for (i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++) {
		load(bed, false, by_hand[i]);
		zw_comparison_many(bed, by_hand[i], &random, &what);
	}
	zw_testbed_free(bed);
}

static void test_at_random(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	struct zw_buf text = { 0 };
	unsigned failures = CU_get_number_of_failures(), i;

	if (!bed)
		return;
	for (i = 0; i < 60; i++) {
		bool v6 = i & 1;
		struct zw_comparison what = { 150, true, i & 2 };

		put_rules(&random, v6, what.conntrack, &text);
		load(bed, v6, text.data);
		zw_comparison_many(bed, text.data, &random, &what);
		if (CU_get_number_of_failures() > failures)
			break;
	}
	zw_buf_free(&text);
	zw_testbed_free(bed);
}

void suite_iptables(void)
{
	static CU_TestInfo tests[] = {
		{ "rules of iptables by hand", test_by_hand },
		{ "rules of iptables at random", test_at_random },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("iptables", tests);
}
