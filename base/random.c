/* SPDX-License-Identifier: GPL-2.0-or-later */
/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014). */
#include "base/random.h"

u64 zw_random_next(struct zw_random *random)
{
	u64 z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

u32 zw_random_below(struct zw_random *random, u32 bound)
{
	return (u32)(zw_random_next(random) % bound);
}
