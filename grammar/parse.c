/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files to one tree: opens the policy, reads it statement by statement,
 * and reads an included file where the include stands, on the C stack, at most
 * ZW_INCLUDE_LIMIT deep. Two names are one file if device and inode agree, so
 * links hide no cycle. The total of files and bytes is bounded as well, since
 * includes can branch. Before a text is scanned every byte of it is looked at:
 * UTF-8 without control characters, and without the characters that make a
 * text read otherwise than it is (bidirectional overrides). */
#include "grammar/scan.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "base/utf8.h"

#define QUOTED_LENGTH 48

struct zw_diag *zw_mistake(struct zw_parse *parse, enum zw_code code,
			   struct zw_span span, const char *format, ...)
{
	struct zw_buf text = { 0 };
	struct zw_diag *diag;
	va_list args;

	parse->failed = true;
	if (parse->silent)
		return NULL;
	va_start(args, format);
	zw_buf_vprintf(&text, format, args);
	va_end(args);
	diag = zw_diag(parse->reading->diags, code, span, "%s", text.data);
	zw_buf_free(&text);
	return diag;
}

void zw_mistake_help(struct zw_parse *parse, struct zw_diag *diag,
		     const char *format, ...)
{
	struct zw_buf text = { 0 };
	va_list args;

	if (!diag)
		return;
	va_start(args, format);
	zw_buf_vprintf(&text, format, args);
	va_end(args);
	zw_diag_help(parse->reading->diags, diag, "%s", text.data);
	zw_buf_free(&text);
}

const char *zw_quoted(struct zw_parse *parse, struct zw_span span)
{
	struct zw_str text = { parse->text.p + span.off, span.len };
	struct zw_buf out = { 0 };
	const char *quoted;
	size_t n = text.n;

	if (n > QUOTED_LENGTH) {
		n = QUOTED_LENGTH;
		while (n && ((u8)text.p[n] & 0xc0) == 0x80)
			n--; /* not in the middle of a character */
	}
	zw_buf_add_escaped(&out, (struct zw_str){ text.p, n });
	if (n < text.n)
		zw_buf_puts(&out, "...");
	quoted = zw_cstr(parse->arena, (struct zw_str){ out.data, out.n });
	zw_buf_free(&out);
	return quoted;
}

/* -- the bytes -- */

static bool reorders_text(u32 c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Why the character C, of N bytes (0: no character), followed by NEXT may not
 * stand in a policy; NULL if it may. */
static const char *objection(u32 c, size_t n, char next)
{
	if (!n)
		return "the text is not UTF-8";
	if (!c)
		return "a NUL byte";
	if (c == '\r' && next != '\n')
		return "a carriage return inside a line";
	if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f ||
	    (c >= 0x80 && c < 0xa0))
		return "a control character";
	if (reorders_text(c))
		return "a character that reorders the text around it";
	return NULL;
}

/* Report the first byte that may not stand there; false if there is one. */
static bool check_bytes(struct zw_parse *parse)
{
	struct zw_str text = parse->text;
	size_t at = parse->offset;

	while (at < text.n) {
		const char *why;
		size_t n;
		u32 c = 0;

		n = zw_utf8_decode(text.p + at, text.n - at, &c);
		why = objection(c, n, at + 1 < text.n ? text.p[at + 1] : 0);
		if (why) {
			zw_diag(parse->reading->diags, ZW_Z0002,
				(struct zw_span){ parse->file, (u32)at,
						  n ? (u32)n : 1 },
				"%s", why);
			return false;
		}
		at += n;
	}
	return true;
}

/* -- one text -- */

/* Add TEXT to the sources and read it into the tree. PARSE has its place in
 * the chain of includes. */
static void read_text(struct zw_parse *parse, struct zw_str name,
		      struct zw_str text)
{
	struct zw_reading *reading = parse->reading;

	parse->arena = reading->arena;
	parse->file = zw_sources_add(reading->sources, name, text,
				     parse->includer ? parse->included_at
						     : ZW_NO_SPAN);
	parse->text = zw_sources_get(reading->sources, parse->file)->text;
	if (parse->text.n >= 3 && !memcmp(parse->text.p, "\xef\xbb\xbf", 3))
		parse->offset = 3; /* a byte order mark */
	if (!check_bytes(parse))
		return;
	parse->room = ZW_NEW(parse->arena, struct zw_token);
	parse->layout.line_start = true;
	parse->layout.last = parse->layout.previous = TOKEN_END;
	parse->layout.last_span = (struct zw_span){ parse->file, 0, 0 };
	parse->layout.comma = parse->layout.suspect = ZW_NO_SPAN;
	zw_scan_open(parse);
	zw_grammar_parse(parse);
	zw_scan_close(parse);
}

/* -- files -- */

static void identify(struct zw_parse *parse, const char *path)
{
	struct stat st;

	/* What is read from copies was read from files without a circle. */
	if (zw_sources_replays(parse->reading->sources))
		return;
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return;
	parse->known = true;
	parse->device = st.st_dev;
	parse->inode = st.st_ino;
}

static bool reads_already(const struct zw_parse *chain,
			  const struct zw_parse *file)
{
	for (; chain; chain = chain->includer) {
		if (chain->known && chain->device == file->device &&
		    chain->inode == file->inode)
			return true;
	}
	return false;
}

static void file_mistake(struct zw_parse *parse, const char *shown, int err)
{
	struct zw_diags *diags = parse->reading->diags;
	struct zw_span span = parse->included_at;

	if (err == -EFBIG)
		zw_diag(diags, ZW_Z0006, span,
			"cannot read '%s': more than %u MiB of policy", shown,
			ZW_POLICY_SIZE_LIMIT >> 20);
	else
		zw_diag(diags, ZW_Z6002, span, "cannot read '%s': %s", shown,
			strerror(-err));
}

static void read_path(struct zw_parse *parse, const char *path)
{
	struct zw_reading *reading = parse->reading;
	struct zw_arena *arena = zw_arena_new();
	bool standard_input = !strcmp(path, "-") && !parse->includer;
	struct zw_str text;
	int err;

	err = zw_sources_read(reading->sources, arena,
			      standard_input ? "/dev/stdin" : path,
			      ZW_POLICY_SIZE_LIMIT - reading->bytes, &text);
	if (err) {
		struct zw_buf shown = { 0 };

		zw_buf_puts(&shown, "");
		zw_buf_add_escaped(&shown, zw_str_from(path));
		file_mistake(parse,
			     standard_input ? "standard input" : shown.data,
			     err);
		zw_buf_free(&shown);
	} else {
		reading->files++;
		reading->bytes += text.n;
		read_text(parse,
			  standard_input ? ZW_STR("<stdin>")
					 : zw_str_from(path),
			  text);
	}
	zw_arena_free(arena);
}

void zw_parse_file(struct zw_arena *arena, struct zw_sources *sources,
		   struct zw_diags *diags, const char *path, struct zw_ast *ast)
{
	struct zw_reading reading = { arena, sources, diags, ast, 0, 0, false };
	struct zw_parse parse = { .reading = &reading,
				  .included_at = ZW_NO_SPAN };

	identify(&parse, path);
	read_path(&parse, path);
}

static void read_given(struct zw_reading *reading, struct zw_str name,
		       struct zw_str text)
{
	struct zw_parse parse = { .reading = reading,
				  .included_at = ZW_NO_SPAN };

	if (text.n > ZW_POLICY_SIZE_LIMIT) {
		file_mistake(&parse, zw_cstr(reading->arena, name), -EFBIG);
		return;
	}
	identify(&parse, zw_cstr(reading->arena, name));
	read_text(&parse, name, text);
}

void zw_parse_text(struct zw_arena *arena, struct zw_sources *sources,
		   struct zw_diags *diags, struct zw_str name,
		   struct zw_str text, struct zw_ast *ast)
{
	struct zw_reading reading = { arena, sources, diags, ast,
				      1,     text.n,  false };

	read_given(&reading, name, text);
}

void zw_parse_alone(struct zw_arena *arena, struct zw_sources *sources,
		    struct zw_diags *diags, struct zw_str name,
		    struct zw_str text, struct zw_ast *ast)
{
	struct zw_reading reading = { arena, sources, diags, ast,
				      1,     text.n,  true };

	read_given(&reading, name, text);
}

/* -- includes -- */

/* The chain that led here, the nearest include first. */
static void show_chain(const struct zw_parse *parse, struct zw_diag *diag)
{
	const struct zw_parse *file;

	if (parse->level > 8) {
		zw_diag_note(parse->reading->diags, diag,
			     "%u files include one another on the way here",
			     parse->level);
		return;
	}
	for (file = parse; file->includer; file = file->includer)
		zw_diag_label(parse->reading->diags, diag, file->included_at,
			      "'%.*s' is included here",
			      ZW_STR_ARG(zw_sources_get(parse->reading->sources,
							file->file)
						 ->name));
}

/* PATH relative to the folder of the file that PARSE reads. */
static struct zw_str beside(const struct zw_parse *parse, struct zw_str path)
{
	struct zw_str name;

	name = zw_sources_get(parse->reading->sources, parse->file)->name;
	while (name.n && name.p[name.n - 1] != '/')
		name.n--;
	if (path.n && path.p[0] == '/')
		name.n = 0;
	return zw_strf(parse->arena, "%.*s%.*s", ZW_STR_ARG(name),
		       ZW_STR_ARG(path));
}

void zw_parse_include(struct zw_parse *parse, const struct zw_ast_name *name)
{
	struct zw_reading *reading = parse->reading;
	struct zw_parse inner = { .reading = reading,
				  .includer = parse,
				  .included_at = name->span,
				  .level = parse->level + 1 };
	struct zw_str path;
	struct zw_diag *diag;

	if (reading->alone)
		return;
	path = beside(parse, name->text);
	identify(&inner, path.p);
	if (inner.known && reads_already(parse, &inner)) {
		diag = zw_diag(
			reading->diags, ZW_Z6004, name->span,
			"this include never ends: %s is being read already",
			zw_quoted(parse, name->span));
		show_chain(parse, diag);
	} else if (inner.level > ZW_INCLUDE_LIMIT) {
		diag = zw_diag(reading->diags, ZW_Z6004, name->span,
			       "includes are nested more than %d deep",
			       ZW_INCLUDE_LIMIT);
		show_chain(parse, diag);
	} else if (reading->files >= ZW_FILES_LIMIT) {
		if (reading->files++ == ZW_FILES_LIMIT)
			zw_diag(reading->diags, ZW_Z6004, name->span,
				"a policy of more than %d files",
				ZW_FILES_LIMIT);
	} else {
		read_path(&inner, path.p);
	}
}
