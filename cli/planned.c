/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as a record (state/record.h): the policy's files themselves beside
 * their digest, so that what was looked at is what is loaded, whatever became
 * of the files since. What is sent is not taken from the record but made anew
 * and compared, byte by byte. */
#include "cli/planned.h"

#include <stdlib.h>
#include <string.h>

#include "cli/live_digest.h"
#include "state/generation.h"
#include "state/record.h"

#define KIND "plan"

bool zw_planned_is(struct zw_str text)
{
	struct zw_str head = ZW_STR("zwinger " KIND " ");

	return text.n >= head.n && !memcmp(text.p, head.p, head.n);
}

static struct zw_str option(const struct zw_cli *cli, enum zw_option which)
{
	return zw_str_from(cli->values[which] ? cli->values[which] : "");
}

static struct zw_str taken(struct zw_arena *arena, struct zw_buf *buf)
{
	struct zw_str out =
		zw_str_copy(arena, (struct zw_str){ buf->data, buf->n });

	zw_buf_free(buf);
	return out;
}

static struct zw_str statement_text(const struct zw_apply *a)
{
	struct zw_buf text = { 0 };

	zw_statement_print(&text, a->job.statement);
	return taken(a->cli->arena, &text);
}

static struct zw_str claims_text(const struct zw_apply *a)
{
	struct zw_buf text = { 0 };
	size_t i;

	for (i = 0; i < a->job.statement->claims.n; i++)
		zw_buf_printf(&text, "%.*s\n",
			      ZW_STR_ARG(a->job.statement->claims.v[i].text));
	return taken(a->cli->arena, &text);
}

static struct zw_str batch_of(const struct zw_apply *a)
{
	return (struct zw_str){ a->transactions.bytes.data,
				a->transactions.bytes.n };
}

void zw_planned_make(struct zw_apply *a, struct zw_planned *p)
{
	size_t i, n;
	const struct zw_file_copy *files =
		zw_sources_copies(a->cli->sources, &n);

	*p = (struct zw_planned){
		.policy = zw_str_from(a->job.path),
		.claims = option(a->cli, ZW_OPT_CLAIMS),
		.today = option(a->cli, ZW_OPT_TODAY),
		.gateway = option(a->cli, ZW_OPT_GATEWAY),
		.netns = option(a->cli, ZW_OPT_NETNS),
		.persist = a->cli->values[ZW_OPT_PERSIST],
		.batch = batch_of(a),
		.statement = statement_text(a),
		.claims_proved = claims_text(a),
		.live = zw_live_digest(a->cli, a->world.data, a->world.n),
	};
	for (i = 0; i < n; i++)
		zw_push(a->cli->arena, p->files, files[i]);
}

void zw_planned_print(struct zw_arena *arena, struct zw_buf *out,
		      const struct zw_planned *p)
{
	struct zw_record record = { 0 };
	size_t i;

	zw_record_add(arena, &record, "policy", p->policy);
	zw_record_add(arena, &record, "claims", p->claims);
	zw_record_add(arena, &record, "today", p->today);
	zw_record_add(arena, &record, "gateway", p->gateway);
	zw_record_add(arena, &record, "netns", p->netns);
	zw_record_add_number(arena, &record, "persist", p->persist);
	zw_record_add(arena, &record, "sources",
		      zw_generation_digest(arena, p->files.v, p->files.n));
	zw_record_add(arena, &record, "live", p->live);
	zw_record_add(arena, &record, "claims-proved", p->claims_proved);
	zw_record_add(arena, &record, "statement", p->statement);
	zw_record_add(arena, &record, "batch", p->batch);
	for (i = 0; i < p->files.n; i++) {
		const struct zw_file_copy *file = &p->files.v[i];

		zw_record_add(arena, &record, "file", file->name);
		zw_record_add_number(arena, &record, "mode", file->mode);
		zw_record_add(arena, &record, "text", file->text);
	}
	zw_record_print(out, KIND, &record);
}

/* ---- reading ------------------------------------------------------------- */

/* Three values a file, in this order. False if one is missing. */
static bool read_files(struct zw_arena *arena, const struct zw_record *record,
		       struct zw_planned *p)
{
	const struct zw_record_value *v = record->values.v;
	size_t i;

	for (i = 0; i < record->values.n; i++) {
		struct zw_file_copy file = { 0 };

		if (!zw_str_is(v[i].name, "file"))
			continue;
		if (record->values.n - i < 3 ||
		    !zw_str_is(v[i + 1].name, "mode") ||
		    !zw_str_is(v[i + 2].name, "text"))
			return false;
		file.name = v[i].value;
		file.mode =
			(u32)strtoul(zw_cstr(arena, v[i + 1].value), NULL, 10);
		file.text = v[i + 2].value;
		zw_push(arena, p->files, file);
	}
	return p->files.n > 0;
}

static bool damaged(struct zw_cli *cli, const char *path)
{
	zw_diag_help(&cli->diags,
		     zw_diag(&cli->diags, ZW_Z6040, ZW_NO_SPAN,
			     "'%s' is a plan that was cut off or changed",
			     path),
		     "make it again with 'zwinger plan POLICY -o %s'", path);
	return false;
}

bool zw_planned_read(struct zw_cli *cli, const char *path, struct zw_str text,
		     struct zw_planned *p)
{
	struct zw_record record;

	*p = (struct zw_planned){ 0 };
	if (!zw_record_parse(cli->arena, KIND, text, &record) ||
	    !read_files(cli->arena, &record, p))
		return damaged(cli, path);
	p->policy = zw_record_text(&record, "policy");
	p->claims = zw_record_text(&record, "claims");
	p->today = zw_record_text(&record, "today");
	p->gateway = zw_record_text(&record, "gateway");
	p->netns = zw_record_text(&record, "netns");
	p->persist = zw_record_number(&record, "persist") != 0;
	p->live = zw_record_text(&record, "live");
	p->claims_proved = zw_record_text(&record, "claims-proved");
	p->statement = zw_record_text(&record, "statement");
	p->batch = zw_record_text(&record, "batch");
	if (!zw_str_eq(
		    zw_record_text(&record, "sources"),
		    zw_generation_digest(cli->arena, p->files.v, p->files.n)))
		return damaged(cli, path);
	return true;
}

/* ---- doing it ------------------------------------------------------------ */

/* The command line says nothing of it, or the same. */
static bool agree(struct zw_cli *cli, enum zw_option which, const char *name,
		  struct zw_str value)
{
	struct zw_diag *diag;

	if (!cli->values[which]) {
		if (value.n)
			cli->values[which] = zw_cstr(cli->arena, value);
		return true;
	}
	if (zw_str_is(value, cli->values[which]))
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       value.n ? "the plan was made with another --%s"
			       : "the plan was made without --%s",
		       name);
	zw_diag_help(&cli->diags, diag,
		     "a plan brings its options with it: leave --%s out", name);
	return false;
}

bool zw_planned_adopt(struct zw_cli *cli, const struct zw_planned *p)
{
	if (!agree(cli, ZW_OPT_CLAIMS, "claims", p->claims) ||
	    !agree(cli, ZW_OPT_TODAY, "today", p->today) ||
	    !agree(cli, ZW_OPT_GATEWAY, "gateway", p->gateway) ||
	    !agree(cli, ZW_OPT_NETNS, "netns", p->netns))
		return false;
	if (p->persist)
		cli->values[ZW_OPT_PERSIST] = "";
	zw_sources_replay(cli->sources, p->files.v, p->files.n);
	return true;
}

static bool moved_on(struct zw_apply *a, const char *what, const char *why)
{
	struct zw_diag *diag = zw_diag(&a->cli->diags, ZW_Z5041, ZW_NO_SPAN,
				       "the plan is stale: %s", what);

	zw_diag_note(&a->cli->diags, diag, "%s; nothing was loaded", why);
	zw_diag_help(&a->cli->diags, diag,
		     "look at a new plan: 'zwinger plan %s'", a->job.path);
	return false;
}

bool zw_planned_still(struct zw_apply *a, const struct zw_planned *p)
{
	struct zw_str live = zw_live_digest(a->cli, a->world.data, a->world.n);

	if (!live.n)
		return false;
	if (!zw_str_eq(live, p->live))
		return moved_on(
			a,
			"the tables of the kernel are not those it was made on",
			"somebody changed a table since");
	if (!zw_str_eq(statement_text(a), p->statement))
		return moved_on(
			a, "the policy means something else now",
			"addresses of the gateway's interfaces have changed since, or this is another version of zwinger");
	if (!zw_str_eq(batch_of(a), p->batch))
		return moved_on(
			a, "what would be sent is not what was planned",
			"this is another version of zwinger, or the kernel takes less at a time");
	return true;
}
