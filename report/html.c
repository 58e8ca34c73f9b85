/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page from top to bottom: whose it is, the result with its figures, what
 * was asked, what was proved, and what it rests on. */
#include "report/html.h"

#include <string.h>

#include "report/html_part.h"

#define RULES_SHOWN 300

static const char *const verdicts[] = { "proved", "refuted", "undecided" };
static const char *const kinds[] = { "external", "dmz", "internal", "plain" };

static size_t verdict_number(const char *name)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(verdicts[i], name))
			return i;
	}
	return 2;
}

/* ---- the head ------------------------------------------------------------ */

static void fact(struct zw_page *page, enum zw_word name, const char *text)
{
	if (!*text)
		return;
	zw_html_word_in(page, "dt", name);
	zw_html_in(page, "dd", text);
}

static void contents(struct zw_page *page)
{
	static const struct {
		const char *id;
		enum zw_word title;
	} sections[] = {
		{ "result", ZW_W_RESULT },   { "asked", ZW_W_ASKED },
		{ "proved", ZW_W_PROVED },   { "picture", ZW_W_PICTURE },
		{ "lab", ZW_W_LAB },	     { "faults", ZW_W_FAULTS },
		{ "changes", ZW_W_CHANGES }, { "digests", ZW_W_DIGESTS },
		{ "mapping", ZW_W_MAPPING },
	};
	size_t i;

	zw_html(page, "<nav aria-labelledby=\"contents\">"
		      "<h2 id=\"contents\">");
	zw_html_word(page, ZW_W_CONTENTS);
	zw_html(page, "</h2><ol>\n");
	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		zw_html(page, "<li><a href=\"#%s\">", sections[i].id);
		zw_html_word(page, sections[i].title);
		zw_html(page, "</a></li>\n");
	}
	zw_html(page, "</ol></nav>\n");
}

static void head(struct zw_page *page)
{
	const json_t *r = page->record;
	const char *gateway = zw_member(r, "gateway");

	zw_html(page,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
		zw_word(page, ZW_W_LANG));
	zw_html_word(page, ZW_W_TITLE);
	zw_html(page, ": ");
	zw_html_text(page, *gateway ? gateway : zw_member(r, "policy"));
	zw_html(page, "</title>\n");
	zw_html_style(page);
	zw_html(page, "</head>\n<body>\n"
		      "<a class=\"skip\" href=\"#result\">");
	zw_html_word(page, ZW_W_SKIP);
	zw_html(page, "</a>\n<header>\n");
	zw_html_word_in(page, "h1", ZW_W_TITLE);
	zw_html_word_in(page, "p class=\"sub\"", ZW_W_SUBTITLE);
	zw_html(page, "<dl class=\"facts\">\n");
	fact(page, ZW_W_GATEWAY, gateway);
	fact(page, ZW_W_POLICY, zw_member(r, "policy"));
	fact(page, ZW_W_DATE, zw_member(r, "date"));
	zw_html_word_in(page, "dt", ZW_W_TOOL);
	zw_html(page, "<dd>zwinger ");
	zw_html_text(page, zw_member(r, "zwinger"));
	zw_html(page, "</dd></dl>\n");
	contents(page);
	zw_html(page, "</header>\n<main>\n");
}

/* ---- the result ---------------------------------------------------------- */

static void tile(struct zw_page *page, const char *id, json_int_t value,
		 json_int_t of, enum zw_word what)
{
	zw_html(page, "<li><b data-figure=\"%s\">%lld", id, (long long)value);
	if (of >= 0) {
		zw_html(page, " ");
		zw_html_word(page, ZW_W_OF);
		zw_html(page, " %lld", (long long)of);
	}
	zw_html(page, "</b>");
	zw_html_word_in(page, "span", what);
	zw_html(page, "</li>\n");
}

static json_int_t proved_claims(const json_t *claims)
{
	json_int_t n = 0;
	size_t i;

	for (i = 0; i < json_array_size(claims); i++)
		n += !strcmp(zw_member(json_array_get(claims, i), "verdict"),
			     "proved");
	return n;
}

static void tiles(struct zw_page *page)
{
	const json_t *check = zw_child(page->record, "check");
	const json_t *claims = zw_child(check, "claims");
	const json_t *faults = zw_child(page->record, "faults");
	const json_t *effects = zw_child(faults, "effects");
	const json_t *lab = zw_child(page->record, "lab");

	zw_html(page, "<ul class=\"tiles\">\n");
	tile(page, "claims", proved_claims(claims),
	     (json_int_t)json_array_size(claims), ZW_W_FIGURE_CLAIMS);
	tile(page, "directions",
	     (json_int_t)json_array_size(
		     zw_child(zw_child(page->record, "matrix"), "pairs")),
	     -1, ZW_W_FIGURE_DIRECTIONS);
	if (effects) {
		tile(page, "faults", zw_member_count(faults, "tried"), -1,
		     ZW_W_FIGURE_FAULTS);
		tile(page, "points",
		     zw_member_count(effects, "isolation") +
			     zw_member_count(effects, "safety"),
		     -1, ZW_W_FIGURE_POINTS);
	}
	if (zw_child(lab, "packets")) {
		tile(page, "packets", zw_member_count(lab, "packets"), -1,
		     ZW_W_FIGURE_PACKETS);
	} else {
		zw_html(page, "<li><b>&ndash;</b>");
		zw_html_word_in(page, "span", ZW_W_FIGURE_NO_LAB);
		zw_html(page, "</li>\n");
	}
	zw_html(page, "</ul>\n");
}

static void families(struct zw_page *page)
{
	const json_t *list =
		zw_child(zw_child(page->record, "check"), "families");
	size_t i;

	zw_html(page, "<p class=\"note\">");
	zw_html_word(page, ZW_W_FAMILIES);
	zw_html(page, " ");
	for (i = 0; i < json_array_size(list); i++)
		zw_html(page, "%s%s", i ? ", " : "",
			strcmp(json_string_value(json_array_get(list, i)), "ip")
				? "IPv6"
				: "IPv4");
	zw_html(page, ".</p>\n");
}

static void result(struct zw_page *page)
{
	static const char *const classes[] = { "good", "bad", "warn" };
	size_t v = verdict_number(zw_member(page->record, "verdict"));

	zw_html_section(page, "result", ZW_W_RESULT);
	zw_html(page, "<p class=\"banner %s\" data-figure=\"verdict\">",
		classes[v]);
	zw_html(page, v ? "&#10007; " : "&#10003; ");
	zw_html_word(page, (enum zw_word)(ZW_W_RESULT_PROVED + v));
	zw_html(page, "</p>\n");
	tiles(page);
	zw_html_word_in(page, "p", ZW_W_RESULT_TEXT);
	families(page);
	zw_html(page, "</section>\n");
}

/* ---- what was asked ------------------------------------------------------ */

static void codes(struct zw_page *page, const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		zw_html(page, i ? ", " : "");
		zw_html_in(page, "code",
			   json_string_value(json_array_get(list, i)));
	}
}

static void zones(struct zw_page *page)
{
	static const enum zw_word columns[] = { ZW_W_ZONE, ZW_W_KIND,
						ZW_W_INTERFACES,
						ZW_W_NETWORKS };
	const json_t *list = zw_child(page->record, "zones");
	size_t i;

	zw_html_word_in(page, "h3", ZW_W_ZONES);
	zw_html_table(page, "cards", columns, 4);
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *zone = json_array_get(list, i);
		const json_t *networks = zw_child(zone, "networks");

		zw_html(page, "<tr>");
		zw_html_cell(page, columns[0]);
		zw_html_in(page, "b", zw_member(zone, "name"));
		zw_html(page, "</td>");
		zw_html_cell(page, columns[1]);
		zw_html_word(page, zw_word_of(ZW_W_KIND_EXTERNAL, kinds, 4,
					      zw_member(zone, "kind")));
		zw_html(page, "</td>");
		zw_html_cell(page, columns[2]);
		codes(page, zw_child(zone, "interfaces"));
		zw_html(page, "</td>");
		zw_html_cell(page, columns[3]);
		if (networks)
			codes(page, networks);
		else
			zw_html_word(page, ZW_W_EVERYTHING_ELSE);
		zw_html(page, "</td></tr>\n");
	}
	zw_html(page, "</tbody></table>\n");
}

static void remark(struct zw_page *page, const json_t *object,
		   const char *member, enum zw_word name, bool *any)
{
	const char *text = zw_member(object, member);

	if (!*text)
		return;
	zw_html(page, "%s", *any ? "<br>" : "");
	*any = true;
	zw_html_word(page, name);
	zw_html(page, ": ");
	zw_html_text(page, text);
}

static void remarks(struct zw_page *page, const json_t *object)
{
	bool any = false;

	remark(page, object, "owner", ZW_W_OWNER, &any);
	remark(page, object, "ticket", ZW_W_TICKET, &any);
	remark(page, object, "because", ZW_W_BECAUSE, &any);
	remark(page, object, "until", ZW_W_UNTIL, &any);
	if (!any)
		zw_html_word_in(page, "span class=\"note\"", ZW_W_NO_REMARKS);
}

static void place(struct zw_page *page, const json_t *object)
{
	if (!zw_child(object, "file"))
		return;
	zw_html(page, "<code>");
	zw_html_text(page, zw_member(object, "file"));
	zw_html(page, ":%lld</code>",
		(long long)zw_member_count(object, "line"));
}

static void rules(struct zw_page *page)
{
	static const enum zw_word columns[] = { ZW_W_RULE, ZW_W_LINE,
						ZW_W_REMARKS };
	const json_t *list = zw_child(page->record, "rules");
	size_t i, n = json_array_size(list);

	if (!n)
		return;
	zw_html(page, "<h3>");
	zw_html_word(page, ZW_W_RULES);
	zw_html(page, " (%zu)</h3>\n", n);
	zw_html_table(page, "cards", columns, 3);
	for (i = 0; i < n && i < RULES_SHOWN; i++) {
		const json_t *rule = json_array_get(list, i);

		zw_html(page, "<tr>");
		zw_html_cell(page, columns[0]);
		zw_html_in(page, "code", zw_member(rule, "text"));
		zw_html(page, "</td>");
		zw_html_cell(page, columns[1]);
		place(page, rule);
		zw_html(page, "</td>");
		zw_html_cell(page, columns[2]);
		remarks(page, rule);
		zw_html(page, "</td></tr>\n");
	}
	zw_html(page, "</tbody></table>\n");
	if (n > RULES_SHOWN) {
		zw_html(page, "<p class=\"note\">%zu ", n - RULES_SHOWN);
		zw_html_word(page, ZW_W_MORE_IN_JSON);
		zw_html(page, "</p>\n");
	}
}

static void asked(struct zw_page *page)
{
	zw_html_section(page, "asked", ZW_W_ASKED);
	zw_html_word_in(page, "p", ZW_W_ASKED_TEXT);
	zones(page);
	rules(page);
	zw_html(page, "</section>\n");
}

/* ---- what was proved ----------------------------------------------------- */

static void evidence(struct zw_page *page, const json_t *claim)
{
	const json_t *witness = zw_child(claim, "witness");

	if (witness) {
		zw_html(page, "<br>");
		zw_html_word(page, ZW_W_SHOWN_BY);
		zw_html(page, ": ");
		zw_html_packet(page, witness);
	} else if (*zw_member(claim, "reason")) {
		zw_html(page, "<br>");
		zw_html_word(page, ZW_W_NOT_DECIDED);
		zw_html(page, ": <span lang=\"en\">");
		zw_html_text(page, zw_member(claim, "reason"));
		zw_html(page, "</span>");
	}
}

/* What a claim says, for those who do not read the language of policies. */
static void reading(struct zw_page *page, const char *claim, bool holds)
{
	static const char *const begin[] = { "never ",	      "only ",
					     "always ",	      "unspoofed ",
					     "expect drop ",  "expect reject ",
					     "expect accept " };
	size_t i;

	for (i = 0; i < sizeof(begin) / sizeof(*begin); i++) {
		if (strncmp(claim, begin[i], strlen(begin[i])) != 0)
			continue;
		zw_html(page, "<br><span class=\"note\">");
		if (!holds) {
			zw_html_word(page, ZW_W_K_SAYS);
			zw_html(page, " ");
		}
		zw_html_word(page, (enum zw_word)(ZW_W_K_NEVER + i));
		zw_html(page, "</span>");
	}
}

static void claim_row(struct zw_page *page, const json_t *claim)
{
	static const char *const classes[] = { "good", "bad", "warn" };
	size_t v = verdict_number(zw_member(claim, "verdict"));
	const char *text = zw_member(claim, "claim");
	bool exact = !strncmp(text, "the bytes accept", 16);

	zw_html(page, "<tr>");
	zw_html_cell(page, ZW_W_CLAIM);
	if (exact)
		zw_html_word(page, ZW_W_EXACT);
	else
		zw_html_in(page, "code", text);
	reading(page, text, v == 0);
	evidence(page, claim);
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_VERDICT);
	zw_html(page, "<span class=\"tag %s\">", classes[v]);
	zw_html_word(page, (enum zw_word)(ZW_W_V_PROVED + v));
	zw_html(page, "</span></td>");
	zw_html_cell(page, ZW_W_LINE);
	if (json_is_true(zw_child(claim, "built_in")))
		zw_html_word(page, ZW_W_BUILT_IN);
	else
		place(page, claim);
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_REMARKS);
	if (!json_is_true(zw_child(claim, "built_in")))
		remarks(page, claim);
	zw_html(page, "</td></tr>\n");
}

/* Sentences of the verifier are English; the one that always stands there is
 * known in each language. */
static void assumption(struct zw_page *page, const char *text)
{
	zw_html(page, "<li>");
	if (!strncmp(text, "no other table, and", 19))
		zw_html_word(page, ZW_W_ASSUME_OTHERS);
	else
		zw_html_in(page, "span lang=\"en\"", text);
	zw_html(page, "</li>\n");
}

static void assumptions(struct zw_page *page, const json_t *check)
{
	const json_t *list = zw_child(check, "assumptions");
	const json_t *claims = zw_child(check, "claims");
	size_t i, k;

	zw_html_word_in(page, "h3", ZW_W_ASSUMPTIONS);
	zw_html_word_in(page, "p", ZW_W_ASSUMPTIONS_TEXT);
	zw_html(page, "<ul class=\"plain\">\n");
	zw_html_word_in(page, "li", ZW_W_ASSUME_KERNEL);
	zw_html_word_in(page, "li", ZW_W_ASSUME_ZONES);
	for (i = 0; i < json_array_size(list); i++)
		assumption(page, json_string_value(json_array_get(list, i)));
	for (i = 0; i < json_array_size(claims); i++) {
		const json_t *own =
			zw_child(json_array_get(claims, i), "assumptions");

		for (k = 0; k < json_array_size(own); k++)
			assumption(page,
				   json_string_value(json_array_get(own, k)));
	}
	zw_html(page, "</ul>\n");
}

static void proved(struct zw_page *page)
{
	static const enum zw_word columns[] = { ZW_W_CLAIM, ZW_W_VERDICT,
						ZW_W_LINE, ZW_W_REMARKS };
	const json_t *check = zw_child(page->record, "check");
	const json_t *claims = zw_child(check, "claims");
	size_t i;

	zw_html_section(page, "proved", ZW_W_PROVED);
	zw_html_word_in(page, "p", ZW_W_PROVED_TEXT);
	zw_html_table(page, "cards claims", columns, 4);
	for (i = 0; i < json_array_size(claims); i++)
		claim_row(page, json_array_get(claims, i));
	zw_html(page, "</tbody></table>\n");
	assumptions(page, check);
	zw_html(page, "</section>\n");
}

/* ---- digests ------------------------------------------------------------- */

static void digest(struct zw_page *page, const char *name, const char *value)
{
	if (!*value)
		return;
	zw_html_in(page, "dt", name);
	zw_html_in(page, "dd class=\"mono\"", value);
}

static void digests(struct zw_page *page)
{
	const json_t *files = zw_child(page->record, "files");
	size_t i;

	zw_html_section(page, "digests", ZW_W_DIGESTS);
	zw_html_word_in(page, "p", ZW_W_DIGESTS_TEXT);
	zw_html(page, "<dl class=\"facts digests\">\n");
	digest(page, zw_word(page, ZW_W_DIGEST_PROVED),
	       zw_member(zw_child(page->record, "check"), "digest"));
	digest(page, zw_word(page, ZW_W_DIGEST_RULESET),
	       zw_member(page->record, "ruleset"));
	for (i = 0; i < json_array_size(files); i++)
		digest(page, zw_member(json_array_get(files, i), "name"),
		       zw_member(json_array_get(files, i), "sha256"));
	zw_html(page, "</dl>\n<p>");
	zw_html_word(page, ZW_W_REPEAT);
	zw_html(page, " <code>zwinger check ");
	zw_html_text(page, zw_member(page->record, "policy"));
	zw_html(page, "</code></p>\n</section>\n");
}

void zw_html_record(struct zw_buf *out, const json_t *record,
		    enum zw_language language)
{
	struct zw_page page = { out, record, language };

	head(&page);
	result(&page);
	asked(&page);
	proved(&page);
	zw_html_picture(&page);
	zw_html_tests(&page);
	digests(&page);
	zw_html_mapping(&page);
	zw_html(&page, "</main>\n<footer>");
	zw_html_word_in(&page, "p", ZW_W_FOOT);
	zw_html(&page, "</footer>\n</body>\n</html>\n");
}
