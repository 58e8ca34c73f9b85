/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a load did, for reports. */
#ifndef ZW_REPORT_LOADED_H
#define ZW_REPORT_LOADED_H

#include "statement/connection.h"

struct zw_loaded_count {
	size_t added, removed;
};

struct zw_loaded {
	const char *table;   /* "inet zwinger" */
	const char *netns;   /* NULL: the caller's */
	u32 number;	     /* that it is kept as */
	s64 waits_ms;	     /* time to confirm it in; 0: it is confirmed */
	u32 generation;	     /* of the names that are new */
	size_t transactions; /* 0: nothing was different */
	struct zw_loaded_count rules, sets, elements;
	double sent_ms;	     /* from the first transaction to the last answer */
	double read_back_ms; /* reading it back and proving it once more */
	/* What was not read back: sets, their elements, how many of these were
	 * looked up, and whether the kernel's count of them was right. */
	size_t unread_sets, unread_elements, sampled;
	bool counted;
	const struct zw_connections_found *connections;
};

#endif
