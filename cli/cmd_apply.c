/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger apply POLICY`: read what the kernel holds, prove what it would hold
 * then, send exactly these bytes under the generation that was read. If
 * somebody changed the ruleset in between, all is done again. Whatever fails
 * before the swap is taken back, so the former ruleset stands. After the swap
 * what the kernel holds is read and proved once more, while the former sets and
 * chains are still there to go back to. */
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/job.h"
#include "cli/refusal.h"
#include "cli/restore.h"
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
	double sent_ms; /* from the first transaction to the last answer */
};

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

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

/* Sets larger than this are not read back: the kernel's walk over a set costs
 * the square of its size. */
#define READ_BACK_ELEMENTS 300000

static bool can_read_back(struct apply *a)
{
	size_t i, elements = 0;

	for (i = 0; i < a->job.plan->sets.n; i++)
		elements += zw_plan_set_size(&a->job.plan->sets.v[i]);
	if (elements <= READ_BACK_ELEMENTS)
		return true;
	fprintf(stderr,
		"not read back: the sets have %zu elements, more than %d\n",
		elements, READ_BACK_ELEMENTS);
	return false;
}

/* Packets meet the new rules: give them the former ones again, or on a first
 * load none that lets anything but loopback pass. A->held is what the kernel
 * holds now, FORMER what it held before. */
static void restore(struct apply *a, const struct zw_buf *former)
{
	struct zw_transactions *t = &a->transactions;
	const struct zw_buf *source = t->first ? &t->bytes : former;
	size_t done, n = t->first ? t->list.v[0].size : former->n;
	struct zw_load_result result;
	struct zw_table_names names;
	struct zw_buf bytes = { 0 };
	struct zw_diag *diag;

	zw_table_names(a->cli->arena, (const u8 *)a->held.data, a->held.n,
		       &names);
	zw_restore(&bytes, &names, (const u8 *)source->data, n);
	zw_load_batches(a->cli->arena, a->socket, (const u8 *)bytes.data,
			bytes.n, NULL, &done, &result);
	diag = zw_diag(
		&a->cli->diags, ZW_Z5005, ZW_NO_SPAN,
		"what the kernel holds after loading does not prove what was proved before");
	if (result.error)
		zw_diag_note(&a->cli->diags, diag,
			     "the former rules could not be restored: %s",
			     strerror(-result.error));
	else if (t->first)
		zw_diag_note(
			&a->cli->diags, diag,
			"there was no ruleset before, so everything but loopback is dropped now");
	else
		zw_diag_note(&a->cli->diags, diag,
			     "the former rules are in force again");
	zw_diag_help(
		&a->cli->diags, diag,
		"find out which program changes table inet %s; then apply again",
		ZW_PLAN_TABLE);
	zw_buf_free(&bytes);
}

/* Prove what the kernel holds now; if it does not hold, go back. */
static bool read_back(struct apply *a)
{
	struct zw_buf former = a->held;
	struct zw_verification *now;
	bool held;

	if (!can_read_back(a))
		return true;
	a->held = (struct zw_buf){ 0 };
	held = read_kernel(a);
	if (held) {
		now = zw_job_prove(a->cli, &a->job, (const u8 *)a->held.data,
				   a->held.n);
		held = now->verdict == ZW_PROVED;
	}
	if (!held)
		restore(a, &former);
	zw_buf_free(&former);
	return held;
}

/* Send the transactions from FIRST up to END under A->generation. */
static int send_part(struct apply *a, size_t first, size_t end)
{
	struct zw_transactions *t = &a->transactions;
	struct zw_load_result result;
	size_t done, start, size;

	if (first == end)
		return 0;
	start = t->list.v[first].start;
	size = t->list.v[end - 1].start + t->list.v[end - 1].size - start;
	zw_load_batches(a->cli->arena, a->socket,
			(const u8 *)t->bytes.data + start, size, &a->generation,
			&done, &result);
	if (!result.error) {
		a->generation = result.generation;
		return 0;
	}
	done += first;
	if (result.error != -ZW_ERESTART)
		zw_say_refusals(&a->cli->diags, t, done, a->job.plan, &result);
	if (done && done < t->swapped)
		take_back(a);
	return result.error;
}

/* 0: loaded; -ERESTART: try again; else a diagnostic was given. */
static int send(struct apply *a)
{
	struct zw_transactions *t = &a->transactions;
	double start = milliseconds(), back;
	int err = send_part(a, 0, t->swapped);

	back = milliseconds();
	a->sent_ms = back - start;
	if (err)
		return err;
	if (t->swapped && !read_back(a))
		return -EBADMSG;
	start = milliseconds();
	err = send_part(a, t->swapped, t->list.n);
	a->sent_ms += milliseconds() - start;
	return err;
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

static void say_count(struct zw_buf *out, const char *what, size_t added,
		      size_t removed)
{
	if (added || removed)
		zw_buf_printf(out, "%s%zu %s%s added, %zu removed",
			      out->n ? "; " : "  ", added, what,
			      added == 1 ? "" : "s", removed);
}

/* What is different now, or that nothing is. */
static void say_changes(const struct zw_transactions *t, struct zw_buf *out)
{
	struct zw_buf text = { 0 };

	say_count(&text, "rule", t->changes.rules_added,
		  t->changes.rules_removed);
	say_count(&text, "set", t->changes.sets_added, t->changes.sets_removed);
	say_count(&text, "element", t->changes.elements_added,
		  t->changes.elements_removed);
	if (!text.n)
		zw_buf_puts(&text, t->list.n ? "  no rule or set is another"
					     : "  nothing has changed");
	zw_buf_putc(&text, '\n');
	zw_buf_add(out, text.data, text.n);
	zw_buf_free(&text);
}

/* Times differ from run to run, so they do not stand among the answers. */
static void say_time(const struct apply *a)
{
	fprintf(stderr, "%zu transaction%s in %.1f ms\n",
		a->transactions.list.n, a->transactions.list.n == 1 ? "" : "s",
		a->sent_ms);
}

static void say_loaded(struct apply *a, enum zw_format format)
{
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		return;
	if (a->transactions.list.n)
		zw_buf_printf(&out, "loaded as generation %u of ",
			      a->transactions.generation);
	else
		zw_buf_puts(&out, "nothing to load into ");
	zw_buf_printf(&out, "table inet %s%s%s\n", ZW_PLAN_TABLE,
		      a->cli->values[ZW_OPT_NETNS] ? " in namespace " : "",
		      a->cli->values[ZW_OPT_NETNS]
			      ? a->cli->values[ZW_OPT_NETNS]
			      : "");
	say_changes(&a->transactions, &out);
	zw_cli_answer(a->cli, &out);
	zw_buf_free(&out);
	if (a->transactions.list.n)
		say_time(a);
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
