/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of nft are read as blocks and statements, those of iptables-save as
 * lines, just closely enough to tell rules from the rest: the kernel has read
 * them already. */
#include "cli/places.h"

#include <string.h>

#include "base/map.h"
#include "cli/reading.h"
#include "verifier/ruleset.h"

#define FILE_LIMIT ((size_t)1 << 30)

typedef ZW_VEC(struct zw_span) spans;

struct found {
	struct zw_arena *arena;
	u32 file;
	struct zw_str text;
	struct zw_map chains; /* "inet t c" to a number of both below */
	ZW_VEC(struct zw_span) heads;
	ZW_VEC(spans) rules;
	struct zw_map sets;
	ZW_VEC(struct zw_span) set_heads;
	bool unclear; /* the text does more than add */
};

static struct zw_span span_of(const struct found *f, size_t from, size_t end)
{
	return (struct zw_span){ f->file, (u32)from, (u32)(end - from) };
}

static spans *chain_of(struct found *f, struct zw_str table, struct zw_str name,
		       struct zw_span head)
{
	struct zw_str key = zw_strf(f->arena, "%.*s %.*s", ZW_STR_ARG(table),
				    ZW_STR_ARG(name));
	spans none = { 0 };
	u32 number;

	if (!zw_map_get(&f->chains, key, &number)) {
		number = (u32)f->heads.n;
		zw_map_put(&f->chains, key, number);
		zw_push(f->arena, f->heads, head);
		zw_push(f->arena, f->rules, none);
	}
	return &f->rules.v[number];
}

static void set_at(struct found *f, struct zw_str table, struct zw_str name,
		   struct zw_span head)
{
	struct zw_str key = zw_strf(f->arena, "%.*s %.*s", ZW_STR_ARG(table),
				    ZW_STR_ARG(name));

	zw_map_put(&f->sets, key, (u32)f->set_heads.n);
	zw_push(f->arena, f->set_heads, head);
}

/* ---- words --------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_word(char c)
{
	return c && !is_blank(c) && !strchr("\n{};#\"", c);
}

/* The word at or behind *AT on this line; may be empty. */
static struct zw_str word(struct zw_str text, size_t *at)
{
	size_t from;

	while (*at < text.n && is_blank(text.p[*at]))
		++*at;
	from = *at;
	while (*at < text.n && is_word(text.p[*at]))
		++*at;
	return (struct zw_str){ text.p + from, *at - from };
}

static bool among(struct zw_str w, const char *const *words, size_t n)
{
	while (n--) {
		if (zw_str_is(w, words[n]))
			return true;
	}
	return false;
}

#define AMONG(w, words) among(w, words, sizeof(words) / sizeof(*(words)))

/* ---- text of nft --------------------------------------------------------- */

/* The end of the statement at AT: a newline or semicolon outside braces, or the
 * brace that opens its block (*OPENS), or closes the one around. */
static size_t statement_end(struct zw_str text, size_t at, bool rule,
			    bool *opens)
{
	u32 depth = 0;
	bool quoted = false;

	*opens = false;
	for (; at < text.n; at++) {
		char c = text.p[at];

		if (c == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if (c == '\\' && at + 1 < text.n && text.p[at + 1] == '\n') {
			at++;
			continue;
		}
		if (!depth && (c == '\n' || c == ';' || c == '#' || c == '}'))
			return at;
		if (c == '{' && !rule) {
			*opens = true;
			return at;
		}
		depth += c == '{';
		depth -= c == '}';
	}
	return at;
}

/* Behind the brace that closes the block whose inside begins at AT. */
static size_t block_end(struct zw_str text, size_t at)
{
	u32 depth = 1;
	bool quoted = false;

	for (; at < text.n && depth; at++) {
		char c = text.p[at];

		if (c == '"')
			quoted = !quoted;
		while (!quoted && c == '#' && at < text.n && text.p[at] != '\n')
			at++;
		if (quoted)
			continue;
		depth += c == '{';
		depth -= c == '}';
	}
	return at;
}

/* Past blanks, ends of statements and comments. */
static size_t next_statement(struct zw_str text, size_t at)
{
	for (; at < text.n; at++) {
		char c = text.p[at];

		if (c == '#') {
			while (at < text.n && text.p[at] != '\n')
				at++;
			continue;
		}
		if (!is_blank(c) && c != '\n' && c != ';')
			return at;
	}
	return at;
}

static struct zw_str trimmed(struct zw_str text, size_t from, size_t end)
{
	while (end > from &&
	       (is_blank(text.p[end - 1]) || text.p[end - 1] == '\n'))
		end--;
	return (struct zw_str){ text.p + from, end - from };
}

static size_t read_chain(struct found *f, spans *rules, size_t at)
{
	static const char *const others[] = { "type",	 "policy",  "comment",
					      "device",	 "devices", "flags",
					      "include", "define",  "hook" };
	bool opens;

	for (;;) {
		size_t from = at = next_statement(f->text, at), end, w = at;
		struct zw_str first, all;

		if (at >= f->text.n || f->text.p[at] == '}')
			return at + 1;
		first = word(f->text, &w);
		end = statement_end(f->text, at, true, &opens);
		all = trimmed(f->text, from, end);
		f->unclear |= zw_str_is(first, "include");
		if (!AMONG(first, others))
			zw_push(f->arena, *rules,
				span_of(f, from, from + all.n));
		at = end == from ? end + 1 : end;
	}
}

static size_t read_table(struct found *f, struct zw_str table, size_t at)
{
	static const char *const set_words[] = { "set", "map", "meter" };

	for (;;) {
		size_t from = at = next_statement(f->text, at), w = at, end;
		struct zw_str kind, name;
		bool opens;

		if (at >= f->text.n || f->text.p[at] == '}')
			return at + 1;
		kind = word(f->text, &w);
		name = word(f->text, &w);
		end = statement_end(f->text, at, false, &opens);
		f->unclear |= zw_str_is(kind, "include");
		at = end == from ? end + 1 : end;
		if (!opens)
			continue;
		at = end + 1;
		if (zw_str_is(kind, "chain")) {
			at = read_chain(
				f,
				chain_of(f, table, name, span_of(f, from, w)),
				at);
			continue;
		}
		if (AMONG(kind, set_words))
			set_at(f, table, name, span_of(f, from, w));
		at = block_end(f->text, at);
	}
}

static bool is_family(struct zw_str w)
{
	static const char *const families[] = { "ip",  "ip6",	 "inet",
						"arp", "bridge", "netdev" };

	return AMONG(w, families);
}

static void read_nft(struct found *f)
{
	static const char *const harmless[] = { "define", "flush", "undefine",
						"redefine", "table" };
	size_t at = 0;

	for (;;) {
		size_t from = at = next_statement(f->text, at), w = at, end;
		struct zw_str first = word(f->text, &w), family, name;
		bool opens, defines = zw_str_is(first, "define");

		if (at >= f->text.n)
			return;
		end = statement_end(f->text, at, defines, &opens);
		at = end == from ? end + 1 : end;
		if (zw_str_is(first, "add") || zw_str_is(first, "create") ||
		    zw_str_is(first, "delete") || zw_str_is(first, "destroy"))
			first = word(f->text, &w);
		if (!AMONG(first, harmless))
			f->unclear = true;
		if (!opens)
			continue;
		at = end + 1;
		family = word(f->text, &w);
		name = is_family(family) ? word(f->text, &w) : family;
		if (!is_family(family))
			family = ZW_STR("ip");
		if (zw_str_is(first, "table"))
			at = read_table(f,
					zw_strf(f->arena, "%.*s %.*s",
						ZW_STR_ARG(family),
						ZW_STR_ARG(name)),
					at);
		else
			at = block_end(f->text, at);
	}
}

/* ---- text of iptables-save ----------------------------------------------- */

static void read_line(struct found *f, const char *family, size_t from,
		      size_t end, struct zw_str *table)
{
	struct zw_str line = { f->text.p, end }, first;
	size_t at = from;

	if (from == end || line.p[from] == '#')
		return;
	first = word(line, &at);
	if (first.n && first.p[0] == '[')
		first = word(line, &at);
	if (first.n > 1 && first.p[0] == '*') {
		*table = zw_strf(f->arena, "%s %.*s", family, (int)first.n - 1,
				 first.p + 1);
		return;
	}
	if (first.n > 1 && first.p[0] == ':') {
		first.p++;
		first.n--;
		chain_of(f, *table, first, span_of(f, from, end));
		return;
	}
	if (zw_str_is(first, "-A")) {
		struct zw_str chain = word(line, &at);
		struct zw_span span = span_of(f, from, end);

		zw_push(f->arena, *chain_of(f, *table, chain, span), span);
		return;
	}
	f->unclear |= !zw_str_is(first, "COMMIT");
}

static void read_iptables(struct found *f, const char *family)
{
	struct zw_str table = ZW_STR("");
	size_t at, end;

	for (at = 0; at < f->text.n; at = end + 1) {
		for (end = at; end < f->text.n && f->text.p[end] != '\n'; end++)
			;
		read_line(f, family, at, end, &table);
	}
}

/* ---- and the ruleset ----------------------------------------------------- */

static struct zw_str key_of(struct found *f, const struct zw_ruleset *ruleset,
			    u32 table, struct zw_str name)
{
	const struct zw_table *t = &ruleset->tables.v[table];

	return zw_strf(f->arena, "%s %.*s %.*s",
		       zw_table_family_name(t->family), ZW_STR_ARG(t->name),
		       ZW_STR_ARG(name));
}

static void tie(struct found *f, const struct zw_ruleset *ruleset,
		struct zw_places *out)
{
	u32 i, number;

	for (i = 0; i < ruleset->chains.n; i++) {
		const struct zw_chain *c = &ruleset->chains.v[i];

		if (!zw_map_get(&f->chains,
				key_of(f, ruleset, c->table, c->name), &number))
			continue;
		out->chains[i] = f->heads.v[number];
		if (f->rules.v[number].n == c->rules.n)
			out->rules[i] = f->rules.v[number].v;
	}
	for (i = 0; i < ruleset->sets.n; i++) {
		const struct zw_set *s = &ruleset->sets.v[i];

		if (zw_map_get(&f->sets, key_of(f, ruleset, s->table, s->name),
			       &number))
			out->sets[i] = f->set_heads.v[number];
	}
}

void zw_places_find(struct zw_cli *cli, const char *path,
		    const struct zw_ruleset *ruleset, struct zw_places *out)
{
	size_t chains = ruleset->chains.n, sets = ruleset->sets.n, i;
	struct found f = { .arena = cli->arena };
	enum zw_content content;

	out->chains = ZW_NEW_ARRAY(cli->arena, struct zw_span, chains + 1);
	out->sets = ZW_NEW_ARRAY(cli->arena, struct zw_span, sets + 1);
	out->rules = ZW_NEW_ARRAY(cli->arena, struct zw_span *, chains + 1);
	for (i = 0; i < chains; i++)
		out->chains[i] = ZW_NO_SPAN;
	for (i = 0; i < sets; i++)
		out->sets[i] = ZW_NO_SPAN;
	if (zw_read_file(cli->arena, path, FILE_LIMIT, &f.text))
		return;
	content = zw_content_of(path, f.text);
	if (content == ZW_CONTENT_BATCH || content == ZW_CONTENT_DUMP)
		return;
	f.file = zw_sources_add(cli->sources, zw_str_from(path), f.text,
				ZW_NO_SPAN);
	zw_map_init(&f.chains, cli->arena);
	zw_map_init(&f.sets, cli->arena);
	if (content == ZW_CONTENT_NFT)
		read_nft(&f);
	else
		read_iptables(&f,
			      content == ZW_CONTENT_IPTABLES ? "ip" : "ip6");
	if (!f.unclear)
		tie(&f, ruleset, out);
}

struct zw_span zw_places_rule(const struct zw_places *places, u32 chain,
			      u32 position)
{
	return places->rules[chain] ? places->rules[chain][position - 1]
				    : ZW_NO_SPAN;
}
