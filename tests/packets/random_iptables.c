/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets of iptables at random. Rules are kept to what iptables-restore and
 * the kernel take; numbers lie near those of the packets that are sent. */
#include "tests/packets/random_iptables.h"

#include <time.h>

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

	switch (below(random, 7)) {
	case 5:
		zw_buf_printf(out, " -p tcp -m tcpmss %s--mss %u:%u",
			      no(random), 500 + below(random, 900),
			      1400 + below(random, 100));
		return;
	case 6:
		zw_buf_printf(out, " -p tcp -m ecn %s--ecn-tcp-%s", no(random),
			      below(random, 2) ? "cwr" : "ece");
		return;
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

/* Words of the headers, and of what lies behind them. */
static void put_u32(struct zw_random *random, bool v6, struct zw_buf *out)
{
	static const char *const four[] = {
		"6&0xFF=1,6,17",
		"12&0xFFFF0000=0x0A010000:0x0A020000",
		"8>>24=0:64",
		"16&0xFF=0:12",
		"0>>22&0x3C@0>>16=0:2000",
		"0>>22&0x3C@2>>16=22,80,443,1000:9000",
		"0>>22&0x3C@12>>26&0x3C@0=0:0x73000000",
		"0&0xFFFF=0:60&&6>>8&0xFF=64",
		"0>>22&0x3C@6>>16=0:0x6000",
		"4&0x3FFF=0",
	};
	static const char *const six[] = {
		"4>>8&0xFF=6,17",    "8&0xFFFF=1",
		"4&0xFF=0:64",	     "36&0xFF=0:12",
		"40>>16=0:2000",     "52>>26&0x3C@40=0:0x73000000",
		"4>>16=0:40&&4&1=0", "66>>16=0:0x6000",
	};

	zw_buf_printf(out, " -m u32 %s--u32 \"%s\"", no(random),
		      v6 ? six[below(random, 8)] : four[below(random, 10)]);
}

/* With borders that are not now. */
static void put_time(struct zw_random *random, struct zw_buf *out)
{
	static const char *const days[] = { "Mon,Tue,Fri", "Sat,Sun",
					    "Wed,Thu,Sun" };
	u32 now = (u32)(time(NULL) % 86400), at[2], i;

	for (i = 0; i < 2; i++)
		at[i] = (now + 1800 + below(random, 86400 - 3600)) % 86400;
	zw_buf_puts(out, " -m time");
	for (i = 0; i < 2; i++)
		zw_buf_printf(out, " --time%s %02u:%02u:%02u",
			      i ? "stop" : "start", at[i] / 3600,
			      at[i] / 60 % 60, at[i] % 60);
	if (below(random, 2))
		zw_buf_printf(out, " %s--weekdays %s", no(random),
			      days[below(random, 3)]);
	if (at[0] > at[1] && below(random, 2))
		zw_buf_puts(out, " --contiguous");
}

/* Not the kinds in USED, since most may stand in a rule only once. */
static void put_match(struct zw_random *random, bool v6, bool conntrack,
		      u32 *used, struct zw_buf *out)
{
	u32 kind = below(random, conntrack ? 16 : 14);
	static const char *const states[] = { "NEW", "ESTABLISHED,RELATED",
					      "INVALID", "NEW,UNTRACKED" };
	static const char *const contents[] = { "payload", "PACK", "o", "zz" };

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
		put_u32(random, v6, out);
		return;
	case 8:
		zw_buf_printf(out,
			      " -m string --algo %s%s %s--string \"%s\""
			      " --from %u --to %u",
			      below(random, 2) ? "bm" : "kmp",
			      below(random, 2) ? "" : " --icase", no(random),
			      contents[below(random, 4)], below(random, 60),
			      60 + below(random, 60));
		return;
	case 9:
		put_time(random, out);
		return;
	case 10:
		zw_buf_printf(out, " -m addrtype %s--%s-type %s", no(random),
			      below(random, 2) ? "src" : "dst",
			      v6 && below(random, 2) ? "UNICAST" : "MULTICAST");
		return;
	case 11:
		zw_buf_printf(out, " -m physdev %s--physdev-is-bridged",
			      no(random));
		return;
	case 12:
		zw_buf_printf(out, " -m ecn %s--ecn-ip-ect %u", no(random),
			      below(random, 4));
		return;
	case 13:
		zw_buf_printf(out, " -m mac %s--mac-source 02:00:00:02:00:0%u",
			      no(random), below(random, 3));
		return;
	case 14:
		*used |= 1u << 15;
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

/* What changes headers and marks, before the rules that look at them. */
static void put_mangle(struct zw_random *random, bool v6, struct zw_buf *out)
{
	static const char *const steps[] = { "set", "inc", "dec" };
	u32 i, step;

	zw_buf_puts(out, "*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n"
			 ":FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
			 ":POSTROUTING ACCEPT\n");
	for (i = 0; i < 4; i++) {
		bool early = below(random, 2);

		zw_buf_printf(out, "-A %s", early ? "PREROUTING" : "FORWARD");
		if (below(random, 2)) {
			zw_buf_puts(out, " -s ");
			put_address(random, v6, out);
			zw_buf_printf(out, "/%u",
				      (v6 ? 120 : 24) + below(random, 9));
		}
		switch (below(random, 6)) {
		case 0: /* none comes to what the bed tells answers by */
			step = below(random, 3);
			zw_buf_printf(out,
				      v6 ? " -j HL --hl-%s %u\n"
					 : " -j TTL --ttl-%s %u\n",
				      steps[step],
				      step ? 5 * (1 + below(random, 25))
					   : 5 * below(random, 26) + 1);
			break;
		case 1:
			zw_buf_printf(out, " -j DSCP --set-dscp %u\n",
				      below(random, 64));
			break;
		case 2:
			zw_buf_printf(out, " -j TOS --set-tos 0x%x/0x%x\n",
				      below(random, 256), below(random, 256));
			break;
		case 3:
			zw_buf_printf(out, " -p tcp -j %s\n",
				      v6 ? "TCPOPTSTRIP --strip-options mss"
					 : "ECN --ecn-tcp-remove");
			break;
		case 4:
			zw_buf_puts(out, " -p tcp --tcp-flags SYN,RST SYN"
					 " -j TCPMSS --set-mss 1400\n");
			break;
		default:
			zw_buf_printf(out, " -j %s\n",
				      early ? "CHECKSUM --checksum-fill"
					    : "CLASSIFY --set-class 1:2");
		}
	}
	zw_buf_puts(out, "COMMIT\n");
}

void zw_random_iptables(struct zw_random *random, bool v6, bool conntrack,
			struct zw_buf *out)
{
	u32 i;

	out->n = 0;
	put_mangle(random, v6, out);
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

void zw_random_iptables_plain(struct zw_random *random, bool v6,
			      struct zw_buf *out)
{
	static const char *const common[] = {
		"-p tcp -m multiport ! --dports 80,443,1000:2000",
		"-p udp -m multiport --ports 80,443",
		"-p tcp -m multiport --sports 22,5432",
		"-p tcp -m tcp ! --tcp-flags SYN,RST,ACK SYN",
		"-p tcp -m tcp --dport 443 --tcp-flags SYN,ACK SYN",
		"-p udp -m udp ! --sport 53",
		"-p sctp -m sctp --dport 80:9000",
		"! -i wan0 -p udp -m udp --dport 53:1024",
		"-i lan0 -p tcp -m tcp --sport 1024:65535 --dport 22",
		"-m conntrack --ctstate ESTABLISHED,RELATED",
		"-m conntrack --ctstate INVALID",
		"-m mark --mark 0x1/0xff",
		"-m mark ! --mark 0x2",
		"-i wan0 -p 47",
		"! -i dmz0 -m comment --comment word",
		"-m conntrack --ctdir REPLY",
		"-m mac ! --mac-source 02:00:00:02:00:01",
		"-m mac --mac-source 02:00:00:02:00:02 -i lan0",
		"-m time --timestart 10:00 --timestop 12:00 --weekdays Mon,Tue",
	};
	static const char *const four[] = {
		"! -s 10.1.0.0/24 -d 10.2.0.0/28",
		"-m iprange ! --src-range 10.2.0.3-10.2.0.9",
		"-m iprange --dst-range 10.1.0.3-10.1.0.90",
		"-p icmp -m icmp ! --icmp-type 8",
		"-m ttl --ttl-gt 64",
		"-m dscp ! --dscp 10",
		"-m conntrack --ctorigsrc 10.0.0.0/24",
		"-m ecn --ecn-ip-ect 1",
	};
	static const char *const six[] = {
		"! -s fd00:1::/64 -d fd00:2::/124",
		"-m iprange ! --src-range fd00:2::3-fd00:2::9",
		"-m iprange --dst-range fd00:1::3-fd00:1::90",
		"-p ipv6-icmp -m icmp6 --icmpv6-type 128",
		"-m hl --hl-gt 64",
		"-m dscp --dscp 10",
		"-m conntrack --ctorigsrc fd00:1::/64",
		"-s fd00:1::9",
	};
	static const char *const ends[] = { "-j ACCEPT", "-j DROP", "-j RETURN",
					    "-j REJECT", "-j one",  "-g two" };
	static const char *const chains[] = { "FORWARD", "FORWARD", "one",
					      "two", "INPUT" };
	u32 i, chain, kind;

	out->n = 0;
	zw_buf_puts(out, "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n"
			 ":OUTPUT ACCEPT\n:one - [0:0]\n:two - [0:0]\n");
	for (i = 0; i < 16; i++) {
		chain = below(random, 5);
		kind = below(random, 27);
		zw_buf_printf(
			out, "-A %s %s %s\n", chains[chain],
			kind < 19 ? common[kind]
			: v6	  ? six[kind - 19]
				  : four[kind - 19],
			ends[below(random, chain < 2 || chain == 4 ? 6 : 4)]);
	}
	zw_buf_puts(out, "COMMIT\n");
}
