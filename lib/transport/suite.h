/* SPDX-License-Identifier: Apache-2.0 */
/* suite.h - what both directions of the packet layer need to know about a suite.
 *
 * Owns: nothing.
 * Not here: the calls of the layers above (transport.h).
 * Called by: packet_in.c, packet_out.c, compress.c.
 * Follows: RFC 4253 section 6; OpenSSH PROTOCOL section 1.5 for what "outside" means. */
#ifndef TRANSPORT_SUITE_H
#define TRANSPORT_SUITE_H

#include "sshspec/transport.h"

enum {
    SS_PACKET_LENGTH = 4, /* bytes of the packet_length field */
    SS_PACKET_HEAD = 5,   /* packet_length and padding_length */
    SS_PACKET_LEAST = 16, /* RFC 4253 section 6: the smallest packet, MAC not counted */
    SS_PADDING_LEAST = 4,
    SS_PADDING_MOST = 255
};

bool ss_suite_is_aead(const struct ss_suite *suite);
bool ss_suite_is_etm(const struct ss_suite *suite);
/* The unit of which the padded bytes are a multiple. */
size_t ss_suite_block(const struct ss_suite *suite);
/* Bytes that follow the padded packet: MAC or tag. */
size_t ss_suite_tag(const struct ss_suite *suite);
/* Bytes at the head of a packet that the alignment does not count: 4 or 0. */
size_t ss_suite_outside(const struct ss_suite *suite);

/* Must a failure wait, so that the moment it is told does not tell which it is? */
bool ss_suite_waits(const struct ss_suite *suite);

/* ---- compress.c ---- */

/* The payload of packet as it was before it was compressed; it then borrows from in. */
SS_MUST_USE ss_err ss_packet_inflate(struct ss_packet_in *in, struct ss_packet *packet);
/* Compresses what was appended to buf behind the head of the packet at mark. */
SS_MUST_USE ss_err ss_packet_deflate(struct ss_packet_out *out, struct ss_buf *buf, size_t mark);

#endif
