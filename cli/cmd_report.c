/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger report POLICY`: the acceptance record, as a page and as JSON. The
 * policy's files are read once; everything is asked of what was read then. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/sha256.h"
#include "base/version.h"
#include "cli/deploy.h"
#include "cli/job.h"
#include "cli/record.h"
#include "report/acceptance.h"
#include "report/html.h"
#include "report/json.h"
#include "report/json_value.h"

#define SAMPLE 500
#define RECORD_LIMIT ((size_t)1 << 28)
#define TRAIL_LIMIT ((size_t)1 << 28)
#define TRAIL_LINES 20
#define KEEP_MOST 10000

struct report {
	struct zw_cli *cli;
	const char *folder;
	enum zw_language language;
	u64 sample, seed, keep;
	struct zw_job job;
	struct zw_record_side side;
	struct zw_verification *verification;
	struct zw_buf check, matrix, faults, lab, difference;
	struct zw_acceptance record;
	struct zw_acceptance_generation generation;
};

/* ---- the command line ---------------------------------------------------- */

static bool refuse(struct zw_cli *cli, const char *option, const char *value,
		   const char *help)
{
	struct zw_diag *diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				       "--%s cannot be '%s'", option, value);

	zw_diag_help(&cli->diags, diag, "%s", help);
	return false;
}

static bool read_number(struct zw_cli *cli, enum zw_option option,
			const char *name, u64 most, u64 *number)
{
	const char *text = cli->values[option];
	char *end;

	if (!text)
		return true;
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *number > most)
		return refuse(cli, name, text, "a number");
	return true;
}

static bool read_options(struct report *r)
{
	struct zw_cli *cli = r->cli;
	const char *lang = cli->values[ZW_OPT_LANG];

	r->folder =
		cli->values[ZW_OPT_OUTPUT] ? cli->values[ZW_OPT_OUTPUT] : ".";
	r->sample = SAMPLE;
	r->seed = r->keep = 1;
	if (lang && strcmp(lang, "en") && strcmp(lang, "de"))
		return refuse(cli, "lang", lang, "en or de");
	r->language = lang && !strcmp(lang, "de") ? ZW_GERMAN : ZW_ENGLISH;
	return read_number(cli, ZW_OPT_SAMPLE, "sample", UINT64_MAX,
			   &r->sample) &&
	       read_number(cli, ZW_OPT_SEED, "seed", UINT64_MAX, &r->seed) &&
	       read_number(cli, ZW_OPT_KEEP, "keep", KEEP_MOST, &r->keep);
}

/* ---- the proof ----------------------------------------------------------- */

static void emit(struct zw_cli *cli, const struct zw_job *job,
		 struct zw_record_side *side)
{
	const struct zw_emit_options whole = { .step = ZW_EMIT_WHOLE,
					       .generation = 1 };

	side->name = job->path;
	side->statement = job->statement;
	zw_emit_netlink(cli->arena, &side->bytes, job->plan, &whole, NULL);
}

static struct zw_str digest_of(struct zw_cli *cli, const struct zw_buf *bytes)
{
	u8 digest[ZW_SHA256_BYTES];
	char text[ZW_SHA256_TEXT];

	zw_sha256(bytes->data, bytes->n, digest);
	return zw_strf(cli->arena, "%s", zw_sha256_text(digest, text));
}

static bool prove(struct report *r)
{
	struct zw_cli *cli = r->cli;

	zw_sources_keep(cli->sources);
	if (!zw_job_policy(cli, cli->operands[0], &r->job))
		return false;
	r->record.files =
		zw_sources_copies(cli->sources, &r->record.file_count);
	emit(cli, &r->job, &r->side);
	r->record.ruleset = digest_of(cli, &r->side.bytes);
	r->verification = zw_job_prove(
		cli, &r->job, (const u8 *)r->side.bytes.data, r->side.bytes.n);
	zw_json_check(&r->check, r->job.path, r->verification, r->job.statement,
		      &cli->diags, cli->sources);
	return true;
}

/* ---- what is asked besides ----------------------------------------------- */

/* What is asked of a policy that was read before says nothing again of the
 * policy itself; what went wrong is kept. */
static void apart(struct zw_cli *cli, struct zw_diags *kept)
{
	*kept = cli->diags;
	zw_diags_init(&cli->diags, cli->arena);
}

static void together(struct zw_cli *cli, const struct zw_diags *kept)
{
	struct zw_diags found = cli->diags;
	size_t i;

	cli->diags = *kept;
	for (i = 0; i < found.list.n; i++) {
		if (found.list.v[i]->level != ZW_ERROR)
			continue;
		zw_push(cli->arena, cli->diags.list, found.list.v[i]);
		cli->diags.errors++;
	}
}

static void run_lab(struct report *r)
{
	struct zw_diags kept;

	/* nothing is loaded that is not proved, not even there */
	if (!r->cli->values[ZW_OPT_LAB] ||
	    r->verification->verdict != ZW_PROVED)
		return;
	zw_sources_replay(r->cli->sources, r->record.files,
			  r->record.file_count);
	apart(r->cli, &kept);
	zw_record_lab(r->cli, &r->lab);
	together(r->cli, &kept);
}

/* ---- the state ----------------------------------------------------------- */

/* Which generation the policy is held against: the one that was loaded last, or
 * if that is this policy, the one before it. */
static u32 choose(struct report *r, struct zw_deploy *d)
{
	struct zw_cli *cli = r->cli;
	u32 loaded = d->ledger.known ? d->ledger.loaded : ZW_GENERATION_NONE;
	struct zw_numbers numbers = { 0 };
	struct zw_generation g;
	size_t i;

	if (zw_generation_numbers(cli->arena, &d->folder, &numbers) ||
	    !numbers.n)
		return ZW_GENERATION_NONE;
	if (loaded == ZW_GENERATION_NONE || loaded == ZW_GENERATION_BUILT_IN)
		loaded = numbers.v[numbers.n - 1];
	if (zw_generation_read(cli->arena, &d->folder, loaded, &g) ||
	    !zw_str_eq(g.ruleset, r->record.ruleset))
		return loaded;
	for (i = numbers.n; i-- > 0;) {
		if (numbers.v[i] < loaded)
			return numbers.v[i];
	}
	return loaded;
}

static struct zw_str time_text(struct zw_arena *arena, s64 when,
			       const char *format)
{
	time_t seconds = (time_t)when;
	struct tm date;
	char text[32] = "";

	if (gmtime_r(&seconds, &date))
		strftime(text, sizeof(text), format, &date);
	return zw_strf(arena, "%s", text);
}

/* The policy of generation NUMBER compiled again, and held against this one. */
static void compare(struct report *r, struct zw_deploy *d, u32 number)
{
	struct zw_cli *cli = r->cli;
	struct zw_record_side before = { 0 };
	const struct zw_generation *g = &d->generation;
	struct zw_job job;
	struct zw_diags kept;

	apart(cli, &kept);
	if (zw_deploy_recall(d, number)) {
		r->generation = (struct zw_acceptance_generation){
			.number = number,
			.when = time_text(cli->arena, g->when,
					  "%Y-%m-%d %H:%M:%S"),
			.who = g->who,
			.policy = g->policy,
			.ruleset = g->ruleset,
			.loaded = d->ledger.known && d->ledger.loaded == number,
		};
		r->record.generation = &r->generation;
		if (zw_job_policy(cli, zw_cstr(cli->arena, g->policy), &job)) {
			emit(cli, &job, &before);
			zw_record_difference(cli, &before, &r->side,
					     &r->difference);
		}
	}
	/* what is wrong with it today is not wrong with this policy */
	cli->diags = kept;
	zw_buf_free(&before.bytes);
}

static void read_trail(struct report *r, struct zw_deploy *d)
{
	struct zw_audit_finding finding;
	struct zw_str text;
	size_t at, lines = 0;

	if (zw_read_file(r->cli->arena, d->audit_path, TRAIL_LIMIT, &text) ||
	    !text.n)
		return;
	r->record.trail_whole =
		!zw_audit_verify(r->cli->arena, &d->folder, text, &finding) &&
		finding.fault == ZW_AUDIT_WHOLE;
	for (at = text.n; at > 0 && lines <= TRAIL_LINES; at--)
		lines += text.p[at - 1] == '\n' && at < text.n;
	at += at > 0;
	r->record.trail = (struct zw_str){ text.p + at, text.n - at };
}

static void tell_state(struct report *r)
{
	struct zw_cli *cli = r->cli;
	struct zw_diags kept;
	struct zw_deploy d;
	u32 number;

	apart(cli, &kept);
	if (!zw_deploy_look(&d, cli, "report")) {
		cli->diags = kept;
		zw_diag_help(
			&cli->diags,
			zw_diag(&cli->diags, ZW_Z6080, ZW_NO_SPAN,
				"what is kept in '%s' cannot be read, so the record tells nothing of what is loaded",
				d.path),
			"write the record as the user who loads policies");
		zw_deploy_end(&d);
		return;
	}
	cli->diags = kept;
	if (d.folder.fd >= 0) {
		read_trail(r, &d);
		number = choose(r, &d);
		if (number != ZW_GENERATION_NONE)
			compare(r, &d, number);
	}
	zw_deploy_end(&d);
}

/* ---- files --------------------------------------------------------------- */

static const char *file_name(struct report *r, u64 age, const char *ending)
{
	if (age)
		return zw_strf(r->cli->arena, "%s/report-%llu.%s", r->folder,
			       (unsigned long long)age, ending)
			.p;
	return zw_strf(r->cli->arena, "%s/report.%s", r->folder, ending).p;
}

static bool write_file(struct report *r, const char *ending,
		       const struct zw_buf *text)
{
	const char *path = file_name(r, 0, ending);
	int err = zw_write_file(path, text->data, text->n);

	if (err)
		zw_diag_help(&r->cli->diags,
			     zw_diag(&r->cli->diags, ZW_Z6003, ZW_NO_SPAN,
				     "cannot write '%s': %s", path,
				     strerror(-err)),
			     "name a folder that can be written by --output");
	return !err;
}

/* The records before: report-1 is the last one, and so on. */
static void rotate(struct report *r)
{
	static const char *const endings[] = { "html", "json" };
	u64 age;
	size_t i;

	for (i = 0; i < 2; i++) {
		for (age = r->keep - 1; age > 0; age--)
			rename(file_name(r, age - 1, endings[i]),
			       file_name(r, age, endings[i]));
	}
}

static json_t *former_record(struct report *r)
{
	struct zw_str text;

	if (zw_read_file(r->cli->arena, file_name(r, 0, "json"), RECORD_LIMIT,
			 &text))
		return NULL;
	return json_loadb(text.p, text.n, 0, NULL);
}

/* Claims that the last record in this folder had as proved. */
static bool any_fell(struct report *r, const json_t *record)
{
	struct zw_acceptance_fallen fallen;
	json_t *former = former_record(r);
	size_t i;

	zw_acceptance_compare(r->cli->arena, former, record, &fallen);
	json_decref(former);
	for (i = 0; i < fallen.claims.n; i++)
		zw_diag_help(
			&r->cli->diags,
			zw_diag(&r->cli->diags, ZW_Z6081, ZW_NO_SPAN,
				"'%.*s' was proved in the last record and is not in this one",
				ZW_STR_ARG(fallen.claims.v[i])),
			"compare '%s' with the record before it; --keep keeps it",
			file_name(r, 0, "html"));
	return fallen.claims.n > 0;
}

static void say_where(struct report *r)
{
	struct zw_buf text = { 0 };

	zw_buf_add_escaped(&text, zw_str_from(file_name(r, 0, "html")));
	zw_buf_puts(&text, "\n");
	zw_buf_add_escaped(&text, zw_str_from(file_name(r, 0, "json")));
	zw_buf_puts(&text, "\n");
	zw_cli_answer(r->cli, &text);
	zw_buf_free(&text);
}

static bool put_record(struct report *r, bool *fell)
{
	struct zw_buf page = { 0 }, text = { 0 };
	json_t *record = zw_acceptance_json(&r->record);
	bool ok;

	if (mkdir(r->folder, 0777) && errno != EEXIST)
		zw_diag_help(&r->cli->diags,
			     zw_diag(&r->cli->diags, ZW_Z6003, ZW_NO_SPAN,
				     "cannot make the folder '%s': %s",
				     r->folder, strerror(errno)),
			     "make it, or name another by --output");
	*fell = any_fell(r, record);
	zw_html_record(&page, record, r->language);
	zw_json_put(&text, record);
	rotate(r);
	ok = write_file(r, "html", &page) && write_file(r, "json", &text);
	if (ok)
		say_where(r);
	zw_buf_free(&page);
	zw_buf_free(&text);
	return ok;
}

/* ---- all of it ----------------------------------------------------------- */

static struct zw_str str_of(const struct zw_buf *buf)
{
	return (struct zw_str){ buf->data, buf->n };
}

static void fill(struct report *r)
{
	struct zw_cli *cli = r->cli;
	const char *today = cli->values[ZW_OPT_TODAY];

	r->record.policy = cli->operands[0];
	r->record.version = ZW_VERSION;
	r->record.date =
		today ? zw_str_from(today)
		      : time_text(cli->arena, (s64)time(NULL), "%Y-%m-%d");
	r->record.statement = r->job.statement;
	r->record.sources = cli->sources;
	if (!zw_record_matrix(cli, &r->side, &r->matrix))
		zw_buf_free(&r->matrix);
	if (!zw_record_faults(cli, &r->side, r->sample, r->seed, &r->faults))
		zw_buf_free(&r->faults);
	run_lab(r);
	tell_state(r);
	r->record.check = str_of(&r->check);
	r->record.matrix = str_of(&r->matrix);
	r->record.faults = str_of(&r->faults);
	r->record.lab = str_of(&r->lab);
	r->record.difference = str_of(&r->difference);
}

static void release(struct report *r)
{
	zw_buf_free(&r->side.bytes);
	zw_buf_free(&r->check);
	zw_buf_free(&r->matrix);
	zw_buf_free(&r->faults);
	zw_buf_free(&r->lab);
	zw_buf_free(&r->difference);
}

enum zw_status zw_cmd_report(struct zw_cli *cli)
{
	struct report *r = ZW_NEW(cli->arena, struct report);
	enum zw_status status;
	bool fell = false;

	r->cli = cli;
	if (read_options(r) && prove(r)) {
		fill(r);
		put_record(r, &fell);
	}
	release(r);
	status = zw_status_of(&cli->diags);
	return fell ? zw_status_worse(status, ZW_STATUS_DIFFERS) : status;
}
