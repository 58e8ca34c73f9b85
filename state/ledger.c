/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record, "ledger". Numbers that are none are left out of it. */
#include "state/ledger.h"

#include <errno.h>
#include <time.h>

#include "state/record.h"

#define KIND "ledger"

struct zw_ledger zw_ledger_none(void)
{
	return (struct zw_ledger){
		.loaded = ZW_GENERATION_NONE,
		.loading = ZW_GENERATION_NONE,
		.good = ZW_GENERATION_NONE,
		.waiting = ZW_GENERATION_NONE,
		.back = ZW_GENERATION_NONE,
	};
}

static u32 number_of(const struct zw_record *record, const char *name)
{
	return zw_record_text(record, name).n
		       ? (u32)zw_record_number(record, name)
		       : ZW_GENERATION_NONE;
}

static void put_number(struct zw_arena *arena, struct zw_record *record,
		       const char *name, u32 number)
{
	if (number != ZW_GENERATION_NONE)
		zw_record_add_number(arena, record, name, number);
}

int zw_ledger_read(struct zw_arena *arena, const struct zw_folder *folder,
		   struct zw_ledger *s)
{
	struct zw_record record;
	struct zw_str text;
	size_t i;
	int err = zw_folder_read(arena, folder, KIND, &text);

	*s = zw_ledger_none();
	if (err)
		return err == -ENOENT ? 0 : err;
	if (!zw_record_parse(arena, KIND, text, &record))
		return ZW_STATE_DAMAGED;
	s->known = true;
	s->loaded = number_of(&record, "loaded");
	s->since = zw_record_number(&record, "since");
	s->by = zw_record_text(&record, "by");
	s->loading = number_of(&record, "loading");
	s->good = number_of(&record, "good");
	s->waiting = number_of(&record, "waiting");
	s->back = number_of(&record, "back");
	s->deadline = zw_record_number(&record, "deadline");
	s->boot = zw_record_text(&record, "boot");
	s->token = zw_record_text(&record, "token");
	for (i = 0; i < record.values.n; i++) {
		const struct zw_record one = { { &record.values.v[i], 1, 1 } };

		if (zw_str_is(record.values.v[i].name, "confirmed"))
			zw_push(arena, s->confirmed,
				(u32)zw_record_number(&one, "confirmed"));
	}
	return 0;
}

int zw_ledger_write(struct zw_arena *arena, const struct zw_folder *folder,
		    const struct zw_ledger *s)
{
	struct zw_record record = { 0 };
	struct zw_buf out = { 0 };
	size_t i;
	int err;

	put_number(arena, &record, "loaded", s->loaded);
	zw_record_add_number(arena, &record, "since", s->since);
	zw_record_add(arena, &record, "by", s->by);
	put_number(arena, &record, "loading", s->loading);
	put_number(arena, &record, "good", s->good);
	for (i = 0; i < s->confirmed.n; i++)
		zw_record_add_number(arena, &record, "confirmed",
				     s->confirmed.v[i]);
	if (s->waiting != ZW_GENERATION_NONE) {
		put_number(arena, &record, "waiting", s->waiting);
		put_number(arena, &record, "back", s->back);
		zw_record_add_number(arena, &record, "deadline", s->deadline);
		zw_record_add(arena, &record, "boot", s->boot);
		zw_record_add(arena, &record, "token", s->token);
	}
	zw_record_print(&out, KIND, &record);
	err = zw_folder_write(folder, KIND, (struct zw_str){ out.data, out.n });
	zw_buf_free(&out);
	return err;
}

bool zw_ledger_confirmed(const struct zw_ledger *s, u32 number)
{
	size_t i;

	for (i = 0; i < s->confirmed.n; i++)
		if (s->confirmed.v[i] == number)
			return true;
	return false;
}

void zw_ledger_confirm(struct zw_arena *arena, struct zw_ledger *s, u32 number)
{
	/* Those that have gone need not be told of for ever. */
	if (s->confirmed.n > 4 * ZW_GENERATIONS_KEPT) {
		s->confirmed.v += s->confirmed.n - 2 * ZW_GENERATIONS_KEPT;
		s->confirmed.n = s->confirmed.cap = 2 * ZW_GENERATIONS_KEPT;
	}
	if (!zw_ledger_confirmed(s, number))
		zw_push(arena, s->confirmed, number);
	s->good = number;
	s->waiting = s->back = ZW_GENERATION_NONE;
}

struct zw_str zw_boot_id(struct zw_arena *arena)
{
	struct zw_str text = { 0 };

	if (zw_read_file(arena, "/proc/sys/kernel/random/boot_id", 64, &text))
		return ZW_STR("");
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	return text;
}

s64 zw_boot_clock(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (s64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
