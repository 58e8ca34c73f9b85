/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A round is some connections that stand at the same time. Each goes through
 * the same steps, whatever its protocol has of them; a step's packet is judged
 * with the entry that conntrack has of it (nf_conntrack_core.c,
 * nf_conntrack_icmp_error in nf_conntrack_proto_icmp.c: an error about a packet
 * of the original direction is related, in the direction of replies). Errors
 * about translated connections are not sent: what the kernel writes into the
 * packet that they quote is not modelled. */
#include "lab/talk.h"

#include <linux/netfilter.h>
#include <netinet/in.h>
#include <string.h>

enum { ROUND = 12, TRIES = 64, ANSWER_SEQ = 5000 };

struct zw_talk {
	struct zw_shot first;
	struct zw_str from, to;
	struct zw_frame_spec seen; /* the first packet as it left */
	int near, far;		   /* interfaces; ZW_NOWHERE: the gateway */
	bool translated;
	bool unheard; /* conntrack saw no answer */
	struct zw_tuple tuple[2];
	u32 status;
};

struct round {
	struct zw_lab *lab;
	struct zw_aim *aim;
	struct zw_buf *error;
	struct zw_talk *talks;
	u32 n;
	struct zw_expectation expected; /* of the last step */
};

/* ---- the entry ----------------------------------------------------------- */

static struct zw_conntrack entry_of(const struct zw_talk *t, u8 direction)
{
	struct zw_conntrack ct = { .direction = direction,
				   .status = t->status };

	memcpy(ct.tuple, t->tuple, sizeof(ct.tuple));
	return ct;
}

/* ---- packets ------------------------------------------------------------- */

static bool is_tcp(const struct zw_talk *t)
{
	return t->first.spec.protocol == IPPROTO_TCP;
}

static bool is_echo(const struct zw_talk *t)
{
	return t->first.spec.protocol == IPPROTO_ICMP ||
	       t->first.spec.protocol == IPPROTO_ICMPV6;
}

static struct zw_frame_spec request(const struct zw_talk *t)
{
	struct zw_frame_spec spec = t->first.spec;

	spec.tcp_flags = ZW_TCP_ACK;
	spec.tcp_seq = t->first.spec.tcp_seq + 21;
	spec.tcp_ack = ANSWER_SEQ + 1;
	return spec;
}

static struct zw_frame_spec answer(const struct zw_talk *t)
{
	struct zw_frame_spec spec = t->seen;

	spec.src = t->seen.dst;
	spec.dst = t->seen.src;
	spec.sport = t->seen.dport;
	spec.dport = t->seen.sport;
	spec.tcp_flags = ZW_TCP_SYN | ZW_TCP_ACK;
	spec.tcp_seq = ANSWER_SEQ;
	spec.tcp_ack = t->first.spec.tcp_seq + 1;
	if (is_echo(t))
		spec.type = spec.protocol == IPPROTO_ICMP ? 0 : 129;
	return spec;
}

static const u8 error_types[2][3] = { { 3, 11, 12 }, { 1, 3, 4 } };

/* Who got QUOTED, or somebody on the way to him, complains of it. */
static struct zw_frame_spec error_about(const struct zw_frame_spec *quoted,
					u8 type)
{
	bool v6 = quoted->src.family == ZW_IPV6;

	return (struct zw_frame_spec){
		.src = quoted->dst,
		.dst = quoted->src,
		.protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		.type = type,
		.code = !v6 && type == 3,
		.quoted = quoted,
	};
}

/* ---- one step ------------------------------------------------------------ */

/* SPEC from INTERFACE, of the connection T, which conntrack calls STATE. */
static bool step(struct round *r, const struct zw_talk *t, const char *kind,
		 int interface, const struct zw_frame_spec *spec,
		 enum zw_ct_state state, u8 direction)
{
	struct zw_shot shot = { .number = ++r->lab->number, .kind = kind };
	struct zw_probe probe;

	shot.emitted = interface == ZW_NOWHERE;
	shot.in = shot.emitted ? 0 : (unsigned)interface;
	shot.states = 1u << state;
	shot.ct = entry_of(t, direction);
	zw_shot_make(&shot, spec);
	zw_oracle_expect(&r->lab->oracle, &shot, NULL, &r->expected);
	return zw_lab_try(r->lab, &shot, t->from, t->to, &probe, r->error);
}

/* What was dropped so early conntrack may not have seen. */
static bool may_be_unseen(const struct zw_expectation *e)
{
	return (e->fate == ZW_FATE_DROPPED || e->fate == ZW_FATE_REJECTED) &&
	       (e->run.hook == NF_INET_PRE_ROUTING ||
		e->run.hook == NF_INET_INGRESS ||
		e->run.hook == NF_INET_LOCAL_OUT);
}

static bool established(struct round *r, const struct zw_talk *t,
			const char *kind, int interface,
			const struct zw_frame_spec *spec, u8 direction)
{
	return step(r, t, kind, interface, spec, ZW_CT_ESTABLISHED, direction);
}

/* Another interface than those of both ends. */
static int stranger(struct round *r, const struct zw_talk *t)
{
	unsigned n = r->lab->network->spec.count, i;
	int drawn = 0;

	for (i = 0; i < 8; i++) {
		drawn = (int)zw_random_below(&r->lab->random, n);
		if (drawn != t->near && drawn != t->far)
			break;
	}
	return drawn;
}

/* ---- the beginning ------------------------------------------------------- */

static u16 get16(const u8 *at)
{
	return (u16)(at[0] << 8 | at[1]);
}

/* What the far end saw: the packet as the oracle has it, with the source that
 * came out. */
static void see(struct zw_talk *t, const u8 *ip)
{
	bool v6 = ip[0] >> 4 == 6;
	const u8 *transport = ip + (v6 ? 40 : 20);

	t->seen = t->first.spec;
	t->seen.src =
		zw_ip_from_bytes(v6 ? ZW_IPV6 : ZW_IPV4, ip + (v6 ? 8 : 12));
	t->seen.dst =
		zw_ip_from_bytes(v6 ? ZW_IPV6 : ZW_IPV4, ip + (v6 ? 24 : 16));
	if (is_echo(t)) {
		t->seen.icmp_id = get16(transport + 4);
		return;
	}
	t->seen.sport = get16(transport);
	t->seen.dport = get16(transport + 2);
}

static bool can_talk(const struct zw_frame_spec *spec)
{
	if (spec->protocol == IPPROTO_TCP || spec->protocol == IPPROTO_UDP)
		return spec->sport && spec->dport;
	if (spec->protocol == IPPROTO_ICMP)
		return spec->type == 8 && !spec->code &&
		       spec->src.family == ZW_IPV4;
	return spec->protocol == IPPROTO_ICMPV6 && spec->type == 128 &&
	       !spec->code && spec->src.family == ZW_IPV6;
}

static bool same_end(struct zw_ip a, u16 port, struct zw_ip b, u16 other)
{
	return a.value == b.value && port == other;
}

static void note_entry(struct zw_talk *t)
{
	t->tuple[ZW_CT_ORIGINAL] = zw_shot_tuple(&t->first.spec, false);
	t->tuple[ZW_CT_REPLY] = zw_shot_tuple(&t->seen, true);
	t->status = ZW_STATUS_CONFIRMED;
	if (!same_end(t->seen.src, t->seen.sport, t->first.spec.src,
		      t->first.spec.sport))
		t->status |= ZW_STATUS_SNAT;
	if (!same_end(t->seen.dst, t->seen.dport, t->first.spec.dst,
		      t->first.spec.dport))
		t->status |= ZW_STATUS_DNAT;
	t->translated = t->status & (ZW_STATUS_SNAT | ZW_STATUS_DNAT);
	t->status |= ZW_STATUS_SEEN_REPLY;
}

/* Is there somebody who answers? At the gateway nobody listens, and its own
 * reset would end a connection of TCP. */
static bool goes_on(const struct round *r, const struct zw_talk *t,
		    const struct zw_expectation *e)
{
	const struct zw_routing *ways = r->lab->network->ways;

	/* What is not tracked begins no connection. */
	if (e->run.unmodelled || !e->run.packet.ct.tuple[ZW_CT_ORIGINAL].known)
		return false;
	if (e->fate == ZW_FATE_LOCAL)
		return !is_tcp(t) && !e->run.dnat && !e->run.redirected &&
		       zw_routing_sent(ways, t->first.spec.src).kind ==
			       ZW_WAY_OUT;
	return e->fate == ZW_FATE_PASSES;
}

/* Send a first packet at TARGET. TALK is filled in where it passed, to the far
 * end or to the gateway. */
static bool begin(struct round *r, struct zw_target *target, bool *begun)
{
	struct zw_talk *t = &r->talks[r->n];
	struct zw_expectation e;
	struct zw_probe probe;

	*begun = false;
	*t = (struct zw_talk){ 0 };
	t->first.number = ++r->lab->number;
	if (!zw_aim_shoot(r->aim, target, 3, &r->lab->random, &t->first) ||
	    !can_talk(&t->first.spec))
		return true;
	t->from = r->aim->parties.list.v[target->from].name;
	t->to = r->aim->parties.list.v[target->to].name;
	zw_oracle_expect(&r->lab->oracle, &t->first, NULL, &e);
	if (!goes_on(r, t, &e) || !zw_lab_fresh(r->lab, &t->first, &e))
		return true;
	zw_lab_note(r->lab, &t->first, &e);
	if (!zw_lab_try(r->lab, &t->first, t->from, t->to, &probe, r->error))
		return false;
	t->near = t->first.emitted ? ZW_NOWHERE : (int)t->first.in;
	t->far = probe.out;
	t->seen = t->first.spec;
	if (e.fate == ZW_FATE_PASSES) {
		if (probe.forwarded != 1 || probe.out != (int)e.out)
			return true;
		see(t, probe.frames[0].bytes + ZW_ETHERNET_HEADER);
	} else if (!probe.local) {
		return true;
	}
	note_entry(t);
	*begun = true;
	return true;
}

/* ---- the rest ------------------------------------------------------------ */

/* Both ends go on as they should. */
static bool go_on(struct round *r, struct zw_talk *t, const char *back,
		  const char *forth)
{
	struct zw_frame_spec spec = answer(t);

	if (!established(r, t, back, t->far, &spec, ZW_CT_REPLY))
		return false;
	t->unheard |= may_be_unseen(&r->expected);
	if (t->unheard)
		return true;
	if (is_tcp(t))
		t->status |= ZW_STATUS_ASSURED;
	spec = request(t);
	return established(r, t, forth, t->near, &spec, ZW_CT_ORIGINAL);
}

/* The same from where neither end is. */
static bool intrude(struct round *r, const struct zw_talk *t)
{
	struct zw_frame_spec spec = answer(t);

	if (!established(r, t, "answer from elsewhere", stranger(r, t), &spec,
			 ZW_CT_REPLY))
		return false;
	spec = request(t);
	return established(r, t, "packet of a connection from elsewhere",
			   stranger(r, t), &spec, ZW_CT_ORIGINAL);
}

/* About the first packet, and about its answer. */
static bool complain(struct round *r, const struct zw_talk *t)
{
	bool v6 = t->seen.src.family == ZW_IPV6;
	u8 type = error_types[v6][zw_random_below(&r->lab->random, 3)];
	struct zw_frame_spec spec, first = t->seen, back = answer(t);

	if (t->translated)
		return true;
	spec = error_about(&back, type);
	if (t->near != ZW_NOWHERE &&
	    (!step(r, t, "error about an answer", t->near, &spec, ZW_CT_RELATED,
		   ZW_CT_ORIGINAL) ||
	     !step(r, t, "error from elsewhere", stranger(r, t), &spec,
		   ZW_CT_RELATED, ZW_CT_ORIGINAL)))
		return false;
	if (t->far == ZW_NOWHERE)
		return true;
	spec = error_about(&first, type);
	if (!step(r, t, "error about a connection", t->far, &spec,
		  ZW_CT_RELATED, ZW_CT_REPLY) ||
	    !step(r, t, "error from elsewhere", stranger(r, t), &spec,
		  ZW_CT_RELATED, ZW_CT_REPLY))
		return false;
	if (v6)
		return true;
	spec = error_about(&first, 5);
	return step(r, t, "redirect about a connection", t->far, &spec,
		    ZW_CT_RELATED, ZW_CT_REPLY);
}

/* When conntrack knows nothing of it any more. */
static bool replay_one(struct round *r, const struct zw_talk *t,
		       const char *kind, int interface,
		       const struct zw_frame_spec *spec)
{
	struct zw_shot shot = { .number = ++r->lab->number, .kind = kind };
	struct zw_expectation e;
	struct zw_probe probe;

	shot.emitted = interface == ZW_NOWHERE;
	shot.in = shot.emitted ? 0 : (unsigned)interface;
	shot.states = zw_shot_states(spec);
	zw_shot_make(&shot, spec);
	zw_oracle_expect(&r->lab->oracle, &shot, NULL, &e);
	if (!zw_lab_fresh(r->lab, &shot, &e) &&
	    !zw_lab_forget(r->lab, r->error))
		return false;
	zw_lab_note(r->lab, &shot, &e);
	return zw_lab_try(r->lab, &shot, t->from, t->to, &probe, r->error);
}

static bool replay(struct round *r, const struct zw_talk *t)
{
	struct zw_frame_spec spec = answer(t);

	if (!replay_one(r, t, "answer after the end", t->far, &spec))
		return false;
	spec = request(t);
	return replay_one(r, t, "packet after the end", t->near, &spec);
}

/* ---- a round ------------------------------------------------------------- */

static bool gather(struct round *r, const u32 *order, size_t n, size_t *next)
{
	size_t tries;
	bool begun;

	r->n = 0;
	for (tries = 0; tries < TRIES && r->n < ROUND && n; tries++) {
		struct zw_target *target =
			&r->aim->targets.v[order[(*next)++ % n]];

		if (!begin(r, target, &begun))
			return false;
		r->n += begun;
	}
	return true;
}

static bool each(struct round *r,
		 bool (*one)(struct round *r, const struct zw_talk *t))
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (!r->talks[i].unheard && !one(r, &r->talks[i]))
			return false;
	return true;
}

static bool all_go_on(struct round *r, const char *back, const char *forth)
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (!r->talks[i].unheard &&
		    !go_on(r, &r->talks[i], back, forth))
			return false;
	return true;
}

static bool one_round(struct round *r, bool (*between)(void *context),
		      void *context)
{
	if (!all_go_on(r, "answer", "packet of a connection"))
		return false;
	if (between) {
		if (!between(context) || !all_go_on(r, "answer after a reload",
						    "packet after a reload"))
			return false;
	}
	return each(r, intrude) && each(r, complain) &&
	       zw_lab_forget(r->lab, r->error) && each(r, replay) &&
	       zw_lab_forget(r->lab, r->error);
}

bool zw_lab_talk(struct zw_lab *lab, struct zw_aim *aim, u64 packets,
		 bool (*between)(void *context), void *context,
		 struct zw_buf *error)
{
	struct round r = { .lab = lab, .aim = aim, .error = error };
	u32 *order = ZW_NEW_ARRAY(lab->arena, u32, aim->targets.n + 1), i, k;
	u64 end = lab->result.sent + packets;
	size_t n = 0, next = 0, vain = 0;

	r.talks = ZW_NEW_ARRAY(lab->arena, struct zw_talk, ROUND);
	for (i = 0; i < aim->targets.n; i++) {
		if (aim->targets.v[i].kind != ZW_TARGET_PASSES)
			continue;
		k = zw_random_below(&lab->random, (u32)++n);
		order[n - 1] = order[k];
		order[k] = i;
	}
	if (!zw_lab_forget(lab, error))
		return false;
	while (n && lab->result.sent < end && vain < 2 * n / TRIES + 8) {
		if (!gather(&r, order, n, &next))
			return false;
		vain = r.n ? 0 : vain + 1;
		if (!one_round(&r, between, context))
			return false;
		if (r.n)
			between = NULL;
	}
	return true;
}
