/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes to the parser of policies, and the formatter's law on those that it
 * takes: canonical text is its own canonical text. Files are not read: texts
 * with an include, or a set in a file, are left out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "grammar/format.h"
#include "grammar/grammar.h"

static bool canonical(struct zw_arena *arena, struct zw_str text,
		      struct zw_buf *out)
{
	struct zw_sources *sources = zw_sources_new();
	struct zw_diags diags;
	bool ok;

	zw_diags_init(&diags, arena);
	ok = zw_format_text(arena, sources, &diags, ZW_STR("fuzz.zw"), text,
			    out);
	zw_sources_free(sources);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zw_arena *arena;
	struct zw_buf once = { 0 }, twice = { 0 };
	struct zw_str text = { (const char *)data, size };

	if (memmem(data, size, "include", 7) || memmem(data, size, "file", 4))
		return 0;
	arena = zw_arena_new();
	if (canonical(arena, text, &once)) {
		text = (struct zw_str){ once.data, once.n };
		if (!canonical(arena, text, &twice) || once.n != twice.n ||
		    (once.n && memcmp(once.data, twice.data, once.n) != 0))
			abort();
	}
	zw_buf_free(&once);
	zw_buf_free(&twice);
	zw_arena_free(arena);
	return 0;
}
