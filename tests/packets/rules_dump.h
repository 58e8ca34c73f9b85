/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nf_tables holds in a namespace, as the kernel's own messages. */
#ifndef ZW_TESTS_RULES_DUMP_H
#define ZW_TESTS_RULES_DUMP_H

#include "base/types.h"

/* The answers to dumps of tables, chains, sets, objects, flowtables, each set's
 * elements and all rules, one after another, from the namespace NS. The caller
 * frees *BYTES. Negative errno on failure. */
int zw_rules_dump(int ns, u8 **bytes, size_t *n);

#endif
