/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of operations, remembered so that each pair of nodes is combined
 * once. Three results that fall on one line of the processor's cache share it;
 * the oldest of them is forgotten for a fourth. Forgetting costs time, never
 * correctness: computing again gives the same node. There is room for half
 * as many results as nodes, up to a limit: with more, what it costs to touch
 * the memory is not won back. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_LINES 1024
#define MOST_LINES (1u << 21)
#define MOST_LISTS (1u << 16)
#define LARGE_PAGE ((size_t)2 << 20)

/* ---- pages --------------------------------------------------------------- */

void zw_diagram_pages_advise(void *table, size_t bytes)
{
	size_t past = (size_t)table & (LARGE_PAGE - 1);
	size_t skip = past ? LARGE_PAGE - past : 0;

	/* a wish, which may be refused */
	if (bytes >= skip + 2 * LARGE_PAGE)
		(void)madvise((u8 *)table + skip,
			      (bytes - skip) & ~(LARGE_PAGE - 1),
			      MADV_HUGEPAGE);
}

void *zw_diagram_pages(size_t bytes)
{
	void *table = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ZW_ASSERT(table != MAP_FAILED);
	zw_diagram_pages_advise(table, bytes);
	return table;
}

void zw_diagram_pages_free(void *table, size_t bytes)
{
	munmap(table, bytes);
}

/* ---- results ------------------------------------------------------------- */

static struct cache_line *line_of(const struct zw_diagrams *d, u32 tag, u32 a,
				  u32 b, u32 c)
{
	u64 h = ((u64)a << 32 | b) * 0x9e3779b97f4a7c15u;

	h ^= h >> 31;
	h += ((u64)c << 32 | tag) * 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return &d->cache[h >> 32 & (d->cache_lines - 1)];
}

static bool is_of(const struct cached *place, u32 tag, u32 a, u32 b, u32 c)
{
	return place->a == a && place->b == b && place->c == c &&
	       place->tag == tag;
}

bool zw_diagram_recall(const struct zw_diagrams *d, u32 tag, u32 a, u32 b,
		       u32 c, u32 *result)
{
	const struct cache_line *line = line_of(d, tag, a, b, c);
	int i;

	for (i = 0; i < 3; i++) {
		if (is_of(&line->way[i], tag, a, b, c)) {
			*result = line->way[i].result;
			return true;
		}
	}
	return false;
}

static void add(struct cache_line *line, const struct cached *result)
{
	line->way[2] = line->way[1];
	line->way[1] = line->way[0];
	line->way[0] = *result;
}

void zw_diagram_remember(struct zw_diagrams *d, u32 tag, u32 a, u32 b, u32 c,
			 u32 result)
{
	struct cached place = { tag, a, b, c, result };

	if (!d->exhausted)
		add(line_of(d, tag, a, b, c), &place);
}

static size_t bytes_of(size_t lines)
{
	return lines * sizeof(struct cache_line);
}

static size_t bytes_of_lists(size_t count)
{
	return count * sizeof(struct remembered_list);
}

void zw_diagram_memory_new(struct zw_diagrams *d)
{
	d->cache_lines = FIRST_LINES;
	d->cache = zw_diagram_pages(bytes_of(d->cache_lines));
	d->list_count = FIRST_LINES;
	d->lists = zw_diagram_pages(bytes_of_lists(d->list_count));
}

void zw_diagram_memory_free(struct zw_diagrams *d)
{
	zw_diagram_pages_free(d->cache, bytes_of(d->cache_lines));
	zw_diagram_pages_free(d->lists, bytes_of_lists(d->list_count));
}

size_t zw_diagram_memory_bytes(const struct zw_diagrams *d)
{
	return bytes_of(d->cache_lines) + bytes_of_lists(d->list_count);
}

/* Results of line I to where they belong among LINES times two: they stay, or
 * go as far up as there were lines, since one more bit of their hash counts. */
static void divide(struct zw_diagrams *d, size_t i, size_t lines)
{
	struct cache_line old = d->cache[i];
	int way;

	d->cache[i] = (struct cache_line){ 0 };
	d->cache[i + lines] = (struct cache_line){ 0 };
	for (way = 2; way >= 0; way--) {
		const struct cached *o = &old.way[way];

		if (o->tag)
			add(line_of(d, o->tag, o->a, o->b, o->c), o);
	}
}

/* In its place or moved as it is: fresh pages cost more than what is in them.
 */
static void double_lines(struct zw_diagrams *d)
{
	size_t lines = d->cache_lines, i;

	d->cache = mremap(d->cache, bytes_of(lines), bytes_of(2 * lines),
			  MREMAP_MAYMOVE);
	ZW_ASSERT(d->cache != MAP_FAILED);
	zw_diagram_pages_advise(d->cache, bytes_of(2 * lines));
	d->cache_lines = 2 * lines;
	for (i = 0; i < lines; i++)
		divide(d, i, lines);
}

void zw_diagram_memory_grow(struct zw_diagrams *d)
{
	while (6 * d->cache_lines < d->node_room && d->cache_lines < MOST_LINES)
		double_lines(d);
	/* lists are few beside pairs */
	if (d->cache_lines / 4 <= d->list_count || d->list_count >= MOST_LISTS)
		return;
	zw_diagram_pages_free(d->lists, bytes_of_lists(d->list_count));
	while (d->list_count < d->cache_lines / 4 && d->list_count < MOST_LISTS)
		d->list_count *= 2;
	d->lists = zw_diagram_pages(bytes_of_lists(d->list_count));
}
