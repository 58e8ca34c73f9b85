/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After the swap: the kernel's tables are read and proved once more, while the
 * former sets and chains are still there to go back to.
 *
 * Where that does not prove, somebody changed our table or others since. The
 * former rules come back if with today's tables of others they still keep what
 * is built in (no flow from a DMZ to an internal zone); otherwise every base
 * chain of ours drops all but loopback. Where the tables cannot be read at all,
 * since they change again and again, nothing is known to be wrong: what was
 * proved was taken whole, and stays. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/apply.h"
#include "cli/refusal.h"
#include "cli/restore.h"
#include "loader/load.h"
#include "loader/names.h"

#define READINGS 4

static bool keeps_built_in(struct zw_apply *a, const struct zw_buf *batch)
{
	struct zw_statement built_in = *a->job.statement;
	struct zw_verify_options options = { .all_tables = true,
					     .gateway = &a->gateway };
	struct zw_verification *verification;
	struct zw_buf all = { 0 };
	struct zw_diags unsaid;
	size_t i;

	zw_diags_init(&unsaid, a->cli->arena);
	built_in.has_policy = false;
	built_in.claims.n = built_in.claims.cap = 0;
	built_in.claims.v = NULL;
	for (i = 0; i < a->job.statement->claims.n; i++)
		if (a->job.statement->claims.v[i].built_in)
			zw_push(a->cli->arena, built_in.claims,
				a->job.statement->claims.v[i]);
	zw_buf_add(&all, a->world.data, a->world.n);
	zw_buf_add(&all, batch->data, batch->n);
	verification = zw_verify_batch(a->cli->arena, &unsaid, a->cli->sources,
				       (const u8 *)all.data, all.n, &built_in,
				       &options);
	zw_buf_free(&all);
	return verification->verdict == ZW_PROVED;
}

/* Base chains that let loopback pass and nothing else, as a first load begins
 * with them. */
static void make_closed(struct zw_apply *a, const struct zw_table_names *names,
			struct zw_buf *batch)
{
	const struct zw_transactions_options options = { 0 };
	struct zw_transactions first = { 0 };

	zw_transactions_make(a->cli->arena, a->job.plan, NULL, 0, &options,
			     &first);
	zw_restore(batch, names,
		   (const u8 *)first.bytes.data + first.list.v[0].start,
		   first.list.v[0].size);
	zw_buf_free(&first.bytes);
}

/* What was done is the answer, a literal. */
static const char *go_back(struct zw_apply *a, const struct zw_buf *former,
			   struct zw_load_result *result)
{
	const char *done =
		"there was no ruleset before, so everything but loopback is dropped now";
	struct zw_table_names names;
	struct zw_buf batch = { 0 };
	bool again = false;
	size_t taken;

	zw_table_names(a->cli->arena, (const u8 *)a->held.data, a->held.n,
		       &names);
	if (!a->transactions.first) {
		zw_restore(&batch, &names, (const u8 *)former->data, former->n);
		again = keeps_built_in(a, &batch);
		done = again ? "the former rules are in force again"
			     : "with what the tables of others hold now the former rules do not keep the DMZ out, so everything but loopback is dropped now";
	}
	if (!again) {
		batch.n = 0;
		make_closed(a, &names, &batch);
	}
	zw_load_batches(a->cli->arena, a->socket, (const u8 *)batch.data,
			batch.n, NULL, &taken, result);
	zw_buf_free(&batch);
	return done;
}

static void restore(struct zw_apply *a, const struct zw_buf *former,
		    struct zw_str what)
{
	struct zw_diags *diags = &a->cli->diags;
	struct zw_load_result result;
	const char *done = go_back(a, former, &result);
	struct zw_diag *diag = zw_diag(
		diags, ZW_Z5005, ZW_NO_SPAN,
		"what the kernel holds after loading does not prove what was proved before");

	if (what.n)
		zw_diag_note(diags, diag, "%.*s", ZW_STR_ARG(what));
	if (result.error)
		zw_diag_note(diags, diag,
			     "the former rules could not be restored: %s",
			     strerror(-result.error));
	else
		zw_diag_note(diags, diag, "%s", done);
	zw_diag_help(
		diags, diag,
		"find out which program changes table inet %s or others; then apply again",
		ZW_PLAN_TABLE);
}

static void say_unread(struct zw_apply *a, int err)
{
	struct zw_diags *diags = &a->cli->diags;
	struct zw_diag *diag = zw_diag(
		diags, ZW_Z5005, ZW_NO_SPAN,
		"the ruleset is loaded, but could not be read back: %s",
		err == -EAGAIN ? "it changed each time" : strerror(-err));

	zw_diag_note(
		diags, diag,
		"the kernel took what was proved, whole; it stays in force");
	zw_diag_help(
		diags, diag,
		"find out which program changes the tables; then apply again");
}

static int read_patiently(struct zw_apply *a)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	int i, err = -EAGAIN;

	for (i = 0; i < READINGS && err == -EAGAIN; i++) {
		if (i)
			nanosleep(&nap, NULL);
		err = zw_apply_read(a);
	}
	return err;
}

bool zw_apply_read_back(struct zw_apply *a)
{
	struct zw_buf former = a->held;
	struct zw_str what = { 0 };
	bool holds;
	int err;

	a->held = (struct zw_buf){ 0 };
	err = read_patiently(a);
	if (err) {
		say_unread(a, err);
		zw_buf_free(&former);
		return false;
	}
	holds = zw_large_sets_complete(a->cli->arena, a->socket, &a->world,
				       (const u8 *)a->transactions.bytes.data,
				       a->transactions.bytes.n, &a->large,
				       &what);
	if (holds)
		holds = zw_job_prove_whole(a->cli, &a->job,
					   (const u8 *)a->world.data,
					   a->world.n, &a->gateway)
				->verdict == ZW_PROVED;
	if (!holds)
		restore(a, &former, what);
	zw_buf_free(&former);
	return holds;
}
