/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hook by hook, rule by rule. Translations are shown where the packet has them
 * from: behind prerouting or output, behind postrouting. */
#include "report/trace.h"

#include "report/json_value.h"
#include "report/verdict.h"

static enum zw_ink ink_of(struct zw_str outcome)
{
	return zw_str_is(outcome, "accepted") ? ZW_INK_NOTE : ZW_INK_ERROR;
}

static void pad(struct zw_buf *out, size_t start, size_t width)
{
	while (out->n - start < width)
		zw_buf_putc(out, ' ');
}

static void put_address(struct zw_buf *out, struct zw_ip ip, u16 port)
{
	char text[46];

	zw_ip_format(ip, text);
	if (!port)
		zw_buf_puts(out, text);
	else if (ip.family == ZW_IPV6)
		zw_buf_printf(out, "[%s]:%u", text, port);
	else
		zw_buf_printf(out, "%s:%u", text, port);
}

/* ---- text ---------------------------------------------------------------- */

static size_t widest_chain(const struct zw_trace_answer *a)
{
	size_t i, n = 0;

	for (i = 0; i < a->packet.path.n; i++) {
		if (a->packet.path.v[i].chain.n > n)
			n = a->packet.path.v[i].chain.n;
	}
	return n < 40 ? n : 40;
}

static void put_step(struct zw_buf *out, const struct zw_step *s, size_t width)
{
	size_t start;

	zw_buf_puts(out, "    ");
	start = out->n;
	zw_buf_add_escaped(out, s->table);
	zw_buf_puts(out, "  ");
	zw_buf_add_escaped(out, s->chain);
	pad(out, start, s->table.n + width + 4);
	start = out->n;
	if (s->handle)
		zw_buf_printf(out, "rule %u (handle %llu)", s->position,
			      (unsigned long long)s->handle);
	else if (s->position)
		zw_buf_printf(out, "rule %u", s->position);
	else
		zw_buf_puts(out, "end");
	pad(out, start, 7);
	zw_buf_puts(out, "  ");
	zw_buf_add_escaped(out, s->what);
	if (s->comment.n) {
		zw_buf_puts(out, "  <- ");
		zw_buf_add_escaped(out, s->comment);
	}
	zw_buf_putc(out, '\n');
}

static void put_destination(struct zw_buf *out, const struct zw_trace_answer *a)
{
	if (a->redirected)
		zw_buf_puts(out, "    destination is now the gateway itself\n");
	if (!a->dnat || a->redirected)
		return;
	zw_buf_puts(out, "    destination is now ");
	put_address(out, a->new_dst, a->new_dport);
	zw_buf_putc(out, '\n');
}

static void put_source(struct zw_buf *out, const struct zw_trace_answer *a)
{
	if (a->masqueraded) {
		zw_buf_puts(out, "    source is now an address of ");
		zw_buf_add_escaped(out, a->packet.out);
		zw_buf_putc(out, '\n');
	} else if (a->snat) {
		zw_buf_puts(out, "    source is now ");
		put_address(out, a->new_src, a->new_sport);
		zw_buf_putc(out, '\n');
	}
}

static bool sets_destination(struct zw_str hook)
{
	return zw_str_is(hook, "prerouting") || zw_str_is(hook, "output");
}

static void put_path(struct zw_buf *out, const struct zw_trace_answer *a)
{
	struct zw_str hook = ZW_STR("");
	size_t i, width = widest_chain(a), n = a->packet.path.n;

	if (!n)
		zw_buf_puts(out, "\n  no chain sees this packet\n");
	for (i = 0; i < n; i++) {
		const struct zw_step *s = &a->packet.path.v[i];
		bool last = i + 1 == n ||
			    !zw_str_eq(s->hook, a->packet.path.v[i + 1].hook);

		if (!zw_str_eq(s->hook, hook))
			zw_buf_printf(out, "\n  %.*s\n", ZW_STR_ARG(s->hook));
		hook = s->hook;
		put_step(out, s, width);
		if (last && sets_destination(hook))
			put_destination(out, a);
	}
	put_source(out, a);
}

static void put_lines(struct zw_buf *out, const struct zw_trace_answer *a,
		      const struct zw_sources *sources)
{
	size_t i;

	for (i = 0; i < a->lines.n; i++) {
		struct zw_place place =
			zw_sources_place(sources, a->lines.v[i]);
		struct zw_str text = zw_sources_line(
			sources, a->lines.v[i].file, place.line);

		zw_buf_puts(out, "    ");
		zw_buf_add_escaped(out, place.file);
		zw_buf_printf(out, ":%u  ", place.line);
		zw_buf_add_escaped(out, text);
		zw_buf_putc(out, '\n');
	}
}

static void put_way_out(struct zw_buf *out, const struct zw_trace_answer *a,
			const struct zw_sources *sources)
{
	size_t i;

	for (i = 0; i < a->forbidden.n; i++) {
		const struct zw_claim *claim = a->forbidden.v[i];

		zw_buf_puts(out, "  forbidden by the claim: ");
		zw_buf_add_escaped(out, claim->text);
		if (claim->built_in) {
			zw_buf_puts(out, "  (built in)");
		} else if (claim->span.file != ZW_NO_FILE) {
			struct zw_place place =
				zw_sources_place(sources, claim->span);

			zw_buf_puts(out, "  (");
			zw_buf_add_escaped(out, place.file);
			zw_buf_printf(out, ":%u)", place.line);
		}
		zw_buf_putc(out, '\n');
	}
	if (a->allow.n) {
		zw_buf_puts(out, "  this would let it pass:\n    ");
		zw_buf_add_escaped(out, a->allow);
		zw_buf_putc(out, '\n');
	}
}

void zw_trace_text(struct zw_buf *out, const struct zw_trace_answer *a,
		   const struct zw_sources *sources,
		   const struct zw_style *style)
{
	size_t i;

	zw_buf_add_escaped(out, zw_str_from(a->name));
	zw_buf_puts(out, ": ");
	zw_ink(out, style, ink_of(a->packet.outcome));
	zw_buf_add_escaped(out, a->packet.outcome);
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_puts(out, "\n  ");
	zw_witness_packet(out, &a->packet);
	zw_buf_putc(out, '\n');
	put_path(out, a);
	zw_buf_putc(out, '\n');
	if (a->because.n) {
		zw_buf_puts(out, "  ");
		zw_ink(out, style, ink_of(a->packet.outcome));
		zw_buf_add_escaped(out, a->packet.outcome);
		zw_ink(out, style, ZW_INK_PLAIN);
		zw_buf_puts(out, ": ");
		zw_buf_add_escaped(out, a->because);
		zw_buf_putc(out, '\n');
	}
	put_lines(out, a, sources);
	for (i = 0; i < a->packet.assumptions.n; i++) {
		zw_buf_puts(out, "  assuming that ");
		zw_buf_add_escaped(out, a->packet.assumptions.v[i]);
		zw_buf_putc(out, '\n');
	}
	put_way_out(out, a, sources);
}

/* ---- JSON ---------------------------------------------------------------- */

static json_t *translation(const struct zw_trace_answer *a)
{
	json_t *object;

	if (!a->dnat && !a->snat && !a->masqueraded && !a->redirected)
		return json_null();
	object = json_object();
	zw_json_set(object, "dst",
		    a->dnat && !a->redirected ? zw_json_address(a->new_dst)
					      : json_null());
	zw_json_set(object, "dport", json_integer(a->new_dport));
	zw_json_set(object, "src",
		    a->snat && !a->masqueraded ? zw_json_address(a->new_src)
					       : json_null());
	zw_json_set(object, "sport", json_integer(a->new_sport));
	zw_json_set(object, "masqueraded", json_boolean(a->masqueraded));
	zw_json_set(object, "redirected", json_boolean(a->redirected));
	return object;
}

void zw_trace_json(struct zw_buf *out, const struct zw_trace_answer *a,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources)
{
	json_t *root = json_object(), *lines = json_array(),
	       *forbidden = json_array();
	size_t i;

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "outcome",
		    a ? zw_json_text(a->packet.outcome) : json_null());
	zw_json_set(root, "from", a ? zw_json_text(a->from) : json_null());
	zw_json_set(root, "to", a ? zw_json_text(a->to) : json_null());
	zw_json_set(root, "packet",
		    a ? zw_json_witness(&a->packet) : json_null());
	zw_json_set(root, "translation", a ? translation(a) : json_null());
	zw_json_set(root, "because",
		    a && a->because.n ? zw_json_text(a->because) : json_null());
	for (i = 0; a && i < a->lines.n; i++) {
		json_t *line = json_object();

		zw_json_set_place(line, sources, a->lines.v[i]);
		zw_json_add(lines, line);
	}
	zw_json_set(root, "lines", lines);
	for (i = 0; a && i < a->forbidden.n; i++)
		zw_json_add(forbidden, zw_json_text(a->forbidden.v[i]->text));
	zw_json_set(root, "forbidden_by", forbidden);
	zw_json_set(root, "allow",
		    a && a->allow.n ? zw_json_text(a->allow) : json_null());
	zw_json_set(root, "assumptions",
		    a ? zw_json_texts(a->packet.assumptions.v,
				      a->packet.assumptions.n)
		      : json_array());
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}
