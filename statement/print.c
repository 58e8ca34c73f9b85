/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A statement as text, one fact a line, for a reader who wants to check what
 * was proved and for tests. Sets of more than SHOWN ranges are cut and end in
 * their full count. Names come from the policy and are escaped. */
#include "statement/statement.h"

#define SHOWN 8

static void print_set(struct zw_buf *out, struct zw_ipset set)
{
	size_t i, shown = 0, n = set.of[ZW_IPV4].n + set.of[ZW_IPV6].n;
	char text[100];
	int f;

	if (!n)
		zw_buf_puts(out, " nothing");
	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		for (i = 0; i < set.of[f].n && shown < SHOWN; i++, shown++)
			zw_buf_printf(out, " %s",
				      zw_ip_range_format((enum zw_family)f,
							 set.of[f].v[i], text));
	}
	if (n > SHOWN)
		zw_buf_printf(out, " ... (%zu ranges of IPv4, %zu of IPv6)",
			      set.of[ZW_IPV4].n, set.of[ZW_IPV6].n);
}

static void print_zone_name(struct zw_buf *out,
			    const struct zw_statement *statement, u32 zone)
{
	zw_buf_add_escaped(out, zw_statement_zone_name(statement, zone));
}

static void print_set_line(struct zw_buf *out, const char *what,
			   struct zw_ipset set)
{
	zw_buf_printf(out, "  %s", what);
	print_set(out, set);
	zw_buf_putc(out, '\n');
}

static void print_zone(struct zw_buf *out, const struct zw_zone *zone)
{
	static const char *const kinds[] = {
		[ZW_ZONE_PLAIN] = "",
		[ZW_ZONE_EXTERNAL] = "external ",
		[ZW_ZONE_DMZ] = "dmz ",
		[ZW_ZONE_INTERNAL] = "internal ",
	};
	size_t i;

	zw_buf_printf(out, "%szone ", kinds[zone->kind]);
	zw_buf_add_escaped(out, zone->name);
	zw_buf_putc(out, '\n');
	for (i = 0; i < zone->interfaces.n; i++) {
		zw_buf_puts(out, "  interface ");
		zw_buf_add_escaped(out, zone->interfaces.v[i].name);
		zw_buf_puts(out, zone->interfaces.v[i].pattern ? "*\n" : "\n");
	}
	if (zone->shares_interface)
		zw_buf_puts(out, "  shares an interface\n");
	if (zone->is_link)
		zw_buf_puts(out, "  joins gateways\n");
	if (zone->ipsec != ZW_IPSEC_EITHER)
		zw_buf_puts(out, zone->ipsec == ZW_IPSEC_ONLY
					 ? "  ipsec\n"
					 : "  not ipsec\n");
	if (zone->has_reqid)
		zw_buf_printf(out, "  reqid %u\n", zone->reqid);
	if (zone->spoofing_allowed)
		zw_buf_puts(out, "  spoofing allowed\n");
	if (zone->has_network)
		print_set_line(out, "network", zone->networks);
	print_set_line(out, "members", zone->members);
}

static void print_services(struct zw_buf *out, const zw_service_items *items)
{
	size_t i;

	for (i = 0; i < items->n; i++) {
		const struct zw_service_item *item = &items->v[i];

		zw_buf_printf(out, " %u", item->proto);
		if (item->lo || item->hi != UINT16_MAX)
			zw_buf_printf(out, "/%u", item->lo);
		if (item->lo != item->hi &&
		    (item->lo || item->hi != UINT16_MAX))
			zw_buf_printf(out, "-%u", item->hi);
		if (item->families == 1u << ZW_IPV4)
			zw_buf_puts(out, "(ip)");
		else if (item->families == 1u << ZW_IPV6)
			zw_buf_puts(out, "(ip6)");
	}
}

static void print_predicates(struct zw_buf *out, const zw_predicates *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct zw_predicate *one = &list->v[i];

		zw_buf_puts(out, "  while");
		if (one->kind == ZW_PREDICATE_RATE)
			zw_buf_printf(out,
				      " at most %llu in %llu s, burst %llu",
				      (unsigned long long)one->amount,
				      (unsigned long long)one->seconds,
				      (unsigned long long)one->burst);
		if (one->kind == ZW_PREDICATE_CONNECTIONS)
			zw_buf_printf(out, " at most %llu connections",
				      (unsigned long long)one->amount);
		for (size_t k = 0; k < one->windows.n; k++)
			zw_buf_printf(out, " %u-%u", one->windows.v[k].from,
				      one->windows.v[k].to);
		if (one->kind == ZW_PREDICATE_WINDOW)
			zw_buf_puts(out, " s of the week");
		zw_buf_puts(out, one->per_source ? " per source\n" : "\n");
	}
}

static void print_boxes(struct zw_buf *out,
			const struct zw_statement *statement,
			const struct zw_flow_box *boxes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		zw_buf_puts(out, "  from ");
		print_zone_name(out, statement, boxes[i].from);
		print_set(out, boxes[i].src);
		zw_buf_puts(out, " to ");
		print_zone_name(out, statement, boxes[i].to);
		print_set(out, boxes[i].dst);
		zw_buf_putc(out, '\n');
	}
}

static void print_remarks(struct zw_buf *out, const struct zw_remarks *remarks)
{
	const struct {
		const char *word;
		struct zw_str text;
	} rows[] = {
		{ "owner", remarks->owner },
		{ "ticket", remarks->ticket },
		{ "because", remarks->because },
		{ "until", remarks->until },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!rows[i].text.n)
			continue;
		zw_buf_printf(out, "  %s ", rows[i].word);
		zw_buf_add_escaped(out, rows[i].text);
		zw_buf_putc(out, '\n');
	}
}

static void print_rule(struct zw_buf *out, const struct zw_statement *statement,
		       size_t number)
{
	static const char *const actions[] = {
		[ZW_ALLOW] = "allow",
		[ZW_DENY] = "deny",
		[ZW_REJECT] = "reject",
	};
	const struct zw_flow_rule *rule = &statement->rules.v[number];

	zw_buf_printf(out, "rule %zu %s :", number, actions[rule->action]);
	print_services(out, &rule->services);
	zw_buf_putc(out, '\n');
	print_predicates(out, &rule->predicates);
	print_remarks(out, &rule->remarks);
	print_boxes(out, statement, rule->boxes.v, rule->boxes.n);
}

static void print_publication(struct zw_buf *out,
			      const struct zw_statement *statement,
			      const struct zw_publication *one)
{
	struct zw_ipset addresses = { 0 };
	char host[46];

	addresses.of[one->family] = one->addresses;
	zw_buf_printf(out, "publish %s in ", zw_ip_format(one->host, host));
	print_zone_name(out, statement, one->to);
	zw_buf_puts(out, " as");
	print_set(out, addresses);
	zw_buf_putc(out, '\n');
	print_predicates(out, &one->predicates);
	print_remarks(out, &one->remarks);
	for (size_t i = 0; i < one->pairs.n; i++) {
		const struct zw_port_pair *pair = &one->pairs.v[i];

		zw_buf_printf(out, "  %u/%u-%u to %u and up\n", pair->proto,
			      pair->outer_lo, pair->outer_hi, pair->inner_lo);
	}
	for (size_t i = 0; i < one->from.n; i++) {
		zw_buf_puts(out, "  for ");
		print_zone_name(out, statement, one->from.v[i].zone);
		print_set(out, one->from.v[i].src);
		zw_buf_putc(out, '\n');
	}
}

static void add_list(struct zw_buf *out, struct zw_ipset set)
{
	size_t n = set.of[ZW_IPV4].n + set.of[ZW_IPV6].n, i, shown = 0;
	char text[100];
	int f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		for (i = 0; i < set.of[f].n && shown < SHOWN; i++, shown++)
			zw_buf_printf(out, "%s%s", shown ? ", " : " ",
				      zw_ip_range_format((enum zw_family)f,
							 set.of[f].v[i], text));
	if (n > SHOWN)
		zw_buf_printf(out, " and %zu more", n - SHOWN);
}

struct zw_str zw_taken_text(struct zw_arena *arena,
			    const struct zw_taken *taken)
{
	struct zw_buf buf = { 0 };
	struct zw_str out;

	zw_buf_printf(&buf, "interface '%.*s%s' has the %s",
		      ZW_STR_ARG(taken->interface.name),
		      taken->interface.pattern ? "*" : "",
		      taken->networks ? "networks" : "addresses");
	add_list(&buf, taken->addresses);
	zw_buf_printf(&buf, ", according to %.*s", ZW_STR_ARG(taken->source));
	out = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return out;
}

static void print_taken(struct zw_buf *out, const struct zw_taken *taken)
{
	zw_buf_printf(out, "taken: %s of interface ",
		      taken->networks ? "networks" : "addresses");
	zw_buf_add_escaped(out, taken->interface.name);
	zw_buf_puts(out, taken->interface.pattern ? "*:" : ":");
	print_set(out, taken->addresses);
	zw_buf_putc(out, '\n');
}

static void print_translation(struct zw_buf *out,
			      const struct zw_statement *statement,
			      const struct zw_source_translation *one)
{
	char text[100];

	if (one->masquerade)
		zw_buf_puts(out, "masquerade\n");
	else
		zw_buf_printf(
			out, "snat to %s\n",
			zw_ip_range_format(one->family, one->addresses, text));
	print_boxes(out, statement, one->boxes.v, one->boxes.n);
}

static void print_terms(struct zw_buf *out,
			const struct zw_statement *statement, const char *what,
			const zw_claim_terms *terms)
{
	size_t i;

	for (i = 0; i < terms->n; i++) {
		zw_buf_printf(out, "  %s ", what);
		print_zone_name(out, statement, terms->v[i].zone);
		if (terms->v[i].narrowed)
			print_set(out, terms->v[i].addrs);
		zw_buf_putc(out, '\n');
	}
}

static void print_claim(struct zw_buf *out,
			const struct zw_statement *statement,
			const struct zw_claim *claim)
{
	zw_buf_puts(out, claim->built_in ? "built-in claim " : "claim ");
	zw_buf_add_escaped(out, claim->text);
	zw_buf_putc(out, '\n');
	print_terms(out, statement, "from", &claim->from);
	print_terms(out, statement, "to", &claim->to);
	if (!claim->any_service) {
		zw_buf_puts(out, "  services");
		print_services(out, &claim->services);
		zw_buf_putc(out, '\n');
	}
	print_remarks(out, &claim->remarks);
}

void zw_statement_print(struct zw_buf *out,
			const struct zw_statement *statement)
{
	size_t i;

	if (statement->gateway.n) {
		zw_buf_puts(out, "gateway ");
		zw_buf_add_escaped(out, statement->gateway);
		zw_buf_putc(out, '\n');
	}
	for (i = 0; i < statement->zones.n; i++)
		print_zone(out, &statement->zones.v[i]);
	if (!statement->has_policy)
		zw_buf_puts(out, "no rules: claims alone\n");
	for (i = 0; i < statement->rules.n; i++)
		print_rule(out, statement, i);
	for (i = 0; i < statement->taken.n; i++)
		print_taken(out, &statement->taken.v[i]);
	for (i = 0; i < statement->publications.n; i++)
		print_publication(out, statement,
				  &statement->publications.v[i]);
	for (i = 0; i < statement->translations.n; i++)
		print_translation(out, statement,
				  &statement->translations.v[i]);
	for (i = 0; i < statement->claims.n; i++)
		print_claim(out, statement, &statement->claims.v[i]);
}
