/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that lives and dies together. Law: what is taken from an arena is
 * never given back alone; zw_arena_free() releases all of it. Memory comes
 * zeroed and aligned for any type. When the system has no memory left the
 * process ends with status 70: nothing has been changed by then. */
#ifndef ZW_BASE_ARENA_H
#define ZW_BASE_ARENA_H

#include "base/types.h"

struct zw_arena;

/* A new, empty arena. The caller owns it. */
struct zw_arena *zw_arena_new(void);

/* An arena within REGION, N bytes of zeroes that are the caller's: it takes no
 * other memory, and freeing it gives none back. */
struct zw_arena *zw_arena_new_in(void *region, size_t n);
/* How many bytes of its region it has used. */
size_t zw_arena_extent(const struct zw_arena *arena);
/* From now on the N bytes of MAPPING (of mmap()) live as long as ARENA. */
void zw_arena_adopt(struct zw_arena *arena, void *mapping, size_t n);
/* Release the arena and everything taken from it. NULL is fine. */
void zw_arena_free(struct zw_arena *arena);

/* SIZE zeroed bytes; SIZE 0 gives a valid pointer that must not be read. */
void *zw_alloc(struct zw_arena *arena, size_t size);

/* COUNT zeroed elements of SIZE bytes; the product is checked for overflow. */
void *zw_alloc_array(struct zw_arena *arena, size_t count, size_t size);

/* Make the N bytes at P, taken from ARENA, COUNT elements of SIZE bytes, N or
 * more, in their place; what is new is zero. False, and nothing is changed, where
 * something was taken behind them, or there is no room. */
bool zw_arena_extend(struct zw_arena *arena, const void *p, size_t n,
		     size_t count, size_t size);

/* Bytes that the arena holds from the system, for budgets and statistics. */
size_t zw_arena_size(const struct zw_arena *arena);

/* Plain heap memory with the same law about exhaustion, for the few large
 * tables that are resized in place; give back with free(). */
void *zw_heap_resize(void *old, size_t count, size_t size);

#define ZW_NEW(arena, type) ((type *)zw_alloc((arena), sizeof(type)))
#define ZW_NEW_ARRAY(arena, type, count) \
	((type *)zw_alloc_array((arena), (count), sizeof(type)))

#endif
