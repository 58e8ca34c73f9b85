/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may reach whom: pairs of parties, or the smallest division of all
 * addresses into classes that are treated alike. Law: a service of a pair
 * passes for some addresses of the two, for all of them where it says so; two
 * addresses are in one class exactly if no flow fares otherwise when one takes
 * the other's place, as source or as destination. */
#ifndef ZW_VERIFIER_MATRIX_H
#define ZW_VERIFIER_MATRIX_H

#include "verifier/classes.h"
#include "verifier/parties.h"

struct zw_matrix_question {
	u16 sport;			  /* of protocols with ports */
	bool unspoofed;			  /* sources are their zone's own */
	const zw_service_items *services; /* these alone; NULL: all */
};

struct zw_cell {
	bool open;	 /* anything passes */
	bool everything; /* all that can be sent, whatever its protocol */
	/* What policies call any passes for all, but for BUT (mostly empty);
	 * ALL has the rest. */
	bool any;
	struct zw_classes but;
	/* Over protocol, port, type alone. ALL: for every source and
	 * destination of the two; SOME: for some. */
	struct zw_classes all, some;
	bool sure; /* whatever the unknowns come to */
};

struct zw_matrix {
	struct zw_parties parties;
	struct zw_cell *cells; /* [from * parties + to] */
};

void zw_matrix_of(struct zw_study *study,
		  const struct zw_matrix_question *question,
		  struct zw_matrix *out);

/* ---- by address ---------------------------------------------------------- */

struct zw_address_class {
	enum zw_family family;
	struct zw_intervals addresses;
	struct zw_str name; /* its zone's, numbered where there are several */
	bool used;	    /* some flow passes from or to it */
};

/* All of the addresses FROM may reach all of the addresses TO. Numbers of
 * classes, ascending; ZW_SELF alone for the gateway. */
struct zw_address_edge {
	ZW_VEC(u32) from, to;
	enum zw_family family;
	struct zw_class services; /* only protocol, ports count */
};

struct zw_partition {
	ZW_VEC(struct zw_address_class) classes;
	ZW_VEC(struct zw_address_edge) edges; /* disjoint */
	bool complete;
};

void zw_partition_of(struct zw_study *study,
		     const struct zw_matrix_question *question,
		     struct zw_partition *out);

/* ---- shared -------------------------------------------------------------- */

/* The flows of PATH that QUESTION is about; of protocols with ports, the
 * source port is fixed and no longer tested. */
zw_node zw_matrix_flows(struct zw_study *study,
			const struct zw_matrix_question *question,
			enum zw_path path, bool sure);
/* Packets of ITEMS, in both families. */
zw_node zw_matrix_services(struct zw_space *space,
			   const zw_service_items *items);

#endif
