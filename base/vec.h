/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow in an arena. Law: a vector is {v, n, cap}, zero-initialised
 * when empty; growing doubles the room, where it lies or by copying, which
 * leaves the old room to the arena, so pointers to elements do not survive a
 * push. */
#ifndef ZW_BASE_VEC_H
#define ZW_BASE_VEC_H

#include <string.h>

#include "base/arena.h"

#define ZW_VEC(type)        \
	struct {            \
		type *v;    \
		size_t n;   \
		size_t cap; \
	}

void *zw_vec_grow(struct zw_arena *arena, void *old, size_t n, size_t *cap,
		  size_t size);

void *zw_vec_reserve(struct zw_arena *arena, const void *old, size_t n,
		     size_t *cap, size_t count, size_t size);

/* Append ITEM to the vector VEC (an lvalue, not a pointer). */
#define zw_push(arena, vec, item)                                            \
	do {                                                                 \
		if ((vec).n == (vec).cap)                                    \
			(vec).v = zw_vec_grow((arena), (vec).v, (vec).n,     \
					      &(vec).cap, sizeof(*(vec).v)); \
		(vec).v[(vec).n++] = (item);                                 \
	} while (0)

/* Make room for COUNT elements in all, where that many are to come: growing
 * would leave copies behind. */
#define zw_reserve(arena, vec, count)                                       \
	do {                                                                \
		if ((vec).cap < (count))                                    \
			(vec).v = zw_vec_reserve((arena), (vec).v, (vec).n, \
						 &(vec).cap, (count),       \
						 sizeof(*(vec).v));         \
	} while (0)

#endif
