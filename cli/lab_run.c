/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lab's half of `zwinger lab`: decode what was proved, build the network,
 * have it loaded, send. */
#include <errno.h>
#include <string.h>

#include "cli/input.h"
#include "cli/lab.h"
#include "cli/progress.h"
#include "lab/lab.h"
#include "lab/netns.h"
#include "lab/talk.h"
#include "report/lab.h"
#include "verifier/ruleset.h"

struct run {
	struct zw_lab_task *task;
	struct zw_input input;
	struct zw_study *study;
	struct zw_network network;
	struct zw_aim aim;
	struct zw_lab lab;
	struct zw_capture capture;
};

static bool failed(struct run *r, struct zw_buf *error)
{
	struct zw_diags *diags = &r->task->cli->diags;
	struct zw_diag *diag = zw_diag(diags, ZW_Z5060, ZW_NO_SPAN,
				       "the lab cannot be built or used: %s",
				       error->n ? error->data : "");

	zw_diag_help(
		diags, diag,
		"run it as root, or where users may have user namespaces (sysctl user.max_user_namespaces, user.max_net_namespaces)");
	zw_buf_free(error);
	return false;
}

/* ---- the network --------------------------------------------------------- */

typedef ZW_VEC(struct zw_str) names;

static void add_devices(struct zw_arena *arena, const zw_devices *devices,
			names *out)
{
	size_t i;

	for (i = 0; i < devices->n; i++)
		if (!devices->v[i].prefix)
			zw_push(arena, *out, devices->v[i].name);
}

/* Interfaces that the ruleset names, or the numbers in it. */
static void find_names(const struct run *r, names *out)
{
	struct zw_arena *arena = r->task->cli->arena;
	const struct zw_ruleset *ruleset = r->input.ruleset;
	const struct zw_space *space = r->study->space;
	size_t i;
	u32 c;

	for (i = 0; i < ruleset->chains.n; i++)
		add_devices(arena, &ruleset->chains.v[i].devices, out);
	for (i = 0; i < ruleset->flowtables.n; i++)
		add_devices(arena, &ruleset->flowtables.v[i].devices, out);
	for (i = 0; r->task->gateway && i < r->task->gateway->links.n; i++)
		zw_push(arena, *out, r->task->gateway->links.v[i].name);
	for (c = 0; c < space->class_count; c++)
		if (space->classes[c].lo == space->classes[c].hi)
			zw_push(arena, *out,
				zw_str_from(space->classes[c].sample));
}

static bool study(struct run *r)
{
	struct zw_cli *cli = r->task->cli;

	r->input = (struct zw_input){ .name = r->task->name,
				      .statement = r->task->statement };
	r->input.ruleset = zw_input_decode(cli, &r->task->bytes);
	if (!r->input.ruleset)
		return false;
	r->study = zw_input_study(cli, &r->input, 1);
	return r->study != NULL;
}

static bool make_network(struct run *r)
{
	struct zw_buf error = { 0 };
	names further = { 0 };

	find_names(r, &further);
	if (!zw_network_of(r->task->cli->arena, r->task->statement, further.v,
			   further.n, &r->network)) {
		zw_buf_puts(&error, "it would have too many interfaces");
		return failed(r, &error);
	}
	zw_aim_make(r->task->cli->arena, r->study, &r->network, &r->aim);
	if (!zw_study_spent(r->study))
		return true;
	zw_input_too_large(r->task->cli, r->task->name);
	return false;
}

/* ---- build and load ------------------------------------------------------ */

static bool build(struct run *r)
{
	struct zw_buf error = { 0 };
	int err = zw_lab_enter();

	if (err) {
		zw_buf_printf(&error, "no namespaces: %s", strerror(-err));
		return failed(r, &error);
	}
	r->lab = (struct zw_lab){
		.arena = r->task->cli->arena,
		.network = &r->network,
		.ruleset = r->input.ruleset,
		.random = { r->task->seed },
		.oracle = { .network = &r->network,
			    .gateway = r->task->gateway,
			    .interpreter = zw_interpreter_new(
				    r->task->cli->arena, r->input.ruleset) },
	};
	if (r->task->pcap >= 0) {
		zw_capture_begin(&r->capture, r->task->pcap, &r->network.spec);
		r->lab.capture = &r->capture;
	}
	return zw_lab_build(&r->lab, &error) || failed(r, &error);
}

/* What --after-load says, in the gateway's namespace, and in one of its own for
 * processes: whatever it starts ends with it, and with the lab. */
static bool meddle(struct run *r)
{
	struct zw_diags *diags = &r->task->cli->diags;
	const char *const argv[] = { "unshare",		  "--pid", "--fork",
				     "--kill-child",	  "sh",	   "-c",
				     r->task->after_load, NULL };
	struct zw_diag *diag;
	struct zw_ran ran;
	bool ok;

	if (!r->task->after_load)
		return true;
	ran = zw_netns_run(zw_testbed_netns(r->lab.bed), argv, NULL);
	ok = !ran.status;
	if (!ok) {
		diag = zw_diag(
			diags, ZW_Z6061, ZW_NO_SPAN,
			"the command of --after-load ended with status %d",
			ran.status);
		if (*ran.err)
			zw_diag_note(diags, diag, "it said: %.*s",
				     (int)strcspn(ran.err, "\n"), ran.err);
		zw_diag_help(
			diags, diag,
			"it is run by 'sh -c' in the network namespace of the lab's gateway");
	}
	zw_ran_free(&ran);
	return ok;
}

/* Between packets: the ruleset is loaded anew, and expected as both loads
 * together leave it. What is met is not noted from here on. */
static bool reload(void *context)
{
	struct run *r = context;
	const struct zw_ruleset *ruleset;

	if (!r->task->reload(r->task->context, zw_testbed_netns(r->lab.bed)))
		return false;
	ruleset = zw_input_decode(r->task->cli, &r->task->bytes);
	if (!ruleset)
		return false;
	r->lab.noted = false;
	r->lab.oracle.interpreter =
		zw_interpreter_new(r->task->cli->arena, ruleset);
	return true;
}

/* Two in three packets begin something, the others go on with it; a few are
 * left for the end, so that their number is the one that was asked for. */
static bool send_all(struct run *r, struct zw_buf *error)
{
	u64 probes = r->task->probes, talk = probes / 4, last = talk / 4;
	bool again = r->task->reload && !r->task->after_load;

	if (!zw_lab_forget(&r->lab, error) ||
	    !zw_lab_shoot(&r->lab, &r->aim, probes * 2 / 3, error) ||
	    !zw_lab_talk(&r->lab, &r->aim, talk - last, NULL, NULL, error))
		return false;
	/* What is changed behind the loader's back a reload would mend. */
	if (!zw_lab_talk(&r->lab, &r->aim, last, again ? reload : NULL, r,
			 error))
		return false;
	return r->lab.result.sent >= probes ||
	       zw_lab_shoot(&r->lab, &r->aim, probes - r->lab.result.sent,
			    error);
}

static bool shoot(struct run *r)
{
	struct zw_buf error = { 0 };
	struct zw_progress progress;
	bool ok;

	zw_progress_begin(&progress, "sending packets");
	r->lab.progress = zw_progress_step;
	r->lab.progress_context = &progress;
	r->lab.noted = true;
	ok = send_all(r, &error);
	zw_progress_end(&progress);
	if (!ok && error.n)
		return failed(r, &error);
	return ok;
}

static bool end_capture(struct run *r)
{
	struct zw_diags *diags = &r->task->cli->diags;
	int err = r->lab.capture ? zw_capture_end(&r->capture) : 0;

	if (err)
		zw_diag_help(diags,
			     zw_diag(diags, ZW_Z6003, ZW_NO_SPAN,
				     "cannot write the packets: %s",
				     strerror(-err)),
			     "see that there is room for the file of --pcap");
	return !err;
}

static bool test(struct run *r)
{
	return study(r) && make_network(r) && build(r) &&
	       r->task->load(r->task->context, zw_testbed_netns(r->lab.bed)) &&
	       meddle(r) && shoot(r) && end_capture(r);
}

/* ---- the answer ---------------------------------------------------------- */

static void say_differences(struct run *r)
{
	struct zw_diags *diags = &r->task->cli->diags;
	u64 n = r->lab.result.differences;

	if (!n)
		return;
	zw_diag_help(
		diags,
		zw_diag(diags, ZW_Z6060, ZW_NO_SPAN,
			"%llu packet%s fared otherwise than was proved",
			(unsigned long long)n, n == 1 ? "" : "s"),
		"the answer shows the first of them, with the way by the proof and the way by the kernel");
}

void zw_lab_run(struct zw_lab_task *task)
{
	struct run *r = ZW_NEW(task->cli->arena, struct run);
	struct zw_style style = { .colour = task->cli->colour_out };
	struct zw_lab_answer answer = { .name = task->name,
					.seed = task->seed };
	struct zw_buf out = { 0 };
	bool ok;

	r->task = task;
	ok = test(r);
	if (ok)
		say_differences(r);
	answer.lab = &r->lab;
	answer.aim = &r->aim;
	if (task->format == ZW_FORMAT_JSON)
		zw_lab_json(&out, ok ? &answer : NULL, &task->cli->diags,
			    task->cli->sources);
	else if (ok)
		zw_lab_text(&out, &answer, &style);
	if (out.n && task->answer)
		zw_buf_add(task->answer, out.data, out.n);
	else if (out.n)
		zw_cli_answer(task->cli, &out);
	zw_buf_free(&out);
	zw_lab_close(&r->lab);
	zw_routing_free(r->network.ways);
	zw_study_free(r->study);
}

void zw_lab_refuse(struct zw_lab_task *task)
{
	struct zw_buf out = { 0 };

	if (task->format != ZW_FORMAT_JSON)
		return;
	zw_lab_json(&out, NULL, &task->cli->diags, task->cli->sources);
	zw_cli_answer(task->cli, &out);
	zw_buf_free(&out);
}
