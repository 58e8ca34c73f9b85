/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a witness's way through the rules to a line of the policy. A rule that
 * stands for several lines has them all in its comment; then it is the first of
 * them whose statement has the packet, or the first at all. */
#include "verifier/culprit.h"

/* ---- comments ------------------------------------------------------------ */

/* Where "LINE,LINE,..." begins behind the last colon; 0 if it does not. */
static size_t numbers_at(struct zw_str comment)
{
	size_t at = comment.n, i;

	while (at && comment.p[at - 1] != ':')
		at--;
	if (at < 2 || at == comment.n || comment.p[at] == ',')
		return 0;
	for (i = at; i < comment.n; i++) {
		if ((comment.p[i] < '0' || comment.p[i] > '9') &&
		    comment.p[i] != ',')
			return 0;
	}
	return at;
}

static u32 next_number(struct zw_str comment, size_t *at)
{
	u32 number = 0;

	for (; *at < comment.n && comment.p[*at] != ','; ++*at) {
		if (number < 100000000)
			number = number * 10 + (u32)(comment.p[*at] - '0');
	}
	++*at;
	return number;
}

/* Line LINE of the file whose name ends in NAME; it may be cut from the left.
 */
static bool span_of(const struct zw_sources *sources, struct zw_str name,
		    u32 line, struct zw_span *span)
{
	u32 file;

	for (file = 0; file < zw_sources_count(sources); file++) {
		const struct zw_source *s = zw_sources_get(sources, file);

		if (s->name.n < name.n || !line || line > s->line_count ||
		    memcmp(s->name.p + s->name.n - name.n, name.p, name.n) != 0)
			continue;
		*span = (struct zw_span){
			file, s->line_starts[line - 1],
			(u32)zw_sources_line(sources, file, line).n
		};
		return true;
	}
	return false;
}

/* ---- statements ---------------------------------------------------------- */

static bool has_service(const zw_service_items *services,
			const struct zw_witness *w)
{
	u32 key = w->has_type ? (u32)w->type << 8 | w->code : w->dport;
	size_t i;

	for (i = 0; i < services->n; i++) {
		const struct zw_service_item *item = &services->v[i];

		if (item->proto == w->proto && key >= item->lo &&
		    key <= item->hi && (item->families & 1 << w->family))
			return true;
	}
	return false;
}

static bool has_packet(const struct zw_flow_rule *rule,
		       const struct zw_witness *w)
{
	size_t i;

	for (i = 0; i < rule->boxes.n; i++) {
		const struct zw_flow_box *box = &rule->boxes.v[i];

		if (box->from == w->from_zone && box->to == w->to_zone &&
		    zw_ipset_contains(box->src, w->src) &&
		    zw_ipset_contains(box->dst, w->dst))
			return has_service(&rule->services, w);
	}
	return false;
}

static bool is_within(struct zw_span line, struct zw_span statement)
{
	return line.file == statement.file && statement.off >= line.off &&
	       statement.off <= line.off + line.len;
}

/* Has a rule that begins on LINE the packet? */
static bool is_meant(const struct zw_statement *statement, struct zw_span line,
		     const struct zw_witness *w)
{
	size_t i;

	for (i = 0; i < statement->rules.n; i++) {
		if (is_within(line, statement->rules.v[i].span) &&
		    has_packet(&statement->rules.v[i], w))
			return true;
	}
	return false;
}

/* ---- steps --------------------------------------------------------------- */

bool zw_says_accept(struct zw_str what)
{
	size_t i;

	for (i = 0; i + 6 <= what.n; i++) {
		if (memcmp(what.p + i, "accept", 6) == 0)
			return true;
	}
	return false;
}

static bool choose(const struct zw_statement *statement,
		   const struct zw_sources *sources, struct zw_str comment,
		   const struct zw_witness *w, struct zw_span *chosen)
{
	size_t at = numbers_at(comment);
	struct zw_str name = { comment.p, at ? at - 1 : 0 };
	bool found = false;
	struct zw_span span;

	while (at && at < comment.n) {
		if (!span_of(sources, name, next_number(comment, &at), &span))
			continue;
		if (!found)
			*chosen = span;
		found = true;
		if (is_meant(statement, span, w)) {
			*chosen = span;
			break;
		}
	}
	return found;
}

struct zw_span zw_culprit(const struct zw_statement *statement,
			  const struct zw_sources *sources,
			  const struct zw_witness *witness)
{
	bool accepted = zw_str_is(witness->outcome, "accepted");
	struct zw_span span = ZW_NO_SPAN;
	size_t i;

	for (i = witness->path.n; sources && i-- > 0;) {
		const struct zw_step *step = &witness->path.v[i];

		if ((!accepted || zw_says_accept(step->what)) &&
		    choose(statement, sources, step->comment, witness, &span))
			return span;
	}
	return span;
}
