/* SPDX-License-Identifier: GPL-2.0-or-later */
/* News for everybody who is logged in. */
#ifndef ZW_CLI_TERMINALS_H
#define ZW_CLI_TERMINALS_H

/* Write TEXT (one line, no line end) to the terminal of every session that is
 * registered as logged in, and to the system log, as far as that goes; none of
 * them can hold the caller up. */
void zw_tell_terminals(const char *text);

#endif
