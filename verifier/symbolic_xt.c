/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables, for all packets at once.
 *
 * A match is the set of packets for which it holds; where the kernel asks for a
 * header, later fragments break the rule and packets that are cut within it are
 * dropped. Written from the kernel's files (verifier/xt.h names them) and apart
 * from the interpreter, which does the same on bytes.
 *
 * Not followed: TCP options and lengths; each is an unknown. */
#include <netinet/in.h>

#include "verifier/symbolic_xt.h"

/* ---- pieces -------------------------------------------------------------- */

/* (FIELD & MASK) == WANTED, of BITS bits. Where the field must be cut first,
 * it is unknown for now. */
zw_node zw_xt_masked(const struct zw_rule_run *run, u32 i, u32 field, u32 bits,
		     u32 mask, u32 wanted)
{
	zw_bit string[32];
	u8 key[4] = { 0 };
	struct zw_component component = { 0, (bits + 7) / 8 * 8 };
	struct zw_key one = { key, key, 1 };
	u32 k, bit, pad = component.bits - bits;
	zw_node out;

	if (wanted & ~mask)
		return ZW_EMPTY;
	for (k = 0; k < component.bits; k++) {
		bit = component.bits - 1 - k;
		string[k] = k >= pad && mask >> bit & 1 ? zw_bit_of(field, bit)
							: ZW_BIT_0;
		if (k >= pad && wanted >> bit & 1)
			key[k / 8] |= (u8)(128u >> k % 8);
	}
	if (zw_space_lookup(zw_run_space(run), string, &component, 1, &one, 1,
			    0, &out))
		return out;
	return zw_run_maybe(run, i, false, "a mask that is not followed");
}

static zw_node in_ranges(const struct zw_rule_run *run, u32 field,
			 const struct zw_xt_port_test *test)
{
	zw_node out = ZW_EMPTY;
	u32 i;

	for (i = 0; i < test->n; i++) {
		if (test->ranges[i].lo <= test->ranges[i].hi)
			out = zw_or(zw_run_diagrams(run), out,
				    zw_space_range(zw_run_space(run), field,
						   test->ranges[i].lo,
						   test->ranges[i].hi));
	}
	return out;
}

zw_node zw_xt_ports(const struct zw_rule_run *run,
		    const struct zw_xt_port_test *test, u32 sport, u32 dport)
{
	zw_node found = ZW_EMPTY;

	if (test->side != ZW_XT_DESTINATION)
		found = in_ranges(run, sport, test);
	if (test->side != ZW_XT_SOURCE)
		found = zw_or(zw_run_diagrams(run), found,
			      in_ranges(run, dport, test));
	return zw_xt_inverted(run, found, test->invert);
}

zw_node zw_xt_has_entry(const struct zw_rule_run *run)
{
	if (!run->scene->has_entry)
		return ZW_EMPTY;
	return zw_space_index(zw_run_space(run), ZW_FIELD_STATE,
			      ZW_IS_ESTABLISHED, ZW_IS_NEW);
}

/* ---- transport headers --------------------------------------------------- */

struct header {
	u32 bytes; /* that the match asks for */
	bool evil; /* fragments of offset 1 are dropped */
};

/* The rule where the match HOLDS for packets that have the header. */
static zw_node with_header(struct zw_rule_run *run, u32 i,
			   const struct registers *regs, struct header header,
			   zw_node holds)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node later, then;

	then = zw_run_guard(run, holds, zw_run_go(run, i + 1, regs));
	then = zw_if(d, zw_bytes_there(run->scene, header.bytes), then,
		     zw_run_leaf(run, DROPS));
	later = zw_run_leaf(run, GO_ON);
	if (header.evil && run->scene->family == ZW_IPV4)
		later = zw_if(
			d, zw_xt_masked(run, i, ZW_FIELD_FRAG, 16, 0x1fff, 1),
			zw_run_leaf(run, DROPS), later);
	return zw_if(d, zw_not_later(run->scene, i), then, later);
}

static zw_node ports(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	zw_node out = ZW_ALL;
	u32 k;

	for (k = 0; k < xt->ports.n; k++)
		out = zw_and(zw_run_diagrams(run), out,
			     zw_xt_ports(run, &xt->ports.tests[k],
					 ZW_FIELD_SPORT, ZW_FIELD_DPORT));
	return out;
}

static zw_node tcp(const struct zw_rule_run *run, const struct zw_xt *xt, u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = zw_and(d,
			     zw_xt_ports(run, &xt->tcp.tests[0], ZW_FIELD_SPORT,
					 ZW_FIELD_DPORT),
			     zw_xt_ports(run, &xt->tcp.tests[1], ZW_FIELD_SPORT,
					 ZW_FIELD_DPORT));

	out = zw_and(d, out,
		     zw_xt_inverted(run,
				    zw_xt_masked(run, i, ZW_FIELD_FLAGS, 8,
						 xt->tcp.mask, xt->tcp.wanted),
				    xt->tcp.invert_flags));
	if (xt->tcp.option)
		out = zw_and(d, out,
			     zw_run_maybe(run, i, false,
					  "which options a TCP packet has"));
	return out;
}

/* A TCP header whose options are cut, or that lies about its length, is
 * dropped; that hangs on bytes that are no field. */
static zw_node tcp_rule(struct zw_rule_run *run, u32 i,
			const struct registers *regs, const struct zw_xt *xt)
{
	struct header header = { 20, true };
	zw_node out = with_header(run, i, regs, header, tcp(run, xt, i));

	if (!xt->tcp.option)
		return out;
	return zw_if(zw_run_diagrams(run),
		     zw_run_maybe(run, i, false, "broken options of TCP"),
		     zw_run_leaf(run, DROPS), out);
}

/* As for TCP options, but later fragments are looked at by some kernels and not
 * by others. A header that lies has no entry of conntrack. */
static zw_node mss_rule(struct zw_rule_run *run, u32 i,
			const struct registers *regs, const struct zw_xt *xt)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	struct header header = { 20, false };
	const char *broken = "broken options of TCP";
	zw_node drops = zw_run_leaf(run, DROPS), first, later;

	first = with_header(run, i, regs, header, zw_xt_more(run, xt, i));
	first = zw_if(d,
		      zw_and(d, zw_not(d, zw_xt_has_entry(run)),
			     zw_run_maybe(run, i, false, broken)),
		      drops, first);
	later = zw_run_guard(
		run,
		zw_run_maybe(run, i, false, "a segment size in a fragment"),
		zw_run_go(run, i + 1, regs));
	later = zw_if(d, zw_run_maybe(run, i, false, broken), drops, later);
	return zw_if(d, zw_not_later(run->scene, i), first, later);
}

/* Type and code are the first two bytes, as the source port is. */
static zw_node icmp(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	zw_node out = ZW_ALL;

	if (!xt->icmp.any)
		out = xt->icmp.lo > xt->icmp.hi
			      ? ZW_EMPTY
			      : zw_space_range(
					zw_run_space(run), ZW_FIELD_SPORT,
					(u32)xt->icmp.type << 8 | xt->icmp.lo,
					(u32)xt->icmp.type << 8 | xt->icmp.hi);
	return zw_xt_inverted(run, out, xt->icmp.invert);
}

/* ---- the network header -------------------------------------------------- */

static zw_node ranges(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	enum zw_family family = run->scene->family;
	zw_node out = ZW_ALL;
	u32 k;

	for (k = 0; k < 2; k++) {
		const struct zw_xt_address_test *t = &xt->ranges[k];
		u128 lo = zw_ip_from_bytes(family, t->lo).value;
		u128 hi = zw_ip_from_bytes(family, t->hi).value;
		zw_node in = ZW_EMPTY;

		if (!t->used)
			continue;
		if (lo <= hi)
			in = zw_space_addresses(
				zw_run_space(run),
				k ? ZW_FIELD_DST : ZW_FIELD_SRC, family,
				zw_intervals_one(zw_run_space(run)->arena, lo,
						 hi));
		out = zw_and(zw_run_diagrams(run), out,
			     zw_xt_inverted(run, in, t->invert));
	}
	return out;
}

static zw_node mac(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	struct zw_space *space = zw_run_space(run);
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = ZW_ALL, loopback = ZW_EMPTY;
	u32 k, first, last;

	if (run->scene->path == ZW_PATH_OUTPUT)
		return ZW_EMPTY;
	for (k = 0; k < 6; k++)
		out = zw_and(
			d, out,
			zw_space_is(space,
				    zw_space_byte(space, ZW_BYTE_LINK, 6 + k),
				    xt->mac.address[k]));
	if (zw_space_names(space, ZW_STR("lo"), false, &first, &last))
		loopback = zw_space_index(space, ZW_FIELD_IN, first, last);
	out = zw_minus(d, zw_xt_inverted(run, out, xt->mac.invert), loopback);
	return zw_and(
		d, out,
		zw_space_is(space,
			    zw_space_byte(space, ZW_BYTE_LINK, ZW_BYTE_NO_LINK),
			    0));
}

/* One byte; of IPv6 two halves of two. */
void zw_xt_tos_bits(const struct zw_rule_run *run, zw_bit string[8])
{
	struct zw_space *space = zw_run_space(run);
	u32 k, four, high, low;

	if (run->scene->family == ZW_IPV4) {
		four = zw_space_byte(space, ZW_BYTE_NETWORK4, 1);
		for (k = 0; k < 8; k++)
			string[k] = zw_bit_of(four, 7 - k);
		return;
	}
	high = zw_space_byte(space, ZW_BYTE_NETWORK6, 0);
	low = zw_space_byte(space, ZW_BYTE_NETWORK6, 1);
	for (k = 0; k < 4; k++) {
		string[k] = zw_bit_of(high, 3 - k);
		string[4 + k] = zw_bit_of(low, 7 - k);
	}
}

zw_node zw_xt_tos(const struct zw_rule_run *run, u32 i, u8 mask, u8 wanted)
{
	zw_bit string[8];
	struct zw_component component = { 0, 8 };
	struct zw_key one = { &wanted, &wanted, 1 };
	zw_node out;
	u32 k;

	if (wanted & ~mask)
		return ZW_EMPTY;
	zw_xt_tos_bits(run, string);
	for (k = 0; k < 8; k++) {
		if (!(mask >> (7 - k) & 1))
			string[k] = ZW_BIT_0;
	}
	if (zw_space_lookup(zw_run_space(run), string, &component, 1, &one, 1,
			    0, &out))
		return out;
	return zw_run_maybe(run, i, false, "a part of the type of service");
}

static zw_node ipsec(const struct zw_rule_run *run, const struct zw_xt *xt,
		     u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node by = zw_space_is(
		zw_run_space(run),
		xt->ipsec.out ? ZW_FIELD_IPSEC_OUT : ZW_FIELD_IPSEC_IN, 1);

	/* before routing, and of the gateway's own packets, there is none */
	if (xt->ipsec.out ? !run->scene->has_route
			  : run->scene->path == ZW_PATH_OUTPUT)
		by = ZW_EMPTY;
	if (xt->ipsec.none)
		return zw_not(d, by);
	if (!xt->ipsec.more)
		return by;
	return zw_and(d, by, zw_run_maybe(run, i, false, "which IPsec it was"));
}

/* ---- matches ------------------------------------------------------------- */

static zw_node holds(const struct zw_rule_run *run, const struct zw_xt *xt,
		     u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	struct zw_space *space = zw_run_space(run);

	switch (xt->kind) {
	case ZW_XT_ALWAYS:
		return ZW_ALL;
	case ZW_XT_NEVER:
		return ZW_EMPTY;
	case ZW_XT_CONNTRACK:
		return zw_xt_conntrack(run, xt, i);
	case ZW_XT_RANGES:
		return ranges(run, xt);
	case ZW_XT_MARK:
		return zw_xt_inverted(run,
				      zw_xt_masked(run, i, ZW_FIELD_MARK, 32,
						   xt->masked.mask,
						   xt->masked.wanted),
				      xt->masked.invert);
	case ZW_XT_CONNMARK:
		return zw_and(
			d, zw_xt_has_entry(run),
			zw_xt_inverted(run,
				       zw_xt_masked(run, i, ZW_FIELD_CT_MARK,
						    32, xt->masked.mask,
						    xt->masked.wanted),
				       xt->masked.invert));
	case ZW_XT_MAC:
		return mac(run, xt);
	case ZW_XT_HOPS:
		return zw_xt_inverted(run,
				      zw_space_range(space,
						     zw_hops_field(run->scene),
						     xt->hops.lo, xt->hops.hi),
				      xt->hops.invert);
	case ZW_XT_TOS:
		return zw_xt_inverted(run,
				      zw_xt_tos(run, i, (u8)xt->masked.mask,
						(u8)xt->masked.wanted),
				      xt->masked.invert);
	case ZW_XT_PKTTYPE:
		return zw_xt_inverted(run,
				      zw_xt_masked(run, i, ZW_FIELD_PKTTYPE, 2,
						   3, xt->pkttype.type),
				      xt->pkttype.invert);
	case ZW_XT_LENGTH:
		return zw_run_maybe(run, i, false, "how long the packet is");
	case ZW_XT_IPSEC:
		return ipsec(run, xt, i);
	default:
		return zw_xt_more(run, xt, i);
	}
}

const char *zw_xt_not_known(const struct zw_rule_run *run,
			    const struct zw_expr *expr, const char *what)
{
	return zw_strf(run->scene->s->arena,
		       "the %s '%.*s' of iptables, revision %u", what,
		       ZW_STR_ARG(expr->xt.name), expr->xt.revision)
		.p;
}

zw_node zw_run_match(struct zw_rule_run *run, const struct registers *regs,
		     u32 i)
{
	const struct zw_expr *expr = &run->rule->exprs[i];
	const struct zw_xt *xt = expr->xt.means;
	struct header header = { 8, false };
	zw_node set;

	if (!xt)
		return zw_run_anything(run, i,
				       zw_xt_not_known(run, expr, "match"));
	switch (xt->kind) {
	case ZW_XT_PORTS:
		header.bytes = xt->ports.header;
		set = ports(run, xt);
		if (xt->ports.more)
			set = zw_and(
				zw_run_diagrams(run), set,
				zw_run_maybe(run, i, true, xt->ports.more));
		return with_header(run, i, regs, header, set);
	case ZW_XT_SPI:
		header.bytes = xt->spi.header;
		return with_header(run, i, regs, header,
				   zw_xt_more(run, xt, i));
	case ZW_XT_MSS:
		return mss_rule(run, i, regs, xt);
	case ZW_XT_TCP:
		return tcp_rule(run, i, regs, xt);
	case ZW_XT_ICMP:
		return with_header(run, i, regs, header, icmp(run, xt));
	default:
		break;
	}
	set = holds(run, xt, i);
	if (zw_same(set, ZW_EMPTY))
		return zw_run_leaf(run, GO_ON);
	return zw_run_guard(run, set, zw_run_go(run, i + 1, regs));
}
