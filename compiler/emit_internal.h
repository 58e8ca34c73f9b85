/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the netlink emitter share. Law: a message is begun and
 * ended by message_begin() and message_end() alone, so numbers and origins
 * never disagree. Only emit_*.c include this. */
#ifndef ZW_COMPILER_EMIT_INTERNAL_H
#define ZW_COMPILER_EMIT_INTERNAL_H

#include <libmnl/libmnl.h>

#include "compiler/emit_netlink.h"

/* Room for any one object: 128 expressions, 256 bytes of user data. */
#define ZW_EMIT_SCRATCH 65536

struct zw_emitter {
	struct zw_arena *arena;
	struct zw_buf *out;
	const struct zw_plan *plan;
	u32 generation;
	const struct zw_emit_kept *chains, *sets; /* may be NULL */
	const bool *counters;			  /* likewise */
	u32 seq;				  /* of the next message */
	struct zw_emitted *emitted;		  /* may be NULL */
	char *scratch;				  /* ZW_EMIT_SCRATCH bytes */
};

/* A message in SCRATCH that libnftnl fills, and its way into the batch. */
struct nlmsghdr *zw_emit_message_begin(struct zw_emitter *emitter, u16 message,
				       u16 flags);
void zw_emit_message_end(struct zw_emitter *emitter, struct nlmsghdr *header);
/* Note what the next message is. */
void zw_emit_note(struct zw_emitter *emitter, struct zw_emit_origin origin);

/* Names in the kernel of a chain and of a set by index. Return OUT. */
char *zw_emit_chain_name(const struct zw_emitter *emitter, u32 chain,
			 char out[ZW_PLAN_NAME_BYTES]);
char *zw_emit_set_name(const struct zw_emitter *emitter, u32 set,
		       char out[ZW_PLAN_NAME_BYTES]);

/* The verdict codes of a plan's verdict; not for rejects. */
u32 zw_emit_verdict(enum zw_plan_verdict verdict);

void zw_emit_set(struct zw_emitter *emitter, u32 index);
void zw_emit_elements(struct zw_emitter *emitter, u32 index);
void zw_emit_rule(struct zw_emitter *emitter, u32 chain, size_t index);

#endif
