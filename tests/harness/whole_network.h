/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy of several gateways through every stage: the network, and the bytes
 * of each gateway. Law: what is there lives until zw_whole_free(). */
#ifndef ZW_TESTS_WHOLE_NETWORK_H
#define ZW_TESTS_WHOLE_NETWORK_H

#include "base/diag.h"
#include "statement/network.h"
#include "verifier/verify.h"

struct zw_whole {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_network *network; /* NULL: the policy was refused */
	struct zw_str *batches;	    /* by gateway */
};

void zw_whole_make(struct zw_whole *whole, const char *name,
		   struct zw_str text);
void zw_whole_free(struct zw_whole *whole);

/* Decide its claims end to end, on its own bytes. */
struct zw_verification *zw_whole_verify(struct zw_whole *whole);

/* The number of the gateway, or zone, NAME; there must be one. */
u32 zw_whole_gateway(const struct zw_whole *whole, const char *name);
u32 zw_whole_zone(const struct zw_whole *whole, const char *name);

#endif
