/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan in a file: what `plan` proved and a later `apply` is to do, that and
 * nothing else. Law: a file is read whole and right, or not at all; what it
 * has is proved again before it is loaded, so a file that somebody forged can
 * ask for no more than a policy of his could. */
#ifndef ZW_CLI_PLANNED_H
#define ZW_CLI_PLANNED_H

#include "cli/apply.h"

struct zw_planned {
	struct zw_str policy; /* its path, as it was given */
	struct zw_str claims, today; /* of --claims and --today, or empty */
	struct zw_str gateway;	     /* of --gateway, or empty */
	bool persist;		     /* --persist */
	struct zw_str netns;	     /* of --netns, or empty */
	ZW_VEC(struct zw_file_copy) files; /* all that the policy consists of */
	struct zw_str batch;	 /* the transactions that were proved */
	struct zw_str statement; /* what was proved, as text */
	struct zw_str claims_proved; /* one a line */
	struct zw_str live;	 /* digest of what the kernel held */
};

/* Does TEXT begin as a plan does? */
bool zw_planned_is(struct zw_str text);

/* What APPLY has prepared (zw_load_prepare()), with the files that CLI's
 * sources have kept. */
void zw_planned_make(struct zw_apply *apply, struct zw_planned *planned);
/* The file's content. */
void zw_planned_print(struct zw_arena *arena, struct zw_buf *out,
		      const struct zw_planned *planned);

/* Read the file PATH, whose content is TEXT. False after a diagnostic
 * (Z6040). */
bool zw_planned_read(struct zw_cli *cli, const char *path, struct zw_str text,
		     struct zw_planned *planned);
/* From now on CLI works on the plan's files with its options. False after a
 * diagnostic where the command line asks for others. */
bool zw_planned_adopt(struct zw_cli *cli, const struct zw_planned *planned);

/* APPLY is about to do what was planned, on what the kernel held then. False
 * after a diagnostic (Z5041). */
bool zw_planned_still(struct zw_apply *apply,
		      const struct zw_planned *planned);

#endif
