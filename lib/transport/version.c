/* SPDX-License-Identifier: Apache-2.0 */
/* version.c - the identification line, and the lines that may come before it.
 *
 * Owns: where a line ends, how long it may get, which protocol versions we speak.
 * Not here: how many lines a client bears before it gives up, sending ours (engine).
 * Called by: engine, until the identification has come.
 * Follows: RFC 4253 sections 4.2 and 5.1. */
#include "sshspec/transport.h"

enum {
    IDENT_MOST = 255,   /* CR LF counted */
    PRELINE_MOST = 8192 /* line end not counted */
};

static const char prefix[] = "SSH-";
enum { PREFIX_SIZE = sizeof prefix - 1 };

static bool starts_with(ss_span line, const char *text)
{
    return ss_span_is(ss_span_part(line, 0, strlen(text)), text);
}

/* Could this become, or is it, an identification line? Decided by its first four bytes. */
static bool may_be_ident(ss_span stream)
{
    ss_span head = ss_span_part(stream, 0, PREFIX_SIZE);

    return ss_span_eq(head, ss_span_make(prefix, head.size));
}

/* Finds the line end; a line that is too long is refused before it is complete. */
static ss_err find_end(ss_span stream, bool ident, size_t *scanned, size_t *out_end)
{
    size_t most = ident ? IDENT_MOST : PRELINE_MOST + 2;
    ss_span fresh = ss_span_part(stream, *scanned, stream.size);
    const uint8_t *at = fresh.size > 0 ? memchr(fresh.data, '\n', fresh.size) : NULL;
    size_t end = at != NULL ? (size_t)(at - stream.data) : stream.size;

    /* rule: RFC4253-4.2-over-255-received */
    if (end >= most)
        return SS_E_line_too_long;
    if (at == NULL) {
        *scanned = stream.size;
        return SS_E_more_input;
    }
    *scanned = 0;
    *out_end = end;
    return SS_OK;
}

/* rule: RFC4253-4.2-bad-protoversion-received, RFC4253-4.2-nul-received */
static bool is_usable(ss_span line)
{
    if (memchr(line.data, 0, line.size) != NULL)
        return false;
    return starts_with(line, "SSH-2.0-") || starts_with(line, "SSH-1.99-");
}

ss_err ss_version_take(ss_span stream, enum ss_role role, size_t *scanned,
                       enum ss_version_line *out_kind, ss_span *out_line, size_t *out_used)
{
    bool ident = may_be_ident(stream);
    size_t end = 0;
    ss_span line;

    if (stream.size == 0)
        return SS_E_more_input;
    /* rule: RFC4253-4.2-server-rejects-prelines */
    if (!ident && role == SS_SERVER)
        return SS_E_bad_version;
    SS_TRY(find_end(stream, ident, scanned, &end));
    line = ss_span_part(stream, 0, end);
    /* rule: RFC4253-4.2-accept-lf-only */
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    if (!ident && line.size > PRELINE_MOST)
        return SS_E_line_too_long;
    if (ident && !is_usable(line))
        return SS_E_bad_version;
    *out_kind = ident ? SS_VERSION_IDENT : SS_VERSION_PRELINE;
    *out_line = line;
    *out_used = end + 1;
    return SS_OK;
}
