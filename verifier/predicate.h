/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of limits. Law: a limit is named by everything that it is about
 * (amount, period, burst, and which bits of the packet choose its bucket), so
 * that one in the bytes and one in the policy are the same predicate exactly
 * if their names are equal. */
#ifndef ZW_VERIFIER_PREDICATE_H
#define ZW_VERIFIER_PREDICATE_H

#include "verifier/field.h"

/* Sources that are told apart at a time, unless said otherwise. */
#define ZW_SOURCES_MAX 65535

/* Which bucket: the N bits of a key; constants among them choose nothing. ROOM:
 * how many buckets at a time. */
struct zw_str zw_predicate_key(struct zw_arena *arena, const zw_bit *bits,
			       size_t n, u32 room);
/* The same for a source of FAMILY as policies count it: an IPv4 address, or
 * an IPv6 /64. */
struct zw_str zw_predicate_source(struct zw_arena *arena,
				  enum zw_family family);

/* "The bucket has a token": AMOUNT packets in SECONDS. KEY is empty where there
 * is one bucket for all. */
struct zw_str zw_predicate_rate(struct zw_arena *arena, u64 amount, u64 seconds,
				u64 burst, struct zw_str key);
/* "There are at most AMOUNT connections." */
struct zw_str zw_predicate_connections(struct zw_arena *arena, u64 amount,
				       struct zw_str key);

#endif
