/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements in canonical spelling: one line, one blank between words, lists
 * with a comma and a blank, addresses in the form of RFC 5952, options in the
 * order written. Law: what is printed reads as the same tree (less spans,
 * blanks and comments), and printing that gives the same text. */
#include "grammar/grammar.h"

/* -- words -- */

static void put(struct zw_buf *out, struct zw_str text)
{
	zw_buf_add(out, text.p, text.n);
}

static void put_quoted(struct zw_buf *out, struct zw_str text)
{
	zw_buf_putc(out, '"');
	put(out, text);
	zw_buf_putc(out, '"');
}

static void separate(struct zw_buf *out, size_t i)
{
	if (i)
		zw_buf_puts(out, ", ");
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* An interface name keeps its quotes only where they are needed: digits with
 * dashes alone would read as a range or a date. */
void zw_ast_print_interface(struct zw_buf *out, struct zw_str name)
{
	bool plain =
		name.n && is_plain(name.p[0]) && is_plain(name.p[name.n - 1]);
	bool letters = false, dashes = false;
	size_t i;

	for (i = 0; i < name.n; i++) {
		plain = plain && (is_plain(name.p[i]) || name.p[i] == '-');
		dashes = dashes || name.p[i] == '-';
		letters = letters || (is_plain(name.p[i]) &&
				      !(name.p[i] >= '0' && name.p[i] <= '9'));
	}
	/* a number alone must fit what a number may be */
	if (plain && (letters || (!dashes && name.n < 10)))
		put(out, name);
	else
		put_quoted(out, name);
}

/* -- addresses -- */

static void put_literal(struct zw_buf *out, const struct zw_ast_addr *addr)
{
	char text[46];

	zw_buf_puts(out, zw_ip_format((struct zw_ip){ addr->family, addr->lo },
				      text));
	if (addr->prefix_len >= 0)
		zw_buf_printf(out, "/%d", addr->prefix_len);
	else if (addr->lo != addr->hi)
		zw_buf_printf(
			out, "-%s",
			zw_ip_format((struct zw_ip){ addr->family, addr->hi },
				     text));
}

void zw_ast_print_addr(struct zw_buf *out, const struct zw_ast_addr *addr)
{
	switch (addr->kind) {
	case ZW_ADDR_LITERAL:
		put_literal(out, addr);
		break;
	case ZW_ADDR_NAME:
		put(out, addr->name.text);
		break;
	case ZW_ADDR_FILE:
		zw_buf_puts(out, "file ");
		put_quoted(out, addr->name.text);
		if (addr->allow_empty)
			zw_buf_puts(out, " allow-empty");
		break;
	case ZW_ADDR_FROM_INTERFACE:
		zw_buf_puts(out, "from interface");
		break;
	case ZW_ADDR_INTERFACE:
		zw_buf_puts(out, "interface ");
		zw_ast_print_interface(out, addr->name.text);
		break;
	}
}

static void put_addrs(struct zw_buf *out, const zw_ast_addrs *addrs)
{
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		separate(out, i);
		zw_ast_print_addr(out, &addrs->v[i]);
	}
}

/* -- sides -- */

static void put_term(struct zw_buf *out, const struct zw_ast_term *term)
{
	size_t i;

	put(out, term->name.text);
	if (term->narrowed) {
		zw_buf_putc(out, '(');
		put_addrs(out, &term->addrs);
		zw_buf_putc(out, ')');
	}
	if (!term->hosts.n)
		return;
	zw_buf_puts(out, term->hosts.n > 1 ? ".{" : ".");
	for (i = 0; i < term->hosts.n; i++) {
		separate(out, i);
		put(out, term->hosts.v[i].text);
	}
	if (term->hosts.n > 1)
		zw_buf_putc(out, '}');
}

void zw_ast_print_side(struct zw_buf *out, const struct zw_ast_side *side)
{
	size_t i;

	for (i = 0; i < side->terms.n; i++) {
		separate(out, i);
		put_term(out, &side->terms.v[i]);
	}
	if (side->except.n)
		zw_buf_puts(out, " except ");
	for (i = 0; i < side->except.n; i++) {
		separate(out, i);
		put_term(out, &side->except.v[i]);
	}
}

/* -- services -- */

static void put_ports(struct zw_buf *out, const struct zw_ast_service *service)
{
	size_t i;

	if (service->ports.n > 1)
		zw_buf_putc(out, '{');
	for (i = 0; i < service->ports.n; i++) {
		separate(out, i);
		zw_buf_printf(out, "%u", service->ports.v[i].lo);
		if (service->ports.v[i].hi != service->ports.v[i].lo)
			zw_buf_printf(out, "-%u", service->ports.v[i].hi);
	}
	if (service->ports.n > 1)
		zw_buf_putc(out, '}');
}

void zw_ast_print_service(struct zw_buf *out,
			  const struct zw_ast_service *service)
{
	put(out, service->proto.text);
	switch (service->kind) {
	case ZW_SERVICE_NAME:
	case ZW_SERVICE_ANY:
		break;
	case ZW_SERVICE_PORTS:
		zw_buf_putc(out, '/');
		put_ports(out, service);
		break;
	case ZW_SERVICE_TYPE:
		zw_buf_putc(out, '/');
		put(out, service->type.text);
		if (service->has_code)
			zw_buf_printf(out, "/%u", service->code);
		break;
	case ZW_SERVICE_NUMBER:
		zw_buf_printf(out, "/%u", service->number);
		break;
	}
}

void zw_ast_print_services(struct zw_buf *out, const zw_ast_services *services)
{
	size_t i;

	for (i = 0; i < services->n; i++) {
		separate(out, i);
		zw_ast_print_service(out, &services->v[i]);
	}
}

/* -- options -- */

static const char *const option_words[] = {
	[ZW_OPTION_LIMIT] = "limit",	 [ZW_OPTION_CONNECTIONS] = "limit",
	[ZW_OPTION_LOG] = "log",	 [ZW_OPTION_COUNT] = "count",
	[ZW_OPTION_DURING] = "during",	 [ZW_OPTION_UNTIL] = "until",
	[ZW_OPTION_OWNER] = "owner",	 [ZW_OPTION_TICKET] = "ticket",
	[ZW_OPTION_BECAUSE] = "because",
};
_Static_assert(sizeof(option_words) / sizeof(option_words[0]) ==
		       ZW_OPTION_KIND_COUNT,
	       "every option has a word");

static void put_rate(struct zw_buf *out, const struct zw_ast_rate *rate)
{
	static const char *const units[] = { "second", "minute", "hour",
					     "day" };

	zw_buf_printf(out, " %llu/%s", (unsigned long long)rate->amount,
		      units[rate->unit]);
	if (rate->has_burst)
		zw_buf_printf(out, " burst %llu",
			      (unsigned long long)rate->burst);
	if (rate->per_source)
		zw_buf_puts(out, " per source");
}

void zw_ast_print_option(struct zw_buf *out, const struct zw_ast_option *option)
{
	zw_buf_puts(out, option_words[option->kind]);
	if (option->kind == ZW_OPTION_LIMIT)
		put_rate(out, &option->rate);
	if (option->kind == ZW_OPTION_CONNECTIONS)
		zw_buf_printf(out, " connections %llu per source",
			      (unsigned long long)option->rate.amount);
	if (option->has_text) {
		zw_buf_putc(out, ' ');
		if (option->kind == ZW_OPTION_UNTIL)
			put(out, option->text.text);
		else
			put_quoted(out, option->text.text);
	}
	if (option->has_group)
		zw_buf_printf(out, " group %u", option->group);
}

static void put_options(struct zw_buf *out, const zw_ast_options *options)
{
	size_t i;

	for (i = 0; i < options->n; i++) {
		zw_buf_putc(out, ' ');
		zw_ast_print_option(out, &options->v[i]);
	}
}

/* -- zones and gateways -- */

static void put_interfaces(struct zw_buf *out,
			   const struct zw_ast_member *member)
{
	size_t i;

	for (i = 0; i < member->interfaces.n; i++) {
		separate(out, i);
		zw_ast_print_interface(out, member->interfaces.v[i].text);
	}
}

static void put_ipsec(struct zw_buf *out, const struct zw_ast_member *member)
{
	zw_buf_puts(out, "ipsec");
	if (member->has_reqid)
		zw_buf_printf(out, " reqid %u", member->reqid);
}

void zw_ast_print_binding_ipsec(struct zw_buf *out,
				const struct zw_ast_member *member)
{
	if (member->ipsec == ZW_AST_IPSEC)
		put_ipsec(out, member);
	else if (member->ipsec == ZW_AST_IPSEC_NOT)
		zw_buf_puts(out, "not ipsec");
}

static void put_binding(struct zw_buf *out, const struct zw_ast_member *member)
{
	zw_buf_printf(out, "interface %.*s = ", ZW_STR_ARG(member->name.text));
	put_interfaces(out, member);
	if (member->ipsec == ZW_AST_IPSEC_UNSAID)
		return;
	zw_buf_putc(out, ' ');
	zw_ast_print_binding_ipsec(out, member);
}

static void put_member(struct zw_buf *out, const struct zw_ast_member *member)
{
	switch (member->kind) {
	case ZW_MEMBER_INTERFACE:
		zw_buf_puts(out, "interface ");
		put_interfaces(out, member);
		break;
	case ZW_MEMBER_IPSEC:
		put_ipsec(out, member);
		break;
	case ZW_MEMBER_BINDING:
		put_binding(out, member);
		break;
	case ZW_MEMBER_NOT_IPSEC:
		zw_buf_puts(out, "not ipsec");
		break;
	case ZW_MEMBER_NETWORK:
		zw_buf_puts(out, "network ");
		put_addrs(out, &member->addrs);
		break;
	case ZW_MEMBER_HOST:
		zw_buf_printf(out,
			      "host %.*s = ", ZW_STR_ARG(member->name.text));
		put_addrs(out, &member->addrs);
		break;
	case ZW_MEMBER_SPOOFING_ALLOW:
		zw_buf_puts(out, "spoofing allow");
		break;
	}
}

static void put_block(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	size_t i;

	zw_buf_puts(out, " {");
	for (i = 0; i < stmt->members.n; i++) {
		zw_buf_puts(out, i ? "; " : " ");
		put_member(out, &stmt->members.v[i]);
	}
	zw_buf_puts(out, " }");
}

static void put_zone(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	static const char *const kinds[] = { "", "external ", "dmz ",
					     "internal " };

	zw_buf_printf(out, "%szone %.*s", kinds[stmt->zone_kind],
		      ZW_STR_ARG(stmt->name.text));
	put_block(out, stmt);
}

static void put_link(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	size_t i;

	zw_buf_printf(out, "%.*s between ", ZW_STR_ARG(stmt->name.text));
	for (i = 0; i < stmt->gateways.n; i++) {
		separate(out, i);
		put(out, stmt->gateways.v[i].text);
	}
}

/* -- statements -- */

static const char *const statement_words[] = {
	[ZW_AST_GATEWAY] = "gateway",	  [ZW_AST_INCLUDE] = "include",
	[ZW_AST_DEFINE] = "define",	  [ZW_AST_SERVICE] = "service",
	[ZW_AST_ZONE] = "zone",		  [ZW_AST_LINK] = "link",
	[ZW_AST_ALLOW] = "allow",	  [ZW_AST_DENY] = "deny",
	[ZW_AST_REJECT] = "reject",	  [ZW_AST_MASQUERADE] = "masquerade",
	[ZW_AST_SNAT] = "snat",		  [ZW_AST_CLAMP_MSS] = "clamp-mss",
	[ZW_AST_PUBLISH] = "publish",	  [ZW_AST_NEVER] = "never",
	[ZW_AST_ONLY] = "only",		  [ZW_AST_ALWAYS] = "always",
	[ZW_AST_UNSPOOFED] = "unspoofed", [ZW_AST_EXPECT] = "expect",
	[ZW_AST_LOG_DROPS] = "log drops",
};
_Static_assert(sizeof(statement_words) / sizeof(statement_words[0]) ==
		       ZW_AST_KIND_COUNT,
	       "every statement has a word");

static void put_flow(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	zw_ast_print_side(out, &stmt->from);
	if (stmt->to.terms.n) {
		zw_buf_puts(out, " -> ");
		zw_ast_print_side(out, &stmt->to);
	}
	if (stmt->services.n) {
		zw_buf_puts(out, " : ");
		zw_ast_print_services(out, &stmt->services);
	}
	put_options(out, &stmt->options);
}

static void put_publish(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	zw_ast_print_side(out, &stmt->to);
	zw_buf_puts(out, " : ");
	zw_ast_print_services(out, &stmt->services);
	zw_buf_puts(out, " as ");
	put_addrs(out, &stmt->addrs);
	zw_buf_puts(out, " : ");
	zw_ast_print_services(out, &stmt->outer);
	zw_buf_puts(out, " for ");
	zw_ast_print_side(out, &stmt->from);
	put_options(out, &stmt->options);
}

/* "PREFIX" [limit RATE] [group N]; the log option comes first in the list. */
static void put_log_drops(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	const struct zw_ast_option *log = &stmt->options.v[0];

	put_quoted(out, log->text.text);
	if (stmt->options.n > 1) {
		zw_buf_putc(out, ' ');
		zw_ast_print_option(out, &stmt->options.v[1]);
	}
	if (log->has_group)
		zw_buf_printf(out, " group %u", log->group);
}

static void put_translation(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	static const char *const families[] = { "", " ipv6", " all" };

	put_flow(out, stmt);
	if (stmt->kind == ZW_AST_MASQUERADE)
		zw_buf_puts(out, families[stmt->nat_families]);
	if (stmt->kind == ZW_AST_SNAT) {
		zw_buf_puts(out, " as ");
		put_addrs(out, &stmt->addrs);
	}
	if (stmt->has_size)
		zw_buf_printf(out, " %u", stmt->size);
}

static void put_definition(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	put(out, stmt->name.text);
	zw_buf_puts(out, " = ");
	put_addrs(out, &stmt->addrs);
	zw_ast_print_services(out, &stmt->services);
}

void zw_ast_print_stmt(struct zw_buf *out, const struct zw_ast_stmt *stmt)
{
	static const char *const expectations[] = { "accept ", "drop ",
						    "reject " };

	if (stmt->kind == ZW_AST_ZONE) {
		put_zone(out, stmt);
		return;
	}
	zw_buf_printf(out, "%s ", statement_words[stmt->kind]);
	switch (stmt->kind) {
	case ZW_AST_GATEWAY:
		put(out, stmt->name.text);
		if (stmt->has_block)
			put_block(out, stmt);
		break;
	case ZW_AST_LINK:
		put_link(out, stmt);
		break;
	case ZW_AST_INCLUDE:
		put_quoted(out, stmt->name.text);
		break;
	case ZW_AST_DEFINE:
	case ZW_AST_SERVICE:
		put_definition(out, stmt);
		break;
	case ZW_AST_MASQUERADE:
	case ZW_AST_SNAT:
	case ZW_AST_CLAMP_MSS:
		put_translation(out, stmt);
		break;
	case ZW_AST_PUBLISH:
		put_publish(out, stmt);
		break;
	case ZW_AST_LOG_DROPS:
		put_log_drops(out, stmt);
		break;
	case ZW_AST_EXPECT:
		zw_buf_puts(out, expectations[stmt->expectation]);
		put_flow(out, stmt);
		break;
	default:
		put_flow(out, stmt);
		break;
	}
}
