/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads: what a header byte, a meta or a conntrack key is in terms of the
 * packet's fields, and when loading it breaks the rule.
 *
 * Follows net/netfilter/nft_payload.c, nft_meta.c, nft_ct.c, nft_ct_fast.c,
 * nft_exthdr.c, nft_rt.c. Registers hold bytes in the order of memory; numbers
 * that the kernel keeps in host order are little-endian here, as on the
 * machines that the bytes are made for. Loads of transport bytes of a fragment
 * that is not the first read whatever the sender put there: the fields stand
 * for the bytes at that place, not for ports. */
#include <linux/if_ether.h>
#include <netinet/in.h>

#include "base/assert.h"
#include "verifier/meaning.h"
#include "verifier/symbolic_internal.h"

/* ---- putting values into registers -------------------------------------- */

static zw_bit *at(struct registers *regs, u32 slot)
{
	ZW_ASSERT(slot < ZW_REG_SLOTS);
	return &regs->bits[32 * slot];
}

/* LEN bytes from SLOT on are written next; the last word is cleared first. The
 * caller has checked that they lie within the registers. */
static zw_bit *clear(struct registers *regs, u32 slot, u32 len)
{
	zw_bit *bits = at(regs, slot);
	u32 i, words = (len + 3) / 4;

	if (slot + words > ZW_REG_SLOTS)
		words = ZW_REG_SLOTS - slot;
	for (i = 0; i < 32 * words; i++)
		bits[i] = ZW_BIT_0;
	return bits;
}

void zw_put_unknown(struct registers *regs, u32 slot, u32 len, bool real)
{
	zw_bit *bits = clear(regs, slot, len);
	u32 i, end = 8 * len, room = 32 * (ZW_REG_SLOTS - slot);

	for (i = 0; i < end && i < room; i++)
		bits[i] = ZW_BIT_UNKNOWN;
	if (!real)
		regs->unreal = true;
}

/* BITS bits of FIELD in network order, highest first. */
static void put_field(zw_bit *bits, u32 field, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		bits[i] = zw_bit_of(field, count - 1 - i);
}

/* A 32-bit field in host order. */
static void put_host(zw_bit *bits, u32 field)
{
	u32 byte, i;

	for (byte = 0; byte < 4; byte++) {
		for (i = 0; i < 8; i++)
			bits[8 * byte + i] = zw_bit_of(field, 8 * byte + 7 - i);
	}
}

/* The second of the day in host order: three bytes of it can be other than 0.
 */
static void put_hour(zw_bit *bits)
{
	u32 i;

	for (i = 0; i < 16; i++)
		bits[i] = zw_bit_of(ZW_FIELD_HOUR, i / 8 * 8 + 7 - i % 8);
	bits[23] = zw_bit_of(ZW_FIELD_HOUR, 16);
}

/* A constant of COUNT bits, highest first. */
static void put_number(zw_bit *bits, u32 value, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		bits[i] = value >> (count - 1 - i) & 1;
}

static zw_node field_is(struct scene *scene, u32 field, u32 value)
{
	return zw_space_is(scene->s->space, field, value);
}

/* ---- payload ------------------------------------------------------------- */

/* ip_forward and ip6_forward take one off before the forward hook. */
u32 zw_hops_field(struct scene *scene)
{
	if (scene->path != ZW_PATH_FORWARD || scene->has_out)
		return ZW_FIELD_HOPS;
	scene->s->tests_arrival = true;
	return ZW_FIELD_ARRIVAL_HOPS;
}

static void network4_byte(struct scene *scene, u32 offset, zw_bit *bits)
{
	struct zw_space *space = scene->s->space;

	if (offset == 0) {
		put_number(bits, 4, 4);
		put_field(bits + 4, zw_space_byte(space, ZW_BYTE_NETWORK4, 0),
			  4);
	} else if (offset == 6) {
		u32 i;

		for (i = 0; i < 8; i++)
			bits[i] = zw_bit_of(ZW_FIELD_FRAG, 15 - i);
	} else if (offset == 7) {
		put_field(bits, ZW_FIELD_FRAG, 8);
	} else if (offset == 8) {
		put_field(bits, zw_hops_field(scene), 8);
	} else if (offset == 9) {
		put_field(bits, ZW_FIELD_PROTO, 8);
	} else if (offset >= 12 && offset < 20) {
		u32 field = offset < 16 ? ZW_FIELD_SRC : ZW_FIELD_DST;
		u32 i, top = 31 - 8 * (offset % 4);

		for (i = 0; i < 8; i++)
			bits[i] = zw_bit_of(field, top - i);
	} else {
		put_field(bits, zw_space_byte(space, ZW_BYTE_NETWORK4, offset),
			  8);
	}
}

static void network6_byte(struct scene *scene, u32 offset, zw_bit *bits)
{
	struct zw_space *space = scene->s->space;

	if (offset == 0) {
		put_number(bits, 6, 4);
		put_field(bits + 4, zw_space_byte(space, ZW_BYTE_NETWORK6, 0),
			  4);
	} else if (offset == 6) {
		put_field(bits, ZW_FIELD_NEXTHDR, 8);
	} else if (offset == 7) {
		put_field(bits, zw_hops_field(scene), 8);
	} else if (offset >= 8 && offset < 40) {
		u32 field = offset < 24 ? ZW_FIELD_SRC : ZW_FIELD_DST;
		u32 word = (offset - 8) / 4 % 4;
		u32 i, top = 31 - 8 * (offset % 4);

		for (i = 0; i < 8; i++)
			bits[i] = zw_bit_of(field + word, top - i);
	} else {
		put_field(bits, zw_space_byte(space, ZW_BYTE_NETWORK6, offset),
			  8);
	}
}

static void transport_byte(struct scene *scene, u32 offset, zw_bit *bits)
{
	u32 i, field;

	if (offset < 4) {
		field = offset < 2 ? ZW_FIELD_SPORT : ZW_FIELD_DPORT;
		for (i = 0; i < 8; i++)
			bits[i] = zw_bit_of(field, 15 - 8 * (offset % 2) - i);
	} else if (offset == 13) {
		put_field(bits, ZW_FIELD_FLAGS, 8);
	} else {
		field = zw_space_byte(scene->s->space, ZW_BYTE_TRANSPORT,
				      offset);
		put_field(bits, field, 8);
	}
}

/* The fast path does not look whether the packet is a later fragment
 * (nft_payload_fast_eval: 1, 2, 4 bytes, aligned). */
static bool fast(u32 offset, u32 len)
{
	return (len == 1 || len == 2 || len == 4) && !(offset % len);
}

/* The packet has the transport header's first N bytes. */
zw_node zw_bytes_there(struct scene *scene, u32 n)
{
	struct zw_symbolic *s = scene->s;

	if (n > ZW_LENGTH_WHOLE)
		n = ZW_LENGTH_WHOLE;
	if (!n)
		return ZW_ALL;
	if (!s->there_known[n])
		s->there[n] = zw_meaning_there(s->space, n);
	s->there_known[n] = true;
	return s->there[n];
}

/* Of IPv4: the fragment offset is 0. */
static zw_node whole_or_first(struct zw_symbolic *s)
{
	zw_bit fragment[16];
	u8 mask_lo[2] = { 0 }, mask_hi[2] = { 0 };
	struct zw_component component = { 0, 16 };
	struct zw_key key = { mask_lo, mask_hi, 1 };
	zw_node first = ZW_ALL;

	if (s->first_known)
		return s->first;
	put_field(fragment, ZW_FIELD_FRAG, 16);
	put_number(fragment, 0, 3);
	s->first_known = zw_space_lookup(s->space, fragment, &component, 1,
					 &key, 1, 0, &first);
	s->first = first;
	return first;
}

zw_node zw_not_later(struct scene *scene, u32 number)
{
	struct zw_diagrams *d = scene->s->space->d;

	if (scene->family == ZW_IPV4)
		return whole_or_first(scene->s);
	return zw_or(d, field_is(scene, ZW_FIELD_HAS_FRAGMENT, 0),
		     zw_unknown(scene, number, false,
				"whether a fragment is first"));
}

static zw_node load_transport(struct scene *scene, const struct zw_expr *expr,
			      u32 number, zw_bit *bits)
{
	struct zw_diagrams *d = scene->s->space->d;
	u32 i, offset = expr->payload.offset, len = expr->payload.len;
	zw_node ok;

	for (i = 0; i < len; i++)
		transport_byte(scene, offset + i, bits + 8 * i);
	ok = zw_bytes_there(scene, offset + len);
	if (offset + len > ZW_LENGTH_WHOLE)
		ok = zw_and(d, ok,
			    zw_unknown(scene, number, false,
				       "how long the packet is"));
	if (!fast(offset, len))
		ok = zw_and(d, ok, zw_not_later(scene, number));
	return ok;
}

/* The next header may be a fragment header that goes away. */
static void forget_byte(struct registers *regs, zw_bit *bits)
{
	u32 i;

	for (i = 0; i < 8; i++)
		bits[i] = ZW_BIT_UNKNOWN;
	regs->unreal = true;
}

/* The header that the packet came in; the gateway's own packets have none yet.
 * (nft_payload.c, nft_payload_eval; tags of VLANs are taken for gone.) */
static zw_node load_link(struct scene *scene, const struct zw_expr *expr,
			 u32 number, struct registers *regs)
{
	struct zw_space *space = scene->s->space;
	u32 i, at, end = expr->payload.offset + expr->payload.len;
	u32 type = scene->family == ZW_IPV4 ? ETH_P_IP : ETH_P_IPV6;
	bool leaving = scene->has_out && scene->hook == NF_NETDEV_EGRESS;
	zw_bit *bits;

	if (scene->path == ZW_PATH_OUTPUT && !leaving)
		return ZW_EMPTY;
	if (leaving || end > 14 || end < expr->payload.len) {
		zw_put_unknown(regs, expr->payload.dreg, expr->payload.len,
			       false);
		return zw_unknown(scene, number, false,
				  "a link header that is not modelled");
	}
	bits = clear(regs, expr->payload.dreg, expr->payload.len);
	for (i = 0; i < expr->payload.len; i++) {
		at = expr->payload.offset + i;
		if (at < 12)
			put_field(bits + 8 * i,
				  zw_space_byte(space, ZW_BYTE_LINK, at), 8);
		else
			put_number(bits + 8 * i,
				   at == 12 ? type >> 8 : type & 255, 8);
	}
	return field_is(scene,
			zw_space_byte(space, ZW_BYTE_LINK, ZW_BYTE_NO_LINK), 0);
}

static zw_node load_payload(struct scene *scene, const struct zw_expr *expr,
			    u32 number, struct registers *regs)
{
	u32 i, offset = expr->payload.offset, len = expr->payload.len;
	u32 header = scene->family == ZW_IPV4 ? 20 : 40;
	bool network = expr->payload.base == NFT_PAYLOAD_NETWORK_HEADER;
	bool transport = expr->payload.base == NFT_PAYLOAD_TRANSPORT_HEADER;
	zw_bit *bits;

	if (expr->payload.base == NFT_PAYLOAD_LL_HEADER)
		return load_link(scene, expr, number, regs);
	if (!(network && offset <= header && offset + len <= header) &&
	    !(transport && offset <= 60 && offset + len <= 60)) {
		zw_put_unknown(regs, expr->payload.dreg, len, false);
		return zw_unknown(scene, number, false,
				  "bytes beyond the headers");
	}
	bits = clear(regs, expr->payload.dreg, len);
	if (transport)
		return load_transport(scene, expr, number, bits);
	for (i = 0; i < len; i++) {
		if (scene->family == ZW_IPV4)
			network4_byte(scene, offset + i, bits + 8 * i);
		else
			network6_byte(scene, offset + i, bits + 8 * i);
		if (scene->family == ZW_IPV6 && scene->unjoined &&
		    offset + i == 6) {
			forget_byte(regs, bits + 8 * i);
		}
	}
	return ZW_ALL;
}

/* ---- meta ---------------------------------------------------------------- */

static void put_name(zw_bit *bits, u32 field, bool there)
{
	u32 i;

	for (i = 0; i < 128; i++)
		bits[i] = there ? zw_bit_of(field, 127 - i) : ZW_BIT_0;
}

/* 0 where there is no interface (nft_meta_store_ifindex). */
static void load_index(bool there, u32 dreg, struct registers *regs)
{
	if (!there) {
		clear(regs, dreg, 4);
		return;
	}
	zw_put_unknown(regs, dreg, 4, false);
	regs->index = dreg + 1;
}

static zw_node load_meta(struct scene *scene, const struct zw_expr *expr,
			 u32 number, struct registers *regs)
{
	u32 dreg = expr->meta.dreg;
	bool four = scene->family == ZW_IPV4;

	switch (expr->meta.key) {
	case NFT_META_IIFNAME:
		put_name(clear(regs, dreg, 16), ZW_FIELD_IN, scene->has_in);
		return ZW_ALL;
	case NFT_META_OIFNAME:
		put_name(clear(regs, dreg, 16), ZW_FIELD_OUT, scene->has_out);
		return ZW_ALL;
	case NFT_META_NFPROTO:
		put_number(clear(regs, dreg, 1), four ? 2 : 10, 8);
		return ZW_ALL;
	case NFT_META_PROTOCOL:
		put_number(clear(regs, dreg, 2), four ? ETH_P_IP : ETH_P_IPV6,
			   16);
		return ZW_ALL;
	case NFT_META_L4PROTO:
		put_field(clear(regs, dreg, 1), ZW_FIELD_PROTO, 8);
		return ZW_ALL;
	case NFT_META_MARK:
		put_host(clear(regs, dreg, 4), ZW_FIELD_MARK);
		return ZW_ALL;
	case NFT_META_PKTTYPE:
		put_field(clear(regs, dreg, 1) + 6, ZW_FIELD_PKTTYPE, 2);
		return ZW_ALL;
	case NFT_META_SECPATH:
		if (scene->path != ZW_PATH_OUTPUT)
			put_field(clear(regs, dreg, 1) + 7, ZW_FIELD_IPSEC_IN,
				  1);
		else
			clear(regs, dreg, 1);
		return ZW_ALL;
	case NFT_META_IIF:
		load_index(scene->has_in, dreg, regs);
		return ZW_ALL;
	case NFT_META_OIF:
		load_index(scene->has_out, dreg, regs);
		return ZW_ALL;
	case NFT_META_LEN:
	case NFT_META_PRIORITY:
		zw_put_unknown(regs, dreg, 4, false);
		return ZW_ALL;
	case NFT_META_CPU:
	case NFT_META_PRANDOM:
		zw_put_unknown(regs, dreg, 4, true);
		return ZW_ALL;
	case NFT_META_TIME_NS:
		zw_put_unknown(regs, dreg, 8, true);
		return ZW_ALL;
	case NFT_META_TIME_DAY:
		scene->s->tests_time = true;
		put_field(clear(regs, dreg, 1) + 5, ZW_FIELD_DAY, 3);
		return ZW_ALL;
	case NFT_META_TIME_HOUR:
		scene->s->tests_time = true;
		put_hour(clear(regs, dreg, 4));
		return ZW_ALL;
	default:
		zw_put_unknown(regs, dreg, 16, false);
		return zw_unknown(scene, number, false,
				  "a meta key that is not modelled");
	}
}

/* ---- conntrack ----------------------------------------------------------- */

/* Packets that belong to an entry: what other keys than state need. */
static zw_node has_entry(struct scene *scene)
{
	return zw_space_index(scene->s->space, ZW_FIELD_STATE,
			      ZW_IS_ESTABLISHED, ZW_IS_NEW);
}

static void put_words(zw_bit *bits, u32 field, u32 words)
{
	u32 i;

	for (i = 0; i < words; i++)
		put_field(bits + 32 * i, field + i, 32);
}

static zw_node load_tuple(struct scene *scene, const struct zw_expr *expr,
			  u32 number, struct registers *regs)
{
	bool reply = expr->ct.direction == 1;
	bool four = scene->family == ZW_IPV4;
	u32 dreg = expr->ct.dreg, words = four ? 1 : 4, field;
	zw_bit *bits;

	if (expr->ct.direction > 1) {
		zw_put_unknown(regs, dreg, 16, false);
		return zw_unknown(scene, number, false,
				  "a tuple without direction");
	}
	switch (expr->ct.key) {
	case NFT_CT_SRC:
	case NFT_CT_SRC_IP:
	case NFT_CT_SRC_IP6:
		field = reply ? ZW_FIELD_REPLY_SRC : ZW_FIELD_ORIGINAL_SRC;
		break;
	case NFT_CT_PROTO_SRC:
		put_field(clear(regs, dreg, 2),
			  reply ? ZW_FIELD_REPLY_SPORT
				: ZW_FIELD_ORIGINAL_SPORT,
			  16);
		return has_entry(scene);
	case NFT_CT_PROTO_DST:
		put_field(clear(regs, dreg, 2),
			  reply ? ZW_FIELD_REPLY_DPORT
				: ZW_FIELD_ORIGINAL_DPORT,
			  16);
		return has_entry(scene);
	default:
		field = reply ? ZW_FIELD_REPLY_DST : ZW_FIELD_ORIGINAL_DST;
		break;
	}
	/* SRC_IP, DST_IP break for the other family */
	if ((expr->ct.key == NFT_CT_SRC_IP || expr->ct.key == NFT_CT_DST_IP) &&
	    !four)
		return ZW_EMPTY;
	if ((expr->ct.key == NFT_CT_SRC_IP6 ||
	     expr->ct.key == NFT_CT_DST_IP6) &&
	    four)
		return ZW_EMPTY;
	/* of an IPv4 address 4 bytes are written, the rest stays as it was */
	bits = clear(regs, dreg, 4 * words);
	put_words(bits, field, words);
	return has_entry(scene);
}

static zw_node load_state(struct scene *scene, u32 dreg, struct registers *regs)
{
	zw_bit *bits = clear(regs, dreg, 4);

	if (scene->has_entry) {
		put_host(bits, ZW_FIELD_STATE);
		return ZW_ALL;
	}
	/* before conntrack: untracked (bit 6) or else invalid (bit 0) */
	bits[1] = zw_bit_of(ZW_FIELD_NOTRACK, 0);
	bits[7] = zw_bit_invert(bits[1]);
	return ZW_ALL;
}

static zw_node load_ct(struct scene *scene, const struct zw_expr *expr,
		       u32 number, struct registers *regs)
{
	u32 dreg = expr->ct.dreg;

	if (expr->ct.key == NFT_CT_STATE)
		return load_state(scene, dreg, regs);
	if (!scene->has_entry)
		return ZW_EMPTY;
	switch (expr->ct.key) {
	case NFT_CT_DIRECTION:
		put_field(clear(regs, dreg, 1) + 7, ZW_FIELD_DIRECTION, 1);
		return has_entry(scene);
	case NFT_CT_STATUS:
		put_host(clear(regs, dreg, 4), ZW_FIELD_CT_STATUS);
		return has_entry(scene);
	case NFT_CT_MARK:
		put_host(clear(regs, dreg, 4), ZW_FIELD_CT_MARK);
		return has_entry(scene);
	case NFT_CT_L3PROTOCOL:
		put_number(clear(regs, dreg, 1),
			   scene->family == ZW_IPV4 ? 2 : 10, 8);
		return has_entry(scene);
	case NFT_CT_SRC:
	case NFT_CT_DST:
	case NFT_CT_PROTO_SRC:
	case NFT_CT_PROTO_DST:
	case NFT_CT_SRC_IP:
	case NFT_CT_DST_IP:
	case NFT_CT_SRC_IP6:
	case NFT_CT_DST_IP6:
		return load_tuple(scene, expr, number, regs);
	default:
		zw_put_unknown(regs, dreg, 16, false);
		return zw_unknown(scene, number, false,
				  "a conntrack key that is not modelled");
	}
}

/* ---- extension headers and options --------------------------------------- */

#define NOT_MODELLED UINT32_MAX

static u32 header_field(u32 op, u8 type)
{
	if (op == NFT_EXTHDR_OP_IPV6) {
		switch (type) {
		case IPPROTO_HOPOPTS:
			return ZW_FIELD_HAS_HOPOPTS;
		case IPPROTO_ROUTING:
			return ZW_FIELD_HAS_ROUTING;
		case IPPROTO_FRAGMENT:
			return ZW_FIELD_HAS_FRAGMENT;
		case IPPROTO_DSTOPTS:
			return ZW_FIELD_HAS_DSTOPTS;
		default:
			return NOT_MODELLED;
		}
	}
	switch (type) {
	case 131:
		return ZW_FIELD_HAS_LSRR;
	case 137:
		return ZW_FIELD_HAS_SSRR;
	case 7:
		return ZW_FIELD_HAS_RR;
	case 148:
		return ZW_FIELD_HAS_ALERT;
	default:
		return NOT_MODELLED;
	}
}

/* The packets that can have such headers at all: options of a transport
 * protocol are looked for in its packets alone (nft_exthdr_tcp_eval and the
 * like). */
static zw_node can_have(const struct scene *scene, u32 op)
{
	static const struct {
		u32 op, proto;
	} owners[] = {
		{ NFT_EXTHDR_OP_TCPOPT, IPPROTO_TCP },
		{ NFT_EXTHDR_OP_SCTP, IPPROTO_SCTP },
	};
	size_t i;

	for (i = 0; i < sizeof(owners) / sizeof(*owners); i++)
		if (op == owners[i].op)
			return zw_space_is(scene->s->space, ZW_FIELD_PROTO,
					   owners[i].proto);
	return ZW_ALL;
}

static zw_node load_exthdr(struct scene *scene, const struct zw_expr *expr,
			   u32 number, struct registers *regs)
{
	u32 op = expr->exthdr.op, dreg = expr->exthdr.dreg, field;

	if (op == NFT_EXTHDR_OP_IPV6 && scene->family == ZW_IPV4)
		return ZW_EMPTY;
	if (op == NFT_EXTHDR_OP_IPV4 && scene->family == ZW_IPV6)
		return ZW_EMPTY;
	field = op == NFT_EXTHDR_OP_IPV6 || op == NFT_EXTHDR_OP_IPV4
			? header_field(op, expr->exthdr.type)
			: NOT_MODELLED;
	if (field == NOT_MODELLED) {
		zw_put_unknown(regs, dreg, expr->exthdr.len, false);
		return expr->exthdr.present
			       ? ZW_ALL
			       : zw_and(scene->s->space->d, can_have(scene, op),
					zw_unknown(
						scene, number, false,
						"a header that is not modelled"));
	}
	if (field == ZW_FIELD_HAS_FRAGMENT && scene->unjoined) {
		/* the field says what defragmentation leaves */
		zw_put_unknown(regs, dreg, expr->exthdr.len, false);
		return expr->exthdr.present
			       ? ZW_ALL
			       : zw_unknown(scene, number, false,
					    "a fragment header on arrival");
	}
	if (expr->exthdr.present) {
		put_field(clear(regs, dreg, 1) + 7, field, 1);
		return ZW_ALL;
	}
	zw_put_unknown(regs, dreg, expr->exthdr.len, false);
	return field_is(scene, field, 1);
}

static zw_node load_route(struct scene *scene, const struct zw_expr *expr,
			  u32 number, struct registers *regs)
{
	u32 dreg = expr->special.dreg;

	if (expr->special.key == NFT_RT_XFRM && scene->has_route) {
		put_field(clear(regs, dreg, 1) + 7, ZW_FIELD_IPSEC_OUT, 1);
		return ZW_ALL;
	}
	if (expr->special.key == NFT_RT_TCPMSS && scene->has_route) {
		zw_put_unknown(regs, dreg, 2, false);
		return ZW_ALL;
	}
	zw_put_unknown(regs, dreg, 16, false);
	return zw_unknown(scene, number, false, "the packet's route");
}

/* nft_xfrm_get_eval_in, _out: the request id of the first association alone.
 * What has none breaks the rule, and a packet of the gateway's own has come by
 * none. */
static zw_node load_xfrm(struct scene *scene, const struct zw_expr *expr,
			 u32 number, struct registers *regs)
{
	bool out = expr->special.direction;

	if (expr->special.key == NFT_XFRM_KEY_REQID && !expr->special.number) {
		if (!out && scene->path == ZW_PATH_OUTPUT)
			return ZW_EMPTY;
		if (!out || scene->has_route) {
			put_host(clear(regs, expr->special.dreg, 4),
				 out ? ZW_FIELD_REQID_OUT : ZW_FIELD_REQID_IN);
			return field_is(scene,
					out ? ZW_FIELD_IPSEC_OUT
					    : ZW_FIELD_IPSEC_IN,
					1);
		}
	}
	zw_put_unknown(regs, expr->special.dreg, 16, false);
	return zw_unknown(scene, number, false, "the packet's associations");
}

/* A number from OFFSET on, MODULUS of them, that nobody can foretell. */
static void put_drawn(struct registers *regs, u32 dreg, u32 modulus, u32 offset)
{
	u32 value, bit, byte;

	zw_put_unknown(regs, dreg, 4, true);
	if (modulus == 1 || !offset) {
		/* what is the same in all of them */
		for (byte = 0; byte < 4; byte++) {
			for (bit = 0; bit < 8; bit++) {
				value = 8 * byte + 7 - bit;
				if (modulus == 1)
					at(regs, dreg)[8 * byte + bit] =
						offset >> value & 1;
				else if (modulus && (modulus - 1) >> value == 0)
					at(regs, dreg)[8 * byte + bit] =
						ZW_BIT_0;
			}
		}
	}
}

zw_node zw_load(struct scene *scene, const struct zw_expr *expr, u32 number,
		struct registers *regs)
{
	switch (expr->kind) {
	case ZW_EXPR_PAYLOAD:
		return load_payload(scene, expr, number, regs);
	case ZW_EXPR_META:
		return load_meta(scene, expr, number, regs);
	case ZW_EXPR_CT:
		return load_ct(scene, expr, number, regs);
	case ZW_EXPR_EXTHDR:
		return load_exthdr(scene, expr, number, regs);
	case ZW_EXPR_RT:
		return load_route(scene, expr, number, regs);
	case ZW_EXPR_NUMGEN:
		put_drawn(regs, expr->numgen.dreg, expr->numgen.modulus,
			  expr->numgen.offset);
		return ZW_ALL;
	case ZW_EXPR_HASH:
		put_drawn(regs, expr->hash.dreg, expr->hash.modulus,
			  expr->hash.offset);
		return ZW_ALL;
	case ZW_EXPR_FIB:
		zw_put_unknown(regs, expr->fib.dreg, 16, false);
		return zw_unknown(scene, number, false, "the routes");
	case ZW_EXPR_XFRM:
		return load_xfrm(scene, expr, number, regs);
	default: /* socket, osf, tunnel */
		zw_put_unknown(regs, expr->special.dreg, 16, false);
		return zw_unknown(scene, number, false,
				  "a lookup outside the ruleset");
	}
}
