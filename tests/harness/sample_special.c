/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What samples are beside ordinary traffic: messages of the link, DHCP, options
 * and extension headers, states of connections, the gateway's own answers. */
#include "tests/harness/sample_special.h"

static u32 below(struct zw_random *random, u32 bound)
{
	return zw_random_below(random, bound);
}

static bool one_in(struct zw_random *random, u32 n)
{
	return zw_random_below(random, n) == 0;
}

static u128 link_address(struct zw_random *random)
{
	return (u128)0xfe80 << 112 | below(random, 5);
}

static void draw_link(struct zw_random *random, struct zw_sample *sample)
{
	static const u8 types[] = { 133, 134, 135, 136, 130, 131, 132, 143 };

	sample->family = ZW_IPV6;
	sample->proto = 58;
	sample->first = types[below(random, sizeof(types))];
	sample->second = 0;
	sample->hops = one_in(random, 6) ? 254 : 255;
	if (one_in(random, 6))
		sample->hops = 1;
	if (one_in(random, 2))
		sample->src = link_address(random);
	else if (one_in(random, 4))
		sample->src = 0;
	if (one_in(random, 2))
		sample->dst = (u128)0xff02 << 112 | below(random, 20);
	else if (one_in(random, 3))
		sample->dst = link_address(random);
}

static void draw_dhcp(struct zw_random *random, struct zw_sample *sample)
{
	sample->proto = 17;
	sample->state = ZW_CT_NEW;
	sample->direction = ZW_CT_ORIGINAL;
	if (sample->family == ZW_IPV4) {
		sample->src = 0;
		sample->dst = UINT32_MAX;
		sample->first = 68;
		sample->second = 67;
	} else {
		bool reply = one_in(random, 2);

		sample->src = link_address(random);
		sample->dst = reply ? link_address(random)
				    : ((u128)0xff02 << 112 | 0x10002);
		sample->first = reply ? 547 : 546;
		sample->second = reply ? 546 : 547;
	}
	switch (below(random, 8)) {
	case 0:
		sample->first ^= 1;
		break;
	case 1:
		sample->second ^= 1;
		break;
	case 2:
		sample->src ^= 1;
		break;
	case 3:
		sample->dst ^= 1;
		break;
	default:
		break;
	}
}

void zw_sample_draw_headers(struct zw_random *random, struct zw_sample *sample)
{
	static const u32 four[] = { ZW_SAMPLE_LSRR,  ZW_SAMPLE_SSRR,
				    ZW_SAMPLE_MORE,  ZW_SAMPLE_LATER,
				    ZW_SAMPLE_ALERT, ZW_SAMPLE_RECORD };
	static const u32 six[] = { ZW_SAMPLE_HOPOPTS, ZW_SAMPLE_ROUTING,
				   ZW_SAMPLE_DSTOPTS, ZW_SAMPLE_FRAGMENT,
				   ZW_SAMPLE_MORE,    ZW_SAMPLE_LATER };
	u32 n = 1 + below(random, 2);

	while (n--)
		sample->headers |= sample->family == ZW_IPV4
					   ? four[below(random, 6)]
					   : six[below(random, 6)];
	/* RFC 1812, 5.2.4.1: two source routes are none; a router drops them
	 * as malformed */
	if (sample->headers & ZW_SAMPLE_LSRR)
		sample->headers &= ~(u32)ZW_SAMPLE_SSRR;
}

void zw_sample_draw_state(struct zw_random *random, struct zw_sample *sample)
{
	static const enum zw_ct_state states[] = {
		ZW_CT_NEW,	   ZW_CT_NEW,	      ZW_CT_NEW,
		ZW_CT_NEW,	   ZW_CT_NEW,	      ZW_CT_ESTABLISHED,
		ZW_CT_ESTABLISHED, ZW_CT_ESTABLISHED, ZW_CT_RELATED,
		ZW_CT_RELATED,	   ZW_CT_INVALID,     ZW_CT_UNTRACKED,
	};

	sample->state = states[below(random, 12)];
	sample->direction = ZW_CT_ORIGINAL;
	if (sample->state == ZW_CT_ESTABLISHED ||
	    sample->state == ZW_CT_RELATED)
		sample->direction = (u8)below(random, 2);
	if (sample->state == ZW_CT_RELATED && !one_in(random, 5)) {
		sample->proto = sample->family == ZW_IPV4 ? 1 : 58;
		sample->first = sample->family == ZW_IPV4
					? (u16)(one_in(random, 2) ? 3 : 11)
					: (u16)(1 + below(random, 4));
		sample->second = 0;
	}
}

/* The path's own: self's answers, what only reaches the gateway. */
void zw_sample_draw_special(struct zw_random *random, struct zw_sample *sample)
{
	if (sample->path == ZW_PATH_INPUT && one_in(random, 10))
		draw_dhcp(random, sample);
	if (sample->family == ZW_IPV6 &&
	    one_in(random, sample->path == ZW_PATH_FORWARD ? 30 : 5))
		draw_link(random, sample);
	if (sample->path == ZW_PATH_OUTPUT && one_in(random, 10)) {
		sample->state = ZW_CT_RELATED;
		sample->direction = (u8)below(random, 2);
		sample->proto = 6;
		sample->tcp_flags = one_in(random, 4) ? 0x10 : 0x14;
	}
}
