/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random networks, random claims, and packets that go through the gateways one
 * after the other by the concrete interpreter alone: what is proved no packet
 * may break that is found by trying, and what is refuted the witness must break
 * when it is sent again. Now and then a gateway has the bytes of a policy that
 * allows more than the one whose claims are asked.
 *
 * ZW_ROUNDS is the number of networks (150). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "grammar/grammar.h"
#include "tests/harness/harness.h"
#include "tests/harness/random_network.h"
#include "tests/harness/sample.h"
#include "tests/referee/postman.h"
#include "tests/referee/view.h"

#define ROUNDS 150
#define CLAIMS 12
#define PACKETS 300
#define MOST_HOPS 5

struct round {
	struct zw_random random;
	struct zw_buf text; /* of the network, and then of the claims */
	size_t bare;	    /* how much of it is the network */
	struct zw_whole whole;
	struct zw_verification *v;
	struct zw_postman postman;
	struct zw_sampler **samplers; /* by gateway */
};

struct counts {
	size_t networks, proved, refuted, undecided, replayed, sampled, reached,
		delivered, refused;
};

static u32 below(struct round *r, u32 bound)
{
	return zw_random_below(&r->random, bound);
}

/* ---- claims -------------------------------------------------------------- */

static const struct zw_zone *zone_of(const struct round *r, u32 zone)
{
	return &r->whole.network->policy->zones.v[zone];
}

/* An address of ZONE, in FAMILY; false if it has none. */
static bool draw_address(struct round *r, u32 zone, enum zw_family family,
			 struct zw_ip *ip)
{
	struct zw_intervals all = zone_of(r, zone)->members.of[family];
	struct zw_interval one;

	if (!all.n)
		return false;
	one = all.v[below(r, (u32)all.n)];
	*ip = (struct zw_ip){ family, one.lo };
	if (one.hi - one.lo > 4)
		ip->value += below(r, 4);
	return true;
}

static void put_zone(struct round *r, u32 zone, const struct zw_ip *ip)
{
	char text[46];

	zw_buf_printf(&r->text, "%.*s", ZW_STR_ARG(zone_of(r, zone)->name));
	if (ip)
		zw_buf_printf(&r->text, "(%s)", zw_ip_format(*ip, text));
}

static void put_claim(struct round *r)
{
	static const char *const services[] = { " : tcp/80", " : udp/53",
						" : ssh", " : https, dns" };
	static const char *const expected[] = { "accept", "accept", "drop",
						"reject" };
	u32 zones = (u32)r->whole.network->policy->zones.n;
	u32 from = below(r, zones), to = below(r, zones), kind = below(r, 4);
	enum zw_family family = below(r, 3) ? ZW_IPV4 : ZW_IPV6;
	const char *service = services[below(r, 4)];
	struct zw_ip src, dst;
	bool narrow = draw_address(r, from, family, &src) &&
		      draw_address(r, to, family, &dst);

	if (kind >= 2 && (!narrow || from == to))
		return;
	if (kind == 0) {
		zw_buf_puts(&r->text, "never ");
		service = below(r, 2) ? service : "";
	} else if (kind == 1) {
		zw_buf_puts(&r->text, "only ");
	} else {
		zw_buf_printf(&r->text, "expect %s ", expected[below(r, 4)]);
	}
	put_zone(r, from, kind >= 2 ? &src : NULL);
	zw_buf_puts(&r->text, " -> ");
	put_zone(r, to, kind >= 2 ? &dst : NULL);
	zw_buf_printf(&r->text, "%s\n", service);
}

/* ---- making -------------------------------------------------------------- */

static bool make_whole(struct round *r)
{
	zw_whole_make(&r->whole, "random",
		      (struct zw_str){ r->text.data, r->text.n });
	if (r->whole.network)
		return true;
	zw_whole_free(&r->whole);
	return false;
}

/* Bytes that allow more, at one of the gateways. */
static void loosen(struct round *r)
{
	struct zw_buf text = { 0 };
	struct zw_whole other;
	u32 g = below(r, (u32)r->whole.network->gateways.n);

	zw_buf_add(&text, r->text.data, r->bare);
	zw_buf_puts(&text, "allow any -> any : tcp/80, udp/53, ssh\n");
	zw_whole_make(&other, "random", (struct zw_str){ text.data, text.n });
	if (other.network)
		r->whole.batches[g] =
			zw_str_copy(r->whole.arena, other.batches[g]);
	zw_whole_free(&other);
	zw_buf_free(&text);
}

/* What each gateway's own view of the policy names. */
static void draw_from(struct round *r, const struct zw_ast *ast)
{
	const struct zw_network *network = r->whole.network;
	u32 g;

	r->samplers = ZW_NEW_ARRAY(r->whole.arena, struct zw_sampler *,
				   network->gateways.n);
	for (g = 0; g < network->gateways.n; g++) {
		const char *name =
			zw_cstr(r->whole.arena, network->gateways.v[g].name);
		const struct zw_view *view =
			zw_view_new(r->whole.arena, ast, "", name);

		r->samplers[g] = zw_sampler_new(r->whole.arena, view->ast);
	}
}

/* Another claim, if the language takes it. */
static void try_claim(struct round *r)
{
	size_t before = r->text.n;

	put_claim(r);
	zw_whole_free(&r->whole);
	if (make_whole(r))
		return;
	r->text.n = before;
	r->text.data[before] = 0;
	ZW_ASSERT(make_whole(r));
}

static bool make(struct round *r)
{
	struct zw_ast ast = { 0 };
	u32 i;

	zw_random_network(&r->text, &r->random);
	r->bare = r->text.n;
	/* who comes by IPsec the postman does not know */
	if (strstr(r->text.data, "ipsec") || !make_whole(r))
		return false;
	for (i = 0; i < CLAIMS; i++)
		try_claim(r);
	if (below(r, 3))
		loosen(r);
	r->v = zw_whole_verify(&r->whole);
	zw_postman_new(r->whole.arena, r->whole.network, r->whole.batches,
		       &r->postman);
	zw_parse_text(r->whole.arena, r->whole.sources, &r->whole.diags,
		      ZW_STR("random"),
		      (struct zw_str){ r->text.data, r->bare }, &ast);
	draw_from(r, &ast);
	return true;
}

static void show(const struct round *r, const struct zw_claim *claim,
		 const char *what)
{
	printf("%s\n", r->text.data);
	ZW_CHECK(false, "%s: '%.*s' in the network above", what,
		 ZW_STR_ARG(claim->text));
}

/* ---- what is refuted ----------------------------------------------------- */

static u32 gateway_of(const struct round *r, struct zw_str name)
{
	u32 g;

	for (g = 0; g < r->whole.network->gateways.n; g++)
		if (zw_str_eq(r->whole.network->gateways.v[g].name, name))
			return g;
	ZW_ASSERT(!"a gateway of the network");
	return 0;
}

/* Nothing but headers and "new" says what the packet is. */
static bool is_plain(const struct zw_witness *witness)
{
	size_t i;

	for (i = 0; i < witness->hops.n; i++)
		if (!zw_str_is(witness->hops.v[i].witness->state, "new") ||
		    witness->hops.v[i].witness->details.n)
			return false;
	return !witness->assumptions.n;
}

static bool as_claimed(const struct zw_claim *claim, const struct zw_run *run)
{
	bool passed = run->verdict == ZW_RUN_ACCEPT;

	if (claim->kind != ZW_EXPECT && claim->kind != ZW_ALWAYS)
		return !passed;
	if (claim->kind == ZW_ALWAYS || claim->expected == ZW_FLOW_ACCEPT)
		return passed;
	return claim->expected == ZW_FLOW_DROP ? run->verdict == ZW_RUN_DROP
					       : run->verdict == ZW_RUN_REJECT;
}

static void replay(struct round *r, const struct zw_claim_result *result,
		   struct counts *counts)
{
	const struct zw_witness *witness = &result->witness;
	struct zw_run *run = zw_heap_resize(NULL, 1, sizeof(*run));
	struct zw_packet packet = { 0 };
	size_t i;

	for (i = 0; i < witness->hops.n; i++) {
		const struct zw_hop *hop = &witness->hops.v[i];
		const struct zw_witness *w = hop->witness;

		if (!i) {
			packet.n = (u32)w->bytes.n;
			memcpy(packet.bytes, w->bytes.p, w->bytes.n);
			packet.ethertype =
				w->family == ZW_IPV4 ? ETH_P_IP : ETH_P_IPV6;
		} else {
			packet = run->packet;
		}
		memset(&packet.ct, 0, sizeof(packet.ct));
		packet.ct.state = ZW_CT_NEW;
		memset(packet.in, 0, sizeof(packet.in));
		memcpy(packet.in, w->in.p, w->in.n);
		if (zw_str_is(w->in, "self"))
			goto out;
		zw_postman_run(&r->postman, gateway_of(r, hop->gateway),
			       &packet, zw_cstr(r->whole.arena, w->out), run);
		if (i + 1 < witness->hops.n && run->verdict != ZW_RUN_ACCEPT)
			show(r, result->claim,
			     "the witness does not go on from where it did");
	}
	if (as_claimed(result->claim, run))
		show(r, result->claim, "the witness breaks nothing");
	counts->replayed++;
out:
	free(run);
}

/* ---- what is proved ------------------------------------------------------ */

struct watch {
	struct round *r;
	const struct zw_claim *claim;
	u32 first; /* where the packet began */
	struct counts *counts;
};

static bool names(const struct zw_claim *claim, const struct zw_packet *packet)
{
	struct zw_dissection d;
	enum zw_family family =
		packet->ethertype == ETH_P_IP ? ZW_IPV4 : ZW_IPV6;
	const u8 *port;
	size_t i;
	u16 key;

	zw_packet_dissect(packet, &d);
	port = packet->bytes + d.thoff;
	if (d.l4proto == IPPROTO_ICMP || d.l4proto == IPPROTO_ICMPV6)
		key = (u16)(port[0] << 8 | port[1]);
	else
		key = (u16)(port[2] << 8 | port[3]);
	for (i = 0; i < claim->services.n; i++) {
		const struct zw_service_item *item = &claim->services.v[i];

		if (item->families & 1u << family && item->proto == d.l4proto &&
		    key >= item->lo && key <= item->hi)
			return true;
	}
	return false;
}

static bool see(void *context, u32 gateway, const char *out,
		const struct zw_packet *packet, u32 hops)
{
	struct watch *w = context;
	bool six = packet->ethertype != ETH_P_IP;
	struct zw_ip dst = zw_ip_from_bytes(six ? ZW_IPV6 : ZW_IPV4,
					    packet->bytes + (six ? 24 : 16));
	const struct zw_claim *claim = w->claim;
	u32 zone;

	if (!hops || !strcmp(out, "self"))
		return true;
	zone = zw_postman_zone(&w->r->postman, gateway, out, dst);
	if (zone == ZW_ELSEWHERE)
		return true;
	w->counts->reached++;
	if (zone != claim->to.v[0].zone)
		return true;
	if (claim->kind == ZW_NEVER
		    ? !claim->any_service && !names(claim, packet)
		    : names(claim, packet))
		return true;
	show(w->r, claim, "a packet breaks what is proved");
	return false;
}

/* Does the source belong to another zone that GATEWAY has on the interface? */
static bool is_of_another(const struct round *r, u32 gateway, u32 zone,
			  const char *in, struct zw_ip src)
{
	const struct zw_network_gateway *g =
		&r->whole.network->gateways.v[gateway];
	const struct zw_zone *other;
	u32 z;
	size_t i;

	for (z = 0; z < g->statement->zones.n; z++) {
		other = &g->statement->zones.v[z];
		if (z == zone || g->attached[z] != ZW_ATTACHED_HERE ||
		    !zw_ipset_contains(other->members, src))
			continue;
		for (i = 0; i < other->interfaces.n; i++)
			if (zw_interface_covers(&other->interfaces.v[i],
						zw_str_from(in)))
				return true;
	}
	return false;
}

/* Packets from where the claim says, as near to what is allowed as the sampler
 * draws them. */
static void try_packets(struct round *r, const struct zw_claim *claim,
			struct counts *counts)
{
	struct watch watch = { r, claim, 0, counts };
	struct zw_sample sample;
	struct zw_packet packet;
	u32 i, g;

	for (i = 0; i < PACKETS; i++) {
		const char *in;

		g = below(r, (u32)r->whole.network->gateways.n);
		zw_sampler_next(r->samplers[g], &r->random, &sample);
		in = zw_postman_interface(&r->postman, g,
					  claim->from.v[0].zone);
		if (!in || sample.cut || sample.headers ||
		    sample.path != ZW_PATH_FORWARD)
			continue;
		sample.state = ZW_CT_NEW;
		sample.direction = ZW_CT_ORIGINAL;
		sample.confirmed = sample.dnat = sample.snat = false;
		sample.in_ipsec = sample.out_ipsec = false;
		sample.hops = 64;
		if (below(r, 4)) {
			struct zw_ip ip;
			u32 to = claim->to.v[0].zone;

			if (draw_address(r, claim->from.v[0].zone,
					 sample.family, &ip))
				sample.src = ip.value;
			if (below(r, 2))
				to = below(
					r,
					(u32)r->whole.network->policy->zones.n);
			if (draw_address(r, to, sample.family, &ip))
				sample.dst = ip.value;
		}
		if (below(r, 2) && (sample.proto == IPPROTO_TCP ||
				    sample.proto == IPPROTO_UDP))
			sample.second = sample.proto == IPPROTO_UDP ? 53
					: below(r, 2)		    ? 80
								    : 22;
		if (is_of_another(r, g, claim->from.v[0].zone, in,
				  (struct zw_ip){ sample.family, sample.src }))
			continue;
		zw_sample_packet(&sample, &packet);
		memset(packet.in, 0, sizeof(packet.in));
		memcpy(packet.in, in, strlen(in));
		watch.first = g;
		counts->sampled++;
		zw_postman_tour(&r->postman, g, &packet,
				below(r, 8)   ? ZW_CT_NEW
				: below(r, 2) ? ZW_CT_INVALID
					      : ZW_CT_UNTRACKED,
				MOST_HOPS, see, &watch);
	}
}

/* ---- expectations -------------------------------------------------------- */

/* The one gateway that has ZONE, or ZW_NONE. */
static u32 only_one(const struct round *r, u32 zone)
{
	u32 g, found = ZW_NONE;

	for (g = 0; g < r->whole.network->gateways.n; g++) {
		if (!zw_postman_interface(&r->postman, g, zone))
			continue;
		if (found != ZW_NONE)
			return ZW_NONE;
		found = g;
	}
	return found;
}

struct delivery {
	struct round *r;
	u32 last, zone;
	bool arrived;
};

static bool arrive(void *context, u32 gateway, const char *out,
		   const struct zw_packet *packet, u32 hops)
{
	struct delivery *d = context;
	bool six = packet->ethertype != ETH_P_IP;
	struct zw_ip dst = zw_ip_from_bytes(six ? ZW_IPV6 : ZW_IPV4,
					    packet->bytes + (six ? 24 : 16));

	(void)hops;
	d->arrived |=
		gateway == d->last && strcmp(out, "self") != 0 &&
		zw_postman_zone(&d->r->postman, gateway, out, dst) == d->zone;
	return !d->arrived;
}

/* The claim's own packet, on the ways that have no detour; the claim is about
 * one address and what passes passes whatever its source port. */
static void try_expectation(struct round *r,
			    const struct zw_claim_result *result,
			    struct counts *counts)
{
	const struct zw_claim *claim = result->claim;
	const struct zw_service_item *item = &claim->services.v[0];
	const struct zw_claim_term *from = &claim->from.v[0];
	const struct zw_claim_term *to = &claim->to.v[0];
	enum zw_family f = from->addrs.of[ZW_IPV4].n ? ZW_IPV4 : ZW_IPV6;
	u32 first = only_one(r, from->zone), last = only_one(r, to->zone);
	struct delivery d = { r, last, to->zone, false };
	struct zw_packet packet = { 0 };
	const char *in;

	if (first == ZW_NONE || last == ZW_NONE || first == last ||
	    strstr(r->text.data, "during") || !to->addrs.of[f].n)
		return;
	in = zw_postman_interface(&r->postman, first, from->zone);
	zw_packet_build(&packet, (struct zw_ip){ f, from->addrs.of[f].v[0].lo },
			(struct zw_ip){ f, to->addrs.of[f].v[0].lo },
			item->proto, 40000, item->lo, 2);
	memcpy(packet.in, in, strlen(in));
	packet.has_time = true;
	zw_postman_tour(&r->postman, first, &packet, ZW_CT_NEW,
			zw_postman_distance(&r->postman, first, last) + 1,
			arrive, &d);
	counts->delivered += d.arrived;
	counts->refused += !d.arrived;
	if (result->verdict != ZW_PROVED)
		return;
	if (claim->expected == ZW_FLOW_ACCEPT && !d.arrived)
		show(r, claim, "what is proved to arrive does not");
	if (claim->expected != ZW_FLOW_ACCEPT && d.arrived)
		show(r, claim, "what is proved to be refused arrives");
}

/* ---- all ----------------------------------------------------------------- */

static void judge(struct round *r, struct counts *counts)
{
	size_t i;

	for (i = 0; i < r->v->claims.n; i++) {
		const struct zw_claim_result *result = &r->v->claims.v[i];
		const struct zw_claim *claim = result->claim;

		counts->proved += result->verdict == ZW_PROVED;
		counts->refuted += result->verdict == ZW_REFUTED;
		counts->undecided += result->verdict == ZW_UNDECIDED;
		if (result->verdict == ZW_UNDECIDED)
			printf("    undecided: %.*s: %.*s\n",
			       ZW_STR_ARG(claim->text),
			       ZW_STR_ARG(result->reason));
		if (result->verdict == ZW_REFUTED && is_plain(&result->witness))
			replay(r, result, counts);
		if (claim->built_in || claim->from.n != 1 || claim->to.n != 1 ||
		    claim->from.v[0].zone >= ZW_ELSEWHERE ||
		    claim->to.v[0].zone >= ZW_ELSEWHERE)
			continue;
		if (result->verdict == ZW_PROVED &&
		    !claim->from.v[0].narrowed && !claim->to.v[0].narrowed &&
		    (claim->kind == ZW_NEVER || claim->kind == ZW_ONLY))
			try_packets(r, claim, counts);
		if (claim->kind == ZW_EXPECT)
			try_expectation(r, result, counts);
	}
}

static void test_random_networks(void)
{
	const char *rounds = getenv("ZW_ROUNDS");
	size_t n = rounds ? strtoul(rounds, NULL, 10) : ROUNDS, i;
	struct counts c = { 0 };

	for (i = 0; i < n; i++) {
		struct round r = { .random = { zw_test_seed() + i * 7919 } };

		if (make(&r)) {
			c.networks++;
			judge(&r, &c);
			zw_whole_free(&r.whole);
		}
		zw_buf_free(&r.text);
	}
	printf("    %zu networks of %zu: %zu claims proved, %zu refuted, %zu undecided; %zu witnesses sent again, %zu packets tried, %zu arrivals; %zu expected flows arrived, %zu not\n",
	       c.networks, n, c.proved, c.refuted, c.undecided, c.replayed,
	       c.sampled, c.reached, c.delivered, c.refused);
	CU_ASSERT(c.networks * 8 >= n);
	CU_ASSERT(c.proved > n / 3 && c.refuted > n / 3);
	CU_ASSERT(c.undecided * 20 <= c.proved + c.refuted);
	CU_ASSERT(c.replayed > n / 6);
	CU_ASSERT(c.reached > n / 6);
	CU_ASSERT(c.delivered > 0 && c.refused > 0);
}

void suite_end_to_end(void);
void suite_end_to_end(void)
{
	static CU_TestInfo tests[] = {
		{ "random networks", test_random_networks },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("end to end", tests);
}
