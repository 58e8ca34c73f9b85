/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small deterministic generator (splitmix64), for what is drawn by a seed
 * that can be given again. Law: equal states give equal numbers, everywhere.
 * Nothing secret is made with it. */
#ifndef ZW_BASE_RANDOM_H
#define ZW_BASE_RANDOM_H

#include "base/types.h"

struct zw_random {
	u64 state;
};
u64 zw_random_next(struct zw_random *random);
/* 0 .. bound-1; bound > 0. */
u32 zw_random_below(struct zw_random *random, u32 bound);

#endif
