/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line on the terminal while something takes long. Law: nothing is written
 * where standard error is no terminal, or before half a second has passed, and
 * the line is gone when the work is done. */
#ifndef ZW_CLI_PROGRESS_H
#define ZW_CLI_PROGRESS_H

#include <time.h>

#include "base/types.h"

struct zw_progress {
	const char *what;
	struct timespec start;
	bool terminal, shown;
	unsigned last;
};

void zw_progress_begin(struct zw_progress *progress, const char *what);
/* DONE in 0..1000. CONTEXT is the zw_progress. */
void zw_progress_step(void *context, unsigned done);
void zw_progress_end(struct zw_progress *progress);

#endif
