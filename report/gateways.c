/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many gateways in few lines: what is proved takes one, what is not is shown
 * whole. */
#include "report/gateways.h"

#include "base/version.h"
#include "report/json.h"
#include "report/json_value.h"
#include "report/junit.h"
#include "report/proxy.h"
#include "report/verdict.h"

const char *zw_gateway_suite(struct zw_arena *arena, const char *policy,
			     struct zw_str gateway)
{
	if (!gateway.n)
		return zw_strf(arena, "%s, end to end", policy).p;
	return zw_strf(arena, "%s, gateway %.*s", policy, ZW_STR_ARG(gateway))
		.p;
}

/* The gateways, and what was decided end to end behind them. */
static size_t parts(const struct zw_gateway_answers *answers)
{
	return answers->list.n + answers->linked;
}

static const struct zw_gateway_answer *
part(const struct zw_gateway_answers *answers, size_t i)
{
	return i < answers->list.n ? &answers->list.v[i] : &answers->ends;
}

const enum zw_verdict *
zw_gateways_verdict(const struct zw_gateway_answers *answers,
		    enum zw_verdict *verdict)
{
	bool undecided = false, refuted = false;
	size_t i;

	for (i = 0; i < parts(answers); i++) {
		const struct zw_gateway_answer *one = part(answers, i);

		if (!one->came)
			return NULL;
		undecided |= one->verdict == ZW_UNDECIDED;
		refuted |= one->verdict == ZW_REFUTED;
	}
	if (!parts(answers))
		return NULL;
	*verdict = refuted ? ZW_REFUTED : undecided ? ZW_UNDECIDED : ZW_PROVED;
	return verdict;
}

struct texts {
	ZW_VEC(struct zw_str) list;
};

/* All assumptions, each once. */
static void gather(struct zw_arena *arena,
		   const struct zw_gateway_answers *answers, struct texts *all)
{
	size_t i, j, k;

	for (i = 0; i < parts(answers); i++) {
		const struct zw_gateway_answer *one = part(answers, i);

		for (j = 0; j < one->assumptions.n; j++) {
			for (k = 0; k < all->list.n; k++)
				if (zw_str_eq(all->list.v[k],
					      one->assumptions.v[j]))
					break;
			if (k == all->list.n)
				zw_push(arena, all->list,
					one->assumptions.v[j]);
		}
	}
}

/* ---- text ---------------------------------------------------------------- */

static enum zw_ink ink_of(const struct zw_gateway_answer *one)
{
	if (!one->came || one->verdict == ZW_REFUTED)
		return ZW_INK_ERROR;
	return one->verdict == ZW_PROVED ? ZW_INK_NOTE : ZW_INK_WARNING;
}

static const char *verdict_of(const struct zw_gateway_answer *one)
{
	return one->came ? zw_verdict_name(one->verdict) : "died";
}

static void line(struct zw_buf *out, const struct zw_gateway_answer *one,
		 size_t width, const struct zw_style *style)
{
	size_t i;

	zw_buf_puts(out, "  ");
	zw_ink(out, style, ink_of(one));
	zw_buf_printf(out, "%-10s", verdict_of(one));
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_printf(out, "%.*s", ZW_STR_ARG(one->name));
	for (i = one->name.n; i < width; i++)
		zw_buf_putc(out, ' ');
	if (!one->came)
		zw_buf_puts(out, "  nothing is known of it");
	else if (one->verdict == ZW_PROVED)
		zw_buf_printf(out, "  %zu claim%s", one->claims,
			      one->claims == 1 ? "" : "s");
	else
		zw_buf_printf(out, "  %zu of %zu claims not proved",
			      one->failed + one->undecided, one->claims);
	zw_buf_putc(out, '\n');
}

static void headline(struct zw_buf *out,
		     const struct zw_gateway_answers *answers,
		     const struct zw_style *style)
{
	size_t i, proved = 0, n = answers->list.n;
	enum zw_verdict room;
	const enum zw_verdict *verdict = zw_gateways_verdict(answers, &room);
	struct zw_gateway_answer all = { .came = verdict != NULL };

	if (verdict)
		all.verdict = *verdict;
	for (i = 0; i < n; i++)
		proved += answers->list.v[i].came &&
			  answers->list.v[i].verdict == ZW_PROVED;
	zw_buf_add_escaped(out, zw_str_from(answers->policy));
	if (answers->share.of)
		zw_buf_printf(out, ", share %u/%u", answers->share.number,
			      answers->share.of);
	zw_buf_puts(out, ": ");
	if (!parts(answers)) {
		zw_buf_puts(out, "none of the gateways\n");
		return;
	}
	zw_ink(out, style, ink_of(&all));
	zw_buf_puts(out, verdict ? zw_verdict_name(*verdict) : "not proved");
	zw_ink(out, style, ZW_INK_PLAIN);
	if (proved < n || !verdict || *verdict != ZW_PROVED) {
		if (proved == n)
			zw_buf_puts(out, " end to end");
		zw_buf_printf(out, ", %zu of %zu gateway%s proved", proved, n,
			      n == 1 ? "" : "s");
	} else {
		if (n == 1)
			zw_buf_puts(out, " at 1 gateway");
		else if (n)
			zw_buf_printf(out, " at each of %zu gateways", n);
		if (answers->linked)
			zw_buf_puts(out, n ? ", and end to end" : " end to end");
	}
	zw_buf_putc(out, '\n');
}

/* What goes over several gateways, claim by claim. */
static void ends(struct zw_buf *out, const struct zw_gateway_answer *one,
		 const struct zw_style *style)
{
	zw_buf_puts(out, "  end to end:");
	if (!one->came) {
		zw_buf_putc(out, ' ');
		zw_ink(out, style, ZW_INK_ERROR);
		zw_buf_puts(out, verdict_of(one));
		zw_ink(out, style, ZW_INK_PLAIN);
		zw_buf_puts(out, ", and nothing is known of it");
	}
	zw_buf_putc(out, '\n');
	zw_buf_add(out, one->text.p, one->text.n);
}

void zw_gateways_text(struct zw_buf *out,
		      const struct zw_gateway_answers *answers,
		      const struct zw_style *style)
{
	struct zw_arena *arena = zw_arena_new();
	struct texts all = { 0 };
	size_t i, width = 0;

	headline(out, answers, style);
	for (i = 0; i < answers->list.n; i++)
		if (answers->list.v[i].name.n > width)
			width = answers->list.v[i].name.n;
	for (i = 0; i < answers->list.n; i++)
		line(out, &answers->list.v[i], width, style);
	if (answers->linked)
		ends(out, &answers->ends, style);
	gather(arena, answers, &all);
	for (i = 0; i < all.list.n; i++) {
		zw_buf_puts(out, i ? "           " : "  assuming ");
		zw_buf_add_escaped(out, all.list.v[i]);
		zw_buf_putc(out, '\n');
	}
	for (i = 0; i < answers->list.n; i++) {
		const struct zw_gateway_answer *one = &answers->list.v[i];

		if (one->came && one->verdict != ZW_PROVED)
			zw_buf_add(out, one->text.p, one->text.n);
	}
	zw_arena_free(arena);
}

/* ---- JSON ---------------------------------------------------------------- */

void zw_json_gateway(struct zw_buf *out, struct zw_str name,
		     const struct zw_verification *verification,
		     const struct zw_statement *statement,
		     const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	json_t *value, *object = json_object();
	struct zw_diags none;

	zw_diags_init(&none, arena);
	value = zw_json_check_value("", verification, statement, &none,
				    sources);
	json_object_del(value, "format");
	json_object_del(value, "policy");
	json_object_del(value, "diagnostics");
	json_object_del(value, "taken");
	zw_json_set(object, "gateway", zw_json_text(name));
	json_object_update(object, value);
	json_decref(value);
	zw_json_put(out, object);
	zw_arena_free(arena);
}

static json_t *element(const struct zw_gateway_answer *one)
{
	json_t *object = NULL;

	if (one->came)
		object = json_loadb(one->json.p, one->json.n, 0, NULL);
	if (object)
		return object;
	object = json_object();
	zw_json_set(object, "gateway", zw_json_text(one->name));
	zw_json_set(object, "verdict", json_null());
	zw_json_set(object, "families", json_array());
	zw_json_set(object, "digest", json_null());
	zw_json_set(object, "claims", json_array());
	zw_json_set(object, "assumptions", json_array());
	zw_json_set(object, "approximations", json_array());
	zw_json_set(object, "proxy", zw_proxy_json(NULL, NULL));
	return object;
}

static bool decided(const struct zw_gateway_answers *answers, unsigned family)
{
	size_t i;

	for (i = 0; i < parts(answers); i++)
		if (!part(answers, i)->came ||
		    !part(answers, i)->families[family])
			return false;
	return true;
}

/* A member of what was decided end to end. */
static void set_from(json_t *root, json_t *from, const char *name,
		     json_t *otherwise)
{
	json_t *value = from ? json_object_get(from, name) : NULL;

	zw_json_set(root, name, value ? json_incref(value) : otherwise);
	if (value)
		json_decref(otherwise);
}

static json_t *share_json(const struct zw_gateway_share *share)
{
	json_t *object = json_object();

	zw_json_set(object, "number", json_integer(share->number));
	zw_json_set(object, "of", json_integer(share->of));
	zw_json_set(object, "gateways",
		    zw_json_texts(share->gateways.v, share->gateways.n));
	zw_json_set(object, "linked", json_boolean(share->linked));
	zw_json_set(object, "sources", zw_json_text(share->sources));
	zw_json_set(object, "version", json_string(ZW_VERSION));
	return object;
}

void zw_gateways_json(struct zw_buf *out,
		      const struct zw_gateway_answers *answers,
		      const struct zw_diags *diags,
		      const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	json_t *root = json_object(), *families = json_array(),
	       *gateways = json_array(), *from = NULL;
	enum zw_verdict room;
	const enum zw_verdict *verdict = zw_gateways_verdict(answers, &room);
	struct texts all = { 0 };
	size_t i;

	gather(arena, answers, &all);
	if (decided(answers, ZW_IPV4))
		zw_json_add(families, json_string("ip"));
	if (decided(answers, ZW_IPV6))
		zw_json_add(families, json_string("ip6"));
	for (i = 0; i < answers->list.n; i++)
		zw_json_add(gateways, element(&answers->list.v[i]));
	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "policy", zw_json_text(zw_str_from(answers->policy)));
	zw_json_set(root, "verdict",
		    verdict ? json_string(zw_verdict_name(*verdict))
			    : json_null());
	zw_json_set(root, "families", families);
	if (answers->linked && answers->ends.came)
		from = json_loadb(answers->ends.json.p, answers->ends.json.n, 0,
				  NULL);
	set_from(root, from, "digest", json_null());
	set_from(root, from, "claims", json_array());
	json_decref(from);
	zw_json_set(root, "assumptions", zw_json_texts(all.list.v, all.list.n));
	zw_json_set(root, "approximations", json_array());
	zw_json_set(root, "proxy", zw_proxy_json(NULL, NULL));
	zw_json_set(root, "gateways", gateways);
	if (answers->share.of)
		zw_json_set(root, "share", share_json(&answers->share));
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
	zw_arena_free(arena);
}

/* ---- JUnit --------------------------------------------------------------- */

void zw_gateways_junit(struct zw_buf *out,
		       const struct zw_gateway_answers *answers)
{
	struct zw_arena *arena = zw_arena_new();
	size_t i, tests = 0, failures = 0, errors = 0;

	for (i = 0; i < parts(answers); i++) {
		const struct zw_gateway_answer *one = part(answers, i);

		tests += one->came ? one->claims : 1;
		failures += one->failed;
		errors += one->came ? one->undecided : 1;
	}
	zw_junit_begin(out, tests, failures, errors);
	for (i = 0; i < parts(answers); i++) {
		const struct zw_gateway_answer *one = part(answers, i);

		if (one->came)
			zw_buf_add(out, one->suite.p, one->suite.n);
		else
			zw_junit_died(out,
				      zw_gateway_suite(arena, answers->policy,
						       one->name));
	}
	zw_junit_end(out);
	zw_arena_free(arena);
}
