/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last words of a process that found its own mistake (exit status 70). */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void zw_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "zwinger: a bug in zwinger: %s:%d: %s\n", file, line,
		what);
	exit(70);
}
