/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets, maps and their elements as messages. The set itself goes through
 * libnftnl; elements are written here, byte by byte, since a million of them
 * are nothing but eight attributes each: 40 MB that libnftnl would take ten
 * times as long and as much memory for.
 *
 * Three shapes (net/netfilter/nf_tables_api.c, nft_add_set_elem()):
 *	hash			KEY
 *	one field, interval	KEY; then KEY of the first value past the end,
 *				flagged INTERVAL_END, unless there is none
 *	fields, interval	KEY, KEY_END, both inclusive
 * A nested attribute holds at most 65,535 bytes, so a list of elements is cut
 * at about 60,000. */
#include <arpa/inet.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "base/assert.h"
#include "compiler/emit_internal.h"

#define LIST_LIMIT 60000
/* Two keys of 64 bytes, a verdict with a name, a comment of 128 bytes. */
#define ELEMENT_ROOM 1024
/* Types of user data that nft's listing reads; the headers do not have them. */
#define SET_KEY_BYTE_ORDER 0
#define HOST_BYTE_ORDER 1
#define ELEMENT_COMMENT 0
#define VERDICT_TYPE 0xffffff00u
#define HEAD sizeof(struct nlattr)

static unsigned padded(unsigned bytes)
{
	return (bytes + 3) & ~3u;
}

static void set_user_data(struct nftnl_set *set, const struct zw_plan_set *plan)
{
	struct nftnl_udata_buf *user;

	if (plan->fields != 1 ||
	    !zw_key_info((enum zw_key)plan->field[0])->host_order)
		return;
	user = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	ZW_ASSERT(user);
	nftnl_udata_put_u32(user, SET_KEY_BYTE_ORDER, HOST_BYTE_ORDER);
	nftnl_set_set_data(set, NFTNL_SET_USERDATA, nftnl_udata_buf_data(user),
			   nftnl_udata_buf_len(user));
	nftnl_udata_buf_free(user);
}

/* Lengths of the fields, for concatenations; returns the key's length. */
static u32 set_key(struct nftnl_set *set, const struct zw_plan_set *plan)
{
	u8 lengths[ZW_PLAN_KEY_FIELDS] = { 0 };
	u32 type = 0, bytes = 0;

	for (unsigned i = 0; i < plan->fields; i++) {
		const struct zw_key_info *field =
			zw_key_info((enum zw_key)plan->field[i]);

		type = type << 6 | field->datatype;
		lengths[i] = field->bytes;
		bytes += plan->fields > 1 ? padded(field->bytes) : field->bytes;
	}
	nftnl_set_set_u32(set, NFTNL_SET_KEY_TYPE, type);
	nftnl_set_set_u32(set, NFTNL_SET_KEY_LEN, bytes);
	/* of a hash the kernel takes none (EINVAL) */
	if (plan->fields > 1 && plan->interval)
		nftnl_set_set_data(set, NFTNL_SET_DESC_CONCAT, lengths,
				   plan->fields);
	return bytes;
}

/* The addresses and ports that a map leads to; returns the set's flag. */
static u32 set_data(struct nftnl_set *set, const struct zw_plan_set *plan)
{
	bool four = plan->family == ZW_IPV4;
	u32 address = zw_key_info(four ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR)
			      ->datatype;

	nftnl_set_set_u32(set, NFTNL_SET_DATA_TYPE,
			  address << 6 |
				  zw_key_info(ZW_KEY_TH_DPORT)->datatype);
	nftnl_set_set_u32(set, NFTNL_SET_DATA_LEN, four ? 8 : 20);
	return NFT_SET_MAP;
}

void zw_emit_set(struct zw_emitter *emitter, u32 index)
{
	const struct zw_plan_set *plan = &emitter->plan->sets.v[index];
	struct nftnl_set *set = nftnl_set_alloc();
	char name[ZW_PLAN_NAME_BYTES];
	struct nlmsghdr *header;
	u32 flags = 0;

	ZW_ASSERT(set);
	zw_emit_set_name(emitter, index, name);
	nftnl_set_set_str(set, NFTNL_SET_TABLE, ZW_PLAN_TABLE);
	nftnl_set_set_str(set, NFTNL_SET_NAME, name);
	nftnl_set_set_u32(set, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(set, NFTNL_SET_ID, index + 1);
	set_key(set, plan);
	if (plan->interval)
		flags |= NFT_SET_INTERVAL;
	if (plan->interval && plan->fields > 1)
		flags |= NFT_SET_CONCAT;
	if (plan->map) {
		flags |= NFT_SET_MAP;
		nftnl_set_set_u32(set, NFTNL_SET_DATA_TYPE, VERDICT_TYPE);
		nftnl_set_set_u32(set, NFTNL_SET_DATA_LEN, 0);
	}
	if (plan->data)
		flags |= set_data(set, plan);
	if (plan->dynamic) {
		flags |= NFT_SET_EVAL;
		nftnl_set_set_u32(set, NFTNL_SET_DESC_SIZE,
				  ZW_PLAN_DYNAMIC_SIZE);
	}
	if (plan->timeout) {
		flags |= NFT_SET_TIMEOUT;
		nftnl_set_set_u64(set, NFTNL_SET_TIMEOUT,
				  (u64)plan->timeout * 1000);
	}
	if (flags)
		nftnl_set_set_u32(set, NFTNL_SET_FLAGS, flags);
	if (!plan->interval && plan->elements.n)
		nftnl_set_set_u32(set, NFTNL_SET_DESC_SIZE,
				  (u32)plan->elements.n);
	set_user_data(set, plan);
	if (emitter->emitted)
		zw_emit_note(emitter, (struct zw_emit_origin){
					      .message = NFT_MSG_NEWSET,
					      .what = zw_strf(emitter->arena,
							      "set %s", name),
					      .span = plan->span,
					      .place = plan->place,
					      .set = ZW_EMIT_NO_SET });
	header = zw_emit_message_begin(emitter, NFT_MSG_NEWSET, NLM_F_CREATE);
	nftnl_set_nlmsg_build_payload(header, set);
	zw_emit_message_end(emitter, header);
	nftnl_set_free(set);
}

/* ---- attributes in a small buffer ---- */

struct writer {
	u8 *room;
	size_t n;
};

static size_t attribute(struct writer *w, u16 type, const void *data,
			size_t bytes)
{
	struct nlattr attr = { (u16)(HEAD + bytes), type };
	size_t at = w->n;

	memcpy(w->room + at, &attr, sizeof(attr));
	memcpy(w->room + at + HEAD, data, bytes);
	while (bytes % 4)
		w->room[at + HEAD + bytes++] = 0;
	w->n = at + HEAD + bytes;
	return at;
}

static size_t nest_begin(struct writer *w, u16 type)
{
	return attribute(w, NLA_F_NESTED | type, "", 0);
}

static void nest_end(struct writer *w, size_t at)
{
	u16 length = (u16)(w->n - at);

	memcpy(w->room + at, &length, sizeof(length));
}

static void put_u32(struct writer *w, u16 type, u32 value)
{
	value = htonl(value);
	attribute(w, type, &value, sizeof(value));
}

static void put_key(struct writer *w, u16 type, const void *key, size_t bytes)
{
	size_t nest = nest_begin(w, type);

	attribute(w, NFTA_DATA_VALUE, key, bytes);
	nest_end(w, nest);
}

static void put_verdict(struct zw_emitter *emitter, struct writer *w,
			const struct zw_plan_element *element)
{
	size_t data = nest_begin(w, NFTA_SET_ELEM_DATA);
	size_t verdict = nest_begin(w, NFTA_DATA_VERDICT);
	char name[ZW_PLAN_NAME_BYTES];

	put_u32(w, NFTA_VERDICT_CODE, zw_emit_verdict(element->verdict));
	if (element->verdict == ZW_PLAN_JUMP ||
	    element->verdict == ZW_PLAN_GOTO) {
		zw_emit_chain_name(emitter, element->chain, name);
		attribute(w, NFTA_VERDICT_CHAIN, name, strlen(name) + 1);
	}
	nest_end(w, verdict);
	nest_end(w, data);
}

static void put_data(struct writer *w, const struct zw_plan_set *set,
		     const struct zw_plan_element *element)
{
	size_t bytes = set->family == ZW_IPV4 ? 4 : 16;
	u8 data[20] = { 0 };

	zw_ip_bytes((struct zw_ip){ set->family, element->address }, data);
	data[bytes] = (u8)(element->port >> 8);
	data[bytes + 1] = (u8)element->port;
	put_key(w, NFTA_SET_ELEM_DATA, data, bytes + 4);
}

static void put_comment(struct writer *w, struct zw_str place)
{
	u8 user[2 + 128];

	if (!place.n)
		return;
	ZW_ASSERT(place.n < 128);
	user[0] = ELEMENT_COMMENT;
	user[1] = (u8)(place.n + 1);
	memcpy(user + 2, place.p, place.n);
	user[2 + place.n] = 0;
	attribute(w, NFTA_SET_ELEM_USERDATA, user, place.n + 3);
}

/* Fields side by side become fields each in its own 4-byte slots. */
static size_t spread_key(const struct zw_plan_set *set, const u8 *packed,
			 u8 out[64])
{
	size_t n = 0;

	if (set->fields == 1) {
		memcpy(out, packed, set->key_bytes);
		return set->key_bytes;
	}
	memset(out, 0, 64);
	for (unsigned i = 0; i < set->fields; i++) {
		unsigned bytes = zw_key_info((enum zw_key)set->field[i])->bytes;

		memcpy(out + n, packed, bytes);
		packed += bytes;
		n += padded(bytes);
	}
	return n;
}

/* KEY + 1; false if there is no such value. */
static bool key_after(u8 *key, size_t bytes)
{
	while (bytes--)
		if (++key[bytes])
			return true;
	return false;
}

/* The end of an interval of one field: the first value behind HI, which is
 * changed, unless there is none. */
static void write_interval_end(struct writer *w, u8 *hi, size_t bytes)
{
	size_t nest;

	if (!key_after(hi, bytes))
		return;
	nest = nest_begin(w, NFTA_LIST_ELEM);
	put_key(w, NFTA_SET_ELEM_KEY, hi, bytes);
	put_u32(w, NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
	nest_end(w, nest);
}

static void write_element(struct zw_emitter *emitter, struct writer *w,
			  const struct zw_plan_set *set, size_t index)
{
	const struct zw_plan_element *element =
		set->is_addresses ? NULL : &set->elements.v[index];
	u8 packed[2][64], lo[64], hi[64];
	size_t bytes, nest;

	zw_plan_set_element(set, index, packed[0], packed[1]);
	bytes = spread_key(set, packed[0], lo);
	spread_key(set, packed[1], hi);
	nest = nest_begin(w, NFTA_LIST_ELEM);
	put_key(w, NFTA_SET_ELEM_KEY, lo, bytes);
	if (set->interval && set->fields > 1)
		put_key(w, NFTA_SET_ELEM_KEY_END, hi, bytes);
	if (set->map)
		put_verdict(emitter, w, element);
	if (set->data)
		put_data(w, set, element);
	if (element)
		put_comment(w, element->place);
	nest_end(w, nest);
	if (set->interval && set->fields == 1)
		write_interval_end(w, hi, bytes);
}

/* Elements FIRST .. as many as one message takes; returns the next. */
static size_t emit_list(struct zw_emitter *emitter, u32 index, size_t first)
{
	const struct zw_plan_set *set = &emitter->plan->sets.v[index];
	size_t n = zw_plan_set_size(set), i = first;
	struct nlmsghdr *header;
	struct writer w;
	char name[ZW_PLAN_NAME_BYTES];
	size_t nest;

	zw_emit_set_name(emitter, index, name);
	header = zw_emit_message_begin(emitter, NFT_MSG_NEWSETELEM,
				       NLM_F_CREATE);
	mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE, ZW_PLAN_TABLE);
	mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, name);
	w = (struct writer){ (u8 *)header, header->nlmsg_len };
	nest = nest_begin(&w, NFTA_SET_ELEM_LIST_ELEMENTS);
	while (i < n && w.n < LIST_LIMIT)
		write_element(emitter, &w, set, i++);
	ZW_ASSERT(w.n < LIST_LIMIT + ELEMENT_ROOM);
	nest_end(&w, nest);
	header->nlmsg_len = (u32)w.n;
	if (emitter->emitted)
		zw_emit_note(
			emitter,
			(struct zw_emit_origin){
				.message = NFT_MSG_NEWSETELEM,
				.what = zw_strf(emitter->arena,
						"elements of set %s", name),
				.span = set->span,
				.place = set->place,
				.set = index,
				.first = first,
				.count = i - first });
	zw_emit_message_end(emitter, header);
	return i;
}

void zw_emit_elements(struct zw_emitter *emitter, u32 index)
{
	size_t n = zw_plan_set_size(&emitter->plan->sets.v[index]);

	for (size_t i = 0; i < n;)
		i = emit_list(emitter, index, i);
}

/* ---- a set changed in place ---- */

struct change {
	const char *name;
	bool interval;
	unsigned fields;
};

static void write_row(struct writer *w, const struct change *change,
		      const struct zw_emit_rows *rows, size_t index)
{
	size_t bytes = rows->key_bytes;
	size_t nest = nest_begin(w, NFTA_LIST_ELEM);
	u8 hi[64];

	memcpy(hi, rows->hi + index * bytes, bytes);
	put_key(w, NFTA_SET_ELEM_KEY, rows->lo + index * bytes, bytes);
	if (change->interval && change->fields > 1)
		put_key(w, NFTA_SET_ELEM_KEY_END, hi, bytes);
	nest_end(w, nest);
	if (change->interval && change->fields == 1)
		write_interval_end(w, hi, bytes);
}

static void emit_rows(struct zw_emitter *emitter, const struct change *change,
		      u16 message, const struct zw_emit_rows *rows)
{
	for (size_t i = 0; i < rows->n;) {
		struct nlmsghdr *header = zw_emit_message_begin(
			emitter, message,
			message == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
		struct writer w;
		size_t nest;

		mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_TABLE,
				  ZW_PLAN_TABLE);
		mnl_attr_put_strz(header, NFTA_SET_ELEM_LIST_SET, change->name);
		w = (struct writer){ (u8 *)header, header->nlmsg_len };
		nest = nest_begin(&w, NFTA_SET_ELEM_LIST_ELEMENTS);
		while (i < rows->n && w.n < LIST_LIMIT)
			write_row(&w, change, rows, i++);
		nest_end(&w, nest);
		header->nlmsg_len = (u32)w.n;
		if (emitter->emitted)
			zw_emit_note(
				emitter,
				(struct zw_emit_origin){
					.message = message,
					.what = zw_strf(emitter->arena,
							"elements of set %s",
							change->name),
					.span = ZW_NO_SPAN,
					.set = ZW_EMIT_NO_SET });
		zw_emit_message_end(emitter, header);
	}
}

void zw_emit_difference(struct zw_arena *arena, struct zw_buf *out,
			const char *name, bool interval, unsigned fields,
			const struct zw_emit_rows *gone,
			const struct zw_emit_rows *added,
			struct zw_emitted *emitted)
{
	struct zw_emitter emitter = {
		.arena = arena,
		.out = out,
		.seq = 1,
		.emitted = emitted,
		.scratch = ZW_NEW_ARRAY(arena, char, ZW_EMIT_SCRATCH),
	};
	struct change change = { name, interval, fields };

	if (emitted)
		*emitted = (struct zw_emitted){ 0 };
	zw_emit_begin(out);
	emit_rows(&emitter, &change, NFT_MSG_DELSETELEM, gone);
	emit_rows(&emitter, &change, NFT_MSG_NEWSETELEM, added);
	zw_emit_end(out, emitter.seq);
	if (emitted)
		emitted->messages = emitter.seq - 1;
}
