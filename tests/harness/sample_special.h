/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of drawing a sample that need no policy. Law: each changes what it is
 * about and leaves the rest of the sample as it was. */
#ifndef ZW_TESTS_SAMPLE_SPECIAL_H
#define ZW_TESTS_SAMPLE_SPECIAL_H

#include "tests/harness/sample.h"

/* Conntrack's state and direction; of what is related mostly ICMP errors. */
void zw_sample_draw_state(struct zw_random *random, struct zw_sample *sample);
/* Now and then DHCP, a message of the link, an answer of the gateway. */
void zw_sample_draw_special(struct zw_random *random, struct zw_sample *sample);
/* One or two options or extension headers. */
void zw_sample_draw_headers(struct zw_random *random, struct zw_sample *sample);

#endif
