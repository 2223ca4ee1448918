/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_ident.c - identification lines, the same however the bytes are cut.
 *
 * Owns: the oracles: one verdict for all ways of feeding, no line longer than allowed, none that
 *   holds its own line end.
 * Not here: what an engine makes of the lines.
 * Follows: lib/transport/version.c; RFC 4253 section 4.2.
 *
 * Input: the first byte chooses the role, the rest is a stream. Link with -fsanitize=fuzzer. */
#include "sshspec/transport.h"

#include <stdlib.h>

enum { LINES_MOST = 64, IDENT_MOST = 255, PRELINE_MOST = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t lines;
    size_t used; /* bytes of all lines */
    ss_err err;  /* that ended it; SS_OK: the identification came */
    ss_span ident;
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_line(enum ss_version_line kind, ss_span line)
{
    must(line.size <= (kind == SS_VERSION_IDENT ? IDENT_MOST : PRELINE_MOST));
    for (size_t i = 0; i < line.size; i++)
        must(line.data[i] != '\n');
    if (kind == SS_VERSION_IDENT)
        must(line.size >= 8 && memcmp(line.data, "SSH-", 4) == 0);
}

/* step: how many more bytes are shown each time; 0: all at once. */
static struct seen run(ss_span stream, enum ss_role role, size_t step)
{
    struct seen seen = {0, 0, SS_E_more_input, {NULL, 0}};
    size_t shown = step == 0 ? stream.size : 0;
    size_t scanned = 0;

    for (;;) {
        enum ss_version_line kind;
        ss_span line;
        size_t used;
        ss_err err = ss_version_take(ss_span_part(stream, seen.used, shown - seen.used), role,
                                     &scanned, &kind, &line, &used);

        if (err == SS_OK) {
            must(used > 0 && used <= shown - seen.used);
            check_line(kind, line);
            seen.used += used;
            seen.lines++;
            if (kind == SS_VERSION_IDENT || seen.lines > LINES_MOST) {
                seen.err = SS_OK;
                seen.ident = line;
                return seen;
            }
            continue;
        }
        seen.err = err;
        if (err != SS_E_more_input || shown == stream.size)
            return seen;
        shown = shown + step < stream.size ? shown + step : stream.size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[] = {1, 2, 7};
    enum ss_role role;
    struct seen whole;
    ss_span stream;
    uint8_t *copy;

    if (size < 1 || size > 20000)
        return 0;
    copy = malloc(size); /* ends where the stream ends */
    must(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    stream = ss_span_make(copy, size - 1);
    role = (data[0] & 1) != 0 ? SS_SERVER : SS_CLIENT;
    whole = run(stream, role, 0);
    for (size_t i = 0; i < SS_COUNT(steps); i++) {
        struct seen cut = run(stream, role, steps[i]);

        must(cut.err == whole.err && cut.lines == whole.lines && cut.used == whole.used);
        must(ss_span_eq(cut.ident, whole.ident));
    }
    free(copy);
    return 0;
}
