/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files on extensions of iptables share in the symbolic evaluation.
 * Law: each gives the set of packets for which something holds, within the
 * rule at hand. */
#ifndef ZW_VERIFIER_SYMBOLIC_XT_H
#define ZW_VERIFIER_SYMBOLIC_XT_H

#include "verifier/symbolic_rule.h"
#include "verifier/xt.h"

static inline struct zw_space *zw_run_space(const struct zw_rule_run *run)
{
	return run->scene->s->space;
}

static inline zw_node zw_xt_inverted(const struct zw_rule_run *run, zw_node set,
				     bool invert)
{
	return invert ? zw_not(zw_run_diagrams(run), set) : set;
}

/* (FIELD & MASK) == WANTED, of BITS bits. Where the field must be cut first,
 * it is unknown for now. */
zw_node zw_xt_masked(const struct zw_rule_run *run, u32 i, u32 field, u32 bits,
		     u32 mask, u32 wanted);
/* TEST holds of the ports in the fields SPORT and DPORT. */
zw_node zw_xt_ports(const struct zw_rule_run *run,
		    const struct zw_xt_port_test *test, u32 sport, u32 dport);
/* The packet has an entry of conntrack here. */
zw_node zw_xt_has_entry(const struct zw_rule_run *run);

/* Larger matches: symbolic_xt_conntrack.c, symbolic_xt_more.c. */
zw_node zw_xt_conntrack(const struct zw_rule_run *run, const struct zw_xt *xt,
			u32 i);
zw_node zw_xt_more(const struct zw_rule_run *run, const struct zw_xt *xt,
		   u32 i);

/* The string of eight bits that the type of service, or the traffic class, is;
 * highest first. */
void zw_xt_tos_bits(const struct zw_rule_run *run, zw_bit string[8]);
/* (type of service & MASK) == WANTED. */
zw_node zw_xt_tos(const struct zw_rule_run *run, u32 i, u8 mask, u8 wanted);

/* What is said of a rule whose extension is not known. */
const char *zw_xt_not_known(const struct zw_rule_run *run,
			    const struct zw_expr *expr, const char *what);

#endif
