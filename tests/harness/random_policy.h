/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random policies as text. Law: everything that is compiled can appear (zones
 * of all kinds, patterns, shared interfaces, networks of one family or both,
 * hosts, defines, services, lists, kinds, exceptions, narrowing, rules by the
 * hundred, IPsec, forged sources, translations, segment sizes); most of the
 * texts are valid policies, a few are not, since what may stand where is known
 * to the resolver alone. */
#ifndef ZW_TESTS_RANDOM_POLICY_H
#define ZW_TESTS_RANDOM_POLICY_H

#include "base/str.h"
#include "tests/harness/harness.h"

/* Append a policy of about RULES rules (0: drawn, now and then some hundred).
 */
void zw_random_policy(struct zw_buf *out, struct zw_random *random, u32 rules);

#endif
