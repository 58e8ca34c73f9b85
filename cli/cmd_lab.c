/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger lab X`: test a policy, or a ruleset with a file of zones, in a
 * network of its own. A policy is proved first and loaded as `apply` would: the
 * same transactions, by the same loader. A ruleset is loaded by its own
 * program, and what is expected of it is read from another namespace that it
 * was loaded into. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/job.h"
#include "cli/lab.h"
#include "cli/record.h"
#include "cli/refusal.h"
#include "cli/transactions.h"
#include "lab/netns.h"
#include "loader/dump.h"
#include "loader/load.h"
#include "loader/sandbox.h"

#define SIZE_LIMIT ((size_t)256 << 20)
#define PROBES 10000
#define PROBES_MOST 100000000

struct lab {
	struct zw_cli *cli;
	struct zw_lab_task task;
	struct zw_job job;
	struct zw_transactions transactions;
	struct zw_reading reading;
	enum zw_content content;
};

/* ---- the command line ---------------------------------------------------- */

static bool wrong(struct zw_cli *cli, const char *help, const char *format,
		  const char *value)
{
	struct zw_diag *diag =
		zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN, format, value);

	zw_diag_help(&cli->diags, diag, "%s", help);
	return false;
}

static bool number(struct zw_cli *cli, enum zw_option option, u64 least,
		   u64 most, u64 *out)
{
	const char *text = cli->values[option];
	unsigned long long value;
	char *end;

	if (!text)
		return true;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || value < least ||
	    value > most)
		return wrong(
			cli,
			option == ZW_OPT_PROBES
				? "give a number of packets, from 1 to 100000000"
				: "give a number below 2^64, as the answer shows it",
			"'%s' is no such number", text);
	*out = value;
	return true;
}

static bool open_pcap(struct lab *l)
{
	const char *path = l->cli->values[ZW_OPT_PCAP];
	struct zw_diag *diag;

	l->task.pcap = -1;
	if (!path)
		return true;
	l->task.pcap =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (l->task.pcap >= 0)
		return true;
	diag = zw_diag(&l->cli->diags, ZW_Z6003, ZW_NO_SPAN,
		       "cannot write '%s': %s", path, strerror(errno));
	zw_diag_help(&l->cli->diags, diag, "name a file that can be written");
	return false;
}

static bool read_options(struct lab *l)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	l->task.probes = PROBES;
	l->task.seed =
		((u64)now.tv_sec * 1000003u ^ (u64)now.tv_nsec) % 1000000000u;
	l->task.after_load = l->cli->values[ZW_OPT_AFTER_LOAD];
	return number(l->cli, ZW_OPT_PROBES, 1, PROBES_MOST, &l->task.probes) &&
	       number(l->cli, ZW_OPT_SEED, 0, UINT64_MAX, &l->task.seed) &&
	       open_pcap(l);
}

/* ---- a policy ------------------------------------------------------------ */

static struct zw_socket *open_socket(struct lab *l, int netns)
{
	int former = zw_netns_enter(netns), err;
	struct zw_socket *socket = NULL;

	err = former < 0 ? former : zw_socket_open(NULL, &socket);
	if (former >= 0)
		zw_netns_leave(former);
	if (err)
		zw_say_open_error(&l->cli->diags, err, NULL);
	return socket;
}

static bool send_batches(struct lab *l, struct zw_socket *socket,
			 const struct zw_transactions *t, const u8 *bytes,
			 size_t n)
{
	struct zw_load_result result = { 0 };
	size_t done = 0;

	zw_socket_enlarge(socket, n);
	zw_load_batches(l->cli->arena, socket, bytes, n, NULL, &done, &result);
	if (result.error)
		zw_say_refusals(&l->cli->diags, t, done, l->job.plan, &result);
	return !result.error;
}

static bool load_policy(void *context, int netns)
{
	struct lab *l = context;
	struct zw_socket *socket = open_socket(l, netns);
	bool ok = socket &&
		  send_batches(l, socket, &l->transactions,
			       (const u8 *)l->task.bytes.data, l->task.bytes.n);

	if (socket)
		zw_socket_close(socket);
	return ok;
}

/* The same plan as a new generation: all chains and sets are others. */
static bool send_again(struct lab *l, struct zw_socket *socket)
{
	struct zw_transactions_options options = { .keep = ZW_KEEP_NOTHING };
	struct zw_transactions again = { 0 };
	struct zw_buf held = { 0 };
	u32 generation;
	int err;
	bool ok;

	options.room = zw_socket_enlarge(socket, 64u << 20);
	err = zw_dump_table(socket, NFPROTO_INET, ZW_PLAN_TABLE, &held,
			    &generation);
	if (err) {
		zw_say_socket_error(&l->cli->diags, err,
				    "read the lab's ruleset");
		return false;
	}
	zw_transactions_make(l->cli->arena, l->job.plan, (const u8 *)held.data,
			     held.n, &options, &again);
	ok = send_batches(l, socket, &again, (const u8 *)again.bytes.data,
			  again.bytes.n);
	if (ok)
		zw_buf_add(&l->task.bytes, again.bytes.data, again.bytes.n);
	zw_buf_free(&again.bytes);
	zw_buf_free(&held);
	return ok;
}

static bool reload_policy(void *context, int netns)
{
	struct lab *l = context;
	struct zw_socket *socket = open_socket(l, netns);
	bool ok = socket && send_again(l, socket);

	if (socket)
		zw_socket_close(socket);
	return ok;
}

static size_t room(void)
{
	struct zw_socket *socket;
	size_t n;

	if (zw_socket_open(NULL, &socket))
		return 200000;
	n = zw_socket_enlarge(socket, 64u << 20);
	zw_socket_close(socket);
	return n;
}

static bool read_policy(struct lab *l)
{
	struct zw_transactions_options options = { .room = room() };
	struct zw_verification *v;

	if (!zw_job_policy(l->cli, l->task.name, &l->job))
		return false;
	if (!l->job.model->has_policy)
		return wrong(l->cli,
			     "give a policy, or a ruleset with --zones FILE",
			     "'%s' has no rules, so there is nothing to load",
			     l->task.name);
	zw_transactions_make(l->cli->arena, l->job.plan, NULL, 0, &options,
			     &l->transactions);
	l->task.bytes = l->transactions.bytes;
	v = zw_job_prove(l->cli, &l->job, (const u8 *)l->task.bytes.data,
			 l->task.bytes.n);
	l->task.statement = l->job.statement;
	l->task.load = load_policy;
	l->task.reload = reload_policy;
	return v->verdict == ZW_PROVED;
}

/* ---- a ruleset ----------------------------------------------------------- */

static bool run_program(struct lab *l, int netns,
			enum zw_sandbox_language language)
{
	const char *program = zw_sandbox_program(language);
	const char *const argv[] = {
		program, language == ZW_SANDBOX_NFT ? "-f" : l->task.name,
		language == ZW_SANDBOX_NFT ? l->task.name : NULL, NULL
	};
	struct zw_ran ran = zw_netns_run(netns, argv, NULL);
	bool ok = !ran.status;

	if (!ok)
		zw_diag(&l->cli->diags, ZW_Z6010, ZW_NO_SPAN,
			"'%s' does not load '%s' in the lab: %.*s", program,
			l->task.name, (int)strcspn(ran.err, "\n"), ran.err);
	zw_ran_free(&ran);
	return ok;
}

static bool load_ruleset(void *context, int netns)
{
	struct lab *l = context;

	switch (l->content) {
	case ZW_CONTENT_NFT:
		return run_program(l, netns, ZW_SANDBOX_NFT);
	case ZW_CONTENT_IPTABLES:
		return run_program(l, netns, ZW_SANDBOX_IPTABLES);
	case ZW_CONTENT_IP6TABLES:
		return run_program(l, netns, ZW_SANDBOX_IP6TABLES);
	default:
		return load_policy(context, netns);
	}
}

static bool read_ruleset(struct lab *l)
{
	const struct zw_job_additions none = { 0 };
	const char *zones = l->cli->values[ZW_OPT_ZONES];
	struct zw_diag *diag;

	if (!zones)
		return wrong(l->cli,
			     "name a file with zones, or a policy, by --zones",
			     "'%s' has no zones, so its network is not known",
			     l->task.name);
	if (l->content == ZW_CONTENT_DUMP) {
		diag = zw_diag(&l->cli->diags, ZW_Z6062, ZW_NO_SPAN,
			       "'%s' is a dump, which the lab cannot load",
			       l->task.name);
		zw_diag_help(
			&l->cli->diags, diag,
			"give the text that was loaded, or what 'nft list ruleset' prints");
		return false;
	}
	if (!zw_job_zones(l->cli, zones, &none, &l->job) ||
	    !zw_read_ruleset(l->cli, l->task.name, &l->reading))
		return false;
	zw_buf_add(&l->task.bytes, l->reading.messages.p,
		   l->reading.messages.n);
	l->task.statement = l->job.statement;
	l->task.gateway = l->reading.batch ? NULL : &l->reading.gateway;
	l->task.load = load_ruleset;
	return true;
}

static bool read_input(struct lab *l)
{
	struct zw_str text;

	l->content = ZW_CONTENT_POLICY;
	if (strcmp(l->task.name, "-") &&
	    !zw_read_file(l->cli->arena, l->task.name, SIZE_LIMIT, &text))
		l->content = zw_content_of(l->task.name, text);
	return l->content == ZW_CONTENT_POLICY ? read_policy(l)
					       : read_ruleset(l);
}

static bool run(struct lab *l, struct zw_cli *cli)
{
	bool ok;

	l->cli = cli;
	l->task.cli = cli;
	l->task.name = cli->operands[0];
	l->task.context = l;
	ok = read_options(l) && read_input(l);
	if (ok)
		zw_lab_run(&l->task);
	if (l->task.pcap > 0)
		close(l->task.pcap);
	zw_buf_free(&l->task.bytes);
	return ok;
}

bool zw_record_lab(struct zw_cli *cli, struct zw_buf *out)
{
	struct lab *l = ZW_NEW(cli->arena, struct lab);

	l->task.format = ZW_FORMAT_JSON;
	l->task.answer = out;
	return run(l, cli);
}

enum zw_status zw_cmd_lab(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct lab *l = ZW_NEW(cli->arena, struct lab);

	if (!zw_job_format(cli, formats, 2, &l->task.format))
		return ZW_STATUS_INVALID;
	if (!run(l, cli))
		zw_lab_refuse(&l->task);
	return zw_status_of(&cli->diags);
}
