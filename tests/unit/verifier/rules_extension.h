/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extensions of iptables for random rules. */
#ifndef ZW_TESTS_RULES_EXTENSION_H
#define ZW_TESTS_RULES_EXTENSION_H

#include "tests/unit/verifier/rules.h"

/* Append to the rule at hand a match, and a target that changes a mark. */
void rules_random_extension(struct rules *r, struct zw_random *random);
void rules_random_target(struct rules *r, struct zw_random *random);

#endif
