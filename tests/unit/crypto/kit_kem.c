/* SPDX-License-Identifier: Apache-2.0 */
/* kit_kem.c - questions put to any key encapsulation mechanism.
 *
 * Owns: nothing. */
#include "tests/unit/crypto/kit_kem.h"

#include <criterion/criterion.h>

void kit_kem_keygen(struct kit_kem *kem, const struct ss_kem_alg *alg, const struct ss_env *env)
{
    memset(kem, 0, sizeof *kem);
    kem->alg = alg;
    cr_assert(alg->keygen(alg, env, kem->public_key, kem->secret_key) == SS_OK, "%s", alg->name);
}

void kit_kem_encaps(struct kit_kem *kem, const struct ss_env *env)
{
    const struct ss_kem_alg *alg = kem->alg;
    ss_span public_key = test_guarded(ss_span_make(kem->public_key, alg->public_key));

    cr_assert(alg->encaps(alg, env, public_key, kem->ciphertext, kem->shared) == SS_OK, "%s",
              alg->name);
}

void kit_kem_decaps(const struct kit_kem *kem, ss_span ciphertext, const uint8_t *want,
                    const char *what)
{
    const struct ss_kem_alg *alg = kem->alg;
    uint8_t got[SS_KEM_SHARED];

    cr_assert(alg->decaps(alg, ss_span_make(kem->secret_key, alg->secret_key), ciphertext, got) ==
                  SS_OK,
              "%s: %s", alg->name, what);
    kit_expect(ss_span_make(got, sizeof got), ss_span_make(want, sizeof got), what);
}

void kit_kem_round_trips(const struct ss_kem_alg *alg, size_t trips, size_t trips_a_key)
{
    struct kit_kem kem;
    size_t i;

    for (i = 0; i < trips; i++) {
        uint8_t flipped[SS_KEM_CIPHERTEXT_MAX], other[SS_KEM_SHARED];
        uint8_t draw[3];
        size_t at;

        if (i % trips_a_key == 0)
            kit_kem_keygen(&kem, alg, test_env());
        kit_kem_encaps(&kem, test_env());
        kit_kem_decaps(&kem, ss_span_make(kem.ciphertext, alg->ciphertext), kem.shared, "trip");
        cr_assert(ss_random(test_env(), draw, sizeof draw) == SS_OK);
        at = (size_t)(draw[0] << 8 | draw[1]) % alg->ciphertext;
        memcpy(flipped, kem.ciphertext, alg->ciphertext);
        flipped[at] ^= (uint8_t)(1 << (draw[2] & 7));
        cr_assert(alg->decaps(alg, ss_span_make(kem.secret_key, alg->secret_key),
                              ss_span_make(flipped, alg->ciphertext), other) == SS_OK);
        cr_assert(memcmp(other, kem.shared, sizeof other) != 0, "bit %d of byte %zu", draw[2] & 7,
                  at);
    }
}

void kit_kem_rejects(const struct ss_kem_alg *alg, kit_kem_rejection expected)
{
    static const uint8_t patterns[] = {0, 0xff, 0xaa};
    struct kit_kem kem;
    uint8_t changed[SS_KEM_CIPHERTEXT_MAX] = {0}, want[SS_KEM_SHARED];
    ss_span span = ss_span_make(changed, alg->ciphertext);
    size_t i;

    kit_kem_keygen(&kem, alg, test_env());
    kit_kem_encaps(&kem, test_env());
    for (i = 0; i < alg->ciphertext; i++) {
        memcpy(changed, kem.ciphertext, sizeof changed);
        changed[i] ^= (uint8_t)(1 << i % 8);
        expected(&kem, span, want);
        kit_kem_decaps(&kem, span, want, "a flipped bit");
    }
    for (i = 0; i < SS_COUNT(patterns); i++) {
        memset(changed, patterns[i], sizeof changed);
        expected(&kem, span, want);
        kit_kem_decaps(&kem, span, want, "a pattern");
    }
}

void kit_kem_misuse(const struct ss_kem_alg *alg)
{
    static uint8_t key[SS_KEM_SECRET_MAX + 1], text[SS_KEM_CIPHERTEXT_MAX + 1];
    struct kit_kem kem;
    struct kit_drawn nothing;
    uint8_t shared[SS_KEM_SHARED];
    size_t i;

    kit_kem_keygen(&kem, alg, test_env());
    kit_kem_encaps(&kem, test_env());
    memcpy(key, kem.public_key, alg->public_key);
    for (i = 0; i <= alg->public_key + 1U; i += i == 0 ? alg->public_key - 1U : 1) {
        ss_span span = test_guarded(ss_span_make(key, i));

        if (i != alg->public_key) {
            cr_expect(alg->check(alg, span) == SS_E_bad_public_value);
            cr_expect(alg->encaps(alg, test_env(), span, text, shared) == SS_E_bad_public_value);
        }
    }
    memcpy(key, kem.secret_key, alg->secret_key);
    memcpy(text, kem.ciphertext, alg->ciphertext);
    for (i = 0; i < 3; i++) {
        ss_span secret_key = ss_span_make(key, alg->secret_key), span = ss_span_make(NULL, 0);

        if (i > 0)
            span = test_guarded(ss_span_make(text, alg->ciphertext + 3 - 2 * i));
        cr_expect(alg->decaps(alg, secret_key, span, shared) == SS_E_bad_public_value);
        span = ss_span_make(text, alg->ciphertext);
        secret_key.size += i == 0 ? 1 : 0U - i;
        cr_expect(alg->decaps(alg, secret_key, span, shared) == SS_E_bad_key);
    }
    kit_drawn_init(&nothing, ss_span_make(NULL, 0));
    cr_expect(alg->keygen(alg, &nothing.env, key, key) == SS_E_no_random);
    cr_expect(alg->encaps(alg, &nothing.env, ss_span_make(kem.public_key, alg->public_key), text,
                          shared) == SS_E_no_random);
}

void kit_kem_digest(const uint8_t *bytes, size_t n, const char *digest, const char *what)
{
    ss_span span = ss_span_make(bytes, n);
    uint8_t got[32];

    cr_assert(ss_hash_sha256.digest(&span, 1, got) == SS_OK);
    kit_expect(ss_span_make(got, sizeof got), test_hex(digest), what);
}
