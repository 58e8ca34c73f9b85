/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts and files through parser and resolver; what was said as text. */
#include "tests/unit/compiler/fixture.h"

#include <stdio.h>
#include <unistd.h>

#include "grammar/grammar.h"

static void start(struct fixture *fixture)
{
	*fixture = (struct fixture){ .arena = zw_arena_new() };
	fixture->sources = zw_sources_new();
	zw_diags_init(&fixture->diags, fixture->arena);
}

static void resolve(struct fixture *fixture, bool with_claims)
{
	struct zw_resolve_options options = { .today = FIXTURE_TODAY,
					      .own = fixture->own };

	if (with_claims)
		options.claims = &fixture->claims;
	fixture->model = zw_resolve(fixture->arena, fixture->sources,
				    &fixture->diags, &fixture->ast, &options);
}

void fixture_open(struct fixture *fixture, const char *policy,
		  const char *claims)
{
	start(fixture);
	zw_parse_text(fixture->arena, fixture->sources, &fixture->diags,
		      ZW_STR("p.zw"), zw_str_from(policy), &fixture->ast);
	if (claims)
		zw_parse_text(fixture->arena, fixture->sources, &fixture->diags,
			      ZW_STR("c.zw"), zw_str_from(claims),
			      &fixture->claims);
	resolve(fixture, claims);
}

/* What stands beside PATH, "x.zw", as "x.addresses". */
static void read_own(struct fixture *fixture, const char *path)
{
	char beside[512];
	struct zw_own_addresses *own =
		ZW_NEW(fixture->arena, struct zw_own_addresses);

	snprintf(beside, sizeof(beside), "%.*s.addresses",
		 (int)strlen(path) - 3, path);
	if (access(beside, R_OK))
		return;
	fixture->own = own;
	zw_own_read_file(fixture->arena, fixture->sources, &fixture->diags,
			 beside, own);
}

void fixture_open_file(struct fixture *fixture, const char *path)
{
	start(fixture);
	read_own(fixture, path);
	zw_parse_file(fixture->arena, fixture->sources, &fixture->diags, path,
		      &fixture->ast);
	resolve(fixture, false);
}

void fixture_close(struct fixture *fixture)
{
	zw_sources_free(fixture->sources);
	zw_arena_free(fixture->arena);
}

static void print_place(const struct fixture *fixture, struct zw_buf *out,
			struct zw_span span)
{
	struct zw_place place;

	if (span.file == ZW_NO_FILE) {
		zw_buf_puts(out, "-");
		return;
	}
	place = zw_sources_place(fixture->sources, span);
	if (!zw_str_is(place.file, "p.zw"))
		zw_buf_printf(out, "%.*s:", ZW_STR_ARG(place.file));
	zw_buf_printf(out, "%u:%u", place.line, place.column);
}

void fixture_said(const struct fixture *fixture, struct zw_buf *out)
{
	size_t i, j;

	zw_buf_puts(out, "");
	for (i = 0; i < fixture->diags.list.n; i++) {
		const struct zw_diag *diag = fixture->diags.list.v[i];

		zw_buf_printf(out, "%s ", zw_code_info(diag->code)->name);
		print_place(fixture, out, diag->primary.span);
		zw_buf_printf(out, " %.*s\n", ZW_STR_ARG(diag->message));
		for (j = 0; j < diag->labels.n; j++) {
			zw_buf_puts(out, "  ");
			print_place(fixture, out, diag->labels.v[j].span);
			zw_buf_printf(out, " %.*s\n",
				      ZW_STR_ARG(diag->labels.v[j].text));
		}
		if (diag->help.n)
			zw_buf_printf(out, "  help: %.*s\n",
				      ZW_STR_ARG(diag->help));
	}
}

void fixture_codes(const struct fixture *fixture, struct zw_buf *out)
{
	size_t i;

	zw_buf_puts(out, "");
	for (i = 0; i < fixture->diags.list.n; i++)
		zw_buf_printf(
			out, "%s ",
			zw_code_info(fixture->diags.list.v[i]->code)->name);
}
