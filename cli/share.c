/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --share NUMBER/OF. Gateways are dealt like cards: neighbours in the text are
 * often alike in size, and so are shares then. */
#include "cli/share.h"

/* Behind TEXT, a number of up to nine digits that begins with none of 0; NULL
 * if there is none. */
static const char *read_number(const char *text, u32 *number)
{
	const char *p = text;

	*number = 0;
	if (*p == '0')
		return NULL;
	for (; *p >= '0' && *p <= '9' && p - text < 9; p++)
		*number = *number * 10 + (u32)(*p - '0');
	return p == text ? NULL : p;
}

static bool read_share(const char *text, struct zw_share *share)
{
	const char *rest = read_number(text, &share->number);

	if (!rest || *rest != '/')
		return false;
	rest = read_number(rest + 1, &share->of);
	return rest && !*rest && share->number <= share->of;
}

bool zw_share_read(struct zw_cli *cli, struct zw_share *share)
{
	const char *text = cli->values[ZW_OPT_SHARE];
	struct zw_diag *diag;

	*share = (struct zw_share){ 1, 1 };
	if (!text)
		return true;
	if (cli->values[ZW_OPT_GATEWAY]) {
		diag = zw_diag(
			&cli->diags, ZW_Z6001, ZW_NO_SPAN,
			"'--share' and '--gateway' both say which gateways");
		zw_diag_help(&cli->diags, diag, "leave one of them out");
		return false;
	}
	if (read_share(text, share))
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		       "'%s' is no share of the gateways", text);
	zw_diag_help(&cli->diags, diag,
		     "'1/4' is the first of four shares, '4/4' the last");
	return false;
}

bool zw_share_has(const struct zw_share *share, size_t piece)
{
	return piece % share->of == share->number - 1;
}

void zw_share_of_one(struct zw_cli *cli, const char *path)
{
	struct zw_diag *diag = zw_diag(
		&cli->diags, ZW_Z6001, ZW_NO_SPAN,
		"'--share' is about several gateways, and '%s' is of one",
		path);

	zw_diag_help(&cli->diags, diag, "leave it out");
}
