/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a statement to the pieces it is written with. Whatever has no bracket
 * in it is one piece in canonical spelling, so that a comment can only stand
 * between pieces where the language lets a line end: behind a comma or inside
 * brackets. A comment inside a piece is written behind it. Where the exact
 * place of a sign is not in the tree it is taken from what follows; no comment
 * can stand there. */
#include "grammar/format_parts.h"

/* -- pieces -- */

static void add(struct zw_rows *rows, struct zw_row *row, enum zw_join join,
		u32 at, struct zw_str text)
{
	struct zw_piece piece = { .text = text, .at = at, .join = join };

	piece.width = zw_text_width(text);
	zw_push(rows->arena, row->pieces, piece);
}

/* What was written to the scratch buffer, as a piece. */
static void add_scratch(struct zw_rows *rows, struct zw_row *row,
			enum zw_join join, u32 at)
{
	struct zw_str text = { rows->scratch.data, rows->scratch.n };

	add(rows, row, join, at, zw_str_copy(rows->arena, text));
	rows->scratch.n = 0;
}

static void add_comma(struct zw_row *row)
{
	struct zw_piece *piece = &row->pieces.v[row->pieces.n - 1];

	piece->comma = true;
	piece->width++;
}

/* The join of element I of a list whose first element is joined by FIRST; the
 * comma before it is set. */
static enum zw_join next_join(struct zw_row *row, size_t i, enum zw_join first)
{
	if (!i)
		return first;
	add_comma(row);
	return ZW_JOIN_LIST;
}

static u32 end_of(struct zw_span span)
{
	return span.off + span.len;
}

static struct zw_str source_of(const struct zw_rows *rows, struct zw_span span)
{
	return (struct zw_str){ rows->text.p + span.off, span.len };
}

bool zw_rows_comment_between(const struct zw_rows *rows, u32 from, u32 to)
{
	size_t lo = 0, hi = rows->ast->comments.n;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (rows->ast->comments.v[middle].off < from)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < rows->ast->comments.n && rows->ast->comments.v[lo].off < to;
}

static bool comment_in(const struct zw_rows *rows, struct zw_span span)
{
	return zw_rows_comment_between(rows, span.off, end_of(span));
}

/* -- addresses, sides, services, options -- */

static void add_addrs(struct zw_rows *rows, struct zw_row *row,
		      const zw_ast_addrs *addrs, enum zw_join first)
{
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		enum zw_join join = next_join(row, i, first);

		zw_ast_print_addr(&rows->scratch, &addrs->v[i]);
		add_scratch(rows, row, join, addrs->v[i].span.off);
	}
}

static void add_names(struct zw_rows *rows, struct zw_row *row,
		      const struct zw_ast_term *term)
{
	size_t i;

	for (i = 0; i < term->hosts.n; i++) {
		enum zw_join join = next_join(row, i, ZW_JOIN_GLUED);

		add(rows, row, join, term->hosts.v[i].span.off,
		    term->hosts.v[i].text);
	}
}

static void add_term(struct zw_rows *rows, struct zw_row *row,
		     const struct zw_ast_term *term, enum zw_join join)
{
	struct zw_buf *scratch = &rows->scratch;
	bool braces = term->hosts.n > 1 ||
		      (term->hosts.n && comment_in(rows, term->span));

	zw_buf_add(scratch, term->name.text.p, term->name.text.n);
	if (term->narrowed)
		zw_buf_putc(scratch, '(');
	if (braces)
		zw_buf_puts(scratch, ".{");
	else if (term->hosts.n)
		zw_buf_printf(scratch, ".%.*s",
			      ZW_STR_ARG(term->hosts.v[0].text));
	add_scratch(rows, row, join, term->span.off);
	if (term->narrowed) {
		add_addrs(rows, row, &term->addrs, ZW_JOIN_GLUED);
		add(rows, row, ZW_JOIN_GLUED, end_of(term->span) - 1,
		    ZW_STR(")"));
	}
	if (braces) {
		add_names(rows, row, term);
		add(rows, row, ZW_JOIN_GLUED, end_of(term->span) - 1,
		    ZW_STR("}"));
	}
}

static u32 start_of_side(const struct zw_ast_side *side)
{
	return side->terms.v[0].span.off;
}

static void add_side(struct zw_rows *rows, struct zw_row *row,
		     const struct zw_ast_side *side, enum zw_join first)
{
	size_t i;

	for (i = 0; i < side->terms.n; i++) {
		enum zw_join join = next_join(row, i, first);

		add_term(rows, row, &side->terms.v[i], join);
	}
	if (side->except.n)
		add(rows, row, ZW_JOIN_BLANK, side->except.v[0].span.off,
		    ZW_STR("except"));
	for (i = 0; i < side->except.n; i++) {
		enum zw_join join = next_join(row, i, ZW_JOIN_BLANK);

		add_term(rows, row, &side->except.v[i], join);
	}
}

static void add_ports(struct zw_rows *rows, struct zw_row *row,
		      const struct zw_ast_service *service, enum zw_join join)
{
	struct zw_ast_service one = *service;
	u32 skip = service->proto.text.n > UINT32_MAX - 1
			   ? 0
			   : (u32)service->proto.text.n + 1;
	size_t i;

	zw_buf_printf(&rows->scratch, "%.*s/{",
		      ZW_STR_ARG(service->proto.text));
	add_scratch(rows, row, join, service->span.off);
	for (i = 0; i < service->ports.n; i++) {
		struct zw_str text;

		join = next_join(row, i, ZW_JOIN_GLUED);
		one.ports.v = &service->ports.v[i];
		one.ports.n = 1;
		zw_ast_print_service(&rows->scratch, &one);
		text = zw_str_copy(rows->arena,
				   (struct zw_str){ rows->scratch.data + skip,
						    rows->scratch.n - skip });
		rows->scratch.n = 0;
		add(rows, row, join, service->ports.v[i].span.off, text);
	}
	add(rows, row, ZW_JOIN_GLUED, end_of(service->span) - 1, ZW_STR("}"));
}

static void add_services(struct zw_rows *rows, struct zw_row *row,
			 const zw_ast_services *services)
{
	size_t i;

	for (i = 0; i < services->n; i++) {
		const struct zw_ast_service *service = &services->v[i];
		enum zw_join join = next_join(row, i, ZW_JOIN_BLANK);

		if (service->kind == ZW_SERVICE_PORTS &&
		    (service->ports.n > 1 || comment_in(rows, service->span))) {
			add_ports(rows, row, service, join);
			continue;
		}
		zw_ast_print_service(&rows->scratch, service);
		add_scratch(rows, row, join, service->span.off);
	}
}

static void add_colon(struct zw_rows *rows, struct zw_row *row,
		      const zw_ast_services *services)
{
	if (!services->n)
		return;
	add(rows, row, ZW_JOIN_CELL, services->v[0].span.off, ZW_STR(":"));
	add_services(rows, row, services);
}

static void add_options(struct zw_rows *rows, struct zw_row *row,
			const zw_ast_options *options)
{
	size_t i;

	for (i = 0; i < options->n; i++) {
		zw_ast_print_option(&rows->scratch, &options->v[i]);
		add_scratch(rows, row, ZW_JOIN_BLANK, options->v[i].span.off);
	}
}

/* -- members of zones and gateways -- */

static bool says_where(const struct zw_ast_member *member)
{
	return member->kind != ZW_MEMBER_NETWORK &&
	       member->kind != ZW_MEMBER_HOST &&
	       member->kind != ZW_MEMBER_BINDING;
}

static void add_interfaces(struct zw_rows *rows, struct zw_row *row,
			   const struct zw_ast_member *member)
{
	size_t i;

	for (i = 0; i < member->interfaces.n; i++) {
		enum zw_join join = next_join(row, i, ZW_JOIN_BLANK);

		zw_ast_print_interface(&rows->scratch,
				       member->interfaces.v[i].text);
		add_scratch(rows, row, join, member->interfaces.v[i].span.off);
	}
}

static void add_binding(struct zw_rows *rows, struct zw_row *row,
			const struct zw_ast_member *member, enum zw_join join,
			bool alone)
{
	zw_buf_printf(&rows->scratch, "interface %.*s",
		      ZW_STR_ARG(member->name.text));
	add_scratch(rows, row, join, member->span.off);
	add(rows, row, alone ? ZW_JOIN_CELL : ZW_JOIN_BLANK,
	    end_of(member->name.span), ZW_STR("="));
	row->hang = (u32)row->pieces.n;
	add_interfaces(rows, row, member);
	if (member->ipsec == ZW_AST_IPSEC_UNSAID)
		return;
	zw_ast_print_binding_ipsec(&rows->scratch, member);
	add_scratch(rows, row, ZW_JOIN_BLANK, end_of(member->span) - 1);
}

static void add_member(struct zw_rows *rows, struct zw_row *row,
		       const struct zw_ast_member *member, enum zw_join join,
		       bool alone)
{
	struct zw_buf *scratch = &rows->scratch;
	u32 at = member->span.off;

	switch (member->kind) {
	case ZW_MEMBER_INTERFACE:
		add(rows, row, join, at, ZW_STR("interface"));
		row->hang = (u32)row->pieces.n;
		add_interfaces(rows, row, member);
		break;
	case ZW_MEMBER_NETWORK: /* below an interface, as wide as that */
		add(rows, row, join, at,
		    alone ? ZW_STR("network  ") : ZW_STR("network"));
		row->hang = (u32)row->pieces.n;
		add_addrs(rows, row, &member->addrs, ZW_JOIN_BLANK);
		break;
	case ZW_MEMBER_HOST:
		zw_buf_printf(scratch, "host %.*s",
			      ZW_STR_ARG(member->name.text));
		add_scratch(rows, row, join, at);
		add(rows, row, alone ? ZW_JOIN_CELL : ZW_JOIN_BLANK,
		    end_of(member->name.span), ZW_STR("="));
		row->hang = (u32)row->pieces.n;
		add_addrs(rows, row, &member->addrs, ZW_JOIN_BLANK);
		break;
	case ZW_MEMBER_IPSEC:
		zw_buf_puts(scratch, "ipsec");
		if (member->has_reqid)
			zw_buf_printf(scratch, " reqid %u", member->reqid);
		add_scratch(rows, row, join, at);
		break;
	case ZW_MEMBER_NOT_IPSEC:
		add(rows, row, join, at, ZW_STR("not ipsec"));
		break;
	case ZW_MEMBER_SPOOFING_ALLOW:
		add(rows, row, join, at, ZW_STR("spoofing allow"));
		break;
	case ZW_MEMBER_BINDING:
		add_binding(rows, row, member, join, alone);
		break;
	}
}

/* `network from` and an interface behind it would be something else. */
static bool ends_in_from(const struct zw_ast_member *member)
{
	const struct zw_ast_addr *addr;

	if (!member->addrs.n)
		return false;
	addr = &member->addrs.v[member->addrs.n - 1];
	return addr->kind == ZW_ADDR_NAME && zw_str_is(addr->name.text, "from");
}

/* A comment between the first word of MEMBER and what it lists has no place
 * of its own; it goes above. */
static u32 body_of(const struct zw_ast_member *member)
{
	if (member->interfaces.n)
		return member->interfaces.v[0].span.off;
	if (member->addrs.n)
		return member->addrs.v[0].span.off;
	return member->span.off;
}

static void set_single(const struct zw_rows *rows, struct zw_row *row,
		       u32 indent);

void zw_row_of_member(struct zw_rows *rows, struct zw_row *row,
		      const struct zw_ast_member *member)
{
	row->start = member->span.off;
	row->end = end_of(member->span);
	row->body = body_of(member);
	add_member(rows, row, member, ZW_JOIN_GLUED, true);
	if (ends_in_from(member))
		add(rows, row, ZW_JOIN_GLUED, row->end, ZW_STR(";"));
	if (member->kind == ZW_MEMBER_HOST) {
		row->group = ZW_ROW_HOST;
		row->fixed = 1;
	} else if (member->kind == ZW_MEMBER_BINDING) {
		row->group = ZW_ROW_BINDING;
		row->fixed = 1;
	}
	set_single(rows, row, ZW_FORMAT_INDENT);
}

/* -- zones and gateways -- */

/* On one line: what says where the zone is, its networks, its hosts. */
static void add_members(struct zw_rows *rows, struct zw_row *row,
			const struct zw_ast_stmt *zone)
{
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		const struct zw_ast_member *member = &zone->members.v[i];
		const struct zw_ast_member *before = member - 1;
		enum zw_join join = ZW_JOIN_BLANK;

		if (i &&
		    (!says_where(before) || member->kind == ZW_MEMBER_HOST))
			add(rows, row, ZW_JOIN_GLUED, member->span.off,
			    ZW_STR(";"));
		else if (i && member->kind == ZW_MEMBER_NETWORK)
			join = ZW_JOIN_WIDE;
		add_member(rows, row, member, join, false);
	}
}

static u32 natural_width(const struct zw_row *row)
{
	u32 width = 0;
	size_t i;

	for (i = 0; i < row->pieces.n; i++)
		width += row->pieces.v[i].width +
			 (i ? zw_piece_blanks(&row->pieces.v[i]) : 0);
	return width;
}

static void row_of_block(struct zw_rows *rows, struct zw_row *row,
			 const struct zw_ast_stmt *stmt)
{
	static const char *const kinds[] = { "", "external ", "dmz ",
					     "internal " };
	struct zw_str source = source_of(rows, stmt->span);
	bool commented = comment_in(rows, stmt->span);

	zw_buf_printf(&rows->scratch, "%s%s %.*s", kinds[stmt->zone_kind],
		      stmt->kind == ZW_AST_ZONE ? "zone" : "gateway",
		      ZW_STR_ARG(stmt->name.text));
	add_scratch(rows, row, ZW_JOIN_GLUED, row->start);
	add(rows, row, ZW_JOIN_CELL, end_of(stmt->name.span), ZW_STR("{"));
	row->group = ZW_ROW_ZONE;
	row->single = true;
	if (!commented &&
	    (!stmt->members.n || !memchr(source.p, '\n', source.n))) {
		add_members(rows, row, stmt);
		add(rows, row, ZW_JOIN_BLANK, row->end - 1, ZW_STR("}"));
		row->hang = 0;
		if (!stmt->members.n || natural_width(row) <= ZW_FORMAT_WIDTH)
			return;
		row->pieces.n = 2;
	}
	row->group = ZW_ROW_ALONE;
	row->opened = stmt;
}

/* -- statements -- */

/* Would ROW stand on one line if it were alone? */
static void set_single(const struct zw_rows *rows, struct zw_row *row,
		       u32 indent)
{
	u32 column = indent;
	size_t i;

	row->single = !zw_rows_comment_between(rows, row->body, row->end);
	for (i = 0; i < row->pieces.n && row->single; i++) {
		const struct zw_piece *piece = &row->pieces.v[i];

		if (i)
			column += zw_piece_blanks(piece);
		if (piece->join == ZW_JOIN_LIST &&
		    column + zw_row_width_at(row, i) > ZW_FORMAT_WIDTH)
			row->single = false;
		column += piece->width;
	}
}

static void row_of_flow(struct zw_rows *rows, struct zw_row *row,
			const struct zw_ast_stmt *stmt)
{
	add_side(rows, row, &stmt->from, ZW_JOIN_CELL);
	if (stmt->to.terms.n) {
		add(rows, row, ZW_JOIN_CELL, start_of_side(&stmt->to),
		    ZW_STR("->"));
		add_side(rows, row, &stmt->to, ZW_JOIN_BLANK);
	}
	add_colon(rows, row, &stmt->services);
	add_options(rows, row, &stmt->options);
}

static void row_of_translation(struct zw_rows *rows, struct zw_row *row,
			       const struct zw_ast_stmt *stmt)
{
	u32 at = row->end - 1;

	row_of_flow(rows, row, stmt);
	if (stmt->kind == ZW_AST_SNAT) {
		add(rows, row, ZW_JOIN_CELL, stmt->addrs.v[0].span.off,
		    ZW_STR("as"));
		add_addrs(rows, row, &stmt->addrs, ZW_JOIN_BLANK);
	}
	if (stmt->nat_families != ZW_NAT_IPV4)
		add(rows, row, ZW_JOIN_CELL, at,
		    stmt->nat_families == ZW_NAT_ALL ? ZW_STR("all")
						     : ZW_STR("ipv6"));
	if (stmt->has_size) {
		zw_buf_printf(&rows->scratch, "%u", stmt->size);
		add_scratch(rows, row, ZW_JOIN_CELL, at);
	}
}

static void row_of_publish(struct zw_rows *rows, struct zw_row *row,
			   const struct zw_ast_stmt *stmt)
{
	add_side(rows, row, &stmt->to, ZW_JOIN_CELL);
	add_colon(rows, row, &stmt->services);
	add(rows, row, ZW_JOIN_CELL, stmt->addrs.v[0].span.off, ZW_STR("as"));
	add_addrs(rows, row, &stmt->addrs, ZW_JOIN_BLANK);
	add_colon(rows, row, &stmt->outer);
	add(rows, row, ZW_JOIN_CELL, start_of_side(&stmt->from), ZW_STR("for"));
	add_side(rows, row, &stmt->from, ZW_JOIN_BLANK);
	add_options(rows, row, &stmt->options);
}

static void row_of_definition(struct zw_rows *rows, struct zw_row *row,
			      const struct zw_ast_stmt *stmt)
{
	u32 name = stmt->name.span.off;

	add(rows, row, ZW_JOIN_CELL, name, stmt->name.text);
	add(rows, row, ZW_JOIN_CELL, name, ZW_STR("="));
	row->hang = (u32)row->pieces.n;
	add_addrs(rows, row, &stmt->addrs, ZW_JOIN_BLANK);
	add_services(rows, row, &stmt->services);
	row->fixed = 2;
}

static enum zw_row_group group_of(enum zw_ast_kind kind)
{
	switch (kind) {
	case ZW_AST_DEFINE:
	case ZW_AST_SERVICE:
		return ZW_ROW_DEFINITION;
	case ZW_AST_ALLOW:
	case ZW_AST_DENY:
	case ZW_AST_REJECT:
		return ZW_ROW_RULE;
	case ZW_AST_NEVER:
	case ZW_AST_ONLY:
	case ZW_AST_ALWAYS:
	case ZW_AST_UNSPOOFED:
		return ZW_ROW_CLAIM;
	case ZW_AST_EXPECT:
		return ZW_ROW_EXPECT;
	case ZW_AST_MASQUERADE:
	case ZW_AST_SNAT:
	case ZW_AST_CLAMP_MSS:
		return ZW_ROW_TRANSLATION;
	case ZW_AST_PUBLISH:
		return ZW_ROW_PUBLISH;
	case ZW_AST_LINK:
		return ZW_ROW_LINK;
	default:
		return ZW_ROW_ALONE;
	}
}

static void row_of_expect(struct zw_rows *rows, struct zw_row *row,
			  const struct zw_ast_stmt *stmt)
{
	static const char *const expectations[] = { "accept", "drop",
						    "reject" };

	add(rows, row, ZW_JOIN_CELL, start_of_side(&stmt->from),
	    zw_str_from(expectations[stmt->expectation]));
	row_of_flow(rows, row, stmt);
	row->fixed = 2;
}

static void row_of_link(struct zw_rows *rows, struct zw_row *row,
			const struct zw_ast_stmt *stmt)
{
	size_t i;

	add(rows, row, ZW_JOIN_CELL, stmt->name.span.off, stmt->name.text);
	add(rows, row, ZW_JOIN_CELL, end_of(stmt->name.span),
	    ZW_STR("between"));
	row->hang = (u32)row->pieces.n;
	for (i = 0; i < stmt->gateways.n; i++) {
		enum zw_join join = next_join(row, i, ZW_JOIN_BLANK);

		add(rows, row, join, stmt->gateways.v[i].span.off,
		    stmt->gateways.v[i].text);
	}
	row->fixed = 2;
}

void zw_row_of_stmt(struct zw_rows *rows, struct zw_row *row,
		    const struct zw_ast_stmt *stmt)
{
	row->start = row->body = stmt->span.off;
	row->end = end_of(stmt->span);
	row->group = group_of(stmt->kind);
	row->fixed = 1;
	if (stmt->kind == ZW_AST_ZONE || stmt->has_block) {
		row_of_block(rows, row, stmt);
		return;
	}
	if (row->group == ZW_ROW_ALONE) { /* no list in it, no bracket */
		zw_ast_print_stmt(&rows->scratch, stmt);
		add_scratch(rows, row, ZW_JOIN_GLUED, row->start);
		row->single = true;
		return;
	}
	add(rows, row, ZW_JOIN_GLUED, row->start,
	    source_of(rows, stmt->keyword));
	if (row->group == ZW_ROW_DEFINITION)
		row_of_definition(rows, row, stmt);
	else if (row->group == ZW_ROW_LINK)
		row_of_link(rows, row, stmt);
	else if (row->group == ZW_ROW_PUBLISH)
		row_of_publish(rows, row, stmt);
	else if (row->group == ZW_ROW_EXPECT)
		row_of_expect(rows, row, stmt);
	else if (row->group == ZW_ROW_TRANSLATION)
		row_of_translation(rows, row, stmt);
	else
		row_of_flow(rows, row, stmt);
	set_single(rows, row, 0);
}
