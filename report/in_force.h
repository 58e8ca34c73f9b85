/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in force on a gateway, beside what was loaded. Law: what the kernel
 * holds is told from the kernel, what was loaded from the record; where they
 * differ both are told. */
#ifndef ZW_REPORT_IN_FORCE_H
#define ZW_REPORT_IN_FORCE_H

#include "base/diag.h"
#include "report/loaded.h"

#define ZW_IN_FORCE_NONE UINT32_MAX

struct zw_in_force_kept {
	u32 number;
	bool damaged; /* nothing else is known of it then */
	bool confirmed;
	s64 when;
	struct zw_str who, policy;
};

struct zw_in_force_table {
	struct zw_str name; /* "ip filter" */
	bool later;	    /* it was not there when the policy was proved */
};

struct zw_in_force {
	const char *netns; /* NULL: the caller's */
	bool table;	   /* the kernel has a table of ours */
	bool recorded;	   /* there is a record of loads */

	/* By the record. */
	u32 loaded;  /* number; 0: built in */
	u32 loading; /* one whose load began and never ended */
	s64 since;   /* seconds since 1970 */
	struct zw_str by;

	/* By the kernel: which generation its table is, as text; of several
	 * the one that the record names. */
	u32 held;
	struct zw_str policy, sources,
		ruleset;    /* of that one, else of LOADED */
	bool left_behind; /* beside it, what a load that was cut short made, and
			   * what nothing reaches */
	bool compared;	    /* with LOADED: DIFFERENCE means something */
	size_t unread_sets; /* too large to be read */
	size_t sampled; /* elements of them that were looked up, and are
			 * there; 0: they are not as they should be */
	bool counted;	/* their number was told, and is right */
	struct zw_loaded_count rules, sets, elements; /* to make it right */

	/* "proved", "refuted", "undecided": of what the kernel holds now, with
	 * all tables, and what that generation claims and means; NULL: not
	 * asked. FAILED are the claims that do not hold. */
	const char *verdict;
	ZW_VEC(struct zw_str) failed;

	ZW_VEC(struct zw_in_force_table) others;

	u32 waiting; /* for a confirmation */
	u32 back;
	s64 left_ms; /* negative: over */
	bool guarded;

	ZW_VEC(struct zw_in_force_kept) kept; /* ascending */
};

/* Is what the kernel holds not what it should? */
bool zw_in_force_drift(const struct zw_in_force *f);

void zw_in_force_text(struct zw_buf *out, const struct zw_in_force *f);
/* F may be NULL: then there are only diagnostics. */
void zw_in_force_json(struct zw_buf *out, const struct zw_in_force *f,
		      const struct zw_diags *diags,
		      const struct zw_sources *sources);
/* As Prometheus reads it (text exposition format). */
void zw_in_force_prom(struct zw_buf *out, const struct zw_in_force *f);

#endif
