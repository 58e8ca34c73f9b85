/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a set of packets to one packet that can be sent. Law: a witness that
 * these functions give has been run by the concrete interpreter and came out
 * as was asked; where no such packet is found there is none. */
#ifndef ZW_VERIFIER_WITNESS_H
#define ZW_VERIFIER_WITNESS_H

#include "verifier/interpret.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"

/* Build the packet that POINT (a value per variable) describes. */
void zw_packet_from_point(const struct zw_space *space, const u32 *point,
			  enum zw_path path, struct zw_packet *packet);

/* IANA's name in lower case, or the number. */
struct zw_str zw_proto_name(struct zw_arena *arena, u8 proto);

/* What the run must come to. */
enum zw_wanted {
	ZW_WANT_ACCEPT,
	ZW_WANT_NO_ACCEPT,
	ZW_WANT_NO_DROP,
	ZW_WANT_NO_REJECT,
	ZW_WANT_SAME, /* what the path's diagram says at the point */
};

struct zw_search {
	struct zw_arena *arena;
	struct zw_symbolic *symbolic;
	const struct zw_interpreter *interpreter;
	const struct zw_statement *statement;
	const struct zw_ports *ports;
	enum zw_path path;
	zw_node diagram; /* the path's */
	enum zw_wanted wanted;
	/* Where the packet that was found goes, as it came and as it left; each
	 * may be NULL. */
	struct zw_packet *came, *left;
};

enum zw_found {
	ZW_FOUND,	  /* *WITNESS is filled */
	ZW_FOUND_UNREAL,  /* it hangs on what nobody knows: *REASON says what */
	ZW_FOUND_DIFFERS, /* the interpreter does not agree: a bug of ours, or
			   * a packet that cannot be built */
};

/* Find a packet in SET, which must not be empty. POINT has room for a value
 * per variable and holds the packet's afterwards. */
enum zw_found zw_witness_find(const struct zw_search *search, zw_node set,
			      u32 *point, struct zw_witness *witness,
			      struct zw_str *reason);

/* Of a packet that CLAIM (never, only) speaks of, which came to the gateway of
 * STATEMENT by a link: who sent it, where its source says that it comes from a
 * zone beyond, is the link's zone. */
void zw_witness_sender(struct zw_arena *arena,
		       const struct zw_statement *statement,
		       const struct zw_claim *claim,
		       struct zw_witness *witness);

#endif
