/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the evaluator asks of a syntax tree: is this address in that list, is
 * this packet of that service, does this side of a rule name that zone. Law: a
 * question is answered by walking the tree; nothing is computed ahead. A zone
 * is its statement; NULL is the gateway itself. */
#ifndef ZW_TESTS_TREE_H
#define ZW_TESTS_TREE_H

#include "grammar/ast.h"
#include "tests/harness/sample.h"

typedef ZW_VEC(u128) zw_points;

struct zw_tree {
	struct zw_arena *arena;
	const struct zw_ast *ast;
	const char *folder;
	ZW_VEC(const struct zw_ast_stmt *) zones;
	/* Addresses of which every set that the policy can speak of has one,
	 * unless it is empty: both ends of each range named, and the
	 * addresses just outside. */
	zw_points points[ZW_FAMILY_COUNT];
	/* Lines of the files that defines name, as ranges. */
	ZW_VEC(struct zw_tree_file *) files;
};

void zw_tree_init(struct zw_tree *tree, struct zw_arena *arena,
		  const struct zw_ast *ast, const char *folder);

const struct zw_ast_stmt *zw_tree_zone(const struct zw_tree *tree,
				       struct zw_str name);

bool zw_tree_in_addrs(const struct zw_tree *tree, const zw_ast_addrs *addrs,
		      struct zw_ip ip);
bool zw_tree_has_network(const struct zw_ast_stmt *zone);
/* Is IP in one of ZONE's networks? */
bool zw_tree_in_networks(const struct zw_tree *tree,
			 const struct zw_ast_stmt *zone, struct zw_ip ip);
bool zw_tree_is_member(const struct zw_tree *tree,
		       const struct zw_ast_stmt *zone, struct zw_ip ip);
/* Is IP, as a source, one of ZONE's? */
bool zw_tree_is_source(const struct zw_tree *tree,
		       const struct zw_ast_stmt *zone, struct zw_ip ip);
/* Is the interface NAME, reached by IPsec (by an association of REQID) or not,
 * one of ZONE's? */
bool zw_tree_on_interface(const struct zw_tree *tree,
			  const struct zw_ast_stmt *zone, const char *name,
			  bool ipsec, u32 reqid);

/* Does SIDE name ZONE (NULL: self) with the address IP? */
bool zw_tree_side_has(const struct zw_tree *tree,
		      const struct zw_ast_side *side,
		      const struct zw_ast_stmt *zone, struct zw_ip ip);
/* Does SIDE name the whole of ZONE? */
bool zw_tree_side_has_whole(const struct zw_tree *tree,
			    const struct zw_ast_side *side,
			    const struct zw_ast_stmt *zone);
/* The one address of FAMILY that PUBLISH's host has. */
bool zw_tree_host_address(const struct zw_tree *tree,
			  const struct zw_ast_stmt *publish,
			  enum zw_family family, u128 *value);
/* The last address of a literal. */
u128 zw_tree_last_of(const struct zw_ast_addr *addr);
/* A side that is one zone by name, narrowed or not. */
bool zw_tree_side_is_one_zone(const struct zw_ast_side *side);

/* Is a packet of PROTO with these ports, or type and code, one of SERVICES? */
bool zw_tree_in_services(const struct zw_tree *tree,
			 const zw_ast_services *services, enum zw_family family,
			 u8 proto, u16 first, u16 second);
/* The inner port that PUBLISH pairs with the outer port OUTER of PROTO: both
 * lists are read in the order written, port by port, for each protocol. */
bool zw_tree_paired_port(const struct zw_tree *tree,
			 const struct zw_ast_stmt *publish, u8 proto, u16 outer,
			 u16 *inner);
/* Is there any packet of SERVICES in FAMILY that rules decide about? */
bool zw_tree_services_in_family(const struct zw_tree *tree,
				const zw_ast_services *services,
				enum zw_family family);
/* Redirects and messages of the link: no rule decides about them. */
bool zw_tree_undecided_type(enum zw_family family, u8 proto, u16 type);

#endif
