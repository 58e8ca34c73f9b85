/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a decoded ruleset does with every packet at once: its hooks as
 * diagrams. Law: at each point of the space (a packet, and a value for each
 * unknown) the path's diagram has the verdict that nf_tables gives that packet
 * when the unknowns come out so; an unknown is a variable of its own, listed
 * in APPROXIMATIONS. What even that does not cover is listed in DOUBTS, and
 * then nothing that the diagrams say is proved. */
#ifndef ZW_VERIFIER_SYMBOLIC_H
#define ZW_VERIFIER_SYMBOLIC_H

#include "verifier/field.h"
#include "verifier/packet.h"
#include "verifier/ruleset.h"

/* The leaves of a path's diagram. */
enum zw_pass {
	ZW_PASS_DROP, /* also: what uses the packet up */
	ZW_PASS_ACCEPT,
	ZW_PASS_REJECT_RESET, /* answered with a TCP reset */
	ZW_PASS_REJECT_ADMIN, /* with ICMP "administratively prohibited" */
	ZW_PASS_REJECT_OTHER,
	/* Nobody knows where it goes, or a copy of it: the number of what was
	 * met (struct zw_symbolic, losses) stands above. */
	ZW_PASS_LOST,
	/* A leaf of a path is one of these; of what passes translated, the
	 * number of the translation (verifier/translation.h) stands above. */
	ZW_PASS_KINDS = 8,
};

static inline enum zw_pass zw_pass_of(u32 leaf)
{
	return leaf % ZW_PASS_KINDS;
}

/* An unknown: whether (or how) expression EXPR of a rule comes out. */
struct zw_approximation {
	u32 variable;
	u32 chain, position, expr; /* as in struct zw_choice */
	bool real; /* both values can occur (a limit, the time, ...); else only
		    * that nobody knows */
	bool former;   /* where the variable is 1 a set that is exchanged has
			* its former content */
	bool inverted; /* the expression lets the packet go on where the
			* variable is 0 */
	u32 predicate; /* the variable of the predicate that it is; ZW_NONE if
			* no policy can speak of it */
	const char *what; /* "a limit", "a set that changes", ... */
	u8 family, path;  /* where it was met */
};

/* Which chains and sets of a ruleset are not what they are in another one. */
struct zw_touched {
	const bool *chains; /* also: whose rules lead to such a one */
	const bool *sets;
};

struct zw_symbolic {
	struct zw_arena *arena;
	struct zw_space *space;
	const struct zw_ruleset *ruleset;
	ZW_VEC(struct zw_approximation) approximations;
	ZW_VEC(struct zw_str) doubts; /* "rule 3 of chain x in inet y: ..." */
	/* Likewise, of packets that are lost sight of; only claims about such
	 * packets hang on them. */
	ZW_VEC(struct zw_str) losses;
	u64 blames;  /* how often either was added to, or would have been */
	bool orders; /* of chains of equal priority matter */
	bool loses;  /* there are expressions that do this */
	bool reads_status; /* of entries */
	bool offloads;	   /* flows may go on past the hooks */
	struct zw_outcomes *outcomes;
	u32 to_end_tag;
	struct zw_map *lookups; /* sets already looked up, by key */
	ZW_VEC(zw_node) lookup_nodes;
	bool tracked[ZW_FAMILY_COUNT]; /* conntrack, and so defragmentation,
					* sees the family */
	/* packets with so many bytes of transport header; made when asked for
	 */
	zw_node there[ZW_LENGTH_WHOLE + 1];
	bool there_known[ZW_LENGTH_WHOLE + 1];
	zw_node first; /* of IPv4: whole packets and first fragments */
	bool first_known;
	/* By path: the packets that are asked about, by input interface, family
	 * and source alone (and, where OUT_LASTS, output interface), which no
	 * chain before source translation changes. Of others the path's diagram
	 * says nothing that counts. */
	bool out_lasts;
	bool has_care[ZW_PATH_COUNT];
	zw_node care[ZW_PATH_COUNT];
	bool has_notrack;
	bool foreign; /* from a dump: the order of chains of equal priority is
		       * not known */
	bool expects; /* helpers may be given to connections */
	bool tests_time;
	bool reads_tuples;
	bool translates[ZW_FAMILY_COUNT]; /* there are chains of type nat */
	/* The steps up to the routing decision, by path and family; made with
	 * the path. */
	struct zw_steps *arrivals[ZW_PATH_COUNT][ZW_FAMILY_COUNT];
	/* Base chains that were evaluated, by path, family and number: the
	 * moments of a mixture share them. */
	struct zw_made_chain *made[ZW_PATH_COUNT][ZW_FAMILY_COUNT];
	bool keeps; /* what it made of chains, for others to share */
	/* What chains come to, by what they say: for rulesets side by side. */
	struct zw_same_chains *same;	/* or NULL */
	const u32 *says;		/* by chain: zw_alike_chains() */
	const struct zw_symbolic *base; /* with which it is shared; or NULL */
	struct zw_touched touched;	/* where not */
	bool tests_arrival; /* of forwarded packets, the hop limit before it
			     * was decreased */
};

/* Tell the names that RULESET's chains are bound to apart. */
void zw_symbolic_cuts(struct zw_cuts *cuts, const struct zw_ruleset *ruleset);

struct zw_symbolic *zw_symbolic_new(struct zw_arena *arena,
				    struct zw_space *space,
				    const struct zw_ruleset *ruleset);

/* The same for RULESET, which is BASE's but for what TOUCHED says, in BASE's
 * space: what is the same in both is not made again. All of BASE's paths must
 * have been made, with KEEPS. Where the difference reaches further (conntrack
 * is used now, or addresses are translated) nothing is shared. Borrows BASE and
 * TOUCHED's arrays. */
struct zw_symbolic *zw_symbolic_variant(struct zw_arena *arena,
					const struct zw_symbolic *base,
					const struct zw_ruleset *ruleset,
					struct zw_touched touched);

/* RULESET in the space of OTHER, a ruleset that is mostly the same: chains that
 * say the same in both are evaluated once, whatever they are called. None of
 * OTHER's paths may have been made. */
struct zw_symbolic *zw_symbolic_beside(struct zw_arena *arena,
				       struct zw_symbolic *other,
				       const struct zw_ruleset *ruleset);

/* Of a variant that shares with its base: do packets of PATH come to the
 * routing decision alike? The path must have been made in both. */
bool zw_symbolic_arrives_alike(const struct zw_symbolic *variant,
			       enum zw_path path);

/* Of a variant that shares with its base: the packets of PATH, as they arrive,
 * that a base chain refuses in BASE and lets go on (or is not there) in the
 * variant, whatever the other chains do; empty where nothing is shared. The
 * path must have been made in both. */
zw_node zw_symbolic_let_by(struct zw_symbolic *variant, enum zw_path path);

/* NODE with every limit as the predicate that it is: two that agree in all
 * parameters count as one, as they do in a policy's meaning. For comparison
 * with it alone: two buckets need not agree. */
zw_node zw_symbolic_named(struct zw_symbolic *symbolic, zw_node node);

/* Which families' packets conntrack sees, since a rule of RULESET uses it. */
void zw_symbolic_tracked(const struct zw_ruleset *ruleset,
			 bool tracked[ZW_FAMILY_COUNT]);

/* SET as far as the fields of zw_symbolic.care tell. */
zw_node zw_symbolic_lasting(const struct zw_symbolic *symbolic, zw_node set);

/* The whole way of a packet at the ruleset's moment, in both families; leaves
 * are enum zw_pass. Stops early when the space is stale or the diagrams are
 * exhausted. */
zw_node zw_symbolic_path(struct zw_symbolic *symbolic, enum zw_path path);

/* The packets of PATH that are in SET (a set over the packet as it is behind
 * prerouting, or output) by then, before source translation; those that do not
 * get so far are asked as they arrive. The path must have been made. */
zw_node zw_symbolic_arrivals(struct zw_symbolic *symbolic, enum zw_path path,
			     zw_node set);

#endif
