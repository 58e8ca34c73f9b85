/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The standard library of services as a table, looked up by bisection, and
 * printed as the policy text that would declare it. */
#include "base/assert.h"
#include "compiler/resolve.h"

#define ITEMS_MAX 4

struct standard {
	struct zw_str name;
	struct item {
		u8 proto; /* 0: no more items */
		u16 lo, hi;
	} items[ITEMS_MAX];
};

#define TCP_RANGE(lo, hi)            \
	{                            \
		ZW_PROTO_TCP, lo, hi \
	}
#define UDP_RANGE(lo, hi)            \
	{                            \
		ZW_PROTO_UDP, lo, hi \
	}
#define TCP(port) TCP_RANGE(port, port)
#define UDP(port) UDP_RANGE(port, port)
#define ICMP(type)                                             \
	{                                                      \
		ZW_PROTO_ICMP, (type) << 8, (type) << 8 | 0xff \
	}
#define ICMPV6(type)                                             \
	{                                                        \
		ZW_PROTO_ICMPV6, (type) << 8, (type) << 8 | 0xff \
	}
#define PROTOCOL(number)              \
	{                             \
		number, 0, UINT16_MAX \
	}

static const struct standard library[] = {
#define ZW_STANDARD(name, ...) { { name, sizeof(name) - 1 }, { __VA_ARGS__ } },
#include "compiler/services.def"
#undef ZW_STANDARD
};

#define LIBRARY_SIZE (sizeof(library) / sizeof(library[0]))

static const struct standard *find(struct zw_str name)
{
	size_t low = 0, high = LIBRARY_SIZE;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = zw_str_cmp(name, library[middle].name);

		if (!order)
			return &library[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool zw_standard_service(struct zw_str name, struct zw_arena *arena,
			 zw_service_items *items)
{
	const struct standard *standard = find(name);
	size_t i;

	if (!standard)
		return false;
	for (i = 0; i < ITEMS_MAX && standard->items[i].proto; i++) {
		const struct item *from = &standard->items[i];
		struct zw_service_item item = {
			.proto = from->proto,
			.lo = from->lo,
			.hi = from->hi,
			.families = zw_protocol_families(from->proto),
		};

		zw_push(arena, *items, item);
	}
	return true;
}

size_t zw_standard_service_count(void)
{
	return LIBRARY_SIZE;
}

struct zw_str zw_standard_service_name(size_t i)
{
	ZW_ASSERT(i < LIBRARY_SIZE);
	return library[i].name;
}

static void print_item(struct zw_buf *out, const struct item *item)
{
	switch (item->proto) {
	case ZW_PROTO_TCP:
	case ZW_PROTO_UDP:
		zw_buf_printf(out, "%s/%u",
			      item->proto == ZW_PROTO_TCP ? "tcp" : "udp",
			      item->lo);
		if (item->hi != item->lo)
			zw_buf_printf(out, "-%u", item->hi);
		break;
	case ZW_PROTO_ICMP:
	case ZW_PROTO_ICMPV6:
		zw_buf_printf(out, "%s/%u",
			      item->proto == ZW_PROTO_ICMP ? "icmp" : "icmpv6",
			      item->lo >> 8);
		break;
	default:
		zw_buf_printf(out, "proto/%u", item->proto);
	}
}

void zw_services_print(struct zw_buf *out)
{
	size_t i, at;

	for (i = 0; i < LIBRARY_SIZE; i++) {
		const struct item *items = library[i].items;

		zw_buf_printf(out,
			      "service %.*s =", ZW_STR_ARG(library[i].name));
		for (at = 0; at < ITEMS_MAX && items[at].proto; at++) {
			zw_buf_puts(out, at ? ", " : " ");
			print_item(out, &items[at]);
		}
		zw_buf_putc(out, '\n');
	}
}
