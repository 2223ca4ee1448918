/* SPDX-License-Identifier: Apache-2.0 */
/* packet_kit.h - both ends of one direction of the packet layer, for every cipher and MAC.
 *
 * Owns: the list of modes, fixed keys.
 * Called by: test_suite.c, test_packet_in.c, test_packet_out.c. */
#ifndef TESTS_PACKET_KIT_H
#define TESTS_PACKET_KIT_H

#include "sshspec/transport.h"

struct packet_mode {
    const struct ss_cipher_alg *cipher; /* null: none */
    const struct ss_mac_alg *mac;
};
enum { PACKET_MODES = 12 }; /* none, three AEAD ciphers, two CTR ciphers with four MACs */
struct packet_mode packet_mode(size_t i);
/* "aes128-ctr+hmac-sha2-256"; good until the next call. */
const char *packet_mode_name(size_t i);

struct packet_ends {
    struct ss_packet_out out;
    struct ss_packet_in in;
    struct ss_buf stream;
};
/* Both ends keyed alike. Memory is counted. */
void packet_ends_init(struct packet_ends *ends, size_t mode);
void packet_ends_fini(struct packet_ends *ends);
/* Appends one packet with this payload; returns its offset in the stream. */
size_t packet_put(struct packet_ends *ends, ss_span payload);
ss_err packet_put_lied(struct packet_ends *ends, ss_span payload, const struct ss_lie *lies,
                       size_t count);
/* A payload of n bytes that differ. Good until the next call. */
ss_span packet_payload(size_t n);

#endif
