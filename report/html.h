/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The acceptance record as a page for people. Law: one file that needs no
 * script and asks nobody for anything; whatever a text of the record holds is
 * shown as text; every figure on it is one of the record. */
#ifndef ZW_REPORT_HTML_H
#define ZW_REPORT_HTML_H

#include <jansson.h>

#include "base/str.h"

enum zw_language {
	ZW_ENGLISH,
	ZW_GERMAN,
	ZW_LANGUAGES,
};

/* RECORD as of zw_acceptance_json(), borrowed. */
void zw_html_record(struct zw_buf *out, const json_t *record,
		    enum zw_language language);

#endif
