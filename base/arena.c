/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks in a list, handed out from the front: a large request gets a block of
 * its own, small ones share blocks that double up to four mebibytes. Blocks of
 * that size lie on large pages where the kernel has them, since most of what a
 * fresh page costs is the fault that asks for it. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"

#define FIRST_BLOCK 4096u
#define LAST_BLOCK (4u << 20)
#define LARGE_PAGE ((size_t)2 << 20)
#define ALIGNMENT 16u

struct block {
	struct block *next;
	size_t size; /* usable bytes behind the header */
	size_t used;
	size_t mapped; /* bytes of its own mapping; 0: the heap's */
};

struct zw_arena {
	struct block *blocks; /* the first one serves small requests */
	size_t next_size;
	size_t total;
	char *region; /* NULL: blocks are the heap's */
	size_t room, extent;
	struct mapping *mappings;
};

struct mapping {
	struct mapping *next;
	void *p;
	size_t n;
};

static void no_memory(void)
{
	fprintf(stderr, "zwinger: out of memory\n");
	exit(70);
}

struct zw_arena *zw_arena_new(void)
{
	struct zw_arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		no_memory();
	arena->next_size = FIRST_BLOCK;
	return arena;
}

struct zw_arena *zw_arena_new_in(void *region, size_t n)
{
	struct zw_arena *arena = region;
	size_t head =
		(sizeof(*arena) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

	if (n < head)
		no_memory();
	arena->next_size = FIRST_BLOCK;
	arena->region = region;
	arena->room = n;
	arena->extent = head;
	return arena;
}

size_t zw_arena_extent(const struct zw_arena *arena)
{
	return arena->extent;
}

void zw_arena_adopt(struct zw_arena *arena, void *mapping, size_t n)
{
	struct mapping *m = ZW_NEW(arena, struct mapping);

	*m = (struct mapping){ arena->mappings, mapping, n };
	arena->mappings = m;
}

/* The list itself lies in the arena. */
static void unmap_all(struct zw_arena *arena)
{
	const struct mapping *m;

	for (m = arena->mappings; m; m = m->next)
		munmap(m->p, m->n);
}

void zw_arena_free(struct zw_arena *arena)
{
	struct block *block, *next;

	if (!arena || arena->region)
		return;
	unmap_all(arena);
	for (block = arena->blocks; block; block = next) {
		next = block->next;
		if (block->mapped)
			munmap(block, block->mapped);
		else
			free(block);
	}
	free(arena);
}

/* The next N bytes of the region; NULL if it is full. */
static void *cut(struct zw_arena *arena, size_t n)
{
	void *p = arena->region + arena->extent;

	if (n > arena->room - arena->extent ||
	    arena->room - arena->extent - n < ALIGNMENT)
		return NULL;
	arena->extent += (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	return p;
}

/* Whole large pages that hold N bytes; NULL without memory. */
static struct block *map_block(size_t n)
{
	size_t bytes, skip;
	struct block *block;
	u8 *p;

	if (__builtin_add_overflow(n, 2 * LARGE_PAGE - 1, &bytes))
		return NULL;
	bytes &= ~(LARGE_PAGE - 1); /* one more than is kept */
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	skip = -(size_t)p & (LARGE_PAGE - 1);
	if (skip)
		munmap(p, skip);
	munmap(p + skip + bytes - LARGE_PAGE, LARGE_PAGE - skip);
	block = (struct block *)(void *)(p + skip);
	/* a wish, which may be refused */
	(void)madvise(block, bytes - LARGE_PAGE, MADV_HUGEPAGE);
	block->mapped = bytes - LARGE_PAGE;
	return block;
}

static struct block *add_block(struct zw_arena *arena, size_t size)
{
	struct block *block;
	size_t whole;

	if (__builtin_add_overflow(size, sizeof(*block), &whole))
		no_memory();
	if (arena->region)
		block = cut(arena, whole);
	else if (whole >= LAST_BLOCK)
		block = map_block(whole);
	else
		block = calloc(1, whole);
	if (!block)
		no_memory();
	block->size = size;
	arena->total += whole;
	return block;
}

void *zw_alloc(struct zw_arena *arena, size_t size)
{
	struct block *first = arena->blocks;
	struct block *block;
	size_t need;

	if (__builtin_add_overflow(size, (size_t)ALIGNMENT - 1, &need))
		no_memory();
	need &= ~(size_t)(ALIGNMENT - 1);
	if (!need)
		need = ALIGNMENT;
	if (first && first->size - first->used >= need) {
		void *p = (char *)(first + 1) + first->used;

		first->used += need;
		return p;
	}
	if (need > arena->next_size / 4) { /* a block of its own */
		block = add_block(arena, need);
		block->used = need;
		if (first) {
			block->next = first->next;
			first->next = block;
		} else {
			arena->blocks = block;
		}
		return block + 1;
	}
	block = add_block(arena, arena->next_size < LAST_BLOCK
					 ? arena->next_size
					 : LAST_BLOCK - sizeof(*block));
	block->next = first;
	block->used = need;
	arena->blocks = block;
	if (arena->next_size < LAST_BLOCK)
		arena->next_size *= 2;
	return block + 1;
}

void *zw_alloc_array(struct zw_arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		no_memory();
	return zw_alloc(arena, bytes);
}

static size_t rounded(size_t n)
{
	return (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

bool zw_arena_extend(struct zw_arena *arena, const void *p, size_t n,
		     size_t count, size_t size)
{
	struct block *first = arena->blocks;
	size_t bytes;

	if (!first || __builtin_mul_overflow(count, size, &bytes) ||
	    bytes > SIZE_MAX - ALIGNMENT || bytes < n ||
	    (const char *)p + rounded(n) !=
		    (const char *)(first + 1) + first->used ||
	    rounded(bytes) - rounded(n) > first->size - first->used)
		return false;
	first->used += rounded(bytes) - rounded(n);
	return true;
}

size_t zw_arena_size(const struct zw_arena *arena)
{
	return arena->total;
}

/* Ask for large pages within N bytes at P; a wish, which may be refused. */
static void advise(void *p, size_t n)
{
	size_t skip = -(size_t)p & (LARGE_PAGE - 1);

	if (n >= skip + 2 * LARGE_PAGE)
		(void)madvise((u8 *)p + skip, (n - skip) & ~(LARGE_PAGE - 1),
			      MADV_HUGEPAGE);
}

void *zw_heap_resize(void *old, size_t count, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(count, size, &bytes))
		no_memory();
	p = realloc(old, bytes ? bytes : 1);
	if (!p)
		no_memory();
	advise(p, bytes);
	return p;
}
