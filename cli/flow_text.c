/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options are taken from the end, two words at a time; what is left is a flow
 * of one of the two forms. */
#include "cli/flow_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char example[] =
	"for example 'front(192.0.2.10) -> data(10.2.0.5) : tcp/5432 sport 40000' or 'in dmz0 192.0.2.10 > 10.2.0.5 : tcp/5432 out lan2'";

static struct zw_str trim(struct zw_str s)
{
	while (s.n && (*s.p == ' ' || *s.p == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* The last word of *S, which is then without it. */
static struct zw_str last_word(struct zw_str *s)
{
	struct zw_str word;
	size_t at;

	*s = trim(*s);
	at = s->n;
	while (at && s->p[at - 1] != ' ' && s->p[at - 1] != '\t')
		at--;
	word = (struct zw_str){ s->p + at, s->n - at };
	s->n = at;
	return word;
}

static struct zw_str first_word(struct zw_str *s)
{
	struct zw_str word;
	size_t at = 0;

	*s = trim(*s);
	while (at < s->n && s->p[at] != ' ' && s->p[at] != '\t')
		at++;
	word = (struct zw_str){ s->p, at };
	s->p += at;
	s->n -= at;
	return word;
}

static bool wrong(struct zw_cli *cli, const char *what, struct zw_str word)
{
	struct zw_diag *diag =
		zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			"%s '%.*s' in the flow", what, ZW_STR_ARG(word));

	zw_diag_help(&cli->diags, diag, "%s", example);
	return false;
}

static bool number(struct zw_str word, u32 max, u32 *out)
{
	u32 value = 0;
	size_t i;

	for (i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9' || value > max)
			return false;
		value = value * 10 + (u32)(word.p[i] - '0');
	}
	*out = value;
	return word.n && value <= max;
}

/* ---- options ------------------------------------------------------------- */

static bool set_state(struct zw_cli *cli, struct zw_str word,
		      struct zw_flow_text *out)
{
	static const struct {
		const char *name;
		enum zw_ct_state state;
		bool reply;
	} states[] = {
		{ "new", ZW_CT_NEW, false },
		{ "established", ZW_CT_ESTABLISHED, false },
		{ "reply", ZW_CT_ESTABLISHED, true },
		{ "related", ZW_CT_RELATED, false },
		{ "invalid", ZW_CT_INVALID, false },
		{ "untracked", ZW_CT_UNTRACKED, false },
	};
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (zw_str_is(word, states[i].name)) {
			out->state = states[i].state;
			out->reply = states[i].reply;
			return true;
		}
	}
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "no connection state '%.*s'", ZW_STR_ARG(word));
	zw_diag_help(
		&cli->diags, diag,
		"new, established, reply (established, from the server's side), related, invalid or untracked");
	return false;
}

static bool set_name(struct zw_cli *cli, struct zw_str word,
		     char name[ZW_NAME_MAX])
{
	if (!word.n || word.n >= ZW_NAME_MAX)
		return wrong(cli, "no interface can be called", word);
	memset(name, 0, ZW_NAME_MAX);
	memcpy(name, word.p, word.n);
	return true;
}

static bool is_option(struct zw_str word)
{
	return zw_str_is(word, "sport") || zw_str_is(word, "state") ||
	       zw_str_is(word, "in") || zw_str_is(word, "out");
}

static bool set_option(struct zw_cli *cli, struct zw_str key,
		       struct zw_str value, struct zw_flow_text *out)
{
	u32 port;

	if (zw_str_is(key, "state"))
		return set_state(cli, value, out);
	if (zw_str_is(key, "in"))
		return set_name(cli, value, out->in);
	if (zw_str_is(key, "out"))
		return set_name(cli, value, out->out);
	if (!number(value, 65535, &port))
		return wrong(cli, "no port", value);
	out->has_sport = true;
	out->sport = (u16)port;
	return true;
}

/* Options at the end of *REST. */
static bool take_options(struct zw_cli *cli, struct zw_str *rest,
			 struct zw_flow_text *out)
{
	for (;;) {
		struct zw_str before = *rest, value = last_word(&before);
		struct zw_str key = last_word(&before);

		/* "in NAME" at the very beginning is the second form's */
		if (!is_option(key) || !trim(before).n)
			return true;
		if (!set_option(cli, key, value, out))
			return false;
		*rest = before;
	}
}

/* ---- the second form ----------------------------------------------------- */

static bool read_service(struct zw_cli *cli, struct zw_str text,
			 struct zw_flow_text *out)
{
	static const struct {
		const char *name;
		u8 proto, lo; /* LO: of a type, its place in the key */
	} protocols[] = { { "tcp", 6, 0 },    { "udp", 17, 0 },
			  { "sctp", 132, 0 }, { "udplite", 136, 0 },
			  { "icmp", 1, 8 },   { "icmpv6", 58, 8 },
			  { "proto", 0, 0 } };
	struct zw_str word = trim(text), key = { 0 };
	size_t i, slash = 0;
	u32 value;

	while (slash < word.n && word.p[slash] != '/')
		slash++;
	if (slash < word.n)
		key = (struct zw_str){ word.p + slash + 1, word.n - slash - 1 };
	word.n = slash;
	for (i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (!zw_str_is(word, protocols[i].name))
			continue;
		out->proto = protocols[i].proto;
		if (!number(key,
			    protocols[i].proto && !protocols[i].lo ? 65535
								   : 255,
			    &value))
			return wrong(cli, "no port or type", key);
		if (!out->proto)
			out->proto = (u8)value;
		else
			out->key = (u16)(value << protocols[i].lo);
		return true;
	}
	return wrong(cli, "no protocol", word);
}

static bool read_address(struct zw_cli *cli, struct zw_str word,
			 struct zw_ip *ip)
{
	return zw_ip_parse(word, ip) || wrong(cli, "no address", word);
}

static bool second_form(struct zw_cli *cli, struct zw_str rest,
			struct zw_flow_text *out)
{
	struct zw_str service = ZW_STR("tcp/443"), word;
	size_t i;

	first_word(&rest);
	if (!set_name(cli, first_word(&rest), out->in))
		return false;
	for (i = 1; i < rest.n; i++) {
		if (rest.p[i] == ':' && rest.p[i - 1] == ' ') {
			service = (struct zw_str){ rest.p + i + 1,
						   rest.n - i - 1 };
			rest.n = i;
			break;
		}
	}
	if (!read_address(cli, first_word(&rest), &out->src))
		return false;
	word = first_word(&rest);
	if (!zw_str_is(word, ">") && !zw_str_is(word, "->"))
		return wrong(cli, "'>' is expected, not", word);
	if (!read_address(cli, first_word(&rest), &out->dst) ||
	    !read_service(cli, service, out))
		return false;
	if (trim(rest).n)
		return wrong(cli, "more than is understood:", trim(rest));
	if (out->src.family != out->dst.family)
		return wrong(cli, "two families:", trim(rest));
	return true;
}

bool zw_flow_text_parse(struct zw_cli *cli, const char *text,
			struct zw_flow_text *out)
{
	struct zw_str rest = trim(zw_str_from(text)), copy;

	*out = (struct zw_flow_text){ .state = ZW_CT_NEW };
	if (!take_options(cli, &rest, out))
		return false;
	copy = rest;
	if (zw_str_is(first_word(&copy), "in"))
		return second_form(cli, rest, out);
	if (!strstr(text, "->"))
		return wrong(cli, "no '->' between two zones in", rest);
	out->by_zone = true;
	out->claim = zw_strf(cli->arena, "always %.*s\n", ZW_STR_ARG(rest));
	return true;
}
