/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times, logs, counters and refusals with real packets. Windows are written
 * around the present moment, or hours away from it, so that the calendar does
 * not matter: one begins half an hour ago, on the day on which it began, also
 * over midnight. Their exact ends are the interpreter's to test. */
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/packets/bed.h"
#include "tests/packets/site.h"

void suite_moments(void);

/* ---- times --------------------------------------------------------------- */

/* A window of an hour that began BEGINS seconds from now. */
static void window(long begins, char out[32])
{
	static const char *const days[] = { "sun", "mon", "tue", "wed",
					    "thu", "fri", "sat" };
	time_t from = time(NULL) + begins, to = from + 3600;
	struct tm a, b;

	gmtime_r(&from, &a);
	gmtime_r(&to, &b);
	snprintf(out, 32, "%s %02d:%02d-%02d:%02d", days[a.tm_wday], a.tm_hour,
		 a.tm_min, b.tm_hour, b.tm_min);
}

/* RULES with a window that is open in the place of NOW, and one that is closed
 * in the place of LATER. */
static bool apply_at(struct zw_testbed *bed, const char *rules)
{
	char now[32], later[32];
	struct zw_buf text = { 0 };
	bool ok;

	window(-1800, now);
	window(3 * 3600, later);
	while (*rules) {
		if (!strncmp(rules, "NOW", 3)) {
			zw_buf_puts(&text, now);
			rules += 3;
		} else if (!strncmp(rules, "LATER", 5)) {
			zw_buf_puts(&text, later);
			rules += 5;
		} else {
			zw_buf_putc(&text, *rules++);
		}
	}
	ok = zw_site_apply(bed, text.data);
	zw_buf_free(&text);
	return ok;
}

static bool reaches(struct zw_testbed *bed, u16 dport)
{
	static u16 sport = 30000;

	return zw_site_passes(bed, SITE_WAN, "198.18.7.7", "192.0.2.10",
			      IPPROTO_TCP, sport++, dport) &&
	       zw_site_passes(bed, SITE_WAN, "2001:db8:cafe::1",
			      "2001:db8:d::10", IPPROTO_TCP, sport++, dport);
}

static void test_during(void)
{
	struct zw_testbed *bed = zw_site_new();

	if (bed &&
	    apply_at(
		    bed,
		    "allow internet -> front : tcp/80 during \"NOW\"\n"
		    "allow internet -> front : tcp/81 during \"LATER\"\n"
		    "allow internet -> front : tcp/82-83\n"
		    "deny internet -> front : tcp/82 during \"NOW\"\n"
		    "deny internet -> front : tcp/83 during \"LATER\"\n"
		    "publish front.web : tcp/90 as 203.0.113.5 : http for internet during \"NOW\"\n"
		    "publish front.web : tcp/90 as 203.0.113.5 : https for internet during \"LATER\"\n")) {
		ZW_CHECK(reaches(bed, 80), "closed in its window");
		ZW_CHECK(!reaches(bed, 81), "open out of its window");
		ZW_CHECK(!reaches(bed, 82), "not denied in the window");
		ZW_CHECK(reaches(bed, 83), "denied out of the window");
		ZW_CHECK(zw_site_passes(bed, SITE_WAN, "198.18.7.7",
					"203.0.113.5", IPPROTO_TCP, 7, 80),
			 "not published in the window");
		ZW_CHECK(!zw_site_passes(bed, SITE_WAN, "198.18.7.7",
					 "203.0.113.5", IPPROTO_TCP, 7, 443),
			 "published out of the window");
	}
	zw_testbed_free(bed);
}

/* "Running connections outlive a window", and so does a flow that is not
 * answered yet; a deny's window does not end them either. */
static void outlives(struct zw_testbed *bed, const char *rules)
{
	struct zw_flow flow = zw_site_flow(SITE_WAN, "198.18.7.7", SITE_DMZ,
					   "192.0.2.10", IPPROTO_TCP, 80);
	struct zw_frame_spec spec,
		first = zw_bed_udp("198.18.7.7", "192.0.2.10", 80);

	if (!zw_site_apply(bed, "allow internet -> front : tcp/80, udp/80\n"))
		return;
	ZW_CHECK(zw_testbed_connect(bed, &flow), "%s", zw_testbed_error(bed));
	zw_bed_expect(bed, "before", SITE_WAN, &first,
		      (struct zw_bed_expected){ SITE_DMZ, false, false });
	if (!apply_at(bed, rules))
		return;
	spec = zw_flow_request(&flow);
	zw_bed_expect(bed, "the connection", SITE_WAN, &spec,
		      (struct zw_bed_expected){ SITE_DMZ, false, false });
	zw_bed_expect(bed, "the unanswered flow", SITE_WAN, &first,
		      (struct zw_bed_expected){ SITE_DMZ, false, false });
	ZW_CHECK(!reaches(bed, 80), "a new connection passes");
}

static void test_outlives(void)
{
	struct zw_testbed *bed = zw_site_new();

	if (bed) {
		outlives(
			bed,
			"allow internet -> front : tcp/80, udp/80 during \"LATER\"\n");
		zw_testbed_flush(bed);
		outlives(bed, "allow internet -> front : tcp/80, udp/80\n"
			      "deny internet -> front during \"NOW\"\n");
	}
	zw_testbed_free(bed);
}

/* ---- refusals ------------------------------------------------------------ */

struct refusal {
	const char *src, *dst;
	u8 protocol;
	u8 answer; /* its protocol */
	u8 type, code;
};

static void check_refusal(struct zw_testbed *bed, unsigned in,
			  const struct refusal *r)
{
	struct zw_frame_spec spec = zw_bed_syn(r->src, r->dst, 25);
	char text[ZW_PACKET_TEXT] = "nothing";
	struct zw_packet packet = { 0 };
	struct zw_probe probe;
	bool ok;

	spec.protocol = r->protocol;
	if (r->protocol == IPPROTO_ICMP)
		spec.type = 8;
	if (r->protocol == IPPROTO_ICMPV6)
		spec.type = 128;
	zw_testbed_send(bed, in, &spec, &probe);
	ok = !probe.forwarded && !probe.local && probe.answers == 1 &&
	     zw_probe_answer(&probe, &packet);
	if (ok)
		zw_packet_format(&packet, text);
	ok = ok && packet.protocol == r->answer && packet.checksums_right &&
	     probe.frames[0].interface == in;
	if (r->answer == IPPROTO_TCP)
		ok = ok && packet.tcp_flags & ZW_TCP_RST;
	else
		ok = ok && packet.type == r->type && packet.code == r->code;
	ZW_CHECK(ok, "protocol %u from %s to %s is answered by %s", r->protocol,
		 r->src, r->dst, text);
}

static void test_reject(void)
{
	static const u8 four[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
				   IPPROTO_ICMP };
	static const u8 six[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
				  IPPROTO_ICMPV6 };
	/* forwarded, and to the gateway */
	static const char *const to[][2] = {
		{ "198.51.100.7", "2001:db8:cafe::1" },
		{ "10.1.0.1", "fd00:1::1" },
	};
	struct zw_testbed *bed = zw_site_new();
	size_t i, k;

	if (bed && zw_site_apply(bed, "reject office -> internet, self\n")) {
		for (k = 0; k < 2; k++) {
			for (i = 0; i < 4; i++) {
				struct refusal a = { "10.1.2.3", to[k][0],
						     four[i],	 four[i],
						     3,		 13 };
				struct refusal b = { "fd00:1::3", to[k][1],
						     six[i],	  six[i],
						     1,		  1 };

				if (four[i] != IPPROTO_TCP) {
					a.answer = IPPROTO_ICMP;
					b.answer = IPPROTO_ICMPV6;
				}
				check_refusal(bed, SITE_LAN, &a);
				check_refusal(bed, SITE_LAN, &b);
			}
		}
	}
	zw_testbed_free(bed);
}

/* ---- counters ------------------------------------------------------------ */

static long counted(struct zw_testbed *bed, const char *name)
{
	const char *argv[] = { "nft",	  "list", "counter", "inet",
			       "zwinger", name,	  NULL };
	struct zw_ran ran = zw_netns_run(zw_testbed_netns(bed), argv, NULL);
	const char *at = strstr(ran.out, "packets ");
	long packets = at ? strtol(at + strlen("packets "), NULL, 10) : -1;

	zw_ran_free(&ran);
	return packets;
}

/* First packets of flows alone are counted, by all rules that say the name;
 * a reload keeps what was counted, until no rule says it. */
static void test_count(void)
{
	static const char rules[] =
		"allow internet -> front : tcp/80 count \"web in\"\n"
		"allow internet -> front : tcp/81 count \"web in\" limit 1/day burst 1\n"
		"deny internet -> front : tcp/82 count \"no\"\n";
	struct zw_testbed *bed = zw_site_new();
	struct zw_flow flow = zw_site_flow(SITE_WAN, "198.18.7.7", SITE_DMZ,
					   "192.0.2.10", IPPROTO_TCP, 80);
	char more[512];

	if (bed && zw_site_apply(bed, rules)) {
		ZW_CHECK(zw_testbed_connect(bed, &flow), "%s",
			 zw_testbed_error(bed));
		ZW_CHECK(counted(bed, "z_count.web/20in") == 1, "%ld",
			 counted(bed, "z_count.web/20in"));
		reaches(bed, 81);
		reaches(bed, 82);
		reaches(bed, 82);
		ZW_CHECK(counted(bed, "z_count.web/20in") == 2, "%ld",
			 counted(bed, "z_count.web/20in"));
		ZW_CHECK(counted(bed, "z_count.no") == 2, "%ld",
			 counted(bed, "z_count.no"));
		snprintf(more, sizeof(more),
			 "%sallow internet -> front : tcp/84 count \"no\"\n"
			 "allow internet -> front : tcp/85 count \"new\"\n",
			 rules);
		zw_site_apply(bed, more);
		reaches(bed, 84);
		ZW_CHECK(counted(bed, "z_count.web/20in") == 2 &&
				 counted(bed, "z_count.no") == 4 &&
				 !counted(bed, "z_count.new"),
			 "after a reload: %ld, %ld, %ld",
			 counted(bed, "z_count.web/20in"),
			 counted(bed, "z_count.no"),
			 counted(bed, "z_count.new"));
		zw_site_apply(bed, "allow internet -> front : tcp/80 count "
				   "\"web in\"\n");
		ZW_CHECK(counted(bed, "z_count.web/20in") == 2 &&
				 counted(bed, "z_count.no") == -1,
			 "a counter that no rule names is still there");
	}
	zw_testbed_free(bed);
}

/* ---- logs ---------------------------------------------------------------- */

static bool ask(struct mnl_socket *socket, u16 group, u16 attribute,
		const void *data, size_t n)
{
	_Alignas(8) char room[512];
	struct nlmsghdr *head = mnl_nlmsg_put_header(room);
	struct nfgenmsg *generic;

	head->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	head->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	generic = mnl_nlmsg_put_extra_header(head, sizeof(*generic));
	generic->version = NFNETLINK_V0;
	generic->res_id = htons(group);
	mnl_attr_put(head, attribute, n, data);
	if (mnl_socket_sendto(socket, head, head->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(socket, room, sizeof(room)) <= 0)
		return false;
	head = (struct nlmsghdr *)room;
	return head->nlmsg_type == NLMSG_ERROR &&
	       !((struct nlmsgerr *)mnl_nlmsg_get_payload(head))->error;
}

/* Hear what the gateway logs to GROUP, each packet at once. */
static struct mnl_socket *listen_to(struct zw_testbed *bed, u16 group)
{
	struct nfulnl_msg_config_cmd bind = { NFULNL_CFG_CMD_BIND };
	struct nfulnl_msg_config_mode mode = { .copy_mode = NFULNL_COPY_META };
	int former = zw_netns_enter(zw_testbed_netns(bed));
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	u32 at_once = htonl(1);
	bool ok;

	zw_netns_leave(former);
	ok = socket && !mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) &&
	     ask(socket, group, NFULA_CFG_CMD, &bind, sizeof(bind)) &&
	     ask(socket, group, NFULA_CFG_MODE, &mode, sizeof(mode)) &&
	     ask(socket, group, NFULA_CFG_QTHRESH, &at_once, sizeof(at_once));
	ZW_CHECK(ok, "cannot hear log group %u", group);
	if (ok)
		return socket;
	if (socket)
		mnl_socket_close(socket);
	return NULL;
}

/* The prefix of the next packet logged; "" if nothing was. */
static void heard(struct mnl_socket *socket, char out[130])
{
	_Alignas(8) char room[8192];
	ssize_t n = recv(mnl_socket_get_fd(socket), room, sizeof(room),
			 MSG_DONTWAIT);
	const struct nlmsghdr *head = (const struct nlmsghdr *)room;
	const struct nlattr *attr;
	const char *end;

	*out = 0;
	if (n < (ssize_t)sizeof(*head))
		return;
	attr = mnl_nlmsg_get_payload_offset(head, sizeof(struct nfgenmsg));
	end = (const char *)mnl_nlmsg_get_payload_tail(head);
	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr));
	     attr = mnl_attr_next(attr)) {
		if (mnl_attr_get_type(attr) == NFULA_PREFIX)
			snprintf(out, 130, "%s", mnl_attr_get_str(attr));
	}
}

static void expect_log(struct zw_testbed *bed, struct mnl_socket *socket,
		       const char *src, u16 dport, const char *prefix)
{
	static u16 sport = 35000;
	char found[130];

	zw_site_passes(bed, SITE_WAN, src, "192.0.2.10", IPPROTO_TCP, sport++,
		       dport);
	heard(socket, found);
	ZW_CHECK(!strcmp(found, prefix), "from %s to port %u: \"%s\"", src,
		 dport, found);
	heard(socket, found);
	ZW_CHECK(!*found, "from %s to port %u: \"%s\" besides", src, dport,
		 found);
}

static void test_log(void)
{
	struct zw_flow flow = zw_site_flow(SITE_WAN, "198.18.7.7", SITE_DMZ,
					   "192.0.2.10", IPPROTO_TCP, 80);
	struct zw_testbed *bed = zw_site_new();
	struct mnl_socket *socket = bed ? listen_to(bed, 9) : NULL;
	char found[130];

	if (socket &&
	    zw_site_apply(
		    bed,
		    "allow internet -> front : tcp/80 log \"web\" group 9\n"
		    "allow internet -> front : tcp/81 limit 1/day burst 1 log \"few\" group 9\n"
		    "deny internet -> front : tcp/82 log \"denied\" group 9 limit 1/day burst 2 per source\n"
		    "allow internet -> front : tcp/83\n"
		    "log drops \"fell\" group 9 limit 1/day burst 3\n")) {
		expect_log(bed, socket, "198.18.7.7", 80, "web");
		expect_log(bed, socket, "198.18.7.7", 81, "few");
		expect_log(bed, socket, "198.18.7.7", 81, "fell");
		expect_log(bed, socket, "198.18.7.7", 82, "denied");
		expect_log(bed, socket, "198.18.7.7", 82, "denied");
		expect_log(bed, socket, "198.18.7.7", 82, "");
		expect_log(bed, socket, "198.18.7.8", 82, "denied");
		expect_log(bed, socket, "198.18.7.7", 83, "");
		expect_log(bed, socket, "198.18.7.7", 84, "fell");
		expect_log(bed, socket, "198.18.7.7", 84, "fell");
		expect_log(bed, socket, "198.18.7.7", 84, "");
		/* of a connection the first packet alone */
		ZW_CHECK(zw_testbed_connect(bed, &flow), "%s",
			 zw_testbed_error(bed));
		heard(socket, found);
		ZW_CHECK(!strcmp(found, "web"), "\"%s\"", found);
		heard(socket, found);
		ZW_CHECK(!*found, "\"%s\"", found);
	}
	if (socket)
		mnl_socket_close(socket);
	zw_testbed_free(bed);
}

void suite_moments(void)
{
	static CU_TestInfo tests[] = {
		{ "during", test_during },
		{ "what outlives a window", test_outlives },
		{ "refusals by protocol", test_reject },
		{ "counters", test_count },
		{ "logs", test_log },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/moments", tests);
}
