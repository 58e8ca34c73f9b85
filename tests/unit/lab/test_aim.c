/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams, interpreter and routes meet where a lab aims: a plain first packet
 * that is drawn from a box of what may pass, passes by the interpreter,
 * whatever its limits, and one from a box of what is refused does not; both by
 * the way that the box names. Odd packets are built without mistakes, and say
 * what they are. */
#include <string.h>

#include "lab/aim.h"
#include "lab/oracle.h"
#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"

void suite_aim(void);

static const char policy[] =
	"external zone internet { interface wan0 }\n"
	"dmz zone front { interface dmz0 network 192.0.2.0/28, 2001:db8:d::/64\n"
	"  host web = 192.0.2.10, 2001:db8:d::10 }\n"
	"internal zone office { interface lan0, \"vl*\" network 10.1.0.0/16, fd00:1::/64 }\n"
	"allow internet -> front.web : http, https\n"
	"allow office -> internet : any\n"
	"allow office(10.1.7.0/28) -> front, self : ssh, ping\n"
	"allow self -> internet : dns, ntp\n"
	"deny internet(198.51.100.0/24) -> any, self\n"
	"reject office -> internet : smtp\n"
	"masquerade office -> internet\n"
	"publish front.web : https as 203.0.113.5 : tcp/8443 for internet, office\n";

struct scene {
	struct zw_pipeline pipeline;
	struct zw_network network;
	struct zw_study *study;
	struct zw_aim aim;
	struct zw_oracle oracle;
	struct zw_random random;
};

static bool open_scene(struct scene *s)
{
	struct zw_subject subject = { 0 };

	*s = (struct scene){ .random = { zw_test_seed() } };
	zw_pipeline_run(&s->pipeline, "tests/unit/lab/x.zw",
			zw_str_from(policy));
	ZW_CHECK(s->pipeline.valid, "the policy is not valid");
	if (!s->pipeline.valid)
		return false;
	subject.ruleset = s->pipeline.ruleset;
	subject.statement = s->pipeline.statement;
	s->study = zw_study_new(s->pipeline.arena, &subject, 1, 0);
	zw_network_of(s->pipeline.arena, s->pipeline.statement, NULL, 0,
		      &s->network);
	zw_aim_make(s->pipeline.arena, s->study, &s->network, &s->aim);
	s->oracle.network = &s->network;
	s->oracle.interpreter =
		zw_interpreter_new(s->pipeline.arena, s->pipeline.ruleset);
	return true;
}

static void close_scene(struct scene *s)
{
	zw_study_free(s->study);
	zw_routing_free(s->network.ways);
	zw_pipeline_free(&s->pipeline);
}

static const char *target_text(const struct scene *s, const struct zw_target *t)
{
	return zw_strf(s->pipeline.arena, "%.*s -> %.*s",
		       ZW_STR_ARG(s->aim.parties.list.v[t->from].name),
		       ZW_STR_ARG(s->aim.parties.list.v[t->to].name))
		.p;
}

/* The box is about the interface by which the packet leaves. */
static bool leaves_by_box(const struct scene *s, const struct zw_target *t,
			  const struct zw_expectation *e)
{
	const struct zw_intervals *out = &t->box.of[ZW_DIM_OUT];
	size_t i;
	u32 c;
	unsigned k;

	if (t->path == ZW_PATH_INPUT)
		return true;
	for (i = 0; i < out->n; i++)
		for (c = (u32)out->v[i].lo; c <= (u32)out->v[i].hi; c++)
			for (k = 0; k < s->aim.interface_counts[c]; k++)
				if (s->aim.interfaces[c][k] == e->out)
					return true;
	return false;
}

static void check_shot(const struct scene *s, const struct zw_target *t,
		       const struct zw_shot *shot, unsigned *checked)
{
	struct zw_buf text = { 0 };
	struct zw_expectation e;
	bool passes;

	zw_oracle_expect(&s->oracle, shot, NULL, &e);
	/* Where it hangs on the kernel what conntrack says, both may be. */
	if (shot->states & (shot->states - 1) || !leaves_by_box(s, t, &e) ||
	    !(shot->states & 1u << ZW_CT_NEW))
		return;
	++*checked;
	passes = e.fate == ZW_FATE_PASSES || e.fate == ZW_FATE_LOCAL;
	zw_shot_print(&text, shot, "?");
	ZW_CHECK(passes == (t->kind == ZW_TARGET_PASSES),
		 "%s, kind %d: %s comes to %d", target_text(s, t), t->kind,
		 text.data, e.fate);
	ZW_CHECK(t->kind != ZW_TARGET_ANSWERED || e.fate == ZW_FATE_REJECTED ||
			 shot->emitted,
		 "%s: %s is not refused with an answer", target_text(s, t),
		 text.data);
	zw_buf_free(&text);
}

static void plain_shots(void)
{
	unsigned checked = 0, passing = 0;
	struct scene s;
	size_t i;
	u32 n;

	if (!open_scene(&s))
		return;
	for (i = 0; i < s.aim.targets.n; i++) {
		const struct zw_target *t = &s.aim.targets.v[i];

		passing += t->kind == ZW_TARGET_PASSES;
		for (n = 0; n < 6; n++) {
			struct zw_shot shot = { .number = n };

			if (zw_aim_shoot(&s.aim, t, n, &s.random, &shot))
				check_shot(&s, t, &shot, &checked);
		}
	}
	ZW_CHECK(s.aim.complete, "boxes were left out");
	ZW_CHECK(passing > 5 && checked > 500, "only %u boxes, %u packets",
		 passing, checked);
	close_scene(&s);
}

/* Whatever is drawn can be built, read and judged. */
static void odd_shots(void)
{
	struct zw_expectation e;
	unsigned odd = 0;
	struct scene s;
	size_t i;
	u32 n;

	if (!open_scene(&s))
		return;
	for (i = 0; i < s.aim.targets.n; i++)
		for (n = 6; n < 26; n++) {
			struct zw_shot shot = { .number = n };
			struct zw_buf text = { 0 };

			if (!zw_aim_shoot(&s.aim, &s.aim.targets.v[i], n,
					  &s.random, &shot))
				continue;
			zw_oracle_expect(&s.oracle, &shot, NULL, &e);
			zw_shot_print(&text, &shot, "in0");
			ZW_CHECK(shot.states && shot.kind && text.n > 10,
				 "a packet without a description");
			ZW_CHECK(!e.run.unmodelled, "not modelled: %s",
				 text.data);
			odd += strcmp(shot.kind, "first packet") != 0;
			zw_buf_free(&text);
		}
	ZW_CHECK(odd > 300, "only %u odd packets", odd);
	close_scene(&s);
}

void suite_aim(void)
{
	static CU_TestInfo tests[] = {
		{ "plain packets fare as their box", plain_shots },
		{ "odd packets", odd_shots },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("lab/aim", tests);
}
