/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes of flows as people write them: "office(10.1.7.0/28) -> data :
 * tcp/5432". Law: what is not mentioned is not restricted; lists that are cut
 * say how many are left out. */
#ifndef ZW_REPORT_CLASS_TEXT_H
#define ZW_REPORT_CLASS_TEXT_H

#include "report/json_value.h"
#include "verifier/classes.h"
#include "verifier/parties.h"

/* "SRC -> DST : SERVICES", and what else restricts it. */
void zw_class_text(struct zw_buf *out, const struct zw_flows *flows,
		   const struct zw_party *from, const struct zw_party *to,
		   const struct zw_class *class);
/* "tcp/{22, 80}, icmp/8" alone; "every protocol but ..." for most of them. */
void zw_class_services(struct zw_buf *out, const struct zw_flows *flows,
		       const struct zw_class *class);

/* One line each, with FORMAT's indentation; two classes that differ in their
 * family alone are one line. At most LIMIT lines, then how many more. */
void zw_class_lines(struct zw_buf *out, const struct zw_flows *flows,
		    const struct zw_party *from, const struct zw_party *to,
		    const struct zw_classes *classes, const char *indent,
		    size_t limit);

/* All of it, nothing cut. */
json_t *zw_class_json(const struct zw_flows *flows,
		      const struct zw_class *class);

/* Without its addresses. */
json_t *zw_class_json_service(const struct zw_flows *flows,
			      const struct zw_class *class);

#endif
