/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept on disk, as named values. Law: a record is text and bytes of any
 * kind, whole or damaged, never half: it ends with the SHA-256 of all that
 * stands before.
 *
 *	zwinger KIND 1
 *	NAME SIZE
 *	SIZE bytes, and a line end
 *	...
 *	sha256 DIGEST
 */
#ifndef ZW_STATE_RECORD_H
#define ZW_STATE_RECORD_H

#include "base/str.h"
#include "base/vec.h"

struct zw_record_value {
	struct zw_str name; /* letters and '-' */
	struct zw_str value;
};

struct zw_record {
	ZW_VEC(struct zw_record_value) values; /* in their order */
};

/* VALUE is borrowed. */
void zw_record_add(struct zw_arena *arena, struct zw_record *record,
		   const char *name, struct zw_str value);
void zw_record_add_number(struct zw_arena *arena, struct zw_record *record,
			  const char *name, s64 number);

/* The first value of this name; empty if there is none. */
struct zw_str zw_record_text(const struct zw_record *record, const char *name);
/* The same as a number; 0 if it is none. */
s64 zw_record_number(const struct zw_record *record, const char *name);

void zw_record_print(struct zw_buf *out, const char *kind,
		     const struct zw_record *record);
/* TEXT to values that lie within it. False if it is damaged: no such record,
 * cut, or not what its digest says. */
bool zw_record_parse(struct zw_arena *arena, const char *kind,
		     struct zw_str text, struct zw_record *record);

#endif
