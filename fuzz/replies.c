/* SPDX-License-Identifier: Apache-2.0 */
/* replies.c - what a server puts out, read packet by packet.
 *
 * Owns: the oracles on a server's output: packets as they should be, messages that decode by the
 *   tables and are canonical, nothing behind DISCONNECT.
 * Not here: whether a reply was due (server.c).
 * Called by: server.c.
 * Follows: RFC 4253 sections 4.2, 6 and 11.1.
 *
 * The stub cipher has no key, so all of it can be read. Whether the server resets its sequence
 * numbers at NEWKEYS is found out by trying both: its sums tell. */
#include "fuzz/server.h"
#include "fuzz/stub_crypto.h"
#include "sshspec/canon.h"

enum { STREAM = 8 << 20, ARENA = 4 << 20, TAG_MOST = 64, HEAD = 5 };
enum { DISCONNECT = 1, UNIMPLEMENTED = 3, NEWKEYS = 21 };

void fuzz_replies_init(struct fuzz_replies *replies)
{
    memset(replies, 0, sizeof *replies);
    fuzz_memory_init(&replies->memory);
    ss_buf_init(&replies->stream, replies->memory.env, STREAM);
    ss_arena_init(&replies->arena, replies->memory.env, ARENA);
    replies->sum = FUZZ_FOLD_START;
}

void fuzz_replies_fini(struct fuzz_replies *replies)
{
    ss_suite_fini(&replies->clear, replies->memory.env);
    ss_buf_fini(&replies->stream);
    ss_arena_fini(&replies->arena);
    MUST(replies->memory.counted.blocks == 0);
}

/* ---- one message ---- */

static const struct ss_msgdef *def_of(uint8_t number, size_t attempt)
{
    static const enum ss_context contexts[] = {SS_CONTEXT_AUTH_PUBLICKEY, SS_CONTEXT_AUTH_PASSWORD,
                                               SS_CONTEXT_AUTH_KBDINT};

    if (attempt == SS_COUNT(contexts))
        return NULL;
    return ss_msgdef_by_number(SS_PROTO_SSH, number, SS_CONTEXT_KEX_ECDH, contexts[attempt]);
}

/* The number may have another meaning with another method; one of them must fit. */
static void decode(struct fuzz_replies *replies, ss_span payload, struct ss_msg *msg)
{
    const struct ss_msgdef *def;
    ss_err err = SS_E_unknown_message;

    for (size_t i = 0; err != SS_OK; i++) {
        def = def_of(payload.data[0], i);
        MUST(def != NULL);
        err = ss_msg_decode(&replies->arena, def, payload, msg, NULL);
    }
    MUST((msg->def->sender & SS_SERVER) != 0);
}

static void check_canonical(struct fuzz_replies *replies, const struct ss_msg *msg)
{
    struct ss_buf notes;

    ss_buf_init(&notes, replies->memory.env, STREAM);
    MUST(ss_msg_canon(msg, &notes) == SS_OK);
    MUST(ss_buf_size(&notes) == 0);
    ss_buf_fini(&notes);
}

static void newkeys(struct fuzz_replies *replies)
{
    static const uint8_t none[64];

    replies->keys = true;
    if (replies->clear.cipher == NULL)
        MUST(ss_suite_init(&replies->clear, replies->memory.env, &fuzz_stub_cipher, NULL, none,
                           none, none, SS_OPEN) == SS_OK);
}

static void keep_data(struct fuzz_replies *replies, const struct ss_msg_channel_data *body)
{
    ss_span head = ss_span_part(body->data, 0, sizeof replies->data);

    if (head.size > 0)
        memcpy(replies->data, head.data, head.size);
    replies->data_size = head.size;
}

static void take_message(struct fuzz_replies *replies, ss_span payload)
{
    const struct ss_msg_unimplemented *body;
    struct ss_msg msg;

    MUST(payload.size > 0 && !replies->over);
    ss_arena_reset(&replies->arena);
    decode(replies, payload, &msg);
    if (payload.data[0] < 80) /* later ones hand back what the client said */
        check_canonical(replies, &msg);
    replies->messages++;
    replies->last = payload.data[0];
    if (msg.def->id == SS_MSG_channel_data)
        keep_data(replies, msg.body);
    if (payload.data[0] == DISCONNECT)
        replies->over = true;
    if (payload.data[0] == NEWKEYS)
        newkeys(replies);
    if (payload.data[0] == UNIMPLEMENTED) {
        body = msg.body;
        replies->unimplemented++;
        replies->unimplemented_sequence = body->packet_sequence_number;
    }
}

/* ---- packets ---- */

/* Opens a copy: a wrong sequence number must leave the packet as it is. */
static bool opens(struct fuzz_replies *replies, uint32_t sequence, ss_span packet)
{
    const struct ss_cipher_alg *cipher = replies->clear.cipher;
    ss_span copy = fuzz_copy(packet);
    uint8_t *at = (uint8_t *)(uintptr_t)copy.data;
    size_t n = packet.size - cipher->tag;
    bool good = cipher->open(replies->clear.cipher_state, sequence, at, n - 4, at + n) == SS_OK;

    fuzz_drop(&copy);
    return good;
}

static void check_tag(struct fuzz_replies *replies, ss_span packet)
{
    if (!replies->keys)
        return;
    if (!opens(replies, replies->sequence, packet)) {
        MUST(opens(replies, 0, packet));
        replies->sequence = 0;
    }
}

static bool take_packet(struct fuzz_replies *replies)
{
    ss_span stream = ss_buf_span(&replies->stream);
    size_t tag = replies->keys ? fuzz_stub_cipher.tag : 0;
    size_t length, whole, padding;

    if (stream.size < HEAD)
        return false;
    length = ss_load_u32(stream.data);
    whole = 4 + length + tag;
    MUST(length >= 8 && length <= STREAM && (length + (tag > 0 ? 0 : 4)) % 8 == 0);
    if (stream.size < whole)
        return false;
    padding = stream.data[4];
    MUST(padding >= 4 && padding < length - 1);
    check_tag(replies, ss_span_part(stream, 0, whole));
    replies->sequence++;
    take_message(replies, ss_span_part(stream, HEAD, length - 1 - padding));
    ss_buf_consume(&replies->stream, whole);
    return true;
}

/* rule: RFC4253-4.2-terminated-crlf */
static bool take_ident(struct fuzz_replies *replies)
{
    ss_span stream = ss_buf_span(&replies->stream);
    const uint8_t *end = stream.size > 0 ? memchr(stream.data, '\n', stream.size) : NULL;
    size_t size = end != NULL ? (size_t)(end - stream.data) : 0;

    if (end == NULL)
        return false;
    MUST(size > 8 && size < 255 && memcmp(stream.data, "SSH-2.0-", 8) == 0);
    MUST(stream.data[size - 1] == '\r');
    replies->ident = true;
    ss_buf_consume(&replies->stream, size + 1);
    return true;
}

void fuzz_replies_take(struct fuzz_replies *replies, ss_span bytes)
{
    bool more = true;

    replies->bytes += bytes.size;
    replies->sum = fuzz_fold(replies->sum, bytes);
    MUST(ss_buf_put(&replies->stream, bytes) == SS_OK);
    while (more)
        more = replies->ident ? take_packet(replies) : take_ident(replies);
    /* Packets are put out whole. */
    MUST(ss_buf_size(&replies->stream) == 0);
}
