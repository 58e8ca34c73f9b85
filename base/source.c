/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source texts kept whole, and the way from byte offsets to lines. A line ends
 * with LF or CR LF; a text that ends with LF has one more, empty line behind
 * it, where the end of the text is. Lines are found once, when a text is added;
 * afterwards a place costs a bisection. Nothing here checks the encoding. */
#include "base/source.h"

#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

#define FETCH_LIMIT ((size_t)1 << 30)

struct zw_sources {
	struct zw_arena *arena;
	ZW_VEC(struct zw_source *) list; /* pointers: they stay valid */
	bool keep, replay;
	struct zw_str denied;
	ZW_VEC(struct zw_file_copy) copies;
};

struct zw_sources *zw_sources_new(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_sources *sources = ZW_NEW(arena, struct zw_sources);

	sources->arena = arena;
	return sources;
}

void zw_sources_free(struct zw_sources *sources)
{
	if (sources)
		zw_arena_free(sources->arena);
}

static void find_lines(struct zw_arena *arena, struct zw_source *source)
{
	const char *text = source->text.p, *end = text + source->text.n;
	const char *p, *next;
	size_t n = 1;

	for (p = text; (next = memchr(p, '\n', (size_t)(end - p)));
	     p = next + 1)
		n++;
	source->line_count = n;
	source->line_starts = ZW_NEW_ARRAY(arena, u32, n);
	n = 1;
	for (p = text; (next = memchr(p, '\n', (size_t)(end - p)));
	     p = next + 1)
		source->line_starts[n++] = (u32)(next + 1 - text);
}

u32 zw_sources_add(struct zw_sources *sources, struct zw_str name,
		   struct zw_str text, struct zw_span included_from)
{
	struct zw_source *source = ZW_NEW(sources->arena, struct zw_source);

	ZW_ASSERT(text.n < UINT32_MAX && sources->list.n < ZW_NO_FILE);
	source->name = zw_str_copy(sources->arena, name);
	source->text = zw_str_copy(sources->arena, text);
	source->included_from = included_from;
	find_lines(sources->arena, source);
	zw_push(sources->arena, sources->list, source);
	return (u32)(sources->list.n - 1);
}

const struct zw_source *zw_sources_get(const struct zw_sources *sources,
				       u32 file)
{
	ZW_ASSERT(file < sources->list.n);
	return sources->list.v[file];
}

size_t zw_sources_count(const struct zw_sources *sources)
{
	return sources->list.n;
}

struct zw_place zw_sources_place(const struct zw_sources *sources,
				 struct zw_span span)
{
	const struct zw_source *source = zw_sources_get(sources, span.file);
	size_t low = 0, high = source->line_count;

	/* line low starts at or before the place, line high behind it */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (source->line_starts[middle] <= span.off)
			low = middle;
		else
			high = middle;
	}
	return (struct zw_place){
		.file = source->name,
		.line = (u32)low + 1,
		.column = span.off - source->line_starts[low] + 1,
	};
}

struct zw_str zw_sources_text(const struct zw_sources *sources,
			      struct zw_span span)
{
	struct zw_str text = zw_sources_get(sources, span.file)->text;
	size_t off = span.off < text.n ? span.off : text.n;
	size_t n = span.len < text.n - off ? span.len : text.n - off;

	return (struct zw_str){ text.p + off, n };
}

struct zw_str zw_sources_line(const struct zw_sources *sources, u32 file,
			      u32 line)
{
	const struct zw_source *source = zw_sources_get(sources, file);
	size_t start, end;

	ZW_ASSERT(line >= 1 && line <= source->line_count);
	start = source->line_starts[line - 1];
	if (line < source->line_count)
		end = source->line_starts[line] - 1;
	else
		end = source->text.n;
	if (end > start && line < source->line_count &&
	    source->text.p[end - 1] == '\r')
		end--;
	return (struct zw_str){ source->text.p + start, end - start };
}

void zw_sources_keep(struct zw_sources *sources)
{
	sources->keep = true;
}

void zw_sources_replay(struct zw_sources *sources,
		       const struct zw_file_copy *copies, size_t n)
{
	size_t i;

	sources->replay = true;
	for (i = 0; i < n; i++)
		zw_push(sources->arena, sources->copies, copies[i]);
}

bool zw_sources_replays(const struct zw_sources *sources)
{
	return sources->replay;
}

const struct zw_file_copy *zw_sources_copies(const struct zw_sources *sources,
					     size_t *n)
{
	*n = sources->copies.n;
	return sources->copies.v;
}

static const struct zw_file_copy *copy_of(const struct zw_sources *sources,
					  const char *path)
{
	size_t i;

	for (i = 0; i < sources->copies.n; i++)
		if (zw_str_is(sources->copies.v[i].name, path))
			return &sources->copies.v[i];
	return NULL;
}

int zw_sources_read(struct zw_sources *sources, struct zw_arena *arena,
		    const char *path, size_t limit, struct zw_str *text)
{
	const struct zw_file_copy *copy = copy_of(sources, path);
	struct zw_file_copy made = { 0 };
	int err;

	if (sources->replay || copy) {
		if (!copy)
			return -ENOENT;
		if (copy->text.n > limit)
			return -EFBIG;
		*text = copy->text;
		return 0;
	}
	err = zw_read_file_mode(arena, path, limit, text, &made.mode);
	if (err == -EACCES)
		sources->denied = zw_str_copy(sources->arena,
					      zw_str_from(path));
	if (err || !sources->keep)
		return err;
	made.name = zw_str_copy(sources->arena, zw_str_from(path));
	made.text = zw_str_copy(sources->arena, *text);
	zw_push(sources->arena, sources->copies, made);
	return 0;
}

/* A full vector grows into its new arena. */
struct zw_sources *zw_sources_copy(const struct zw_sources *sources,
				   struct zw_arena *arena)
{
	struct zw_sources *copy = ZW_NEW(arena, struct zw_sources);

	*copy = *sources;
	copy->arena = arena;
	copy->list.cap = copy->list.n;
	copy->copies.cap = copy->copies.n;
	return copy;
}

void zw_sources_merge(struct zw_sources *sources,
		      const struct zw_sources *copy)
{
	size_t i;

	for (i = sources->list.n; i < copy->list.n; i++)
		zw_sources_add(sources, copy->list.v[i]->name,
			       copy->list.v[i]->text,
			       copy->list.v[i]->included_from);
	for (i = sources->copies.n; i < copy->copies.n; i++) {
		const struct zw_file_copy *from = &copy->copies.v[i];
		struct zw_file_copy made = {
			.name = zw_str_copy(sources->arena, from->name),
			.text = zw_str_copy(sources->arena, from->text),
			.mode = from->mode,
		};

		zw_push(sources->arena, sources->copies, made);
	}
	sources->denied = copy->denied.n ? zw_str_copy(sources->arena,
						       copy->denied)
					 : (struct zw_str){ 0 };
	sources->keep = copy->keep;
	sources->replay = copy->replay;
}

struct zw_str zw_sources_denied(const struct zw_sources *sources)
{
	return sources->denied;
}

int zw_sources_fetch(struct zw_sources *sources)
{
	struct zw_file_copy made = { .name = sources->denied };
	int err = zw_read_file_mode(sources->arena,
				    zw_cstr(sources->arena, made.name),
				    FETCH_LIMIT, &made.text, &made.mode);

	sources->denied = (struct zw_str){ 0 };
	if (!err)
		zw_push(sources->arena, sources->copies, made);
	return err;
}
