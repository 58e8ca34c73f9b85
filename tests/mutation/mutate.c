/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A batch is cut into messages and each message into its attributes, as a flat
 * list of (where, how long, within what). A mutation draws one entry and writes
 * the bytes anew around it; lengths of what encloses it are corrected. */
#include "tests/mutation/mutate.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#define NONE SIZE_MAX
#define TYPE_MASK 0x3fff

struct attribute {
	size_t at; /* of its header */
	u16 len;   /* header and payload */
	u16 type;
	size_t message; /* number */
	size_t parent;	/* attribute number, NONE */
	bool nested;
};

struct message {
	size_t at, len; /* padded */
	u16 type;	/* NFT_MSG_...; UINT16_MAX for BEGIN and END */
};

struct cut {
	const u8 *bytes;
	size_t n;
	struct message *messages;
	size_t message_count;
	struct attribute *attributes;
	size_t attribute_count, attribute_room;
};

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* ---- cutting ------------------------------------------------------------- */

static void cut_attributes(struct cut *cut, size_t at, size_t end,
			   size_t message, size_t parent)
{
	while (end - at >= sizeof(struct nlattr)) {
		struct attribute *attribute;
		struct nlattr header;
		size_t number = cut->attribute_count;

		memcpy(&header, cut->bytes + at, sizeof(header));
		if (header.nla_len < sizeof(header) ||
		    header.nla_len > end - at)
			return;
		if (number == cut->attribute_room) {
			cut->attribute_room = number ? 2 * number : 1024;
			cut->attributes = zw_heap_resize(
				cut->attributes, cut->attribute_room,
				sizeof(*cut->attributes));
		}
		attribute = &cut->attributes[cut->attribute_count++];
		*attribute = (struct attribute){
			.at = at,
			.len = header.nla_len,
			.type = header.nla_type & TYPE_MASK,
			.message = message,
			.parent = parent,
			.nested = header.nla_type & NLA_F_NESTED,
		};
		if (attribute->nested)
			cut_attributes(cut, at + sizeof(header),
				       at + header.nla_len, message, number);
		at += padded(header.nla_len);
		if (at > end)
			return;
	}
}

static void cut_bytes(struct cut *cut, const u8 *bytes, size_t n)
{
	size_t at = 0, i;
	struct nlmsghdr header;

	*cut = (struct cut){ .bytes = bytes, .n = n };
	cut->messages = zw_heap_resize(NULL, n / sizeof(header) + 1,
				       sizeof(*cut->messages));
	while (n - at >= sizeof(header)) {
		struct message *message = &cut->messages[cut->message_count++];

		memcpy(&header, bytes + at, sizeof(header));
		message->at = at;
		message->len = padded(header.nlmsg_len);
		message->type = UINT16_MAX;
		if (header.nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES)
			message->type = header.nlmsg_type & 0xff;
		at += message->len;
	}
	for (i = 0; i < cut->message_count; i++) {
		const struct message *message = &cut->messages[i];

		if (message->type != UINT16_MAX)
			cut_attributes(cut, message->at + NLMSG_HDRLEN + 4,
				       message->at + message->len, i, NONE);
	}
}

static void release(struct cut *cut)
{
	free(cut->messages);
	free(cut->attributes);
}

/* ---- what an attribute is ------------------------------------------------ */

static u16 message_type(const struct cut *cut, const struct attribute *a)
{
	return cut->messages[a->message].type;
}

static size_t payload_len(const struct attribute *a)
{
	return a->len - sizeof(struct nlattr);
}

static const u8 *payload(const struct cut *cut, const struct attribute *a)
{
	return cut->bytes + a->at + sizeof(struct nlattr);
}

static const struct attribute *parent(const struct cut *cut,
				      const struct attribute *a)
{
	return a->parent == NONE ? NULL : &cut->attributes[a->parent];
}

/* The code within NFTA_DATA_VERDICT, which has a known range. */
static bool is_verdict_code(const struct cut *cut, const struct attribute *a)
{
	const struct attribute *up = parent(cut, a);
	const u8 *p = payload(cut, a);

	if (a->nested || payload_len(a) != 4 || a->type != NFTA_VERDICT_CODE ||
	    !up || up->type != NFTA_DATA_VERDICT || !up->nested)
		return false;
	return (!p[0] && !p[1] && !p[2] && p[3] <= 1) ||
	       (p[0] == 0xff && p[1] == 0xff && p[2] == 0xff && p[3] >= 0xfb);
}

static bool is_target(const struct cut *cut, const struct attribute *a)
{
	const struct attribute *up = parent(cut, a);

	return !a->nested && a->type == NFTA_VERDICT_CHAIN && up &&
	       up->type == NFTA_DATA_VERDICT && up->nested &&
	       payload_len(a) > 4;
}

/* A name of a set within an expression; told by its look. */
static bool is_set_name(const struct cut *cut, const struct attribute *a)
{
	return message_type(cut, a) == NFT_MSG_NEWRULE && !a->nested &&
	       a->type == NFTA_LOOKUP_SET && payload_len(a) > 5 &&
	       a->parent != NONE && payload(cut, a)[0] == 'z' &&
	       payload(cut, a)[1] == '_';
}

static bool is_element_key(const struct cut *cut, const struct attribute *a)
{
	const struct attribute *up = parent(cut, a);

	return message_type(cut, a) == NFT_MSG_NEWSETELEM && !a->nested &&
	       a->type == NFTA_DATA_VALUE && up &&
	       (up->type == NFTA_SET_ELEM_KEY ||
		up->type == NFTA_SET_ELEM_KEY_END);
}

static bool is_element(const struct cut *cut, const struct attribute *a)
{
	const struct attribute *up = parent(cut, a);

	return message_type(cut, a) == NFT_MSG_NEWSETELEM && a->nested && up &&
	       up->parent == NONE && up->type == NFTA_SET_ELEM_LIST_ELEMENTS;
}

/* A value in a rule, chain or set, or in an element. Names of tables, chains
 * and comments are left alone: the former are drawn by other mutations. */
static bool is_value(const struct cut *cut, const struct attribute *a)
{
	size_t len = payload_len(a);

	(void)cut;
	return !a->nested && a->parent != NONE && len > 0 && len <= 16;
}

static bool is_any_value(const struct cut *cut, const struct attribute *a)
{
	if (!a->nested && a->parent == NONE)
		return payload_len(a) == 4; /* policy, flags, key length */
	return is_value(cut, a);
}

static bool is_optional(const struct cut *cut, const struct attribute *a)
{
	(void)cut;
	return a->parent != NONE || a->type > 2;
}

typedef bool wanted(const struct cut *cut, const struct attribute *a);

static const struct attribute *draw(const struct cut *cut,
				    struct zw_random *random, wanted *is)
{
	const struct attribute *found = NULL;
	size_t i;
	u32 seen = 0;

	for (i = 0; i < cut->attribute_count; i++) {
		if (is(cut, &cut->attributes[i]) &&
		    !zw_random_below(random, ++seen))
			found = &cut->attributes[i];
	}
	return found;
}

/* ---- writing anew -------------------------------------------------------- */

static void fix_attribute(struct zw_buf *out, size_t at, long by)
{
	struct nlattr header;

	memcpy(&header, out->data + at, sizeof(header));
	header.nla_len = (u16)(header.nla_len + by);
	memcpy(out->data + at, &header, sizeof(header));
}

/* The bytes with those of attribute A (header, payload, padding) replaced by
 * the LEN bytes at NEW, which are whole attributes or nothing. */
static void replace(struct zw_buf *out, const struct cut *cut,
		    const struct attribute *a, const void *new, size_t len)
{
	size_t old = padded(a->len), start = out->n, up;
	long by = (long)len - (long)old;
	struct nlmsghdr header;
	size_t message = cut->messages[a->message].at;

	zw_buf_add(out, cut->bytes, a->at);
	zw_buf_add(out, new, len);
	zw_buf_add(out, cut->bytes + a->at + old, cut->n - a->at - old);
	for (up = a->parent; up != NONE; up = cut->attributes[up].parent)
		fix_attribute(out, start + cut->attributes[up].at, by);
	memcpy(&header, out->data + start + message, sizeof(header));
	header.nlmsg_len = (u32)((long)header.nlmsg_len + by);
	memcpy(out->data + start + message, &header, sizeof(header));
}

/* A with the LEN bytes of NEW as payload. */
static void set_payload(struct zw_buf *out, const struct cut *cut,
			const struct attribute *a, const void *new, size_t len)
{
	struct zw_buf attribute = { 0 };
	struct nlattr header;

	memcpy(&header, cut->bytes + a->at, sizeof(header));
	header.nla_len = (u16)(sizeof(header) + len);
	zw_buf_add(&attribute, &header, sizeof(header));
	zw_buf_add(&attribute, new, len);
	while (attribute.n % 4)
		zw_buf_putc(&attribute, 0);
	replace(out, cut, a, attribute.data, attribute.n);
	zw_buf_free(&attribute);
}

static void describe(struct zw_buf *what, const struct cut *cut,
		     const struct attribute *a)
{
	size_t i, len = payload_len(a);
	const struct attribute *up;

	zw_buf_printf(what, "message %zu (type %u), attribute", a->message,
		      message_type(cut, a));
	for (up = a; up; up = parent(cut, up))
		zw_buf_printf(what, " %u <", up->type);
	zw_buf_printf(what, " at %zu, was", a->at);
	for (i = 0; i < len && i < 24; i++)
		zw_buf_printf(what, " %02x", payload(cut, a)[i]);
}

/* ---- mutations of messages ----------------------------------------------- */

static size_t draw_message(const struct cut *cut, struct zw_random *random,
			   bool rule)
{
	size_t i, found = NONE;
	u32 seen = 0;

	for (i = 0; i < cut->message_count; i++) {
		u16 type = cut->messages[i].type;

		if (rule ? type == NFT_MSG_NEWRULE : type != UINT16_MAX) {
			if (!zw_random_below(random, ++seen))
				found = i;
		}
	}
	return found;
}

static void add_message(struct zw_buf *out, const struct cut *cut, size_t i)
{
	zw_buf_add(out, cut->bytes + cut->messages[i].at, cut->messages[i].len);
}

static bool on_messages(struct zw_buf *out, struct zw_buf *what,
			const struct cut *cut, enum zw_mutation mutation,
			struct zw_random *random)
{
	bool rule = mutation != ZW_MUTATE_MESSAGE_DROP;
	size_t a = draw_message(cut, random, rule), b = a, i;

	if (mutation == ZW_MUTATE_RULES_SWAP) {
		/* mostly neighbours */
		b = zw_random_below(random, 4) ? a + 1
					       : draw_message(cut, random, 1);
		if (a == NONE || b >= cut->message_count || a == b ||
		    cut->messages[b].type != NFT_MSG_NEWRULE)
			return false;
	}
	if (a == NONE)
		return false;
	zw_buf_printf(what, "message %zu (type %u), %zu", a,
		      cut->messages[a].type, b);
	for (i = 0; i < cut->message_count; i++) {
		bool drop = mutation == ZW_MUTATE_RULE_DROP ||
			    mutation == ZW_MUTATE_MESSAGE_DROP;

		if (i == a && drop)
			continue;
		add_message(out, cut, i == a ? b : i == b ? a : i);
		if (i == a && mutation == ZW_MUTATE_RULE_COPY)
			add_message(out, cut, i);
	}
	return true;
}

/* ---- mutations of attributes --------------------------------------------- */

static bool other_verdict(struct zw_buf *out, struct zw_buf *what,
			  const struct cut *cut, struct zw_random *random)
{
	const struct attribute *a = draw(cut, random, is_verdict_code);
	/* drop, accept, continue, return */
	static const u8 codes[][4] = { { 0, 0, 0, 0 },
				       { 0, 0, 0, 1 },
				       { 0xff, 0xff, 0xff, 0xff },
				       { 0xff, 0xff, 0xff, 0xfb } };
	static const u8 jump[4] = { 0xff, 0xff, 0xff, 0xfd };
	static const u8 go[4] = { 0xff, 0xff, 0xff, 0xfc };
	const u8 *code = codes[zw_random_below(random, 4)];

	if (!a)
		return false;
	describe(what, cut, a);
	if (!memcmp(payload(cut, a), go, 4) && !zw_random_below(random, 3))
		code = jump;
	else if (!memcmp(payload(cut, a), jump, 4) &&
		 !zw_random_below(random, 3))
		code = go;
	else if (!memcmp(code, payload(cut, a), 4))
		code = codes[code == codes[0] ? 1 : 0];
	set_payload(out, cut, a, code, 4);
	return true;
}

/* The payload of another attribute that IS of the same kind. */
static bool exchange(struct zw_buf *out, struct zw_buf *what,
		     const struct cut *cut, struct zw_random *random,
		     wanted *is, bool same_type)
{
	const struct attribute *a = draw(cut, random, is), *b;
	u32 tries;

	for (tries = 0; a && tries < 20; tries++) {
		b = draw(cut, random, is);
		if (payload_len(a) == payload_len(b) &&
		    !memcmp(payload(cut, a), payload(cut, b), payload_len(a)))
			continue;
		if (same_type &&
		    (a->type != b->type || !parent(cut, a) || !parent(cut, b) ||
		     parent(cut, a)->type != parent(cut, b)->type ||
		     message_type(cut, a) != message_type(cut, b)))
			continue;
		describe(what, cut, a);
		zw_buf_puts(what, "; takes: ");
		describe(what, cut, b);
		set_payload(out, cut, a, payload(cut, b), payload_len(b));
		return true;
	}
	return false;
}

/* The number that ends at a byte drawn, up or down by one; or one bit. */
static bool change(struct zw_buf *out, struct zw_buf *what,
		   const struct cut *cut, struct zw_random *random, wanted *is,
		   bool bit)
{
	const struct attribute *a = draw(cut, random, is);
	u8 value[256];
	size_t len, at;

	if (!a || payload_len(a) > sizeof(value) || !payload_len(a))
		return false;
	len = payload_len(a);
	memcpy(value, payload(cut, a), len);
	/* names are padded with zeroes, whose change says little */
	at = zw_random_below(random, (u32)len);
	if (zw_random_below(random, 2))
		at = len - 1;
	while (at && !value[at] && zw_random_below(random, 2))
		at--;
	describe(what, cut, a);
	zw_buf_printf(what, "; byte %zu", at);
	if (bit)
		value[at] ^= (u8)(1 << zw_random_below(random, 8));
	else if (zw_random_below(random, 2))
		while (!++value[at] && at)
			at--;
	else
		while (!value[at]-- && at)
			at--;
	set_payload(out, cut, a, value, len);
	return true;
}

static bool without(struct zw_buf *out, struct zw_buf *what,
		    const struct cut *cut, struct zw_random *random, wanted *is)
{
	const struct attribute *a = draw(cut, random, is);

	if (!a)
		return false;
	describe(what, cut, a);
	replace(out, cut, a, "", 0);
	return true;
}

static bool twice(struct zw_buf *out, struct zw_buf *what,
		  const struct cut *cut, struct zw_random *random, wanted *is)
{
	const struct attribute *a = draw(cut, random, is);
	struct zw_buf both = { 0 };

	if (!a)
		return false;
	describe(what, cut, a);
	zw_buf_add(&both, cut->bytes + a->at, padded(a->len));
	zw_buf_add(&both, cut->bytes + a->at, padded(a->len));
	replace(out, cut, a, both.data, both.n);
	zw_buf_free(&both);
	return true;
}

/* ---- all of them --------------------------------------------------------- */

const char *zw_mutation_name(enum zw_mutation mutation)
{
	static const char *const names[] = {
		"another verdict",  "another target",	 "another set",
		"element moved",    "element dropped",	 "element twice",
		"rule dropped",	    "rule twice",	 "rules swapped",
		"message dropped",  "number by one",	 "bit flipped",
		"values exchanged", "attribute dropped",
	};

	_Static_assert(sizeof(names) / sizeof(names[0]) == ZW_MUTATE_COUNT,
		       "a name each");
	return names[mutation];
}

bool zw_mutate(struct zw_buf *out, struct zw_buf *what, const u8 *bytes,
	       size_t n, enum zw_mutation mutation, struct zw_random *random)
{
	struct cut cut;
	bool done;

	cut_bytes(&cut, bytes, n);
	switch (mutation) {
	case ZW_MUTATE_VERDICT:
		done = other_verdict(out, what, &cut, random);
		break;
	case ZW_MUTATE_TARGET:
		done = exchange(out, what, &cut, random, is_target, false);
		break;
	case ZW_MUTATE_SET:
		done = exchange(out, what, &cut, random, is_set_name, false);
		break;
	case ZW_MUTATE_ELEMENT:
		done = change(out, what, &cut, random, is_element_key,
			      !zw_random_below(random, 4));
		break;
	case ZW_MUTATE_ELEMENT_DROP:
		done = without(out, what, &cut, random, is_element);
		break;
	case ZW_MUTATE_ELEMENT_COPY:
		done = twice(out, what, &cut, random, is_element);
		break;
	case ZW_MUTATE_NUMBER:
		done = change(out, what, &cut, random, is_any_value, false);
		break;
	case ZW_MUTATE_BIT:
		done = change(out, what, &cut, random, is_any_value, true);
		break;
	case ZW_MUTATE_EXCHANGE:
		done = exchange(out, what, &cut, random, is_value, true);
		break;
	case ZW_MUTATE_ATTRIBUTE_DROP:
		done = without(out, what, &cut, random, is_optional);
		break;
	default:
		done = on_messages(out, what, &cut, mutation, random);
		break;
	}
	release(&cut);
	return done;
}
