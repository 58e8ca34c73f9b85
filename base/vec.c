/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one growing step behind zw_push(). */
#include "base/vec.h"

void *zw_vec_grow(struct zw_arena *arena, void *old, size_t n, size_t *cap,
		  size_t size)
{
	size_t more = *cap ? *cap * 2 : 8;
	void *v = zw_alloc_array(arena, more, size);

	if (n)
		memcpy(v, old, n * size);
	*cap = more;
	return v;
}
