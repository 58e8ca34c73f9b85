/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generation is one file, "generation-17": a record of what is told about it
 * and of every file it was read from, name and text in turn. */
#include "state/generation.h"

#include <errno.h>
#include <time.h>

#include "base/sha256.h"
#include "state/record.h"

#define KIND "generation"

struct zw_str zw_generation_digest(struct zw_arena *arena,
				   const struct zw_file_copy *files, size_t n)
{
	u8 digest[ZW_SHA256_BYTES];
	char hex[ZW_SHA256_TEXT];
	struct zw_sha256 sha;
	size_t i;

	zw_sha256_begin(&sha);
	for (i = 0; i < n; i++) {
		const u64 sizes[2] = { files[i].name.n, files[i].text.n };

		zw_sha256_add(&sha, sizes, sizeof(sizes));
		zw_sha256_add(&sha, files[i].name.p, files[i].name.n);
		zw_sha256_add(&sha, files[i].text.p, files[i].text.n);
	}
	zw_sha256_end(&sha, digest);
	return zw_strf(arena, "%s", zw_sha256_text(digest, hex));
}

const char *zw_generation_day(struct zw_arena *arena,
			      const struct zw_generation *g)
{
	time_t when = (time_t)g->when;
	char text[16] = "";
	struct tm date;

	if (g->today.n)
		return zw_cstr(arena, g->today);
	if (gmtime_r(&when, &date))
		strftime(text, sizeof(text), "%Y-%m-%d", &date);
	return zw_strf(arena, "%s", text).p;
}

struct zw_str zw_generation_policy(struct zw_arena *arena,
				   const struct zw_generation *g)
{
	if (!g->gateway.n)
		return g->policy;
	return zw_strf(arena, "%.*s, gateway %.*s", ZW_STR_ARG(g->policy),
		       ZW_STR_ARG(g->gateway));
}

static const char *file_of(struct zw_arena *arena, u32 number)
{
	return zw_strf(arena, KIND "-%u", number).p;
}

int zw_generation_write(struct zw_arena *arena, const struct zw_folder *folder,
			const struct zw_generation *g)
{
	struct zw_record record = { 0 };
	struct zw_buf out = { 0 };
	size_t i;
	int err;

	zw_record_add_number(arena, &record, "number", g->number);
	zw_record_add_number(arena, &record, "when", g->when);
	zw_record_add(arena, &record, "who", g->who);
	zw_record_add(arena, &record, "policy", g->policy);
	zw_record_add(arena, &record, "claims", g->claims);
	zw_record_add(arena, &record, "today", g->today);
	zw_record_add(arena, &record, "gateway", g->gateway);
	zw_record_add(arena, &record, "sources", g->sources);
	zw_record_add(arena, &record, "ruleset", g->ruleset);
	zw_record_add(arena, &record, "sent", g->sent);
	zw_record_add(arena, &record, "verdict", g->verdict);
	zw_record_add(arena, &record, "others", g->others);
	for (i = 0; i < g->files.n; i++) {
		zw_record_add(arena, &record, "file", g->files.v[i].name);
		zw_record_add(arena, &record, "text", g->files.v[i].text);
	}
	zw_record_print(&out, KIND, &record);
	err = zw_folder_write(folder, file_of(arena, g->number),
			      (struct zw_str){ out.data, out.n });
	zw_buf_free(&out);
	return err;
}

static void read_files(struct zw_arena *arena, const struct zw_record *record,
		       struct zw_generation *g)
{
	size_t i;

	for (i = 0; i + 1 < record->values.n; i++) {
		struct zw_file_copy copy = {
			.name = record->values.v[i].value,
			.text = record->values.v[i + 1].value,
		};

		if (zw_str_is(record->values.v[i].name, "file") &&
		    zw_str_is(record->values.v[i + 1].name, "text"))
			zw_push(arena, g->files, copy);
	}
}

int zw_generation_read(struct zw_arena *arena, const struct zw_folder *folder,
		       u32 number, struct zw_generation *g)
{
	struct zw_record record;
	struct zw_str text;
	int err = zw_folder_read(arena, folder, file_of(arena, number), &text);

	if (err)
		return err;
	if (!zw_record_parse(arena, KIND, text, &record) ||
	    zw_record_number(&record, "number") != number)
		return ZW_STATE_DAMAGED;
	*g = (struct zw_generation){
		.number = number,
		.when = zw_record_number(&record, "when"),
		.who = zw_record_text(&record, "who"),
		.policy = zw_record_text(&record, "policy"),
		.claims = zw_record_text(&record, "claims"),
		.today = zw_record_text(&record, "today"),
		.gateway = zw_record_text(&record, "gateway"),
		.sources = zw_record_text(&record, "sources"),
		.ruleset = zw_record_text(&record, "ruleset"),
		.sent = zw_record_text(&record, "sent"),
		.verdict = zw_record_text(&record, "verdict"),
		.others = zw_record_text(&record, "others"),
	};
	read_files(arena, &record, g);
	return 0;
}

int zw_generation_remove(struct zw_arena *arena, const struct zw_folder *folder,
			 u32 number)
{
	return zw_folder_remove(folder, file_of(arena, number));
}

int zw_generation_numbers(struct zw_arena *arena,
			  const struct zw_folder *folder,
			  struct zw_numbers *numbers)
{
	int err = zw_folder_numbers(arena, folder, KIND "-", numbers);

	if (!err && numbers->n && numbers->v[0] == ZW_GENERATION_BUILT_IN) {
		numbers->v++;
		numbers->n--;
	}
	return err;
}

static bool holds(const u32 *v, size_t n, u32 number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i] == number)
			return true;
	return false;
}

int zw_generation_prune(struct zw_arena *arena, const struct zw_folder *folder,
			const u32 *needed, size_t n)
{
	struct zw_numbers numbers;
	size_t i;
	int err = zw_generation_numbers(arena, folder, &numbers);

	for (i = 0; !err && i + ZW_GENERATIONS_KEPT < numbers.n; i++)
		if (!holds(needed, n, numbers.v[i]))
			err = zw_generation_remove(arena, folder, numbers.v[i]);
	return err;
}
