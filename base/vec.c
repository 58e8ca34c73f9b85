/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one growing step behind zw_push(). Most vectors stay at one element or
 * two, so large elements begin with little room. */
#include "base/vec.h"

#define FIRST_BYTES 128
#define FIRST_MOST 8

static size_t first_room(size_t size)
{
	size_t n = FIRST_BYTES / size;

	return n > FIRST_MOST ? FIRST_MOST : n ? n : 1;
}

void *zw_vec_reserve(struct zw_arena *arena, const void *old, size_t n,
		     size_t *cap, size_t count, size_t size)
{
	void *v = zw_alloc_array(arena, count, size);

	if (n)
		memcpy(v, old, n * size);
	*cap = count;
	return v;
}

void *zw_vec_grow(struct zw_arena *arena, void *old, size_t n, size_t *cap,
		  size_t size)
{
	size_t more = *cap ? *cap * 2 : first_room(size);
	void *v;

	if (*cap && zw_arena_extend(arena, old, *cap * size, more, size)) {
		*cap = more;
		return old;
	}
	v = zw_alloc_array(arena, more, size);
	if (n)
		memcpy(v, old, n * size);
	*cap = more;
	return v;
}
