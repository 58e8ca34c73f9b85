/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Points of classes are drawn at the ends of their intervals and next to them:
 * there an off-by-one shows. */
#include "tests/questions/asked.h"

#include "tests/harness/random_policy.h"

/* The zones alone, as of a ruleset made elsewhere: then addresses come before
 * services in the diagrams. */
static const struct zw_statement *as_foreign(const struct zw_pipeline *p)
{
	struct zw_statement *statement =
		ZW_NEW(p->arena, struct zw_statement);

	*statement = *p->statement;
	statement->has_policy = false;
	return statement;
}

void asked_new(struct asked *asked, const struct zw_str *texts, size_t n)
{
	struct zw_subject subjects[ZW_STUDY_MAX];
	bool valid = true;
	size_t i;

	*asked = (struct asked){ .n = n };
	for (i = 0; i < n; i++) {
		zw_pipeline_run(&asked->pipelines[i], "asked.zw", texts[i]);
		valid = valid && asked->pipelines[i].valid;
		subjects[i] = (struct zw_subject){
			.ruleset = asked->pipelines[i].ruleset,
			.statement = asked->pipelines[i].statement,
		};
		/* in both orders of fields */
		if (asked->pipelines[i].valid && texts[0].n % 2)
			subjects[i].statement =
				as_foreign(&asked->pipelines[i]);
	}
	if (valid)
		asked->study =
			zw_study_new(asked->pipelines[0].arena, subjects, n, 0);
}

void asked_free(struct asked *asked)
{
	size_t i;

	zw_study_free(asked->study);
	for (i = 0; i < asked->n; i++)
		zw_pipeline_free(&asked->pipelines[i]);
}

void asked_random_text(struct zw_random *random, struct zw_buf *buf)
{
	bool valid = false;

	while (!valid) {
		struct zw_pipeline p;

		buf->n = 0;
		zw_random_policy(buf, random, 1 + zw_random_below(random, 12));
		zw_pipeline_run(&p, "asked.zw",
				(struct zw_str){ buf->data, buf->n });
		valid = p.valid && p.statement->has_policy;
		zw_pipeline_free(&p);
	}
}

/* ---- points -------------------------------------------------------------- */

static const u32 field_of[ZW_DIM_COUNT] = {
	[ZW_DIM_IN] = ZW_FIELD_IN,
	[ZW_DIM_OUT] = ZW_FIELD_OUT,
	[ZW_DIM_FAMILY] = ZW_FIELD_FAMILY,
	[ZW_DIM_IPSEC_IN] = ZW_FIELD_IPSEC_IN,
	[ZW_DIM_IPSEC_OUT] = ZW_FIELD_IPSEC_OUT,
	[ZW_DIM_REQID_IN] = ZW_FIELD_REQID_IN,
	[ZW_DIM_REQID_OUT] = ZW_FIELD_REQID_OUT,
	[ZW_DIM_PROTO] = ZW_FIELD_PROTO,
	[ZW_DIM_DPORT] = ZW_FIELD_DPORT,
	[ZW_DIM_DST] = ZW_FIELD_DST,
	[ZW_DIM_SRC] = ZW_FIELD_SRC,
	[ZW_DIM_SPORT] = ZW_FIELD_SPORT,
};

static u128 draw(struct zw_random *random, struct zw_intervals set, bool near)
{
	struct zw_interval v = set.v[zw_random_below(random, (u32)set.n)];

	switch (zw_random_below(random, near ? 5 : 3)) {
	case 0:
		return v.lo;
	case 1:
		return v.hi;
	case 2:
		return v.lo + (v.hi - v.lo) / 2;
	case 3:
		return v.lo - 1;
	default:
		return v.hi + 1;
	}
}

static void put_address(const struct zw_space *space, u32 field, bool six,
			u128 value, u32 *values)
{
	u32 i;

	if (!six) {
		zw_space_set(space, field, (u32)value, values);
		return;
	}
	for (i = 0; i < 4; i++)
		zw_space_set(space, field + i, (u32)(value >> (96 - 32 * i)),
			     values);
}

static bool is_plain(u32 proto, u32 sport, u32 dport)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
		return true;
	case IPPROTO_ICMPV6:
		return (sport >> 8 < 130 || sport >> 8 > 137) &&
		       sport >> 8 != 143;
	default:
		return !sport && !dport && proto != IPPROTO_HOPOPTS &&
		       proto != IPPROTO_ROUTING && proto != IPPROTO_FRAGMENT &&
		       proto != IPPROTO_DSTOPTS && proto != IPPROTO_AH &&
		       proto != 135 && proto != 59;
	}
}

bool asked_point(const struct asked *asked, struct zw_random *random,
		 const struct zw_class *class, u32 *values)
{
	const struct zw_space *space = asked->study->space;
	u32 beyond = zw_random_below(random, 2 * ZW_DIM_COUNT), dim;
	u128 at[ZW_DIM_COUNT];
	bool six;

	memset(values, 0, zw_variable_count(space->d) * sizeof(*values));
	for (dim = 0; dim < ZW_DIM_COUNT; dim++)
		at[dim] = draw(random, class->of[dim], dim == beyond);
	six = at[ZW_DIM_FAMILY] & 1;
	for (dim = 0; dim < ZW_DIM_COUNT; dim++) {
		u32 field = field_of[dim];

		if (dim == ZW_DIM_SRC || dim == ZW_DIM_DST)
			put_address(space, field, six, at[dim], values);
		else if (dim <= ZW_DIM_OUT)
			values[space->fields.v[field].slices[0].variable] =
				(u32)(at[dim] % space->class_count);
		else if (dim == ZW_DIM_REQID_IN || dim == ZW_DIM_REQID_OUT)
			zw_space_set(space, field, (u32)at[dim], values);
		else if (dim == ZW_DIM_DPORT || dim == ZW_DIM_SPORT)
			zw_space_set(space, field, (u32)at[dim] & 0xffff,
				     values);
		else
			zw_space_set(space, field,
				     (u32)at[dim] &
					     (dim == ZW_DIM_PROTO ? 255 : 1),
				     values);
	}
	return is_plain(zw_space_value(space, ZW_FIELD_PROTO, values),
			zw_space_value(space, ZW_FIELD_SPORT, values),
			zw_space_value(space, ZW_FIELD_DPORT, values));
}

/* ---- packets ------------------------------------------------------------- */

static struct zw_ip get_address(const struct zw_space *space, u32 field,
				const u32 *values)
{
	bool six = zw_space_value(space, ZW_FIELD_FAMILY, values);
	struct zw_ip ip = { six ? ZW_IPV6 : ZW_IPV4, 0 };
	u32 i;

	for (i = 0; i < (six ? 4 : 1); i++)
		ip.value = ip.value << 32 |
			   zw_space_value(space, field + i, values);
	return ip;
}

static void probe_of(const struct asked *asked, enum zw_path path,
		     const u32 *values, struct zw_probe *probe)
{
	const struct zw_space *space = asked->study->space;
	u32 in = values[space->fields.v[ZW_FIELD_IN].slices[0].variable];
	u32 out = values[space->fields.v[ZW_FIELD_OUT].slices[0].variable];

	*probe = (struct zw_probe){ .path = path, .state = ZW_CT_NEW };
	if (path != ZW_PATH_OUTPUT)
		memcpy(probe->in, space->classes[in].sample, ZW_NAME_MAX);
	if (path != ZW_PATH_INPUT)
		memcpy(probe->out, space->classes[out].sample, ZW_NAME_MAX);
	probe->in_ipsec = path != ZW_PATH_OUTPUT &&
			  zw_space_value(space, ZW_FIELD_IPSEC_IN, values);
	probe->out_ipsec = path != ZW_PATH_INPUT &&
			   zw_space_value(space, ZW_FIELD_IPSEC_OUT, values);
	if (probe->in_ipsec)
		probe->in_reqid =
			zw_space_value(space, ZW_FIELD_REQID_IN, values);
	if (probe->out_ipsec)
		probe->out_reqid =
			zw_space_value(space, ZW_FIELD_REQID_OUT, values);
	probe->src = get_address(space, ZW_FIELD_SRC, values);
	probe->dst = get_address(space, ZW_FIELD_DST, values);
	probe->proto = (u8)zw_space_value(space, ZW_FIELD_PROTO, values);
	probe->sport = (u16)zw_space_value(space, ZW_FIELD_SPORT, values);
	probe->key = (u16)zw_space_value(space, ZW_FIELD_DPORT, values);
	if (probe->proto == IPPROTO_ICMP || probe->proto == IPPROTO_ICMPV6)
		probe->key = probe->sport;
}

bool asked_passes(const struct asked *asked, size_t side, enum zw_path path,
		  const u32 *values)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_probe_result result;
	struct zw_probe probe;
	bool passes;

	probe_of(asked, path, values, &probe);
	zw_probe_run(arena, asked->pipelines[side].ruleset,
		     asked->study->of[side]->interpreter, &probe, &result);
	passes = result.run.verdict == ZW_RUN_ACCEPT && result.run.path == path;
	zw_arena_free(arena);
	return passes;
}

void asked_print(struct zw_buf *out, const struct asked *asked,
		 enum zw_path path, const u32 *values)
{
	struct zw_probe p;
	char src[46], dst[46];

	probe_of(asked, path, values, &p);
	zw_buf_printf(out, "in %s%s %s > %s out %s%s proto %u sport %u key %u",
		      p.in, p.in_ipsec ? " ipsec" : "",
		      zw_ip_format(p.src, src), zw_ip_format(p.dst, dst), p.out,
		      p.out_ipsec ? " ipsec" : "", p.proto, p.sport, p.key);
}
