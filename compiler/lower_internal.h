/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the lowering share. Law: a rule is drafted on the stack,
 * match by match, and enters the plan by zw_draft_end() alone; sets and
 * service sets of equal content are one set. Only lower*.c include this. */
#ifndef ZW_COMPILER_LOWER_INTERNAL_H
#define ZW_COMPILER_LOWER_INTERNAL_H

#include "base/assert.h"
#include "base/map.h"
#include "compiler/model.h"
#include "compiler/plan.h"

#define ZW_NONE UINT32_MAX
#define ZW_CHAIN_LIMIT 2000    /* rules */
#define ZW_BOX_SET_LIMIT 20000 /* elements of a concatenated interval set */
#define ZW_PAIR_MAP_LIMIT 4096 /* combinations of interfaces in one map */

/* Interfaces that the same zones share, in order of first appearance. */
struct zw_port_class {
	struct zw_str name; /* for chains: "office", "office/guest" */
	ZW_VEC(struct zw_interface) interfaces;
	ZW_VEC(u32) zones; /* ascending */
	/* One zone, whatever IPsec says: prerouting has tested the source, but
	 * for addresses that the forward chain drops by name. */
	bool trusted;
};

/* One way from zone to zone, with what decides it. */
struct zw_grant {
	u32 from, to;
	u32 rule; /* index */
	const struct zw_rule_pair *pair;
};

struct zw_lowering {
	struct zw_arena *arena;
	const struct zw_model *model;
	struct zw_plan *plan;
	ZW_VEC(struct zw_port_class) classes;
	struct zw_grant *grants; /* by from, to, rule */
	size_t grant_count;
	bool *opens;		      /* [from][to], ZW_SELF as the last */
	struct zw_map sets;	      /* content or name -> set */
	struct zw_map address_places; /* where a set stands -> id */
	struct zw_map address_ids[ZW_FAMILY_COUNT]; /* content -> id */
	ZW_VEC(u32) address_sets;		    /* id -> set, or ZW_NONE */
	struct zw_map chains; /* what it is for -> chain */
	u32 numbers;	      /* of sets that no zone names */
	u32 reject;	      /* chain, or ZW_NONE */
	u32 drop; /* the chain that logs what falls; ZW_NONE: nothing does */
	bool translating;    /* chains made now decide nothing: no final drop */
	struct zw_str place; /* of what no line asks */
};

/* ---- lower_build.c: chains, rules, sets ---- */

struct zw_draft {
	struct zw_plan_match matches[12];
	u32 n;
};

/* Append a match. Values are integers, laid out as the field's bytes are. */
void zw_draft_equal(struct zw_draft *draft, enum zw_key key, u64 value);
void zw_draft_range(struct zw_draft *draft, enum zw_key key, u64 lo, u64 hi);
void zw_draft_any(struct zw_draft *draft, enum zw_key key, u64 mask);
/* A lookup of the set's own fields; zw_draft_lookup_as() of another field of
 * the same type in a set of one field. */
void zw_draft_lookup(struct zw_lowering *l, struct zw_draft *draft, u32 set);
void zw_draft_lookup_as(struct zw_lowering *l, struct zw_draft *draft, u32 set,
			enum zw_key key);
void zw_draft_family(struct zw_draft *draft, enum zw_family family);
void zw_draft_interface(struct zw_draft *draft, enum zw_key key,
			struct zw_str name);
void zw_draft_address(struct zw_draft *draft, enum zw_key key,
		      enum zw_family family, u128 value);
/* KEY (an address of FAMILY) lies in SET, which must not be empty. The family
 * is tested as well, also where SET is all of it. NAME is for a set made now;
 * empty: a number. */
void zw_draft_addresses(struct zw_lowering *l, struct zw_draft *draft,
			enum zw_key key, enum zw_family family,
			struct zw_intervals set, struct zw_str name);
/* A number that equal sets of addresses of one family have in common. */
u32 zw_lower_address_id(struct zw_lowering *l, enum zw_family family,
			struct zw_intervals set);
/* The members of ZONE, as a source if KEY is one. */
struct zw_ipset zw_lower_members(const struct zw_lowering *l, enum zw_key key,
				 u32 zone);
/* Can anything of FAMILY come from ZONE? */
bool zw_lower_sends(const struct zw_lowering *l, u32 zone,
		    enum zw_family family);
/* KEY lies in the members of ZONE. */
void zw_draft_members(struct zw_lowering *l, struct zw_draft *draft,
		      enum zw_key key, enum zw_family family, u32 zone);

struct zw_cause {
	struct zw_span span;
	struct zw_str place;
};

struct zw_plan_rule *zw_draft_end(struct zw_lowering *l,
				  const struct zw_draft *draft, u32 chain,
				  enum zw_plan_verdict verdict, u32 target,
				  struct zw_cause cause);
/* The same for what no line asks. */
void zw_lower_rule(struct zw_lowering *l, const struct zw_draft *draft,
		   u32 chain, enum zw_plan_verdict verdict);
void zw_lower_rule_to(struct zw_lowering *l, const struct zw_draft *draft,
		      u32 chain, enum zw_plan_verdict verdict, u32 target);
/* An unconditional drop, logged where the policy says so. */
void zw_lower_final_drop(struct zw_lowering *l, u32 chain);

u32 zw_lower_chain(struct zw_lowering *l, struct zw_str name);
u32 zw_lower_base_chain(struct zw_lowering *l, const char *name,
			enum zw_plan_hook hook, int priority);
/* The chain that rejects. */
u32 zw_lower_reject_chain(struct zw_lowering *l);

u32 zw_lower_set(struct zw_lowering *l, struct zw_str name, bool interval,
		 bool map, const enum zw_key *keys, unsigned n,
		 struct zw_cause cause);
/* Append an element; HI may be NULL. Both are copied. */
struct zw_plan_element *zw_lower_set_add(struct zw_lowering *l, u32 set,
					 const u8 *lo, const u8 *hi);
/* A hash of values of one byte, under NAME. */
u32 zw_lower_byte_set(struct zw_lowering *l, const char *name, enum zw_key key,
		      const u8 *values, size_t n);
struct zw_str zw_lower_number_name(struct zw_lowering *l, const char *what);
struct zw_cause zw_lower_no_cause(const struct zw_lowering *l);
/* A comment as the kernel and nft can keep it: 127 bytes, no quote. */
struct zw_str zw_lower_comment(struct zw_arena *arena, struct zw_str place);
/* A chain kept under KEY (which is not copied), or ZW_NONE. */
u32 zw_lower_known_chain(const struct zw_lowering *l, struct zw_str key);

/* ---- lower_ports.c: interfaces ---- */

void zw_lower_find_classes(struct zw_lowering *l);
/* What a zone is called in names of objects. */
struct zw_str zw_lower_zone_label(struct zw_lowering *l, u32 zone);

/* Ways by interface to a verdict: CLASS_OUT may be ZW_NONE, and CLASS_IN. */
struct zw_way {
	u32 in, out;   /* classes */
	int direction; /* 0, 1; -1: any */
	enum zw_plan_verdict verdict;
	u32 chain;
};
typedef ZW_VEC(struct zw_way) zw_ways;

/* Make the map (or maps) NAME of the ways, which all name IN, or all OUT, or
 * both, and return the match that looks them up, appended to DRAFT. WAYS must
 * not be empty. */
void zw_draft_ways(struct zw_lowering *l, struct zw_draft *draft,
		   const char *name, const zw_ways *ways);
/* The set of the interfaces of the classes CHOSEN, as a match of KEY. */
void zw_draft_classes(struct zw_lowering *l, struct zw_draft *draft,
		      const char *name, enum zw_key key, const bool *chosen);

/* The packet's IPsec bit as ZONE demands. */
void zw_draft_ipsec(struct zw_lowering *l, struct zw_draft *draft, u32 zone,
		    bool out);
/* How a packet came or goes, as a zone would have it. */
struct zw_ipsec_test {
	enum zw_ipsec ipsec;
	bool has_reqid;
	u32 reqid;
};
typedef ZW_VEC(struct zw_ipsec_test) zw_ipsec_tests;

/* What the zones of a class for which WANTED holds take, as tests of which no
 * two hold for one packet; JOINED: as few as will do, else every zone takes
 * either all that fits a test, or nothing. */
zw_ipsec_tests zw_lower_ipsec_tests(struct zw_lowering *l,
				    const struct zw_port_class *class,
				    bool (*wanted)(const struct zw_zone *zone),
				    bool joined);
bool zw_ipsec_takes(const struct zw_zone *zone, struct zw_ipsec_test test);
void zw_draft_ipsec_test(struct zw_draft *draft, struct zw_ipsec_test test,
			 bool out);

/* ---- lower_turns.c: which of several zones? ---- */

/* What a packet of ZONE meets. */
struct zw_turn {
	u32 zone;
	enum zw_plan_verdict verdict;
	u32 chain;
};
typedef ZW_VEC(struct zw_turn) zw_turns;

/* Where it is asked: in CHAIN, of packets of FAMILY for which BEFORE holds,
 * whose KEY (source or destination address) is tested. OUT: where they go. */
struct zw_junction {
	u32 chain;
	enum zw_family family;
	enum zw_key key;
	bool out;
	struct zw_draft before;
};

/* Could a packet be of two of the zones? */
bool zw_lower_turns_meet(const struct zw_lowering *l,
			 const struct zw_junction *at, const zw_turns *turns);
/* Rules in the junction's chain; packets of none of the zones go on. */
void zw_lower_turns(struct zw_lowering *l, const struct zw_junction *at,
		    const zw_turns *turns);
/* Junctions of a packet's own source and destination. */
struct zw_junction zw_lower_by_source(u32 chain, enum zw_family family);
struct zw_junction zw_lower_by_destination(u32 chain, enum zw_family family);

/* ---- lower_rules.c ---- */

bool zw_lower_opens(const struct zw_lowering *l, u32 from, u32 to);
/* The chain that decides new packets of FAMILY from FROM to TO, whose sides
 * have been tested; ZW_NONE if no rule lets any pass or rejects any. */
u32 zw_lower_rules_chain(struct zw_lowering *l, u32 from, u32 to,
			 enum zw_family family);
/* Likewise for DHCP to the gateway that fits TEST, where several zones of a
 * class may all be meant: the rules from whole zones, and all rules of those
 * that have its source among their own. */
u32 zw_lower_dhcp_chain(struct zw_lowering *l,
			const struct zw_port_class *class,
			struct zw_ipsec_test test, enum zw_family family);

/* Must DHCP be asked for before a source is found to be one zone's alone? */
bool zw_lower_dhcp_first(struct zw_lowering *l,
			 const struct zw_port_class *class);

/* ---- lower_options.c ---- */

bool zw_lower_has_options(const struct zw_rule_options *options);
/* May the chain of a rule with OPTIONS return, so that others are asked? */
bool zw_lower_may_return(const struct zw_rule_options *options,
			 enum zw_action action);
/* The chain NAME that decides what a rule with OPTIONS has matched. */
u32 zw_lower_options_chain(struct zw_lowering *l,
			   const struct zw_rule_options *options,
			   enum zw_action action, struct zw_str name,
			   struct zw_cause cause);
/* From now on final drops are logged, if the policy says so. */
void zw_lower_drop_log(struct zw_lowering *l);

/* ---- lower_nat.c ---- */

/* What is published to the zone FROM: matches of the connection's original
 * destination and the host, with a verdict. LABEL tells gates of different
 * verdicts apart in names. */
struct zw_gate {
	u32 from;
	enum zw_family family;
	enum zw_plan_verdict verdict;
	u32 target;
	struct zw_str label;
	struct zw_draft before; /* tested first */
};

/* Hand PUT the rules of a gate for the N publishes in LIST, which is reordered:
 * one, and one more for each narrower set of sources. */
void zw_lower_gate(struct zw_lowering *l, const struct zw_gate *gate, u32 *list,
		   size_t n,
		   void (*put)(struct zw_lowering *l, void *context,
			       const struct zw_draft *draft,
			       struct zw_cause cause),
		   void *context);
/* Does publish INDEX let FROM reach a host in TO (ZW_NONE: anywhere)? */
bool zw_lower_publishes(const struct zw_lowering *l, u32 index, u32 from,
			u32 to, enum zw_family family);
/* KEY is one of SIDE; all of a zone's members are tested with the zone. */
void zw_draft_side(struct zw_lowering *l, struct zw_draft *draft,
		   enum zw_key key, enum zw_family family, u32 zone,
		   const struct zw_ipset *side);
/* Is ZONE one of CLASS (NULL: is it the gateway)? */
bool zw_lower_holds(const struct zw_port_class *class, u32 zone);
/* The chains that translate, if there are any. */
void zw_lower_publish(struct zw_lowering *l);
void zw_lower_sources(struct zw_lowering *l);

/* ---- lower_clamp.c ---- */

/* The chains that lower segment sizes, if there are any. */
void zw_lower_clamps(struct zw_lowering *l);

/* ---- lower_own.c ---- */

/* KEY is one of the addresses of PUBLICATION's interface, by a set that has
 * them alone, so that nothing else travels when they change. */
void zw_draft_own(struct zw_lowering *l, struct zw_draft *draft,
		  enum zw_key key, const struct zw_publication *publication);

/* ---- lower_cover.c ---- */

#define ZW_CELL_FIELDS 4

/* A box: one interval for each field. */
struct zw_cell {
	u128 lo[ZW_CELL_FIELDS], hi[ZW_CELL_FIELDS];
	u32 cause; /* whatever the caller means by it */
};

typedef ZW_VEC(struct zw_cell) zw_cells;

/* The union of CELLS as boxes of which no two overlap, appended to OUT; false,
 * OUT as before, if that takes more than LIMIT boxes. CELLS are reordered. */
bool zw_lower_cover(struct zw_arena *arena, struct zw_cell *cells, size_t n,
		    unsigned fields, size_t limit, zw_cells *out);

/* ---- lower_boxes.c: what one run of rules matches, as few lookups ---- */

/* Services with one pair of sides; sides of all addresses are NULL. */
struct zw_box {
	const struct zw_intervals *src, *dst;
	u32 src_id, dst_id; /* equal ids: equal sets */
	struct zw_service_item *items;
	u32 *item_causes; /* indices into the run's causes */
	size_t n;
};

struct zw_run {
	enum zw_family family;
	u32 chain;
	enum zw_plan_verdict verdict;
	u32 target;
	struct zw_box *boxes;
	size_t n;
	const struct zw_cause *causes;
};

void zw_lower_run(struct zw_lowering *l, struct zw_run *run);
/* One more rule of the run. */
void zw_lower_run_rule(struct zw_lowering *l, struct zw_run *run,
		       const struct zw_draft *draft, struct zw_cause cause);

/* ---- lower_services.c ---- */

enum zw_piece_kind {
	ZW_PIECE_PROTOCOL,
	ZW_PIECE_PORTS,
	ZW_PIECE_ICMP,
	ZW_PIECE_KINDS,
};

/* What one item of a service is in the last two fields of a cell. */
struct zw_piece {
	enum zw_piece_kind kind;
	u8 lo[2], hi[2]; /* protocol and nothing; type and code */
	u8 proto;
	u16 port_lo, port_hi;
	u32 cause;
};
typedef ZW_VEC(struct zw_piece) zw_pieces;

/* What ICMP is to FAMILY. */
u8 zw_lower_icmp(enum zw_family family);
/* A box's services: disjoint, by protocol, then by key. */
zw_pieces zw_lower_pieces(struct zw_lowering *l, enum zw_family family,
			  const struct zw_box *box);
/* "hq.zw:14,17": the lines of N causes of the run, as many as a comment holds.
 * CAUSES are sorted. */
struct zw_cause zw_lower_joint_cause(struct zw_lowering *l,
				     const struct zw_run *run, u32 *causes,
				     size_t n);

/* ---- lower_cells.c: cells as sets ---- */

/* What stands in the fields of cells of one kind of services: the addresses
 * first, until the fields are ordered for a set. */
struct zw_layout {
	enum zw_family family;
	enum zw_piece_kind kind;
	unsigned addresses; /* 0, 1, 2 */
	unsigned fields;
	enum zw_key keys[ZW_CELL_FIELDS];
};

struct zw_layout zw_lower_layout(enum zw_family family, enum zw_piece_kind kind,
				 bool src, bool dst);
/* Fill in the cell's fields behind the addresses, and its cause. */
void zw_lower_cell_piece(struct zw_cell *cell, const struct zw_layout *layout,
			 const struct zw_piece *piece);
/* Rules of the run that match PREFIX and the CELLS, which are reordered. With
 * COMMENTS elements say where they come from. */
void zw_lower_cells(struct zw_lowering *l, struct zw_run *run,
		    const struct zw_layout *layout,
		    const struct zw_draft *prefix, zw_cells *cells,
		    bool comments);

/* ---- the hooks ---- */

void zw_lower_prerouting(struct zw_lowering *l, u32 chain);
void zw_lower_forward(struct zw_lowering *l, u32 chain);
void zw_lower_input(struct zw_lowering *l, u32 chain);
void zw_lower_output(struct zw_lowering *l, u32 chain);

/* Tests of a zone's side: addresses and IPsec. */
void zw_lower_test_source(struct zw_lowering *l, struct zw_draft *draft,
			  enum zw_family family, u32 zone);
void zw_lower_test_destination(struct zw_lowering *l, struct zw_draft *draft,
			       enum zw_family family, u32 zone);
/* The source of the quoted flow, as the tuple of DIRECTION has it. */
void zw_lower_test_quoted(struct zw_lowering *l, struct zw_draft *draft,
			  enum zw_family family, int direction, u32 zone);
/* Is there any such source? Else it must not be tested for. */
bool zw_lower_quoted(const struct zw_lowering *l, enum zw_family family,
		     int direction, u32 zone);
/* What DHCP sends to the gateway from no address of its zone: 0 IPv4, 1 from
 * an IPv6 client, 2 from an IPv6 server. */
void zw_draft_dhcp(struct zw_lowering *l, struct zw_draft *draft,
		   unsigned which);
struct zw_intervals zw_lower_link_local(struct zw_lowering *l);
bool zw_lower_names_networks(const struct zw_zone *zone);
bool zw_lower_any_zone(const struct zw_zone *zone);

/* The two sets of ICMP types that are errors. */
u32 zw_lower_error_types(struct zw_lowering *l, enum zw_family family);
/* "ICMP error of FAMILY", appended. */
void zw_draft_error(struct zw_lowering *l, struct zw_draft *draft,
		    enum zw_family family);

enum {
	ZW_STATE_ESTABLISHED = 2,
	ZW_STATE_RELATED = 4,
	ZW_STATE_NEW = 8,
};

#endif
