/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp_new() and the tables of nf_conntrack_proto_tcp.c: of a packet without an
 * entry only a SYN and what could be the middle of a connection count.
 * nf_conntrack_proto_icmp.c and _icmpv6.c: only enquiries. */
#include "lab/frame.h"

static bool tcp_opens(u8 flags)
{
	u8 told = flags & (ZW_TCP_SYN | ZW_TCP_ACK | ZW_TCP_FIN | ZW_TCP_RST);

	if (flags == (ZW_TCP_SYN | ZW_TCP_URG) || told == ZW_TCP_ACK)
		return true;
	return told == ZW_TCP_SYN && !(flags & ZW_TCP_URG);
}

static bool icmp_opens(const struct zw_frame_spec *spec)
{
	if (spec->protocol == IPPROTO_ICMP)
		return spec->type == 8 || spec->type == 13 ||
		       spec->type == 15 || spec->type == 17;
	return spec->type == 128 || spec->type == 139;
}

bool zw_frame_is_untracked(const struct zw_frame_spec *spec)
{
	return spec->protocol == IPPROTO_ICMPV6 && !spec->bad_checksum &&
	       ((spec->type >= 130 && spec->type <= 136) || spec->type == 143);
}

bool zw_frame_opens(const struct zw_frame_spec *spec)
{
	if (spec->bad_checksum || zw_frame_is_untracked(spec))
		return false;
	if (spec->protocol == IPPROTO_TCP)
		return tcp_opens(spec->tcp_flags);
	if (spec->protocol == IPPROTO_ICMP || spec->protocol == IPPROTO_ICMPV6)
		return icmp_opens(spec);
	return true;
}
