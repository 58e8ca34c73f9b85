/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The audit trail: who changed what the gateway does, when, and what was proved
 * of it. Law: one JSON object a line, only ever appended, on disk before the
 * call returns; each line has the SHA-256 of the line before it, and the folder
 * of the state has the number and the digest of the last one. So a change, a
 * cut or an insertion anywhere is found by whoever reads both; somebody who may
 * write both can make up both, against whom only a copy of the last digest kept
 * elsewhere helps. */
#ifndef ZW_STATE_AUDIT_H
#define ZW_STATE_AUDIT_H

#include "state/folder.h"
#include "state/who.h"

struct zw_audit_count {
	size_t added, removed;
};

struct zw_audit_claim {
	struct zw_str claim, verdict;
};

/* What a line tells beside its number and the digest before it. Texts that are
 * empty and numbers that are negative are left out. */
struct zw_audit_entry {
	s64 when;	   /* seconds since 1970 */
	const char *event; /* the command: "apply", "rollback", "guard" */
	const char *stage; /* "begin", "done", "failed" */
	const struct zw_who *who;
	struct zw_str netns, policy;
	s64 generation, former;
	struct zw_str sources, ruleset, sent; /* digests */
	struct zw_str verdict, note;
	ZW_VEC(struct zw_audit_claim) claims;
	bool loaded; /* the three counts mean something */
	struct zw_audit_count rules, sets, elements;
};

struct zw_audit {
	struct zw_str path;
	const struct zw_folder *folder; /* of the state; borrowed */
	int fd;				/* negative: not open */
};

/* Open the trail PATH (borrowed) for appending; it and its folder are made if
 * missing, for their owner alone. 0 or a negative errno as of folders. */
int zw_audit_open(const char *path, const struct zw_folder *folder,
		  struct zw_audit *audit);
void zw_audit_close(struct zw_audit *audit);

/* Append ENTRY. The caller holds the folder's lock. What a killed predecessor
 * left unfinished is finished first. 0 or a negative errno: then the trail is
 * as before, or has a part of the line, which the next append completes. */
int zw_audit_append(struct zw_arena *arena, struct zw_audit *audit,
		    const struct zw_audit_entry *entry);

enum zw_audit_fault {
	ZW_AUDIT_WHOLE,
	ZW_AUDIT_NO_ENTRY,   /* LINE is no line of a trail */
	ZW_AUDIT_BROKEN,     /* LINE does not follow the one before it */
	ZW_AUDIT_CUT_BEFORE, /* the first line is not the first of a trail */
	ZW_AUDIT_CUT_BEHIND, /* lines at the end are missing */
	ZW_AUDIT_LONGER,     /* LINE and what follows were added at the end */
	ZW_AUDIT_OTHER_END,  /* the last line is not the one that was written */
	ZW_AUDIT_NO_HEAD,    /* nothing tells where the trail ends */
};

struct zw_audit_finding {
	enum zw_audit_fault fault;
	u64 line;	 /* where, from 1 */
	u64 lines;	 /* that there are */
	u64 expected;	 /* that there should be; 0: unknown */
	char digest[65]; /* of the last line; empty without one */
	bool unfinished; /* the last append was cut short; the next one will
			  * complete it */
};

/* Judge TEXT, all of the trail, by itself and by what FOLDER has of its end. 0
 * or a negative errno of reading that. */
int zw_audit_verify(struct zw_arena *arena, const struct zw_folder *folder,
		    struct zw_str text, struct zw_audit_finding *finding);

/* Append the trail TEXT to OUT for people, a line an entry; lines that are none
 * are told so. */
void zw_audit_print(struct zw_arena *arena, struct zw_buf *out,
		    struct zw_str text);

#endif
