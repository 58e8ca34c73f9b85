/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for a packet that shows something, and its description.
 *
 * A member of the set is picked with values that a reader expects (tcp, a high
 * source port, state new); then single fields are made more natural one after
 * the other as long as the packet stays in the set. The concrete interpreter
 * runs it with the outcomes that the point gives to the unknowns. */
#include <netinet/in.h>

#include "verifier/witness.h"

#include "verifier/entry.h"

struct finder {
	const struct zw_search *s;
	struct zw_space *space;
	zw_node set;
	u32 *point;
	u32 *trial;
	u32 n; /* variables */
	enum zw_family family;
	bool robust; /* whatever the unknowns come to */
};

static u32 field_value(const struct finder *f, u32 field)
{
	return zw_space_value(f->space, field, f->point);
}

/* ---- picking ------------------------------------------------------------- */

static void set_address(const struct finder *f, u32 field, u128 value,
			u32 *point)
{
	u32 i;

	if (f->family == ZW_IPV4) {
		zw_space_set(f->space, field, (u32)value, point);
		return;
	}
	for (i = 0; i < 4; i++)
		zw_space_set(f->space, field + i, (u32)(value >> (96 - 32 * i)),
			     point);
}

static u128 address_at(const struct finder *f, u32 field)
{
	u128 value = 0;
	u32 i, words = f->family == ZW_IPV4 ? 1 : 4;

	for (i = 0; i < words; i++)
		value = value << 32 | field_value(f, field + i);
	return value;
}

/* Addresses of the documentation blocks, in each family. */
static u128 example(enum zw_family family, bool dst)
{
	if (family == ZW_IPV4)
		return dst ? 0xcb007109 : 0xc6336407;
	return (u128)0x20010db8 << 96 | (u128)(dst ? 2 : 1) << 64 |
	       (dst ? 9 : 7);
}

static void preferences(const struct finder *f, u32 *v)
{
	memset(v, 0, f->n * sizeof(*v));
	zw_space_set(f->space, ZW_FIELD_FAMILY, f->family == ZW_IPV6, v);
	zw_space_set(f->space, ZW_FIELD_STATE, ZW_STATE_NEW, v);
	zw_space_set(f->space, ZW_FIELD_PROTO, IPPROTO_TCP, v);
	zw_space_set(f->space, ZW_FIELD_DPORT, 443, v);
	zw_space_set(f->space, ZW_FIELD_SPORT, 40000, v);
	zw_space_set(f->space, ZW_FIELD_FLAGS, 2, v);
	zw_space_set(f->space, ZW_FIELD_HOPS, 63, v);
	zw_space_set(f->space, ZW_FIELD_LENGTH, ZW_LENGTH_WHOLE, v);
	zw_space_set(f->space, ZW_FIELD_DAY, 1, v);
	zw_space_set(f->space, ZW_FIELD_HOUR, 12 * 3600, v);
	set_address(f, ZW_FIELD_SRC, example(f->family, false), v);
	set_address(f, ZW_FIELD_DST, example(f->family, true), v);
}

static bool pick(struct finder *f, enum zw_family family)
{
	struct zw_diagrams *d = f->space->d;
	zw_node part = zw_and(
		d, f->set,
		zw_space_is(f->space, ZW_FIELD_FAMILY, family == ZW_IPV6));

	f->family = family;
	preferences(f, f->trial);
	return zw_pick(d, part, f->trial, f->point);
}

/* Keep the trial if it is in the set. */
static bool keep(struct finder *f)
{
	if (zw_at(f->space->d, f->set, f->trial) != 1)
		return false;
	memcpy(f->point, f->trial, f->n * sizeof(*f->point));
	return true;
}

static void begin_trial(struct finder *f)
{
	memcpy(f->trial, f->point, f->n * sizeof(*f->trial));
}

static bool try_value(struct finder *f, u32 field, u32 value)
{
	begin_trial(f);
	zw_space_set(f->space, field, value, f->trial);
	return keep(f);
}

static bool try_address(struct finder *f, u32 field, u128 value)
{
	begin_trial(f);
	set_address(f, field, value, f->trial);
	return keep(f);
}

/* Hosts rather than the address of a network. */
static void polish_address(struct finder *f, u32 field)
{
	static const u8 hosts[] = { 10, 7, 4, 1 };
	u128 value = address_at(f, field);
	size_t i;

	for (i = 0; i < sizeof(hosts) && !(value & 255); i++) {
		if (try_address(f, field, value + hosts[i]))
			return;
	}
}

/* Entries whose tuples are those of the packet, where nothing else is asked. */
static void polish_tuples(struct finder *f)
{
	bool reply = field_value(f, ZW_FIELD_DIRECTION) == 1;
	u128 src = address_at(f, ZW_FIELD_SRC);
	u128 dst = address_at(f, ZW_FIELD_DST);
	u32 sport = field_value(f, ZW_FIELD_SPORT);
	u32 dport = field_value(f, ZW_FIELD_DPORT);
	u32 same = reply ? ZW_FIELD_REPLY_SRC : ZW_FIELD_ORIGINAL_SRC;
	u32 other = reply ? ZW_FIELD_ORIGINAL_SRC : ZW_FIELD_REPLY_SRC;
	u32 same_port = reply ? ZW_FIELD_REPLY_SPORT : ZW_FIELD_ORIGINAL_SPORT;
	u32 other_port = reply ? ZW_FIELD_ORIGINAL_SPORT : ZW_FIELD_REPLY_SPORT;

	try_address(f, same, src);
	try_address(f, same + 4, dst);
	try_address(f, other, dst);
	try_address(f, other + 4, src);
	try_value(f, same_port, sport);
	try_value(f, same_port + 1, dport);
	try_value(f, other_port, dport);
	try_value(f, other_port + 1, sport);
}

/* A first header that is not the last needs one in between. */
static void polish_headers(struct finder *f)
{
	static const struct {
		u32 field, number;
	} headers[] = {
		{ ZW_FIELD_HAS_DSTOPTS, IPPROTO_DSTOPTS },
		{ ZW_FIELD_HAS_HOPOPTS, IPPROTO_HOPOPTS },
		{ ZW_FIELD_HAS_ROUTING, IPPROTO_ROUTING },
	};
	u32 i;

	if (try_value(f, ZW_FIELD_NEXTHDR, field_value(f, ZW_FIELD_PROTO)))
		return;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		begin_trial(f);
		zw_space_set(f->space, headers[i].field, 1, f->trial);
		zw_space_set(f->space, ZW_FIELD_NEXTHDR, headers[i].number,
			     f->trial);
		if (keep(f))
			return;
	}
}

static void polish(struct finder *f)
{
	u32 proto;

	polish_address(f, ZW_FIELD_SRC);
	polish_address(f, ZW_FIELD_DST);
	proto = field_value(f, ZW_FIELD_PROTO);
	if (proto == IPPROTO_ICMP)
		try_value(f, ZW_FIELD_SPORT, 8 << 8);
	if (proto == IPPROTO_ICMPV6)
		try_value(f, ZW_FIELD_SPORT, 128 << 8);
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) {
		if (field_value(f, ZW_FIELD_SPORT) == 40000)
			try_value(f, ZW_FIELD_SPORT, 3 << 8 | 1);
	}
	if (proto != IPPROTO_TCP)
		try_value(f, ZW_FIELD_FLAGS, 0);
	if (f->family == ZW_IPV6)
		polish_headers(f);
	polish_tuples(f);
}

/* ---- running ------------------------------------------------------------- */

/* Would the point leave the set if the unknown came out otherwise? */
static bool matters(const struct finder *f, const struct zw_approximation *a)
{
	u32 value = f->point[a->variable];
	bool inside;

	f->point[a->variable] = !value;
	inside = zw_at(f->space->d, f->set, f->point) == 1;
	f->point[a->variable] = value;
	return !inside;
}

/* A rule that is reached on several ways has an unknown for each; the first of
 * the list counts, so those that matter come first. */
static struct zw_choice_list choices(const struct finder *f)
{
	const struct zw_symbolic *s = f->s->symbolic;
	struct zw_choice *v = ZW_NEW_ARRAY(f->s->arena, struct zw_choice,
					   s->approximations.n);
	struct zw_choice_list list = { v, 0 };
	u32 pass;
	size_t i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < s->approximations.n; i++) {
			const struct zw_approximation *a =
				&s->approximations.v[i];

			if (a->family != f->family || a->path != f->s->path ||
			    matters(f, a) != (pass == 0))
				continue;
			v[list.n].chain = a->chain;
			v[list.n].position = a->position;
			v[list.n].expr = a->expr;
			v[list.n++].holds =
				(f->point[a->variable] != 0) != a->inverted;
		}
	}
	return list;
}

static bool is_rejection(enum zw_pass pass)
{
	return pass >= ZW_PASS_REJECT_RESET;
}

/* It left on the way that was asked for; one that was redirected to the gateway
 * itself was not forwarded. */
static bool passed(const struct finder *f, const struct zw_run *run)
{
	return run->verdict == ZW_RUN_ACCEPT && run->path == f->s->path;
}

static bool as_wanted(const struct finder *f, const struct zw_run *run)
{
	enum zw_pass said;

	switch (f->s->wanted) {
	case ZW_WANT_ACCEPT:
		return passed(f, run);
	case ZW_WANT_NO_ACCEPT:
		return !passed(f, run);
	case ZW_WANT_NO_DROP:
		return passed(f, run) || run->verdict == ZW_RUN_REJECT;
	case ZW_WANT_NO_REJECT:
		return run->verdict != ZW_RUN_REJECT;
	case ZW_WANT_SAME:
		break;
	}
	said = zw_pass_of(zw_at(f->space->d, f->s->diagram, f->point));
	if (said == ZW_PASS_ACCEPT)
		return passed(f, run);
	if (is_rejection(said))
		return run->verdict == ZW_RUN_REJECT;
	return !passed(f, run) && run->verdict != ZW_RUN_REJECT;
}

/* ---- describing ---------------------------------------------------------- */

static bool member(const struct finder *f, u32 zone, u32 field)
{
	struct zw_ip ip = { f->family, address_at(f, field) };

	return zw_ipset_contains(f->s->statement->zones.v[zone].members, ip);
}

static u32 class_of(const struct finder *f, u32 field)
{
	return f->point[f->space->fields.v[field].slices[0].variable];
}

static bool ipsec_fits(const struct finder *f, u32 zone, u32 field)
{
	const struct zw_zone *wanted = &f->s->statement->zones.v[zone];
	u32 reqid = field == ZW_FIELD_IPSEC_OUT ? ZW_FIELD_REQID_OUT
						: ZW_FIELD_REQID_IN;

	if (wanted->ipsec == ZW_IPSEC_EITHER)
		return true;
	if ((wanted->ipsec == ZW_IPSEC_ONLY) != (field_value(f, field) != 0))
		return false;
	return !wanted->has_reqid || field_value(f, reqid) == wanted->reqid;
}

/* The zone on the interface that the address is a member of, or the first one
 * there. */
static u32 zone_at(const struct finder *f, u32 port, u32 ipsec, u32 address)
{
	u32 class = class_of(f, port), i, best = ZW_ELSEWHERE;
	const struct zw_ports *ports = f->s->ports;

	for (i = 0; i < ports->counts[class]; i++) {
		u32 zone = ports->zones[class][i];

		if (!ipsec_fits(f, zone, ipsec))
			continue;
		if (member(f, zone, address))
			return zone;
		if (best == ZW_ELSEWHERE)
			best = zone;
	}
	return best;
}

/* A destination in a zone's networks is that zone's, by whatever interface. */
static u32 zone_to(const struct finder *f, struct zw_ip ip)
{
	const struct zw_statement *statement = f->s->statement;
	u32 z;

	for (z = 0; z < statement->zones.n; z++) {
		if (statement->zones.v[z].has_network &&
		    zw_ipset_contains(statement->zones.v[z].networks, ip))
			return z;
	}
	return zone_at(f, ZW_FIELD_OUT, ZW_FIELD_IPSEC_OUT, ZW_FIELD_DST);
}

struct zw_str zw_proto_name(struct zw_arena *arena, u8 proto)
{
	static const struct {
		u8 number;
		const char *name;
	} names[] = {
		{ 1, "icmp" },	 { 2, "igmp" },		{ 4, "ipv4" },
		{ 6, "tcp" },	 { 17, "udp" },		{ 33, "dccp" },
		{ 41, "ipv6" },	 { 46, "rsvp" },	{ 47, "gre" },
		{ 50, "esp" },	 { 51, "ah" },		{ 58, "ipv6-icmp" },
		{ 88, "eigrp" }, { 89, "ospfigp" },	{ 94, "ipip" },
		{ 103, "pim" },	 { 108, "ipcomp" },	{ 112, "vrrp" },
		{ 115, "l2tp" }, { 132, "sctp" },	{ 136, "udplite" },
		{ 0, "hopopt" }, { 137, "mpls-in-ip" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].number == proto)
			return zw_str_from(names[i].name);
	}
	return zw_strf(arena, "%u", proto);
}

/* REQID: field. */
static void add_ipsec(const struct finder *f, struct zw_buf *buf,
		      const char *text, u32 reqid)
{
	zw_buf_puts(buf, buf->n ? ", " : "");
	zw_buf_puts(buf, text);
	if (field_value(f, reqid))
		zw_buf_printf(buf, " (reqid %u)", field_value(f, reqid));
}

static void add_detail(struct zw_buf *buf, const char *text)
{
	if (buf->n)
		zw_buf_puts(buf, ", ");
	zw_buf_puts(buf, text);
}

/* When the packet comes, where that matters. */
static void add_time(const struct finder *f, struct zw_buf *buf)
{
	static const char *const days[] = { "Sunday",	 "Monday",   "Tuesday",
					    "Wednesday", "Thursday", "Friday",
					    "Saturday" };
	u32 day = field_value(f, ZW_FIELD_DAY);
	u32 second = field_value(f, ZW_FIELD_HOUR);

	if (!f->s->symbolic->tests_time)
		return;
	zw_buf_printf(buf, "%son a %s at %02u:%02u:%02u UTC",
		      buf->n ? ", " : "", days[day % 7], second / 3600,
		      second / 60 % 60, second % 60);
}

/* Where it went at last. */
static struct zw_ip destination(const struct finder *f,
				const struct zw_run *run)
{
	return zw_ip_from_bytes(f->family,
				run->packet.bytes +
					(f->family == ZW_IPV4 ? 16 : 24));
}

static void add_destination(const struct finder *f, const struct zw_run *run,
			    struct zw_buf *buf)
{
	const u8 *bytes = run->packet.bytes;
	struct zw_dissection d;
	char text[46];

	if (!run->dnat)
		return;
	zw_buf_printf(buf, "%ssent on to %s", buf->n ? ", " : "",
		      zw_ip_format(destination(f, run), text));
	zw_packet_dissect(&run->packet, &d);
	if (d.has_transport &&
	    (d.l4proto == IPPROTO_TCP || d.l4proto == IPPROTO_UDP ||
	     d.l4proto == IPPROTO_UDPLITE || d.l4proto == IPPROTO_SCTP ||
	     d.l4proto == IPPROTO_DCCP))
		zw_buf_printf(buf, " port %u",
			      (u32)bytes[d.thoff + 2] << 8 |
				      bytes[d.thoff + 3]);
}

/* Where its entry would have sent it that went nowhere: what the policy says
 * about it may hang on that. */
static void add_entry(const struct finder *f, const struct zw_packet *packet,
		      const struct zw_run *run, struct zw_buf *buf)
{
	const struct zw_conntrack *ct = &packet->ct;
	bool reply = ct->direction == ZW_CT_REPLY;
	const struct zw_tuple *other =
		&ct->tuple[reply ? ZW_CT_ORIGINAL : ZW_CT_REPLY];
	char text[46];

	if (run->dnat || !other->known ||
	    !(ct->status & (reply ? ZW_STATUS_SNAT : ZW_STATUS_DNAT)))
		return;
	zw_buf_printf(
		buf, "%sof an entry that leads on to %s", buf->n ? ", " : "",
		zw_ip_format(zw_ip_from_bytes(f->family, other->src), text));
	if (other->sport)
		zw_buf_printf(buf, " port %u", other->sport);
}

/* The hardware addresses, where a rule asks for them: else they are 0. */
static void add_link(const struct zw_packet *packet, struct zw_buf *buf)
{
	static const u8 none[6] = { 0 };
	static const char *const words[] = { "to", "from" };
	u32 side;

	for (side = 0; side < 2 && packet->link_len >= 12; side++) {
		const u8 *a = packet->link + 6 * side;

		if (!memcmp(a, none, 6))
			continue;
		zw_buf_printf(
			buf,
			"%s%s hardware address %02x:%02x:%02x:%02x:%02x:%02x",
			buf->n ? ", " : "", words[side], a[0], a[1], a[2], a[3],
			a[4], a[5]);
	}
}

static struct zw_str details(const struct finder *f,
			     const struct zw_packet *packet,
			     const struct zw_run *run)
{
	static const struct {
		u32 field;
		const char *text;
	} flags[] = {
		{ ZW_FIELD_HAS_LSRR, "loose source route" },
		{ ZW_FIELD_HAS_SSRR, "strict source route" },
		{ ZW_FIELD_HAS_RR, "record route" },
		{ ZW_FIELD_HAS_ALERT, "router alert" },
		{ ZW_FIELD_HAS_HOPOPTS, "hop-by-hop options" },
		{ ZW_FIELD_HAS_ROUTING, "routing header" },
		{ ZW_FIELD_HAS_FRAGMENT, "fragment header" },
		{ ZW_FIELD_HAS_DSTOPTS, "destination options" },
	};
	struct zw_buf buf = { 0 };
	struct zw_str out;
	size_t i, from = 0, to = 8;

	if (f->family == ZW_IPV4)
		to = 4;
	else
		from = 4;
	for (i = from; i < to; i++) {
		if (field_value(f, flags[i].field))
			add_detail(&buf, flags[i].text);
	}
	if (f->family == ZW_IPV4 && field_value(f, ZW_FIELD_FRAG) & 0x3fff)
		add_detail(&buf, "fragment");
	if (field_value(f, ZW_FIELD_LENGTH) < ZW_LENGTH_WHOLE)
		add_detail(&buf, "cut short");
	if (f->s->path != ZW_PATH_OUTPUT && field_value(f, ZW_FIELD_IPSEC_IN))
		add_ipsec(f, &buf, "came by IPsec", ZW_FIELD_REQID_IN);
	if (f->s->path != ZW_PATH_INPUT && field_value(f, ZW_FIELD_IPSEC_OUT))
		add_ipsec(f, &buf, "leaves by IPsec", ZW_FIELD_REQID_OUT);
	add_link(packet, &buf);
	add_destination(f, run, &buf);
	add_entry(f, packet, run, &buf);
	add_time(f, &buf);
	out = zw_str_copy(f->s->arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return out;
}

static void describe_key(const struct finder *f, struct zw_witness *w)
{
	u32 sport = field_value(f, ZW_FIELD_SPORT);

	switch (w->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		w->has_ports = true;
		w->sport = (u16)sport;
		w->dport = (u16)field_value(f, ZW_FIELD_DPORT);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		w->has_type = true;
		w->type = (u8)(sport >> 8);
		w->code = (u8)sport;
		break;
	default:
		break;
	}
}

static struct zw_str interface_name(const struct finder *f, u32 field)
{
	return zw_str_copy(
		f->s->arena,
		zw_str_from(f->space->classes[class_of(f, field)].sample));
}

static void describe_state(const struct finder *f, struct zw_witness *w)
{
	static const char *const names[] = { "invalid", "established",
					     "related", "new", "untracked" };
	u32 index = class_of(f, ZW_FIELD_STATE);

	w->state = zw_str_from(names[index]);
	w->direction = ZW_STR("");
	if (index == ZW_IS_ESTABLISHED || index == ZW_IS_RELATED)
		w->direction = field_value(f, ZW_FIELD_DIRECTION)
				       ? ZW_STR("reply")
				       : ZW_STR("original");
}

static void describe_assumptions(const struct finder *f,
				 const struct zw_run *run, struct zw_witness *w)
{
	const struct zw_symbolic *s = f->s->symbolic;
	u32 i;
	size_t k;

	for (i = 0; i < run->n_choices && i < ZW_RUN_CHOICES; i++) {
		const struct zw_choice *c = &run->choices[i];
		const struct zw_chain *chain = &s->ruleset->chains.v[c->chain];
		const char *what = "an unknown";
		bool limit = false, inverted = false;

		for (k = 0; k < s->approximations.n; k++) {
			const struct zw_approximation *a =
				&s->approximations.v[k];

			if (a->chain == c->chain &&
			    a->position == c->position && a->expr == c->expr) {
				what = a->what;
				limit = a->predicate != ZW_NONE;
				inverted = a->inverted;
			}
		}
		zw_push(f->s->arena, w->assumptions,
			zw_strf(f->s->arena, "%s in rule %u of chain '%.*s' %s",
				what, c->position, ZW_STR_ARG(chain->name),
				limit ? c->holds != inverted ? "is not reached"
							     : "is reached"
				: c->holds ? "lets it go on"
					   : "does not let it go on"));
	}
}

/* The steps borrow from the ruleset, which does not live as long. */
static void copy_path(const struct finder *f, const struct zw_trace *trace,
		      struct zw_witness *w)
{
	struct zw_arena *arena = f->s->arena;
	size_t i;

	for (i = 0; i < trace->steps.n; i++) {
		struct zw_step step = trace->steps.v[i];

		step.hook = zw_str_copy(arena, step.hook);
		step.table = zw_str_copy(arena, step.table);
		step.chain = zw_str_copy(arena, step.chain);
		step.comment = zw_str_copy(arena, step.comment);
		step.what = zw_str_copy(arena, step.what);
		zw_push(arena, w->path, step);
	}
}

static void describe(const struct finder *f, const struct zw_packet *packet,
		     const struct zw_run *run, const struct zw_trace *trace,
		     struct zw_witness *w)
{
	struct zw_arena *arena = f->s->arena;
	bool input = f->s->path == ZW_PATH_INPUT;
	bool output = f->s->path == ZW_PATH_OUTPUT;

	*w = (struct zw_witness){ .family = f->family };
	w->from_zone = output ? ZW_SELF
			      : zone_at(f, ZW_FIELD_IN, ZW_FIELD_IPSEC_IN,
					ZW_FIELD_SRC);
	w->to_zone = input ? ZW_SELF : zone_to(f, destination(f, run));
	w->in = output ? ZW_STR("self") : interface_name(f, ZW_FIELD_IN);
	w->out = input ? ZW_STR("self") : interface_name(f, ZW_FIELD_OUT);
	w->proto = (u8)field_value(f, ZW_FIELD_PROTO);
	w->proto_name = zw_proto_name(arena, w->proto);
	w->src = (struct zw_ip){ f->family, address_at(f, ZW_FIELD_SRC) };
	w->dst = (struct zw_ip){ f->family, address_at(f, ZW_FIELD_DST) };
	describe_key(f, w);
	describe_state(f, w);
	w->details = details(f, packet, run);
	w->outcome = run->verdict == ZW_RUN_ACCEPT   ? ZW_STR("accepted")
		     : run->verdict == ZW_RUN_REJECT ? ZW_STR("rejected")
						     : ZW_STR("dropped");
	copy_path(f, trace, w);
	if (packet->mark && !output)
		zw_push(arena, w->assumptions,
			zw_strf(arena, "the packet arrives with the mark 0x%x",
				packet->mark));
	describe_assumptions(f, run, w);
	w->bytes =
		zw_str_copy(arena, (struct zw_str){ (const char *)packet->bytes,
						    packet->n });
	w->link =
		zw_str_copy(arena, (struct zw_str){ (const char *)packet->link,
						    packet->link_len });
}

/* ---- all of it ----------------------------------------------------------- */

/* Where limits were compared by name, each comes out as its name does. */
static void settle_limits(struct finder *f)
{
	const struct zw_symbolic *s = f->s->symbolic;
	size_t i;

	for (i = 0; i < s->approximations.n; i++) {
		const struct zw_approximation *a = &s->approximations.v[i];

		if (a->predicate != ZW_NONE)
			f->point[a->variable] = f->point[a->predicate];
	}
}

static enum zw_found run_point(struct finder *f, struct zw_witness *witness,
			       struct zw_str *reason)
{
	struct zw_arena *arena = f->s->arena;
	struct zw_packet *packet = ZW_NEW(arena, struct zw_packet);
	struct zw_run *run = ZW_NEW(arena, struct zw_run);
	struct zw_trace trace = { .arena = arena };
	struct zw_choice_list list;
	const struct zw_ruleset *ruleset = f->s->symbolic->ruleset;

	if (f->s->wanted == ZW_WANT_SAME)
		settle_limits(f);
	list = choices(f);
	zw_packet_from_point(f->space, f->point, f->s->path, packet);
	zw_interpret(f->s->interpreter, packet, f->s->path, zw_choose_from_list,
		     &list, &trace, run);
	if (run->unmodelled && !f->robust) {
		*reason = zw_strf(
			arena, "rule %u of chain '%.*s': %s",
			run->unmodelled_position,
			ZW_STR_ARG(
				ruleset->chains.v[run->unmodelled_chain].name),
			run->unmodelled_reason);
		return ZW_FOUND_UNREAL;
	}
	*reason = ZW_STR("");
	if (!as_wanted(f, run)) {
		*reason = ZW_STR("the interpreter does not confirm the packet");
		return ZW_FOUND_DIFFERS;
	}
	describe(f, packet, run, &trace, witness);
	if (f->s->came)
		*f->s->came = *packet;
	if (f->s->left)
		*f->s->left = run->packet;
	return ZW_FOUND;
}

/* The points of SET that are in it whatever the unknowns (all, or those that
 * nobody knows) come to. */
static zw_node certain(const struct zw_search *search, zw_node set,
		       bool unreal_alone)
{
	const struct zw_symbolic *s = search->symbolic;
	u32 *v = ZW_NEW_ARRAY(search->arena, u32, s->approximations.n + 1);
	size_t i, n = 0;

	if (!unreal_alone)
		return zw_forall(s->space->d, set, s->space->fresh.v,
				 s->space->fresh.n);
	for (i = 0; i < s->approximations.n; i++) {
		if (!s->approximations.v[i].real)
			v[n++] = s->approximations.v[i].variable;
	}
	return zw_forall(s->space->d, set, v, n);
}

/* A packet that begins its flow, untouched, tells more than one of an entry
 * that somebody must have made before. */
static enum zw_found find_in(struct finder *f, zw_node set,
			     struct zw_witness *witness, struct zw_str *reason)
{
	zw_node sets[] = {
		zw_and(f->space->d, set, zw_entry_untouched(f->space)), set
	};
	enum zw_found found = ZW_FOUND_DIFFERS;
	u32 family, i;

	for (i = 0; i < 2 && found != ZW_FOUND; i++) {
		f->set = sets[i];
		for (family = 0; family < ZW_FAMILY_COUNT && found != ZW_FOUND;
		     family++) {
			if (!pick(f, family))
				continue;
			polish(f);
			found = run_point(f, witness, reason);
		}
	}
	return found;
}

/* No packet that was tried bears it out: say on what it hangs. */
static void blame_unknown(const struct finder *f, struct zw_str *reason)
{
	const struct zw_symbolic *s = f->s->symbolic;
	const struct zw_approximation *a;
	size_t i;

	for (i = 0; i < s->approximations.n; i++) {
		a = &s->approximations.v[i];
		if (a->real || a->path != f->s->path)
			continue;
		*reason = zw_strf(
			f->s->arena, "rule %u of chain '%.*s': %s", a->position,
			ZW_STR_ARG(s->ruleset->chains.v[a->chain].name),
			a->what);
		return;
	}
}

enum zw_found zw_witness_find(const struct zw_search *search, zw_node set,
			      u32 *point, struct zw_witness *witness,
			      struct zw_str *reason)
{
	struct finder f = { .s = search,
			    .space = search->symbolic->space,
			    .point = point,
			    .robust = true };
	bool unknowns = f.space->fresh.n > 0;
	enum zw_found found;

	f.n = zw_variable_count(f.space->d);
	f.trial = ZW_NEW_ARRAY(search->arena, u32, f.n);
	*reason = ZW_STR("no packet of the set can be built");
	found = find_in(&f, unknowns ? certain(search, set, false) : set,
			witness, reason);
	if (found == ZW_FOUND || !unknowns)
		return found;
	found = find_in(&f, certain(search, set, true), witness, reason);
	if (found == ZW_FOUND)
		return found;
	f.robust = false;
	found = find_in(&f, set, witness, reason);
	if (found == ZW_FOUND_DIFFERS)
		blame_unknown(&f, reason);
	return found;
}

/* ---- senders ------------------------------------------------------------- */

static bool has_interface(const struct zw_zone *zone, struct zw_str name)
{
	size_t i;

	for (i = 0; i < zone->interfaces.n; i++)
		if (zw_interface_covers(&zone->interfaces.v[i], name))
			return true;
	return false;
}

static bool is_meant(const struct zw_claim *claim, u32 zone)
{
	size_t i;

	for (i = 0; i < claim->from.n; i++)
		if (claim->from.v[i].zone == zone)
			return true;
	return false;
}

void zw_witness_sender(struct zw_arena *arena,
		       const struct zw_statement *statement,
		       const struct zw_claim *claim, struct zw_witness *w)
{
	u32 z;

	if ((claim->kind != ZW_NEVER && claim->kind != ZW_ONLY) ||
	    w->from_zone >= statement->zones.n || is_meant(claim, w->from_zone))
		return;
	for (z = 0; z < statement->zones.n; z++) {
		const struct zw_zone *zone = &statement->zones.v[z];

		if (!zone->is_link || !is_meant(claim, z) ||
		    !has_interface(zone, w->in))
			continue;
		w->details = zw_strf(
			arena, "%.*s%swith a source of '%.*s'",
			ZW_STR_ARG(w->details), w->details.n ? ", " : "",
			ZW_STR_ARG(statement->zones.v[w->from_zone].name));
		w->from_zone = z;
		return;
	}
}
