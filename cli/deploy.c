/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state around a load. Where it is kept: --state, else $ZWINGER_STATE, else
 * /var/lib/zwinger; of a namespace, which no reboot outlives,
 * /run/zwinger/NAME. The trail lies in /var/log/zwinger, but in the folder of
 * the state where that was named. */
#include "cli/deploy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sha256.h"
#include "cli/guard.h"
#include "cli/held.h"
#include "cli/lockout.h"
#include "compiler/emit_netlink.h"
#include "loader/names.h"
#include "report/verdict.h"

#define LOCK_SECONDS 5

/* A guard leaves the folder that it was started in. */
static const char *absolute(struct zw_arena *arena, const char *path)
{
	char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);

	if (here)
		path = zw_strf(arena, "%s/%s", here, path).p;
	free(here);
	return path;
}

void zw_deploy_names(struct zw_deploy *d, struct zw_cli *cli, const char *event)
{
	const char *netns = cli->values[ZW_OPT_NETNS];
	const char *state = cli->values[ZW_OPT_STATE];
	const char *audit = cli->values[ZW_OPT_AUDIT];

	*d = (struct zw_deploy){ .cli = cli,
				 .event = event,
				 .ledger = zw_ledger_none(),
				 .folder = { .fd = -1, .lock = -1 },
				 .audit = { .fd = -1 } };
	if (!state)
		state = getenv("ZWINGER_STATE");
	if (!state || !*state) {
		state = netns ? zw_strf(cli->arena, "/run/zwinger/%s", netns).p
			      : "/var/lib/zwinger";
		if (!audit && !netns)
			audit = "/var/log/zwinger/audit.jsonl";
	}
	if (!audit)
		audit = zw_strf(cli->arena, "%s/audit.jsonl", state).p;
	d->path = absolute(cli->arena, state);
	d->audit_path = absolute(cli->arena, audit);
	zw_who(cli->arena, &d->who);
}

void zw_deploy_say_error(struct zw_deploy *d, int err, const char *what)
{
	struct zw_diags *diags = &d->cli->diags;
	struct zw_diag *diag;

	if (err == ZW_STATE_EXPOSED) {
		diag = zw_diag(diags, ZW_Z6020, ZW_NO_SPAN,
			       "cannot %s in '%s': others may write there",
			       what, d->path);
		zw_diag_help(
			diags, diag,
			"whoever can write it can choose what is loaded: see that it is root's, and 'chmod -R go-w %s'",
			d->path);
		return;
	}
	diag = zw_diag(diags, ZW_Z6020, ZW_NO_SPAN, "cannot %s in '%s': %s",
		       what, d->path,
		       err == ZW_STATE_DAMAGED ? "it is damaged"
					       : strerror(-err));
	if (err == -EACCES || err == -EPERM)
		zw_diag_help(diags, diag,
			     "run as root, or name a folder by --state");
}

static bool say_audit_error(struct zw_deploy *d, int err)
{
	struct zw_diags *diags = &d->cli->diags;

	if (!err)
		return true;
	d->mute = true;
	zw_diag_help(
		diags,
		zw_diag(diags, ZW_Z6024, ZW_NO_SPAN,
			"cannot write the audit trail '%s': %s", d->audit_path,
			err == ZW_STATE_EXPOSED ? "others may write there"
						: strerror(-err)),
		"nothing is loaded that the trail does not tell of: make room, or name another file by --audit");
	return false;
}

static bool read_ledger(struct zw_deploy *d)
{
	int err = zw_ledger_read(d->cli->arena, &d->folder, &d->ledger);
	struct zw_diags *diags = &d->cli->diags;

	if (err == ZW_STATE_DAMAGED) {
		zw_diag_note(
			diags,
			zw_diag(diags, ZW_Z6022, ZW_NO_SPAN,
				"'%s/ledger' is damaged and is passed over",
				d->path),
			"which generation is loaded, and which was confirmed, is not known");
		return true;
	}
	if (err)
		zw_deploy_say_error(d, err, "read where things stand");
	return !err;
}

bool zw_deploy_begin(struct zw_deploy *d, struct zw_cli *cli, const char *event)
{
	int err;

	zw_deploy_names(d, cli, event);
	err = zw_folder_open(d->path, true, &d->folder);
	if (err) {
		zw_deploy_say_error(d, err, "keep what is loaded");
		return false;
	}
	err = zw_folder_lock(&d->folder, LOCK_SECONDS);
	d->busy = err == -EWOULDBLOCK;
	if (d->busy) {
		zw_diag_help(
			&cli->diags,
			zw_diag(&cli->diags, ZW_Z5020, ZW_NO_SPAN,
				"another load is under way: it holds '%s/lock'",
				d->path),
			"wait for it to end; 'fuser -v %s/lock' names it",
			d->path);
		return false;
	}
	if (err) {
		zw_deploy_say_error(d, err, "take the lock");
		return false;
	}
	if (!read_ledger(d))
		return false;
	return say_audit_error(
		d, zw_audit_open(d->audit_path, &d->folder, &d->audit));
}

bool zw_deploy_look(struct zw_deploy *d, struct zw_cli *cli, const char *event)
{
	int err;

	zw_deploy_names(d, cli, event);
	err = zw_folder_open(d->path, false, &d->folder);
	if (err == -ENOENT)
		return true;
	if (err) {
		zw_deploy_say_error(d, err, "read what is kept");
		return false;
	}
	return read_ledger(d);
}

void zw_deploy_end(struct zw_deploy *d)
{
	zw_audit_close(&d->audit);
	zw_folder_close(&d->folder);
}

bool zw_deploy_write_ledger(struct zw_deploy *d)
{
	int err = d->folder.fd < 0 ? 0
				   : zw_ledger_write(d->cli->arena, &d->folder,
						     &d->ledger);

	if (err)
		zw_deploy_say_error(d, err, "write where things stand");
	return !err;
}

/* ---- the generation under way ---- */

static struct zw_str option(const struct zw_cli *cli, enum zw_option which)
{
	return zw_str_from(cli->values[which] ? cli->values[which] : "");
}

/* Root trusts no file that others may change between two looks at it. */
bool zw_deploy_trusts(struct zw_cli *cli, const struct zw_file_copy *files,
		      size_t n)
{
	size_t i;
	bool ok = true;

	for (i = 0; i < n && !geteuid(); i++) {
		if (!S_ISREG(files[i].mode) ||
		    !(files[i].mode & (S_IWGRP | S_IWOTH)))
			continue;
		zw_diag_help(
			&cli->diags,
			zw_diag(&cli->diags, ZW_Z6023, ZW_NO_SPAN,
				"'%.*s' can be written by others than its owner",
				ZW_STR_ARG(files[i].name)),
			"whoever can write it decides what the gateway lets pass: 'chmod go-w %.*s'",
			ZW_STR_ARG(files[i].name));
		ok = false;
	}
	return ok;
}

bool zw_deploy_adopt(struct zw_deploy *d, const char *path)
{
	struct zw_generation *g = &d->generation;
	size_t i, n;
	const struct zw_file_copy *files =
		zw_sources_copies(d->cli->sources, &n);

	*g = (struct zw_generation){
		.number = ZW_GENERATION_NONE,
		.policy = zw_str_from(path),
		.claims = option(d->cli, ZW_OPT_CLAIMS),
		.today = option(d->cli, ZW_OPT_TODAY),
		.gateway = option(d->cli, ZW_OPT_GATEWAY),
		.sources = zw_generation_digest(d->cli->arena, files, n),
	};
	for (i = 0; i < n; i++)
		zw_push(d->cli->arena, g->files, files[i]);
	d->kept = false;
	d->adopted = true;
	return zw_deploy_trusts(d->cli, files, n);
}

bool zw_deploy_recall(struct zw_deploy *d, u32 number)
{
	struct zw_generation *g = &d->generation;
	struct zw_cli *cli = d->cli;
	int err = zw_generation_read(cli->arena, &d->folder, number, g);

	if (err) {
		zw_deploy_say_error(
			d, err,
			zw_strf(cli->arena, "read number %u", number).p);
		return false;
	}
	d->kept = true;
	zw_sources_replay(cli->sources, g->files.v, g->files.n);
	cli->values[ZW_OPT_CLAIMS] =
		g->claims.n ? zw_cstr(cli->arena, g->claims) : NULL;
	cli->values[ZW_OPT_TODAY] = zw_generation_day(cli->arena, g);
	cli->values[ZW_OPT_GATEWAY] =
		g->gateway.n ? zw_cstr(cli->arena, g->gateway) : NULL;
	return true;
}

/* The generation that is loaded is this one: it needs no second number. */
static bool is_loaded(struct zw_deploy *d)
{
	const struct zw_generation *g = &d->generation;
	struct zw_generation old;

	if (d->ledger.loaded == ZW_GENERATION_NONE ||
	    zw_generation_read(d->cli->arena, &d->folder, d->ledger.loaded,
			       &old) ||
	    !zw_str_eq(old.sources, g->sources) ||
	    !zw_str_eq(old.policy, g->policy) ||
	    !zw_str_eq(old.claims, g->claims) ||
	    !zw_str_eq(old.today, g->today) ||
	    !zw_str_eq(old.gateway, g->gateway))
		return false;
	d->generation = old;
	return true;
}

static struct zw_str digest_of(struct zw_arena *arena, const struct zw_buf *b)
{
	u8 digest[ZW_SHA256_BYTES];
	char hex[ZW_SHA256_TEXT];

	zw_sha256(b->data, b->n, digest);
	return zw_strf(arena, "%s", zw_sha256_text(digest, hex));
}

static void describe(struct zw_deploy *d, struct zw_apply *a)
{
	const struct zw_emit_options whole = { .step = ZW_EMIT_WHOLE,
					       .generation = 1 };
	struct zw_generation *g = &d->generation;
	struct zw_arena *arena = d->cli->arena;
	struct zw_buf text = { 0 };
	zw_table_list tables;
	size_t i;

	g->when = (s64)time(NULL);
	g->who = zw_who_text(arena, &d->who);
	g->verdict = zw_str_from(zw_verdict_name(a->verification->verdict));
	zw_emit_netlink(arena, &text, a->job.plan, &whole, NULL);
	g->ruleset = digest_of(arena, &text);
	g->sent = digest_of(arena, &a->transactions.bytes);
	text.n = 0;
	zw_tables(arena, (const u8 *)a->world.data, a->world.n, &tables);
	for (i = 0; i < tables.n; i++)
		if (!zw_str_is(tables.v[i], "inet " ZW_PLAN_TABLE))
			zw_buf_printf(&text, "%.*s\n", ZW_STR_ARG(tables.v[i]));
	g->others = zw_str_copy(arena, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
}

/* A number and a file for the generation under way. */
static bool keep(struct zw_deploy *d, struct zw_apply *a)
{
	struct zw_generation *g = &d->generation;
	struct zw_numbers numbers;
	int err = 0;

	if (d->folder.fd < 0) /* boot goes on without */
		return true;
	if (!d->kept && g->number == ZW_GENERATION_NONE)
		d->kept = is_loaded(d);
	if (d->kept) {
		g->sent = digest_of(d->cli->arena, &a->transactions.bytes);
		return true;
	}
	if (g->number == ZW_GENERATION_NONE) {
		err = zw_generation_numbers(d->cli->arena, &d->folder,
					    &numbers);
		g->number = numbers.n ? numbers.v[numbers.n - 1] + 1 : 1;
	}
	describe(d, a);
	if (!err)
		err = zw_generation_write(d->cli->arena, &d->folder, g);
	if (err)
		zw_deploy_say_error(d, err, "keep the new generation");
	return !err;
}

/* ---- the trail ---- */

static void tell_verdicts(struct zw_arena *arena,
			  const struct zw_verification *v,
			  struct zw_audit_entry *entry)
{
	size_t i;

	entry->verdict = zw_str_from(zw_verdict_name(v->verdict));
	for (i = 0; i < v->claims.n; i++) {
		const struct zw_audit_claim claim = {
			v->claims.v[i].claim->text,
			zw_str_from(zw_verdict_name(v->claims.v[i].verdict)),
		};

		zw_push(arena, entry->claims, claim);
	}
}

static s64 number_or_none(u32 number)
{
	return number == ZW_GENERATION_NONE ? -1 : (s64)number;
}

static struct zw_audit_entry entry_of(const struct zw_deploy *d,
				      const char *stage)
{
	return (struct zw_audit_entry){
		.when = (s64)time(NULL),
		.event = d->event,
		.stage = stage,
		.who = &d->who,
		.netns = option(d->cli, ZW_OPT_NETNS),
		.generation = -1,
		.former = number_or_none(d->ledger.loaded),
		.note = d->note,
	};
}

static bool tell(struct zw_deploy *d, const struct zw_apply *a,
		 const char *stage, u32 former)
{
	const struct zw_kept_changes *c = &a->transactions.changes;
	struct zw_audit_entry entry = entry_of(d, stage);

	if (d->mute)
		return false;
	entry.former = number_or_none(former);
	entry.generation = number_or_none(d->generation.number);
	entry.policy = d->generation.policy;
	entry.sources = d->generation.sources;
	entry.ruleset = d->generation.ruleset;
	entry.sent = d->generation.sent;
	if (a->verification)
		tell_verdicts(d->cli->arena, a->verification, &entry);
	entry.loaded = a->transactions.bytes.n > 0;
	entry.rules =
		(struct zw_audit_count){ c->rules_added, c->rules_removed };
	entry.sets = (struct zw_audit_count){ c->sets_added, c->sets_removed };
	entry.elements = (struct zw_audit_count){ c->elements_added,
						  c->elements_removed };
	return say_audit_error(
		d, zw_audit_append(d->cli->arena, &d->audit, &entry));
}

bool zw_deploy_note(struct zw_deploy *d, const char *stage, u32 generation,
		    struct zw_str note)
{
	struct zw_audit_entry entry = entry_of(d, stage);

	entry.generation = number_or_none(generation);
	entry.note = note;
	return say_audit_error(
		d, zw_audit_append(d->cli->arena, &d->audit, &entry));
}

/* ---- the load ---- */

/* Nothing waits where what comes is what one would go back to. */
static bool needs_guard(const struct zw_deploy *d)
{
	return d->confirm && d->generation.number != d->ledger.good;
}

/* What became of a load that was cut short? The kernel knows. */
static void settle(struct zw_deploy *d, const struct zw_apply *a)
{
	const struct zw_verification *v;
	struct zw_kept_changes changes;
	struct zw_generation g;
	u32 loading = d->ledger.loading;

	d->ledger.loading = ZW_GENERATION_NONE;
	if (loading == ZW_GENERATION_NONE || d->folder.fd < 0 ||
	    zw_generation_read(d->cli->arena, &d->folder, loading, &g))
		return;
	if (zw_held_compare(a, &g, &changes) == ZW_HELD_OTHER) {
		v = zw_held_prove(a, &g);
		if (!v || v->verdict != ZW_PROVED)
			return;
	}
	d->ledger.loaded = loading;
}

static bool announce(struct zw_deploy *d, struct zw_apply *a)
{
	u32 former;

	settle(d, a);
	former = d->ledger.loaded;
	d->before = d->ledger;
	d->announced = true;
	if (needs_guard(d) && !zw_guard_prepare(d, a))
		return false;
	d->ledger.loading = d->generation.number;
	if (!zw_deploy_write_ledger(d) || !tell(d, a, "begin", former))
		return false;
	return !needs_guard(d) || zw_guard_start(d);
}

static bool before(struct zw_apply *a, void *context)
{
	struct zw_deploy *d = context;

	bool written = (d->stubborn || zw_lockout_check(a)) && keep(d, a) &&
		       (d->announced || announce(d, a));

	return written || d->stubborn;
}

static bool prune(struct zw_deploy *d)
{
	const u32 needed[] = { d->ledger.loaded, d->ledger.good, d->ledger.back,
			       d->ledger.waiting };
	int err =
		d->folder.fd < 0
			? 0
			: zw_generation_prune(d->cli->arena, &d->folder, needed,
					      sizeof(needed) / sizeof(*needed));

	if (err)
		zw_deploy_say_error(d, err, "remove the oldest generation");
	return !err;
}

/* What waits is loaded once more, since an address changed say: that is no
 * confirmation. */
static bool still_waits(const struct zw_deploy *d)
{
	return zw_deploy_waits(d) &&
	       d->ledger.waiting == d->generation.number &&
	       (!d->adopted || zw_guard_stands(d));
}

static bool after(struct zw_apply *a, void *context)
{
	struct zw_deploy *d = context;
	struct zw_arena *arena = d->cli->arena;
	u32 former = d->ledger.loaded;
	bool ok;

	d->loaded = true;
	d->waits = needs_guard(d);
	d->ledger.loaded = d->generation.number;
	d->ledger.loading = ZW_GENERATION_NONE;
	d->ledger.since = (s64)time(NULL);
	d->ledger.by = zw_who_text(arena, &d->who);
	if (d->waits)
		d->ledger.deadline = zw_boot_clock() + d->confirm;
	else if (still_waits(d))
		d->waits = true;
	else if (d->generation.number == ZW_GENERATION_BUILT_IN)
		d->ledger.waiting = d->ledger.back = ZW_GENERATION_NONE;
	else
		zw_ledger_confirm(arena, &d->ledger, d->generation.number);
	a->number = d->generation.number;
	a->waits_ms = d->waits ? d->ledger.deadline - zw_boot_clock() : 0;
	ok = zw_deploy_write_ledger(d);
	ok = tell(d, a, "done", former) && ok;
	return prune(d) && ok;
}

/* Nothing was loaded, or it did not stay. */
static void forget(struct zw_deploy *d, struct zw_apply *a)
{
	const struct zw_diags *diags = &d->cli->diags;
	struct zw_str note = d->note;

	if (diags->list.n)
		d->note = diags->list.v[diags->list.n - 1]->message;
	if (d->announced) {
		d->ledger = d->before;
		zw_deploy_write_ledger(d);
	}
	if (!d->kept && d->generation.number != ZW_GENERATION_NONE)
		zw_generation_remove(d->cli->arena, &d->folder,
				     d->generation.number);
	tell(d, a, "failed", d->ledger.loaded);
	d->note = note;
}

static void say_kept(const struct zw_deploy *d)
{
	const struct zw_ledger *l = &d->ledger;

	if (d->generation.number == ZW_GENERATION_BUILT_IN)
		fputs("this is the built-in policy\n", stderr);
	else
		fprintf(stderr, "kept as number %u\n", d->generation.number);
	if (d->confirm && !d->waits)
		fputs("it was confirmed before: nothing waits\n", stderr);
	if (!d->waits || !d->confirm)
		return;
	fprintf(stderr,
		"not confirmed: 'zwinger confirm' within %lld s keeps it, else ",
		(long long)d->confirm / 1000);
	if (l->back == ZW_GENERATION_BUILT_IN)
		fputs("the built-in policy comes\n", stderr);
	else
		fprintf(stderr, "number %u comes back\n", l->back);
}

bool zw_deploy_load(struct zw_deploy *d, struct zw_apply *a)
{
	const struct zw_load_hooks hooks = { before, after, d };
	bool loaded = zw_load_policy(a, &hooks);

	if (!loaded && !d->loaded)
		forget(d, a);
	if (loaded && !d->cli->json)
		say_kept(d);
	return loaded;
}

bool zw_deploy_waits(const struct zw_deploy *d)
{
	return d->ledger.waiting != ZW_GENERATION_NONE &&
	       zw_str_eq(d->ledger.boot, zw_boot_id(d->cli->arena));
}
