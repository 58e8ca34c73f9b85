/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From boxes to packets: a value for each dimension of the box, then a frame.
 * What cannot be sent as drawn (a source that routing refuses, a destination
 * that is not the gateway's own) is drawn again a few times. */
#include "lab/aim.h"

#include <netinet/in.h>
#include <string.h>

#include "lab/oddity.h"

enum {
	BOXES_MAX = 4000, /* of one pair, either kind */
	REDRAWS = 8,
	ODD_FROM = 6, /* the first shots at a box are plain ones */
};

/* ---- targets ------------------------------------------------------------- */

static void add_targets(struct zw_aim *aim, struct zw_target like, zw_node set)
{
	struct zw_classes classes;
	size_t i;

	zw_classes_of(aim->arena, aim->study->space, set, BOXES_MAX, &classes);
	aim->complete &= classes.complete;
	for (i = 0; i < classes.list.n; i++) {
		like.box = classes.list.v[i];
		zw_push(aim->arena, aim->targets, like);
	}
}

/* How many of the dimensions that rules are about two boxes share values of. */
static unsigned shared(const struct zw_class *a, const struct zw_class *b)
{
	static const enum zw_dim dims[] = { ZW_DIM_PROTO, ZW_DIM_DPORT,
					    ZW_DIM_DST, ZW_DIM_SRC,
					    ZW_DIM_SPORT };
	unsigned n = 0;
	size_t i;

	for (i = 0; i < sizeof(dims) / sizeof(*dims); i++)
		n += zw_intervals_overlap(a->of[dims[i]], b->of[dims[i]]);
	return n;
}

/* Of the targets from FIRST on, those that passing lies next to. */
static void find_near(struct zw_aim *aim, size_t first)
{
	size_t i, k;

	for (i = first; i < aim->targets.n; i++) {
		struct zw_target *t = &aim->targets.v[i];

		for (k = first; k < aim->targets.n; k++) {
			const struct zw_target *other = &aim->targets.v[k];

			if (other->kind == ZW_TARGET_PASSES &&
			    t->kind == ZW_TARGET_REFUSED &&
			    zw_intervals_overlap(
				    t->box.of[ZW_DIM_FAMILY],
				    other->box.of[ZW_DIM_FAMILY]) &&
			    shared(&t->box, &other->box) >= 4)
				t->kind = ZW_TARGET_NEAR;
		}
	}
}

static bool is_answered(void *context, u32 leaf)
{
	(void)context;
	enum zw_pass pass = zw_pass_of(leaf);

	return pass == ZW_PASS_REJECT_RESET || pass == ZW_PASS_REJECT_ADMIN ||
	       pass == ZW_PASS_REJECT_OTHER;
}

/* Flows of which some plain packet is refused with an answer. */
static zw_node answered(struct zw_study *s, const struct zw_flow_path *p)
{
	zw_node set = zw_where(s->d, p->diagram, is_answered, NULL);

	return zw_exists(s->d, zw_and(s->d, p->plain, set), s->details,
			 s->detail_count);
}

static void add_pair(struct zw_aim *aim, u32 from, u32 to)
{
	struct zw_study *s = aim->study;
	const struct zw_party *a = &aim->parties.list.v[from];
	const struct zw_party *b = &aim->parties.list.v[to];
	struct zw_target target = { .from = from, .to = to };
	const struct zw_flow_path *p;
	size_t first = aim->targets.n;
	zw_node all, own;

	if (!zw_parties_path(a, b, &target.path))
		return;
	p = &s->of[0]->paths[target.path];
	all = zw_exists(s->d, p->plain, s->details, s->detail_count);
	all = zw_parties_between(s->space, a, b, all);
	own = zw_and(s->d, zw_parties_members(s->of[0], a),
		     zw_parties_destinations(s->of[0], b));
	target.kind = ZW_TARGET_PASSES;
	add_targets(aim, target, zw_and(s->d, all, p->possible));
	all = zw_minus(s->d, all, p->possible);
	target.kind = ZW_TARGET_ANSWERED;
	add_targets(aim, target, zw_and(s->d, all, aim->answered[target.path]));
	all = zw_minus(s->d, all, aim->answered[target.path]);
	target.kind = ZW_TARGET_REFUSED;
	add_targets(aim, target, zw_and(s->d, all, own));
	target.kind = ZW_TARGET_FOREIGN;
	add_targets(aim, target, zw_minus(s->d, all, own));
	find_near(aim, first);
}

static u128 name_number(const char *name)
{
	u128 number = 0;
	size_t i, n = strlen(name);

	for (i = 0; i < 16; i++)
		number = number << 8 | (i < n ? (u8)name[i] : 0);
	return number;
}

static void find_interfaces(struct zw_aim *aim)
{
	const struct zw_space *space = aim->study->space;
	const struct zw_testbed_spec *spec = &aim->network->spec;
	u32 c;
	unsigned i;

	aim->interfaces =
		ZW_NEW_ARRAY(aim->arena, const unsigned *, space->class_count);
	aim->interface_counts =
		ZW_NEW_ARRAY(aim->arena, unsigned, space->class_count);
	for (c = 0; c < space->class_count; c++) {
		unsigned *list =
			ZW_NEW_ARRAY(aim->arena, unsigned, spec->count);
		unsigned n = 0;

		for (i = 0; i < spec->count; i++) {
			u128 name = name_number(spec->interfaces[i].name);

			if (name >= space->classes[c].lo &&
			    name <= space->classes[c].hi)
				list[n++] = i;
		}
		aim->interfaces[c] = list;
		aim->interface_counts[c] = n;
	}
}

void zw_aim_make(struct zw_arena *arena, struct zw_study *study,
		 const struct zw_network *network, struct zw_aim *aim)
{
	u32 i, k;

	*aim = (struct zw_aim){ .arena = arena,
				.study = study,
				.network = network,
				.complete = true };
	zw_parties_of(study->of[0], &aim->parties);
	find_interfaces(aim);
	for (i = 0; i < ZW_PATH_COUNT; i++)
		aim->answered[i] = answered(study, &study->of[0]->paths[i]);
	for (i = 0; i < aim->parties.list.n; i++)
		for (k = 0; k < aim->parties.list.n; k++)
			add_pair(aim, i, k);
}

/* ---- values -------------------------------------------------------------- */

enum place {
	AT_LOW,
	AT_HIGH,
	INSIDE,
	BELOW,
	ABOVE,
};

static u128 random_up_to(struct zw_random *random, u128 most)
{
	u128 drawn =
		(u128)zw_random_next(random) << 64 | zw_random_next(random);

	return most == ~(u128)0 ? drawn : drawn % (most + 1);
}

static u128 draw(struct zw_random *random, const struct zw_intervals *set,
		 enum place place, u128 most)
{
	const struct zw_interval *v;

	if (place == AT_LOW)
		return set->v[0].lo;
	if (place == AT_HIGH)
		return set->v[set->n - 1].hi;
	v = &set->v[zw_random_below(random, (u32)set->n)];
	if (place == BELOW && v->lo)
		return v->lo - 1;
	if (place == ABOVE && v->hi < most)
		return v->hi + 1;
	/* Now and then an end of one of several ranges. */
	switch (zw_random_below(random, 8)) {
	case 0:
		return v->lo;
	case 1:
		return v->hi;
	default:
		return v->lo + random_up_to(random, v->hi - v->lo);
	}
}

static bool draw_interface(const struct zw_aim *aim,
			   const struct zw_target *target,
			   struct zw_random *random, unsigned *in)
{
	const struct zw_intervals *set = &target->box.of[ZW_DIM_IN];
	unsigned n = 0, chosen;
	size_t i;
	u32 c;

	for (i = 0; i < set->n; i++)
		for (c = (u32)set->v[i].lo; c <= (u32)set->v[i].hi; c++)
			n += aim->interface_counts[c];
	if (!n)
		return false;
	chosen = zw_random_below(random, n);
	for (i = 0; i < set->n; i++)
		for (c = (u32)set->v[i].lo; c <= (u32)set->v[i].hi; c++) {
			if (chosen < aim->interface_counts[c]) {
				*in = aim->interfaces[c][chosen];
				return true;
			}
			chosen -= aim->interface_counts[c];
		}
	return false;
}

struct drawing {
	const struct zw_aim *aim;
	const struct zw_target *target;
	struct zw_random *random;
	u32 n;
	enum place corner; /* of all dimensions, or INSIDE */
	enum zw_dim step;  /* the dimension to step out of; COUNT: none */
	enum place side;
};

static u128 value(const struct drawing *d, enum zw_dim dim, u128 most)
{
	const struct zw_intervals *set = &d->target->box.of[dim];

	return draw(d->random, set, d->step == dim ? d->side : d->corner, most);
}

static const enum zw_dim stepped[] = { ZW_DIM_PROTO, ZW_DIM_DPORT, ZW_DIM_DST,
				       ZW_DIM_SRC, ZW_DIM_SPORT };
#define STEPPED (sizeof(stepped) / sizeof(*stepped))

static void choose_places(struct drawing *d)
{
	u32 n = d->n;

	d->corner = INSIDE;
	d->step = ZW_DIM_COUNT;
	if (n == 1 || n == 2) {
		d->corner = n == 1 ? AT_LOW : AT_HIGH;
	} else if (n >= ODD_FROM && n < ODD_FROM + 2 * STEPPED) {
		d->step = stepped[(n - ODD_FROM) / 2];
		d->side = n & 1 ? ABOVE : BELOW;
	} else if (n >= ODD_FROM && !zw_random_below(d->random, 4)) {
		d->step = stepped[zw_random_below(d->random, STEPPED)];
		d->side = zw_random_below(d->random, 2) ? ABOVE : BELOW;
	}
}

/* A number that stands for a header of IPv6 is no protocol to send. */
static bool sendable(u8 proto, enum zw_family family)
{
	if (family == ZW_IPV4)
		return true;
	return proto != IPPROTO_HOPOPTS && proto != IPPROTO_ROUTING &&
	       proto != IPPROTO_FRAGMENT && proto != IPPROTO_AH &&
	       proto != IPPROTO_DSTOPTS && proto != IPPROTO_NONE &&
	       proto != 135;
}

/* Where something listens on many a host. */
static u16 usual_port(struct zw_random *random)
{
	static const u16 ports[] = {
		20,   21,   22,	  23,	 25,	53,    67,   69,   80,	 88,
		110,  111,  123,  135,	 137,	139,   143,  161,  179,	 389,
		443,  445,  465,  500,	 514,	587,   631,  636,  853,	 873,
		993,  995,  1194, 1433,	 1521,	2049,  2375, 2379, 3128, 3306,
		3389, 4500, 5060, 5432,	 5900,	5985,  6379, 6443, 8000, 8080,
		8443, 9090, 9200, 11211, 27017, 51820,
	};

	return ports[zw_random_below(random, sizeof(ports) / sizeof(*ports))];
}

static void draw_transport(const struct drawing *d, struct zw_frame_spec *spec)
{
	u16 sport = (u16)value(d, ZW_DIM_SPORT, 65535);
	u16 dport = (u16)value(d, ZW_DIM_DPORT, 65535);

	if (d->corner == INSIDE && d->step == ZW_DIM_COUNT &&
	    !zw_random_below(d->random, 4)) {
		u16 usual = usual_port(d->random);

		if (zw_intervals_contain(d->target->box.of[ZW_DIM_DPORT],
					 usual))
			dport = usual;
	}

	if (spec->protocol == IPPROTO_ICMP ||
	    spec->protocol == IPPROTO_ICMPV6) {
		spec->type = (u8)(sport >> 8);
		spec->code = (u8)sport;
		spec->icmp_id = (u16)zw_random_next(d->random);
		return;
	}
	spec->sport = sport;
	spec->dport = dport;
	spec->tcp_flags = ZW_TCP_SYN;
	spec->tcp_seq = (u32)zw_random_next(d->random);
}

static enum zw_family draw_family(const struct drawing *d)
{
	enum zw_family family = zw_class_family(&d->target->box);

	return family < ZW_FAMILY_COUNT ? family
					: zw_random_below(d->random, 2);
}

/* One of the gateway's addresses; in the box, where it has one there. */
static bool draw_own(const struct drawing *d, enum zw_family family,
		     enum zw_dim dim, struct zw_ip *ip)
{
	u32 first = (u32)zw_random_next(d->random) & 0xffff, i;
	unsigned interface;

	for (i = 0; i < 64; i++) {
		if (!zw_routing_own(d->aim->network->ways, family, first + i,
				    ip, &interface))
			return false;
		if (d->step == dim ||
		    zw_intervals_contain(d->target->box.of[dim], ip->value))
			return true;
	}
	return false;
}

static bool draw_ends(const struct drawing *d, enum zw_family family,
		      struct zw_frame_spec *spec)
{
	u128 most = zw_family_all(family).hi;

	spec->src = (struct zw_ip){ family, value(d, ZW_DIM_SRC, most) };
	spec->dst = (struct zw_ip){ family, value(d, ZW_DIM_DST, most) };
	if (d->target->path == ZW_PATH_INPUT)
		return draw_own(d, family, ZW_DIM_DST, &spec->dst);
	if (d->target->path == ZW_PATH_OUTPUT)
		return draw_own(d, family, ZW_DIM_SRC, &spec->src);
	return true;
}

/* As the box would have it, and as the network can carry it. */
static bool can_go(const struct drawing *d, const struct zw_frame_spec *spec)
{
	const struct zw_routing *ways = d->aim->network->ways;
	struct zw_way way;

	/* Whether :: is forwarded hangs on the interfaces (ip6_forward), and
	 * nobody could answer. */
	if (!spec->src.value || !spec->dst.value)
		return false;
	if (d->target->path == ZW_PATH_OUTPUT)
		return zw_routing_sent(ways, spec->dst).kind == ZW_WAY_OUT;
	way = zw_routing_of(ways, spec->src, spec->dst);
	if (d->target->path == ZW_PATH_INPUT)
		return way.kind == ZW_WAY_SELF && way.own;
	return way.kind == ZW_WAY_OUT;
}

static bool draw_spec(const struct drawing *d, struct zw_frame_spec *spec)
{
	enum zw_family family = draw_family(d);

	*spec = (struct zw_frame_spec){ 0 };
	if (!draw_ends(d, family, spec))
		return false;
	spec->protocol = (u8)value(d, ZW_DIM_PROTO, 255);
	if (!sendable(spec->protocol, family))
		return false;
	/* No socket of the gateway hears these (inet_create). */
	if (d->target->path == ZW_PATH_INPUT &&
	    (!spec->protocol || spec->protocol == IPPROTO_RAW))
		return false;
	draw_transport(d, spec);
	return can_go(d, spec);
}

static bool is_plain(const struct zw_frame_spec *spec)
{
	switch (spec->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return true;
	case IPPROTO_ICMP:
		return spec->type == 8 && !spec->code;
	case IPPROTO_ICMPV6:
		return spec->type == 128 && !spec->code;
	default:
		return false;
	}
}

bool zw_aim_shoot(const struct zw_aim *aim, const struct zw_target *target,
		  u32 n, struct zw_random *random, struct zw_shot *shot)
{
	struct drawing d = {
		.aim = aim, .target = target, .random = random, .n = n
	};
	struct zw_oddity oddity;
	struct zw_frame_spec spec;
	bool odd = n >= ODD_FROM && !zw_random_below(random, 3);
	u32 number = shot->number;
	u32 i;

	memset(shot, 0, offsetof(struct zw_shot, frame));
	shot->number = number;
	shot->emitted = target->path == ZW_PATH_OUTPUT;
	if (!shot->emitted && !draw_interface(aim, target, random, &shot->in))
		return false;
	choose_places(&d);
	for (i = 0; !draw_spec(&d, &spec); i++) {
		if (i == REDRAWS)
			return false;
		/* A corner, or a step, that cannot be sent: anything else. */
		d.corner = INSIDE;
		if (i > REDRAWS / 2)
			d.step = ZW_DIM_COUNT;
	}
	shot->kind = "first packet";
	if (odd)
		zw_oddity_draw(aim->network, target->path, random, &spec,
			       &oddity, shot);
	shot->plain = !odd && is_plain(&spec);
	shot->states = zw_shot_states(&spec);
	if (odd)
		zw_oddity_states(&spec, shot);
	zw_shot_make(shot, &spec);
	return true;
}
