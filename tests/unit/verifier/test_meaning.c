/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy's meaning, packet by packet: each line of docs/FLOWS.md with
 * packets on both sides of it. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "tests/unit/verifier/town.h"
#include "verifier/meaning.h"

struct world {
	struct zw_arena *arena;
	struct zw_diagrams *d;
	struct zw_space *space;
	zw_node paths[ZW_PATH_COUNT];
	u32 *point;
};

/* allow net -> dmz : tcp/80, 443; allow office -> net : any that is tracked;
 * allow office(10.1.7.0/28) -> self : tcp/22; allow office -> self : udp;
 * allow self -> net : udp/53; allow net -> self : udp/51820;
 * deny net(198.51.100.0/24) -> dmz; reject office -> net : tcp/25. */
static void rules(struct zw_arena *arena, struct zw_statement *s)
{
	zw_service_items web = town_service(arena, 6, 80, 80);
	zw_service_items any = town_service(arena, 6, 0, 65535);
	struct zw_flow_rule *rule;

	zw_push(arena, web, town_item(6, 443, 443, 3));
	zw_push(arena, any, town_item(17, 0, 65535, 3));
	zw_push(arena, any, town_item(1, 0, 65535, 1));
	zw_push(arena, any, town_item(58, 0, 65535, 2));
	town_rule(arena, s, ZW_ALLOW, TOWN_NET, TOWN_DMZ, web);
	town_rule(arena, s, ZW_ALLOW, TOWN_OFFICE, TOWN_NET, any);
	rule = town_rule(arena, s, ZW_ALLOW, TOWN_OFFICE, ZW_SELF,
			 town_service(arena, 6, 22, 22));
	rule->boxes.v[0].src = town_prefix(arena, "10.1.7.0", 28);
	town_rule(arena, s, ZW_ALLOW, TOWN_OFFICE, ZW_SELF,
		  town_service(arena, 17, 0, 65535));
	town_rule(arena, s, ZW_ALLOW, ZW_SELF, TOWN_NET,
		  town_service(arena, 17, 53, 53));
	town_rule(arena, s, ZW_ALLOW, TOWN_NET, ZW_SELF,
		  town_service(arena, 17, 51820, 51820));
	rule = town_rule(arena, s, ZW_DENY, TOWN_NET, TOWN_DMZ, any);
	rule->boxes.v[0].src = town_prefix(arena, "198.51.100.0", 24);
	town_rule(arena, s, ZW_REJECT, TOWN_OFFICE, TOWN_NET,
		  town_service(arena, 6, 25, 25));
}

static void begin(struct world *w)
{
	struct zw_statement *s;
	struct zw_cuts *cuts;
	u32 p;

	w->arena = zw_arena_new();
	s = town_statement(w->arena);
	rules(w->arena, s);
	cuts = ZW_NEW(w->arena, struct zw_cuts);
	zw_cuts_init(cuts, w->arena);
	zw_meaning_cuts(cuts, s);
	w->d = zw_diagrams_new(1u << 20, 1u << 22);
	w->space = zw_space_new(w->arena, w->d, cuts);
	for (p = 0; p < ZW_PATH_COUNT; p++)
		w->paths[p] = zw_meaning_path(w->arena, w->space, s, p, NULL);
	w->point = ZW_NEW_ARRAY(w->arena, u32, zw_variable_count(w->d));
}

static void end(struct world *w)
{
	zw_diagrams_free(w->d);
	zw_arena_free(w->arena);
}

/* ---- packets in words ---------------------------------------------------- */

static void set_name(struct world *w, u32 field, const char *name)
{
	u32 i;

	for (i = 0; i < w->space->class_count; i++) {
		u128 value = 0;
		size_t k, n = strlen(name);

		for (k = 0; k < 16; k++)
			value = value << 8 | (k < n ? (u8)name[k] : 0);
		if (value >= w->space->classes[i].lo &&
		    value <= w->space->classes[i].hi)
			zw_space_set(w->space, field, i, w->point);
	}
}

static void set_ip(struct world *w, u32 field, const char *text)
{
	struct zw_ip ip;
	u32 i;

	ZW_ASSERT(zw_ip_parse(zw_str_from(text), &ip));
	if (ip.family == ZW_IPV4) {
		zw_space_set(w->space, field, (u32)ip.value, w->point);
		return;
	}
	for (i = 0; i < 4; i++)
		zw_space_set(w->space, field + i,
			     (u32)(ip.value >> (96 - 32 * i)), w->point);
	zw_space_set(w->space, ZW_FIELD_FAMILY, 1, w->point);
}

static u32 state_of(const char *name)
{
	static const struct {
		const char *name;
		u32 bit;
	} states[] = {
		{ "new", ZW_STATE_NEW },       { "est", ZW_STATE_ESTABLISHED },
		{ "rel", ZW_STATE_RELATED },   { "inv", ZW_STATE_INVALID },
		{ "unt", ZW_STATE_UNTRACKED },
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (!strcmp(states[i].name, name))
			return states[i].bit;
	}
	ZW_ASSERT(!"a state");
	return 0;
}

struct wanted {
	const char *in, *src, *out, *dst;
	const char *state;
	u32 proto, sport, dport; /* sport is also type << 8 | code */
	const char *extra;	 /* what else, see set_extra() */
	u32 pass;
};

static void set_extra(struct world *w, const char *extra)
{
	const struct zw_space *s = w->space;

	if (!extra)
		return;
	if (strstr(extra, "reply"))
		zw_space_set(s, ZW_FIELD_DIRECTION, 1, w->point);
	if (strstr(extra, "lsrr"))
		zw_space_set(s, ZW_FIELD_HAS_LSRR, 1, w->point);
	if (strstr(extra, "routing"))
		zw_space_set(s, ZW_FIELD_HAS_ROUTING, 1, w->point);
	if (strstr(extra, "fragment"))
		zw_space_set(s, ZW_FIELD_FRAG, 0x2000, w->point);
	if (strstr(extra, "hops64"))
		zw_space_set(s, ZW_FIELD_HOPS, 64, w->point);
	if (strstr(extra, "rst"))
		zw_space_set(s, ZW_FIELD_FLAGS, 4, w->point);
	if (strstr(extra, "quoted-office")) {
		set_ip(w, ZW_FIELD_REPLY_SRC, "10.1.0.9");
		set_ip(w, ZW_FIELD_ORIGINAL_SRC, "10.1.0.9");
	}
	if (strstr(extra, "quoted-net")) {
		set_ip(w, ZW_FIELD_REPLY_SRC, "203.0.113.9");
		set_ip(w, ZW_FIELD_ORIGINAL_SRC, "203.0.113.9");
	}
}

static enum zw_path set_packet(struct world *w, const struct wanted *c)
{
	const struct zw_space *s = w->space;

	memset(w->point, 0, zw_variable_count(w->d) * sizeof(*w->point));
	zw_space_set(s, ZW_FIELD_STATE, state_of(c->state), w->point);
	zw_space_set(s, ZW_FIELD_PROTO, c->proto, w->point);
	zw_space_set(s, ZW_FIELD_SPORT, c->sport, w->point);
	zw_space_set(s, ZW_FIELD_DPORT, c->dport, w->point);
	zw_space_set(s, ZW_FIELD_HOPS, 255, w->point);
	zw_space_set(s, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE, w->point);
	if (c->in)
		set_name(w, ZW_FIELD_IN, c->in);
	if (c->out)
		set_name(w, ZW_FIELD_OUT, c->out);
	set_ip(w, ZW_FIELD_SRC, c->src);
	set_ip(w, ZW_FIELD_DST, c->dst);
	set_extra(w, c->extra);
	return !c->in	 ? ZW_PATH_OUTPUT
	       : !c->out ? ZW_PATH_INPUT
			 : ZW_PATH_FORWARD;
}

#define OK ZW_PASS_ACCEPT
#define NO ZW_PASS_DROP
#define RST ZW_PASS_REJECT_RESET
#define ICMP(type, code) 1, (type) << 8 | (code), 0
#define ICMP6(type, code) 58, (type) << 8 | (code), 0
#define WEB "192.0.2.9"
#define WEB6 "2001:db8:d::9"
#define PC "10.1.0.9"
#define PC6 "fd00:1::9"
#define HOST "203.0.113.9"
#define HOST6 "2001:db8:ffff::9"
#define LOCAL "fe80::9"

static const struct wanted cases[] = {
	/* 4: rules, members, interfaces */
	{ "wan0", HOST, "dmz0", WEB, "new", 6, 40000, 80, 0, OK },
	{ "wan0", HOST6, "dmz0", WEB6, "new", 6, 40000, 443, 0, OK },
	{ "wan0", HOST, "dmz0", WEB, "new", 6, 40000, 81, 0, NO },
	{ "wan0", HOST, "dmz0", WEB, "new", 17, 40000, 80, 0, NO },
	{ "wan0", PC, "dmz0", WEB, "new", 6, 40000, 80, 0, NO },
	{ "wan0", HOST, "dmz0", PC, "new", 6, 40000, 80, 0, NO },
	{ "wan0", HOST, "lan0", WEB, "new", 6, 40000, 80, 0, NO },
	{ "eth5", HOST, "dmz0", WEB, "new", 6, 40000, 80, 0, NO },
	{ "wan0", "198.51.100.7", "dmz0", WEB, "new", 6, 40000, 80, 0, NO },
	{ "wan0", "198.51.101.7", "dmz0", WEB, "new", 6, 40000, 80, 0, OK },
	{ "vl12", PC, "wan0", HOST, "new", 6, 40000, 24, 0, OK },
	{ "lan0", PC, "wan0", HOST, "new", 6, 40000, 25, 0, RST },
	{ "lan0", PC, "wan0", HOST, "new", ICMP(8, 0), 0, OK },
	{ "lan0", PC6, "wan0", HOST6, "new", ICMP6(128, 0), 0, OK },
	{ "lan0", PC6, "wan0", HOST6, "new", ICMP(8, 0), 0, NO },
	{ "lan0", PC, "wan0", HOST, "new", 47, 0, 0, 0, NO },
	{ "lan2", "10.2.0.9", "wan0", HOST, "new", 6, 40000, 80, 0, NO },
	/* 1, 2, 3 before it */
	{ "wan0", HOST, "dmz0", WEB, "new", 6, 40000, 80, "lsrr", NO },
	{ "wan0", HOST, "dmz0", WEB, "new", 6, 40000, 80, "fragment", NO },
	{ "wan0", HOST6, "dmz0", WEB6, "new", 6, 40000, 80, "routing", NO },
	{ "lan0", PC, "wan0", HOST, "new", ICMP(5, 0), 0, NO },
	{ "lan0", PC6, "wan0", HOST6, "new", ICMP6(137, 0), 0, NO },
	{ "lan0", PC6, "wan0", HOST6, "new", ICMP6(135, 0), 0, NO },
	/* 5 */
	{ "wan0", HOST, "dmz0", WEB, "est", 6, 40000, 9, 0, OK },
	{ "wan0", HOST, "dmz0", WEB, "est", 6, 40000, 9, "reply", NO },
	{ "dmz0", WEB, "wan0", HOST, "est", 6, 80, 40000, "reply", OK },
	{ "dmz0", WEB, "wan0", HOST, "est", 6, 80, 40000, 0, NO },
	{ "dmz0", PC, "wan0", HOST, "est", 6, 80, 40000, "reply", NO },
	{ "dmz0", WEB, "lan0", PC, "est", 6, 80, 40000, "reply", NO },
	{ "wan0", HOST, "lan0", PC, "est", 17, 53, 40000, "reply", OK },
	/* 6 */
	{ "wan0", HOST, "lan0", PC, "rel", ICMP(3, 3), "reply quoted-net", OK },
	{ "wan0", HOST, "lan0", PC, "rel", ICMP(3, 3), "reply quoted-office",
	  NO },
	{ "wan0", HOST, "lan0", PC, "rel", ICMP(8, 0), "reply quoted-net", NO },
	{ "wan0", HOST, "lan0", PC, "rel", ICMP(3, 3), "quoted-net", NO },
	{ "lan0", PC, "wan0", HOST, "rel", ICMP(11, 0), "quoted-office", OK },
	{ "lan0", PC, "wan0", HOST, "rel", 6, 40000, 80, "quoted-office", NO },
	{ "dmz0", WEB, "lan0", PC, "rel", ICMP(3, 3), "reply quoted-net", NO },
	/* 7 */
	{ "wan0", HOST, "dmz0", WEB, "inv", 6, 40000, 80, 0, NO },
	{ "wan0", HOST, "dmz0", WEB, "unt", 6, 40000, 80, 0, NO },
	/* to self */
	{ "lan0", "10.1.7.9", 0, "10.1.0.1", "new", 6, 40000, 22, 0, OK },
	{ "lan0", PC, 0, "10.1.0.1", "new", 6, 40000, 22, 0, NO },
	{ "lan0", PC, 0, HOST, "new", 17, 40000, 53, 0, OK },
	{ "lan0", PC, 0, HOST, "new", 17, 40000, 53, "fragment", NO },
	{ "wan0", HOST, 0, HOST, "new", 17, 40000, 51820, 0, OK },
	{ "wan0", PC, 0, HOST, "new", 17, 40000, 51820, 0, NO },
	{ "lo", HOST, 0, HOST, "inv", 6, 1, 1, "fragment", OK },
	{ "lan0", "0.0.0.0", 0, "255.255.255.255", "new", 17, 68, 67, 0, OK },
	{ "lan0", "0.0.0.0", 0, "255.255.255.255", "new", 17, 67, 68, 0, NO },
	{ "lan0", LOCAL, 0, "ff02::1:2", "new", 17, 546, 547, 0, OK },
	{ "dmz0", LOCAL, 0, "ff02::1:2", "new", 17, 546, 547, 0, NO },
	{ "lan0", PC6, 0, LOCAL, "unt", ICMP6(135, 0), 0, OK },
	{ "lan0", PC6, 0, LOCAL, "unt", ICMP6(135, 0), "hops64", NO },
	{ "lan0", "::", 0, "ff02::1", "new", ICMP6(135, 0), 0, OK },
	{ "lan0", HOST6, 0, LOCAL, "unt", ICMP6(135, 0), 0, NO },
	{ "lan0", LOCAL, 0, LOCAL, "unt", ICMP6(134, 0), 0, NO },
	{ "wan0", LOCAL, 0, LOCAL, "unt", ICMP6(134, 0), 0, OK },
	{ "lan0", LOCAL, 0, "ff02::16", "inv", ICMP6(143, 0), "hops64", OK },
	{ "lan0", PC6, 0, "ff02::16", "inv", ICMP6(143, 0), 0, NO },
	{ "wan0", HOST, 0, HOST, "est", 17, 53, 40000, "reply", OK },
	{ "dmz0", WEB, 0, HOST, "est", 17, 53, 40000, "reply", NO },
	{ "wan0", HOST, 0, HOST, "rel", ICMP(3, 3), "reply quoted-net", OK },
	{ "eth5", HOST, 0, HOST, "new", 17, 40000, 51820, 0, NO },
	/* from self */
	{ 0, HOST, "wan0", HOST, "new", 17, 40000, 53, 0, OK },
	{ 0, HOST, "wan0", HOST, "new", 17, 40000, 53, "fragment", OK },
	{ 0, HOST, "wan0", PC, "new", 17, 40000, 53, 0, NO },
	{ 0, HOST, "dmz0", WEB, "new", 17, 40000, 53, 0, NO },
	{ 0, HOST, "dmz0", WEB, "rel", ICMP(3, 13), "reply", OK },
	{ 0, HOST, "dmz0", WEB, "rel", 6, 80, 40000, "rst reply", OK },
	{ 0, HOST, "dmz0", WEB, "rel", 6, 80, 40000, "reply", NO },
	{ 0, HOST, "lan0", WEB, "rel", 6, 80, 40000, "rst", NO },
	{ 0, HOST, "lo", HOST, "new", 6, 1, 1, 0, OK },
	{ 0, LOCAL, "lan2", LOCAL, "unt", ICMP6(136, 0), 0, OK },
	{ 0, LOCAL, "lan2", HOST6, "unt", ICMP6(136, 0), 0, NO },
	{ 0, LOCAL, "lan2", "ff02::16", "unt", ICMP6(143, 0), "hops64", OK },
	{ 0, PC6, "lan2", "ff02::16", "unt", ICMP6(143, 0), 0, NO },
	{ 0, HOST, "wan0", HOST, "est", 17, 51820, 9, "reply", OK },
	{ 0, HOST, "dmz0", WEB, "est", 17, 51820, 9, "reply", NO },
};

static void packets(void)
{
	struct world w;
	size_t i;

	begin(&w);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct wanted *c = &cases[i];
		enum zw_path path = set_packet(&w, c);
		u32 pass = zw_at(w.d, w.paths[path], w.point);

		ZW_CHECK(pass == c->pass,
			 "case %zu (%s %s -> %s %s %s %u): %u instead of %u", i,
			 c->in ? c->in : "self", c->src,
			 c->out ? c->out : "self", c->dst, c->state, c->proto,
			 pass, c->pass);
	}
	end(&w);
}

static bool is_pass(void *context, u32 leaf)
{
	return leaf == *(const u32 *)context;
}

/* ICMP refusals are told from resets by the protocol alone. */
static void refusals(void)
{
	struct world w;
	u32 reset = ZW_PASS_REJECT_RESET, admin = ZW_PASS_REJECT_ADMIN;
	zw_node tcp, resets;

	begin(&w);
	tcp = zw_space_is(w.space, ZW_FIELD_PROTO, 6);
	resets = zw_where(w.d, w.paths[ZW_PATH_FORWARD], is_pass, &reset);
	CU_ASSERT_FALSE(zw_same(resets, ZW_EMPTY));
	CU_ASSERT_TRUE(zw_subset(w.d, resets, tcp));
	CU_ASSERT_TRUE(zw_same(
		zw_where(w.d, w.paths[ZW_PATH_FORWARD], is_pass, &admin),
		ZW_EMPTY));
	end(&w);
}

void suite_meaning(void);
void suite_meaning(void)
{
	static CU_TestInfo tests[] = {
		{ "packets of each line", packets },
		{ "manners of refusal", refusals },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/meaning", tests);
}
