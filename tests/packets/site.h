/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small site with policies as texts: an external, a DMZ and an internal zone
 * on a gateway, and one call that loads a policy as an administrator would. */
#ifndef ZW_TESTS_SITE_H
#define ZW_TESTS_SITE_H

#include "tests/harness/testbed.h"

/* The interfaces' numbers: wan0 has 203.0.113.1/24, 2001:db8::1/64 and both
 * default routes; dmz0 has 192.0.2.1/28, 2001:db8:d::1/64; lan0 has
 * 10.1.0.1/16, fd00:1::1/48. */
enum { SITE_WAN, SITE_DMZ, SITE_LAN };

/* The zones as a policy's text: internet, front (host web) and office (host
 * files). */
extern const char zw_site_zones[];

/* The gateway, still without rules; NULL where the test cannot be run or has
 * failed already. Free with zw_testbed_free(). */
struct zw_testbed *zw_site_new(void);

/* Load the zones with RULES behind them, by `zwinger apply`. False, with a
 * failed test, if the status is not 0. */
bool zw_site_apply(struct zw_testbed *bed, const char *rules);

/* A flow whose first packet goes from FROM with SRC to DST and DPORT, and
 * leaves by TO. The source port is 40000. */
struct zw_flow zw_site_flow(unsigned from, const char *src, unsigned to,
			    const char *dst, u8 protocol, u16 dport);

/* Does a first packet (SYN, or UDP) from IN get out at all? */
bool zw_site_passes(struct zw_testbed *bed, unsigned in, const char *src,
		    const char *dst, u8 protocol, u16 sport, u16 dport);

#endif
