/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small bed that the packet tests share: three zones, frames by two
 * addresses and a port, and one call that sends, compares and, on a difference,
 * fails the test with what came out and the rules that the packet met. */
#ifndef ZW_TESTS_BED_H
#define ZW_TESTS_BED_H

#include "tests/harness/testbed.h"

/* The interfaces' numbers: wan0 has 203.0.113.1, 2001:db8::1 and both default
 * routes; dmz0 has 10.1.0.1/16, fd00:1::1/48; lan0 has 10.2.0.1/16,
 * fd00:2::1/48. */
enum { WAN, DMZ, LAN };

/* The bed with SYSCTLS (NULL: none); NULL where the test cannot be run or has
 * failed already. */
struct zw_testbed *zw_bed_new(const char *const *sysctls);

/* Replace all rules by TEXT and forget all connections. */
void zw_bed_rules(struct zw_testbed *bed, const char *text);

/* A SYN, or a UDP packet without payload, from port 40000. */
struct zw_frame_spec zw_bed_syn(const char *src, const char *dst, u16 dport);
struct zw_frame_spec zw_bed_udp(const char *src, const char *dst, u16 dport);

struct zw_bed_expected {
	int out;       /* the interface by which it leaves, or ZW_NOWHERE */
	bool answered; /* the gateway itself answers */
	bool local;    /* the gateway takes it */
};
static const struct zw_bed_expected zw_bed_dropped = { ZW_NOWHERE, false,
						       false };

/* Send on IN and check. NAME tells the case. */
void zw_bed_expect(struct zw_testbed *bed, const char *name, unsigned in,
		   const struct zw_frame_spec *spec,
		   struct zw_bed_expected expected);

#endif
