/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Through jansson, in its order of insertion. Bytes that are no UTF-8, and
 * characters that steer a terminal, are escaped before. */
#include "state/audit_entry.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

static void set_text(json_t *object, const char *key, struct zw_str text)
{
	struct zw_buf escaped = { 0 };

	if (!text.n)
		return;
	zw_buf_add_escaped(&escaped, text);
	json_object_set_new(object, key, json_stringn(escaped.data, escaped.n));
	zw_buf_free(&escaped);
}

static void set_number(json_t *object, const char *key, s64 number)
{
	if (number >= 0)
		json_object_set_new(object, key, json_integer(number));
}

static struct zw_str time_text(struct zw_arena *arena, s64 when)
{
	time_t seconds = (time_t)when;
	char text[32] = "";
	struct tm date;

	if (gmtime_r(&seconds, &date))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &date);
	return zw_strf(arena, "%s", text);
}

static json_t *who_of(const struct zw_who *who)
{
	json_t *object = json_object();

	set_number(object, "uid", who->uid);
	set_text(object, "user", who->user);
	set_number(object, "login_uid",
		   who->logged_in ? (s64)who->login_uid : -1);
	set_text(object, "login_user", who->login_user);
	set_text(object, "sudo_user", who->sudo_user);
	set_text(object, "sudo_uid", who->sudo_uid);
	set_text(object, "operator", who->done_for);
	return object;
}

static json_t *claims_of(const struct zw_audit_entry *entry)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < entry->claims.n; i++) {
		json_t *claim = json_object();

		set_text(claim, "claim", entry->claims.v[i].claim);
		set_text(claim, "verdict", entry->claims.v[i].verdict);
		json_array_append_new(array, claim);
	}
	return array;
}

static void set_count(json_t *object, const char *key,
		      struct zw_audit_count count)
{
	json_object_set_new(object, key,
			    json_pack("{s:I,s:I}", "added",
				      (json_int_t)count.added, "removed",
				      (json_int_t)count.removed));
}

static json_t *entry_of(struct zw_arena *arena, const struct zw_audit_entry *e)
{
	json_t *object = json_object(), *difference;

	set_text(object, "time", time_text(arena, e->when));
	set_text(object, "event", zw_str_from(e->event));
	set_text(object, "stage", zw_str_from(e->stage));
	json_object_set_new(object, "who", who_of(e->who));
	set_text(object, "netns", e->netns);
	set_text(object, "policy", e->policy);
	set_number(object, "generation", e->generation);
	set_number(object, "former", e->former);
	set_text(object, "sources", e->sources);
	set_text(object, "ruleset", e->ruleset);
	set_text(object, "sent", e->sent);
	set_text(object, "verdict", e->verdict);
	if (e->claims.n)
		json_object_set_new(object, "claims", claims_of(e));
	if (e->loaded) {
		difference = json_object();
		set_count(difference, "rules", e->rules);
		set_count(difference, "sets", e->sets);
		set_count(difference, "elements", e->elements);
		json_object_set_new(object, "difference", difference);
	}
	set_text(object, "note", e->note);
	return object;
}

struct zw_str zw_audit_entry_line(struct zw_arena *arena,
				  const struct zw_audit_entry *entry,
				  u64 number, struct zw_str previous)
{
	json_t *object = json_object(), *rest = entry_of(arena, entry);
	struct zw_str line;
	char *text;

	set_number(object, "number", (s64)number);
	set_text(object, "previous", previous);
	json_object_update(object, rest);
	json_decref(rest);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	line = zw_str_copy(arena, zw_str_from(text ? text : ""));
	free(text);
	return line;
}

bool zw_audit_entry_read(struct zw_arena *arena, struct zw_str line,
			 u64 *number, struct zw_str *previous)
{
	json_t *object =
		json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *n = json_object_get(object, "number");
	const json_t *before = json_object_get(object, "previous");
	bool ok = json_is_integer(n) && json_is_string(before);

	if (ok) {
		*number = (u64)json_integer_value(n);
		*previous = zw_str_copy(arena,
					zw_str_from(json_string_value(before)));
	}
	json_decref(object);
	return ok;
}

bool zw_audit_line(struct zw_str *text, struct zw_str *line)
{
	const char *end = text->n ? memchr(text->p, '\n', text->n) : NULL;

	if (!text->n)
		return false;
	*line = (struct zw_str){ text->p,
				 end ? (size_t)(end - text->p) : text->n };
	text->p += line->n + (end != NULL);
	text->n -= line->n + (end != NULL);
	return true;
}

/* ---- for people ---- */

static struct zw_str text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return zw_str_from(text ? text : "");
}

static void put(struct zw_buf *out, const char *before, struct zw_str text)
{
	if (!text.n)
		return;
	zw_buf_puts(out, before);
	zw_buf_add_escaped(out, text);
}

static void put_who(struct zw_arena *arena, struct zw_buf *out,
		    const json_t *who)
{
	const json_t *login = json_object_get(who, "login_uid");
	const struct zw_who found = {
		.uid = (u32)json_integer_value(json_object_get(who, "uid")),
		.user = text_of(who, "user"),
		.logged_in = login != NULL,
		.login_uid = (u32)json_integer_value(login),
		.login_user = text_of(who, "login_user"),
		.sudo_user = text_of(who, "sudo_user"),
		.done_for = text_of(who, "operator"),
	};

	put(out, "  by ", zw_who_text(arena, &found));
}

static void put_counts(struct zw_buf *out, const json_t *difference)
{
	static const char *const kinds[] = { "rules", "sets", "elements" };
	size_t i;

	for (i = 0; difference && i < 3; i++) {
		const json_t *count = json_object_get(difference, kinds[i]);

		zw_buf_printf(out, "%s%s +%lld -%lld", i ? ", " : "  ",
			      kinds[i],
			      (long long)json_integer_value(
				      json_object_get(count, "added")),
			      (long long)json_integer_value(
				      json_object_get(count, "removed")));
	}
}

static void put_entry(struct zw_arena *arena, struct zw_buf *out,
		      const json_t *object)
{
	const json_t *generation = json_object_get(object, "generation");

	put(out, "", text_of(object, "time"));
	put(out, "  ", text_of(object, "event"));
	put(out, " ", text_of(object, "stage"));
	if (generation)
		zw_buf_printf(out, "  generation %lld",
			      (long long)json_integer_value(generation));
	put(out, " of ", text_of(object, "policy"));
	put(out, " in namespace ", text_of(object, "netns"));
	put(out, "  ", text_of(object, "verdict"));
	put_counts(out, json_object_get(object, "difference"));
	put_who(arena, out, json_object_get(object, "who"));
	put(out, "  ", text_of(object, "note"));
	zw_buf_putc(out, '\n');
}

void zw_audit_print(struct zw_arena *arena, struct zw_buf *out,
		    struct zw_str text)
{
	struct zw_str line;

	while (zw_audit_line(&text, &line)) {
		json_t *object = json_loadb(line.p, line.n, 0, NULL);

		if (json_is_object(object))
			put_entry(arena, out, object);
		else
			put(out, "(no entry) ",
			    (struct zw_str){ line.p,
					     line.n < 60 ? line.n : 60 });
		if (!json_is_object(object))
			zw_buf_putc(out, '\n');
		json_decref(object);
	}
}
