/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger apply POLICY`: read what the kernel holds, prove what it would hold
 * then, send exactly these bytes under the generation that was read. If
 * somebody changed the ruleset in between, all is done again. Whatever fails
 * before the swap is taken back, so the former ruleset stands. */
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/job.h"
#include "cli/refusal.h"
#include "cli/transactions.h"
#include "loader/dump.h"
#include "loader/load.h"
#include "loader/names.h"

#define ATTEMPTS 5

struct apply {
	struct zw_cli *cli;
	struct zw_job job;
	struct zw_socket *socket;
	struct zw_buf held; /* our table as the kernel holds it */
	u32 generation;	    /* of the kernel, when it was read */

	struct zw_transactions transactions;
	struct zw_verification *verification;
};

static bool read_kernel(struct apply *a)
{

	int err;

	a->held.n = 0;
	err = zw_dump_table(a->socket, NFPROTO_INET, ZW_PLAN_TABLE, &a->held,
			    &a->generation);
	if (err) {
		zw_say_socket_error(&a->cli->diags, err,
				    "read the ruleset of the kernel");
		return false;
	}

	return true;
}

/* Prove the state that the transactions lead to: what the kernel holds with
 * every message played onto it. */
static bool prove(struct apply *a)
{
	struct zw_buf all = { 0 };

	zw_buf_add(&all, a->held.data, a->held.n);
	zw_buf_add(&all, a->transactions.bytes.data, a->transactions.bytes.n);
	a->verification =
		zw_job_prove(a->cli, &a->job, (const u8 *)all.data, all.n);
	zw_buf_free(&all);
	return a->verification->verdict == ZW_PROVED;
}

/* Nothing of what was added is reached by packets yet. */
static void take_back(struct apply *a)
{
	struct zw_buf undo = { 0 };
	struct zw_load_result result;
	struct zw_table_names names;
	size_t done;

	if (!read_kernel(a))
		return;
	zw_table_names(a->cli->arena, (const u8 *)a->held.data, a->held.n,
		       &names);
	zw_transactions_undo(a->cli->arena, &names, a->transactions.first,
			     a->transactions.generation, &undo);
	if (undo.n)
		zw_load_batches(a->cli->arena, a->socket, (const u8 *)undo.data,
				undo.n, &a->generation, &done, &result);
	zw_buf_free(&undo);
}

/* 0: loaded; -ERESTART: try again; else a diagnostic was given. */
static int send(struct apply *a)
{
	struct zw_transactions *t = &a->transactions;
	struct zw_load_result result;
	size_t done;

	zw_load_batches(a->cli->arena, a->socket, (const u8 *)t->bytes.data,
			t->bytes.n, &a->generation, &done, &result);
	if (!result.error)
		return 0;
	if (result.error != -ZW_ERESTART)
		zw_say_refusals(&a->cli->diags, t, done, a->job.plan, &result);
	if (done && done < t->swapped)
		take_back(a);
	return result.error;
}

/* Two loaders that meet must not meet again and again. */
static void give_way(int attempt)
{
	struct timespec now, nap = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	nap.tv_nsec = (now.tv_nsec / 1000 + getpid() * 7919L) % 20 * attempt *
		      1000000L;
	nanosleep(&nap, NULL);
}

static bool load(struct apply *a)
{
	struct zw_transactions_options options = {
		.room = zw_socket_enlarge(a->socket, 64u << 20),
	};
	int i, err = 0;

	for (i = 0; i < ATTEMPTS; i++) {
		if (i)
			give_way(i);
		if (!read_kernel(a))
			return false;
		zw_buf_free(&a->transactions.bytes);
		zw_transactions_make(a->cli->arena, a->job.plan,
				     (const u8 *)a->held.data, a->held.n,
				     &options, &a->transactions);
		if (!prove(a))
			return false;
		err = send(a);
		if (err != -ZW_ERESTART)
			return !err;
	}
	zw_diag_help(
		&a->cli->diags,
		zw_diag(&a->cli->diags, ZW_Z5005, ZW_NO_SPAN,
			"somebody changed the ruleset %d times while this one was proved",
			ATTEMPTS),
		"find out which program does; then apply again");
	return false;
}

static void say_loaded(struct apply *a, enum zw_format format)
{
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		return;
	zw_buf_printf(&out, "loaded as generation %u of table inet %s%s%s\n",
		      a->transactions.generation, ZW_PLAN_TABLE,
		      a->cli->values[ZW_OPT_NETNS] ? " in namespace " : "",
		      a->cli->values[ZW_OPT_NETNS]
			      ? a->cli->values[ZW_OPT_NETNS]
			      : "");
	zw_cli_answer(a->cli, &out);
	zw_buf_free(&out);
}

static void run(struct apply *a, enum zw_format format)
{
	int err;
	bool loaded;

	if (!zw_job_policy(a->cli, a->cli->operands[0], &a->job))
		return;
	if (!a->job.model->has_policy) {
		zw_diag_help(
			&a->cli->diags,
			zw_diag(&a->cli->diags, ZW_Z6001, ZW_NO_SPAN,
				"'%s' has no rules: loading it would drop everything",
				a->job.path),
			"a file of zones and claims alone can be checked, not applied");
		return;
	}
	err = zw_socket_open(a->cli->values[ZW_OPT_NETNS], &a->socket);
	if (err) {
		zw_say_open_error(&a->cli->diags, err,
				  a->cli->values[ZW_OPT_NETNS]);
		return;
	}
	loaded = load(a);
	zw_socket_close(a->socket);
	if (a->verification)
		zw_job_answer(a->cli, &a->job, a->verification, format);
	if (loaded)
		say_loaded(a, format);
}

enum zw_status zw_cmd_apply(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct apply a = { .cli = cli };
	enum zw_format format;

	if (!zw_job_format(cli, formats, 2, &format))
		return ZW_STATUS_INVALID;
	run(&a, format);
	if (!a.verification && format == ZW_FORMAT_JSON)
		zw_job_answer(cli, &a.job, NULL, format);
	zw_buf_free(&a.held);
	zw_buf_free(&a.transactions.bytes);
	return zw_status_of(&cli->diags);
}
