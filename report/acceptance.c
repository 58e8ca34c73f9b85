/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record put together: the statement's zones and rules, the answers of the
 * other commands as they are, digests, and what the state tells. */
#include "report/acceptance.h"

#include "base/sha256.h"
#include "report/json_value.h"

static json_t *text_or_null(struct zw_str text)
{
	return text.n ? zw_json_text(text) : json_null();
}

static json_t *answer_of(struct zw_str text)
{
	json_t *value = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL;

	return value ? value : json_null();
}

/* ---- what was asked ------------------------------------------------------ */

static const char *kind_name(enum zw_zone_kind kind)
{
	switch (kind) {
	case ZW_ZONE_EXTERNAL:
		return "external";
	case ZW_ZONE_DMZ:
		return "dmz";
	case ZW_ZONE_INTERNAL:
		return "internal";
	case ZW_ZONE_PLAIN:
		break;
	}
	return "plain";
}

static json_t *ranges_of(struct zw_ipset set)
{
	json_t *list = json_array();
	char text[100];
	size_t i;
	int f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		for (i = 0; i < set.of[f].n; i++)
			zw_json_add(list, json_string(zw_ip_range_format(
						  (enum zw_family)f,
						  set.of[f].v[i], text)));
	}
	return list;
}

static json_t *zone_of(const struct zw_zone *zone)
{
	json_t *object = json_object(), *interfaces = json_array();
	size_t i;

	zw_json_set(object, "name", zw_json_text(zone->name));
	zw_json_set(object, "kind", json_string(kind_name(zone->kind)));
	for (i = 0; i < zone->interfaces.n; i++) {
		struct zw_buf name = { 0 };

		zw_buf_printf(&name, "%.*s%s",
			      ZW_STR_ARG(zone->interfaces.v[i].name),
			      zone->interfaces.v[i].pattern ? "*" : "");
		zw_json_add(interfaces,
			    zw_json_text((struct zw_str){ name.data, name.n }));
		zw_buf_free(&name);
	}
	zw_json_set(object, "interfaces", interfaces);
	zw_json_set(object, "networks",
		    zone->has_network ? ranges_of(zone->networks)
				      : json_null());
	zw_json_set(object, "spoofing_allowed",
		    json_boolean(zone->spoofing_allowed));
	return object;
}

/* The line that SPAN is on, without what surrounds it. */
static struct zw_str line_of(const struct zw_sources *sources,
			     struct zw_span span)
{
	struct zw_str text;

	if (span.file == ZW_NO_FILE)
		return ZW_STR("");
	text = zw_sources_text(sources, span);
	while (text.n &&
	       (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == ' '))
		text.n--;
	return text;
}

static json_t *rule_of(const struct zw_sources *sources, struct zw_span span,
		       const struct zw_remarks *remarks)
{
	json_t *object = json_object();

	zw_json_set(object, "text", zw_json_text(line_of(sources, span)));
	zw_json_set_place(object, sources, span);
	zw_json_set(object, "owner", text_or_null(remarks->owner));
	zw_json_set(object, "ticket", text_or_null(remarks->ticket));
	zw_json_set(object, "because", text_or_null(remarks->because));
	zw_json_set(object, "until", text_or_null(remarks->until));
	return object;
}

static json_t *rules_of(const struct zw_acceptance *a)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < a->statement->rules.n; i++)
		zw_json_add(list,
			    rule_of(a->sources, a->statement->rules.v[i].span,
				    &a->statement->rules.v[i].remarks));
	for (i = 0; i < a->statement->publications.n; i++)
		zw_json_add(list,
			    rule_of(a->sources,
				    a->statement->publications.v[i].span,
				    &a->statement->publications.v[i].remarks));
	return list;
}

/* ---- what is forbidden --------------------------------------------------- */

static void add_forbidden(json_t *list, const struct zw_statement *s,
			  const struct zw_claim *claim, size_t number,
			  const struct zw_claim_term *from,
			  const struct zw_claim_term *to)
{
	json_t *object = json_object();

	zw_json_set(object, "from",
		    zw_json_text(zw_statement_zone_name(s, from->zone)));
	zw_json_set(object, "to",
		    zw_json_text(zw_statement_zone_name(s, to->zone)));
	zw_json_set(object, "claim", json_integer((json_int_t)number));
	/* the whole of both, whatever the service */
	zw_json_set(object, "whole",
		    json_boolean(claim->any_service && !from->narrowed &&
				 !to->narrowed));
	zw_json_add(list, object);
}

/* Which directions a `never` speaks of: CLAIM is its place in "check". */
static json_t *forbidden_of(const struct zw_statement *s)
{
	json_t *list = json_array();
	size_t c, i, k;

	for (c = 0; c < s->claims.n; c++) {
		const struct zw_claim *claim = &s->claims.v[c];

		for (i = 0; claim->kind == ZW_NEVER && i < claim->from.n; i++) {
			for (k = 0; k < claim->to.n; k++) {
				if (claim->from.v[i].zone !=
				    claim->to.v[k].zone)
					add_forbidden(list, s, claim, c,
						      &claim->from.v[i],
						      &claim->to.v[k]);
			}
		}
	}
	return list;
}

/* ---- digests, generations ------------------------------------------------ */

static json_t *files_of(const struct zw_acceptance *a)
{
	json_t *list = json_array();
	char text[ZW_SHA256_TEXT];
	u8 digest[ZW_SHA256_BYTES];
	size_t i;

	for (i = 0; i < a->file_count; i++) {
		json_t *object = json_object();

		zw_sha256(a->files[i].text.p, a->files[i].text.n, digest);
		zw_json_set(object, "name", zw_json_text(a->files[i].name));
		zw_json_set(object, "bytes",
			    json_integer((json_int_t)a->files[i].text.n));
		zw_json_set(object, "sha256",
			    json_string(zw_sha256_text(digest, text)));
		zw_json_add(list, object);
	}
	return list;
}

static json_t *generation_of(const struct zw_acceptance *a)
{
	const struct zw_acceptance_generation *g = a->generation;
	json_t *object;

	if (!g)
		return json_null();
	object = json_object();
	zw_json_set(object, "number", json_integer(g->number));
	zw_json_set(object, "when", zw_json_text(g->when));
	zw_json_set(object, "who", zw_json_text(g->who));
	zw_json_set(object, "policy", zw_json_text(g->policy));
	zw_json_set(object, "ruleset", zw_json_text(g->ruleset));
	zw_json_set(object, "loaded", json_boolean(g->loaded));
	zw_json_set(object, "same_ruleset",
		    json_boolean(zw_str_eq(g->ruleset, a->ruleset)));
	return object;
}

static json_t *trail_of(struct zw_str text)
{
	json_t *list = json_array();

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		json_t *line = json_loadb(text.p, n, 0, NULL);

		if (line)
			zw_json_add(list, line);
		n += end != NULL;
		text.p += n;
		text.n -= n;
	}
	return list;
}

json_t *zw_acceptance_json(const struct zw_acceptance *a)
{
	json_t *root = json_object(), *zones = json_array();
	json_t *check = answer_of(a->check);
	size_t i;

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "policy", zw_json_text(zw_str_from(a->policy)));
	zw_json_set(root, "gateway", text_or_null(a->statement->gateway));
	zw_json_set(root, "date", zw_json_text(a->date));
	zw_json_set(root, "zwinger", json_string(a->version));
	zw_json_set(root, "verdict",
		    json_incref(json_object_get(check, "verdict")));
	zw_json_set(root, "files", files_of(a));
	zw_json_set(root, "ruleset", text_or_null(a->ruleset));
	for (i = 0; i < a->statement->zones.n; i++)
		zw_json_add(zones, zone_of(&a->statement->zones.v[i]));
	zw_json_set(root, "zones", zones);
	zw_json_set(root, "rules", rules_of(a));
	zw_json_set(root, "forbidden", forbidden_of(a->statement));
	zw_json_set(root, "check", check);
	zw_json_set(root, "matrix", answer_of(a->matrix));
	zw_json_set(root, "faults", answer_of(a->faults));
	zw_json_set(root, "lab", answer_of(a->lab));
	zw_json_set(root, "generation", generation_of(a));
	zw_json_set(root, "difference", answer_of(a->difference));
	zw_json_set(root, "trail", trail_of(a->trail));
	zw_json_set(root, "trail_whole", json_boolean(a->trail_whole));
	return root;
}

/* ---- since the last record ----------------------------------------------- */

static const char *verdict_of(const json_t *record, const char *claim)
{
	const json_t *claims =
		json_object_get(json_object_get(record, "check"), "claims");
	size_t i;

	for (i = 0; i < json_array_size(claims); i++) {
		const json_t *c = json_array_get(claims, i);
		const char *text =
			json_string_value(json_object_get(c, "claim"));

		if (text && !strcmp(text, claim))
			return json_string_value(json_object_get(c, "verdict"));
	}
	return NULL;
}

void zw_acceptance_compare(struct zw_arena *arena, const json_t *former,
			   const json_t *record,
			   struct zw_acceptance_fallen *fallen)
{
	const json_t *claims =
		json_object_get(json_object_get(former, "check"), "claims");
	size_t i;

	*fallen = (struct zw_acceptance_fallen){ 0 };
	for (i = 0; i < json_array_size(claims); i++) {
		const char *text = json_string_value(
			json_object_get(json_array_get(claims, i), "claim"));
		const char *was, *is;

		if (!text)
			continue;
		was = verdict_of(former, text);
		is = verdict_of(record, text);
		if (was && !strcmp(was, "proved") &&
		    (!is || strcmp(is, "proved")))
			zw_push(arena, fallen->claims,
				zw_str_copy(arena, zw_str_from(text)));
	}
}
