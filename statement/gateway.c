/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A gateway's facts to text and back: a word for the kind of fact, then its
 * parts, blanks in between. Names of interfaces hold no blank (dev_valid_name);
 * other names stand last on their line. */
#include "statement/gateway.h"

#include <stdlib.h>

static const char *const beside_words[] = {
	[ZW_BESIDE_LEGACY] = "legacy",
	[ZW_BESIDE_IPVS] = "ipvs",
	[ZW_BESIDE_BPF] = "bpf",
	[ZW_BESIDE_UNREAD] = "unread",
};
_Static_assert(sizeof(beside_words) / sizeof(*beside_words) == ZW_BESIDE_COUNT,
	       "every kind has a word");

static void print_link(struct zw_buf *out, const struct zw_link *link)
{
	zw_buf_printf(out, "link %u %.*s %.*s %u%s%s%s\n", link->index,
		      ZW_STR_ARG(link->name), ZW_STR_ARG(link->kind),
		      link->master, link->flags & ZW_LINK_UP ? " up" : "",
		      link->flags & ZW_LINK_XDP ? " xdp" : "",
		      link->flags & ZW_LINK_TC ? " tc" : "");
}

void zw_gateway_print(struct zw_buf *out, const struct zw_gateway *gateway)
{
	char text[46];
	size_t i;

	zw_buf_puts(out, gateway->whole ? "gateway\n" : "names\n");
	for (i = 0; i < gateway->links.n; i++)
		print_link(out, &gateway->links.v[i]);
	for (i = 0; i < gateway->addresses.n; i++)
		zw_buf_printf(out, "address %u %s %u\n",
			      gateway->addresses.v[i].link,
			      zw_ip_format(gateway->addresses.v[i].ip, text),
			      gateway->addresses.v[i].prefix);
	for (i = 0; i < gateway->settings.n; i++)
		zw_buf_printf(out, "setting %.*s %lld\n",
			      ZW_STR_ARG(gateway->settings.v[i].path),
			      (long long)gateway->settings.v[i].value);
	for (i = 0; i < gateway->beside.n; i++)
		zw_buf_printf(out, "%s %.*s\n",
			      beside_words[gateway->beside.v[i].kind],
			      ZW_STR_ARG(gateway->beside.v[i].name));
}

/* ---- and back ------------------------------------------------------------ */

/* The next word of REST; false if there is none. */
static bool word(struct zw_str *rest, struct zw_str *out)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != ' ')
		n++;
	*out = (struct zw_str){ rest->p, n };
	if (n < rest->n)
		n++;
	rest->p += n;
	rest->n -= n;
	return out->n > 0;
}

static bool number(struct zw_str *rest, s64 *out)
{
	struct zw_str text;
	size_t i;
	bool minus;

	if (!word(rest, &text))
		return false;
	minus = text.p[0] == '-';
	if (text.n == minus || text.n > 18)
		return false;
	*out = 0;
	for (i = minus; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*out = *out * 10 + (text.p[i] - '0');
	}
	if (minus)
		*out = -*out;
	return true;
}

static bool small(struct zw_str *rest, u32 *out)
{
	s64 value;

	if (!number(rest, &value) || value < 0 || value > UINT32_MAX)
		return false;
	*out = (u32)value;
	return true;
}

static bool parse_link(struct zw_arena *arena, struct zw_str rest,
		       struct zw_gateway *gateway)
{
	struct zw_link link = { 0 };
	struct zw_str text;

	if (!small(&rest, &link.index) || !word(&rest, &link.name) ||
	    !word(&rest, &link.kind) || !small(&rest, &link.master))
		return false;
	while (word(&rest, &text)) {
		if (zw_str_is(text, "up"))
			link.flags |= ZW_LINK_UP;
		else if (zw_str_is(text, "xdp"))
			link.flags |= ZW_LINK_XDP;
		else if (zw_str_is(text, "tc"))
			link.flags |= ZW_LINK_TC;
		else
			return false;
	}
	if (link.name.n > 15)
		return false;
	link.name = zw_str_copy(arena, link.name);
	link.kind = zw_str_copy(arena, link.kind);
	zw_push(arena, gateway->links, link);
	return true;
}

static bool parse_address(struct zw_arena *arena, struct zw_str rest,
			  struct zw_gateway *gateway)
{
	struct zw_link_address address = { 0 };
	struct zw_str text;

	if (!small(&rest, &address.link) || !word(&rest, &text) ||
	    !zw_ip_parse(text, &address.ip) || !small(&rest, &address.prefix) ||
	    address.prefix > zw_family_bits(address.ip.family) || rest.n)
		return false;
	zw_push(arena, gateway->addresses, address);
	return true;
}

static bool parse_line(struct zw_arena *arena, struct zw_str rest,
		       struct zw_gateway *gateway)
{
	struct zw_setting setting;
	struct zw_beside beside;
	struct zw_str kind;
	u32 i;

	if (!word(&rest, &kind))
		return false;
	if (zw_str_is(kind, "link"))
		return parse_link(arena, rest, gateway);
	if (zw_str_is(kind, "address"))
		return parse_address(arena, rest, gateway);
	if (zw_str_is(kind, "setting")) {
		if (!word(&rest, &setting.path) ||
		    !number(&rest, &setting.value) || rest.n)
			return false;
		setting.path = zw_str_copy(arena, setting.path);
		zw_push(arena, gateway->settings, setting);
		return true;
	}
	for (i = 0; i < ZW_BESIDE_COUNT; i++) {
		if (!zw_str_is(kind, beside_words[i]))
			continue;
		beside.kind = i;
		beside.name = zw_str_copy(arena, rest);
		zw_push(arena, gateway->beside, beside);
		return rest.n > 0;
	}
	return false;
}

bool zw_gateway_parse(struct zw_arena *arena, struct zw_str text,
		      struct zw_gateway *gateway, u32 *line)
{
	size_t at = 0, end;

	memset(gateway, 0, sizeof(*gateway));
	for (*line = 1; at < text.n; ++*line, at = end + 1) {
		struct zw_str row;

		for (end = at; end < text.n && text.p[end] != '\n'; end++)
			;
		row = (struct zw_str){ text.p + at, end - at };
		if (*line == 1 && zw_str_is(row, "gateway"))
			gateway->whole = true;
		else if (*line == 1 ? !zw_str_is(row, "names")
				    : !parse_line(arena, row, gateway))
			return false;
	}
	return text.n > 0;
}

/* ---- questions ----------------------------------------------------------- */

const struct zw_link *zw_gateway_link(const struct zw_gateway *gateway,
				      u32 index)
{
	size_t i;

	for (i = 0; i < gateway->links.n; i++) {
		if (gateway->links.v[i].index == index)
			return &gateway->links.v[i];
	}
	return NULL;
}

const struct zw_link *zw_gateway_named(const struct zw_gateway *gateway,
				       struct zw_str name)
{
	size_t i;

	for (i = 0; i < gateway->links.n; i++) {
		if (zw_str_eq(gateway->links.v[i].name, name))
			return &gateway->links.v[i];
	}
	return NULL;
}

bool zw_gateway_is_own(const struct zw_gateway *gateway,
		       const struct zw_link_address *address)
{
	const struct zw_link *link = zw_gateway_link(gateway, address->link);
	const struct zw_link *master;

	if (!gateway->whole || !link || !(link->flags & ZW_LINK_UP))
		return false;
	master = link->master ? zw_gateway_link(gateway, link->master) : NULL;
	return !link->master || (master && !zw_str_is(master->kind, "vrf"));
}

s64 zw_gateway_setting(const struct zw_gateway *gateway, struct zw_str path)
{
	size_t i;

	for (i = 0; i < gateway->settings.n; i++) {
		if (zw_str_eq(gateway->settings.v[i].path, path))
			return gateway->settings.v[i].value;
	}
	return 0;
}
