/* SPDX-License-Identifier: Apache-2.0 */
/* test_mlkem.c - ML-KEM-768 and ML-KEM-1024: published answers, key checks, implicit rejection.
 *
 * Follows: FIPS 203. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>

#include "crypto/keccak.h"
#include "tests/unit/crypto/kit_kem.h"

/* draft-ietf-lamps-kyber-certificates appendix C, whose seed is the bytes from 0 up: what a
 * decapsulation key begins with, and, as it stands in there, the hash of the encapsulation key. */
static const struct row {
    const struct ss_kem_alg *alg;
    const char *secret_head, *public_hash;
} rows[] = {
    {&ss_kem_mlkem768, "27d2a77f33756f61208ef113abe82595873d4abc730e5b5d679529bf6a4ceb63",
     "a24e16d8f8f9383a95b77050f4d9fd2f5733eec1d63ef3c23ebf9918173669a7"},
    {&ss_kem_mlkem1024, "f77b7f6b15c73fe2cc546b67fb774ca19b42cd463ea9fbb984ca477a77b6c710",
     "61349e5c131a7e116a0463861d7d18663c5627c38c7147ddaadfd48acd7a4535"},
};

static void hash_of(enum ss_keccak_kind kind, ss_span a, ss_span b, uint8_t *out, size_t n)
{
    struct ss_keccak keccak;
    ss_span parts[2];

    parts[0] = a;
    parts[1] = b;
    ss_keccak_init(&keccak);
    ss_keccak_hash(&keccak, kind, parts, 2, out, n);
    cr_assert(ss_keccak_done(&keccak) == SS_OK);
}

Test(mlkem, keys_of_a_published_seed)
{
    uint8_t seed[64], hash[32];
    size_t i;

    for (i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const uint8_t *end;
        struct kit_drawn drawn;
        struct kit_kem kem;

        kit_drawn_init(&drawn, ss_span_make(seed, sizeof seed));
        kit_kem_keygen(&kem, row->alg, &drawn.env);
        end = kem.secret_key + row->alg->secret_key;
        kit_expect(ss_span_make(kem.secret_key, 32), test_hex(row->secret_head), row->alg->name);
        hash_of(SS_SHA3_256, ss_span_make(kem.public_key, row->alg->public_key),
                ss_span_make(NULL, 0), hash, sizeof hash);
        kit_expect(ss_span_make(hash, 32), test_hex(row->public_hash), row->alg->name);
        kit_expect(ss_span_make(end - 64, 32), ss_span_make(hash, 32), "the hash within");
        kit_expect(ss_span_make(end - 32, 32), ss_span_make(seed + 32, 32), "z");
    }
}

/* FIPS 203 section 6.2: the secret is the first half of G(m || H(ek)), the ciphertext follows from
 * m alone; with messages whose bits are all the same and such as are one bit. */
Test(mlkem, the_message_decides)
{
    static const uint8_t patterns[] = {0, 0xff, 0x55, 1, 0x80};
    size_t i, n;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_kem_alg *alg = rows[i].alg;
        struct kit_kem kem;

        kit_kem_keygen(&kem, alg, test_env());
        for (n = 0; n < SS_COUNT(patterns); n++) {
            const uint8_t *hash = kem.secret_key + alg->secret_key - 64;
            uint8_t message[32], first[SS_KEM_CIPHERTEXT_MAX], both[64];
            struct kit_drawn drawn;

            memset(message, n < 3 ? patterns[n] : 0, sizeof message);
            message[n % 2 * 31] = patterns[n];
            kit_drawn_init(&drawn, ss_span_make(message, sizeof message));
            kit_kem_encaps(&kem, &drawn.env);
            memcpy(first, kem.ciphertext, sizeof first);
            hash_of(SS_SHA3_512, ss_span_make(message, 32), ss_span_make(hash, 32), both,
                    sizeof both);
            kit_expect(ss_span_make(kem.shared, 32), ss_span_make(both, 32), "the secret");
            kit_kem_decaps(&kem, ss_span_make(first, alg->ciphertext), both, "a pattern");
            kit_kem_encaps(&kem, &drawn.env);
            kit_expect(ss_span_make(kem.ciphertext, alg->ciphertext),
                       ss_span_make(first, alg->ciphertext), "the ciphertext again");
        }
    }
}

/* A vector s or e of zeros: t is zero, and so encaps is the noise alone. */
Test(mlkem, a_public_key_of_zeros_is_a_key)
{
    static const struct ss_kem_alg *const algs[] = {&ss_kem_mlkem768, &ss_kem_mlkem1024};
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    static uint8_t zeros[SS_KEM_PUBLIC_MAX];
    size_t i;

    for (i = 0; i < SS_COUNT(algs); i++)
        cr_expect(algs[i]->encaps(algs[i], test_env(), ss_span_make(zeros, algs[i]->public_key),
                                  ciphertext, shared) == SS_OK);
}

static void set_coefficient(uint8_t *key, size_t i, uint32_t x)
{
    uint8_t *at = key + i / 2 * 3;

    if (i % 2 == 0) {
        at[0] = (uint8_t)x;
        at[1] = (uint8_t)((at[1] & 0xf0) | x >> 8);
    } else {
        at[1] = (uint8_t)((at[1] & 0x0f) | (x << 4 & 0xf0));
        at[2] = (uint8_t)(x >> 4);
    }
}

/* rule: MLKEM-2.1-encapsulation-key-check */
static void check_modulus(const struct ss_kem_alg *alg)
{
    static const uint32_t bad[] = {3329, 3330, 4095};
    struct kit_kem kem;
    uint8_t key[SS_KEM_PUBLIC_MAX] = {0}, text[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    ss_span span = ss_span_make(key, alg->public_key);
    size_t i;

    kit_kem_keygen(&kem, alg, test_env());
    for (i = 0; i < (alg->public_key - 32U) / 3 * 2; i++) {
        memcpy(key, kem.public_key, sizeof key);
        set_coefficient(key, i, 3328);
        cr_assert(alg->check(alg, span) == SS_OK, "%zu", i);
        set_coefficient(key, i, bad[i % SS_COUNT(bad)]);
        cr_assert(alg->check(alg, span) == SS_E_bad_public_value, "%zu", i);
        cr_assert(alg->encaps(alg, test_env(), span, text, shared) == SS_E_bad_public_value);
    }
    memset(key, 0xff, sizeof key);
    cr_expect(alg->check(alg, span) == SS_E_bad_public_value);
}

Test(mlkem, a_coefficient_over_the_modulus_is_refused_anywhere)
{
    check_modulus(&ss_kem_mlkem768);
    check_modulus(&ss_kem_mlkem1024);
}

/* FIPS 203 section 7.3: the key inside and its hash must belong together. */
static void check_secret(const struct ss_kem_alg *alg)
{
    struct kit_kem kem;
    size_t from, i;

    kit_kem_keygen(&kem, alg, test_env());
    kit_kem_encaps(&kem, test_env());
    from = (alg->public_key - 32U) / 3 * 3;
    for (i = from; i < from + alg->public_key + 32; i += 13) {
        kem.secret_key[i] ^= 0x10;
        cr_expect(alg->decaps(alg, ss_span_make(kem.secret_key, alg->secret_key),
                              ss_span_make(kem.ciphertext, alg->ciphertext),
                              kem.shared) == SS_E_bad_key,
                  "%s: byte %zu", alg->name, i);
        kem.secret_key[i] ^= 0x10;
    }
}

Test(mlkem, a_secret_key_that_does_not_fit_together_is_refused)
{
    check_secret(&ss_kem_mlkem768);
    check_secret(&ss_kem_mlkem1024);
}

/* J(z, c). */
static void rejection(const struct kit_kem *kem, ss_span ciphertext, uint8_t *out)
{
    hash_of(SS_SHAKE256, ss_span_make(kem->secret_key + kem->alg->secret_key - 32, 32), ciphertext,
            out, SS_KEM_SHARED);
}

Test(mlkem, a_changed_ciphertext_gives_another_secret)
{
    kit_kem_rejects(&ss_kem_mlkem768, rejection);
    kit_kem_rejects(&ss_kem_mlkem1024, rejection);
}

/* Both ciphertexts begin with a zero byte: a comparison that ends there would find them equal. */
Test(mlkem, a_zero_byte_does_not_end_the_comparison)
{
    const struct ss_kem_alg *alg = &ss_kem_mlkem768;
    uint8_t want[SS_KEM_SHARED];
    struct kit_kem kem;
    unsigned tries;

    kit_kem_keygen(&kem, alg, test_env());
    for (tries = 0; tries < 10000; tries++) {
        kit_kem_encaps(&kem, test_env());
        if (kem.ciphertext[0] == 0)
            break;
    }
    cr_assert(kem.ciphertext[0] == 0);
    kem.ciphertext[1087] ^= 0x80;
    rejection(&kem, ss_span_make(kem.ciphertext, alg->ciphertext), want);
    kit_kem_decaps(&kem, ss_span_make(kem.ciphertext, alg->ciphertext), want, "after a zero");
}

Test(mlkem, a_thousand_round_trips)
{
    kit_kem_round_trips(&ss_kem_mlkem768, 1000, 4);
    kit_kem_round_trips(&ss_kem_mlkem1024, 1000, 4);
}

Test(mlkem, wrong_lengths_and_no_randomness)
{
    kit_kem_misuse(&ss_kem_mlkem768);
    kit_kem_misuse(&ss_kem_mlkem1024);
}
