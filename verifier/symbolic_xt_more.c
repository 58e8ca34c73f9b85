/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches of iptables that look at content, clock, sockets, bridges and kinds
 * of addresses, for all packets at once.
 *
 * Each is what surely holds and what possibly holds; in between lies one
 * unknown. That of content is real: who sends a packet chooses what is in it.
 */
#include <linux/netfilter/xt_u32.h>

#include "verifier/symbolic_xt.h"

struct held {
	zw_node surely, possibly;
};

static struct held just(zw_node set)
{
	return (struct held){ set, set };
}

static struct held perhaps(void)
{
	return (struct held){ ZW_EMPTY, ZW_ALL };
}

static struct held not(struct zw_diagrams * d, struct held h, bool invert)
{
	if (!invert)
		return h;
	return (struct held){ zw_not(d, h.possibly), zw_not(d, h.surely) };
}

static struct held both(struct zw_diagrams *d, struct held a, struct held b)
{
	return (struct held){ zw_and(d, a.surely, b.surely),
			      zw_and(d, a.possibly, b.possibly) };
}

/* One unknown for what lies between; none where nothing does. */
static zw_node settle(const struct zw_rule_run *run, u32 i, struct held h,
		      bool real, const char *what)
{
	struct zw_diagrams *d = zw_run_diagrams(run);

	if (zw_same(h.surely, h.possibly))
		return h.surely;
	return zw_or(d, h.surely,
		     zw_and(d, h.possibly, zw_run_maybe(run, i, real, what)));
}

/* ---- words of the packet ------------------------------------------------- */

/* The four bytes at OFFSET of the network or transport header, as BITS; where
 * they are. */
static zw_node load_word(const struct zw_rule_run *run, u32 i, bool transport,
			 u32 offset, zw_bit bits[32])
{
	struct registers *regs = ZW_NEW(run->arena, struct registers);
	struct zw_expr load = { .kind = ZW_EXPR_PAYLOAD };
	zw_node there = ZW_ALL;
	u32 k, bit;

	load.payload.base = transport ? NFT_PAYLOAD_TRANSPORT_HEADER
				      : NFT_PAYLOAD_NETWORK_HEADER;
	load.payload.len = 1;
	for (k = 0; k < 4; k++) {
		load.payload.offset = offset + k;
		load.payload.dreg = (u8)k;
		there = zw_and(zw_run_diagrams(run), there,
			       zw_load(run->scene, &load, i, regs));
		for (bit = 0; bit < 8; bit++)
			bits[8 * k + bit] = regs->bits[32 * k + bit];
	}
	return there;
}

static void put_big(u8 out[4], u32 value)
{
	out[0] = (u8)(value >> 24);
	out[1] = (u8)(value >> 16);
	out[2] = (u8)(value >> 8);
	out[3] = (u8)value;
}

/* BITS lie in one of N ranges. */
static zw_node word_in(const struct zw_rule_run *run, u32 i,
		       const zw_bit bits[32],
		       const struct xt_u32_value_element *ranges, u32 n)
{
	struct zw_component component = { 0, 32 };
	struct zw_key keys[XT_U32_MAXSIZE + 1];
	u8 bytes[XT_U32_MAXSIZE + 1][2][4];
	u32 k, count = 0;
	zw_node out;

	for (k = 0; k < n; k++) {
		if (ranges[k].min > ranges[k].max)
			continue;
		put_big(bytes[count][0], ranges[k].min);
		put_big(bytes[count][1], ranges[k].max);
		keys[count] =
			(struct zw_key){ bytes[count][0], bytes[count][1], 1 };
		count++;
	}
	if (!count)
		return ZW_EMPTY;
	if (zw_space_lookup(zw_run_space(run), bits, &component, 1, keys, count,
			    0, &out))
		return out;
	return zw_run_maybe(run, i, false, "a word that is not followed");
}

static void shift(zw_bit bits[32], u32 n, bool left)
{
	zw_bit old[32];
	u32 k, from;

	memcpy(old, bits, sizeof(old));
	for (k = 0; k < 32; k++) {
		from = left ? k + n : k - n;
		bits[k] = from < 32 ? old[from] : ZW_BIT_0;
	}
}

static zw_node u32_test(const struct zw_rule_run *run, u32 i,
			const struct xt_u32_test *test,
			const struct zw_xt_u32_place *place)
{
	zw_bit bits[32];
	zw_node there;
	u32 k, bit;

	there = load_word(run, i, place->transport, place->offset, bits);
	for (k = place->rest; k < test->nnums; k++) {
		const struct xt_u32_location_element *e = &test->location[k];

		for (bit = 0; e->nextop == XT_U32_AND && bit < 32; bit++) {
			if (!(e->number >> (31 - bit) & 1))
				bits[bit] = ZW_BIT_0;
		}
		if (e->nextop != XT_U32_AND)
			shift(bits, e->number, e->nextop == XT_U32_LEFTSH);
	}
	return zw_and(zw_run_diagrams(run), there,
		      word_in(run, i, bits, test->value, test->nvalues));
}

static zw_node u32s(const struct zw_rule_run *run, u32 i,
		    const struct xt_u32 *all)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	struct held h = just(ZW_ALL);
	struct zw_xt_u32_place place;
	u32 k;

	for (k = 0; k < all->ntests; k++) {
		const struct xt_u32_test *test = &all->tests[k];
		bool known = zw_xt_u32_place(
			test, run->scene->family == ZW_IPV6, &place);

		h = both(d, h,
			 known ? just(u32_test(run, i, test, &place))
			       : perhaps());
	}
	return settle(run, i, not(d, h, all->invert), true,
		      "the packet's content");
}

static zw_node spi(const struct zw_rule_run *run, const struct zw_xt *xt, u32 i)
{
	struct xt_u32_value_element range = { xt->spi.lo, xt->spi.hi };
	zw_bit bits[32];

	load_word(run, i, true, xt->spi.offset, bits);
	return zw_xt_inverted(run, word_in(run, i, bits, &range, 1),
			      xt->spi.invert);
}

/* Bits MASK of TCP's flags are WANTED. */
static zw_node flags(const struct zw_rule_run *run, u32 i, u8 mask, u8 wanted)
{
	return zw_and(zw_run_diagrams(run), zw_bytes_there(run->scene, 20),
		      zw_xt_masked(run, i, ZW_FIELD_FLAGS, 8, mask, wanted));
}

static zw_node ecn(const struct zw_rule_run *run, const struct zw_xt *xt, u32 i)
{
	zw_node out = ZW_ALL;

	if (xt->ecn.network)
		out = zw_xt_inverted(run,
				     zw_xt_tos(run, i, 3, xt->ecn.codepoint),
				     xt->ecn.invert_network);
	if (!xt->ecn.mask)
		return out;
	return zw_and(zw_run_diagrams(run), out,
		      flags(run, i, xt->ecn.mask, xt->ecn.wanted));
}

/* ---- what is around the packet ------------------------------------------- */

/* On weekday DAY (0: Sunday) as the rule counts it. */
static bool on_day(const struct zw_xt *xt, u32 day)
{
	day %= 7;
	return xt->time.weekdays >> (day ? day : 7) & 1;
}

static zw_node hours(struct zw_space *space, u32 day, u32 lo, u32 hi)
{
	return zw_and(space->d, zw_space_index(space, ZW_FIELD_DAY, day, day),
		      zw_space_index(space, ZW_FIELD_HOUR, lo, hi));
}

static zw_node times(const struct zw_rule_run *run, const struct zw_xt *xt)
{
	struct zw_space *space = zw_run_space(run);
	u32 lo = xt->time.lo, hi = xt->time.hi, day;
	zw_node out = ZW_EMPTY;

	for (day = 0; day < 7; day++) {
		bool today = on_day(xt, day);
		bool early =
			xt->time.since_evening ? on_day(xt, day + 6) : today;

		if (lo < hi) {
			if (today)
				out = zw_or(space->d, out,
					    hours(space, day, lo, hi));
			continue;
		}
		if (early)
			out = zw_or(space->d, out, hours(space, day, 0, hi));
		if (today && hi < 86399)
			out = zw_or(space->d, out,
				    hours(space, day, lo > hi ? lo : hi + 1,
					  86399));
	}
	return out;
}

static zw_node time_of_day(const struct zw_rule_run *run,
			   const struct zw_xt *xt, u32 i)
{
	struct held h = perhaps();

	if (xt->time.zone)
		return settle(run, i, h, true,
			      "the time, in the zone that the"
			      " kernel was told");
	run->scene->s->tests_time = true;
	h.possibly = times(run, xt);
	if (!xt->time.dates)
		h.surely = h.possibly;
	return settle(run, i, h, true, "the date");
}

/* What passes through has no socket; of the gateway's own packets it may be
 * anybody's. */
static zw_node owner(const struct zw_rule_run *run, const struct zw_xt *xt,
		     u32 i)
{
	if (run->scene->path == ZW_PATH_OUTPUT)
		return zw_run_maybe(run, i, true, "the owner of a socket");
	return xt->owner.without_socket ? ZW_ALL : ZW_EMPTY;
}

/* A routed packet is not bridged; whether it came, or goes, by the port of a
 * bridge, hangs on br_netfilter. */
static zw_node physdev(const struct zw_rule_run *run, const struct zw_xt *xt,
		       u32 i)
{
	if (xt->physdev.ports)
		return zw_run_maybe(run, i, false, "the port of a bridge");
	return xt->physdev.unbridged ? ZW_ALL : ZW_EMPTY;
}

/* Connections that others announced have a helper's name; none is new here. */
static zw_node helper(const struct zw_rule_run *run, const struct zw_xt *xt,
		      u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node known = zw_not(d, zw_xt_has_entry(run));

	if (run->scene->has_entry)
		known = zw_or(d, known,
			      zw_space_index(zw_run_space(run), ZW_FIELD_STATE,
					     ZW_IS_NEW, ZW_IS_NEW));
	return zw_if(d, known, xt->helper.invert ? ZW_ALL : ZW_EMPTY,
		     zw_run_maybe(run, i, false, "the helper of a connection"));
}

/* ---- kinds of addresses -------------------------------------------------- */

static zw_node within(const struct zw_rule_run *run, u32 field, u128 lo,
		      u128 hi)
{
	struct zw_space *space = zw_run_space(run);

	return zw_space_addresses(space, field, run->scene->family,
				  zw_intervals_one(space->arena, lo, hi));
}

/* The addresses that the gateway is known to have. */
static zw_node own(const struct zw_rule_run *run, u32 field)
{
	const struct zw_gateway *gateway = zw_run_space(run)->gateway;
	zw_node out = ZW_EMPTY;
	size_t i;

	for (i = 0; gateway && i < gateway->addresses.n; i++) {
		const struct zw_link_address *a = &gateway->addresses.v[i];

		if (a->ip.family == run->scene->family &&
		    zw_gateway_is_own(gateway, a))
			out = zw_or(
				zw_run_diagrams(run), out,
				within(run, field, a->ip.value, a->ip.value));
	}
	return out;
}

static struct held type4(const struct zw_rule_run *run, u32 field, u32 types)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node broadcast = zw_or(d, within(run, field, 0, 0xffffff),
				  within(run, field, UINT32_MAX, UINT32_MAX));
	zw_node multicast = within(run, field, 0xe0000000, 0xefffffff);
	zw_node local =
		zw_minus(d, own(run, field), zw_or(d, broadcast, multicast));
	zw_node others =
		zw_not(d, zw_or(d, local, zw_or(d, broadcast, multicast)));
	struct held h = just(ZW_EMPTY);

	if (types & ZW_XT_TYPE_BROADCAST)
		h.surely = broadcast;
	if (types & ZW_XT_TYPE_MULTICAST)
		h.surely = zw_or(d, h.surely, multicast);
	if (types & ZW_XT_TYPE_LOCAL)
		h.surely = zw_or(d, h.surely, local);
	h.possibly = h.surely;
	if (types & ~ZW_XT_TYPE_MULTICAST)
		h.possibly = zw_or(d, h.possibly, others);
	return h;
}

/* All that is asked for must be so; of what routes tell one is enough. */
static struct held type6(const struct zw_rule_run *run, u32 field, u32 types)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	const u128 one = 1;
	zw_node multicast = within(run, field, one * 0xff << 120, ~(u128)0);
	zw_node nowhere = within(run, field, 0, 0);
	zw_node mapped = within(run, field, one * 0xffff << 32,
				(one * 0xffff << 32) + UINT32_MAX);
	struct held h = just(ZW_ALL);

	if (types & ZW_XT_TYPE_MULTICAST)
		h = both(d, h, just(multicast));
	if (types & ZW_XT_TYPE_UNICAST)
		h = both(d, h,
			 just(zw_not(d, zw_or(d, multicast,
					      zw_or(d, nowhere, mapped)))));
	if (types & ZW_XT_TYPE_UNSPEC)
		h = both(d, h, just(nowhere));
	if (types &
	    (ZW_XT_TYPE_LOCAL | ZW_XT_TYPE_ANYCAST | ZW_XT_TYPE_UNREACHABLE))
		h.surely = ZW_EMPTY;
	return h;
}

static zw_node addrtype(const struct zw_rule_run *run, const struct zw_xt *xt,
			u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	struct held all = just(ZW_ALL), one;
	u32 k;

	for (k = 0; k < 2; k++) {
		u32 field = k ? ZW_FIELD_DST : ZW_FIELD_SRC;
		u32 types = xt->addrtype.types[k];

		if (!types)
			continue;
		one = run->scene->family == ZW_IPV4 ? type4(run, field, types)
						    : type6(run, field, types);
		if (xt->addrtype.by_interface)
			one = perhaps();
		all = both(d, all, not(d, one, xt->addrtype.invert[k]));
	}
	return settle(run, i, all, false,
		      "the type of an address, by the routes");
}

zw_node zw_xt_more(const struct zw_rule_run *run, const struct zw_xt *xt, u32 i)
{
	switch (xt->kind) {
	case ZW_XT_SPI:
		return spi(run, xt, i);
	case ZW_XT_ECN:
		return ecn(run, xt, i);
	case ZW_XT_MSS:
		return zw_run_maybe(run, i, true,
				    "the segment size that a packet tells");
	case ZW_XT_U32:
		return u32s(run, i, xt->u32);
	case ZW_XT_STRING:
		return zw_run_maybe(run, i, true, "the packet's content");
	case ZW_XT_TIME:
		return time_of_day(run, xt, i);
	case ZW_XT_OWNER:
		return owner(run, xt, i);
	case ZW_XT_PHYSDEV:
		return physdev(run, xt, i);
	case ZW_XT_HELPER:
		return helper(run, xt, i);
	case ZW_XT_ADDRTYPE:
		return addrtype(run, xt, i);
	case ZW_XT_CHANCE:
		return zw_run_maybe(run, i, true, xt->what);
	default:
		return zw_run_maybe(run, i, false, xt->what);
	}
}
