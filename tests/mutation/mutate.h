/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thing put wrong in a batch of netlink messages. Law: the result is again
 * messages of valid lengths; whether it means anything is for the reader of it
 * to find out. Nothing here knows what the batch is for: messages are cut at
 * their lengths, attributes found by their nesting. */
#ifndef ZW_TESTS_MUTATE_H
#define ZW_TESTS_MUTATE_H

#include "base/str.h"
#include "tests/harness/harness.h"

enum zw_mutation {
	ZW_MUTATE_VERDICT,	/* accept for drop, goto for return, ... */
	ZW_MUTATE_TARGET,	/* another chain to jump to */
	ZW_MUTATE_SET,		/* another set to look up */
	ZW_MUTATE_ELEMENT,	/* a key's bytes, up or down by one */
	ZW_MUTATE_ELEMENT_DROP, /* without the element */
	ZW_MUTATE_ELEMENT_COPY, /* twice */
	ZW_MUTATE_RULE_DROP,
	ZW_MUTATE_RULE_COPY,
	ZW_MUTATE_RULES_SWAP,
	ZW_MUTATE_MESSAGE_DROP, /* any message */
	ZW_MUTATE_NUMBER,   /* some attribute of a rule, chain or set: by one */
	ZW_MUTATE_BIT,	    /* the same: one bit */
	ZW_MUTATE_EXCHANGE, /* the same: the value of another of its kind */
	ZW_MUTATE_ATTRIBUTE_DROP,
	ZW_MUTATE_COUNT,
};

const char *zw_mutation_name(enum zw_mutation mutation);

/* Append to OUT the N BYTES with one MUTATION, at a place drawn, and to WHAT
 * the place in words. False (nothing appended) if there is no such place. */
bool zw_mutate(struct zw_buf *out, struct zw_buf *what, const u8 *bytes,
	       size_t n, enum zw_mutation mutation, struct zw_random *random);

#endif
