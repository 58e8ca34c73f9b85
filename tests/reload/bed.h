/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway that the reload tests share: an outer network, a DMZ and an
 * inner network. UDP entries of connection tracking expire at once, so each UDP
 * packet is the first of a flow; a flow that is to be established is TCP. */
#ifndef ZW_TESTS_RELOAD_BED_H
#define ZW_TESTS_RELOAD_BED_H

#include "tests/reload/injector.h"

/* Numbers of the interfaces: wan0 has 203.0.113.1 and the default routes, dmz0
 * 10.1.0.1/16 and fd00:1::1/48, lan0 10.2.0.1/16 and fd00:2::1/48. */
enum { WAN, DMZ, LAN };

/* NULL where the test cannot be run or has failed already. */
struct zw_testbed *zw_reload_bed(void);

/* Give TEXT to nft in the gateway; a refusal fails the test. */
void zw_reload_nft(struct zw_testbed *bed, const char *text);

/* A UDP packet from SRC to port PORT of DST. */
struct zw_frame_spec zw_reload_udp(const char *src, const char *dst, u16 port);

/* How many reloads a case does: USUAL, or as many times more as ZW_ROUNDS says
 * in percent (ZW_ROUNDS=500: five times), at most MOST. */
unsigned zw_reload_rounds(unsigned usual, unsigned most);

#endif
