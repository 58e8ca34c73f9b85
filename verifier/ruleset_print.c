/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decoded ruleset as text: what tests compare and a reader debugs with. One
 * line for each object, element and expression; bytes are hexadecimal, chains
 * and sets appear by name. Nothing in it depends on memory addresses. */
#include "verifier/ruleset.h"
#include "verifier/xt.h"

static void put_hex(struct zw_buf *out, const u8 *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		zw_buf_printf(out, "%02x", bytes[i]);
}

static void put_name(struct zw_buf *out, struct zw_str name)
{
	zw_buf_add_escaped(out, name);
}

static void put_value(struct zw_buf *out, const struct zw_value *value)
{
	put_hex(out, value->bytes, value->len);
}

static void put_reg(struct zw_buf *out, u8 reg)
{
	if (reg == ZW_REG_VERDICT)
		zw_buf_puts(out, " verdict");
	else if (reg == ZW_REG_NONE)
		zw_buf_puts(out, " -");
	else
		zw_buf_printf(out, " r%u", reg);
}

static void put_chain(struct zw_buf *out, const struct zw_ruleset *ruleset,
		      u32 chain)
{
	if (chain < ruleset->chains.n)
		put_name(out, ruleset->chains.v[chain].name);
}

static void put_ruling(struct zw_buf *out, const struct zw_ruleset *ruleset,
		       const struct zw_ruling *ruling)
{
	switch (ruling->code) {
	case NF_ACCEPT:
		zw_buf_puts(out, "accept");
		return;
	case NF_DROP:
		zw_buf_puts(out, "drop");
		return;
	case NF_QUEUE:
		zw_buf_puts(out, "queue");
		return;
	case NFT_CONTINUE:
		zw_buf_puts(out, "continue");
		return;
	case NFT_BREAK:
		zw_buf_puts(out, "break");
		return;
	case NFT_RETURN:
		zw_buf_puts(out, "return");
		return;
	default:
		zw_buf_puts(out, ruling->code == NFT_JUMP ? "jump " : "goto ");
		put_chain(out, ruleset, ruling->chain);
	}
}

static void put_set(struct zw_buf *out, const struct zw_ruleset *ruleset,
		    u32 set)
{
	zw_buf_putc(out, ' ');
	if (set < ruleset->sets.n)
		put_name(out, ruleset->sets.v[set].name);
}

/* ---- expressions ---- */

static void put_bitwise(struct zw_buf *out, const struct zw_expr *e)
{
	put_reg(out, e->bitwise.dreg);
	put_reg(out, e->bitwise.sreg);
	put_reg(out, e->bitwise.sreg2);
	zw_buf_printf(out, " op %u len %u", e->bitwise.op, e->bitwise.len);
	if (e->bitwise.op == NFT_BITWISE_BOOL) {
		zw_buf_puts(out, " mask ");
		put_hex(out, e->bitwise.mask, e->bitwise.len);
		zw_buf_puts(out, " xor ");
		put_hex(out, e->bitwise.xor, e->bitwise.len);
	} else {
		zw_buf_printf(out, " shift %u", e->bitwise.shift);
	}
}

static void put_payload(struct zw_buf *out, const struct zw_expr *e)
{
	put_reg(out, e->payload.dreg);
	put_reg(out, e->payload.sreg);
	zw_buf_printf(out, " base %u offset %u len %u", e->payload.base,
		      e->payload.offset, e->payload.len);
	if (e->kind == ZW_EXPR_PAYLOAD_SET)
		zw_buf_printf(out, " csum %u %u %u", e->payload.csum_type,
			      e->payload.csum_offset, e->payload.csum_flags);
}

static void put_log(struct zw_buf *out, const struct zw_expr *e)
{
	zw_buf_puts(out, " prefix ");
	put_name(out, e->log.prefix);
	if (e->log.group != ZW_NONE)
		zw_buf_printf(out, " group %u snaplen %u", e->log.group,
			      e->log.snaplen);
	else
		zw_buf_printf(out, " level %u", e->log.level);
	zw_buf_printf(out, " flags %u", e->log.flags);
}

static void put_nat(struct zw_buf *out, const struct zw_expr *e)
{
	zw_buf_printf(out, " type %u family %u", e->nat.type, e->nat.family);
	put_reg(out, e->nat.sreg_addr_min);
	put_reg(out, e->nat.sreg_addr_max);
	put_reg(out, e->nat.sreg_port_min);
	put_reg(out, e->nat.sreg_port_max);
	zw_buf_printf(out, " flags %u", e->nat.flags);
}

static void put_exthdr(struct zw_buf *out, const struct zw_expr *e)
{
	put_reg(out, e->exthdr.dreg);
	put_reg(out, e->exthdr.sreg);
	zw_buf_printf(out, " op %u type %u offset %u len %u%s", e->exthdr.op,
		      e->exthdr.type, e->exthdr.offset, e->exthdr.len,
		      e->exthdr.present ? " present" : "");
}

static void put_xt(struct zw_buf *out, const struct zw_expr *e)
{
	zw_buf_putc(out, ' ');
	put_name(out, e->xt.name);
	zw_buf_printf(out, " rev %u info ", e->xt.revision);
	put_hex(out, (const u8 *)e->xt.info.p, e->xt.info.n);
	if (e->kind != ZW_EXPR_MATCH && e->kind != ZW_EXPR_TARGET)
		return;
	if (!e->xt.means)
		zw_buf_puts(out, " (not known)");
	else if (e->xt.means->kind == ZW_XT_SET_MARK ||
		 e->xt.means->kind == ZW_XT_SET_CTMARK)
		zw_buf_printf(out, " mode %d mask %#x/%#x mark %#x shift %u",
			      e->xt.means->set_mark.mode,
			      e->xt.means->set_mark.clear,
			      e->xt.means->set_mark.packet_mask,
			      e->xt.means->set_mark.value,
			      e->xt.means->set_mark.shift);
}

/* Loads of a key, and what else fits in a line of numbers. */
static void put_numbers(struct zw_buf *out, const struct zw_expr *e)
{
	switch (e->kind) {
	case ZW_EXPR_BYTEORDER:
		put_reg(out, e->byteorder.dreg);
		put_reg(out, e->byteorder.sreg);
		zw_buf_printf(out, " op %u len %u size %u", e->byteorder.op,
			      e->byteorder.len, e->byteorder.size);
		return;
	case ZW_EXPR_META:
	case ZW_EXPR_META_SET:
		put_reg(out, e->meta.dreg);
		put_reg(out, e->meta.sreg);
		zw_buf_printf(out, " key %u", e->meta.key);
		return;
	case ZW_EXPR_CT:
	case ZW_EXPR_CT_SET:
		put_reg(out, e->ct.dreg);
		put_reg(out, e->ct.sreg);
		zw_buf_printf(out, " key %u dir %u", e->ct.key,
			      e->ct.direction);
		return;
	case ZW_EXPR_LIMIT:
		zw_buf_printf(out, " %ju/%ju burst %u type %u%s",
			      (uintmax_t)e->limit.rate,
			      (uintmax_t)e->limit.unit, e->limit.burst,
			      e->limit.type, e->limit.invert ? " over" : "");
		return;
	case ZW_EXPR_QUOTA:
		zw_buf_printf(out, " %ju%s", (uintmax_t)e->quota.bytes,
			      e->quota.invert ? " over" : "");
		return;
	case ZW_EXPR_CONNLIMIT:
		zw_buf_printf(out, " %u%s", e->connlimit.count,
			      e->connlimit.invert ? " over" : "");
		return;
	case ZW_EXPR_NUMGEN:
		put_reg(out, e->numgen.dreg);
		zw_buf_printf(out, " type %u mod %u offset %u", e->numgen.type,
			      e->numgen.modulus, e->numgen.offset);
		return;
	case ZW_EXPR_HASH:
		put_reg(out, e->hash.dreg);
		put_reg(out, e->hash.sreg);
		zw_buf_printf(out, " type %u len %u mod %u offset %u",
			      e->hash.type, e->hash.len, e->hash.modulus,
			      e->hash.offset);
		return;
	case ZW_EXPR_FIB:
		put_reg(out, e->fib.dreg);
		zw_buf_printf(out, " result %u flags %u", e->fib.result,
			      e->fib.flags);
		return;
	case ZW_EXPR_RT:
	case ZW_EXPR_SOCKET:
	case ZW_EXPR_OSF:
	case ZW_EXPR_XFRM:
	case ZW_EXPR_TUNNEL:
		put_reg(out, e->special.dreg);
		zw_buf_printf(out, " key %u dir %u number %u", e->special.key,
			      e->special.direction, e->special.number);
		return;
	case ZW_EXPR_REJECT:
		zw_buf_printf(out, " type %u code %u", e->reject.type,
			      e->reject.code);
		return;
	case ZW_EXPR_TPROXY:
		zw_buf_printf(out, " family %u", e->tproxy.family);
		put_reg(out, e->tproxy.sreg_addr);
		put_reg(out, e->tproxy.sreg_port);
		return;
	case ZW_EXPR_QUEUE:
		zw_buf_printf(out, " %u total %u flags %u", e->queue.number,
			      e->queue.total, e->queue.flags);
		put_reg(out, e->queue.sreg);
		return;
	case ZW_EXPR_DUP:
	case ZW_EXPR_FWD:
		put_reg(out, e->dup.sreg_addr);
		put_reg(out, e->dup.sreg_dev);
		return;
	case ZW_EXPR_SYNPROXY:
		zw_buf_printf(out, " mss %u wscale %u flags %u",
			      e->synproxy.mss, e->synproxy.wscale,
			      e->synproxy.flags);
		return;
	default:
		return;
	}
}

static void put_fields(struct zw_buf *out, const struct zw_ruleset *ruleset,
		       const struct zw_expr *e)
{
	switch (e->kind) {
	case ZW_EXPR_IMMEDIATE:
		put_reg(out, e->immediate.dreg);
		zw_buf_putc(out, ' ');
		if (e->immediate.dreg == ZW_REG_VERDICT)
			put_ruling(out, ruleset, &e->immediate.ruling);
		else
			put_value(out, &e->immediate.value);
		return;
	case ZW_EXPR_CMP:
		put_reg(out, e->cmp.sreg);
		zw_buf_printf(out, " op %u ", e->cmp.op);
		put_value(out, &e->cmp.value);
		return;
	case ZW_EXPR_RANGE:
		put_reg(out, e->range.sreg);
		zw_buf_printf(out, " op %u ", e->range.op);
		put_value(out, &e->range.from);
		zw_buf_putc(out, '-');
		put_value(out, &e->range.to);
		return;
	case ZW_EXPR_BITWISE:
		put_bitwise(out, e);
		return;
	case ZW_EXPR_PAYLOAD:
	case ZW_EXPR_PAYLOAD_SET:
		put_payload(out, e);
		return;
	case ZW_EXPR_LOOKUP:
		put_reg(out, e->lookup.dreg);
		put_reg(out, e->lookup.sreg);
		put_set(out, ruleset, e->lookup.set);
		zw_buf_puts(out, e->lookup.invert ? " invert" : "");
		return;
	case ZW_EXPR_DYNSET:
		zw_buf_printf(out, " op %u", e->dynset.op);
		put_reg(out, e->dynset.sreg_key);
		put_reg(out, e->dynset.sreg_data);
		put_set(out, ruleset, e->dynset.set);
		zw_buf_printf(out, " timeout %ju%s%s",
			      (uintmax_t)e->dynset.timeout,
			      e->dynset.invert ? " invert" : "",
			      e->dynset.has_expressions ? " expressions" : "");
		if (e->dynset.element) {
			zw_buf_puts(out, " { ");
			zw_expr_print(out, ruleset, e->dynset.element);
			zw_buf_puts(out, " }");
		}
		return;
	case ZW_EXPR_LOG:
		put_log(out, e);
		return;
	case ZW_EXPR_EXTHDR:
	case ZW_EXPR_EXTHDR_SET:
		put_exthdr(out, e);
		return;
	case ZW_EXPR_NAT:
	case ZW_EXPR_MASQ:
	case ZW_EXPR_REDIR:
		put_nat(out, e);
		return;
	case ZW_EXPR_OBJREF:
		zw_buf_printf(out, " type %u ", e->objref.type);
		put_name(out, ruleset->objects.v[e->objref.object].name);
		return;
	case ZW_EXPR_OBJMAP:
		zw_buf_printf(out, " type %u", e->objref.type);
		put_reg(out, e->objref.sreg);
		put_set(out, ruleset, e->objref.set);
		return;
	case ZW_EXPR_FLOW_OFFLOAD:
		zw_buf_putc(out, ' ');
		put_name(out,
			 ruleset->flowtables.v[e->flow_offload.flowtable].name);
		return;
	case ZW_EXPR_MATCH:
	case ZW_EXPR_TARGET:
	case ZW_EXPR_INNER:
	case ZW_EXPR_UNKNOWN:
		put_xt(out, e);
		return;
	default:
		put_numbers(out, e);
	}
}

void zw_expr_print(struct zw_buf *out, const struct zw_ruleset *ruleset,
		   const struct zw_expr *expr)
{
	put_name(out, zw_expr_name(expr));
	put_fields(out, ruleset, expr);
	if (expr->doubt)
		zw_buf_printf(out, " (doubt: %s)", expr->doubt);
}

/* ---- objects ---- */

static void put_doubt(struct zw_buf *out, const char *doubt)
{
	if (doubt)
		zw_buf_printf(out, " (doubt: %s)", doubt);
	zw_buf_putc(out, '\n');
}

static void put_chain_rules(struct zw_buf *out, const struct zw_ruleset *r,
			    const struct zw_chain *chain)
{
	size_t i, e;

	for (i = 0; i < chain->rules.n; i++) {
		const struct zw_rule *rule = chain->rules.v[i];

		zw_buf_printf(out, "    rule %zu", i + 1);
		if (rule->comment.n) {
			zw_buf_puts(out, " \"");
			put_name(out, rule->comment);
			zw_buf_puts(out, "\"");
		}
		zw_buf_putc(out, '\n');
		for (e = 0; e < rule->n_exprs; e++) {
			zw_buf_puts(out, "      ");
			zw_expr_print(out, r, &rule->exprs[e]);
			zw_buf_putc(out, '\n');
		}
	}
}

static void put_devices(struct zw_buf *out, const zw_devices *devices)
{
	size_t i;

	for (i = 0; i < devices->n; i++) {
		zw_buf_puts(out, i ? "," : " devices ");
		put_name(out, devices->v[i].name);
		zw_buf_puts(out, devices->v[i].prefix ? "*" : "");
	}
}

static void print_chain(struct zw_buf *out, const struct zw_ruleset *r,
			const struct zw_chain *chain)
{
	static const char *const types[] = { "filter", "route", "nat", "?" };

	zw_buf_puts(out, "  chain ");
	put_name(out, chain->name);
	if (chain->base)
		zw_buf_printf(out, " type %s hook %s priority %d policy %s",
			      types[chain->type],
			      zw_hook_name(r->tables.v[chain->table].family,
					   chain->hook),
			      chain->priority,
			      chain->policy_drop ? "drop" : "accept");
	put_devices(out, &chain->devices);
	put_doubt(out, chain->doubt);
	put_chain_rules(out, r, chain);
}

static void put_element_data(struct zw_buf *out, const struct zw_ruleset *r,
			     const struct zw_set *set, const u8 *data,
			     const struct zw_ruling *ruling, u32 object)
{
	if (set->data_kind != ZW_DATA_NONE)
		zw_buf_puts(out, " : ");
	if (set->data_kind == ZW_DATA_VALUE)
		put_hex(out, data, set->data_len);
	else if (set->data_kind == ZW_DATA_RULING)
		put_ruling(out, r, ruling);
	else if (set->data_kind == ZW_DATA_OBJECT && object < r->objects.n)
		put_name(out, r->objects.v[object].name);
}

static void put_marks(struct zw_buf *out, u8 marks)
{
	zw_buf_puts(out, marks & ZW_ELEM_TIMEOUT ? " timeout" : "");
	zw_buf_puts(out, marks & ZW_ELEM_DOUBT ? " doubt" : "");
	zw_buf_putc(out, '\n');
}

static void print_elements(struct zw_buf *out, const struct zw_ruleset *r,
			   const struct zw_set *set)
{
	const struct zw_elements *e = &set->elements;
	struct zw_ruling none = { NFT_CONTINUE, ZW_NONE };
	u32 i;

	for (i = 0; i < e->n; i++) {
		size_t at = (size_t)i * set->key_len;

		zw_buf_puts(out, "    ");
		put_hex(out, e->lo + at, set->key_len);
		if (set->kind != ZW_SET_EXACT) {
			zw_buf_putc(out, '-');
			put_hex(out, e->hi + at, set->key_len);
		}
		put_element_data(out, r, set,
				 e->data ? e->data + (size_t)i * set->data_len
					 : NULL,
				 e->rulings ? &e->rulings[i] : &none,
				 e->objects ? e->objects[i] : ZW_NONE);
		put_marks(out, e->marks ? e->marks[i] : 0);
	}
	if (!set->has_catchall)
		return;
	zw_buf_puts(out, "    *");
	put_element_data(out, r, set, set->catchall_data, &set->catchall_ruling,
			 set->catchall_object);
	put_marks(out, set->catchall_marks);
}

static void print_set(struct zw_buf *out, const struct zw_ruleset *r,
		      const struct zw_set *set)
{
	static const char *const kinds[] = { "exact", "interval", "boxes" };
	u32 i;

	zw_buf_puts(out, "  set ");
	put_name(out, set->name);
	zw_buf_printf(out, " %s key %u", kinds[set->kind], set->key_len);
	for (i = 0; i < set->n_fields; i++)
		zw_buf_printf(out, "%s%u", i ? "." : " fields ",
			      set->field_len[i]);
	zw_buf_printf(out, " flags %#x", set->flags);
	if (set->data_kind == ZW_DATA_VALUE)
		zw_buf_printf(out, " data %u", set->data_len);
	if (set->size)
		zw_buf_printf(out, " size %u", set->size);
	if (set->timeout)
		zw_buf_printf(out, " timeout %ju", (uintmax_t)set->timeout);
	if (set->unread)
		zw_buf_puts(out, " unread");
	put_doubt(out, set->doubt);
	print_elements(out, r, set);
}

static void print_object(struct zw_buf *out, const struct zw_ruleset *r,
			 const struct zw_object *object)
{
	zw_buf_puts(out, "  object ");
	put_name(out, object->name);
	zw_buf_printf(out, " type %u", object->type);
	if (object->expr.kind != ZW_EXPR_UNKNOWN) {
		zw_buf_putc(out, ' ');
		zw_expr_print(out, r, &object->expr);
	}
	put_doubt(out, object->doubt);
}

static void print_flowtable(struct zw_buf *out,
			    const struct zw_flowtable *flowtable)
{
	zw_buf_puts(out, "  flowtable ");
	put_name(out, flowtable->name);
	zw_buf_printf(out, " hook %u priority %d flags %u", flowtable->hook,
		      flowtable->priority, flowtable->flags);
	put_devices(out, &flowtable->devices);
	put_doubt(out, flowtable->doubt);
}

void zw_ruleset_print(struct zw_buf *out, const struct zw_ruleset *ruleset)
{
	size_t t, i;

	for (t = 0; t < ruleset->tables.n; t++) {
		const struct zw_table *table = &ruleset->tables.v[t];

		if (!table->alive)
			continue;
		zw_buf_printf(out, "table %s ",
			      zw_table_family_name(table->family));
		put_name(out, table->name);
		if (table->flags)
			zw_buf_printf(out, " flags %#x", table->flags);
		put_doubt(out, table->doubt);
		for (i = 0; i < table->objects.n; i++)
			print_object(out, ruleset,
				     &ruleset->objects.v[table->objects.v[i]]);
		for (i = 0; i < table->flowtables.n; i++)
			print_flowtable(
				out,
				&ruleset->flowtables.v[table->flowtables.v[i]]);
		for (i = 0; i < table->sets.n; i++)
			print_set(out, ruleset,
				  &ruleset->sets.v[table->sets.v[i]]);
		for (i = 0; i < table->chains.n; i++)
			print_chain(out, ruleset,
				    &ruleset->chains.v[table->chains.v[i]]);
	}
}
