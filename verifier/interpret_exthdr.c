/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exthdr: IPv6 extension headers, IPv4 options, TCP options, SCTP chunks.
 *
 * Follows nft_exthdr.c. IPv4 options are read as __ip_options_compile does
 * without a socket buffer (net/ipv4/ip_options.c), which refuses all of a
 * header's options for one that is malformed; and for an option other than end,
 * no operation, source routes, record route, timestamp and router alert its
 * answer depends on the rights of whatever task was interrupted: there the
 * caller chooses. */
#include <string.h>

#include "verifier/interpret_internal.h"

static void store_present(struct zw_machine *m, const struct zw_expr *expr,
			  bool present)
{
	u8 one = present;

	zw_machine_store(m, expr->exthdr.dreg, &one, 1);
}

static void load_at(struct zw_machine *m, const struct zw_expr *expr, u64 at)
{
	if (at + expr->exthdr.len > m->packet->n)
		zw_machine_break(m);
	else
		zw_machine_store(m, expr->exthdr.dreg, m->packet->bytes + at,
				 expr->exthdr.len);
}

static void eval_ipv6(struct zw_machine *m, const struct zw_expr *expr)
{
	struct zw_header header;
	bool found;

	if (m->packet->ethertype != ETH_P_IPV6 || m->packet->n < 40) {
		zw_machine_break(m);
		return;
	}
	found = zw_packet_find_header(m->packet, expr->exthdr.type, &header);
	if (expr->exthdr.present)
		store_present(m, expr, found);
	else if (!found)
		zw_machine_break(m);
	else
		load_at(m, expr, (u64)header.offset + expr->exthdr.offset);
}

/* ---- IPv4 options ---- */

enum option_kind {
	OPTION_RR = 7,
	OPTION_TIMESTAMP = 68,
	OPTION_LSRR = 131,
	OPTION_RA = 148,
	OPTION_SSRR = 137,
};

struct options {
	bool malformed;
	bool privileged; /* holds one whose parsing needs rights */
	bool lsrr, ssrr, rr, ra, timestamp;
};

static bool source_route_fits(const u8 *o, u32 len, const struct options *seen)
{
	return len >= 7 && o[2] == 4 && (len - 3) % 4 == 0 && !seen->lsrr &&
	       !seen->ssrr;
}

static bool record_route_fits(const u8 *o, u32 len, const struct options *seen)
{
	if (seen->rr || len < 3 || o[2] < 4)
		return false;
	return o[2] > len || o[2] + 3u <= len;
}

static bool timestamp_fits(const u8 *o, u32 len, struct options *seen)
{
	u32 need;

	if (seen->timestamp || len < 4 || o[2] < 5)
		return false;
	if (o[2] > len)
		return o[3] >> 4 != 15;
	switch (o[3] & 15) {
	case 0:
		need = 3;
		break;
	case 1:
	case 3:
		need = 7;
		break;
	default:
		seen->privileged = true;
		need = 3;
	}
	return o[2] + need <= len;
}

static bool option_fits(const u8 *o, u32 len, struct options *seen)
{
	bool fits = true;

	switch (o[0]) {
	case OPTION_LSRR:
	case OPTION_SSRR:
		fits = source_route_fits(o, len, seen);
		seen->lsrr |= fits && o[0] == OPTION_LSRR;
		seen->ssrr |= fits && o[0] == OPTION_SSRR;
		break;
	case OPTION_RR:
		fits = record_route_fits(o, len, seen);
		seen->rr = true;
		break;
	case OPTION_TIMESTAMP:
		fits = timestamp_fits(o, len, seen);
		seen->timestamp = true;
		break;
	case OPTION_RA:
		fits = len >= 4;
		seen->ra |= fits && !o[2] && !o[3];
		break;
	default:
		seen->privileged = true;
	}
	return fits;
}

static struct options read_options(const struct zw_packet *packet)
{
	struct options options = { 0 };
	const u8 *p = packet->bytes;
	u32 at = 20, end = (p[0] & 15u) * 4;

	while (at < end && !options.malformed) {
		if (p[at] == 0)
			break;
		if (p[at] == 1) {
			at++;
			continue;
		}
		if (end - at < 2 || p[at + 1] < 2 || p[at + 1] > end - at ||
		    !option_fits(p + at, p[at + 1], &options))
			options.malformed = true;
		else
			at += p[at + 1];
	}
	return options;
}

static bool has_option(const struct options *options, u8 type)
{
	switch (type) {
	case OPTION_LSRR:
		return options->lsrr;
	case OPTION_SSRR:
		return options->ssrr;
	case OPTION_RR:
		return options->rr;
	case OPTION_RA:
		return options->ra;
	default:
		return false;
	}
}

static void eval_ipv4(struct zw_machine *m, const struct zw_expr *expr)
{
	struct options options;
	bool found;

	if (m->packet->ethertype != ETH_P_IP || m->packet->n < 20 ||
	    (m->packet->bytes[0] & 15u) * 4 > m->packet->n) {
		zw_machine_break(m);
		return;
	}
	options = read_options(m->packet);
	found = !options.malformed && has_option(&options, expr->exthdr.type);
	if (options.privileged)
		found = zw_machine_ask(m, expr, found, NULL).holds && found;
	if (expr->exthdr.present)
		store_present(m, expr, found);
	else if (!found)
		zw_machine_break(m);
	else /* kernels differ by 20 bytes about where the option is */
		zw_machine_ask_load(m, expr, expr->exthdr.dreg,
				    expr->exthdr.len,
				    "the content of an IPv4 option");
}

/* ---- TCP options ---- */

static void tcp_miss(struct zw_machine *m, const struct zw_expr *expr)
{
	if (expr->exthdr.present)
		store_present(m, expr, false);
	else
		zw_machine_break(m);
}

static void eval_tcp(struct zw_machine *m, const struct zw_expr *expr)
{
	const u8 *t = m->packet->bytes + m->d.thoff;
	u32 thoff = m->d.thoff, n = m->packet->n, len, i, step;

	if (!m->d.has_transport || m->d.l4proto != IPPROTO_TCP ||
	    m->d.fragoff || thoff + 20 > n) {
		tcp_miss(m, expr);
		return;
	}
	len = (t[12] >> 4) * 4u;
	if (len < 20 || thoff + len > n) {
		tcp_miss(m, expr);
		return;
	}
	for (i = 20; i + 1 < len; i += step) {
		step = t[i] <= 1 || t[i + 1] == 0 ? 1 : t[i + 1];
		if (t[i] != expr->exthdr.type)
			continue;
		if (i + step > len ||
		    expr->exthdr.len + expr->exthdr.offset > step)
			break;
		if (expr->exthdr.present)
			store_present(m, expr, true);
		else
			zw_machine_store(m, expr->exthdr.dreg,
					 t + i + expr->exthdr.offset,
					 expr->exthdr.len);
		return;
	}
	tcp_miss(m, expr);
}

/* ---- SCTP chunks ---- */

static void eval_sctp(struct zw_machine *m, const struct zw_expr *expr)
{
	const u8 *p = m->packet->bytes;
	u32 at = m->d.thoff + 12, n = m->packet->n, len;

	if (!m->d.has_transport || m->d.l4proto != IPPROTO_SCTP ||
	    m->d.fragoff) {
		tcp_miss(m, expr);
		return;
	}
	while (at + 4 <= n) {
		len = (u32)(p[at + 2] << 8 | p[at + 3]);
		if (!len)
			break;
		if (p[at] == expr->exthdr.type) {
			if (expr->exthdr.present) {
				store_present(m, expr, true);
				return;
			}
			if (expr->exthdr.offset + expr->exthdr.len > len ||
			    at + len > n)
				break;
			load_at(m, expr, (u64)at + expr->exthdr.offset);
			return;
		}
		at += (len + 3) & ~3u;
	}
	tcp_miss(m, expr);
}

void zw_eval_exthdr(struct zw_machine *m, const struct zw_expr *expr)
{
	switch (expr->exthdr.op) {
	case NFT_EXTHDR_OP_IPV6:
		eval_ipv6(m, expr);
		return;
	case NFT_EXTHDR_OP_IPV4:
		eval_ipv4(m, expr);
		return;
	case NFT_EXTHDR_OP_TCPOPT:
		eval_tcp(m, expr);
		return;
	case NFT_EXTHDR_OP_SCTP:
		eval_sctp(m, expr);
		return;
	default:
		zw_machine_ask_load(m, expr, expr->exthdr.dreg,
				    expr->exthdr.len,
				    "options of another protocol");
	}
}
