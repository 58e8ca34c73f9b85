/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options behind rules and claims. Each may stand once; their values (texts of
 * a length the kernel takes, dates of the calendar) are the resolver's. */
#include "grammar/build.h"

zw_ast_options *zw_build_no_options(struct zw_parse *parse)
{
	return ZW_NEW(parse->arena, zw_ast_options);
}

zw_ast_options *zw_build_add_option(struct zw_parse *parse,
				    zw_ast_options *list,
				    struct zw_ast_option *option,
				    struct zw_span span)
{
	struct zw_diag *diag;
	size_t i;

	option->span = span;
	if (option->kind == ZW_OPTION_LIMIT)
		option->rate.span = span;
	for (i = 0; i < list->n; i++) {
		if (list->v[i].kind != option->kind)
			continue;
		diag = zw_mistake(parse, ZW_Z0009, span,
				  "an option is given twice: '%s'",
				  zw_quoted(parse, span));
		if (diag)
			zw_diag_label(parse->reading->diags, diag,
				      list->v[i].span, "first given here");
		return list;
	}
	zw_build_push(parse, *list, *option, span);
	return list;
}

static struct zw_ast_option *new_option(struct zw_parse *parse,
					enum zw_ast_option_kind kind)
{
	struct zw_ast_option *option;

	option = ZW_NEW(parse->arena, struct zw_ast_option);
	option->kind = kind;
	return option;
}

struct zw_ast_option *zw_build_limit(struct zw_parse *parse, u64 amount,
				     int unit, struct zw_build_number burst,
				     bool per_source)
{
	struct zw_ast_option *option = new_option(parse, ZW_OPTION_LIMIT);

	option->rate.amount = amount;
	option->rate.unit = (enum zw_ast_unit)unit;
	option->rate.has_burst = burst.has;
	option->rate.burst = burst.value;
	option->rate.per_source = per_source;
	return option;
}

struct zw_ast_option *zw_build_connections(struct zw_parse *parse, u64 amount,
					   struct zw_span span)
{
	struct zw_ast_option *option = new_option(parse, ZW_OPTION_CONNECTIONS);

	option->rate.amount = zw_build_number(parse, amount, span).value;
	option->rate.per_source = true;
	option->rate.span = span;
	return option;
}

static void set_text(struct zw_ast_option *option,
		     const struct zw_ast_name *text)
{
	option->has_text = text->span.file != ZW_NO_FILE;
	option->text = *text;
}

struct zw_ast_option *zw_build_log(struct zw_parse *parse,
				   const struct zw_ast_name *prefix,
				   struct zw_build_number group)
{
	struct zw_ast_option *option = zw_build_group(parse, group);

	set_text(option, prefix);
	return option;
}

struct zw_ast_option *zw_build_group(struct zw_parse *parse,
				     struct zw_build_number group)
{
	struct zw_ast_option *option = new_option(parse, ZW_OPTION_LOG);

	option->has_group = group.has;
	option->group = (u32)group.value;
	return option;
}

struct zw_ast_option *zw_build_text(struct zw_parse *parse,
				    enum zw_ast_option_kind kind,
				    const struct zw_ast_name *text)
{
	struct zw_ast_option *option = new_option(parse, kind);

	set_text(option, text);
	return option;
}

/* DATE is digits and two dashes; the form is YYYY-MM-DD. */
struct zw_ast_option *zw_build_until(struct zw_parse *parse,
				     const struct zw_ast_name *date)
{
	struct zw_str text = date->text;
	struct zw_diag *diag;

	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-') {
		diag = zw_mistake(parse, ZW_Z0015, date->span,
				  "not a date: '%s'",
				  zw_quoted(parse, date->span));
		zw_mistake_help(parse, diag,
				"a date is YYYY-MM-DD, such as 2027-01-31");
	}
	return zw_build_text(parse, ZW_OPTION_UNTIL, date);
}
