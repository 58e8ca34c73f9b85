/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decoded ruleset: what nf_tables holds after a transaction, as plain values.
 *
 * Law: everything is as the kernel would have it, byte for byte; what the
 * decoder did not understand is marked (doubt != NULL), never left out. Tables
 * list what is alive; chains, sets, objects and flowtables are numbered by
 * their place in the ruleset's vectors and a number is never used again, so
 * that a number means the same in the states before and after a transaction
 * (what has been deleted stays in the vector and is listed by no table).
 *
 * Registers are the kernel's 16 slots of 4 bytes, 0..15; the old 16-byte
 * registers 1..4 are the slots 0, 4, 8, 12. A value of N bytes at a slot
 * occupies the following slots as well. Numbers such as keys, hooks, verdict
 * codes and flags are the kernel's own (linux/netfilter/nf_tables.h).
 *
 * Everything lives in the arena given to the decoder and borrows no byte of
 * its input. */
#ifndef ZW_VERIFIER_RULESET_H
#define ZW_VERIFIER_RULESET_H

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "base/str.h"
#include "base/vec.h"

#define ZW_NONE UINT32_MAX /* no chain, no set, no object */

#define ZW_REG_SLOTS 16
#define ZW_REG_BYTES (4 * ZW_REG_SLOTS)
#define ZW_REG_VERDICT 0xff /* the verdict register, as destination */
#define ZW_REG_NONE 0xfe

#define ZW_KEY_MAX 64 /* bytes of a set's key */
#define ZW_KEY_FIELDS 16

/* Operations of bitwise that the header of this system may not know yet. */
#define ZW_BITWISE_AND 3
#define ZW_BITWISE_OR 4
#define ZW_BITWISE_XOR 5

/* A constant: as many bytes as LEN says, the rest zero. */
struct zw_value {
	u8 len;
	u8 bytes[16];
};

/* CODE is NF_ACCEPT, NF_DROP, NF_QUEUE or NFT_CONTINUE, NFT_BREAK, NFT_JUMP,
 * NFT_GOTO, NFT_RETURN. */
struct zw_ruling {
	s32 code;
	u32 chain; /* of jump and goto; else ZW_NONE */
};

enum zw_expr_kind {
	ZW_EXPR_UNKNOWN, /* by name; may do anything */
	ZW_EXPR_IMMEDIATE,
	ZW_EXPR_CMP,
	ZW_EXPR_RANGE,
	ZW_EXPR_BITWISE,
	ZW_EXPR_BYTEORDER,
	ZW_EXPR_PAYLOAD, /* load */
	ZW_EXPR_PAYLOAD_SET,
	ZW_EXPR_META,
	ZW_EXPR_META_SET,
	ZW_EXPR_CT,
	ZW_EXPR_CT_SET,
	ZW_EXPR_LOOKUP,
	ZW_EXPR_DYNSET,
	ZW_EXPR_COUNTER,
	ZW_EXPR_LOG,
	ZW_EXPR_LIMIT,
	ZW_EXPR_QUOTA,
	ZW_EXPR_CONNLIMIT,
	ZW_EXPR_LAST,
	ZW_EXPR_NUMGEN,
	ZW_EXPR_HASH,
	ZW_EXPR_FIB,
	ZW_EXPR_RT,
	ZW_EXPR_SOCKET,
	ZW_EXPR_OSF,
	ZW_EXPR_XFRM,
	ZW_EXPR_TUNNEL,
	ZW_EXPR_INNER,
	ZW_EXPR_EXTHDR,	    /* load */
	ZW_EXPR_EXTHDR_SET, /* write an option, or strip it (sreg NONE) */
	ZW_EXPR_REJECT,
	ZW_EXPR_NAT,
	ZW_EXPR_MASQ,
	ZW_EXPR_REDIR,
	ZW_EXPR_TPROXY,
	ZW_EXPR_NOTRACK,
	ZW_EXPR_QUEUE,
	ZW_EXPR_DUP,
	ZW_EXPR_FWD,
	ZW_EXPR_SYNPROXY,
	ZW_EXPR_OBJREF, /* one object by name */
	ZW_EXPR_OBJMAP, /* the object that a set has for a key */
	ZW_EXPR_FLOW_OFFLOAD,
	ZW_EXPR_MATCH,	/* xt match */
	ZW_EXPR_TARGET, /* xt target */
	ZW_EXPR_COUNT,
};

struct zw_xt;

/* One expression. DOUBT is NULL if the decoder understood each byte of it;
 * otherwise it says what not (an unknown attribute, an unknown key), the fields
 * hold what was understood, and the expression must be taken to do anything
 * that an expression can: any verdict, any register, any change of the packet.
 * "sreg", "dreg" are slots, ZW_REG_NONE or (dreg) ZW_REG_VERDICT. */
struct zw_expr {
	u8 kind; /* enum zw_expr_kind */
	const char *doubt;
	union {
		struct {
			u8 dreg; /* ZW_REG_VERDICT: RULING, else VALUE */
			struct zw_value value;
			struct zw_ruling ruling;
		} immediate;
		struct {
			u8 sreg;
			u8 op; /* NFT_CMP_EQ.. ; memcmp over value.len bytes */
			struct zw_value value;
		} cmp;
		struct {
			u8 sreg;
			u8 op;			  /* NFT_RANGE_EQ, _NEQ */
			struct zw_value from, to; /* inclusive, same len */
		} range;
		struct {
			u8 op; /* NFT_BITWISE_BOOL (mask/xor), _LSHIFT,
				* _RSHIFT, ZW_BITWISE_AND, _OR, _XOR */
			u8 sreg, sreg2, dreg;
			u8 len; /* bytes; the kernel works on whole words */
			u8 mask[16], xor[16]; /* BOOL: (x & mask) ^ xor;
					       * zero past LEN */
			u32 shift;	      /* bits */
		} bitwise;
		struct {
			u8 sreg, dreg;
			u8 op;	      /* NFT_BYTEORDER_NTOH, _HTON */
			u8 len, size; /* bytes; size 2, 4 or 8 */
		} byteorder;
		struct { /* PAYLOAD: DREG; PAYLOAD_SET: SREG and checksum */
			u8 base; /* NFT_PAYLOAD_LL_HEADER, .. */
			u32 offset;
			u8 len;
			u8 dreg, sreg;
			u8 csum_type; /* NFT_PAYLOAD_CSUM_* */
			u32 csum_offset, csum_flags;
		} payload;
		struct {	 /* META: DREG; META_SET: SREG */
			u32 key; /* NFT_META_* */
			u8 dreg, sreg;
		} meta;
		struct {	      /* CT: DREG; CT_SET: SREG */
			u32 key;      /* NFT_CT_* */
			u8 direction; /* IP_CT_DIR_*: 0, 1; 0xff: none */
			u8 dreg, sreg;
		} ct;
		struct {
			u32 set;
			u8 sreg;
			u8 dreg; /* slot of a map's value, ZW_REG_VERDICT for
				  * a verdict map, ZW_REG_NONE */
			bool invert;
		} lookup;
		struct {
			u32 set;
			u8 op; /* NFT_DYNSET_OP_* */
			u8 sreg_key, sreg_data;
			bool invert;
			bool has_expressions; /* in the new element */
			/* If it has one that can break the rule: that one,
			 * provided that it was understood. */
			const struct zw_expr *element;
			u64 timeout;	      /* ms; 0: the set's */
		} dynset;
		struct {
			u64 packets, bytes;
		} counter;
		struct {
			struct zw_str prefix;
			u32 level; /* LOG_* ; ZW_NONE if a group is given */
			u32 group; /* ZW_NONE if none */
			u32 flags, snaplen;
		} log;
		struct {
			u64 rate, unit; /* RATE per UNIT seconds */
			u32 burst;
			u32 type;    /* NFT_LIMIT_PKTS, _PKT_BYTES */
			bool invert; /* "over" */
		} limit;
		struct {
			u64 bytes, consumed;
			bool invert;
		} quota;
		struct {
			u32 count;
			bool invert;
		} connlimit;
		struct {
			u8 dreg;
			u32 type; /* NFT_NG_INCREMENTAL, _RANDOM */
			u32 modulus, offset;
		} numgen;
		struct {
			u8 sreg, dreg;
			u32 type; /* NFT_HASH_JENKINS, _SYM */
			u32 len, modulus, offset, seed;
		} hash;
		struct {
			u8 dreg;
			u32 result; /* NFT_FIB_RESULT_* */
			u32 flags;  /* NFTA_FIB_F_* */
		} fib;
		struct { /* RT, SOCKET, XFRM, TUNNEL, OSF */
			u8 dreg;
			u32 key;      /* NFT_RT_*, NFT_SOCKET_*, NFT_XFRM_KEY_*,
				       * NFT_TUNNEL_*; OSF: flags */
			u8 direction; /* XFRM: XFRM_POLICY_IN 0, _OUT 1 */
			u32 number;   /* XFRM: place in the bundle; SOCKET:
				       * cgroup level; OSF: ttl */
		} special;
		struct {	 /* EXTHDR: DREG; EXTHDR_SET: SREG */
			u32 op;	 /* NFT_EXTHDR_OP_IPV6, _TCPOPT, _IPV4, _SCTP;
				  * 4: dccp */
			u8 type; /* header or option number */
			u32 offset; /* bytes from its first byte */
			u8 len;
			bool present; /* NFT_EXTHDR_F_PRESENT: 1 or 0 instead
				       * of BREAK */
			u8 dreg, sreg;
		} exthdr;
		struct {
			u32 type; /* NFT_REJECT_ICMP_UNREACH, _TCP_RST,
				   * _ICMPX_UNREACH */
			u8 code;
		} reject;
		struct {	    /* NAT, MASQ, REDIR */
			u32 type;   /* NAT: NFT_NAT_SNAT, _DNAT */
			u32 family; /* NAT: NFPROTO_* */
			u8 sreg_addr_min, sreg_addr_max;
			u8 sreg_port_min, sreg_port_max;
			u32 flags; /* NF_NAT_RANGE_* as given */
		} nat;
		struct {
			u32 family; /* NFPROTO_*; NFPROTO_UNSPEC: both */
			u8 sreg_addr, sreg_port;
		} tproxy;
		struct {
			u32 number, total;
			u32 flags; /* NFT_QUEUE_FLAG_* */
			u8 sreg;   /* or ZW_REG_NONE */
		} queue;
		struct { /* DUP, FWD */
			u8 sreg_addr, sreg_dev;
			u32 family; /* FWD */
		} dup;
		struct {
			u32 mss, wscale, flags;
		} synproxy;
		struct {	  /* OBJREF: OBJECT; OBJMAP: SET and SREG */
			u32 type; /* NFT_OBJECT_*; of a map: the set's */
			u32 object;
			u32 set;
			u8 sreg;
		} objref;
		struct {
			u32 flowtable;
		} flow_offload;
		struct { /* MATCH, TARGET, INNER, UNKNOWN */
			struct zw_str name;
			u32 revision;
			struct zw_str info; /* the raw bytes */
			/* of MATCH, TARGET: what they mean (verifier/xt.h);
			 * NULL if that is not known */
			const struct zw_xt *means;
		} xt;
	};
};

struct zw_rule {
	u64 handle;  /* the kernel's; 0 while in a batch */
	u32 message; /* the message that made it, from 0 */
	u32 chain;
	struct zw_str comment; /* user data type 0; may be empty */
	const struct zw_expr *exprs;
	u32 n_exprs;
};

enum zw_chain_type {
	ZW_CHAIN_FILTER,
	ZW_CHAIN_ROUTE,
	ZW_CHAIN_NAT,
	ZW_CHAIN_OTHER, /* a type the decoder does not know */
};

/* Where two rulesets stand side by side (verifier/mixture.h): under which of
 * them a base chain runs. */
enum zw_era {
	ZW_ERA_BOTH,
	ZW_ERA_FORMER,
	ZW_ERA_NEW,
};

struct zw_device {
	struct zw_str name;
	bool prefix; /* all whose name begins so */
};

typedef ZW_VEC(struct zw_device) zw_devices;

struct zw_chain {
	struct zw_str name;
	u32 table;
	u64 handle;
	u32 id;	   /* NFTA_CHAIN_ID within its batch; 0: none */
	u32 flags; /* NFT_CHAIN_BASE, _HW_OFFLOAD, _BINDING */
	bool base;
	u32 hook; /* NF_INET_*, or NF_NETDEV_INGRESS / _EGRESS */
	s32 priority;
	enum zw_chain_type type;
	bool policy_drop;
	/* Base chains of one hook and equal priority: the one that was
	 * registered last runs first. Larger is later; 0: not known (the chain
	 * comes from a dump), so any order must be expected. */
	u32 registered;
	enum zw_era era;
	u32 turn; /* its place among the base chains that differ */
	zw_devices devices;		      /* netdev, and ingress of inet */
	ZW_VEC(const struct zw_rule *) rules; /* position = index + 1 */
	const char *doubt;
};

enum zw_set_kind {
	ZW_SET_EXACT,	 /* hi == lo for every element */
	ZW_SET_INTERVAL, /* memcmp intervals of the whole key, disjoint */
	ZW_SET_BOXES,	 /* an interval per field (concatenation) */
};

enum zw_set_data {
	ZW_DATA_NONE,
	ZW_DATA_VALUE,	/* data_len bytes each */
	ZW_DATA_RULING, /* verdict map */
	ZW_DATA_OBJECT, /* object map */
};

#define ZW_ELEM_TIMEOUT 1 /* may vanish at any moment */
#define ZW_ELEM_DOUBT                                         \
	2 /* holds something not understood, or an expression \
	   * that can break (limit, quota, connlimit) */

/* Elements are N rows in flat arrays. EXACT and INTERVAL: sorted by LO (memcmp
 * over key_len), disjoint; a key K is in row i if lo <= K <= hi by memcmp of
 * the whole key. BOXES: K is in row i if each field lies between its lo and hi
 * by memcmp (padding between fields does not count); rows are in the kernel's
 * order and the first that matches wins, since the kernel lets boxes overlap
 * where neither corner of the later one lies in an earlier one. */
struct zw_elements {
	u32 n;
	const u8 *lo;	/* n * key_len */
	const u8 *hi;	/* same; equals LO's pointer for ZW_SET_EXACT */
	const u8 *data; /* n * data_len; NULL if no ZW_DATA_VALUE */
	const struct zw_ruling *rulings; /* n; NULL if no ZW_DATA_RULING */
	const u32 *objects;		 /* n; NULL if no ZW_DATA_OBJECT */
	const u8 *marks;		 /* n times ZW_ELEM_*; NULL: all 0 */
};

struct zw_set {
	struct zw_str name;
	u32 table;
	u64 handle;
	u32 id;	   /* NFTA_SET_ID within its batch; 0: none */
	u32 flags; /* NFT_SET_*: _EVAL (dynamic) and _TIMEOUT sets change
		    * without a transaction */
	enum zw_set_kind kind;
	u32 key_type; /* what user space said of it; no meaning here */
	u32 key_len;  /* bytes, 1..64 */
	u32 n_fields; /* 0 if no field lengths were given */
	u8 field_len[ZW_KEY_FIELDS]; /* bytes; each field begins at a multiple
				      * of 4 */
	enum zw_set_data data_kind;
	u32 data_type;
	u32 data_len; /* bytes of a value */
	u32 object_type;
	u32 size;    /* 0: unlimited */
	u64 timeout; /* ms */
	struct zw_elements elements;
	bool has_catchall; /* for a key in no row */
	u8 catchall_marks;
	u8 catchall_data[ZW_KEY_MAX];
	struct zw_ruling catchall_ruling;
	u32 catchall_object;
	bool unread; /* content not known at all (a dump that has no message of
		      * elements for it): any element may be there */
	const char *doubt; /* an attribute not understood: any content */
	/* 1 + the number of a set with the content that this one had before,
	 * where a lookup may meet either; 0: there is none. */
	u32 former;
};

struct zw_object {
	struct zw_str name;
	u32 table;
	u64 handle;
	u32 type; /* NFT_OBJECT_COUNTER, .. */
	/* Of the kinds that decide about packets, as an expression (COUNTER,
	 * QUOTA, LIMIT, CONNLIMIT, SYNPROXY); UNKNOWN for all others. */
	struct zw_expr expr;
	const char *doubt;
};

struct zw_flowtable {
	struct zw_str name;
	u32 table;
	u64 handle;
	u32 hook;
	s32 priority;
	u32 flags;
	zw_devices devices;
	const char *doubt;
};

struct zw_table {
	struct zw_str name;
	u32 family; /* NFPROTO_IPV4, _IPV6, _INET, _ARP, _BRIDGE, _NETDEV */
	u64 handle;
	u32 flags; /* NFT_TABLE_F_DORMANT; 2 owner, 4 persist */
	bool alive;
	bool adopted; /* a batch took it, so its socket owns it */
	ZW_VEC(u32) chains; /* alive, in the order of their making */
	ZW_VEC(u32) sets;
	ZW_VEC(u32) objects;
	ZW_VEC(u32) flowtables;
	const char *doubt;
};

struct zw_ruleset {
	ZW_VEC(struct zw_table) tables; /* skip those not alive */
	ZW_VEC(struct zw_chain) chains;
	ZW_VEC(struct zw_set) sets;
	ZW_VEC(struct zw_object) objects;
	ZW_VEC(struct zw_flowtable) flowtables;
	u32 generation; /* as a GETGEN answer or BATCH_BEGIN told; 0: none */
	/* Base chains that differ run as they were before if their turn is
	 * below this, else as they are now. */
	u32 moment;
	/* Fragments are not put together before the hooks, though conntrack is
	 * used: a fault that a proof can be asked about, no state that the
	 * bytes could tell. */
	bool fragments;
};

/* Does this base chain run at the ruleset's moment? */
static inline bool zw_chain_runs(const struct zw_ruleset *ruleset,
				 const struct zw_chain *chain)
{
	if (chain->era == ZW_ERA_BOTH)
		return true;
	return (chain->era == ZW_ERA_FORMER) ==
	       (chain->turn < ruleset->moment);
}

/* "forward", "ingress", ...; "?" for a number out of range. FAMILY matters
 * since netdev counts its own. */
const char *zw_hook_name(u32 family, u32 hook);
/* "ip", "ip6", "inet", "arp", "bridge", "netdev". */
const char *zw_table_family_name(u32 family);
/* "cmp", "payload", ...; of an unknown expression its own name. Borrowed. */
struct zw_str zw_expr_name(const struct zw_expr *expr);

/* Bytes that a meta or ct key loads or stores; 0 for a key not known. The
 * addresses NFT_CT_SRC and _DST are 4 bytes in a table of FAMILY ip. */
u32 zw_meta_len(u32 key);
u32 zw_ct_len(u32 key, u32 family);
/* Does this ct key read a tuple, so that a direction must be given? */
bool zw_ct_needs_direction(u32 key);

/* The alive table / chain / set of that name; ZW_NONE if none. */
u32 zw_find_table(const struct zw_ruleset *ruleset, u32 family,
		  struct zw_str name);
u32 zw_find_chain(const struct zw_ruleset *ruleset, u32 table,
		  struct zw_str name);
u32 zw_find_set(const struct zw_ruleset *ruleset, u32 table,
		struct zw_str name);

/* The whole ruleset as text, one line per object and expression, for tests and
 * for a reader. No pointer or address of memory appears in it. */
void zw_ruleset_print(struct zw_buf *out, const struct zw_ruleset *ruleset);
void zw_expr_print(struct zw_buf *out, const struct zw_ruleset *ruleset,
		   const struct zw_expr *expr);

#endif
