/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger trace X FLOW`: the way of one packet through a ruleset, and why it
 * came out as it did. The interpreter decides; the policy's own rules are only
 * held against the flow to name lines. What would let a dropped packet pass is
 * not guessed: the statement is put behind the policy, and the packet sent
 * through what that compiles to. */
#include <string.h>

#include "cli/flow_text.h"
#include "cli/format.h"
#include "cli/input.h"
#include "report/trace.h"
#include "verifier/probe.h"
#include "verifier/witness.h"

#define DEFAULT_SPORT 40000

struct tracer {
	struct zw_cli *cli;
	struct zw_input input;
	struct zw_flow_text text;
	struct zw_probe probe;
	struct zw_flow flow;
	struct zw_probe_result result;
	struct zw_trace_answer answer;
};

/* ---- which packet -------------------------------------------------------- */

static bool refuse(struct tracer *t, const char *what, const char *help)
{
	struct zw_diag *diag =
		zw_diag(&t->cli->diags, ZW_Z6001, ZW_NO_SPAN, "%s", what);

	zw_diag_help(&t->cli->diags, diag, "%s", help);
	return false;
}

/* A host of the set: not the first address of a network that is all in it. */
static bool some_address(struct zw_ipset set, enum zw_family family,
			 struct zw_ip *ip)
{
	const struct zw_interval *v = set.of[family].v;

	if (!set.of[family].n)
		return false;
	*ip = (struct zw_ip){ family, v->lo + (v->hi - v->lo > 1) };
	return true;
}

/* Addresses for documentation, where an end may have any (RFC 5737, 3849). */
static struct zw_ip any_address(enum zw_family family, bool dst)
{
	if (family == ZW_IPV4)
		return (struct zw_ip){ family, dst ? 0xcb007109 : 0xc6336407 };
	return (struct zw_ip){ family, (u128)0x20010db8 << 96 |
					       (u128)(dst ? 2 : 1) << 64 | 7 };
}

static bool term_address(const struct tracer *t,
			 const struct zw_claim_term *term,
			 enum zw_family family, bool dst, struct zw_ip *ip)
{
	struct zw_ip common = any_address(family, dst);
	struct zw_ipset set = term->addrs;

	if (!term->narrowed) {
		if (term->zone == ZW_SELF) {
			*ip = common;
			return true;
		}
		set = t->input.statement->zones.v[term->zone].members;
		if (zw_ipset_contains(set, common)) {
			*ip = common;
			return true;
		}
	}
	return some_address(set, family, ip);
}

static void interface_of(const struct tracer *t, u32 zone,
			 char name[ZW_NAME_MAX], bool *ipsec, u32 *reqid)
{
	const struct zw_zone *z;
	size_t i, best = 0, n;

	if (zone == ZW_SELF)
		return;
	z = &t->input.statement->zones.v[zone];
	*ipsec = z->ipsec == ZW_IPSEC_ONLY;
	*reqid = z->has_reqid ? z->reqid : 0;
	if (name[0] || !z->interfaces.n)
		return;
	while (best + 1 < z->interfaces.n && z->interfaces.v[best].pattern)
		best++;
	n = z->interfaces.v[best].name.n;
	for (i = 0; i < n && i < ZW_NAME_MAX - 2; i++)
		name[i] = z->interfaces.v[best].name.p[i];
	if (z->interfaces.v[best].pattern)
		name[i] = '0';
}

static bool service_of(struct tracer *t, const struct zw_claim *claim,
		       enum zw_family family)
{
	size_t i;

	for (i = 0; i < claim->services.n; i++) {
		const struct zw_service_item *item = &claim->services.v[i];

		if (!(item->families & 1u << family))
			continue;
		t->probe.proto = item->proto;
		t->probe.key = item->lo;
		return true;
	}
	return false;
}

static bool by_zone(struct tracer *t)
{
	const struct zw_statement *s = t->input.statement;
	const struct zw_claim *claim = &s->claims.v[s->claims.n - 1];
	const struct zw_claim_term *from = &claim->from.v[0];
	const struct zw_claim_term *to = &claim->to.v[0];
	enum zw_family family;

	if (claim->from.n > 1 || claim->to.n > 1)
		return refuse(t, "one packet has one zone at each end",
			      "name one zone on each side of '->'");
	if (from->zone == ZW_SELF && to->zone == ZW_SELF)
		return refuse(t,
			      "what the gateway sends itself is not filtered",
			      "name a zone on one side of '->'");
	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		if (term_address(t, from, family, false, &t->probe.src) &&
		    term_address(t, to, family, true, &t->probe.dst) &&
		    service_of(t, claim, family))
			break;
	}
	if (family == ZW_FAMILY_COUNT)
		return refuse(
			t, "no packet of one family is like this",
			"give both ends addresses of one family, and a service that it has");
	t->flow.from = from->zone;
	t->flow.to = to->zone;
	interface_of(t, from->zone, t->probe.in, &t->probe.in_ipsec,
		     &t->probe.in_reqid);
	interface_of(t, to->zone, t->probe.out, &t->probe.out_ipsec,
		     &t->probe.out_reqid);
	return true;
}

static bool named_by(const struct zw_zone *zone, const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < zone->interfaces.n; i++) {
		const struct zw_interface *face = &zone->interfaces.v[i];

		if (face->name.n <= n &&
		    !memcmp(face->name.p, name, face->name.n) &&
		    (face->pattern || face->name.n == n))
			return true;
	}
	return false;
}

/* The zone on interface NAME that has IP, or the first one there. */
static u32 zone_on(const struct tracer *t, const char *name, struct zw_ip ip)
{
	const struct zw_statement *s = t->input.statement;
	u32 z, first = ZW_ELSEWHERE;

	for (z = 0; z < s->zones.n; z++) {
		if (!named_by(&s->zones.v[z], name))
			continue;
		if (zw_ipset_contains(s->zones.v[z].members, ip))
			return z;
		if (first == ZW_ELSEWHERE)
			first = z;
	}
	return first;
}

static bool by_interface(struct tracer *t)
{
	const struct zw_statement *s = t->input.statement;

	t->probe.src = t->text.src;
	t->probe.dst = t->text.dst;
	t->probe.proto = t->text.proto;
	t->probe.key = t->text.key;
	t->flow.from = zone_on(t, t->probe.in, t->probe.src);
	if (!strcmp(t->probe.out, "self")) {
		t->flow.to = ZW_SELF;
		return true;
	}
	if (!t->probe.out[0]) {
		t->flow.to = zw_statement_zone_of(s, t->probe.dst);
		if (t->flow.to == ZW_ELSEWHERE)
			return refuse(
				t, "it is not known where this packet leaves",
				"say 'out NAME', or 'out self' if it is for the gateway");
		interface_of(t, t->flow.to, t->probe.out, &t->probe.out_ipsec,
			     &t->probe.out_reqid);
	} else {
		t->flow.to = zone_on(t, t->probe.out, t->probe.dst);
	}
	return true;
}

static bool choose_packet(struct tracer *t)
{
	memcpy(t->probe.in, t->text.in, ZW_NAME_MAX);
	memcpy(t->probe.out, t->text.out, ZW_NAME_MAX);
	t->probe.state = t->text.state;
	t->probe.reply = t->text.reply;
	t->probe.sport = t->text.has_sport ? t->text.sport : DEFAULT_SPORT;
	if (!(t->text.by_zone ? by_zone(t) : by_interface(t)))
		return false;
	t->probe.path = t->flow.from == ZW_SELF ? ZW_PATH_OUTPUT
			: t->flow.to == ZW_SELF ? ZW_PATH_INPUT
						: ZW_PATH_FORWARD;
	return true;
}

/* ---- what it came to ----------------------------------------------------- */

static bool has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_DCCP;
}

static bool has_type(u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static struct zw_str name_of(const struct tracer *t, const char *name)
{
	return name[0] ? zw_str_copy(t->cli->arena, zw_str_from(name))
		       : ZW_STR("self");
}

static void describe(struct tracer *t)
{
	static const char *const states[] = { "none",	     "new",
					      "established", "related",
					      "invalid",     "untracked" };
	struct zw_witness *w = &t->answer.packet;
	const struct zw_run *run = &t->result.run;
	size_t i;

	w->from_zone = t->flow.from;
	w->to_zone = t->flow.to;
	w->in = t->probe.path == ZW_PATH_OUTPUT ? ZW_STR("self")
						: name_of(t, t->probe.in);
	w->out = t->probe.path == ZW_PATH_INPUT ? ZW_STR("self")
						: name_of(t, t->probe.out);
	w->family = t->probe.src.family;
	w->proto = t->probe.proto;
	w->proto_name = zw_proto_name(t->cli->arena, t->probe.proto);
	w->src = t->probe.src;
	w->dst = t->probe.dst;
	w->has_ports = has_ports(w->proto);
	w->sport = t->probe.sport;
	w->dport = t->probe.key;
	w->has_type = has_type(w->proto);
	w->type = (u8)(t->probe.key >> 8);
	w->code = (u8)t->probe.key;
	w->state = zw_str_from(states[t->probe.state]);
	if (t->probe.state == ZW_CT_ESTABLISHED)
		w->direction =
			t->probe.reply ? ZW_STR("reply") : ZW_STR("original");
	w->outcome = run->verdict == ZW_RUN_ACCEPT   ? ZW_STR("accepted")
		     : run->verdict == ZW_RUN_REJECT ? ZW_STR("rejected")
						     : ZW_STR("dropped");
	for (i = 0; i < t->result.path.n; i++)
		zw_push(t->cli->arena, w->path, t->result.path.v[i]);
	for (i = 0; i < t->result.assumptions.n; i++)
		zw_push(t->cli->arena, w->assumptions,
			t->result.assumptions.v[i]);
	t->answer.dnat = run->dnat;
	t->answer.snat = run->snat;
	t->answer.masqueraded = run->masqueraded;
	t->answer.redirected = run->redirected;
	t->answer.new_src = t->result.new_src;
	t->answer.new_dst = t->result.new_dst;
	t->answer.new_sport = t->result.new_sport;
	t->answer.new_dport = t->result.new_dport;
	t->answer.from =
		zw_statement_zone_name(t->input.statement, t->flow.from);
	t->answer.to = zw_statement_zone_name(t->input.statement, t->flow.to);
}

/* The lines that decide: what refuses it, or what allows it. */
static bool find_lines(struct tracer *t, bool allows)
{
	t->answer.lines = zw_flow_lines(t->cli->arena, t->input.statement,
					&t->flow, allows);
	return t->answer.lines.n > 0;
}

static bool spoofed(const struct tracer *t)
{
	const struct zw_statement *s = t->input.statement;

	return t->flow.from < s->zones.n &&
	       !s->zones.v[t->flow.from].spoofing_allowed &&
	       !zw_ipset_contains(s->zones.v[t->flow.from].members,
				  t->probe.src);
}

static bool misrouted(const struct tracer *t)
{
	const struct zw_statement *s = t->input.statement;

	return t->flow.to < s->zones.n &&
	       !zw_ipset_contains(s->zones.v[t->flow.to].members,
				  t->flow.passed_dst);
}

static void find_claims(struct tracer *t)
{
	const struct zw_statement *s = t->input.statement;
	size_t i, n = s->claims.n - (t->text.by_zone ? 1 : 0);

	for (i = 0; i < n; i++) {
		if (zw_flow_breaks_claim(s, &t->flow, &s->claims.v[i]))
			zw_push(t->cli->arena, t->answer.forbidden,
				(const struct zw_claim *)&s->claims.v[i]);
	}
}

static struct zw_str service_text(const struct tracer *t)
{
	const struct zw_probe *p = &t->probe;

	switch (p->proto) {
	case IPPROTO_ICMP:
		return zw_strf(t->cli->arena, "icmp/%u/%u", p->key >> 8,
			       p->key & 255);
	case IPPROTO_ICMPV6:
		return zw_strf(t->cli->arena, "icmpv6/%u/%u", p->key >> 8,
			       p->key & 255);
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return zw_strf(
			t->cli->arena, "%.*s/%u",
			ZW_STR_ARG(zw_proto_name(t->cli->arena, p->proto)),
			p->key);
	default:
		return zw_strf(t->cli->arena, "proto/%u", p->proto);
	}
}

/* Does the packet pass with STATEMENT behind the policy? */
static bool would_pass(struct tracer *t, struct zw_str statement)
{
	struct zw_input_additions add = {
		.statements =
			zw_strf(t->cli->arena, "%.*s\n", ZW_STR_ARG(statement)),
	};
	struct zw_diags kept = t->cli->diags;
	struct zw_probe_result result;
	struct zw_input input;
	bool ok;

	zw_diags_init(&t->cli->diags, t->cli->arena);
	ok = zw_input_read(t->cli, t->input.name, &add, &input);
	t->cli->diags = kept;
	if (!ok)
		return false;
	zw_probe_run(t->cli->arena, input.ruleset,
		     zw_interpreter_new(t->cli->arena, input.ruleset),
		     &t->probe, &result);
	return result.run.verdict == ZW_RUN_ACCEPT;
}

static void find_way_out(struct tracer *t)
{
	struct zw_str from =
		zw_input_side(t->cli, &t->input, t->flow.from, t->probe.src);
	struct zw_str to = zw_input_side(t->cli, &t->input, t->flow.to,
					 t->flow.passed_dst);
	struct zw_str allow = zw_strf(
		t->cli->arena, "allow %.*s -> %.*s : %.*s", ZW_STR_ARG(from),
		ZW_STR_ARG(to), ZW_STR_ARG(service_text(t)));

	find_claims(t);
	if (!t->answer.forbidden.n && would_pass(t, allow))
		t->answer.allow = allow;
}

static void explain_refusal(struct tracer *t)
{
	bool fresh = t->probe.state == ZW_CT_NEW;

	if (t->flow.from == ZW_ELSEWHERE || t->flow.to == ZW_ELSEWHERE)
		t->answer.because =
			ZW_STR("an interface of no zone is on its way");
	else if (spoofed(t))
		t->answer.because = zw_strf(t->cli->arena,
					    "its source is none of zone '%.*s'",
					    ZW_STR_ARG(t->answer.from));
	else if (misrouted(t))
		t->answer.because = zw_strf(
			t->cli->arena, "its destination is none of zone '%.*s'",
			ZW_STR_ARG(t->answer.to));
	else if (t->probe.state == ZW_CT_INVALID ||
		 t->probe.state == ZW_CT_UNTRACKED)
		t->answer.because =
			ZW_STR("packets of no connection are not let pass");
	else if (fresh && find_lines(t, false))
		t->answer.because = ZW_STR("refused by");
	else if (fresh && find_lines(t, true))
		t->answer.because = ZW_STR(
			"allowed, but not now: a limit, a time, or another table");
	else if (fresh)
		t->answer.because = ZW_STR("no rule allows it");
	else
		t->answer.because = ZW_STR(
			"no rule opens this direction between these zones");
	if (fresh && !spoofed(t) && !misrouted(t) &&
	    t->flow.from != ZW_ELSEWHERE && t->flow.to != ZW_ELSEWHERE)
		find_way_out(t);
}

static void explain(struct tracer *t)
{
	t->flow.src = t->probe.src;
	t->flow.dst = t->probe.dst;
	t->flow.passed_dst = t->result.run.dnat && !t->result.run.redirected
				     ? t->result.new_dst
				     : t->probe.dst;
	t->flow.proto = t->probe.proto;
	t->flow.key = t->flow.passed_key = t->probe.key;
	if (t->result.run.dnat && has_ports(t->probe.proto))
		t->flow.passed_key = t->result.new_dport;
	if (!t->input.has_policy)
		return;
	if (t->result.run.verdict != ZW_RUN_ACCEPT)
		explain_refusal(t);
	else if (t->probe.state == ZW_CT_NEW && find_lines(t, true))
		t->answer.because = ZW_STR("allowed by");
}

static bool ask(struct tracer *t, const char *x, const char *flow)
{
	struct zw_input_additions add = { 0 };

	if (!zw_flow_text_parse(t->cli, flow, &t->text))
		return false;
	add.claims = t->text.claim;
	add.needs_zones = t->text.by_zone;
	if (!zw_input_read(t->cli, x, &add, &t->input) || !choose_packet(t))
		return false;
	zw_probe_run(t->cli->arena, t->input.ruleset,
		     zw_interpreter_new(t->cli->arena, t->input.ruleset),
		     &t->probe, &t->result);
	t->answer.name = x;
	describe(t);
	explain(t);
	return true;
}

enum zw_status zw_cmd_trace(struct zw_cli *cli)
{
	static const enum zw_format formats[] = { ZW_FORMAT_TEXT,
						  ZW_FORMAT_JSON };
	struct zw_style style = { .colour = cli->colour_out };
	struct tracer *t = ZW_NEW(cli->arena, struct tracer);
	enum zw_format format;
	struct zw_buf out = { 0 };
	bool ok;

	if (!zw_job_format(cli, formats, 2, &format))
		return ZW_STATUS_INVALID;
	t->cli = cli;
	ok = ask(t, cli->operands[0], cli->operands[1]);
	if (format == ZW_FORMAT_JSON)
		zw_trace_json(&out, ok ? &t->answer : NULL, &cli->diags,
			      cli->sources);
	else if (ok)
		zw_trace_text(&out, &t->answer, cli->sources, &style);
	if (out.n)
		zw_cli_answer(cli, &out);
	zw_buf_free(&out);
	return zw_status_of(&cli->diags);
}
