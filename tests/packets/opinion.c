/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame becomes a packet of the interpreter, the dump its ruleset. Where the
 * destination was translated the way is chosen anew, as routing does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/packets/opinion_inside.h"
#include "verifier/decode.h"

struct zw_opinion *zw_opinion_new(const u8 *bytes, size_t n)
{
	struct zw_opinion *opinion = calloc(1, sizeof(*opinion));
	struct zw_diags diags;
	size_t i;
	bool ok;

	opinion->arena = zw_arena_new();
	zw_diags_init(&diags, opinion->arena);
	ok = zw_decode(opinion->arena, &diags, bytes, n, NULL,
		       &opinion->ruleset);
	for (i = 0; i < diags.list.n; i++)
		printf("  %.*s\n", ZW_STR_ARG(diags.list.v[i]->message));
	if (!ok) {
		zw_opinion_free(opinion);
		return NULL;
	}
	opinion->interpreter =
		zw_interpreter_new(opinion->arena, &opinion->ruleset);
	return opinion;
}

void zw_opinion_free(struct zw_opinion *opinion)
{
	if (!opinion)
		return;
	zw_arena_free(opinion->arena);
	zw_buf_free(&opinion->text);
	free(opinion);
}

const char *zw_opinion_text(struct zw_opinion *opinion)
{
	opinion->text.n = 0;
	zw_ruleset_print(&opinion->text, &opinion->ruleset);
	return opinion->text.data;
}

static struct zw_ip address(const struct zw_packet *packet, bool destination)
{
	if (packet->ethertype == ETH_P_IPV6)
		return zw_ip_from_bytes(ZW_IPV6,
					packet->bytes + (destination ? 24 : 8));
	return zw_ip_from_bytes(ZW_IPV4,
				packet->bytes + (destination ? 16 : 12));
}

static void put_name(char to[ZW_NAME_MAX], const char *name)
{
	memset(to, 0, ZW_NAME_MAX);
	if (name)
		memcpy(to, name, strlen(name));
}

/* The gateway's own addresses, as the small bed has them. */
static const struct zw_gateway *own_addresses(void)
{
	static struct zw_link link = { .index = 1, .flags = ZW_LINK_UP };
	static struct zw_link_address addresses[6];
	static struct zw_gateway gateway = { .whole = true,
					     .links = { &link, 1, 1 },
					     .addresses = { addresses, 6, 6 } };
	static const char *const text[] = { "203.0.113.1", "10.1.0.1",
					    "10.2.0.1",	   "2001:db8::1",
					    "fd00:1::1",   "fd00:2::1" };
	size_t i;

	for (i = 0; i < 6; i++) {
		addresses[i].link = 1;
		zw_ip_parse((struct zw_str){ text[i], strlen(text[i]) },
			    &addresses[i].ip);
	}
	return &gateway;
}

static void make_packet(const struct zw_opinion_question *q,
			struct zw_packet *packet)
{
	time_t now = time(NULL);

	memset(packet, 0, sizeof(*packet));
	packet->gateway = own_addresses();
	packet->has_time = true;
	packet->day = (u8)((now / 86400 + 4) % 7); /* the first a Thursday */
	packet->second = (u32)(now % 86400);
	memcpy(packet->link, q->frame, 14);
	packet->link_len = 14;
	packet->ethertype = (u16)(q->frame[12] << 8 | q->frame[13]);
	packet->n = (u32)(q->length - 14);
	memcpy(packet->bytes, q->frame + 14, packet->n);
	put_name(packet->in, q->in);
	switch (q->state) {
	case ZW_OPINION_NEW:
		packet->ct.state = ZW_CT_NEW;
		break;
	case ZW_OPINION_INVALID:
		packet->ct.state = ZW_CT_INVALID;
		break;
	case ZW_OPINION_REPLY:
		packet->ct.direction = ZW_CT_REPLY;
		packet->ct.state = ZW_CT_ESTABLISHED;
		break;
	case ZW_OPINION_ORIGINAL:
		packet->ct.state = ZW_CT_ESTABLISHED;
		break;
	}
	if (packet->ct.state == ZW_CT_ESTABLISHED)
		packet->ct.status = ZW_STATUS_SEEN_REPLY | ZW_STATUS_ASSURED |
				    ZW_STATUS_CONFIRMED;
}

/* Of the gateway's own addresses the one of the interface at hand, as the small
 * bed has them: what a redirection or masquerading takes in IPv4. */
static bool own_address(void *context, const struct zw_expr *expr,
			struct zw_choice *choice)
{
	static const struct {
		const char *name;
		u8 address[4];
	} own[] = { { "wan0", { 203, 0, 113, 1 } },
		    { "dmz0", { 10, 1, 0, 1 } },
		    { "lan0", { 10, 2, 0, 1 } } };
	const struct zw_packet *packet = context;
	const char *name;
	size_t i;

	if (expr->kind != ZW_EXPR_REDIR && expr->kind != ZW_EXPR_MASQ)
		return false;
	name = expr->kind == ZW_EXPR_REDIR ? packet->in : packet->out;
	for (i = 0; i < 3; i++) {
		if (strcmp(name, own[i].name))
			continue;
		choice->value_len = 4;
		memcpy(choice->value, own[i].address, 4);
		return true;
	}
	return false;
}

static const char *run(struct zw_opinion *opinion,
		       const struct zw_opinion_question *q,
		       struct zw_trace *trace)
{
	struct zw_packet packet;
	const char *out, *next;
	int rounds;

	make_packet(q, &packet);
	out = q->route(address(&packet, true));
	for (rounds = 0; rounds < 2; rounds++) {
		put_name(packet.out, out);
		if (trace)
			trace->steps.n = 0;
		zw_interpret(opinion->interpreter, &packet,
			     out ? ZW_PATH_FORWARD : ZW_PATH_INPUT, own_address,
			     &packet, trace, &opinion->run);
		if (!opinion->run.dnat || opinion->run.redirected)
			break;
		next = q->route(address(&opinion->run.packet, true));
		if (next == out)
			break;
		out = next;
	}
	return opinion->run.path == ZW_PATH_INPUT ? NULL : out;
}

void zw_opinion_ask(struct zw_opinion *opinion,
		    const struct zw_opinion_question *question,
		    struct zw_opinion_answer *answer)
{
	const struct zw_run *r = &opinion->run;

	answer->out = run(opinion, question, NULL);
	answer->accepted = r->verdict == ZW_RUN_ACCEPT;
	answer->rejected = r->verdict == ZW_RUN_REJECT;
	answer->reassembled = r->verdict == ZW_RUN_REASSEMBLED;
	answer->unmodelled = r->unmodelled ? r->unmodelled_reason : NULL;
	answer->src = address(&r->packet, false);
	answer->dst = address(&r->packet, true);
	answer->mark = r->packet.mark;
}

char *zw_opinion_trace(struct zw_opinion *opinion,
		       const struct zw_opinion_question *question)
{
	struct zw_trace trace = { .arena = opinion->arena };
	struct zw_buf text = { 0 };
	size_t i;

	run(opinion, question, &trace);
	for (i = 0; i < trace.steps.n; i++) {
		const struct zw_step *s = &trace.steps.v[i];

		zw_buf_printf(&text, "  %.*s: %.*s %.*s rule %u: %.*s\n",
			      ZW_STR_ARG(s->hook), ZW_STR_ARG(s->table),
			      ZW_STR_ARG(s->chain), s->position,
			      ZW_STR_ARG(s->what));
	}
	zw_buf_printf(&text, "  verdict %d hook %u\n", opinion->run.verdict,
		      opinion->run.hook);
	return text.data;
}
