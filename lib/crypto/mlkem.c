/* SPDX-License-Identifier: Apache-2.0 */
/* mlkem.c - ML-KEM-768 and ML-KEM-1024.
 *
 * Owns: a work area on the stack during a call, wiped at its end.
 * Not here: polynomials (mlkem_poly.c), hashing (keccak.c).
 * Called by: kex_hybrid.c through kem.h.
 * Follows: FIPS 203: K-PKE is section 5, ML-KEM sections 6 and 7; letters as there. Both sizes have
 *   eta_1 = eta_2 = 2.
 *
 * A decapsulation key is s, the encapsulation key, its hash, and z. */
#include "crypto/ct.h"
#include "crypto/keccak.h"
#include "crypto/kem.h"
#include "crypto/mlkem_poly.h"

enum { K_MAX = 4, SEED = 32, PACKED = 384 /* bytes of a polynomial in 12 bits */ };

struct params {
    unsigned k;      /* polynomials in a vector */
    unsigned du, dv; /* bits of a coefficient in the two parts of a ciphertext */
};
static const struct params params_768 = {3, 10, 4}, params_1024 = {4, 11, 5};

struct work {
    const struct params *p;
    struct ss_keccak keccak;
    bool unlucky; /* a matrix entry ran out of tries */
    struct ss_mlkem_poly secret[K_MAX], other[K_MAX], sum, noise;
    uint8_t hashed[2 * SEED]; /* what G gave */
    uint8_t message[SEED], rejected[SS_KEM_SHARED];
    uint8_t bytes[SS_MLKEM_UNIFORM];
    uint8_t again[SS_KEM_CIPHERTEXT_MAX];
};

static void work_init(struct work *work, const struct ss_kem_alg *alg)
{
    work->p = alg->param;
    work->unlucky = false;
    ss_keccak_init(&work->keccak);
}

static ss_err work_done(struct work *work)
{
    ss_err err = ss_keccak_done(&work->keccak);

    if (err == SS_OK && work->unlucky)
        err = SS_E_crypto;
    ss_wipe(work, sizeof *work);
    return err;
}

static void hash_two(struct work *work, enum ss_keccak_kind kind, ss_span a, ss_span b,
                     uint8_t *out, size_t n)
{
    ss_span parts[2];

    parts[0] = a;
    parts[1] = b;
    ss_keccak_hash(&work->keccak, kind, parts, 2, out, n);
}

static void hash_key(struct work *work, const uint8_t *public_key, size_t size, uint8_t *out)
{
    ss_span part = ss_span_make(public_key, size);

    ss_keccak_hash(&work->keccak, SS_SHA3_256, &part, 1, out, SEED);
}

/* ---- sampling ---- */

/* Row i of the matrix, or of its transpose, into other. */
static void sample_row(struct work *work, const uint8_t *rho, unsigned i, bool transposed)
{
    unsigned j;

    for (j = 0; j < work->p->k; j++) {
        uint8_t place[2];

        place[transposed ? 1 : 0] = (uint8_t)j;
        place[transposed ? 0 : 1] = (uint8_t)i;
        hash_two(work, SS_SHAKE128, ss_span_make(rho, SEED), ss_span_make(place, 2), work->bytes,
                 SS_MLKEM_UNIFORM);
        if (!ss_mlkem_uniform(&work->other[j], work->bytes))
            work->unlucky = true;
    }
}

static void sample_noise(struct work *work, const uint8_t *seed, unsigned number,
                         struct ss_mlkem_poly *out)
{
    uint8_t nonce = (uint8_t)number;

    hash_two(work, SS_SHAKE256, ss_span_make(seed, SEED), ss_span_make(&nonce, 1), work->bytes,
             SS_MLKEM_NOISE);
    ss_mlkem_noise(out, work->bytes);
}

/* The secret vector, transformed. */
static void sample_secret(struct work *work, const uint8_t *seed)
{
    unsigned i;

    for (i = 0; i < work->p->k; i++) {
        sample_noise(work, seed, i, &work->secret[i]);
        ss_mlkem_ntt(&work->secret[i]);
    }
}

/* ---- K-PKE ---- */

static void pke_keygen(struct work *work, const uint8_t *d, uint8_t *out_public,
                       uint8_t *out_secret)
{
    const uint8_t *rho = work->hashed, *sigma = work->hashed + SEED;
    unsigned k = work->p->k, i;
    uint8_t k_byte = (uint8_t)k;

    hash_two(work, SS_SHA3_512, ss_span_make(d, SEED), ss_span_make(&k_byte, 1), work->hashed,
             sizeof work->hashed);
    SS_CT_PUBLIC(rho, SEED);
    sample_secret(work, sigma);
    for (i = 0; i < k; i++) {
        sample_row(work, rho, i, false);
        ss_mlkem_dot(&work->sum, work->other, work->secret, k);
        sample_noise(work, sigma, k + i, &work->noise);
        ss_mlkem_ntt(&work->noise);
        ss_mlkem_add(&work->sum, &work->noise);
        ss_mlkem_pack(out_public + PACKED * i, &work->sum, 12);
        ss_mlkem_pack(out_secret + PACKED * i, &work->secret[i], 12);
    }
    memcpy(out_public + (size_t)PACKED * k, rho, SEED);
}

static void pke_encrypt(struct work *work, const uint8_t *public_key, const uint8_t *message,
                        const uint8_t *seed, uint8_t *out)
{
    unsigned k = work->p->k, du = work->p->du, i;

    sample_secret(work, seed);
    for (i = 0; i < k; i++) {
        sample_row(work, public_key + (size_t)PACKED * k, i, true);
        ss_mlkem_dot(&work->sum, work->other, work->secret, k);
        ss_mlkem_inverse_ntt(&work->sum);
        sample_noise(work, seed, k + i, &work->noise);
        ss_mlkem_add(&work->sum, &work->noise);
        ss_mlkem_pack(out, &work->sum, du);
        out += 32 * du;
    }
    for (i = 0; i < k; i++)
        ss_mlkem_unpack(&work->other[i], public_key + PACKED * i, 12);
    ss_mlkem_dot(&work->sum, work->other, work->secret, k);
    ss_mlkem_inverse_ntt(&work->sum);
    sample_noise(work, seed, 2 * k, &work->noise);
    ss_mlkem_add(&work->sum, &work->noise);
    ss_mlkem_unpack(&work->noise, message, 1);
    ss_mlkem_add(&work->sum, &work->noise);
    ss_mlkem_pack(out, &work->sum, work->p->dv);
}

static void pke_decrypt(struct work *work, const uint8_t *secret_key, const uint8_t *ciphertext,
                        uint8_t *out_message)
{
    unsigned k = work->p->k, du = work->p->du, i;

    for (i = 0; i < k; i++) {
        ss_mlkem_unpack(&work->secret[i], secret_key + PACKED * i, 12);
        ss_mlkem_unpack(&work->other[i], ciphertext, du);
        ss_mlkem_ntt(&work->other[i]);
        ciphertext += 32 * du;
    }
    ss_mlkem_dot(&work->sum, work->secret, work->other, k);
    ss_mlkem_inverse_ntt(&work->sum);
    ss_mlkem_unpack(&work->noise, ciphertext, work->p->dv);
    ss_mlkem_subtract(&work->noise, &work->sum);
    ss_mlkem_pack(out_message, &work->noise, 1);
}

/* ---- ML-KEM ---- */

static ss_err keygen(const struct ss_kem_alg *alg, const struct ss_env *env, uint8_t *out_public,
                     uint8_t *out_secret)
{
    const size_t pke = (size_t)PACKED * ((const struct params *)alg->param)->k;
    uint8_t *public_copy = out_secret + pke, *hash = public_copy + alg->public_key;
    uint8_t seeds[2 * SEED]; /* d, z */
    struct work work;
    ss_err err = ss_random(env, seeds, sizeof seeds);

    if (err == SS_OK) {
        work_init(&work, alg);
        pke_keygen(&work, seeds, out_public, out_secret);
        memcpy(public_copy, out_public, alg->public_key);
        hash_key(&work, out_public, alg->public_key, hash);
        memcpy(hash + SEED, seeds + SEED, SEED);
        err = work_done(&work);
    }
    ss_wipe(seeds, sizeof seeds);
    return err;
}

/* FIPS 203 section 7.2: the length, and that decoding and encoding gives the same bytes, which is
 * so when each twelve bits are less than q. */
static ss_err check(const struct ss_kem_alg *alg, ss_span public_key)
{
    const struct params *p = alg->param;
    struct ss_mlkem_poly poly;
    unsigned i;

    if (public_key.size != alg->public_key)
        return SS_E_bad_public_value;
    for (i = 0; i < p->k; i++) {
        ss_mlkem_unpack(&poly, public_key.data + PACKED * i, 12);
        if (!ss_mlkem_reduced(&poly))
            return SS_E_bad_public_value;
    }
    return SS_OK;
}

static ss_err encaps(const struct ss_kem_alg *alg, const struct ss_env *env, ss_span public_key,
                     uint8_t *out_ciphertext, uint8_t *out_shared)
{
    uint8_t hash[SEED], message[SEED];
    struct work work;
    ss_err err = check(alg, public_key);

    if (err == SS_OK)
        err = ss_random(env, message, SEED);
    if (err != SS_OK)
        return err;
    work_init(&work, alg);
    hash_key(&work, public_key.data, public_key.size, hash);
    hash_two(&work, SS_SHA3_512, ss_span_make(message, SEED), ss_span_make(hash, SEED), work.hashed,
             sizeof work.hashed);
    pke_encrypt(&work, public_key.data, message, work.hashed + SEED, out_ciphertext);
    memcpy(out_shared, work.hashed, SS_KEM_SHARED);
    ss_wipe(message, sizeof message);
    return work_done(&work);
}

/* out becomes other unless the n bytes of a and b are equal; nobody can tell which from the time.
 */
static void choose(uint8_t *out, const uint8_t *other, const uint8_t *a, const uint8_t *b, size_t n)
{
    uint32_t difference = 0, mask;
    size_t i;

    for (i = 0; i < n; i++)
        difference |= (uint32_t)(a[i] ^ b[i]);
    mask = ss_ct_nonzero(difference);
    for (i = 0; i < SS_KEM_SHARED; i++)
        out[i] = (uint8_t)(out[i] ^ (mask & (out[i] ^ other[i])));
}

static ss_err decaps(const struct ss_kem_alg *alg, ss_span secret_key, ss_span ciphertext,
                     uint8_t *out_shared)
{
    const size_t pke = (size_t)PACKED * ((const struct params *)alg->param)->k;
    const uint8_t *public_key = secret_key.data + pke, *hash = public_key + alg->public_key;
    const uint8_t *z = hash + SEED;
    struct work work;
    uint8_t expected[SEED];

    if (secret_key.size != alg->secret_key)
        return SS_E_bad_key;
    if (ciphertext.size != alg->ciphertext)
        return SS_E_bad_public_value;
    work_init(&work, alg);
    SS_CT_PUBLIC(public_key, alg->public_key + SEED);
    hash_key(&work, public_key, alg->public_key, expected);
    if (!work.keccak.failed && !ss_ct_eq(ss_span_make(hash, SEED), ss_span_make(expected, SEED))) {
        (void)work_done(&work);
        return SS_E_bad_key;
    }
    pke_decrypt(&work, secret_key.data, ciphertext.data, work.message);
    hash_two(&work, SS_SHA3_512, ss_span_make(work.message, SEED), ss_span_make(hash, SEED),
             work.hashed, sizeof work.hashed);
    hash_two(&work, SS_SHAKE256, ss_span_make(z, SEED), ciphertext, work.rejected, SS_KEM_SHARED);
    pke_encrypt(&work, public_key, work.message, work.hashed + SEED, work.again);
    memcpy(out_shared, work.hashed, SS_KEM_SHARED);
    choose(out_shared, work.rejected, ciphertext.data, work.again, ciphertext.size);
    return work_done(&work);
}

const struct ss_kem_alg ss_kem_mlkem768 = {
    .name = "mlkem768",
    .source = "FIPS 203",
    .param = &params_768,
    .public_key = 1184,
    .secret_key = 2400,
    .ciphertext = 1088,
    .keygen = keygen,
    .check = check,
    .encaps = encaps,
    .decaps = decaps,
};

const struct ss_kem_alg ss_kem_mlkem1024 = {
    .name = "mlkem1024",
    .source = "FIPS 203",
    .param = &params_1024,
    .public_key = 1568,
    .secret_key = 3168,
    .ciphertext = 1568,
    .keygen = keygen,
    .check = check,
    .encaps = encaps,
    .decaps = decaps,
};
