/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel holds, proved once more against the policy as it is resolved
 * today. It may not hold for three reasons: the policy means something else
 * now, since an address was taken from an interface and has changed: then it is
 * loaded anew, if that proves; somebody changed the tables, or what carries
 * packets beside them: then a claim has fallen, which is told, and with
 * --restore the policy is loaded, if that proves; or the policy cannot be
 * resolved: then nothing is known, which is told. */
#include "cli/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/deploy.h"
#include "cli/refusal.h"
#include "loader/load.h"
#include "report/diagnostics.h"
#include "report/verdict.h"

struct round {
	struct zw_watch *w;
	struct zw_cli cli; /* with diagnostics of its own */
	struct zw_apply a;
	u32 number; /* of the generation, where the state names the policy */
	char cause[128];
};

/* ---- words --------------------------------------------------------------- */

static void find_cause(struct round *r, const struct zw_heard *heard)
{
	struct zw_buf out = { 0 };

	if (!heard->kinds)
		zw_buf_puts(&out, "at the beginning");
	if (heard->kinds == ZW_EVENT_ASKED)
		zw_buf_puts(&out, "looked again");
	if (heard->kinds & ZW_EVENT_LOST)
		zw_buf_puts(&out, "more changed than could be followed");
	if (heard->kinds & ZW_EVENT_TABLES) {
		zw_buf_puts(&out,
			    out.n ? ", tables changed" : "tables changed");
		if (heard->pid)
			zw_buf_printf(&out, " by %s (process %u)", heard->name,
				      heard->pid);
	}
	if (heard->kinds & ZW_EVENT_LINKS)
		zw_buf_puts(&out, out.n ? ", links changed" : "links changed");
	if (heard->kinds & ZW_EVENT_ADDRESSES)
		zw_buf_puts(&out, out.n ? ", addresses changed"
					: "addresses changed");
	snprintf(r->cause, sizeof(r->cause), "%s", out.data);
	zw_buf_free(&out);
}

/* A line of the log. */
static void say(const struct round *r, const char *what)
{
	time_t now = time(NULL);
	struct tm tm;
	char stamp[32];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("%s %s: %s\n", stamp, r->cause, what);
	fflush(stdout);
}

/* Interfaces of zones that nothing is called by. */
static void add_missing(const struct round *r, struct zw_buf *out)
{
	const struct zw_statement *s = r->a.job.statement;
	const char *before = "; no interface is called ";
	size_t z, i;

	for (z = 0; z < s->zones.n; z++) {
		for (i = 0; i < s->zones.v[z].interfaces.n; i++) {
			const struct zw_interface *face =
				&s->zones.v[z].interfaces.v[i];

			if (face->pattern ||
			    zw_gateway_named(&r->a.gateway, face->name))
				continue;
			zw_buf_puts(out, before);
			zw_buf_add_escaped(out, face->name);
			before = ", ";
		}
	}
}

/* ---- what is done about it ----------------------------------------------- */

/* The command lives on by itself. */
static void run_command(const struct round *r, const char *event)
{
	static const char *const verdicts[] = { "proved", "refuted",
						"undecided" };
	sigset_t none;
	int null;

	if (!r->w->exec || fork())
		return;
	setenv("ZWINGER_EVENT", event, 1);
	setenv("ZWINGER_CAUSE", r->cause, 1);
	setenv("ZWINGER_VERDICT", verdicts[r->w->memory->verdict], 1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	null = open("/dev/null", O_RDONLY);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", r->w->exec, (char *)NULL);
	_exit(127);
}

/* With what is kept of loads. Where that cannot be written the policy is loaded
 * all the same: it is no other than the one that stands there already. */
static bool load_and_tell(struct round *r, struct zw_apply *fresh)
{
	struct zw_deploy deploy;
	bool ready = zw_deploy_begin(&deploy, &r->cli, "watch"), loaded;

	if (ready && r->w->policy)
		ready = zw_deploy_adopt(&deploy, r->w->policy);
	else if (ready)
		ready = zw_deploy_recall(&deploy, r->number);
	deploy.note = zw_str_from(r->cause);
	loaded = ready ? zw_deploy_load(&deploy, fresh)
		       : zw_load_policy(fresh, NULL);
	zw_deploy_end(&deploy);
	return loaded;
}

/* Load the policy; what went wrong is among the diagnostics. */
static bool load(struct round *r)
{
	struct zw_apply fresh = { .cli = &r->cli,
				  .job = r->a.job,
				  .socket = r->a.socket,
				  .ours = true };
	bool loaded = load_and_tell(r, &fresh);

	r->a.transactions.generation = fresh.transactions.generation;
	zw_load_end(&fresh);
	return loaded;
}

static void say_loaded(const struct round *r, const char *what)
{
	char text[96];

	snprintf(text, sizeof(text), "%s, as generation %u", what,
		 r->a.transactions.generation);
	say(r, text);
}

static void digest_of(const struct zw_buf *text, u8 out[ZW_SHA256_BYTES])
{
	zw_sha256(text->data, text->n, out);
}

/* Has this been told already? Remember that it is. */
static bool is_news(struct round *r, const struct zw_buf *text,
		    enum zw_verdict verdict)
{
	struct zw_watch_memory *memory = r->w->memory;
	u8 said[ZW_SHA256_BYTES];
	bool news;

	digest_of(text, said);
	news = !memory->known || memory->verdict != verdict ||
	       memcmp(said, memory->said, sizeof(said)) != 0;
	memory->known = true;
	memory->verdict = verdict;
	memcpy(memory->said, said, sizeof(said));
	return news;
}

/* Tell what does not hold, or that nothing is known; with --restore put it
 * right. */
static void fall(struct round *r, enum zw_verdict verdict, bool may_restore)
{
	struct zw_style plain = { 0 };
	struct zw_buf text = { 0 };
	bool news;

	zw_diagnostics_text(&text, &r->cli.diags, r->cli.sources, &plain);
	news = is_news(r, &text, verdict);
	zw_buf_free(&text);
	if (news) {
		say(r, verdict == ZW_REFUTED ? "A CLAIM HAS FALLEN"
					     : "NOTHING IS PROVED ANY MORE");
		zw_cli_flush(&r->cli);
	}
	zw_diags_init(&r->cli.diags, r->cli.arena);
	if (r->w->restore && may_restore && load(r)) {
		r->w->memory->verdict = ZW_PROVED;
		say_loaded(r, "restored");
		run_command(r, "restored");
		return;
	}
	if (!news)
		return;
	if (r->w->restore && may_restore) {
		say(r, "could not be restored");
		zw_cli_flush(&r->cli);
	}
	run_command(r, "fell");
}

static void holds(struct round *r)
{
	struct zw_buf text = { 0 };

	zw_buf_puts(&text, "proved");
	add_missing(r, &text);
	/* of changes of tables everybody may hear; others come often */
	if (is_news(r, &text, ZW_PROVED) || strstr(r->cause, "tables") ||
	    strstr(r->cause, "more changed"))
		say(r, text.data);
	zw_buf_free(&text);
}

/* ---- a round ------------------------------------------------------------- */

/* True if the policy means something else than in the last round. */
static bool has_moved(struct round *r)
{
	struct zw_watch_memory *memory = r->w->memory;
	u8 meaning[ZW_SHA256_BYTES];
	struct zw_buf text = { 0 };
	bool moved;

	zw_statement_print(&text, r->a.job.statement);
	digest_of(&text, meaning);
	zw_buf_free(&text);
	moved = memory->known && memory->number == r->number &&
		memcmp(meaning, memory->meaning, sizeof(meaning)) != 0;
	memory->number = r->number;
	memcpy(memory->meaning, meaning, sizeof(meaning));
	return moved;
}

/* A table that outlives its owner becomes ours. */
static void adopt(struct round *r)
{
	struct zw_load_result result;
	struct zw_buf batch = { 0 };
	size_t done;

	zw_transactions_own(&batch);
	zw_load_batches(r->cli.arena, r->a.socket, (const u8 *)batch.data,
			batch.n, &r->a.generation, &done, &result);
	zw_buf_free(&batch);
	if (!result.error)
		say(r, "the table belongs to this process now");
}

static void find_owner(struct round *r)
{
	const struct zw_transactions_options options = { 0 };
	struct zw_transactions *t = &r->a.transactions;

	zw_transactions_make(r->cli.arena, r->a.job.plan,
			     (const u8 *)r->a.held.data, r->a.held.n, &options,
			     t);
	if (!t->first && t->persistent && !r->a.owned)
		adopt(r);
}

static bool look(struct round *r)
{
	int err = zw_apply_read(&r->a);

	r->w->memory->unreadable = err != 0;
	if (!err)
		return true;
	zw_say_socket_error(&r->cli.diags, err,
			    "read the ruleset of the kernel");
	fall(r, ZW_UNDECIDED, false);
	return false;
}

/* What was loaded last, or is being loaded. False after a diagnostic. */
static bool find_policy(struct round *r, const char **path)
{
	struct zw_deploy deploy;
	bool ok = true;

	*path = r->w->policy;
	if (*path)
		return true;
	if (!zw_deploy_look(&deploy, &r->cli, "watch")) {
		ok = false;
	} else if (deploy.ledger.loaded == ZW_GENERATION_NONE) {
		zw_diag_help(
			&r->cli.diags,
			zw_diag(&r->cli.diags, ZW_Z6021, ZW_NO_SPAN,
				"nothing was loaded yet, so there is nothing to watch over"),
			"'zwinger apply POLICY' loads one");
		ok = false;
	} else {
		r->number = deploy.ledger.loaded;
		ok = zw_deploy_recall(&deploy, r->number);
		*path = zw_cstr(r->cli.arena, deploy.generation.policy);
	}
	zw_deploy_end(&deploy);
	return ok;
}

static void judge(struct round *r)
{
	const struct zw_verification *v;
	const char *path;
	bool moved;

	if (!find_policy(r, &path) ||
	    !zw_job_policy(&r->cli, path, &r->a.job) ||
	    !zw_load_has_rules(&r->a)) {
		fall(r, ZW_UNDECIDED, false);
		return;
	}
	if (!look(r))
		return;
	find_owner(r);
	moved = has_moved(r);
	v = zw_job_prove_whole(&r->cli, &r->a.job, (const u8 *)r->a.world.data,
			       r->a.world.n, &r->a.gateway);
	if (v->verdict == ZW_PROVED) {
		holds(r);
		return;
	}
	if (moved) {
		zw_diags_init(&r->cli.diags, r->cli.arena);
		if (load(r)) {
			r->w->memory->verdict = ZW_PROVED;
			say_loaded(r, "loaded for the new addresses");
			return;
		}
	}
	fall(r, v->verdict, !moved);
}

void zw_watch_round(struct zw_watch *w, const struct zw_heard *heard)
{
	struct round *r = ZW_NEW(w->cli->arena, struct round);

	r->w = w;
	r->cli = *w->cli;
	zw_diags_init(&r->cli.diags, r->cli.arena);
	r->cli.live = true;
	r->a.cli = &r->cli;
	r->a.socket = zw_socket_from(zw_socket_descriptor(w->socket));
	r->a.ours = true;
	find_cause(r, heard);
	judge(r);
	zw_cli_flush(&r->cli);
}
