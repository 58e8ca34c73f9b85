/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets drawn near the borders of a policy. Most follow a rule of the policy:
 * its zones' interfaces, an address at an end of what it names, a port at an
 * end of its services; then one thing or another is put wrong. Random values
 * alone would hardly ever hit an open port of an open pair of zones. */
#include "tests/harness/sample_special.h"

#include <string.h>

static u32 below(struct zw_random *random, u32 bound)
{
	return zw_random_below(random, bound);
}

static bool one_in(struct zw_random *random, u32 n)
{
	return zw_random_below(random, n) == 0;
}

static u128 max_of(enum zw_family family)
{
	return family == ZW_IPV4 ? UINT32_MAX : ~(u128)0;
}

static u128 random_value(struct zw_random *random, enum zw_family family)
{
	u128 value = (u128)zw_random_next(random) << 64;

	value |= zw_random_next(random);
	return value & max_of(family);
}

/* ---- what the policy names ----------------------------------------------- */

void zw_sampler_add_address(struct zw_sampler *s, struct zw_ip ip)
{
	zw_push(s->arena, s->addresses[ip.family], ip.value);
}

void zw_sampler_add_port(struct zw_sampler *s, u16 port)
{
	zw_push(s->arena, s->ports, port);
}

static u128 last_of(const struct zw_ast_addr *addr)
{
	u128 all = max_of(addr->family);
	int bits = addr->family == ZW_IPV4 ? 32 : 128;

	if (addr->prefix_len < 0)
		return addr->hi;
	if (addr->prefix_len == bits)
		return addr->lo;
	return addr->lo | (all >> addr->prefix_len);
}

static void add_addrs(struct zw_sampler *s, const zw_ast_addrs *addrs)
{
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		const struct zw_ast_addr *addr = &addrs->v[i];

		if (addr->kind != ZW_ADDR_LITERAL)
			continue;
		zw_push(s->arena, s->addresses[addr->family], addr->lo);
		zw_push(s->arena, s->addresses[addr->family], last_of(addr));
	}
}

static void add_side(struct zw_sampler *s, const struct zw_ast_side *side)
{
	size_t i;

	for (i = 0; i < side->terms.n; i++)
		add_addrs(s, &side->terms.v[i].addrs);
	for (i = 0; i < side->except.n; i++)
		add_addrs(s, &side->except.v[i].addrs);
}

static void add_services(struct zw_sampler *s, const zw_ast_services *services)
{
	size_t i, k;

	for (i = 0; i < services->n; i++) {
		for (k = 0; k < services->v[i].ports.n; k++) {
			zw_push(s->arena, s->ports,
				services->v[i].ports.v[k].lo);
			zw_push(s->arena, s->ports,
				services->v[i].ports.v[k].hi);
		}
	}
}

static void add_members(struct zw_sampler *s, const struct zw_ast_stmt *zone)
{
	size_t i, k;

	for (i = 0; i < zone->members.n; i++) {
		const struct zw_ast_member *member = &zone->members.v[i];

		add_addrs(s, &member->addrs);
		for (k = 0; k < member->interfaces.n; k++)
			zw_push(s->arena, s->interfaces,
				member->interfaces.v[k].text);
	}
}

static void add_well_known(struct zw_sampler *s)
{
	static const char *const texts[] = {
		"0.0.0.0",
		"255.255.255.255",
		"127.0.0.1",
		"169.254.1.1",
		"224.0.0.1",
		"198.51.100.7",
		"203.0.113.9",
		"::",
		"::1",
		"fe80::1",
		"fe7f:ffff::1",
		"febf:ffff::9",
		"fec0::1",
		"ff02::1",
		"ff02::1:2",
		"ff02::16",
		"ff05::2",
		"2001:db8:ffff::1",
		"fe80::ffff:ffff",
	};
	static const u16 ports[] = {
		0,   1,	  22,  25,  53,	  67,	68,   80,    123,
		443, 500, 546, 547, 1024, 4500, 8443, 51820, 65535,
	};
	struct zw_ip ip;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (zw_ip_parse(zw_str_from(texts[i]), &ip))
			zw_sampler_add_address(s, ip);
	}
	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		zw_sampler_add_port(s, ports[i]);
}

struct zw_sampler *zw_sampler_new(struct zw_arena *arena,
				  const struct zw_ast *ast)
{
	struct zw_sampler *s = ZW_NEW(arena, struct zw_sampler);
	size_t i;

	s->arena = arena;
	s->ast = ast;
	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast->stmts.v[i];

		if (stmt->kind == ZW_AST_ZONE)
			zw_push(arena, s->zones, stmt);
		if (stmt->kind == ZW_AST_ALLOW || stmt->kind == ZW_AST_DENY ||
		    stmt->kind == ZW_AST_REJECT ||
		    stmt->kind == ZW_AST_PUBLISH ||
		    stmt->kind == ZW_AST_MASQUERADE ||
		    stmt->kind == ZW_AST_SNAT)
			zw_push(arena, s->rules, stmt);
		zw_sampler_add_flow(s, stmt);
		add_addrs(s, &stmt->addrs);
		add_members(s, stmt);
		add_services(s, &stmt->services);
		add_services(s, &stmt->outer);
		add_side(s, &stmt->from);
		add_side(s, &stmt->to);
	}
	add_well_known(s);
	return s;
}

/* ---- drawing addresses --------------------------------------------------- */

static u128 near(struct zw_random *random, enum zw_family family, u128 value)
{
	switch (below(random, 5)) {
	case 0:
		return value == max_of(family) ? value : value + 1;
	case 1:
		return value ? value - 1 : value;
	default:
		return value;
	}
}

u128 zw_sampler_address(const struct zw_sampler *s, struct zw_random *random,
			enum zw_family family)
{
	size_t n = s->addresses[family].n;

	if (!n || one_in(random, 12))
		return random_value(random, family);
	return near(random, family,
		    s->addresses[family].v[below(random, (u32)n)]);
}

static const struct zw_ast_stmt *
named(const struct zw_sampler *s, enum zw_ast_kind kind, struct zw_str name)
{
	size_t i;

	for (i = 0; i < s->ast->stmts.n; i++) {
		if (s->ast->stmts.v[i]->kind == kind &&
		    zw_str_eq(s->ast->stmts.v[i]->name.text, name))
			return s->ast->stmts.v[i];
	}
	return NULL;
}

/* An address at an end of, beside or inside one entry of ADDRS; false if none
 * of FAMILY was found in a few tries. */
static bool from_addrs(const struct zw_sampler *s, struct zw_random *random,
		       const zw_ast_addrs *addrs, enum zw_family family,
		       u128 *value)
{
	const struct zw_ast_stmt *define;
	u128 lo, hi;
	int try;

	for (try = 0; try < 6 && addrs->n; try++) {
		const struct zw_ast_addr *addr =
			&addrs->v[below(random, (u32)addrs->n)];

		if (addr->kind == ZW_ADDR_NAME) {
			define = named(s, ZW_AST_DEFINE, addr->name.text);
			if (define && from_addrs(s, random, &define->addrs,
						 family, value))
				return true;
		}
		if (addr->kind != ZW_ADDR_LITERAL || addr->family != family)
			continue;
		lo = addr->lo;
		hi = last_of(addr);
		if (hi - lo > 2 && one_in(random, 3))
			*value = lo + 1 +
				 random_value(random, family) % (hi - lo - 1);
		else if (one_in(random, 4))
			*value = near(random, family,
				      one_in(random, 2) ? lo : hi);
		else
			*value = one_in(random, 2) ? lo : hi;
		return true;
	}
	return false;
}

static bool of_zone(const struct zw_sampler *s, struct zw_random *random,
		    const struct zw_ast_stmt *zone, enum zw_family family,
		    u128 *value)
{
	u32 start, i;
	size_t n = zone->members.n;
	bool has_network = false;

	start = below(random, (u32)n);
	for (i = 0; i < n; i++) {
		const struct zw_ast_member *member =
			&zone->members.v[(start + i) % n];

		if (member->kind != ZW_MEMBER_NETWORK)
			continue;
		has_network = true;
		if (from_addrs(s, random, &member->addrs, family, value))
			return true;
	}
	if (has_network)
		return false;
	*value = zw_sampler_address(s, random, family);
	return true;
}

static bool of_hosts(const struct zw_sampler *s, struct zw_random *random,
		     const struct zw_ast_stmt *zone,
		     const struct zw_ast_term *term, enum zw_family family,
		     u128 *value)
{
	struct zw_str name =
		term->hosts.v[below(random, (u32)term->hosts.n)].text;
	size_t i;

	for (i = 0; i < zone->members.n; i++) {
		if (zone->members.v[i].kind == ZW_MEMBER_HOST &&
		    zw_str_eq(zone->members.v[i].name.text, name))
			return from_addrs(s, random, &zone->members.v[i].addrs,
					  family, value);
	}
	return false;
}

/* ---- drawing an end: zone, interface, address ---------------------------- */

struct end {
	const struct zw_ast_stmt *zone; /* NULL: self */
	u128 value;
};

static bool is_kind(const struct zw_ast_stmt *zone, enum zw_ast_who who)
{
	switch (who) {
	case ZW_WHO_ANY:
		return true;
	case ZW_WHO_EXTERNAL:
		return zone->zone_kind == ZW_AST_ZONE_EXTERNAL;
	case ZW_WHO_DMZ:
		return zone->zone_kind == ZW_AST_ZONE_DMZ;
	case ZW_WHO_INTERNAL:
		return zone->zone_kind == ZW_AST_ZONE_INTERNAL;
	default:
		return false;
	}
}

static const struct zw_ast_stmt *zone_of_term(const struct zw_sampler *s,
					      struct zw_random *random,
					      const struct zw_ast_term *term)
{
	u32 n = (u32)s->zones.n, start = below(random, n), i;

	if (term->who == ZW_WHO_SELF)
		return NULL;
	if (term->who == ZW_WHO_NAME)
		return named(s, ZW_AST_ZONE, term->name.text);
	for (i = 0; i < n; i++) {
		if (is_kind(s->zones.v[(start + i) % n], term->who))
			return s->zones.v[(start + i) % n];
	}
	return s->zones.v[start];
}

static void end_of_side(const struct zw_sampler *s, struct zw_random *random,
			const struct zw_ast_side *side, enum zw_family family,
			struct end *end)
{
	const struct zw_ast_term *term;
	bool found = false;

	/* now and then what is excepted */
	if (side->except.n && one_in(random, 4))
		term = &side->except.v[below(random, (u32)side->except.n)];
	else
		term = &side->terms.v[below(random, (u32)side->terms.n)];
	end->zone = zone_of_term(s, random, term);
	if (term->narrowed)
		found = from_addrs(s, random, &term->addrs, family,
				   &end->value);
	else if (term->hosts.n && end->zone)
		found = of_hosts(s, random, end->zone, term, family,
				 &end->value);
	else if (end->zone)
		found = of_zone(s, random, end->zone, family, &end->value);
	if (!found)
		end->value = zw_sampler_address(s, random, family);
}

static void any_end(const struct zw_sampler *s, struct zw_random *random,
		    enum zw_family family, struct end *end)
{
	u32 i = below(random, (u32)s->zones.n + 1);

	end->zone = i < s->zones.n ? s->zones.v[i] : NULL;
	if (!end->zone || !of_zone(s, random, end->zone, family, &end->value))
		end->value = zw_sampler_address(s, random, family);
}

static void set_name(char name[ZW_NAME_MAX], struct zw_str text)
{
	size_t n = text.n < ZW_NAME_MAX - 1 ? text.n : ZW_NAME_MAX - 1;

	memset(name, 0, ZW_NAME_MAX);
	memcpy(name, text.p, n);
}

/* TEXT, or what a pattern matches: the bare beginning, a longer name. */
static void expand(struct zw_random *random, struct zw_str text,
		   char name[ZW_NAME_MAX])
{
	static const char *const tails[] = { "", "0", "7", "10", "z9" };
	char long_name[64];
	size_t n = text.n < 40 ? text.n : 40;

	if (!text.n || text.p[text.n - 1] != '*') {
		set_name(name, text);
		return;
	}
	memcpy(long_name, text.p, n - 1);
	strcpy(long_name + n - 1, tails[below(random, 5)]);
	set_name(name, zw_str_from(long_name));
}

/* A name that is none of the policy's, or nearly one of them. */
static void odd_name(const struct zw_sampler *s, struct zw_random *random,
		     char name[ZW_NAME_MAX])
{
	struct zw_str text;
	size_t n;

	switch (below(random, 4)) {
	case 0:
		set_name(name, ZW_STR("eth9"));
		return;
	case 1:
		set_name(name, ZW_STR("lo"));
		return;
	default:
		text = s->interfaces.v[below(random, (u32)s->interfaces.n)];
		expand(random, text, name);
		n = strlen(name);
		if (one_in(random, 2) && n > 1)
			name[n - 1] = 0;
		else if (n < ZW_NAME_MAX - 1)
			name[n] = '5';
	}
}

static void interface_of(const struct zw_sampler *s, struct zw_random *random,
			 const struct zw_ast_stmt *zone, char name[ZW_NAME_MAX],
			 bool *ipsec, u32 *reqid)
{
	size_t i, found = 0;
	bool says = false;

	*ipsec = one_in(random, 30);
	*reqid = below(random, 4);
	for (i = 0; i < zone->members.n; i++) {
		const struct zw_ast_member *member = &zone->members.v[i];
		size_t k;

		says |= member->kind == ZW_MEMBER_IPSEC;
		if (member->has_reqid && !one_in(random, 5))
			*reqid = member->reqid;
		for (k = 0; k < member->interfaces.n; k++) {
			if (one_in(random, (u32)++found))
				expand(random, member->interfaces.v[k].text,
				       name);
		}
	}
	if (says && !one_in(random, 5))
		*ipsec = true;
	if (!found || one_in(random, 40))
		odd_name(s, random, name);
}

/* ---- drawing services ---------------------------------------------------- */

static void any_service(const struct zw_sampler *s, struct zw_random *random,
			struct zw_sample *sample)
{
	static const u8 protos[] = { 6,	 17, 6,	 17, 132, 136, 1,
				     58, 50, 47, 33, 112, 2,   255 };

	sample->proto = protos[below(random, sizeof(protos))];
	sample->first = (u16)(1024 + below(random, 60000));
	sample->second = (u16)s->ports.v[below(random, (u32)s->ports.n)];
	if (one_in(random, 3))
		sample->second = (u16)near(random, ZW_IPV4, sample->second);
}

static u8 protocol_number(struct zw_str name)
{
	static const struct {
		const char *name;
		u8 number;
	} protocols[] = {
		{ "udp", 17 },	 { "sctp", 132 },  { "udplite", 136 },
		{ "icmp", 1 },	 { "icmpv6", 58 }, { "esp", 50 },
		{ "gre", 47 },	 { "ah", 51 },	   { "igmp", 2 },
		{ "vrrp", 112 }, { "dccp", 33 },   { "ospf", 89 },
	};
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (zw_str_is(name, protocols[i].name))
			return protocols[i].number;
	}
	return 6;
}

static void of_services(const struct zw_sampler *s, struct zw_random *random,
			const zw_ast_services *services,
			struct zw_sample *sample, int depth)
{
	const struct zw_ast_service *service;
	const struct zw_ast_stmt *own;
	u32 lo, hi;

	any_service(s, random, sample);
	if (!services->n)
		return;
	service = &services->v[below(random, (u32)services->n)];
	switch (service->kind) {
	case ZW_SERVICE_NAME:
		own = named(s, ZW_AST_SERVICE, service->proto.text);
		if (own && depth)
			of_services(s, random, &own->services, sample,
				    depth - 1);
		else if (one_in(random, 2))
			sample->proto = protocol_number(service->proto.text);
		break;
	case ZW_SERVICE_PORTS:
		sample->proto = protocol_number(service->proto.text);
		lo = service->ports.v[below(random, (u32)service->ports.n)].lo;
		hi = service->ports.v[below(random, (u32)service->ports.n)].hi;
		sample->second = (u16)(one_in(random, 2) ? lo : hi);
		if (one_in(random, 5))
			sample->second =
				(u16)near(random, ZW_IPV4, sample->second);
		break;
	case ZW_SERVICE_TYPE:
		sample->proto = protocol_number(service->proto.text);
		sample->first = UINT16_MAX; /* drawn below */
		break;
	case ZW_SERVICE_NUMBER:
		sample->proto = (u8)service->number;
		break;
	default:
		break;
	}
}

/* ICMP has type and code where others have ports. */
static void draw_type(struct zw_random *random, struct zw_sample *sample)
{
	static const u8 four[] = { 8, 0, 8, 3, 11, 12, 5, 13, 4, 30 };
	static const u8 six[] = { 128, 129, 128, 1,   2,   3,	4,   130, 131,
				  132, 133, 134, 135, 136, 137, 143, 144, 127 };

	if (sample->proto == 1)
		sample->first = four[below(random, sizeof(four))];
	else if (sample->proto == 58)
		sample->first = six[below(random, sizeof(six))];
	else
		return;
	sample->second = one_in(random, 2) ? 0 : (u16)below(random, 6);
}

/* ---- a packet ------------------------------------------------------------ */

/* To what PUBLISH is at, or now and then straight to the host. */
static void draw_published(const struct zw_sampler *s, struct zw_random *random,
			   const struct zw_ast_stmt *publish,
			   struct zw_sample *sample, struct end *to)
{
	const struct zw_ast_addr *addr = &publish->addrs.v[0];

	if (addr->kind != ZW_ADDR_LITERAL || addr->family != sample->family ||
	    one_in(random, 4))
		return;
	to->value = addr->lo;
	of_services(s, random, &publish->outer, sample, 4);
}

static void draw_ends(const struct zw_sampler *s, struct zw_random *random,
		      struct zw_sample *sample)
{
	const struct zw_ast_stmt *rule;
	struct end from, to, swap;

	any_service(s, random, sample);
	if (!s->rules.n || one_in(random, 8)) {
		any_end(s, random, sample->family, &from);
		any_end(s, random, sample->family, &to);
	} else {
		rule = s->rules.v[below(random, (u32)s->rules.n)];
		if (rule->kind == ZW_AST_PUBLISH && !one_in(random, 10))
			sample->family = rule->addrs.v[0].family;
		end_of_side(s, random, &rule->from, sample->family, &from);
		end_of_side(s, random, &rule->to, sample->family, &to);
		of_services(s, random, &rule->services, sample, 4);
		if (rule->kind == ZW_AST_PUBLISH)
			draw_published(s, random, rule, sample, &to);
	}
	if (one_in(random, 6)) {
		swap = from;
		from = to;
		to = swap;
	}
	if (one_in(random, 12))
		from.value = zw_sampler_address(s, random, sample->family);
	if (one_in(random, 12))
		to.value = zw_sampler_address(s, random, sample->family);
	if (!from.zone && !to.zone)
		to.zone = s->zones.v[below(random, (u32)s->zones.n)];
	sample->src = from.value;
	sample->dst = to.value;
	sample->path = !from.zone ? ZW_PATH_OUTPUT
		       : !to.zone ? ZW_PATH_INPUT
				  : ZW_PATH_FORWARD;
	if (from.zone)
		interface_of(s, random, from.zone, sample->in,
			     &sample->in_ipsec, &sample->in_reqid);
	if (to.zone)
		interface_of(s, random, to.zone, sample->out,
			     &sample->out_ipsec, &sample->out_reqid);
}

void zw_sampler_next(const struct zw_sampler *s, struct zw_random *random,
		     struct zw_sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->family = one_in(random, 2) ? ZW_IPV4 : ZW_IPV6;
	sample->hops = one_in(random, 3) ? 255 : 64;
	sample->tcp_flags = one_in(random, 3) ? 0x10 : 0x02;
	draw_ends(s, random, sample);
	/* ICMP of the packet's own family, but for a few */
	if ((sample->proto == 1 || sample->proto == 58) && !one_in(random, 20))
		sample->proto = sample->family == ZW_IPV4 ? 1 : 58;
	draw_type(random, sample);
	zw_sample_draw_state(random, sample);
	zw_sample_draw_special(random, sample);
	zw_sample_draw_flow(s, random, sample);
	if (one_in(random, 14))
		zw_sample_draw_headers(random, sample);
	/* what arrives with one hop left is not forwarded */
	if (sample->path == ZW_PATH_FORWARD && sample->hops < 2)
		sample->hops = 2;
	/* to IPv6 an extension header; the gateway's own are cut later */
	if (sample->family == ZW_IPV6 && sample->proto == 51)
		sample->proto = 50;
	if (sample->path == ZW_PATH_OUTPUT)
		sample->headers &= ~(u32)(ZW_SAMPLE_FRAGMENT | ZW_SAMPLE_MORE |
					  ZW_SAMPLE_LATER);
	if (one_in(random, 60))
		sample->cut = true;
}
