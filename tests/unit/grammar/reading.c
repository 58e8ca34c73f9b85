/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the suites of the grammar have in common: read, print, list. */
#include "tests/unit/grammar/reading.h"

#include <string.h>

#include "tests/harness/harness.h"

static void begin(struct reading *reading)
{
	*reading = (struct reading){ .arena = zw_arena_new(),
				     .sources = zw_sources_new() };
	zw_diags_init(&reading->diags, reading->arena);
}

void reading_of(struct reading *reading, const char *name, const char *text,
		size_t n)
{
	begin(reading);
	zw_parse_text(reading->arena, reading->sources, &reading->diags,
		      zw_str_from(name), (struct zw_str){ text, n },
		      &reading->ast);
}

void reading_of_file(struct reading *reading, const char *path)
{
	begin(reading);
	zw_parse_file(reading->arena, reading->sources, &reading->diags, path,
		      &reading->ast);
}

void reading_free(struct reading *reading)
{
	zw_sources_free(reading->sources);
	zw_arena_free(reading->arena);
}

static const char *keep(struct reading *reading, struct zw_buf *buf)
{
	const char *text;

	text = zw_cstr(reading->arena, (struct zw_str){ buf->data, buf->n });
	zw_buf_free(buf);
	return text;
}

const char *reading_printed(struct reading *reading)
{
	struct zw_buf out = { 0 };
	size_t i;

	for (i = 0; i < reading->ast.stmts.n; i++) {
		zw_ast_print_stmt(&out, reading->ast.stmts.v[i]);
		zw_buf_putc(&out, '\n');
	}
	return keep(reading, &out);
}

const char *reading_dump(struct reading *reading, bool spans)
{
	struct zw_buf out = { 0 };

	zw_ast_dump(&out, &reading->ast, spans ? reading->sources : NULL);
	return keep(reading, &out);
}

const char *reading_mistakes(struct reading *reading)
{
	struct zw_buf out = { 0 };
	size_t i;

	for (i = 0; i < reading->diags.list.n; i++) {
		const struct zw_diag *diag = reading->diags.list.v[i];
		struct zw_span span = diag->primary.span;

		zw_buf_puts(&out, zw_code_info(diag->code)->name);
		if (span.file != ZW_NO_FILE) {
			struct zw_place place;

			place = zw_sources_place(reading->sources, span);
			zw_buf_printf(&out, " %u:%u+%u", place.line,
				      place.column, span.len);
		}
		zw_buf_printf(&out, " %.*s\n", ZW_STR_ARG(diag->message));
	}
	return keep(reading, &out);
}

void reading_check_again(struct reading *first, const char *what)
{
	const char *printed = reading_printed(first);
	struct reading again;

	reading_of(&again, "again.zw", printed, strlen(printed));
	ZW_CHECK(!again.diags.errors, "%s: printed as %s: %s", what, printed,
		 reading_mistakes(&again));
	ZW_CHECK(!strcmp(reading_printed(&again), printed),
		 "%s: printed as %s and then as %s", what, printed,
		 reading_printed(&again));
	ZW_CHECK(!strcmp(reading_dump(&again, false),
			 reading_dump(first, false)),
		 "%s: another tree:\n%s%s", what, reading_dump(first, false),
		 reading_dump(&again, false));
	reading_free(&again);
}
