/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The corpus: rulesets of nft with the packets that pass, written by hand.
 *
 *	case ip saddr, a prefix
 *	expressions payload bitwise cmp
 *	family inet hook forward
 *	rule ip saddr 10.1.0.0/16 accept
 *	passes family 4 src 10.1.0.0-10.1.255.255
 *
 * CASE begins one. FAMILY and HOOK make the base chain "c" (policy drop,
 *priority 0) of a table "t"; RULE is a line of it, TABLE one before it in the
 *table, TEXT one behind the table. Instead of these, BUILT
 * has one rule of an expression that nft cannot write (tests/corpus/built.c),
 *and SAVE are lines of an iptables-save table "filter" whose policies are DROP.
 * EXPRESSIONS must all be decoded in it. A
 *line of PASSES is a box of packets that pass, MAY one of those that pass if
 *what nobody knows comes out so; the union of all is compared, within the
 *packets of WITHIN (each narrows) that are whole. LOST is a box of packets that
 *go elsewhere, or a copy of them. UNKNOWN names what must be listed as an
 *approximation, or as a way to get lost, PRINTS what the decoded ruleset must
 *say of itself; a case may have that alone where its packets are of no family
 *that is modelled. */
#ifndef ZW_TESTS_CORPUS_NOTATION_H
#define ZW_TESTS_CORPUS_NOTATION_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

typedef ZW_VEC(struct zw_str) zw_lines;

struct corpus_case {
	const char *file;
	u32 line;
	struct zw_str name;
	zw_lines expressions; /* words */
	struct zw_str family, hook, devices;
	zw_lines rules, table, text, save;
	struct zw_str built;
	zw_lines passes, may, lost, within; /* boxes */
	zw_lines unknown, prints;
};

typedef ZW_VEC(struct corpus_case) corpus_cases;

/* Append the cases of FILE; a line that means nothing is a failed check. */
void corpus_read(struct zw_arena *arena, const char *file, corpus_cases *cases);

/* The whole text for nft. */
void corpus_text(struct zw_buf *out, const struct corpus_case *c);

/* The next word of *REST, which moves on; empty at its end. */
struct zw_str corpus_word(struct zw_str *rest);

#endif
