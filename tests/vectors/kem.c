/* SPDX-License-Identifier: Apache-2.0 */
/* kem.c - ML-KEM: keys from seeds, ciphertexts from messages, secrets from ciphertexts.
 *
 * Owns: nothing.
 * Not here: the table that names these (main.c).
 * Called by: main.c.
 * Follows: FIPS 203 sections 6 and 7. */
#include "crypto/kem.h"

#include "tests/vectors/vectors.h"

struct keys {
    uint8_t public_key[SS_KEM_PUBLIC_MAX], secret_key[SS_KEM_SECRET_MAX];
};

static bool same(const uint8_t *got, size_t size, ss_span want)
{
    return ss_span_eq(ss_span_make(got, size), want);
}

/* Fields: m, ek, c, K. */
struct verdict run_kem_encaps(const struct file *file, const struct vector *vector)
{
    const struct ss_kem_alg *alg = file->param;
    uint8_t ciphertext[SS_KEM_CIPHERTEXT_MAX], shared[SS_KEM_SHARED];
    ss_span public_key = vector->field[1];
    struct drawn drawn;
    ss_err err;

    drawn_init(&drawn, vector->field[0]);
    err = alg->encaps(alg, &drawn.env, public_key, ciphertext, shared);
    if (err != SS_E_no_random && alg->check(alg, public_key) != err)
        return wrong("the check of the key says otherwise");
    if (err == SS_OK && (!same(ciphertext, alg->ciphertext, vector->field[2]) ||
                         !same(shared, sizeof shared, vector->field[3])))
        return wrong("another ciphertext or secret");
    return judge(err, SS_E_bad_public_value, SS_E_bad_public_value);
}

/* Fields: dk, c, K. */
struct verdict run_kem_decaps(const struct file *file, const struct vector *vector)
{
    const struct ss_kem_alg *alg = file->param;
    uint8_t shared[SS_KEM_SHARED];
    ss_err err = alg->decaps(alg, vector->field[0], vector->field[1], shared);

    if (err == SS_OK && !same(shared, sizeof shared, vector->field[2]))
        return wrong("another secret");
    return judge(err, SS_E_bad_key, SS_E_bad_public_value);
}

/* Keys drawn from a seed, which has to be 64 bytes: no other is drawn. */
static ss_err draw_keys(const struct ss_kem_alg *alg, ss_span seed, struct keys *out)
{
    struct drawn drawn;

    drawn_init(&drawn, seed);
    return alg->keygen(alg, &drawn.env, out->public_key, out->secret_key);
}

/* Fields: seed, ek, dk. */
struct verdict run_kem_keygen(const struct file *file, const struct vector *vector)
{
    const struct ss_kem_alg *alg = file->param;
    struct keys keys;
    ss_err err = draw_keys(alg, vector->field[0], &keys);

    if (err == SS_OK && (!same(keys.public_key, alg->public_key, vector->field[1]) ||
                         !same(keys.secret_key, alg->secret_key, vector->field[2])))
        return wrong("other keys");
    return judge(err, SS_E_bad_key, SS_E_bad_key);
}

/* Fields: seed, ek, c, K. */
struct verdict run_kem_seed(const struct file *file, const struct vector *vector)
{
    const struct ss_kem_alg *alg = file->param;
    uint8_t shared[SS_KEM_SHARED];
    struct keys keys;
    ss_err err;

    if (vector->field[0].size != 64)
        return inexpressible("seeds are drawn, of 64 bytes");
    err = draw_keys(alg, vector->field[0], &keys);
    if (err == SS_OK && vector->there[1] &&
        !same(keys.public_key, alg->public_key, vector->field[1]))
        return wrong("another public key");
    if (err == SS_OK)
        err = alg->decaps(alg, ss_span_make(keys.secret_key, alg->secret_key), vector->field[2],
                          shared);
    if (err == SS_OK && !same(shared, sizeof shared, vector->field[3]))
        return wrong("another secret");
    return judge(err, SS_E_bad_public_value, SS_E_bad_public_value);
}
