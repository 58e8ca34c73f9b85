/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `zwinger audit [verify]`: the trail for people, or whether it is whole. */
#include <errno.h>
#include <string.h>

#include "cli/deploy.h"

#define TRAIL_LIMIT ((size_t)1 << 30)

static bool read_trail(struct zw_deploy *d, struct zw_str *text)
{
	struct zw_cli *cli = d->cli;
	int err = zw_read_file(cli->arena, d->audit_path, TRAIL_LIMIT, text);

	*text = err ? ZW_STR("") : *text;
	/* A trail that is gone is one that was cut, if there ever was one. */
	if (!err || err == -ENOENT)
		return true;
	zw_diag(&cli->diags, ZW_Z6002, ZW_NO_SPAN, "cannot read '%s': %s",
		d->audit_path, strerror(-err));
	return false;
}

static struct zw_str fault_text(struct zw_arena *arena,
				const struct zw_audit_finding *f)
{
	unsigned long long line = f->line, lines = f->lines;
	unsigned long long expected = f->expected;

	switch (f->fault) {
	case ZW_AUDIT_WHOLE:
		break;
	case ZW_AUDIT_NO_ENTRY:
		return zw_strf(arena, "line %llu is no entry", line);
	case ZW_AUDIT_BROKEN:
		return zw_strf(arena,
			       "line %llu does not follow the line before it",
			       line);
	case ZW_AUDIT_CUT_BEFORE:
		return ZW_STR("lines are missing at the beginning");
	case ZW_AUDIT_CUT_BEHIND:
		return zw_strf(
			arena,
			"%llu line%s missing at the end: there are %llu of %llu",
			expected - lines,
			expected - lines == 1 ? " is" : "s are", lines,
			expected);
	case ZW_AUDIT_LONGER:
		return zw_strf(
			arena,
			"line %llu and what follows were added by somebody else",
			line);
	case ZW_AUDIT_OTHER_END:
		return zw_strf(
			arena,
			"line %llu, the last, is not the one that was written",
			line);
	case ZW_AUDIT_NO_HEAD:
		return ZW_STR(
			"nothing tells where it ends: 'audit-head' is missing or damaged");
	}
	return ZW_STR("");
}

static void say_fault(struct zw_deploy *d, const struct zw_audit_finding *f)
{
	struct zw_diags *diags = &d->cli->diags;
	struct zw_diag *diag =
		zw_diag(diags, ZW_Z5025, ZW_NO_SPAN,
			"the audit trail '%s' is not what was written: %.*s",
			d->audit_path, ZW_STR_ARG(fault_text(diags->arena, f)));

	if (f->line > 1)
		zw_diag_note(diags, diag, "the %llu before it %s whole",
			     (unsigned long long)f->line - 1,
			     f->line == 2 ? "is" : "are");
	zw_diag_help(
		diags, diag,
		"compare it with a copy from elsewhere; later entries go on from what is there");
}

static void verify(struct zw_deploy *d, struct zw_str text)
{
	struct zw_audit_finding f;
	struct zw_buf out = { 0 };
	int err = zw_audit_verify(d->cli->arena, &d->folder, text, &f);

	if (err) {
		zw_deploy_say_error(d, err, "read the end of the trail");
		return;
	}
	if (f.fault) {
		say_fault(d, &f);
		return;
	}
	zw_buf_printf(&out, "%s: whole, %llu entr%s\n", d->audit_path,
		      (unsigned long long)f.lines, f.lines == 1 ? "y" : "ies");
	if (f.digest[0])
		zw_buf_printf(&out, "  the last one is %s\n", f.digest);
	if (f.unfinished)
		zw_buf_puts(
			&out,
			"  one more was cut short by a kill or a crash; the next one completes it\n");
	zw_cli_answer(d->cli, &out);
	zw_buf_free(&out);
}

enum zw_status zw_cmd_audit(struct zw_cli *cli)
{
	const char *word = cli->operand_count ? cli->operands[0] : NULL;
	struct zw_deploy d;
	struct zw_buf out = { 0 };
	struct zw_str text;

	if (word && strcmp(word, "verify")) {
		zw_diag_help(
			&cli->diags,
			zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
				"'audit' does not know '%s'", word),
			"'zwinger audit' shows the trail, 'zwinger audit verify' judges it");
		return ZW_STATUS_INVALID;
	}
	if (zw_deploy_look(&d, cli, "audit") && read_trail(&d, &text)) {
		if (word)
			verify(&d, text);
		else
			zw_audit_print(cli->arena, &out, text);
		if (out.n)
			zw_cli_answer(cli, &out);
		zw_buf_free(&out);
	}
	zw_deploy_end(&d);
	return zw_status_of(&cli->diags);
}
