/* SPDX-License-Identifier: Apache-2.0 */
/* suite.h - what both directions of the packet layer need to know about a suite.
 *
 * Owns: nothing.
 * Not here: the calls of the layers above (transport.h).
 * Called by: packet_in.c, packet_out.c.
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

#endif
