/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boxes to text. A side is its zone's name where it is all of the zone, the
 * zone's name with addresses where it is a part. Keys are ports or ICMP types
 * and codes, as the protocol has them. */
#include "report/class_text.h"

#include <linux/in.h>

#define LIST_MAX 6

static bool is_icmp(u32 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static bool has_ports(u32 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_DCCP;
}

/* ---- services ------------------------------------------------------------ */

static void put_protocol(struct zw_buf *out, u32 proto)
{
	static const struct {
		u8 number;
		const char *name;
	} names[] = { { IPPROTO_TCP, "tcp" },	{ IPPROTO_UDP, "udp" },
		      { IPPROTO_SCTP, "sctp" }, { IPPROTO_UDPLITE, "udplite" },
		      { IPPROTO_ICMP, "icmp" }, { IPPROTO_ICMPV6, "icmpv6" },
		      { IPPROTO_ESP, "esp" },	{ IPPROTO_AH, "ah" },
		      { IPPROTO_GRE, "gre" },	{ IPPROTO_DCCP, "dccp" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].number == proto) {
			zw_buf_puts(out, names[i].name);
			return;
		}
	}
	zw_buf_printf(out, "proto/%u", proto);
}

static void put_ports(struct zw_buf *out, const struct zw_intervals *set)
{
	size_t i;

	if (set->n > 1)
		zw_buf_putc(out, '{');
	for (i = 0; i < set->n && i < LIST_MAX; i++) {
		u32 lo = (u32)set->v[i].lo, hi = (u32)set->v[i].hi;

		zw_buf_printf(out, lo == hi ? "%s%u" : "%s%u-%u", i ? ", " : "",
			      lo, hi);
	}
	if (set->n > LIST_MAX)
		zw_buf_printf(out, " and %zu more", set->n - LIST_MAX);
	if (set->n > 1)
		zw_buf_putc(out, '}');
}

/* Types and codes: whole types where all codes are there. */
static void put_type(struct zw_buf *out, const struct zw_interval *range)
{
	u32 lo = (u32)range->lo, hi = (u32)range->hi;

	if (lo == hi)
		zw_buf_printf(out, "%u/%u", lo >> 8, lo & 255);
	else if (lo >> 8 == hi >> 8 && !(lo & 255) && (hi & 255) == 255)
		zw_buf_printf(out, "%u", lo >> 8);
	else if (!(lo & 255) && (hi & 255) == 255)
		zw_buf_printf(out, "%u-%u", lo >> 8, hi >> 8);
	else
		zw_buf_printf(out, "%u/%u-%u/%u", lo >> 8, lo & 255, hi >> 8,
			      hi & 255);
}

static void put_types(struct zw_buf *out, const struct zw_intervals *set)
{
	size_t i;

	if (set->n > 1)
		zw_buf_putc(out, '{');
	for (i = 0; i < set->n && i < LIST_MAX; i++) {
		zw_buf_puts(out, i ? ", " : "");
		put_type(out, &set->v[i]);
	}
	if (set->n > LIST_MAX)
		zw_buf_printf(out, " and %zu more", set->n - LIST_MAX);
	if (set->n > 1)
		zw_buf_putc(out, '}');
}

/* Every protocol and port. */
static bool is_any(const struct zw_space *space, const struct zw_class *class)
{
	return zw_class_is_full(space, class, ZW_DIM_PROTO) &&
	       zw_class_is_full(space, class, ZW_DIM_DPORT) &&
	       zw_class_is_full(space, class, ZW_DIM_SPORT);
}

/* Most protocols: those that are not among them. */
static bool put_all_but(struct zw_buf *out, const struct zw_intervals *protos)
{
	u32 proto, missing = 0;

	for (proto = 0; proto < 256; proto++)
		missing += !zw_intervals_contain(*protos, proto);
	if (missing > 2 * LIST_MAX)
		return false;
	zw_buf_puts(out, "every protocol");
	for (proto = 0, missing = 0; proto < 256; proto++) {
		if (zw_intervals_contain(*protos, proto))
			continue;
		zw_buf_puts(out, missing++ ? ", " : " but ");
		put_protocol(out, proto);
	}
	return true;
}

void zw_class_services(struct zw_buf *out, const struct zw_flows *flows,
		       const struct zw_class *class)
{
	const struct zw_intervals *protos = &class->of[ZW_DIM_PROTO];
	const struct zw_space *space = flows->space;
	u32 listed = 0;
	size_t i;
	u128 proto;

	if (is_any(space, class)) {
		zw_buf_puts(out, "every protocol");
		return;
	}
	if (put_all_but(out, protos))
		return;
	for (i = 0; i < protos->n; i++) {
		for (proto = protos->v[i].lo; proto <= protos->v[i].hi;
		     proto++) {
			if (listed++ >= LIST_MAX)
				continue;
			zw_buf_puts(out, listed > 1 ? ", " : "");
			put_protocol(out, (u32)proto);
			if (has_ports((u32)proto) &&
			    !zw_class_is_full(space, class, ZW_DIM_DPORT)) {
				zw_buf_putc(out, '/');
				put_ports(out, &class->of[ZW_DIM_DPORT]);
			} else if (is_icmp((u32)proto) &&
				   !zw_class_is_full(space, class,
						     ZW_DIM_SPORT)) {
				zw_buf_putc(out, '/');
				put_types(out, &class->of[ZW_DIM_SPORT]);
			}
		}
	}
	if (listed > LIST_MAX)
		zw_buf_printf(out, " and %u more protocols", listed - LIST_MAX);
}

/* Is the key of ICMP alone in the source port's place? */
static bool only_icmp(const struct zw_class *class)
{
	const struct zw_intervals *protos = &class->of[ZW_DIM_PROTO];
	size_t i;

	for (i = 0; i < protos->n; i++) {
		if (!is_icmp((u32)protos->v[i].lo) ||
		    protos->v[i].lo != protos->v[i].hi)
			return false;
	}
	return true;
}

/* Protocols without ports have 0 where the source port is. */
static bool source_port_counts(const struct zw_space *space,
			       const struct zw_class *class)
{
	const struct zw_intervals *protos = &class->of[ZW_DIM_PROTO];
	size_t i;
	u128 p;

	if (zw_class_is_full(space, class, ZW_DIM_SPORT) || only_icmp(class))
		return false;
	for (i = 0; i < protos->n; i++) {
		for (p = protos->v[i].lo; p <= protos->v[i].hi; p++) {
			if (has_ports((u32)p))
				return true;
		}
	}
	return false;
}

/* ---- sides --------------------------------------------------------------- */

static void put_addresses(struct zw_buf *out, enum zw_family family,
			  const struct zw_intervals *set)
{
	char text[100];
	size_t i;

	for (i = 0; i < set->n && i < LIST_MAX; i++)
		zw_buf_printf(out, "%s%s", i ? ", " : "",
			      zw_ip_range_format(family, set->v[i], text));
	if (set->n > LIST_MAX)
		zw_buf_printf(out, " and %zu more", set->n - LIST_MAX);
}

static bool is_whole(const struct zw_flows *flows, const struct zw_party *party,
		     const struct zw_class *class, enum zw_dim dim)
{
	const struct zw_statement *statement = flows->subject.statement;
	enum zw_family family = zw_class_family(class);

	if (zw_class_is_full(flows->space, class, dim))
		return true;
	return party->zone < statement->zones.n && family != ZW_FAMILY_COUNT &&
	       zw_intervals_equal(
		       statement->zones.v[party->zone].members.of[family],
		       class->of[dim]);
}

/* A part of a zone: by what it has, or shorter by what it has not. */
static void put_part(struct zw_buf *out, const struct zw_flows *flows,
		     const struct zw_party *party, const struct zw_class *class,
		     enum zw_dim dim)
{
	const struct zw_statement *statement = flows->subject.statement;
	enum zw_family family = zw_class_family(class);
	struct zw_intervals mine = class->of[dim], without = { 0 }, all;
	struct zw_arena *arena = zw_arena_new();

	if (party->zone < statement->zones.n) {
		all = statement->zones.v[party->zone].members.of[family];
		if (zw_intervals_subset(mine, all))
			without = zw_intervals_minus(arena, all, mine);
	}
	if (without.n && without.n < mine.n) {
		zw_buf_puts(out, "all but ");
		mine = without;
	}
	put_addresses(out, family, &mine);
	zw_arena_free(arena);
}

static void put_side(struct zw_buf *out, const struct zw_flows *flows,
		     const struct zw_party *party, const struct zw_class *class,
		     enum zw_dim dim)
{
	zw_buf_add_escaped(out, party->name);
	if (is_whole(flows, party, class, dim))
		return;
	zw_buf_putc(out, '(');
	put_part(out, flows, party, class, dim);
	zw_buf_putc(out, ')');
}

/* The interfaces of PARTY that the class does not have, if there are any. */
static void put_interfaces(struct zw_buf *out, const struct zw_flows *flows,
			   const struct zw_party *party,
			   const struct zw_class *class, enum zw_dim dim)
{
	u32 c, i, n = 0;
	bool missing = false;

	for (c = 0; c < flows->space->class_count; c++) {
		for (i = 0; i < flows->ports.counts[c]; i++)
			missing = missing ||
				  (flows->ports.zones[c][i] == party->zone &&
				   !zw_intervals_contain(class->of[dim], c));
	}
	if (!missing)
		return;
	for (c = 0; c < flows->space->class_count; c++) {
		if (!zw_intervals_contain(class->of[dim], c))
			continue;
		zw_buf_puts(out, n++		    ? ", "
				 : dim == ZW_DIM_IN ? " in "
						    : " out ");
		zw_buf_add_escaped(
			out, zw_str_from(flows->space->classes[c].sample));
	}
}

static void put_ipsec(struct zw_buf *out, const struct zw_flows *flows,
		      const struct zw_party *party,
		      const struct zw_class *class, enum zw_dim dim)
{
	const struct zw_statement *statement = flows->subject.statement;

	if (zw_class_is_full(flows->space, class, dim) ||
	    (party->zone < statement->zones.n &&
	     statement->zones.v[party->zone].ipsec != ZW_IPSEC_EITHER))
		return;
	zw_buf_printf(out, " %s%s",
		      class->of[dim].v[0].lo ? "by IPsec " : "not by IPsec ",
		      dim == ZW_DIM_IPSEC_IN ? "in" : "out");
}

static void put_reqid(struct zw_buf *out, const struct zw_flows *flows,
		      const struct zw_party *party,
		      const struct zw_class *class, enum zw_dim dim)
{
	const struct zw_statement *statement = flows->subject.statement;

	if (zw_class_is_full(flows->space, class, dim) ||
	    (party->zone < statement->zones.n &&
	     statement->zones.v[party->zone].has_reqid))
		return;
	zw_buf_puts(out, dim == ZW_DIM_REQID_IN ? " in by reqid "
						: " out by reqid ");
	put_ports(out, &class->of[dim]);
}

void zw_class_text(struct zw_buf *out, const struct zw_flows *flows,
		   const struct zw_party *from, const struct zw_party *to,
		   const struct zw_class *class)
{
	put_side(out, flows, from, class, ZW_DIM_SRC);
	zw_buf_puts(out, " -> ");
	put_side(out, flows, to, class, ZW_DIM_DST);
	zw_buf_puts(out, " : ");
	zw_class_services(out, flows, class);
	if (source_port_counts(flows->space, class)) {
		zw_buf_puts(out, " from port ");
		put_ports(out, &class->of[ZW_DIM_SPORT]);
	}
	if (from->zone < flows->subject.statement->zones.n)
		put_interfaces(out, flows, from, class, ZW_DIM_IN);
	if (to->zone < flows->subject.statement->zones.n)
		put_interfaces(out, flows, to, class, ZW_DIM_OUT);
	if (from->zone != ZW_SELF)
		put_ipsec(out, flows, from, class, ZW_DIM_IPSEC_IN);
	if (to->zone != ZW_SELF)
		put_ipsec(out, flows, to, class, ZW_DIM_IPSEC_OUT);
	if (from->zone != ZW_SELF)
		put_reqid(out, flows, from, class, ZW_DIM_REQID_IN);
	if (to->zone != ZW_SELF)
		put_reqid(out, flows, to, class, ZW_DIM_REQID_OUT);
}

/* ---- lists --------------------------------------------------------------- */

static const char *family_name(const struct zw_class *class)
{
	return zw_class_family(class) == ZW_IPV4 ? "IPv4" : "IPv6";
}

/* Has PARTY addresses of the other family at all? */
static bool has_other_family(const struct zw_flows *flows,
			     const struct zw_party *party,
			     const struct zw_class *class)
{
	const struct zw_statement *statement = flows->subject.statement;
	enum zw_family other =
		zw_class_family(class) == ZW_IPV4 ? ZW_IPV6 : ZW_IPV4;

	return party->zone >= statement->zones.n ||
	       statement->zones.v[party->zone].members.of[other].n;
}

struct line {
	struct zw_str text;
	const struct zw_class *class;
	bool both; /* families */
};

static void add_line(struct zw_arena *arena, struct line *lines, size_t *n,
		     struct zw_str text, const struct zw_class *class)
{
	size_t i;

	for (i = 0; i < *n; i++) {
		if (zw_str_eq(lines[i].text, text) &&
		    zw_class_family(lines[i].class) != zw_class_family(class)) {
			lines[i].both = true;
			return;
		}
	}
	lines[(*n)++] =
		(struct line){ zw_str_copy(arena, text), class,
			       zw_class_family(class) == ZW_FAMILY_COUNT };
}

void zw_class_lines(struct zw_buf *out, const struct zw_flows *flows,
		    const struct zw_party *from, const struct zw_party *to,
		    const struct zw_classes *classes, const char *indent,
		    size_t limit)
{
	struct zw_arena *arena = zw_arena_new();
	size_t i, n = 0, looked_at = classes->list.n;
	struct line *lines;

	if (looked_at > 4 * limit)
		looked_at = 4 * limit;
	lines = ZW_NEW_ARRAY(arena, struct line, looked_at + 1);
	for (i = 0; i < looked_at; i++) {
		struct zw_buf text = { 0 };

		zw_class_text(&text, flows, from, to, &classes->list.v[i]);
		add_line(arena, lines, &n, (struct zw_str){ text.data, text.n },
			 &classes->list.v[i]);
		zw_buf_free(&text);
	}
	for (i = 0; i < n && i < limit; i++) {
		zw_buf_printf(out, "%s%.*s", indent, ZW_STR_ARG(lines[i].text));
		if (!lines[i].both &&
		    is_whole(flows, from, lines[i].class, ZW_DIM_SRC) &&
		    is_whole(flows, to, lines[i].class, ZW_DIM_DST) &&
		    has_other_family(flows, from, lines[i].class) &&
		    has_other_family(flows, to, lines[i].class))
			zw_buf_printf(out, "  (%s)",
				      family_name(lines[i].class));
		zw_buf_putc(out, '\n');
	}
	if (n > limit || looked_at < classes->list.n)
		zw_buf_printf(out, "%sand %zu more\n", indent,
			      (n > limit ? n - limit : 0) + classes->list.n -
				      looked_at);
	if (!classes->complete)
		zw_buf_printf(out, "%sand more than can be listed\n", indent);
	zw_arena_free(arena);
}

/* ---- JSON ---------------------------------------------------------------- */

static json_t *ranges(const struct zw_intervals *set)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < set->n; i++) {
		json_t *pair = json_array();

		zw_json_add(pair, json_integer((json_int_t)set->v[i].lo));
		zw_json_add(pair, json_integer((json_int_t)set->v[i].hi));
		zw_json_add(array, pair);
	}
	return array;
}

static json_t *addresses(const struct zw_flows *flows,
			 const struct zw_class *class, enum zw_dim dim)
{
	json_t *array;
	char text[100];
	size_t i;

	if (zw_class_is_full(flows->space, class, dim))
		return json_null();
	array = json_array();
	for (i = 0; i < class->of[dim].n; i++)
		zw_json_add(array, json_string(zw_ip_range_format(
					   zw_class_family(class),
					   class->of[dim].v[i], text)));
	return array;
}

static json_t *names(const struct zw_flows *flows, const struct zw_class *class,
		     enum zw_dim dim)
{
	json_t *array;
	u32 c;

	if (zw_class_is_full(flows->space, class, dim))
		return json_null();
	array = json_array();
	for (c = 0; c < flows->space->class_count; c++) {
		if (zw_intervals_contain(class->of[dim], c))
			zw_json_add(
				array,
				json_string(flows->space->classes[c].sample));
	}
	return array;
}

json_t *zw_class_json(const struct zw_flows *flows,
		      const struct zw_class *class)
{
	json_t *object = zw_class_json_service(flows, class);

	zw_json_set(object, "src", addresses(flows, class, ZW_DIM_SRC));
	zw_json_set(object, "dst", addresses(flows, class, ZW_DIM_DST));
	return object;
}

json_t *zw_class_json_service(const struct zw_flows *flows,
			      const struct zw_class *class)
{
	json_t *object = json_object(), *families = json_array();
	struct zw_buf services = { 0 };
	enum zw_family family = zw_class_family(class);

	if (family != ZW_IPV6)
		zw_json_add(families, json_string("ip"));
	if (family != ZW_IPV4)
		zw_json_add(families, json_string("ip6"));
	zw_json_set(object, "families", families);
	zw_json_set(object, "in", names(flows, class, ZW_DIM_IN));
	zw_json_set(object, "out", names(flows, class, ZW_DIM_OUT));
	zw_json_set(object, "ipsec_in", ranges(&class->of[ZW_DIM_IPSEC_IN]));
	zw_json_set(object, "ipsec_out", ranges(&class->of[ZW_DIM_IPSEC_OUT]));
	zw_json_set(object, "reqid_in", ranges(&class->of[ZW_DIM_REQID_IN]));
	zw_json_set(object, "reqid_out", ranges(&class->of[ZW_DIM_REQID_OUT]));
	zw_json_set(object, "proto", ranges(&class->of[ZW_DIM_PROTO]));
	zw_json_set(object, "dport", ranges(&class->of[ZW_DIM_DPORT]));
	zw_json_set(object, "sport", ranges(&class->of[ZW_DIM_SPORT]));
	zw_class_services(&services, flows, class);
	zw_json_set(object, "services",
		    zw_json_text((struct zw_str){ services.data, services.n }));
	zw_buf_free(&services);
	return object;
}
