/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run a program and compare what it says with a kept text. Law: commands run
 * without a shell, in a folder given, with no standard input, and are killed
 * after a minute; a golden is a file, rewritten when UPDATE=1 is set. */
#ifndef ZW_TESTS_RUN_H
#define ZW_TESTS_RUN_H

#include "base/str.h"

struct zw_run {
	int status; /* exit status; 128 + signal; 127 if it could not start */
	struct zw_buf out, err;
};

/* ARGV ends with NULL. FOLDER may be NULL (stay). The path of the program is
 * taken relative to the caller's folder, not to FOLDER. */
void zw_run(struct zw_run *run, const char *folder, const char *const *argv);
/* The same with INPUT on standard input. */
void zw_run_with(struct zw_run *run, const char *folder,
		 const char *const *argv, struct zw_str input);
void zw_run_free(struct zw_run *run);

/* "ZW_BINARY" from the environment, or build/zwinger: an absolute path. */
const char *zw_binary(void);

/* Check that TEXT equals the file PATH; on a difference fail the test and print
 * a unified diff. With UPDATE=1 write the file instead. */
void zw_golden(const char *path, struct zw_str text);

/* Run the shell's SCRIPT; one that does not end with 0 fails the test, which
 * tells WHAT and all that was printed. */
void zw_check_script(const char *what, const char *script);

#endif
