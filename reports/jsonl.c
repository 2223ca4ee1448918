/* SPDX-License-Identifier: Apache-2.0 */
/* jsonl.c - a run as JSON, one object a line.
 *
 * Owns: the schema's spelling.
 * Not here: writing files.
 * Called by: `run --json`, `report jsonl`.
 * Follows: INTERFACE "JSON lines", schema 1. */
#include "reports/report.h"

#include "sshspec/text.h"

#define SCHEMA 1

static ss_err put_key(struct ss_buf *out, const char *key)
{
    return ss_buf_printf(out, ",\"%s\":", key);
}

static ss_err put_text(struct ss_buf *out, const char *key, ss_span value)
{
    SS_TRY(put_key(out, key));
    return ss_json_string(out, value);
}

static ss_err put_or_null(struct ss_buf *out, const char *key, const struct ss_buf *value)
{
    if (ss_buf_size(value) > 0)
        return put_text(out, key, ss_buf_span(value));
    SS_TRY(put_key(out, key));
    return ss_buf_puts(out, "null");
}

static ss_err put_requirements(struct ss_buf *out, ss_span list)
{
    const char *separator = "";
    ss_span id;

    SS_TRY(put_key(out, "requirements"));
    SS_TRY(ss_buf_puts(out, "["));
    while (ss_namelist_next(&list, &id)) {
        SS_TRY(ss_buf_puts(out, separator));
        SS_TRY(ss_json_string(out, id));
        separator = ",";
    }
    return ss_buf_puts(out, "]");
}

static ss_err put_fact(struct ss_buf *out, ss_span line, const char *separator)
{
    const uint8_t *equals = memchr(line.data, '=', line.size);
    size_t n = equals != NULL ? (size_t)(equals - line.data) : line.size;

    SS_TRY(ss_buf_puts(out, separator));
    SS_TRY(ss_json_string(out, ss_span_part(line, 0, n)));
    SS_TRY(ss_buf_puts(out, ":"));
    return ss_json_string(out, ss_span_part(line, n + 1, line.size));
}

static ss_err put_facts(struct ss_buf *out, ss_span facts)
{
    const char *separator = "";

    SS_TRY(put_key(out, "facts"));
    SS_TRY(ss_buf_puts(out, "{"));
    while (facts.size > 0) {
        const uint8_t *end = memchr(facts.data, '\n', facts.size);
        size_t n = end != NULL ? (size_t)(end - facts.data) : facts.size;

        if (n > 0) {
            SS_TRY(put_fact(out, ss_span_part(facts, 0, n), separator));
            separator = ",";
        }
        facts = ss_span_part(facts, n + 1, facts.size);
    }
    return ss_buf_puts(out, "}");
}

static ss_err put_result(struct ss_buf *out, const struct result *item)
{
    SS_TRY(ss_buf_puts(out, "{\"type\":\"result\""));
    SS_TRY(put_text(out, "scenario", ss_buf_span(&item->scenario)));
    SS_TRY(put_or_null(out, "case", &item->parameter));
    SS_TRY(put_text(out, "peer", ss_buf_span(&item->peer)));
    SS_TRY(put_or_null(out, "peer_version", &item->peer_version));
    SS_TRY(put_text(out, "role", ss_span_of(peer_role_name(item->role))));
    SS_TRY(put_text(out, "verdict", ss_span_of(verdict_name(item->verdict))));
    SS_TRY(ss_buf_printf(out, ",\"expected\":%s", item->expected ? "true" : "false"));
    SS_TRY(put_requirements(out, ss_buf_span(&item->requirements)));
    SS_TRY(put_or_null(out, "why", &item->why));
    SS_TRY(put_or_null(out, "closure", &item->closure));
    SS_TRY(put_facts(out, ss_buf_span(&item->facts)));
    SS_TRY(put_or_null(out, "twin", &item->twin));
    SS_TRY(put_or_null(out, "fence", &item->fence));
    return ss_buf_printf(out, ",\"ms\":%u}\n", (unsigned)item->ms);
}

static ss_err put_run(struct ss_buf *out, const struct report_run *run)
{
    SS_TRY(ss_buf_printf(out, "{\"type\":\"run\",\"schema\":%d", SCHEMA));
    SS_TRY(put_text(out, "id", ss_span_of(run->id)));
    SS_TRY(put_text(out, "started", ss_span_of(run->started)));
    SS_TRY(ss_buf_printf(out, ",\"seed\":%llu", (unsigned long long)run->seed));
    SS_TRY(put_text(out, "sshspec", ss_span_of(run->version)));
    return ss_buf_puts(out, "}\n");
}

static ss_err put_summary(struct ss_buf *out, const struct report *report)
{
    int i;

    SS_TRY(ss_buf_puts(out, "{\"type\":\"summary\",\"counts\":{"));
    for (i = 0; i < VERDICT_COUNT; i++)
        SS_TRY(ss_buf_printf(out, "%s\"%s\":%zu", i > 0 ? "," : "", verdict_name((enum verdict)i),
                             report_count(report, (enum verdict)i)));
    SS_TRY(ss_buf_printf(out, "},\"ms\":%llu", (unsigned long long)report->run.ms));
    if (report->run.exit_status < 0)
        return ss_buf_puts(out, ",\"exit\":null}\n");
    return ss_buf_printf(out, ",\"exit\":%d}\n", report->run.exit_status);
}

ss_err report_jsonl(const struct report *report, const struct report_style *style,
                    struct ss_buf *out)
{
    size_t i;

    (void)style;
    SS_TRY(put_run(out, &report->run));
    for (i = 0; i < report->count; i++)
        SS_TRY(put_result(out, &report->items[i]));
    return put_summary(out, report);
}
