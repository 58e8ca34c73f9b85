/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said to the user about the user's input. Law: library code never
 * prints; it records diagnostics in a sink, goes on with a poisoned value, and
 * the caller renders them at the end (report/). Codes are permanent: Z0 lexing
 * and syntax, Z1 names, Z2 values and meaning, Z3 warnings, Z4 verdicts, Z5
 * loading and the kernel, Z6 files and the command line. */
#ifndef ZW_BASE_DIAG_H
#define ZW_BASE_DIAG_H

#include "base/source.h"
#include "base/vec.h"

enum zw_level {
	ZW_NOTE,
	ZW_WARNING,
	ZW_ERROR,
};

enum zw_code {
#define ZW_CODE(code, level, title) ZW_##code,
#include "base/codes.def"
#undef ZW_CODE
	ZW_CODE_COUNT,
};

struct zw_code_info {
	const char *name; /* "Z1003" */
	enum zw_level level;
	const char *title; /* short, for lists */
};

const struct zw_code_info *zw_code_info(enum zw_code code);
/* By name, letters in either case; false if there is none. */
bool zw_code_find(struct zw_str name, enum zw_code *code);

struct zw_label {
	struct zw_span span;
	struct zw_str text; /* may be empty */
};

/* A line under the source: what kind of fact, and the fact. */
struct zw_fact {
	const char *kind; /* "note", "packet", "path"; a literal */
	struct zw_str text;
};

struct zw_diag {
	enum zw_code code;
	enum zw_level level;
	struct zw_str message; /* lower case, no full stop */
	struct zw_label primary; /* span may be ZW_NO_SPAN */
	ZW_VEC(struct zw_label) labels; /* the other places */
	ZW_VEC(struct zw_fact) notes; /* "= note: ...", "= packet: ..." */
	struct zw_str help; /* the way out; empty if none */
};

/* The sink. Zeroed by zw_diags_init; diagnostics live in ARENA. */
struct zw_diags {
	struct zw_arena *arena;
	ZW_VEC(struct zw_diag *) list;
	size_t errors; /* also those beyond the limit */
	size_t suppressed; /* errors past ZW_ERROR_LIMIT, not in list */
};

#define ZW_ERROR_LIMIT 20

void zw_diags_init(struct zw_diags *diags, struct zw_arena *arena);

/* Record one; the result may be completed with the functions below. Never
 * NULL: past the limit it is a record that is not listed. */
struct zw_diag *zw_diag(struct zw_diags *diags, enum zw_code code,
			struct zw_span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Text under the caret of the primary place. */
void zw_diag_here(struct zw_diags *diags, struct zw_diag *diag,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void zw_diag_label(struct zw_diags *diags, struct zw_diag *diag,
		   struct zw_span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void zw_diag_note(struct zw_diags *diags, struct zw_diag *diag,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same under another word than "note" (KIND must be a literal). */
void zw_diag_fact(struct zw_diags *diags, struct zw_diag *diag,
		  const char *kind, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void zw_diag_help(struct zw_diags *diags, struct zw_diag *diag,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "did you mean": the candidate nearest to WORD by edit distance (optimal
 * string alignment), if it is near enough to be meant (at most a third of
 * WORD's length, at least 1); an empty string otherwise. */
struct zw_str zw_suggest(struct zw_str word, const struct zw_str *candidates,
			 size_t n);

#endif
