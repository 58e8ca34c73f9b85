/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The random policy is parsed, the interfaces of its zones are taken out and
 * written into blocks. What shared an interface still may, so what makes such a
 * policy invalid now and then is what lies behind one link. */
#include "tests/harness/random_network.h"

#include "base/diag.h"
#include "grammar/grammar.h"
#include "tests/harness/random_policy.h"
#include "tests/harness/written_out.h"

enum { GATEWAYS_MAX = 4, LINKS_MAX = 5, ALL_ZONES_MAX = 64 };

struct network {
	struct zw_arena *arena;
	struct zw_random *random;
	struct zw_buf *out;
	const struct zw_ast *ast;
	u32 gateways, links;
	bool joins[LINKS_MAX][GATEWAYS_MAX];
	bool tunnel[LINKS_MAX]; /* through IPsec */
	bool has[ALL_ZONES_MAX][GATEWAYS_MAX];
};

static u32 below(struct network *n, u32 bound)
{
	return zw_random_below(n->random, bound);
}

/* A tree, and now and then more. */
static void make_links(struct network *n)
{
	bool one = !below(n, 4);
	u32 g, l;

	for (g = 0; one && g < n->gateways; g++)
		n->joins[0][g] = true;
	n->links = one;
	for (g = 1; !one && g < n->gateways; g++) {
		n->joins[n->links][g] = true;
		n->joins[n->links++][below(n, g)] = true;
	}
	if (below(n, 2)) {
		l = n->links++;
		n->joins[l][0] = n->joins[l][n->gateways - 1] = true;
	}
	if (!below(n, 4))
		for (l = 0; l < n->links; l++)
			n->tunnel[l] = true;
}

static void put_stmt(struct network *n, const struct zw_ast_stmt *stmt)
{
	zw_ast_print_stmt(n->out, stmt);
	zw_buf_putc(n->out, '\n');
}

static bool says_where(const struct zw_ast_member *member)
{
	return member->kind == ZW_MEMBER_INTERFACE ||
	       member->kind == ZW_MEMBER_IPSEC ||
	       member->kind == ZW_MEMBER_NOT_IPSEC;
}

static void put_zone(struct network *n, const struct zw_ast_stmt *zone)
{
	struct zw_ast_stmt copy = *zone;
	size_t i;

	memset(&copy.members, 0, sizeof(copy.members));
	for (i = 0; i < zone->members.n; i++)
		if (!says_where(&zone->members.v[i]) &&
		    (zone->members.v[i].kind != ZW_MEMBER_SPOOFING_ALLOW ||
		     !below(n, 4)))
			zw_push(n->arena, copy.members, zone->members.v[i]);
	put_stmt(n, &copy);
}

/* What ZONE says of its interfaces, as a block has it. */
static void put_binding(struct network *n, const struct zw_ast_stmt *zone)
{
	struct zw_ast_stmt block = { .kind = ZW_AST_GATEWAY,
				     .has_block = true };
	struct zw_ast_member binding = { .kind = ZW_MEMBER_BINDING,
					 .name = zone->name };
	struct zw_buf text = { 0 };
	size_t i, k;

	for (i = 0; i < zone->members.n; i++) {
		const struct zw_ast_member *m = &zone->members.v[i];

		for (k = 0; k < m->interfaces.n; k++)
			zw_push(n->arena, binding.interfaces,
				m->interfaces.v[k]);
		if (m->kind == ZW_MEMBER_NOT_IPSEC)
			binding.ipsec = ZW_AST_IPSEC_NOT;
		if (m->kind != ZW_MEMBER_IPSEC)
			continue;
		binding.ipsec = ZW_AST_IPSEC;
		binding.has_reqid = m->has_reqid;
		binding.reqid = m->reqid;
	}
	zw_push(n->arena, block.members, binding);
	zw_ast_print_stmt(&text, &block);
	/* "gateway  { interface ... }" */
	zw_buf_puts(n->out, "    ");
	zw_buf_add(n->out, text.data + 11, text.n - 13);
	zw_buf_putc(n->out, '\n');
	zw_buf_free(&text);
}

static void put_gateway(struct network *n, u32 g)
{
	size_t i;
	u32 l, zone = 0;

	zw_buf_printf(n->out, "gateway g%u {\n", g);
	for (i = 0; i < n->ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = n->ast->stmts.v[i];

		if (stmt->kind == ZW_AST_ZONE && n->has[zone++][g])
			put_binding(n, stmt);
	}
	for (l = 0; l < n->links; l++)
		if (n->joins[l][g])
			zw_buf_printf(n->out, "    interface lk%u = t%u%s\n", l,
				      l, n->tunnel[l] ? " ipsec reqid 1" : "");
	zw_buf_puts(n->out, "}\n");
}

static void put_links(struct network *n)
{
	static const char *const kinds[] = { "", "", "", "dmz ", "internal " };
	u32 l, g;

	for (l = 0; l < n->links; l++) {
		bool first = true;

		zw_buf_printf(n->out, "%szone lk%u { network 172.20.%u.0/24",
			      kinds[below(n, 5)], l, l);
		if (below(n, 2))
			zw_buf_printf(n->out, ", fd00:%u::/64", 20 + l);
		zw_buf_printf(n->out, " }\nlink lk%u between", l);
		for (g = 0; g < n->gateways; g++) {
			if (!n->joins[l][g])
				continue;
			zw_buf_printf(n->out, "%s g%u", first ? "" : ",", g);
			first = false;
		}
		zw_buf_putc(n->out, '\n');
	}
}

static void put_rules(struct network *n)
{
	zw_buf_puts(n->out, "allow any -> self : ping\n");
	if (below(n, 2))
		zw_buf_puts(n->out, "allow lk0 -> self : ssh, ntp\n");
	if (below(n, 3))
		zw_buf_puts(n->out, "allow any -> any : tcp/80, udp/53\n");
}

u32 zw_random_network(struct zw_buf *out, struct zw_random *random)
{
	struct network n = { .arena = zw_arena_new(),
			     .random = random,
			     .out = out };
	struct zw_sources *sources = zw_sources_new();
	struct zw_ast ast = { 0 }, written;
	struct zw_buf text = { 0 };
	struct zw_str all;
	struct zw_diags diags;
	u32 i, g, zones = 0;

	zw_random_policy(&text, random, 0);
	all = (struct zw_str){ text.data, text.n };
	zw_diags_init(&diags, n.arena);
	zw_parse_text(n.arena, sources, &diags, ZW_STR("random"), all, &ast);
	zw_write_out(n.arena, all, &ast, &written);
	n.ast = &written;
	n.gateways = 2 + below(&n, GATEWAYS_MAX - 1);
	make_links(&n);
	for (i = 0; i < written.stmts.n; i++) {
		if (written.stmts.v[i]->kind != ZW_AST_ZONE)
			continue;
		n.has[zones][below(&n, n.gateways)] = true;
		if (!below(&n, 4))
			n.has[zones][below(&n, n.gateways)] = true;
		zones++;
	}
	for (g = 0; g < n.gateways; g++)
		put_gateway(&n, g);
	put_links(&n);
	for (i = 0; i < written.stmts.n; i++) {
		const struct zw_ast_stmt *stmt = written.stmts.v[i];

		if (stmt->kind == ZW_AST_ZONE)
			put_zone(&n, stmt);
		else if (stmt->kind != ZW_AST_GATEWAY)
			put_stmt(&n, stmt);
	}
	put_rules(&n);
	zw_buf_putc(out, 0);
	out->n--;
	zw_buf_free(&text);
	zw_sources_free(sources);
	zw_arena_free(n.arena);
	return n.gateways;
}
