/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets from points: what a point says is what the bytes say when they are
 * taken apart again, and what a witness tells about its packet. */
#include <string.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/unit/verifier/rules.h"
#include "tests/unit/verifier/town.h"
#include "verifier/region.h"
#include "verifier/witness.h"

struct world {
	struct zw_arena *arena;
	struct zw_statement *statement;
	struct zw_diagrams *d;
	struct zw_space *space;
	u32 *point;
};

static void begin(struct world *w)
{
	struct zw_cuts *cuts;

	w->arena = zw_arena_new();
	w->statement = town_statement(w->arena);
	cuts = ZW_NEW(w->arena, struct zw_cuts);
	zw_cuts_init(cuts, w->arena);
	zw_meaning_cuts(cuts, w->statement);
	w->d = zw_diagrams_new(1u << 20, 1u << 22);
	w->space = zw_space_new(w->arena, w->d, cuts);
	w->point = ZW_NEW_ARRAY(w->arena, u32, 512);
}

static void end(struct world *w)
{
	zw_diagrams_free(w->d);
	zw_arena_free(w->arena);
}

/* ---- bytes --------------------------------------------------------------- */

static u32 value(const struct world *w, u32 field)
{
	return zw_space_value(w->space, field, w->point);
}

static void draw(struct zw_random *random, struct world *w)
{
	static const u8 protos[] = { 6, 17, 136, 132, 1, 58, 50, 47 };
	u32 i, n = zw_variable_count(w->d);

	for (i = 0; i < n; i++) {
		u32 max = zw_variable_max(w->d, i);

		w->point[i] = max == UINT32_MAX
				      ? (u32)zw_random_next(random)
				      : zw_random_below(random, max + 1);
	}
	zw_space_set(w->space, ZW_FIELD_PROTO,
		     protos[zw_random_below(random, sizeof(protos))], w->point);
	zw_space_set(w->space, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE, w->point);
	zw_space_set(w->space, ZW_FIELD_STATE, ZW_STATE_NEW, w->point);
	zw_space_set(w->space, ZW_FIELD_HOPS, 1 + zw_random_below(random, 254),
		     w->point);
}

static u32 header_sum(const u8 *p, u32 n)
{
	u32 sum = 0, i;

	for (i = 0; i < n; i += 2)
		sum += (u32)p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool words_are(const struct world *w, u32 field, u32 words, const u8 *p)
{
	u32 i;

	for (i = 0; i < words; i++, p += 4) {
		u32 word = (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 |
			   p[3];

		if (word != value(w, field + i))
			return false;
	}
	return true;
}

static void check_ipv4(const struct world *w, const struct zw_packet *packet,
		       u32 hop)
{
	const u8 *p = packet->bytes;
	u32 header = 4u * (p[0] & 15);

	ZW_CHECK(header_sum(p, header) == 0xffff, "header checksum");
	ZW_CHECK(((u32)p[2] << 8 | p[3]) == packet->n, "total length");
	ZW_CHECK(((u32)p[6] << 8 | p[7]) == value(w, ZW_FIELD_FRAG),
		 "fragment word");
	ZW_CHECK(p[8] == value(w, ZW_FIELD_HOPS) + hop, "time to live");
	ZW_CHECK(words_are(w, ZW_FIELD_SRC, 1, p + 12), "source");
	ZW_CHECK(words_are(w, ZW_FIELD_DST, 1, p + 16), "destination");
}

static void check_ipv6(const struct world *w, const struct zw_packet *packet,
		       u32 hop)
{
	const u8 *p = packet->bytes;

	ZW_CHECK(((u32)p[4] << 8 | p[5]) + 40 == packet->n, "payload length");
	ZW_CHECK(p[7] == value(w, ZW_FIELD_HOPS) + hop, "hop limit");
	ZW_CHECK(words_are(w, ZW_FIELD_SRC, 4, p + 8), "source");
	ZW_CHECK(words_are(w, ZW_FIELD_DST, 4, p + 24), "destination");
}

static void check_packet(const struct world *w, enum zw_path path)
{
	struct zw_packet packet;
	struct zw_dissection d;
	bool six = value(w, ZW_FIELD_FAMILY) != 0;
	u32 hop = path == ZW_PATH_FORWARD, key;
	const u8 *th;

	zw_packet_from_point(w->space, w->point, path, &packet);
	zw_packet_dissect(&packet, &d);
	ZW_CHECK(d.family == (six ? NFPROTO_IPV6 : NFPROTO_IPV4), "family %u",
		 d.family);
	ZW_CHECK(d.l4proto == value(w, ZW_FIELD_PROTO), "protocol %u",
		 d.l4proto);
	th = packet.bytes + d.thoff;
	key = (u32)th[0] << 8 | th[1];
	ZW_CHECK(key == value(w, ZW_FIELD_SPORT), "bytes 0, 1: %u", key);
	if (d.l4proto != 1 && d.l4proto != 58) {
		key = (u32)th[2] << 8 | th[3];
		ZW_CHECK(key == value(w, ZW_FIELD_DPORT), "bytes 2, 3: %u",
			 key);
	}
	ZW_CHECK(th[13] == value(w, ZW_FIELD_FLAGS), "byte 13");
	ZW_CHECK((packet.in[0] == 0) == (path == ZW_PATH_OUTPUT), "in");
	ZW_CHECK((packet.out[0] == 0) == (path == ZW_PATH_INPUT), "out");
	if (six)
		check_ipv6(w, &packet, hop);
	else
		check_ipv4(w, &packet, hop);
}

static void bytes(void)
{
	struct zw_random random = { zw_test_seed() };
	struct world w;
	u32 i;

	begin(&w);
	for (i = 0; i < 500; i++) {
		draw(&random, &w);
		check_packet(&w, zw_random_below(&random, ZW_PATH_COUNT));
	}
	end(&w);
}

static void cut_short(void)
{
	struct world w;
	struct zw_packet packet;
	struct zw_dissection d;
	struct zw_random random = { zw_test_seed() };
	u32 there;

	begin(&w);
	for (there = 0; there < ZW_LENGTH_WHOLE; there++) {
		draw(&random, &w);
		zw_space_set(w.space, ZW_FIELD_LENGTH, there, w.point);
		zw_packet_from_point(w.space, w.point, ZW_PATH_INPUT, &packet);
		zw_packet_dissect(&packet, &d);
		ZW_CHECK(packet.n == d.thoff + there, "%u bytes", there);
	}
	end(&w);
}

/* ---- what is told -------------------------------------------------------- */

static enum zw_found find(struct world *w, struct rules *r, enum zw_path path,
			  zw_node set, struct zw_witness *out)
{
	struct zw_symbolic *symbolic =
		zw_symbolic_new(w->arena, w->space, &r->ruleset);
	struct zw_regions *regions =
		zw_regions_new(w->arena, w->space, w->statement);
	struct zw_search search = {
		.arena = w->arena,
		.symbolic = symbolic,
		.interpreter = zw_interpreter_new(w->arena, &r->ruleset),
		.statement = w->statement,
		.ports = &regions->ports,
		.path = path,
		.wanted = ZW_WANT_ACCEPT,
	};
	struct zw_str reason;

	return zw_witness_find(&search, set, w->point, out, &reason);
}

static void natural(void)
{
	struct rules r;
	struct world w;
	struct zw_witness witness;
	u32 table, chain, first, last;
	zw_node set;

	rules_begin(&r);
	begin(&w);
	table = rules_table(&r, "t", NFPROTO_INET);
	chain = rules_base(&r, table, "f", NF_INET_FORWARD, 0, false);
	(void)chain;
	CU_ASSERT_TRUE(
		zw_space_names(w.space, ZW_STR("vl"), true, &first, &last));
	set = zw_space_index(w.space, ZW_FIELD_IN, first, last);
	set = zw_and(w.d, set,
		     zw_space_addresses(
			     w.space, ZW_FIELD_SRC, ZW_IPV4,
			     town_prefix(w.arena, "10.1.0.0", 16).of[ZW_IPV4]));
	CU_ASSERT_EQUAL(find(&w, &r, ZW_PATH_FORWARD, set, &witness), ZW_FOUND);
	CU_ASSERT_EQUAL(witness.family, ZW_IPV4);
	CU_ASSERT_EQUAL(witness.from_zone, TOWN_OFFICE);
	CU_ASSERT_EQUAL(witness.proto, 6);
	CU_ASSERT_TRUE(witness.has_ports);
	CU_ASSERT_TRUE(zw_str_is(witness.state, "new"));
	CU_ASSERT_TRUE(zw_str_is(witness.in, "vl0"));
	/* a host, not the network's own address */
	CU_ASSERT_TRUE((witness.src.value & 255) != 0);
	CU_ASSERT_EQUAL(witness.bytes.n, 40);
	CU_ASSERT_EQUAL(witness.details.n, 0);
	end(&w);
	rules_end(&r);
}

static void specials(void)
{
	struct rules r;
	struct world w;
	struct zw_witness witness;
	zw_node set;

	rules_begin(&r);
	begin(&w);
	(void)rules_base(&r, rules_table(&r, "t", NFPROTO_INET), "f",
			 NF_INET_FORWARD, 0, false);
	set = zw_and(w.d, zw_space_is(w.space, ZW_FIELD_FAMILY, 1),
		     zw_space_is(w.space, ZW_FIELD_HAS_ROUTING, 1));
	set = zw_and(w.d, set, zw_space_is(w.space, ZW_FIELD_PROTO, 58));
	set = zw_and(w.d, set,
		     zw_space_index(w.space, ZW_FIELD_STATE, ZW_IS_RELATED,
				    ZW_IS_RELATED));
	CU_ASSERT_EQUAL(find(&w, &r, ZW_PATH_FORWARD, set, &witness), ZW_FOUND);
	CU_ASSERT_EQUAL(witness.family, ZW_IPV6);
	CU_ASSERT_TRUE(zw_str_is(witness.proto_name, "ipv6-icmp"));
	CU_ASSERT_TRUE(witness.has_type);
	CU_ASSERT_TRUE(zw_str_is(witness.details, "routing header"));
	CU_ASSERT_TRUE(zw_str_is(witness.state, "related"));
	CU_ASSERT_TRUE(zw_str_is(witness.direction, "original"));
	end(&w);
	rules_end(&r);
}

/* A packet that the ruleset drops shows nothing. */
static void not_confirmed(void)
{
	struct rules r;
	struct world w;
	struct zw_witness witness;

	rules_begin(&r);
	begin(&w);
	(void)rules_base(&r, rules_table(&r, "t", NFPROTO_INET), "f",
			 NF_INET_FORWARD, 0, true);
	CU_ASSERT_EQUAL(find(&w, &r, ZW_PATH_FORWARD, ZW_ALL, &witness),
			ZW_FOUND_DIFFERS);
	end(&w);
	rules_end(&r);
}

void suite_witness(void);
void suite_witness(void)
{
	static CU_TestInfo tests[] = {
		{ "bytes say what the point says", bytes },
		{ "headers cut short", cut_short },
		{ "a natural packet", natural },
		{ "special headers and states", specials },
		{ "what is not confirmed", not_confirmed },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/witness", tests);
}
