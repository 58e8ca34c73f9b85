/* SPDX-License-Identifier: GPL-2.0-or-later */
/* publish: a service of one host under another address. Both lists of services
 * are read in the order written and pair off port by port within one protocol.
 * An address that is in another zone's networks is no place to publish at, and
 * no port of it is published twice to one source. The addresses of an interface
 * make one publication for each family that they and the host have. */
#include "compiler/resolve.h"

static struct zw_diag *cannot(struct zw_resolver *r, struct zw_span span,
			      const char *what)
{
	return zw_diag(r->diags, ZW_Z2030, span, "%s", what);
}

/* ---- ports ---- */

/* How many ports of PROTO there are in ITEMS. */
static u32 ports_of(const zw_service_items *items, u8 proto)
{
	u32 n = 0;
	size_t i;

	for (i = 0; i < items->n; i++) {
		if (items->v[i].proto == proto)
			n += (u32)items->v[i].hi - items->v[i].lo + 1;
	}
	return n;
}

static bool check_ports(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			const zw_service_items *inner,
			const zw_service_items *outer)
{
	struct zw_diag *diag;
	unsigned proto;

	for (proto = 0; proto <= UINT8_MAX; proto++) {
		u32 in = ports_of(inner, (u8)proto);
		u32 out = ports_of(outer, (u8)proto);

		if (in == out && (!in || zw_protocol_has_ports((u8)proto)))
			continue;
		if (in != out) {
			diag = cannot(r, stmt->outer.v[0].span,
				      "published services do not pair off");
			zw_diag_here(r->diags, diag,
				     "%u ports outside for %u inside", out, in);
		} else {
			diag = cannot(r, stmt->outer.v[0].span,
				      "published service without ports");
			zw_diag_here(r->diags, diag,
				     "has no port to listen on");
		}
		return false;
	}
	return true;
}

/* A place in a list of services, walked port by port within one protocol. */
struct reader {
	const zw_service_items *items;
	u8 proto;
	size_t at;
	u32 port;
};

/* How many ports are left in the range that the reader stands in; 0: none. */
static u32 left(struct reader *reader)
{
	while (reader->at < reader->items->n) {
		const struct zw_service_item *item =
			&reader->items->v[reader->at];

		if (item->proto == reader->proto) {
			if (reader->port < item->lo)
				reader->port = item->lo;
			if (reader->port <= item->hi)
				return item->hi - reader->port + 1;
		}
		reader->at++;
		reader->port = 0;
	}
	return 0;
}

static void pair_ports(struct zw_resolver *r, const zw_service_items *inner,
		       const zw_service_items *outer,
		       struct zw_publication *out)
{
	unsigned proto;

	for (proto = 0; proto <= UINT8_MAX; proto++) {
		struct reader in = { inner, (u8)proto, 0, 0 };
		struct reader ex = { outer, (u8)proto, 0, 0 };

		for (;;) {
			u32 a = left(&in), b = left(&ex), n = a < b ? a : b;
			struct zw_port_pair pair = {
				.proto = (u8)proto,
				.outer_lo = (u16)ex.port,
				.outer_hi = (u16)(ex.port + n - 1),
				.inner_lo = (u16)in.port,
			};

			if (!n)
				break;
			zw_push(r->arena, out->pairs, pair);
			in.port += n;
			ex.port += n;
		}
	}
}

static bool pairs_meet(const struct zw_port_pair *a,
		       const struct zw_port_pair *b)
{
	return a->proto == b->proto && a->outer_lo <= b->outer_hi &&
	       b->outer_lo <= a->outer_hi;
}

static bool check_repeats(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			  const struct zw_publication *publication)
{
	struct zw_diag *diag;
	size_t i, j;

	for (i = 0; i < publication->pairs.n; i++) {
		for (j = 0; j < i; j++) {
			if (!pairs_meet(&publication->pairs.v[i],
					&publication->pairs.v[j]))
				continue;
			diag = cannot(r, stmt->outer.v[0].span,
				      "a port is published twice");
			zw_diag_here(r->diags, diag, "port %u is here twice",
				     publication->pairs.v[i].outer_lo);
			return false;
		}
	}
	return true;
}

/* ---- host and address ---- */

static bool is_host(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		    const struct zw_side *host)
{
	struct zw_diag *diag;

	if (host->poisoned)
		return false;
	if (stmt->to.terms.v[0].hosts.n == 1)
		return true;
	diag = cannot(r, stmt->to.span, "what is published is no host");
	zw_diag_here(r->diags, diag, "one ZONE.HOST belongs here");
	return false;
}

/* The one address that HOST has of OUT's family. */
static bool find_host(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		      const struct zw_side *host, struct zw_publication *out)
{
	struct zw_intervals addrs = { NULL, 0 };
	struct zw_diag *diag;

	if (host->zones.n)
		addrs = host->zones.v[0].addrs.of[out->family];
	if (addrs.n == 1 && addrs.v[0].lo == addrs.v[0].hi) {
		out->to = host->zones.v[0].zone;
		out->host = (struct zw_ip){ out->family, addrs.v[0].lo };
		return true;
	}
	diag = cannot(r, stmt->to.span,
		      "host has not exactly one address to publish");
	zw_diag_here(r->diags, diag, "it needs one %s address",
		     out->family == ZW_IPV4 ? "IPv4" : "IPv6");
	return false;
}

static bool find_address(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			 struct zw_publication *out)
{
	struct zw_interval range;
	struct zw_diag *diag;

	if (!zw_resolve_as(r, stmt, &out->family, &range))
		return false;
	out->addresses = zw_intervals_one(r->arena, range.lo, range.hi);
	if (range.lo == range.hi)
		return true;
	diag = cannot(r, stmt->addrs.v[0].span,
		      "publication at more than one address");
	zw_diag_here(r->diags, diag, "one address belongs here");
	return false;
}

static bool check_address(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			  const struct zw_publication *publication)
{
	enum zw_family family = publication->family;
	struct zw_ipset part = { 0 };
	struct zw_diag *diag;
	u32 i;

	for (i = 0; i < r->model->zones.n; i++) {
		const struct zw_zone *zone = &r->model->zones.v[i];

		part.of[family] = zw_intervals_intersect(
			r->arena, zone->networks.of[family],
			publication->addresses);
		if (i == publication->to || !part.of[family].n)
			continue;
		diag = cannot(r, stmt->addrs.v[0].span,
			      "published at an address of another zone");
		zw_diag_here(r->diags, diag, "in the networks of '%.*s'",
			     ZW_STR_ARG(zone->name));
		zw_diag_help(
			r->diags, diag,
			"publish at an address of the gateway that is in no zone, or in the host's");
		if (publication->interface.n)
			zw_note_taken(r, diag, part);
		return false;
	}
	return true;
}

static bool has_sources(struct zw_resolver *r, const struct zw_side *from,
			struct zw_publication *out)
{
	size_t i;

	for (i = 0; i < from->zones.n; i++) {
		struct zw_source_part part = { .zone = from->zones.v[i].zone };

		part.src.of[out->family] =
			from->zones.v[i].addrs.of[out->family];
		if (part.src.of[out->family].n)
			zw_push(r->arena, out->from, part);
	}
	return out->from.n;
}

static void no_sources(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		       const struct zw_side *from, const char *family)
{
	struct zw_diag *diag;

	if (from->may_be_empty) {
		diag = zw_diag(r->diags, ZW_Z3002, stmt->span,
			       "publication for nobody today");
		zw_diag_here(r->diags, diag,
			     "a define that may be empty leaves no address");
		return;
	}
	diag = zw_diag(r->diags, ZW_Z2012, stmt->from.span,
		       "families exclude each other");
	zw_diag_here(r->diags, diag, "nobody here has %s address", family);
}

/* ---- publications that meet ---- */

static bool meet(const struct zw_publication *a, const struct zw_publication *b)
{
	bool sources = false, ports = false;
	size_t i, j;

	if (a->family != b->family ||
	    !zw_intervals_overlap(a->addresses, b->addresses))
		return false;
	for (i = 0; i < a->pairs.n && !ports; i++)
		for (j = 0; j < b->pairs.n && !ports; j++)
			ports = pairs_meet(&a->pairs.v[i], &b->pairs.v[j]);
	for (i = 0; i < a->from.n && ports && !sources; i++)
		for (j = 0; j < b->from.n && !sources; j++)
			sources = a->from.v[i].zone == b->from.v[j].zone &&
				  zw_ipset_overlap(a->from.v[i].src,
						   b->from.v[j].src);
	return sources;
}

static bool check_meeting(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			  const struct zw_publication *now)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < r->model->publishes.n; i++) {
		const struct zw_publication *other =
			&r->model->publishes.v[i].publication;

		if (!meet(other, now))
			continue;
		diag = zw_diag(r->diags, ZW_Z2033, stmt->span,
			       "two translations can meet one flow");
		zw_diag_here(r->diags, diag, "which of the two?");
		zw_diag_label(r->diags, diag, other->span, "the other one");
		zw_diag_help(
			r->diags, diag,
			"name other zones, addresses or ports in one of them");
		return false;
	}
	return true;
}

/* The source of a hairpin is translated as well. */
static bool check_hairpin(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			  const struct zw_publication *now)
{
	size_t i;

	for (i = 0; i < now->from.n; i++)
		if (now->from.v[i].zone == now->to &&
		    !zw_check_translated(r, r->model->zones.v, stmt->span,
					 now->to, now->from.v[i].src))
			return false;
	return true;
}

/* ---- the statement ---- */

/* Host and sources of PUBLISH are known: check it against all others. */
static bool complete(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		     struct zw_publish *publish)
{
	if (!check_address(r, stmt, &publish->publication) ||
	    !check_meeting(r, stmt, &publish->publication) ||
	    !check_hairpin(r, stmt, &publish->publication))
		return false;
	publish->rule.place = zw_place_text(r, stmt->span);
	zw_push(r->arena, r->model->publishes, *publish);
	return true;
}

static void publish_at_address(struct zw_resolver *r,
			       const struct zw_ast_stmt *stmt,
			       const struct zw_side *host,
			       const struct zw_side *from,
			       struct zw_publish *publish)
{
	struct zw_publication *out = &publish->publication;

	if (!find_host(r, stmt, host, out))
		return;
	if (has_sources(r, from, out))
		complete(r, stmt, publish);
	else
		no_sources(r, stmt, from,
			   out->family == ZW_IPV4 ? "an IPv4" : "an IPv6");
}

static void not_here(struct zw_resolver *r, const struct zw_ast_addr *addr,
		     enum zw_family family)
{
	const char *name = family == ZW_IPV4 ? "IPv4" : "IPv6";
	struct zw_diag *diag =
		zw_diag(r->diags, ZW_Z3009, addr->span,
			"not published for %s, as the host could be", name);

	zw_diag_here(r->diags, diag, "has no %s address", name);
}

/* In each family that the host, the interface and somebody in FROM have. */
static void publish_at_interface(struct zw_resolver *r,
				 const struct zw_ast_stmt *stmt,
				 const struct zw_side *host,
				 const struct zw_side *from,
				 const struct zw_publish *publish)
{
	const struct zw_ast_addr *addr = &stmt->addrs.v[0];
	u8 families =
		host->zones.n ? zw_set_families(host->zones.v[0].addrs) : 0;
	struct zw_ipset own;
	bool any = false;
	unsigned f;

	if (!zw_take_addresses(r, addr, families, &own))
		return;
	for (f = 0; f < ZW_FAMILY_COUNT; f++) {
		struct zw_publish one = *publish;
		struct zw_publication *out = &one.publication;

		out->family = (enum zw_family)f;
		out->addresses = own.of[f];
		out->interface = zw_str_copy(r->arena, addr->name.text);
		if (!(families >> f & 1) || !has_sources(r, from, out))
			continue;
		any = true;
		if (!out->addresses.n) {
			not_here(r, addr, out->family);
			continue;
		}
		if (!find_host(r, stmt, host, out))
			return;
		if (!complete(r, stmt, &one))
			return;
	}
	if (!any)
		no_sources(r, stmt, from, "a fitting");
}

void zw_resolve_publish(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_publish publish = {
		.rule = { .action = ZW_ALLOW,
			  .span = stmt->span,
			  .number = r->rule_count++ },
		.publication = { .span = stmt->span },
	};
	struct zw_publication *publication = &publish.publication;
	zw_service_items inner = { 0 }, outer = { 0 };
	const struct zw_side *host, *from;
	bool ok, at_interface;

	host = zw_resolve_side(r, &r->policy, &stmt->to, ZW_USE_RULE, false);
	from = zw_resolve_side(r, &r->policy, &stmt->from, ZW_USE_RULE, true);
	zw_refuse_self(r, &stmt->from, from);
	zw_refuse_self(r, &stmt->to, host);
	ok = zw_resolve_services(r, &r->policy, &stmt->services, stmt->span,
				 ZW_SERVICES_IN_ORDER, &inner);
	ok &= zw_resolve_services(r, &r->policy, &stmt->outer, stmt->span,
				  ZW_SERVICES_IN_ORDER, &outer);
	ok = ok && check_ports(r, stmt, &inner, &outer);
	zw_resolve_options(r, &stmt->options, &publish.rule.options);
	if (!stmt->addrs.n)
		return;
	at_interface = stmt->addrs.v[0].kind == ZW_ADDR_INTERFACE;
	if ((!at_interface && !find_address(r, stmt, publication)) ||
	    !is_host(r, stmt, host) || from->poisoned || !ok)
		return;
	pair_ports(r, &inner, &outer, publication);
	if (!check_repeats(r, stmt, publication))
		return;
	if (at_interface)
		publish_at_interface(r, stmt, host, from, &publish);
	else
		publish_at_address(r, stmt, host, from, &publish);
}
