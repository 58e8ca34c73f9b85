/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several gateways under one policy, and the zones that lie between them. Law:
 * zones have the same numbers in every gateway's statement and here; what a
 * gateway's own statement says is decided on its bytes alone, and what is
 * said here on the bytes of all of them: a flow starts in a zone, at every
 * gateway that has an interface of its own there, and goes from gateway to
 * gateway over the zones of links until one of them sends it out by an
 * interface that is no link's, or takes it for itself. */
#ifndef ZW_STATEMENT_NETWORK_H
#define ZW_STATEMENT_NETWORK_H

#include "statement/statement.h"

/* A zone that joins gateways: whatever one of them sends out by its interface
 * there can arrive at each of the others by theirs. Hosts may be in it too,
 * and send what they like. */
struct zw_network_link {
	u32 zone;
	ZW_VEC(u32) gateways; /* two or more; indexes below */
	struct zw_span span;
};

/* Where a zone lies as one gateway sees it. */
enum zw_attachment {
	ZW_ATTACHED_NOT,    /* it has no interface there */
	ZW_ATTACHED_HERE,   /* by interfaces of its own */
	ZW_ATTACHED_BEYOND, /* by the interface of a link on the way to it */
};

struct zw_network_gateway {
	struct zw_str name;
	struct zw_span span;
	/* All zones of the policy, with this gateway's interfaces, and nothing
	 * else: what holds at a gateway is stated for its own proof. */
	const struct zw_statement *statement;
	const enum zw_attachment *attached; /* by zone */
};

struct zw_network {
	ZW_VEC(struct zw_network_gateway) gateways; /* in the text's order */
	ZW_VEC(struct zw_network_link) links;
	/* To be decided end to end; zones and terms as in a statement, ZW_SELF
	 * being any of the gateways. The built-in ones first. */
	ZW_VEC(struct zw_claim) claims;
	const struct zw_statement
		*policy; /* without any gateway's interfaces */
};

#endif
