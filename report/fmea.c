/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single faults as a table of modes and effects, and one by one. */
#include "report/fmea.h"

#include "report/json_value.h"
#include "report/verdict.h"

#define SHOWN 12       /* faults of one effect */
#define CLAIMS_SHOWN 3 /* of one fault */

/* ---- for people ---------------------------------------------------------- */

static const char *const heads[] = { "isolation", "safety", "doubt", "service",
				     "more",	  "less",   "none" };

static void put_table(struct zw_buf *out, const struct zw_fmea *fmea)
{
	size_t m, e;

	zw_buf_printf(out, "  %-27s", "failure mode");
	for (e = 0; e < ZW_EFFECTS; e++)
		zw_buf_printf(out, " %9s", heads[e]);
	zw_buf_putc(out, '\n');
	for (m = 0; m < ZW_FAULT_MODES; m++) {
		u64 sum = 0;

		for (e = 0; e < ZW_EFFECTS; e++)
			sum += fmea->by_mode[m][e];
		if (!sum)
			continue;
		zw_buf_printf(out, "  %-27s", zw_fault_mode_words(m));
		for (e = 0; e < ZW_EFFECTS; e++) {
			if (fmea->by_mode[m][e])
				zw_buf_printf(out, " %9llu",
					      (unsigned long long)
						      fmea->by_mode[m][e]);
			else
				zw_buf_printf(out, " %9s", ".");
		}
		zw_buf_putc(out, '\n');
	}
}

static void put_place(struct zw_buf *out, const struct zw_fault *fault)
{
	/* the file alone tells nothing */
	if (!fault->place.n || !memchr(fault->place.p, ':', fault->place.n))
		return;
	zw_buf_puts(out, "  <- ");
	zw_buf_add_escaped(out, fault->place);
}

static void put_claim(struct zw_buf *out, const struct zw_claim_result *r)
{
	zw_buf_printf(out, "      %s  ", zw_verdict_name(r->verdict));
	zw_buf_add_escaped(out, r->claim->text);
	zw_buf_puts(out, "\n        ");
	if (r->has_witness) {
		zw_witness_packet(out, &r->witness);
		zw_buf_puts(out, ": ");
		zw_buf_add_escaped(out, r->witness.outcome);
	} else {
		zw_buf_add_escaped(out, r->reason);
	}
	zw_buf_putc(out, '\n');
}

static void put_step(struct zw_buf *out, const struct zw_step *step)
{
	zw_buf_puts(out, "'");
	zw_buf_add_escaped(out, step->what);
	zw_buf_puts(out, "' ");
	if (step->position)
		zw_buf_printf(out, "of rule %u ", step->position);
	zw_buf_puts(out, "of chain '");
	zw_buf_add_escaped(out, step->chain);
	zw_buf_puts(out, "' at ");
	zw_buf_add_escaped(out, step->hook);
}

static void put_still(struct zw_buf *out, const struct zw_failure *f)
{
	if (f->effect <= ZW_EFFECT_SAFETY) {
		zw_buf_puts(
			out,
			"      nothing else on this gateway stops it: a single point of failure\n");
		return;
	}
	if (!f->has_still)
		return;
	zw_buf_puts(out, "      still stopped by ");
	put_step(out, &f->still.path.v[f->still.path.n - 1]);
	zw_buf_puts(out, "\n        ");
	zw_witness_packet(out, &f->still);
	zw_buf_putc(out, '\n');
}

static void put_failure(struct zw_buf *out, const struct zw_failure *f)
{
	size_t i, hidden = 0;

	zw_buf_puts(out, "    ");
	zw_fault_text(out, &f->fault);
	put_place(out, &f->fault);
	zw_buf_putc(out, '\n');
	for (i = 0; i < f->fallen.n; i++) {
		/* the policy's exactness falls with any of them */
		if (f->fallen.v[i].claim->kind == ZW_EXACT && f->fallen.n > 1)
			continue;
		if (i >= CLAIMS_SHOWN)
			hidden++;
		else
			put_claim(out, &f->fallen.v[i]);
	}
	if (hidden)
		zw_buf_printf(out, "      and %zu claim%s more\n", hidden,
			      hidden == 1 ? "" : "s");
	put_still(out, f);
}

static void put_effect(struct zw_buf *out, const struct zw_fmea *fmea,
		       enum zw_effect effect, const struct zw_style *style)
{
	u64 shown = 0, all = fmea->by_effect[effect];
	size_t i;

	if (!all)
		return;
	zw_buf_puts(out, "\n  ");
	zw_ink(out, style,
	       effect <= ZW_EFFECT_SAFETY ? ZW_INK_ERROR : ZW_INK_BOLD);
	zw_buf_printf(out, "%s", zw_effect_words(effect));
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_printf(out, " (%llu)\n", (unsigned long long)all);
	for (i = 0; i < fmea->failures.n && shown < SHOWN; i++) {
		const struct zw_failure *f = &fmea->failures.v[i];

		if (f->effect != effect)
			continue;
		put_failure(out, f);
		shown++;
	}
	if (shown < all)
		zw_buf_printf(out,
			      "    and %llu more; --format json lists all\n",
			      (unsigned long long)(all - shown));
}

struct line {
	const struct zw_step *step;
	u64 count;
};

typedef ZW_VEC(struct line) lines;

static bool same_step(const struct zw_step *a, const struct zw_step *b)
{
	return a->position == b->position && zw_str_eq(a->chain, b->chain) &&
	       zw_str_eq(a->table, b->table);
}

static void add_line(struct zw_arena *arena, lines *all,
		     const struct zw_step *step)
{
	struct line line = { step, 1 };
	size_t i;

	for (i = 0; i < all->n; i++) {
		if (same_step(all->v[i].step, step)) {
			all->v[i].count++;
			return;
		}
	}
	zw_push(arena, *all, line);
}

/* What stops forbidden packets after a fault, and after how many of them. */
static void put_second_lines(struct zw_buf *out, const struct zw_fmea *fmea)
{
	struct zw_arena *arena = zw_arena_new();
	lines all = { 0 };
	size_t i, k, best;

	for (i = 0; i < fmea->failures.n; i++) {
		const struct zw_failure *f = &fmea->failures.v[i];

		if (f->has_still)
			add_line(arena, &all,
				 &f->still.path.v[f->still.path.n - 1]);
	}
	if (all.n)
		zw_buf_puts(
			out,
			"\n  second lines: what still stops a forbidden packet after so many of the faults\n");
	for (i = 0; i < all.n && i < SHOWN; i++) {
		best = i;
		for (k = i; k < all.n; k++) {
			if (all.v[k].count > all.v[best].count)
				best = k;
		}
		zw_buf_printf(out, "  %5llu  ",
			      (unsigned long long)all.v[best].count);
		put_step(out, all.v[best].step);
		zw_buf_putc(out, '\n');
		all.v[best] = all.v[i];
	}
	zw_arena_free(arena);
}

void zw_fmea_text(struct zw_buf *out, const struct zw_fmea_answer *a,
		  const struct zw_style *style)
{
	const struct zw_fmea *fmea = a->fmea;
	enum zw_effect effect;

	zw_buf_add_escaped(out, zw_str_from(a->name));
	zw_buf_printf(out, ": %llu single faults",
		      (unsigned long long)fmea->tried);
	if (fmea->tried < fmea->known)
		zw_buf_printf(out, " of %llu, drawn with seed %llu",
			      (unsigned long long)fmea->known,
			      (unsigned long long)fmea->seed);
	zw_buf_printf(
		out, ", %llu of them a single point of failure\n\n",
		(unsigned long long)(fmea->by_effect[ZW_EFFECT_ISOLATION] +
				     fmea->by_effect[ZW_EFFECT_SAFETY]));
	put_table(out, fmea);
	/* what changes nothing, or less passes, is in the table */
	for (effect = 0; effect <= ZW_EFFECT_MORE; effect++)
		put_effect(out, fmea, effect, style);
	put_second_lines(out, fmea);
	zw_buf_puts(
		out,
		"\n  each fault by itself, on the decoded ruleset or on what the policy says of its surroundings;\n"
		"  the kernel, the hardware and who may change them are no part of it\n");
}

/* ---- for programs -------------------------------------------------------- */

static json_t *text_or_null(struct zw_str text)
{
	return text.n ? zw_json_text(text) : json_null();
}

static json_t *claim_of(const struct zw_claim_result *r,
			const struct zw_statement *statement)
{
	json_t *object = json_object();

	zw_json_set(object, "claim", zw_json_text(r->claim->text));
	zw_json_set(object, "verdict",
		    json_string(zw_verdict_name(r->verdict)));
	zw_json_set(object, "reason", text_or_null(r->reason));
	zw_json_set(object, "from_zone",
		    r->has_witness ? zw_json_text(zw_statement_zone_name(
					     statement, r->witness.from_zone))
				   : json_null());
	zw_json_set(object, "to_zone",
		    r->has_witness ? zw_json_text(zw_statement_zone_name(
					     statement, r->witness.to_zone))
				   : json_null());
	zw_json_set(object, "witness",
		    r->has_witness ? zw_json_witness(&r->witness)
				   : json_null());
	zw_json_set(object, "assumptions",
		    zw_json_texts(r->witness.assumptions.v,
				  r->witness.assumptions.n));
	return object;
}

static json_t *failure_of(const struct zw_failure *f,
			  const struct zw_statement *statement)
{
	json_t *object = json_object(), *fallen = json_array();
	struct zw_buf text = { 0 };
	size_t i;

	zw_fault_text(&text, &f->fault);
	zw_json_set(object, "mode",
		    json_string(zw_fault_mode_name(f->fault.mode)));
	zw_json_set(object, "fault",
		    zw_json_text((struct zw_str){ text.data, text.n }));
	zw_buf_free(&text);
	zw_json_set(object, "object", zw_json_text(f->fault.object));
	zw_json_set(object, "rule", text_or_null(f->fault.place));
	zw_json_set(object, "effect", json_string(zw_effect_name(f->effect)));
	zw_json_set(object, "single_point_of_failure",
		    json_boolean(f->effect <= ZW_EFFECT_SAFETY));
	for (i = 0; i < f->fallen.n; i++)
		zw_json_add(fallen, claim_of(&f->fallen.v[i], statement));
	zw_json_set(object, "fallen", fallen);
	zw_json_set(object, "still_stopped",
		    f->has_still ? zw_json_witness(&f->still) : json_null());
	return object;
}

static json_t *count_of(u64 n)
{
	return json_integer((json_int_t)n);
}

static json_t *effects_of(const u64 counts[ZW_EFFECTS])
{
	json_t *object = json_object();
	enum zw_effect e;

	for (e = 0; e < ZW_EFFECTS; e++)
		zw_json_set(object, zw_effect_name(e), count_of(counts[e]));
	return object;
}

static json_t *modes_of(const struct zw_fmea *fmea)
{
	json_t *object = json_object();
	size_t m;

	for (m = 0; m < ZW_FAULT_MODES; m++)
		zw_json_set(object, zw_fault_mode_name(m),
			    effects_of(fmea->by_mode[m]));
	return object;
}

void zw_fmea_json(struct zw_buf *out, const struct zw_fmea_answer *a,
		  const struct zw_diags *diags,
		  const struct zw_sources *sources)
{
	json_t *root = json_object(), *failures = json_array();
	const struct zw_fmea *fmea = a ? a->fmea : NULL;
	bool sampled = fmea && fmea->tried < fmea->known;
	size_t i;

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "name", a ? json_string(a->name) : json_null());
	zw_json_set(root, "verdict",
		    fmea ? json_string(zw_verdict_name(fmea->base.verdict))
			 : json_null());
	zw_json_set(root, "known", fmea ? count_of(fmea->known) : json_null());
	zw_json_set(root, "tried", fmea ? count_of(fmea->tried) : json_null());
	zw_json_set(root, "seed", sampled ? count_of(fmea->seed) : json_null());
	zw_json_set(root, "effects",
		    fmea ? effects_of(fmea->by_effect) : json_null());
	zw_json_set(root, "modes", fmea ? modes_of(fmea) : json_null());
	for (i = 0; fmea && i < fmea->failures.n; i++)
		zw_json_add(failures,
			    failure_of(&fmea->failures.v[i], a->statement));
	zw_json_set(root, "failures", failures);
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}
