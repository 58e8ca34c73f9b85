/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single faults of a gateway: what one slip, one defect or one hand can put
 * wrong, made on plain values. Law: a list names each fault of its modes once,
 * in the order of the ruleset and then of the statement; making a fault changes
 * exactly what it names and leaves what it was given as it was.
 *
 * Faults of the ruleset change what nf_tables holds; those of the surroundings
 * leave it, and change what is true of interfaces and networks: then the claims
 * are held against what is, not what was written. */
#ifndef ZW_VERIFIER_FAULT_H
#define ZW_VERIFIER_FAULT_H

#include "statement/gateway.h"
#include "statement/statement.h"
#include "verifier/symbolic.h"

/* In the order in which they are listed to people. */
enum zw_fault_mode {
	ZW_FAULT_TABLE_LOST,
	ZW_FAULT_CHAIN_LOST,	 /* a base chain, with its hook */
	ZW_FAULT_POLICY_FLIPPED, /* of a base chain: accept for drop, ... */
	ZW_FAULT_RULE_LOST,
	ZW_FAULT_RULE_FLIPPED,	  /* accept for drop or reject, ... */
	ZW_FAULT_ELEMENT_LOST,	  /* of a set or map */
	ZW_FAULT_ELEMENT_FLIPPED, /* of a verdict map */
	ZW_FAULT_SPOOFING_LOST, /* a rule or element that is met before routing,
				 * where sources are checked */
	ZW_FAULT_ACCEPT_ADDED,	/* in front of a chain */
	ZW_FAULT_DNAT_ADDED,	/* of everything, to an address of a zone */
	ZW_FAULT_NOTRACK_ADDED, /* for what comes by one interface */
	ZW_FAULT_CONNTRACK_OFF, /* no packet gets an entry */
	ZW_FAULT_DEFRAGMENTATION_OFF,
	ZW_FAULT_INTERFACE_RENAMED,
	ZW_FAULT_INTERFACES_SWAPPED, /* two names, each other's */
	ZW_FAULT_INTERFACE_BRIDGED,  /* a port of a bridge */
	ZW_FAULT_NETWORK_WRONG,	     /* there is twice as much as was written */
	ZW_FAULT_MODES,
};

/* "rule-lost", ...: names for options and programs. */
const char *zw_fault_mode_name(enum zw_fault_mode mode);
/* Is the ruleset as it was? */
bool zw_fault_is_around(enum zw_fault_mode mode);

/* Which of the fields count depends on the mode; the others are ZW_NONE. */
struct zw_fault {
	enum zw_fault_mode mode;
	u32 table, chain;
	u32 position;		    /* of the rule, from 1; 0: none */
	u32 set, element;	    /* row, or ZW_NONE for the catch-all */
	u32 zone, interface;	    /* number within the zone */
	u32 other, other_interface; /* the same for the second one */
	enum zw_family family;
	struct zw_str
		what; /* "rule 3 of chain 'input' of table inet zwinger" */
	/* The same without words: "zwinger/input:3", "zwinger/@set { key }",
	 * "dmz0 (front)"; may be empty */
	struct zw_str object;
	struct zw_str place; /* "hq.zw:14", from the rule; may be empty */
};

typedef ZW_VEC(struct zw_fault) zw_faults;

/* All faults of the modes in the mask MODES (1 << mode); texts live in ARENA.
 */
void zw_faults_list(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		    const struct zw_statement *statement, u32 modes,
		    zw_faults *out);

/* Which chains lead to which, and which look into which set. */
struct zw_fault_graph;
struct zw_fault_graph *zw_fault_graph_new(struct zw_arena *arena,
					  const struct zw_ruleset *ruleset);

/* The gateway with the fault. */
struct zw_faulty {
	const struct zw_ruleset *ruleset;
	const struct zw_statement *statement;
	const struct zw_gateway *gateway; /* NULL: nothing is known of it */
	struct zw_touched touched;
};

/* Make FAULT in ARENA; what is not changed is borrowed. GRAPH is RULESET's. */
void zw_fault_make(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		   const struct zw_statement *statement,
		   const struct zw_fault_graph *graph,
		   const struct zw_fault *fault, struct zw_faulty *out);

/* The name that a renamed interface has; no zone's. In ARENA. */
struct zw_str zw_fault_new_name(struct zw_arena *arena,
				const struct zw_statement *statement);

#endif
