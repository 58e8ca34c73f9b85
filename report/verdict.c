/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns the verifier's result into sentences. Each kind of claim has one
 * sentence for its refutation; the facts under it (packet, path, extent, who
 * checked it) are the same for all. */
#include "report/verdict.h"

#include "base/assert.h"
#include "compiler/plan.h"
#include "report/proxy.h"

const char *zw_verdict_name(enum zw_verdict verdict)
{
	switch (verdict) {
	case ZW_PROVED:
		return "proved";
	case ZW_REFUTED:
		return "refuted";
	case ZW_UNDECIDED:
		return "undecided";
	}
	zw_bug(__FILE__, __LINE__, "a verdict of three");
}

static void add_address(struct zw_buf *out, struct zw_ip ip, bool has_port,
			u16 port)
{
	char text[46];

	zw_ip_format(ip, text);
	if (has_port && ip.family == ZW_IPV6)
		zw_buf_printf(out, "[%s]:%u", text, port);
	else if (has_port)
		zw_buf_printf(out, "%s:%u", text, port);
	else
		zw_buf_puts(out, text);
}

void zw_witness_packet(struct zw_buf *out, const struct zw_witness *w)
{
	zw_buf_puts(out, "in ");
	zw_buf_add_escaped(out, w->in);
	zw_buf_putc(out, ' ');
	add_address(out, w->src, w->has_ports, w->sport);
	zw_buf_puts(out, " -> out ");
	zw_buf_add_escaped(out, w->out);
	zw_buf_putc(out, ' ');
	add_address(out, w->dst, w->has_ports, w->dport);
	zw_buf_printf(out, " %.*s", ZW_STR_ARG(w->proto_name));
	if (w->has_type)
		zw_buf_printf(out, " type %u code %u", w->type, w->code);
	zw_buf_printf(out, ", %.*s", ZW_STR_ARG(w->state));
	if (w->direction.n)
		zw_buf_printf(out, " (%.*s direction)",
			      ZW_STR_ARG(w->direction));
	if (w->details.n)
		zw_buf_printf(out, ", %.*s", ZW_STR_ARG(w->details));
}

static void say_path(struct zw_diags *diags, struct zw_diag *diag,
		     const struct zw_witness *w)
{
	struct zw_buf text = { 0 };
	size_t i;

	for (i = 0; i < w->path.n; i++) {
		const struct zw_step *s = &w->path.v[i];

		text.n = 0;
		if (s->gateway.n)
			zw_buf_printf(&text, "%.*s, ", ZW_STR_ARG(s->gateway));
		zw_buf_printf(&text, "%.*s: ", ZW_STR_ARG(s->hook));
		/* names of chains tell little in tables of others */
		if (!zw_str_is(s->table, "inet " ZW_PLAN_TABLE)) {
			zw_buf_add_escaped(&text, s->table);
			zw_buf_putc(&text, ' ');
		}
		zw_buf_add_escaped(&text, s->chain);
		if (s->position)
			zw_buf_printf(&text, " rule %u", s->position);
		zw_buf_puts(&text, ": ");
		zw_buf_add_escaped(&text, s->what);
		if (s->comment.n) {
			zw_buf_puts(&text, "  <- ");
			zw_buf_add_escaped(&text, s->comment);
		}
		zw_diag_fact(diags, diag, "path", "%s", text.data);
	}
	zw_buf_free(&text);
}

/* From gateway to gateway: the packet as it came to each. */
static void say_hops(struct zw_diags *diags, struct zw_diag *diag,
		     const struct zw_witness *w)
{
	struct zw_buf text = { 0 };
	size_t i;

	for (i = 0; w->hops.n > 1 && i < w->hops.n; i++) {
		const struct zw_hop *hop = &w->hops.v[i];

		text.n = 0;
		zw_buf_printf(&text, "%.*s: ", ZW_STR_ARG(hop->gateway));
		zw_witness_packet(&text, hop->witness);
		if (hop->link.n)
			zw_buf_printf(&text, ", and over '%.*s'",
				      ZW_STR_ARG(hop->link));
		zw_diag_fact(diags, diag, "hop", "%s", text.data);
	}
	zw_buf_free(&text);
}

/* A number of packets, in as many digits as a reader takes in. */
static void say_extent(struct zw_diags *diags, struct zw_diag *diag,
		       const struct zw_extent *extent)
{
	const char *n = extent->count.p;

	if (!extent->box.n)
		return;
	if (extent->count.n > 15)
		zw_diag_fact(diags, diag, "extent",
			     "%.*s (about %c.%.2se+%zu in all)",
			     ZW_STR_ARG(extent->box), n[0], n + 1,
			     extent->count.n - 1);
	else
		zw_diag_fact(diags, diag, "extent", "%.*s (%.*s in all)",
			     ZW_STR_ARG(extent->box),
			     ZW_STR_ARG(extent->count));
}

/* The culprit, seen from the packet. */
static const char *what_it_does(const struct zw_claim_result *result)
{
	return zw_str_is(result->witness.outcome, "accepted") ?
		       "this lets it pass" :
		       "this refuses it";
}

static void say_witness(struct zw_diags *diags, struct zw_diag *diag,
			const struct zw_claim_result *result)
{
	const struct zw_witness *w = &result->witness;
	struct zw_buf text = { 0 };
	size_t i;

	zw_witness_packet(&text, w);
	zw_diag_fact(diags, diag, "packet", "%s: %.*s", text.data,
		     ZW_STR_ARG(w->outcome));
	zw_buf_free(&text);
	say_hops(diags, diag, w);
	say_path(diags, diag, w);
	say_extent(diags, diag, &result->extent);
	for (i = 0; i < w->assumptions.n; i++)
		zw_diag_fact(diags, diag, "assumed", "%.*s",
			     ZW_STR_ARG(w->assumptions.v[i]));
	zw_diag_fact(diags, diag, "checked",
		     w->hops.n > 1 ?
			     "the interpreter ran each hop's packet through that gateway's bytes" :
			     "the interpreter ran this packet through the same bytes");
}

static struct zw_diag *refuted(struct zw_diags *diags,
			       const struct zw_claim_result *result,
			       const struct zw_statement *statement)
{
	const struct zw_claim *claim = result->claim;
	const struct zw_witness *w = &result->witness;
	struct zw_str from = zw_statement_zone_name(statement, w->from_zone);
	struct zw_str to = zw_statement_zone_name(statement, w->to_zone);
	struct zw_span span = result->culprit.file != ZW_NO_FILE ?
				      result->culprit :
				      claim->span;

	switch (claim->kind) {
	case ZW_NEVER:
		return zw_diag(
			diags, ZW_Z4001, span,
			"a flow from '%.*s' to '%.*s' can start, which '%.*s' forbids",
			ZW_STR_ARG(from), ZW_STR_ARG(to),
			ZW_STR_ARG(claim->text));
	case ZW_ONLY:
		return zw_diag(
			diags, ZW_Z4001, span,
			"a flow from '%.*s' to '%.*s' can start that is none of '%.*s'",
			ZW_STR_ARG(from), ZW_STR_ARG(to),
			ZW_STR_ARG(claim->text));
	case ZW_ALWAYS:
		return zw_diag(
			diags, ZW_Z4001, span,
			"a flow from '%.*s' to '%.*s' can be refused, which '%.*s' promises to pass",
			ZW_STR_ARG(from), ZW_STR_ARG(to),
			ZW_STR_ARG(claim->text));
	case ZW_UNSPOOFED:
		return zw_diag(
			diags, ZW_Z4001, span,
			"a packet with a foreign source is forwarded from '%.*s', against '%.*s'",
			ZW_STR_ARG(from), ZW_STR_ARG(claim->text));
	case ZW_EXPECT:
		return zw_diag(diags, ZW_Z4001, claim->span,
			       "a packet is %.*s, against '%.*s'",
			       ZW_STR_ARG(w->outcome), ZW_STR_ARG(claim->text));
	case ZW_EXACT:
		return zw_diag(diags, ZW_Z4003, span, "%.*s",
			       ZW_STR_ARG(result->reason));
	}
	zw_bug(__FILE__, __LINE__, "a claim of a known kind");
}

/* Of the rule that decides; a claim's stand in its text. */
static void say_remarks(struct zw_diags *diags, struct zw_diag *diag,
			const struct zw_remarks *remarks)
{
	struct zw_buf text = { 0 };

	if (remarks->owner.n)
		zw_buf_printf(&text, "owner %.*s", ZW_STR_ARG(remarks->owner));
	if (remarks->ticket.n)
		zw_buf_printf(&text, "%sticket %.*s", text.n ? ", " : "",
			      ZW_STR_ARG(remarks->ticket));
	if (remarks->until.n)
		zw_buf_printf(&text, "%suntil %.*s", text.n ? ", " : "",
			      ZW_STR_ARG(remarks->until));
	if (remarks->because.n)
		zw_buf_printf(&text, "%sbecause \"%.*s\"", text.n ? ", " : "",
			      ZW_STR_ARG(remarks->because));
	if (text.n)
		zw_diag_fact(diags, diag, "rule", "%.*s", (int)text.n,
			     text.data);
	zw_buf_free(&text);
}

static void diagnose_one(struct zw_diags *diags,
			 const struct zw_claim_result *result,
			 const struct zw_statement *statement)
{
	const struct zw_claim *claim = result->claim;
	const struct zw_remarks *remarks;
	struct zw_diag *diag;

	if (result->verdict == ZW_PROVED)
		return;
	if (result->verdict == ZW_UNDECIDED) {
		diag = zw_diag(diags, ZW_Z4002, claim->span,
			       "'%.*s' is undecided", ZW_STR_ARG(claim->text));
		zw_diag_note(diags, diag, "%.*s", ZW_STR_ARG(result->reason));
		return;
	}
	diag = refuted(diags, result, statement);
	if (result->culprit.file != ZW_NO_FILE && claim->kind != ZW_EXPECT)
		zw_diag_here(diags, diag, "%s", what_it_does(result));
	if (claim->span.file != ZW_NO_FILE && claim->kind != ZW_EXPECT &&
	    claim->kind != ZW_EXACT && result->culprit.file != ZW_NO_FILE)
		zw_diag_label(diags, diag, claim->span, "claimed here");
	if (result->has_witness)
		say_witness(diags, diag, result);
	remarks = zw_statement_remarks_at(statement, result->culprit);
	if (remarks)
		say_remarks(diags, diag, remarks);
	if (claim->built_in && claim->kind != ZW_EXACT)
		zw_diag_note(diags, diag,
			     "this claim is built in and holds for every policy");
	if (claim->built_in && claim->kind == ZW_NEVER)
		zw_diag_help(diags, diag,
			     "let the internal side open the connection instead");
	if (claim->kind == ZW_EXACT)
		zw_diag_help(diags, diag,
			     "if zwinger compiled these bytes itself, this is a bug in zwinger: please report it with the policy");
}

void zw_verdict_diagnose(struct zw_diags *diags,
			 const struct zw_verification *verification,
			 const struct zw_statement *statement)
{
	size_t i;

	for (i = 0; i < verification->claims.n; i++)
		diagnose_one(diags, &verification->claims.v[i], statement);
}

static enum zw_ink ink_of(enum zw_verdict verdict)
{
	return verdict == ZW_PROVED	? ZW_INK_NOTE :
	       verdict == ZW_REFUTED ? ZW_INK_ERROR :
					     ZW_INK_WARNING;
}

static void claim_line(struct zw_buf *out, const struct zw_claim_result *r,
		       const struct zw_sources *sources,
		       const struct zw_style *style)
{
	size_t start, i;

	zw_buf_puts(out, "  ");
	zw_ink(out, style, ink_of(r->verdict));
	zw_buf_printf(out, "%-10s", zw_verdict_name(r->verdict));
	zw_ink(out, style, ZW_INK_PLAIN);
	start = out->n;
	zw_buf_add_escaped(out, r->claim->text);
	while (out->n - start < 52)
		zw_buf_putc(out, ' ');
	if (r->claim->built_in) {
		zw_buf_puts(out, "  built in");
	} else if (r->claim->span.file != ZW_NO_FILE) {
		struct zw_place place =
			zw_sources_place(sources, r->claim->span);

		zw_buf_puts(out, "  ");
		zw_buf_add_escaped(out, place.file);
		zw_buf_printf(out, ":%u", place.line);
	}
	while (out->n && out->data[out->n - 1] == ' ')
		out->n--;
	zw_buf_putc(out, '\n');
	for (i = 0; i < r->assumptions.n; i++) {
		zw_buf_puts(out, "             assuming ");
		zw_buf_add_escaped(out, r->assumptions.v[i]);
		zw_buf_putc(out, '\n');
	}
}

#define APPROXIMATIONS_SHOWN 8

/* Those that a verdict hangs on, and of a ruleset made elsewhere how many others
 * there are. */
static void approximations(struct zw_buf *out, const struct zw_verification *v,
			   bool foreign)
{
	size_t i, shown = 0, mattered = 0, others;

	for (i = 0; i < v->approximations.n; i++) {
		if (!v->approximations.v[i].mattered)
			continue;
		if (mattered++ >= APPROXIMATIONS_SHOWN)
			continue;
		zw_buf_puts(out, shown++ ? "           " : "  hangs on ");
		zw_buf_add_escaped(out, v->approximations.v[i].text);
		zw_buf_putc(out, '\n');
	}
	if (mattered > shown)
		zw_buf_printf(out, "           %zu more of the kind\n",
			      mattered - shown);
	others = v->approximations.n - mattered;
	if (foreign && others)
		zw_buf_printf(
			out,
			"  %zu%s expression%s can come out either way, and no verdict hangs on %s\n",
			others, mattered ? " more" : "",
			others == 1 ? "" : "s", others == 1 ? "it" : "them");
}

void zw_verdict_claims(struct zw_buf *out,
		       const struct zw_verification *verification,
		       const struct zw_sources *sources,
		       const struct zw_style *style)
{
	size_t i;

	for (i = 0; i < verification->claims.n; i++)
		claim_line(out, &verification->claims.v[i], sources, style);
}

void zw_verdict_text(struct zw_buf *out,
		     const struct zw_verification *verification,
		     const struct zw_statement *statement,
		     const struct zw_sources *sources, const char *name,
		     const struct zw_style *style)
{
	size_t i;

	zw_buf_add_escaped(out, zw_str_from(name));
	zw_buf_puts(out, ": ");
	zw_ink(out, style, ink_of(verification->verdict));
	zw_buf_puts(out, zw_verdict_name(verification->verdict));
	zw_ink(out, style, ZW_INK_PLAIN);
	zw_buf_printf(out, " for %s%s%s\n",
		      verification->families[ZW_IPV4] ? "IPv4" : "",
		      verification->families[ZW_IPV4] &&
				      verification->families[ZW_IPV6] ?
			      " and " :
			      "",
		      verification->families[ZW_IPV6] ? "IPv6" : "");
	zw_verdict_claims(out, verification, sources, style);
	zw_proxy_text(out, statement, sources);
	for (i = 0; i < verification->assumptions.n; i++) {
		zw_buf_puts(out, i ? "           " : "  assuming ");
		zw_buf_add_escaped(out, verification->assumptions.v[i]);
		zw_buf_putc(out, '\n');
	}
	approximations(out, verification, !statement->has_policy);
}
