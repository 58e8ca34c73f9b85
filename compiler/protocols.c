/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of protocols and of ICMP types to numbers. Protocols carry the keywords
 * of IANA's list in lower case; `icmpv6` stands beside its `ipv6-icmp`. ICMP
 * types carry nft's names, so a policy and `nft list ruleset` read alike.
 *
 * Which protocols have ports is the language's choice: those whose ports
 * connection tracking follows. The families of a protocol follow the kernel's
 * ipv6_find_hdr() (net/ipv6/exthdrs_core.c): what it skips as an extension
 * header is never the protocol of an IPv6 packet. */
#include "compiler/resolve.h"

struct name_number {
	struct zw_str name;
	u8 number;
};

#define ENTRY(name, number)                        \
	{                                          \
		{ name, sizeof(name) - 1 }, number \
	}

static const struct name_number protocols[] = {
	ENTRY("hopopt", 0),
	ENTRY("icmp", 1),
	ENTRY("igmp", 2),
	ENTRY("ggp", 3),
	ENTRY("ipv4", 4),
	ENTRY("st", 5),
	ENTRY("tcp", 6),
	ENTRY("cbt", 7),
	ENTRY("egp", 8),
	ENTRY("igp", 9),
	ENTRY("bbn-rcc-mon", 10),
	ENTRY("nvp-ii", 11),
	ENTRY("pup", 12),
	ENTRY("emcon", 14),
	ENTRY("xnet", 15),
	ENTRY("chaos", 16),
	ENTRY("udp", 17),
	ENTRY("mux", 18),
	ENTRY("dcn-meas", 19),
	ENTRY("hmp", 20),
	ENTRY("prm", 21),
	ENTRY("xns-idp", 22),
	ENTRY("trunk-1", 23),
	ENTRY("trunk-2", 24),
	ENTRY("leaf-1", 25),
	ENTRY("leaf-2", 26),
	ENTRY("rdp", 27),
	ENTRY("irtp", 28),
	ENTRY("iso-tp4", 29),
	ENTRY("netblt", 30),
	ENTRY("mfe-nsp", 31),
	ENTRY("merit-inp", 32),
	ENTRY("dccp", 33),
	ENTRY("idpr", 35),
	ENTRY("xtp", 36),
	ENTRY("ddp", 37),
	ENTRY("idpr-cmtp", 38),
	ENTRY("il", 40),
	ENTRY("sdrp", 42),
	ENTRY("ipv6-route", 43),
	ENTRY("ipv6-frag", 44),
	ENTRY("idrp", 45),
	ENTRY("rsvp", 46),
	ENTRY("gre", 47),
	ENTRY("dsr", 48),
	ENTRY("bna", 49),
	ENTRY("esp", 50),
	ENTRY("ah", 51),
	ENTRY("i-nlsp", 52),
	ENTRY("narp", 54),
	ENTRY("min-ipv4", 55),
	ENTRY("tlsp", 56),
	ENTRY("skip", 57),
	ENTRY("icmpv6", 58),
	ENTRY("ipv6-icmp", 58),
	ENTRY("ipv6-nonxt", 59),
	ENTRY("ipv6-opts", 60),
	ENTRY("cftp", 62),
	ENTRY("sat-expak", 64),
	ENTRY("kryptolan", 65),
	ENTRY("rvd", 66),
	ENTRY("ippc", 67),
	ENTRY("sat-mon", 69),
	ENTRY("visa", 70),
	ENTRY("ipcv", 71),
	ENTRY("cpnx", 72),
	ENTRY("cphb", 73),
	ENTRY("wsn", 74),
	ENTRY("pvp", 75),
	ENTRY("br-sat-mon", 76),
	ENTRY("sun-nd", 77),
	ENTRY("wb-mon", 78),
	ENTRY("wb-expak", 79),
	ENTRY("iso-ip", 80),
	ENTRY("vmtp", 81),
	ENTRY("secure-vmtp", 82),
	ENTRY("vines", 83),
	ENTRY("iptm", 84),
	ENTRY("nsfnet-igp", 85),
	ENTRY("dgp", 86),
	ENTRY("tcf", 87),
	ENTRY("eigrp", 88),
	ENTRY("ospf", 89),
	ENTRY("ospfigp", 89),
	ENTRY("sprite-rpc", 90),
	ENTRY("larp", 91),
	ENTRY("mtp", 92),
	ENTRY("ipip", 94),
	ENTRY("micp", 95),
	ENTRY("scc-sp", 96),
	ENTRY("etherip", 97),
	ENTRY("encap", 98),
	ENTRY("gmtp", 100),
	ENTRY("ifmp", 101),
	ENTRY("pnni", 102),
	ENTRY("pim", 103),
	ENTRY("aris", 104),
	ENTRY("scps", 105),
	ENTRY("qnx", 106),
	ENTRY("ipcomp", 108),
	ENTRY("snp", 109),
	ENTRY("compaq-peer", 110),
	ENTRY("ipx-in-ip", 111),
	ENTRY("vrrp", 112),
	ENTRY("pgm", 113),
	ENTRY("l2tp", 115),
	ENTRY("ddx", 116),
	ENTRY("iatp", 117),
	ENTRY("stp", 118),
	ENTRY("srp", 119),
	ENTRY("uti", 120),
	ENTRY("smp", 121),
	ENTRY("sm", 122),
	ENTRY("ptp", 123),
	ENTRY("fire", 125),
	ENTRY("crtp", 126),
	ENTRY("crudp", 127),
	ENTRY("sscopmce", 128),
	ENTRY("iplt", 129),
	ENTRY("sps", 130),
	ENTRY("pipe", 131),
	ENTRY("sctp", 132),
	ENTRY("fc", 133),
	ENTRY("rsvp-e2e-ignore", 134),
	ENTRY("mobility-header", 135),
	ENTRY("udplite", 136),
	ENTRY("mpls-in-ip", 137),
	ENTRY("manet", 138),
	ENTRY("hip", 139),
	ENTRY("shim6", 140),
	ENTRY("wesp", 141),
	ENTRY("rohc", 142),
	ENTRY("ethernet", 143),
};

static const struct name_number icmp_types[] = {
	ENTRY("echo-reply", 0),		  ENTRY("destination-unreachable", 3),
	ENTRY("source-quench", 4),	  ENTRY("redirect", 5),
	ENTRY("echo-request", 8),	  ENTRY("router-advertisement", 9),
	ENTRY("router-solicitation", 10), ENTRY("time-exceeded", 11),
	ENTRY("parameter-problem", 12),	  ENTRY("timestamp-request", 13),
	ENTRY("timestamp-reply", 14),	  ENTRY("info-request", 15),
	ENTRY("info-reply", 16),	  ENTRY("address-mask-request", 17),
	ENTRY("address-mask-reply", 18),
};

static const struct name_number icmpv6_types[] = {
	ENTRY("destination-unreachable", 1),
	ENTRY("packet-too-big", 2),
	ENTRY("time-exceeded", 3),
	ENTRY("parameter-problem", 4),
	ENTRY("echo-request", 128),
	ENTRY("echo-reply", 129),
	ENTRY("mld-listener-query", 130),
	ENTRY("mld-listener-report", 131),
	ENTRY("mld-listener-done", 132),
	ENTRY("mld-listener-reduction", 132),
	ENTRY("nd-router-solicit", 133),
	ENTRY("nd-router-advert", 134),
	ENTRY("nd-neighbor-solicit", 135),
	ENTRY("nd-neighbor-advert", 136),
	ENTRY("nd-redirect", 137),
	ENTRY("router-renumbering", 138),
	ENTRY("ind-neighbor-solicit", 141),
	ENTRY("ind-neighbor-advert", 142),
	ENTRY("mld2-listener-report", 143),
};

struct table {
	const struct name_number *v;
	size_t n;
};

#define TABLE(array) \
	((struct table){ (array), sizeof(array) / sizeof((array)[0]) })

static struct table types_of(u8 proto)
{
	return proto == ZW_PROTO_ICMP ? TABLE(icmp_types) : TABLE(icmpv6_types);
}

static bool find(struct table table, struct zw_str name, u8 *number)
{
	size_t i;

	for (i = 0; i < table.n; i++) {
		if (zw_str_eq(table.v[i].name, name)) {
			*number = table.v[i].number;
			return true;
		}
	}
	return false;
}

static struct zw_str nearest(struct zw_resolver *r, struct table table,
			     struct zw_str name)
{
	struct zw_str *names = ZW_NEW_ARRAY(r->arena, struct zw_str, table.n);
	size_t i;

	for (i = 0; i < table.n; i++)
		names[i] = table.v[i].name;
	return zw_suggest(name, names, table.n);
}

bool zw_protocol_number(struct zw_str name, u8 *number)
{
	return find(TABLE(protocols), name, number);
}

struct zw_str zw_protocol_suggest(struct zw_resolver *r, struct zw_str name)
{
	return nearest(r, TABLE(protocols), name);
}

bool zw_protocol_has_ports(u8 proto)
{
	return proto == ZW_PROTO_TCP || proto == ZW_PROTO_UDP ||
	       proto == ZW_PROTO_SCTP || proto == ZW_PROTO_UDPLITE;
}

u8 zw_protocol_families(u8 proto)
{
	switch (proto) {
	case 0:	 /* hop-by-hop options */
	case 43: /* routing header */
	case 44: /* fragment header */
	case 51: /* authentication header */
	case 60: /* destination options */
	case ZW_PROTO_ICMP:
		return 1u << ZW_IPV4;
	case ZW_PROTO_ICMPV6:
		return 1u << ZW_IPV6;
	default:
		return 1u << ZW_IPV4 | 1u << ZW_IPV6;
	}
}

bool zw_icmp_type_number(u8 proto, struct zw_str name, u8 *type)
{
	return find(types_of(proto), name, type);
}

struct zw_str zw_icmp_type_suggest(struct zw_resolver *r, u8 proto,
				   struct zw_str name)
{
	return nearest(r, types_of(proto), name);
}
