/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Source texts and places in them. Law: a place is (file number, byte offset,
 * byte length); line and column are computed only when somebody reads them.
 * Texts stay in memory unchanged until the zw_sources is freed. */
#ifndef ZW_BASE_SOURCE_H
#define ZW_BASE_SOURCE_H

#include "base/str.h"

/* file is an index into zw_sources; ZW_NO_FILE means "no place". */
#define ZW_NO_FILE UINT32_MAX

struct zw_span {
	u32 file, off, len;
};

#define ZW_NO_SPAN ((struct zw_span){ ZW_NO_FILE, 0, 0 })

struct zw_source {
	struct zw_str name; /* as shown to the user */
	struct zw_str text;
	u32 *line_starts; /* offset of each line's first byte */
	size_t line_count;
	struct zw_span included_from; /* ZW_NO_SPAN for the first file */
};

struct zw_sources;

struct zw_sources *zw_sources_new(void);
void zw_sources_free(struct zw_sources *sources);

/* The same sources once more, so that what is added to the copy leaves SOURCES
 * as they are; it takes from ARENA, borrows from SOURCES and is never freed. */
struct zw_sources *zw_sources_copy(const struct zw_sources *sources,
				   struct zw_arena *arena);
/* Add what COPY has more than SOURCES had when it was made of them. */
void zw_sources_merge(struct zw_sources *sources,
		      const struct zw_sources *copy);
/* Add TEXT (copied) under NAME; returns its file number. */
u32 zw_sources_add(struct zw_sources *sources, struct zw_str name,
		   struct zw_str text, struct zw_span included_from);
const struct zw_source *zw_sources_get(const struct zw_sources *sources,
				       u32 file);
size_t zw_sources_count(const struct zw_sources *sources);

struct zw_place {
	struct zw_str file;
	u32 line;   /* from 1 */
	u32 column; /* in bytes, from 1 */
};

/* Where the first byte of SPAN is. SPAN must have a file. */
struct zw_place zw_sources_place(const struct zw_sources *sources,
				 struct zw_span span);
/* The bytes that SPAN covers. */
struct zw_str zw_sources_text(const struct zw_sources *sources,
			      struct zw_span span);
/* Line LINE (from 1) without its end-of-line bytes. */
struct zw_str zw_sources_line(const struct zw_sources *sources, u32 file,
			      u32 line);

/* Read the whole file PATH into memory of ARENA. 0, or a negative errno:
 * -EFBIG over LIMIT bytes, -EISDIR for a directory. *TEXT is untouched on
 * failure. */
int zw_read_file(struct zw_arena *arena, const char *path, size_t limit,
		 struct zw_str *text);

/* The same; *MODE becomes the file's st_mode. */
int zw_read_file_mode(struct zw_arena *arena, const char *path, size_t limit,
		      struct zw_str *text, u32 *mode);

/* A file as it was read, whole. */
struct zw_file_copy {
	struct zw_str name; /* the path by which it was read */
	struct zw_str text;
	u32 mode; /* st_mode */
};

/* Read a file that a policy consists of, as zw_read_file() does. What policies
 * read goes through here, so that it can be kept, and be read again from what
 * was kept. */
int zw_sources_read(struct zw_sources *sources, struct zw_arena *arena,
		    const char *path, size_t limit, struct zw_str *text);
/* The last path that could not be read for lack of permission; empty if there
 * is none. */
struct zw_str zw_sources_denied(const struct zw_sources *sources);
/* Read it here and now, and keep it: 0 or a negative errno. It is no longer
 * denied. */
int zw_sources_fetch(struct zw_sources *sources);
/* From now on keep what is read (each path once, as it was read first). */
void zw_sources_keep(struct zw_sources *sources);
/* From now on read from the N files of COPIES (borrowed) and from no disk; any
 * other path is -ENOENT. */
void zw_sources_replay(struct zw_sources *sources,
		       const struct zw_file_copy *copies, size_t n);
bool zw_sources_replays(const struct zw_sources *sources);
/* What was kept so far, or is read from. Lives as long as SOURCES. */
const struct zw_file_copy *zw_sources_copies(const struct zw_sources *sources,
					     size_t *n);

/* Write N bytes to PATH whole or not at all (temporary file beside it, fsync,
 * rename), or to standard output where PATH is "-". A PATH that is no regular
 * file (/dev/full, a FIFO) is written through. 0 or a negative errno. */
int zw_write_file(const char *path, const void *bytes, size_t n);

#endif
