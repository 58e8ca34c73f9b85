/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may reach whom: a square of zones, sorted by kind, drawn as SVG. Few
 * zones get fields wide enough for the services' names; many get small ones
 * with a sign, so that forty are still seen at a glance. Each field has its
 * words as a title, and a list under the picture says all of it as text. */
#include <stdlib.h>
#include <string.h>

#include "report/html_part.h"

#define WIDE_MAX 9  /* parties with names in their fields */
#define NAME_MAX 14 /* letters of a name that are drawn */

enum field {
	FIELD_NONE,
	FIELD_SAME,
	FIELD_OPEN,
	FIELD_PART,   /* forbidden in part, and nothing passes */
	FIELD_NEVER,  /* forbidden, proved */
	FIELD_FALLEN, /* forbidden, and not proved */
};

struct party {
	const char *name;
	u32 kind; /* 0 external, 1 dmz, 2 internal, 3 plain, 4 the gateway */
};

struct picture {
	struct zw_page *page;
	struct party *parties;
	u32 n;
	const json_t **pairs; /* [from * n + to]; NULL: nothing passes */
	u8 *fields;
	bool wide;
	u32 left, top, width, height; /* of the margin, of a field */
};

static const char *const kind_names[] = { "external", "dmz", "internal",
					  "plain" };
/* Fill and ink of a party's head, by kind. */
static const char *const kind_fill[] = { "#e8e3f5", "#fde9d3", "#dbe9fb",
					 "#e9edf2", "#e2e8e6" };
static const char *const kind_ink[] = { "#3d2b72", "#6b3600", "#173f73",
					"#2c3644", "#23423a" };

/* ---- parties ------------------------------------------------------------- */

static int by_kind(const void *a, const void *b)
{
	const struct party *x = a, *y = b;

	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static u32 kind_of(const json_t *zone)
{
	u32 k;

	for (k = 0; k < 3; k++) {
		if (!strcmp(kind_names[k], zw_member(zone, "kind")))
			return k;
	}
	return 3;
}

static void list_parties(struct picture *p)
{
	const json_t *zones = zw_child(p->page->record, "zones");
	size_t i, n = json_array_size(zones);
	struct party *sorted = zw_heap_resize(NULL, n + 1, sizeof(*sorted));
	u32 kind;

	for (i = 0; i < n; i++) {
		const json_t *zone = json_array_get(zones, i);

		sorted[i] = (struct party){ zw_member(zone, "name"),
					    kind_of(zone) };
	}
	/* by kind, in the order of the policy within each */
	p->parties = zw_heap_resize(NULL, n + 1, sizeof(*p->parties));
	for (kind = 0; kind < 4; kind++) {
		for (i = 0; i < n; i++) {
			if (!by_kind(&sorted[i], &(struct party){ "", kind }))
				p->parties[p->n++] = sorted[i];
		}
	}
	p->parties[p->n++] = (struct party){ "self", 4 };
	free(sorted);
}

static u32 party_number(const struct picture *p, const char *name)
{
	u32 i;

	for (i = 0; i < p->n; i++) {
		if (!strcmp(p->parties[i].name, name))
			return i;
	}
	return UINT32_MAX;
}

/* ---- fields -------------------------------------------------------------- */

static void fill_open(struct picture *p)
{
	const json_t *pairs =
		zw_child(zw_child(p->page->record, "matrix"), "pairs");
	size_t i;

	for (i = 0; i < json_array_size(pairs); i++) {
		const json_t *pair = json_array_get(pairs, i);
		u32 from = party_number(p, zw_member(pair, "from"));
		u32 to = party_number(p, zw_member(pair, "to"));

		if (from == UINT32_MAX || to == UINT32_MAX)
			continue;
		p->pairs[from * p->n + to] = pair;
		p->fields[from * p->n + to] = FIELD_OPEN;
	}
}

static bool holds(const struct picture *p, const json_t *forbidden)
{
	const json_t *claims =
		zw_child(zw_child(p->page->record, "check"), "claims");
	const json_t *claim = json_array_get(
		claims, (size_t)zw_member_count(forbidden, "claim"));

	return !strcmp(zw_member(claim, "verdict"), "proved");
}

static void fill_forbidden(struct picture *p)
{
	const json_t *list = zw_child(p->page->record, "forbidden");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		u32 from = party_number(p, zw_member(f, "from"));
		u32 to = party_number(p, zw_member(f, "to"));
		bool whole = json_is_true(zw_child(f, "whole"));
		enum field field = !holds(p, f) ? FIELD_FALLEN
				   : whole	? FIELD_NEVER
						: FIELD_PART;
		u8 *at;

		if (from == UINT32_MAX || to == UINT32_MAX)
			continue;
		at = &p->fields[from * p->n + to];
		/* a direction that is forbidden in part may be open else */
		if (field > *at && !(field == FIELD_PART && *at == FIELD_OPEN))
			*at = (u8)field;
	}
}

/* ---- drawing ------------------------------------------------------------- */

static void party_name(struct picture *p, u32 i)
{
	const char *name = p->parties[i].name;
	size_t n = strlen(name);
	char cut[NAME_MAX + 1];

	if (p->parties[i].kind == 4)
		name = zw_word(p->page, ZW_W_SELF);
	else if (n > NAME_MAX) {
		memcpy(cut, name, NAME_MAX - 1);
		cut[NAME_MAX - 1] = 0;
		/* never half a letter */
		for (n = NAME_MAX - 1; n && ((u8)name[n] & 0xc0) == 0x80;)
			cut[--n] = 0;
		zw_html_text(p->page, cut);
		zw_html(p->page, "&hellip;");
		return;
	}
	zw_html_text(p->page, name);
}

static void label(struct picture *p, u32 i, bool row)
{
	u32 x = row ? 0 : p->left + i * p->width;
	u32 y = row ? p->top + i * p->height : 0;
	u32 w = row ? p->left : p->width, h = row ? p->height : p->top;
	u32 kind = p->parties[i].kind;

	zw_html(p->page,
		"<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"#fff\"/>",
		x, y, w, h, kind_fill[kind]);
	if (row)
		zw_html(p->page, "<text x=\"%u\" y=\"%u\" text-anchor=\"end\"",
			p->left - 8, y + p->height / 2 + 4);
	else if (p->wide)
		zw_html(p->page,
			"<text x=\"%u\" y=\"%u\" text-anchor=\"middle\"",
			x + w / 2, h / 2 + 4);
	else
		zw_html(p->page,
			"<text transform=\"translate(%u %u) rotate(-90)\"",
			x + w / 2 + 4, h - 8);
	zw_html(p->page, " fill=\"%s\" font-weight=\"600\">", kind_ink[kind]);
	party_name(p, i);
	zw_html(p->page, "</text>\n");
}

static const struct {
	const char *fill, *ink, *sign;
	enum zw_word word;
} looks[] = {
	[FIELD_NONE] = { "#fff", "#6b7482", "", ZW_W_LEGEND_NONE },
	[FIELD_SAME] = { "#eef1f5", "#6b7482", "", ZW_W_LEGEND_NONE },
	[FIELD_OPEN] = { "#d8f0e2", "#0b5d34", "&#9679;", ZW_W_LEGEND_SMALL },
	[FIELD_PART] = { "#fff1f1", "#9b1c1c", "(&#10005;)", ZW_W_LEGEND_PART },
	[FIELD_NEVER] = { "#fbd9d9", "#9b1c1c", "&#10005;", ZW_W_LEGEND_NEVER },
	[FIELD_FALLEN] = { "#9b1c1c", "#fff", "!", ZW_W_LEGEND_UNPROVED },
};

/* The services on up to three lines of a wide field. */
static void service_lines(struct picture *p, const json_t *pair, u32 x, u32 y)
{
	struct zw_buf text = { 0 };
	struct zw_page inner = { &text, p->page->record, p->page->language };
	size_t at = 0, line, lines, room = p->width / 7;

	zw_html_services(&inner, pair);
	lines = text.n > 2 * room ? 3 : text.n > room ? 2 : 1;
	for (line = 0; line < lines && at < text.n; line++) {
		size_t n = text.n - at, k;
		bool last = line + 1 == lines;

		if (n > room) {
			n = room;
			/* an entity is not cut, a list is at its comma */
			for (k = n; k > room / 2; k--) {
				if (text.data[at + k - 1] == ' ')
					break;
			}
			if (k > room / 2)
				n = k;
			for (k = 0; k < n; k++) {
				if (text.data[at + k] == '&' &&
				    !memchr(text.data + at + k, ';', n - k))
					n = k;
			}
			if (!n)
				n = room;
		}
		zw_html(p->page,
			"<text x=\"%u\" y=\"%u\" text-anchor=\"middle\" font-size=\"11\" fill=\"#0b5d34\">",
			x + p->width / 2,
			(u32)(y + p->height / 2 + 4 + 13 * line -
			      13 * (lines - 1) / 2));
		zw_html(p->page, "%.*s%s</text>", (int)n, text.data + at,
			last && at + n < text.n ? "&hellip;" : "");
		at += n;
	}
	zw_buf_free(&text);
}

static void draw_field(struct picture *p, u32 from, u32 to)
{
	u32 x = p->left + to * p->width, y = p->top + from * p->height;
	enum field field = (enum field)p->fields[from * p->n + to];
	const json_t *pair = p->pairs[from * p->n + to];

	zw_html(p->page, "<g><title>");
	party_name(p, from);
	zw_html(p->page, " &rarr; ");
	party_name(p, to);
	zw_html(p->page, ": ");
	if (pair)
		zw_html_services(p->page, pair);
	else
		zw_html_word(p->page, looks[field].word);
	zw_html(p->page,
		"</title><rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"#c3cbd8\"/>",
		x, y, p->width, p->height, looks[field].fill);
	if (field == FIELD_OPEN && p->wide)
		service_lines(p, pair, x, y);
	else if (*looks[field].sign)
		zw_html(p->page,
			"<text x=\"%u\" y=\"%u\" text-anchor=\"middle\" fill=\"%s\">%s</text>",
			x + p->width / 2, y + p->height / 2 + 5,
			looks[field].ink, looks[field].sign);
	zw_html(p->page, "</g>\n");
}

static void draw(struct picture *p)
{
	u32 i, k, width = p->left + p->n * p->width;
	u32 height = p->top + p->n * p->height;

	zw_html(p->page,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"picture-title\">\n"
		"<svg viewBox=\"0 0 %u %u\" width=\"%u\" height=\"%u\" style=\"min-width:%upx\" role=\"img\" aria-labelledby=\"picture-alt\" font-size=\"13\" font-family=\"system-ui,sans-serif\">\n<title id=\"picture-alt\">",
		width + 1, height + 1, width + 1, height + 1,
		p->wide ? width * 2 / 3 : width * 3 / 4);
	zw_html_word(p->page, ZW_W_PICTURE_ALT);
	zw_html(p->page, "</title>\n");
	for (i = 0; i < p->n; i++) {
		label(p, i, true);
		label(p, i, false);
	}
	for (i = 0; i < p->n; i++) {
		for (k = 0; k < p->n; k++)
			draw_field(p, i, k);
	}
	zw_html(p->page, "</svg></div>\n");
}

/* ---- words --------------------------------------------------------------- */

static void legend_item(struct picture *p, enum field field, enum zw_word word)
{
	zw_html(p->page,
		"<li><svg width=\"26\" height=\"20\" aria-hidden=\"true\"><rect x=\".5\" y=\".5\" width=\"25\" height=\"19\" fill=\"%s\" stroke=\"#c3cbd8\"/><text x=\"13\" y=\"15\" text-anchor=\"middle\" font-size=\"12\" fill=\"%s\">%s</text></svg>",
		looks[field].fill, looks[field].ink, looks[field].sign);
	zw_html_word(p->page, word);
	zw_html(p->page, "</li>\n");
}

static void kind_item(struct picture *p, u32 kind, enum zw_word word)
{
	zw_html(p->page,
		"<li><svg width=\"26\" height=\"20\" aria-hidden=\"true\"><rect width=\"26\" height=\"20\" fill=\"%s\"/></svg>",
		kind_fill[kind]);
	zw_html_word(p->page, word);
	zw_html(p->page, "</li>\n");
}

static bool has_field(const struct picture *p, enum field field)
{
	return memchr(p->fields, (int)field, (size_t)p->n * p->n) != NULL;
}

static void legend(struct picture *p)
{
	u32 i, k;

	zw_html(p->page, "<ul class=\"legend\">\n");
	legend_item(p, FIELD_OPEN,
		    p->wide ? ZW_W_LEGEND_OPEN : ZW_W_LEGEND_SMALL);
	for (i = FIELD_PART; i <= FIELD_FALLEN; i++) {
		if (has_field(p, (enum field)i))
			legend_item(p, (enum field)i, looks[i].word);
	}
	legend_item(p, FIELD_NONE, ZW_W_LEGEND_NONE);
	for (k = 0; k < 4; k++) {
		for (i = 0; i < p->n && p->parties[i].kind != k;)
			i++;
		if (i < p->n)
			kind_item(p, k, (enum zw_word)(ZW_W_KIND_EXTERNAL + k));
	}
	zw_html(p->page, "</ul>\n");
}

static void put_list(struct picture *p)
{
	static const enum zw_word columns[] = { ZW_W_FROM, ZW_W_TO,
						ZW_W_SERVICES };
	u32 i, k;

	zw_html_word_in(p->page, "h3", ZW_W_PERMITTED);
	zw_html_table(p->page, "cards", columns, 3);
	for (i = 0; i < p->n; i++) {
		for (k = 0; k < p->n; k++) {
			const json_t *pair = p->pairs[i * p->n + k];

			if (!pair)
				continue;
			zw_html(p->page, "<tr>");
			zw_html_cell(p->page, columns[0]);
			party_name(p, i);
			zw_html(p->page, "</td>");
			zw_html_cell(p->page, columns[1]);
			party_name(p, k);
			zw_html(p->page, "</td>");
			zw_html_cell(p->page, columns[2]);
			zw_html_services(p->page, pair);
			zw_html(p->page, "</td></tr>\n");
		}
	}
	zw_html(p->page, "</tbody></table>\n");
}

void zw_html_picture(struct zw_page *page)
{
	struct picture p = { .page = page };
	u32 i;

	list_parties(&p);
	p.wide = p.n <= WIDE_MAX;
	p.left = 118;
	p.top = p.wide ? 34 : 118;
	p.width = p.wide ? 106 : 25;
	p.height = p.wide ? 50 : 25;
	p.pairs = zw_heap_resize(NULL, (size_t)p.n * p.n, sizeof(*p.pairs));
	p.fields = zw_heap_resize(NULL, (size_t)p.n * p.n, 1);
	memset(p.pairs, 0, (size_t)p.n * p.n * sizeof(*p.pairs));
	memset(p.fields, FIELD_NONE, (size_t)p.n * p.n);
	for (i = 0; i < p.n; i++)
		p.fields[i * p.n + i] = FIELD_SAME;
	fill_open(&p);
	fill_forbidden(&p);
	zw_html_section(page, "picture", ZW_W_PICTURE);
	zw_html_word_in(page, "p", ZW_W_PICTURE_TEXT);
	draw(&p);
	legend(&p);
	put_list(&p);
	zw_html(page, "</section>\n");
	free(p.parties);
	free(p.pairs);
	free(p.fields);
}
