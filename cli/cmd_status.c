/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger status`: what the kernel holds, and what was loaded. Which
 * generation it is is found by asking of each that is kept what a load of it
 * would send: nothing means that it is this one. What it means is proved anew,
 * with all tables there are. Takes no lock, and writes nothing. */
#include <stdio.h>
#include <string.h>

#include "cli/deploy.h"
#include "cli/guard.h"
#include "cli/held.h"
#include "cli/refusal.h"
#include "loader/dump.h"
#include "loader/names.h"
#include "report/in_force.h"
#include "report/verdict.h"

struct status {
	struct zw_deploy d;
	struct zw_apply a; /* what the kernel holds */
	struct zw_in_force f;
	struct zw_generation generation; /* that F compares with */
	bool has_generation;
};

static bool read_kernel(struct status *s, struct zw_cli *cli)
{
	int err = zw_socket_open(cli->values[ZW_OPT_NETNS], &s->a.socket);

	if (err) {
		zw_say_open_error(&cli->diags, err, cli->values[ZW_OPT_NETNS]);
		return false;
	}
	s->a.cli = cli;
	err = zw_apply_read(&s->a);
	if (err)
		zw_say_socket_error(&cli->diags, err,
				    "read the ruleset of the kernel");
	return !err;
}

/* ---- which one it is ---- */

static void settle(struct status *s, const struct zw_generation *g,
		   const struct zw_kept_changes *c)
{
	s->generation = *g;
	s->has_generation = s->f.compared = true;
	s->f.rules =
		(struct zw_loaded_count){ c->rules_added, c->rules_removed };
	s->f.sets = (struct zw_loaded_count){ c->sets_added, c->sets_removed };
	s->f.elements = (struct zw_loaded_count){ c->elements_added,
						  c->elements_removed };
}

/* A load that was cut short behind the swap leaves the former chains and sets,
 * under the same names but for their generation: then the proof tells which of
 * the two is in force. */
static bool is_in_force(struct status *s, const struct zw_generation *g)
{
	const struct zw_verification *v = zw_held_prove(&s->a, g);

	return v && v->verdict == ZW_PROVED;
}

static void compare_with(struct status *s, u32 number, bool by_meaning)
{
	struct zw_generation g;
	struct zw_kept_changes c;
	enum zw_held held;

	if (s->f.held != ZW_IN_FORCE_NONE || number == ZW_GENERATION_NONE ||
	    zw_generation_read(s->a.cli->arena, &s->d.folder, number, &g))
		return;
	held = zw_held_compare(&s->a, &g, &c);
	if (held != ZW_HELD_OTHER || (by_meaning && is_in_force(s, &g))) {
		s->f.held = number;
		s->f.left_behind = held != ZW_HELD_SAME;
	}
	if (s->f.held == number || number == s->f.loaded)
		settle(s, &g, &c);
}

static void find_held(struct status *s, const struct zw_numbers *numbers,
		      bool by_meaning)
{
	const struct zw_ledger *l = &s->d.ledger;
	size_t i;

	compare_with(s, l->loading, by_meaning);
	compare_with(s, l->loaded, by_meaning);
	for (i = numbers->n; i--;)
		compare_with(s, numbers->v[i], by_meaning);
	compare_with(s, ZW_GENERATION_BUILT_IN, by_meaning);
}

/* ---- what it means ---- */

static void prove(struct status *s)
{
	const struct zw_verification *v =
		s->has_generation ? zw_held_prove(&s->a, &s->generation) : NULL;
	size_t i;

	if (!v)
		return;
	s->f.verdict = zw_verdict_name(v->verdict);
	for (i = 0; i < v->claims.n; i++)
		if (v->claims.v[i].verdict != ZW_PROVED)
			zw_push(s->a.cli->arena, s->f.failed,
				v->claims.v[i].claim->text);
}

/* ---- the rest ---- */

static bool has_line(struct zw_str lines, struct zw_str wanted)
{
	while (lines.n) {
		const char *end = memchr(lines.p, '\n', lines.n);
		struct zw_str line = { lines.p, end ? (size_t)(end - lines.p)
						    : lines.n };

		if (zw_str_eq(line, wanted))
			return true;
		lines.p += line.n + (end != NULL);
		lines.n -= line.n + (end != NULL);
	}
	return false;
}

static void find_others(struct status *s)
{
	struct zw_arena *arena = s->a.cli->arena;
	zw_table_list tables;
	size_t i;

	zw_tables(arena, (const u8 *)s->a.world.data, s->a.world.n, &tables);
	for (i = 0; i < tables.n; i++) {
		const struct zw_in_force_table other = {
			tables.v[i],
			s->has_generation &&
				!has_line(s->generation.others, tables.v[i]),
		};

		if (!zw_str_is(tables.v[i], "inet " ZW_PLAN_TABLE))
			zw_push(arena, s->f.others, other);
	}
}

static void list_kept(struct status *s, const struct zw_numbers *numbers)
{
	struct zw_arena *arena = s->a.cli->arena;
	size_t i;

	for (i = 0; i < numbers->n; i++) {
		struct zw_in_force_kept kept = { .number = numbers->v[i] };
		struct zw_generation g;

		kept.damaged = zw_generation_read(arena, &s->d.folder,
						  kept.number, &g) != 0;
		kept.confirmed = zw_ledger_confirmed(&s->d.ledger, kept.number);
		if (!kept.damaged) {
			kept.when = g.when;
			kept.who = g.who;
			kept.policy = zw_generation_policy(arena, &g);
		}
		zw_push(arena, s->f.kept, kept);
	}
}

static void tell_record(struct status *s)
{
	const struct zw_ledger *l = &s->d.ledger;

	s->f.recorded = l->known;
	s->f.loaded = l->loaded;
	s->f.loading = l->loading;
	s->f.since = l->since;
	s->f.by = l->by;
	s->f.held = ZW_IN_FORCE_NONE;
	s->f.waiting = ZW_IN_FORCE_NONE;
	if (zw_deploy_waits(&s->d)) {
		s->f.waiting = l->waiting;
		s->f.back = l->back;
		s->f.left_ms = l->deadline - zw_boot_clock();
		s->f.guarded = zw_guard_stands(&s->d);
	}
}

/* Sets too large to read are those of the generation that was loaded, or no
 * generation can be told from another. */
static void complete(struct status *s)
{
	struct zw_generation g;

	s->f.unread_sets = zw_unread_sets(
		s->a.cli->arena, (const u8 *)s->a.held.data, s->a.held.n);
	if (!s->f.unread_sets || s->f.loaded == ZW_IN_FORCE_NONE ||
	    zw_generation_read(s->a.cli->arena, &s->d.folder, s->f.loaded,
			       &g) ||
	    !zw_held_complete(&s->a, &g))
		return;
	s->f.sampled = s->a.large.sampled;
	s->f.counted = s->a.large.counted;
}

static void gather(struct status *s)
{
	struct zw_numbers numbers = { 0 };
	struct zw_table_names names;

	s->f.netns = s->a.cli->values[ZW_OPT_NETNS];
	tell_record(s);
	if (s->d.folder.fd >= 0)
		zw_generation_numbers(s->a.cli->arena, &s->d.folder, &numbers);
	zw_table_names(s->a.cli->arena, (const u8 *)s->a.held.data, s->a.held.n,
		       &names);
	s->f.table = names.table;
	if (names.table) {
		complete(s);
		find_held(s, &numbers, false);
		if (s->d.ledger.loading != ZW_GENERATION_NONE)
			find_held(s, &numbers, true);
		prove(s);
	}
	if (s->has_generation) {
		s->f.policy = zw_generation_policy(s->a.cli->arena,
						    &s->generation);
		s->f.sources = s->generation.sources;
		s->f.ruleset = s->generation.ruleset;
	}
	find_others(s);
	list_kept(s, &numbers);
}

static void say_drift(struct status *s)
{
	struct zw_diags *diags = &s->a.cli->diags;
	struct zw_diag *diag;

	if (!s->f.table)
		diag = zw_diag(
			diags, ZW_Z5024, ZW_NO_SPAN,
			"the kernel holds no table inet %s, though one was loaded",
			ZW_PLAN_TABLE);
	else if (s->f.verdict && strcmp(s->f.verdict, "proved"))
		diag = zw_diag(diags, ZW_Z5024, ZW_NO_SPAN,
			       "what the kernel holds is %s",
			       s->f.verdict[0] == 'r' ? "refuted"
						      : "not proved");
	else if (!s->f.recorded)
		diag = zw_diag(
			diags, ZW_Z5024, ZW_NO_SPAN,
			"the kernel holds a table that nothing is recorded of");
	else
		diag = zw_diag(
			diags, ZW_Z5024, ZW_NO_SPAN,
			"the kernel holds something else than what was loaded");
	zw_diag_help(
		diags, diag,
		"'zwinger rollback N' or 'zwinger apply' proves and loads what should be there");
}

static void answer(struct status *s, enum zw_format format, bool known)
{
	struct zw_cli *cli = s->a.cli;
	struct zw_buf out = { 0 };

	if (format == ZW_FORMAT_JSON)
		zw_in_force_json(&out, known ? &s->f : NULL, &cli->diags,
				 cli->sources);
	else if (known && format == ZW_FORMAT_PROM)
		zw_in_force_prom(&out, &s->f);
	else if (known)
		zw_in_force_text(&out, &s->f);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
}

enum zw_status zw_cmd_status(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON,
						  ZW_FORMAT_PROM };
	struct status s = { .a = { .cli = cli } };
	enum zw_format format;
	bool known;

	if (!zw_job_format(cli, formats, 3, &format))
		return ZW_STATUS_INVALID;
	known = zw_deploy_look(&s.d, cli, "status") && read_kernel(&s, cli);
	if (known) {
		gather(&s);
		if (zw_in_force_drift(&s.f))
			say_drift(&s);
	}
	answer(&s, format, known);
	if (s.a.socket)
		zw_socket_close(s.a.socket);
	zw_load_end(&s.a);
	zw_deploy_end(&s.d);
	return zw_status_of(&cli->diags);
}
