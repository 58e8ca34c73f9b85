/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan as JSON. Built object by object and printed at once, so that a set
 * of a million elements does not stand in memory twice: only one set is a tree
 * at a time. Values are spelled as nft spells them: addresses as text, an
 * interval as {"range": [lo, hi]}, a prefix as its range. */
#include <jansson.h>

#include "base/assert.h"
#include "report/plan_json.h"

struct writer {
	struct zw_buf *out;
	const struct zw_plan *plan;
	const struct zw_sources *sources;
	bool first;
};

static json_t *text(struct zw_str s)
{
	json_t *value = json_stringn(s.p, s.n);

	/* a file's name may be any bytes */
	return value ? value : json_string("?");
}

static void add(json_t *object, const char *name, json_t *value)
{
	ZW_ASSERT(value);
	json_object_set_new(object, name, value);
}

static int to_buf(const char *bytes, size_t n, void *out)
{
	zw_buf_add(out, bytes, n);
	return 0;
}

/* Takes VALUE. */
static void put(struct writer *w, const char *kind, json_t *value)
{
	json_t *object = json_object();

	add(object, kind, value);
	zw_buf_puts(w->out, w->first ? "    " : ",\n    ");
	w->first = false;
	json_dump_callback(object, to_buf, w->out, JSON_COMPACT);
	json_decref(object);
}

static void add_place(const struct writer *w, json_t *object,
		      struct zw_span span, struct zw_str place)
{
	struct zw_place at;

	if (place.n)
		add(object, "place", text(place));
	if (!w->sources || span.file == ZW_NO_FILE)
		return;
	at = zw_sources_place(w->sources, span);
	add(object, "file", text(at.file));
	add(object, "line", json_integer(at.line));
	add(object, "column", json_integer(at.column));
}

/* ---- values ---- */

static json_t *number(const u8 *bytes, unsigned n, bool host)
{
	u32 value = 0;

	if (host && n == 4)
		memcpy(&value, bytes, 4);
	else
		for (unsigned i = 0; i < n; i++)
			value = value << 8 | bytes[i];
	return json_integer(value);
}

static json_t *single(enum zw_key key, const u8 *bytes)
{
	const struct zw_key_info *info = zw_key_info(key);
	char address[46];

	if (info->bytes == 16 && !info->host_order)
		return json_string(zw_ip_format(
			zw_ip_from_bytes(ZW_IPV6, bytes), address));
	if (info->bytes == 4 && !info->host_order)
		return json_string(zw_ip_format(
			zw_ip_from_bytes(ZW_IPV4, bytes), address));
	if (info->bytes == 16)
		return text(
			(struct zw_str){ (const char *)bytes,
					 strnlen((const char *)bytes, 16) });
	return number(bytes, info->bytes, info->host_order);
}

static json_t *value_of(enum zw_key key, const u8 *lo, const u8 *hi)
{
	const struct zw_key_info *info = zw_key_info(key);
	json_t *range, *ends;

	if (!memcmp(lo, hi, info->bytes))
		return single(key, lo);
	if (info->bytes == 16 && info->host_order) {
		size_t n = strnlen((const char *)lo, 16);
		char name[18];

		memcpy(name, lo, n);
		name[n] = '*';
		return text((struct zw_str){ name, n + 1 });
	}
	range = json_object();
	ends = json_array();
	json_array_append_new(ends, single(key, lo));
	json_array_append_new(ends, single(key, hi));
	add(range, "range", ends);
	return range;
}

/* The ends of a comparison, in network order whatever the field is in. */
static json_t *range_of(enum zw_key key, const u8 *lo, const u8 *hi)
{
	const struct zw_key_info *info = zw_key_info(key);
	json_t *range, *ends;

	if (!info->host_order)
		return value_of(key, lo, hi);
	range = json_object();
	ends = json_array();
	json_array_append_new(ends, number(lo, info->bytes, false));
	json_array_append_new(ends, number(hi, info->bytes, false));
	add(range, "range", ends);
	return range;
}

static json_t *verdict(const struct writer *w, enum zw_plan_verdict which,
		       u32 chain)
{
	static const char *const words[] = {
		[ZW_PLAN_CONTINUE] = "continue",
		[ZW_PLAN_ACCEPT] = "accept",
		[ZW_PLAN_DROP] = "drop",
		[ZW_PLAN_RETURN] = "return",
		[ZW_PLAN_JUMP] = "jump",
		[ZW_PLAN_GOTO] = "goto",
		[ZW_PLAN_REJECT_RESET] = "reject",
		[ZW_PLAN_REJECT_PROHIBITED] = "reject",
		[ZW_PLAN_MASQUERADE] = "masquerade",
		[ZW_PLAN_SNAT] = "snat",
		[ZW_PLAN_DNAT] = "dnat",
	};
	json_t *out = json_object(), *detail = json_object();

	if (which == ZW_PLAN_JUMP || which == ZW_PLAN_GOTO) {
		add(detail, "target", text(w->plan->chains.v[chain].name));
	} else if (which == ZW_PLAN_REJECT_RESET) {
		add(detail, "type", json_string("tcp reset"));
	} else if (which == ZW_PLAN_REJECT_PROHIBITED) {
		add(detail, "type", json_string("icmpx"));
		add(detail, "expr", json_string("admin-prohibited"));
	} else {
		json_decref(detail);
		detail = json_null();
	}
	add(out, words[which], detail);
	return out;
}

/* ---- sets ---- */

static json_t *element(const struct writer *w, const struct zw_plan_set *set,
		       size_t index)
{
	const struct zw_plan_element *plan =
		set->is_addresses ? NULL : &set->elements.v[index];
	json_t *fields = json_array(), *out, *key;
	u8 lo[64], hi[64];
	size_t at = 0;

	zw_plan_set_element(set, index, lo, hi);
	for (unsigned i = 0; i < set->fields; i++) {
		enum zw_key field = (enum zw_key)set->field[i];

		json_array_append_new(fields,
				      value_of(field, lo + at, hi + at));
		at += zw_key_info(field)->bytes;
	}
	if (set->fields == 1) {
		key = json_incref(json_array_get(fields, 0));
		json_decref(fields);
	} else {
		key = json_object();
		add(key, "concat", fields);
	}
	if (!plan || (!set->map && !set->data && !plan->place.n))
		return key;
	out = json_object();
	add(out, "val", key);
	if (set->map)
		add(out, "verdict", verdict(w, plan->verdict, plan->chain));
	if (set->data) {
		char address[46];

		add(out, "addr",
		    json_string(zw_ip_format(
			    (struct zw_ip){ set->family, plan->address },
			    address)));
		add(out, "port", json_integer(plan->port));
	}
	if (plan->place.n)
		add(out, "comment", text(plan->place));
	return out;
}

static void put_set(struct writer *w, const struct zw_plan_set *set)
{
	json_t *out = json_object(), *types = json_array();
	json_t *elements = json_array();

	add(out, "family", json_string("inet"));
	add(out, "table", json_string(ZW_PLAN_TABLE));
	add(out, "name", text(set->name));
	for (unsigned i = 0; i < set->fields; i++)
		json_array_append_new(
			types,
			json_string(
				zw_key_info((enum zw_key)set->field[i])->type));
	add(out, "type", types);
	if (set->map)
		add(out, "map", json_string("verdict"));
	if (set->data)
		add(out, "map", json_string("address and port"));
	if (set->dynamic)
		add(out, "size", json_integer(ZW_PLAN_DYNAMIC_SIZE));
	if (set->timeout)
		add(out, "timeout", json_integer(set->timeout));
	if (set->interval) {
		json_t *flags = json_array();

		json_array_append_new(flags, json_string("interval"));
		add(out, "flags", flags);
	}
	for (size_t i = 0; i < zw_plan_set_size(set); i++)
		json_array_append_new(elements, element(w, set, i));
	add(out, "elem", elements);
	add_place(w, out, set->span, set->place);
	put(w, set->map || set->data ? "map" : "set", out);
}

/* ---- rules ---- */

static json_t *left(const struct zw_plan_match *match)
{
	json_t *fields = json_array(), *out;

	for (unsigned i = 0; i < match->fields; i++)
		json_array_append_new(
			fields,
			json_string(zw_key_info((enum zw_key)match->field[i])
					    ->nft));
	if (match->fields == 1) {
		out = json_incref(json_array_get(fields, 0));
		json_decref(fields);
		return out;
	}
	out = json_object();
	add(out, "concat", fields);
	return out;
}

static json_t *match_of(const struct writer *w,
			const struct zw_plan_match *match)
{
	enum zw_key key = (enum zw_key)match->field[0];
	json_t *out = json_object(), *body = json_object();
	char set[ZW_PLAN_NAME_BYTES + 1] = "@";
	u8 high[16];

	if (match->test >= ZW_TEST_IN)
		zw_plan_name(set + 1, w->plan->sets.v[match->set].name, false,
			     0);
	switch (match->test) {
	case ZW_TEST_EQ:
		add(body, "op", json_string("=="));
		add(body, "right", single(key, match->value));
		break;
	case ZW_TEST_RANGE:
		add(body, "op", json_string("=="));
		add(body, "right", range_of(key, match->value, match->other));
		break;
	case ZW_TEST_MASK_EQ:
		for (unsigned i = 0; i < sizeof(high); i++)
			high[i] = (u8)(match->value[i] | ~match->other[i]);
		add(body, "op", json_string("=="));
		add(body, "right", value_of(key, match->value, high));
		break;
	case ZW_TEST_MASK_ANY:
		add(body, "op", json_string("in"));
		add(body, "right",
		    number(match->other, zw_key_info(key)->bytes,
			   zw_key_info(key)->host_order));
		break;
	case ZW_TEST_IN:
		add(body, "op", json_string("in"));
		add(body, "right", json_string(set));
		break;
	case ZW_TEST_MAP:
		add(body, "key", left(match));
		add(body, "data", json_string(set));
		add(out, "vmap", body);
		return out;
	}
	add(body, "left", left(match));
	add(out, "match", body);
	return out;
}

static json_t *limit(const struct zw_plan_limit *plan)
{
	json_t *out = json_object();

	add(out, "rate", json_integer((json_int_t)plan->amount));
	add(out, "seconds", json_integer((json_int_t)plan->seconds));
	add(out, "burst", json_integer((json_int_t)plan->burst));
	return out;
}

static void add_limits(const struct writer *w, json_t *list,
		       const struct zw_plan_rule *rule)
{
	const struct zw_plan_meter *meter = &rule->meter;

	if (rule->has_meter) {
		json_t *object = json_object(), *body = json_object();

		add(body, "set", text(w->plan->sets.v[meter->set].name));
		if (meter->counts_connections)
			add(body, "ct count", json_integer(meter->connections));
		else
			add(body, "limit", limit(&meter->limit));
		add(object, "meter", body);
		json_array_append_new(list, object);
	}
	if (rule->has_limit) {
		json_t *object = json_object();

		add(object, "limit", limit(&rule->limit));
		json_array_append_new(list, object);
	}
}

static json_t *source(const struct zw_plan_rule *rule)
{
	json_t *out = json_object(), *body = json_object();
	char address[100];

	add(body, "addr",
	    json_string(zw_ip_range_format(rule->family, rule->addresses,
					   address)));
	add(out, "snat", body);
	return out;
}

static void put_rule(struct writer *w, const struct zw_plan_chain *chain,
		     const struct zw_plan_rule *rule)
{
	json_t *out = json_object(), *list = json_array();

	add(out, "family", json_string("inet"));
	add(out, "table", json_string(ZW_PLAN_TABLE));
	add(out, "chain", text(chain->name));
	for (u32 i = 0; i < rule->match_count; i++)
		json_array_append_new(list, match_of(w, &rule->matches[i]));
	add_limits(w, list, rule);
	if (rule->log) {
		json_t *log = json_object(), *object = json_object();

		if (rule->log_prefix.n)
			add(log, "prefix", text(rule->log_prefix));
		if (rule->log_to_group)
			add(log, "group", json_integer(rule->log_group));
		add(object, "log", log);
		json_array_append_new(list, object);
	}
	if (rule->counter) {
		json_t *object = json_object();

		add(object, "counter",
		    rule->counter_name.n ? text(rule->counter_name)
					 : json_null());
		json_array_append_new(list, object);
	}
	if (rule->clamp) {
		json_t *object = json_object();

		add(object, "clamp-mss",
		    rule->clamp_size ? json_integer(rule->clamp_size)
				     : json_string("rt mtu"));
		json_array_append_new(list, object);
	}
	if (rule->verdict == ZW_PLAN_SNAT)
		json_array_append_new(list, source(rule));
	else if (rule->verdict != ZW_PLAN_CONTINUE)
		json_array_append_new(list,
				      verdict(w, rule->verdict, rule->chain));
	add(out, "expr", list);
	add_place(w, out, rule->span, rule->place);
	put(w, "rule", out);
}

static void put_counter(struct writer *w, struct zw_str name)
{
	json_t *out = json_object();

	add(out, "family", json_string("inet"));
	add(out, "table", json_string(ZW_PLAN_TABLE));
	add(out, "name", text(name));
	put(w, "counter", out);
}

static void put_chain(struct writer *w, const struct zw_plan_chain *chain)
{
	static const char *const hooks[] = { "prerouting", "input", "forward",
					     "output", "postrouting" };
	json_t *out = json_object();

	add(out, "family", json_string("inet"));
	add(out, "table", json_string(ZW_PLAN_TABLE));
	add(out, "name", text(chain->name));
	if (chain->hook != ZW_PLAN_NO_HOOK) {
		add(out, "type",
		    json_string(chain->type == ZW_PLAN_NAT ? "nat" : "filter"));
		add(out, "hook", json_string(hooks[chain->hook]));
		add(out, "prio", json_integer(chain->priority));
		add(out, "policy",
		    json_string(chain->type == ZW_PLAN_FILTER ? "drop"
							      : "accept"));
	}
	put(w, "chain", out);
}

void zw_plan_json(struct zw_buf *out, const struct zw_plan *plan,
		  const struct zw_sources *sources)
{
	struct writer w = { out, plan, sources, true };
	json_t *table = json_object();

	zw_buf_puts(out, "{\n  \"format\": 1,\n  \"nftables\": [\n");
	add(table, "family", json_string("inet"));
	add(table, "name", json_string(ZW_PLAN_TABLE));
	put(&w, "table", table);
	for (size_t i = 0; i < plan->counters.n; i++)
		put_counter(&w, plan->counters.v[i]);
	for (size_t i = 0; i < plan->chains.n; i++)
		put_chain(&w, &plan->chains.v[i]);
	for (size_t i = 0; i < plan->sets.n; i++)
		put_set(&w, &plan->sets.v[i]);
	for (size_t i = 0; i < plan->chains.n; i++)
		for (size_t r = 0; r < plan->chains.v[i].rules.n; r++)
			put_rule(&w, &plan->chains.v[i],
				 &plan->chains.v[i].rules.v[r]);
	zw_buf_puts(out, "\n  ]\n}\n");
}
