/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sink of diagnostics: keeps what was said, in the order it was said, up
 * to the limit on errors. Sorting, layout and escaping are the reporter's. */
#include "base/diag.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

static const struct zw_code_info codes[] = {
#define ZW_CODE(code, level, title) { #code, level, title },
#include "base/codes.def"
#undef ZW_CODE
};

_Static_assert(sizeof(codes) / sizeof(codes[0]) == ZW_CODE_COUNT,
	       "one entry for each code");

const struct zw_code_info *zw_code_info(enum zw_code code)
{
	ZW_ASSERT((size_t)code < ZW_CODE_COUNT);
	return &codes[code];
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool zw_code_find(struct zw_str name, enum zw_code *code)
{
	size_t i, at;

	for (i = 0; i < ZW_CODE_COUNT; i++) {
		if (strlen(codes[i].name) != name.n)
			continue;
		for (at = 0; at < name.n; at++) {
			if (upper(name.p[at]) != codes[i].name[at])
				break;
		}
		if (at == name.n) {
			*code = (enum zw_code)i;
			return true;
		}
	}
	return false;
}

void zw_diags_init(struct zw_diags *diags, struct zw_arena *arena)
{
	*diags = (struct zw_diags){ .arena = arena };
}

static struct zw_str format_text(struct zw_arena *arena, const char *format,
				 va_list args)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	ZW_ASSERT(n >= 0);
	p = zw_alloc(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, args);
	return (struct zw_str){ p, (size_t)n };
}

struct zw_diag *zw_diag(struct zw_diags *diags, enum zw_code code,
			struct zw_span span, const char *format, ...)
{
	struct zw_diag *diag = ZW_NEW(diags->arena, struct zw_diag);
	va_list args;

	diag->code = code;
	diag->level = zw_code_info(code)->level;
	diag->primary.span = span;
	va_start(args, format);
	diag->message = format_text(diags->arena, format, args);
	va_end(args);
	if (diag->level == ZW_ERROR && ++diags->errors > ZW_ERROR_LIMIT)
		diags->suppressed++;
	else
		zw_push(diags->arena, diags->list, diag);
	return diag;
}

void zw_diag_here(struct zw_diags *diags, struct zw_diag *diag,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag->primary.text = format_text(diags->arena, format, args);
	va_end(args);
}

void zw_diag_label(struct zw_diags *diags, struct zw_diag *diag,
		   struct zw_span span, const char *format, ...)
{
	struct zw_label label = { .span = span };
	va_list args;

	va_start(args, format);
	label.text = format_text(diags->arena, format, args);
	va_end(args);
	zw_push(diags->arena, diag->labels, label);
}

static void add_fact(struct zw_diags *diags, struct zw_diag *diag,
		     const char *kind, const char *format, va_list args)
{
	struct zw_fact fact = { kind, format_text(diags->arena, format, args) };

	zw_push(diags->arena, diag->notes, fact);
}

void zw_diag_note(struct zw_diags *diags, struct zw_diag *diag,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_fact(diags, diag, "note", format, args);
	va_end(args);
}

void zw_diag_fact(struct zw_diags *diags, struct zw_diag *diag,
		  const char *kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_fact(diags, diag, kind, format, args);
	va_end(args);
}

void zw_diag_help(struct zw_diags *diags, struct zw_diag *diag,
		  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag->help = format_text(diags->arena, format, args);
	va_end(args);
}
