/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump of one table lists, by name. Law: names are copied into the
 * arena; anonymous sets, which die with their rules, are not listed. */
#ifndef ZW_LOADER_NAMES_H
#define ZW_LOADER_NAMES_H

#include "base/str.h"
#include "base/vec.h"

struct zw_table_names {
	bool table; /* the dump holds a table at all */
	ZW_VEC(struct zw_str) base_chains, chains, sets;
};

void zw_table_names(struct zw_arena *arena, const u8 *dump, size_t n,
		    struct zw_table_names *names);

/* The tables of a dump as "inet zwinger", copied into the arena. */
typedef ZW_VEC(struct zw_str) zw_table_list;
void zw_tables(struct zw_arena *arena, const u8 *dump, size_t n,
	       zw_table_list *tables);

/* How many sets of a dump of one table were not read: they have no message for
 * elements (loader/dump.h). */
size_t zw_unread_sets(struct zw_arena *arena, const u8 *dump, size_t n);

/* A string attribute's text, without the NUL that ends it. It lies within the
 * message. */
struct nlattr;
struct zw_str zw_attribute_text(const struct nlattr *attr);

/* The number behind the last "_g" of NAME, or 0. */
u32 zw_name_generation(struct zw_str name);

#endif
