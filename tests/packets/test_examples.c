/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples against the kernel. Each is loaded by `zwinger apply` and must
 * do what its expectations and its published services say; no packet goes from
 * a DMZ to an internal zone, in either family, with a right or a forged source.
 * Of several gateways each is loaded.
 * Of the refuted ones in examples/broken the bytes are loaded as they are, and
 * the packet of the refutation must fare as it says. */
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/harness/gateways.h"
#include "tests/harness/harness.h"
#include "tests/harness/run.h"
#include "tests/packets/example_bed.h"
#include "tests/packets/policy_gateway.h"

void suite_examples(void);

struct tally {
	unsigned accepted, refused, published, inward;
};

/* ---- one packet ---------------------------------------------------------- */

static struct zw_frame_spec frame_of(struct zw_ip src, struct zw_ip dst,
				     u8 proto, u16 key)
{
	bool icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;

	return (struct zw_frame_spec){
		.src = src,
		.dst = dst,
		.protocol = proto,
		.sport = icmp ? 0 : 40000,
		.dport = icmp ? 0 : key,
		.tcp_flags = proto == IPPROTO_TCP ? ZW_TCP_SYN : 0,
		.type = icmp ? (u8)(key >> 8) : 0,
		.code = icmp ? (u8)key : 0,
	};
}

static void differs(const struct zw_example *e, const char *what, unsigned in,
		    const struct zw_frame_spec *spec,
		    const struct zw_probe *probe)
{
	char src[46], dst[46], text[ZW_PROBE_TEXT];

	ZW_CHECK(false, "%s: %s: in %u %s -> %s proto %u port %u: %s", e->path,
		 what, in, zw_ip_format(spec->src, src),
		 zw_ip_format(spec->dst, dst), spec->protocol, spec->dport,
		 zw_probe_format(e->bed, probe, text));
}

/* ---- expectations -------------------------------------------------------- */

static const struct zw_zone *zone_at(const struct zw_example *e, u32 zone)
{
	return &e->pipeline.statement->zones.v[zone];
}

/* An address of the term, or of its zone. */
static bool end_of(const struct zw_example *e, const struct zw_claim_term *term,
		   enum zw_family family, struct zw_ip *ip)
{
	if (term->narrowed) {
		ip->family = family;
		if (term->addrs.of[family].n)
			ip->value = term->addrs.of[family].v[0].lo;
		return term->addrs.of[family].n > 0;
	}
	return term->zone < e->pipeline.statement->zones.n &&
	       zw_example_host(e, term->zone, family, ip);
}

static void expect_one(const struct zw_example *e, const struct zw_claim *claim,
		       const struct zw_claim_term *from,
		       const struct zw_claim_term *to,
		       const struct zw_frame_spec *spec, struct tally *tally)
{
	unsigned in = zw_example_interface(e, from->zone);
	bool self = to->zone == ZW_SELF, right;
	struct zw_probe probe;

	zw_testbed_flush(e->bed);
	zw_testbed_send(e->bed, in, spec, &probe);
	if (claim->expected == ZW_FLOW_ACCEPT) {
		right = self ? probe.local
			     : probe.out ==
					(int)zw_example_interface(e, to->zone);
		tally->accepted++;
	} else {
		right = !probe.forwarded && !probe.local &&
			probe.answers ==
				(claim->expected == ZW_FLOW_REJECT ? 1u : 0u);
		tally->refused++;
	}
	if (!right)
		differs(e, zw_cstr(e->pipeline.arena, claim->text), in, spec,
			&probe);
}

static void expect_pair(const struct zw_example *e,
			const struct zw_claim *claim,
			const struct zw_claim_term *from,
			const struct zw_claim_term *to, struct tally *tally)
{
	static const struct zw_service_item any = { IPPROTO_TCP, 443, 443, 3 };
	struct zw_frame_spec spec;
	struct zw_ip src, dst;
	u32 family;
	size_t i;

	if (from->zone >= e->pipeline.statement->zones.n ||
	    zone_at(e, from->zone)->ipsec == ZW_IPSEC_ONLY)
		return;
	for (family = 0; family < ZW_FAMILY_COUNT; family++) {
		if (!end_of(e, from, family, &src) ||
		    !end_of(e, to, family, &dst))
			continue;
		for (i = 0; i < claim->services.n || (!i && claim->any_service);
		     i++) {
			const struct zw_service_item *item =
				claim->any_service ? &any
						   : &claim->services.v[i];

			if (!(item->families & 1 << family))
				continue;
			spec = frame_of(src, dst, item->proto, item->lo);
			expect_one(e, claim, from, to, &spec, tally);
		}
	}
}

static void expectations(const struct zw_example *e, struct tally *tally)
{
	const struct zw_statement *s = e->pipeline.statement;
	size_t c, i, k;

	for (c = 0; c < s->claims.n; c++) {
		const struct zw_claim *claim = &s->claims.v[c];

		for (i = 0; claim->kind == ZW_EXPECT && i < claim->from.n; i++)
			for (k = 0; k < claim->to.n; k++)
				expect_pair(e, claim, &claim->from.v[i],
					    &claim->to.v[k], tally);
	}
}

/* ---- published services -------------------------------------------------- */

static void publication(const struct zw_example *e,
			const struct zw_publication *p, struct tally *tally)
{
	const struct zw_port_pair *pair = &p->pairs.v[0];
	struct zw_frame_spec spec;
	struct zw_packet seen;
	struct zw_probe probe;
	struct zw_ip src;
	size_t i;

	for (i = 0; i < p->from.n; i++) {
		u32 zone = p->from.v[i].zone;
		unsigned in = zw_example_interface(e, zone);

		if (!zw_example_host(e, zone, p->family, &src))
			continue;
		zw_testbed_flush(e->bed);
		spec = frame_of(
			src, (struct zw_ip){ p->family, p->addresses.v[0].lo },
			pair->proto, pair->outer_lo);
		zw_testbed_send(e->bed, in, &spec, &probe);
		if (probe.out != (int)zw_example_interface(e, p->to) ||
		    !zw_probe_forwarded(&probe, &seen) ||
		    seen.dst.value != p->host.value ||
		    seen.dport != pair->inner_lo)
			differs(e, "published", in, &spec, &probe);
		/* Addressed directly the inner port is not open by that. */
		zw_testbed_flush(e->bed);
		spec = frame_of(src, p->host, pair->proto, pair->inner_lo);
		zw_testbed_send(e->bed, in, &spec, &probe);
		if (zone != p->to && probe.forwarded)
			differs(e, "the inner port", in, &spec, &probe);
		tally->published++;
	}
}

/* ---- from DMZs inward ---------------------------------------------------- */

static void inward(const struct zw_example *e, u32 from, u32 to,
		   struct zw_ip src, struct zw_ip dst, struct tally *tally)
{
	static const struct {
		u8 proto, proto6;
		u16 key, key6;
	} kinds[] = {
		{ IPPROTO_TCP, IPPROTO_TCP, 443, 443 },
		{ IPPROTO_TCP, IPPROTO_TCP, 22, 22 },
		{ IPPROTO_UDP, IPPROTO_UDP, 53, 53 },
		{ IPPROTO_ICMP, IPPROTO_ICMPV6, 8 << 8, 128 << 8 },
		{ 50, 50, 0, 0 },
	};
	unsigned in = zw_example_interface(e, from);
	unsigned out = zw_example_interface(e, to);
	struct zw_probe probe;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool six = dst.family == ZW_IPV6;
		struct zw_frame_spec spec = frame_of(
			src, dst, six ? kinds[i].proto6 : kinds[i].proto,
			six ? kinds[i].key6 : kinds[i].key);

		zw_testbed_send(e->bed, in, &spec, &probe);
		if (probe.out == (int)out || probe.forwarded)
			differs(e, "from a DMZ inward", in, &spec, &probe);
		tally->inward++;
	}
}

/* Not every zone has an interface at each of several gateways. */
static bool lies_there(const struct zw_example *e, u32 zone)
{
	return zone_at(e, zone)->interfaces.n > 0;
}

/* Then a source of the other is no forged one. */
static bool on_one_interface(const struct zw_example *e, u32 a, u32 b)
{
	return lies_there(e, b) &&
	       zw_example_interface(e, a) == zw_example_interface(e, b);
}

/* From every DMZ, with an address of its own and with one of each kind of
 * zone that is not. */
static void all_inward(const struct zw_example *e, struct tally *tally)
{
	const struct zw_statement *s = e->pipeline.statement;
	struct zw_ip src, forged, dst;
	u32 from, to, other, family;

	for (from = 0; from < s->zones.n; from++) {
		for (to = 0; to < s->zones.n; to++) {
			if (zone_at(e, from)->kind != ZW_ZONE_DMZ ||
			    zone_at(e, to)->kind != ZW_ZONE_INTERNAL ||
			    !lies_there(e, from) || !lies_there(e, to))
				continue;
			for (family = 0; family < ZW_FAMILY_COUNT; family++) {
				if (!zw_example_host(e, to, family, &dst))
					continue;
				if (zw_example_host(e, from, family, &src))
					inward(e, from, to, src, dst, tally);
				other = (from + to + 1) % (u32)s->zones.n;
				if (other != from &&
				    !on_one_interface(e, from, other) &&
				    zw_example_host(e, other, family, &forged))
					inward(e, from, to, forged, dst, tally);
			}
		}
	}
}

static void example(const char *path)
{
	struct tally tally = { 0 };
	struct zw_example e;
	size_t i;

	if (!zw_example_open(&e, path))
		return;
	if (!zw_policy_apply(e.bed, path, 0)) {
		const struct zw_statement *s = e.pipeline.statement;

		expectations(&e, &tally);
		for (i = 0; i < s->publications.n; i++)
			publication(&e, &s->publications.v[i], &tally);
		all_inward(&e, &tally);
		printf("%s: %u accepted, %u refused, %u published, %u inward\n",
		       path, tally.accepted, tally.refused, tally.published,
		       tally.inward);
		ZW_CHECK(tally.accepted + tally.published > 0,
			 "%s: nothing was to pass", path);
		ZW_CHECK(tally.inward > 0, "%s: nothing was sent inward", path);
	}
	zw_example_close(&e);
}

static void each(const char *pattern, void (*one)(const char *path))
{
	glob_t found = { 0 };
	size_t i;

	ZW_CHECK(!glob(pattern, 0, NULL, &found), "nothing is %s", pattern);
	for (i = 0; i < found.gl_pathc; i++)
		zw_each_gateway(found.gl_pathv[i], one);
	globfree(&found);
}

static void test_examples(void)
{
	each("examples/*.zw", example);
}

/* ---- what is refuted ----------------------------------------------------- */

static u16 number(const json_t *witness, const char *key)
{
	return (u16)json_integer_value(json_object_get(witness, key));
}

static u8 protocol_of(const char *name)
{
	return !strcmp(name, "tcp")	    ? IPPROTO_TCP
	       : !strcmp(name, "udp")	    ? IPPROTO_UDP
	       : !strcmp(name, "icmp")	    ? IPPROTO_ICMP
	       : !strcmp(name, "ipv6-icmp") ? IPPROTO_ICMPV6
					    : 0;
}

static const char *text(const json_t *witness, const char *key)
{
	const char *value = json_string_value(json_object_get(witness, key));

	return value ? value : "";
}

static void send_witness(const struct zw_example *e, const json_t *w)
{
	bool accepted = !strcmp(text(w, "outcome"), "accepted");
	bool self = !strcmp(text(w, "to"), "self"), passed;
	struct zw_frame_spec spec = {
		.src = zw_test_ip(text(w, "src")),
		.dst = zw_test_ip(text(w, "dst")),
		.protocol = protocol_of(text(w, "proto")),
		.sport = number(w, "sport"),
		.dport = number(w, "dport"),
		.type = (u8)number(w, "type"),
		.code = (u8)number(w, "code"),
		.tcp_flags = ZW_TCP_SYN,
	};
	unsigned in = zw_testbed_index(e->bed, text(w, "from"));
	struct zw_probe probe;

	ZW_CHECK(spec.protocol, "%s: protocol %s", e->path, text(w, "proto"));
	/* What is sent to the gateway itself must bear its address, and the
	 * hour cannot be chosen. */
	if (self || strstr(text(w, "details"), "UTC"))
		return;
	zw_testbed_send(e->bed, in, &spec, &probe);
	passed = probe.out == (int)zw_testbed_index(e->bed, text(w, "to"));
	if (passed != accepted)
		differs(e, "the packet of the refutation", in, &spec, &probe);
}

static void load_unproved(const struct zw_example *e)
{
	const char *const argv[] = { zw_binary(), "compile", e->path,
				     "--format",  "nft",     NULL };
	struct zw_run run;

	zw_run(&run, NULL, argv);
	ZW_CHECK(!run.status && zw_testbed_nft(e->bed, run.out.data), "%s: %s",
		 e->path, zw_testbed_error(e->bed));
	zw_run_free(&run);
}

static void refuted(const char *path)
{
	const char *const argv[] = { zw_binary(), "check", path,
				     "--format",  "json",  NULL };
	struct zw_example e;
	struct zw_run run;
	json_t *answer, *claim;
	size_t i;

	zw_run(&run, NULL, argv);
	answer = json_loadb(run.out.data, run.out.n, 0, NULL);
	ZW_CHECK(answer != NULL, "%s: no JSON", path);
	if (run.status == 1 && zw_example_open(&e, path)) {
		load_unproved(&e);
		json_array_foreach(json_object_get(answer, "claims"), i, claim)
		{
			const json_t *w = json_object_get(claim, "witness");

			if (json_is_object(w))
				send_witness(&e, w);
		}
		zw_example_close(&e);
	}
	json_decref(answer);
	zw_run_free(&run);
}

static void test_refuted(void)
{
	each("examples/broken/*.zw", refuted);
}

void suite_examples(void)
{
	static CU_TestInfo tests[] = {
		{ "what an example promises", test_examples },
		{ "what a refutation shows", test_refuted },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("packets/examples", tests);
}
