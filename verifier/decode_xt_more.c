/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables that look at content, clock, sockets, bridges and kinds
 * of addresses: from the bytes of their structures to what they test. */
#include <linux/if.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_dccp.h>
#include <linux/netfilter/xt_ecn.h>
#include <linux/netfilter/xt_esp.h>
#include <linux/netfilter/xt_helper.h>
#include <linux/netfilter/xt_owner.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_tcpmss.h>
#include <linux/netfilter/xt_time.h>
#include <linux/netfilter/xt_u32.h>
#include <linux/netfilter_ipv4/ipt_ah.h>
#include <string.h>

#include "verifier/decode_xt.h"

#define DAY 86400

/* ---- headers ------------------------------------------------------------- */

static bool spi(struct zw_xt *xt, const u32 range[2], u8 invert, u32 offset)
{
	xt->kind = ZW_XT_SPI;
	xt->spi.offset = offset;
	xt->spi.lo = range[0];
	xt->spi.hi = range[1];
	xt->spi.invert = invert & 1;
	return !(invert & ~1);
}

bool zw_xt_read_esp(struct zw_xt *xt, const void *info)
{
	const struct xt_esp *esp = info;

	xt->spi.header = 8;
	return spi(xt, esp->spis, esp->invflags, 0);
}

bool zw_xt_read_ah4(struct zw_xt *xt, const void *info)
{
	const struct ipt_ah *ah = info;

	xt->spi.header = 12;
	return spi(xt, ah->spis, ah->invflags, 4);
}

bool zw_xt_read_dccp(struct zw_xt *xt, const void *info)
{
	const struct xt_dccp_info *dccp = info;
	u32 n = 0;

	if ((dccp->flags | dccp->invflags) & ~XT_DCCP_VALID_FLAGS)
		return false;
	xt->kind = ZW_XT_PORTS;
	xt->ports.header = 12;
	if (dccp->flags & XT_DCCP_SRC_PORTS)
		xt->ports.tests[n++] =
			zw_xt_port_range(ZW_XT_SOURCE, dccp->spts,
					 dccp->invflags & XT_DCCP_SRC_PORTS);
	if (dccp->flags & XT_DCCP_DEST_PORTS)
		xt->ports.tests[n++] =
			zw_xt_port_range(ZW_XT_DESTINATION, dccp->dpts,
					 dccp->invflags & XT_DCCP_DEST_PORTS);
	xt->ports.n = n;
	if (dccp->flags & (XT_DCCP_TYPE | XT_DCCP_OPTION))
		xt->ports.more = "type and options of a DCCP packet";
	return true;
}

bool zw_xt_read_ecn(struct zw_xt *xt, const void *info)
{
	const struct xt_ecn_info *ecn = info;
	const u8 both = XT_ECN_OP_MATCH_ECE | XT_ECN_OP_MATCH_CWR;
	const u8 known = XT_ECN_OP_MATCH_IP | both;

	if ((ecn->operation | ecn->invert) & ~known || ecn->ip_ect > 3)
		return false;
	xt->kind = ZW_XT_ECN;
	xt->ecn.network = ecn->operation & XT_ECN_OP_MATCH_IP;
	xt->ecn.invert_network = ecn->invert & XT_ECN_OP_MATCH_IP;
	xt->ecn.codepoint = ecn->ip_ect;
	/* 0x10 and 0x20 here are 0x40 and 0x80 in the header */
	xt->ecn.mask = (u8)((ecn->operation & both) << 2);
	xt->ecn.wanted = (u8)((ecn->operation & ~ecn->invert & both) << 2);
	return true;
}

bool zw_xt_read_tcpmss(struct zw_xt *xt, const void *info)
{
	const struct xt_tcpmss_match_info *mss = info;

	xt->kind = ZW_XT_MSS;
	xt->mss.lo = mss->mss_min;
	xt->mss.hi = mss->mss_max;
	xt->mss.invert = mss->invert;
	return true;
}

/* ---- content ------------------------------------------------------------- */

bool zw_xt_read_u32(struct zw_xt *xt, const void *info)
{
	const struct xt_u32 *u32s = info;
	u32 i, k;

	if (u32s->ntests > XT_U32_MAXSIZE + 1)
		return false;
	for (i = 0; i < u32s->ntests; i++) {
		const struct xt_u32_test *test = &u32s->tests[i];

		if (!test->nnums || test->nnums > XT_U32_MAXSIZE + 1 ||
		    test->nvalues > XT_U32_MAXSIZE + 1)
			return false;
		for (k = 1; k < test->nnums; k++) {
			const struct xt_u32_location_element *e =
				&test->location[k];

			if (e->nextop > XT_U32_AT ||
			    ((e->nextop == XT_U32_LEFTSH ||
			      e->nextop == XT_U32_RIGHTSH) &&
			     e->number > 31))
				return false;
		}
	}
	xt->kind = ZW_XT_U32;
	xt->u32 = u32s;
	return true;
}

static bool is_step(const struct xt_u32_location_element *e, u8 op, u32 number)
{
	return e->nextop == op && e->number == number;
}

/* Which bits of the word the test's operations from the K-th on leave. */
static u32 bits_left(const struct xt_u32_test *test, u32 k)
{
	u32 at[32], i, left = 0; /* from which bit each bit comes; 32: none */

	for (i = 0; i < 32; i++)
		at[i] = i;
	for (; k < test->nnums; k++) {
		u32 number = test->location[k].number, old[32];
		u8 op = test->location[k].nextop;

		memcpy(old, at, sizeof(old));
		for (i = 0; i < 32; i++) {
			u32 from = op == XT_U32_AND	 ? i
				   : op == XT_U32_LEFTSH ? i - number
							 : i + number;

			at[i] = from < 32 ? old[from] : 32;
			if (op == XT_U32_AND && !(number >> i & 1))
				at[i] = 32;
		}
	}
	for (i = 0; i < 32; i++) {
		if (at[i] < 32)
			left |= UINT32_C(1) << at[i];
	}
	return left;
}

/* Lengths, sums and identifications hang on all else in the packet, and change
 * on its way. */
static bool is_plain(bool v6, bool transport, u32 byte)
{
	if (transport)
		return byte < 4 || byte == 13;
	if (v6)
		return byte < 2 || (byte >= 6 && byte < 40);
	return byte == 1 || (byte >= 6 && byte < 10) ||
	       (byte >= 12 && byte < 20);
}

bool zw_xt_u32_place(const struct xt_u32_test *test, bool v6,
		     struct zw_xt_u32_place *place)
{
	const struct xt_u32_location_element *e = test->location;
	u32 k, left;

	*place = (struct zw_xt_u32_place){ false, e[0].number, 1 };
	if (!v6 && test->nnums >= 4 && e[0].number == 0 &&
	    is_step(&e[1], XT_U32_RIGHTSH, 22) &&
	    is_step(&e[2], XT_U32_AND, 0x3c) && e[3].nextop == XT_U32_AT)
		*place = (struct zw_xt_u32_place){ true, e[3].number, 4 };
	for (k = place->rest; k < test->nnums; k++) {
		if (e[k].nextop == XT_U32_AT)
			return false;
	}
	left = bits_left(test, place->rest);
	for (k = 0; k < 4; k++) {
		if (left >> (24 - 8 * k) & 0xff &&
		    !is_plain(v6, place->transport, place->offset + k))
			return false;
	}
	return place->offset <= (v6 && !place->transport ? 36u : 16u);
}

/* Two algorithms look for bytes as they are; the third reads a language of its
 * own. */
static bool string(struct zw_xt *xt, const struct xt_string_info *info)
{
	xt->kind = ZW_XT_STRING;
	xt->string.what = info;
	xt->string.plain = !strncmp(info->algo, "bm", sizeof(info->algo)) ||
			   !strncmp(info->algo, "kmp", sizeof(info->algo));
	return info->patlen && info->patlen <= XT_STRING_MAX_PATTERN_SIZE &&
	       info->from_offset <= info->to_offset;
}

bool zw_xt_read_string0(struct zw_xt *xt, const void *info)
{
	const struct xt_string_info *s = info;

	xt->string.invert = s->u.v0.invert;
	return string(xt, s);
}

bool zw_xt_read_string1(struct zw_xt *xt, const void *info)
{
	const struct xt_string_info *s = info;
	const u8 known = XT_STRING_FLAG_INVERT | XT_STRING_FLAG_IGNORECASE;

	xt->string.invert = s->u.v1.flags & XT_STRING_FLAG_INVERT;
	xt->string.any_case = s->u.v1.flags & XT_STRING_FLAG_IGNORECASE;
	return !(s->u.v1.flags & ~known) && string(xt, s);
}

/* ---- what is around the packet ------------------------------------------- */

bool zw_xt_read_time(struct zw_xt *xt, const void *info)
{
	const struct xt_time_info *time = info;
	const u8 known = XT_TIME_LOCAL_TZ | XT_TIME_CONTIGUOUS;

	if (time->flags & ~known || time->daytime_start >= DAY ||
	    time->daytime_stop >= DAY)
		return false;
	xt->kind = ZW_XT_TIME;
	xt->time.lo = time->daytime_start;
	xt->time.hi = time->daytime_stop;
	xt->time.weekdays = time->weekdays_match & XT_TIME_ALL_WEEKDAYS;
	xt->time.since_evening = time->flags & XT_TIME_CONTIGUOUS;
	/* without dates the extension writes 0 and the highest signed number */
	xt->time.dates = time->monthdays_match != XT_TIME_ALL_MONTHDAYS ||
			 time->date_start > 0 || time->date_stop < INT32_MAX;
	xt->time.zone = time->flags & XT_TIME_LOCAL_TZ;
	return true;
}

bool zw_xt_read_owner(struct zw_xt *xt, const void *info)
{
	const struct xt_owner_match_info *owner = info;
	const u8 known = XT_OWNER_UID | XT_OWNER_GID | XT_OWNER_SOCKET |
			 XT_OWNER_SUPPL_GROUPS;

	if ((owner->match | owner->invert) & ~known)
		return false;
	xt->kind = ZW_XT_OWNER;
	xt->owner.without_socket = owner->match == owner->invert;
	return true;
}

bool zw_xt_read_physdev(struct zw_xt *xt, const void *info)
{
	const struct xt_physdev_info *physdev = info;

	if ((physdev->bitmask | physdev->invert) & ~XT_PHYSDEV_OP_MASK)
		return false;
	xt->kind = ZW_XT_PHYSDEV;
	xt->physdev.unbridged = !(physdev->bitmask & ~physdev->invert);
	xt->physdev.ports = physdev->bitmask & ~XT_PHYSDEV_OP_BRIDGED;
	return true;
}

static bool addrtype(struct zw_xt *xt, u16 source, u16 destination)
{
	xt->kind = ZW_XT_ADDRTYPE;
	xt->addrtype.types[0] = source;
	xt->addrtype.types[1] = destination;
	return true;
}

bool zw_xt_read_addrtype0(struct zw_xt *xt, const void *info)
{
	const struct xt_addrtype_info *a = info;

	xt->addrtype.invert[0] = a->invert_source;
	xt->addrtype.invert[1] = a->invert_dest;
	return a->invert_source < 2 && a->invert_dest < 2 &&
	       addrtype(xt, a->source, a->dest);
}

bool zw_xt_read_addrtype1(struct zw_xt *xt, const void *info)
{
	const struct xt_addrtype_info_v1 *a = info;
	const u32 known = XT_ADDRTYPE_INVERT_SOURCE | XT_ADDRTYPE_INVERT_DEST |
			  XT_ADDRTYPE_LIMIT_IFACE_IN |
			  XT_ADDRTYPE_LIMIT_IFACE_OUT;

	xt->addrtype.invert[0] = a->flags & XT_ADDRTYPE_INVERT_SOURCE;
	xt->addrtype.invert[1] = a->flags & XT_ADDRTYPE_INVERT_DEST;
	xt->addrtype.by_interface = a->flags & (XT_ADDRTYPE_LIMIT_IFACE_IN |
						XT_ADDRTYPE_LIMIT_IFACE_OUT);
	return !(a->flags & ~known) && addrtype(xt, a->source, a->dest);
}

bool zw_xt_read_helper(struct zw_xt *xt, const void *info)
{
	const struct xt_helper_info *helper = info;

	xt->kind = ZW_XT_HELPER;
	xt->helper.invert = helper->invert;
	return true;
}
