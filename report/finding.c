/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fingerprints are of the rule, the file and the text of the line, not its
 * number, and of how many equal ones came before. */
#include "report/finding.h"

#include <stdio.h>

#include "base/sha256.h"
#include "report/diagnostics.h"

static struct zw_str text_of(struct zw_arena *arena, const struct zw_diag *diag)
{
	struct zw_buf text = { 0 };
	struct zw_str out;
	size_t i;

	zw_buf_add(&text, diag->message.p, diag->message.n);
	if (diag->primary.text.n)
		zw_buf_printf(&text, ": %.*s", ZW_STR_ARG(diag->primary.text));
	for (i = 0; i < diag->notes.n; i++)
		zw_buf_printf(&text, "\n%s: %.*s", diag->notes.v[i].kind,
			      ZW_STR_ARG(diag->notes.v[i].text));
	if (diag->help.n)
		zw_buf_printf(&text, "\nhelp: %.*s", ZW_STR_ARG(diag->help));
	out = zw_str_copy(arena, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
	return out;
}

zw_findings zw_findings_from(struct zw_arena *arena,
			     const struct zw_diags *diags)
{
	struct zw_diag **sorted = zw_diagnostics_sorted(arena, diags);
	zw_findings out = { 0 };
	size_t i;

	for (i = 0; i < diags->list.n; i++) {
		const struct zw_code_info *info = zw_code_info(sorted[i]->code);
		struct zw_finding finding = {
			.rule = zw_str_from(info->name),
			.title = zw_str_from(info->title),
			.level = sorted[i]->level,
			.text = text_of(arena, sorted[i]),
			.span = sorted[i]->primary.span,
		};

		zw_push(arena, out, finding);
	}
	return out;
}

static struct zw_str line_of(const struct zw_sources *sources,
			     struct zw_span span, struct zw_str *file)
{
	struct zw_place place;

	*file = ZW_STR("");
	if (span.file == ZW_NO_FILE)
		return ZW_STR("");
	place = zw_sources_place(sources, span);
	*file = place.file;
	return zw_sources_line(sources, span.file, place.line);
}

static void add(struct zw_sha256 *sha, struct zw_str s)
{
	u8 n[4] = { (u8)(s.n >> 24), (u8)(s.n >> 16), (u8)(s.n >> 8), (u8)s.n };

	zw_sha256_add(sha, n, sizeof(n));
	zw_sha256_add(sha, (const u8 *)s.p, s.n);
}

static bool same_line(const struct zw_sources *sources,
		      const struct zw_finding *a, const struct zw_finding *b)
{
	struct zw_str file_a, file_b;
	struct zw_str line_a = line_of(sources, a->span, &file_a);
	struct zw_str line_b = line_of(sources, b->span, &file_b);

	return zw_str_eq(a->rule, b->rule) && zw_str_eq(file_a, file_b) &&
	       zw_str_eq(line_a, line_b);
}

void zw_findings_seal(struct zw_arena *arena, zw_findings *findings,
		      const struct zw_sources *sources)
{
	size_t i, k, b;

	for (i = 0; i < findings->n; i++) {
		struct zw_finding *f = &findings->v[i];
		struct zw_str file, line = line_of(sources, f->span, &file);
		struct zw_sha256 sha;
		u8 digest[32], before = 0;
		char *hex = zw_alloc(arena, 65);

		for (k = 0; k < i; k++)
			before = (u8)(before +
				      same_line(sources, f, &findings->v[k]));
		zw_sha256_begin(&sha);
		add(&sha, f->rule);
		add(&sha, file);
		add(&sha, line.n ? line : f->text);
		zw_sha256_add(&sha, &before, 1);
		zw_sha256_end(&sha, digest);
		for (b = 0; b < 32; b++)
			snprintf(hex + 2 * b, 3, "%02x", digest[b]);
		f->fingerprint = (struct zw_str){ hex, 64 };
	}
}
