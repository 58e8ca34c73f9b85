/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a job to rules that packets meet: read what the kernel holds, prove what
 * it would hold then, send exactly these bytes under the generation that was
 * read. If somebody changed the ruleset in between, all is done again. Whatever
 * fails before the swap is taken back, so the former ruleset stands. After the
 * swap what the kernel holds is read and proved once more, while the former
 * sets and chains are still there to go back to. */
#include "cli/load_policy.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/confined.h"
#include "cli/connections.h"
#include "cli/planned.h"
#include "cli/refusal.h"
#include "loader/dump.h"
#include "loader/gateway.h"
#include "loader/handover.h"
#include "loader/load.h"
#include "loader/names.h"

#define ATTEMPTS 5

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

int zw_apply_read(struct zw_apply *a)
{
	int err;

	a->world.n = a->held.n = 0;
	a->gateway = (struct zw_gateway){ 0 };
	err = zw_dump_all(a->socket, ZW_READ_ELEMENTS, &a->world,
			  &a->generation);
	if (!err)
		err = zw_gateway_read(a->cli->arena,
				      a->cli->values[ZW_OPT_NETNS],
				      &a->gateway);
	a->gateway.early = true;
	if (!err && a->ours)
		a->owned = zw_dump_disown((u8 *)a->world.data, a->world.n,
					  NFPROTO_INET, ZW_PLAN_TABLE);
	if (!err)
		zw_dump_select(&a->held, (const u8 *)a->world.data, a->world.n,
			       NFPROTO_INET, ZW_PLAN_TABLE);
	return err;
}

static bool read_kernel(struct zw_apply *a)
{
	int err = zw_apply_read(a);

	if (err)
		zw_say_socket_error(&a->cli->diags, err,
				    "read the ruleset of the kernel");
	return !err;
}

/* Prove the state that the transactions lead to: what the kernel holds with
 * every message played onto it. */
static bool prove(struct zw_apply *a)
{
	struct zw_buf all = { 0 };

	zw_buf_add(&all, a->world.data, a->world.n);
	zw_buf_add(&all, a->transactions.bytes.data, a->transactions.bytes.n);
	a->verification = zw_job_prove_whole(
		a->cli, &a->job, (const u8 *)all.data, all.n, &a->gateway);
	zw_buf_free(&all);
	return a->verification->verdict == ZW_PROVED;
}

/* Nothing of what was added is reached by packets yet. */
static void take_back(struct zw_apply *a)
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

/* Send the transactions from FIRST up to END under A->generation. */
static int send_part(struct zw_apply *a, size_t first, size_t end)
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
	if (result.error == -EOPNOTSUPP && t->persistent && t->first && !done) {
		fputs("this kernel knows no persistent tables (Linux 6.9 does): the table is a plain one\n",
		      stderr);
		return result.error;
	}
	if (result.error != -ZW_ERESTART)
		zw_say_refusals(&a->cli->diags, t, done, a->job.plan, &result);
	if (done && done < t->swapped)
		take_back(a);
	return result.error;
}

/* 0: loaded; -ERESTART: try again; else a diagnostic was given. */
static int send(struct zw_apply *a)
{
	struct zw_transactions *t = &a->transactions;
	double start = milliseconds(), back;
	int err = send_part(a, 0, t->swapped);

	back = milliseconds();
	a->sent_ms = back - start;
	if (err)
		return err;
	if (t->swapped && !zw_apply_read_back(a))
		return -EBADMSG;
	start = milliseconds();
	a->back_ms = start - back;
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

static struct zw_transactions_options options_of(struct zw_apply *a)
{
	return (struct zw_transactions_options){
		.room = zw_socket_enlarge(a->socket, 64u << 20),
		.persist = a->cli->values[ZW_OPT_PERSIST],
	};
}

struct making {
	const struct zw_apply *a;
	const struct zw_transactions_options *options;
	struct zw_transactions made; /* its bytes are in BYTES */
	struct zw_str bytes;
};

/* What the heap of that process holds is gone with it. */
static void make_step(struct zw_cli *cli, void *context)
{
	struct making *m = context;

	zw_transactions_make(cli->arena, m->a->job.plan,
			     (const u8 *)m->a->held.data, m->a->held.n,
			     m->options, &m->made);
	m->bytes = zw_str_copy(cli->arena, (struct zw_str){ m->made.bytes.data,
							    m->made.bytes.n });
	zw_buf_free(&m->made.bytes);
	m->made.bytes = (struct zw_buf){ 0 };
}

static void make_transactions(struct zw_apply *a,
			      const struct zw_transactions_options *options)
{
	struct making m = { .a = a, .options = options };

	zw_buf_free(&a->transactions.bytes);
	zw_confined(a->cli, make_step, &m, sizeof(m));
	a->transactions = m.made;
	zw_buf_add(&a->transactions.bytes, m.bytes.p, m.bytes.n);
}

bool zw_load_has_rules(struct zw_apply *a)
{
	if (a->job.model->has_policy)
		return true;
	zw_diag_help(
		&a->cli->diags,
		zw_diag(&a->cli->diags, ZW_Z6001, ZW_NO_SPAN,
			"'%s' has no rules: loading it would drop everything",
			a->job.path),
		"a file of zones and claims alone can be checked, not applied");
	return false;
}

bool zw_load_prepare(struct zw_apply *a)
{
	struct zw_transactions_options options = options_of(a);

	if (!read_kernel(a))
		return false;
	make_transactions(a, &options);
	if (a->transactions.owned) {
		zw_say_owned(&a->cli->diags);
		return false;
	}
	return prove(a);
}

static bool attempt(struct zw_apply *a, const struct zw_load_hooks *hooks)
{
	struct zw_transactions_options options = options_of(a);
	int i, err = 0;

	for (i = 0; i < ATTEMPTS; i++) {
		if (i)
			give_way(i);
		if (!read_kernel(a))
			return false;
		make_transactions(a, &options);
		if (a->transactions.owned) /* for a moment, by another load? */
			continue;
		if (!prove(a))
			return false;
		if (a->planned && !zw_planned_still(a, a->planned))
			return false;
		if (hooks && hooks->before && !hooks->before(a, hooks->context))
			return false;
		err = send(a);
		if (err == -EOPNOTSUPP && options.persist) {
			options.persist = false;
			continue;
		}
		if (err != -ZW_ERESTART)
			return !err;
	}
	if (a->transactions.owned && !a->ours) {
		zw_say_owned(&a->cli->diags);
		return false;
	}
	zw_diag_help(
		&a->cli->diags,
		zw_diag(&a->cli->diags, ZW_Z5005, ZW_NO_SPAN,
			"somebody changed the ruleset %d times while this one was proved",
			ATTEMPTS),
		"find out which program does; then apply again");
	return false;
}

/* Times differ from run to run, so they do not stand among the answers. */
static void say_time(const struct zw_apply *a)
{
	fprintf(stderr,
		"%zu transaction%s in %.1f ms; read back and proved in %.1f ms\n",
		a->transactions.list.n, a->transactions.list.n == 1 ? "" : "s",
		a->sent_ms, a->back_ms);
}

/* What of the read-back could not be afforded. */
static void say_large(const struct zw_apply *a)
{
	const struct zw_large_sets *large = &a->large;

	if (!large->sets)
		return;
	fprintf(stderr,
		"%zu set%s with %zu elements %s not read back whole: %s%zu elements were looked up\n",
		large->sets, large->sets == 1 ? "" : "s", large->elements,
		large->sets == 1 ? "was" : "were",
		large->counted ? "their number is right, and " : "",
		large->sampled);
}

static void say_connections(const struct zw_apply *a)
{
	const struct zw_connections_found *found = &a->connections;

	if (found->seen)
		fprintf(stderr, "%zu connection%s judged in %.1f ms\n",
			found->seen, found->seen == 1 ? "" : "s", found->ms);
}

void zw_load_say_figures(const struct zw_apply *a)
{
	say_connections(a);
	if (!a->transactions.list.n)
		return;
	say_large(a);
	say_time(a);
}

/* Packets meet the new rules by now, so no connection comes that they forbid.
 */
static void look_after_connections(struct zw_apply *a)
{
	const struct zw_connections_rules rules = {
		.dump = a->world.data,
		.n = a->world.n,
		.gateway = &a->gateway,
		.statement = a->job.statement,
	};

	double start = milliseconds();

	if (!zw_connections_find(a->cli, a->socket, &rules, &a->connections))
		return;
	a->connections.kept = a->cli->values[ZW_OPT_KEEP_CONNECTIONS];
	if (!a->connections.kept)
		zw_connections_end(a->cli, a->socket, &a->connections);
	a->connections.ms = milliseconds() - start;
}

/* A socket of our own, or that of a process which holds the table here. */
static int open_socket(struct zw_apply *a, int *loan)
{
	const char *netns = a->cli->values[ZW_OPT_NETNS];
	struct zw_socket *own, *borrowed;
	int err = zw_socket_open(netns, &own);

	*loan = -1;
	if (err)
		return err;
	a->socket = own;
	if (zw_handover_borrow(zw_handover_path(a->cli->arena, netns),
			       &borrowed, loan))
		return 0;
	if (zw_socket_neighbours(own, borrowed)) {
		zw_socket_close(own);
		a->socket = borrowed;
		a->ours = true;
		return 0;
	}
	zw_socket_close(borrowed);
	close(*loan);
	*loan = -1;
	return 0;
}

bool zw_load_policy(struct zw_apply *a, const struct zw_load_hooks *hooks)
{
	bool opened = !a->socket;
	bool loaded;
	int err, loan = -1;

	if (opened) {
		err = open_socket(a, &loan);
		if (err) {
			zw_say_open_error(&a->cli->diags, err,
					  a->cli->values[ZW_OPT_NETNS]);
			return false;
		}
	}
	loaded = attempt(a, hooks);
	if (loaded)
		look_after_connections(a);
	if (loaded && hooks && hooks->after)
		loaded = hooks->after(a, hooks->context);
	if (opened) {
		zw_socket_close(a->socket);
		a->socket = NULL;
	}
	if (loan >= 0)
		close(loan);
	return loaded;
}

void zw_load_end(struct zw_apply *a)
{
	zw_buf_free(&a->held);
	zw_buf_free(&a->world);
	zw_buf_free(&a->transactions.bytes);
}
