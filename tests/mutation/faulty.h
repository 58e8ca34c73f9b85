/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fault made in the bytes of a batch. Law: nothing here uses what makes
 * faults in a decoded ruleset; messages are cut and written attribute by
 * attribute. */
#ifndef ZW_TESTS_FAULTY_H
#define ZW_TESTS_FAULTY_H

#include "base/str.h"
#include "verifier/fault.h"

/* Append to OUT the N BYTES with FAULT, which is one of RULESET (what they
 * decode to). False where that cannot be said in bytes: an element whose
 * interval touches the one before, a rule that ends in another verdict than
 * accept and drop. */
bool faulty_bytes(struct zw_buf *out, const u8 *bytes, size_t n,
		  const struct zw_ruleset *ruleset,
		  const struct zw_statement *statement,
		  const struct zw_fault *fault);

#endif
