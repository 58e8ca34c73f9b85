/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bed of three zones; see the header. A conntrack entry whose timeout is 0
 * counts as expired when the next packet looks it up (nf_ct_is_expired in
 * include/net/netfilter/nf_conntrack.h). */
#include "tests/reload/bed.h"

#include <stdlib.h>

#include "tests/harness/harness.h"
#include "tests/harness/netns.h"

static const struct zw_testbed_interface interfaces[] = {
	[WAN] = { .name = "wan0",
		  .own = { "203.0.113.1/24", "2001:db8::1/64" },
		  .routes = { "0.0.0.0/0", "::/0" } },
	[DMZ] = { .name = "dmz0", .own = { "10.1.0.1/16", "fd00:1::1/48" } },
	[LAN] = { .name = "lan0", .own = { "10.2.0.1/16", "fd00:2::1/48" } },
};

static const char *const sysctls[] = {
	"net/netfilter/nf_conntrack_udp_timeout=0",
	NULL,
};

struct zw_testbed *zw_reload_bed(void)
{
	if (!zw_netns_usable())
		return NULL;
	return zw_testbed_new(&(struct zw_testbed_spec){
		.interfaces = interfaces, .count = 3, .sysctls = sysctls });
}

void zw_reload_nft(struct zw_testbed *bed, const char *text)
{
	bool taken = zw_testbed_nft(bed, text);

	ZW_CHECK(taken, "%s", zw_testbed_error(bed));
}

struct zw_frame_spec zw_reload_udp(const char *src, const char *dst, u16 port)
{
	return (struct zw_frame_spec){
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.protocol = IPPROTO_UDP,
		.sport = 40000,
		.dport = port,
	};
}

unsigned zw_reload_rounds(unsigned usual, unsigned most)
{
	const char *text = getenv("ZW_ROUNDS");
	unsigned long n = usual;

	if (text)
		n = usual * strtoul(text, NULL, 10) / 100;
	if (n < 2)
		n = 2;
	return n > most ? most : (unsigned)n;
}
