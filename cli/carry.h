/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process says to the one that began it: numbers, texts, diagnostics,
 * as bytes. Law: what was put is taken in the same order; taking beyond the end
 * gives zeroes and sets FAILED. Both processes know the same sources. */
#ifndef ZW_CLI_CARRY_H
#define ZW_CLI_CARRY_H

#include "base/diag.h"

void zw_carry_number(struct zw_buf *out, u64 number);
void zw_carry_text(struct zw_buf *out, struct zw_str text);
void zw_carry_diags(struct zw_buf *out, const struct zw_diags *diags);

struct zw_carried {
	struct zw_arena *arena; /* texts are copied to it */
	struct zw_str rest;
	bool failed;
};

u64 zw_carried_number(struct zw_carried *carried);
struct zw_str zw_carried_text(struct zw_carried *carried);
/* Append them to INTO. */
void zw_carried_diags(struct zw_carried *carried, struct zw_diags *into);

#endif
