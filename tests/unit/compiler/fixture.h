/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy text taken through parser and resolver, for the compiler's tests. */
#ifndef ZW_TESTS_UNIT_COMPILER_FIXTURE_H
#define ZW_TESTS_UNIT_COMPILER_FIXTURE_H

#include "compiler/compiler.h"

struct fixture {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	struct zw_ast ast, claims;
	const struct zw_own_addresses *own; /* or NULL */
	struct zw_model *model; /* NULL if there was an error */
};

/* Days since 1970 that every test calls today: 2027-01-15. */
#define FIXTURE_TODAY 20833

/* POLICY as "p.zw"; CLAIMS, if not NULL, as "c.zw" of --claims. */
void fixture_open(struct fixture *fixture, const char *policy,
		  const char *claims);
/* The same for the file PATH, "x.zw", with the addresses of the gateway's
 * interfaces from "x.addresses", if there is one. */
void fixture_open_file(struct fixture *fixture, const char *path);
void fixture_close(struct fixture *fixture);

/* Every diagnostic, "Z1003 3:7 message" and "  3:7 text" for each label, one a
 * line; set files as FILE:LINE:COLUMN. Caller frees. */
void fixture_said(const struct fixture *fixture, struct zw_buf *out);
/* The codes alone, each followed by a blank. */
void fixture_codes(const struct fixture *fixture, struct zw_buf *out);

#endif
