/* SPDX-License-Identifier: Apache-2.0 */
/* ecdsa_repeat.c - ECDSA signatures on P-256 that repeat themselves.
 *
 * Owns: the nonce and the signature equation, for environments that are deterministic.
 * Not here: ordinary signing, which is OpenSSL's (pkey_sign.c): OpenSSL 3.0 offers no nonce
 *   that a caller can repeat.
 * Called by: pkey_sign.c.
 * Follows: RFC 6979 sections 2.3, 2.4 and 3.2; the names of the variables are its own. */
#include "crypto/ossl.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

enum { QLEN = SS_P256_SCALAR }; /* bytes of the order q; exactly 256 bits */

struct repeat {
    EC_GROUP *group;
    EC_POINT *point;
    BN_CTX *ctx;
    BIGNUM *x, *z, *k, *r, *s;
    const char *hash;
    size_t hlen;
    uint8_t K[SS_HASH_MAX], V[SS_HASH_MAX];
};

static void repeat_fini(struct repeat *repeat)
{
    BN_clear_free(repeat->s);
    BN_clear_free(repeat->r);
    BN_clear_free(repeat->k);
    BN_clear_free(repeat->z);
    BN_clear_free(repeat->x);
    BN_CTX_free(repeat->ctx);
    EC_POINT_clear_free(repeat->point);
    EC_GROUP_free(repeat->group);
    ss_wipe(repeat, sizeof *repeat);
}

static bool repeat_init(struct repeat *repeat, const uint8_t *scalar,
                        const struct ss_hash_alg *hash)
{
    memset(repeat, 0, sizeof *repeat);
    repeat->hash = hash->name;
    repeat->hlen = hash->size;
    repeat->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    repeat->point = repeat->group != NULL ? EC_POINT_new(repeat->group) : NULL;
    repeat->ctx = BN_CTX_secure_new();
    repeat->x = ss_ossl_secret_bn(ss_span_make(scalar, QLEN));
    repeat->r = BN_secure_new();
    repeat->s = BN_secure_new();
    return repeat->point != NULL && repeat->ctx != NULL && repeat->x != NULL && repeat->r != NULL &&
           repeat->s != NULL;
}

/* out = HMAC_K(data); out may be V. */
static bool hmac(const struct repeat *repeat, const uint8_t *data, size_t n, uint8_t *out)
{
    uint8_t result[SS_HASH_MAX];
    size_t size = 0;
    bool good = EVP_Q_mac(NULL, "HMAC", NULL, repeat->hash, NULL, repeat->K, repeat->hlen, data, n,
                          result, sizeof result, &size) != NULL &&
                size == repeat->hlen;

    if (good)
        memcpy(out, result, size);
    ss_wipe(result, sizeof result);
    return good;
}

/* K = HMAC_K(V || mark || seed), V = HMAC_K(V): steps d to g, and h.3 with an empty seed. */
static bool stir(struct repeat *repeat, uint8_t mark, ss_span seed)
{
    uint8_t text[SS_HASH_MAX + 1 + 2 * QLEN];
    size_t n = repeat->hlen + 1;
    bool good;

    memcpy(text, repeat->V, repeat->hlen);
    text[repeat->hlen] = mark;
    if (seed.size > 0)
        memcpy(text + n, seed.data, seed.size);
    good = hmac(repeat, text, n + seed.size, repeat->K) &&
           hmac(repeat, repeat->V, repeat->hlen, repeat->V);
    ss_wipe(text, sizeof text);
    return good;
}

/* Steps b to g, and z: the digest's leftmost 256 bits modulo q (section 2.3.4). */
static bool seed_nonce(struct repeat *repeat, const uint8_t *scalar, const uint8_t *h1)
{
    uint8_t seed[2 * QLEN] = {0};
    size_t bytes = repeat->hlen < QLEN ? repeat->hlen : QLEN;
    ss_span both = ss_span_make(seed, sizeof seed);
    bool good;

    memset(repeat->V, 0x01, repeat->hlen);
    memset(repeat->K, 0x00, repeat->hlen);
    memcpy(seed, scalar, QLEN);
    repeat->z = ss_ossl_secret_bn(ss_span_make(h1, bytes));
    good = repeat->z != NULL &&
           BN_nnmod(repeat->z, repeat->z, EC_GROUP_get0_order(repeat->group), repeat->ctx) == 1 &&
           BN_bn2binpad(repeat->z, seed + QLEN, QLEN) == QLEN && stir(repeat, 0x00, both) &&
           stir(repeat, 0x01, both);
    ss_wipe(seed, sizeof seed);
    return good;
}

/* Step h: a candidate of 256 bits; whether it is in range is the caller's to see. */
static bool next_nonce(struct repeat *repeat)
{
    uint8_t T[2 * SS_HASH_MAX];
    size_t tlen = 0;

    while (tlen < QLEN) {
        if (!hmac(repeat, repeat->V, repeat->hlen, repeat->V))
            return false;
        memcpy(T + tlen, repeat->V, repeat->hlen);
        tlen += repeat->hlen;
    }
    BN_clear_free(repeat->k);
    repeat->k = ss_ossl_secret_bn(ss_span_make(T, QLEN));
    ss_wipe(T, sizeof T);
    return repeat->k != NULL;
}

/* Section 2.4: r = x(kG) mod q, s = (z + r x) / k mod q. */
static bool equation(struct repeat *repeat)
{
    const BIGNUM *q = EC_GROUP_get0_order(repeat->group);
    BN_CTX *ctx = repeat->ctx;
    BIGNUM *inverse = NULL;
    bool good;

    good =
        EC_POINT_mul(repeat->group, repeat->point, repeat->k, NULL, NULL, ctx) == 1 &&
        EC_POINT_get_affine_coordinates(repeat->group, repeat->point, repeat->r, NULL, ctx) == 1 &&
        BN_nnmod(repeat->r, repeat->r, q, ctx) == 1 &&
        BN_mod_mul(repeat->s, repeat->r, repeat->x, q, ctx) == 1 &&
        BN_mod_add(repeat->s, repeat->s, repeat->z, q, ctx) == 1;
    if (good)
        inverse = BN_mod_inverse(NULL, repeat->k, q, ctx);
    good = good && inverse != NULL && BN_mod_mul(repeat->s, repeat->s, inverse, q, ctx) == 1;
    BN_clear_free(inverse);
    return good;
}

static bool sign(struct repeat *repeat)
{
    const BIGNUM *q = EC_GROUP_get0_order(repeat->group);

    for (;;) {
        if (!next_nonce(repeat))
            return false;
        if (!BN_is_zero(repeat->k) && BN_cmp(repeat->k, q) < 0) {
            if (!equation(repeat))
                return false;
            if (!BN_is_zero(repeat->r) && !BN_is_zero(repeat->s))
                return true;
        }
        if (!stir(repeat, 0x00, ss_span_make(NULL, 0)))
            return false;
    }
}

ss_err ss_ecdsa_sign_repeatable(const uint8_t *scalar, const struct ss_hash_alg *hash, ss_span data,
                                uint8_t *out_signature)
{
    struct repeat repeat;
    uint8_t h1[SS_HASH_MAX];
    bool good;

    if (hash->size > SS_HASH_MAX)
        return SS_E_bad_argument;
    SS_TRY(hash->digest(&data, 1, h1));
    good = repeat_init(&repeat, scalar, hash) && seed_nonce(&repeat, scalar, h1) && sign(&repeat) &&
           BN_bn2binpad(repeat.r, out_signature, QLEN) == QLEN &&
           BN_bn2binpad(repeat.s, out_signature + QLEN, QLEN) == QLEN;
    repeat_fini(&repeat);
    return good ? SS_OK : ss_ossl_fail();
}
