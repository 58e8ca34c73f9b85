/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Content is told by what stands first: the magic number of a dump file, a
 * netlink header of a batch's BEGIN, else the first word at the start of a line
 * that one of the two languages has for its own. `define`, `include` and
 * `flush`-less comments are in both. */
#include "cli/reading.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "cli/refusal.h"
#include "loader/dump.h"
#include "loader/dumpfile.h"
#include "loader/gateway.h"
#include "loader/sandbox.h"

#define FILE_LIMIT ((size_t)2 << 30)

/* ---- content ------------------------------------------------------------- */

static bool begins_batch(struct zw_str text)
{
	struct nlmsghdr header;

	if (text.n < sizeof(header))
		return false;
	memcpy(&header, text.p, sizeof(header));
	return header.nlmsg_type == NFNL_MSG_BATCH_BEGIN &&
	       header.nlmsg_len >= sizeof(header) && header.nlmsg_len < 256;
}

static bool among(struct zw_str word, const char *const *words, size_t n)
{
	while (n--) {
		if (zw_str_is(word, words[n]))
			return true;
	}
	return false;
}

/* The first word of the line at *AT, which moves to the next line. */
static struct zw_str first_word(struct zw_str text, size_t *at)
{
	struct zw_str word;
	size_t i = *at, end;

	while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\t'))
		i++;
	for (end = i;
	     end < text.n && ((text.p[end] >= 'a' && text.p[end] <= 'z') ||
			      text.p[end] == '-');)
		end++;
	word = (struct zw_str){ text.p + i, end - i };
	while (end < text.n && text.p[end] != '\n')
		end++;
	*at = end + 1;
	return word;
}

/* iptables-save: comments, then "*filter" or another table. Which of the two
 * families it is for, its first comment says; without one, an address of IPv6
 * or a word that only ip6tables has. */
static bool is_iptables(struct zw_str text)
{
	size_t i = 0;

	while (i < text.n) {
		if (text.p[i] == '*')
			return i + 1 < text.n && text.p[i + 1] >= 'a' &&
			       text.p[i + 1] <= 'z';
		if (text.p[i] != '#' && text.p[i] != '\n' && text.p[i] != '\r')
			return false;
		while (i < text.n && text.p[i] != '\n')
			i++;
		i++;
	}
	return false;
}

static bool has_word(struct zw_str text, const char *word)
{
	return text.n && memmem(text.p, text.n, word, strlen(word));
}

static bool is_ip6tables(struct zw_str text)
{
	static const char *const words[] = { "ip6tables-save", "icmpv6",
					     "ipv6-icmp",      "icmp6-",
					     "-m hl ",	       "::" };
	size_t i;

	if (has_word(text, "by iptables-save"))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (has_word(text, words[i]))
			return true;
	}
	return false;
}

enum zw_content zw_content_of(const char *path, struct zw_str text)
{
	static const char *const nft[] = { "table",  "add",   "create",
					   "delete", "flush", "insert",
					   "destroy" };
	static const char *const policy[] = {
		"gateway", "zone",	 "external",  "dmz",   "internal",
		"allow",   "deny",	 "reject",    "never", "only",
		"always",  "unspoofed",	 "expect",    "snat",  "service",
		"publish", "masquerade", "clamp-mss",
	};
	size_t n = strlen(path), at = 0;

	if (zw_dumpfile_is(text))
		return ZW_CONTENT_DUMP;
	if (begins_batch(text))
		return ZW_CONTENT_BATCH;
	if (is_iptables(text))
		return is_ip6tables(text) ? ZW_CONTENT_IP6TABLES
					  : ZW_CONTENT_IPTABLES;
	while (at < text.n) {
		struct zw_str word = first_word(text, &at);

		if (among(word, nft, sizeof(nft) / sizeof(*nft)))
			return ZW_CONTENT_NFT;
		if (among(word, policy, sizeof(policy) / sizeof(*policy)))
			return ZW_CONTENT_POLICY;
	}
	return n > 3 && !strcmp(path + n - 3, ".zw") ? ZW_CONTENT_POLICY
						     : ZW_CONTENT_NFT;
}

/* ---- text of nft --------------------------------------------------------- */

/* "FILE:LINE:FROM-TO: Error: MESSAGE" taken apart. */
struct complaint {
	struct zw_str file, message;
	u32 line, from, to;
};

static bool number_before(struct zw_str text, size_t *at, char mark, u32 *out)
{
	size_t end = *at, i = end;
	u64 value = 0, unit = 1;

	while (i && text.p[i - 1] >= '0' && text.p[i - 1] <= '9' &&
	       unit <= 1000000000) {
		value += unit * (u64)(text.p[--i] - '0');
		unit *= 10;
	}
	if (i == end || !i || text.p[i - 1] != mark || value > UINT32_MAX)
		return false;
	*at = i - 1;
	*out = (u32)value;
	return true;
}

static bool take_apart(struct zw_str line, struct complaint *c)
{
	static const char word[] = ": Error: ";
	size_t i, at;

	for (i = 0; i + sizeof(word) - 1 < line.n; i++) {
		if (memcmp(line.p + i, word, sizeof(word) - 1) != 0)
			continue;
		c->message = (struct zw_str){ line.p + i + sizeof(word) - 1,
					      line.n - i - (sizeof(word) - 1) };
		at = i;
		if (!number_before(line, &at, '-', &c->to) ||
		    !number_before(line, &at, ':', &c->from) ||
		    !number_before(line, &at, ':', &c->line))
			return false;
		c->file = (struct zw_str){ line.p, at };
		return true;
	}
	return false;
}

static struct zw_span place(struct zw_cli *cli, const struct complaint *c)
{
	const struct zw_source *source;
	struct zw_span span = ZW_NO_SPAN;
	struct zw_str text;
	u32 file, width;

	for (file = 0; file < zw_sources_count(cli->sources); file++) {
		if (zw_str_eq(zw_sources_get(cli->sources, file)->name,
			      c->file))
			break;
	}
	if (file == zw_sources_count(cli->sources)) {
		if (zw_read_file(cli->arena, zw_cstr(cli->arena, c->file),
				 FILE_LIMIT, &text))
			return span;
		file = zw_sources_add(cli->sources, c->file, text, span);
	}
	source = zw_sources_get(cli->sources, file);
	if (!c->line || c->line > source->line_count || !c->from)
		return span;
	text = zw_sources_line(cli->sources, file, c->line);
	if (c->from > text.n)
		return (struct zw_span){ file, source->line_starts[c->line - 1],
					 (u32)text.n };
	width = c->to >= c->from ? c->to - c->from + 1 : 1;
	if (width > text.n - (c->from - 1))
		width = (u32)text.n - (c->from - 1);
	return (struct zw_span){ file,
				 source->line_starts[c->line - 1] + c->from - 1,
				 width };
}

/* "PROGRAM: line 7 failed", or a message, and in a line of its own "Error
 * occurred at line: 7". */
static u32 line_of(struct zw_str said)
{
	static const char *const marks[] = { "at line: ", "line " };
	u32 line = 0;
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		const char *p = said.n ? memmem(said.p, said.n, marks[i],
						strlen(marks[i]))
				       : NULL;

		if (!p)
			continue;
		for (p += strlen(marks[i]); p < said.p + said.n && *p >= '0' &&
					    *p <= '9' && line < 100000000;
		     p++)
			line = line * 10 + (u32)(*p - '0');
		return line;
	}
	return 0;
}

static void say_restore(struct zw_cli *cli, const struct zw_sandbox_file *file,
			struct zw_str said)
{
	struct complaint c = { .file = zw_str_from(file->path),
			       .line = line_of(said),
			       .from = 1 };
	size_t end = 0;

	c.to = UINT32_MAX - 1; /* to the end of the line */
	while (end < said.n && said.p[end] != '\n')
		end++;
	zw_diag(&cli->diags, ZW_Z6010, place(cli, &c),
		"iptables refuses the ruleset: %.*s", (int)end, said.p);
}

/* What follows nft's first complaint is mostly its consequence. */
static void say_refused(struct zw_cli *cli, struct zw_str said)
{
	struct complaint c, first = { 0 };
	struct zw_diag *diag;
	size_t at, end;
	u32 n = 0;

	for (at = 0; at < said.n; at = end + 1) {
		for (end = at; end < said.n && said.p[end] != '\n'; end++)
			;
		if (take_apart((struct zw_str){ said.p + at, end - at }, &c) &&
		    !n++)
			first = c;
	}
	if (!n) {
		for (end = 0; end < said.n && said.p[end] != '\n'; end++)
			;
		zw_diag(&cli->diags, ZW_Z6010, ZW_NO_SPAN,
			"nft refuses the ruleset: %.*s", (int)end, said.p);
		return;
	}
	diag = zw_diag(&cli->diags, ZW_Z6010, place(cli, &first),
		       "nft refuses the ruleset: %.*s",
		       ZW_STR_ARG(first.message));
	if (n > 1)
		zw_diag_note(&cli->diags, diag,
			     "'nft -c -f %.*s' shows %u more",
			     ZW_STR_ARG(first.file), n - 1);
}

static void say_sandbox(struct zw_cli *cli, const struct zw_sandbox *box,
			const struct zw_sandbox_file *files)
{
	const struct zw_sandbox_file *file = &files[box->file];
	bool nft = file->language == ZW_SANDBOX_NFT;
	struct zw_diag *diag;

	switch (box->outcome) {
	case ZW_SANDBOX_LOADED:
		return;
	case ZW_SANDBOX_REFUSED:
		if (nft)
			say_refused(cli, box->said);
		else
			say_restore(cli, file, box->said);
		return;
	case ZW_SANDBOX_TOO_LARGE:
		diag = zw_diag(
			&cli->diags, ZW_Z5011, ZW_NO_SPAN,
			"'%.*s' is larger than the kernel takes from an unprivileged %s",
			ZW_STR_ARG(box->said), nft ? "nft" : "iptables");
		zw_diag_note(&cli->diags, diag,
			     "the bound is the setting net.core.wmem_max");
		zw_diag_help(
			&cli->diags, diag,
			"run as root, raise net.core.wmem_max, or write the state with 'zwinger dump' where it is loaded and give that to --dump");
		return;
	case ZW_SANDBOX_FAILED:
		break;
	}
	diag = zw_diag(&cli->diags, ZW_Z5010, ZW_NO_SPAN, "cannot %.*s: %s",
		       ZW_STR_ARG(box->said), strerror(-box->error));
	if (box->error == -ENOENT)
		zw_diag_help(&cli->diags, diag, "install %s",
			     nft ? "nft (Debian: the package nftables)"
				 : "iptables (Debian: the package iptables)");
	else
		zw_diag_help(
			&cli->diags, diag,
			"run as root, or where user namespaces are permitted; or give --dump a file of 'zwinger dump'");
}

static bool read_text(struct zw_cli *cli, const char *path, struct zw_str *text)
{
	int err = zw_read_file(cli->arena, path, FILE_LIMIT, text);

	if (!err)
		return true;
	zw_diag(&cli->diags, ZW_Z6002, ZW_NO_SPAN, "cannot read '%s': %s", path,
		strerror(-err));
	return false;
}

static bool language_of(const char *path, struct zw_str text,
			enum zw_sandbox_language *language)
{
	switch (zw_content_of(path, text)) {
	case ZW_CONTENT_NFT:
		*language = ZW_SANDBOX_NFT;
		return true;
	case ZW_CONTENT_IPTABLES:
		*language = ZW_SANDBOX_IPTABLES;
		return true;
	case ZW_CONTENT_IP6TABLES:
		*language = ZW_SANDBOX_IP6TABLES;
		return true;
	default:
		return false;
	}
}

bool zw_read_texts(struct zw_cli *cli, const char *const *paths, size_t n,
		   struct zw_reading *reading)
{
	bool spoken[ZW_SANDBOX_IP6TABLES + 1] = { false };
	struct zw_sandbox_file *files;
	struct zw_sandbox box;
	struct zw_str text;
	struct zw_diag *diag;
	size_t i;

	memset(reading, 0, sizeof(*reading));
	files = ZW_NEW_ARRAY(cli->arena, struct zw_sandbox_file, n);
	for (i = 0; i < n; i++) {
		if (!read_text(cli, paths[i], &text))
			return false;
		files[i].path = paths[i];
		if (language_of(paths[i], text, &files[i].language)) {
			spoken[files[i].language] = true;
			continue;
		}
		diag = zw_diag(&cli->diags, ZW_Z6010, ZW_NO_SPAN,
			       "'%s' is no text of nft or iptables-save",
			       paths[i]);
		zw_diag_help(
			&cli->diags, diag,
			"a policy is for 'zwinger check', a dump for --dump, a batch for 'zwinger check --batch'");
		return false;
	}
	zw_sandbox_load(cli->arena, files, n, &box);
	say_sandbox(cli, &box, files);
	reading->messages = box.messages;
	reading->gateway = box.gateway;
	if (!spoken[ZW_SANDBOX_NFT]) {
		reading->without[ZW_IPV4] = !spoken[ZW_SANDBOX_IPTABLES];
		reading->without[ZW_IPV6] = !spoken[ZW_SANDBOX_IP6TABLES];
	}
	return box.outcome == ZW_SANDBOX_LOADED;
}

/* ---- files and kernels --------------------------------------------------- */

bool zw_read_dump(struct zw_cli *cli, const char *path,
		  struct zw_reading *reading)
{
	struct zw_diag *diag;
	struct zw_str text;
	const char *wrong;

	memset(reading, 0, sizeof(*reading));
	if (!read_text(cli, path, &text))
		return false;
	wrong = zw_dumpfile_read(cli->arena, text, &reading->messages,
				 &reading->gateway);
	if (!wrong)
		return true;
	diag = zw_diag(&cli->diags, ZW_Z6011, ZW_NO_SPAN,
		       "'%s' is no whole dump: %s", path, wrong);
	zw_diag_help(&cli->diags, diag,
		     "write it anew with 'zwinger dump -o FILE'");
	return false;
}

bool zw_read_ruleset(struct zw_cli *cli, const char *path,
		     struct zw_reading *reading)
{
	struct zw_str text;

	memset(reading, 0, sizeof(*reading));
	if (!read_text(cli, path, &text))
		return false;
	switch (zw_content_of(path, text)) {
	case ZW_CONTENT_DUMP:
		return zw_read_dump(cli, path, reading);
	case ZW_CONTENT_BATCH:
		reading->messages = text;
		reading->batch = true;
		return true;
	default:
		return zw_read_texts(cli, &path, 1, reading);
	}
}

bool zw_read_live(struct zw_cli *cli, const char *netns,
		  struct zw_reading *reading)
{
	struct zw_buf messages = { 0 };
	struct zw_socket *socket = NULL;
	u32 generation;
	int err = zw_socket_open(netns, &socket);

	memset(reading, 0, sizeof(*reading));
	if (err) {
		zw_say_open_error(&cli->diags, err, netns);
		return false;
	}
	err = zw_dump_all(socket, 0, &messages, &generation);
	zw_socket_close(socket);
	if (err) {
		zw_say_socket_error(&cli->diags, err, "read the ruleset");
		return false;
	}
	reading->messages = zw_str_copy(
		cli->arena, (struct zw_str){ messages.data, messages.n });
	zw_buf_free(&messages);
	err = zw_gateway_read(cli->arena, netns, &reading->gateway);
	if (!err)
		return true;
	zw_say_socket_error(&cli->diags, err, "read the interfaces");
	return false;
}
