/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind rules and claims: values checked, dates compared with
 * today, texts copied into the model. Each option stands once, and on claims
 * only those that a claim takes: the grammar sees to both. A date is never in
 * the bytes: it is judged here and nowhere else. */
#include "compiler/resolve.h"

/* net/netfilter/nft_log.c, NF_LOG_PREFIXLEN with its NUL. */
#define LOG_PREFIX_LIMIT 127
#define SOON 30 /* days */

/* net/netfilter/nft_limit.c, nft_limit_init(): a token is nanoseconds of the
 * unit by the rate; none at all would let everything through, and the bucket
 * has 64 bits. */
static bool countable(const struct zw_rate *rate)
{
	u64 token = rate->seconds * 1000000000u / rate->amount;
	u64 burst = rate->burst ? rate->burst : ZW_DEFAULT_BURST;

	return token && burst <= UINT64_MAX / token;
}

static struct zw_rate rate(struct zw_resolver *r, const struct zw_ast_rate *ast,
			   struct zw_span span)
{
	static const u32 seconds[] = {
		[ZW_PER_SECOND] = 1,
		[ZW_PER_MINUTE] = 60,
		[ZW_PER_HOUR] = 3600,
		[ZW_PER_DAY] = 86400,
	};
	struct zw_rate result = {
		.amount = ast->amount,
		.seconds = seconds[ast->unit],
		.burst = ast->has_burst ? ast->burst : 0,
		.per_source = ast->per_source,
	};
	struct zw_diag *diag;

	if (!ast->amount || (ast->has_burst && !ast->burst)) {
		diag = zw_diag(r->diags, ZW_Z2026, span, "limit of nothing");
		zw_diag_here(r->diags, diag, "lets no flow through, ever");
	} else if (ast->amount > UINT32_MAX || ast->burst > UINT32_MAX) {
		diag = zw_diag(r->diags, ZW_Z2026, span, "limit above %u",
			       UINT32_MAX);
		zw_diag_here(r->diags, diag, "more than the kernel counts to");
	} else if (!countable(&result)) {
		diag = zw_diag(r->diags, ZW_Z2026, span,
			       "limit that cannot be kept");
		zw_diag_here(r->diags, diag,
			     "the kernel counts nanoseconds for each flow");
	}
	return result;
}

static void check_text(struct zw_resolver *r, struct zw_ast_name text,
		       size_t limit, const char *what)
{
	struct zw_diag *diag;

	if (text.text.n <= limit)
		return;
	diag = zw_diag(r->diags, ZW_Z2027, text.span,
		       "%s of more than %zu bytes", what, limit);
	zw_diag_here(r->diags, diag, "this one has %zu", text.text.n);
}

static void read_log(struct zw_resolver *r, const struct zw_ast_option *option,
		     struct zw_rule_options *out)
{
	struct zw_diag *diag;

	out->log = true;
	if (option->has_text) {
		check_text(r, option->text, LOG_PREFIX_LIMIT, "log prefix");
		out->log_prefix = zw_str_copy(r->arena, option->text.text);
	}
	out->has_log_group = option->has_group;
	out->log_group = option->group;
	if (option->has_group && option->group > UINT16_MAX) {
		diag = zw_diag(r->diags, ZW_Z2005, option->span,
			       "log group %u is above %u", option->group,
			       UINT16_MAX);
		zw_diag_here(r->diags, diag, "too large");
	}
}

static void read_count(struct zw_resolver *r,
		       const struct zw_ast_option *option,
		       struct zw_rule_options *out)
{
	out->count = true;
	if (option->has_text) {
		check_text(r, option->text, ZW_COUNT_NAME_LIMIT,
			   "counter's name");
		out->count_name = zw_str_copy(r->arena, option->text.text);
	}
}

static void read_during(struct zw_resolver *r,
			const struct zw_ast_option *option,
			struct zw_rule_options *out)
{
	struct zw_diag *diag;

	out->during = zw_str_copy(r->arena, option->text.text);
	if (!zw_parse_during(r->arena, out->during, out)) {
		diag = zw_diag(r->diags, ZW_Z2025, option->text.span,
			       "'%.*s' is no time window",
			       ZW_STR_ARG(out->during));
		zw_diag_here(r->diags, diag, "days, a time span, or both");
		zw_diag_help(r->diags, diag,
			     "write it as \"mon-fri 07:00-20:00\"");
	}
}

static void read_until(struct zw_resolver *r,
		       const struct zw_ast_option *option,
		       struct zw_rule_options *out)
{
	struct zw_str text = option->text.text;
	struct zw_diag *diag;
	s64 days;

	out->until = zw_str_copy(r->arena, text);
	if (!zw_parse_date(text, &days)) {
		diag = zw_diag(r->diags, ZW_Z2023, option->text.span,
			       "'%.*s' is no date", ZW_STR_ARG(text));
		zw_diag_here(r->diags, diag, "not in the calendar");
	} else if (days < r->today) {
		diag = zw_diag(r->diags, ZW_Z2024, option->text.span,
			       "rule expired on %.*s", ZW_STR_ARG(text));
		zw_diag_here(r->diags, diag, "%lld days ago",
			     (long long)(r->today - days));
		zw_diag_help(r->diags, diag,
			     "remove the rule, or give it a later date");
	} else if (days - r->today <= SOON) {
		diag = zw_diag(r->diags, ZW_Z3004, option->text.span,
			       "rule expires on %.*s", ZW_STR_ARG(text));
		zw_diag_here(r->diags, diag, "in %lld days",
			     (long long)(days - r->today));
	}
}

static void read_connections(struct zw_resolver *r,
			     const struct zw_ast_option *option,
			     struct zw_rule_options *out)
{
	struct zw_diag *diag;

	out->connections = (u32)option->rate.amount;
	if (!option->rate.amount || option->rate.amount > UINT32_MAX) {
		diag = zw_diag(r->diags, ZW_Z2026, option->span,
			       "limit of %s connections",
			       option->rate.amount ? "too many" : "no");
		zw_diag_here(r->diags, diag, "cannot be kept");
	}
}

static void read_option(struct zw_resolver *r,
			const struct zw_ast_option *option,
			struct zw_rule_options *out)
{
	switch (option->kind) {
	case ZW_OPTION_LIMIT:
		out->has_limit = true;
		out->limit = rate(r, &option->rate, option->span);
		break;
	case ZW_OPTION_CONNECTIONS:
		read_connections(r, option, out);
		break;
	case ZW_OPTION_LOG:
		read_log(r, option, out);
		break;
	case ZW_OPTION_COUNT:
		read_count(r, option, out);
		break;
	case ZW_OPTION_DURING:
		read_during(r, option, out);
		break;
	case ZW_OPTION_UNTIL:
		read_until(r, option, out);
		break;
	case ZW_OPTION_OWNER:
		out->owner = zw_str_copy(r->arena, option->text.text);
		break;
	case ZW_OPTION_TICKET:
		out->ticket = zw_str_copy(r->arena, option->text.text);
		break;
	case ZW_OPTION_BECAUSE:
		out->because = zw_str_copy(r->arena, option->text.text);
		break;
	case ZW_OPTION_KIND_COUNT:
		break;
	}
}

void zw_resolve_options(struct zw_resolver *r, const zw_ast_options *options,
			struct zw_rule_options *out)
{
	size_t i;

	for (i = 0; i < options->n; i++)
		read_option(r, &options->v[i], out);
}
