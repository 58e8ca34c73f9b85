/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the decoder's files share: the state while messages are played.
 *
 * Law: NOW is the kernel's next generation. A message either changes NOW, or
 * refuses (zw_decode_refuse) and leaves the transaction to be rolled back; no
 * handler needs to undo anything. Elements of sets are collected as changes
 * and put in order when the transaction ends (zw_decode_settle). */
#ifndef ZW_VERIFIER_DECODE_INTERNAL_H
#define ZW_VERIFIER_DECODE_INTERNAL_H

#include "base/map.h"
#include "verifier/decode.h"
#include "verifier/wire.h"

#define ZW_OBJECT_NAME_MAX 255 /* NFT_NAME_MAXLEN - 1 */

/* Numbers of messages and attributes that older headers lack. */
#define ZW_MSG_DESTROYTABLE 26
#define ZW_MSG_DESTROYFLOWTABLE 32
#define ZW_CHAIN_BINDING 4u
#define ZW_DEVICE_PREFIX 2 /* NFTA_DEVICE_PREFIX */

/* One step of a set's history: an element added or taken away, as one of the
 * two ends where the set is a tree of intervals. */
struct zw_change {
	const u8 *key;	   /* NULL: the catch-all element */
	const u8 *key_end; /* BOXES: upper corner; else NULL */
	union {
		const u8 *data; /* data_len bytes, or NULL */
		struct zw_ruling ruling;
		u32 object;
	};
	u32 message;
	u8 marks;     /* ZW_ELEM_* */
	bool end : 1; /* the exclusive end of an interval */
	bool remove : 1;
	bool exclusive : 1; /* adding what is there is an error */
	bool lenient : 1;   /* removing what is not there is no error */
};

/* Changes of one set that are not in its elements yet. */
struct zw_changes {
	struct zw_change *v; /* of the heap */
	size_t n, cap;
	bool cleared; /* drop what the set had before the list */
};

struct zw_rule_id {
	u32 id; /* NFTA_RULE_ID, for this transaction */
	u32 chain;
	const struct zw_rule *rule;
};

enum zw_name_kind {
	ZW_NAME_TABLE, /* parent: the family */
	ZW_NAME_CHAIN, /* parent: the table; and so below */
	ZW_NAME_SET,
	ZW_NAME_OBJECT, /* + the object's type */
	ZW_NAME_FLOWTABLE = ZW_NAME_OBJECT + 32,
};

struct zw_decoder {
	struct zw_arena *arena;	  /* of the result */
	struct zw_arena *scratch; /* until the end of decoding */
	struct zw_diags *diags;
	struct zw_ruleset now, before;
	struct zw_map names;		   /* see zw_decode_find */
	ZW_VEC(struct zw_changes) changes; /* [set] */
	ZW_VEC(struct zw_rule_id) ids;
	u32 message; /* number of the current one */
	struct zw_message current;
	u32 registered;		    /* base chains so far */
	u32 first_chain, first_set; /* made in this transaction: from here */
	bool in_batch;
	bool refused; /* the current batch */
	bool error;   /* anywhere */
};

/* The kernel would answer this message with an error. FORMAT says why. */
void zw_decode_refuse(struct zw_decoder *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Something that was not understood; a warning. */
void zw_decode_doubt(struct zw_decoder *d, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Names that are alive in NOW. The result is the number in its vector. */
u32 zw_decode_find(const struct zw_decoder *d, unsigned kind, u32 parent,
		   struct zw_str name);
/* NUMBER may be ZW_NONE: the name is free again. */
void zw_decode_name(struct zw_decoder *d, unsigned kind, u32 parent,
		    struct zw_str name, u32 number);

/* The table that ATTR names in the message's family; ZW_NONE after refusing. */
u32 zw_decode_table(struct zw_decoder *d, const struct zw_attr *attr);
/* Attributes at the message's level; false after refusing broken ones. */
bool zw_decode_attrs(struct zw_decoder *d, struct zw_attrs *attrs, u16 max);
bool zw_decode_flag(const struct zw_decoder *d, u16 flag);

/* Handlers, one for each kind of message (decode_table.c, decode_chain.c,
 * decode_rule.c, decode_set.c, decode_object.c). LENIENT: DESTROY, for which
 * absence is no error. */
void zw_decode_newtable(struct zw_decoder *d);
void zw_decode_deltable(struct zw_decoder *d, bool lenient);
void zw_decode_newchain(struct zw_decoder *d);
void zw_decode_delchain(struct zw_decoder *d, bool lenient);
void zw_decode_newrule(struct zw_decoder *d);
void zw_decode_delrule(struct zw_decoder *d, bool lenient);
void zw_decode_newset(struct zw_decoder *d);
void zw_decode_delset(struct zw_decoder *d, bool lenient);
void zw_decode_newelements(struct zw_decoder *d);
void zw_decode_delelements(struct zw_decoder *d, bool lenient);
void zw_decode_newobject(struct zw_decoder *d);
void zw_decode_delobject(struct zw_decoder *d, bool lenient);
void zw_decode_newflowtable(struct zw_decoder *d);
void zw_decode_delflowtable(struct zw_decoder *d, bool lenient);

/* Take a thing off its table and free its name. */
void zw_decode_drop_chain(struct zw_decoder *d, u32 chain);
void zw_decode_drop_set(struct zw_decoder *d, u32 set);
void zw_decode_drop_object(struct zw_decoder *d, u32 object);
void zw_decode_drop_flowtable(struct zw_decoder *d, u32 flowtable);

/* Hook devices in the nest ATTR (NFTA_HOOK_DEVS and the like), and one name. */
void zw_decode_devices(struct zw_decoder *d, const struct zw_attr *list,
		       const struct zw_attr *one, zw_devices *devices,
		       const char **doubt);

/* A nest of struct nft_data: a verdict, or bytes. False after refusing. */
struct zw_decoded_data {
	bool is_ruling;
	struct zw_ruling ruling;
	const u8 *bytes;
	u32 len;
};
bool zw_decode_data(struct zw_decoder *d, u32 table, const struct zw_attr *attr,
		    struct zw_decoded_data *data);

/* One expression (NAME, DATA) of a rule of TABLE. WRITTEN has a bit for each
 * register slot that the rule has written so far. False after refusing. */
bool zw_decode_expr(struct zw_decoder *d, u32 table, const struct zw_attr *list,
		    u32 *written, struct zw_expr *expr);
/* Can this expression (a list of them) of a set's element break the rule, or is
 * it not known? */
bool zw_decode_expr_breaks(const struct zw_attr *expr);
bool zw_decode_list_breaks(const struct zw_attr *list);
/* The set that a rule of TABLE names or numbers; ZW_NONE after refusing. */
u32 zw_decode_set_ref(struct zw_decoder *d, u32 table,
		      const struct zw_attr *name, const struct zw_attr *id);

/* Put the collected changes into the sets' elements; refuse what the kernel
 * would. */
void zw_decode_settle(struct zw_decoder *d);
/* Forget the changes of one set. */
void zw_decode_forget(struct zw_decoder *d, u32 set);
/* What the kernel checks about the whole at commit: nothing that is gone is
 * still referred to, jumps do not loop; bound sets and chains that lost their
 * rule go. */
void zw_decode_check_references(struct zw_decoder *d);

#endif
