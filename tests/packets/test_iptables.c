/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of iptables against the kernel: loaded by iptables-nft-restore, read
 * back with their extensions as blobs, decoded; each packet must fare as the
 * interpreter says. Rules at random, of every extension whose outcome hangs on
 * the packet alone, and rules by hand for translation and marks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/netns.h"
#include "tests/packets/comparison.h"
#include "tests/packets/random_iptables.h"

void suite_iptables(void);

/* ---- by hand ------------------------------------------------------------- */

static const struct {
	bool v6;
	const char *rules;
} by_hand[] = {
	/* translation, and what sees it */
	{ false,
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
	  "COMMIT\n" },
	/* marks on packet and connection */
	{ false,
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
	  "COMMIT\n" },
	/* before conntrack */
	{ false,
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
	  "COMMIT\n" },
	/* addresses of the gateway */
	{ false, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
		 "-A INPUT -m addrtype ! --dst-type LOCAL -j DROP\n"
		 "-A INPUT -p tcp -m addrtype --dst-type LOCAL -j DROP\n"
		 "-A INPUT -m addrtype --dst-type UNICAST -j DROP\n"
		 "COMMIT\n" },
	{ true, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
		"-A INPUT -m addrtype ! --dst-type LOCAL -j DROP\n"
		"-A INPUT -p tcp -m addrtype --dst-type LOCAL -j DROP\n"
		"COMMIT\n" },
	/* whole networks */
	{ false,
	  "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n"
	  ":POSTROUTING ACCEPT\n"
	  "-A PREROUTING -i wan0 -d 10.2.0.0/24 -j NETMAP --to 10.1.0.0/24\n"
	  "-A PREROUTING -i lan0 -d 10.1.0.0/28 -j NETMAP --to 198.51.100.16/28\n"
	  "-A POSTROUTING -o wan0 -s 10.1.0.0/24 -j NETMAP --to 192.0.2.0/24\n"
	  "COMMIT\n"
	  "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
	  "-A FORWARD -d 10.1.0.8/29 -j DROP\n"
	  "-A FORWARD -p esp -m esp --espspi 0:0x73700000 -j DROP\n"
	  "-A FORWARD -p esp -m esp ! --espspi 5 -j ACCEPT\n"
	  "COMMIT\n" },
	{ true,
	  "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n"
	  ":POSTROUTING ACCEPT\n"
	  "-A PREROUTING -i wan0 -d fd00:2::/64 -j NETMAP --to fd00:1::/64\n"
	  "-A PREROUTING -i lan0 -p tcp --dport 80 -j DNAT"
	  " --to-destination [fd00:1::9]:8080\n"
	  "-A POSTROUTING -o wan0 -s fd00:1::/120 -j NETMAP"
	  " --to 2001:db8:5::/120\n"
	  "-A POSTROUTING -o lan0 -p udp -j SNAT --to-source fd00:2::1\n"
	  "COMMIT\n"
	  "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n"
	  "-A FORWARD -m conntrack --ctstate DNAT -d fd00:1::9 -j ACCEPT\n"
	  "-A FORWARD -m conntrack --ctorigdst fd00:2::/123 -j ACCEPT\n"
	  "-A FORWARD -m helper --helper ftp -j ACCEPT\n"
	  "-A FORWARD -p udp -m helper ! --helper ftp -j ACCEPT\n"
	  "-A FORWARD -p esp -m esp --espspi 0:0x73700000 -j ACCEPT\n"
	  "-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\n"
	  "COMMIT\n" },
	{ true,
	  "*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n"
	  "-A PREROUTING -p udp --dport 53 -j CT --notrack\n"
	  "-A PREROUTING -m conntrack --ctstate INVALID -s fd00:2::/124 -j DROP\n"
	  "COMMIT\n"
	  "*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n"
	  ":OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
	  "-A PREROUTING -p tcp --dport 80:443 -j MARK --set-xmark 0x1/0xff\n"
	  "-A PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff\n"
	  "-A FORWARD -j MARK --set-xmark 0x0/0xffffffff\n"
	  "-A FORWARD -j CONNMARK --restore-mark\n"
	  "COMMIT\n"
	  "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n"
	  "-A FORWARD -m mac --mac-source 02:00:00:02:00:01 -j DROP\n"
	  "-A FORWARD -m mark --mark 0x1/0xff -j ACCEPT\n"
	  "-A FORWARD -m connmark ! --mark 0x0 -j ACCEPT\n"
	  "-A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT\n"
	  "-A FORWARD -m conntrack --ctproto ipv6-icmp -j ACCEPT\n"
	  "COMMIT\n" },
};

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
		load(bed, by_hand[i].v6, by_hand[i].rules);
		zw_comparison_many(bed, by_hand[i].rules, &random, &what);
	}
	zw_testbed_free(bed);
}

/* Rulesets at random: ZW_ROUNDS, or as many as USUAL. */
static u32 rounds(u32 usual)
{
	const char *wanted = getenv("ZW_ROUNDS");

	return wanted ? (u32)strtoul(wanted, NULL, 0) : usual;
}

static void test_at_random(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	struct zw_buf text = { 0 };
	unsigned failures = CU_get_number_of_failures(), i;

	if (!bed)
		return;
	for (i = 0; i < rounds(60); i++) {
		bool v6 = i & 1;
		struct zw_comparison what = { 150, true, i & 2 };

		zw_random_iptables(&random, v6, what.conntrack, &text);
		load(bed, v6, text.data);
		zw_comparison_many(bed, text.data, &random, &what);
		if (CU_get_number_of_failures() > failures)
			break;
	}
	zw_buf_free(&text);
	zw_testbed_free(bed);
}

/* TEXT as iptables-translate writes it; NULL where it cannot write all. */
static char *translated(struct zw_testbed *bed, bool v6, const char *text)
{
	const char *const argv[] = { v6 ? "ip6tables-restore-translate"
					: "iptables-restore-translate",
				     "-f", "/dev/stdin", NULL };
	struct zw_ran ran = zw_netns_run(zw_testbed_netns(bed), argv, text);
	char *out = NULL;

	ZW_CHECK(!ran.status, "%s: %s", argv[0], ran.err);
	if (!ran.status && !strstr(ran.out, "# -t")) {
		out = ran.out;
		ran.out = NULL;
	}
	zw_ran_free(&ran);
	return out;
}

/* Rules with extensions mean the same as what they translate to. */
static void same_translated(struct zw_testbed *bed, bool v6, const char *text,
			    u32 *compared)
{
	struct zw_opinion *blobs, *plain = NULL;
	char *nft = translated(bed, v6, text);
	const char *where = "";

	if (!nft)
		return;
	load(bed, v6, text);
	blobs = zw_comparison_read(bed, text);
	ZW_CHECK(zw_testbed_nft(bed, "flush ruleset") &&
			 zw_testbed_nft(bed, nft),
		 "%s in\n%s", zw_testbed_error(bed), nft);
	plain = zw_comparison_read(bed, nft);
	if (blobs && plain) {
		bool same = zw_opinion_same(blobs, plain,
					    v6 ? ZW_IPV6 : ZW_IPV4, &where);

		ZW_CHECK(same, "they differ (%s)", where);
		if (!same)
			printf("%s\n%s\n", text, nft);
		++*compared;
	}
	zw_opinion_free(blobs);
	zw_opinion_free(plain);
	free(nft);
}

static void test_translated(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	struct zw_buf text = { 0 };
	unsigned failures = CU_get_number_of_failures(), i;
	u32 compared = 0;

	for (i = 0; bed && i < rounds(24); i++) {
		zw_random_iptables_plain(&random, i & 1, &text);
		same_translated(bed, i & 1, text.data, &compared);
		if (CU_get_number_of_failures() > failures)
			break;
	}
	ZW_CHECK(!bed || compared > 12, "only %u were translated", compared);
	zw_buf_free(&text);
	zw_testbed_free(bed);
}

void suite_iptables(void)
{
	static CU_TestInfo tests[] = {
		{ "rules of iptables by hand", test_by_hand },
		{ "rules of iptables at random", test_at_random },
		{ "rules of iptables and their translation", test_translated },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("iptables", tests);
}
