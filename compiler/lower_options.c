/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule does beside deciding, as a chain of its own: every place where
 * the rule matches leads there, in whatever family and pair of zones, so a
 * limit is one bucket and a log is one line. In it:
 *
 *	a packet that is new but whose entry is confirmed is decided at once
 *	times: out of the windows it returns, and the next rules are asked
 *	limits per source, for each family; then the limit of the rule
 *	log, counter, verdict
 *
 * Over its limit an allow returns as well. Of deny and reject a limit restrains
 * the log alone, and outside its window, or of a packet that is not fresh, a
 * deny with a window decides nothing.
 *
 * A bucket for each source is forgotten once it would be full again. Counts of
 * connections are never forgotten by time: the kernel takes those away that
 * have no connection left (nft_connlimit.c, nft_connlimit_gc()). */
#include "compiler/lower_internal.h"

#define CONFIRMED 8 /* IPS_CONFIRMED */
#define DAY 86400u

bool zw_lower_has_options(const struct zw_rule_options *options)
{
	return options->has_limit || options->connections || options->log ||
	       options->count || options->windows.n;
}

bool zw_lower_may_return(const struct zw_rule_options *options,
			 enum zw_action action)
{
	return options->windows.n ||
	       (action == ZW_ALLOW &&
		(options->has_limit || options->connections));
}

struct job {
	const struct zw_rule_options *options;
	enum zw_action action;
	enum zw_plan_verdict verdict;
	u32 target;
	struct zw_str name; /* of its chain */
	struct zw_cause cause;
};

static struct zw_plan_limit limit_of(const struct zw_rate *rate)
{
	return (struct zw_plan_limit){ rate->amount, rate->seconds,
				       rate->burst ? rate->burst
						   : ZW_DEFAULT_BURST };
}

/* Seconds until an empty bucket is full. */
static u32 seconds_to_fill(const struct zw_plan_limit *limit)
{
	u64 token = limit->seconds * 1000000000u / limit->amount;
	u64 seconds = token * limit->burst / 1000000000u + 1;

	return seconds > UINT32_MAX ? UINT32_MAX : (u32)seconds;
}

static u32 source_set(struct zw_lowering *l, const struct job *job,
		      enum zw_family family, const char *what, u32 timeout)
{
	enum zw_key key =
		family == ZW_IPV4 ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR;
	u32 set = zw_lower_set(l,
			       zw_strf(l->arena, "%.*s.%s.%d",
				       ZW_STR_ARG(job->name), what,
				       family == ZW_IPV4 ? 4 : 6),
			       false, false, &key, 1, job->cause);

	l->plan->sets.v[set].dynamic = true;
	l->plan->sets.v[set].timeout = timeout;
	return set;
}

static void add_connections(struct zw_lowering *l, const struct job *job,
			    enum zw_family family, u32 chain, u32 target)
{
	struct zw_draft draft = { .n = 0 };
	struct zw_plan_rule *rule;

	zw_draft_family(&draft, family);
	rule = zw_draft_end(l, &draft, chain, ZW_PLAN_GOTO, target, job->cause);
	rule->has_meter = true;
	rule->meter = (struct zw_plan_meter){
		.set = source_set(l, job, family, "connections", 0),
		.counts_connections = true,
		.connections = job->options->connections,
	};
}

/* A rule of FAMILY with a bucket for each source. */
static struct zw_plan_rule *add_rate(struct zw_lowering *l,
				     const struct job *job,
				     enum zw_family family, u32 chain,
				     enum zw_plan_verdict verdict, u32 target)
{
	struct zw_plan_limit limit = limit_of(&job->options->limit);
	u32 set = source_set(l, job, family, "rate", seconds_to_fill(&limit));
	struct zw_draft draft = { .n = 0 };
	struct zw_plan_rule *rule;

	zw_draft_family(&draft, family);
	rule = zw_draft_end(l, &draft, chain, verdict, target, job->cause);
	rule->has_meter = true;
	rule->meter = (struct zw_plan_meter){ .set = set, .limit = limit };
	return rule;
}

static void set_log(struct zw_plan_rule *rule,
		    const struct zw_rule_options *options)
{
	rule->log = options->log;
	rule->log_prefix = options->log_prefix;
	rule->log_to_group = options->has_log_group;
	rule->log_group = options->log_group;
}

/* NAME as nft can read a name: other bytes as their number behind a slash. */
static struct zw_str counter_name(struct zw_arena *arena, struct zw_str name)
{
	struct zw_buf buf = { 0 };
	struct zw_str out;

	zw_buf_puts(&buf, "z_count.");
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')
			zw_buf_putc(&buf, c);
		else
			zw_buf_printf(&buf, "/%02x", (unsigned char)c);
	}
	out = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return out;
}

/* A counter of the rule's own, or the one that all rules of its name share. */
static void set_counter(struct zw_lowering *l, struct zw_plan_rule *rule,
			const struct zw_rule_options *options)
{
	struct zw_plan *plan = l->plan;

	rule->counter = options->count;
	if (!options->count || !options->count_name.n)
		return;
	rule->counter_name = counter_name(l->arena, options->count_name);
	for (size_t i = 0; i < plan->counters.n; i++)
		if (zw_str_eq(plan->counters.v[i], rule->counter_name))
			return;
	zw_push(l->arena, plan->counters, rule->counter_name);
}

static u32 part(struct zw_lowering *l, const struct job *job, const char *what)
{
	return zw_lower_chain(
		l, zw_strf(l->arena, "%.*s.%s", ZW_STR_ARG(job->name), what));
}

/* A fresh packet within the times, of an allow. */
static void lower_allow(struct zw_lowering *l, const struct job *job, u32 chain)
{
	const struct zw_rule_options *options = job->options;
	bool per_source = options->has_limit && options->limit.per_source;
	struct zw_draft draft = { .n = 0 };
	struct zw_plan_rule *rule;

	if (options->connections) {
		u32 next = part(l, job, "counted");

		for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++)
			add_connections(l, job, (enum zw_family)f, chain, next);
		chain = next;
	}
	if (per_source) {
		u32 next = part(l, job, "within");

		for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++)
			add_rate(l, job, (enum zw_family)f, chain, ZW_PLAN_GOTO,
				 next);
		chain = next;
	}
	rule = zw_draft_end(l, &draft, chain, job->verdict, job->target,
			    job->cause);
	rule->has_limit = options->has_limit && !per_source;
	if (rule->has_limit)
		rule->limit = limit_of(&options->limit);
	set_log(rule, options);
	set_counter(l, rule, options);
}

/* The same of what forbids: the log first, by its limit. */
static void lower_deny(struct zw_lowering *l, const struct job *job, u32 chain)
{
	const struct zw_rule_options *options = job->options;
	struct zw_draft draft = { .n = 0 };
	struct zw_plan_rule *rule;

	if (options->has_limit && options->limit.per_source) {
		for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
			rule = add_rate(l, job, (enum zw_family)f, chain,
					ZW_PLAN_CONTINUE, 0);
			set_log(rule, options);
		}
	} else if (options->has_limit) {
		rule = zw_draft_end(l, &draft, chain, ZW_PLAN_CONTINUE, 0,
				    job->cause);
		rule->has_limit = true;
		rule->limit = limit_of(&options->limit);
		set_log(rule, options);
	}
	rule = zw_draft_end(l, &draft, chain, job->verdict, job->target,
			    job->cause);
	if (!options->has_limit)
		set_log(rule, options);
	set_counter(l, rule, options);
}

/* ---- times ---- */

/* The window that is seconds LO..HI of the days in the mask: a rule for each
 * run of days (nft cannot read the sets of days that it lists). */
static void add_window(struct zw_lowering *l, const struct job *job, u32 chain,
		       unsigned days, u32 lo, u32 hi, u32 target)
{
	for (unsigned first = 0, last; first < 7; first = last + 1) {
		struct zw_draft draft = { .n = 0 };

		last = first;
		if (!(days >> first & 1))
			continue;
		while (last < 6 && days >> (last + 1) & 1)
			last++;
		if (days != 127)
			zw_draft_range(&draft, ZW_KEY_TIME_DAY, first, last);
		if (lo != 0 || hi != DAY - 1)
			zw_draft_range(&draft, ZW_KEY_TIME_HOUR, lo, hi);
		zw_draft_end(l, &draft, chain, ZW_PLAN_GOTO, target,
			     job->cause);
	}
}

/* Windows of the week, cut at midnights, those of equal hours together. */
static void add_windows(struct zw_lowering *l, const struct job *job, u32 chain,
			u32 target)
{
	struct {
		u32 lo, hi;
		unsigned days;
	} spans[21];
	size_t n = 0;

	for (size_t i = 0; i < job->options->windows.n; i++) {
		struct zw_window w = job->options->windows.v[i];

		for (u32 day = w.from / DAY; day <= w.to / DAY; day++) {
			u32 lo = day == w.from / DAY ? w.from % DAY : 0;
			u32 hi = day == w.to / DAY ? w.to % DAY : DAY - 1;
			size_t at = 0;

			while (at < n &&
			       (spans[at].lo != lo || spans[at].hi != hi))
				at++;
			if (at == n) {
				ZW_ASSERT(n < sizeof(spans) / sizeof(*spans));
				spans[n].lo = lo;
				spans[n].hi = hi;
				spans[n++].days = 0;
			}
			spans[at].days |= 1u << day;
		}
	}
	for (size_t i = 0; i < n; i++)
		add_window(l, job, chain, spans[i].days, spans[i].lo,
			   spans[i].hi, target);
}

u32 zw_lower_options_chain(struct zw_lowering *l,
			   const struct zw_rule_options *options,
			   enum zw_action action, struct zw_str name,
			   struct zw_cause cause)
{
	u32 chain = zw_lower_known_chain(l, name), open;
	struct job job = { options, action, ZW_PLAN_DROP, 0, name, cause };
	struct zw_draft draft = { .n = 0 };

	if (chain != ZW_NONE)
		return chain;
	if (action == ZW_ALLOW)
		job.verdict = ZW_PLAN_ACCEPT;
	if (action == ZW_REJECT) {
		job.verdict = ZW_PLAN_GOTO;
		job.target = zw_lower_reject_chain(l);
	}
	chain = open = zw_lower_chain(l, name);
	zw_map_put(&l->chains, name, chain);
	zw_draft_any(&draft, ZW_KEY_CT_STATUS, CONFIRMED);
	if (action != ZW_ALLOW && options->windows.n)
		zw_draft_end(l, &draft, chain, ZW_PLAN_RETURN, 0, cause);
	else
		zw_draft_end(l, &draft, chain, job.verdict, job.target, cause);
	if (options->windows.n) {
		open = part(l, &job, "open");
		add_windows(l, &job, chain, open);
	}
	if (action == ZW_ALLOW)
		lower_allow(l, &job, open);
	else
		lower_deny(l, &job, open);
	return chain;
}

void zw_lower_drop_log(struct zw_lowering *l)
{
	const struct zw_rule_options *options = &l->model->drop_log;
	struct job job = {
		.options = options,
		.action = ZW_DENY,
		.verdict = ZW_PLAN_DROP,
		.name = ZW_STR("z_drop"),
		.cause = { l->model->drop_log_span,
			   zw_lower_comment(l->arena,
					    l->model->drop_log_place) },
	};

	if (!l->model->logs_drops)
		return;
	l->drop = zw_lower_chain(l, job.name);
	lower_deny(l, &job, l->drop);
}
