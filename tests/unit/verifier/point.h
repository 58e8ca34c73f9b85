/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points of a space, drawn so that they meet what rules_random() asks for. */
#ifndef ZW_TESTS_UNIT_VERIFIER_POINT_H
#define ZW_TESTS_UNIT_VERIFIER_POINT_H

#include "tests/harness/harness.h"
#include "verifier/packet.h"
#include "verifier/field.h"

/* POINT has a value per variable. */
void random_point(struct zw_random *random, const struct zw_space *space,
		  u32 *point);
/* What the packet's bytes really are: lengths and checksums among them. */
void read_back(const struct zw_space *space, const struct zw_packet *packet,
	       u32 *point);

#endif
