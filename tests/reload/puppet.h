/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program run under our hand: it is stopped before and after each batch that
 * it sends to nf_tables. */
#ifndef ZW_TESTS_RELOAD_PUPPET_H
#define ZW_TESTS_RELOAD_PUPPET_H

#include "base/types.h"

enum zw_puppet_answer {
	ZW_PUPPET_GO_ON,
	ZW_PUPPET_KILL, /* SIGKILL, now */
	/* The batch's last message becomes one that the kernel does not know,
	 * so it is refused when all others have been taken. */
	ZW_PUPPET_SPOIL,
};

/* Called at batch NUMBER (from 1), before the kernel sees it and, with AFTER,
 * when it has worked through it. */
typedef enum zw_puppet_answer zw_puppet_hook(void *context, unsigned number,
					     bool after);

/* Run ARGV in FOLDER; HOOK may be NULL. Returns its exit status, 128 + signal,
 * or -1 if it could not be traced. What it prints goes nowhere. *BATCHES counts
 * what it began to send. */
int zw_puppet_run(const char *folder, const char *const *argv,
		  zw_puppet_hook *hook, void *context, unsigned *batches);

/* The same, but NUMBER counts every step that leaves something behind outside
 * the program: a batch, a file synced, renamed or removed. */
int zw_puppet_steps(const char *folder, const char *const *argv,
		    zw_puppet_hook *hook, void *context, unsigned *steps);
/* Take hold of the running program PID, call START (which may rouse it), and go
 * on as zw_puppet_steps() does. */
int zw_puppet_seize(int pid, void (*start)(int pid), zw_puppet_hook *hook,
		    void *context, unsigned *steps);

#endif
