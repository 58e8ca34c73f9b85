/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The login user id is what the kernel's audit keeps for a session from the
 * login on, across sudo and su (/proc/self/loginuid); 4294967295 means that
 * nobody logged in. */
#include "state/who.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"

#define OPERATOR_MAX 128 /* what is longer is cut off */

static struct zw_str name_of(struct zw_arena *arena, u32 uid)
{
	char room[4096];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, room, sizeof(room), &found) || !found)
		return ZW_STR("");
	return zw_str_copy(arena, zw_str_from(found->pw_name));
}

static struct zw_str variable(struct zw_arena *arena, const char *name)
{
	const char *value = getenv(name);

	return value ? zw_str_copy(arena, zw_str_from(value)) : ZW_STR("");
}

void zw_who(struct zw_arena *arena, struct zw_who *who)
{
	struct zw_str text;
	size_t n;

	*who = (struct zw_who){ .uid = getuid() };
	who->user = name_of(arena, who->uid);
	who->sudo_user = variable(arena, "SUDO_USER");
	who->sudo_uid = variable(arena, "SUDO_UID");
	who->done_for = variable(arena, "ZWINGER_OPERATOR");
	n = who->done_for.n;
	who->done_for.n = n < OPERATOR_MAX ? n : OPERATOR_MAX;
	if (zw_read_file(arena, "/proc/self/loginuid", 32, &text))
		return;
	who->login_uid = (u32)strtoul(zw_cstr(arena, text), NULL, 10);
	who->logged_in = who->login_uid != UINT32_MAX;
	if (who->logged_in)
		who->login_user = name_of(arena, who->login_uid);
}

static void put_user(struct zw_buf *out, struct zw_str name, u32 uid)
{
	if (name.n)
		zw_buf_add_escaped(out, name);
	else
		zw_buf_printf(out, "uid %u", uid);
}

struct zw_str zw_who_text(struct zw_arena *arena, const struct zw_who *who)
{
	struct zw_buf out = { 0 };
	struct zw_str text;

	put_user(&out, who->user, who->uid);
	if (who->logged_in && who->login_uid != who->uid) {
		zw_buf_puts(&out, ", logged in as ");
		put_user(&out, who->login_user, who->login_uid);
	}
	if (who->sudo_user.n) {
		zw_buf_puts(&out, ", sudo from ");
		zw_buf_add_escaped(&out, who->sudo_user);
	}
	if (who->done_for.n) {
		zw_buf_puts(&out, ", for ");
		zw_buf_add_escaped(&out, who->done_for);
	}
	text = zw_str_copy(arena, (struct zw_str){ out.data, out.n });
	zw_buf_free(&out);
	return text;
}
