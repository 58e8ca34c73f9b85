/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recursive descent over words. Sides and services are not looked into: they
 * become claims, which the policy's own resolver reads. Depth is bounded. */
#include "cli/query_text.h"

#include <string.h>

#define DEPTH_MAX 64

struct word {
	struct zw_str text;
	u32 at;
};

struct parser {
	struct zw_cli *cli;
	struct zw_query_text *out;
	struct zw_str text;
	u32 file;
	u32 at;
	unsigned depth;
	bool failed;
	struct zw_buf services; /* claims */
};

/* ---- words --------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool is_sign(char c)
{
	return strchr("(){},=<>!", c) != NULL;
}

static struct word peek(const struct parser *p)
{
	struct word w = { { "", 0 }, p->at };
	u32 end;

	while (w.at < p->text.n && is_blank(p->text.p[w.at]))
		w.at++;
	end = w.at;
	if (end < p->text.n && is_sign(p->text.p[end])) {
		end++;
		if (end < p->text.n && p->text.p[end] == '=' &&
		    strchr("<>!=", p->text.p[w.at]))
			end++;
	} else {
		while (end < p->text.n && !is_blank(p->text.p[end]) &&
		       !is_sign(p->text.p[end]))
			end++;
	}
	w.text = (struct zw_str){ p->text.p + w.at, end - w.at };
	return w;
}

static struct word next(struct parser *p)
{
	struct word w = peek(p);

	p->at = w.at + (u32)w.text.n;
	return w;
}

static bool take(struct parser *p, const char *text)
{
	if (!zw_str_is(peek(p).text, text))
		return false;
	next(p);
	return true;
}

static void wrong(struct parser *p, struct word w, const char *what,
		  const char *help)
{
	struct zw_span span = { p->file, w.at, (u32)w.text.n };
	struct zw_diag *diag;

	if (p->failed)
		return;
	p->failed = true;
	if (!span.len && span.off) {
		span.off--;
		span.len = 1;
	}
	diag = zw_diag(&p->cli->diags, ZW_Z6001, span, "%s", what);
	zw_diag_help(&p->cli->diags, diag, "%s", help);
}

/* ---- values -------------------------------------------------------------- */

static bool number(struct zw_str s, u32 max, u32 *out)
{
	u32 value = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || value > 100000)
			return false;
		value = value * 10 + (u32)(s.p[i] - '0');
	}
	*out = value;
	return s.n && value <= max;
}

static bool protocol(struct zw_str s, u32 *out)
{
	static const struct {
		const char *name;
		u8 number;
	} names[] = { { "tcp", 6 },	{ "udp", 17 },	 { "icmp", 1 },
		      { "icmpv6", 58 }, { "sctp", 132 }, { "udplite", 136 },
		      { "dccp", 33 },	{ "gre", 47 },	 { "esp", 50 },
		      { "ah", 51 },	{ "ospf", 89 },	 { "vrrp", 112 },
		      { "igmp", 2 },	{ "ipv6", 41 },	 { "ipv4", 4 } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (zw_str_is(s, names[i].name)) {
			*out = names[i].number;
			return true;
		}
	}
	return number(s, 255, out);
}

static u32 maximum(enum zw_condition_kind kind)
{
	switch (kind) {
	case ZW_CONDITION_DPORT:
	case ZW_CONDITION_SPORT:
		return 65535;
	case ZW_CONDITION_FAMILY:
		return 1;
	default:
		return 255;
	}
}

static bool one_number(enum zw_condition_kind kind, struct zw_str s, u32 *out)
{
	if (kind == ZW_CONDITION_PROTO)
		return protocol(s, out);
	if (kind == ZW_CONDITION_FAMILY) {
		*out = zw_str_is(s, "ip6") || zw_str_is(s, "ipv6");
		return *out || zw_str_is(s, "ip") || zw_str_is(s, "ip4") ||
		       zw_str_is(s, "ipv4");
	}
	return number(s, maximum(kind), out);
}

static struct zw_str part(struct zw_str s, char sign, bool second)
{
	size_t at = 0;

	while (at < s.n && s.p[at] != sign)
		at++;
	if (second)
		return at < s.n ? (struct zw_str){ s.p + at + 1, s.n - at - 1 }
				: (struct zw_str){ s.p, 0 };
	return (struct zw_str){ s.p, at };
}

static bool one_range(struct parser *p, enum zw_condition_kind kind,
		      struct zw_interval *range)
{
	struct word w = next(p);
	struct zw_str high = part(w.text, '-', true);
	u32 lo, hi;

	if (!one_number(kind, part(w.text, '-', false), &lo) ||
	    (high.n && !one_number(kind, high, &hi))) {
		wrong(p, w, "this is no value of the field",
		      "a number, a range such as 1-1023, or a list such as {80, 443}; protocols and families by name");
		return false;
	}
	if (!high.n)
		hi = lo;
	if (hi < lo) {
		wrong(p, w, "this range ends before it begins",
		      "write the smaller number first");
		return false;
	}
	*range = (struct zw_interval){ lo, hi };
	return true;
}

static bool one_address(struct parser *p, struct zw_ipset *set)
{
	struct zw_arena *arena = p->cli->arena;
	struct word w = next(p);
	struct zw_str slash = part(w.text, '/', true);
	struct zw_str dash = part(w.text, '-', true);
	struct zw_ipset one = { 0 };
	struct zw_ip lo, hi;
	u32 length, bits;
	bool ok = zw_ip_parse(part(part(w.text, '/', false), '-', false), &lo);

	hi = lo;
	if (ok && slash.n) {
		bits = zw_family_bits(lo.family);
		ok = number(slash, bits, &length);
		if (ok && length < bits)
			hi.value = lo.value |
				   (((u128)1 << (bits - length - 1) << 1) - 1);
	} else if (ok && dash.n) {
		ok = zw_ip_parse(dash, &hi) && hi.family == lo.family &&
		     hi.value >= lo.value;
	}
	if (!ok) {
		wrong(p, w, "this is no address",
		      "an address, a prefix such as 10.1.0.0/16, or a range such as 10.1.0.1-10.1.0.9");
		return false;
	}
	one.of[lo.family] = zw_intervals_one(arena, lo.value, hi.value);
	*set = zw_ipset_union(arena, *set, one);
	return true;
}

/* One value, or several in braces: ONE is called for each. */
static void values(struct parser *p, struct zw_condition *c)
{
	bool list = take(p, "{");

	do {
		struct zw_interval range;

		if (c->kind == ZW_CONDITION_SRC ||
		    c->kind == ZW_CONDITION_DST) {
			if (!one_address(p, &c->addresses))
				return;
			continue;
		}
		if (!one_range(p, c->kind, &range))
			return;
		c->ranges = zw_intervals_union(
			p->cli->arena, c->ranges,
			zw_intervals_one(p->cli->arena, range.lo, range.hi));
	} while (list && take(p, ","));
	if (list && !take(p, "}"))
		wrong(p, peek(p), "the list does not end here",
		      "a list is {a, b-c}, with a comma between its values");
}

/* ---- conditions ---------------------------------------------------------- */

static struct zw_condition *new_condition(struct parser *p,
					  enum zw_condition_kind kind)
{
	struct zw_condition *c = ZW_NEW(p->cli->arena, struct zw_condition);

	c->kind = kind;
	return c;
}

static struct zw_condition *negated(struct parser *p, struct zw_condition *a)
{
	struct zw_condition *c = new_condition(p, ZW_CONDITION_NOT);

	c->a = a;
	return c;
}

static void name_value(struct parser *p, struct zw_condition *c)
{
	struct word w = next(p);

	c->name = zw_str_copy(p->cli->arena, w.text);
	if (c->name.n && c->name.p[c->name.n - 1] == '*') {
		c->pattern = true;
		c->name.n--;
	}
	if (!c->name.n || c->name.n > 15)
		wrong(p, w, "this is no interface's name",
		      "a name of up to 15 characters, or the beginning of one and '*'");
}

/* Up to the next word that ends a condition; a list in braces is whole. */
static void service_value(struct parser *p, struct zw_condition *c)
{
	struct word w = next(p);
	u32 start = w.at, end = p->at;

	if (!w.text.n || is_sign(w.text.p[0])) {
		wrong(p, w, "a service is expected here",
		      "a service as in a rule: ssh, tcp/8443, icmp/echo-request");
		return;
	}
	if (zw_str_is(peek(p).text, "{")) {
		while (p->at < p->text.n && !take(p, "}"))
			next(p);
		end = p->at;
	}
	zw_buf_printf(&p->services, "never any -> any : %.*s\n",
		      (int)(end - start), p->text.p + start);
	zw_push(p->cli->arena, p->out->services, c);
}

/* <, <=, >, >= of a number. */
static void compared(struct parser *p, struct zw_condition *c, struct zw_str op)
{
	struct zw_interval range;
	struct word w = peek(p);
	u128 max = maximum(c->kind);

	if (c->kind == ZW_CONDITION_SRC || c->kind == ZW_CONDITION_DST ||
	    c->kind == ZW_CONDITION_PROTO || c->kind == ZW_CONDITION_FAMILY) {
		wrong(p, w, "this field has no order",
		      "<, <=, > and >= are for ports, types and codes");
		return;
	}
	if (!one_range(p, c->kind, &range))
		return;
	if (zw_str_is(op, "<") && !range.lo)
		c->ranges = (struct zw_intervals){ 0 };
	else if (zw_str_is(op, ">") && range.hi == max)
		c->ranges = (struct zw_intervals){ 0 };
	else if (op.p[0] == '<')
		c->ranges = zw_intervals_one(
			p->cli->arena, 0, op.n == 2 ? range.hi : range.lo - 1);
	else
		c->ranges = zw_intervals_one(
			p->cli->arena, op.n == 2 ? range.lo : range.hi + 1,
			max);
}

static bool is_order(struct zw_str op)
{
	return op.n && (op.p[0] == '<' || op.p[0] == '>');
}

static struct zw_condition *field(struct parser *p)
{
	static const struct {
		const char *name;
		enum zw_condition_kind kind;
	} fields[] = {
		{ "proto", ZW_CONDITION_PROTO },
		{ "dport", ZW_CONDITION_DPORT },
		{ "sport", ZW_CONDITION_SPORT },
		{ "type", ZW_CONDITION_TYPE },
		{ "code", ZW_CONDITION_CODE },
		{ "family", ZW_CONDITION_FAMILY },
		{ "src", ZW_CONDITION_SRC },
		{ "dst", ZW_CONDITION_DST },
		{ "in", ZW_CONDITION_IN },
		{ "out", ZW_CONDITION_OUT },
		{ "service", ZW_CONDITION_SERVICE },
	};
	struct word w = next(p), op;
	struct zw_condition *c;
	size_t i, n = sizeof(fields) / sizeof(*fields);

	for (i = 0; i < n && !zw_str_is(w.text, fields[i].name); i++)
		;
	if (i == n) {
		wrong(p, w, "this is no field of a flow",
		      "proto, dport, sport, type, code, family, src, dst, in, out or service");
		return NULL;
	}
	c = new_condition(p, fields[i].kind);
	op = peek(p);
	if (op.text.n && strchr("=<>!", op.text.p[0]))
		next(p);
	else
		op.text.n = 0;
	if (is_order(op.text) && c->kind <= ZW_CONDITION_DST)
		compared(p, c, op.text);
	else if (c->kind == ZW_CONDITION_IN || c->kind == ZW_CONDITION_OUT)
		name_value(p, c);
	else if (c->kind == ZW_CONDITION_SERVICE)
		service_value(p, c);
	else
		values(p, c);
	return zw_str_is(op.text, "!=") ? negated(p, c) : c;
}

static struct zw_condition *alternatives(struct parser *p);

static struct zw_condition *factor(struct parser *p)
{
	struct zw_condition *c;
	struct word w = peek(p);

	if (++p->depth > DEPTH_MAX) {
		wrong(p, w, "this is nested too deeply", "at most 64 levels");
		return NULL;
	}
	if (take(p, "not")) {
		c = factor(p);
		c = c ? negated(p, c) : NULL;
	} else if (take(p, "(")) {
		c = alternatives(p);
		if (!take(p, ")"))
			wrong(p, peek(p), "')' is missing here",
			      "close the parenthesis");
	} else {
		c = field(p);
	}
	p->depth--;
	return c;
}

static struct zw_condition *joined(struct parser *p,
				   enum zw_condition_kind kind,
				   struct zw_condition *a,
				   struct zw_condition *b)
{
	struct zw_condition *c = new_condition(p, kind);

	c->a = a;
	c->b = b;
	return c;
}

static struct zw_condition *terms(struct parser *p)
{
	struct zw_condition *c = factor(p);

	while (!p->failed && take(p, "and"))
		c = joined(p, ZW_CONDITION_AND, c, factor(p));
	return c;
}

static struct zw_condition *alternatives(struct parser *p)
{
	struct zw_condition *c = terms(p);

	while (!p->failed && take(p, "or"))
		c = joined(p, ZW_CONDITION_OR, c, terms(p));
	return c;
}

/* ---- sides --------------------------------------------------------------- */

/* The text up to one of the words that begin the next part. */
static struct zw_str side(struct parser *p)
{
	u32 start = peek(p).at, end = start;

	for (;;) {
		struct word w = peek(p);

		if (!w.text.n || zw_str_is(w.text, "to") ||
		    zw_str_is(w.text, "where") || zw_str_is(w.text, "from"))
			break;
		next(p);
		end = p->at;
	}
	if (end == start)
		wrong(p, peek(p), "zones are expected here",
		      "for example: from dmz to internal where proto tcp and dport < 1024");
	return (struct zw_str){ p->text.p + start, end - start };
}

bool zw_query_text_parse(struct zw_cli *cli, const char *text,
			 struct zw_query_text *out)
{
	struct parser p = { .cli = cli, .out = out, .text = zw_str_from(text) };
	struct zw_str from = ZW_STR("any"), to = ZW_STR("any");

	*out = (struct zw_query_text){ 0 };
	p.file = zw_sources_add(cli->sources, ZW_STR("(query)"), p.text,
				ZW_NO_SPAN);
	if (take(&p, "from")) {
		out->has_from = true;
		from = side(&p);
	}
	if (!p.failed && take(&p, "to")) {
		out->has_to = true;
		to = side(&p);
	}
	if (!p.failed && take(&p, "where"))
		out->where = alternatives(&p);
	if (!p.failed && peek(&p).text.n)
		wrong(&p, peek(&p), "this is not understood here",
		      "a query is [from ZONES] [to ZONES] [where CONDITION], a condition FIELD VALUE joined by and, or, not");
	out->claims =
		zw_strf(cli->arena, "never %.*s -> %.*s\n%s", ZW_STR_ARG(from),
			ZW_STR_ARG(to), p.services.n ? p.services.data : "");
	zw_buf_free(&p.services);
	return !p.failed;
}
