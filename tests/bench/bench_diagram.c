/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the diagram engine takes for the shapes that it exists for. Prints
 * milliseconds of processor time; not a test. Rules are random in the manner
 * of ClassBench: nested prefixes, few port ranges, few protocols.
 *
 *	cc -O2 -I. tests/bench/bench_diagram.c build/libzwinger.a -o bench */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "verifier/diagram.h"

enum { MILLION = 1000000, FIELDS = 5 };

static u64 state = 42;

static u32 below(u32 bound)
{
	u64 z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (u32)((z ^ z >> 31) % bound);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void report(const char *what, double start, const struct zw_diagrams *d)
{
	printf("%-44s %8.1f ms  %8zu nodes %9zu edges %6.1f MB%s\n", what,
	       now() - start, zw_diagrams_nodes(d), zw_diagrams_edges(d),
	       (double)zw_diagrams_bytes(d) / 1e6,
	       zw_diagrams_exhausted(d) ? "  EXHAUSTED" : "");
}

static void sets(void)
{
	struct zw_diagrams *d = zw_diagrams_new(1 << 20, 1 << 26);
	u32 v = zw_variable_new(d, UINT32_MAX), i, j;
	struct zw_range *r[2];
	zw_node a, b;
	double start;

	for (j = 0; j < 2; j++) {
		r[j] = malloc(MILLION * sizeof(**r));
		for (i = 0; i < MILLION; i++)
			r[j][i] = (struct zw_range){ i * 4000 + below(1500),
						     i * 4000 + 1500 +
							     below(2000) };
	}
	start = now();
	a = zw_in(d, v, r[0], MILLION);
	report("set of 1,000,000 ranges", start, d);
	b = zw_in(d, v, r[1], MILLION);
	start = now();
	zw_and(d, a, b);
	report("  and another", start, d);
	start = now();
	zw_or(d, a, b);
	report("  or another", start, d);
	start = now();
	zw_not(d, a);
	report("  not", start, d);
	free(r[0]);
	free(r[1]);
	zw_diagrams_free(d);
}

static u32 then(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == 0)
		return b == ZW_UNDETERMINED ? ZW_OTHER : b;
	return a;
}

static struct zw_range prefix(u32 pool)
{
	/* Prefixes nest: their bits come from a small pool of networks. */
	static const u32 lengths[] = { 0, 8, 16, 24, 24, 28, 32, 32, 32 };
	u32 length = lengths[below(sizeof(lengths) / sizeof(*lengths))];
	u32 address = (below(pool) * 2654435761u) ^ below(65536);
	u32 mask = length ? UINT32_MAX << (32 - length) : 0;

	return (struct zw_range){ address & mask, (address & mask) | ~mask };
}

static struct zw_range ports(void)
{
	u32 lo;

	switch (below(5)) {
	case 0:
		return (struct zw_range){ 0, 65535 };
	case 1:
		return (struct zw_range){ 1024, 65535 };
	case 2:
		lo = below(60000);
		return (struct zw_range){ lo, lo + below(500) };
	default:
		lo = below(200) * 17;
		return (struct zw_range){ lo, lo };
	}
}

static void rule(struct zw_range box[FIELDS])
{
	static const u32 protocols[] = { 1, 6, 6, 6, 17, 17 };
	u32 p = protocols[below(6)];

	box[0] = (struct zw_range){ p, p };
	box[1] = prefix(300);
	box[2] = prefix(300);
	box[3] = below(10) ? (struct zw_range){ 0, 65535 } : ports();
	box[4] = ports();
}

static zw_node compose(struct zw_diagrams *d, u32 tag, zw_node *v, size_t n)
{
	size_t i, half;

	for (; n > 1; n = half) {
		for (half = 0, i = 0; i + 1 < n; i += 2)
			v[half++] =
				zw_apply(d, tag, then, NULL, v[i], v[i + 1]);
		if (i < n)
			v[half++] = v[i];
	}
	return v[0];
}

/* ORDER: where each of the rule's fields (protocol, source, destination, source
 * port, destination port) stands. */
static void rules(const char *what, size_t n, const u32 order[FIELDS])
{
	static const u32 max[FIELDS] = { 255, UINT32_MAX, UINT32_MAX, 65535,
					 65535 };
	struct zw_diagrams *d = zw_diagrams_new(1 << 24, 1 << 27);
	zw_node *v = malloc(n * sizeof(*v));
	u32 i, j, tag, variables[FIELDS];
	double start;

	state = 7;
	for (j = 0; j < FIELDS; j++)
		variables[j] = zw_variable_new(d, max[order[j]]);
	tag = zw_tag_new(d);
	start = now();
	for (i = 0; i < n; i++) {
		struct zw_range box[FIELDS], placed[FIELDS];
		u32 leaf = 1 + below(2);

		rule(box);
		for (j = 0; j < FIELDS; j++)
			placed[j] = box[order[j]];
		v[i] = zw_table(d, variables, FIELDS, placed, &leaf, 1, 0);
	}
	compose(d, tag, v, n);
	report(what, start, d);
	free(v);
	zw_diagrams_free(d);
}

static void table(void)
{
	struct zw_diagrams *d = zw_diagrams_new(1 << 24, 1 << 27);
	size_t n = 100000, i;
	struct zw_range *keys = malloc(3 * n * sizeof(*keys));
	u32 *leaves = malloc(n * sizeof(*leaves)), v[3], j;
	double start;

	for (j = 0; j < 3; j++)
		v[j] = zw_variable_new(d, UINT32_MAX);
	for (i = 0; i < n; i++) {
		u32 x = (u32)(i * 2654435761u % n);

		keys[3 * i] = (struct zw_range){ x * 16, x * 16 + below(15) };
		keys[3 * i + 1].lo = below(1000);
		keys[3 * i + 1].hi = keys[3 * i + 1].lo + below(1000);
		keys[3 * i + 2].lo = keys[3 * i + 2].hi = below(65536);
		leaves[i] = 1 + below(7);
	}
	start = now();
	zw_table(d, v, 3, keys, leaves, n, 0);
	report("table of 100,000 disjoint keys, 3 fields", start, d);
	for (i = 0; i < n; i++) {
		u32 x = (u32)(i * 2654435761u % n);

		keys[3 * i] = (struct zw_range){ x % 10, MILLION - x % 10 };
		keys[3 * i + 1] = (struct zw_range){ x, x };
	}
	start = now();
	zw_table(d, v, 3, keys, leaves, n, 0);
	report("  10 nested first ranges shared by them", start, d);
	free(keys);
	free(leaves);
	zw_diagrams_free(d);
}

int main(void)
{
	static const u32 address_first[FIELDS] = { 1, 2, 0, 4, 3 };
	static const u32 protocol_first[FIELDS] = { 0, 2, 1, 4, 3 };
	static const u32 port_first[FIELDS] = { 0, 4, 3, 2, 1 };

	sets();
	table();
	rules("1,000 five-tuple rules, addresses first", 1000, address_first);
	rules("10,000 rules, addresses first", 10000, address_first);
	rules("10,000 rules, protocol first", 10000, protocol_first);
	rules("10,000 rules, ports first", 10000, port_first);
	return 0;
}
