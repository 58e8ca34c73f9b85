/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The space of packets: which properties a packet has (fields), and which
 * variables of the diagrams stand for them. Law: a field is a number of a few
 * bits, cut into slices of at most 32 bits, each of which is one variable; a
 * field whose values are few and known (interface names, conntrack states) is
 * one variable that numbers these values in ascending order. Whatever a
 * ruleset can compute by moving bits about is a string of zw_bit, and every
 * test of such a string against keys becomes a diagram here and only here.
 *
 * The cuts are not known beforehand: where a test needs one that is missing,
 * it is noted in the zw_cuts and zw_space_stale() becomes true; the caller
 * then begins anew with a space made from the same zw_cuts. */
#ifndef ZW_VERIFIER_FIELD_H
#define ZW_VERIFIER_FIELD_H

#include "base/inet.h"
#include "base/map.h"
#include "base/vec.h"
#include "statement/gateway.h"
#include "verifier/diagram.h"

/* In the order of their variables. Addresses are four words, the first of
 * which alone serves IPv4. */
enum zw_field {
	ZW_FIELD_IN, /* name of the input interface, 128 bits */
	ZW_FIELD_OUT,
	ZW_FIELD_FAMILY,    /* 0: IPv4, 1: IPv6 */
	ZW_FIELD_IPSEC_IN,  /* came in by IPsec */
	ZW_FIELD_IPSEC_OUT, /* goes out by IPsec */
	ZW_FIELD_REQID_IN,  /* of the outermost association, if it did */
	ZW_FIELD_REQID_OUT, /* of the first one it will, if it does */
	ZW_FIELD_STATE,	    /* one bit of 1, 2, 4, 8, 64: ZW_STATE_... */
	ZW_FIELD_DIRECTION, /* 0: original, 1: reply */
	ZW_FIELD_PROTO,	    /* after IPv6 extension headers */
	ZW_FIELD_DPORT,	    /* bytes 2, 3 of the transport header */
	ZW_FIELD_DST,
	ZW_FIELD_SRC = ZW_FIELD_DST + 4,
	ZW_FIELD_SPORT = ZW_FIELD_SRC + 4, /* bytes 0, 1: also type, code */
	ZW_FIELD_FLAGS,			   /* byte 13: of TCP */
	ZW_FIELD_HOPS,	       /* time to live, hop limit, as filters see it */
	ZW_FIELD_ARRIVAL_HOPS, /* before forwarding took one off */
	ZW_FIELD_FRAG,	       /* IPv4 bytes 6, 7 */
	ZW_FIELD_HAS_HOPOPTS,  /* IPv6 extension headers */
	ZW_FIELD_HAS_ROUTING,
	ZW_FIELD_HAS_FRAGMENT,
	ZW_FIELD_HAS_DSTOPTS,
	ZW_FIELD_HAS_LSRR, /* IPv4 options */
	ZW_FIELD_HAS_SSRR,
	ZW_FIELD_HAS_RR,
	ZW_FIELD_HAS_ALERT,
	ZW_FIELD_LENGTH, /* bytes of the transport header there are, to 20 */
	ZW_FIELD_ORIGINAL_SRC, /* conntrack's tuples */
	ZW_FIELD_ORIGINAL_DST = ZW_FIELD_ORIGINAL_SRC + 4,
	ZW_FIELD_REPLY_SRC = ZW_FIELD_ORIGINAL_DST + 4,
	ZW_FIELD_REPLY_DST = ZW_FIELD_REPLY_SRC + 4,
	ZW_FIELD_ORIGINAL_SPORT = ZW_FIELD_REPLY_DST + 4,
	ZW_FIELD_ORIGINAL_DPORT,
	ZW_FIELD_REPLY_SPORT,
	ZW_FIELD_REPLY_DPORT,
	ZW_FIELD_CT_STATUS,
	ZW_FIELD_CT_MARK,
	ZW_FIELD_MARK,
	ZW_FIELD_PKTTYPE,
	ZW_FIELD_NEXTHDR, /* byte 6 of the IPv6 header */
	ZW_FIELD_NOTRACK, /* "notrack" was met; 0 when the packet arrives */
	ZW_FIELD_DAY,	  /* when it is met, UTC; 0: Sunday */
	ZW_FIELD_HOUR,	  /* second of the day */
	/* Which translation was bound, by number (verifier/translation.h); 0:
	 * none, as when the packet arrives. */
	ZW_FIELD_NEW_DST,
	ZW_FIELD_NEW_SRC,
	ZW_FIELD_COUNT, /* further ones are made on demand */
};

/* Bits of ZW_FIELD_CT_STATUS that are variables of their own. */
#define ZW_STATUS_BIT_CONFIRMED 3
#define ZW_STATUS_BIT_SNAT 4
#define ZW_STATUS_BIT_DNAT 5

#define ZW_STATE_INVALID 1u
#define ZW_STATE_ESTABLISHED 2u
#define ZW_STATE_RELATED 4u
#define ZW_STATE_NEW 8u
#define ZW_STATE_UNTRACKED 64u
/* The same as values of the variable. */
enum zw_state_index {
	ZW_IS_INVALID,
	ZW_IS_ESTABLISHED,
	ZW_IS_RELATED,
	ZW_IS_NEW,
	ZW_IS_UNTRACKED,
};

#define ZW_LENGTH_WHOLE 20 /* of ZW_FIELD_LENGTH: everything is there */

/* Interface names that cannot be told apart: all legal names in lo..hi, as
 * 16 bytes in the order of memory read as one number. */
struct zw_name_class {
	u128 lo, hi;
	char sample[16]; /* a legal name within, NUL-terminated */
};

/* What is known about where fields must be cut; outlives a space. */
struct zw_cuts {
	struct zw_arena *arena;
	ZW_VEC(u128) names;	   /* each begins a new class */
	u32 field[ZW_FIELD_COUNT]; /* bit I: a slice begins below bit I */
	bool grown;		   /* since the last space was made */
	/* Addresses before protocol and ports, for rulesets that are lists of
	 * hosts rather than of services; else behind them. */
	bool addresses_first;
};

void zw_cuts_init(struct zw_cuts *cuts, struct zw_arena *arena);
/* NAME, or with PATTERN every name that begins with it, is to be told apart. */
void zw_cuts_name(struct zw_cuts *cuts, struct zw_str name, bool pattern);

struct zw_slice {
	u32 variable;
	u8 hi, lo; /* bits of the field */
};

struct zw_field_info {
	u8 bits; /* 1..32, or 128 for names */
	u8 slice_count;
	struct zw_slice slices[8]; /* from the highest bit down */
	const u32 *values; /* of an enumerated field, ascending; or NULL */
	u32 value_count;
	/* For fields made on demand: where the byte is. */
	u8 base; /* enum zw_byte_base */
	u32 offset;
};

/* A header byte that no field above has. */
enum zw_byte_base {
	ZW_BYTE_NONE,
	ZW_BYTE_NETWORK4,
	ZW_BYTE_NETWORK6,
	ZW_BYTE_TRANSPORT,
	/* Of the Ethernet header that the packet came in; ZW_BYTE_NO_LINK is
	 * no byte: other than 0 where its interface has no such header. */
	ZW_BYTE_LINK,
};
#define ZW_BYTE_NO_LINK 14

struct zw_translation;

struct zw_space {
	struct zw_arena *arena;
	struct zw_diagrams *d;
	struct zw_cuts *cuts;
	ZW_VEC(struct zw_field_info) fields; /* by field */
	const struct zw_name_class *classes; /* ascending */
	u32 class_count;
	ZW_VEC(u32) fresh;	    /* the variables made by zw_space_fresh */
	size_t fresh_made;	    /* behind those: given back, to be used */
	size_t fresh_kept;	    /* so many are never given back */
	u32 then_tag, past_tag;	    /* of the products of chains, which are
				     * the same of all rulesets (0: none yet) */
	struct zw_map predicates;   /* name to variable */
	struct zw_map translations; /* name to number: translation.c */
	ZW_VEC(const struct zw_translation *)
	translation_list; /* by number - 1
			   */
	/* Conntrack joins IPv6 fragments before the hooks see them, but for
	 * some that anybody can send. */
	bool joined;
	struct zw_set_memo **memo; /* address sets already built */
	/* Where the numbers of interfaces are known: whose they are; or NULL.
	 * What it does not list has no number that a rule can mean. */
	const struct zw_gateway *gateway;
};

/* The number of an interface that the gateway does not list. */
#define ZW_NO_INDEX 0x7fffffffu

/* D must have no variables yet. The space lives in ARENA. */
struct zw_space *zw_space_new(struct zw_arena *arena, struct zw_diagrams *d,
			      struct zw_cuts *cuts);
static inline bool zw_space_stale(const struct zw_space *space)
{
	return space->cuts->grown;
}

/* The field of one header byte; made when first asked for. Few: callers keep
 * what they need of larger headers short. */
u32 zw_space_byte(struct zw_space *space, enum zw_byte_base base, u32 offset);
/* A new variable with the values 0 and 1 that stands for something unknown. */
u32 zw_space_fresh(struct zw_space *space);
/* The same for something that takes 0 .. MAX. */
u32 zw_space_fresh_up_to(struct zw_space *space, u32 max);
/* Give back all of them but the first N (as space->fresh.n was) and those of
 * predicates: what was made with them is not looked at again. */
void zw_space_give_back(struct zw_space *space, size_t n);

/* The variable that stands for the predicate NAME (a limit with all that it
 * is about), 1 where it holds; equal names are one predicate. */
u32 zw_space_predicate(struct zw_space *space, struct zw_str name);

/* One bit of a register: 0, 1, unknown, or a bit of a field, maybe inverted. */
typedef u32 zw_bit;
#define ZW_BIT_0 0u
#define ZW_BIT_1 1u
#define ZW_BIT_UNKNOWN 2u
static inline zw_bit zw_bit_of(u32 field, u32 bit)
{
	return (field + 1) << 8 | bit << 1;
}
static inline bool zw_bit_is_field(zw_bit b)
{
	return b >= 256;
}
static inline u32 zw_bit_field(zw_bit b)
{
	return (b >> 8) - 1;
}
static inline u32 zw_bit_index(zw_bit b)
{
	return b >> 1 & 127;
}
static inline bool zw_bit_inverted(zw_bit b)
{
	return b & 1;
}
zw_bit zw_bit_invert(zw_bit b);

/* A part of a key that is compared as one number, first bit highest. Bits of
 * the key outside all components are not compared. */
struct zw_component {
	u32 first, bits; /* multiples of 8 */
};

/* One entry: each component lies within LO..HI (inclusive; both have the whole
 * key's bytes). */
struct zw_key {
	const u8 *lo, *hi;
	u32 leaf;
};

/* The function that looks the string BITS up in the N KEYS: the leaf of the
 * first key that matches, else OTHERWISE. False, *OUT untouched, if a compared
 * bit is unknown or the test is beyond what slices can express (then, if
 * zw_space_stale(), a new start will help). */
bool zw_space_lookup(struct zw_space *space, const zw_bit *bits,
		     const struct zw_component *components, size_t count,
		     const struct zw_key *keys, size_t n, u32 otherwise,
		     zw_node *out);

/* Sets of packets. FIELD is of at most 32 bits and not enumerated. */
zw_node zw_space_range(struct zw_space *space, u32 field, u32 lo, u32 hi);
zw_node zw_space_is(struct zw_space *space, u32 field, u32 value);
/* BIT of FIELD is set; one that is always cut off (of the status). */
zw_node zw_space_bit(struct zw_space *space, u32 field, u32 bit);
/* The variable that such a bit is. */
u32 zw_field_variable(const struct zw_space *space, u32 field, u32 bit);
/* The values of the variable itself: states, classes. */
zw_node zw_space_index(struct zw_space *space, u32 field, u32 lo, u32 hi);
/* The first word of an address is FIELD; the family itself is not tested.
 * Large sets are built once and remembered by content. */
zw_node zw_space_addresses(struct zw_space *space, u32 field,
			   enum zw_family family, struct zw_intervals set);
/* FOUR for packets of IPv4, SIX for those of IPv6. */
zw_node zw_space_by_family(struct zw_space *space, zw_node four, zw_node six);
/* The classes that hold NAME, or all names beginning with it: first..last.
 * The names must have been among the cuts; false if there is no legal one. */
bool zw_space_names(const struct zw_space *space, struct zw_str name,
		    bool pattern, u32 *first, u32 *last);

/* At a point (one value per variable): the value of FIELD, at most 32 bits. */
u32 zw_space_value(const struct zw_space *space, u32 field, const u32 *point);
/* Set the variables of FIELD to VALUE. */
void zw_space_set(const struct zw_space *space, u32 field, u32 value,
		  u32 *point);

#endif
