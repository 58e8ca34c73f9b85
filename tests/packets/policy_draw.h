/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and services at random, near the borders of what a policy names.
 * Law: the policy is used only to know where its borders lie; what a packet
 * deserves is never decided here. */
#ifndef ZW_TESTS_POLICY_DRAW_H
#define ZW_TESTS_POLICY_DRAW_H

#include "base/inet.h"
#include "tests/harness/harness.h"

struct zw_draw;
/* For the policy in the file PATH. NULL, with a failed check of the running
 * test, if it is refused. */
struct zw_draw *zw_draw_new(const char *path);
void zw_draw_free(struct zw_draw *draw);

/* Of zone number ZONE < zw_draw_zones(): mostly a member, often the first or
 * last one of a range that a rule names, sometimes just beside it. False: the
 * zone has nothing of this family. */
u32 zw_draw_zones(const struct zw_draw *draw);
bool zw_draw_address(const struct zw_draw *draw, struct zw_random *random,
		     u32 zone, enum zw_family family, struct zw_ip *ip);

/* A protocol, and its destination port or type << 8 | code: mostly one that a
 * rule names, or just beside it. */
void zw_draw_service(const struct zw_draw *draw, struct zw_random *random,
		     enum zw_family family, u8 *proto, u16 *key);

/* What a rule speaks of: ends out of one pair of its zones, and one of its
 * services, mostly within. FROM_SELF, TO_SELF: that end is the gateway, and
 * its address not set. False: the rule drawn has nothing of this family. */
struct zw_drawn {
	bool from_self, to_self;
	struct zw_ip src, dst;
	u8 proto;
	u16 key;
};
bool zw_draw_rule(const struct zw_draw *draw, struct zw_random *random,
		  enum zw_family family, struct zw_drawn *drawn);

#endif
