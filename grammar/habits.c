/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pf, iptables, nft, Junos, firewalld and Shorewall call it. A word for
 * which there are several here, such as "drop" at the start of a statement,
 * leads to the one that is right at most places. */
#include "grammar/habits.h"

struct zw_str zw_habit(struct zw_str text)
{
	static const struct {
		const char *theirs, *ours;
	} habits[] = {
		{ "accept", "allow" },	   { "pass", "allow" },
		{ "permit", "allow" },	   { "rule", "allow" },
		{ "block", "deny" },	   { "drop", "deny" },
		{ "discard", "deny" },	   { "forbid", "deny" },
		{ "prohibit", "reject" },  { "refuse", "reject" },
		{ "dnat", "publish" },	   { "rdr", "publish" },
		{ "redirect", "publish" }, { "forward", "publish" },
		{ "nat", "masquerade" },   { "masq", "masquerade" },
		{ "mss", "clamp-mss" },	   { "assert", "never" },
		{ "forever", "always" },   { "test", "expect" },
		{ "alias", "define" },	   { "set", "define" },
		{ "group", "define" },	   { "object", "define" },
		{ "ipset", "define" },	   { "table", "define" },
		{ "source", "include" },   { "import", "include" },
		{ "app", "service" },	   { "application", "service" },
		{ "iface", "interface" },  { "if", "interface" },
		{ "dev", "interface" },	   { "device", "interface" },
		{ "nic", "interface" },	   { "net", "network" },
		{ "subnet", "network" },   { "prefix", "network" },
		{ "address", "network" },  { "addresses", "network" },
		{ "server", "host" },	   { "node", "host" },
		{ "comment", "because" },  { "reason", "because" },
		{ "schedule", "during" },  { "time", "during" },
		{ "expires", "until" },	   { "counter", "count" },
		{ "rate", "limit" },	   { "perimeter", "dmz" },
		{ "trusted", "internal" }, { "untrusted", "external" },
	};
	size_t i;

	for (i = 0; i < sizeof(habits) / sizeof(habits[0]); i++) {
		if (zw_str_is(text, habits[i].theirs))
			return zw_str_from(habits[i].ours);
	}
	return (struct zw_str){ "", 0 };
}
