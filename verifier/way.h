/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a pursuit to one packet and its way over the gateways. Law: the
 * interpreter ran each hop's packet through that gateway's bytes, it came out
 * as the way needs it, and each hop's packet is what the hop before sent. */
#ifndef ZW_VERIFIER_WAY_H
#define ZW_VERIFIER_WAY_H

#include "verifier/pursuit.h"

/* Look for a packet among those that the last round of PURSUIT found, and its
 * way. WITNESS is filled if there is one; else REASON says on what it hangs.
 * EXTENT is measured at the gateway where it begins. */
enum zw_found zw_way_find(struct zw_arena *arena,
			  const struct zw_pursuit *pursuit,
			  struct zw_witness *witness, struct zw_extent *extent,
			  struct zw_str *reason);

#endif
