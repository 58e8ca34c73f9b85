/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command needs that changes what the gateway does: the folder of the
 * state under its lock, the audit trail, and who asks. Law: what is about to
 * happen is on disk before the kernel is sent anything, and what has happened
 * afterwards; where that cannot be written nothing is sent. */
#ifndef ZW_CLI_DEPLOY_H
#define ZW_CLI_DEPLOY_H

#include "cli/load_policy.h"
#include "state/audit.h"
#include "state/ledger.h"

struct zw_deploy {
	struct zw_cli *cli;
	const char *event; /* the command, in the audit trail */
	const char *path;  /* of the folder */
	const char *audit_path;
	struct zw_folder folder;
	struct zw_audit audit;
	struct zw_ledger ledger;
	struct zw_who who;

	/* Of the load under way. */
	struct zw_generation generation;
	bool adopted;	/* it comes from files, not from what is kept */
	bool kept;	/* its file was there before */
	bool announced; /* ledger and trail tell of it */
	bool loaded;	/* the kernel holds it */
	bool waits;	/* it is not confirmed yet */
	bool stubborn;	/* loaded even if nothing can be written down */
	bool busy;	/* another one holds the lock */
	bool mute;	/* the trail cannot be written */
	s64 confirm;	/* milliseconds to confirm it in; 0: no need to */
	struct zw_generation back; /* where to, if nobody confirms */
	struct zw_ledger before;   /* as it was when the load began */
	struct zw_str note;	   /* for the trail; may be empty */
};

/* The folder and the trail that CLI's options, the environment or the defaults
 * name; nothing is opened. */
void zw_deploy_names(struct zw_deploy *deploy, struct zw_cli *cli,
		     const char *event);
/* Open the folder and the trail, for writing, and take the lock. False after a
 * diagnostic. */
bool zw_deploy_begin(struct zw_deploy *deploy, struct zw_cli *cli,
		     const char *event);
/* Open the folder and read where things stand, without lock; a folder that is
 * not there is a ledger that is not known. */
bool zw_deploy_look(struct zw_deploy *deploy, struct zw_cli *cli,
		    const char *event);
void zw_deploy_end(struct zw_deploy *deploy);

/* Root takes no file that others than its owner may write: false after a
 * diagnostic if one of the N FILES is such. */
bool zw_deploy_trusts(struct zw_cli *cli, const struct zw_file_copy *files,
		      size_t n);

/* The policy of CLI's sources becomes the generation under way, as PATH. Files
 * of it that others than their owner may write are refused to root. */
bool zw_deploy_adopt(struct zw_deploy *deploy, const char *path);
/* Number NUMBER becomes it: its files take the place of all others for CLI. */
bool zw_deploy_recall(struct zw_deploy *deploy, u32 number);

/* Load APPLY's job, which is the generation under way, and write down what
 * comes of it. True if it is loaded and all is written. */
bool zw_deploy_load(struct zw_deploy *deploy, struct zw_apply *apply);

/* Does a load of this boot wait to be confirmed? */
bool zw_deploy_waits(const struct zw_deploy *deploy);

/* Append a line to the trail that tells of no load. False after a diagnostic.
 */
bool zw_deploy_note(struct zw_deploy *deploy, const char *stage, u32 generation,
		    struct zw_str note);
bool zw_deploy_write_ledger(struct zw_deploy *deploy);

/* A diagnostic about something kept: WHAT is "read number 3", ERR what came of
 * it. */
void zw_deploy_say_error(struct zw_deploy *deploy, int err, const char *what);

#endif
