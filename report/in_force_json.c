/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/status.schema.json. */
#include "report/in_force.h"
#include "report/json_value.h"

static json_t *number_or_null(u32 number)
{
	return number == ZW_IN_FORCE_NONE ? json_null()
					  : json_integer((json_int_t)number);
}

static json_t *count_of(struct zw_loaded_count count)
{
	json_t *both = json_object();

	zw_json_set(both, "lacking", json_integer((json_int_t)count.added));
	zw_json_set(both, "too_many", json_integer((json_int_t)count.removed));
	return both;
}

static json_t *difference_of(const struct zw_in_force *f)
{
	json_t *object = json_object();

	if (!f->compared) {
		json_decref(object);
		return json_null();
	}
	zw_json_set(object, "rules", count_of(f->rules));
	zw_json_set(object, "sets", count_of(f->sets));
	zw_json_set(object, "elements", count_of(f->elements));
	zw_json_set(object, "unread_sets",
		    json_integer((json_int_t)f->unread_sets));
	zw_json_set(object, "looked_up", json_integer((json_int_t)f->sampled));
	return object;
}

static json_t *waiting_of(const struct zw_in_force *f)
{
	json_t *object = json_object();

	if (f->waiting == ZW_IN_FORCE_NONE) {
		json_decref(object);
		return json_null();
	}
	zw_json_set(object, "number", number_or_null(f->waiting));
	zw_json_set(object, "back", number_or_null(f->back));
	zw_json_set(object, "left_ms", json_integer((json_int_t)f->left_ms));
	zw_json_set(object, "guarded", json_boolean(f->guarded));
	return object;
}

static json_t *others_of(const struct zw_in_force *f)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < f->others.n; i++) {
		json_t *table = json_object();

		zw_json_set(table, "name", zw_json_text(f->others.v[i].name));
		zw_json_set(table, "later", json_boolean(f->others.v[i].later));
		zw_json_add(array, table);
	}
	return array;
}

static json_t *kept_of(const struct zw_in_force *f)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < f->kept.n; i++) {
		const struct zw_in_force_kept *k = &f->kept.v[i];
		json_t *one = json_object();

		zw_json_set(one, "number", number_or_null(k->number));
		zw_json_set(one, "damaged", json_boolean(k->damaged));
		zw_json_set(one, "confirmed", json_boolean(k->confirmed));
		zw_json_set(one, "when", json_integer((json_int_t)k->when));
		zw_json_set(one, "who", zw_json_text(k->who));
		zw_json_set(one, "policy", zw_json_text(k->policy));
		zw_json_add(array, one);
	}
	return array;
}

static void set_all(json_t *root, const struct zw_in_force *f)
{
	zw_json_set(root, "table", json_boolean(f->table));
	zw_json_set(root, "netns",
		    f->netns ? zw_json_text(zw_str_from(f->netns))
			     : json_null());
	zw_json_set(root, "recorded", json_boolean(f->recorded));
	zw_json_set(root, "loaded", number_or_null(f->loaded));
	zw_json_set(root, "loading", number_or_null(f->loading));
	zw_json_set(root, "since", json_integer((json_int_t)f->since));
	zw_json_set(root, "by", zw_json_text(f->by));
	zw_json_set(root, "held", number_or_null(f->held));
	zw_json_set(root, "left_behind", json_boolean(f->left_behind));
	zw_json_set(root, "policy", zw_json_text(f->policy));
	zw_json_set(root, "sources", zw_json_text(f->sources));
	zw_json_set(root, "ruleset", zw_json_text(f->ruleset));
	zw_json_set(root, "difference", difference_of(f));
	zw_json_set(root, "verdict",
		    f->verdict ? json_string(f->verdict) : json_null());
	zw_json_set(root, "failed", zw_json_texts(f->failed.v, f->failed.n));
	zw_json_set(root, "drift", json_boolean(zw_in_force_drift(f)));
	zw_json_set(root, "others", others_of(f));
	zw_json_set(root, "waiting", waiting_of(f));
	zw_json_set(root, "kept", kept_of(f));
}

void zw_in_force_json(struct zw_buf *out, const struct zw_in_force *f,
		      const struct zw_diags *diags,
		      const struct zw_sources *sources)
{
	json_t *root = json_object();

	zw_json_set(root, "format", json_integer(1));
	if (f)
		set_all(root, f);
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}
