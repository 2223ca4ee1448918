/* SPDX-License-Identifier: Apache-2.0 */
/* suite.c - a cipher and a MAC with their keys, one way.
 *
 * Owns: the states of both, on the heap of the env.
 * Not here: where keys come from (newkeys.c), what a packet looks like (packet_in.c, packet_out.c),
 *   when compression starts (compress.c makes its state; it ends with the suite).
 * Called by: newkeys.c makes them, packet_in.c and packet_out.c keep them.
 * Follows: RFC 4253 sections 6.3 and 6.4; RFC 5647 section 5.1: AEAD ciphers need no MAC. */
#include "suite.h"

enum { BLOCK_LEAST = 8 };

bool ss_suite_is_aead(const struct ss_suite *suite)
{
    return suite->cipher != NULL && (suite->cipher->flags & SS_CIPHER_AEAD) != 0;
}

bool ss_suite_is_etm(const struct ss_suite *suite)
{
    return suite->mac != NULL && (suite->mac->flags & SS_MAC_ETM) != 0;
}

size_t ss_suite_block(const struct ss_suite *suite)
{
    if (suite->cipher == NULL || suite->cipher->block < BLOCK_LEAST)
        return BLOCK_LEAST;
    return suite->cipher->block;
}

size_t ss_suite_tag(const struct ss_suite *suite)
{
    if (ss_suite_is_aead(suite))
        return suite->cipher->tag;
    return suite->mac != NULL ? suite->mac->size : 0;
}

/* rule: OSSH-1.5-etm-alignment, RFC5647-7.2-gcm-pt-multiple-16 */
size_t ss_suite_outside(const struct ss_suite *suite)
{
    return ss_suite_is_aead(suite) || ss_suite_is_etm(suite) ? SS_PACKET_LENGTH : 0;
}

/* RFC 4251 section 9.3.1; docs/decisions/0013-cbc-failures-wait.md. Under CBC any block of a stream
 * can be made the first of a packet, and what is said about its length tells of its content. */
bool ss_suite_waits(const struct ss_suite *suite)
{
    return suite->cipher != NULL && (suite->cipher->flags & SS_CIPHER_CBC) != 0 &&
           !ss_suite_is_etm(suite);
}

static ss_err start(struct ss_suite *suite, const struct ss_env *env, const uint8_t *key,
                    const uint8_t *iv, const uint8_t *mac_key, enum ss_way way)
{
    suite->cipher_state = ss_alloc(env, suite->cipher->state_size);
    if (suite->cipher_state == NULL && suite->cipher->state_size > 0)
        return SS_E_no_memory;
    SS_TRY(suite->cipher->init(suite->cipher, suite->cipher_state, key, iv, way));
    if (suite->mac == NULL)
        return SS_OK;
    suite->mac_state = ss_alloc(env, suite->mac->state_size);
    if (suite->mac_state == NULL && suite->mac->state_size > 0)
        return SS_E_no_memory;
    return suite->mac->init(suite->mac, suite->mac_state, mac_key);
}

ss_err ss_suite_init(struct ss_suite *suite, const struct ss_env *env,
                     const struct ss_cipher_alg *cipher, const struct ss_mac_alg *mac,
                     const uint8_t *key, const uint8_t *iv, const uint8_t *mac_key, enum ss_way way)
{
    struct ss_suite made = {.cipher = cipher, .mac = mac};
    ss_err err;

    if (cipher == NULL)
        return SS_E_bad_argument;
    if (ss_suite_is_aead(&made))
        made.mac = NULL;
    else if (mac == NULL || (mac->flags & SS_MAC_OF_CIPHER) != 0)
        return SS_E_bad_argument;
    err = start(&made, env, key, iv, mac_key, way);
    if (err != SS_OK) {
        ss_suite_fini(&made, env);
        return err;
    }
    *suite = made;
    return SS_OK;
}

void ss_suite_fini(struct ss_suite *suite, const struct ss_env *env)
{
    if (suite->cipher_state != NULL) {
        suite->cipher->fini(suite->cipher_state);
        ss_free(env, suite->cipher_state, suite->cipher->state_size);
    }
    if (suite->mac_state != NULL) {
        suite->mac->fini(suite->mac_state);
        ss_free(env, suite->mac_state, suite->mac->state_size);
    }
    if (suite->comp_state != NULL) {
        suite->comp->fini(suite->comp_state);
        ss_free(env, suite->comp_state, suite->comp->state_size);
    }
    memset(suite, 0, sizeof *suite);
}
