/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which addresses count, and the file that lists them in place of a kernel. */
#include "base/own.h"

#include <string.h>

#define FILE_LIMIT (16u << 20)
#define NAME_LIMIT 15 /* IFNAMSIZ less the final NUL */

/* ---- what counts ---- */

static bool within(u128 value, unsigned bits, u128 prefix, unsigned length)
{
	return value >> (bits - length) == prefix;
}

bool zw_own_counts(struct zw_ip ip)
{
	u128 v = ip.value;

	if (ip.family == ZW_IPV4)
		return !within(v, 32, 0, 8) && !within(v, 32, 127, 8) &&
		       !within(v, 32, 0xa9fe, 16) && !within(v, 32, 0xe, 4);
	/* :: and ::1, fe80::/10, ff00::/8 */
	return v > 1 && !within(v, 128, 0x3fa, 10) && !within(v, 128, 0xff, 8);
}

static struct zw_interval network_of(struct zw_ip ip, unsigned length)
{
	unsigned bits = zw_family_bits(ip.family);
	u128 host = zw_family_all(ip.family).hi;

	if (length)
		host = length == bits ? 0 : ((u128)1 << (bits - length)) - 1;
	return (struct zw_interval){ ip.value & ~host, ip.value | host };
}

void zw_own_add_interface(struct zw_arena *arena, struct zw_own_addresses *own,
			  struct zw_str interface)
{
	size_t i;

	for (i = 0; i < own->interfaces.n; i++)
		if (zw_str_eq(own->interfaces.v[i], interface))
			return;
	interface = zw_str_copy(arena, interface);
	zw_push(arena, own->interfaces, interface);
}

void zw_own_add(struct zw_arena *arena, struct zw_own_addresses *own,
		struct zw_str interface, struct zw_ip address,
		struct zw_ip peer, unsigned length, struct zw_span span)
{
	struct zw_own_address one = {
		.interface = interface,
		.address = address,
		.network = network_of(peer, length),
		.span = span,
	};
	size_t i;

	zw_own_add_interface(arena, own, interface);
	if (!zw_own_counts(address))
		return;
	for (i = 0; i < own->list.n; i++) {
		const struct zw_own_address *other = &own->list.v[i];

		if (zw_str_eq(other->interface, interface) &&
		    other->address.family == address.family &&
		    other->address.value == address.value &&
		    other->network.lo == one.network.lo &&
		    other->network.hi == one.network.hi)
			return;
	}
	one.interface = zw_str_copy(arena, interface);
	zw_push(arena, own->list, one);
}

/* ---- the file ---- */

struct reader {
	struct zw_arena *arena;
	struct zw_diags *diags;
	struct zw_own_addresses *own;
	u32 file;
	const char *text; /* where the file's text begins */
};

static struct zw_span span_of(const struct reader *reader, struct zw_str piece)
{
	return (struct zw_span){ reader->file, (u32)(piece.p - reader->text),
				 (u32)piece.n };
}

static bool wrong(struct reader *reader, struct zw_str piece, const char *here)
{
	struct zw_diag *diag =
		zw_diag(reader->diags, ZW_Z2040, span_of(reader, piece),
			"line is no interface with an address");

	zw_diag_here(reader->diags, diag, "%s", here);
	zw_diag_help(reader->diags, diag,
		     "write it as 'wan0 203.0.113.5/24', one a line");
	return false;
}

/* The next word of LINE, which is shortened by it. */
static struct zw_str word(struct zw_str *line)
{
	struct zw_str out;

	while (line->n && strchr(" \t\r", *line->p)) {
		line->p++;
		line->n--;
	}
	out = (struct zw_str){ line->p, 0 };
	while (line->n && !strchr(" \t\r", *line->p)) {
		line->p++;
		line->n--;
		out.n++;
	}
	return out;
}

static bool read_length(struct zw_str text, unsigned bits, unsigned *length)
{
	size_t i;

	if (!text.n || text.n > 3)
		return false;
	*length = 0;
	for (i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*length = *length * 10 + (unsigned)(text.p[i] - '0');
	}
	return *length <= bits;
}

static bool read_line(struct reader *reader, struct zw_str line)
{
	struct zw_str name = word(&line), prefix = word(&line);
	struct zw_str rest = word(&line), left = prefix, right = { 0 };
	const char *slash;
	struct zw_ip ip;
	unsigned length;

	if (!name.n)
		return true;
	if (name.n > NAME_LIMIT)
		return wrong(reader, name, "too long for an interface's name");
	if (!prefix.n)
		return wrong(reader, name, "its address is missing");
	if (rest.n)
		return wrong(reader, rest, "one word too many");
	slash = memchr(prefix.p, '/', prefix.n);
	if (!slash)
		return wrong(reader, prefix, "its prefix length is missing");
	left.n = (size_t)(slash - prefix.p);
	right = (struct zw_str){ slash + 1, prefix.n - left.n - 1 };
	if (!zw_ip_parse(left, &ip))
		return wrong(reader, left, "no address");
	if (!read_length(right, zw_family_bits(ip.family), &length))
		return wrong(reader, right, "no prefix length");
	zw_own_add(reader->arena, reader->own, name, ip, ip, length,
		   span_of(reader, prefix));
	return true;
}

bool zw_own_read_file(struct zw_arena *arena, struct zw_sources *sources,
		      struct zw_diags *diags, const char *path,
		      struct zw_own_addresses *own)
{
	struct reader reader = { .arena = arena, .diags = diags, .own = own };
	struct zw_str text, name = zw_str_from(path);
	int error = zw_read_file(arena, path, FILE_LIMIT, &text);
	const char *p, *end;
	bool ok = true;

	if (error) {
		zw_diag(diags, ZW_Z6002, ZW_NO_SPAN, "cannot read '%s': %s",
			path, strerror(-error));
		return false;
	}
	own->source = zw_str_copy(arena, name);
	reader.file = zw_sources_add(sources, name, text, ZW_NO_SPAN);
	text = zw_sources_get(sources, reader.file)->text;
	reader.text = text.p;
	for (p = text.p, end = p + text.n; p < end;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *comment;

		if (!stop)
			stop = end;
		comment = memchr(p, '#', (size_t)(stop - p));
		ok &= read_line(&reader,
				(struct zw_str){
					p,
					(size_t)((comment ? comment : stop) -
						 p) });
		p = stop + 1;
	}
	return ok;
}
