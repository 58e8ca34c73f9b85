/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interval sets: from unsorted lists to normal form, and the set operations on
 * normal forms.
 *
 * Sorting is a radix sort in place, most significant byte first, over those
 * bytes only in which the elements of a bucket differ; small buckets are sorted
 * by insertion. So the cost is linear in the number of elements for IPv4 ports,
 * addresses and IPv6 alike, and no order of input can make it quadratic.
 *
 * The operations run twice, once to count and once to fill, so that an arena
 * holds no slack; and they skip through the longer operand by galloping (steps
 * that double, then bisection), so a small set against a large one costs next
 * to nothing. Operands are trusted to be normal. */
#include "base/interval.h"

#include <string.h>

#include "base/assert.h"

/* Below this many elements insertion is faster than counting. */
#define SMALL 24

static void insertion_sort(struct zw_interval *v, size_t n)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		struct zw_interval item = v[i];

		for (j = i; j && v[j - 1].lo > item.lo; j--)
			v[j] = v[j - 1];
		v[j] = item;
	}
}

/* The highest byte (0 lowest) in which lower bounds differ, -1 if none does. */
static int differing_byte(const struct zw_interval *v, size_t n)
{
	u128 differ = 0;
	int byte = 15;
	size_t i;

	for (i = 1; i < n; i++)
		differ |= v[i].lo ^ v[0].lo;
	if (!differ)
		return -1;
	while (!(differ >> (8 * byte)))
		byte--;
	return byte;
}

static size_t byte_of(struct zw_interval item, int byte)
{
	return (size_t)(item.lo >> (8 * byte)) & 0xff;
}

/* Depth is bounded by the 16 bytes of a number. */
static void radix_sort(struct zw_interval *v, size_t n)
{
	size_t next[256], end[256] = { 0 };
	size_t i, bucket, sum = 0;
	int byte;

	if (n <= SMALL) {
		insertion_sort(v, n);
		return;
	}
	byte = differing_byte(v, n);
	if (byte < 0)
		return;
	for (i = 0; i < n; i++)
		end[byte_of(v[i], byte)]++;
	for (bucket = 0; bucket < 256; bucket++) {
		next[bucket] = sum;
		sum += end[bucket];
		end[bucket] = sum;
	}
	for (bucket = 0; bucket < 256; bucket++) {
		while (next[bucket] < end[bucket]) {
			struct zw_interval item = v[next[bucket]];
			size_t home = byte_of(item, byte);

			if (home == bucket) {
				next[bucket]++;
				continue;
			}
			v[next[bucket]] = v[next[home]];
			v[next[home]++] = item;
		}
	}
	for (bucket = 0, i = 0; bucket < 256; i = end[bucket++])
		radix_sort(v + i, end[bucket] - i);
}

static bool is_sorted(const struct zw_interval *v, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		if (v[i - 1].lo > v[i].lo)
			return false;
	}
	return true;
}

struct zw_intervals zw_intervals_from(struct zw_arena *arena,
				      struct zw_interval *v, size_t n)
{
	size_t i, kept = 0;

	(void)arena; /* V itself carries the result */
	if (!n)
		return (struct zw_intervals){ NULL, 0 };
	if (!is_sorted(v, n))
		radix_sort(v, n);
	ZW_ASSERT(v[0].lo <= v[0].hi);
	for (i = 1; i < n; i++) {
		struct zw_interval *last = &v[kept];

		ZW_ASSERT(v[i].lo <= v[i].hi);
		if (v[i].lo > last->hi && v[i].lo - last->hi > 1)
			v[++kept] = v[i];
		else if (v[i].hi > last->hi)
			last->hi = v[i].hi;
	}
	return (struct zw_intervals){ v, kept + 1 };
}

struct zw_intervals zw_intervals_one(struct zw_arena *arena, u128 lo, u128 hi)
{
	struct zw_interval *v = ZW_NEW(arena, struct zw_interval);

	ZW_ASSERT(lo <= hi);
	*v = (struct zw_interval){ lo, hi };
	return (struct zw_intervals){ v, 1 };
}

/* Where a result goes; with V NULL it is only counted. */
struct output {
	struct zw_interval *v;
	size_t n;
};

static void emit(struct output *out, u128 lo, u128 hi)
{
	if (out->v)
		out->v[out->n] = (struct zw_interval){ lo, hi };
	out->n++;
}

typedef void operation(struct output *out, struct zw_intervals a,
		       struct zw_intervals b);

static struct zw_intervals run(struct zw_arena *arena, operation *op,
			       struct zw_intervals a, struct zw_intervals b)
{
	struct output count = { NULL, 0 };
	struct output out = { NULL, 0 };

	op(&count, a, b);
	if (!count.n)
		return (struct zw_intervals){ NULL, 0 };
	out.v = ZW_NEW_ARRAY(arena, struct zw_interval, count.n);
	op(&out, a, b);
	ZW_ASSERT(out.n == count.n);
	return (struct zw_intervals){ out.v, out.n };
}

/* The first index >= I whose interval ends at VALUE or later. */
static size_t skip_to(struct zw_intervals s, size_t i, u128 value)
{
	size_t step = 1, low = i, high;

	if (i >= s.n || s.v[i].hi >= value)
		return i;
	while (step < s.n - i && s.v[i + step].hi < value) {
		low = i + step;
		step *= 2;
	}
	high = step < s.n - i ? i + step : s.n;
	/* low ends before VALUE; high does not, or is the end */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s.v[middle].hi < value)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static void union_of(struct output *out, struct zw_intervals a,
		     struct zw_intervals b)
{
	struct zw_interval run_now = { 0, 0 };
	bool open = false;
	size_t i = 0, j = 0;

	while (i < a.n || j < b.n) {
		struct zw_interval item;

		if (j == b.n || (i < a.n && a.v[i].lo <= b.v[j].lo))
			item = a.v[i++];
		else
			item = b.v[j++];
		if (!open) {
			run_now = item;
			open = true;
		} else if (item.lo > run_now.hi && item.lo - run_now.hi > 1) {
			emit(out, run_now.lo, run_now.hi);
			run_now = item;
		} else if (item.hi > run_now.hi) {
			run_now.hi = item.hi;
		}
	}
	if (open)
		emit(out, run_now.lo, run_now.hi);
}

static void intersection_of(struct output *out, struct zw_intervals a,
			    struct zw_intervals b)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n) {
		struct zw_interval x = a.v[i], y = b.v[j];

		if (x.hi < y.lo) {
			i = skip_to(a, i, y.lo);
			continue;
		}
		if (y.hi < x.lo) {
			j = skip_to(b, j, x.lo);
			continue;
		}
		emit(out, x.lo > y.lo ? x.lo : y.lo, x.hi < y.hi ? x.hi : y.hi);
		if (x.hi < y.hi)
			i++;
		else
			j++;
	}
}

static void difference_of(struct output *out, struct zw_intervals a,
			  struct zw_intervals b)
{
	size_t i, j = 0;

	for (i = 0; i < a.n; i++) {
		u128 lo = a.v[i].lo, hi = a.v[i].hi;
		bool rest = true;

		j = skip_to(b, j, lo);
		while (rest && j < b.n && b.v[j].lo <= hi) {
			if (b.v[j].lo > lo)
				emit(out, lo, b.v[j].lo - 1);
			if (b.v[j].hi >= hi)
				rest = false; /* B's may reach further */
			else
				lo = b.v[j++].hi + 1;
		}
		if (rest)
			emit(out, lo, hi);
	}
}

struct zw_intervals zw_intervals_union(struct zw_arena *arena,
				       struct zw_intervals a,
				       struct zw_intervals b)
{
	return run(arena, union_of, a, b);
}

struct zw_intervals zw_intervals_intersect(struct zw_arena *arena,
					   struct zw_intervals a,
					   struct zw_intervals b)
{
	return run(arena, intersection_of, a, b);
}

struct zw_intervals zw_intervals_minus(struct zw_arena *arena,
				       struct zw_intervals a,
				       struct zw_intervals b)
{
	return run(arena, difference_of, a, b);
}

bool zw_intervals_equal(struct zw_intervals a, struct zw_intervals b)
{
	return a.n == b.n &&
	       (!a.n || memcmp(a.v, b.v, a.n * sizeof(*a.v)) == 0);
}

bool zw_intervals_subset(struct zw_intervals a, struct zw_intervals b)
{
	size_t i, j = 0;

	for (i = 0; i < a.n; i++) {
		j = skip_to(b, j, a.v[i].lo);
		if (j == b.n || b.v[j].lo > a.v[i].lo || b.v[j].hi < a.v[i].hi)
			return false;
	}
	return true;
}

bool zw_intervals_overlap(struct zw_intervals a, struct zw_intervals b)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n) {
		if (a.v[i].hi < b.v[j].lo)
			i = skip_to(a, i, b.v[j].lo);
		else if (b.v[j].hi < a.v[i].lo)
			j = skip_to(b, j, a.v[i].lo);
		else
			return true;
	}
	return false;
}

bool zw_intervals_contain(struct zw_intervals a, u128 value)
{
	size_t i = skip_to(a, 0, value);

	return i < a.n && a.v[i].lo <= value;
}
