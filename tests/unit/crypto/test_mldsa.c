/* SPDX-License-Identifier: Apache-2.0 */
/* test_mldsa.c - ML-DSA-44: a published answer, and what must not verify.
 *
 * Follows: FIPS 204. Under a public key whose t1 is zero anybody can make signatures, so that one
 *   thing at a time can be wrong with them. Published edge cases: tests/vectors. */
#include <criterion/criterion.h>

#include "crypto/mldsa.h"
#include "tests/unit/crypto/kit.h"

TestSuite(mldsa, .fini = test_counted_check);

enum { K = SS_MLDSA_K, L = SS_MLDSA_L, N = SS_MLDSA_N, OMEGA = SS_MLDSA_OMEGA, HINTS_AT = 2336 };

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

/* draft-ietf-lamps-dilithium-certificates appendix C, whose seed is the bytes from 0 up: rho, which
 * a public key begins with, and tr, which is the hash of all of it. */
Test(mldsa, the_public_key_of_a_published_seed)
{
    static uint8_t public_key[SS_MLDSA44_PUBLIC];
    const ss_span key = ss_span_make(public_key, sizeof public_key);
    uint8_t seed[32], tr[64];
    size_t i;

    for (i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    cr_assert(ss_mldsa44_public(env(), seed, public_key) == SS_OK);
    kit_expect(ss_span_part(key, 0, 32),
               test_hex("d7b2b47254aae0db45e7930d4a98d2c97d8f1397d1789dafa17024b316e9bec9"), "rho");
    cr_assert(ss_mldsa_shake(SS_SHAKE256, &key, 1, tr, sizeof tr) == SS_OK);
    kit_expect(ss_span_make(tr, sizeof tr),
               test_hex("329a07b1fabb48f52a309f11a1898f848e2322ffe623ec810db3bee33685854a"
                        "88269da320d5120bfcfe89a18e30f7114d83aa404a646b6c997389860d12522e"),
               "tr");
}

Test(mldsa, what_was_signed_verifies_and_nothing_else_does)
{
    static uint8_t public_key[SS_MLDSA44_PUBLIC], signature[SS_MLDSA44_SIGNATURE + 1];
    const ss_span whole = ss_span_make(signature, SS_MLDSA44_SIGNATURE);
    uint8_t seed[32], random[32];
    size_t n;

    for (n = 0; n < 40; n++) {
        ss_span text = kit_bytes(n * 6), context = kit_bytes(n == 39 ? 255 : n);

        memset(seed, (int)n, sizeof seed);
        memset(random, (int)(n * 3), sizeof random);
        cr_assert(ss_mldsa44_public(env(), seed, public_key) == SS_OK);
        cr_assert(ss_mldsa44_sign(env(), seed, context, text, random, signature) == SS_OK);
        cr_expect(ss_mldsa44_verify(env(), public_key, context, text, whole) == SS_OK, "%zu", n);
        cr_expect(ss_mldsa44_verify(env(), public_key, kit_bytes(41), text, whole) ==
                  SS_E_bad_signature);
        cr_expect(ss_mldsa44_verify(env(), public_key, context, ss_span_of("else"), whole) ==
                  SS_E_bad_signature);
    }
    for (n = 0; n < SS_MLDSA44_SIGNATURE; n += 13) {
        signature[n] ^= 1;
        cr_expect(ss_mldsa44_verify(env(), public_key, kit_bytes(255), kit_bytes(39 * 6), whole) ==
                      SS_E_bad_signature,
                  "byte %zu", n);
        signature[n] ^= 1;
    }
    for (n = 0; n <= sizeof signature; n += n == 0 ? SS_MLDSA44_SIGNATURE - 1 : 2)
        cr_expect(ss_mldsa44_verify(env(), public_key, kit_bytes(255), kit_bytes(39 * 6),
                                    ss_span_make(signature, n)) == SS_E_bad_signature);
    cr_expect(ss_mldsa44_sign(env(), seed, kit_bytes(256), kit_bytes(1), random, signature) ==
              SS_E_bad_argument);
    cr_expect(ss_mldsa44_verify(env(), public_key, kit_bytes(256), kit_bytes(1), whole) ==
              SS_E_bad_argument);
}

/* ---- signatures that anybody can make ---- */

struct forgery {
    uint8_t public_key[SS_MLDSA44_PUBLIC], bytes[SS_MLDSA44_SIGNATURE];
    struct ss_poly z[L], hint[K];
};

static void multiply(const struct forgery *f, uint8_t row, struct ss_poly *out)
{
    struct ss_poly a, z, product;
    uint8_t column;

    memset(out, 0, sizeof *out);
    for (column = 0; column < L; column++) {
        cr_assert(ss_poly_sample_ntt(&a, f->public_key, column, row) == SS_OK);
        z = f->z[column];
        ss_poly_ntt(&z);
        ss_poly_multiply(&product, &a, &z);
        ss_poly_add(out, &product);
    }
    ss_poly_inverse_ntt(out);
}

/* Fills bytes: with t1 zero, w is A z whatever the challenge, so its hash can be made last. */
static void forge(struct forgery *f, ss_span text)
{
    const ss_span key = ss_span_make(f->public_key, sizeof f->public_key);
    uint8_t tr[64], mu[64], w1[K * 192];
    const uint8_t head[2] = {0, 0};
    ss_span mu_parts[3] = {ss_span_make(tr, 64), ss_span_make(head, 2), text};
    ss_span parts[2] = {ss_span_make(mu, 64), ss_span_make(w1, sizeof w1)};
    size_t i, j, n = 0;
    struct ss_poly w, z;

    cr_assert(ss_mldsa_shake(SS_SHAKE256, &key, 1, tr, 64) == SS_OK);
    cr_assert(ss_mldsa_shake(SS_SHAKE256, mu_parts, 3, mu, 64) == SS_OK);
    memset(f->bytes, 0, sizeof f->bytes);
    for (i = 0; i < K; i++) {
        multiply(f, (uint8_t)i, &w);
        ss_poly_use_hint(&w, &f->hint[i], &z);
        ss_poly_pack(&z, 6, w1 + i * 192);
        for (j = 0; j < N; j++) {
            if (f->hint[i].c[j] != 0)
                f->bytes[HINTS_AT + n++] = (uint8_t)j;
        }
        f->bytes[HINTS_AT + OMEGA + i] = (uint8_t)n;
    }
    cr_assert(ss_mldsa_shake(SS_SHAKE256, parts, 2, f->bytes, SS_MLDSA_CTILDE) == SS_OK);
    for (i = 0; i < L; i++) {
        z = f->z[i];
        ss_poly_mirror(&z, SS_MLDSA_GAMMA1);
        ss_poly_pack(&z, 18, f->bytes + SS_MLDSA_CTILDE + i * 576);
    }
}

static ss_err verify(const struct forgery *f)
{
    return ss_mldsa44_verify(env(), f->public_key, ss_span_make(NULL, 0), ss_span_of("forged"),
                             ss_span_make(f->bytes, sizeof f->bytes));
}

/* z may be as long as gamma1 - beta - 1, either way, wherever it stands. */
Test(mldsa, a_response_that_is_too_long_is_refused)
{
    static const struct {
        int32_t z;
        ss_err want;
    } rows[] = {
        {0, SS_OK},
        {1, SS_OK},
        {-1, SS_OK},
        {130993, SS_OK},
        {-130993, SS_OK},
        {130994, SS_E_bad_signature},
        {-130994, SS_E_bad_signature},
        {131072, SS_E_bad_signature},
        {-131071, SS_E_bad_signature},
    };
    static struct forgery f;
    size_t i, at;

    for (i = 0; i < SS_COUNT(rows); i++) {
        for (at = 0; at < 2; at++) {
            memset(&f, 0, sizeof f);
            f.z[at * 3].c[at * 255] =
                (uint32_t)(rows[i].z < 0 ? SS_MLDSA_Q + rows[i].z : rows[i].z);
            forge(&f, ss_span_of("forged"));
            cr_expect(verify(&f) == rows[i].want, "%d at %zu", (int)rows[i].z, at);
        }
    }
}

/* Of one set of hints there is one form. What each change leaves alone is the set itself, or what a
 * lenient reader would make of it. */
Test(mldsa, hints_have_one_form)
{
    static struct forgery f;
    static const size_t places[] = {3, 7, 200};
    uint8_t *hints = f.bytes + HINTS_AT, *ends = hints + OMEGA;
    size_t i;

    for (i = 0; i < SS_COUNT(places); i++)
        f.hint[1].c[places[i]] = 1;
    f.hint[3].c[255] = 1;
    f.z[0].c[9] = 1000;
    forge(&f, ss_span_of("forged"));
    cr_expect(verify(&f) == SS_OK);
    hints[0] = 7;
    hints[1] = 3;
    cr_expect(verify(&f) == SS_E_bad_signature, "out of order");
    hints[0] = hints[1] = 3;
    cr_expect(verify(&f) == SS_E_bad_signature, "twice");
    forge(&f, ss_span_of("forged"));
    hints[4] = 1;
    cr_expect(verify(&f) == SS_E_bad_signature, "something behind the last");
    forge(&f, ss_span_of("forged"));
    hints[OMEGA - 1] = 1;
    cr_expect(verify(&f) == SS_E_bad_signature, "something at the very end");
    forge(&f, ss_span_of("forged"));
    ends[2] = 2;
    cr_expect(verify(&f) == SS_E_bad_signature, "an end before the one before");
    forge(&f, ss_span_of("forged"));
    ends[3] = OMEGA + 1;
    cr_expect(verify(&f) == SS_E_bad_signature, "more than there can be");
    ends[3] = 255;
    cr_expect(verify(&f) == SS_E_bad_signature, "many more");
}

/* Said twice it is the same set, and would be another signature for the same message. */
Test(mldsa, a_hint_is_said_once)
{
    static struct forgery f;
    uint8_t *hints = f.bytes + HINTS_AT;

    f.hint[3].c[9] = 1;
    forge(&f, ss_span_of("forged"));
    cr_expect(verify(&f) == SS_OK && hints[0] == 9 && hints[OMEGA + 3] == 1);
    hints[1] = 9;
    hints[OMEGA + 3] = 2;
    cr_expect(verify(&f) == SS_E_bad_signature);
}

Test(mldsa, as_many_hints_as_there_may_be)
{
    static struct forgery f;
    size_t i;

    for (i = 0; i < OMEGA; i++)
        f.hint[i % K].c[i] = 1;
    forge(&f, ss_span_of("forged"));
    cr_expect(verify(&f) == SS_OK);
}

Test(mldsa, no_memory_is_said_and_leaves_nothing)
{
    static uint8_t bytes[SS_MLDSA44_SIGNATURE];
    struct ss_counted *counted = test_counted();
    uint8_t seed[32] = {0};
    ss_span none = {NULL, 0};

    KIT_SCARCE(counted);
    cr_expect(ss_mldsa44_public(env(), seed, bytes) == SS_E_no_memory);
    cr_expect(ss_mldsa44_sign(env(), seed, none, none, seed, bytes) == SS_E_no_memory);
    cr_expect(ss_mldsa44_verify(env(), bytes, none, none, ss_span_make(bytes, sizeof bytes)) ==
              SS_E_no_memory);
    KIT_PLENTY(counted);
}
