/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line, rewritten in place. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

void zw_progress_begin(struct zw_progress *p, const char *what)
{
	*p = (struct zw_progress){ .what = what,
				   .terminal = isatty(STDERR_FILENO) };
	clock_gettime(CLOCK_MONOTONIC, &p->start);
}

void zw_progress_step(void *context, unsigned done)
{
	struct zw_progress *p = context;
	struct timespec now;
	s64 milliseconds;

	if (!p->terminal || (p->shown && done == p->last))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	milliseconds = (s64)(now.tv_sec - p->start.tv_sec) * 1000 +
		       (now.tv_nsec - p->start.tv_nsec) / 1000000;
	if (milliseconds < 500)
		return;
	fprintf(stderr, "\r%s: %u%%", p->what, done / 10);
	p->shown = true;
	p->last = done;
}

void zw_progress_end(struct zw_progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
