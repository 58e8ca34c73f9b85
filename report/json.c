/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON answer, built with jansson: verdict, families, claims with their
 * witnesses, diagnostics. Members keep the order in which they are set. */
#include "report/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "report/diagnostics.h"
#include "report/verdict.h"

static json_t *text(struct zw_str s)
{
	json_t *value = json_stringn(s.n ? s.p : "", s.n);

	/* bytes that are no UTF-8 (of a foreign ruleset) are escaped */
	if (!value) {
		struct zw_buf escaped = { 0 };

		zw_buf_add_escaped(&escaped, s);
		value = json_stringn(escaped.data, escaped.n);
		zw_buf_free(&escaped);
	}
	ZW_ASSERT(value);
	return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
	ZW_ASSERT(value && !json_object_set_new(object, key, value));
}

static void add(json_t *array, json_t *value)
{
	ZW_ASSERT(value && !json_array_append_new(array, value));
}

static void set_place(json_t *object, const struct zw_sources *sources,
		      struct zw_span span)
{
	struct zw_place place;

	if (span.file == ZW_NO_FILE) {
		set(object, "file", json_null());
		set(object, "line", json_null());
		return;
	}
	place = zw_sources_place(sources, span);
	set(object, "file", text(place.file));
	set(object, "line", json_integer(place.line));
	set(object, "column", json_integer(place.column));
	set(object, "length", json_integer(span.len));
}

static json_t *address(struct zw_ip ip)
{
	char out[46];

	return json_string(zw_ip_format(ip, out));
}

static json_t *path_of(const struct zw_witness *w)
{
	json_t *path = json_array();
	size_t i;

	for (i = 0; i < w->path.n; i++) {
		const struct zw_step *s = &w->path.v[i];
		json_t *step = json_object();

		set(step, "hook", text(s->hook));
		set(step, "table", text(s->table));
		set(step, "chain", text(s->chain));
		set(step, "rule", json_integer(s->position));
		set(step, "handle", json_integer((json_int_t)s->handle));
		set(step, "place", text(s->comment));
		set(step, "what", text(s->what));
		add(path, step);
	}
	return path;
}

static json_t *texts(const struct zw_str *v, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		add(array, text(v[i]));
	return array;
}

static json_t *witness_of(const struct zw_claim_result *r)
{
	const struct zw_witness *w = &r->witness;
	json_t *object;

	if (!r->has_witness)
		return json_null();
	object = json_object();
	set(object, "from", text(w->in));
	set(object, "to", text(w->out));
	set(object, "family",
	    json_string(w->family == ZW_IPV4 ? "ip" : "ip6"));
	set(object, "proto", text(w->proto_name));
	set(object, "src", address(w->src));
	set(object, "dst", address(w->dst));
	if (w->has_ports) {
		set(object, "sport", json_integer(w->sport));
		set(object, "dport", json_integer(w->dport));
	}
	if (w->has_type) {
		set(object, "type", json_integer(w->type));
		set(object, "code", json_integer(w->code));
	}
	set(object, "state", text(w->state));
	if (w->direction.n)
		set(object, "direction", text(w->direction));
	if (w->details.n)
		set(object, "details", text(w->details));
	set(object, "outcome", text(w->outcome));
	set(object, "path", path_of(w));
	return object;
}

static json_t *extent_of(const struct zw_claim_result *r)
{
	json_t *object;

	if (!r->extent.box.n)
		return json_null();
	object = json_object();
	set(object, "count", text(r->extent.count));
	set(object, "box", text(r->extent.box));
	return object;
}

static json_t *claim_of(const struct zw_claim_result *r,
			const struct zw_statement *statement,
			const struct zw_sources *sources)
{
	json_t *object = json_object();
	json_t *assumptions = texts(r->assumptions.v, r->assumptions.n);
	size_t i;

	set(object, "claim", text(r->claim->text));
	set(object, "built_in", json_boolean(r->claim->built_in));
	set_place(object, sources, r->claim->span);
	set(object, "verdict", json_string(zw_verdict_name(r->verdict)));
	set(object, "reason", r->reason.n ? text(r->reason) : json_null());
	if (r->has_witness && statement) {
		set(object, "from_zone",
		    text(zw_statement_zone_name(statement,
						r->witness.from_zone)));
		set(object, "to_zone",
		    text(zw_statement_zone_name(statement,
						r->witness.to_zone)));
	}
	set(object, "witness", witness_of(r));
	set(object, "extent", extent_of(r));
	for (i = 0; r->has_witness && i < r->witness.assumptions.n; i++)
		add(assumptions, text(r->witness.assumptions.v[i]));
	set(object, "assumptions", assumptions);
	return object;
}

static json_t *diagnostic_of(const struct zw_diag *diag,
			     const struct zw_sources *sources)
{
	static const char *const levels[] = { "note", "warning", "error" };
	json_t *object = json_object(), *notes = json_array(),
	       *labels = json_array();
	size_t i;

	set(object, "code", json_string(zw_code_info(diag->code)->name));
	set(object, "level", json_string(levels[diag->level]));
	set(object, "message", text(diag->message));
	set_place(object, sources, diag->primary.span);
	for (i = 0; i < diag->labels.n; i++) {
		json_t *label = json_object();

		set(label, "message", text(diag->labels.v[i].text));
		set_place(label, sources, diag->labels.v[i].span);
		add(labels, label);
	}
	for (i = 0; i < diag->notes.n; i++) {
		json_t *note = json_object();

		set(note, "kind", json_string(diag->notes.v[i].kind));
		set(note, "message", text(diag->notes.v[i].text));
		add(notes, note);
	}
	set(object, "labels", labels);
	set(object, "notes", notes);
	set(object, "help", diag->help.n ? text(diag->help) : json_null());
	return object;
}

static void set_families(json_t *root,
			 const struct zw_verification *verification)
{
	json_t *families = json_array();

	if (verification && verification->families[ZW_IPV4])
		add(families, json_string("ip"));
	if (verification && verification->families[ZW_IPV6])
		add(families, json_string("ip6"));
	set(root, "families", families);
}

static void set_digest(json_t *root, const struct zw_verification *verification)
{
	char hex[65];
	size_t i;

	if (!verification) {
		set(root, "digest", json_null());
		return;
	}
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", verification->digest[i]);
	set(root, "digest", json_string(hex));
}

void zw_json_check(struct zw_buf *out, const char *name,
		   const struct zw_verification *verification,
		   const struct zw_statement *statement,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diag **sorted = zw_diagnostics_sorted(arena, diags);
	json_t *root = json_object(), *claims = json_array(),
	       *diagnostics = json_array();
	char *dump;
	size_t i;

	set(root, "format", json_integer(1));
	set(root, "policy", text(zw_str_from(name)));
	set(root, "verdict",
	    verification ? json_string(zw_verdict_name(verification->verdict)) :
			   json_null());
	set_families(root, verification);
	set_digest(root, verification);
	for (i = 0; verification && i < verification->claims.n; i++)
		add(claims, claim_of(&verification->claims.v[i], statement,
				     sources));
	set(root, "claims", claims);
	set(root, "assumptions",
	    verification ? texts(verification->assumptions.v,
				 verification->assumptions.n) :
			   json_array());
	for (i = 0; i < diags->list.n; i++)
		add(diagnostics, diagnostic_of(sorted[i], sources));
	set(root, "diagnostics", diagnostics);
	dump = json_dumps(root, JSON_INDENT(2));
	ZW_ASSERT(dump);
	zw_buf_puts(out, dump);
	zw_buf_putc(out, '\n');
	free(dump);
	json_decref(root);
	zw_arena_free(arena);
}
