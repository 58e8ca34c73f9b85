/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer of a command that loads. */
#ifndef ZW_CLI_SAY_LOAD_H
#define ZW_CLI_SAY_LOAD_H

#include "cli/format.h"
#include "cli/load_policy.h"

/* The verdict, and what was loaded if something was (LOADED), in FORMAT (TEXT
 * or JSON); figures on standard error. */
void zw_say_load(struct zw_apply *apply, enum zw_format format, bool loaded);

#endif
