/* SPDX-License-Identifier: Apache-2.0 */
/* packet_in.c - one packet out of a byte stream: length, decryption in place, check, padding.
 *
 * Owns: the keys of the inbound direction, its sequence number, and how far the packet at the
 *   head of the stream has been opened.
 * Not here: the stream buffer (engine), what a payload means (msg).
 * Called by: engine.
 * Follows: RFC 4253 sections 6 and 6.4; RFC 5647 section 7; OpenSSH PROTOCOL section 1.5 (etm) and
 *   PROTOCOL.chacha20poly1305.
 *
 * A length is learnt once: from the clear, from the cipher, or from the first block, which is then
 * marked as opened. So a packet costs the same however its bytes arrive.
 *
 * Under CBC with a MAC of the clear packet there is one failure, at one moment: when as many bytes
 * are there as the largest packet has, and a MAC was computed over as many. */
#include "suite.h"

#include "sshspec/wire.h"

enum { LIMIT_AT_START = 35000, TAG_MOST = 64 };

void ss_packet_in_init(struct ss_packet_in *in, const struct ss_env *env)
{
    memset(in, 0, sizeof *in);
    in->env = env;
    in->limit = LIMIT_AT_START;
    ss_buf_init(&in->inflated, env, 0);
    in->inflated.secret = true;
}

void ss_packet_in_fini(struct ss_packet_in *in)
{
    if (in->env == NULL)
        return;
    ss_suite_fini(&in->suite, in->env);
    ss_buf_fini(&in->inflated);
}

void ss_packet_in_install(struct ss_packet_in *in, struct ss_suite *take)
{
    ss_suite_fini(&in->suite, in->env);
    in->suite = *take;
    memset(take, 0, sizeof *take);
    in->bytes = in->packets = 0;
    in->epoch++;
}

/* Bytes of the stream that must be there before the length can be known. */
static size_t head_size(const struct ss_packet_in *in)
{
    if (in->suite.cipher == NULL || ss_suite_outside(&in->suite) > 0)
        return SS_PACKET_LENGTH;
    return ss_suite_block(&in->suite);
}

static ss_err read_length(struct ss_packet_in *in, uint8_t *packet, uint32_t *out_length)
{
    const struct ss_suite *suite = &in->suite;

    if (ss_suite_is_aead(suite))
        return suite->cipher->length(suite->cipher_state, in->sequence, packet, out_length);
    if (suite->cipher != NULL && !ss_suite_is_etm(suite)) {
        in->opened = ss_suite_block(suite);
        SS_TRY(suite->cipher->crypt(suite->cipher_state, packet, in->opened));
    }
    *out_length = ss_load_u32(packet);
    return SS_OK;
}

/* Where the alignment does not count the length field, the smallest packet that is met in practice
 * is one block, for instance 8 bytes of length under chacha20-poly1305; elsewhere a packet has 16
 * bytes or a block (RFC 4253 section 6).
 * rule: RFC4253-6-min-packet-16, RFC4253-6-misaligned-received,
 *   RFC4253-6.1-reject-unreasonable-length */
static ss_err check_length(const struct ss_packet_in *in, uint32_t length)
{
    size_t block = ss_suite_block(&in->suite);
    size_t outside = ss_suite_outside(&in->suite);
    size_t least = outside > 0 ? block : SS_PACKET_LEAST - SS_PACKET_LENGTH;

    if (length < least)
        return SS_E_bad_length;
    if (length > in->limit)
        return SS_E_packet_too_long;
    if (((uint64_t)SS_PACKET_LENGTH + length - outside) % block != 0)
        return SS_E_bad_length;
    return SS_OK;
}

/* Learns the length of the packet at the head of the stream, once. */
static ss_err learn_length(struct ss_packet_in *in, struct ss_buf *stream, size_t *out_wanted)
{
    uint32_t length = 0;

    if (in->length > 0)
        return SS_OK;
    if (ss_buf_size(stream) < head_size(in)) {
        *out_wanted = head_size(in);
        return SS_E_more_input;
    }
    SS_TRY(read_length(in, ss_buf_at(stream), &length));
    SS_TRY(check_length(in, length));
    in->length = length;
    return SS_OK;
}

static ss_err check_mac(const struct ss_packet_in *in, const uint8_t *packet, size_t n)
{
    const struct ss_suite *suite = &in->suite;
    uint8_t mac[TAG_MOST];
    bool equal;

    if (suite->mac->size > sizeof mac)
        return SS_E_internal;
    SS_TRY(suite->mac->compute(suite->mac_state, in->sequence, ss_span_make(packet, n), mac));
    equal =
        ss_ct_eq(ss_span_make(mac, suite->mac->size), ss_span_make(packet + n, suite->mac->size));
    ss_wipe(mac, sizeof mac); /* the right MAC of a forgery is not for anyone */
    return equal ? SS_OK : SS_E_mac_mismatch;
}

/* n: bytes of the packet without its MAC, all there.
 * rule: RFC4253-6.4-bad-mac-detected, OSSH-1.5-etm-check-before-decrypt,
 *   RFC5647-7.2-gcm-bad-tag, CHACHA-packet-handling-mac-before-decrypt */
static ss_err open_packet(struct ss_packet_in *in, uint8_t *packet, size_t n)
{
    const struct ss_suite *suite = &in->suite;

    if (suite->cipher == NULL)
        return SS_OK;
    if (ss_suite_is_aead(suite))
        return suite->cipher->open(suite->cipher_state, in->sequence, packet, n - SS_PACKET_LENGTH,
                                   packet + n);
    if (ss_suite_is_etm(suite)) {
        SS_TRY(check_mac(in, packet, n));
        return suite->cipher->crypt(suite->cipher_state, packet + SS_PACKET_LENGTH,
                                    n - SS_PACKET_LENGTH);
    }
    SS_TRY(suite->cipher->crypt(suite->cipher_state, packet + in->opened, n - in->opened));
    in->opened = n;
    return check_mac(in, packet, n);
}

/* rule: RFC4253-6-padding-below-4-received, RFC4253-6-padding-exceeds-packet */
static ss_err cut_padding(const struct ss_packet_in *in, const uint8_t *packet,
                          struct ss_packet *out_packet)
{
    uint8_t padding = packet[SS_PACKET_LENGTH];

    if (padding < SS_PADDING_LEAST || padding > in->length - 1)
        return SS_E_bad_padding;
    out_packet->payload = ss_span_make(packet + SS_PACKET_HEAD, (size_t)in->length - 1 - padding);
    out_packet->sequence = in->sequence;
    out_packet->epoch = in->epoch;
    out_packet->length = in->length;
    out_packet->padding = padding;
    out_packet->compressed = false;
    out_packet->packed = (uint32_t)out_packet->payload.size;
    return SS_OK;
}

/* ---- a packet that is refused ---- */

/* Bytes of the largest packet, its MAC included. */
static size_t largest(const struct ss_packet_in *in)
{
    return (size_t)SS_PACKET_LENGTH + in->limit + ss_suite_tag(&in->suite);
}

static ss_err refuse(struct ss_packet_in *in, ss_err err, size_t checked)
{
    bool about_bytes =
        err == SS_E_bad_length || err == SS_E_packet_too_long || err == SS_E_mac_mismatch;

    if (about_bytes && ss_suite_waits(&in->suite)) {
        in->discard = largest(in);
        in->checked = checked;
    }
    return err;
}

/* What the MAC comes to is of no interest; that it was computed is. */
static ss_err discard(const struct ss_packet_in *in, const struct ss_buf *stream,
                      size_t *out_wanted)
{
    const struct ss_suite *suite = &in->suite;
    uint8_t mac[TAG_MOST];
    ss_span rest;

    if (ss_buf_size(stream) < in->discard) {
        *out_wanted = in->discard;
        return SS_E_more_input;
    }
    rest = ss_span_part(ss_buf_span(stream), in->checked,
                        in->discard - ss_suite_tag(suite) - in->checked);
    SS_TRY(suite->mac->compute(suite->mac_state, in->sequence, rest, mac));
    ss_wipe(mac, sizeof mac);
    return SS_E_mac_mismatch;
}

/* The packet at the head of the stream, all of it there and opened. */
static ss_err take(struct ss_packet_in *in, struct ss_buf *stream, struct ss_packet *out_packet,
                   size_t *out_used)
{
    size_t n, wanted;
    ss_err err = learn_length(in, stream, out_used);

    if (err != SS_OK)
        return refuse(in, err, 0);
    n = (size_t)SS_PACKET_LENGTH + in->length;
    wanted = n + ss_suite_tag(&in->suite);
    if (ss_buf_size(stream) < wanted) {
        *out_used = wanted;
        return SS_E_more_input;
    }
    err = open_packet(in, ss_buf_at(stream), n);
    if (err != SS_OK)
        return refuse(in, err, n);
    SS_TRY(cut_padding(in, ss_buf_at(stream), out_packet));
    if (in->suite.comp_state != NULL)
        SS_TRY(ss_packet_inflate(in, out_packet));
    *out_used = wanted;
    return SS_OK;
}

ss_err ss_packet_take(struct ss_packet_in *in, struct ss_buf *stream, struct ss_packet *out_packet,
                      size_t *out_used)
{
    ss_err err = SS_E_mac_mismatch;

    if (in->discard == 0)
        err = take(in, stream, out_packet, out_used);
    if (in->discard > 0)
        return discard(in, stream, out_used);
    if (err != SS_OK)
        return err;
    in->length = 0;
    in->opened = 0;
    in->bytes += *out_used;
    in->packets++;
    if (++in->sequence == 0)
        in->wrapped = true;
    return SS_OK;
}
