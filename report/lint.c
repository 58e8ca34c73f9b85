/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings are diagnostics and are shown as such; the answer counts them.
 */
#include "report/lint.h"

#include "report/json_value.h"

void zw_lint_text(struct zw_buf *out, const char *name, size_t permitted,
		  const struct zw_diags *diags)
{
	size_t n = diags->list.n + diags->suppressed;

	zw_buf_add_escaped(out, zw_str_from(name));
	if (diags->errors)
		zw_buf_puts(out, ": not valid");
	else if (!n)
		zw_buf_puts(out, ": nothing found");
	else
		zw_buf_printf(out, ": %zu finding%s", n, n == 1 ? "" : "s");
	if (permitted)
		zw_buf_printf(out, ", %zu permitted in the source", permitted);
	zw_buf_putc(out, '\n');
}

void zw_lint_json(struct zw_buf *out, const char *name, size_t permitted,
		  const struct zw_diags *diags,
		  const struct zw_sources *sources)
{
	json_t *root = json_object();

	zw_json_set(root, "format", json_integer(1));
	zw_json_set(root, "name", json_string(name));
	zw_json_set(root, "valid", json_boolean(!diags->errors));
	zw_json_set(root, "permitted", json_integer((json_int_t)permitted));
	zw_json_set(root, "diagnostics", zw_json_diagnostics(diags, sources));
	zw_json_put(out, root);
}
