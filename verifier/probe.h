/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet, as somebody describes it, sent through a ruleset by the concrete
 * interpreter. Law: the packet is a plain one as verifier/flows.h has them (but
 * for its connection state, which may be chosen). */
#ifndef ZW_VERIFIER_PROBE_H
#define ZW_VERIFIER_PROBE_H

#include "verifier/interpret.h"

struct zw_probe {
	enum zw_path path;
	char in[ZW_NAME_MAX], out[ZW_NAME_MAX];
	bool in_ipsec, out_ipsec;
	u32 in_reqid, out_reqid; /* of its association, if so */
	struct zw_ip src, dst;
	u8 proto;
	u16 sport; /* of protocols with ports */
	u16 key;   /* destination port; ICMP: type << 8 | code */
	enum zw_ct_state state;
	bool reply; /* of an established connection, from the server */
};

struct zw_probe_result {
	struct zw_run run;
	ZW_VEC(struct zw_step) path;
	/* Where the destination and the source were rewritten to, if they
	 * were; ports 0 where there are none. */
	struct zw_ip new_src, new_dst;
	u16 new_sport, new_dport;
	ZW_VEC(struct zw_str) assumptions; /* what the way hangs on */
};

void zw_probe_packet(const struct zw_probe *probe, struct zw_packet *packet);
/* Run it; the result lives in ARENA and borrows from RULESET. */
void zw_probe_run(struct zw_arena *arena, const struct zw_ruleset *ruleset,
		  const struct zw_interpreter *interpreter,
		  const struct zw_probe *probe, struct zw_probe_result *result);

#endif
