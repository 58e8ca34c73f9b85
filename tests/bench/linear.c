/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boxes of a policy's meaning, each as one rule of nft for each family and
 * item of its services, in the order of the text. A side of several ranges is
 * a named set, once for each list of ranges. */
#include "tests/bench/linear.h"

#include <netinet/in.h>

#include "base/assert.h"
#include "base/interval.h"

struct linear {
	struct zw_buf *out;
	const struct zw_statement *statement;
	size_t rules;
	struct zw_intervals sets[256]; /* lists that have become sets */
	unsigned set_count;
};

static unsigned set_of(struct linear *l, struct zw_intervals list)
{
	unsigned i = 0;

	while (i < l->set_count && !zw_intervals_equal(l->sets[i], list))
		i++;
	if (i == l->set_count) {
		ZW_ASSERT(l->set_count < sizeof(l->sets) / sizeof(*l->sets));
		l->sets[l->set_count++] = list;
	}
	return i;
}

static void print_set(struct linear *l, enum zw_family family,
		      struct zw_intervals list)
{
	unsigned known = l->set_count, at;
	char text[100];

	if (list.n < 2)
		return;
	at = set_of(l, list);
	if (at < known)
		return;
	zw_buf_printf(l->out,
		      "set s%u { type ipv%d_addr; flags interval; elements = {",
		      at, family == ZW_IPV4 ? 4 : 6);
	for (size_t i = 0; i < list.n; i++)
		zw_buf_printf(l->out, "%s %s", i ? "," : "",
			      zw_ip_range_format(family, list.v[i], text));
	zw_buf_puts(l->out, " } }\n");
}

static void print_side(struct linear *l, enum zw_family family,
		       const char *which, struct zw_intervals list)
{
	const char *ip = family == ZW_IPV4 ? "ip" : "ip6";
	char text[100];

	if (list.n > 1)
		zw_buf_printf(l->out, "%s %s @s%u ", ip, which,
			      set_of(l, list));
	else
		zw_buf_printf(l->out, "%s %s %s ", ip, which,
			      zw_ip_range_format(family, list.v[0], text));
}

static struct zw_str interface_of(const struct linear *l, u32 zone)
{
	return l->statement->zones.v[zone].interfaces.v[0].name;
}

static void print_rule(struct linear *l, enum zw_family family,
		       const struct zw_flow_box *box,
		       const struct zw_service_item *item)
{
	ZW_ASSERT(item->proto == IPPROTO_TCP || item->proto == IPPROTO_UDP);
	zw_buf_printf(l->out, "iifname \"%.*s\" oifname \"%.*s\" ",
		      ZW_STR_ARG(interface_of(l, box->from)),
		      ZW_STR_ARG(interface_of(l, box->to)));
	print_side(l, family, "saddr", box->src.of[family]);
	print_side(l, family, "daddr", box->dst.of[family]);
	zw_buf_printf(l->out, "%s dport %u-%u accept\n",
		      item->proto == IPPROTO_TCP ? "tcp" : "udp", item->lo,
		      item->hi);
	l->rules++;
}

static void each_box(struct linear *l, const struct zw_flow_rule *rule,
		     bool sets)
{
	for (size_t b = 0; b < rule->boxes.n; b++) {
		const struct zw_flow_box *box = &rule->boxes.v[b];

		for (unsigned f = 0; f < ZW_FAMILY_COUNT; f++) {
			if (box->from == ZW_SELF || box->to == ZW_SELF ||
			    !box->src.of[f].n || !box->dst.of[f].n)
				continue;
			if (sets) {
				print_set(l, (enum zw_family)f, box->src.of[f]);
				print_set(l, (enum zw_family)f, box->dst.of[f]);
				continue;
			}
			for (size_t s = 0; s < rule->services.n; s++)
				print_rule(l, (enum zw_family)f, box,
					   &rule->services.v[s]);
		}
	}
}

size_t zw_linear_print(struct zw_buf *out, const struct zw_statement *statement)
{
	struct linear l = { .out = out, .statement = statement };

	zw_buf_puts(out, "table inet linear {\n");
	for (size_t i = 0; i < statement->rules.n; i++)
		each_box(&l, &statement->rules.v[i], true);
	zw_buf_puts(out, "chain forward {\n"
			 "type filter hook forward priority 0; policy drop;\n"
			 "ct state established,related accept\n");
	for (size_t i = 0; i < statement->rules.n; i++)
		each_box(&l, &statement->rules.v[i], false);
	zw_buf_puts(out, "}\n}\n");
	return l.rules;
}
