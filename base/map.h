/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names to numbers. Law: iteration over a map does not exist, so no output can
 * depend on hash order; keep what must be walked in a vector beside it. Keys
 * are borrowed. The hash is fixed (FNV-1a with a final mix) and the probing
 * bounded by a load factor of one half. */
#ifndef ZW_BASE_MAP_H
#define ZW_BASE_MAP_H

#include "base/str.h"

struct zw_map {
	struct zw_arena *arena;
	struct zw_map_slot *slots;
	size_t cap;
	size_t n;
};

void zw_map_init(struct zw_map *map, struct zw_arena *arena);
/* The number kept for KEY in *VALUE; false (and *VALUE untouched) if none. */
bool zw_map_get(const struct zw_map *map, struct zw_str key, u32 *value);
/* Keep VALUE for KEY; an earlier value is replaced. */
void zw_map_put(struct zw_map *map, struct zw_str key, u32 value);

#endif
