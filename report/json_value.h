/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all JSON answers are made of. Law: functions that set or add take the
 * value; text that is no UTF-8 (of a foreign ruleset) is escaped; members keep
 * the order in which they are set. */
#ifndef ZW_REPORT_JSON_VALUE_H
#define ZW_REPORT_JSON_VALUE_H

#include <jansson.h>

#include "verifier/verify.h"

json_t *zw_json_text(struct zw_str s);
json_t *zw_json_texts(const struct zw_str *v, size_t n);
void zw_json_set(json_t *object, const char *key, json_t *value);
void zw_json_add(json_t *array, json_t *value);
/* "file", "line", "column", "length"; the first two are null without a place.
 */
void zw_json_set_place(json_t *object, const struct zw_sources *sources,
		       struct zw_span span);
json_t *zw_json_address(struct zw_ip ip);
json_t *zw_json_path(const struct zw_step *v, size_t n);
json_t *zw_json_witness(const struct zw_witness *w);
json_t *zw_json_diagnostics(const struct zw_diags *diags,
			    const struct zw_sources *sources);
/* Append ROOT (taken) as indented text with a newline. */
void zw_json_put(struct zw_buf *out, json_t *root);

#endif
