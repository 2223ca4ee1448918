/* SPDX-License-Identifier: Apache-2.0 */
/* test_cipher_stream.c - counter mode and CBC as one stream.
 *
 * Follows: RFC 4344 section 4, RFC 4253 section 6.3; the vectors of NIST are part of the self test.
 */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(cipher_stream, .fini = test_counted_check);

static const struct ss_cipher_alg *const algs[] = {
    &ss_cipher_aes128_ctr, &ss_cipher_aes192_ctr, &ss_cipher_aes256_ctr,   &ss_cipher_aes128_cbc,
    &ss_cipher_aes192_cbc, &ss_cipher_aes256_cbc, &ss_cipher_rijndael_cbc, &ss_cipher_3des_cbc};

enum { SIZE = 4096 };

static void walk(const struct ss_cipher_alg *alg, void *state, uint8_t *data, size_t step)
{
    size_t at, n;

    for (at = 0; at < SIZE; at += n) {
        n = step < SIZE - at ? step : SIZE - at;
        cr_assert(alg->crypt(state, data + at, n) == SS_OK);
    }
}

Test(cipher_stream, the_stream_does_not_depend_on_how_it_is_cut)
{
    static const size_t steps[] = {16, 32, 48, 1024};
    uint8_t whole[SIZE], pieces[SIZE];
    size_t i, k;

    for (i = 0; i < SS_COUNT(algs); i++) {
        const struct ss_cipher_alg *alg = algs[i];
        void *state = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(alg->iv), SS_SEAL);

        memset(whole, 0, SIZE);
        walk(alg, state, whole, SIZE);
        kit_cipher_free(alg, state);
        for (k = 0; k < SS_COUNT(steps); k++) {
            state = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(alg->iv), SS_SEAL);
            memset(pieces, 0, SIZE);
            walk(alg, state, pieces, steps[k]);
            kit_expect(ss_span_make(pieces, SIZE), ss_span_make(whole, SIZE), alg->name);
            kit_cipher_free(alg, state);
        }
    }
}

/* RFC 4344 section 4: the counter is the whole block, modulo 2^128. */
Test(cipher_stream, the_counter_carries_through_all_sixteen_bytes)
{
    const struct ss_cipher_alg *alg = &ss_cipher_aes128_ctr;
    uint8_t ones[16], zero[16] = {0}, a[32] = {0}, b[16] = {0};
    void *state;

    memset(ones, 0xff, 16);
    state = kit_cipher(alg, kit_bytes(16), ss_span_make(ones, 16), SS_SEAL);
    cr_assert(alg->crypt(state, a, 32) == SS_OK);
    kit_cipher_free(alg, state);
    state = kit_cipher(alg, kit_bytes(16), ss_span_make(zero, 16), SS_SEAL);
    cr_assert(alg->crypt(state, b, 16) == SS_OK);
    kit_cipher_free(alg, state);
    kit_expect(ss_span_make(a + 16, 16), ss_span_make(b, 16), "block after the last");
}

/* RFC 4253 section 6.3: the IV of a packet is the last block of the one before. */
Test(cipher_stream, cbc_chains_from_packet_to_packet)
{
    for (size_t i = 0; i < SS_COUNT(algs); i++) {
        const struct ss_cipher_alg *alg = algs[i];
        uint8_t zero[32] = {0}, first[32], iv[16];
        void *state;

        if ((alg->flags & SS_CIPHER_CBC) == 0)
            continue;
        state = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(alg->iv), SS_SEAL);
        cr_assert(alg->crypt(state, zero, 32) == SS_OK);
        memcpy(first, zero, 32);
        memcpy(iv, first + 32 - alg->block, alg->block);
        memset(zero, 0, 32);
        cr_assert(alg->crypt(state, zero, 32) == SS_OK);
        kit_cipher_free(alg, state);
        state = kit_cipher(alg, kit_bytes(alg->key), ss_span_make(iv, alg->iv), SS_SEAL);
        memset(first, 0, 32);
        cr_assert(alg->crypt(state, first, 32) == SS_OK);
        kit_expect(ss_span_make(first, 32), ss_span_make(zero, 32), alg->name);
        kit_cipher_free(alg, state);
    }
}

Test(cipher_stream, half_a_block_is_no_piece_of_cbc)
{
    for (size_t i = 0; i < SS_COUNT(algs); i++) {
        void *state = kit_cipher(algs[i], kit_bytes(algs[i]->key), kit_bytes(algs[i]->iv), SS_SEAL);
        uint8_t data[24] = {0};
        ss_err err = algs[i]->crypt(state, data, (size_t)algs[i]->block + 4);

        cr_expect((err == SS_OK) == ((algs[i]->flags & SS_CIPHER_CBC) == 0), "%s", algs[i]->name);
        kit_cipher_free(algs[i], state);
    }
}

Test(cipher_stream, the_two_names_of_aes256_cbc_are_one_cipher)
{
    uint8_t a[64] = {0}, b[64] = {0};
    void *one = kit_cipher(&ss_cipher_aes256_cbc, kit_bytes(32), kit_bytes(16), SS_SEAL);
    void *other = kit_cipher(&ss_cipher_rijndael_cbc, kit_bytes(32), kit_bytes(16), SS_SEAL);

    cr_assert(ss_cipher_aes256_cbc.crypt(one, a, 64) == SS_OK);
    cr_assert(ss_cipher_rijndael_cbc.crypt(other, b, 64) == SS_OK);
    kit_expect(ss_span_make(a, 64), ss_span_make(b, 64), "rijndael");
    kit_cipher_free(&ss_cipher_aes256_cbc, one);
    kit_cipher_free(&ss_cipher_rijndael_cbc, other);
}

Test(cipher_stream, opening_undoes_sealing)
{
    size_t i;

    for (i = 0; i < SS_COUNT(algs); i++) {
        const struct ss_cipher_alg *alg = algs[i];
        void *sealer = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(alg->iv), SS_SEAL);
        void *opener = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(alg->iv), SS_OPEN);
        uint8_t data[64];

        memcpy(data, kit_bytes(64).data, 64);
        cr_assert(alg->crypt(sealer, data, 64) == SS_OK);
        cr_expect(memcmp(data, kit_bytes(64).data, 64) != 0);
        cr_assert(alg->crypt(opener, data, 64) == SS_OK);
        kit_expect(ss_span_make(data, 64), kit_bytes(64), alg->name);
        cr_expect(alg->crypt(opener, data, 0) == SS_OK, "nothing is fine");
        cr_expect(alg->crypt(opener, data, (size_t)1 << 31) == SS_E_bad_argument);
        kit_cipher_free(alg, sealer);
        kit_cipher_free(alg, opener);
    }
}

Test(cipher_stream, a_zeroed_state_is_refused_and_may_be_finished)
{
    const struct ss_cipher_alg *alg = &ss_cipher_aes256_ctr;
    void *state = ss_alloc(&test_counted()->env, alg->state_size);
    uint8_t data[16] = {0};

    cr_assert(state != NULL);
    cr_expect(alg->crypt(state, data, 16) == SS_E_usage);
    kit_cipher_free(alg, state);
}
