/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules: NEWRULE, DELRULE, and the nest of data that rules and elements use.
 *
 * Follows nf_tables_api.c: nf_tables_newrule, nf_tables_delrule,
 * nft_data_init, nft_verdict_init. A rule's comment is the user data of type 0
 * that nft and others put there. */
#include <linux/netlink.h>

#include "verifier/decode_internal.h"

#define RULE_ATTRS 11
#define RULE_EXPRS 128 /* NFT_RULE_MAXEXPRS */

/* ---- data ---- */

static bool read_ruling(struct zw_decoder *d, u32 table,
			const struct zw_attr *nest, struct zw_ruling *ruling)
{
	struct zw_attrs attrs;
	struct zw_str name;
	u32 code, id, i;

	zw_attrs_parse(&attrs, nest->data, nest->len, 3);
	if (attrs.unknown || attrs.broken ||
	    !zw_attr_u32(&attrs.at[NFTA_VERDICT_CODE], &code)) {
		zw_decode_refuse(d, "a verdict without a code");
		return false;
	}
	*ruling = (struct zw_ruling){ .code = (s32)code, .chain = ZW_NONE };
	switch (ruling->code) {
	case NF_ACCEPT:
	case NF_DROP:
	case NF_QUEUE:
	case NFT_CONTINUE:
	case NFT_BREAK:
	case NFT_RETURN:
		return true;
	case NFT_JUMP:
	case NFT_GOTO:
		break;
	default:
		zw_decode_refuse(d, "verdict %d (EINVAL)", ruling->code);
		return false;
	}
	if (zw_attr_str(&attrs.at[NFTA_VERDICT_CHAIN], ZW_OBJECT_NAME_MAX,
			&name)) {
		ruling->chain = zw_decode_find(d, ZW_NAME_CHAIN, table, name);
	} else if (zw_attr_u32(&attrs.at[3], &id) && id) {
		for (i = (u32)d->now.chains.n; i-- > d->first_chain;) {
			if (d->now.chains.v[i].id == id &&
			    d->now.chains.v[i].table == table) {
				ruling->chain = i;
				break;
			}
		}
	}
	if (ruling->chain == ZW_NONE) {
		zw_decode_refuse(d, "a jump to no chain (ENOENT)");
		return false;
	}
	if (d->now.chains.v[ruling->chain].base) {
		zw_decode_refuse(d, "a jump to a base chain (EOPNOTSUPP)");
		return false;
	}
	return true;
}

bool zw_decode_data(struct zw_decoder *d, u32 table, const struct zw_attr *attr,
		    struct zw_decoded_data *data)
{
	struct zw_attrs attrs;

	*data = (struct zw_decoded_data){ 0 };
	if (!attr->data) {
		zw_decode_refuse(d, "data are missing (EINVAL)");
		return false;
	}
	zw_attrs_parse(&attrs, attr->data, attr->len, NFTA_DATA_MAX);
	if (attrs.unknown || attrs.broken) {
		zw_decode_refuse(d, "data of an unknown kind");
		return false;
	}
	if (attrs.at[NFTA_DATA_VALUE].data) {
		data->bytes = attrs.at[NFTA_DATA_VALUE].data;
		data->len = attrs.at[NFTA_DATA_VALUE].len;
		if (data->len && data->len <= ZW_KEY_MAX)
			return true;
	} else if (attrs.at[NFTA_DATA_VERDICT].data) {
		data->is_ruling = true;
		return read_ruling(d, table, &attrs.at[NFTA_DATA_VERDICT],
				   &data->ruling);
	}
	zw_decode_refuse(d, "data of %u bytes (EINVAL)", data->len);
	return false;
}

/* ---- user data ---- */

/* Type, length and value of one byte each and more; 0 is a comment. */
static struct zw_str read_comment(struct zw_arena *arena,
				  const struct zw_attr *attr)
{
	const u8 *p = attr->data;
	size_t n = p ? attr->len : 0, len;

	while (n >= 2 && p[1] <= n - 2) {
		if (p[0] == 0) {
			len = strnlen((const char *)p + 2, p[1]);
			return zw_str_copy(
				arena,
				(struct zw_str){ (const char *)p + 2, len });
		}
		n -= 2u + p[1];
		p += 2u + p[1];
	}
	return (struct zw_str){ 0 };
}

/* ---- finding ---- */

static u32 find_chain(struct zw_decoder *d, u32 table,
		      const struct zw_attrs *attrs)
{
	struct zw_str name;
	u32 id, i;

	if (zw_attr_str(&attrs->at[NFTA_RULE_CHAIN], ZW_OBJECT_NAME_MAX,
			&name)) {
		i = zw_decode_find(d, ZW_NAME_CHAIN, table, name);
		if (i != ZW_NONE)
			return i;
	} else if (zw_attr_u32(&attrs->at[11], &id) && id) {
		for (i = (u32)d->now.chains.n; i-- > d->first_chain;) {
			if (d->now.chains.v[i].id == id &&
			    d->now.chains.v[i].table == table)
				return i;
		}
	}
	return ZW_NONE;
}

static size_t by_handle(const struct zw_chain *chain,
			const struct zw_attr *attr)
{
	u64 handle = 0;
	size_t i;

	if (!zw_attr_u64(attr, &handle) || !handle)
		return chain->rules.n;
	for (i = 0; i < chain->rules.n; i++) {
		if (chain->rules.v[i]->handle == handle)
			break;
	}
	return i;
}

static size_t by_id(const struct zw_decoder *d, u32 number,
		    const struct zw_attr *attr)
{
	const struct zw_chain *chain = &d->now.chains.v[number];
	const struct zw_rule *rule = NULL;
	size_t i;
	u32 id;

	if (!zw_attr_u32(attr, &id) || !id)
		return chain->rules.n;
	for (i = d->ids.n; i-- > 0 && !rule;) {
		if (d->ids.v[i].id == id && d->ids.v[i].chain == number)
			rule = d->ids.v[i].rule;
	}
	for (i = 0; i < chain->rules.n; i++) {
		if (chain->rules.v[i] == rule)
			break;
	}
	return i;
}

/* ---- NEWRULE ---- */

static bool read_exprs(struct zw_decoder *d, u32 table,
		       const struct zw_attr *list, struct zw_rule *rule)
{
	struct zw_expr exprs[RULE_EXPRS];
	struct zw_attr_walk walk;
	struct zw_attr attr;
	u32 written = 0, n = 0;

	if (list->data) {
		walk = zw_attr_walk(list->data, list->len);
		while (zw_attr_next(&walk, &attr)) {
			if (attr.type != NFTA_LIST_ELEM || n == RULE_EXPRS) {
				zw_decode_refuse(
					d, "no list of at most %u expressions",
					RULE_EXPRS);
				return false;
			}
			if (!zw_decode_expr(d, table, &attr, &written,
					    &exprs[n++]))
				return false;
		}
		if (walk.broken) {
			zw_decode_refuse(d, "the list of expressions is cut");
			return false;
		}
	}
	if (n) {
		struct zw_expr *copy =
			ZW_NEW_ARRAY(d->arena, struct zw_expr, n);

		memcpy(copy, exprs, n * sizeof(*copy));
		rule->exprs = copy;
	}
	rule->n_exprs = n;
	return true;
}

/* Where the rule goes, as an index; *REPLACE if the one there makes way.
 * SIZE_MAX after refusing. */
static size_t place(struct zw_decoder *d, u32 number,
		    const struct zw_attrs *attrs, bool *replace)
{
	const struct zw_chain *chain = &d->now.chains.v[number];
	size_t n = chain->rules.n, i = n;

	*replace = false;
	if (!d->in_batch)
		return n;
	if (attrs->at[NFTA_RULE_HANDLE].data) {
		i = by_handle(chain, &attrs->at[NFTA_RULE_HANDLE]);
		if (i == n || !zw_decode_flag(d, NLM_F_REPLACE) ||
		    zw_decode_flag(d, NLM_F_EXCL)) {
			zw_decode_refuse(d, "no rule to replace");
			return SIZE_MAX;
		}
		*replace = true;
		return i;
	}
	if (!zw_decode_flag(d, NLM_F_CREATE) ||
	    zw_decode_flag(d, NLM_F_REPLACE)) {
		zw_decode_refuse(d, "neither to create nor to replace");
		return SIZE_MAX;
	}
	if (!attrs->at[NFTA_RULE_POSITION].data &&
	    !attrs->at[NFTA_RULE_POSITION_ID].data)
		return zw_decode_flag(d, NLM_F_APPEND) ? n : 0;
	if (attrs->at[NFTA_RULE_POSITION].data)
		i = by_handle(chain, &attrs->at[NFTA_RULE_POSITION]);
	else
		i = by_id(d, number, &attrs->at[NFTA_RULE_POSITION_ID]);
	if (i == n) {
		zw_decode_refuse(d, "no rule at that position (ENOENT)");
		return SIZE_MAX;
	}
	return zw_decode_flag(d, NLM_F_APPEND) ? i + 1 : i;
}

void zw_decode_newrule(struct zw_decoder *d)
{
	struct zw_rule *rule;
	struct zw_chain *chain;
	struct zw_attrs attrs;
	u32 table, number, id;
	bool replace;
	size_t at;

	if (!zw_decode_attrs(d, &attrs, RULE_ATTRS))
		return;
	table = zw_decode_table(d, &attrs.at[NFTA_RULE_TABLE]);
	if (table == ZW_NONE)
		return;
	number = find_chain(d, table, &attrs);
	if (number == ZW_NONE) {
		zw_decode_refuse(d, "a rule for no chain (ENOENT)");
		return;
	}
	at = place(d, number, &attrs, &replace);
	if (at == SIZE_MAX)
		return;
	rule = ZW_NEW(d->arena, struct zw_rule);
	rule->message = d->message;
	rule->chain = number;
	if (!read_exprs(d, table, &attrs.at[NFTA_RULE_EXPRESSIONS], rule))
		return;
	rule->comment = read_comment(d->arena, &attrs.at[NFTA_RULE_USERDATA]);
	if (!d->in_batch)
		zw_attr_u64(&attrs.at[NFTA_RULE_HANDLE], &rule->handle);
	if (attrs.unknown) {
		zw_decode_doubt(d, "unknown attribute %u of a rule",
				attrs.unknown_type);
		d->now.chains.v[number].doubt = "a rule's unknown attribute";
	}
	if (zw_attr_u32(&attrs.at[NFTA_RULE_ID], &id) && id) {
		struct zw_rule_id entry = { id, number, rule };

		zw_push(d->scratch, d->ids, entry);
	}
	chain = &d->now.chains.v[number];
	if (replace) {
		chain->rules.v[at] = rule;
		return;
	}
	zw_push(d->arena, chain->rules, rule);
	memmove(chain->rules.v + at + 1, chain->rules.v + at,
		(chain->rules.n - at - 1) * sizeof(*chain->rules.v));
	chain->rules.v[at] = rule;
}

/* ---- DELRULE ---- */

static void remove_rule(struct zw_chain *chain, size_t i)
{
	memmove(chain->rules.v + i, chain->rules.v + i + 1,
		(chain->rules.n - i - 1) * sizeof(*chain->rules.v));
	chain->rules.n--;
}

void zw_decode_delrule(struct zw_decoder *d, bool lenient)
{
	const struct zw_table *t;
	struct zw_chain *chain;
	struct zw_attrs attrs;
	u32 table, number;
	size_t i;

	if (!zw_decode_attrs(d, &attrs, RULE_ATTRS))
		return;
	table = zw_decode_table(d, &attrs.at[NFTA_RULE_TABLE]);
	if (table == ZW_NONE)
		return;
	if (!attrs.at[NFTA_RULE_CHAIN].data) {
		t = &d->now.tables.v[table];
		for (i = 0; i < t->chains.n; i++)
			d->now.chains.v[t->chains.v[i]].rules.n = 0;
		return;
	}
	number = find_chain(d, table, &attrs);
	if (number == ZW_NONE) {
		if (!lenient)
			zw_decode_refuse(d, "no such chain (ENOENT)");
		return;
	}
	chain = &d->now.chains.v[number];
	if (attrs.at[NFTA_RULE_HANDLE].data)
		i = by_handle(chain, &attrs.at[NFTA_RULE_HANDLE]);
	else if (attrs.at[NFTA_RULE_ID].data)
		i = by_id(d, number, &attrs.at[NFTA_RULE_ID]);
	else {
		chain->rules.n = 0;
		return;
	}
	if (i < chain->rules.n)
		remove_rule(chain, i);
	else if (!lenient)
		zw_decode_refuse(d, "no such rule (ENOENT)");
}
