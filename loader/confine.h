/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that needs no privilege, done by a process that has none. Law: what runs
 * there has no capability and can get none; it can read files, write to
 * standard error, take memory, and end: no socket, no file to write, no
 * program, no other process. What it makes in the arena that it is given, and
 * its context, are the caller's afterwards; everything else that it changes is
 * lost. */
#ifndef ZW_LOADER_CONFINE_H
#define ZW_LOADER_CONFINE_H

#include "base/arena.h"

/* Does its work on CONTEXT; results are taken from ARENA. */
typedef void zw_confined_work(struct zw_arena *arena, void *context);

/* Run WORK on a copy of the N bytes of CONTEXT in such a process, wait for it,
 * and copy CONTEXT back. What was taken from its arena lives as long as OWNER.
 * 0, or a negative errno where no such process could be made (then nothing was
 * done). If the process ended before its work was done *STATUS is its exit
 * status, or 128 and its signal; else 0. */
int zw_confine(struct zw_arena *owner, zw_confined_work *work, void *context,
	       size_t n, int *status);

#endif
