/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a packet of a written service? The names known are those of the standard
 * library, IANA and nft that the tests' policies use. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/referee/tree.h"

enum {
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	ICMPV6 = 58,
	SCTP = 132,
	UDPLITE = 136,
};

struct packet {
	enum zw_family family;
	u8 proto;
	u16 first, second;
};

static const struct {
	const char *name;
	u8 proto;
	u16 lo, hi;
} standard[] = {
	{ "http", TCP, 80, 80 },
	{ "https", TCP, 443, 443 },
	{ "http3", UDP, 443, 443 },
	{ "ssh", TCP, 22, 22 },
	{ "smtp", TCP, 25, 25 },
	{ "dns", UDP, 53, 53 },
	{ "dns", TCP, 53, 53 },
	{ "ntp", UDP, 123, 123 },
	{ "dhcp", UDP, 67, 68 },
	{ "dhcpv6", UDP, 546, 547 },
	{ "ike", UDP, 500, 500 },
	{ "ike", UDP, 4500, 4500 },
	{ "wireguard", UDP, 51820, 51820 },
};

static const struct {
	const char *name;
	u8 number;
} protocols[] = {
	{ "icmp", ICMP },	 { "tcp", TCP },   { "udp", UDP },
	{ "icmpv6", ICMPV6 },	 { "sctp", SCTP }, { "udplite", UDPLITE },
	{ "igmp", 2 },		 { "dccp", 33 },   { "gre", 47 },
	{ "esp", 50 },		 { "ah", 51 },	   { "ospf", 89 },
	{ "pim", 103 },		 { "vrrp", 112 },  { "l2tp", 115 },
	{ "ipv6-icmp", ICMPV6 },
};

static const struct {
	u8 proto;
	const char *name;
	u8 type;
} types[] = {
	{ ICMP, "echo-reply", 0 },
	{ ICMP, "destination-unreachable", 3 },
	{ ICMP, "echo-request", 8 },
	{ ICMP, "time-exceeded", 11 },
	{ ICMP, "parameter-problem", 12 },
	{ ICMP, "timestamp-request", 13 },
	{ ICMPV6, "destination-unreachable", 1 },
	{ ICMPV6, "packet-too-big", 2 },
	{ ICMPV6, "time-exceeded", 3 },
	{ ICMPV6, "parameter-problem", 4 },
	{ ICMPV6, "echo-request", 128 },
	{ ICMPV6, "echo-reply", 129 },
	{ ICMPV6, "nd-neighbor-solicit", 135 },
};

/* "ICMP belongs to IPv4, ICMPv6 to IPv6"; and an extension header (RFC 8200,
 * section 4) is never the protocol of an IPv6 packet. */
static bool belongs(const struct packet *packet)
{
	static const u8 extensions[] = { 0, 43, 44, 51, 60 };
	size_t i;

	for (i = 0; i < sizeof(extensions); i++) {
		if (packet->proto == extensions[i])
			return packet->family == ZW_IPV4;
	}
	if (packet->proto == ICMP)
		return packet->family == ZW_IPV4;
	if (packet->proto == ICMPV6)
		return packet->family == ZW_IPV6;
	return true;
}

static bool has_ports(u8 proto)
{
	return proto == TCP || proto == UDP || proto == SCTP ||
	       proto == UDPLITE;
}

/* "`any` is tcp, udp, udplite, sctp, icmp and icmpv6, whole." */
static bool is_any(const struct packet *packet)
{
	return has_ports(packet->proto) || packet->proto == ICMP ||
	       packet->proto == ICMPV6;
}

static bool protocol(struct zw_str name, u8 *number)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (zw_str_is(name, protocols[i].name)) {
			*number = protocols[i].number;
			return true;
		}
	}
	return false;
}

static bool is_standard(const struct packet *packet, struct zw_str name)
{
	u8 number;
	size_t i;

	if (zw_str_is(name, "ping"))
		return (packet->proto == ICMP && packet->first == 8) ||
		       (packet->proto == ICMPV6 && packet->first == 128);
	for (i = 0; i < sizeof(standard) / sizeof(standard[0]); i++) {
		if (zw_str_is(name, standard[i].name) &&
		    packet->proto == standard[i].proto &&
		    packet->second >= standard[i].lo &&
		    packet->second <= standard[i].hi)
			return true;
	}
	return protocol(name, &number) && packet->proto == number;
}

static bool is_type(const struct packet *packet,
		    const struct zw_ast_service *service)
{
	bool icmp = zw_str_is(service->proto.text, "icmp");
	struct zw_str text = service->type.text;
	u32 number = UINT32_MAX;
	size_t i;

	if (packet->proto != (icmp ? ICMP : ICMPV6))
		return false;
	if (isdigit((unsigned char)text.p[0])) {
		for (number = 0, i = 0; i < text.n; i++)
			number = number * 10 + (u32)(text.p[i] - '0');
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].proto == packet->proto &&
		    zw_str_is(text, types[i].name))
			number = types[i].type;
	}
	return packet->first == number &&
	       (!service->has_code || packet->second == service->code);
}

static bool is_port(const struct packet *packet,
		    const struct zw_ast_service *service)
{
	u8 number;
	size_t i;

	if (!protocol(service->proto.text, &number) || packet->proto != number)
		return false;
	for (i = 0; i < service->ports.n; i++) {
		if (service->ports.v[i].lo <= packet->second &&
		    packet->second <= service->ports.v[i].hi)
			return true;
	}
	return false;
}

static bool in_list(const struct zw_tree *tree, const zw_ast_services *services,
		    const struct packet *packet);

/* A name is the policy's own service before it is a standard one. */
static bool is_named(const struct zw_tree *tree, const struct packet *packet,
		     struct zw_str name)
{
	size_t i;

	for (i = 0; i < tree->ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = tree->ast->stmts.v[i];

		if (stmt->kind == ZW_AST_SERVICE &&
		    zw_str_eq(stmt->name.text, name))
			return in_list(tree, &stmt->services, packet);
	}
	return is_standard(packet, name);
}

static bool in_list(const struct zw_tree *tree, const zw_ast_services *services,
		    const struct packet *packet)
{
	bool found = false;
	size_t i;

	for (i = 0; i < services->n; i++) {
		const struct zw_ast_service *service = &services->v[i];

		switch (service->kind) {
		case ZW_SERVICE_NAME:
			found |= is_named(tree, packet, service->proto.text);
			break;
		case ZW_SERVICE_ANY:
			found |= is_any(packet);
			break;
		case ZW_SERVICE_PORTS:
			found |= is_port(packet, service);
			break;
		case ZW_SERVICE_TYPE:
			found |= is_type(packet, service);
			break;
		case ZW_SERVICE_NUMBER:
			found |= packet->proto == service->number;
			break;
		}
	}
	return found;
}

/* "No services means any." */
bool zw_tree_in_services(const struct zw_tree *tree,
			 const zw_ast_services *services, enum zw_family family,
			 u8 proto, u16 first, u16 second)
{
	const struct packet packet = { family, proto, first, second };

	if (!belongs(&packet))
		return false;
	return services->n ? in_list(tree, services, &packet) : is_any(&packet);
}

/* ---- ports one by one ---------------------------------------------------- */

/* Port number LEFT, from 0, of PROTO; HERE says whether it was found. */
struct walk {
	u8 proto;
	u32 left;
	u16 port;
	bool here;
};

static void pass_range(struct walk *walk, u8 proto, u32 lo, u32 hi)
{
	if (walk->here || proto != walk->proto)
		return;
	if (walk->left <= hi - lo) {
		walk->port = (u16)(lo + walk->left);
		walk->here = true;
		return;
	}
	walk->left -= hi - lo + 1;
}

static void pass_list(const struct zw_tree *tree,
		      const zw_ast_services *services, struct walk *walk);

static void pass_named(const struct zw_tree *tree, struct zw_str name,
		       struct walk *walk)
{
	size_t i;

	for (i = 0; i < tree->ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = tree->ast->stmts.v[i];

		if (stmt->kind == ZW_AST_SERVICE &&
		    zw_str_eq(stmt->name.text, name)) {
			pass_list(tree, &stmt->services, walk);
			return;
		}
	}
	for (i = 0; i < sizeof(standard) / sizeof(standard[0]); i++) {
		if (zw_str_is(name, standard[i].name))
			pass_range(walk, standard[i].proto, standard[i].lo,
				   standard[i].hi);
	}
}

static void pass_list(const struct zw_tree *tree,
		      const zw_ast_services *services, struct walk *walk)
{
	size_t i, k;
	u8 number;

	for (i = 0; i < services->n; i++) {
		const struct zw_ast_service *service = &services->v[i];

		if (service->kind == ZW_SERVICE_NAME)
			pass_named(tree, service->proto.text, walk);
		if (service->kind != ZW_SERVICE_PORTS ||
		    !protocol(service->proto.text, &number))
			continue;
		for (k = 0; k < service->ports.n; k++)
			pass_range(walk, number, service->ports.v[k].lo,
				   service->ports.v[k].hi);
	}
}

bool zw_tree_paired_port(const struct zw_tree *tree,
			 const struct zw_ast_stmt *publish, u8 proto, u16 outer,
			 u16 *inner)
{
	u32 n;

	for (n = 0;; n++) {
		struct walk out = { proto, n, 0, false };
		struct walk in = { proto, n, 0, false };

		pass_list(tree, &publish->outer, &out);
		if (!out.here)
			return false;
		if (out.port != outer)
			continue;
		pass_list(tree, &publish->services, &in);
		*inner = in.port;
		return in.here;
	}
}

/* ---- families ------------------------------------------------------------ */

static bool type_in_family(const struct zw_ast_service *service,
			   enum zw_family family)
{
	struct packet packet = { .family = family,
				 .proto = family == ZW_IPV4 ? ICMP : ICMPV6 };
	u16 type;

	for (type = 0; type < 256; type++) {
		packet.first = type;
		packet.second = service->has_code ? (u16)service->code : 0;
		if (!zw_tree_undecided_type(family, packet.proto, type) &&
		    is_type(&packet, service))
			return true;
	}
	return false;
}

static bool number_in_family(u32 number, enum zw_family family)
{
	const struct packet packet = { family, (u8)number, 0, 0 };

	return belongs(&packet);
}

static bool name_in_family(const struct zw_tree *tree, struct zw_str name,
			   enum zw_family family)
{
	size_t i;
	u8 number;

	for (i = 0; i < tree->ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = tree->ast->stmts.v[i];

		if (stmt->kind == ZW_AST_SERVICE &&
		    zw_str_eq(stmt->name.text, name))
			return zw_tree_services_in_family(tree, &stmt->services,
							  family);
	}
	return !protocol(name, &number) || number_in_family(number, family);
}

bool zw_tree_services_in_family(const struct zw_tree *tree,
				const zw_ast_services *services,
				enum zw_family family)
{
	bool found = !services->n;
	size_t i;

	for (i = 0; i < services->n; i++) {
		const struct zw_ast_service *service = &services->v[i];

		switch (service->kind) {
		case ZW_SERVICE_NAME:
			found |= name_in_family(tree, service->proto.text,
						family);
			break;
		case ZW_SERVICE_ANY:
		case ZW_SERVICE_PORTS:
			found = true;
			break;
		case ZW_SERVICE_TYPE:
			found |= type_in_family(service, family);
			break;
		case ZW_SERVICE_NUMBER:
			found |= number_in_family(service->number, family);
			break;
		}
	}
	return found;
}

/* docs/FLOWS.md, lines 2 and 3. */
bool zw_tree_undecided_type(enum zw_family family, u8 proto, u16 type)
{
	if (family == ZW_IPV4)
		return proto == ICMP && type == 5;
	return proto == ICMPV6 && ((type >= 130 && type <= 137) || type == 143);
}
