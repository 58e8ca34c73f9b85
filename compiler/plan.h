/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ruleset as it will stand in the kernel, before it becomes bytes: one
 * table of chains, sets and verdict maps. Law: a plan is complete (nothing is
 * decided by an emitter any more), its order is the order of emission, and two
 * runs over one policy make equal plans. Everything lives in one arena.
 *
 * Names here are without generation. What is replaced at a reload (every set
 * and every chain but the base chains) gets the generation's suffix from
 * zw_plan_name(), which is the only place where names of objects are built.
 * Base chains and counters stay, and have their names as they are here.
 *
 * Three emitters read it: emit_netlink.h, emit_nft.h, report/plan_json.h. */
#ifndef ZW_COMPILER_PLAN_H
#define ZW_COMPILER_PLAN_H

#include "base/inet.h"
#include "base/source.h"
#include "base/vec.h"

#define ZW_PLAN_TABLE "zwinger"

/* The priorities of the base chains: none has a standard name. Prerouting runs
 * after defragmentation (-400) and raw (-300) and before connection tracking
 * (-200). The others run after destination translation (-100) and just before
 * foreign filters (0), so that these neither log, count nor offload what is
 * forbidden; their own drops still hold for what is allowed. */
enum {
	ZW_PLAN_PREROUTING_PRIORITY = -290,
	ZW_PLAN_FILTER_PRIORITY = -5,
	/* Translation, before foreign ones at -100 and 100: the first that
	 * binds a connection wins. */
	ZW_PLAN_PUBLISH_PRIORITY = -105,
	ZW_PLAN_SOURCE_PRIORITY = 95,
	ZW_PLAN_CLAMP_PRIORITY = -155,
};

/* What a rule can look at, and what the key of a set is made of. */
enum zw_key {
	ZW_KEY_IIFNAME, /* 16 bytes, padded with NUL */
	ZW_KEY_OIFNAME,
	ZW_KEY_NFPROTO, /* 2: IPv4, 10: IPv6 */
	ZW_KEY_L4PROTO,
	ZW_KEY_IPSEC_IN,  /* 1: came by IPsec */
	ZW_KEY_IPSEC_OUT, /* 1: goes by IPsec */
	ZW_KEY_REQID_IN,  /* by an association of this request id, 4 bytes */
	ZW_KEY_REQID_OUT,
	ZW_KEY_IIF,	  /* 4 bytes, host order; 0: none, the gateway's own */
	ZW_KEY_TIME_DAY,  /* 0: Sunday */
	ZW_KEY_TIME_HOUR, /* second of the day, 4 bytes, host order */
	ZW_KEY_IP_SADDR,
	ZW_KEY_IP_DADDR,
	ZW_KEY_IP_FRAG, /* flags and fragment offset, 2 bytes */
	ZW_KEY_IP6_SADDR,
	ZW_KEY_IP6_DADDR,
	ZW_KEY_IP6_HOPLIMIT,
	ZW_KEY_TH_SPORT,
	ZW_KEY_TH_DPORT,
	ZW_KEY_TCP_FLAGS,
	ZW_KEY_ICMP_TYPE,
	ZW_KEY_ICMP_CODE,
	ZW_KEY_ICMP6_TYPE,
	ZW_KEY_ICMP6_CODE,
	ZW_KEY_CT_STATE,     /* 4 bytes, host order */
	ZW_KEY_CT_STATUS,    /* 4 bytes, host order */
	ZW_KEY_CT_DIRECTION, /* 0: original, 1: reply */
	ZW_KEY_CT_ORIGINAL_IP_SADDR,
	ZW_KEY_CT_ORIGINAL_IP6_SADDR,
	ZW_KEY_CT_ORIGINAL_IP_DADDR,
	ZW_KEY_CT_ORIGINAL_IP6_DADDR,
	ZW_KEY_CT_ORIGINAL_DPORT,
	ZW_KEY_CT_REPLY_IP_SADDR,
	ZW_KEY_CT_REPLY_IP6_SADDR,
	ZW_KEY_IP_OPTION_LSRR, /* 1: present */
	ZW_KEY_IP_OPTION_SSRR,
	ZW_KEY_IP6_ROUTING, /* 1: the header exists */
	ZW_KEY_IP6_FRAGMENT,
	ZW_KEY_COUNT,
};

/* How a field is loaded. */
enum zw_key_source {
	ZW_FROM_META,	 /* a: key */
	ZW_FROM_PAYLOAD, /* a: base, b: offset */
	ZW_FROM_CT,	 /* a: key, b: direction or -1 */
	ZW_FROM_EXTHDR,	 /* a: operation, b: type; presence */
	ZW_FROM_RT,	 /* a: key */
	ZW_FROM_XFRM,	 /* a: key, b: 0 in, 1 out */
};

struct zw_key_info {
	const char *nft;  /* as nft spells it */
	const char *type; /* nft's name of its type */
	u8 datatype;	  /* nft's number of its type */
	u8 bytes;
	bool host_order;
	enum zw_key_source source;
	int a, b;
	u8 nfproto; /* what the rule must have tested before: 0, 2, 10 */
	u8 l4proto; /* likewise; 0: nothing */
};

const struct zw_key_info *zw_key_info(enum zw_key field);

#define ZW_PLAN_KEY_FIELDS 5
#define ZW_PLAN_DYNAMIC_SIZE 65535

enum zw_plan_test {
	ZW_TEST_EQ,	  /* field == value */
	ZW_TEST_RANGE,	  /* value <= field <= other; both in network order,
			   * also where the field is not */
	ZW_TEST_MASK_EQ,  /* (field & other) == value */
	ZW_TEST_MASK_ANY, /* (field & other) != 0 */
	ZW_TEST_IN,	  /* the fields, concatenated, are in SET */
	ZW_TEST_MAP, /* likewise; the verdict is the element's. Last match of
		      * its rule, whose own verdict is ZW_PLAN_CONTINUE; or, for
		      * a map of data, ZW_PLAN_DNAT */
};

/* Values are as the field's bytes stand in a register: network order, ct state
 * in host order. */
struct zw_plan_match {
	enum zw_plan_test test;
	u8 fields; /* 1, more only for ZW_TEST_IN and ZW_TEST_MAP */
	u8 field[ZW_PLAN_KEY_FIELDS]; /* enum zw_key */
	u8 value[16], other[16];
	u32 set; /* index into the plan's sets */
};

enum zw_plan_verdict {
	ZW_PLAN_CONTINUE, /* none */
	ZW_PLAN_ACCEPT,
	ZW_PLAN_DROP,
	ZW_PLAN_RETURN,
	ZW_PLAN_JUMP, /* to CHAIN */
	ZW_PLAN_GOTO,
	ZW_PLAN_REJECT_RESET,	   /* TCP reset; the rule has tested for TCP */
	ZW_PLAN_REJECT_PROHIBITED, /* ICMP administratively prohibited */
	/* In chains of translation: */
	ZW_PLAN_MASQUERADE,
	ZW_PLAN_SNAT, /* to one of ADDRESSES */
	ZW_PLAN_DNAT, /* to what the last match, a map of data, has */
};

/* A token bucket: AMOUNT packets per SECONDS (1, 60, 3600, 86400). */
struct zw_plan_limit {
	u64 amount, seconds, burst;
};

/* A bucket, or a count of connections, for each source, in SET, which the
 * rule fills: the rule goes on while there is a token, or while the source
 * has at most CONNECTIONS; not if the set is full. */
struct zw_plan_meter {
	u32 set; /* a dynamic one of one field, the source address */
	bool counts_connections;
	u32 connections;
	struct zw_plan_limit limit;
};

struct zw_plan_rule {
	struct zw_plan_match *matches;
	u32 match_count;
	/* After the matches, in this order, before the verdict: */
	struct zw_plan_meter meter; /* HAS_METER */
	struct zw_plan_limit limit; /* HAS_LIMIT */
	bool has_meter, has_limit;
	bool log;
	bool counter;
	struct zw_str counter_name; /* one of the plan's; empty: its own */
	bool clamp;		    /* lower the TCP segment size ... */
	u16 clamp_size;		    /* to this; 0: the route's */
	struct zw_str log_prefix;   /* at most 127 bytes */
	bool log_to_group;	    /* else to the kernel's log */
	u32 log_group;
	enum zw_plan_verdict verdict;
	u32 chain; /* of JUMP and GOTO: index into the plan's chains */
	enum zw_family family; /* of SNAT and DNAT */
	struct zw_interval addresses;
	struct zw_span span; /* of the statement; ZW_NO_SPAN if none asks */
	struct zw_str place; /* the comment: "hq.zw:14,17"; at most 127 bytes */
};

enum zw_plan_hook {
	ZW_PLAN_PREROUTING, /* numbers as the kernel's */
	ZW_PLAN_INPUT,
	ZW_PLAN_FORWARD,
	ZW_PLAN_OUTPUT,
	ZW_PLAN_POSTROUTING,
	ZW_PLAN_NO_HOOK, /* a regular chain */
};

/* Base chains of FILTER drop what falls off their end; the others, which
 * decide nothing, accept. */
enum zw_plan_chain_type {
	ZW_PLAN_FILTER,
	ZW_PLAN_NAT,
	ZW_PLAN_ALTER, /* of type filter, with policy accept */
};

struct zw_plan_chain {
	struct zw_str name;
	enum zw_plan_hook hook;
	int priority;		      /* of a base chain */
	enum zw_plan_chain_type type; /* of a base chain */
	ZW_VEC(struct zw_plan_rule) rules;
};

/* One element of a set or map: the fields' bytes one after the other, without
 * padding. In an interval set HI is the inclusive end, field by field; NULL if
 * every field is a single value. */
struct zw_plan_element {
	const u8 *lo, *hi;
	enum zw_plan_verdict verdict; /* of a map */
	u32 chain;		      /* of a map's JUMP and GOTO */
	u128 address;		      /* of a map of data */
	u16 port;
	struct zw_str place; /* the element's comment; may be empty */
};

/* A set or verdict map. One field and not INTERVAL, or several and not
 * INTERVAL: hash. One field and INTERVAL: sorted disjoint ranges (rbtree).
 * Several and INTERVAL: boxes of which no two overlap (pipapo). */
struct zw_plan_set {
	struct zw_str name;
	u8 fields;
	u8 field[ZW_PLAN_KEY_FIELDS]; /* for the types; users of one set may
				       * load others of the same type */
	u8 key_bytes; /* sum of the fields' bytes, without padding */
	bool interval;
	bool map;  /* to verdicts */
	bool data; /* a map to addresses of FAMILY and ports */
	/* Filled by rules; at most DYNAMIC_SIZE elements, each forgotten
	 * TIMEOUT seconds after its last use; 0: never. */
	bool dynamic;
	u32 timeout;
	/* Either a list of elements ... */
	ZW_VEC(struct zw_plan_element) elements;
	/* ... or, for a set of addresses alone, these, not copied. */
	bool is_addresses;
	enum zw_family family;
	struct zw_intervals addresses;
	struct zw_span span;
	struct zw_str place; /* of the statement that first needs it */
};

struct zw_plan {
	struct zw_arena *arena;
	ZW_VEC(struct zw_plan_chain) chains; /* the base chains first */
	ZW_VEC(struct zw_plan_set) sets;
	/* Counters with a name, which rules share and reloads leave alone. */
	ZW_VEC(struct zw_str) counters;
};

#define ZW_PLAN_NAME_BYTES 200

/* The name of an object in the kernel: NAME, and "_g17" behind it if GENERATION
 * is not 0 and the object is replaced at reloads. Returns OUT. */
char *zw_plan_name(char out[ZW_PLAN_NAME_BYTES], struct zw_str name,
		   bool replaced, u32 generation);

size_t zw_plan_set_size(const struct zw_plan_set *set);
/* Element INDEX of SET, which may be one of addresses: its ends in network
 * order, LO and HI with room for key_bytes. */
void zw_plan_set_element(const struct zw_plan_set *set, size_t index, u8 *lo,
			 u8 *hi);

/* How many expressions a match becomes; a rule behind its matches; a rule. */
size_t zw_plan_match_expressions(const struct zw_plan_match *match);
size_t zw_plan_action_expressions(const struct zw_plan *plan,
				  const struct zw_plan_rule *rule);
size_t zw_plan_rule_expressions(const struct zw_plan *plan,
				const struct zw_plan_rule *rule);

#endif
