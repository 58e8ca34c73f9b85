/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format): one run,
 * its rules, its results. Columns count UTF-16 units from 1, as columnKind
 * says; paths are relative references, percent-encoded. */
#include "base/version.h"
#include "report/finding.h"
#include "report/json_value.h"

static const char *const levels[] = { "note", "warning", "error" };

static json_t *message(struct zw_str text)
{
	json_t *object = json_object();

	zw_json_set(object, "text", zw_json_text(text));
	return object;
}

/* A path as a URI reference (RFC 3986). */
static json_t *uri(struct zw_str path)
{
	struct zw_buf out = { 0 };
	json_t *value;
	size_t i;

	if (path.n && path.p[0] == '/')
		zw_buf_puts(&out, "file://");
	for (i = 0; i < path.n; i++) {
		char c = path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~/", c))
			zw_buf_putc(&out, c);
		else
			zw_buf_printf(&out, "%%%02X", (unsigned)(u8)c);
	}
	value = zw_json_text((struct zw_str){ out.data, out.n });
	zw_buf_free(&out);
	return value;
}

/* UTF-16 units of the first BYTES bytes of LINE. */
static u32 units(struct zw_str line, u32 bytes)
{
	u32 n = 0, i;

	for (i = 0; i < bytes && i < line.n; i++) {
		u8 c = (u8)line.p[i];

		if ((c & 0xc0) != 0x80)
			n += c >= 0xf0 ? 2 : 1;
	}
	return n;
}

static json_t *region(const struct zw_sources *sources, struct zw_span span)
{
	struct zw_place place = zw_sources_place(sources, span);
	struct zw_str line = zw_sources_line(sources, span.file, place.line);
	u32 from = place.column - 1, to = from + span.len;
	json_t *object = json_object();

	if (to > line.n)
		to = (u32)line.n;
	zw_json_set(object, "startLine", json_integer(place.line));
	zw_json_set(object, "startColumn", json_integer(units(line, from) + 1));
	if (to > from)
		zw_json_set(object, "endColumn",
			    json_integer(units(line, to) + 1));
	return object;
}

static json_t *location(const struct zw_sources *sources, struct zw_span span)
{
	json_t *object = json_object(), *physical = json_object(),
	       *artifact = json_object();

	zw_json_set(artifact, "uri", uri(zw_sources_place(sources, span).file));
	zw_json_set(physical, "artifactLocation", artifact);
	zw_json_set(physical, "region", region(sources, span));
	zw_json_set(object, "physicalLocation", physical);
	return object;
}

/* The rules that results name, each once. */
static json_t *rules(const zw_findings *findings)
{
	json_t *array = json_array();
	size_t i, k;

	for (i = 0; i < findings->n; i++) {
		const struct zw_finding *f = &findings->v[i];
		json_t *rule;

		for (k = 0; k < i; k++) {
			if (zw_str_eq(findings->v[k].rule, f->rule))
				break;
		}
		if (k < i)
			continue;
		rule = json_object();
		zw_json_set(rule, "id", zw_json_text(f->rule));
		zw_json_set(rule, "shortDescription", message(f->title));
		zw_json_add(array, rule);
	}
	return array;
}

static json_t *result(const struct zw_finding *f,
		      const struct zw_sources *sources)
{
	json_t *object = json_object(), *prints = json_object(),
	       *locations = json_array();

	zw_json_set(object, "ruleId", zw_json_text(f->rule));
	zw_json_set(object, "level", json_string(levels[f->level]));
	zw_json_set(object, "message", message(f->text));
	if (f->span.file != ZW_NO_FILE)
		zw_json_add(locations, location(sources, f->span));
	zw_json_set(object, "locations", locations);
	zw_json_set(prints, "zwingerLine/v1", zw_json_text(f->fingerprint));
	zw_json_set(object, "partialFingerprints", prints);
	return object;
}

void zw_sarif(struct zw_buf *out, const zw_findings *findings,
	      const struct zw_sources *sources)
{
	json_t *root = json_object(), *runs = json_array(),
	       *run = json_object(), *tool = json_object(),
	       *driver = json_object(), *results = json_array();
	size_t i;

	zw_json_set(driver, "name", json_string("zwinger"));
	zw_json_set(driver, "version", json_string(ZW_VERSION));
	zw_json_set(driver, "rules", rules(findings));
	zw_json_set(tool, "driver", driver);
	for (i = 0; i < findings->n; i++)
		zw_json_add(results, result(&findings->v[i], sources));
	zw_json_set(run, "tool", tool);
	zw_json_set(run, "columnKind", json_string("utf16CodeUnits"));
	zw_json_set(run, "results", results);
	zw_json_add(runs, run);
	zw_json_set(
		root, "$schema",
		json_string("https://json.schemastore.org/sarif-2.1.0.json"));
	zw_json_set(root, "version", json_string("2.1.0"));
	zw_json_set(root, "runs", runs);
	zw_json_put(out, root);
}
