/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: one table of commands, one table of options, one table of
 * statuses. Law: answers go to standard output, diagnostics to standard error;
 * a command returns the status of everything it has to say, by the order in
 * zw_status_worse(). */
#ifndef ZW_CLI_CLI_H
#define ZW_CLI_CLI_H

#include "base/diag.h"
#include "base/str.h"
#include "base/vec.h"

enum zw_status {
	ZW_STATUS_DONE = 0, /* proved, done */
	ZW_STATUS_REFUTED = 1, /* a claim is refuted, an expect failed */
	ZW_STATUS_INVALID = 2, /* policy, source file or command line */
	ZW_STATUS_UNDECIDED = 3,
	ZW_STATUS_SYSTEM = 4, /* kernel, permission, what zwinger writes */
	ZW_STATUS_DIFFERS = 5,
	ZW_STATUS_BUG = 70,
};

/* The one to leave with, of two: 70, 4, 2, 1, 3, 5, 0. */
enum zw_status zw_status_worse(enum zw_status a, enum zw_status b);
/* What the diagnostics recorded so far amount to. */
enum zw_status zw_status_of(const struct zw_diags *diags);

enum zw_option {
	ZW_OPT_FORMAT,
	ZW_OPT_OUTPUT,
	ZW_OPT_CLAIMS,
	ZW_OPT_BATCH,
	ZW_OPT_TODAY,
	ZW_OPT_NETNS,
	ZW_OPT_PERSIST,
	ZW_OPT_KEEP_CONNECTIONS,
	ZW_OPT_RESTORE,
	ZW_OPT_EXEC,
	ZW_OPT_ONCE,
	ZW_OPT_STATS,
	ZW_OPT_STATEMENT,
	ZW_OPT_CHECK,
	ZW_OPT_FAIL_ON,
	ZW_OPT_LIVE,
	ZW_OPT_RULESET,
	ZW_OPT_DUMP,
	ZW_OPT_EXACT,
	ZW_OPT_ZONES,
	ZW_OPT_SERVICE,
	ZW_OPT_BY,
	ZW_OPT_ASSUME,
	ZW_OPT_SPORT,
	ZW_OPT_ADDRESSES,
	ZW_OPT_GATEWAY,
	ZW_OPT_SHARE,
	ZW_OPT_STATE,
	ZW_OPT_AUDIT,
	ZW_OPT_PROBES,
	ZW_OPT_SEED,
	ZW_OPT_PCAP,
	ZW_OPT_AFTER_LOAD,
	ZW_OPT_SAMPLE,
	ZW_OPT_LAB,
	ZW_OPT_LANG,
	ZW_OPT_KEEP,
	ZW_OPT_MODES,
	ZW_OPT_CONFIRM,
	ZW_OPT_LOCKOUT_OK,
	ZW_OPT_MANAGEMENT,
	ZW_OPT_FORWARDING,
	ZW_OPT_COLOR,
	ZW_OPT_HELP,
	ZW_OPT_COUNT,
};

/* What all commands share while they run. */
struct zw_cli {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags diags;
	bool colour; /* on standard error */
	bool colour_out; /* on standard output */
	const char *values[ZW_OPT_COUNT]; /* the last; "" without argument */
	ZW_VEC(const char *) given[ZW_OPT_COUNT]; /* all, in their order */
	char **operands;
	int operand_count;
	bool json; /* diagnostics go into the JSON answer instead */
	bool live; /* addresses of interfaces are asked of the kernel */
	/* They were asked for before, or that gave the error; or NULL and 0. */
	const struct zw_own_addresses *own;
	int own_error;
};

struct zw_command {
	const char *name;
	const char *operands; /* "POLICY" */
	const char *summary; /* one line */
	const char *example; /* one command line, runnable in the project root */
	u64 options; /* mask of 1 << enum zw_option */
	int least, most; /* operands; most -1: any number */
	enum zw_status (*run)(struct zw_cli *cli);
};

const struct zw_command *zw_commands(size_t *n);
/* The usage page of one command, and of all. */
void zw_help_command(struct zw_buf *out, const struct zw_command *command);
void zw_help_all(struct zw_buf *out);

/* Fill CLI from the arguments behind the command's name. Mistakes are
 * diagnostics; false if there was one. */
bool zw_options_parse(struct zw_cli *cli, const struct zw_command *command,
		      int argc, char **argv);

/* Print the diagnostics gathered so far on standard error and forget them. */
void zw_cli_flush(struct zw_cli *cli);
/* Write an answer to standard output; a failure is a diagnostic (Z6003). */
void zw_cli_answer(struct zw_cli *cli, const struct zw_buf *text);

/* Say that NAME is no command, with the nearest one as a suggestion. */
void zw_cli_unknown_command(struct zw_cli *cli, const char *name);

enum zw_status zw_cmd_init(struct zw_cli *cli);
enum zw_status zw_cmd_check(struct zw_cli *cli);
enum zw_status zw_cmd_compile(struct zw_cli *cli);
enum zw_status zw_cmd_plan(struct zw_cli *cli);
enum zw_status zw_cmd_apply(struct zw_cli *cli);
enum zw_status zw_cmd_rollback(struct zw_cli *cli);
enum zw_status zw_cmd_confirm(struct zw_cli *cli);
enum zw_status zw_cmd_boot(struct zw_cli *cli);
enum zw_status zw_cmd_status(struct zw_cli *cli);
enum zw_status zw_cmd_audit(struct zw_cli *cli);
enum zw_status zw_cmd_watch(struct zw_cli *cli);
enum zw_status zw_cmd_trace(struct zw_cli *cli);
enum zw_status zw_cmd_diff(struct zw_cli *cli);
enum zw_status zw_cmd_verify(struct zw_cli *cli);
enum zw_status zw_cmd_dump(struct zw_cli *cli);
enum zw_status zw_cmd_matrix(struct zw_cli *cli);
enum zw_status zw_cmd_query(struct zw_cli *cli);
enum zw_status zw_cmd_lint(struct zw_cli *cli);
enum zw_status zw_cmd_lab(struct zw_cli *cli);
enum zw_status zw_cmd_fmea(struct zw_cli *cli);
enum zw_status zw_cmd_report(struct zw_cli *cli);
enum zw_status zw_cmd_smt(struct zw_cli *cli);
enum zw_status zw_cmd_explain(struct zw_cli *cli);
enum zw_status zw_cmd_fmt(struct zw_cli *cli);
enum zw_status zw_cmd_services(struct zw_cli *cli);
enum zw_status zw_cmd_help(struct zw_cli *cli);

#endif
