/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dump's sets without a message of elements are those that were not read
 * (loader/dump.h). Their elements stand in the batches that were sent, as
 * messages in the layout of a dump but for the mark of a request; so, without
 * the mark, they go behind the dump and one decoder reads all. Before that the
 * kernel is asked for its count and for SAMPLES elements of each set. */
#include "cli/large_sets.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "base/map.h"
#include "compiler/plan.h"
#include "loader/element.h"
#include "loader/names.h"

#define SAMPLES 64
#define SET_COUNT 20 /* NFTA_SET_COUNT */

struct message {
	u16 type; /* NFT_MSG_... */
	struct zw_str table, set;
	bool interval;	/* of a set: no concatenation */
	bool has_count; /* of a set */
	u32 count;
	const struct nlattr *elements;
};

/* Table and set have the same numbers in messages of sets and of elements. */
static int read_attribute(const struct nlattr *attr, void *context)
{
	struct message *m = context;
	u16 type = mnl_attr_get_type(attr);
	bool set = m->type == NFT_MSG_NEWSET;
	bool word = mnl_attr_get_payload_len(attr) == sizeof(u32);

	if (type == NFTA_SET_TABLE)
		m->table = zw_attribute_text(attr);
	else if (type == NFTA_SET_NAME)
		m->set = zw_attribute_text(attr);
	else if (!set && type == NFTA_SET_ELEM_LIST_ELEMENTS)
		m->elements = attr;
	else if (set && type == NFTA_SET_FLAGS && word)
		m->interval = (ntohl(mnl_attr_get_u32(attr)) &
			       (NFT_SET_INTERVAL | NFT_SET_CONCAT)) ==
			      NFT_SET_INTERVAL;
	if (set && type == SET_COUNT && word) {
		m->has_count = true;
		m->count = ntohl(mnl_attr_get_u32(attr));
	}
	return MNL_CB_OK;
}

/* The next message about sets of our table at *AT; false at the end. */
static bool next(const u8 *bytes, size_t n, size_t *at, struct message *m,
		 const struct nlmsghdr **header)
{
	while (n - *at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *h =
			(const struct nlmsghdr *)(bytes + *at);
		const struct nfgenmsg *head = mnl_nlmsg_get_payload(h);
		size_t size = NLMSG_ALIGN(h->nlmsg_len);

		if (size < sizeof(*h) || size > n - *at)
			return false;
		*at += size;
		*m = (struct message){ .type = h->nlmsg_type & 0xff };
		if (h->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
		    size < sizeof(*h) + sizeof(*head) ||
		    head->nfgen_family != NFPROTO_INET ||
		    (m->type != NFT_MSG_NEWSET &&
		     m->type != NFT_MSG_NEWSETELEM))
			continue;
		mnl_attr_parse(h, sizeof(*head), read_attribute, m);
		*header = h;
		if (zw_str_is(m->table, ZW_PLAN_TABLE))
			return true;
	}
	return false;
}

/* The sets of which there are elements in DUMP. */
static void find_read(struct zw_arena *arena, const struct zw_buf *dump,
		      struct zw_map *read)
{
	const struct nlmsghdr *header;
	struct message m;
	size_t at = 0;

	zw_map_init(read, arena);
	while (next((const u8 *)dump->data, dump->n, &at, &m, &header))
		if (m.type == NFT_MSG_NEWSETELEM)
			zw_map_put(read, zw_str_copy(arena, m.set), 1);
}

/* One set on its way: first its elements are counted, then some are asked. */
struct look {
	struct zw_arena *arena;
	struct zw_socket *socket;
	const char *set;
	size_t total, at; /* elements as sent, ends of intervals too */
	size_t step;	  /* 0: count */
	size_t sampled;
	int err;
};

static int read_flags(const struct nlattr *attr, void *context)
{
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_FLAGS &&
	    mnl_attr_get_payload_len(attr) == sizeof(u32))
		*(u32 *)context = ntohl(mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

static int look_at_element(const struct nlattr *attr, void *context)
{
	struct look *look = context;
	u32 flags = 0;

	if (!look->step) {
		look->total++;
		return MNL_CB_OK;
	}
	if (look->at++ < look->sampled * look->step || look->err)
		return MNL_CB_OK;
	mnl_attr_parse_nested(attr, read_flags, &flags);
	if (flags)
		return MNL_CB_OK;
	look->err = zw_element_ask(look->socket, ZW_PLAN_TABLE, look->set,
				   mnl_attr_get_payload(attr),
				   mnl_attr_get_payload_len(attr));
	look->sampled++;
	return MNL_CB_OK;
}

static void look_at(struct look *look, const u8 *sent, size_t n)
{
	const struct nlmsghdr *header;
	struct message m;
	size_t at = 0;

	look->at = 0;
	while (next(sent, n, &at, &m, &header))
		if (m.type == NFT_MSG_NEWSETELEM && m.elements &&
		    zw_str_is(m.set, look->set))
			mnl_attr_parse_nested(m.elements, look_at_element,
					      look);
}

/* The messages, as answers. */
static void append_sent(struct zw_buf *dump, const char *set, const u8 *sent,
			size_t n)
{
	const struct nlmsghdr *header;
	struct message m;
	size_t at = 0;

	while (next(sent, n, &at, &m, &header)) {
		struct nlmsghdr answer = *header;

		if (m.type != NFT_MSG_NEWSETELEM || !zw_str_is(m.set, set))
			continue;
		answer.nlmsg_flags = NLM_F_MULTI;
		zw_buf_add(dump, &answer, sizeof(answer));
		zw_buf_add(dump, (const u8 *)header + sizeof(answer),
			   NLMSG_ALIGN(header->nlmsg_len) - sizeof(answer));
	}
}

static bool complete(struct look *look, struct zw_buf *dump,
		     const struct message *m, const u8 *sent, size_t n,
		     struct zw_large_sets *large, struct zw_str *what)
{
	size_t elements;

	look_at(look, sent, n);
	if (!look->total) /* of a former generation: it stays unknown */
		return true;
	elements = m->interval ? look->total / 2 : look->total;
	large->sets++;
	large->elements += elements;
	large->counted &= m->has_count;
	if (m->has_count && m->count != elements) {
		*what = zw_strf(look->arena,
				"set '%s' holds %u elements, %zu were sent",
				look->set, m->count, elements);
		return false;
	}
	look->step = look->total / SAMPLES + 1;
	look_at(look, sent, n);
	if (look->err) {
		*what = zw_strf(look->arena,
				"an element that was sent to set '%s': %s",
				look->set, strerror(-look->err));
		return false;
	}
	large->sampled += look->sampled;
	append_sent(dump, look->set, sent, n);
	return true;
}

bool zw_large_sets_complete(struct zw_arena *arena, struct zw_socket *socket,
			    struct zw_buf *dump, const u8 *sent, size_t n,
			    struct zw_large_sets *large, struct zw_str *what)
{
	const struct nlmsghdr *header;
	struct message m;
	struct zw_map read;
	size_t at = 0, end = dump->n;
	u32 one;

	*large = (struct zw_large_sets){ .counted = true };
	find_read(arena, dump, &read);
	while (next((const u8 *)dump->data, end, &at, &m, &header)) {
		struct look look = { .arena = arena, .socket = socket };

		if (m.type != NFT_MSG_NEWSET || zw_map_get(&read, m.set, &one))
			continue;
		look.set = zw_cstr(arena, m.set);
		if (!complete(&look, dump, &m, sent, n, large, what))
			return false;
	}
	return true;
}
