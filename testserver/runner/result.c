/* SPDX-License-Identifier: Apache-2.0 */
/* result.c - verdict names, and a result as bytes for the pipe between worker and supervisor.
 *
 * Owns: the record's layout, which only the two ends of one pipe of one program see.
 * Not here: what a verdict means for the run (verdict.h), storing (reports/).
 * Called by: worker, supervisor, store, sinks.
 * Follows: SCENARIOS "Verdicts". */
#include "testserver/runner/result.h"

#include "sshspec/wire.h"

#define RECORD_VERSION 1
#define SHORT_TEXT ((size_t)64 * 1024)
#define LONG_TEXT ((size_t)1024 * 1024)

static const char *const verdicts[VERDICT_COUNT] = {"PASS",  "WEAK",        "FAIL",         "XFAIL",
                                                    "XPASS", "UNSUPPORTED", "INCONCLUSIVE", "CRASH",
                                                    "FLAKY", "ERROR",       "INFO"};
static const char *const roles[] = {"server", "client", "both"};

const char *verdict_name(enum verdict verdict)
{
    return (unsigned)verdict < VERDICT_COUNT ? verdicts[verdict] : "UNKNOWN";
}

bool verdict_from_name(ss_span name, enum verdict *out)
{
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        if (!ss_span_is(name, verdicts[i]))
            continue;
        *out = (enum verdict)i;
        return true;
    }
    return false;
}

const char *peer_role_name(enum peer_role role)
{
    return (unsigned)role < SS_COUNT(roles) ? roles[role] : "unknown";
}

/* Every text of a result in the order of the record. */
#define TEXTS 13
static void list_texts(struct result *result, struct ss_buf *out[TEXTS])
{
    struct ss_buf *all[TEXTS] = {&result->scenario,     &result->parameter,    &result->peer,
                                 &result->peer_version, &result->requirements, &result->why,
                                 &result->closure,      &result->twin,         &result->fence,
                                 &result->facts,        &result->ladder,       &result->rerun,
                                 &result->title};

    memcpy(out, all, sizeof all);
}

void result_init(struct result *result, const struct ss_env *env)
{
    struct ss_buf *texts[TEXTS];
    size_t i;

    memset(result, 0, sizeof *result);
    result->verdict = VERDICT_ERROR;
    list_texts(result, texts);
    for (i = 0; i < TEXTS; i++)
        ss_buf_init(texts[i], env, SHORT_TEXT);
    result->ladder.ceiling = LONG_TEXT;
    result->facts.ceiling = LONG_TEXT;
}

void result_fini(struct result *result)
{
    struct ss_buf *texts[TEXTS];
    size_t i;

    list_texts(result, texts);
    for (i = 0; i < TEXTS; i++)
        ss_buf_fini(texts[i]);
}

ss_err result_write(const struct result *result, struct ss_buf *out)
{
    /* The list is of pointers to change; here they are only read. */
    struct result *all = (struct result *)(uintptr_t)result;
    struct ss_buf *texts[TEXTS];
    struct ss_writer writer;
    size_t i;

    list_texts(all, texts);
    ss_writer_init(&writer, out);
    ss_writer_byte(&writer, RECORD_VERSION);
    ss_writer_byte(&writer, (uint8_t)result->verdict);
    ss_writer_boolean(&writer, result->expected);
    ss_writer_byte(&writer, (uint8_t)result->role);
    ss_writer_u32(&writer, result->ms);
    for (i = 0; i < TEXTS; i++)
        ss_writer_string(&writer, ss_buf_span(texts[i]));
    return ss_writer_done(&writer);
}

ss_err result_read(struct result *result, ss_span bytes)
{
    struct ss_buf *texts[TEXTS];
    ss_span spans[TEXTS];
    struct ss_reader reader;
    uint8_t version, verdict, role;
    bool expected;
    uint32_t ms;
    size_t i;

    ss_reader_init(&reader, bytes);
    version = ss_reader_byte(&reader);
    verdict = ss_reader_byte(&reader);
    expected = ss_reader_boolean(&reader);
    role = ss_reader_byte(&reader);
    ms = ss_reader_u32(&reader);
    for (i = 0; i < TEXTS; i++)
        spans[i] = ss_reader_string(&reader);
    SS_TRY(ss_reader_done(&reader));
    if (version != RECORD_VERSION || verdict >= VERDICT_COUNT || role >= SS_COUNT(roles))
        return SS_E_bad_value;
    list_texts(result, texts);
    for (i = 0; i < TEXTS; i++) {
        ss_buf_clear(texts[i]);
        SS_TRY(ss_buf_put(texts[i], spans[i]));
    }
    result->verdict = (enum verdict)verdict;
    result->expected = expected;
    result->role = (enum peer_role)role;
    result->ms = ms;
    return SS_OK;
}

/* ---- facts ---- */

/* One line of facts without its newline; false at the end. */
static bool next_line(ss_span *rest, ss_span *out_line)
{
    size_t n = 0;

    if (rest->size == 0)
        return false;
    while (n < rest->size && rest->data[n] != '\n')
        n++;
    *out_line = ss_span_part(*rest, 0, n);
    *rest = ss_span_part(*rest, n + 1, rest->size);
    return true;
}

/* Less, equal or greater than zero, as the name of line sorts before, at or behind name. */
static int compare_name(ss_span line, const char *name)
{
    size_t n = 0, size = strlen(name);
    int order;

    while (n < line.size && line.data[n] != '=')
        n++;
    order = memcmp(line.data, name, n < size ? n : size);
    if (order != 0)
        return order;
    return n < size ? -1 : (n > size ? 1 : 0);
}

static ss_err put_fact(struct ss_buf *out, const char *name, ss_span value)
{
    SS_TRY(ss_buf_puts(out, name));
    SS_TRY(ss_buf_puts(out, "="));
    SS_TRY(ss_buf_put(out, value));
    return ss_buf_puts(out, "\n");
}

static ss_err merge_fact(ss_span old, struct ss_buf *out, const char *name, ss_span value)
{
    bool placed = false;
    ss_span line;

    while (next_line(&old, &line)) {
        int order = compare_name(line, name);

        if (!placed && order >= 0) {
            SS_TRY(put_fact(out, name, value));
            placed = true;
        }
        if (order == 0)
            continue;
        SS_TRY(ss_buf_put(out, line));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    return placed ? SS_OK : put_fact(out, name, value);
}

ss_err result_fact(struct result *result, const char *name, ss_span value)
{
    struct ss_buf merged;
    ss_err err;

    if (*name == 0 || strpbrk(name, "=\n") != NULL)
        return SS_E_bad_argument;
    if (value.size > 0 && memchr(value.data, '\n', value.size) != NULL)
        return SS_E_bad_argument;
    ss_buf_init(&merged, result->facts.env, result->facts.ceiling);
    err = merge_fact(ss_buf_span(&result->facts), &merged, name, value);
    if (err != SS_OK) {
        ss_buf_fini(&merged);
        return err;
    }
    ss_buf_fini(&result->facts);
    result->facts = merged;
    return SS_OK;
}
