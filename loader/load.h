/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proved bytes into the kernel. Law: what is sent are exactly the messages
 * given, framed by a BEGIN that carries the generation they were proved
 * against; the kernel takes a transaction whole or not at all. */
#ifndef ZW_LOADER_LOAD_H
#define ZW_LOADER_LOAD_H

#include "base/vec.h"
#include "loader/socket.h"

/* One message that the kernel refused. */
struct zw_refusal {
	u32 sequence; /* nlmsg_seq of the message; 0: the batch itself */
	int error; /* positive errno */
	u32 offset; /* of the attribute at fault in the message; 0: unknown */
	struct zw_str text; /* the kernel's own words; often empty */
};

struct zw_load_result {
	int error; /* 0, or the negative errno of what went wrong */
	bool details_lost; /* more refusals than the socket could queue */
	ZW_VEC(struct zw_refusal) refusals;
	u32 generation; /* after a success */
};

/* Send the transactions in BYTES (each from a BEGIN to its END, as the compiler
 * wrote them) one after another. The first one is valid only if the kernel is
 * still at generation *EXPECTED (NULL: whatever it is), the later ones only if
 * nobody else came in between. RESULT->error is -ERESTART where somebody did,
 * -EMSGSIZE where a transaction is larger than the socket takes (then nothing
 * of it was sent). DONE counts the transactions the kernel took. Sequence
 * numbers are left as they are. */
void zw_load_batches(struct zw_arena *arena, struct zw_socket *socket, const u8 *bytes,
	     size_t n, const u32 *expected, size_t *done,
	     struct zw_load_result *result);

#endif
