/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes for a batch. Of many packets drawn those are kept that end at a rule
 * which few before them ended at, and some of the others: so rare ways are not
 * lost among packets that the first rule drops. */
#include "tests/mutation/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/limits.h"

#define DRAWN 16000
#define KEPT_MAX 3000
#define KEPT_EACH 12
#define ENDS 4096

static bool probe_of(struct base *base, const struct zw_sample *sample,
		     struct probe *probe)
{
	zw_sample_packet(sample, &probe->packet);
	probe->path = sample->path;
	probe->family = sample->family;
	probe->sample = *sample;
	if (sample->cut ||
	    !zw_drawn_locate(&base->drawn, &probe->packet, probe->path) ||
	    !zw_drawn_at(&base->drawn, base->drawn.legal[probe->path]))
		return false;
	return base_run(base->interpreter, probe, &probe->outcome);
}

bool base_draw(struct base *base, struct zw_random *random, struct probe *probe)
{
	struct zw_sample sample;

	zw_sampler_next(base->sampler, random, &sample);
	return probe_of(base, &sample, probe);
}

static void note_addresses(const struct zw_run *run, enum zw_family family,
			   struct outcome *outcome)
{
	bool four = family == ZW_IPV4;
	const u8 *bytes = run->packet.bytes;
	struct zw_dissection d;

	outcome->masqueraded = run->masqueraded;
	outcome->dst = zw_ip_from_bytes(family, bytes + (four ? 16 : 24)).value;
	if (!run->masqueraded)
		outcome->src =
			zw_ip_from_bytes(family, bytes + (four ? 12 : 8)).value;
	zw_packet_dissect(&run->packet, &d);
	if (d.has_transport && d.thoff + 4 <= run->packet.n)
		outcome->dport =
			(u16)(bytes[d.thoff + 2] << 8 | bytes[d.thoff + 3]);
}

bool base_run_by(const struct zw_interpreter *interpreter,
		 const struct probe *probe, zw_choose *choose, void *context,
		 struct outcome *outcome)
{
	const struct zw_conntrack *ct = &probe->packet.ct;
	struct zw_run run;

	zw_interpret(interpreter, &probe->packet, probe->path, choose, context,
		     NULL, &run);
	*outcome =
		(struct outcome){ .pass = zw_drawn_pass(&run, probe->family) };
	if (outcome->pass == ZW_PASS_ACCEPT && ct->state == ZW_CT_NEW &&
	    !(ct->status & ZW_STATUS_CONFIRMED))
		note_addresses(&run, probe->family, outcome);
	return !run.unmodelled;
}

bool base_run(const struct zw_interpreter *interpreter,
	      const struct probe *probe, struct outcome *outcome)
{
	struct zw_sample sample = probe->sample;

	return base_run_by(interpreter, probe, zw_limits_choose, &sample,
			   outcome);
}

bool base_differ(const struct outcome *a, const struct outcome *b)
{
	return a->pass != b->pass || a->masqueraded != b->masqueraded ||
	       a->src != b->src || a->dst != b->dst || a->dport != b->dport;
}

static void draw_probes(struct base *base, struct zw_random *random)
{
	u32 *seen = zw_heap_resize(NULL, ENDS, sizeof(*seen));
	struct probe probe;
	struct zw_run run;
	u32 i, end;

	memset(seen, 0, ENDS * sizeof(*seen));
	for (i = 0; i < DRAWN && base->probes.n < KEPT_MAX; i++) {
		if (!base_draw(base, random, &probe))
			continue;
		zw_interpret(base->interpreter, &probe.packet, probe.path,
			     zw_limits_choose, &probe.sample, NULL, &run);
		end = (run.chain * 61 + run.position * 7 + probe.outcome.pass) %
		      ENDS;
		if (seen[end]++ < KEPT_EACH || !zw_random_below(random, 12))
			zw_push(base->pipeline.arena, base->probes, probe);
	}
	free(seen);
}

bool base_make(struct base *base, const char *name, struct zw_str text,
	       struct zw_random *random)
{
	*base = (struct base){ 0 };
	snprintf(base->name, sizeof(base->name), "%s", name);
	zw_buf_add(&base->text, text.p, text.n);
	zw_pipeline_run(&base->pipeline, name, text);
	if (!base->pipeline.valid)
		return false;
	base->interpreter = zw_interpreter_new(base->pipeline.arena,
					       base->pipeline.ruleset);
	base->sampler =
		zw_sampler_new(base->pipeline.arena, &base->pipeline.written);
	if (!zw_drawn_make(&base->drawn, &base->pipeline))
		return false;
	draw_probes(base, random);
	return true;
}

void base_free(struct base *base)
{
	if (base->pipeline.valid)
		zw_drawn_free(&base->drawn);
	zw_pipeline_free(&base->pipeline);
	zw_buf_free(&base->text);
}

/* ---- what has changed ---------------------------------------------------- */

/* One field of a key, as text to compare: its length and bytes. */
struct constant {
	u8 len;
	u8 bytes[16];
};

typedef ZW_VEC(struct constant) constants;

static void note(struct zw_arena *arena, constants *list, const u8 *p, u32 len)
{
	struct constant constant = { .len = (u8)len };

	if (len > sizeof(constant.bytes))
		return;
	memcpy(constant.bytes, p, len);
	zw_push(arena, *list, constant);
}

static void note_key(struct zw_arena *arena, constants *list,
		     const struct zw_set *set, const u8 *key)
{
	u32 i, at = 0;

	if (!set->n_fields)
		note(arena, list, key, set->key_len);
	for (i = 0; i < set->n_fields; i++) {
		note(arena, list, key + at, set->field_len[i]);
		at += (set->field_len[i] + 3u) & ~3u;
	}
}

static void note_ruleset(struct zw_arena *arena, constants *list,
			 const struct zw_ruleset *ruleset)
{
	size_t s;
	u32 i;

	for (s = 0; s < ruleset->sets.n; s++) {
		const struct zw_set *set = &ruleset->sets.v[s];

		for (i = 0; i < set->elements.n; i++) {
			size_t at = (size_t)i * set->key_len;

			note_key(arena, list, set, set->elements.lo + at);
			note_key(arena, list, set, set->elements.hi + at);
		}
	}
}

static int by_content(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct constant));
}

void base_changes(struct zw_arena *arena, const struct base *base,
		  const struct zw_ruleset *mutant, struct changes *changes)
{
	constants old = { 0 }, new = { 0 };
	size_t i;

	*changes = (struct changes){ 0 };
	note_ruleset(arena, &old, base->pipeline.ruleset);
	note_ruleset(arena, &new, mutant);
	if (old.n)
		qsort(old.v, old.n, sizeof(*old.v), by_content);
	for (i = 0; i < new.n; i++) {
		const struct constant *c = &new.v[i];
		struct zw_ip ip;

		if (old.n && bsearch(c, old.v, old.n, sizeof(*c), by_content))
			continue;
		if (c->len == 4 || c->len == 16) {
			ip = zw_ip_from_bytes(c->len == 4 ? ZW_IPV4 : ZW_IPV6,
					      c->bytes);
			zw_push(arena, changes->addresses, ip);
		} else if (c->len == 2) {
			u32 port = (u32)c->bytes[0] << 8 | c->bytes[1];

			zw_push(arena, changes->ports, port);
		}
	}
}

static u128 near(struct zw_random *random, const struct zw_ip *ip)
{
	u128 all = ip->family == ZW_IPV4 ? UINT32_MAX : ~(u128)0;

	return (ip->value + zw_random_below(random, 3) - 1) & all;
}

bool base_draw_changed(struct base *base, struct zw_random *random,
		       const struct changes *changes, struct probe *probe)
{
	struct zw_sample sample;

	zw_sampler_next(base->sampler, random, &sample);
	if (changes->addresses.n) {
		const struct zw_ip *ip = &changes->addresses.v[zw_random_below(
			random, (u32)changes->addresses.n)];

		if (ip->family == sample.family) {
			if (zw_random_below(random, 2))
				sample.src = near(random, ip);
			else
				sample.dst = near(random, ip);
		}
	}
	if (changes->ports.n)
		sample.second = (u16)(changes->ports.v[zw_random_below(
					      random, (u32)changes->ports.n)] +
				      zw_random_below(random, 3) - 1);
	return probe_of(base, &sample, probe);
}
