/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decoder's frame: messages in order, transactions, names.
 *
 * Requests between BATCH_BEGIN and BATCH_END change a copy of the state, which
 * replaces it if no message was refused (net/netfilter/nfnetlink.c:
 * nfnetlink_rcv_batch; nf_tables_api.c: nf_tables_commit, _abort). Once a
 * message is refused the rest of its batch is skipped: it could only repeat
 * the first error. Messages outside of a batch are taken as a dump's answers
 * and change the state directly.
 *
 * Vectors of the state are copied when a transaction begins, so that the state
 * before it stays as it was; rules and elements are never changed once made
 * and are shared. */
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "verifier/decode_internal.h"

/* ---- refusing ---- */

static const char *message_name(u16 type)
{
	static const char *const names[] = {
		"NEWTABLE",	  "GETTABLE",	   "DELTABLE",
		"NEWCHAIN",	  "GETCHAIN",	   "DELCHAIN",
		"NEWRULE",	  "GETRULE",	   "DELRULE",
		"NEWSET",	  "GETSET",	   "DELSET",
		"NEWSETELEM",	  "GETSETELEM",	   "DELSETELEM",
		"NEWGEN",	  "GETGEN",	   "TRACE",
		"NEWOBJ",	  "GETOBJ",	   "DELOBJ",
		"GETOBJ_RESET",	  "NEWFLOWTABLE",  "GETFLOWTABLE",
		"DELFLOWTABLE",	  "GETRULE_RESET", "DESTROYTABLE",
		"DESTROYCHAIN",	  "DESTROYRULE",   "DESTROYSET",
		"DESTROYSETELEM", "DESTROYOBJ",	   "DESTROYFLOWTABLE",
	};
	u16 n = type & 0xff;

	if (type >> 8 == NFNL_SUBSYS_NFTABLES &&
	    n < sizeof(names) / sizeof(names[0]))
		return names[n];
	if (type == NFNL_MSG_BATCH_BEGIN)
		return "BATCH_BEGIN";
	if (type == NFNL_MSG_BATCH_END)
		return "BATCH_END";
	return "unknown";
}

static struct zw_str vformat(struct zw_arena *arena, const char *format,
			     va_list args)
{
	struct zw_buf buf = { 0 };
	struct zw_str s;

	zw_buf_vprintf(&buf, format, args);
	s = zw_str_copy(arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return s;
}

void zw_decode_refuse(struct zw_decoder *d, const char *format, ...)
{
	struct zw_str why;
	va_list args;

	va_start(args, format);
	why = vformat(d->scratch, format, args);
	va_end(args);
	d->error = true;
	if (d->in_batch) {
		if (d->refused)
			return;
		d->refused = true;
		zw_diag(d->diags, ZW_Z4006, ZW_NO_SPAN,
			"message %u (%s): the kernel would refuse it: %.*s",
			d->message, message_name(d->current.type),
			ZW_STR_ARG(why));
	} else {
		zw_diag(d->diags, ZW_Z4005, ZW_NO_SPAN,
			"message %u (%s) makes no sense in a dump: %.*s",
			d->message, message_name(d->current.type),
			ZW_STR_ARG(why));
	}
}

void zw_decode_doubt(struct zw_decoder *d, const char *format, ...)
{
	struct zw_str what;
	va_list args;

	va_start(args, format);
	what = vformat(d->scratch, format, args);
	va_end(args);
	zw_diag(d->diags, ZW_Z4004, ZW_NO_SPAN, "message %u (%s): %.*s",
		d->message, message_name(d->current.type), ZW_STR_ARG(what));
}

/* ---- names ---- */

#define KEY_MAX (8 + ZW_OBJECT_NAME_MAX)

static struct zw_str name_key(char buf[KEY_MAX], unsigned kind, u32 parent,
			      struct zw_str name)
{
	size_t n = name.n;

	if (n > ZW_OBJECT_NAME_MAX)
		n = ZW_OBJECT_NAME_MAX;
	buf[0] = (char)kind;
	memcpy(buf + 1, &parent, sizeof(parent));
	if (n)
		memcpy(buf + 5, name.p, n);
	return (struct zw_str){ .p = buf, .n = 5 + n };
}

u32 zw_decode_find(const struct zw_decoder *d, unsigned kind, u32 parent,
		   struct zw_str name)
{
	char buf[KEY_MAX];
	u32 number = ZW_NONE;

	zw_map_get(&d->names, name_key(buf, kind, parent, name), &number);
	return number;
}

void zw_decode_name(struct zw_decoder *d, unsigned kind, u32 parent,
		    struct zw_str name, u32 number)
{
	char buf[KEY_MAX];
	struct zw_str key = name_key(buf, kind, parent, name);

	zw_map_put(&d->names, zw_str_copy(d->scratch, key), number);
}

static void name_everything(struct zw_decoder *d)
{
	const struct zw_ruleset *r = &d->now;
	u32 i, t;

	zw_map_init(&d->names, d->scratch);
	for (i = 0; i < r->tables.n; i++) {
		if (r->tables.v[i].alive)
			zw_decode_name(d, ZW_NAME_TABLE, r->tables.v[i].family,
				       r->tables.v[i].name, i);
	}
	for (i = 0; i < r->chains.n; i++) {
		t = r->chains.v[i].table;
		if (t != ZW_NONE)
			zw_decode_name(d, ZW_NAME_CHAIN, t, r->chains.v[i].name,
				       i);
	}
	for (i = 0; i < r->sets.n; i++) {
		t = r->sets.v[i].table;
		if (t != ZW_NONE)
			zw_decode_name(d, ZW_NAME_SET, t, r->sets.v[i].name, i);
	}
	for (i = 0; i < r->objects.n; i++) {
		t = r->objects.v[i].table;
		if (t != ZW_NONE)
			zw_decode_name(
				d, ZW_NAME_OBJECT + (r->objects.v[i].type & 31),
				t, r->objects.v[i].name, i);
	}
	for (i = 0; i < r->flowtables.n; i++) {
		t = r->flowtables.v[i].table;
		if (t != ZW_NONE)
			zw_decode_name(d, ZW_NAME_FLOWTABLE, t,
				       r->flowtables.v[i].name, i);
	}
}

/* ---- copying the state ---- */

#define COPY_VEC(arena, vec)                                                \
	do {                                                                \
		void *copy_ =                                               \
			zw_alloc_array((arena), (vec).n, sizeof(*(vec).v)); \
		if ((vec).n)                                                \
			memcpy(copy_, (vec).v, (vec).n * sizeof(*(vec).v)); \
		(vec).v = copy_;                                            \
		(vec).cap = (vec).n;                                        \
	} while (0)

static struct zw_ruleset copy_state(struct zw_arena *arena,
				    const struct zw_ruleset *from)
{
	struct zw_ruleset r = *from;
	size_t i;

	COPY_VEC(arena, r.tables);
	COPY_VEC(arena, r.chains);
	COPY_VEC(arena, r.sets);
	COPY_VEC(arena, r.objects);
	COPY_VEC(arena, r.flowtables);
	for (i = 0; i < r.tables.n; i++) {
		COPY_VEC(arena, r.tables.v[i].chains);
		COPY_VEC(arena, r.tables.v[i].sets);
		COPY_VEC(arena, r.tables.v[i].objects);
		COPY_VEC(arena, r.tables.v[i].flowtables);
	}
	for (i = 0; i < r.chains.n; i++) {
		COPY_VEC(arena, r.chains.v[i].devices);
		COPY_VEC(arena, r.chains.v[i].rules);
	}
	for (i = 0; i < r.flowtables.n; i++)
		COPY_VEC(arena, r.flowtables.v[i].devices);
	return r;
}

/* ---- helpers for the handlers ---- */

bool zw_decode_flag(const struct zw_decoder *d, u16 flag)
{
	return d->current.flags & flag;
}

bool zw_decode_attrs(struct zw_decoder *d, struct zw_attrs *attrs, u16 max)
{
	zw_attrs_parse(attrs, d->current.attrs, d->current.n, max);
	if (attrs->broken) {
		zw_decode_refuse(d, "its attributes are cut or overlap");
		return false;
	}
	return true;
}

u32 zw_decode_table(struct zw_decoder *d, const struct zw_attr *attr)
{
	struct zw_str name;
	u32 table;

	if (!zw_attr_str(attr, ZW_OBJECT_NAME_MAX, &name)) {
		zw_decode_refuse(d, "it names no table (EINVAL)");
		return ZW_NONE;
	}
	table = zw_decode_find(d, ZW_NAME_TABLE, d->current.family, name);
	if (table == ZW_NONE) {
		zw_decode_refuse(d, "no table '%s %.*s' (ENOENT)",
				 zw_table_family_name(d->current.family),
				 ZW_STR_ARG(name));
		return ZW_NONE;
	}
	/* Owned by another process's socket: only that one may touch it. */
	if (d->in_batch && d->now.tables.v[table].flags & 2 &&
	    d->now.tables.v[table].handle &&
	    !d->now.tables.v[table].adopted) {
		zw_decode_refuse(d, "table '%.*s' has an owner (EPERM)",
				 ZW_STR_ARG(name));
		return ZW_NONE;
	}
	return table;
}

/* ---- messages ---- */

static void read_generation(struct zw_decoder *d)
{
	struct zw_attrs attrs;

	zw_attrs_parse(&attrs, d->current.attrs, d->current.n, NFTA_GEN_MAX);
	zw_attr_u32(&attrs.at[NFTA_GEN_ID], &d->now.generation);
}

static void dispatch(struct zw_decoder *d)
{
	u16 type = d->current.type & 0xff;

	switch (type) {
	case NFT_MSG_NEWTABLE:
		zw_decode_newtable(d);
		return;
	case NFT_MSG_NEWCHAIN:
		zw_decode_newchain(d);
		return;
	case NFT_MSG_NEWRULE:
		zw_decode_newrule(d);
		return;
	case NFT_MSG_NEWSET:
		zw_decode_newset(d);
		return;
	case NFT_MSG_NEWSETELEM:
		zw_decode_newelements(d);
		return;
	case NFT_MSG_NEWOBJ:
		zw_decode_newobject(d);
		return;
	case NFT_MSG_NEWFLOWTABLE:
		zw_decode_newflowtable(d);
		return;
	case NFT_MSG_NEWGEN:
		read_generation(d);
		return;
	}
	if (!d->in_batch) {
		zw_decode_refuse(d, "a dump tells what is, it deletes nothing");
		return;
	}
	switch (type) {
	case NFT_MSG_DELTABLE:
	case ZW_MSG_DESTROYTABLE:
		zw_decode_deltable(d, type != NFT_MSG_DELTABLE);
		return;
	case NFT_MSG_DELCHAIN:
	case ZW_MSG_DESTROYTABLE + 1:
		zw_decode_delchain(d, type != NFT_MSG_DELCHAIN);
		return;
	case NFT_MSG_DELRULE:
	case ZW_MSG_DESTROYTABLE + 2:
		zw_decode_delrule(d, type != NFT_MSG_DELRULE);
		return;
	case NFT_MSG_DELSET:
	case ZW_MSG_DESTROYTABLE + 3:
		zw_decode_delset(d, type != NFT_MSG_DELSET);
		return;
	case NFT_MSG_DELSETELEM:
	case ZW_MSG_DESTROYTABLE + 4:
		zw_decode_delelements(d, type != NFT_MSG_DELSETELEM);
		return;
	case NFT_MSG_DELOBJ:
	case ZW_MSG_DESTROYTABLE + 5:
		zw_decode_delobject(d, type != NFT_MSG_DELOBJ);
		return;
	case NFT_MSG_DELFLOWTABLE:
	case ZW_MSG_DESTROYFLOWTABLE:
		zw_decode_delflowtable(d, type != NFT_MSG_DELFLOWTABLE);
		return;
	default:
		zw_decode_refuse(d, "no message of a batch (EINVAL)");
	}
}

static bool is_query(u16 type)
{
	switch (type & 0xff) {
	case NFT_MSG_GETTABLE:
	case NFT_MSG_GETCHAIN:
	case NFT_MSG_GETRULE:
	case NFT_MSG_GETSET:
	case NFT_MSG_GETSETELEM:
	case NFT_MSG_GETGEN:
	case NFT_MSG_GETOBJ:
	case NFT_MSG_GETOBJ_RESET:
	case NFT_MSG_GETFLOWTABLE:
	case 25: /* NFT_MSG_GETRULE_RESET */
		return true;
	default:
		return false;
	}
}

static void begin(struct zw_decoder *d)
{
	zw_decode_settle(d);
	d->before = d->now;
	d->now = copy_state(d->arena, &d->before);
	d->ids.n = 0;
	d->first_chain = (u32)d->now.chains.n;
	d->first_set = (u32)d->now.sets.n;
	d->in_batch = true;
	d->refused = false;
}

static void roll_back(struct zw_decoder *d)
{
	u32 i;

	d->now = d->before;
	d->in_batch = false;
	d->refused = false;
	for (i = 0; i < d->changes.n; i++)
		zw_decode_forget(d, i);
	name_everything(d);
}

/* True if the transaction took effect. */
static bool end(struct zw_decoder *d)
{
	if (!d->refused)
		zw_decode_settle(d);
	if (!d->refused)
		zw_decode_check_references(d);
	if (d->refused) {
		roll_back(d);
		return false;
	}
	d->in_batch = false;
	return true;
}

static void broken(struct zw_decoder *d, const char *what)
{
	d->error = true;
	zw_diag(d->diags, ZW_Z4005, ZW_NO_SPAN, "message %u: %s", d->message,
		what);
}

/* A message of nf_tables, in a batch or not. */
static void play(struct zw_decoder *d)
{
	const struct zw_message *m = &d->current;

	if (m->type < NLMSG_MIN_TYPE) { /* NOOP, ERROR, DONE, OVERRUN */
		if (m->type == NLMSG_ERROR && !d->in_batch)
			broken(d, "an error of the kernel, not a ruleset");
		return;
	}
	if (d->in_batch && d->refused)
		return;
	if (m->type >> 8 != NFNL_SUBSYS_NFTABLES || !m->has_family) {
		if (d->in_batch)
			zw_decode_refuse(d, "not of nf_tables (EINVAL)");
		else
			broken(d, "not a message of nf_tables");
		return;
	}
	if (is_query(m->type))
		return;
	if (!d->in_batch && m->flags & NLM_F_REQUEST) {
		broken(d, "a request outside of a batch changes nothing");
		return;
	}
	if (d->in_batch && !(m->flags & NLM_F_REQUEST)) {
		zw_decode_refuse(d, "not marked as a request (EINVAL)");
		return;
	}
	dispatch(d);
}

static bool begins_nf_tables(struct zw_decoder *d)
{
	if (d->current.has_family && d->current.res_id == NFNL_SUBSYS_NFTABLES)
		return true;
	broken(d, "a batch of another subsystem than nf_tables");
	return false;
}

static void play_all(struct zw_decoder *d, const u8 *bytes, size_t n,
		     zw_visit_state *visit, void *context)
{
	struct zw_message_walk walk = { .p = bytes, .n = n };
	u32 transactions = 0, i;

	for (d->message = 0; zw_message_next(&walk, &d->current);
	     d->message++) {
		if (d->current.type == NFNL_MSG_BATCH_BEGIN) {
			if (d->in_batch) {
				zw_decode_refuse(d, "a batch in a batch");
				continue;
			}
			if (begins_nf_tables(d))
				begin(d);
		} else if (d->current.type == NFNL_MSG_BATCH_END) {
			if (!d->in_batch)
				broken(d, "the end of no batch");
			else if (end(d) && visit)
				visit(context, transactions++, &d->now);
		} else {
			play(d);
		}
	}
	if (walk.broken)
		broken(d, "the bytes end within it, or its length lies");
	else if (!d->message)
		broken(d, "there are no messages at all");
	if (d->in_batch) {
		if (!walk.broken)
			broken(d,
			       "the batch has no end, so nothing of it counts");
		roll_back(d);
	}
	zw_decode_settle(d);
	for (i = 0; i < d->changes.n; i++)
		zw_decode_forget(d, i);
}

bool zw_decode_each(struct zw_arena *arena, struct zw_diags *diags,
		    const u8 *bytes, size_t n, const struct zw_ruleset *start,
		    struct zw_ruleset *ruleset, zw_visit_state *visit,
		    void *context)
{
	struct zw_decoder d = {
		.arena = arena,
		.scratch = zw_arena_new(),
		.diags = diags,
	};
	u32 i;

	if (start)
		d.now = copy_state(arena, start);
	for (i = 0; i < d.now.chains.n; i++) {
		if (d.registered < d.now.chains.v[i].registered)
			d.registered = d.now.chains.v[i].registered;
	}
	name_everything(&d);
	play_all(&d, bytes, n, visit, context);
	zw_arena_free(d.scratch);
	*ruleset = d.now;
	return !d.error;
}

bool zw_decode(struct zw_arena *arena, struct zw_diags *diags, const u8 *bytes,
	       size_t n, const struct zw_ruleset *start,
	       struct zw_ruleset *ruleset)
{
	return zw_decode_each(arena, diags, bytes, n, start, ruleset, NULL,
			      NULL);
}
