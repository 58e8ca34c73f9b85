/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For people, the answer first. */
#include "report/in_force.h"

#include <string.h>
#include <time.h>

bool zw_in_force_drift(const struct zw_in_force *f)
{
	if (!f->table)
		return f->loaded != ZW_IN_FORCE_NONE;
	if (f->verdict && strcmp(f->verdict, "proved"))
		return true;
	if (f->held == ZW_IN_FORCE_NONE)
		return true;
	return f->held != f->loaded && f->held != f->loading;
}

static void put_number(struct zw_buf *out, u32 number)
{
	if (number)
		zw_buf_printf(out, "number %u", number);
	else
		zw_buf_puts(out, "the built-in policy");
}

static void put_time(struct zw_buf *out, s64 when)
{
	time_t seconds = (time_t)when;
	char text[32] = "?";
	struct tm date;

	if (gmtime_r(&seconds, &date))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &date);
	zw_buf_puts(out, text);
}

static void put_held(struct zw_buf *out, const struct zw_in_force *f)
{
	zw_buf_printf(out, "table inet zwinger%s%s: ",
		      f->netns ? " in namespace " : "",
		      f->netns ? f->netns : "");
	if (!f->table) {
		zw_buf_puts(out, "there is none\n");
		return;
	}
	if (f->held != ZW_IN_FORCE_NONE)
		put_number(out, f->held);
	else
		zw_buf_puts(out, "none of the generations that are kept");
	if (f->policy.n && f->held != ZW_IN_FORCE_NONE) {
		zw_buf_puts(out, ", ");
		zw_buf_add_escaped(out, f->policy);
	}
	zw_buf_putc(out, '\n');
}

static void put_record(struct zw_buf *out, const struct zw_in_force *f)
{
	if (!f->recorded) {
		zw_buf_puts(out, "  nothing is recorded of any load\n");
		return;
	}
	if (f->loaded != ZW_IN_FORCE_NONE) {
		zw_buf_puts(out, "  loaded    ");
		put_number(out, f->loaded);
		zw_buf_puts(out, ", ");
		put_time(out, f->since);
		zw_buf_puts(out, ", by ");
		zw_buf_add_escaped(out, f->by);
		zw_buf_putc(out, '\n');
	}
	if (f->loading == ZW_IN_FORCE_NONE)
		return;
	zw_buf_puts(out, "  cut short the load of ");
	put_number(out, f->loading);
	zw_buf_puts(out, f->held == f->loading
				 ? " was, after it had come into force\n"
				 : " was, before it came into force\n");
}

static void put_count(struct zw_buf *out, const char *what,
		      struct zw_loaded_count count, bool *first)
{
	if (!count.added && !count.removed)
		return;
	zw_buf_printf(out, "%s%zu %s%s lacking, %zu too many",
		      *first ? "" : "; ", count.added, what,
		      count.added == 1 ? "" : "s", count.removed);
	*first = false;
}

static void put_unread(struct zw_buf *out, const struct zw_in_force *f)
{
	if (f->unread_sets)
		zw_buf_printf(
			out,
			"            %zu set%s not read whole: %s%zu elements were looked up\n",
			f->unread_sets, f->unread_sets == 1 ? " was" : "s were",
			f->counted ? "the number of elements is right, and "
				   : "",
			f->sampled);
}

static void put_textual(struct zw_buf *out, const struct zw_in_force *f)
{
	bool first = true;

	if (!f->compared)
		return;
	zw_buf_puts(out, "  text      ");
	if (f->held != ZW_IN_FORCE_NONE) {
		zw_buf_puts(out, f->held == f->loaded
					 ? "as it was loaded"
					 : "as that generation has it");
		zw_buf_puts(
			out,
			f->left_behind
				? ", beside what a load left behind that was cut short\n"
				: "\n");
		put_unread(out, f);
		return;
	}
	put_count(out, "rule", f->rules, &first);
	put_count(out, "set", f->sets, &first);
	put_count(out, "element", f->elements, &first);
	if (f->unread_sets)
		zw_buf_printf(
			out,
			"%s%zu set%s too large to read, and not as it should be",
			first ? "" : "; ", f->unread_sets,
			f->unread_sets == 1 ? " is" : "s are");
	else if (first)
		zw_buf_puts(
			out,
			"no rule or set is another, but chains or comments are");
	zw_buf_putc(out, '\n');
}

static void put_meaning(struct zw_buf *out, const struct zw_in_force *f)
{
	size_t i;

	if (!f->verdict)
		return;
	zw_buf_printf(out, "  meaning   %s now, with all tables\n", f->verdict);
	for (i = 0; i < f->failed.n; i++) {
		zw_buf_puts(out, "            not: ");
		zw_buf_add_escaped(out, f->failed.v[i]);
		zw_buf_putc(out, '\n');
	}
}

static void put_others(struct zw_buf *out, const struct zw_in_force *f)
{
	size_t i;

	for (i = 0; i < f->others.n; i++) {
		zw_buf_puts(out, i ? "            " : "  others    ");
		zw_buf_puts(out, "table ");
		zw_buf_add_escaped(out, f->others.v[i].name);
		zw_buf_puts(out,
			    f->others.v[i].later
				    ? ", which was not there at its proof\n"
				    : "\n");
	}
}

static void put_waiting(struct zw_buf *out, const struct zw_in_force *f)
{
	if (f->waiting == ZW_IN_FORCE_NONE)
		return;
	zw_buf_puts(out, "  waiting   ");
	put_number(out, f->waiting);
	if (f->left_ms > 0)
		zw_buf_printf(out, " is not confirmed; %lld s are left, then ",
			      (long long)(f->left_ms + 999) / 1000);
	else
		zw_buf_puts(out,
			    " was not confirmed in time; it goes back to ");
	put_number(out, f->back);
	if (f->left_ms > 0)
		zw_buf_puts(out, " comes back");
	zw_buf_puts(
		out,
		f->guarded
			? "\n"
			: "\n            but its guard is gone: nothing takes it back by itself\n");
}

static void put_kept(struct zw_buf *out, const struct zw_in_force *f)
{
	size_t i;

	for (i = 0; i < f->kept.n; i++) {
		const struct zw_in_force_kept *k = &f->kept.v[i];

		zw_buf_printf(out, "%s%u  ",
			      i ? "            " : "  kept      ", k->number);
		if (k->damaged) {
			zw_buf_puts(out, "damaged\n");
			continue;
		}
		put_time(out, k->when);
		zw_buf_puts(out, "  ");
		zw_buf_add_escaped(out, k->policy);
		zw_buf_puts(out, ", by ");
		zw_buf_add_escaped(out, k->who);
		zw_buf_puts(out, k->confirmed || !f->recorded
					 ? "\n"
					 : ", never confirmed\n");
	}
}

void zw_in_force_text(struct zw_buf *out, const struct zw_in_force *f)
{
	put_held(out, f);
	put_record(out, f);
	put_textual(out, f);
	put_meaning(out, f);
	put_others(out, f);
	put_waiting(out, f);
	put_kept(out, f);
}
