/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_ident.c - identification lines by the library and by a literal reading of the RFC.
 *
 * Owns: the second reader, and the oracles: both say the same of every line; one verdict however
 *   the bytes are cut; no line longer than allowed, none with its own line end.
 * Not here: what an engine makes of the lines.
 * Follows: lib/transport/version.c; RFC 4253 section 4.2.
 *
 * Input: bit 0 of the first byte chooses the role, the rest is a stream. Link with
 * -fsanitize=fuzzer.
 *
 * A long stream that is shown byte by byte costs a call a byte, thousands a run. So each byte
 * counts only for so many calls, and where a limit lies; elsewhere the pieces are larger. */
#include "fuzz/oracle.h"
#include "sshspec/transport.h"

enum {
    LINES_MOST = 64,
    IDENT_MOST = 255,    /* with CR LF */
    PRELINE_MOST = 8192, /* without its end */
    INPUT_MOST = 10000,  /* the longest line, and some */
    SINGLE_MOST = 400,   /* calls that show one byte more */
    NEAR_LIMIT = 4,      /* and these many bytes on each side of a limit */
    PIECE = 61
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct verdict { /* on the line at the head of a stream */
    ss_err err;
    enum ss_version_line kind;
    ss_span line;
    size_t used;
};

struct seen { /* of a whole stream */
    size_t lines;
    size_t used;  /* bytes of all lines */
    uint64_t sum; /* over kinds and bytes of all lines */
    ss_err err;   /* that ended it; SS_OK: the identification came */
};

/* ---- the literal reading ---- */

static bool begins(ss_span s, const char *with)
{
    for (size_t i = 0; with[i] != '\0'; i++) {
        if (i >= s.size || s.data[i] != (uint8_t)with[i])
            return false;
    }
    return true;
}

/* "The server MAY send other lines of data before sending the version string. [...] Such lines
 * MUST NOT begin with "SSH-"": four bytes decide, fewer can still become either. */
static bool may_become_ident(ss_span s)
{
    static const char start[] = "SSH-";

    for (size_t i = 0; i < 4 && i < s.size; i++) {
        if (s.data[i] != (uint8_t)start[i])
            return false;
    }
    return true;
}

static struct verdict literal_line(ss_span stream, bool ident, size_t end)
{
    struct verdict v = {SS_OK, ident ? SS_VERSION_IDENT : SS_VERSION_PRELINE, stream, end + 1};
    bool nul = false;

    v.line.size = end;
    if (end > 0 && stream.data[end - 1] == '\r')
        v.line.size--;
    for (size_t i = 0; i < v.line.size; i++)
        nul = nul || v.line.data[i] == 0;
    if (!ident && v.line.size > PRELINE_MOST)
        v.err = SS_E_line_too_long;
    if (ident && (nul || (!begins(v.line, "SSH-2.0-") && !begins(v.line, "SSH-1.99-"))))
        v.err = SS_E_bad_version;
    return v;
}

/* A line that has no end yet is given up when no end could make it short enough. */
static struct verdict literal(ss_span stream, enum ss_role role)
{
    bool ident = may_become_ident(stream);
    size_t most = ident ? IDENT_MOST : PRELINE_MOST + 2;
    struct verdict none = {SS_E_more_input, SS_VERSION_PRELINE, {NULL, 0}, 0};

    if (stream.size == 0)
        return none;
    if (!ident && role == SS_SERVER) {
        none.err = SS_E_bad_version;
        return none;
    }
    for (size_t i = 0; i < stream.size && i < most; i++) {
        if (stream.data[i] == '\n')
            return literal_line(stream, ident, i);
    }
    if (stream.size >= most)
        none.err = SS_E_line_too_long;
    return none;
}

/* ---- the library ---- */

static void check_line(const struct verdict *v)
{
    size_t end = v->used - v->line.size; /* bytes of the line's end */

    MUST(end == 1 || end == 2);
    if (v->kind == SS_VERSION_IDENT)
        MUST(v->used <= IDENT_MOST && begins(v->line, "SSH-"));
    else
        MUST(v->line.size <= PRELINE_MOST);
    for (size_t i = 0; i < v->line.size; i++)
        MUST(v->line.data[i] != '\n');
}

static struct verdict take(ss_span shown, enum ss_role role, size_t *scanned)
{
    struct verdict v = {SS_OK, SS_VERSION_PRELINE, {NULL, 0}, 0};

    v.err = ss_version_take(shown, role, scanned, &v.kind, &v.line, &v.used);
    MUST(v.err == SS_OK || v.err == SS_E_more_input || v.err == SS_E_line_too_long ||
         v.err == SS_E_bad_version);
    if (v.err == SS_OK) {
        MUST(v.used > 0 && v.used <= shown.size);
        check_line(&v);
    }
    return v;
}

/* Counts a line; false when the stream is over. */
static bool count(struct seen *seen, const struct verdict *v)
{
    seen->err = v->err;
    if (v->err != SS_OK)
        return false;
    seen->sum = fuzz_fold(seen->sum * 3 + v->kind, v->line);
    seen->used += v->used;
    seen->lines++;
    return v->kind != SS_VERSION_IDENT && seen->lines <= LINES_MOST;
}

/* All at once, beside the literal reading. */
static struct seen run_whole(ss_span stream, enum ss_role role)
{
    struct seen seen = {0, 0, FUZZ_FOLD_START, SS_E_more_input};
    struct verdict v, want;

    do {
        ss_span left = ss_span_part(stream, seen.used, stream.size);
        size_t scanned = 0;

        v = take(left, role, &scanned);
        want = literal(left, role);
        MUST(v.err == want.err);
        if (v.err == SS_OK) {
            MUST(v.kind == want.kind && v.used == want.used);
            MUST(v.line.data == want.line.data && v.line.size == want.line.size);
        }
    } while (count(&seen, &v));
    return seen;
}

/* ---- pieces ---- */

static bool near(size_t at, size_t limit)
{
    return at + NEAR_LIMIT >= limit && at <= limit + NEAR_LIMIT;
}

/* How many bytes more are shown next. at: how much of the line is shown. */
typedef size_t piece_size(uint64_t *state, size_t at);

static size_t single(uint64_t *calls, size_t at)
{
    ++*calls;
    return *calls < SINGLE_MOST || near(at, IDENT_MOST) || near(at, PRELINE_MOST) ? 1 : PIECE;
}

static size_t uneven(uint64_t *sum, size_t at)
{
    *sum = fuzz_fold(*sum, ss_span_make((const uint8_t *)&at, sizeof at));
    return 1 + (size_t)(*sum >> 32) % PIECE;
}

static struct seen run_pieces(ss_span stream, enum ss_role role, piece_size *next, uint64_t state)
{
    struct seen seen = {0, 0, FUZZ_FOLD_START, SS_E_more_input};
    size_t shown = 0, scanned = 0;
    struct verdict v;

    for (;;) {
        v = take(ss_span_part(stream, seen.used, shown - seen.used), role, &scanned);
        if (v.err == SS_E_more_input && shown < stream.size) {
            shown += next(&state, shown - seen.used);
            if (shown > stream.size)
                shown = stream.size;
        } else if (!count(&seen, &v)) {
            return seen;
        }
    }
}

static void same(const struct seen *a, const struct seen *b)
{
    MUST(a->err == b->err);
    MUST(a->lines == b->lines && a->used == b->used && a->sum == b->sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole, cut;
    enum ss_role role;
    ss_span stream;

    if (size < 1 || size > INPUT_MOST)
        return 0;
    role = (data[0] & 1) != 0 ? SS_SERVER : SS_CLIENT;
    stream = fuzz_copy(ss_span_make(data + 1, size - 1));
    whole = run_whole(stream, role);
    cut = run_pieces(stream, role, single, 0);
    same(&whole, &cut);
    cut = run_pieces(stream, role, uneven, fuzz_fold(FUZZ_FOLD_START, ss_span_part(stream, 0, 16)));
    same(&whole, &cut);
    fuzz_drop(&stream);
    return 0;
}
