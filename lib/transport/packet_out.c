/* SPDX-License-Identifier: Apache-2.0 */
/* packet_out.c - one packet into an output buffer: padded, sealed in place; and the lies of the
 * frame seam.
 *
 * Owns: the keys of the outbound direction and its sequence number.
 * Not here: the payload (msg/encode.c writes it between begin and end), compression (compress.c),
 *   flow lies (engine).
 * Called by: engine.
 * Follows: RFC 4253 sections 6 and 6.4; RFC 5647 section 7; OpenSSH PROTOCOL section 1.5 (etm) and
 *   PROTOCOL.chacha20poly1305. */
#include "suite.h"

#include "sshspec/wire.h"

/* A packet before it is sealed, and what is to be different about it. */
struct frame {
    size_t payload;         /* bytes */
    size_t padding;         /* bytes */
    uint32_t length;        /* what the length field says */
    uint8_t padding_length; /* what the padding length byte says */
    uint32_t sequence;      /* what it is sealed with */
};

void ss_packet_out_init(struct ss_packet_out *out, const struct ss_env *env)
{
    memset(out, 0, sizeof *out);
    out->env = env;
    ss_buf_init(&out->deflated, env, SIZE_MAX); /* what it holds came out of a buffer with one */
    out->deflated.secret = true;
}

void ss_packet_out_fini(struct ss_packet_out *out)
{
    if (out->env == NULL)
        return;
    ss_suite_fini(&out->suite, out->env);
    ss_buf_fini(&out->deflated);
}

void ss_packet_out_install(struct ss_packet_out *out, struct ss_suite *take)
{
    ss_suite_fini(&out->suite, out->env);
    out->suite = *take;
    memset(take, 0, sizeof *take);
    out->bytes = out->packets = 0;
    out->epoch++;
}

ss_err ss_packet_begin(struct ss_packet_out *out, struct ss_buf *buf, size_t *out_mark)
{
    size_t mark = ss_buf_size(buf);
    uint8_t *head;

    (void)out;
    SS_TRY(ss_buf_extend(buf, SS_PACKET_HEAD, &head));
    *out_mark = mark;
    return SS_OK;
}

/* At least four bytes, to the next block, and never a packet under 16 bytes.
 * rule: RFC4253-6-padding-min-4, RFC4253-6-block-alignment, RFC4253-6-min-packet-16 */
static size_t honest_padding(const struct ss_suite *suite, size_t payload)
{
    size_t block = ss_suite_block(suite);
    size_t aligned = SS_PACKET_HEAD + payload - ss_suite_outside(suite);
    size_t padding = block - aligned % block;

    if (padding < SS_PADDING_LEAST)
        padding += block;
    if (SS_PACKET_HEAD + payload + padding < SS_PACKET_LEAST)
        padding += block;
    return padding;
}

static ss_err honest_frame(const struct ss_packet_out *out, size_t payload, struct frame *frame)
{
    frame->payload = payload;
    frame->padding = honest_padding(&out->suite, payload);
    frame->padding_length = (uint8_t)frame->padding;
    frame->sequence = out->sequence;
    if (payload > UINT32_MAX - 1 - SS_PADDING_MOST)
        return SS_E_bad_argument;
    frame->length = (uint32_t)(1 + payload + frame->padding);
    return SS_OK;
}

static size_t frame_size(const struct frame *frame)
{
    return SS_PACKET_HEAD + frame->payload + frame->padding;
}

/* Writes head and padding. Room for the tag is made too, so that buf moves at most once.
 * rule: RFC4253-6-padding-random */
static ss_err pad(const struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                  const struct frame *frame)
{
    uint8_t *padding;
    uint8_t *head;

    SS_TRY(ss_buf_reserve(buf, frame->padding + ss_suite_tag(&out->suite)));
    SS_TRY(ss_buf_extend(buf, frame->padding, &padding));
    SS_TRY(ss_random(out->env, padding, frame->padding));
    head = ss_buf_at(buf) + mark;
    ss_store_u32(head, frame->length);
    head[SS_PACKET_LENGTH] = frame->padding_length;
    return SS_OK;
}

/* CBC takes whole blocks: what a lie about the padding leaves over stays as it is. */
static ss_err encrypt(const struct ss_suite *suite, uint8_t *data, size_t n)
{
    bool whole = (suite->cipher->flags & SS_CIPHER_CBC) != 0;

    return suite->cipher->crypt(suite->cipher_state, data,
                                n - (whole ? n % suite->cipher->block : 0));
}

/* rule: RFC4253-6.4-mac-over-seq-and-packet, OSSH-1.5-etm-mac-input */
static ss_err seal(struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                   const struct frame *frame)
{
    const struct ss_suite *suite = &out->suite;
    size_t n = frame_size(frame);
    uint8_t *packet, *tag;
    ss_span bytes;

    if (suite->cipher == NULL)
        return SS_OK;
    SS_TRY(ss_buf_extend(buf, ss_suite_tag(suite), &tag));
    packet = ss_buf_at(buf) + mark;
    bytes = ss_span_make(packet, n);
    if (ss_suite_is_aead(suite))
        return suite->cipher->seal(suite->cipher_state, frame->sequence, packet,
                                   n - SS_PACKET_LENGTH, tag);
    if (ss_suite_is_etm(suite)) {
        SS_TRY(encrypt(suite, packet + SS_PACKET_LENGTH, n - SS_PACKET_LENGTH));
        return suite->mac->compute(suite->mac_state, frame->sequence, bytes, tag);
    }
    SS_TRY(suite->mac->compute(suite->mac_state, frame->sequence, bytes, tag));
    return encrypt(suite, packet, n);
}

static ss_err end_honest(struct ss_packet_out *out, struct ss_buf *buf, size_t mark)
{
    struct frame frame;

    SS_TRY(honest_frame(out, ss_buf_size(buf) - mark - SS_PACKET_HEAD, &frame));
    SS_TRY(pad(out, buf, mark, &frame));
    return seal(out, buf, mark, &frame);
}

/* ---- lies ---- */

static const struct ss_lie *lie_of(const struct ss_lie *lies, size_t count, enum ss_lie_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        if (lies[i].kind == kind)
            return &lies[i];
    }
    return NULL;
}

static bool in_range(const struct ss_lie *lie, int64_t low, int64_t high)
{
    return lie == NULL || (lie->n >= low && lie->n <= high);
}

/* What the head says and what is there: the lies told before sealing. */
static ss_err lied_frame(const struct ss_packet_out *out, size_t payload, const struct ss_lie *lies,
                         size_t count, struct frame *frame)
{
    const struct ss_lie *padding = lie_of(lies, count, SS_LIE_PADDING);
    const struct ss_lie *says = lie_of(lies, count, SS_LIE_PAD_LENGTH);
    const struct ss_lie *length = lie_of(lies, count, SS_LIE_PACKET_LENGTH);
    const struct ss_lie *sequence = lie_of(lies, count, SS_LIE_SEQUENCE);

    SS_TRY(honest_frame(out, payload, frame));
    if (!in_range(padding, 0, SS_PADDING_MOST) || !in_range(says, 0, UINT8_MAX) ||
        !in_range(length, 0, UINT32_MAX) || !in_range(sequence, 0, UINT32_MAX))
        return SS_E_bad_argument;
    if (padding != NULL) {
        frame->padding = (size_t)padding->n;
        frame->padding_length = (uint8_t)padding->n;
        frame->length = (uint32_t)(1 + payload + frame->padding);
    }
    if (says != NULL)
        frame->padding_length = (uint8_t)says->n;
    if (length != NULL)
        frame->length = (uint32_t)length->n;
    if (sequence != NULL)
        frame->sequence = (uint32_t)sequence->n;
    return SS_OK;
}

static ss_err lied_padding(struct ss_buf *buf, size_t mark, const struct frame *frame,
                           const struct ss_lie *lie)
{
    uint8_t *padding = ss_buf_at(buf) + mark + SS_PACKET_HEAD + frame->payload;

    if (lie == NULL)
        return SS_OK;
    if (lie->bytes.size == 0)
        return SS_E_bad_argument;
    for (size_t i = 0; i < frame->padding; i++)
        padding[i] = lie->bytes.data[i % lie->bytes.size];
    return SS_OK;
}

/* Lies about the sealed bytes are checked before anything is sealed: a cipher cannot go back. n:
 * bytes of the packet without its tag. */
static ss_err check_sealed(const struct ss_lie *lies, size_t count, size_t n, size_t tag)
{
    int64_t all = (int64_t)(n + tag);

    if (!in_range(lie_of(lies, count, SS_LIE_MAC_FLIP), 0, (int64_t)tag - 1) ||
        !in_range(lie_of(lies, count, SS_LIE_CIPHER_FLIP), -SS_PACKET_LENGTH,
                  (int64_t)n - 1 - SS_PACKET_LENGTH) ||
        !in_range(lie_of(lies, count, SS_LIE_CUT), 0, all))
        return SS_E_bad_argument;
    return SS_OK;
}

static void lie_sealed(struct ss_buf *buf, size_t mark, const struct ss_lie *lies, size_t count,
                       size_t n)
{
    const struct ss_lie *mac = lie_of(lies, count, SS_LIE_MAC_FLIP);
    const struct ss_lie *cipher = lie_of(lies, count, SS_LIE_CIPHER_FLIP);
    const struct ss_lie *cut = lie_of(lies, count, SS_LIE_CUT);
    uint8_t *packet = ss_buf_at(buf) + mark;

    if (mac != NULL)
        packet[n + (size_t)mac->n] ^= 1;
    if (cipher != NULL)
        packet[SS_PACKET_LENGTH + cipher->n] ^= 1;
    if (cut != NULL)
        ss_buf_truncate(buf, mark + (size_t)cut->n);
}

static ss_err end_lied(struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                       const struct ss_lie *lies, size_t count)
{
    bool clear = lie_of(lies, count, SS_LIE_NO_ENCRYPT) != NULL;
    struct frame frame;
    size_t n;

    SS_TRY(lied_frame(out, ss_buf_size(buf) - mark - SS_PACKET_HEAD, lies, count, &frame));
    n = frame_size(&frame);
    SS_TRY(check_sealed(lies, count, n, clear ? 0 : ss_suite_tag(&out->suite)));
    SS_TRY(pad(out, buf, mark, &frame));
    SS_TRY(lied_padding(buf, mark, &frame, lie_of(lies, count, SS_LIE_PAD_BYTES)));
    if (!clear)
        SS_TRY(seal(out, buf, mark, &frame));
    lie_sealed(buf, mark, lies, count, n);
    return SS_OK;
}

/* rule: RFC4253-6.2-compression-per-packet-flush */
static ss_err compress(struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                       const struct ss_lie *lies, size_t count)
{
    out->payload = out->packed = 0;
    if (out->suite.comp_state == NULL || lie_of(lies, count, SS_LIE_NO_COMPRESS) != NULL)
        return SS_OK;
    return ss_packet_deflate(out, buf, mark);
}

static ss_err end(struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                  const struct ss_lie *lies, size_t count)
{
    SS_TRY(out->failed);
    SS_TRY(compress(out, buf, mark, lies, count));
    return count > 0 ? end_lied(out, buf, mark, lies, count) : end_honest(out, buf, mark);
}

ss_err ss_packet_end(struct ss_packet_out *out, struct ss_buf *buf, size_t mark,
                     const struct ss_lie *lies, size_t lie_count)
{
    ss_err err = end(out, buf, mark, lies, lie_count);

    if (err != SS_OK) {
        ss_buf_truncate(buf, mark);
        if (out->suite.comp_state != NULL)
            out->failed = err;
        return err;
    }
    out->bytes += ss_buf_size(buf) - mark;
    out->packets++;
    if (++out->sequence == 0)
        out->wrapped = true;
    return SS_OK;
}
