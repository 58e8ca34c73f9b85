/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that are not written but taken from the gateway's interfaces: the
 * prefixes of `network from interface`, the addresses of `publish ... as
 * interface`. They become part of the model as if they had been written, so
 * all that holds for written ones is checked of them as well; what was taken is
 * listed, since the proof rests on it. An interface that gives none is an
 * error, whatever others give: nothing stands for everything. */
#include "compiler/resolve.h"

static struct zw_str shown(struct zw_resolver *r,
			   const struct zw_interface *interface)
{
	return zw_strf(r->arena, "%.*s%s", ZW_STR_ARG(interface->name),
		       interface->pattern ? "*" : "");
}

/* Are there addresses to take from? */
static bool known(struct zw_resolver *r, struct zw_span span)
{
	struct zw_diag *diag;

	if (r->own)
		return true;
	diag = zw_diag(
		r->diags, ZW_Z2041, span,
		"the addresses of the gateway's interfaces are not known here");
	zw_diag_here(r->diags, diag, "'apply' takes them from the kernel");
	zw_diag_help(
		r->diags, diag,
		"give them with '--addresses FILE', one 'wan0 203.0.113.5/24' a line");
	return false;
}

static bool exists(struct zw_resolver *r, const struct zw_interface *interface)
{
	size_t i;

	for (i = 0; i < r->own->interfaces.n; i++)
		if (zw_interface_covers(interface, r->own->interfaces.v[i]))
			return true;
	return false;
}

static void has_none(struct zw_resolver *r, struct zw_span span,
		     const struct zw_interface *interface, u8 families)
{
	struct zw_str name = shown(r, interface);
	const char *which = families == 1u << ZW_IPV4	? "IPv4 "
			    : families == 1u << ZW_IPV6 ? "IPv6 "
							: "";
	struct zw_diag *diag;

	if (!exists(r, interface)) {
		diag = zw_diag(r->diags, ZW_Z2042, span,
			       "no interface '%.*s' to take an address from",
			       ZW_STR_ARG(name));
		zw_diag_here(r->diags, diag, "not among those of %.*s",
			     ZW_STR_ARG(r->own->source));
		return;
	}
	diag = zw_diag(r->diags, ZW_Z2042, span,
		       "interface '%.*s' has no %saddress", ZW_STR_ARG(name),
		       which);
	zw_diag_here(r->diags, diag, "none, according to %.*s",
		     ZW_STR_ARG(r->own->source));
	zw_diag_note(
		r->diags, diag,
		"loopback, link-local, temporary and duplicate addresses do not count");
}

static struct zw_ipset gather(struct zw_resolver *r,
			      const struct zw_interface *interface,
			      bool networks, u8 families)
{
	ZW_VEC(struct zw_interval) lists[ZW_FAMILY_COUNT] = { 0 };
	struct zw_ipset out;
	size_t i;
	int f;

	for (i = 0; i < r->own->list.n; i++) {
		const struct zw_own_address *one = &r->own->list.v[i];
		struct zw_interval range = { one->address.value,
					     one->address.value };

		if (!zw_interface_covers(interface, one->interface) ||
		    !(families >> one->address.family & 1))
			continue;
		if (networks)
			range = one->network;
		zw_push(r->arena, lists[one->address.family], range);
	}
	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		out.of[f] = zw_intervals_from(r->arena, lists[f].v, lists[f].n);
	return out;
}

/* A prefix of length 0 would be everything. */
static bool check_width(struct zw_resolver *r, struct zw_span span,
			const struct zw_interface *interface)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < r->own->list.n; i++) {
		const struct zw_own_address *one = &r->own->list.v[i];
		struct zw_interval all = zw_family_all(one->address.family);

		if (!zw_interface_covers(interface, one->interface) ||
		    one->network.lo != all.lo || one->network.hi != all.hi)
			continue;
		diag = zw_diag(
			r->diags, ZW_Z2042, span,
			"interface '%.*s' has an address without a network",
			ZW_STR_ARG(one->interface));
		zw_diag_here(r->diags, diag, "its prefix length is 0");
		return false;
	}
	return true;
}

/* Each interface is listed once, where it is first asked. */
static void note(struct zw_resolver *r, struct zw_taken taken)
{
	size_t i;

	for (i = 0; i < r->model->taken.n; i++) {
		struct zw_taken *other = &r->model->taken.v[i];

		if (other->networks != taken.networks ||
		    other->interface.pattern != taken.interface.pattern ||
		    !zw_str_eq(other->interface.name, taken.interface.name))
			continue;
		other->addresses = zw_ipset_union(r->arena, other->addresses,
						  taken.addresses);
		return;
	}
	zw_push(r->arena, r->model->taken, taken);
}

static bool take(struct zw_resolver *r, struct zw_span span,
		 const struct zw_interface *interface, bool networks,
		 u8 families, struct zw_ipset *out)
{
	struct zw_taken taken = {
		.interface = *interface,
		.networks = networks,
		.source = r->own->source,
		.span = span,
	};

	*out = gather(r, interface, networks, families);
	if (zw_ipset_empty(*out)) {
		has_none(r, span, interface, families);
		return false;
	}
	if (networks && !check_width(r, span, interface))
		return false;
	taken.addresses = *out;
	note(r, taken);
	return true;
}

bool zw_take_addresses(struct zw_resolver *r, const struct zw_ast_addr *addr,
		       u8 families, struct zw_ipset *out)
{
	struct zw_interface interface = {
		.name = zw_str_copy(r->arena, addr->name.text),
		.span = addr->name.span,
	};

	return zw_check_interface_name(r, &addr->name) &&
	       zw_one_gateway(r, addr->span) && known(r, addr->span) &&
	       take(r, addr->span, &interface, false, families, out);
}

bool zw_take_networks(struct zw_resolver *r, const struct zw_zone *zone,
		      struct zw_span span, struct zw_ipset *out)
{
	struct zw_ipset all = { 0 }, one;
	bool ok = known(r, span);
	size_t i;

	for (i = 0; ok && i < zone->interfaces.n; i++) {
		ok = take(r, span, &zone->interfaces.v[i], true, 3, &one);
		if (ok)
			all = zw_ipset_union(r->arena, all, one);
	}
	*out = all;
	return ok;
}

void zw_note_taken(struct zw_resolver *r, struct zw_diag *diag,
		   struct zw_ipset part)
{
	char text[46];
	size_t i;

	for (i = 0; i < r->own->list.n; i++) {
		const struct zw_own_address *one = &r->own->list.v[i];

		struct zw_intervals network = { &one->network, 1 };

		if (!zw_intervals_overlap(part.of[one->address.family],
					  network))
			continue;
		if (one->span.file != ZW_NO_FILE)
			zw_diag_label(r->diags, diag, one->span,
				      "'%.*s' has it from here",
				      ZW_STR_ARG(one->interface));
		else
			zw_diag_note(r->diags, diag,
				     "'%.*s' has the address %s",
				     ZW_STR_ARG(one->interface),
				     zw_ip_format(one->address, text));
	}
}
