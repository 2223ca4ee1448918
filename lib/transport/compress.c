/* SPDX-License-Identifier: Apache-2.0 */
/* compress.c - payloads compressed before they are framed, and back before they are decoded.
 *
 * Owns: the start of a stream, and the buffers in which payloads change their size.
 * Not here: deflate (crypto); when a stream starts (newkeys.c, transport.c).
 * Called by: packet_in.c, packet_out.c, and the layer.
 * Follows: RFC 4253 section 6.2; OpenSSH PROTOCOL section 1.2.
 *
 * Nothing here runs and nothing is copied while no compression is on. */
#include "suite.h"

static ss_err start(struct ss_suite *suite, const struct ss_env *env, enum ss_way way)
{
    const struct ss_comp_alg *comp = suite->comp;
    void *state;
    ss_err err;

    if (comp == NULL || comp->state_size == 0 || suite->comp_state != NULL)
        return SS_OK;
    state = ss_alloc(env, comp->state_size);
    if (state == NULL)
        return SS_E_no_memory;
    err = comp->init(state, env, way);
    if (err != SS_OK) {
        comp->fini(state);
        ss_free(env, state, comp->state_size);
        return err;
    }
    suite->comp_state = state;
    return SS_OK;
}

ss_err ss_packet_in_compress(struct ss_packet_in *in)
{
    return start(&in->suite, in->env, SS_OPEN);
}

ss_err ss_packet_out_compress(struct ss_packet_out *out)
{
    return start(&out->suite, out->env, SS_SEAL);
}

/* Can a zlib stream begin like this (RFC 1950 section 2.2: method 8, and a check of both bytes)? No
 * message has such a number: where the eight lower ones are assigned at all, it is to NEWCOMPRESS,
 * which is for another kind of compression. */
static bool begins_stream(ss_span payload)
{
    return payload.size >= 2 && (payload.data[0] & 0x0f) == 8 &&
           (payload.data[0] << 8 | payload.data[1]) % 31 == 0;
}

/* A bomb ends at the limit of a packet, before it is in memory.
 * rule: RFC4253-6.2-bad-compressed-data */
ss_err ss_packet_inflate(struct ss_packet_in *in, struct ss_packet *packet)
{
    const struct ss_suite *suite = &in->suite;
    ss_err err;

    if (in->lags && !begins_stream(packet->payload))
        return SS_OK;
    in->lags = false;
    ss_buf_clear(&in->inflated);
    in->inflated.ceiling = in->limit;
    err = suite->comp->pass(suite->comp_state, packet->payload, &in->inflated);
    if (err != SS_OK)
        return err == SS_E_ceiling ? SS_E_decompress : err;
    packet->compressed = true;
    packet->payload = ss_buf_span(&in->inflated);
    return SS_OK;
}

ss_err ss_packet_deflate(struct ss_packet_out *out, struct ss_buf *buf, size_t mark)
{
    const struct ss_suite *suite = &out->suite;
    ss_span payload = ss_span_part(ss_buf_span(buf), mark + SS_PACKET_HEAD, SIZE_MAX);
    ss_err err = suite->comp->pass(suite->comp_state, payload, &out->deflated);

    if (err == SS_OK) {
        out->payload = payload.size;
        out->packed = ss_buf_size(&out->deflated);
        ss_buf_truncate(buf, mark + SS_PACKET_HEAD);
        err = ss_buf_put(buf, ss_buf_span(&out->deflated));
    }
    ss_buf_clear(&out->deflated);
    return err;
}
