/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Four sources: rtnetlink (links with their kind and master, addresses,
 * queueing disciplines, filters), /proc/sys/net for the settings that change
 * how packets are routed, /proc/net for legacy iptables and IPVS, and the list
 * of BPF links, which the kernel keeps for all namespaces together: a
 * netfilter program is listed wherever it is attached.
 *
 * Reads only; what needs a privilege that the process has not is UNREAD. */
#include "loader/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/source.h"
#include "loader/gateway_internal.h"
#include "loader/netns.h"

#define PROC_LIMIT ((size_t)16 << 20)

/* ---- settings ------------------------------------------------------------ */

static void read_setting(struct zw_arena *arena, struct zw_gateway *gateway,
			 struct zw_str path)
{
	struct zw_setting setting = { .path = path };
	struct zw_str file = zw_strf(arena, "/proc/sys/net/%.*s",
				     ZW_STR_ARG(path)),
		      text;
	int err = zw_read_file(arena, zw_cstr(arena, file), 64, &text);

	if (err && err != -ENOENT) {
		zw_gateway_unread(arena, gateway, file, err);
		return;
	}
	if (err)
		return;
	setting.value = strtoll(zw_cstr(arena, text), NULL, 10);
	if (setting.value)
		zw_push(arena, gateway->settings, setting);
}

static void read_settings_of(struct zw_arena *arena, struct zw_gateway *gateway,
			     struct zw_str link)
{
	static const char *const words[] = {
		"ipv4/conf/%.*s/accept_source_route",
		"ipv4/conf/%.*s/route_localnet",
		"ipv4/conf/%.*s/accept_local",
		"ipv4/conf/%.*s/mc_forwarding",
		"ipv6/conf/%.*s/accept_source_route",
		"ipv6/conf/%.*s/seg6_enabled",
		"ipv6/conf/%.*s/mc_forwarding",
	};
	size_t i, k, cut;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct zw_buf path = { 0 };

		cut = (size_t)(strstr(words[i], "%.*s") - words[i]);
		zw_buf_add(&path, words[i], cut);
		for (k = 0; k < link.n; k++)
			zw_buf_putc(&path, link.p[k]);
		zw_buf_puts(&path, words[i] + cut + 4);
		read_setting(arena, gateway,
			     zw_str_copy(arena,
					 (struct zw_str){ path.data, path.n }));
		zw_buf_free(&path);
	}
}

static void read_settings(struct zw_arena *arena, struct zw_gateway *gateway)
{
	static const char *const bridge[] = {
		"bridge/bridge-nf-call-iptables",
		"bridge/bridge-nf-call-ip6tables",
		"bridge/bridge-nf-call-arptables",
	};
	size_t i;

	read_settings_of(arena, gateway, ZW_STR("all"));
	for (i = 0; i < gateway->links.n; i++)
		read_settings_of(arena, gateway, gateway->links.v[i].name);
	for (i = 0; i < sizeof(bridge) / sizeof(*bridge); i++)
		read_setting(arena, gateway, zw_str_from(bridge[i]));
}

/* ---- what else acts on packets --------------------------------------------
 */

void zw_gateway_add(struct zw_arena *arena, struct zw_gateway *gateway,
		    enum zw_beside_kind kind, struct zw_str name)
{
	struct zw_beside beside = { kind, zw_str_copy(arena, name) };

	zw_push(arena, gateway->beside, beside);
}

void zw_gateway_unread(struct zw_arena *arena, struct zw_gateway *gateway,
		       struct zw_str what, int err)
{
	zw_gateway_add(
		arena, gateway, ZW_BESIDE_UNREAD,
		zw_strf(arena, "%.*s: %s", ZW_STR_ARG(what), strerror(-err)));
}

/* Each line of PATH, from the SKIP-th on, cut at blank number WORDS, as
 * something of KIND behind PREFIX. */
static void list_lines(struct zw_arena *arena, struct zw_gateway *gateway,
		       const char *path, u32 skip, u32 words,
		       enum zw_beside_kind kind, const char *prefix)
{
	struct zw_str text;
	size_t at, end, n;
	int err = zw_read_file(arena, path, PROC_LIMIT, &text);

	if (err == -ENOENT)
		return;
	if (err) {
		zw_gateway_unread(arena, gateway, zw_str_from(path), err);
		return;
	}
	for (at = 0; at < text.n; at = end + 1) {
		u32 blanks = 0;

		for (end = at; end < text.n && text.p[end] != '\n'; end++)
			;
		if (skip) {
			skip--;
			continue;
		}
		for (n = at; n < end; n++) {
			if (text.p[n] == ' ' && ++blanks == words)
				break;
		}
		/* the servers behind a service are indented */
		if (n > at && text.p[at] != ' ')
			zw_gateway_add(arena, gateway, kind,
				       zw_strf(arena, "%s%.*s", prefix,
					       (int)(n - at), text.p + at));
	}
}

static int read_here(struct zw_arena *arena, struct zw_gateway *gateway)
{
	int err = zw_gateway_read_links(arena, gateway);

	if (err)
		return err;
	read_settings(arena, gateway);
	list_lines(arena, gateway, "/proc/net/ip_tables_names", 0, 0,
		   ZW_BESIDE_LEGACY, "ip ");
	list_lines(arena, gateway, "/proc/net/ip6_tables_names", 0, 0,
		   ZW_BESIDE_LEGACY, "ip6 ");
	list_lines(arena, gateway, "/proc/net/arp_tables_names", 0, 0,
		   ZW_BESIDE_LEGACY, "arp ");
	list_lines(arena, gateway, "/proc/net/ip_vs", 3, 2, ZW_BESIDE_IPVS, "");
	zw_gateway_read_bpf(arena, gateway);
	return 0;
}

int zw_gateway_read(struct zw_arena *arena, const char *netns,
		    struct zw_gateway *gateway)
{
	int err, back = -1, left;

	memset(gateway, 0, sizeof(*gateway));
	gateway->whole = true;
	if (netns) {
		err = zw_namespace_enter(netns, &back);
		if (err)
			return err;
	}
	err = read_here(arena, gateway);
	left = netns ? zw_namespace_leave(back) : 0;
	return err ? err : left;
}
