/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan in nft's language. What the messages test explicitly and nft adds
 * by itself (the family before `ip saddr`, the protocol before `icmp type`) is
 * not written, so the text reads as a person would write it.
 *
 * Comments and names need no escaping: the plan holds none that do. Interface
 * names can hold a quote or a backslash, for which nft has no spelling. */
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>

#include "base/assert.h"
#include "compiler/emit_nft.h"

struct printer {
	struct zw_buf *out;
	const struct zw_plan *plan;
	u32 generation;
};

static void put_name(const struct printer *p, struct zw_str name, bool replaced)
{
	char text[ZW_PLAN_NAME_BYTES];

	zw_buf_puts(p->out, zw_plan_name(text, name, replaced, p->generation));
}

static void put_comment(struct zw_buf *out, struct zw_str place)
{
	if (place.n)
		zw_buf_printf(out, " comment \"%.*s\"", ZW_STR_ARG(place));
}

/* Protocols that nft's grammar itself knows, whatever /etc/protocols has. */
static const char *proto_word(unsigned proto)
{
	switch (proto) {
	case 1:
		return "icmp";
	case 6:
		return "tcp";
	case 17:
		return "udp";
	case 33:
		return "dccp";
	case 50:
		return "esp";
	case 51:
		return "ah";
	case 58:
		return "icmpv6";
	case 132:
		return "sctp";
	case 136:
		return "udplite";
	default:
		return NULL;
	}
}

static bool has_ports(unsigned proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ||
	       proto == 136;
}

/* The name in the 16 bytes at LO; a pattern if HI is the end of one. */
static void put_interface(struct zw_buf *out, const u8 *lo, const u8 *hi)
{
	size_t n = strnlen((const char *)lo, 16);

	zw_buf_printf(out, "\"%.*s%s\"", (int)n, (const char *)lo,
		      memcmp(lo, hi, 16) ? "*" : "");
}

static void put_states(struct zw_buf *out, const u8 *bytes)
{
	static const struct {
		u32 bit;
		const char *word;
	} states[] = { { 1, "invalid" },
		       { 2, "established" },
		       { 4, "related" },
		       { 8, "new" },
		       { 64, "untracked" } };
	const char *comma = "";
	u32 value;

	memcpy(&value, bytes, sizeof(value));
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (!(value & states[i].bit))
			continue;
		zw_buf_printf(out, "%s%s", comma, states[i].word);
		comma = ",";
	}
}

static void put_address(struct zw_buf *out, enum zw_family family, const u8 *lo,
			const u8 *hi)
{
	struct zw_interval range = { zw_ip_from_bytes(family, lo).value,
				     zw_ip_from_bytes(family, hi).value };
	char text[100];

	zw_buf_puts(out, zw_ip_range_format(family, range, text));
}

static void put_number(struct zw_buf *out, const u8 *bytes, unsigned n)
{
	u32 value = 0;

	for (unsigned i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	zw_buf_printf(out, "%u", value);
}

static void put_numbers(struct zw_buf *out, const u8 *lo, const u8 *hi,
			unsigned n)
{
	put_number(out, lo, n);
	if (memcmp(lo, hi, n)) {
		zw_buf_putc(out, '-');
		put_number(out, hi, n);
	}
}

static void put_host_number(struct zw_buf *out, const u8 *bytes)
{
	u32 value;

	memcpy(&value, bytes, sizeof(value));
	zw_buf_printf(out, "%u", value);
}

/* One field's value or range, as the right side of a comparison. */
static void put_value(struct zw_buf *out, enum zw_key which, const u8 *lo,
		      const u8 *hi)
{
	const struct zw_key_info *field = zw_key_info(which);

	if (!strcmp(field->type, "ifname"))
		put_interface(out, lo, hi);
	else if (!strcmp(field->type, "ipv4_addr"))
		put_address(out, ZW_IPV4, lo, hi);
	else if (!strcmp(field->type, "ipv6_addr"))
		put_address(out, ZW_IPV6, lo, hi);
	else if (!strcmp(field->type, "nf_proto"))
		zw_buf_puts(out, *lo == 2 ? "ipv4" : "ipv6");
	else if (!strcmp(field->type, "inet_proto") && *lo == *hi &&
		 proto_word(*lo))
		zw_buf_puts(out, proto_word(*lo));
	else if (!strcmp(field->type, "ct_dir"))
		zw_buf_puts(out, *lo ? "reply" : "original");
	else if (!strcmp(field->type, "boolean"))
		zw_buf_puts(out, *lo ? "exists" : "missing");
	else if (!strcmp(field->type, "ct_state"))
		put_states(out, lo);
	else if (which == ZW_KEY_IIF || which == ZW_KEY_REQID_IN ||
		 which == ZW_KEY_REQID_OUT)
		put_host_number(out, lo);
	else
		put_numbers(out, lo, hi, field->bytes);
}

static void put_verdict(const struct printer *p, enum zw_plan_verdict verdict,
			u32 chain)
{
	static const char *const words[] = {
		[ZW_PLAN_CONTINUE] = "continue",
		[ZW_PLAN_ACCEPT] = "accept",
		[ZW_PLAN_DROP] = "drop",
		[ZW_PLAN_RETURN] = "return",
		[ZW_PLAN_JUMP] = "jump ",
		[ZW_PLAN_GOTO] = "goto ",
		[ZW_PLAN_REJECT_RESET] = "reject with tcp reset",
		[ZW_PLAN_REJECT_PROHIBITED] =
			"reject with icmpx type admin-prohibited",
		[ZW_PLAN_MASQUERADE] = "masquerade",
	};

	zw_buf_puts(p->out, words[verdict]);
	if (verdict == ZW_PLAN_JUMP || verdict == ZW_PLAN_GOTO)
		put_name(p, p->plan->chains.v[chain].name, true);
}

/* ---- sets ---- */

static bool spelled(const struct zw_plan_set *set, const u8 *lo)
{
	for (unsigned i = 0; i < set->fields; i++) {
		const struct zw_key_info *field =
			zw_key_info((enum zw_key)set->field[i]);

		if (!strcmp(field->type, "ifname") &&
		    (memchr(lo, '"', 16) || memchr(lo, '\\', 16)))
			return false;
		lo += field->bytes;
	}
	return true;
}

static void put_element(const struct printer *p, const struct zw_plan_set *set,
			size_t index)
{
	const struct zw_plan_element *element =
		set->is_addresses ? NULL : &set->elements.v[index];
	u8 lo[64], hi[64];
	size_t at = 0;

	zw_plan_set_element(set, index, lo, hi);
	if (!spelled(set, lo)) {
		zw_buf_puts(p->out,
			    "\t\t\t# an interface name that nft cannot read\n");
		return;
	}
	zw_buf_puts(p->out, "\t\t\t");
	for (unsigned i = 0; i < set->fields; i++) {
		enum zw_key field = (enum zw_key)set->field[i];

		if (i)
			zw_buf_puts(p->out, " . ");
		put_value(p->out, field, lo + at, hi + at);
		at += zw_key_info(field)->bytes;
	}
	if (element)
		put_comment(p->out, element->place);
	if (set->data) {
		char text[46];

		zw_buf_printf(p->out, " : %s . %u",
			      zw_ip_format((struct zw_ip){ set->family,
							   element->address },
					   text),
			      element->port);
	}
	if (set->map) {
		zw_buf_puts(p->out, " : ");
		put_verdict(p, element->verdict, element->chain);
	}
	zw_buf_puts(p->out, ",\n");
}

static void put_set(const struct printer *p, const struct zw_plan_set *set)
{
	size_t n = zw_plan_set_size(set);

	zw_buf_printf(p->out, "\t%s ", set->map || set->data ? "map" : "set");
	put_name(p, set->name, true);
	zw_buf_puts(p->out, " {\n\t\ttype ");
	for (unsigned i = 0; i < set->fields; i++)
		zw_buf_printf(p->out, "%s%s", i ? " . " : "",
			      zw_key_info((enum zw_key)set->field[i])->type);
	if (set->data)
		zw_buf_printf(p->out, " : ipv%d_addr . inet_service\n",
			      set->family == ZW_IPV4 ? 4 : 6);
	else
		zw_buf_puts(p->out, set->map ? " : verdict\n" : "\n");
	if (set->dynamic)
		zw_buf_printf(p->out, "\t\tsize %d\n\t\tflags dynamic%s\n",
			      ZW_PLAN_DYNAMIC_SIZE,
			      set->timeout ? ",timeout" : "");
	if (set->timeout)
		zw_buf_printf(p->out, "\t\ttimeout %us\n", set->timeout);
	if (set->interval)
		zw_buf_puts(p->out, "\t\tflags interval\n");
	else if (n && !set->is_addresses) /* these may become more */
		zw_buf_printf(p->out, "\t\tsize %zu\n", n);
	if (n) {
		zw_buf_puts(p->out, "\t\telements = {\n");
		for (size_t i = 0; i < n; i++)
			put_element(p, set, i);
		zw_buf_puts(p->out, "\t\t}\n");
	}
	zw_buf_puts(p->out, "\t}\n\n");
}

/* ---- rules ---- */

/* Does a later match make nft add the test of MATCH by itself? */
static bool implied(const struct zw_plan_rule *rule, u32 index)
{
	const struct zw_plan_match *match = &rule->matches[index];
	bool family = match->field[0] == ZW_KEY_NFPROTO;
	bool proto = match->field[0] == ZW_KEY_L4PROTO;

	if (match->test != ZW_TEST_EQ || (!family && !proto))
		return false;
	for (u32 i = index + 1; i < rule->match_count; i++) {
		const struct zw_plan_match *later = &rule->matches[i];

		for (unsigned f = 0; f < later->fields; f++) {
			enum zw_key which = (enum zw_key)later->field[f];
			const struct zw_key_info *field = zw_key_info(which);

			if (family && field->nfproto == match->value[0])
				return true;
			if (proto && field->l4proto == match->value[0])
				return true;
			/* the connection's port has a name only behind it */
			if (proto && which == ZW_KEY_CT_ORIGINAL_DPORT)
				return false;
			if (proto && later->test < ZW_TEST_IN &&
			    has_ports(match->value[0]) &&
			    (which == ZW_KEY_TH_SPORT ||
			     which == ZW_KEY_TH_DPORT))
				return true;
		}
	}
	return false;
}

/* "tcp dport" for "th dport" where the rule has tested for tcp. */
static void put_field(struct zw_buf *out, const struct zw_plan_rule *rule,
		      u32 index, enum zw_key which)
{
	const char *word = zw_key_info(which)->nft;

	if (rule->matches[index].test < ZW_TEST_IN &&
	    (which == ZW_KEY_TH_SPORT || which == ZW_KEY_TH_DPORT)) {
		for (u32 i = 0; i < index; i++) {
			const struct zw_plan_match *match = &rule->matches[i];

			if (match->test == ZW_TEST_EQ &&
			    match->field[0] == ZW_KEY_L4PROTO &&
			    has_ports(match->value[0])) {
				zw_buf_puts(out, proto_word(match->value[0]));
				word += 2;
				break;
			}
		}
	}
	zw_buf_puts(out, word);
}

static void put_mask_any(struct zw_buf *out, enum zw_key which, const u8 *other)
{
	switch (which) {
	case ZW_KEY_CT_STATE:
		zw_buf_putc(out, ' ');
		put_states(out, other);
		return;
	case ZW_KEY_TCP_FLAGS:
		ZW_ASSERT(*other == 2 || *other == 4);
		zw_buf_printf(out, " & %s != 0", *other == 2 ? "syn" : "rst");
		return;
	default:
		zw_buf_puts(out, " & ");
		put_number(out, other, zw_key_info(which)->bytes);
		zw_buf_puts(out, " != 0");
	}
}

/* A lookup of data and the translation to it are one thing to nft. */
static void put_destination(const struct printer *p,
			    const struct zw_plan_rule *rule,
			    const struct zw_plan_match *match)
{
	zw_buf_printf(p->out, "dnat %s to ",
		      rule->family == ZW_IPV4 ? "ip" : "ip6");
	for (unsigned i = 0; i < match->fields; i++)
		zw_buf_printf(p->out, "%s%s", i ? " . " : "",
			      zw_key_info((enum zw_key)match->field[i])->nft);
	zw_buf_puts(p->out, " map @");
	put_name(p, p->plan->sets.v[match->set].name, true);
	zw_buf_putc(p->out, ' ');
}

static void put_match(const struct printer *p, const struct zw_plan_rule *rule,
		      u32 index)
{
	const struct zw_plan_match *match = &rule->matches[index];
	enum zw_key first = (enum zw_key)match->field[0];
	u8 high[16];

	if (match->test == ZW_TEST_MAP && p->plan->sets.v[match->set].data) {
		put_destination(p, rule, match);
		return;
	}
	if (first == ZW_KEY_CT_STATUS) {
		zw_buf_puts(p->out, match->test == ZW_TEST_MASK_ANY
					    ? "ct status confirmed "
					    : "ct status & confirmed == 0 ");
		return;
	}
	for (unsigned i = 0; i < match->fields; i++) {
		if (i)
			zw_buf_puts(p->out, " . ");
		put_field(p->out, rule, index, (enum zw_key)match->field[i]);
	}
	switch (match->test) {
	case ZW_TEST_EQ:
		zw_buf_putc(p->out, ' ');
		put_value(p->out, first, match->value, match->value);
		break;
	case ZW_TEST_RANGE:
		zw_buf_putc(p->out, ' ');
		put_value(p->out, first, match->value, match->other);
		break;
	case ZW_TEST_MASK_EQ:
		for (unsigned i = 0; i < sizeof(high); i++)
			high[i] = (u8)(match->value[i] | ~match->other[i]);
		zw_buf_putc(p->out, ' ');
		put_value(p->out, first, match->value, high);
		break;
	case ZW_TEST_MASK_ANY:
		put_mask_any(p->out, first, match->other);
		break;
	case ZW_TEST_IN:
	case ZW_TEST_MAP:
		zw_buf_puts(p->out,
			    match->test == ZW_TEST_MAP ? " vmap @" : " @");
		put_name(p, p->plan->sets.v[match->set].name, true);
		break;
	}
	zw_buf_putc(p->out, ' ');
}

static bool rule_spelled(const struct zw_plan_rule *rule)
{
	/* of what nft reads in a string, these stand for something else */
	for (size_t i = 0; rule->log && i < rule->log_prefix.n; i++)
		if (strchr("$\"\\\n", rule->log_prefix.p[i]))
			return false;
	for (u32 i = 0; i < rule->match_count; i++) {
		const struct zw_plan_match *match = &rule->matches[i];

		if (match->test == ZW_TEST_EQ &&
		    (match->field[0] == ZW_KEY_IIFNAME ||
		     match->field[0] == ZW_KEY_OIFNAME) &&
		    (memchr(match->value, '"', 16) ||
		     memchr(match->value, '\\', 16)))
			return false;
	}
	return true;
}

static void put_limit(struct zw_buf *out, const struct zw_plan_limit *limit)
{
	const char *unit = limit->seconds == 1	    ? "second"
			   : limit->seconds == 60   ? "minute"
			   : limit->seconds == 3600 ? "hour"
						    : "day";

	zw_buf_printf(out, "limit rate %llu/%s burst %llu packets ",
		      (unsigned long long)limit->amount, unit,
		      (unsigned long long)limit->burst);
}

static void put_meter(const struct printer *p,
		      const struct zw_plan_meter *meter)
{
	const struct zw_plan_set *set = &p->plan->sets.v[meter->set];

	zw_buf_puts(p->out, meter->counts_connections ? "add @" : "update @");
	put_name(p, set->name, true);
	zw_buf_printf(p->out, " { %s%s ",
		      zw_key_info((enum zw_key)set->field[0])->nft,
		      set->key_bytes == 16 ? " & ffff:ffff:ffff:ffff::" : "");
	if (meter->counts_connections)
		zw_buf_printf(p->out, "ct count %u ", meter->connections);
	else
		put_limit(p->out, &meter->limit);
	zw_buf_puts(p->out, "} ");
}

static void put_source(struct zw_buf *out, const struct zw_plan_rule *rule)
{
	struct zw_ip lo = { rule->family, rule->addresses.lo };
	struct zw_ip hi = { rule->family, rule->addresses.hi };
	char text[46];

	zw_buf_printf(out, "snat %s to %s",
		      rule->family == ZW_IPV4 ? "ip" : "ip6",
		      zw_ip_format(lo, text));
	if (rule->addresses.lo != rule->addresses.hi)
		zw_buf_printf(out, "-%s", zw_ip_format(hi, text));
}

static void put_rule(const struct printer *p, const struct zw_plan_rule *rule)
{
	if (!rule_spelled(rule)) {
		zw_buf_puts(p->out,
			    "\t\t# a name or prefix that nft cannot read\n");
		return;
	}
	zw_buf_puts(p->out, "\t\t");
	for (u32 i = 0; i < rule->match_count; i++)
		if (!implied(rule, i))
			put_match(p, rule, i);
	if (rule->has_meter)
		put_meter(p, &rule->meter);
	if (rule->has_limit)
		put_limit(p->out, &rule->limit);
	if (rule->log) {
		zw_buf_puts(p->out, "log ");
		if (rule->log_prefix.n)
			zw_buf_printf(p->out, "prefix \"%.*s\" ",
				      ZW_STR_ARG(rule->log_prefix));
		if (rule->log_to_group)
			zw_buf_printf(p->out, "group %u ", rule->log_group);
	}
	if (rule->counter && rule->counter_name.n)
		zw_buf_printf(p->out, "counter name \"%.*s\" ",
			      ZW_STR_ARG(rule->counter_name));
	else if (rule->counter)
		zw_buf_puts(p->out, "counter ");
	if (rule->clamp && rule->clamp_size)
		zw_buf_printf(p->out, "tcp option maxseg size set %u ",
			      rule->clamp_size);
	else if (rule->clamp)
		zw_buf_puts(p->out, "tcp option maxseg size set rt mtu ");
	if (rule->verdict == ZW_PLAN_SNAT)
		put_source(p->out, rule);
	else if (rule->verdict != ZW_PLAN_CONTINUE &&
		 rule->verdict != ZW_PLAN_DNAT)
		put_verdict(p, rule->verdict, rule->chain);
	else
		p->out->n--;
	put_comment(p->out, rule->place);
	zw_buf_putc(p->out, '\n');
}

static void put_chain(const struct printer *p,
		      const struct zw_plan_chain *chain)
{
	static const char *const hooks[] = { "prerouting", "input", "forward",
					     "output", "postrouting" };

	zw_buf_puts(p->out, "\tchain ");
	put_name(p, chain->name, chain->hook == ZW_PLAN_NO_HOOK);
	zw_buf_puts(p->out, " {\n");
	if (chain->hook != ZW_PLAN_NO_HOOK)
		zw_buf_printf(
			p->out, "\t\ttype %s hook %s priority %d; policy %s;\n",
			chain->type == ZW_PLAN_NAT ? "nat" : "filter",
			hooks[chain->hook], chain->priority,
			chain->type == ZW_PLAN_FILTER ? "drop" : "accept");
	for (size_t i = 0; i < chain->rules.n; i++)
		put_rule(p, &chain->rules.v[i]);
	zw_buf_puts(p->out, "\t}\n\n");
}

void zw_emit_nft(struct zw_buf *out, const struct zw_plan *plan, u32 generation)
{
	struct printer p = { out, plan, generation };

	zw_buf_printf(out, "table inet %s {\n", ZW_PLAN_TABLE);
	for (size_t i = 0; i < plan->counters.n; i++)
		zw_buf_printf(out, "\tcounter %.*s {\n\t}\n\n",
			      ZW_STR_ARG(plan->counters.v[i]));
	for (size_t i = 0; i < plan->sets.n; i++)
		put_set(&p, &plan->sets.v[i]);
	/* the base chains last, as the messages have it */
	for (int base = 0; base < 2; base++)
		for (size_t i = 0; i < plan->chains.n; i++)
			if (base == (plan->chains.v[i].hook != ZW_PLAN_NO_HOOK))
				put_chain(&p, &plan->chains.v[i]);
	out->n--;
	zw_buf_puts(out, "}\n");
}
