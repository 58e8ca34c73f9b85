/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dates and time windows as text. Days are counted from 1970-01-01 in the
 * proleptic Gregorian calendar (March-based years: a leap day is a year's
 * last, so no month needs a case of its own). A window is days, a time span,
 * or both: "mon-fri 07:00-20:00", "sat,sun", "22:00-06:00". */
#include "compiler/resolve.h"

#define DAY 1440u /* minutes */

static bool digits(const char *p, size_t n, unsigned *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*value = *value * 10 + (unsigned)(p[i] - '0');
	}
	return true;
}

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const u8 days[] = { 31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool zw_parse_date(struct zw_str text, s64 *days)
{
	unsigned year, month, day;
	s64 y, m;

	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
	    !digits(text.p, 4, &year) || !digits(text.p + 5, 2, &month) ||
	    !digits(text.p + 8, 2, &day))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month))
		return false;
	y = month > 2 ? year : (s64)year - 1;
	m = month > 2 ? (s64)month - 3 : (s64)month + 9;
	*days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
		(s64)day - 1 - 719468;
	return true;
}

struct cursor {
	const char *p, *end;
};

static bool take(struct cursor *c, char wanted)
{
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

static bool weekday(struct cursor *c, unsigned *day)
{
	static const char names[][4] = { "sun", "mon", "tue", "wed",
					 "thu", "fri", "sat" };

	for (*day = 0; *day < 7 && c->end - c->p >= 3; ++*day) {
		if (!memcmp(c->p, names[*day], 3)) {
			c->p += 3;
			return true;
		}
	}
	return false;
}

/* A bit for each day. A span may go round the week's end: "sat-mon". */
static bool weekdays(struct cursor *c, unsigned *days)
{
	unsigned first, last;

	*days = 0;
	do {
		if (!weekday(c, &first))
			return false;
		last = first;
		if (take(c, '-') && !weekday(c, &last))
			return false;
		for (; first != last; first = (first + 1) % 7)
			*days |= 1u << first;
		*days |= 1u << last;
	} while (take(c, ','));
	return true;
}

/* HH:MM as minutes; 24:00 only as an end. */
static bool clock_time(struct cursor *c, unsigned latest, unsigned *minutes)
{
	unsigned hour, minute;

	if (c->end - c->p < 5 || c->p[2] != ':' || !digits(c->p, 2, &hour) ||
	    !digits(c->p + 3, 2, &minute) || minute > 59)
		return false;
	*minutes = 60 * hour + minute;
	c->p += 5;
	return *minutes <= latest;
}

static bool time_span(struct cursor *c, unsigned *from, unsigned *to)
{
	return clock_time(c, DAY - 1, from) && take(c, '-') &&
	       clock_time(c, DAY, to) && *from != *to;
}

static bool parse(struct zw_str text, unsigned *days, unsigned *from,
		  unsigned *to)
{
	struct cursor c = { text.p, text.p + text.n };

	*days = 127;
	*from = 0;
	*to = DAY;
	if (!text.n)
		return false;
	if (*c.p < '0' || *c.p > '9') {
		if (!weekdays(&c, days))
			return false;
		if (c.p == c.end)
			return true;
		if (!take(&c, ' '))
			return false;
		while (take(&c, ' '))
			;
	}
	return time_span(&c, from, to) && c.p == c.end;
}

/* Mark by minutes of the week: at most 14 spans come of it, and marking them
 * needs no case for what meets, touches, or goes round the week's end. */
bool zw_parse_during(struct zw_arena *arena, struct zw_str text,
		     struct zw_rule_options *out)
{
	unsigned days, from, to, length;
	bool open[7 * DAY] = { false };

	if (!parse(text, &days, &from, &to))
		return false;
	length = to > from ? to - from : to + DAY - from;
	for (unsigned day = 0; day < 7; day++)
		for (unsigned i = 0; days >> day & 1 && i < length; i++)
			open[(day * DAY + from + i) % (7 * DAY)] = true;
	for (u32 i = 0; i < 7 * DAY; i++) {
		struct zw_window *last =
			out->windows.n ? &out->windows.v[out->windows.n - 1]
				       : NULL;

		if (!open[i])
			continue;
		if (i && open[i - 1])
			last->to = 60 * i + 59;
		else
			zw_push(arena, out->windows,
				((struct zw_window){ 60 * i, 60 * i + 59 }));
	}
	return true;
}
