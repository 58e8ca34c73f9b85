/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requirements and what the record is worth for each. What depends on how the
 * record was made (with a lab, with a trail, proved or not) is said for this
 * record, not in general. */
#include <string.h>

#include "report/html_part.h"

enum depends {
	ON_NOTHING,
	ON_LAB,
	ON_TRAIL,
};

/* The words of each stand behind one another: name, shows, lacks. */
static const struct {
	enum zw_word name;
	enum depends on;
} requirements[] = {
	{ ZW_W_GDPR_B, ON_NOTHING }, { ZW_W_GDPR_D, ON_LAB },
	{ ZW_W_A20, ON_NOTHING },    { ZW_W_A21, ON_NOTHING },
	{ ZW_W_A22, ON_LAB },	     { ZW_W_A31, ON_LAB },
	{ ZW_W_A32, ON_TRAIL },	     { ZW_W_NET11, ON_NOTHING },
	{ ZW_W_NET32, ON_LAB },
};

static void row(struct zw_page *page, enum zw_word name, enum depends on)
{
	bool lab = zw_child(zw_child(page->record, "lab"), "packets") != NULL;
	bool trail = zw_child(page->record, "generation") != NULL;
	bool proved = !strcmp(zw_member(page->record, "verdict"), "proved");

	zw_html(page, "<tr>");
	zw_html_cell(page, ZW_W_REQUIREMENT);
	zw_html_word_in(page, "b", name);
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_SHOWS);
	zw_html_word(page, (enum zw_word)(name + 1));
	if (on != ON_NOTHING && (on == ON_LAB ? lab : trail)) {
		zw_html(page, " ");
		zw_html_word(page,
			     on == ON_LAB ? ZW_W_WITH_LAB : ZW_W_WITH_TRAIL);
	}
	zw_html(page, "</td>");
	zw_html_cell(page, ZW_W_LACKS);
	if (!proved) {
		zw_html_word_in(page, "b", ZW_W_NOT_PROVED_HERE);
		zw_html(page, " ");
	}
	zw_html_word(page, (enum zw_word)(name + 2));
	if (on != ON_NOTHING && !(on == ON_LAB ? lab : trail)) {
		zw_html(page, " ");
		zw_html_word(page, on == ON_LAB ? ZW_W_WITHOUT_LAB
						: ZW_W_WITHOUT_TRAIL);
	}
	zw_html(page, "</td></tr>\n");
}

void zw_html_mapping(struct zw_page *page)
{
	static const enum zw_word columns[] = { ZW_W_REQUIREMENT, ZW_W_SHOWS,
						ZW_W_LACKS };
	size_t i;

	zw_html_section(page, "mapping", ZW_W_MAPPING);
	zw_html_word_in(page, "p", ZW_W_MAPPING_TEXT);
	zw_html_table(page, "cards mapping", columns, 3);
	for (i = 0; i < sizeof(requirements) / sizeof(*requirements); i++)
		row(page, requirements[i].name, requirements[i].on);
	zw_html(page, "</tbody></table>\n</section>\n");
}
