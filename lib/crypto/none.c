/* SPDX-License-Identifier: Apache-2.0 */
/* none.c - the cipher, the MAC and the compression called "none".
 *
 * Owns: methods that leave bytes as they are, so that nobody who calls a method has to ask first.
 * Not here: whether anyone should agree on them: they are for tests, never a default.
 * Called by: transport, when both sides named them.
 * Follows: RFC 4253 sections 6.2, 6.3 and 6.4. */
#include "sshspec/crypto.h"

static ss_err init_cipher(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                          const uint8_t *iv, enum ss_way way)
{
    (void)alg;
    (void)state;
    (void)key;
    (void)iv;
    (void)way;
    return SS_OK;
}

static ss_err crypt_nothing(void *state, uint8_t *data, size_t n)
{
    (void)state;
    (void)data;
    (void)n;
    return SS_OK;
}

static ss_err init_mac(const struct ss_mac_alg *alg, void *state, const uint8_t *key)
{
    (void)alg;
    (void)state;
    (void)key;
    return SS_OK;
}

static ss_err compute_nothing(void *state, uint32_t sequence, ss_span data, uint8_t *out)
{
    (void)state;
    (void)sequence;
    (void)data;
    (void)out;
    return SS_OK;
}

static void fini(void *state)
{
    (void)state;
}

/* A packet is still a multiple of 8 bytes (RFC 4253 section 6). */
const struct ss_cipher_alg ss_cipher_none = {
    .name = "none",
    .source = "RFC 4253 section 6.3",
    .block = 8,
    .init = init_cipher,
    .crypt = crypt_nothing,
    .fini = fini,
};

const struct ss_mac_alg ss_mac_none = {
    .name = "none",
    .source = "RFC 4253 section 6.4",
    .init = init_mac,
    .compute = compute_nothing,
    .fini = fini,
};

const struct ss_comp_alg ss_comp_none = {.name = "none", .source = "RFC 4253 section 6.2"};
