/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections in the lab: begun by a first packet that passes, answered by the
 * far end as it saw it, gone on with, and attacked: later packets and answers
 * from another interface, ICMP errors about it from both ends and from
 * elsewhere, and all of it again when the connection is forgotten. Law: what
 * conntrack holds of a connection is what its first packet and the oracle make
 * of it, so translated connections are answered at the translated address. */
#ifndef ZW_LAB_TALK_H
#define ZW_LAB_TALK_H

#include "lab/lab.h"

struct zw_talk;

/* Hold connections with about PACKETS packets, begun at AIM's targets of what
 * may pass. BETWEEN (may be NULL) is called once, when a few of them stand, and
 * may load the ruleset anew; they must go on as before. False where the bed, or
 * BETWEEN, failed. */
bool zw_lab_talk(struct zw_lab *lab, struct zw_aim *aim, u64 packets,
		 bool (*between)(void *context), void *context,
		 struct zw_buf *error);

#endif
