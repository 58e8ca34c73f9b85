/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was tried beside the proof: packets in the lab, single faults; and what
 * changed since the generation before. */
#include <stdlib.h>
#include <string.h>

#include "report/html_part.h"

#define POINTS_SHOWN 25
#define CHANGES_SHOWN 100
#define TRAIL_SHOWN 20
#define LINES_MOST 256 /* different second lines that are told apart */
#define LINES_SHOWN 10
#define SERVICES_SHOWN 12

/* ---- the lab ------------------------------------------------------------- */

static void figure(struct zw_page *page, enum zw_word name, json_int_t value,
		   json_int_t of)
{
	zw_html(page, "<tr>");
	zw_html_word_in(page, "th scope=\"row\"", name);
	zw_html(page, "<td class=\"n\">%lld", (long long)value);
	if (of >= 0) {
		zw_html(page, " ");
		zw_html_word(page, ZW_W_OF);
		zw_html(page, " %lld", (long long)of);
	}
	zw_html(page, "</td></tr>\n");
}

static void lab(struct zw_page *page)
{
	const json_t *lab = zw_child(page->record, "lab");
	const json_t *expected = zw_child(lab, "expected");

	zw_html_section(page, "lab", ZW_W_LAB);
	if (!expected) {
		zw_html_word_in(page, "p class=\"banner warn\"", ZW_W_LAB_NONE);
		zw_html(page, "</section>\n");
		return;
	}
	zw_html_word_in(page, "p", ZW_W_LAB_TEXT);
	if (json_is_true(zw_child(lab, "as_proved")))
		zw_html_word_in(page, "p class=\"banner good\"", ZW_W_LAB_GOOD);
	else
		zw_html_word_in(page, "p class=\"banner bad\"", ZW_W_LAB_BAD);
	zw_html(page, "<table class=\"figures\"><tbody>\n");
	figure(page, ZW_W_LAB_PACKETS, zw_member_count(lab, "packets"), -1);
	figure(page, ZW_W_LAB_PASSED, zw_member_count(expected, "passed"), -1);
	figure(page, ZW_W_LAB_TAKEN, zw_member_count(expected, "taken"), -1);
	figure(page, ZW_W_LAB_REFUSED, zw_member_count(expected, "refused"),
	       -1);
	figure(page, ZW_W_LAB_DROPPED, zw_member_count(expected, "dropped"),
	       -1);
	figure(page, ZW_W_LAB_DIFFERENT, zw_member_count(lab, "different"), -1);
	figure(page, ZW_W_LAB_RULES, zw_member_count(lab, "rules_met"),
	       zw_member_count(lab, "rules"));
	figure(page, ZW_W_LAB_ELEMENTS, zw_member_count(lab, "elements_met"),
	       zw_member_count(lab, "elements"));
	figure(page, ZW_W_LAB_SEED, zw_member_count(lab, "seed"), -1);
	zw_html(page, "</tbody></table>\n</section>\n");
}

/* ---- single faults ------------------------------------------------------- */

static const char *const modes[] = {
	"table-lost",	       "chain-lost",	    "policy-flipped",
	"rule-lost",	       "rule-flipped",	    "element-lost",
	"element-flipped",     "spoofing-lost",	    "accept-added",
	"dnat-added",	       "notrack-added",	    "conntrack-off",
	"defragmentation-off", "interface-renamed", "interfaces-swapped",
	"interface-bridged",   "network-wrong",
};
static const char *const effects[] = { "isolation", "safety", "doubt",
				       "service",   "more",   "less",
				       "none" };

#define MODES (sizeof(modes) / sizeof(*modes))
#define EFFECTS (sizeof(effects) / sizeof(*effects))

static json_int_t sum_of(const json_t *counts)
{
	json_int_t sum = 0;
	size_t e;

	for (e = 0; e < EFFECTS; e++)
		sum += zw_member_count(counts, effects[e]);
	return sum;
}

static void mode_row(struct zw_page *page, const json_t *counts, size_t m)
{
	size_t e;

	if (!sum_of(counts))
		return;
	zw_html(page, "<tr>");
	zw_html_word_in(page, "th scope=\"row\"",
			(enum zw_word)(ZW_W_M_TABLE_LOST + m));
	for (e = 0; e < EFFECTS; e++) {
		json_int_t n = zw_member_count(counts, effects[e]);

		if (n)
			zw_html(page, "<td class=\"n\">%lld</td>",
				(long long)n);
		else
			zw_html(page, "<td class=\"n\">&middot;</td>");
	}
	zw_html(page, "</tr>\n");
}

static void mode_table(struct zw_page *page, const json_t *faults)
{
	const json_t *all = zw_child(faults, "modes");
	size_t e, m;

	zw_html_word_in(page, "p", ZW_W_EFFECTS_TEXT);
	zw_html(page,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"faults-title\"><table class=\"modes\">\n<thead><tr>");
	zw_html_word_in(page, "th scope=\"col\"", ZW_W_MODE);
	for (e = 0; e < EFFECTS; e++)
		zw_html_word_in(page, "th scope=\"col\" class=\"n\"",
				(enum zw_word)(ZW_W_E_ISOLATION + e));
	zw_html(page, "</tr></thead>\n<tbody>\n");
	for (m = 0; m < MODES; m++)
		mode_row(page, zw_child(all, modes[m]), m);
	zw_html(page, "</tbody></table></div>\n<ul class=\"plain note\">\n");
	for (e = 0; e < EFFECTS; e++) {
		zw_html(page, "<li><b>");
		zw_html_word(page, (enum zw_word)(ZW_W_E_ISOLATION + e));
		zw_html(page, "</b>: ");
		zw_html_word(page, (enum zw_word)(ZW_W_EX_ISOLATION + e));
		zw_html(page, "</li>\n");
	}
	zw_html(page, "</ul>\n");
}

static void put_where(struct zw_page *page, const json_t *failure)
{
	zw_html_word(page, zw_word_of(ZW_W_M_TABLE_LOST, modes, MODES,
				      zw_member(failure, "mode")));
	zw_html(page, "<br>");
	zw_html_in(page, "code", zw_member(failure, "object"));
	if (strchr(zw_member(failure, "rule"), ':')) {
		zw_html(page, "<br>");
		zw_html_in(page, "code", zw_member(failure, "rule"));
	}
}

/* TEXT up to WHAT. */
static void put_before(struct zw_page *page, const char *text, const char *what)
{
	const char *end = strstr(text, what);
	struct zw_buf part = { 0 };

	zw_buf_add(&part, text, end ? (size_t)(end - text) : strlen(text));
	zw_buf_putc(&part, 0);
	zw_html_text(page, part.data);
	zw_buf_free(&part);
}

static void put_fallen(struct zw_page *page, const json_t *fallen)
{
	size_t i, n = 0;

	for (i = 0; i < json_array_size(fallen); i++) {
		const char *claim =
			zw_member(json_array_get(fallen, i), "claim");

		if (!strncmp(claim, "the bytes accept", 16) && n)
			continue;
		zw_html(page, "%s", n++ ? "<br>" : "");
		/* its reason stands where it was proved */
		zw_html(page, "<code>");
		put_before(page, claim, " because ");
		zw_html(page, "</code>");
	}
}

static void point_row(struct zw_page *page, const json_t *failure)
{
	const json_t *fallen = zw_child(failure, "fallen");
	const json_t *witness = zw_child(json_array_get(fallen, 0), "witness");

	zw_html(page, "<tr>");
	zw_html_cell(page, ZW_W_WHERE);
	put_where(page, failure);
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_EFFECT);
	zw_html_word(page, zw_word_of(ZW_W_E_ISOLATION, effects, EFFECTS,
				      zw_member(failure, "effect")));
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_FALLS);
	put_fallen(page, fallen);
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_PACKET);
	if (witness)
		zw_html_packet(page, witness);
	zw_html(page, "</td></tr>\n");
}

static void points(struct zw_page *page, const json_t *faults)
{
	static const enum zw_word columns[] = { ZW_W_WHERE, ZW_W_EFFECT,
						ZW_W_FALLS, ZW_W_PACKET };
	const json_t *list = zw_child(faults, "failures");
	size_t i, shown = 0, all = 0;

	for (i = 0; i < json_array_size(list); i++)
		all += json_is_true(zw_child(json_array_get(list, i),
					     "single_point_of_failure"));
	zw_html(page, "<h3>");
	zw_html_word(page, ZW_W_POINTS);
	zw_html(page, " (%zu)</h3>\n", all);
	if (!all) {
		zw_html_word_in(page, "p", ZW_W_POINTS_NONE);
		return;
	}
	zw_html_table(page, "cards", columns, 4);
	for (i = 0; i < all && shown < POINTS_SHOWN; i++, shown++)
		point_row(page, json_array_get(list, i));
	zw_html(page, "</tbody></table>\n");
	if (shown < all) {
		zw_html(page, "<p class=\"note\">%zu ", all - shown);
		zw_html_word(page, ZW_W_MORE_IN_JSON);
		zw_html(page, "</p>\n");
	}
}

struct line {
	const json_t *step;
	u32 count, place;
};

static const json_t *last_step(const json_t *failure)
{
	const json_t *path =
		zw_child(zw_child(failure, "still_stopped"), "path");
	size_t n = json_array_size(path);

	return n ? json_array_get(path, n - 1) : NULL;
}

/* Add STEP to the N lines that there are; their new number. */
static size_t add_line(struct line *lines, size_t n, const json_t *step)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (zw_member_count(lines[i].step, "rule") ==
			    zw_member_count(step, "rule") &&
		    !strcmp(zw_member(lines[i].step, "chain"),
			    zw_member(step, "chain"))) {
			lines[i].count++;
			return n;
		}
	}
	if (n < LINES_MOST)
		lines[n] = (struct line){ step, 1, (u32)n };
	return n < LINES_MOST ? n + 1 : n;
}

static int by_count(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void line_row(struct zw_page *page, const struct line *line)
{
	json_int_t rule = zw_member_count(line->step, "rule");

	zw_html(page, "<tr>");
	zw_html_cell(page, ZW_W_LINES_COUNT);
	zw_html(page, "%u</td>", line->count);
	zw_html_cell(page, ZW_W_LINES_CHAIN);
	zw_html_in(page, "code", zw_member(line->step, "chain"));
	zw_html(page, " (");
	zw_html_text(page, zw_member(line->step, "hook"));
	zw_html(page, ")</td>");
	zw_html_cell(page, ZW_W_LINES_RULE);
	if (rule)
		zw_html(page, "%lld: ", (long long)rule);
	zw_html_in(page, "code", zw_member(line->step, "what"));
	zw_html(page, "</td></tr>\n");
}

static void second_lines(struct zw_page *page, const json_t *faults)
{
	static const enum zw_word columns[] = { ZW_W_LINES_COUNT,
						ZW_W_LINES_CHAIN,
						ZW_W_LINES_RULE };
	const json_t *list = zw_child(faults, "failures");
	struct line lines[LINES_MOST];
	size_t i, n = 0;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *step = last_step(json_array_get(list, i));

		if (step)
			n = add_line(lines, n, step);
	}
	if (!n)
		return;
	qsort(lines, n, sizeof(*lines), by_count);
	zw_html_word_in(page, "h3", ZW_W_LINES);
	zw_html_word_in(page, "p", ZW_W_LINES_TEXT);
	zw_html_table(page, "cards", columns, 3);
	for (i = 0; i < n && i < LINES_SHOWN; i++)
		line_row(page, &lines[i]);
	zw_html(page, "</tbody></table>\n");
}

static void faults(struct zw_page *page)
{
	const json_t *faults = zw_child(page->record, "faults");
	bool sampled = zw_child(faults, "seed") != NULL;

	zw_html_section(page, "faults", ZW_W_FAULTS);
	if (!zw_child(faults, "modes")) {
		zw_html_word_in(page, "p class=\"banner warn\"",
				ZW_W_FAULTS_NONE);
		zw_html(page, "</section>\n");
		return;
	}
	zw_html_word_in(page, "p", ZW_W_FAULTS_TEXT);
	zw_html(page, "<p>");
	zw_html_word(page, sampled ? ZW_W_FAULTS_SAMPLE : ZW_W_FAULTS_TRIED);
	zw_html(page, " %lld ", (long long)zw_member_count(faults, "tried"));
	zw_html_word(page, ZW_W_OF);
	zw_html(page, " %lld", (long long)zw_member_count(faults, "known"));
	if (sampled)
		zw_html(page, " (seed %lld)",
			(long long)zw_member_count(faults, "seed"));
	zw_html(page, ".</p>\n");
	mode_table(page, faults);
	points(page, faults);
	second_lines(page, faults);
	zw_html(page, "</section>\n");
}

/* ---- changes ------------------------------------------------------------- */

static void change_row(struct zw_page *page, const json_t *change)
{
	static const char *const kinds[] = { "opened",	  "closed",
					     "condition", "translated",
					     "refusal",	  "other" };
	const json_t *classes = zw_child(change, "classes");
	size_t i, n = json_array_size(classes), shown = 0;
	const char *last = "";

	zw_html(page, "<tr>");
	zw_html_cell(page, ZW_W_CHANGE);
	zw_html_word(page, zw_word_of(ZW_W_C_OPENED, kinds, 6,
				      zw_member(change, "kind")));
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_FROM);
	zw_html_text(page, zw_member(change, "from"));
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_TO);
	zw_html_text(page, zw_member(change, "to"));
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_SERVICES);
	for (i = 0; i < n && shown < SERVICES_SHOWN; i++) {
		const char *services =
			zw_member(json_array_get(classes, i), "services");

		/* classes may differ in their addresses alone */
		if (!strcmp(services, last))
			continue;
		zw_html(page, "%s", shown++ ? ", " : "");
		zw_html_text(page, services);
		last = services;
	}
	zw_html(page, "%s</td></tr>\n", i < n ? ", &hellip;" : "");
}

static void difference(struct zw_page *page)
{
	static const enum zw_word columns[] = { ZW_W_CHANGE, ZW_W_FROM, ZW_W_TO,
						ZW_W_SERVICES };
	const json_t *difference = zw_child(page->record, "difference");
	const json_t *changes = zw_child(difference, "changes");
	size_t i, n = json_array_size(changes);

	if (!zw_child(difference, "equal")) {
		zw_html_word_in(page, "p", ZW_W_NOT_COMPARED);
		return;
	}
	if (!n) {
		zw_html_word_in(page, "p", ZW_W_NO_DIFFERENCE);
		return;
	}
	zw_html_table(page, "cards", columns, 4);
	for (i = 0; i < n && i < CHANGES_SHOWN; i++)
		change_row(page, json_array_get(changes, i));
	zw_html(page, "</tbody></table>\n");
	if (n > CHANGES_SHOWN) {
		zw_html(page, "<p class=\"note\">%zu ", n - CHANGES_SHOWN);
		zw_html_word(page, ZW_W_MORE_IN_JSON);
		zw_html(page, "</p>\n");
	}
}

static void generation(struct zw_page *page)
{
	const json_t *g = zw_child(page->record, "generation");

	if (!g) {
		zw_html_word_in(page, "p", ZW_W_NO_GENERATION);
		return;
	}
	zw_html(page, "<p>");
	zw_html_word(page, ZW_W_COMPARED_WITH);
	zw_html(page, " %lld (<code>", (long long)zw_member_count(g, "number"));
	zw_html_text(page, zw_member(g, "policy"));
	zw_html(page, "</code>, ");
	zw_html_word(page, ZW_W_PROVED_ON);
	zw_html(page, " ");
	zw_html_text(page, zw_member(g, "when"));
	zw_html(page, " ");
	zw_html_word(page, ZW_W_BY);
	zw_html(page, " ");
	zw_html_text(page, zw_member(g, "who"));
	zw_html(page, "). ");
	if (json_is_true(zw_child(g, "loaded")))
		zw_html_word(page, ZW_W_LOADED_LAST);
	zw_html(page, " ");
	if (json_is_true(zw_child(g, "same_ruleset")))
		zw_html_word(page, ZW_W_SAME_RULESET);
	zw_html(page, "</p>\n");
	difference(page);
}

static void put_event(struct zw_page *page, const json_t *e)
{
	json_int_t number = zw_member_count(e, "generation");

	zw_html_text(page, zw_member(e, "event"));
	if (*zw_member(e, "stage")) {
		zw_html(page, " ");
		zw_html_text(page, zw_member(e, "stage"));
	}
	if (number)
		zw_html(page, " #%lld", (long long)number);
	if (*zw_member(e, "verdict")) {
		zw_html(page, ", ");
		zw_html_text(page, zw_member(e, "verdict"));
	}
	if (*zw_member(e, "policy")) {
		zw_html(page, ", ");
		zw_html_in(page, "code", zw_member(e, "policy"));
	}
}

/* Who, as the trail has it: an object or a text. */
static void put_who(struct zw_page *page, const json_t *e)
{
	const json_t *who = zw_child(e, "who");
	const char *login = zw_member(who, "login_user");

	zw_html_text(page, json_is_string(who) ? json_string_value(who)
					       : zw_member(who, "user"));
	if (*login) {
		zw_html(page, " (");
		zw_html_text(page, login);
		zw_html(page, ")");
	}
}

static void trail(struct zw_page *page)
{
	static const enum zw_word columns[] = { ZW_W_WHEN, ZW_W_WHO,
						ZW_W_WHAT };
	const json_t *list = zw_child(page->record, "trail");
	size_t n = json_array_size(list), i;

	zw_html_word_in(page, "h3", ZW_W_TRAIL);
	if (!n) {
		zw_html_word_in(page, "p", ZW_W_TRAIL_NONE);
		return;
	}
	if (json_is_true(zw_child(page->record, "trail_whole")))
		zw_html_word_in(page, "p", ZW_W_TRAIL_WHOLE);
	else
		zw_html_word_in(page, "p class=\"banner bad\"",
				ZW_W_TRAIL_BROKEN);
	zw_html_table(page, "cards", columns, 3);
	for (i = n > TRAIL_SHOWN ? n - TRAIL_SHOWN : 0; i < n; i++) {
		const json_t *e = json_array_get(list, i);

		zw_html(page, "<tr>");
		zw_html_cell(page, columns[0]);
		zw_html_text(page, zw_member(e, "time"));
		zw_html(page, "</td>");
		zw_html_cell(page, columns[1]);
		put_who(page, e);
		zw_html(page, "</td>");
		zw_html_cell(page, columns[2]);
		put_event(page, e);
		zw_html(page, "</td></tr>\n");
	}
	zw_html(page, "</tbody></table>\n");
}

static void changes(struct zw_page *page)
{
	zw_html_section(page, "changes", ZW_W_CHANGES);
	generation(page);
	trail(page);
	zw_html(page, "</section>\n");
}

void zw_html_tests(struct zw_page *page)
{
	lab(page);
	faults(page);
	changes(page);
}
