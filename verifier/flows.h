/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a ruleset lets begin, as a set over the few fields that an engineer
 * speaks of: interfaces, IPsec, family, protocol, ports (or ICMP type and
 * code), addresses. Law: a flow is in the set exactly if its first packet, a
 * plain one (state new, whole, without options or extension headers, a SYN if
 * it is TCP, no mark), passes the whole path; addresses are those it is sent
 * with. One or two rulesets share a space, so equal sets have equal ids. */
#ifndef ZW_VERIFIER_FLOWS_H
#define ZW_VERIFIER_FLOWS_H

#include "verifier/meaning.h"
#include "verifier/witness.h"

/* A ruleset and what its interfaces are called. */
struct zw_subject {
	const struct zw_ruleset *ruleset;
	const struct zw_statement *statement;
	/* Interfaces that are to be told apart besides. */
	const struct zw_interface *further;
	size_t n_further;
};

struct zw_flow_path {
	zw_node diagram;  /* of all packets; leaves as of zw_symbolic_path */
	zw_node accepted; /* of all packets; tests unknowns */
	zw_node legal;	  /* the packets that can exist */
	zw_node plain;	  /* those of them that are plain and new */
	/* Over the fields named above alone: what passes if the unknowns
	 * (limits, times, what nobody knows) come out well, and what passes
	 * however they come out. */
	zw_node possible, sure;
};

struct zw_flows {
	struct zw_arena *arena; /* of results */
	struct zw_space *space;
	struct zw_subject subject;
	struct zw_symbolic *symbolic;
	const struct zw_interpreter *interpreter;
	struct zw_ports ports;
	struct zw_flow_path paths[ZW_PATH_COUNT];
	/* "a limit in rule 3 of chain 'x'": the unknowns that decide about
	 * some plain packet. */
	ZW_VEC(struct zw_str) unknowns;
};

#define ZW_STUDY_MAX 2

/* Rulesets in one space. */
struct zw_study {
	struct zw_arena *arena; /* of results; outlives the study */
	struct zw_arena *scratch;
	struct zw_diagrams *d;
	struct zw_space *space;
	size_t n;
	struct zw_flows *of[ZW_STUDY_MAX];
	u32 pass_tag;	    /* a path's diagram -> what it accepts */
	const u32 *details; /* variables that are none of the fields above */
	size_t detail_count;
};

/* Decide the paths of N rulesets (all borrowed). NULL if that takes more than
 * NODE_LIMIT nodes (0: 20 million), or the fields are cut too often. */
struct zw_study *zw_study_new(struct zw_arena *arena,
			      const struct zw_subject *subjects, size_t n,
			      size_t node_limit);
void zw_study_free(struct zw_study *study);
/* To be called when variables were made since: they are details. */
void zw_study_update(struct zw_study *study);
/* Out of budget: no result made since is to be believed. */
bool zw_study_spent(const struct zw_study *study);

/* A packet of SET (over any fields, within the path's legal packets) that comes
 * out as WANTED, with its way; false if the interpreter does not confirm one,
 * or it hangs on what nobody knows. POINT: a value per variable, in the
 * arena; may be NULL. */
bool zw_flows_example(const struct zw_flows *flows, enum zw_path path,
		      zw_node set, enum zw_wanted wanted,
		      struct zw_witness *witness, const u32 **point);

#endif
