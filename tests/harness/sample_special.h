/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of drawing a sample. Law: each changes what it is about and leaves the
 * rest of the sample as it was. */
#ifndef ZW_TESTS_SAMPLE_SPECIAL_H
#define ZW_TESTS_SAMPLE_SPECIAL_H

#include "tests/harness/sample.h"

struct zw_sampler {
	struct zw_arena *arena;
	const struct zw_ast *ast;
	ZW_VEC(const struct zw_ast_stmt *) zones;
	ZW_VEC(const struct zw_ast_stmt *) rules;
	ZW_VEC(const struct zw_ast_stmt *) publishes;
	ZW_VEC(u128) addresses[ZW_FAMILY_COUNT];
	ZW_VEC(u32) ports;
	ZW_VEC(u32) seconds; /* of the day, at which times begin or end */
	ZW_VEC(struct zw_str) interfaces;
	bool translates; /* the policy speaks of translation */
};

/* Any address that the policy names, or one beside. */
u128 zw_sampler_address(const struct zw_sampler *sampler,
			struct zw_random *random, enum zw_family family);
/* Note what STMT says about times and translation. */
void zw_sampler_add_flow(struct zw_sampler *sampler,
			 const struct zw_ast_stmt *stmt);
/* The entry of conntrack, the moment, and which limits are reached. */
void zw_sample_draw_flow(const struct zw_sampler *sampler,
			 struct zw_random *random, struct zw_sample *sample);

/* Conntrack's state and direction; of what is related mostly ICMP errors. */
void zw_sample_draw_state(struct zw_random *random, struct zw_sample *sample);
/* Now and then DHCP, a message of the link, an answer of the gateway. */
void zw_sample_draw_special(struct zw_random *random, struct zw_sample *sample);
/* One or two options or extension headers. */
void zw_sample_draw_headers(struct zw_random *random, struct zw_sample *sample);

#endif
