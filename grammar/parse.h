/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the parser share while one file is read. Law: nothing in
 * the parser is global; one zw_parse per file lives on the C stack, and at
 * most ZW_INCLUDE_LIMIT of them are nested. Private to grammar/. */
#ifndef ZW_GRAMMAR_PARSE_H
#define ZW_GRAMMAR_PARSE_H

#include <sys/types.h>

#include "grammar/grammar.h"

/* What all files of one policy have together. */
struct zw_reading {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags *diags;
	struct zw_ast *ast;
	size_t files; /* read so far */
	size_t bytes;
	bool alone; /* follow no include, keep comments */
};

struct zw_bracket {
	char opener; /* '(', '{' of a zone, or '[' for an inner brace */
	struct zw_span span;
};

/* What a closing bracket that was just read had to close. */
enum zw_closer {
	ZW_CLOSER_MATCHED,
	ZW_CLOSER_STRAY,   /* nothing was open */
	ZW_CLOSER_CROSSED, /* something else was open */
};

/* From raw tokens to tokens with statement ends (grammar/layout.c). */
struct zw_layout {
	struct zw_bracket open[ZW_NESTING_LIMIT]; /* the outermost ones */
	size_t depth;	    /* may exceed the array; the rest is only counted */
	bool line_start;    /* the next token is the first of its line */
	int last, previous; /* the two tokens handed out last */
	struct zw_span last_span, previous_span;
	struct zw_span comma;	  /* the list went on after this one with a word
				   * that could have started a statement */
	struct zw_span suspect;	  /* such a word inside a bracket, taken as a
				   * name because one was due */
	struct zw_bracket blamed; /* the innermost one before the last token:
				   * what TOKEN_UNCLOSED, a crossed closer or a
				   * suspect accuses */
	enum zw_closer closer;
	bool nested;	 /* the last opener stood inside an inner bracket */
	bool recovering; /* skip to the end of the statement */
};

struct zw_parse {
	struct zw_reading *reading;
	struct zw_arena *arena;		 /* as in reading, for short */
	const struct zw_parse *includer; /* NULL for the first file */
	struct zw_span included_at;
	unsigned level; /* how many includers */
	dev_t device;
	ino_t inode; /* which file this is, if KNOWN */
	bool known;

	u32 file;
	struct zw_str text;
	void *scanner;
	u32 offset; /* of the next byte that the scanner has not seen */
	struct zw_token *room; /* for one raw token that was given back ... */
	struct zw_token *held; /* ... which is room then, else NULL */
	struct zw_layout layout;

	bool failed; /* the statement being read has a mistake */
	bool silent; /* ... and says no more about it */
};

/* A mistake in the statement being read: it will not be in the tree. NULL if
 * the statement has fallen silent; complete it with the zw_diag_ functions
 * otherwise. */
struct zw_diag *zw_mistake(struct zw_parse *parse, enum zw_code code,
			   struct zw_span span, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A help line for what zw_mistake() returned, NULL included. */
void zw_mistake_help(struct zw_parse *parse, struct zw_diag *diag,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The bytes under SPAN, escaped and cut to a length that a message bears. */
const char *zw_quoted(struct zw_parse *parse, struct zw_span span);

/* The syntax error at the token handed out last, FOUND; EXPECTED are the
 * aliases of the tokens that could have stood there. */
void zw_report_syntax(struct zw_parse *parse, int found,
		      const char *const *expected, size_t n);

/* Read the file that an include statement names, here. */
void zw_parse_include(struct zw_parse *parse, const struct zw_ast_name *name);

#endif
