/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree as text, one node a line, indented by its depth: what it is, its
 * text, and where it was read (line:column+length). Written apart from the
 * printer, so that what one forgets the other shows. */
#include "grammar/grammar.h"

struct dump {
	struct zw_buf *out;
	const struct zw_sources *sources; /* NULL: no spans */
	unsigned depth;
};

static void start(struct dump *dump, const char *what)
{
	unsigned i;

	for (i = 0; i < dump->depth; i++)
		zw_buf_puts(dump->out, "  ");
	zw_buf_puts(dump->out, what);
}

static void finish(struct dump *dump, struct zw_span span)
{
	if (dump->sources && span.file != ZW_NO_FILE) {
		struct zw_place place = zw_sources_place(dump->sources, span);

		zw_buf_printf(dump->out, "  @%u:%u+%u", place.line,
			      place.column, span.len);
	}
	zw_buf_putc(dump->out, '\n');
}

static void text(struct dump *dump, struct zw_str s)
{
	zw_buf_putc(dump->out, ' ');
	zw_buf_add_escaped(dump->out, s);
}

static void leaf(struct dump *dump, const char *what,
		 const struct zw_ast_name *name)
{
	start(dump, what);
	text(dump, name->text);
	finish(dump, name->span);
}

/* -- addresses -- */

static void literal(struct dump *dump, const struct zw_ast_addr *addr)
{
	struct zw_ip lo = { addr->family, addr->lo };
	struct zw_ip hi = { addr->family, addr->hi };
	char shown[46];

	zw_buf_printf(dump->out, " %s", zw_ip_format(lo, shown));
	if (addr->lo != addr->hi)
		zw_buf_printf(dump->out, " to %s", zw_ip_format(hi, shown));
	if (addr->prefix_len >= 0)
		zw_buf_printf(dump->out, " prefix %d", addr->prefix_len);
}

static void addresses(struct dump *dump, const zw_ast_addrs *addrs)
{
	static const char *const kinds[] = { "address", "defined", "file",
					     "from-interface", "interface" };
	size_t i;

	dump->depth++;
	for (i = 0; i < addrs->n; i++) {
		const struct zw_ast_addr *addr = &addrs->v[i];

		start(dump, kinds[addr->kind]);
		if (addr->kind == ZW_ADDR_LITERAL)
			literal(dump, addr);
		else if (addr->kind != ZW_ADDR_FROM_INTERFACE)
			text(dump, addr->name.text);
		if (addr->allow_empty)
			zw_buf_puts(dump->out, " (may be empty)");
		finish(dump, addr->span);
	}
	dump->depth--;
}

/* -- sides -- */

static void terms(struct dump *dump, const struct zw_ast_term *v, size_t n)
{
	static const char *const whos[] = { "zone",	"any", "self",
					    "external", "dmz", "internal" };
	size_t i, j;

	dump->depth++;
	for (i = 0; i < n; i++) {
		start(dump, whos[v[i].who]);
		if (v[i].who == ZW_WHO_NAME)
			text(dump, v[i].name.text);
		finish(dump, v[i].span);
		addresses(dump, &v[i].addrs);
		dump->depth++;
		for (j = 0; j < v[i].hosts.n; j++)
			leaf(dump, "host", &v[i].hosts.v[j]);
		dump->depth--;
	}
	dump->depth--;
}

static void side(struct dump *dump, const char *what,
		 const struct zw_ast_side *s)
{
	if (!s->terms.n)
		return;
	start(dump, what);
	finish(dump, s->span);
	terms(dump, s->terms.v, s->terms.n);
	if (!s->except.n)
		return;
	dump->depth++;
	start(dump, "except");
	finish(dump, ZW_NO_SPAN);
	terms(dump, s->except.v, s->except.n);
	dump->depth--;
}

/* -- services -- */

static void ports(struct dump *dump, const struct zw_ast_service *service)
{
	size_t i;

	dump->depth++;
	for (i = 0; i < service->ports.n; i++) {
		start(dump, "ports");
		zw_buf_printf(dump->out, " %u to %u", service->ports.v[i].lo,
			      service->ports.v[i].hi);
		finish(dump, service->ports.v[i].span);
	}
	dump->depth--;
}

static void services(struct dump *dump, const char *what,
		     const zw_ast_services *list)
{
	static const char *const kinds[] = { "named", "any", "with-ports",
					     "with-type", "protocol" };
	size_t i;

	if (!list->n)
		return;
	start(dump, what);
	finish(dump, ZW_NO_SPAN);
	dump->depth++;
	for (i = 0; i < list->n; i++) {
		const struct zw_ast_service *service = &list->v[i];

		start(dump, kinds[service->kind]);
		if (service->kind == ZW_SERVICE_NUMBER)
			zw_buf_printf(dump->out, " %u", service->number);
		else if (service->kind != ZW_SERVICE_ANY)
			text(dump, service->proto.text);
		if (service->kind == ZW_SERVICE_TYPE)
			text(dump, service->type.text);
		if (service->has_code)
			zw_buf_printf(dump->out, " code %u", service->code);
		finish(dump, service->span);
		ports(dump, service);
	}
	dump->depth--;
}

/* -- options -- */

static void rate(struct dump *dump, const struct zw_ast_option *option)
{
	static const char *const units[] = { "second", "minute", "hour",
					     "day" };
	const struct zw_ast_rate *r = &option->rate;

	if (option->kind == ZW_OPTION_CONNECTIONS)
		zw_buf_printf(dump->out, " %llu",
			      (unsigned long long)r->amount);
	if (option->kind == ZW_OPTION_LIMIT)
		zw_buf_printf(dump->out, " %llu a %s",
			      (unsigned long long)r->amount, units[r->unit]);
	if (r->has_burst)
		zw_buf_printf(dump->out, " burst %llu",
			      (unsigned long long)r->burst);
	if (r->per_source)
		zw_buf_puts(dump->out, " per source");
}

static void options(struct dump *dump, const zw_ast_options *list)
{
	static const char *const kinds[] = {
		[ZW_OPTION_LIMIT] = "limit",
		[ZW_OPTION_CONNECTIONS] = "connections",
		[ZW_OPTION_LOG] = "log",
		[ZW_OPTION_COUNT] = "count",
		[ZW_OPTION_DURING] = "during",
		[ZW_OPTION_UNTIL] = "until",
		[ZW_OPTION_OWNER] = "owner",
		[ZW_OPTION_TICKET] = "ticket",
		[ZW_OPTION_BECAUSE] = "because",
	};
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct zw_ast_option *option = &list->v[i];

		start(dump, kinds[option->kind]);
		rate(dump, option);
		if (option->has_text)
			text(dump, option->text.text);
		if (option->has_group)
			zw_buf_printf(dump->out, " group %u", option->group);
		finish(dump, option->span);
	}
}

/* -- zones and gateways -- */

static void members(struct dump *dump, const struct zw_ast_stmt *stmt)
{
	static const char *const kinds[] = { "interfaces", "ipsec",
					     "not-ipsec",  "network",
					     "host",	   "spoofing-allow",
					     "binding" };
	static const char *const ipsec[] = { "", " ipsec", " not-ipsec" };
	size_t i, j;

	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		start(dump, kinds[member->kind]);
		if (member->kind == ZW_MEMBER_HOST ||
		    member->kind == ZW_MEMBER_BINDING)
			text(dump, member->name.text);
		zw_buf_puts(dump->out, ipsec[member->ipsec]);
		if (member->has_reqid)
			zw_buf_printf(dump->out, " reqid %u", member->reqid);
		finish(dump, member->span);
		dump->depth++;
		for (j = 0; j < member->interfaces.n; j++)
			leaf(dump, "interface", &member->interfaces.v[j]);
		dump->depth--;
		addresses(dump, &member->addrs);
	}
}

/* -- statements -- */

static void details(struct dump *dump, const struct zw_ast_stmt *stmt)
{
	static const char *const expectations[] = { " accept", " drop",
						    " reject" };
	static const char *const families[] = { " ipv4", " ipv6", " all" };
	static const char *const kinds[] = { "", " external", " dmz",
					     " internal" };

	if (stmt->name.text.n)
		text(dump, stmt->name.text);
	if (stmt->kind == ZW_AST_ZONE)
		zw_buf_puts(dump->out, kinds[stmt->zone_kind]);
	if (stmt->has_block)
		zw_buf_puts(dump->out, " with-interfaces");
	if (stmt->kind == ZW_AST_EXPECT)
		zw_buf_puts(dump->out, expectations[stmt->expectation]);
	if (stmt->kind == ZW_AST_MASQUERADE)
		zw_buf_puts(dump->out, families[stmt->nat_families]);
	if (stmt->has_size)
		zw_buf_printf(dump->out, " %u", stmt->size);
}

static void linked(struct dump *dump, const struct zw_ast_stmt *stmt)
{
	size_t i;

	for (i = 0; i < stmt->gateways.n; i++)
		leaf(dump, "gateway", &stmt->gateways.v[i]);
}

static void statement(struct dump *dump, const struct zw_ast_stmt *stmt)
{
	static const char *const kinds[] = {
		[ZW_AST_GATEWAY] = "gateway",
		[ZW_AST_INCLUDE] = "include",
		[ZW_AST_DEFINE] = "define",
		[ZW_AST_SERVICE] = "service",
		[ZW_AST_ZONE] = "zone",
		[ZW_AST_LINK] = "link",
		[ZW_AST_ALLOW] = "allow",
		[ZW_AST_DENY] = "deny",
		[ZW_AST_REJECT] = "reject",
		[ZW_AST_MASQUERADE] = "masquerade",
		[ZW_AST_SNAT] = "snat",
		[ZW_AST_CLAMP_MSS] = "clamp-mss",
		[ZW_AST_PUBLISH] = "publish",
		[ZW_AST_NEVER] = "never",
		[ZW_AST_ONLY] = "only",
		[ZW_AST_ALWAYS] = "always",
		[ZW_AST_UNSPOOFED] = "unspoofed",
		[ZW_AST_EXPECT] = "expect",
		[ZW_AST_LOG_DROPS] = "log-drops",
	};

	start(dump, kinds[stmt->kind]);
	details(dump, stmt);
	finish(dump, stmt->span);
	addresses(dump, &stmt->addrs);
	dump->depth++;
	members(dump, stmt);
	linked(dump, stmt);
	side(dump, "from", &stmt->from);
	side(dump, "to", &stmt->to);
	services(dump, "services", &stmt->services);
	services(dump, "outer-services", &stmt->outer);
	options(dump, &stmt->options);
	dump->depth--;
}

void zw_ast_dump(struct zw_buf *out, const struct zw_ast *ast,
		 const struct zw_sources *sources)
{
	struct dump dump = { out, sources, 0 };
	size_t i;

	for (i = 0; i < ast->stmts.n; i++)
		statement(&dump, ast->stmts.v[i]);
}
