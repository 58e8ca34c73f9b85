/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to a ruleset as this kernel's nft has it, the ruleset to a diagram, and
 * the diagram held against the boxes of packets that a case says pass. */
#include "tests/corpus/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader/sandbox.h"
#include "tests/corpus/boxes.h"
#include "tests/corpus/built.h"
#include "verifier/decode.h"
#include "verifier/meaning.h"
#include "verifier/symbolic.h"

#define ATTEMPTS 12
#define NODES (1u << 20)

/* ---- text to ruleset ------------------------------------------------------
 */

static bool load(struct zw_arena *arena, const struct corpus_case *c,
		 struct zw_sandbox *box, struct zw_buf *said)
{
	char path[] = "/tmp/zwinger-corpus-XXXXXX";
	struct zw_sandbox_file file = { path, ZW_SANDBOX_NFT };
	struct zw_buf text = { 0 };
	int fd = mkstemp(path);
	ssize_t n;

	if (c->save.n)
		file.language = zw_str_eq(c->family, ZW_STR("ip6"))
					? ZW_SANDBOX_IP6TABLES
					: ZW_SANDBOX_IPTABLES;
	corpus_text(&text, c);
	n = fd < 0 ? -1 : write(fd, text.data, text.n);
	if (n == (ssize_t)text.n)
		zw_sandbox_load(arena, &file, 1, box);
	else
		zw_buf_puts(said, "cannot write a file for nft\n");
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	zw_buf_free(&text);
	if (n < 0 || box->outcome == ZW_SANDBOX_LOADED)
		return n >= 0;
	zw_buf_printf(said, "not loaded: %.*s\n", ZW_STR_ARG(box->said));
	return false;
}

/* Put together here instead. */
static bool build(struct zw_arena *arena, const struct corpus_case *c,
		  struct zw_sandbox *box, struct zw_buf *said)
{
	static const char *const hooks[] = { "prerouting", "input", "forward",
					     "output", "postrouting" };
	static const struct {
		const char *name;
		u32 family;
	} families[] = { { "inet", NFPROTO_INET },
			 { "ip", NFPROTO_IPV4 },
			 { "ip6", NFPROTO_IPV6 } };
	struct zw_batch batch = { 0 };
	u32 family = 0, hook = 0;

	while (family < 2 &&
	       !zw_str_eq(c->family, zw_str_from(families[family].name)))
		family++;
	while (hook < 4 && !zw_str_eq(c->hook, zw_str_from(hooks[hook])))
		hook++;
	if (!corpus_build(&batch, families[family].family, hook, c->built)) {
		zw_buf_printf(said, "nothing is built as '%.*s'\n",
			      ZW_STR_ARG(c->built));
		return false;
	}
	box->messages = zw_str_copy(
		arena, (struct zw_str){ (const char *)batch.bytes, batch.n });
	zw_batch_free(&batch);
	return true;
}

static void note(struct corpus_met *met, const struct zw_ruleset *ruleset)
{
	size_t i, k, e;

	for (i = 0; i < ruleset->chains.n; i++) {
		const struct zw_chain *chain = &ruleset->chains.v[i];
		u32 family = ruleset->tables.v[chain->table].family;

		for (k = 0; k < chain->rules.n; k++)
			for (e = 0; e < chain->rules.v[k]->n_exprs; e++)
				met->count[chain->rules.v[k]->exprs[e].kind]
					  [family & 15]++;
	}
}

/* "payload_set" for "payload set". */
static bool has_expression(const struct corpus_met *met, struct zw_str word)
{
	u32 kind, family;
	size_t k;

	for (kind = 0; kind < ZW_EXPR_COUNT; kind++) {
		struct zw_expr expr = { .kind = (u8)kind };
		struct zw_str name = zw_expr_name(&expr);
		bool same = name.n == word.n;

		for (k = 0; same && k < name.n; k++)
			same = (name.p[k] == ' ' ? '_' : name.p[k]) ==
			       word.p[k];
		for (family = 0; same && family < 16; family++)
			if (met->count[kind][family])
				return true;
	}
	return false;
}

/* ---- packets --------------------------------------------------------------
 */

static bool accepts(void *context, u32 leaf)
{
	(void)context;
	return zw_pass_of(leaf) == ZW_PASS_ACCEPT;
}

static bool gets_lost(void *context, u32 leaf)
{
	(void)context;
	return zw_pass_of(leaf) == ZW_PASS_LOST;
}

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* The variables of what nobody knows. */
static u32 *unknowns(struct zw_arena *arena, const struct zw_space *space,
		     size_t *n)
{
	u32 *v = ZW_NEW_ARRAY(arena, u32, space->fresh.n + 16), field, k;
	size_t i;

	*n = 0;
	for (field = ZW_FIELD_DAY; field <= ZW_FIELD_HOUR; field++)
		for (k = 0; k < space->fields.v[field].slice_count; k++)
			v[(*n)++] = space->fields.v[field].slices[k].variable;
	for (i = 0; i < space->fresh.n; i++)
		v[(*n)++] = space->fresh.v[i];
	qsort(v, *n, sizeof(*v), by_number);
	return v;
}

static enum zw_path path_of(const struct corpus_case *c)
{
	if (zw_str_eq(c->hook, ZW_STR("input")))
		return ZW_PATH_INPUT;
	if (zw_str_eq(c->hook, ZW_STR("output")))
		return ZW_PATH_OUTPUT;
	return ZW_PATH_FORWARD;
}

/* A table of one family lets the other one's packets pass; these are compared
 * where a case says so. */
static zw_node own_family(struct zw_space *space, const struct corpus_case *c)
{
	size_t i;

	for (i = 0; i < c->within.n; i++)
		if (memmem(c->within.v[i].p, c->within.v[i].n, "family", 6))
			return ZW_ALL;
	if (zw_str_eq(c->family, ZW_STR("ip")))
		return zw_space_is(space, ZW_FIELD_FAMILY, ZW_IPV4);
	if (zw_str_eq(c->family, ZW_STR("ip6")))
		return zw_space_is(space, ZW_FIELD_FAMILY, ZW_IPV6);
	return ZW_ALL;
}

static zw_node compared(struct zw_symbolic *symbolic,
			const struct corpus_case *c, struct zw_buf *said)
{
	struct zw_space *space = symbolic->space;
	struct zw_diagrams *d = space->d;
	zw_node out = zw_meaning_legal(space, symbolic->tracked, path_of(c));
	zw_node box;
	size_t i;

	out = zw_and(d, out,
		     zw_space_is(space, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE));
	out = zw_minus(d, out, zw_meaning_later_fragments(space));
	out = zw_and(d, out, own_family(space, c));
	for (i = 0; i < c->within.n; i++) {
		if (!corpus_box(space, c->within.v[i], &box))
			zw_buf_printf(said, "'%.*s' is no box\n",
				      ZW_STR_ARG(c->within.v[i]));
		out = zw_and(d, out, box);
	}
	return out;
}

static void print_member(struct zw_buf *said, const struct zw_space *space,
			 zw_node set)
{
	static const struct {
		const char *name;
		u32 field;
	} shown[] = {
		{ "family", ZW_FIELD_FAMILY }, { "src", ZW_FIELD_SRC },
		{ "dst", ZW_FIELD_DST },       { "proto", ZW_FIELD_PROTO },
		{ "sport", ZW_FIELD_SPORT },   { "dport", ZW_FIELD_DPORT },
		{ "mark", ZW_FIELD_MARK },     { "flags", ZW_FIELD_FLAGS },
		{ "hops", ZW_FIELD_HOPS },     { "status", ZW_FIELD_CT_STATUS },
		{ "frag", ZW_FIELD_FRAG },     { "ctmark", ZW_FIELD_CT_MARK },
	};
	u32 *point = zw_heap_resize(NULL, zw_variable_count(space->d),
				    sizeof(*point));
	size_t i;

	zw_pick(space->d, set, NULL, point);
	for (i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		zw_buf_printf(said, " %s 0x%x", shown[i].name,
			      zw_space_value(space, shown[i].field, point));
	zw_buf_puts(said, "\n");
	free(point);
}

static void compare(struct zw_buf *said, const struct zw_space *space,
		    const char *what, zw_node got, zw_node want)
{
	zw_node more = zw_minus(space->d, got, want);
	zw_node less = zw_minus(space->d, want, got);

	if (!zw_same(more, ZW_EMPTY)) {
		zw_buf_printf(said, "%s passes, and is not written:", what);
		print_member(said, space, more);
	}
	if (!zw_same(less, ZW_EMPTY)) {
		zw_buf_printf(said, "%s does not pass, and is written:", what);
		print_member(said, space, less);
	}
}

static void compare_packets(struct zw_arena *arena, const struct corpus_case *c,
			    struct zw_symbolic *symbolic, struct zw_buf *said)
{
	struct zw_space *space = symbolic->space;
	struct zw_diagrams *d = space->d;
	zw_node path = zw_symbolic_path(symbolic, path_of(c));
	zw_node within = compared(symbolic, c, said);
	zw_node sure, may, lost, accepted;
	u32 *v;
	size_t n;

	if (!corpus_boxes(space, &c->passes, &sure) ||
	    !corpus_boxes(space, &c->may, &may) ||
	    !corpus_boxes(space, &c->lost, &lost)) {
		zw_buf_puts(said, "a line is no box\n");
		return;
	}
	may = zw_and(d, within, zw_or(d, may, sure));
	sure = zw_and(d, within, sure);
	accepted = zw_and(d, within, zw_where(d, path, accepts, NULL));
	v = unknowns(arena, space, &n);
	compare(said, space, "what surely", zw_forall(d, accepted, v, n), sure);
	compare(said, space, "what possibly", zw_exists(d, accepted, v, n),
		may);
	accepted = zw_and(d, within, zw_where(d, path, gets_lost, NULL));
	compare(said, space, "what is lost", zw_exists(d, accepted, v, n),
		zw_and(d, within, lost));
}

/* Does the case say that the decoder says so? */
static bool told(const struct corpus_case *c, struct zw_str message)
{
	size_t i;

	for (i = 0; i < c->unknown.n; i++)
		if (memmem(message.p, message.n, c->unknown.v[i].p,
			   c->unknown.v[i].n))
			return true;
	return false;
}

static bool is_listed(const struct zw_symbolic *symbolic, struct zw_str text)
{
	size_t k;

	for (k = 0; k < symbolic->approximations.n; k++)
		if (zw_str_eq(text,
			      zw_str_from(symbolic->approximations.v[k].what)))
			return true;
	for (k = 0; k < symbolic->losses.n; k++)
		if (memmem(symbolic->losses.v[k].p, symbolic->losses.v[k].n,
			   text.p, text.n))
			return true;
	for (k = 0; k < symbolic->doubts.n; k++)
		if (memmem(symbolic->doubts.v[k].p, symbolic->doubts.v[k].n,
			   text.p, text.n))
			return true;
	return false;
}

static void say_listed(const struct zw_symbolic *symbolic, struct zw_str text,
		       struct zw_buf *said)
{
	size_t i;

	zw_buf_printf(said, "'%.*s' is not listed, but:\n", ZW_STR_ARG(text));
	for (i = 0; i < symbolic->approximations.n; i++)
		zw_buf_printf(said, "  %s\n",
			      symbolic->approximations.v[i].what);
	for (i = 0; i < symbolic->losses.n; i++)
		zw_buf_printf(said, "  %.*s\n",
			      ZW_STR_ARG(symbolic->losses.v[i]));
	for (i = 0; i < symbolic->doubts.n; i++)
		zw_buf_printf(said, "  %.*s\n",
			      ZW_STR_ARG(symbolic->doubts.v[i]));
}

static void compare_unknown(const struct corpus_case *c,
			    const struct zw_symbolic *symbolic,
			    struct zw_buf *said)
{
	size_t i;

	for (i = 0; i < c->unknown.n; i++)
		if (!is_listed(symbolic, c->unknown.v[i]))
			say_listed(symbolic, c->unknown.v[i], said);
	for (i = 0; !c->unknown.n && i < symbolic->approximations.n; i++)
		zw_buf_printf(said, "approximated: %s\n",
			      symbolic->approximations.v[i].what);
	for (i = 0; !c->unknown.n && i < symbolic->losses.n; i++)
		zw_buf_printf(said, "lost: %.*s\n",
			      ZW_STR_ARG(symbolic->losses.v[i]));
	for (i = 0; i < symbolic->doubts.n; i++)
		if (!told(c, symbolic->doubts.v[i]))
			zw_buf_printf(said, "in doubt: %.*s\n",
				      ZW_STR_ARG(symbolic->doubts.v[i]));
}

/* False if fields must be cut otherwise first. */
static bool attempt(const struct corpus_case *c,
		    const struct zw_ruleset *ruleset, struct zw_cuts *cuts,
		    const struct zw_gateway *gateway, struct zw_buf *said)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_diagrams *d = zw_diagrams_new(NODES, 4 * NODES);
	struct zw_space *space = zw_space_new(arena, d, cuts);
	struct zw_symbolic *symbolic = zw_symbolic_new(arena, space, ruleset);
	struct zw_buf now = { 0 };
	bool told;

	space->gateway = gateway;
	symbolic->foreign = true;
	compare_packets(arena, c, symbolic, &now);
	told = !zw_space_stale(space);
	if (told) {
		compare_unknown(c, symbolic, &now);
		if (zw_diagrams_exhausted(d))
			zw_buf_puts(&now, "too large\n");
		if (now.n)
			zw_buf_puts(said, now.data);
	}
	zw_buf_free(&now);
	zw_diagrams_free(d);
	zw_arena_free(arena);
	return told;
}

static void decide(struct zw_arena *arena, const struct corpus_case *c,
		   const struct zw_ruleset *ruleset,
		   const struct zw_gateway *gateway, struct zw_buf *said)
{
	const zw_lines *all[] = { &c->passes, &c->may, &c->lost, &c->within };
	struct zw_cuts cuts;
	size_t i, k;

	zw_cuts_init(&cuts, arena);
	zw_symbolic_cuts(&cuts, ruleset);
	for (i = 0; i < 4; i++)
		for (k = 0; k < all[i]->n; k++)
			corpus_box_cuts(&cuts, all[i]->v[k]);
	for (i = 0; i < ATTEMPTS; i++)
		if (attempt(c, ruleset, &cuts, gateway, said))
			return;
	zw_buf_puts(said, "fields are cut too often\n");
}

static void compare_print(const struct corpus_case *c,
			  const struct zw_ruleset *ruleset, struct zw_buf *said)
{
	struct zw_buf text = { 0 };
	bool wrong = false;
	size_t i;

	zw_ruleset_print(&text, ruleset);
	for (i = 0; i < c->prints.n; i++) {
		if (memmem(text.data, text.n, c->prints.v[i].p,
			   c->prints.v[i].n))
			continue;
		zw_buf_printf(said, "'%.*s' is not in:\n",
			      ZW_STR_ARG(c->prints.v[i]));
		wrong = true;
	}
	if (wrong)
		zw_buf_puts(said, text.data);
	zw_buf_free(&text);
}

void corpus_ask(const struct corpus_case *c, struct corpus_met *met,
		struct zw_buf *said)
{
	struct zw_arena *arena = zw_arena_new();
	struct corpus_met here = { 0 };
	struct zw_sandbox box = { 0 };
	struct zw_ruleset ruleset = { 0 };
	struct zw_diags diags;
	u32 kind, family;
	size_t i;

	zw_diags_init(&diags, arena);
	if ((c->built.n ? build(arena, c, &box, said)
			: load(arena, c, &box, said)) &&
	    zw_decode(arena, &diags, (const u8 *)box.messages.p, box.messages.n,
		      NULL, &ruleset)) {
		note(&here, &ruleset);
		for (i = 0; i < c->expressions.n; i++)
			if (!has_expression(&here, c->expressions.v[i]))
				zw_buf_printf(said, "no expression '%.*s'\n",
					      ZW_STR_ARG(c->expressions.v[i]));
		for (i = 0; i < diags.list.n; i++)
			if (!told(c, diags.list.v[i]->message))
				zw_buf_printf(
					said, "%.*s\n",
					ZW_STR_ARG(diags.list.v[i]->message));
		if (c->passes.n + c->may.n + c->lost.n || !c->prints.n)
			decide(arena, c, &ruleset, &box.gateway, said);
		compare_print(c, &ruleset, said);
	} else if (!said->n) {
		zw_buf_puts(said, "not decoded\n");
	}
	for (kind = 0; kind < ZW_EXPR_COUNT; kind++)
		for (family = 0; family < 16; family++)
			met->count[kind][family] += here.count[kind][family];
	zw_arena_free(arena);
}
