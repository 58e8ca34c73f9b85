/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending, one shot at a time: what a shot caused is all there when the bed
 * returns (lab/testbed.h), so shots do not meet. What they could share is
 * conntrack: a shot whose ends (or those that translation gives it) were used
 * since conntrack was last emptied, and every error about a connection, waits
 * until it is emptied again. */
#include "lab/lab.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/assert.h"
#include "lab/netns.h"

enum { USED_MOST = 1024, PROGRESS_EACH = 256 };

int zw_lab_enter(void)
{
	int error = zw_netns_become_root();

	return error ? error : zw_netns_stay();
}

bool zw_lab_build(struct zw_lab *lab, struct zw_buf *error)
{
	lab->bed = zw_testbed_make(&lab->network->spec, error);
	lab->met = zw_met_new(lab->arena, lab->ruleset);
	return lab->bed != NULL;
}

void zw_lab_close(struct zw_lab *lab)
{
	zw_testbed_free(lab->bed);
	lab->bed = NULL;
}

/* ---- conntrack ----------------------------------------------------------- */

bool zw_lab_forget(struct zw_lab *lab, struct zw_buf *error)
{
	int err = zw_testbed_flush(lab->bed);

	memset(lab->used, 0, sizeof(lab->used));
	lab->used_count = 0;
	if (err)
		zw_buf_printf(error, "empty the connection tracking: %s",
			      strerror(-err));
	return !err;
}

static u64 mix(u64 hash, const void *bytes, size_t n)
{
	const u8 *p = bytes;

	while (n--)
		hash = (hash ^ *p++) * 0x100000001b3u;
	return hash;
}

/* Of both ends, whichever way the packet goes. Never 0. */
static u64 ends_of(const u8 *bytes, size_t n)
{
	struct zw_packet packet = { .n = (u32)n };
	struct zw_dissection d;
	u64 a = 14695981039346656037u, b = a;
	bool v6 = bytes[0] >> 4 == 6;

	memcpy(packet.bytes, bytes, n);
	packet.ethertype = v6 ? ETH_P_IPV6 : ETH_P_IP;
	zw_packet_dissect(&packet, &d);
	a = mix(a, bytes + (v6 ? 8 : 12), v6 ? 16 : 4);
	b = mix(b, bytes + (v6 ? 24 : 16), v6 ? 16 : 4);
	if (d.has_transport && !d.fragoff && d.thoff + 8 <= n) {
		switch (d.l4proto) {
		case IPPROTO_TCP:
		case IPPROTO_UDP:
		case IPPROTO_UDPLITE:
		case IPPROTO_SCTP:
		case IPPROTO_DCCP:
			a = mix(a, bytes + d.thoff, 2);
			b = mix(b, bytes + d.thoff + 2, 2);
			break;
		case IPPROTO_ICMP:
		case IPPROTO_ICMPV6:
			a = mix(a, bytes + d.thoff + 4, 2);
			b = mix(b, bytes + d.thoff + 4, 2);
			break;
		default:
			break;
		}
	}
	return mix(a + b, &d.l4proto, 1) | 1;
}

static size_t place_of(const struct zw_lab *lab, u64 ends)
{
	size_t mask = sizeof(lab->used) / sizeof(*lab->used) - 1;
	size_t i = ends >> 20 & mask;

	while (lab->used[i] && lab->used[i] != ends)
		i = (i + 1) & mask;
	return i;
}

static void ends_of_shot(const struct zw_shot *shot,
			 const struct zw_expectation *e, u64 out[2])
{
	out[0] = ends_of(shot->frame.bytes + ZW_ETHERNET_HEADER,
			 shot->frame.length - (size_t)ZW_ETHERNET_HEADER);
	out[1] = ends_of(e->run.packet.bytes, e->run.packet.n);
}

bool zw_lab_fresh(const struct zw_lab *lab, const struct zw_shot *shot,
		  const struct zw_expectation *e)
{
	u64 ends[2];

	ends_of_shot(shot, e, ends);
	return lab->used_count + 2 <= USED_MOST &&
	       !lab->used[place_of(lab, ends[0])] &&
	       !lab->used[place_of(lab, ends[1])];
}

void zw_lab_note(struct zw_lab *lab, const struct zw_shot *shot,
		 const struct zw_expectation *e)
{
	u64 ends[2];
	int i;

	ends_of_shot(shot, e, ends);
	for (i = 0; i < 2; i++) {
		u64 *place = &lab->used[place_of(lab, ends[i])];

		lab->used_count += !*place;
		*place = ends[i];
	}
}

/* ---- one shot ------------------------------------------------------------ */

static const char *interface_name(const struct zw_lab *lab, unsigned i)
{
	return lab->network->spec.interfaces[i].name;
}

static void fire(struct zw_lab *lab, const struct zw_shot *shot,
		 struct zw_probe *probe)
{
	if (shot->emitted)
		zw_testbed_emit(lab->bed, &shot->frame, probe);
	else
		zw_testbed_probe(lab->bed, shot->in, &shot->frame, probe);
}

static void keep(struct zw_lab *lab, const struct zw_shot *shot,
		 const struct zw_probe *probe)
{
	unsigned i;

	if (!lab->capture)
		return;
	if (!shot->emitted)
		zw_capture_frame(lab->capture, shot->in, true,
				 shot->frame.bytes, shot->frame.length);
	for (i = 0; i < probe->count; i++)
		zw_capture_frame(lab->capture, probe->frames[i].interface,
				 false, probe->frames[i].bytes,
				 probe->frames[i].length);
}

static void count_kind(struct zw_lab *lab, const char *kind)
{
	struct zw_lab_count one = { kind, 1 };
	size_t i;

	for (i = 0; i < lab->result.kinds.n; i++)
		if (!strcmp(lab->result.kinds.v[i].what, kind)) {
			lab->result.kinds.v[i].n++;
			return;
		}
	zw_push(lab->arena, lab->result.kinds, one);
}

static struct zw_str text_of(struct zw_lab *lab, struct zw_buf *text)
{
	struct zw_str out =
		zw_str_copy(lab->arena, (struct zw_str){ text->data, text->n });

	zw_buf_free(text);
	return out;
}

/* Send it once more, from a clean start, with the kernel's tracer on. */
static void trace(struct zw_lab *lab, const struct zw_shot *shot,
		  struct zw_difference *difference)
{
	struct zw_expectation e;
	struct zw_buf text = { 0 }, unsaid = { 0 };
	struct zw_probe probe = { 0 };
	const char *wrong;

	if (shot->states &
	    (1u << ZW_CT_NEW | 1u << ZW_CT_INVALID | 1u << ZW_CT_UNTRACKED))
		zw_lab_forget(lab, &unsaid);
	if (zw_testbed_trace_into(lab->bed,
				  shot->emitted ? ZW_NOWHERE : (int)shot->in,
				  &shot->frame, &probe, &text))
		difference->again =
			zw_oracle_judge(&lab->oracle, shot, &probe, NULL, &e,
					&wrong) == ZW_JUDGED_DIFFERS;
	difference->trace = text_of(lab, &text);
	zw_buf_free(&unsaid);
}

static void differs(struct zw_lab *lab, const struct zw_shot *shot,
		    struct zw_str from, struct zw_str to,
		    const struct zw_probe *probe, const char *wrong)
{
	struct zw_difference d = { .kind = zw_str_from(shot->kind),
				   .from = from,
				   .to = to,
				   .wrong = zw_str_from(wrong) };
	struct zw_trace way = { .arena = lab->arena };
	struct zw_expectation e;
	struct zw_buf text = { 0 };

	if (lab->result.differences++ >= ZW_LAB_SHOWN)
		return;
	zw_shot_print(&text, shot, interface_name(lab, shot->in));
	d.shot = text_of(lab, &text);
	zw_oracle_expect(&lab->oracle, shot, &way, &e);
	d.way.v = way.steps.v;
	d.way.n = way.steps.n;
	zw_oracle_print(&text, &lab->oracle, shot, &e);
	d.expected = text_of(lab, &text);
	zw_oracle_print_probe(&text, &lab->oracle, probe);
	d.happened = text_of(lab, &text);
	trace(lab, shot, &d);
	zw_push(lab->arena, lab->result.shown, d);
}

/* By the gateway itself, in a way that is known. */
static bool is_answered(const struct zw_lab *lab, const struct zw_shot *shot,
			const struct zw_expectation *e)
{
	if (!shot->plain || e->run.dnat || e->run.redirected ||
	    zw_routing_sent(lab->network->ways, shot->spec.src).kind !=
		    ZW_WAY_OUT)
		return false;
	return e->fate == ZW_FATE_LOCAL || e->fate == ZW_FATE_REJECTED;
}

/* What the gateway says to a packet that it took or refused must leave it as
 * the rules for its own packets have it. */
static void judge_answer(struct zw_lab *lab, const struct zw_shot *shot,
			 struct zw_str from, struct zw_str to,
			 const struct zw_expectation *expected,
			 const struct zw_probe *probe)
{
	struct zw_trace met = { .met = lab->noted ? lab->met : NULL };
	struct zw_expectation e;
	struct zw_shot answer;
	bool came = false, goes;
	unsigned i;

	zw_oracle_answer(&lab->oracle, shot, expected, &answer);
	zw_oracle_expect(&lab->oracle, &answer, &met, &e);
	if (e.run.unmodelled || e.run.n_choices)
		return;
	goes = e.fate == ZW_FATE_PASSES;
	for (i = 0; i < probe->count; i++)
		came |= probe->frames[i].own &&
			(!goes || probe->frames[i].interface == e.out);
	if (came != goes)
		differs(lab, shot, from, to, probe,
			came ? "the gateway's own answer was to be dropped"
			     : "the gateway's own answer did not come out");
}

static void judge(struct zw_lab *lab, const struct zw_shot *shot,
		  struct zw_str from, struct zw_str to,
		  const struct zw_probe *probe)
{
	struct zw_trace met = { .met = lab->noted ? lab->met : NULL };
	struct zw_expectation e;
	const char *wrong = NULL;
	enum zw_judgement judgement =
		zw_oracle_judge(&lab->oracle, shot, probe, &met, &e, &wrong);

	lab->result.fates[e.fate]++;
	switch (judgement) {
	case ZW_JUDGED_SAME:
		if (is_answered(lab, shot, &e))
			judge_answer(lab, shot, from, to, &e, probe);
		break;
	case ZW_JUDGED_EITHER:
		lab->result.either++;
		break;
	case ZW_JUDGED_NOTHING:
		if (!lab->result.nothing++)
			lab->result.nothing_reason = zw_str_from(
				e.run.unmodelled_reason
					? e.run.unmodelled_reason
					: "values that only the kernel knows");
		break;
	case ZW_JUDGED_DIFFERS:
		differs(lab, shot, from, to, probe, wrong);
		break;
	}
}

bool zw_lab_try(struct zw_lab *lab, const struct zw_shot *shot,
		struct zw_str from, struct zw_str to, struct zw_probe *probe,
		struct zw_buf *error)
{
	fire(lab, shot, probe);
	if (probe->error) {
		zw_buf_printf(error, "send a packet in the lab: %s",
			      strerror(-probe->error));
		return false;
	}
	lab->result.sent++;
	count_kind(lab, shot->kind);
	keep(lab, shot, probe);
	judge(lab, shot, from, to, probe);
	return true;
}

/* ---- all ----------------------------------------------------------------- */

static bool shoot(struct zw_lab *lab, struct zw_aim *aim,
		  struct zw_target *target, struct zw_buf *error, bool *sent)
{
	struct zw_shot shot = { .number = ++lab->number };
	struct zw_expectation e;
	struct zw_probe probe;

	*sent = zw_aim_shoot(aim, target, target->shots, &lab->random, &shot);
	if (!*sent)
		return true;
	if (!target->shots++)
		lab->result.tried++;
	zw_oracle_expect(&lab->oracle, &shot, NULL, &e);
	if (!zw_lab_fresh(lab, &shot, &e) && !zw_lab_forget(lab, error))
		return false;
	zw_lab_note(lab, &shot, &e);
	return zw_lab_try(lab, &shot, aim->parties.list.v[target->from].name,
			  aim->parties.list.v[target->to].name, &probe, error);
}

/* The targets of one kind, in an order that is drawn, so that few probes are a
 * fair sample; each is aimed at in turn. */
struct quiver {
	ZW_VEC(u32) order;
	size_t next, in_vain;
};

static void fill(struct zw_lab *lab, const struct zw_aim *aim,
		 struct quiver quivers[ZW_TARGET_KINDS])
{
	u32 i;

	for (i = 0; i < aim->targets.n; i++) {
		struct quiver *q = &quivers[aim->targets.v[i].kind];
		u32 k;

		zw_push(lab->arena, q->order, i);
		k = zw_random_below(&lab->random, (u32)q->order.n);
		q->order.v[q->order.n - 1] = q->order.v[k];
		q->order.v[k] = i;
	}
}

/* Nothing of it can be sent, however often it is tried. */
static bool is_empty(const struct quiver *q)
{
	return q->in_vain >= 4 * q->order.n;
}

static bool are_empty(const struct quiver quivers[ZW_TARGET_KINDS])
{
	u32 kind;

	for (kind = 0; kind < ZW_TARGET_KINDS; kind++)
		if (!is_empty(&quivers[kind]))
			return false;
	return true;
}

static bool shoot_from(struct zw_lab *lab, struct zw_aim *aim, struct quiver *q,
		       struct zw_buf *error, u64 *done)
{
	bool sent;

	if (is_empty(q))
		return true;
	if (!shoot(lab, aim, &aim->targets.v[q->order.v[q->next]], error,
		   &sent))
		return false;
	q->in_vain = sent ? 0 : q->in_vain + 1;
	q->next = (q->next + 1) % q->order.n;
	*done += sent;
	return true;
}

bool zw_lab_shoot(struct zw_lab *lab, struct zw_aim *aim, u64 probes,
		  struct zw_buf *error)
{
	static const enum zw_target_kind turns[] = {
		ZW_TARGET_PASSES, ZW_TARGET_NEAR,    ZW_TARGET_PASSES,
		ZW_TARGET_NEAR,	  ZW_TARGET_REFUSED, ZW_TARGET_ANSWERED,
		ZW_TARGET_PASSES, ZW_TARGET_NEAR,    ZW_TARGET_FOREIGN,
	};
	struct quiver quivers[ZW_TARGET_KINDS] = { 0 };
	u64 done = 0, turn;

	lab->result.targets = aim->targets.n;
	fill(lab, aim, quivers);
	for (turn = 0; done < probes; turn++) {
		if (are_empty(quivers))
			break;
		if (!shoot_from(lab, aim,
				&quivers[turns[turn % (sizeof(turns) /
						       sizeof(*turns))]],
				error, &done))
			return false;
		if (lab->progress && turn % PROGRESS_EACH == 0)
			lab->progress(lab->progress_context,
				      (unsigned)(done * 1000 / probes));
	}
	return true;
}
