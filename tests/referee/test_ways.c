/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims end to end where the answer and the way are known. What a gateway must
 * not do no policy can say, so each case has a policy for what is claimed and,
 * for some gateways, bytes that were compiled from another one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/harness/pipeline.h"
#include "tests/harness/whole_network.h"
#include "tests/referee/postman.h"
#include "verifier/end_to_end.h"

/* hq ── core ── shop ── spur ── depot */
#define GATEWAYS                                                             \
	"gateway hq { interface office = lan0; interface front = dmz0; "     \
	"interface core = tr0; interface internet = wan0 }\n"                \
	"gateway shop { interface tills = lan0; interface kiosk = dmz0; "    \
	"interface core = tr0; interface spur = tr1 }\n"                     \
	"gateway depot { interface stock = lan0; interface screens = dmz0; " \
	"interface spur = tr1 }\n"                                           \
	"link core between hq, shop\n"                                       \
	"link spur between shop, depot\n"                                    \
	"external zone internet { }\n"                                       \
	"zone core { network 10.255.0.0/29 }\n"                              \
	"zone spur { network 10.255.1.0/29 }\n"
#define ZONES(dmz, internal)                                                      \
	internal                                                                  \
		" zone office { network 10.1.0.0/24; host web = 10.1.0.9 }\n" dmz \
		" zone front { network 10.2.0.0/24 }\n" internal                  \
		" zone tills { network 10.3.0.0/24 }\n" dmz                       \
		" zone kiosk { network 10.4.0.0/24 }\n" internal                  \
		" zone stock { network 10.5.0.0/24 }\n" dmz                       \
		" zone screens { network 10.6.0.0/24 }\n"
#define STRICT GATEWAYS ZONES("dmz", "internal")
/* The same networks without kinds: nothing is forbidden. */
#define LAX GATEWAYS ZONES("", "")
#define RULES                            \
	"allow office -> tills : ssh\n"  \
	"allow stock -> front : https\n" \
	"allow kiosk, screens -> front : https\n"

struct net {
	struct zw_whole whole;
	struct zw_whole other[3]; /* kept for its bytes */
	size_t others;
	struct zw_verification *v;
};

static void accepted(const struct zw_whole *whole, const char *text)
{
	size_t i;

	if (whole->network)
		return;
	for (i = 0; i < whole->diags.list.n; i++)
		fprintf(stderr, "%.*s\n",
			ZW_STR_ARG(whole->diags.list.v[i]->message));
	fprintf(stderr, "the policy is refused:\n%s", text);
	ZW_ASSERT(whole->network);
}

static void open_net(struct net *net, const char *text)
{
	memset(net, 0, sizeof(*net));
	zw_whole_make(&net->whole, "net.zw", zw_str_from(text));
	accepted(&net->whole, text);
}

/* GATEWAY gets the bytes that TEXT, a network of the same names, has for it. */
static void put_bytes(struct net *net, const char *gateway, const char *text)
{
	struct zw_whole *other = &net->other[net->others++];

	zw_whole_make(other, "other.zw", zw_str_from(text));
	accepted(other, text);
	net->whole.batches[zw_whole_gateway(&net->whole, gateway)] =
		other->batches[zw_whole_gateway(other, gateway)];
}

/* The bytes of a policy of one gateway. */
static void put_alone(struct net *net, const char *gateway, const char *text)
{
	struct zw_pipeline p;

	zw_pipeline_run(&p, "alone.zw", zw_str_from(text));
	ZW_CHECK(p.valid, "the policy of one gateway is refused:\n%s", text);
	net->whole.batches[zw_whole_gateway(&net->whole, gateway)] =
		zw_str_copy(net->whole.arena,
			    (struct zw_str){ p.bytes.data, p.bytes.n });
	zw_pipeline_free(&p);
}

static void decide(struct net *net)
{
	net->v = zw_whole_verify(&net->whole);
}

static void close_net(struct net *net)
{
	while (net->others)
		zw_whole_free(&net->other[--net->others]);
	zw_whole_free(&net->whole);
}

static const struct zw_claim_result *claim(const struct net *net,
					   const char *text)
{
	size_t i;

	for (i = 0; i < net->v->claims.n; i++)
		if (zw_str_is(net->v->claims.v[i].claim->text, text))
			return &net->v->claims.v[i];
	ZW_CHECK(false, "no claim '%s' was decided", text);
	return NULL;
}

static const char *const names[] = { "proved", "refuted", "undecided" };

static const struct zw_claim_result *
expect(const struct net *net, const char *text, enum zw_verdict verdict)
{
	const struct zw_claim_result *r = claim(net, text);

	if (r)
		ZW_CHECK(r->verdict == verdict, "'%s' is %s (%.*s), not %s",
			 text, names[r->verdict], ZW_STR_ARG(r->reason),
			 names[verdict]);
	return r;
}

/* The witness goes over the gateways of WAY, "depot shop hq", and at each the
 * interpreter says so of the bytes that the one before sent. */
static void check_way(struct net *net, const struct zw_claim_result *r,
		      const char *way, enum zw_run_verdict at_last)
{
	struct zw_postman postman;
	struct zw_packet packet = { 0 };
	struct zw_run *run = zw_heap_resize(NULL, 1, sizeof(*run));
	struct zw_buf met = { 0 };
	size_t i;

	if (!r || !r->has_witness)
		goto out;
	zw_postman_new(net->whole.arena, net->whole.network, net->whole.batches,
		       &postman);
	for (i = 0; i < r->witness.hops.n; i++) {
		const struct zw_hop *hop = &r->witness.hops.v[i];
		const struct zw_witness *w = hop->witness;
		u32 g = zw_whole_gateway(
			&net->whole, zw_cstr(net->whole.arena, hop->gateway));
		bool last = i + 1 == r->witness.hops.n;

		zw_buf_printf(&met, "%s%.*s", i ? " " : "",
			      ZW_STR_ARG(hop->gateway));
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
		ZW_CHECK(zw_str_is(w->state, "new"), "a packet in state %.*s",
			 ZW_STR_ARG(w->state));
		memset(packet.in, 0, sizeof(packet.in));
		memcpy(packet.in, w->in.p, w->in.n);
		zw_postman_run(&postman, g, &packet,
			       zw_cstr(net->whole.arena, w->out), run);
		ZW_CHECK(run->verdict == (last ? at_last : ZW_RUN_ACCEPT),
			 "at %.*s the packet comes to %d",
			 ZW_STR_ARG(hop->gateway), run->verdict);
	}
	ZW_CHECK(met.data && !strcmp(met.data, way),
		 "'%s' goes over %s, not %s",
		 zw_cstr(net->whole.arena, r->claim->text), met.data, way);
out:
	zw_buf_free(&met);
	free(run);
}

/* ---- cases --------------------------------------------------------------- */

static void test_as_written(void)
{
	struct net net;

	open_net(&net, STRICT RULES
		 "never kiosk -> stock\n"
		 "always stock -> front : https\n"
		 "only screens -> front : https\n"
		 "expect accept office(10.1.0.7) -> tills(10.3.0.7) : ssh\n"
		 "expect drop screens(10.6.0.7) -> stock(10.5.0.7) : https\n"
		 "expect drop screens(10.6.0.7) -> office(10.1.0.7) : https\n");
	decide(&net);
	CU_ASSERT_EQUAL(net.v->verdict, ZW_PROVED);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	expect(&net, "always stock -> front : https", ZW_PROVED);
	expect(&net,
	       "expect drop screens(10.6.0.7) -> office(10.1.0.7) : https",
	       ZW_PROVED);
	/* within one gateway: its own proof */
	CU_ASSERT_EQUAL(net.v->claims.n, 6);
	close_net(&net);
}

/* Each gateway by itself lets a DMZ's packets on; only together they let them
 * in. */
static void test_together(void)
{
	static const char lax[] = LAX RULES "allow screens -> office : http\n";
	struct net net;

	open_net(&net, STRICT RULES);
	put_bytes(&net, "depot", lax);
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	put_bytes(&net, "shop", lax);
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	put_bytes(&net, "hq", lax);
	decide(&net);
	check_way(&net, expect(&net, "never dmz -> internal", ZW_REFUTED),
		  "depot shop hq", ZW_RUN_ACCEPT);
	close_net(&net);
}

/* A published address leads inward at the first gateway; those behind see the
 * host. */
static void test_destination(void)
{
	static const char lax[] = LAX RULES
		"publish office.web : tcp/80 as 198.51.100.9 : tcp/8080 for screens\n";
	struct net net;
	const struct zw_claim_result *r;

	open_net(&net, STRICT RULES "never screens -> front : http\n");
	put_bytes(&net, "depot", lax);
	put_bytes(&net, "shop", lax);
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	put_bytes(&net, "hq", lax);
	decide(&net);
	r = expect(&net, "never dmz -> internal", ZW_REFUTED);
	check_way(&net, r, "depot shop hq", ZW_RUN_ACCEPT);
	if (r && r->has_witness) {
		CU_ASSERT_EQUAL(r->witness.dst.value, 0xc6336409);
		CU_ASSERT_EQUAL(r->witness.dport, 8080);
		CU_ASSERT_EQUAL(r->witness.hops.v[1].witness->dst.value,
				0x0a010009);
		CU_ASSERT_EQUAL(r->witness.hops.v[1].witness->dport, 80);
	}
	expect(&net, "never screens -> front : http", ZW_PROVED);
	close_net(&net);
}

#define SHOP_ALONE                                                         \
	"gateway shop\n"                                                   \
	"zone tills { interface lan0; network 10.3.0.0/24 }\n"             \
	"zone kiosk { interface dmz0; network 10.4.0.0/24 }\n"             \
	"zone far { interface tr0; network 10.1.0.0/24, 10.255.0.0/29 }\n" \
	"zone spur { interface tr1; network 10.255.1.0/29 }\n"

/* A source that is translated on the way is no DMZ's any more for the gateway
 * behind: no single gateway's proof can see that. */
static void test_source(void)
{
	struct net net;
	const struct zw_claim_result *r;

	open_net(&net, STRICT RULES "allow core -> office : http\n");
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	put_alone(&net, "shop", SHOP_ALONE "allow kiosk -> far : http\n");
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	put_alone(&net, "shop",
		  SHOP_ALONE "allow kiosk -> far : http\n"
			     "snat kiosk -> far as 10.255.0.2\n");
	decide(&net);
	r = expect(&net, "never dmz -> internal", ZW_REFUTED);
	check_way(&net, r, "shop hq", ZW_RUN_ACCEPT);
	if (r && r->has_witness)
		CU_ASSERT_EQUAL(r->witness.hops.v[1].witness->src.value,
				0x0aff0002);
	close_net(&net);
}

/* Masquerading: as from an address that nobody knows. */
static void test_masquerade(void)
{
	struct net net;

	open_net(&net, STRICT RULES "allow core -> office : http\n");
	put_alone(&net, "shop",
		  SHOP_ALONE "allow kiosk -> far : http\n"
			     "masquerade kiosk -> far\n");
	decide(&net);
	ZW_CHECK(net.v->claims.v[0].verdict != ZW_PROVED,
		 "a masqueraded DMZ is proved to be kept out");
	close_net(&net);
}

/* The flows of always and expect, refused by one of the gateways on the way. */
static void test_always(void)
{
	struct net net;

	open_net(&net, STRICT RULES
		 "always stock -> front : https\n"
		 "expect accept office(10.1.0.7) -> tills(10.3.0.7) : ssh\n"
		 "expect drop stock(10.5.0.7) -> office(10.1.0.7) : https\n"
		 "expect reject stock(10.5.0.7) -> office(10.1.0.7) : smtp\n"
		 "reject stock -> office : smtp\n");
	put_bytes(&net, "shop",
		  STRICT "allow stock -> front(10.2.0.0/25) : https\n"
			 "allow office -> tills : ssh\n"
			 "reject stock -> office : https\n");
	decide(&net);
	check_way(&net,
		  expect(&net, "always stock -> front : https", ZW_REFUTED),
		  "depot shop", ZW_RUN_DROP);
	expect(&net, "expect accept office(10.1.0.7) -> tills(10.3.0.7) : ssh",
	       ZW_PROVED);
	/* depot drops it before shop would refuse it */
	expect(&net, "expect drop stock(10.5.0.7) -> office(10.1.0.7) : https",
	       ZW_PROVED);
	expect(&net, "expect reject stock(10.5.0.7) -> office(10.1.0.7) : smtp",
	       ZW_PROVED);
	put_bytes(&net, "depot",
		  STRICT "allow stock -> office : https, smtp\n"
			 "allow stock -> front : https\n");
	decide(&net);
	check_way(
		&net,
		expect(&net,
		       "expect drop stock(10.5.0.7) -> office(10.1.0.7) : https",
		       ZW_REFUTED),
		"depot shop", ZW_RUN_REJECT);
	check_way(
		&net,
		expect(&net,
		       "expect reject stock(10.5.0.7) -> office(10.1.0.7) : smtp",
		       ZW_REFUTED),
		"depot shop", ZW_RUN_DROP);
	close_net(&net);
}

/* To a gateway itself, and from one. */
static void test_self(void)
{
	static const char lax[] = LAX RULES "allow screens -> core : ssh\n"
					    "allow screens -> self : ssh\n"
					    "allow self -> office : http\n";
	struct net net;

	open_net(&net, STRICT RULES "never screens -> self\n"
				    "never self -> office\n");
	decide(&net);
	expect(&net, "never screens -> self", ZW_PROVED);
	expect(&net, "never self -> office", ZW_PROVED);
	put_bytes(&net, "shop", lax);
	put_bytes(&net, "depot", lax);
	decide(&net);
	check_way(&net, expect(&net, "never screens -> self", ZW_REFUTED),
		  "depot shop", ZW_RUN_ACCEPT);
	expect(&net, "never self -> office", ZW_PROVED);
	close_net(&net);
}

/* The host of a link is nobody's but its zone's, whatever source it writes. */
static void test_on_a_link(void)
{
	struct net net;

	open_net(&net, STRICT RULES "never core -> front\n"
				    "never spur -> office, stock\n");
	decide(&net);
	/* stock's packets come to hq by the link: so may those that core's
	 * hosts send in their name */
	check_way(&net, expect(&net, "never core -> front", ZW_REFUTED), "hq",
		  ZW_RUN_ACCEPT);
	expect(&net, "never spur -> office, stock", ZW_PROVED);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	close_net(&net);
}

#define BETWEEN                                                               \
	"gateway outer { interface internet = wan0; interface front = dmz0; " \
	"interface guests = wl0 }\n"                                          \
	"gateway inner { interface office = lan0; interface data = lan1; "    \
	"interface front = dmz0 }\n"                                          \
	"link front between outer, inner\n"                                   \
	"external zone internet { }\n"                                        \
	"dmz zone front { network 192.0.2.0/28; host web = 192.0.2.10 }\n"    \
	"internal zone office { network 10.1.0.0/24 }\n"                      \
	"internal zone data { network 10.2.0.0/24 }\n"                        \
	"allow internet -> front.web : https\n"                               \
	"allow office -> internet, front : https\n"                           \
	"allow office -> data : tcp/5432\n"

/* A DMZ between two gateways: its hosts see what goes through it, and can send
 * in anybody's name. */
static void test_between(void)
{
	struct net net;
	const struct zw_claim_result *r;

	open_net(&net, BETWEEN "internal zone guests { network 10.7.0.0/24 }\n"
			       "allow guests -> internet : https\n"
			       "never internet -> office, data\n");
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	expect(&net, "never internet -> office, data", ZW_PROVED);
	close_net(&net);
	open_net(&net, BETWEEN "internal zone guests { network 10.7.0.0/24 }\n"
			       "allow guests -> data : tcp/5432\n");
	decide(&net);
	r = expect(&net, "never dmz -> internal", ZW_REFUTED);
	check_way(&net, r, "inner", ZW_RUN_ACCEPT);
	if (r && r->has_witness) {
		CU_ASSERT_EQUAL(r->witness.from_zone,
				zw_whole_zone(&net.whole, "front"));
		CU_ASSERT_EQUAL(r->witness.src.value >> 8, 0x0a0700);
		CU_ASSERT(zw_str_is(r->witness.details,
				    "with a source of 'guests'"));
	}
	close_net(&net);
}

/* The one sends into the tunnel, or so the other thinks: what comes without
 * IPsec is somebody's all the same. */
static void test_tunnel(void)
{
	static const char half[] =
		"gateway hq { interface office = lan0; interface internet = wan0 not ipsec; "
		"interface core = wan0 ipsec }\n"
		"gateway shop { interface kiosk = dmz0; interface core = tr0 }\n"
		"link core between hq, shop\n"
		"external zone internet { }\n"
		"zone core { network 10.255.0.0/29 }\n"
		"internal zone office { network 10.1.0.0/24 }\n"
		"dmz zone kiosk { network 10.4.0.0/24 }\n"
		"allow internet -> office : http\n"
		"allow office -> kiosk : ssh\n";
	struct net net;

	open_net(&net, half);
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_PROVED);
	put_alone(&net, "shop",
		  "gateway shop\n"
		  "zone kiosk { interface dmz0; network 10.4.0.0/24 }\n"
		  "zone far { interface tr0; network 10.1.0.0/24 }\n"
		  "allow kiosk -> far : http\n"
		  "snat kiosk -> far as 203.0.113.77\n");
	decide(&net);
	check_way(&net, expect(&net, "never dmz -> internal", ZW_REFUTED),
		  "shop hq", ZW_RUN_ACCEPT);
	close_net(&net);
}

/* A ring in which everything passes: the rounds come to an end. */
static void test_ring(void)
{
	static const char ring[] =
		"gateway a { interface one = lan0; interface ab = t0; interface ca = t2 }\n"
		"gateway b { interface two = lan0; interface ab = t0; interface bc = t1 }\n"
		"gateway c { interface three = lan0; interface bc = t1; interface ca = t2 }\n"
		"link ab between a, b\nlink bc between b, c\nlink ca between c, a\n"
		"zone ab { network 10.255.0.0/30 }\nzone bc { network 10.255.0.4/30 }\n"
		"zone ca { network 10.255.0.8/30 }\n"
		"zone one { network 10.1.0.0/24 }\nzone two { network 10.2.0.0/24 }\n"
		"zone three { network 10.3.0.0/24 }\n"
		"allow any -> any\n"
		"never one -> two : udp/53\n"
		"always one -> three : https\n"
		"never one -> two : esp\n";
	struct net net;

	open_net(&net, ring);
	decide(&net);
	check_way(&net, expect(&net, "never one -> two : udp/53", ZW_REFUTED),
		  "a b", ZW_RUN_ACCEPT);
	expect(&net, "always one -> three : https", ZW_PROVED);
	expect(&net, "never one -> two : esp", ZW_PROVED);
	close_net(&net);
}

/* What a gateway does is not understood: nothing is proved. */
static void test_not_understood(void)
{
	struct net net;
	u32 shop;

	open_net(&net, STRICT RULES);
	shop = zw_whole_gateway(&net.whole, "shop");
	net.whole.batches[shop].n = 40;
	decide(&net);
	expect(&net, "never dmz -> internal", ZW_UNDECIDED);
	close_net(&net);
}

static void test_budget(void)
{
	static const struct zw_verify_options few = { .node_limit = 500 };
	struct net net;

	open_net(&net, STRICT RULES);
	net.v = zw_verify_network(net.whole.arena, &net.whole.diags,
				  net.whole.sources, net.whole.network,
				  net.whole.batches, &few);
	expect(&net, "never dmz -> internal", ZW_UNDECIDED);
	close_net(&net);
}

void suite_ways(void);
void suite_ways(void)
{
	static CU_TestInfo tests[] = {
		{ "as written", test_as_written },
		{ "only together", test_together },
		{ "a translated destination", test_destination },
		{ "a translated source", test_source },
		{ "masquerading", test_masquerade },
		{ "always and expect", test_always },
		{ "self", test_self },
		{ "on a link", test_on_a_link },
		{ "a DMZ between", test_between },
		{ "half a tunnel", test_tunnel },
		{ "a ring", test_ring },
		{ "not understood", test_not_understood },
		{ "budget", test_budget },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("ways", tests);
}
