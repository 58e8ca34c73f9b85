/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ordinary senders do not send: forged sources, fragments, options and
 * extension headers, odd TCP flags, errors about connections that there are
 * not, answers that nobody asked for. Law: a packet that is drawn is one that
 * the kernel's own code, before and behind the rules, treats in a way that is
 * known: what it drops by itself is marked so. */
#ifndef ZW_LAB_ODDITY_H
#define ZW_LAB_ODDITY_H

#include "base/random.h"
#include "lab/network.h"
#include "lab/shot.h"

/* Room for what a description points to. */
struct zw_oddity {
	struct zw_extension extensions[3];
	u8 options[40];
	u8 routing[6 + 32];
	struct zw_frame_spec quoted;
};

/* Change SPEC, a plain packet on PATH, into one of these; OUT's kind tells
 * which. */
void zw_oddity_draw(const struct zw_network *network, enum zw_path path,
		    struct zw_random *random, struct zw_frame_spec *spec,
		    struct zw_oddity *room, struct zw_shot *shot);
/* What conntrack may say of it: SHOT's states. */
void zw_oddity_states(const struct zw_frame_spec *spec, struct zw_shot *shot);

#endif
