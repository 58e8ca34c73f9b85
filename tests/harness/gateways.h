/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy and one of its gateways in one word, for tests that take a path:
 * "examples/chain.zw@shop". Without "@" it is a policy of one gateway. */
#ifndef ZW_TESTS_GATEWAYS_H
#define ZW_TESTS_GATEWAYS_H

#include "base/str.h"

/* Call ONE with PATH, or with "PATH@NAME" for each gateway of several. */
void zw_each_gateway(const char *path, void (*one)(const char *which));
/* The two parts of WHICH; GATEWAY is NULL without one. */
const char *zw_gateway_path(struct zw_arena *arena, const char *which);
const char *zw_gateway_name(const char *which);

#endif
