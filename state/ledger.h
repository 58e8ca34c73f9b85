/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where things stand: which generation the kernel was given last, which one is
 * to come back, which one waits for a confirmation. Law: it is written before
 * a load (what is about to happen) and after it (what has happened), so that
 * whenever a process is killed, what the kernel holds is one of the two that
 * are named. Which of them it is, only the kernel knows. */
#ifndef ZW_STATE_LEDGER_H
#define ZW_STATE_LEDGER_H

#include "state/generation.h"

struct zw_ledger {
	bool known; /* there is such a file; the rest is for nothing otherwise
		     */
	u32 loaded; /* ZW_GENERATION_NONE: none */
	s64 since;  /* seconds since 1970 */
	struct zw_str by;
	u32 loading; /* a load of this one began and did not end */
	u32 good;    /* confirmed last: what boot loads */
	struct zw_numbers confirmed; /* all that ever were and are kept */

	/* Not confirmed yet. */
	u32 waiting;  /* this generation; ZW_GENERATION_NONE: nothing waits */
	u32 back;     /* where to go back to */
	s64 deadline; /* milliseconds of the clock that runs since boot */
	struct zw_str boot;  /* of which this is the id */
	struct zw_str token; /* of the guard that watches it */
};

/* A ledger of a gateway on which nothing was ever loaded. */
struct zw_ledger zw_ledger_none(void);
/* 0, also where there is none; ZW_STATE_DAMAGED and others as for files. */
int zw_ledger_read(struct zw_arena *arena, const struct zw_folder *folder,
		   struct zw_ledger *ledger);
int zw_ledger_write(struct zw_arena *arena, const struct zw_folder *folder,
		    const struct zw_ledger *ledger);

/* NUMBER is confirmed and the one to come back to. Nothing waits any more. */
void zw_ledger_confirm(struct zw_arena *arena, struct zw_ledger *ledger,
		       u32 number);
bool zw_ledger_confirmed(const struct zw_ledger *ledger, u32 number);

/* This boot's id, and the clock that runs since boot and that nobody sets, in
 * milliseconds. */
struct zw_str zw_boot_id(struct zw_arena *arena);
s64 zw_boot_clock(void);

#endif
