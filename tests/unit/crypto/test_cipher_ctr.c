/* SPDX-License-Identifier: Apache-2.0 */
/* test_cipher_ctr.c - AES in counter mode as one stream.
 *
 * Follows: RFC 4344 section 4; the vectors of NIST SP 800-38A are part of the self test. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(cipher_ctr, .fini = test_counted_check);

static const struct ss_cipher_alg *const algs[] = {&ss_cipher_aes128_ctr, &ss_cipher_aes256_ctr};

enum { SIZE = 4096 };

static void walk(const struct ss_cipher_alg *alg, void *state, uint8_t *data, size_t step)
{
    size_t at, n;

    for (at = 0; at < SIZE; at += n) {
        n = step < SIZE - at ? step : SIZE - at;
        cr_assert(alg->crypt(state, data + at, n) == SS_OK);
    }
}

Test(cipher_ctr, the_stream_does_not_depend_on_how_it_is_cut)
{
    static const size_t steps[] = {16, 32, 48, 1024};
    uint8_t whole[SIZE], pieces[SIZE];
    size_t i, k;

    for (i = 0; i < SS_COUNT(algs); i++) {
        const struct ss_cipher_alg *alg = algs[i];
        void *state = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(16), SS_SEAL);

        memset(whole, 0, SIZE);
        walk(alg, state, whole, SIZE);
        kit_cipher_free(alg, state);
        for (k = 0; k < SS_COUNT(steps); k++) {
            state = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(16), SS_SEAL);
            memset(pieces, 0, SIZE);
            walk(alg, state, pieces, steps[k]);
            kit_expect(ss_span_make(pieces, SIZE), ss_span_make(whole, SIZE), alg->name);
            kit_cipher_free(alg, state);
        }
    }
}

/* RFC 4344 section 4: the counter is the whole block, modulo 2^128. */
Test(cipher_ctr, the_counter_carries_through_all_sixteen_bytes)
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

Test(cipher_ctr, opening_undoes_sealing)
{
    size_t i;

    for (i = 0; i < SS_COUNT(algs); i++) {
        const struct ss_cipher_alg *alg = algs[i];
        void *sealer = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(16), SS_SEAL);
        void *opener = kit_cipher(alg, kit_bytes(alg->key), kit_bytes(16), SS_OPEN);
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

Test(cipher_ctr, a_zeroed_state_is_refused_and_may_be_finished)
{
    const struct ss_cipher_alg *alg = &ss_cipher_aes256_ctr;
    void *state = ss_alloc(&test_counted()->env, alg->state_size);
    uint8_t data[16] = {0};

    cr_assert(state != NULL);
    cr_expect(alg->crypt(state, data, 16) == SS_E_usage);
    kit_cipher_free(alg, state);
}
