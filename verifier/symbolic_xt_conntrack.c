/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matches conntrack and state of iptables, for all packets at once
 * (xt_conntrack.c): without an entry only the state is asked for. */
#include "verifier/symbolic_xt.h"

static zw_node state_in(const struct zw_rule_run *run, u32 states)
{
	static const struct {
		u32 state;
		enum zw_state_index index;
	} entries[] = {
		{ ZW_XT_STATE_ESTABLISHED, ZW_IS_ESTABLISHED },
		{ ZW_XT_STATE_RELATED, ZW_IS_RELATED },
		{ ZW_XT_STATE_NEW, ZW_IS_NEW },
		{ ZW_XT_STATE_INVALID, ZW_IS_INVALID },
		{ ZW_XT_STATE_UNTRACKED, ZW_IS_UNTRACKED },
	};
	struct zw_space *space = zw_run_space(run);
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = ZW_EMPTY, untracked;
	size_t k;

	if (!run->scene->has_entry) {
		untracked = zw_space_is(space, ZW_FIELD_NOTRACK, 1);
		return zw_if(d, untracked,
			     states & ZW_XT_STATE_UNTRACKED ? ZW_ALL : ZW_EMPTY,
			     states & ZW_XT_STATE_INVALID ? ZW_ALL : ZW_EMPTY);
	}
	for (k = 0; k < sizeof(entries) / sizeof(entries[0]); k++) {
		if (states & entries[k].state)
			out = zw_or(d, out,
				    zw_space_index(space, ZW_FIELD_STATE,
						   entries[k].index,
						   entries[k].index));
	}
	if (states & ZW_XT_STATE_SNAT)
		out = zw_or(d, out,
			    zw_and(d, zw_xt_has_entry(run),
				   zw_space_bit(space, ZW_FIELD_CT_STATUS,
						ZW_STATUS_BIT_SNAT)));
	if (states & ZW_XT_STATE_DNAT)
		out = zw_or(d, out,
			    zw_and(d, zw_xt_has_entry(run),
				   zw_space_bit(space, ZW_FIELD_CT_STATUS,
						ZW_STATUS_BIT_DNAT)));
	return out;
}

static zw_node tuple_address(const struct zw_rule_run *run, u32 i, u32 field,
			     const struct zw_xt_address_test *t)
{
	u32 words = run->scene->family == ZW_IPV4 ? 1 : 4, w;
	zw_node out = ZW_ALL;

	for (w = 0; w < words; w++) {
		const u8 *v = t->lo + 4 * w, *m = t->hi + 4 * w;
		u32 mask = (u32)m[0] << 24 | (u32)m[1] << 16 | (u32)m[2] << 8 |
			   m[3];
		u32 value = (u32)v[0] << 24 | (u32)v[1] << 16 | (u32)v[2] << 8 |
			    v[3];

		out = zw_and(zw_run_diagrams(run), out,
			     zw_xt_masked(run, i, field + w, 32, mask,
					  value & mask));
	}
	return zw_xt_inverted(run, out, t->invert);
}

static zw_node tuples(const struct zw_rule_run *run, const struct zw_xt *xt,
		      u32 i)
{
	static const u32 addresses[] = { ZW_FIELD_ORIGINAL_SRC,
					 ZW_FIELD_ORIGINAL_DST,
					 ZW_FIELD_REPLY_SRC,
					 ZW_FIELD_REPLY_DST };
	static const u32 numbers[] = { ZW_FIELD_ORIGINAL_SPORT,
				       ZW_FIELD_ORIGINAL_DPORT,
				       ZW_FIELD_REPLY_SPORT,
				       ZW_FIELD_REPLY_DPORT };
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node out = ZW_ALL;
	u32 k;

	for (k = 0; k < 4; k++) {
		if (xt->conntrack.tuple[k].used)
			out = zw_and(d, out,
				     tuple_address(run, i, addresses[k],
						   &xt->conntrack.tuple[k]));
		if (xt->conntrack.ports[k].used)
			out = zw_and(d, out,
				     zw_xt_ports(run,
						 &xt->conntrack.ports[k].test,
						 numbers[k], numbers[k]));
	}
	return out;
}

/* The protocol of the entry is the packet's, but for ICMP errors. */
static zw_node entry_proto(const struct zw_rule_run *run,
			   const struct zw_xt *xt, u32 i)
{
	struct zw_space *space = zw_run_space(run);
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node related = zw_space_index(space, ZW_FIELD_STATE, ZW_IS_RELATED,
					 ZW_IS_RELATED);
	zw_node same = zw_space_is(space, ZW_FIELD_PROTO, xt->conntrack.proto);

	return zw_xt_inverted(
		run,
		zw_if(d, related,
		      zw_run_maybe(run, i, false,
				   "the protocol of a related flow"),
		      same),
		xt->conntrack.invert_proto);
}

/* Some bit of MASK is set in the status. */
static zw_node status(const struct zw_rule_run *run, const struct zw_xt *xt,
		      u32 i)
{
	zw_node none = zw_xt_masked(run, i, ZW_FIELD_CT_STATUS, 32,
				    xt->conntrack.status, 0);

	return zw_xt_inverted(run, zw_not(zw_run_diagrams(run), none),
			      xt->conntrack.invert_status);
}

zw_node zw_xt_conntrack(const struct zw_rule_run *run, const struct zw_xt *xt,
			u32 i)
{
	struct zw_diagrams *d = zw_run_diagrams(run);
	zw_node state = ZW_ALL, rest = ZW_ALL, entry = zw_xt_has_entry(run);

	if (xt->conntrack.has_state)
		state = zw_xt_inverted(run, state_in(run, xt->conntrack.state),
				       xt->conntrack.invert_state);
	if (xt->conntrack.has_direction)
		rest = zw_space_is(zw_run_space(run), ZW_FIELD_DIRECTION,
				   xt->conntrack.reply);
	if (xt->conntrack.has_proto)
		rest = zw_and(d, rest, entry_proto(run, xt, i));
	rest = zw_and(d, rest, tuples(run, xt, i));
	if (xt->conntrack.has_status)
		rest = zw_and(d, rest, status(run, xt, i));
	if (xt->conntrack.has_expires)
		rest = zw_and(d, rest,
			      zw_run_maybe(run, i, true,
					   "how long an entry will last"));
	return zw_and(d, state,
		      zw_if(d, entry, rest,
			    xt->conntrack.has_state ? ZW_ALL : ZW_EMPTY));
}
