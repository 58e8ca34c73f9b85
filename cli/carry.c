/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers are eight bytes of this machine's; texts a number and their bytes. */
#include "cli/carry.h"

#include <string.h>

void zw_carry_number(struct zw_buf *out, u64 number)
{
	zw_buf_add(out, (const char *)&number, sizeof(number));
}

void zw_carry_text(struct zw_buf *out, struct zw_str text)
{
	zw_carry_number(out, text.n);
	zw_buf_add(out, text.p, text.n);
}

static void carry_label(struct zw_buf *out, const struct zw_label *label)
{
	zw_carry_number(out, label->span.file);
	zw_carry_number(out, label->span.off);
	zw_carry_number(out, label->span.len);
	zw_carry_text(out, label->text);
}

static void carry_diag(struct zw_buf *out, const struct zw_diag *diag)
{
	size_t i;

	zw_carry_number(out, diag->code);
	zw_carry_number(out, diag->level);
	zw_carry_text(out, diag->message);
	carry_label(out, &diag->primary);
	zw_carry_number(out, diag->labels.n);
	for (i = 0; i < diag->labels.n; i++)
		carry_label(out, &diag->labels.v[i]);
	zw_carry_number(out, diag->notes.n);
	for (i = 0; i < diag->notes.n; i++) {
		zw_carry_text(out, zw_str_from(diag->notes.v[i].kind));
		zw_carry_text(out, diag->notes.v[i].text);
	}
	zw_carry_text(out, diag->help);
}

void zw_carry_diags(struct zw_buf *out, const struct zw_diags *diags)
{
	size_t i;

	zw_carry_number(out, diags->errors);
	zw_carry_number(out, diags->suppressed);
	zw_carry_number(out, diags->list.n);
	for (i = 0; i < diags->list.n; i++)
		carry_diag(out, diags->list.v[i]);
}

u64 zw_carried_number(struct zw_carried *c)
{
	u64 number = 0;

	if (c->failed || c->rest.n < sizeof(number)) {
		c->failed = true;
		return 0;
	}
	memcpy(&number, c->rest.p, sizeof(number));
	c->rest.p += sizeof(number);
	c->rest.n -= sizeof(number);
	return number;
}

struct zw_str zw_carried_text(struct zw_carried *c)
{
	u64 n = zw_carried_number(c);
	struct zw_str text = { c->rest.p, (size_t)n };

	if (c->failed || n > c->rest.n) {
		c->failed = true;
		return ZW_STR("");
	}
	c->rest.p += n;
	c->rest.n -= (size_t)n;
	return zw_str_copy(c->arena, text);
}

static struct zw_label label(struct zw_carried *c)
{
	struct zw_label label;

	label.span.file = (u32)zw_carried_number(c);
	label.span.off = (u32)zw_carried_number(c);
	label.span.len = (u32)zw_carried_number(c);
	label.text = zw_carried_text(c);
	return label;
}

static struct zw_diag *one(struct zw_carried *c)
{
	struct zw_diag *diag = ZW_NEW(c->arena, struct zw_diag);
	u64 n;

	diag->code = (enum zw_code)zw_carried_number(c);
	diag->level = (enum zw_level)zw_carried_number(c);
	diag->message = zw_carried_text(c);
	diag->primary = label(c);
	for (n = zw_carried_number(c); n && !c->failed; n--)
		zw_push(c->arena, diag->labels, label(c));
	for (n = zw_carried_number(c); n && !c->failed; n--) {
		struct zw_fact fact;

		fact.kind = zw_cstr(c->arena, zw_carried_text(c));
		fact.text = zw_carried_text(c);
		zw_push(c->arena, diag->notes, fact);
	}
	diag->help = zw_carried_text(c);
	return diag;
}

void zw_carried_diags(struct zw_carried *c, struct zw_diags *into)
{
	u64 n;

	into->errors += (size_t)zw_carried_number(c);
	into->suppressed += (size_t)zw_carried_number(c);
	for (n = zw_carried_number(c); n && !c->failed; n--) {
		struct zw_diag *diag = one(c);

		if (!c->failed)
			zw_push(into->arena, into->list, diag);
	}
}
