/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as JSON, the same in every answer: texts, places, addresses, packets
 * and diagnostics. Running out of memory within jansson is a bug like running
 * out of it elsewhere. */
#include "report/json_value.h"

#include <stdlib.h>

#include "base/assert.h"
#include "report/diagnostics.h"

json_t *zw_json_text(struct zw_str s)
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

void zw_json_set(json_t *object, const char *key, json_t *value)
{
	ZW_ASSERT(value && !json_object_set_new(object, key, value));
}

void zw_json_add(json_t *array, json_t *value)
{
	ZW_ASSERT(value && !json_array_append_new(array, value));
}

void zw_json_set_place(json_t *object, const struct zw_sources *sources,
		       struct zw_span span)
{
	struct zw_place place;

	if (span.file == ZW_NO_FILE) {
		zw_json_set(object, "file", json_null());
		zw_json_set(object, "line", json_null());
		return;
	}
	place = zw_sources_place(sources, span);
	zw_json_set(object, "file", zw_json_text(place.file));
	zw_json_set(object, "line", json_integer(place.line));
	zw_json_set(object, "column", json_integer(place.column));
	zw_json_set(object, "length", json_integer(span.len));
}

json_t *zw_json_address(struct zw_ip ip)
{
	char out[46];

	return json_string(zw_ip_format(ip, out));
}

json_t *zw_json_path(const struct zw_step *v, size_t n)
{
	json_t *path = json_array();
	size_t i;

	for (i = 0; i < n; i++) {
		const struct zw_step *s = &v[i];
		json_t *step = json_object();

		if (s->gateway.n)
			zw_json_set(step, "gateway", zw_json_text(s->gateway));
		zw_json_set(step, "hook", zw_json_text(s->hook));
		zw_json_set(step, "table", zw_json_text(s->table));
		zw_json_set(step, "chain", zw_json_text(s->chain));
		zw_json_set(step, "rule", json_integer(s->position));
		zw_json_set(step, "handle",
			    json_integer((json_int_t)s->handle));
		zw_json_set(step, "place", zw_json_text(s->comment));
		zw_json_set(step, "what", zw_json_text(s->what));
		zw_json_add(path, step);
	}
	return path;
}

json_t *zw_json_texts(const struct zw_str *v, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		zw_json_add(array, zw_json_text(v[i]));
	return array;
}

/* Each with the packet as it came there, whose path is the witness's. */
static json_t *hops_of(const struct zw_witness *w)
{
	json_t *hops = json_array();
	size_t i;

	for (i = 0; i < w->hops.n; i++) {
		const struct zw_hop *hop = &w->hops.v[i];
		json_t *object = json_object();
		json_t *packet = zw_json_witness(hop->witness);

		json_object_del(packet, "path");
		zw_json_set(object, "gateway", zw_json_text(hop->gateway));
		zw_json_set(object, "link",
			    hop->link.n ? zw_json_text(hop->link)
					: json_null());
		zw_json_set(object, "packet", packet);
		zw_json_add(hops, object);
	}
	return hops;
}

json_t *zw_json_witness(const struct zw_witness *w)
{
	json_t *object = json_object();

	zw_json_set(object, "from", zw_json_text(w->in));
	zw_json_set(object, "to", zw_json_text(w->out));
	zw_json_set(object, "family",
		    json_string(w->family == ZW_IPV4 ? "ip" : "ip6"));
	zw_json_set(object, "proto", zw_json_text(w->proto_name));
	zw_json_set(object, "src", zw_json_address(w->src));
	zw_json_set(object, "dst", zw_json_address(w->dst));
	if (w->has_ports) {
		zw_json_set(object, "sport", json_integer(w->sport));
		zw_json_set(object, "dport", json_integer(w->dport));
	}
	if (w->has_type) {
		zw_json_set(object, "type", json_integer(w->type));
		zw_json_set(object, "code", json_integer(w->code));
	}
	zw_json_set(object, "state", zw_json_text(w->state));
	if (w->direction.n)
		zw_json_set(object, "direction", zw_json_text(w->direction));
	if (w->details.n)
		zw_json_set(object, "details", zw_json_text(w->details));
	zw_json_set(object, "outcome", zw_json_text(w->outcome));
	if (w->hops.n)
		zw_json_set(object, "hops", hops_of(w));
	zw_json_set(object, "path", zw_json_path(w->path.v, w->path.n));
	return object;
}

static json_t *diagnostic_of(const struct zw_diag *diag,
			     const struct zw_sources *sources)
{
	static const char *const levels[] = { "note", "warning", "error" };
	json_t *object = json_object(), *notes = json_array(),
	       *labels = json_array();
	size_t i;

	zw_json_set(object, "code",
		    json_string(zw_code_info(diag->code)->name));
	zw_json_set(object, "level", json_string(levels[diag->level]));
	zw_json_set(object, "message", zw_json_text(diag->message));
	zw_json_set_place(object, sources, diag->primary.span);
	for (i = 0; i < diag->labels.n; i++) {
		json_t *label = json_object();

		zw_json_set(label, "message",
			    zw_json_text(diag->labels.v[i].text));
		zw_json_set_place(label, sources, diag->labels.v[i].span);
		zw_json_add(labels, label);
	}
	for (i = 0; i < diag->notes.n; i++) {
		json_t *note = json_object();

		zw_json_set(note, "kind", json_string(diag->notes.v[i].kind));
		zw_json_set(note, "message",
			    zw_json_text(diag->notes.v[i].text));
		zw_json_add(notes, note);
	}
	zw_json_set(object, "labels", labels);
	zw_json_set(object, "notes", notes);
	zw_json_set(object, "help",
		    diag->help.n ? zw_json_text(diag->help) : json_null());
	return object;
}

json_t *zw_json_diagnostics(const struct zw_diags *diags,
			    const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diag **sorted = zw_diagnostics_sorted(arena, diags);
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < diags->list.n; i++)
		zw_json_add(array, diagnostic_of(sorted[i], sources));
	zw_arena_free(arena);
	return array;
}

void zw_json_put(struct zw_buf *out, json_t *root)
{
	char *dump = json_dumps(root, JSON_INDENT(2));

	ZW_ASSERT(dump);
	zw_buf_puts(out, dump);
	zw_buf_putc(out, '\n');
	free(dump);
	json_decref(root);
}
