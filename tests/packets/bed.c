/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bed of three zones; see the header. */
#include "tests/packets/bed.h"

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

struct zw_testbed *zw_bed_new(const char *const *sysctls)
{
	if (!zw_netns_usable())
		return NULL;
	return zw_testbed_new(&(struct zw_testbed_spec){
		.interfaces = interfaces, .count = 3, .sysctls = sysctls });
}

void zw_bed_rules(struct zw_testbed *bed, const char *text)
{
	ZW_CHECK(zw_testbed_nft(bed, "flush ruleset"), "%s",
		 zw_testbed_error(bed));
	ZW_CHECK(zw_testbed_nft(bed, text), "%s", zw_testbed_error(bed));
	zw_testbed_flush(bed);
}

struct zw_frame_spec zw_bed_syn(const char *src, const char *dst, u16 dport)
{
	return (struct zw_frame_spec){
		.src = zw_test_ip(src),
		.dst = zw_test_ip(dst),
		.protocol = IPPROTO_TCP,
		.sport = 40000,
		.dport = dport,
		.tcp_flags = ZW_TCP_SYN,
	};
}

struct zw_frame_spec zw_bed_udp(const char *src, const char *dst, u16 dport)
{
	struct zw_frame_spec spec = zw_bed_syn(src, dst, dport);

	spec.protocol = IPPROTO_UDP;
	return spec;
}

void zw_bed_expect(struct zw_testbed *bed, const char *name, unsigned in,
		   const struct zw_frame_spec *spec,
		   struct zw_bed_expected expected)
{
	char text[ZW_PROBE_TEXT];
	struct zw_frame frame;
	struct zw_probe probe;
	char *trace;

	zw_testbed_send(bed, in, spec, &probe);
	if (probe.out == expected.out && probe.local == expected.local &&
	    (probe.answers > 0) == expected.answered &&
	    probe.forwarded == (expected.out != ZW_NOWHERE)) {
		ZW_CHECK(true, "%s", name);
		return;
	}
	zw_probe_format(bed, &probe, text);
	zw_frame_build(spec, &frame);
	trace = zw_testbed_trace(bed, (int)in, &frame);
	ZW_CHECK(false,
		 "%s: expected out %d, answered %d, local %d: %s\n"
		 "sent once more with tracing:\n%s",
		 name, expected.out, expected.answered, expected.local, text,
		 trace);
	free(trace);
}
