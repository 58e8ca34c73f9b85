/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame becomes a packet of the interpreter, and the interpreter's packet is
 * held against the frames that came out, byte by byte: all but checksums (the
 * kernel's own tests are others' business), IPv4 options that routers write
 * into, and the identification of what the gateway itself sends. Where the
 * destination was translated the way is chosen anew, as routing does. Which of
 * its addresses masquerading takes is read from what came out, and must be one
 * of the interface's. */
#include "lab/oracle.h"

#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "statement/gateway.h"
#include "verifier/ruleset.h"
#include "verifier/xt.h"

enum { FLIPS = 5, UNLISTED = 0x7fffffff };

/* One way in which things may come out. */
struct variant {
	enum zw_ct_state state;
	u32 flips; /* of the choices that are no addresses, by their order */
	const u8 *source; /* that a translation is to take; NULL: the usual */
	time_t now;
	/* Filled in: such choices met, and one whose value is not known. */
	u32 met;
	bool blind;
	const struct zw_oracle *oracle;
	const struct zw_shot *shot;
	unsigned out;
	enum zw_family family;
};

/* ---- the packet ---------------------------------------------------------- */

static const char *name_of(const struct zw_oracle *o, unsigned interface)
{
	return o->network->spec.interfaces[interface].name;
}

static u32 index_of(const struct zw_oracle *o, unsigned interface)
{
	const struct zw_link *link;

	if (!o->gateway)
		return ZW_TESTBED_INDEX + interface;
	link = zw_gateway_named(o->gateway, zw_str_from(name_of(o, interface)));
	/* A number that no rule can mean, and not 0: that would be unknown. */
	return link ? link->index : UNLISTED - interface;
}

static void put_name(char to[ZW_NAME_MAX], const char *name)
{
	size_t n = strlen(name);

	memset(to, 0, ZW_NAME_MAX);
	memcpy(to, name, n < ZW_NAME_MAX ? n : ZW_NAME_MAX - 1);
}

static enum zw_family family_of(const struct zw_packet *packet)
{
	return packet->ethertype == ETH_P_IPV6 ? ZW_IPV6 : ZW_IPV4;
}

static struct zw_ip end_of(const struct zw_packet *packet, bool dst)
{
	if (family_of(packet) == ZW_IPV6)
		return zw_ip_from_bytes(ZW_IPV6,
					packet->bytes + (dst ? 24 : 8));
	return zw_ip_from_bytes(ZW_IPV4, packet->bytes + (dst ? 16 : 12));
}

static void make_packet(const struct zw_oracle *o, const struct zw_shot *shot,
			const struct variant *v, struct zw_packet *packet)
{
	const u8 *frame = shot->frame.bytes;

	memset(packet, 0, sizeof(*packet));
	packet->ethertype = (u16)(frame[12] << 8 | frame[13]);
	packet->n = shot->frame.length - (u32)ZW_ETHERNET_HEADER;
	memcpy(packet->bytes, frame + ZW_ETHERNET_HEADER, packet->n);
	if (!shot->emitted) {
		zw_testbed_mac(packet->link, 1, shot->in);
		zw_testbed_mac(packet->link + 6, 2, shot->in);
		memcpy(packet->link + 12, frame + 12, 2);
		packet->link_len = ZW_ETHERNET_HEADER;
		put_name(packet->in, name_of(o, shot->in));
		packet->in_index = index_of(o, shot->in);
	}
	packet->has_time = true;
	packet->day = (u8)((v->now / 86400 + 4) % 7);
	packet->second = (u32)(v->now % 86400);
	packet->ct = shot->ct;
	packet->ct.state = v->state;
}

/* ---- choices ------------------------------------------------------------- */

static bool masquerades(const struct zw_expr *expr)
{
	if (expr->kind == ZW_EXPR_TARGET)
		return expr->xt.means && expr->xt.means->nat.masquerade;
	return expr->kind == ZW_EXPR_MASQ;
}

static bool is_nat(const struct zw_expr *expr)
{
	if (expr->kind == ZW_EXPR_TARGET)
		return expr->xt.means && expr->xt.means->kind == ZW_XT_NAT;
	return expr->kind == ZW_EXPR_NAT || expr->kind == ZW_EXPR_MASQ ||
	       expr->kind == ZW_EXPR_REDIR;
}

static bool choose_address(struct variant *v, const struct zw_expr *expr,
			   struct zw_choice *choice)
{
	struct zw_ip ip;

	choice->value_len = v->family == ZW_IPV4 ? 4 : 16;
	if (v->source) {
		memcpy(choice->value, v->source, choice->value_len);
		return true;
	}
	choice->value_len = 0;
	if ((masquerades(expr) && zw_routing_on(v->oracle->network->ways,
						v->out, v->family, 0, &ip)) ||
	    (!masquerades(expr) && expr->kind != ZW_EXPR_NAT &&
	     !v->shot->emitted &&
	     zw_routing_on(v->oracle->network->ways, v->shot->in, v->family, 0,
			   &ip))) {
		choice->value_len = v->family == ZW_IPV4 ? 4 : 16;
		zw_ip_bytes(ip, choice->value);
	}
	return true;
}

static bool choose(void *context, const struct zw_expr *expr,
		   struct zw_choice *choice)
{
	struct variant *v = context;

	if (is_nat(expr))
		return choose_address(v, expr, choice);
	switch (expr->kind) {
	case ZW_EXPR_LIMIT:
	case ZW_EXPR_QUOTA:
	case ZW_EXPR_CONNLIMIT:
	case ZW_EXPR_LOOKUP:
	case ZW_EXPR_DYNSET:
	case ZW_EXPR_OBJREF:
	case ZW_EXPR_MATCH:
		break;
	default:
		v->blind = true;
	}
	if (v->met < 32 && v->flips & 1u << v->met)
		choice->holds = !choice->holds;
	v->met++;
	return true;
}

/* ---- one outcome --------------------------------------------------------- */

static struct zw_way way_of(const struct zw_oracle *o,
			    const struct zw_shot *shot,
			    const struct zw_packet *packet)
{
	struct zw_way nowhere = { .kind = ZW_WAY_NOWHERE };

	if (shot->emitted)
		return zw_routing_sent(o->network->ways, end_of(packet, true));
	if (shot->dies)
		return nowhere;
	return zw_routing_of(o->network->ways, end_of(packet, false),
			     end_of(packet, true));
}

static void run_once(struct variant *v, struct zw_packet *packet,
		     struct zw_way way, struct zw_trace *trace,
		     struct zw_run *run)
{
	enum zw_path path = v->shot->emitted	      ? ZW_PATH_OUTPUT
			    : way.kind == ZW_WAY_SELF ? ZW_PATH_INPUT
						      : ZW_PATH_FORWARD;

	memset(packet->out, 0, sizeof(packet->out));
	packet->out_index = 0;
	if (way.kind == ZW_WAY_OUT) {
		put_name(packet->out, name_of(v->oracle, way.out));
		packet->out_index = index_of(v->oracle, way.out);
	}
	if (trace)
		trace->steps.n = 0;
	v->out = way.out;
	v->met = 0;
	v->blind = false;
	zw_interpret(v->oracle->interpreter, packet, path, choose, v, trace,
		     run);
}

static enum zw_fate fate_of(const struct zw_run *run, struct zw_way way,
			    bool emitted)
{
	switch (run->verdict) {
	case ZW_RUN_ACCEPT:
		break;
	case ZW_RUN_REJECT:
		return emitted ? ZW_FATE_DROPPED : ZW_FATE_REJECTED;
	case ZW_RUN_DROP:
	case ZW_RUN_STOLEN:
	case ZW_RUN_REASSEMBLED:
		return ZW_FATE_DROPPED;
	}
	if (run->path == ZW_PATH_INPUT)
		return ZW_FATE_LOCAL;
	return way.kind == ZW_WAY_OUT ? ZW_FATE_PASSES : ZW_FATE_DIES;
}

static bool same_way(struct zw_way a, struct zw_way b)
{
	return a.kind == b.kind && a.out == b.out;
}

/* Twice, where the rules sent it elsewhere than it was addressed to. */
static void outcome(struct variant *v, struct zw_trace *trace,
		    struct zw_expectation *e)
{
	struct zw_packet packet;
	struct zw_way way, next;

	make_packet(v->oracle, v->shot, v, &packet);
	v->family = family_of(&packet);
	way = way_of(v->oracle, v->shot, &packet);
	run_once(v, &packet, way, trace, &e->run);
	if (e->run.dnat && !e->run.redirected) {
		next = way_of(v->oracle, v->shot, &e->run.packet);
		if (!same_way(way, next)) {
			way = next;
			run_once(v, &packet, way, trace, &e->run);
		}
	}
	e->out = way.out;
	e->fate = fate_of(&e->run, way, v->shot->emitted);
}

static enum zw_ct_state first_state(u32 states)
{
	u32 state = 0;

	while (state + 1 < ZW_CT_STATE_COUNT && !(states & 1u << state))
		state++;
	return state;
}

void zw_oracle_expect(const struct zw_oracle *oracle,
		      const struct zw_shot *shot, struct zw_trace *trace,
		      struct zw_expectation *expectation)
{
	struct variant v = { .oracle = oracle,
			     .shot = shot,
			     .state = first_state(shot->states),
			     .now = time(NULL) };

	outcome(&v, trace, expectation);
}

/* ---- what came out ------------------------------------------------------- */

static void hide(u8 *bytes, size_t n, size_t at, size_t count)
{
	size_t i;

	for (i = at; i < at + count && i < n; i++)
		bytes[i] = 0;
}

/* Zero what is not compared. */
static void strip(u8 *bytes, size_t n, u16 ethertype, bool emitted)
{
	struct zw_packet packet = { .ethertype = ethertype, .n = (u32)n };
	struct zw_dissection d;

	memcpy(packet.bytes, bytes, n);
	zw_packet_dissect(&packet, &d);
	if (ethertype == ETH_P_IP) {
		hide(bytes, n, 10, 2);
		if (emitted)
			hide(bytes, n, 4, 2);
		if ((bytes[0] & 15) > 5)
			hide(bytes, n, 20, ((bytes[0] & 15u) - 5u) * 4u);
	}
	if (!d.has_transport || d.fragoff)
		return;
	switch (d.l4proto) {
	case IPPROTO_TCP:
		hide(bytes, n, d.thoff + 16, 2);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		hide(bytes, n, d.thoff + 6, 2);
		break;
	case IPPROTO_SCTP:
		hide(bytes, n, d.thoff + 8, 4);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		hide(bytes, n, d.thoff + 2, 2);
		break;
	default:
		break;
	}
}

static bool same_bytes(const struct zw_expectation *e, const u8 *bytes,
		       size_t n, bool emitted)
{
	u8 wanted[ZW_PACKET_MAX], got[ZW_PACKET_MAX];
	u16 ethertype = e->run.packet.ethertype;

	if (n != e->run.packet.n || n > sizeof(got))
		return false;
	memcpy(wanted, e->run.packet.bytes, n);
	memcpy(got, bytes, n);
	strip(wanted, n, ethertype, emitted);
	strip(got, n, ethertype, emitted);
	return !memcmp(wanted, got, n);
}

static const struct zw_probe_frame *first_forwarded(const struct zw_probe *p)
{
	unsigned i;

	for (i = 0; i < p->count; i++)
		if (!p->frames[i].own)
			return &p->frames[i];
	return NULL;
}

static const char *compare_passed(const struct zw_shot *shot,
				  const struct zw_expectation *e,
				  const struct zw_probe *probe)
{
	const struct zw_probe_frame *frame = first_forwarded(probe);

	if (probe->local)
		return "the gateway took it itself";
	if (!frame)
		return probe->answers ? "it was refused"
				      : "it did not come out";
	if ((unsigned)probe->out != e->out)
		return "it left by another interface";
	if (probe->forwarded > 1 && !e->run.copied)
		return "it came out more than once";
	if (!same_bytes(e, frame->bytes + ZW_ETHERNET_HEADER,
			frame->length - (size_t)ZW_ETHERNET_HEADER,
			shot->emitted))
		return "it came out with other addresses, ports or content";
	return probe->answers ? "the gateway answered it as well" : NULL;
}

/* Every address of a translation that the interface has. */
static bool is_own_source(const struct variant *v,
			  const struct zw_expectation *e, struct zw_ip ip)
{
	struct zw_ip own;
	u32 i;

	for (i = 0; zw_routing_on(v->oracle->network->ways, e->out, ip.family,
				  i, &own);
	     i++)
		if (own.value == ip.value)
			return true;
	return false;
}

/* The way back of the gateway's answer is open. */
static bool can_be_answered(const struct variant *v,
			    const struct zw_expectation *e)
{
	struct zw_ip src = end_of(&e->run.packet, false);

	return zw_routing_sent(v->oracle->network->ways, src).kind ==
	       ZW_WAY_OUT;
}

/* Of a family, the code that nft's own number stands for
 * (nft_reject_icmp_code, nft_reject_icmpv6_code). */
static u8 refusal_code(const struct zw_run *run, enum zw_family family)
{
	static const u8 codes[2][4] = { { 0, 3, 1, 13 }, { 0, 4, 3, 1 } };

	return run->reject_type == NFT_REJECT_ICMPX_UNREACH
		       ? codes[family][run->reject_code & 3]
		       : (u8)run->reject_code;
}

static bool is_refusal(const struct variant *v, const struct zw_run *run,
		       const struct zw_probe_frame *frame)
{
	const u8 *ip = frame->bytes + ZW_ETHERNET_HEADER;
	const u8 *next = ip + (v->family == ZW_IPV6 ? 40 : 20);
	u8 protocol = v->family == ZW_IPV6 ? ip[6] : ip[9];

	if (run->reject_type == NFT_REJECT_TCP_RST)
		return protocol == IPPROTO_TCP && next[13] & ZW_TCP_RST;
	if (v->family == ZW_IPV6)
		return protocol == IPPROTO_ICMPV6 && next[0] == 1 &&
		       next[1] == refusal_code(run, v->family);
	return protocol == IPPROTO_ICMP && next[0] == 3 &&
	       next[1] == refusal_code(run, v->family);
}

static const char *compare_refusal(const struct variant *v,
				   const struct zw_expectation *e,
				   const struct zw_probe *probe)
{
	struct zw_expectation leaving;
	struct zw_shot answer;
	unsigned i;

	for (i = 0; i < probe->count; i++)
		if (probe->frames[i].own &&
		    is_refusal(v, &e->run, &probe->frames[i]))
			return NULL;
	if (probe->answers)
		return "another answer came back";
	zw_oracle_answer(v->oracle, v->shot, e, &answer);
	zw_oracle_expect(v->oracle, &answer, NULL, &leaving);
	return leaving.fate == ZW_FATE_PASSES && !leaving.run.unmodelled &&
			       !leaving.run.n_choices
		       ? "no answer came back"
		       : NULL;
}

static const char *compare(const struct variant *v,
			   const struct zw_expectation *e,
			   const struct zw_probe *probe)
{
	const struct zw_shot *shot = v->shot;

	switch (e->fate) {
	case ZW_FATE_PASSES:
		return compare_passed(shot, e, probe);
	case ZW_FATE_LOCAL:
		if (probe->forwarded)
			return "it came out again";
		return probe->local ? NULL : "the gateway did not get it";
	case ZW_FATE_REJECTED:
		/* An answer to an address of the gateway's own is heard. */
		if (probe->forwarded ||
		    (probe->local &&
		     !zw_routing_is_own(v->oracle->network->ways,
					end_of(&e->run.packet, false))))
			break;
		if (shot->plain && can_be_answered(v, e))
			return compare_refusal(v, e, probe);
		return NULL;
	case ZW_FATE_DIES:
	case ZW_FATE_DROPPED:
		if (probe->answers && !probe->forwarded && !probe->local)
			return e->fate == ZW_FATE_DIES
				       ? NULL
				       : "the gateway answered it";
		break;
	case ZW_FATE_COUNT:
		break;
	}
	if (probe->forwarded)
		return "it came out";
	return probe->local ? "the gateway took it" : NULL;
}

/* The source that came out, where it may be one of several. */
static const char *compare_source(struct variant *v, struct zw_expectation *e,
				  const struct zw_probe *probe)
{
	const struct zw_probe_frame *frame = first_forwarded(probe);
	const char *wrong = compare(v, e, probe);
	struct zw_expectation other;
	const u8 *ip;

	if (!wrong || e->fate != ZW_FATE_PASSES || !e->run.snat || !frame ||
	    (unsigned)probe->out != e->out)
		return wrong;
	ip = frame->bytes + ZW_ETHERNET_HEADER +
	     (v->family == ZW_IPV4 ? 12 : 8);
	if (e->run.masqueraded &&
	    !is_own_source(v, e, zw_ip_from_bytes(v->family, ip)))
		return wrong;
	v->source = ip;
	outcome(v, NULL, &other);
	v->source = NULL;
	if (compare(v, &other, probe))
		return wrong;
	*e = other;
	return NULL;
}

static enum zw_judgement
judge_at(time_t now, const struct zw_oracle *oracle, const struct zw_shot *shot,
	 const struct zw_probe *probe, struct zw_trace *met_into,
	 struct zw_expectation *expectation, const char **wrong)
{
	struct zw_expectation e;
	struct variant v = { .oracle = oracle, .shot = shot, .now = now };
	bool first = true, blind = false, unmodelled = false;
	u32 state, most, met;

	for (state = 0; state < ZW_CT_STATE_COUNT; state++) {
		if (!(shot->states & 1u << state))
			continue;
		v.state = state;
		met = 0;
		most = 1;
		for (v.flips = 0; v.flips < most; v.flips++) {
			outcome(&v, first ? met_into : NULL, &e);
			if (v.met > met) {
				met = v.met < FLIPS ? v.met : FLIPS;
				most = 1u << met;
			}
			blind |= v.blind || v.met > FLIPS;
			unmodelled |= e.run.unmodelled;
			if (first) {
				*wrong = compare_source(&v, &e, probe);
				*expectation = e;
				if (!*wrong && !e.run.unmodelled)
					return ZW_JUDGED_SAME;
				first = false;
				continue;
			}
			if (!compare_source(&v, &e, probe) &&
			    !e.run.unmodelled) {
				*expectation = e;
				return ZW_JUDGED_EITHER;
			}
		}
	}
	if (unmodelled || blind)
		return *wrong ? ZW_JUDGED_NOTHING : ZW_JUDGED_EITHER;
	return ZW_JUDGED_DIFFERS;
}

enum zw_judgement
zw_oracle_judge(const struct zw_oracle *oracle, const struct zw_shot *shot,
		const struct zw_probe *probe, struct zw_trace *met,
		struct zw_expectation *expectation, const char **wrong)
{
	time_t now = time(NULL);
	enum zw_judgement judgement =
		judge_at(now, oracle, shot, probe, met, expectation, wrong);
	struct zw_expectation before;
	const char *why;

	/* A rule's hours may have begun or ended since it was sent. */
	if (judgement != ZW_JUDGED_DIFFERS ||
	    judge_at(now - 1, oracle, shot, probe, NULL, &before, &why) ==
		    ZW_JUDGED_DIFFERS)
		return judgement;
	*expectation = before;
	return ZW_JUDGED_EITHER;
}

/* ---- the gateway's own answers ------------------------------------------ */

/* An ICMP error about SHOT; the gateway's address is that of its interface
 * toward the sender. */
static void answer_by_error(const struct zw_oracle *o,
			    const struct zw_shot *shot, u8 code,
			    struct zw_frame_spec *spec)
{
	bool v6 = shot->spec.src.family == ZW_IPV6;
	int out = zw_routing_toward(o->network->ways, shot->spec.src);

	spec->protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	spec->type = v6 ? 1 : 3;
	spec->code = code;
	spec->quoted = &shot->spec;
	if (out != ZW_NOWHERE &&
	    !zw_routing_is_own(o->network->ways, shot->spec.dst))
		zw_routing_on(o->network->ways, (unsigned)out,
			      shot->spec.src.family, 0, &spec->src);
}

void zw_oracle_answer(const struct zw_oracle *o, const struct zw_shot *shot,
		      const struct zw_expectation *expected,
		      struct zw_shot *answer)
{
	const struct zw_frame_spec *q = &shot->spec;
	struct zw_frame_spec spec = { .src = q->dst,
				      .dst = q->src,
				      .protocol = q->protocol,
				      .sport = q->dport,
				      .dport = q->sport,
				      .tcp_flags = ZW_TCP_RST | ZW_TCP_ACK,
				      .ttl = ZW_GATEWAY_TTL };
	bool refused = expected->fate == ZW_FATE_REJECTED;
	bool v6 = q->src.family == ZW_IPV6;

	memset(answer, 0, offsetof(struct zw_shot, frame));
	answer->kind = "answer of the gateway";
	answer->number = shot->number;
	answer->emitted = true;
	answer->ct.direction = ZW_CT_REPLY;
	answer->ct.tuple[ZW_CT_ORIGINAL] = zw_shot_tuple(q, false);
	answer->ct.tuple[ZW_CT_REPLY] = zw_shot_tuple(q, true);
	if (refused || q->protocol == IPPROTO_UDP) {
		/* nf_conntrack_attach, nf_conntrack_inet_error */
		answer->states = 1u << ZW_CT_RELATED;
		answer->ct.status = refused ? 0 : ZW_STATUS_CONFIRMED;
		if (!refused)
			answer_by_error(o, shot, v6 ? 4 : 3, &spec);
		else if (expected->run.reject_type != NFT_REJECT_TCP_RST)
			answer_by_error(
				o, shot,
				refusal_code(&expected->run, q->src.family),
				&spec);
	} else {
		answer->states = 1u << ZW_CT_ESTABLISHED;
		answer->ct.status = ZW_STATUS_CONFIRMED | ZW_STATUS_SEEN_REPLY;
		spec.type = v6 ? 129 : 0;
		spec.icmp_id = q->icmp_id;
	}
	zw_shot_make(answer, &spec);
}

/* ---- in words ------------------------------------------------------------ */

void zw_oracle_print(struct zw_buf *out, const struct zw_oracle *o,
		     const struct zw_shot *shot, const struct zw_expectation *e)
{
	switch (e->fate) {
	case ZW_FATE_PASSES:
		zw_buf_printf(out, "leaves by %s as ", name_of(o, e->out));
		zw_shot_print_bytes(out, e->run.packet.bytes, e->run.packet.n);
		return;
	case ZW_FATE_LOCAL:
		zw_buf_puts(out, "is taken by the gateway");
		return;
	case ZW_FATE_REJECTED:
		zw_buf_puts(out, e->run.reject_type == NFT_REJECT_TCP_RST
					 ? "is refused with a reset"
					 : "is refused with an ICMP error");
		return;
	case ZW_FATE_DIES:
		zw_buf_puts(out, "dies in routing");
		return;
	default:
		zw_buf_puts(out, e->run.verdict == ZW_RUN_REASSEMBLED
					 ? "waits for the rest of its datagram"
					 : "is dropped");
	}
	(void)shot;
}

void zw_oracle_print_probe(struct zw_buf *out, const struct zw_oracle *o,
			   const struct zw_probe *probe)
{
	unsigned i;

	if (probe->local)
		zw_buf_puts(out, "was taken by the gateway");
	for (i = 0; i < probe->count; i++) {
		const struct zw_probe_frame *f = &probe->frames[i];

		zw_buf_printf(out, "%s%s %s as ", i || probe->local ? "; " : "",
			      f->own ? "was answered by" : "left by",
			      name_of(o, f->interface));
		zw_shot_print_bytes(out, f->bytes + ZW_ETHERNET_HEADER,
				    f->length - (size_t)ZW_ETHERNET_HEADER);
	}
	if (probe->more)
		zw_buf_printf(out, "; and %u more frames", probe->more);
	if (!probe->local && !probe->count)
		zw_buf_puts(out, "vanished");
}
