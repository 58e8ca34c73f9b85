/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection's text: one line, as a reader would describe it. */
#include "statement/connection.h"

#include <netinet/in.h>

static bool is_icmp(u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static void print_proto(struct zw_buf *out, u8 proto)
{
	static const struct {
		u8 number;
		const char *name;
	} names[] = {
		{ IPPROTO_TCP, "tcp" },		{ IPPROTO_UDP, "udp" },
		{ IPPROTO_ICMP, "icmp" },	{ IPPROTO_ICMPV6, "icmpv6" },
		{ IPPROTO_SCTP, "sctp" },	{ IPPROTO_DCCP, "dccp" },
		{ IPPROTO_UDPLITE, "udplite" }, { IPPROTO_GRE, "gre" },
		{ IPPROTO_ESP, "esp" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == proto) {
			zw_buf_puts(out, names[i].name);
			return;
		}
	}
	zw_buf_printf(out, "proto/%u", proto);
}

static void print_end(struct zw_buf *out, struct zw_ip ip, bool any, u16 port)
{
	char text[46];

	if (any)
		zw_buf_puts(out, "any");
	else
		zw_buf_printf(out, port && ip.family == ZW_IPV6 ? "[%s]" : "%s",
			      zw_ip_format(ip, text));
	if (port)
		zw_buf_printf(out, ":%u", port);
}

void zw_connection_print(struct zw_buf *out, const struct zw_connection *c)
{
	const struct zw_endpoints *o = &c->original, *r = &c->reply;
	bool icmp = is_icmp(c->proto);

	if (c->expected)
		zw_buf_puts(out, "expected ");
	print_proto(out, c->proto);
	if (icmp)
		zw_buf_printf(out, "/%u/%u", o->dport >> 8, o->dport & 255);
	zw_buf_putc(out, ' ');
	print_end(out, o->src, c->any_source, icmp ? 0 : o->sport);
	zw_buf_puts(out, " -> ");
	print_end(out, o->dst, c->any_destination, icmp ? 0 : o->dport);
	if (c->expected ||
	    (r->src.value == o->dst.value && (icmp || r->sport == o->dport)))
		return;
	zw_buf_puts(out, " (to ");
	print_end(out, r->src, false, icmp ? 0 : r->sport);
	zw_buf_putc(out, ')');
}
