/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extensions of iptables in revisions that today's iptables no longer writes
 * but the kernel still takes: each is put into a chain as bytes, read back, and
 * compared with packets. */
#include <stdio.h>

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_string.h>
#include <libnftnl/batch.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <stdlib.h>
#include <string.h>

#include "tests/packets/comparison.h"

void suite_revisions(void);

struct revision {
	const char *name;
	u32 revision;
	bool target, v6;
	u32 proto; /* that the rule is said to be for; 0: any */
	size_t size;
	void (*fill)(void *info);
	const char *table;
	const char *chains; /* of the table, the rule's is C */
};

/* ---- structures ---------------------------------------------------------- */

static void fill_conntrack1(void *info)
{
	struct xt_conntrack_mtinfo1 *c = info;

	inet_pton(AF_INET, "10.2.0.0", &c->origsrc_addr);
	inet_pton(AF_INET, "255.255.255.240", &c->origsrc_mask);
	c->origdst_port = htons(443);
	c->state_mask = XT_CONNTRACK_STATE_BIT(IP_CT_NEW);
	c->match_flags = XT_CONNTRACK_STATE | XT_CONNTRACK_ORIGSRC |
			 XT_CONNTRACK_ORIGDST_PORT;
	c->invert_flags = XT_CONNTRACK_ORIGDST_PORT;
}

static void fill_conntrack2(void *info)
{
	struct xt_conntrack_mtinfo2 *c = info;

	inet_pton(AF_INET6, "fd00:1::", &c->origdst_addr);
	inet_pton(AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0",
		  &c->origdst_mask);
	c->match_flags = XT_CONNTRACK_ORIGDST | XT_CONNTRACK_DIRECTION;
	c->invert_flags = XT_CONNTRACK_ORIGDST;
}

static void fill_string(void *info)
{
	struct xt_string_info *s = info;

	s->to_offset = 200;
	strcpy(s->algo, "bm");
	memcpy(s->pattern, "PAYLOAD Of", 10);
	s->patlen = 10;
	s->u.v1.flags = XT_STRING_FLAG_IGNORECASE;
}

static void fill_addrtype0(void *info)
{
	struct xt_addrtype_info *a = info;

	a->source = XT_ADDRTYPE_MULTICAST;
	a->invert_source = 1;
}

static void fill_connmark1(void *info)
{
	struct xt_connmark_tginfo1 *mark = info;

	mark->ctmark = 5;
	mark->ctmask = 0xff;
	mark->mode = XT_CONNMARK_SET;
}

static void fill_notrack(void *info)
{
	struct xt_ct_target_info *ct = info; /* all begin alike */

	ct->flags = XT_CT_NOTRACK;
}

static void fill_range4(void *info)
{
	struct nf_nat_ipv4_multi_range_compat *many = info;

	many->rangesize = 1;
	many->range[0].flags =
		NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
	inet_pton(AF_INET, "10.2.0.99", &many->range[0].min_ip);
	many->range[0].max_ip = many->range[0].min_ip;
	many->range[0].min.all = many->range[0].max.all = htons(8080);
}

static void fill_range(void *info)
{
	struct nf_nat_range *r = info; /* range2 begins alike */

	r->flags = NF_NAT_RANGE_MAP_IPS;
	inet_pton(AF_INET6, "fd00:2::99", &r->min_addr);
	r->max_addr = r->min_addr;
}

/* ---- cases --------------------------------------------------------------- */

#define FORWARD "chain C { type filter hook forward priority 0; }"
#define RAW                                                      \
	"chain C { type filter hook prerouting priority -300; }" \
	"\nchain D { type filter hook forward priority 0;"       \
	" ct state untracked drop; }"
#define MARKED                                                \
	"chain C { type filter hook forward priority -150; }" \
	"\nchain D { type filter hook forward priority 0;"    \
	" ct mark 5 udp dport 53 drop; ct mark 5 tcp dport 443 accept; }"
#define NAT                                                               \
	"chain C { type nat hook prerouting priority -100; }"             \
	"\nchain D { type filter hook forward priority 0; ct status dnat" \
	" udp dport 53 drop; }"

static const struct revision revisions[] = {
	{ "conntrack", 1, false, false, 0, sizeof(struct xt_conntrack_mtinfo1),
	  fill_conntrack1, "filter", FORWARD },
	{ "conntrack", 2, false, true, 0, sizeof(struct xt_conntrack_mtinfo2),
	  fill_conntrack2, "filter", FORWARD },
	{ "string", 1, false, true, 0, sizeof(struct xt_string_info),
	  fill_string, "filter", FORWARD },
	{ "addrtype", 0, false, false, 0, sizeof(struct xt_addrtype_info),
	  fill_addrtype0, "filter", FORWARD },
	{ "CONNMARK", 1, true, false, 0, sizeof(struct xt_connmark_tginfo1),
	  fill_connmark1, "filter", MARKED },
	{ "CT", 0, true, false, 0, sizeof(struct xt_ct_target_info),
	  fill_notrack, "raw", RAW },
	{ "CT", 1, true, true, 0, sizeof(struct xt_ct_target_info_v1),
	  fill_notrack, "raw", RAW },
	{ "CT", 2, true, false, 0, sizeof(struct xt_ct_target_info_v1),
	  fill_notrack, "raw", RAW },
	{ "DNAT", 0, true, false, IPPROTO_UDP,
	  sizeof(struct nf_nat_ipv4_multi_range_compat), fill_range4, "nat",
	  NAT },
	{ "DNAT", 1, true, true, 0, sizeof(struct nf_nat_range), fill_range,
	  "nat", NAT },
	{ "DNAT", 2, true, true, 0, sizeof(struct nf_nat_range2), fill_range,
	  "nat", NAT },
};

/* ---- loading ------------------------------------------------------------- */

static struct nftnl_expr *extension(const struct revision *c)
{
	struct nftnl_expr *e = nftnl_expr_alloc(c->target ? "target" : "match");
	size_t size = (c->size + 7) & ~(size_t)7;
	void *info = calloc(1, size);

	c->fill(info);
	nftnl_expr_set_str(e,
			   c->target ? NFTNL_EXPR_TG_NAME : NFTNL_EXPR_MT_NAME,
			   c->name);
	nftnl_expr_set_u32(e, c->target ? NFTNL_EXPR_TG_REV : NFTNL_EXPR_MT_REV,
			   c->revision);
	/* takes the bytes */
	nftnl_expr_set(e, c->target ? NFTNL_EXPR_TG_INFO : NFTNL_EXPR_MT_INFO,
		       info, (u32)size);
	return e;
}

static struct nftnl_expr *drop(void)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NF_DROP);
	return e;
}

/* What iptables puts before an extension that is for a protocol alone. */
static void protocol(struct nftnl_rule *rule, u32 proto)
{
	struct nftnl_expr *load = nftnl_expr_alloc("meta");
	struct nftnl_expr *cmp = nftnl_expr_alloc("cmp");
	u8 value = (u8)proto;

	nftnl_expr_set_u32(load, NFTNL_EXPR_META_KEY, NFT_META_L4PROTO);
	nftnl_expr_set_u32(load, NFTNL_EXPR_META_DREG, NFT_REG_1);
	nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(cmp, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	nftnl_expr_set(cmp, NFTNL_EXPR_CMP_DATA, &value, 1);
	nftnl_rule_add_expr(rule, load);
	nftnl_rule_add_expr(rule, cmp);
	nftnl_rule_set_u32(rule, NFTNL_RULE_COMPAT_PROTO, proto);
	nftnl_rule_set_u32(rule, NFTNL_RULE_COMPAT_FLAGS, 0);
}

static struct nftnl_rule *rule_of(const struct revision *c)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, c->table);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, "C");
	if (c->proto)
		protocol(rule, c->proto);
	nftnl_rule_add_expr(rule, extension(c));
	if (!c->target)
		nftnl_rule_add_expr(rule, drop());
	return rule;
}

/* Append the rule; 0 or the kernel's errno. */
static int append(struct zw_testbed *bed, const struct revision *c)
{
	_Alignas(8) char bytes[4096] = { 0 };
	struct zw_refusal refusals[1] = { 0 };
	struct nftnl_rule *rule = rule_of(c);
	struct nlmsghdr *message;
	size_t n;

	n = nftnl_batch_begin(bytes, 1)->nlmsg_len;
	message = nftnl_nlmsg_build_hdr(
		bytes + n, NFT_MSG_NEWRULE, c->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
		NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, 2);
	nftnl_rule_nlmsg_build_payload(message, rule);
	n += message->nlmsg_len;
	n += nftnl_batch_end(bytes + n, 3)->nlmsg_len;
	nftnl_rule_free(rule);
	return zw_testbed_batch(bed, bytes, n, refusals, 1) ? refusals[0].error
							    : 0;
}

static void one(struct zw_testbed *bed, struct zw_random *random,
		const struct revision *c)
{
	struct zw_comparison what = { 150, false, true };
	char text[512];
	int error;

	snprintf(text, sizeof(text), "table %s %s {\n%s\n}",
		 c->v6 ? "ip6" : "ip", c->table, c->chains);
	ZW_CHECK(zw_testbed_nft(bed, "flush ruleset") &&
			 zw_testbed_nft(bed, text),
		 "%s in %s", zw_testbed_error(bed), text);
	error = append(bed, c);
	ZW_CHECK(!error, "%s %u: %s", c->name, c->revision, strerror(error));
	if (!error)
		zw_comparison_many(bed, c->name, random, &what);
}

static void test_revisions(void)
{
	struct zw_testbed *bed = zw_bed_new(NULL);
	struct zw_random random = { zw_test_seed() };
	size_t i;

	for (i = 0; bed && i < sizeof(revisions) / sizeof(revisions[0]); i++)
		one(bed, &random, &revisions[i]);
	zw_testbed_free(bed);
}

void suite_revisions(void)
{
	static CU_TestInfo tests[] = {
		{ "revisions of extensions", test_revisions },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("revisions", tests);
}
