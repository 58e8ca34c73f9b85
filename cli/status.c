/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit statuses: which one of several to leave with, and what a list of
 * diagnostics amounts to by the first digit of its codes. */
#include "cli/cli.h"

enum zw_status zw_status_worse(enum zw_status a, enum zw_status b)
{
	static const enum zw_status order[] = {
		ZW_STATUS_BUG,	     ZW_STATUS_SYSTEM,
		ZW_STATUS_INVALID,   ZW_STATUS_REFUTED,
		ZW_STATUS_UNDECIDED, ZW_STATUS_DIFFERS,
	};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (a == order[i] || b == order[i])
			return order[i];
	}
	return ZW_STATUS_DONE;
}

static enum zw_status status_of_code(enum zw_code code)
{
	switch (code) {
	case ZW_Z5023:
	case ZW_Z4001:
	case ZW_Z4003:
	case ZW_Z6060:
		return ZW_STATUS_REFUTED;
	case ZW_Z4002:
		return ZW_STATUS_UNDECIDED;
	case ZW_Z5024:
	case ZW_Z5025:
	case ZW_Z5041:
		return ZW_STATUS_DIFFERS;
	case ZW_Z6003:
	case ZW_Z6020:
	case ZW_Z6024:
	case ZW_Z6070:
		return ZW_STATUS_SYSTEM;
	default:
		break;
	}
	if (zw_code_info(code)->name[1] == '5')
		return ZW_STATUS_SYSTEM;
	return ZW_STATUS_INVALID;
}

enum zw_status zw_status_of(const struct zw_diags *diags)
{
	enum zw_status status = ZW_STATUS_DONE;
	size_t i;

	for (i = 0; i < diags->list.n; i++) {
		if (diags->list.v[i]->level == ZW_ERROR)
			status = zw_status_worse(
				status, status_of_code(diags->list.v[i]->code));
	}
	return status;
}
