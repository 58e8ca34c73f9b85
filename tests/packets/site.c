/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The site's gateway, and policies written to a file for the time of their
 * loading. */
#include "tests/packets/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/harness/netns.h"
#include "tests/packets/policy_gateway.h"

static const struct zw_testbed_interface interfaces[] = {
	[SITE_WAN] = { .name = "wan0",
		       .own = { "203.0.113.1/24", "2001:db8::1/64" },
		       .routes = { "0.0.0.0/0", "::/0" } },
	[SITE_DMZ] = { .name = "dmz0",
		       .own = { "192.0.2.1/28", "2001:db8:d::1/64" } },
	[SITE_LAN] = { .name = "lan0",
		       .own = { "10.1.0.1/16", "fd00:1::1/48" } },
};

const char zw_site_zones[] = "gateway site\n"
			     "external zone internet { interface wan0 }\n"
			     "dmz zone front { interface dmz0\n"
			     "  network 192.0.2.0/28, 2001:db8:d::/64\n"
			     "  host web = 192.0.2.10, 2001:db8:d::10 }\n"
			     "internal zone office { interface lan0\n"
			     "  network 10.1.0.0/16, fd00:1::/48\n"
			     "  host files = 10.1.0.9, fd00:1::9 }\n";

struct zw_testbed *zw_site_new(void)
{
	if (!zw_netns_usable())
		return NULL;
	return zw_testbed_new(&(struct zw_testbed_spec){
		.interfaces = interfaces, .count = 3 });
}

bool zw_site_apply(struct zw_testbed *bed, const char *rules)
{
	/* one name, as it stands in rules' comments: a policy of another name
	 * would be another policy */
	char *path = NULL;
	FILE *file;
	bool ok;

	ZW_ASSERT(asprintf(&path, "/tmp/zw-site-%ld.zw", (long)getpid()) > 0);
	file = fopen(path, "wxe");
	ZW_CHECK(file != NULL, "cannot write %s", path);
	if (!file) {
		free(path);
		return false;
	}
	fputs(zw_site_zones, file);
	fputs(rules, file);
	ok = !fclose(file) && zw_policy_apply(bed, path, 0) == 0;
	unlink(path);
	free(path);
	return ok;
}

struct zw_flow zw_site_flow(unsigned from, const char *src, unsigned to,
			    const char *dst, u8 protocol, u16 dport)
{
	return (struct zw_flow){
		.from = from,
		.to = to,
		.protocol = protocol,
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.sport = 40000,
		.dport = dport,
	};
}

bool zw_site_passes(struct zw_testbed *bed, unsigned in, const char *src,
		    const char *dst, u8 protocol, u16 sport, u16 dport)
{
	struct zw_frame_spec spec = {
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.protocol = protocol,
		.sport = sport,
		.dport = dport,
		.tcp_flags = ZW_TCP_SYN,
	};
	struct zw_probe probe;

	zw_testbed_send(bed, in, &spec, &probe);
	return probe.out != ZW_NOWHERE;
}
