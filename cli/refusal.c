/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From (sequence number, attribute offset, errno) to a line of the policy. Of
 * a message with elements, the offset says which element it was. */
#include "cli/refusal.h"

#include <dirent.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

static void help_netns(struct zw_diags *diags, struct zw_diag *diag,
		       const char *name)
{
	struct zw_str names[256], near;
	struct dirent *entry;
	DIR *folder = opendir("/run/netns");
	size_t n = 0;

	while (folder && n < 256 && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			names[n++] = zw_str_copy(diags->arena,
						 zw_str_from(entry->d_name));
	}
	if (folder)
		closedir(folder);
	near = zw_suggest(zw_str_from(name), names, n);
	if (near.n)
		zw_diag_help(diags, diag, "did you mean '%.*s'?",
			     ZW_STR_ARG(near));
	else
		zw_diag_help(diags, diag,
			     "'ip netns list' lists them, 'ip netns add %s' makes one",
			     name);
}

static void say_no_permission(struct zw_diags *diags)
{
	zw_diag_help(diags,
		     zw_diag(diags, ZW_Z5002, ZW_NO_SPAN,
			     "no permission to read or change the ruleset"),
		     "run as root, or with the capability CAP_NET_ADMIN in the network namespace");
}

static void say_no_nf_tables(struct zw_diags *diags)
{
	zw_diag_help(diags,
		     zw_diag(diags, ZW_Z5003, ZW_NO_SPAN,
			     "this kernel has no nf_tables"),
		     "build it with CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET, or load the module nf_tables");
}

void zw_say_open_error(struct zw_diags *diags, int err, const char *netns)
{
	if (err == -EPROTONOSUPPORT || err == -EAFNOSUPPORT) {
		say_no_nf_tables(diags);
	} else if (netns && (err == -ENOENT || err == -EINVAL)) {
		help_netns(diags,
			   zw_diag(diags, ZW_Z5004, ZW_NO_SPAN,
				   "there is no network namespace '%s'", netns),
			   netns);
	} else if (err == -EPERM || err == -EACCES) {
		say_no_permission(diags);
	} else {
		zw_say_socket_error(diags, err, "open a netlink socket");
	}
}

void zw_say_socket_error(struct zw_diags *diags, int err, const char *attempted)
{
	struct zw_diag *diag;

	if (err == -EPERM || err == -EACCES) {
		say_no_permission(diags);
		return;
	}
	if (err == -EOPNOTSUPP || err == -EPROTONOSUPPORT) {
		say_no_nf_tables(diags);
		return;
	}
	if (err == -EAGAIN) {
		diag = zw_diag(diags, ZW_Z5005, ZW_NO_SPAN,
			       "cannot %s: it changes all the time", attempted);
		zw_diag_help(diags, diag,
			     "find out which program changes it; then try again");
		return;
	}
	zw_diag(diags, ZW_Z5006, ZW_NO_SPAN, "cannot %s: %s", attempted,
		strerror(-err));
}

#define ATTRIBUTE_HEAD sizeof(struct nlattr)

static size_t align(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* Which list element of the message at M holds the byte OFFSET; -1: none. */
static long element_at(const u8 *m, u32 offset)
{
	size_t size = ((const struct nlmsghdr *)m)->nlmsg_len;
	size_t at = sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);

	while (at + ATTRIBUTE_HEAD <= size) {
		const struct nlattr *attr = (const struct nlattr *)(m + at);
		size_t inner = at + ATTRIBUTE_HEAD, end = at + attr->nla_len;
		long i;

		if (attr->nla_len < ATTRIBUTE_HEAD || end > size)
			return -1;
		if ((attr->nla_type & NLA_TYPE_MASK) !=
		    NFTA_SET_ELEM_LIST_ELEMENTS) {
			at += align(attr->nla_len);
			continue;
		}
		for (i = 0; inner + ATTRIBUTE_HEAD <= end; i++) {
			const struct nlattr *element =
				(const struct nlattr *)(m + inner);

			if (element->nla_len < ATTRIBUTE_HEAD)
				return -1;
			inner += align(element->nla_len);
			if (offset < inner)
				return i;
		}
		return -1;
	}
	return -1;
}

static void note_element(struct zw_diags *diags, struct zw_diag *diag,
			 const struct zw_plan_set *set, size_t index)
{
	u8 lo[64] = { 0 }, hi[64] = { 0 };
	char text[100];

	if (index >= zw_plan_set_size(set))
		return;
	if (set->is_addresses) {
		zw_diag_note(diags, diag, "the element at fault is %s",
			     zw_ip_range_format(set->family,
						set->addresses.v[index], text));
		return;
	}
	zw_plan_set_element(set, index, lo, hi);
	zw_diag_note(diags, diag, "the element at fault is number %zu%s%.*s",
		     index + 1,
		     set->elements.v[index].place.n ? ", made for " : "",
		     ZW_STR_ARG(set->elements.v[index].place));
}

static void say_one(struct zw_diags *diags,
		    const struct zw_transactions *transactions,
		    const struct zw_transaction *t, const struct zw_plan *plan,
		    const struct zw_refusal *refusal)
{
	const struct zw_emit_origin *origin =
		zw_emit_find(t->emitted, refusal->sequence);
	struct zw_diag *diag;
	size_t at = t->start;

	diag = zw_diag(diags, ZW_Z5001, origin ? origin->span : ZW_NO_SPAN,
		       "the kernel refused %s%.*s: %s",
		       origin ? "the " : "the batch",
		       ZW_STR_ARG(origin ? origin->what : ZW_STR("")),
		       strerror(refusal->error));
	if (refusal->text.n)
		zw_diag_note(diags, diag, "the kernel says: %.*s",
			     ZW_STR_ARG(refusal->text));
	if (origin && origin->place.n && origin->span.file == ZW_NO_FILE)
		zw_diag_note(diags, diag, "made for %.*s",
			     ZW_STR_ARG(origin->place));
	while (origin && origin->set != ZW_EMIT_NO_SET && refusal->offset &&
	       at < t->start + t->size) {
		const u8 *m = (const u8 *)transactions->bytes.data + at;
		const struct nlmsghdr *head = (const struct nlmsghdr *)m;
		const struct zw_plan_set *set = &plan->sets.v[origin->set];
		long element;

		at += NLMSG_ALIGN(head->nlmsg_len);
		if (head->nlmsg_seq != refusal->sequence)
			continue;
		element = element_at(m, refusal->offset);
		/* one range of a one-field interval set is two elements */
		if (element >= 0 && set->interval && set->fields == 1)
			element /= 2;
		if (element >= 0)
			note_element(diags, diag, set,
				     origin->first + (size_t)element);
		break;
	}
	zw_diag_note(diags, diag, "nothing was changed: the former ruleset stands");
}

void zw_say_owned(struct zw_diags *diags)
{
	struct zw_diag *diag =
		zw_diag(diags, ZW_Z5001, ZW_NO_SPAN,
			"table inet %s belongs to another process",
			ZW_PLAN_TABLE);

	zw_diag_note(diags, diag,
		     "nothing was changed: the former ruleset stands");
	zw_diag_help(
		diags, diag,
		"'nft list table inet %s' shows its name; end it, the table stays if it is persistent, and apply again",
		ZW_PLAN_TABLE);
}

void zw_say_refusals(struct zw_diags *diags,
		     const struct zw_transactions *transactions, size_t failed,
		     const struct zw_plan *plan,
		     const struct zw_load_result *result)
{
	size_t i;

	if (result->error == -EMSGSIZE) {
		zw_diag_help(
			diags,
			zw_diag(diags, ZW_Z5001, ZW_NO_SPAN,
				"the socket buffer is too small for one transaction"),
			"raise net.core.wmem_max, or run with CAP_NET_ADMIN in the initial user namespace");
		return;
	}
	if (result->error == -EPERM && !result->refusals.n) {
		say_no_permission(diags);
		return;
	}
	for (i = 0; i < result->refusals.n; i++) {
		if (result->refusals.v[i].error == EPERM &&
		    !result->refusals.v[i].sequence) {
			say_no_permission(diags);
			return;
		}
	}
	/* what the kernel refuses after the first lacks what that would have
	 * made, so only the first says something */
	if (result->refusals.n)
		say_one(diags, transactions, &transactions->list.v[failed],
			plan, &result->refusals.v[0]);
	if (!result->refusals.n || result->details_lost)
		zw_say_socket_error(diags, result->error, "load the ruleset");
}
