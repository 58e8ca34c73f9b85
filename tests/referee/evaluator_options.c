/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule's limits and times let it match. Whether a limit is reached is
 * the sample's to say; the time of a window is read off its text. */
#include "tests/referee/evaluator_internal.h"

#include <string.h>

#define DAY 86400u

/* "conntrack state new and the entry not confirmed" */
bool zw_is_fresh(const struct zw_sample *sample)
{
	return sample->state == ZW_CT_NEW && !sample->confirmed;
}

/* ---- times --------------------------------------------------------------- */

/* The day whose name TEXT begins with: 0 is Sunday; -1: none. */
static int day_at(const char *text)
{
	static const char names[] = "sunmontuewedthufrisat";
	int day;

	for (day = 0; day < 7; day++) {
		if (!strncmp(text, names + 3 * day, 3))
			return day;
	}
	return -1;
}

/* The second of the day that HH:MM stands for. */
static u32 second_at(const char *text)
{
	u32 hours = (u32)(text[0] - '0') * 10 + (u32)(text[1] - '0');
	u32 minutes = (u32)(text[3] - '0') * 10 + (u32)(text[4] - '0');

	return 3600 * hours + 60 * minutes;
}

/* Is DAY among the days that TEXT begins with? "Days may go round the week's
 * end". No days are all days. */
static bool among_days(const char *text, int day)
{
	int first, last;

	if (day_at(text) < 0)
		return true;
	for (; (first = day_at(text)) >= 0; text += *text == ',') {
		text += 3;
		last = first;
		if (*text == '-') {
			last = day_at(text + 1);
			text += 4;
		}
		if ((day - first + 7) % 7 <= (last - first + 7) % 7)
			return true;
	}
	return false;
}

/* "A window is half open"; "one that crosses midnight belongs to the day it
 * starts". */
static bool within(struct zw_str window, int day, u32 second)
{
	char text[64] = { 0 };
	const char *time;
	u32 from, to;

	memcpy(text, window.p,
	       window.n < sizeof(text) ? window.n : sizeof(text) - 1);
	time = strpbrk(text, "0123456789");
	if (!time)
		return among_days(text, day);
	from = second_at(time);
	to = second_at(time + 6);
	if (from < to)
		return among_days(text, day) && from <= second && second < to;
	if (second >= from)
		return among_days(text, day);
	return second < to && among_days(text, (day + 6) % 7);
}

/* ---- options ------------------------------------------------------------- */

static bool limit_holds(const struct zw_ast_option *option,
			const struct zw_sample *sample)
{
	static const u64 seconds[] = {
		[ZW_PER_SECOND] = 1,
		[ZW_PER_MINUTE] = 60,
		[ZW_PER_HOUR] = 3600,
		[ZW_PER_DAY] = DAY,
	};
	struct zw_sample_limit limit = {
		.connections = option->kind == ZW_OPTION_CONNECTIONS,
		.amount = option->rate.amount,
	};

	if (!limit.connections) {
		limit.seconds = seconds[option->rate.unit];
		limit.burst = option->rate.has_burst ? option->rate.burst : 5;
		limit.per_source = option->rate.per_source;
	}
	return zw_sample_within(sample, &limit);
}

bool zw_options_match(const struct zw_ast_stmt *rule,
		      const struct zw_sample *sample)
{
	bool forbids = rule->kind == ZW_AST_DENY || rule->kind == ZW_AST_REJECT;
	size_t i;

	for (i = 0; i < rule->options.n; i++) {
		const struct zw_ast_option *option = &rule->options.v[i];
		bool holds = true;

		if (option->kind == ZW_OPTION_DURING)
			holds = within(option->text.text, sample->day,
				       sample->time);
		else if (forbids)
			continue; /* "restrains the log alone" */
		else if (option->kind == ZW_OPTION_LIMIT ||
			 option->kind == ZW_OPTION_CONNECTIONS)
			holds = limit_holds(option, sample);
		else
			continue;
		/* "new but not fresh packets match as if the window were open
		 * for an allow or a publish, and as if it were closed for a
		 * deny or reject" */
		if (!zw_is_fresh(sample))
			holds = !forbids;
		if (!holds)
			return false;
	}
	return true;
}
