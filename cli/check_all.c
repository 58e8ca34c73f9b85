/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy is read and resolved once; from there on each gateway is a
 * process: its model, bytes and verdict, and as much text of it as the format
 * asks for. What it has to say of claims comes back as diagnostics that name
 * it. Where there are links one process more, the first to begin, has the bytes
 * of all gateways and decides what goes over several. */
#include "cli/check_all.h"

#include <stdio.h>
#include <string.h>

#include "cli/carry.h"
#include "cli/findings.h"
#include "cli/progress.h"
#include "cli/side_by_side.h"
#include "report/gateways.h"
#include "report/junit.h"
#include "report/verdict.h"
#include "state/generation.h"
#include "verifier/end_to_end.h"

struct all {
	struct zw_cli *cli;
	const struct zw_job *job;
	enum zw_format format;
	struct zw_gateway_answers answers;
	struct zw_progress progress;
	size_t done;
	struct zw_diags *said; /* by gateway, and then of what goes over
				* several: they end in any order */
	enum zw_status worst;  /* that one of them ended with */
};

/* ---- in a process of its own --------------------------------------------- */

/* Which gateway it is of; none: of all. */
static void name_gateway(struct zw_cli *cli, struct zw_str gateway)
{
	struct zw_str where = ZW_STR("end to end");
	size_t i;

	if (gateway.n)
		where = zw_strf(cli->arena, "at gateway '%.*s'",
				ZW_STR_ARG(gateway));

	for (i = 0; i < cli->diags.list.n; i++) {
		struct zw_diag *diag = cli->diags.list.v[i];

		diag->message =
			zw_strf(cli->arena, "%.*s: %.*s", ZW_STR_ARG(where),
				ZW_STR_ARG(diag->message));
	}
}

static void carry_buf(struct zw_buf *out, struct zw_buf *text)
{
	zw_carry_text(out, (struct zw_str){ text->data, text->n });
	zw_buf_free(text);
}

/* Of GATEWAY, or of what goes over several if it has no name. */
static void carry_texts(struct zw_buf *out, const struct all *all,
			struct zw_str gateway,
			const struct zw_statement *statement,
			const struct zw_verification *v)
{
	const struct zw_sources *sources = all->cli->sources;
	const char *name =
		zw_gateway_suite(all->cli->arena, all->job->path, gateway);
	struct zw_style style = { .colour = all->cli->colour_out };
	struct zw_buf text = { 0 }, json = { 0 }, suite = { 0 };

	if (gateway.n && all->cli->values[ZW_OPT_STATEMENT])
		zw_statement_print(&text, statement);
	if (all->format == ZW_FORMAT_TEXT && !gateway.n)
		zw_verdict_claims(&text, v, sources, &style);
	else if (all->format == ZW_FORMAT_TEXT && v->verdict != ZW_PROVED)
		zw_verdict_text(&text, v, statement, sources, name, &style);
	if (all->format == ZW_FORMAT_JSON)
		zw_json_gateway(&json, gateway, v, statement, sources);
	if (all->format == ZW_FORMAT_JUNIT)
		zw_junit_suite(&suite, name, v, sources);
	carry_buf(out, &text);
	carry_buf(out, &json);
	carry_buf(out, &suite);
}

static void carry_verdict(struct zw_buf *out, const struct zw_verification *v)
{
	size_t i, failed = 0, undecided = 0;

	for (i = 0; i < v->claims.n; i++) {
		failed += v->claims.v[i].verdict == ZW_REFUTED;
		undecided += v->claims.v[i].verdict == ZW_UNDECIDED;
	}
	zw_carry_number(out, v->verdict);
	zw_carry_number(out, v->families[ZW_IPV4]);
	zw_carry_number(out, v->families[ZW_IPV6]);
	zw_carry_number(out, v->claims.n);
	zw_carry_number(out, failed);
	zw_carry_number(out, undecided);
	zw_carry_number(out, v->assumptions.n);
	for (i = 0; i < v->assumptions.n; i++)
		zw_carry_text(out, v->assumptions.v[i]);
}

static const struct zw_emit_options whole_table = { .step = ZW_EMIT_WHOLE,
						    .generation = 1 };

static void check_one(struct all *all, size_t gateway, struct zw_buf *out)
{
	struct zw_cli *cli = all->cli;
	struct zw_job job = *all->job;
	struct zw_verification *v;
	struct zw_buf bytes = { 0 };

	zw_job_at(cli, &job, all->answers.list.v[gateway].number);
	zw_emit_netlink(cli->arena, &bytes, job.plan, &whole_table, NULL);
	v = zw_job_prove_quietly(cli, &job, (const u8 *)bytes.data, bytes.n);
	name_gateway(cli, job.model->gateway);
	carry_verdict(out, v);
	carry_texts(out, all, job.model->gateway, job.statement, v);
}

/* The bytes of each gateway, as check_one() makes them. */
static struct zw_str *all_batches(const struct all *all)
{
	const struct zw_model *whole = all->job->whole;
	struct zw_str *batches = ZW_NEW_ARRAY(all->cli->arena, struct zw_str,
					      whole->gateways.n);
	size_t g;

	for (g = 0; g < whole->gateways.n; g++) {
		struct zw_arena *arena = zw_arena_new();
		struct zw_buf bytes = { 0 };

		zw_emit_netlink(arena, &bytes,
				zw_lower(arena, zw_model_at(arena, whole, g)),
				&whole_table, NULL);
		batches[g] = zw_str_copy(
			all->cli->arena,
			(struct zw_str){ bytes.data, bytes.n });
		zw_buf_free(&bytes);
		zw_arena_free(arena);
	}
	return batches;
}

static void check_ends(struct all *all, struct zw_buf *out)
{
	struct zw_cli *cli = all->cli;
	const struct zw_network *network =
		zw_network_from(cli->arena, all->job->whole);
	struct zw_verification *v = zw_verify_network(
		cli->arena, &cli->diags, cli->sources, network,
		all_batches(all), NULL);

	zw_verdict_diagnose(&cli->diags, v, network->policy);
	name_gateway(cli, ZW_STR(""));
	carry_verdict(out, v);
	carry_texts(out, all, ZW_STR(""), network->policy, v);
}

/* What goes over several gateways takes longest and so comes first. */
static void check_piece(void *context, size_t piece, struct zw_buf *out)
{
	struct all *all = context;

	zw_diags_init(&all->cli->diags, all->cli->arena);
	if (all->answers.linked && !piece)
		check_ends(all, out);
	else
		check_one(all, piece - all->answers.linked, out);
	zw_carry_diags(out, &all->cli->diags);
}

/* ---- in the process that began them -------------------------------------- */

/* GATEWAY is NULL of what goes over several. */
static void died(struct zw_diags *diags, const struct zw_model_gateway *gateway,
		 int status)
{
	struct zw_diag *diag =
		gateway ? zw_diag(diags, ZW_Z6070, gateway->span,
				  "gateway '%.*s' was not checked",
				  ZW_STR_ARG(gateway->name)) :
			  zw_diag(diags, ZW_Z6070, ZW_NO_SPAN,
				  "what goes over several gateways was not checked");

	if (status > 128)
		zw_diag_note(
			diags, diag,
			"the process that proves it was ended by signal %d (%s)",
			status - 128, strsignal(status - 128));
	else
		zw_diag_note(diags, diag,
			     "the process that proves it ended with status %d",
			     status);
	if (gateway)
		zw_diag_help(
			diags, diag,
			"is there memory enough? '--gateway %.*s' checks it alone",
			ZW_STR_ARG(gateway->name));
	else
		zw_diag_help(diags, diag, "is there memory enough?");
}

static bool take_answer(struct zw_carried *c, struct zw_gateway_answer *one,
			struct zw_diags *diags)
{
	u64 n;

	one->verdict = (enum zw_verdict)zw_carried_number(c);
	one->families[ZW_IPV4] = zw_carried_number(c);
	one->families[ZW_IPV6] = zw_carried_number(c);
	one->claims = (size_t)zw_carried_number(c);
	one->failed = (size_t)zw_carried_number(c);
	one->undecided = (size_t)zw_carried_number(c);
	for (n = zw_carried_number(c); n && !c->failed; n--)
		zw_push(c->arena, one->assumptions, zw_carried_text(c));
	one->text = zw_carried_text(c);
	one->json = zw_carried_text(c);
	one->suite = zw_carried_text(c);
	zw_carried_diags(c, diags);
	one->came = !c->failed && !c->rest.n;
	return one->came;
}

static void take_one(void *context, size_t piece, int status,
		     struct zw_str result)
{
	struct all *all = context;
	const struct zw_model *whole = all->job->whole;
	size_t gateway = piece - all->answers.linked,
	       n = all->answers.list.n;
	bool ends = all->answers.linked && !piece;
	struct zw_gateway_answer *one =
		ends ? &all->answers.ends : &all->answers.list.v[gateway];
	struct zw_diags *said = &all->said[ends ? n : gateway];
	struct zw_carried carried = { .arena = all->cli->arena,
				      .rest = result };

	if (status || !take_answer(&carried, one, said)) {
		status = status ? status : ZW_STATUS_BUG;
		one->came = false;
		died(said, ends ? NULL : &whole->gateways.v[one->number],
		     status);
		if (status == ZW_STATUS_BUG)
			all->worst = ZW_STATUS_BUG;
	}
	all->done++;
	zw_progress_step(&all->progress,
			 (unsigned)(all->done * 1000 /
				    (n + all->answers.linked)));
}

static void answer(struct all *all)
{
	struct zw_cli *cli = all->cli;
	struct zw_style style = { .colour = cli->colour_out };
	struct zw_buf out = { 0 };
	size_t i;

	for (i = 0; cli->values[ZW_OPT_STATEMENT] && i < all->answers.list.n &&
		    all->format == ZW_FORMAT_TEXT;
	     i++)
		if (all->answers.list.v[i].verdict == ZW_PROVED)
			zw_buf_add(&out, all->answers.list.v[i].text.p,
				   all->answers.list.v[i].text.n);
	if (all->format == ZW_FORMAT_JSON)
		zw_gateways_json(&out, &all->answers, &cli->diags,
				 cli->sources);
	else if (all->format == ZW_FORMAT_JUNIT)
		zw_gateways_junit(&out, &all->answers);
	else if (zw_cli_is_findings(all->format))
		zw_cli_findings(cli, all->format, all->job->path, NULL, &out);
	else
		zw_gateways_text(&out, &all->answers, &style);
	zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}

/* In the order of the gateways, and then of what goes over several. */
static void merge(struct all *all)
{
	struct zw_diags *into = &all->cli->diags;
	size_t g, i;

	for (g = 0; g < all->answers.list.n + all->answers.linked; g++) {
		const struct zw_diags *one = &all->said[g];

		for (i = 0; i < one->list.n; i++)
			zw_push(into->arena, into->list, one->list.v[i]);
		into->errors += one->errors;
		into->suppressed += one->suppressed;
	}
}

/* What is in the share, where what goes over several gateways is the first piece
 * and they themselves follow; and what it is a share of. */
static void list(struct all *all, const struct zw_share *share)
{
	struct zw_gateway_answers *answers = &all->answers;
	const struct zw_model *whole = all->job->whole;
	struct zw_cli *cli = all->cli;
	const struct zw_file_copy *files;
	bool linked = whole->links.n > 0;
	size_t i, n;

	answers->linked = linked && zw_share_has(share, 0);
	for (i = 0; i < whole->gateways.n; i++) {
		struct zw_gateway_answer one = {
			.name = whole->gateways.v[i].name,
			.number = i,
		};

		if (zw_share_has(share, linked + i))
			zw_push(cli->arena, answers->list, one);
		zw_push(cli->arena, answers->share.gateways, one.name);
	}
	if (!cli->values[ZW_OPT_SHARE])
		return;
	answers->share.number = share->number;
	answers->share.of = share->of;
	answers->share.linked = linked;
	files = zw_sources_copies(cli->sources, &n);
	answers->share.sources = zw_generation_digest(cli->arena, files, n);
}

enum zw_status zw_check_all(struct zw_cli *cli, const struct zw_job *job,
			    const struct zw_share *share,
			    enum zw_format format)
{
	struct all all = { .cli = cli, .job = job, .format = format };
	struct zw_side_by_side work = {
		.work = check_piece,
		.done = take_one,
		.context = &all,
	};
	size_t i;
	int err;

	all.answers.policy = job->path;
	list(&all, share);
	work.n = all.answers.list.n + all.answers.linked;
	all.said = ZW_NEW_ARRAY(cli->arena, struct zw_diags, work.n);
	for (i = 0; i < work.n; i++)
		zw_diags_init(&all.said[i], cli->arena);
	zw_progress_begin(&all.progress, "proving");
	err = zw_side_by_side(&work);
	zw_progress_end(&all.progress);
	if (err)
		zw_diag(&cli->diags, ZW_Z6070, ZW_NO_SPAN,
			"no process can be made to prove a gateway: %s",
			strerror(-err));
	merge(&all);
	answer(&all);
	return zw_status_worse(all.worst, zw_status_of(&cli->diags));
}
