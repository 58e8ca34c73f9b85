/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How text for people looks. Law: whether there is colour is decided once, by
 * the command line (terminal, NO_COLOR, --color); reporters only ask. */
#ifndef ZW_REPORT_STYLE_H
#define ZW_REPORT_STYLE_H

#include "base/str.h"

struct zw_style {
	bool colour;
};

enum zw_ink {
	ZW_INK_PLAIN, /* ends any other */
	ZW_INK_BOLD,
	ZW_INK_ERROR,
	ZW_INK_WARNING,
	ZW_INK_NOTE,
	ZW_INK_FRAME, /* gutters, secondary marks */
	ZW_INK_COUNT,
};

/* Change the ink from here on; writes nothing where there is no colour. */
void zw_ink(struct zw_buf *out, const struct zw_style *style, enum zw_ink ink);

#endif
