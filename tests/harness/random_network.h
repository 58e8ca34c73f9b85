/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random policies of several gateways as text: a random policy whose zones are
 * dealt out to gateways, and links between these. Law: the gateways are called
 * g0, g1 and so on, and every one can be reached from every other. */
#ifndef ZW_TESTS_RANDOM_NETWORK_H
#define ZW_TESTS_RANDOM_NETWORK_H

#include "base/str.h"
#include "tests/harness/harness.h"

/* Append one; how many gateways it has. */
u32 zw_random_network(struct zw_buf *out, struct zw_random *random);

#endif
