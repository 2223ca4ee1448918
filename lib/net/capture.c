/* SPDX-License-Identifier: Apache-2.0 */
/* capture.c - a trace sink that writes a key log and a capture.
 *
 * Owns: the cut of both streams into packets, and the comments.
 * Not here: the files (keylog.c, pcapng.c).
 * Called by: the owner of an engine, or its engine.
 *
 * BYTES records bring the bytes, FRAME records the sizes of what they are: of what comes in after
 * the bytes, and the message next; of what goes out after the message, and the bytes later. So each
 * direction is a queue of bytes and one of sizes with comments. */
#include <inttypes.h>
#include <stdio.h>

#include "net/why.h"
#include "sshspec/capture.h"

enum { NAME_MOST = 64, COMMENT_MOST = 160, STREAM_MOST = 64 * 1024 * 1024 };

struct piece { /* of a stream */
    uint64_t size;
    char comment[COMMENT_MOST];
};

struct way {
    struct ss_buf bytes;
    struct ss_buf pieces; /* struct piece after struct piece */
    char message[NAME_MOST];
};

struct ss_capture {
    struct ss_trace trace;
    const struct ss_env *env;
    bool keys, packets;
    struct ss_keylog keylog;
    struct ss_pcapng pcap;
    char keylog_path[512], pcap_path[512];
    struct way ways[2]; /* by enum ss_direction */
    uint64_t start;     /* microseconds since 1970 */
    bool begun;
    ss_time first, last; /* of a record */
    unsigned line;
    bool client; /* the side that records is the client */
    ss_err err;  /* first failure that is no file's */
};

static void note(struct ss_capture *capture, ss_err err)
{
    if (capture->err == SS_OK && err != SS_OK && err != SS_E_io)
        capture->err = err;
}

/* ---- packets ---- */
static void write_packet(struct ss_capture *capture, enum ss_direction direction, size_t size,
                         const char *comment)
{
    struct way *way = &capture->ways[direction];
    struct ss_pcapng_packet packet = {.comment = comment};

    packet.at = capture->start + (capture->last - capture->first) * 1000;
    packet.from = capture->client == (direction == SS_OUT) ? SS_PCAPNG_CLIENT : SS_PCAPNG_SERVER;
    packet.bytes = ss_span_part(ss_buf_span(&way->bytes), 0, size);
    note(capture, ss_pcapng_put(&capture->pcap, &packet));
    ss_buf_consume(&way->bytes, size);
}

/* A piece is written when all of its bytes are there, and not before its message is known. */
static void cut(struct ss_capture *capture, enum ss_direction direction)
{
    struct way *way = &capture->ways[direction];
    struct piece piece;

    while (ss_buf_size(&way->pieces) >= sizeof piece) {
        memcpy(&piece, ss_buf_at(&way->pieces), sizeof piece);
        if (piece.size > ss_buf_size(&way->bytes))
            return;
        write_packet(capture, direction, (size_t)piece.size, piece.comment);
        ss_buf_consume(&way->pieces, sizeof piece);
    }
}

static void comment_on(const struct ss_capture *capture, const struct ss_trace_record *record,
                       const char *what, char *out)
{
    char step[32] = "";

    if (capture->line > 0)
        (void)snprintf(step, sizeof step, ", step line %u", capture->line);
    (void)snprintf(out, COMMENT_MOST, "%s, epoch %" PRIu32 "%s", what, record->epoch, step);
}

/* The first word of the text; of a message its number as well. */
static void name_of(const struct ss_trace_record *record, char *out)
{
    ss_span text = record->text;
    size_t n = 0;

    while (n < text.size && text.data[n] > ' ' && text.data[n] < 0x7f)
        n++;
    if (n > NAME_MOST - sizeof " (255)")
        n = NAME_MOST - sizeof " (255)";
    if (record->payload.size > 0)
        (void)snprintf(out, NAME_MOST, "%.*s (%u)", (int)n, (const char *)text.data,
                       record->payload.data[0]);
    else
        (void)snprintf(out, NAME_MOST, "%.*s", (int)n, (const char *)text.data);
}

/* What goes out was named by the message before; what came in is named by the message after. */
static void on_frame(struct ss_capture *capture, const struct ss_trace_record *record)
{
    struct way *way = &capture->ways[record->direction];
    struct piece piece = {.size = record->size};
    char what[NAME_MOST] = "a packet that is no message";

    cut(capture, record->direction);
    if (record->sequence == UINT32_MAX)
        name_of(record, what);
    else if (record->direction == SS_OUT && way->message[0] != '\0')
        memcpy(what, way->message, sizeof what);
    way->message[0] = '\0';
    if (piece.size == 0) /* dropped, or held back */
        return;
    comment_on(capture, record, what, piece.comment);
    note(capture, ss_buf_put(&way->pieces, ss_span_make(&piece, sizeof piece)));
    if (record->direction == SS_IN && record->sequence == UINT32_MAX)
        cut(capture, SS_IN);
}

static void on_message(struct ss_capture *capture, const struct ss_trace_record *record)
{
    struct way *way = &capture->ways[record->direction];
    char what[NAME_MOST];
    struct piece piece;
    size_t at;

    name_of(record, what);
    if (record->direction == SS_OUT) {
        memcpy(way->message, what, sizeof what);
        return;
    }
    if (ss_buf_size(&way->pieces) < sizeof piece)
        return;
    at = ss_buf_size(&way->pieces) - sizeof piece;
    memcpy(&piece, ss_buf_at(&way->pieces) + at, sizeof piece);
    comment_on(capture, record, what, piece.comment);
    memcpy(ss_buf_at(&way->pieces) + at, &piece, sizeof piece);
    cut(capture, SS_IN);
}

/* What came in and was never read as a packet, or has not gone out as a whole. */
static void write_rest(struct ss_capture *capture)
{
    for (int i = SS_IN; i <= SS_OUT; i++) {
        struct way *way = &capture->ways[i];

        cut(capture, (enum ss_direction)i);
        if (ss_buf_size(&way->bytes) > 0)
            write_packet(capture, (enum ss_direction)i, ss_buf_size(&way->bytes),
                         i == SS_IN ? "bytes that were not read as a packet"
                                    : "a part of a packet: the rest was not sent");
        ss_buf_clear(&way->bytes);
        ss_buf_clear(&way->pieces);
        way->message[0] = '\0';
    }
}

static void on_bytes(struct ss_capture *capture, const struct ss_trace_record *record)
{
    struct way *way = &capture->ways[record->direction];

    note(capture, ss_buf_put(&way->bytes, record->wire));
    if (record->direction == SS_OUT) {
        cut(capture, SS_IN);
        cut(capture, SS_OUT);
    }
}

/* ---- the sink ---- */
void ss_capture_record(struct ss_capture *capture, const struct ss_trace_record *record)
{
    if (!capture->begun)
        capture->first = record->at;
    capture->begun = true;
    capture->last = record->at > capture->first ? record->at : capture->first;
    capture->client = record->side != NULL && strcmp(record->side, "cli") == 0;
    if (record->kind == SS_TRACE_SECRET && capture->keys && record->secret != NULL)
        note(capture, ss_keylog_put(&capture->keylog, capture->env, record->secret));
    if (!capture->packets || !record->directed)
        return;
    if (record->kind == SS_TRACE_BYTES)
        on_bytes(capture, record);
    else if (record->kind == SS_TRACE_FRAME)
        on_frame(capture, record);
    else if (record->kind == SS_TRACE_MESSAGE)
        on_message(capture, record);
}

static void record_of_trace(struct ss_trace *self, const struct ss_trace_record *record)
{
    ss_capture_record(SS_CONTAINER_OF(self, struct ss_capture, trace), record);
}

struct ss_trace *ss_capture_trace(struct ss_capture *capture)
{
    return &capture->trace;
}

bool ss_capture_wants_secrets(const struct ss_capture *capture)
{
    return capture->keys;
}

void ss_capture_begin(struct ss_capture *capture)
{
    if (!capture->packets)
        return;
    write_rest(capture);
    if (capture->pcap.next[0] > 1 || capture->pcap.next[1] > 1)
        ss_pcapng_connection(&capture->pcap);
}

void ss_capture_step(struct ss_capture *capture, unsigned line)
{
    capture->line = line;
}

/* ---- birth and death ---- */
static ss_err open_files(struct ss_capture *capture, const struct ss_capture_plan *plan,
                         struct ss_buf *why)
{
    if (plan->keylog != NULL) {
        (void)snprintf(capture->keylog_path, sizeof capture->keylog_path, "%s", plan->keylog);
        SS_TRY(ss_keylog_open(&capture->keylog, plan->keylog, why));
        capture->keys = true;
    }
    if (plan->pcap != NULL) {
        (void)snprintf(capture->pcap_path, sizeof capture->pcap_path, "%s", plan->pcap);
        SS_TRY(ss_pcapng_open(&capture->pcap, capture->env, plan->pcap, why));
        capture->packets = true;
    }
    return SS_OK;
}

ss_err ss_capture_open(const struct ss_env *env, const struct ss_capture_plan *plan,
                       struct ss_capture **out_capture, struct ss_buf *why)
{
    struct ss_capture *capture = ss_alloc(env, sizeof *capture);
    ss_err err;

    if (capture == NULL)
        return SS_E_no_memory;
    capture->env = env;
    capture->keylog.fd = capture->pcap.fd = -1;
    capture->trace.record = record_of_trace;
    capture->trace.kinds = 1U << SS_TRACE_BYTES | 1U << SS_TRACE_FRAME | 1U << SS_TRACE_MESSAGE |
                           1U << SS_TRACE_SECRET;
    capture->start = plan->start;
    for (int i = SS_IN; i <= SS_OUT; i++) {
        ss_buf_init(&capture->ways[i].bytes, env, STREAM_MOST);
        ss_buf_init(&capture->ways[i].pieces, env, STREAM_MOST);
    }
    err = open_files(capture, plan, why);
    capture->trace.secrets = capture->keys;
    if (err != SS_OK) {
        if (ss_capture_close(&capture, NULL) != SS_OK)
            capture = NULL;
        return err;
    }
    *out_capture = capture;
    return SS_OK;
}

static void tell(struct ss_buf *why, const char *path, int code)
{
    if (code != 0)
        ss_why(why, "%s is not complete: %s\n", path, ss_why_text(code));
}

ss_err ss_capture_close(struct ss_capture **capture, struct ss_buf *why)
{
    struct ss_capture *gone = *capture;
    ss_err err;

    if (gone == NULL)
        return SS_OK;
    *capture = NULL;
    if (gone->packets)
        write_rest(gone);
    err = gone->err;
    if (err != SS_OK)
        ss_why(why, "the capture is not complete: %s\n", ss_err_text(err));
    tell(why, gone->keylog_path, gone->keylog.code);
    tell(why, gone->pcap_path, gone->pcap.code);
    if (err == SS_OK && (gone->keylog.code != 0 || gone->pcap.code != 0))
        err = SS_E_io;
    ss_keylog_close(&gone->keylog);
    ss_pcapng_close(&gone->pcap);
    for (int i = SS_IN; i <= SS_OUT; i++) {
        ss_buf_fini(&gone->ways[i].bytes);
        ss_buf_fini(&gone->ways[i].pieces);
    }
    ss_free(gone->env, gone, sizeof *gone);
    return err;
}
