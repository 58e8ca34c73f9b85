/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many, then which, one a line. */
#include "report/connections.h"

#include "report/json_value.h"

/* So many are told one by one to people. */
#define TOLD_MAX 20

static const char *fate(const struct zw_connections_found *found, bool later)
{
	bool one = found->forbidden.n == 1;

	if (later)
		return "would end";
	if (found->kept)
		return one ? "goes on" : "go on";
	return one ? "is ended" : "are ended";
}

void zw_connections_text(struct zw_buf *out,
			 const struct zw_connections_found *found, bool later)
{
	size_t i, n = found->forbidden.n;

	if (n)
		zw_buf_printf(out,
			      "%zu connection%s that the policy forbids %s\n",
			      n, n == 1 ? "" : "s", fate(found, later));
	for (i = 0; i < n && i < TOLD_MAX; i++) {
		zw_buf_puts(out, "  ");
		zw_connection_print(out, found->forbidden.v[i]);
		zw_buf_putc(out, '\n');
	}
	if (n > TOLD_MAX)
		zw_buf_printf(out, "  and %zu more\n", n - TOLD_MAX);
	if (found->unjudged)
		zw_buf_printf(
			out,
			"%zu connection%s could not be judged and go%s on\n",
			found->unjudged, found->unjudged == 1 ? "" : "s",
			found->unjudged == 1 ? "es" : "");
}

json_t *zw_connections_json(const struct zw_connections_found *found)
{
	json_t *root = json_object(), *list = json_array();
	size_t i;

	for (i = 0; i < found->forbidden.n; i++) {
		struct zw_buf text = { 0 };

		zw_connection_print(&text, found->forbidden.v[i]);
		json_array_append_new(list, json_stringn(text.data, text.n));
		zw_buf_free(&text);
	}
	zw_json_set(root, "seen", json_integer((json_int_t)found->seen));
	zw_json_set(root, "forbidden", list);
	zw_json_set(root, "ended", json_integer((json_int_t)found->ended));
	zw_json_set(root, "unjudged",
		    json_integer((json_int_t)found->unjudged));
	zw_json_set(root, "looked_after_ms",
		    json_real((double)(long long)(found->ms * 1000 + 0.5) /
			      1000));
	return root;
}
