/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sample's flow is: conntrack's entry with its translations, the moment
 * at which the packet comes, and which limits are reached then.
 *
 * Entries are consistent as conntrack makes them: the tuple of the packet's
 * direction is the packet's own; the other one is its mirror image but for what
 * the entry translates. What is related may belong to a flow between others. */
#include "tests/harness/sample_special.h"

#include <ctype.h>

#define DAY 86400u

static u32 below(struct zw_random *random, u32 bound)
{
	return zw_random_below(random, bound);
}

static bool one_in(struct zw_random *random, u32 n)
{
	return zw_random_below(random, n) == 0;
}

/* ---- what the policy names ----------------------------------------------- */

/* Each HH:MM in TEXT. */
static void add_times(struct zw_sampler *s, struct zw_str text)
{
	size_t i;

	for (i = 2; i + 3 <= text.n; i++) {
		const char *p = text.p + i - 2;

		if (p[2] == ':' && isdigit((unsigned char)p[0]))
			zw_push(s->arena, s->seconds,
				3600u * (u32)((p[0] - '0') * 10 + p[1] - '0') +
					60u * (u32)((p[3] - '0') * 10 + p[4] -
						    '0'));
	}
}

void zw_sampler_add_flow(struct zw_sampler *s, const struct zw_ast_stmt *stmt)
{
	size_t i;

	for (i = 0; i < stmt->options.n; i++) {
		if (stmt->options.v[i].kind == ZW_OPTION_DURING)
			add_times(s, stmt->options.v[i].text.text);
	}
	if (stmt->kind == ZW_AST_PUBLISH)
		zw_push(s->arena, s->publishes, stmt);
	if (stmt->kind == ZW_AST_PUBLISH || stmt->kind == ZW_AST_MASQUERADE ||
	    stmt->kind == ZW_AST_SNAT)
		s->translates = true;
}

/* ---- entries ------------------------------------------------------------- */

/* A first port written in SERVICES; else any. */
static u16 port_of(struct zw_random *random, const zw_ast_services *services)
{
	const struct zw_ast_service *one;

	if (services && services->n) {
		one = &services->v[below(random, (u32)services->n)];
		if (one->ports.n)
			return (u16)one->ports.v[0].lo;
	}
	return (u16)(1 + below(random, 60000));
}

static const struct zw_ast_stmt *publish_of(const struct zw_sampler *s,
					    struct zw_random *random,
					    enum zw_family family)
{
	const struct zw_ast_stmt *publish;

	if (!s->publishes.n || one_in(random, 3))
		return NULL;
	publish = s->publishes.v[below(random, (u32)s->publishes.n)];
	return publish->addrs.v[0].kind == ZW_ADDR_LITERAL &&
			       publish->addrs.v[0].family == family
		       ? publish
		       : NULL;
}

/* The flow went to another destination first: what it goes to by now is the
 * packet's. */
static void draw_dnat(const struct zw_sampler *s, struct zw_random *random,
		      struct zw_sample *sample)
{
	const struct zw_ast_stmt *publish =
		publish_of(s, random, sample->family);
	u16 inner = sample->second;

	sample->dnat = true;
	sample->original_destination =
		publish ? publish->addrs.v[0].lo
			: zw_sampler_address(s, random, sample->family);
	sample->dnat_port = port_of(random, publish ? &publish->outer : NULL);
	if (sample->direction == ZW_CT_REPLY)
		return;
	/* on the wire the packet still has what it had first */
	sample->dst = sample->original_destination;
	if (publish && one_in(random, 2))
		inner = port_of(random, &publish->services);
	sample->second = sample->dnat_port;
	sample->dnat_port = inner;
}

/* The same of the source: replies go to another address first. */
static void draw_snat(const struct zw_sampler *s, struct zw_random *random,
		      struct zw_sample *sample)
{
	u16 inner = sample->second;

	sample->snat = true;
	sample->reply_destination =
		zw_sampler_address(s, random, sample->family);
	sample->snat_port = port_of(random, NULL);
	if (sample->direction == ZW_CT_ORIGINAL)
		return;
	sample->dst = sample->reply_destination;
	sample->second = sample->snat_port;
	sample->snat_port = inner;
}

static bool has_ports(const struct zw_sample *sample)
{
	return sample->proto == 6 || sample->proto == 17 ||
	       sample->proto == 33 || sample->proto == 132 ||
	       sample->proto == 136;
}

static void draw_entry(const struct zw_sampler *s, struct zw_random *random,
		       struct zw_sample *sample)
{
	bool icmp = sample->proto == 1 || sample->proto == 58;
	u16 second = sample->second;

	sample->confirmed = sample->state == ZW_CT_NEW && one_in(random, 5);
	sample->original_source = sample->src;
	sample->reply_source = sample->dst;
	if (sample->direction == ZW_CT_REPLY) {
		sample->original_source = sample->dst;
		sample->reply_source = sample->src;
	}
	if (sample->state == ZW_CT_RELATED && icmp && one_in(random, 2)) {
		if (one_in(random, 2))
			sample->original_source =
				zw_sampler_address(s, random, sample->family);
		else
			sample->reply_source =
				zw_sampler_address(s, random, sample->family);
	}
	if (!s->translates ||
	    (sample->state != ZW_CT_ESTABLISHED &&
	     sample->state != ZW_CT_RELATED && !sample->confirmed))
		return;
	if (one_in(random, 3))
		draw_dnat(s, random, sample);
	if (one_in(random, 3))
		draw_snat(s, random, sample);
	if (!has_ports(sample)) {
		sample->second = second;
		sample->dnat_port = sample->snat_port = second;
	}
}

/* ---- all of it ----------------------------------------------------------- */

void zw_sample_draw_flow(const struct zw_sampler *s, struct zw_random *random,
			 struct zw_sample *sample)
{
	draw_entry(s, random, sample);
	sample->day = (u8)below(random, 7);
	sample->time = below(random, DAY);
	if (s->seconds.n && !one_in(random, 4))
		sample->time =
			(s->seconds.v[below(random, (u32)s->seconds.n)] + DAY +
			 below(random, 3) - 1) %
			DAY;
	sample->luck = one_in(random, 2) ? 0 : 1 + below(random, 1 << 30);
}

bool zw_sample_within(const struct zw_sample *sample,
		      const struct zw_sample_limit *limit)
{
	u64 parts[] = { limit->connections, limit->amount, limit->seconds,
			limit->burst, limit->per_source };
	u64 mix = sample->luck;
	size_t i;

	if (!sample->luck)
		return true;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		mix = (mix ^ parts[i]) * 0x9e3779b97f4a7c15u;
		mix ^= mix >> 29;
	}
	return mix >> 40 & 1;
}
