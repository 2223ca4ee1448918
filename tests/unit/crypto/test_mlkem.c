/* SPDX-License-Identifier: Apache-2.0 */
/* test_mlkem.c - ML-KEM-768 and ML-KEM-1024: published answers, key checks, implicit rejection.
 *
 * Follows: FIPS 203. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>

#include "crypto/keccak.h"
#include "tests/unit/crypto/kit_kem.h"

/* NIST ACVP, ML-KEM-keyGen-FIPS203: what a key begins and ends with, and, as it stands in the
 * decapsulation key, the hash of all of the encapsulation key. */
static const struct row {
    const struct ss_kem_alg *alg;
    const char *what, *d, *z;
    const char *secret_head, *public_head, *public_tail, *public_hash; /* null: not given */
} rows[] = {
    {
        .alg = &ss_kem_mlkem768,
        .what = "ML-KEM-768, test 27",
        .d = "dd8fa382972a912d49b0b9e7edf8e55791363846d4603982a881023a61ea330c",
        .z = "52dbf5d5e8407b29b2b75c0af795aaf1df352f1403c8e9d3648bc2135344e4a6",
        .secret_head = "af0475d61621c794c1d80c79dc6cb7f3229d4a190c9b4907469c9447d6802bf5",
        .public_head = "877b5e1a9a8dc33201f4daaed3e6137181360761182cd40355d718842a32ff85",
        .public_tail = "463e4ae36dd11ba1dd8423bd5e8e09aa2ae822eb9186de5d3d7a41a07f38a9c1",
        .public_hash = "3f32a6393b79630d28cc7f013f6b692b7e214b06e995ab195238ae4eea102c47",
    },
    {
        .alg = &ss_kem_mlkem1024,
        .what = "ML-KEM-1024, test 54",
        .d = "b5bb6cf459cd7e48ddb9e309315963b25ff1a2a39f6d0db5e8d5c1c3e8fd7687",
        .z = "a0007372cbac452938b70f13e7f588e8cf4fadec910d2a292e37a09ef7b6ffed",
        .secret_head = "ab2714a05223f3f5120642167e4565dbe0c6f3796ed1bc5dcc2a576e777c579b",
        .public_head = "53b8cc406993437b390cf1391399017424303cb92e057b44cd839d54f680087b",
        .public_tail = "d13433f40136afbb5573ed9dcf914a6e3a28235821a66faa644710ae4bf6608f",
    },
};

static void expect_part(const uint8_t *bytes, const char *hex, const char *what)
{
    if (hex != NULL)
        kit_expect(ss_span_make(bytes, 32), test_hex(hex), what);
}

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

Test(mlkem, keys_of_published_seeds)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const uint8_t *end;
        struct kit_drawn drawn;
        struct kit_kem kem;
        uint8_t seed[64], hash[32];

        memcpy(seed, test_hex(row->d).data, 32);
        memcpy(seed + 32, test_hex(row->z).data, 32);
        kit_drawn_init(&drawn, ss_span_make(seed, sizeof seed));
        kit_kem_keygen(&kem, row->alg, &drawn.env);
        end = kem.secret_key + row->alg->secret_key;
        expect_part(kem.secret_key, row->secret_head, row->what);
        expect_part(kem.public_key, row->public_head, row->what);
        expect_part(kem.public_key + row->alg->public_key - 32, row->public_tail, row->what);
        hash_of(SS_SHA3_256, ss_span_make(kem.public_key, row->alg->public_key),
                ss_span_make(NULL, 0), hash, sizeof hash);
        expect_part(hash, row->public_hash, row->what);
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
    uint8_t key[SS_KEM_PUBLIC_MAX], text[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
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
