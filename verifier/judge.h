/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would a ruleset let a connection begin that is there already? Law: the
 * concrete interpreter is asked, with the connection's first packet and no
 * entry of it, and translation is asked anew. FORBIDDEN is only said where
 * nothing that is not known could let it through: no interface by which the
 * packet may have come or may leave, no limit, no time. */
#ifndef ZW_VERIFIER_JUDGE_H
#define ZW_VERIFIER_JUDGE_H

#include "statement/connection.h"
#include "statement/statement.h"
#include "statement/ways.h"
#include "verifier/ruleset.h"

enum zw_standing {
	ZW_STANDS,    /* a packet like its first one would pass, and be sent
		       * where the connection goes */
	ZW_FORBIDDEN, /* none would */
	ZW_UNJUDGED,  /* it hangs on what is not known: a rule that nobody
		       * understands, a set that was not read, an address
		       * that may be any */
};

struct zw_judge;
/* Borrows all three; STATEMENT tells which zones are told apart by IPsec. */
struct zw_judge *zw_judge_new(struct zw_arena *arena,
			      const struct zw_ruleset *ruleset,
			      const struct zw_statement *statement,
			      const struct zw_ways *ways);

enum zw_standing zw_judge_connection(struct zw_judge *judge,
				     const struct zw_connection *connection);

#endif
