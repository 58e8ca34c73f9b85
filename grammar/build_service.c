/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services as written. What stands behind the slash depends on the protocol:
 * a type for ICMP, the protocol's own number for `proto`, ports else. Whether
 * a protocol exists and has ports is the resolver's. */
#include "grammar/build.h"

zw_ast_services *zw_build_services(struct zw_parse *parse,
				   zw_ast_services *list,
				   const struct zw_ast_service *service)
{
	if (!list)
		list = ZW_NEW(parse->arena, zw_ast_services);
	zw_build_push(parse, *list, *service, service->span);
	return list;
}

static struct zw_ast_service *new_service(struct zw_parse *parse,
					  enum zw_ast_service_kind kind,
					  const struct zw_ast_name *proto,
					  struct zw_span span)
{
	struct zw_ast_service *service;

	service = ZW_NEW(parse->arena, struct zw_ast_service);
	service->kind = kind;
	service->proto = *proto;
	service->span = span;
	return service;
}

static bool has_types(struct zw_str proto)
{
	return zw_str_is(proto, "icmp") || zw_str_is(proto, "icmpv6") ||
	       zw_str_is(proto, "ipv6-icmp");
}

static bool has_ports(struct zw_str proto)
{
	return zw_str_is(proto, "tcp") || zw_str_is(proto, "udp") ||
	       zw_str_is(proto, "sctp") || zw_str_is(proto, "udplite") ||
	       zw_str_is(proto, "dccp");
}

struct zw_ast_service *zw_build_service_name(struct zw_parse *parse,
					     enum zw_ast_service_kind kind,
					     const struct zw_ast_name *name)
{
	return new_service(parse, kind, name, name->span);
}

struct zw_ast_service *zw_build_numbered(struct zw_parse *parse,
					 const struct zw_ast_name *proto,
					 u64 number, struct zw_span number_span,
					 struct zw_span span)
{
	struct zw_build_number n = zw_build_number(parse, number, number_span);
	struct zw_ast_service *service;

	if (has_types(proto->text))
		return zw_build_type_code(
			parse, proto, zw_build_word_of_span(parse, number_span),
			zw_build_no_number(), span);
	if (zw_str_is(proto->text, "proto")) {
		service = new_service(parse, ZW_SERVICE_NUMBER, proto, span);
		service->number = (u32)n.value;
		return service;
	}
	return zw_build_one_range(parse, proto,
				  (struct zw_ast_port_range){ (u32)n.value,
							      (u32)n.value,
							      number_span },
				  span);
}

struct zw_ast_service *zw_build_one_range(struct zw_parse *parse,
					  const struct zw_ast_name *proto,
					  struct zw_ast_port_range ports,
					  struct zw_span span)
{
	return zw_build_port_list(parse, proto,
				  zw_build_add_ports(parse, NULL, ports), span);
}

struct zw_ast_service *zw_build_port_list(struct zw_parse *parse,
					  const struct zw_ast_name *proto,
					  struct zw_ast_service *list,
					  struct zw_span span)
{
	list->kind = ZW_SERVICE_PORTS;
	list->proto = *proto;
	list->span = span;
	if (has_types(proto->text) || zw_str_is(proto->text, "proto"))
		zw_mistake(parse, ZW_Z0019, span,
			   "'%s/' is followed by one %s, not by ports",
			   zw_quoted(parse, proto->span),
			   has_types(proto->text) ? "type" : "number");
	return list;
}

struct zw_ast_service *zw_build_type_code(struct zw_parse *parse,
					  const struct zw_ast_name *proto,
					  struct zw_ast_name type,
					  struct zw_build_number code,
					  struct zw_span span)
{
	struct zw_ast_service *service;
	struct zw_diag *diag;

	service = new_service(parse, ZW_SERVICE_TYPE, proto, span);
	service->type = type;
	service->has_code = code.has;
	service->code = (u32)code.value;
	if (has_ports(proto->text) && code.has) {
		zw_mistake(parse, ZW_Z0019, span,
			   "'%s/' is followed by ports and no code",
			   zw_quoted(parse, proto->span));
	} else if (has_ports(proto->text)) {
		diag = zw_mistake(parse, ZW_Z0019, type.span,
				  "expected a port after '%s/', found '%s'",
				  zw_quoted(parse, proto->span),
				  zw_quoted(parse, type.span));
		zw_mistake_help(
			parse, diag,
			"ports are numbers; a service's name stands alone");
	} else if (zw_str_is(proto->text, "proto")) {
		diag = zw_mistake(parse, ZW_Z0019, type.span,
				  "expected a protocol number after 'proto/'");
		zw_mistake_help(
			parse, diag,
			"a protocol's name stands alone, without 'proto/'");
	}
	return service;
}

struct zw_ast_service *zw_build_add_ports(struct zw_parse *parse,
					  struct zw_ast_service *list,
					  struct zw_ast_port_range ports)
{
	if (!list)
		list = ZW_NEW(parse->arena, struct zw_ast_service);
	zw_build_push(parse, list->ports, ports, ports.span);
	return list;
}

struct zw_ast_port_range zw_build_ports(struct zw_parse *parse, u64 lo, u64 hi,
					struct zw_span span)
{
	if (lo > UINT32_MAX || hi > UINT32_MAX) {
		zw_mistake(parse, ZW_Z0011, span, "number too large: '%s'",
			   zw_quoted(parse, span));
		lo = hi = 0;
	}
	return (struct zw_ast_port_range){ (u32)lo, (u32)hi, span };
}
