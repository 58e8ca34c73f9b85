/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder that what is kept lies in. Law: a file is there whole, as it was
 * or as it is to be, also when the program is killed or the disk fills up: it
 * is written beside the old one, synced, renamed over it, and the folder is
 * synced. Functions return 0 or a negative errno, or one of two more. */
#ifndef ZW_STATE_FOLDER_H
#define ZW_STATE_FOLDER_H

#include "base/str.h"
#include "base/vec.h"

/* A file that is cut or changed; never used. */
#define ZW_STATE_DAMAGED (-EBADMSG)
/* A folder or file that others than its owner may write; never used. */
#define ZW_STATE_EXPOSED (-ENOTUNIQ)

struct zw_folder {
	struct zw_str path; /* as given */
	int fd;		    /* negative: not open */
	int lock;	    /* negative: not held */
};

/* Open the folder PATH (borrowed); with CREATE it and those above it are made
 * where they are missing, for their owner alone. */
int zw_folder_open(const char *path, bool create, struct zw_folder *folder);
/* Also gives back the lock. */
void zw_folder_close(struct zw_folder *folder);

/* Whoever changes what is kept, or what the kernel holds because of it, holds
 * the lock. Waits up to SECONDS; -EWOULDBLOCK if another holds it still. */
int zw_folder_lock(struct zw_folder *folder, unsigned seconds);
void zw_folder_unlock(struct zw_folder *folder);

/* Read the whole file NAME into ARENA: -ENOENT where there is none, or no
 * folder is open. */
int zw_folder_read(struct zw_arena *arena, const struct zw_folder *folder,
		   const char *name, struct zw_str *text);
/* Write it whole, for its owner alone. */
int zw_folder_write(const struct zw_folder *folder, const char *name,
		    struct zw_str text);
int zw_folder_remove(const struct zw_folder *folder, const char *name);

/* The numbers N of files "PREFIXN", ascending. */
struct zw_numbers {
	u32 *v;
	size_t n, cap;
};
int zw_folder_numbers(struct zw_arena *arena, const struct zw_folder *folder,
		      const char *prefix, struct zw_numbers *numbers);

#endif
