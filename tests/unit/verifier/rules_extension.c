/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random extensions of iptables, in their decoded form: those whose outcome
 * the two evaluations know exactly, and limits. */
#include "tests/unit/verifier/rules_extension.h"

#include <string.h>

#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_u32.h>

#include "verifier/xt.h"

struct maker {
	struct rules *r;
	struct zw_random *random;
};

static u32 below(struct maker *m, u32 bound)
{
	return zw_random_below(m->random, bound);
}

static struct zw_xt_port_test random_ports(struct maker *m)
{
	struct zw_xt_port_test test = { .side = below(m, 3),
					.invert = below(m, 2),
					.n = 1 + below(m, 2) };
	u32 i;

	for (i = 0; i < test.n; i++) {
		test.ranges[i].lo = (u16)(79 + below(m, 4));
		test.ranges[i].hi = (u16)(test.ranges[i].lo + below(m, 2));
	}
	return test;
}

static void random_entry(struct maker *m, struct zw_xt *xt)
{
	static const u8 address[4] = { 10, 0, 0, 0 };
	u32 tuple = below(m, 4);

	xt->conntrack.has_state = below(m, 2);
	xt->conntrack.invert_state = below(m, 2);
	xt->conntrack.state = below(m, 512);
	xt->conntrack.has_direction = below(m, 3) == 0;
	xt->conntrack.reply = below(m, 2);
	xt->conntrack.has_status = below(m, 3) == 0;
	xt->conntrack.invert_status = below(m, 2);
	xt->conntrack.status = 8u << below(m, 3);
	if (below(m, 2))
		return;
	xt->conntrack.tuple[tuple].used = true;
	xt->conntrack.tuple[tuple].invert = below(m, 2);
	memcpy(xt->conntrack.tuple[tuple].lo, address, 4);
	memset(xt->conntrack.tuple[tuple].hi, 0xff, 2 + below(m, 2));
}

static void random_range(struct maker *m, struct zw_xt_address_test *test)
{
	static const u8 base[16] = { 10, 0, 0, 0 };

	test->used = below(m, 2);
	test->invert = below(m, 2);
	memcpy(test->lo, base, 16);
	memcpy(test->hi, base, 16);
	test->lo[3] = (u8)below(m, 4);
	test->hi[2] = (u8)below(m, 3);
	test->hi[3] = (u8)below(m, 6);
}

static void random_numbers(struct maker *m, struct zw_xt *xt)
{
	switch (below(m, 6)) {
	case 0:
		xt->kind = below(m, 2) ? ZW_XT_MARK : ZW_XT_CONNMARK;
		xt->masked = (struct zw_xt_masked){ below(m, 3), below(m, 4),
						    below(m, 2) };
		return;
	case 1:
		xt->kind = ZW_XT_MAC;
		memset(xt->mac.address, (int)below(m, 3), 6);
		xt->mac.address[5] = (u8)below(m, 3);
		xt->mac.invert = below(m, 2);
		return;
	case 2:
		xt->kind = ZW_XT_HOPS;
		xt->hops.lo = below(m, 2) ? 64 : 0;
		xt->hops.hi = below(m, 2) ? 64 : 254;
		xt->hops.invert = below(m, 2);
		return;
	case 3:
		xt->kind = ZW_XT_PKTTYPE;
		xt->pkttype.type = (u8)below(m, 5);
		xt->pkttype.invert = below(m, 2);
		return;
	case 4:
		xt->kind = ZW_XT_IPSEC;
		xt->ipsec.none = below(m, 2);
		return;
	default:
		xt->kind = ZW_XT_CHANCE;
		xt->what = "a chance";
		return;
	}
}

/* A word near the beginning of a header, cut and shifted. */
static void random_word(struct maker *m, struct xt_u32_test *test)
{
	/* not the data offset of TCP, about which conntrack tells something,
	 * nor the next header of IPv6, which hangs on others */
	static const u8 places[] = { 0, 1, 2, 7, 8, 14, 15, 16 };
	u32 n = 0, value = below(m, 5) ? below(m, 4) : 0x0a000000;

	test->location[n++].number = 0;
	if (below(m, 2)) {
		test->location[n].number = 22;
		test->location[n++].nextop = XT_U32_RIGHTSH;
		test->location[n].number = 0x3c;
		test->location[n++].nextop = XT_U32_AND;
		test->location[n].number = 0;
		test->location[n++].nextop = XT_U32_AT;
	}
	test->location[n - 1].number = places[below(m, 8)];
	if (below(m, 2)) {
		test->location[n].number = 8 * below(m, 4);
		test->location[n++].nextop =
			below(m, 2) ? XT_U32_RIGHTSH : XT_U32_LEFTSH;
	}
	test->location[n].number = below(m, 2) ? 0xff : 0xffff0fff;
	test->location[n++].nextop = XT_U32_AND;
	test->nnums = (u8)n;
	test->nvalues = 2;
	test->value[0].min = value;
	test->value[0].max = value + (below(m, 2) ? 80 : 0);
	test->value[1].min = 0x40;
	test->value[1].max = below(m, 2) ? 0x40 : 0x4000ffff;
}

static void random_time(struct maker *m, struct zw_xt *xt)
{
	xt->kind = ZW_XT_TIME;
	xt->time.lo = below(m, 2) ? below(m, 4) : 86399 - below(m, 2);
	xt->time.hi = below(m, 3) ? below(m, 4) : 86399;
	xt->time.weekdays = (u8)(below(m, 256) & 0xfe);
	xt->time.since_evening = xt->time.lo >= xt->time.hi && below(m, 2);
	xt->time.dates = !below(m, 4);
	xt->time.zone = !below(m, 8);
}

static void random_more(struct maker *m, struct zw_xt *xt)
{
	struct xt_u32 *words;
	u32 i;

	switch (below(m, 9)) {
	case 0:
		xt->kind = ZW_XT_SPI;
		xt->spi.header = below(m, 2) ? 8 : 12;
		xt->spi.offset = xt->spi.header - 8;
		xt->spi.hi = below(m, 3) << 16 | 80;
		xt->spi.invert = below(m, 2);
		return;
	case 1:
		xt->kind = ZW_XT_ECN;
		xt->ecn.network = below(m, 2);
		xt->ecn.invert_network = below(m, 2);
		xt->ecn.codepoint = (u8)below(m, 4);
		xt->ecn.mask = (u8)(below(m, 4) << 6);
		xt->ecn.wanted = (u8)(below(m, 4) << 6) & xt->ecn.mask;
		return;
	case 2:
		random_time(m, xt);
		return;
	case 3:
		xt->kind = ZW_XT_OWNER;
		xt->owner.without_socket = below(m, 2);
		return;
	case 4:
		xt->kind = ZW_XT_PHYSDEV;
		xt->physdev.unbridged = below(m, 2);
		return;
	case 5:
		xt->kind = ZW_XT_ADDRTYPE;
		for (i = 0; i < 2; i++) {
			xt->addrtype.types[i] = (u16)(1u << below(m, 6));
			xt->addrtype.invert[i] = below(m, 2);
		}
		return;
	case 6:
		xt->kind = ZW_XT_HELPER;
		xt->helper.invert = below(m, 2);
		return;
	case 7:
		xt->kind = ZW_XT_STRING;
		xt->string.what = ZW_NEW(m->r->arena, struct xt_string_info);
		return;
	default:
		words = ZW_NEW(m->r->arena, struct xt_u32);
		words->ntests = (u8)(1 + below(m, 2));
		words->invert = (u8)below(m, 2);
		for (i = 0; i < words->ntests; i++)
			random_word(m, &words->tests[i]);
		xt->kind = ZW_XT_U32;
		xt->u32 = words;
	}
}

void rules_random_extension(struct rules *r, struct zw_random *random)
{
	struct maker maker = { r, random }, *m = &maker;
	struct zw_xt *xt = ZW_NEW(r->arena, struct zw_xt);

	expr_new(m->r, ZW_EXPR_MATCH)->xt.means = xt;
	switch (below(m, 8)) {
	case 6:
	case 7:
		random_more(m, xt);
		return;
	case 0:
		xt->kind = ZW_XT_CONNTRACK;
		random_entry(m, xt);
		return;
	case 1:
		xt->kind = ZW_XT_PORTS;
		xt->ports.header = below(m, 2) ? 4 : 8;
		xt->ports.n = 1;
		xt->ports.tests[0] = random_ports(m);
		return;
	case 2:
		xt->kind = ZW_XT_TCP;
		xt->tcp.tests[0].invert = true;
		xt->tcp.tests[1] = random_ports(m);
		xt->tcp.mask = (u8)below(m, 64);
		xt->tcp.wanted = (u8)(1u << below(m, 6));
		xt->tcp.invert_flags = below(m, 2);
		return;
	case 3:
		xt->kind = ZW_XT_ICMP;
		xt->icmp.type = (u8)below(m, 3);
		xt->icmp.hi = (u8)below(m, 256);
		xt->icmp.invert = below(m, 2);
		return;
	case 4:
		xt->kind = ZW_XT_RANGES;
		random_range(m, &xt->ranges[0]);
		random_range(m, &xt->ranges[1]);
		return;
	default:
		random_numbers(m, xt);
	}
}

/* Headers that become something known. */
static void random_header(struct maker *m, struct zw_xt *xt)
{
	switch (below(m, 3)) {
	case 0:
		xt->kind = ZW_XT_SET_HOPS;
		xt->set_hops.value = (u8)(below(m, 2) ? 64 : 2 + below(m, 9));
		return;
	case 1:
		xt->kind = ZW_XT_SET_TOS;
		xt->set_tos.clear = below(m, 2) ? 0xff : 0xfc;
		xt->set_tos.value = (u8)below(m, 256);
		return;
	default:
		xt->kind = ZW_XT_SET_TCP;
		xt->set_tcp.mss = 1400;
	}
}

/* Marks whose bits are set or kept: one that turns bits round is not followed.
 */
void rules_random_target(struct rules *r, struct zw_random *random)
{
	struct maker maker = { r, random }, *m = &maker;
	struct zw_xt *xt = ZW_NEW(r->arena, struct zw_xt);

	expr_new(m->r, ZW_EXPR_TARGET)->xt.means = xt;
	if (below(m, 2)) {
		random_header(m, xt);
		return;
	}
	xt->set_mark.clear = below(m, 4);
	if (below(m, 2)) {
		xt->kind = ZW_XT_SET_MARK;
		xt->set_mark.value = below(m, 4) & xt->set_mark.clear;
		return;
	}
	xt->kind = ZW_XT_SET_CTMARK;
	xt->set_mark.mode = below(m, 3);
	if (xt->set_mark.mode == ZW_XT_SET)
		xt->set_mark.value = below(m, 4) & xt->set_mark.clear;
	xt->set_mark.packet_mask = xt->set_mark.clear;
}
