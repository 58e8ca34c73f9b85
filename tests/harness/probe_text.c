/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a probe saw, picked and printed for tests. */
#include <stdio.h>
#include <string.h>

#include "lab/testbed_inside.h"
#include "tests/harness/testbed.h"

static bool first(const struct zw_probe *probe, bool own,
		  struct zw_packet *packet)
{
	const struct zw_probe_frame *frame;
	unsigned i;

	for (i = 0; i < probe->count; i++) {
		frame = &probe->frames[i];
		if (frame->own == own)
			return zw_packet_parse(frame->bytes, frame->length,
					       packet);
	}
	memset(packet, 0, sizeof(*packet));
	return false;
}

bool zw_probe_forwarded(const struct zw_probe *probe, struct zw_packet *packet)
{
	return first(probe, false, packet);
}

bool zw_probe_answer(const struct zw_probe *probe, struct zw_packet *packet)
{
	return first(probe, true, packet);
}

char *zw_probe_format(const struct zw_testbed *bed,
		      const struct zw_probe *probe, char out[ZW_PROBE_TEXT])
{
	char text[ZW_PACKET_TEXT];
	struct zw_packet packet;
	size_t n;
	unsigned i;

	n = (size_t)snprintf(out, ZW_PROBE_TEXT, "%u forwarded, %u answers, %s",
			     probe->forwarded, probe->answers,
			     probe->local ? "delivered locally"
					  : "not delivered locally");
	for (i = 0; i < probe->count && n < ZW_PROBE_TEXT - 1; i++) {
		const struct zw_probe_frame *frame = &probe->frames[i];

		if (!zw_packet_parse(frame->bytes, frame->length, &packet))
			strcpy(text, "not readable");
		else
			zw_packet_format(&packet, text);
		n += (size_t)snprintf(out + n, ZW_PROBE_TEXT - n,
				      "; %s on %s: %s",
				      frame->own ? "own" : "forwarded",
				      bed->names[frame->interface], text);
	}
	return out;
}

char *zw_testbed_trace(struct zw_testbed *bed, int in,
		       const struct zw_frame *frame)
{
	char line[ZW_PROBE_TEXT];
	struct zw_buf out = { 0 };
	struct zw_probe probe = { 0 };

	zw_testbed_trace_into(bed, in, frame, &probe, &out);
	zw_buf_printf(&out, "%s\n", zw_probe_format(bed, &probe, line));
	return out.data;
}
