/* SPDX-License-Identifier: GPL-2.0-or-later */
/* masquerade, snat, clamp-mss and `log drops`; publish has a file of its own.
 * Two translations of sources that can meet one flow are an error: which of
 * them were done would hang on their order, and statements have none. */
#include "compiler/resolve.h"

/* tcp(7): smaller segments than this no host needs to take. */
#define MSS_MIN 88

void zw_refuse_self(struct zw_resolver *r, const struct zw_ast_side *side,
		    const struct zw_side *resolved)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < resolved->zones.n; i++) {
		if (resolved->zones.v[i].zone != ZW_SELF)
			continue;
		diag = zw_diag(r->diags, ZW_Z2031, side->span,
			       "'self' cannot stand here");
		zw_diag_here(r->diags, diag, "a zone belongs here");
		return;
	}
}

bool zw_resolve_as(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		   enum zw_family *family, struct zw_interval *range)
{
	struct zw_addrs_result result =
		zw_resolve_addrs(r, &r->policy, &stmt->addrs);
	size_t n = result.set.of[ZW_IPV4].n + result.set.of[ZW_IPV6].n;
	struct zw_diag *diag;

	if (result.poisoned)
		return false;
	*family = result.set.of[ZW_IPV4].n ? ZW_IPV4 : ZW_IPV6;
	if (n == 1) {
		*range = result.set.of[*family].v[0];
		return true;
	}
	diag = zw_diag(r->diags, ZW_Z2030, stmt->addrs.v[0].span,
		       "translation to more than one range of addresses");
	zw_diag_here(r->diags, diag, "one address belongs here");
	return false;
}

/* ---- flows whose source is translated ---- */

static struct zw_ipset of_families(struct zw_ipset set, u8 families)
{
	unsigned f;

	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		if (!(families >> f & 1))
			set.of[f] = (struct zw_intervals){ NULL, 0 };
	return set;
}

static void add_box(struct zw_resolver *r, struct zw_source_translation *out,
		    const struct zw_side_zone *from,
		    const struct zw_side_zone *to, u8 families)
{
	struct zw_flow_box box = { .from = from->zone, .to = to->zone };

	families &= zw_set_families(from->addrs) & zw_set_families(to->addrs);
	if (!families)
		return;
	box.src = of_families(from->addrs, families);
	box.dst = of_families(to->addrs, families);
	zw_push(r->arena, out->boxes, box);
}

/* The boxes between both sides for WHAT; false if there are none, which is
 * said. As in
 * an allow, a zone is paired with itself only if written `A -> A`. */
static bool pair_sides(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		       const char *what, u8 families,
		       struct zw_source_translation *out)
{
	const struct zw_side *from =
		zw_resolve_side(r, &r->policy, &stmt->from, ZW_USE_RULE, true);
	const struct zw_side *to =
		zw_resolve_side(r, &r->policy, &stmt->to, ZW_USE_RULE, false);
	bool alone = from->lone_zone && to->lone_zone;
	size_t errors = r->diags->errors, i, j;
	struct zw_diag *diag;

	zw_refuse_self(r, &stmt->to, to);
	if (from->poisoned || to->poisoned || errors != r->diags->errors)
		return false;
	if (!zw_expand(r, stmt->span, (u64)from->zones.n * to->zones.n))
		return false;
	for (i = 0; i < from->zones.n; i++)
		for (j = 0; j < to->zones.n; j++)
			if (alone ||
			    from->zones.v[i].zone != to->zones.v[j].zone)
				add_box(r, out, &from->zones.v[i],
					&to->zones.v[j], families);
	if (out->boxes.n)
		return true;
	if (from->may_be_empty || to->may_be_empty) {
		diag = zw_diag(r->diags, ZW_Z3002, stmt->span,
			       "%s matches nothing today", what);
		zw_diag_here(r->diags, diag,
			     "a define that may be empty leaves no address");
		return false;
	}
	diag = zw_diag(r->diags, ZW_Z2012, stmt->span, "%s of no flow", what);
	zw_diag_here(r->diags, diag, "no packet of its family goes this way");
	return false;
}

static bool boxes_meet(const struct zw_flow_box *a, const struct zw_flow_box *b)
{
	unsigned f;

	if (a->from != b->from || a->to != b->to)
		return false;
	for (f = 0; f < ZW_FAMILY_COUNT; f++)
		if (zw_intervals_overlap(a->src.of[f], b->src.of[f]) &&
		    zw_intervals_overlap(a->dst.of[f], b->dst.of[f]))
			return true;
	return false;
}

static bool meets(const struct zw_source_translation *a,
		  const struct zw_source_translation *b)
{
	size_t i, j;

	for (i = 0; i < a->boxes.n; i++)
		for (j = 0; j < b->boxes.n; j++)
			if (boxes_meet(&a->boxes.v[i], &b->boxes.v[j]))
				return true;
	return false;
}

bool zw_check_translated(struct zw_resolver *r, const struct zw_zone *zones,
			 struct zw_span span, u32 from, struct zw_ipset src)
{
	struct zw_diag *diag;
	u32 i;

	if (from == ZW_SELF || !zones[from].shares_interface)
		return true;
	for (i = 0; i < r->model->zones.n; i++) {
		if (i == from || !zw_share_interface(&zones[from], &zones[i]) ||
		    !zw_ipset_overlap(src, r->model->sources[i]))
			continue;
		diag = zw_diag(
			r->diags, ZW_Z2035, span,
			"sources of '%.*s' and '%.*s' cannot be told apart",
			ZW_STR_ARG(zones[from].name),
			ZW_STR_ARG(zones[i].name));
		zw_diag_here(r->diags, diag, "translates them after routing");
		zw_diag_label(r->diags, diag, zones[i].span,
			      "shares an interface, by IPsec or not");
		zw_diag_note(r->diags, diag,
			     "after routing the kernel does not say how a "
			     "packet came in");
		zw_diag_help(r->diags, diag,
			     "name the networks of one of the two zones");
		return false;
	}
	return true;
}

/* Behind a link gateways tell who sends by the source. */
static bool check_links(struct zw_resolver *r,
			const struct zw_source_translation *t)
{
	const struct zw_model *model = r->model;
	struct zw_diag *diag;
	size_t i, k;

	for (i = 0; i < t->boxes.n; i++) {
		for (k = 0; k < model->links.n; k++) {
			if (model->links.v[k].zone != t->boxes.v[i].to)
				continue;
			diag = zw_diag(
				r->diags, ZW_Z2050, t->span,
				"sources are translated into '%.*s', which is a link",
				ZW_STR_ARG(
					model->zones.v[t->boxes.v[i].to].name));
			zw_diag_here(
				r->diags, diag,
				"gateways beyond would take who sends for one of it");
			zw_diag_label(r->diags, diag, model->links.v[k].span,
				      "the link");
			zw_diag_help(
				r->diags, diag,
				"leave the source as it is, or name the zones beyond");
			return false;
		}
	}
	return true;
}

static void add_translation(struct zw_resolver *r,
			    const struct zw_ast_stmt *stmt,
			    struct zw_source_translation translation)
{
	struct zw_translate translate = {
		.translation = translation,
		.place = zw_place_text(r, stmt->span),
	};
	struct zw_model *model = r->model;
	struct zw_diag *diag;
	size_t i;

	if (!check_links(r, &translation))
		return;
	for (i = 0; i < translation.boxes.n; i++)
		if (!zw_check_translated(r, model->zones.v, stmt->span,
					 translation.boxes.v[i].from,
					 translation.boxes.v[i].src))
			return;
	for (i = 0; i < model->translates.n; i++) {
		if (!meets(&model->translates.v[i].translation, &translation))
			continue;
		diag = zw_diag(r->diags, ZW_Z2033, stmt->span,
			       "two translations can meet one flow");
		zw_diag_here(r->diags, diag, "which of the two?");
		zw_diag_label(r->diags, diag,
			      model->translates.v[i].translation.span,
			      "the other one");
		zw_diag_help(r->diags, diag,
			     "narrow one of them, for example with 'except'");
		return;
	}
	zw_push(r->arena, model->translates, translate);
}

static void masquerade(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	static const u8 families[] = {
		[ZW_NAT_IPV4] = 1u << ZW_IPV4,
		[ZW_NAT_IPV6] = 1u << ZW_IPV6,
		[ZW_NAT_ALL] = 1u << ZW_IPV4 | 1u << ZW_IPV6,
	};
	struct zw_source_translation out = { .masquerade = true,
					     .span = stmt->span };

	if (pair_sides(r, stmt, "translation", families[stmt->nat_families],
		       &out))
		add_translation(r, stmt, out);
}

static void snat(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_source_translation out = { .span = stmt->span };
	bool known = zw_resolve_as(r, stmt, &out.family, &out.addresses);

	if (pair_sides(r, stmt, "translation",
		       known ? (u8)(1u << out.family) : 3, &out) &&
	    known)
		add_translation(r, stmt, out);
}

static void clamp_mss(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_source_translation flows = { .span = stmt->span };
	struct zw_clamp clamp = { .span = stmt->span };
	struct zw_diag *diag;
	size_t i;

	if (stmt->has_size &&
	    (stmt->size < MSS_MIN || stmt->size > UINT16_MAX)) {
		diag = zw_diag(r->diags, ZW_Z2005, stmt->span,
			       "segment size %u is not within %d and %u",
			       stmt->size, MSS_MIN, UINT16_MAX);
		zw_diag_here(r->diags, diag, "no host can keep to it");
		return;
	}
	if (!pair_sides(r, stmt, "'clamp-mss'", 3, &flows))
		return;
	clamp.size = stmt->has_size ? (u16)stmt->size : 0;
	clamp.place = zw_place_text(r, stmt->span);
	for (i = 0; i < flows.boxes.n; i++)
		zw_push(r->arena, clamp.boxes, flows.boxes.v[i]);
	zw_push(r->arena, r->model->clamps, clamp);
}

static void log_drops(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_model *model = r->model;
	struct zw_diag *diag;

	if (model->logs_drops) {
		diag = zw_diag(r->diags, ZW_Z1012, stmt->span,
			       "a policy says this once");
		zw_diag_here(r->diags, diag, "said again here");
		zw_diag_label(r->diags, diag, model->drop_log_span,
			      "first said here");
		return;
	}
	zw_resolve_options(r, &stmt->options, &model->drop_log);
	model->logs_drops = true;
	model->drop_log_span = stmt->span;
	model->drop_log_place = zw_place_text(r, stmt->span);
}

void zw_resolve_translation(struct zw_resolver *r,
			    const struct zw_ast_stmt *stmt)
{
	switch (stmt->kind) {
	case ZW_AST_MASQUERADE:
		masquerade(r, stmt);
		break;
	case ZW_AST_SNAT:
		snat(r, stmt);
		break;
	case ZW_AST_CLAMP_MSS:
		clamp_mss(r, stmt);
		break;
	case ZW_AST_PUBLISH:
		zw_resolve_publish(r, stmt);
		break;
	case ZW_AST_LOG_DROPS:
		log_drops(r, stmt);
		break;
	default:
		break;
	}
}
