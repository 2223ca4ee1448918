/* SPDX-License-Identifier: Apache-2.0 */
/* packet_kit.h - both ends of one direction of the packet layer, for every cipher, MAC and
 *   compression.
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
/* Mode 0 has no cipher; then come the ciphers of the registry: AEAD ones once, others with a MAC of
 * the clear packet, one of the encrypted packet, and the one called none. Each MAC has its turn. */
size_t packet_modes(void);
struct packet_mode packet_mode(size_t i);
/* The length field is not among the bytes that are aligned. */
bool packet_mode_outside(size_t i);
unsigned packet_mode_unit(size_t i);
unsigned packet_mode_tag(size_t i);
/* Nothing is encrypted. */
bool packet_mode_clear(size_t i);
/* A packet that was changed is noticed. */
bool packet_mode_checks(size_t i);
/* A refusal waits for as many bytes as the largest packet has, and is always the same. */
bool packet_mode_waits(size_t i);
/* How a refusal is told in the mode. */
ss_err packet_mode_err(size_t i, ss_err err);
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
/* ss_packet_take; when the packet was refused and that is not told yet, the bytes come that it
 * waits for. */
ss_err packet_take(struct packet_ends *ends, struct ss_packet *out_packet, size_t *out_used);
/* Both ends compress from here on. */
void packet_compress(struct packet_ends *ends, const struct ss_comp_alg *comp);
ss_err packet_put_lied(struct packet_ends *ends, ss_span payload, const struct ss_lie *lies,
                       size_t count);
/* A payload of n bytes that differ. Good until the next call. */
ss_span packet_payload(size_t n);

#endif
