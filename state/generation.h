/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generation: everything a policy was compiled from, so that it can be
 * compiled, proved and loaded again when the files have changed or are gone.
 * Law: what is kept was proved once; it is proved again before it is loaded
 * again. */
#ifndef ZW_STATE_GENERATION_H
#define ZW_STATE_GENERATION_H

#include "base/source.h"
#include "state/folder.h"

/* So many are kept, beside the one that is loaded and those one would go back
 * to. */
#define ZW_GENERATIONS_KEPT 10

/* The policy that `boot` falls back to has a number of its own. */
#define ZW_GENERATION_BUILT_IN 0
#define ZW_GENERATION_NONE UINT32_MAX

struct zw_generation {
	u32 number; /* from 1, ascending */
	s64 when;   /* seconds since 1970, of its proof */
	struct zw_str who;
	struct zw_str policy;  /* path, as it was given */
	struct zw_str claims;  /* of --claims; empty without */
	struct zw_str today;   /* of --today; empty without */
	struct zw_str gateway; /* of --gateway; empty without */
	struct zw_str sources; /* digest of all files with their names */
	struct zw_str ruleset; /* digest of what `compile` writes */
	struct zw_str sent;    /* digest of the transactions that were proved */
	struct zw_str verdict; /* "proved" */
	struct zw_str others;  /* tables of others at that time, one a line */
	ZW_VEC(struct zw_file_copy) files;
};

/* The digest of FILES, as 64 digits in ARENA. */
struct zw_str zw_generation_digest(struct zw_arena *arena,
				   const struct zw_file_copy *files, size_t n);

/* The day that `until` is compared with, as YYYY-MM-DD: that of its first proof,
 * so that a date that has passed since stops no boot and no way back. */
const char *zw_generation_day(struct zw_arena *arena,
			      const struct zw_generation *generation);

/* The policy as people are told it: "hq.zw", "net.zw, gateway hq". */
struct zw_str zw_generation_policy(struct zw_arena *arena,
				   const struct zw_generation *generation);

int zw_generation_write(struct zw_arena *arena, const struct zw_folder *folder,
			const struct zw_generation *generation);
/* Read number NUMBER: 0, -ENOENT, ZW_STATE_DAMAGED, ZW_STATE_EXPOSED or another
 * negative errno. */
int zw_generation_read(struct zw_arena *arena, const struct zw_folder *folder,
		       u32 number, struct zw_generation *generation);
int zw_generation_remove(struct zw_arena *arena, const struct zw_folder *folder,
			 u32 number);
/* All numbers there are files for, ascending, without the built-in one. */
int zw_generation_numbers(struct zw_arena *arena,
			  const struct zw_folder *folder,
			  struct zw_numbers *numbers);
/* Remove the oldest beyond ZW_GENERATIONS_KEPT, but none of the N in NEEDED. */
int zw_generation_prune(struct zw_arena *arena, const struct zw_folder *folder,
			const u32 *needed, size_t n);

#endif
