/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON answer, built with jansson: verdict, families, claims with their
 * witnesses, diagnostics. Members keep the order in which they are set. */
#include "report/connections.h"
#include "report/json.h"

#include <stdio.h>

#include "report/json_value.h"
#include "report/proxy.h"
#include "report/verdict.h"

static json_t *extent_of(const struct zw_claim_result *r)
{
	json_t *object;

	if (!r->extent.box.n)
		return json_null();
	object = json_object();
	zw_json_set(object, "count", zw_json_text(r->extent.count));
	zw_json_set(object, "box", zw_json_text(r->extent.box));
	return object;
}

static json_t *text_or_null(struct zw_str text)
{
	return text.n ? zw_json_text(text) : json_null();
}

static void set_remarks(json_t *object, const struct zw_remarks *remarks)
{
	zw_json_set(object, "owner", text_or_null(remarks->owner));
	zw_json_set(object, "ticket", text_or_null(remarks->ticket));
	zw_json_set(object, "because", text_or_null(remarks->because));
}

/* The rule that decides the witness. */
static json_t *rule_of(const struct zw_claim_result *r,
		       const struct zw_statement *statement,
		       const struct zw_sources *sources)
{
	const struct zw_remarks *remarks = NULL;
	json_t *object;

	if (statement)
		remarks = zw_statement_remarks_at(statement, r->culprit);
	if (!remarks)
		return json_null();
	object = json_object();
	zw_json_set_place(object, sources, r->culprit);
	set_remarks(object, remarks);
	zw_json_set(object, "until", text_or_null(remarks->until));
	return object;
}

static json_t *claim_of(const struct zw_claim_result *r,
			const struct zw_statement *statement,
			const struct zw_sources *sources)
{
	json_t *object = json_object();
	json_t *assumptions = zw_json_texts(r->assumptions.v, r->assumptions.n);
	size_t i;

	zw_json_set(object, "claim", zw_json_text(r->claim->text));
	zw_json_set(object, "built_in", json_boolean(r->claim->built_in));
	zw_json_set_place(object, sources, r->claim->span);
	set_remarks(object, &r->claim->remarks);
	zw_json_set(object, "verdict",
		    json_string(zw_verdict_name(r->verdict)));
	zw_json_set(object, "rule", rule_of(r, statement, sources));
	zw_json_set(object, "reason",
		    r->reason.n ? zw_json_text(r->reason) : json_null());
	if (r->has_witness && statement) {
		zw_json_set(object, "from_zone",
			    zw_json_text(zw_statement_zone_name(
				    statement, r->witness.from_zone)));
		zw_json_set(object, "to_zone",
			    zw_json_text(zw_statement_zone_name(
				    statement, r->witness.to_zone)));
	}
	zw_json_set(object, "witness",
		    r->has_witness ? zw_json_witness(&r->witness)
				   : json_null());
	zw_json_set(object, "extent", extent_of(r));
	for (i = 0; r->has_witness && i < r->witness.assumptions.n; i++)
		zw_json_add(assumptions,
			    zw_json_text(r->witness.assumptions.v[i]));
	zw_json_set(object, "assumptions", assumptions);
	return object;
}

static json_t *taken_of(const struct zw_taken *taken,
			const struct zw_sources *sources)
{
	json_t *object = json_object(), *values = json_array();
	struct zw_buf name = { 0 };
	char range[100];
	size_t i;
	int f;

	zw_buf_printf(&name, "%.*s%s", ZW_STR_ARG(taken->interface.name),
		      taken->interface.pattern ? "*" : "");
	zw_json_set(object, "interface",
		    zw_json_text((struct zw_str){ name.data, name.n }));
	zw_buf_free(&name);
	zw_json_set(object, "what",
		    json_string(taken->networks ? "networks" : "addresses"));
	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		for (i = 0; i < taken->addresses.of[f].n; i++)
			zw_json_add(values, json_string(zw_ip_range_format(
						    (enum zw_family)f,
						    taken->addresses.of[f].v[i],
						    range)));
	zw_json_set(object, "values", values);
	zw_json_set(object, "source", zw_json_text(taken->source));
	zw_json_set_place(object, sources, taken->span);
	return object;
}

static void set_families(json_t *root,
			 const struct zw_verification *verification)
{
	json_t *families = json_array();

	if (verification && verification->families[ZW_IPV4])
		zw_json_add(families, json_string("ip"));
	if (verification && verification->families[ZW_IPV6])
		zw_json_add(families, json_string("ip6"));
	zw_json_set(root, "families", families);
}

static void set_digest(json_t *root, const struct zw_verification *verification)
{
	char hex[65];
	size_t i;

	if (!verification) {
		zw_json_set(root, "digest", json_null());
		return;
	}
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", verification->digest[i]);
	zw_json_set(root, "digest", json_string(hex));
}

static json_t *approximations(const struct zw_verification *v)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; v && i < v->approximations.n; i++) {
		json_t *one = json_object();

		zw_json_set(one, "text",
			    zw_json_text(v->approximations.v[i].text));
		zw_json_set(one, "mattered",
			    json_boolean(v->approximations.v[i].mattered));
		zw_json_add(list, one);
	}
	return list;
}

json_t *zw_json_check_value(const char *name,
			const struct zw_verification *verification,
			const struct zw_statement *statement,
			const struct zw_diags *diags,
			const struct zw_sources *sources)
{
	json_t *root = json_object(), *claims = json_array();
	json_t *taken = json_array();
	size_t i;

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "policy", zw_json_text(zw_str_from(name)));
	zw_json_set(root, "verdict",
		    verification ? json_string(zw_verdict_name(
					   verification->verdict))
				 : json_null());
	set_families(root, verification);
	set_digest(root, verification);
	for (i = 0; verification && i < verification->claims.n; i++)
		zw_json_add(claims, claim_of(&verification->claims.v[i],
					     statement, sources));
	zw_json_set(root, "claims", claims);
	zw_json_set(root, "assumptions",
		    verification ? zw_json_texts(verification->assumptions.v,
						 verification->assumptions.n)
				 : json_array());
	zw_json_set(root, "approximations", approximations(verification));
	for (i = 0; statement && i < statement->taken.n; i++)
		zw_json_add(taken,
			    taken_of(&statement->taken.v[i], sources));
	zw_json_set(root, "taken", taken);
	zw_json_set(root, "proxy", zw_proxy_json(statement, sources));
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	return root;
}

void zw_json_check(struct zw_buf *out, const char *name,
		   const struct zw_verification *verification,
		   const struct zw_statement *statement,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources)
{
	zw_json_put(out,
		    zw_json_check_value(name, verification, statement, diags, sources));
}

json_t *zw_json_count(struct zw_loaded_count count)
{
	json_t *both = json_object();

	zw_json_set(both, "added", json_integer((json_int_t)count.added));
	zw_json_set(both, "removed", json_integer((json_int_t)count.removed));
	return both;
}

/* Milliseconds, to the microsecond. */
static json_t *time_of(double ms)
{
	return json_real((double)(long long)(ms * 1000 + 0.5) / 1000);
}

static json_t *unread_of(const struct zw_loaded *loaded)
{
	json_t *unread = json_object();

	if (!loaded->unread_sets) {
		json_decref(unread);
		return json_null();
	}
	zw_json_set(unread, "sets",
		    json_integer((json_int_t)loaded->unread_sets));
	zw_json_set(unread, "elements",
		    json_integer((json_int_t)loaded->unread_elements));
	zw_json_set(unread, "looked_up",
		    json_integer((json_int_t)loaded->sampled));
	zw_json_set(unread, "counted", json_boolean(loaded->counted));
	return unread;
}

static json_t *load_of(const struct zw_loaded *loaded)
{
	json_t *load = json_object();

	zw_json_set(load, "table", zw_json_text(zw_str_from(loaded->table)));
	zw_json_set(load, "netns",
		    loaded->netns ? zw_json_text(zw_str_from(loaded->netns))
				  : json_null());
	zw_json_set(load, "number", json_integer(loaded->number));
	zw_json_set(load, "waits_ms",
		    json_integer((json_int_t)loaded->waits_ms));
	zw_json_set(load, "generation", json_integer(loaded->generation));
	zw_json_set(load, "transactions",
		    json_integer((json_int_t)loaded->transactions));
	zw_json_set(load, "rules", zw_json_count(loaded->rules));
	zw_json_set(load, "sets", zw_json_count(loaded->sets));
	zw_json_set(load, "elements", zw_json_count(loaded->elements));
	zw_json_set(load, "sent_ms", time_of(loaded->sent_ms));
	zw_json_set(load, "read_back_ms", time_of(loaded->read_back_ms));
	zw_json_set(load, "not_read_back", unread_of(loaded));
	zw_json_set(load, "connections",
		    zw_connections_json(loaded->connections));
	return load;
}

void zw_json_apply(struct zw_buf *out, const char *name,
		   const struct zw_verification *verification,
		   const struct zw_statement *statement,
		   const struct zw_diags *diags,
		   const struct zw_sources *sources,
		   const struct zw_loaded *loaded)
{
	json_t *root = zw_json_check_value(name, verification, statement, diags, sources);

	zw_json_set(root, "load", loaded ? load_of(loaded) : json_null());
	zw_json_put(out, root);
}
