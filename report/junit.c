/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JUnit's XML as CI systems read it: testsuites, testsuite, testcase, failure,
 * error. What XML 1.0 cannot hold is shown escaped as everywhere. */
#include "report/junit.h"

#include "report/finding.h"
#include "report/verdict.h"

static void put(struct zw_buf *out, struct zw_str text, bool attribute)
{
	struct zw_buf clean = { 0 };
	size_t i, start = 0;

	for (i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '\n')
			continue;
		zw_buf_add_escaped(
			&clean, (struct zw_str){ text.p + start, i - start });
		if (i < text.n)
			zw_buf_puts(&clean, attribute ? "; " : "\n");
		start = i + 1;
	}
	for (i = 0; i < clean.n; i++) {
		switch (clean.data[i]) {
		case '&':
			zw_buf_puts(out, "&amp;");
			break;
		case '<':
			zw_buf_puts(out, "&lt;");
			break;
		case '>':
			zw_buf_puts(out, "&gt;");
			break;
		case '"':
			zw_buf_puts(out, "&quot;");
			break;
		default:
			zw_buf_putc(out, clean.data[i]);
		}
	}
	zw_buf_free(&clean);
}

static struct zw_str first_line(struct zw_str text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] != '\n')
		n++;
	return (struct zw_str){ text.p, n };
}

void zw_junit_begin(struct zw_buf *out, size_t tests, size_t failures,
		    size_t errors)
{
	zw_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	zw_buf_printf(
		out,
		"<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		tests, failures, errors);
}

void zw_junit_end(struct zw_buf *out)
{
	zw_buf_puts(out, "</testsuites>\n");
}

static void begin_suite(struct zw_buf *out, const char *name, size_t tests,
			size_t failures, size_t errors)
{
	zw_buf_puts(out, "  <testsuite name=\"");
	put(out, zw_str_from(name), true);
	zw_buf_printf(out,
		      "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		      tests, failures, errors);
}

static void end_suite(struct zw_buf *out)
{
	zw_buf_puts(out, "  </testsuite>\n");
}

/* A test; PROBLEM is "failure", "error", or NULL. */
static void test(struct zw_buf *out, const char *suite, struct zw_str name,
		 const struct zw_sources *sources, struct zw_span span,
		 const char *problem, struct zw_str text)
{
	zw_buf_puts(out, "    <testcase classname=\"");
	put(out, zw_str_from(suite), true);
	zw_buf_puts(out, "\" name=\"");
	put(out, name, true);
	if (span.file != ZW_NO_FILE) {
		struct zw_place place = zw_sources_place(sources, span);

		zw_buf_puts(out, "\" file=\"");
		put(out, place.file, true);
		zw_buf_printf(out, "\" line=\"%u", place.line);
	}
	if (!problem) {
		zw_buf_puts(out, "\"/>\n");
		return;
	}
	zw_buf_printf(out, "\">\n      <%s message=\"", problem);
	put(out, first_line(text), true);
	zw_buf_puts(out, "\">");
	put(out, text, false);
	zw_buf_printf(out, "</%s>\n    </testcase>\n", problem);
}

void zw_junit(struct zw_buf *out, const char *name, const zw_findings *findings,
	      const struct zw_sources *sources)
{
	size_t i, n = findings->n;

	zw_junit_begin(out, n ? n : 1, n, 0);
	begin_suite(out, name, n ? n : 1, n, 0);
	for (i = 0; i < n; i++)
		test(out, name, findings->v[i].title, sources,
		     findings->v[i].span, "failure", findings->v[i].text);
	if (!n)
		test(out, name, ZW_STR("nothing found"), sources, ZW_NO_SPAN,
		     NULL, ZW_STR(""));
	end_suite(out);
	zw_junit_end(out);
}

/* ---- claims -------------------------------------------------------------- */

/* What is said of a claim that did not hold: a packet, or a reason. */
static struct zw_str problem_of(struct zw_arena *arena,
				const struct zw_claim_result *r)
{
	struct zw_buf text = { 0 };
	struct zw_str out;
	size_t i;

	zw_buf_printf(&text, "%s: %.*s", zw_verdict_name(r->verdict),
		      ZW_STR_ARG(r->claim->text));
	if (r->reason.n)
		zw_buf_printf(&text, "\n%.*s", ZW_STR_ARG(r->reason));
	if (r->has_witness) {
		zw_buf_puts(&text, "\npacket: ");
		zw_witness_packet(&text, &r->witness);
		zw_buf_printf(&text, ": %.*s", ZW_STR_ARG(r->witness.outcome));
		for (i = 0; i < r->witness.path.n; i++) {
			const struct zw_step *s = &r->witness.path.v[i];

			zw_buf_printf(&text,
				      "\npath: %.*s%s%.*s: %.*s rule %u: %.*s",
				      ZW_STR_ARG(s->gateway),
				      s->gateway.n ? ", " : "",
				      ZW_STR_ARG(s->hook), ZW_STR_ARG(s->chain),
				      s->position, ZW_STR_ARG(s->what));
		}
	}
	out = zw_str_copy(arena, (struct zw_str){ text.data, text.n });
	zw_buf_free(&text);
	return out;
}

static void invalid(struct zw_buf *out, const char *name,
		    const struct zw_diags *diags,
		    const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	zw_findings findings = zw_findings_from(arena, diags);
	struct zw_span span = ZW_NO_SPAN;
	struct zw_buf text = { 0 };
	size_t i;

	for (i = 0; i < findings.n; i++) {
		const struct zw_finding *f = &findings.v[i];

		if (f->level != ZW_ERROR)
			continue;
		if (!text.n)
			span = f->span;
		zw_buf_printf(&text, "%s%.*s: %.*s", text.n ? "\n" : "",
			      ZW_STR_ARG(f->rule), ZW_STR_ARG(f->text));
	}
	zw_junit_begin(out, 1, 0, 1);
	begin_suite(out, name, 1, 0, 1);
	test(out, name, ZW_STR("the policy is valid"), sources, span, "error",
	     (struct zw_str){ text.data, text.n });
	end_suite(out);
	zw_junit_end(out);
	zw_buf_free(&text);
	zw_arena_free(arena);
}

static void count(const struct zw_verification *v, size_t *failures,
		  size_t *errors)
{
	size_t i;

	*failures = *errors = 0;
	for (i = 0; i < v->claims.n; i++) {
		*failures += v->claims.v[i].verdict == ZW_REFUTED;
		*errors += v->claims.v[i].verdict == ZW_UNDECIDED;
	}
}

void zw_junit_suite(struct zw_buf *out, const char *name,
		    const struct zw_verification *v,
		    const struct zw_sources *sources)
{
	struct zw_arena *arena = zw_arena_new();
	size_t i, failures, errors;

	count(v, &failures, &errors);
	begin_suite(out, name, v->claims.n, failures, errors);
	for (i = 0; i < v->claims.n; i++) {
		const struct zw_claim_result *r = &v->claims.v[i];
		const char *problem = r->verdict == ZW_REFUTED	   ? "failure"
				      : r->verdict == ZW_UNDECIDED ? "error"
								   : NULL;

		test(out, name, r->claim->text, sources, r->claim->span,
		     problem, problem ? problem_of(arena, r) : ZW_STR(""));
	}
	end_suite(out);
	zw_arena_free(arena);
}

void zw_junit_died(struct zw_buf *out, const char *name)
{
	begin_suite(out, name, 1, 0, 1);
	test(out, name, ZW_STR("the gateway is checked"), NULL, ZW_NO_SPAN,
	     "error", ZW_STR("the process that proves it died"));
	end_suite(out);
}

void zw_junit_check(struct zw_buf *out, const char *name,
		    const struct zw_verification *v,
		    const struct zw_diags *diags,
		    const struct zw_sources *sources)
{
	size_t failures, errors;

	if (!v) {
		invalid(out, name, diags, sources);
		return;
	}
	count(v, &failures, &errors);
	zw_junit_begin(out, v->claims.n, failures, errors);
	zw_junit_suite(out, name, v, sources);
	zw_junit_end(out);
}
