/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in turn, as fast as the gateway takes them, each accounted for. Law:
 * a packet counts as lost only when everything that was queued before it has
 * been worked through, and as arrived only if it was forwarded (what the
 * gateway makes itself does not count); no count depends on a clock.
 *
 *	static const struct zw_stream streams[] = { { ... }, { ... } };
 *	struct zw_injector *injector = zw_injector_new(bed, streams, 2);
 *	zw_injector_start(injector);		a process of its own sends
 *	... reload as often as wanted ...
 *	zw_injector_stop(injector, &counts);
 *	zw_injector_free(injector);
 *
 * The bed's own probes are not to be used any more once an injector has sent
 * through it. */
#ifndef ZW_TESTS_INJECTOR_H
#define ZW_TESTS_INJECTOR_H

#include "tests/harness/testbed.h"

enum zw_stream_kind {
	ZW_FORBIDDEN, /* no policy lets it through */
	ZW_ALLOWED,   /* every policy lets it through */
	ZW_SOMETIMES, /* one does, the other does not */
};

/* One packet that is sent again and again. Its payload is the injector's. */
struct zw_stream {
	const char *name;
	enum zw_stream_kind kind;
	unsigned in; /* interface of the bed */
	struct zw_frame_spec spec;
};

enum {
	ZW_STREAMS = 24,
	/* A run ends by itself after so many seconds. */
	ZW_INJECTOR_SECONDS = 240,
};

struct zw_counts {
	u64 sent[ZW_STREAMS], arrived[ZW_STREAMS]; /* by stream */
	u64 packets;				   /* sent, of all streams */
	u64 leaks;  /* forbidden ones that arrived */
	u64 losses; /* allowed ones that did not */
	u64 missed; /* frames that the observer could not take: must be 0 */
	double seconds;
};

struct zw_injector;

/* STREAMS are borrowed until zw_injector_free(). */
struct zw_injector *zw_injector_new(struct zw_testbed *bed,
				    const struct zw_stream *streams,
				    unsigned n);
void zw_injector_free(struct zw_injector *injector);

/* Send in a process of its own until told to stop. Returns when the first
 * packets are through. */
void zw_injector_start(struct zw_injector *injector);
void zw_injector_stop(struct zw_injector *injector, struct zw_counts *counts);

/* Send each stream TIMES times here and now. */
void zw_injector_burst(struct zw_injector *injector, unsigned times,
		       struct zw_counts *counts);

/* "1234567 packets at 152 k/s, 0 leaks, 0 losses", and each stream that leaked
 * or lost; for people. Returns OUT. */
#define ZW_COUNTS_TEXT 1024
char *zw_counts_format(const struct zw_injector *injector,
		       const struct zw_counts *counts,
		       char out[ZW_COUNTS_TEXT]);

#endif
