/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of what several gateways come to: what compiler/holds.c, lies.c and
 * at_gateway.c share. */
#ifndef ZW_COMPILER_HOLDS_H
#define ZW_COMPILER_HOLDS_H

#include "compiler/resolve.h"
#include "compiler/hops.h"

/* lies.c: fill the list of zones of gateway number GATEWAY: those that it has,
 * and of the others those that are NEEDED there and that a way leads to. */
void zw_place_zones(struct zw_resolver *r, u32 gateway, const bool *needed);

/* at_gateway.c: ZONES, a copy of the model's, with the interfaces that they
 * have as GATEWAY sees them. */
void zw_zones_there(const struct zw_model_gateway *gateway,
		    struct zw_zone *zones);

#endif
