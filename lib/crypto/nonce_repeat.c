/* SPDX-License-Identifier: Apache-2.0 */
/* nonce_repeat.c - the nonces of RFC 6979, for DSA and ECDSA signatures that repeat themselves.
 *
 * Owns: the generator's state, and what the two algorithms do alike with a nonce.
 * Not here: what makes r of a nonce (ecdsa_repeat.c, pkey_dsa.c).
 * Called by: ecdsa_repeat.c, pkey_dsa.c, for environments that are deterministic.
 * Follows: RFC 6979 sections 2.3, 2.4 and 3.2; the names of the variables are its own. */
#include "crypto/pkey.h"

enum { ORDER_MAX = SS_CURVE_SCALAR_MAX, ORDER_MIN_BITS = 160 };

void ss_nonce_fini(struct ss_nonce *nonce)
{
    BN_clear_free(nonce->k);
    BN_clear_free(nonce->z);
    BN_CTX_free(nonce->ctx);
    ss_wipe(nonce, sizeof *nonce);
}

/* Section 2.3.2: the leftmost bits of q of a string that has at least rlen bytes, or all of it. */
static BIGNUM *bits2int(const struct ss_nonce *nonce, const uint8_t *bytes, size_t size)
{
    size_t used = size < nonce->rlen ? size : nonce->rlen;
    int extra = (int)used * 8 - BN_num_bits(nonce->q);
    BIGNUM *number = ss_ossl_secret_bn(ss_span_make(bytes, used));

    if (number != NULL && extra > 0 && BN_rshift(number, number, extra) != 1) {
        BN_clear_free(number);
        return NULL;
    }
    return number;
}

/* out = HMAC_K(data); out may be V. */
static bool hmac(const struct ss_nonce *nonce, const uint8_t *data, size_t n, uint8_t *out)
{
    uint8_t result[SS_HASH_MAX];
    size_t size = 0;
    bool good = EVP_Q_mac(NULL, "HMAC", NULL, nonce->hash->name, NULL, nonce->K, nonce->hash->size,
                          data, n, result, sizeof result, &size) != NULL &&
                size == nonce->hash->size;

    if (good)
        memcpy(out, result, size);
    ss_wipe(result, sizeof result);
    return good;
}

/* K = HMAC_K(V || mark || seed), V = HMAC_K(V): steps d to g, and h.3 with an empty seed. */
static bool stir(struct ss_nonce *nonce, uint8_t mark, ss_span seed)
{
    const size_t hlen = nonce->hash->size;
    uint8_t text[SS_HASH_MAX + 1 + 2 * ORDER_MAX];
    bool good;

    memcpy(text, nonce->V, hlen);
    text[hlen] = mark;
    if (seed.size > 0)
        memcpy(text + hlen + 1, seed.data, seed.size);
    good =
        hmac(nonce, text, hlen + 1 + seed.size, nonce->K) && hmac(nonce, nonce->V, hlen, nonce->V);
    ss_wipe(text, sizeof text);
    return good;
}

/* Steps b to g, and z modulo q (section 2.3.4). */
static bool seed_nonce(struct ss_nonce *nonce, const BIGNUM *x, const uint8_t *h1)
{
    const int rlen = (int)nonce->rlen;
    uint8_t seed[2 * ORDER_MAX] = {0};
    ss_span both = ss_span_make(seed, 2 * nonce->rlen);
    bool good;

    memset(nonce->V, 0x01, nonce->hash->size);
    memset(nonce->K, 0x00, nonce->hash->size);
    nonce->z = bits2int(nonce, h1, nonce->hash->size);
    good = nonce->z != NULL && BN_nnmod(nonce->z, nonce->z, nonce->q, nonce->ctx) == 1 &&
           BN_bn2binpad(x, seed, rlen) == rlen &&
           BN_bn2binpad(nonce->z, seed + rlen, rlen) == rlen && stir(nonce, 0x00, both) &&
           stir(nonce, 0x01, both);
    ss_wipe(seed, sizeof seed);
    return good;
}

ss_err ss_nonce_init(struct ss_nonce *nonce, const BIGNUM *q, const BIGNUM *x,
                     const struct ss_hash_alg *hash, ss_span data)
{
    uint8_t h1[SS_HASH_MAX];
    ss_err err;

    memset(nonce, 0, sizeof *nonce);
    if (hash->size > SS_HASH_MAX || BN_num_bits(q) < ORDER_MIN_BITS ||
        BN_num_bytes(q) > (int)ORDER_MAX)
        return SS_E_bad_argument;
    nonce->q = q;
    nonce->hash = hash;
    nonce->rlen = (size_t)BN_num_bytes(q);
    nonce->ctx = BN_CTX_secure_new();
    if (nonce->ctx == NULL)
        return ss_ossl_fail();
    SS_TRY(hash->digest(&data, 1, h1));
    err = seed_nonce(nonce, x, h1) ? SS_OK : ss_ossl_fail();
    ss_wipe(h1, sizeof h1);
    return err;
}

/* Step h.2: enough of V for as many bits as q has. */
static bool draw(struct ss_nonce *nonce)
{
    const size_t hlen = nonce->hash->size;
    uint8_t T[ORDER_MAX + SS_HASH_MAX];
    size_t tlen = 0;

    while (tlen < nonce->rlen) {
        if (!hmac(nonce, nonce->V, hlen, nonce->V))
            return false;
        memcpy(T + tlen, nonce->V, hlen);
        tlen += hlen;
    }
    BN_clear_free(nonce->k);
    nonce->k = bits2int(nonce, T, tlen);
    ss_wipe(T, sizeof T);
    return nonce->k != NULL;
}

ss_err ss_nonce_next(struct ss_nonce *nonce)
{
    do {
        if (nonce->started && !stir(nonce, 0x00, ss_span_make(NULL, 0)))
            return ss_ossl_fail();
        nonce->started = true;
        if (!draw(nonce))
            return ss_ossl_fail();
    } while (BN_is_zero(nonce->k) || BN_cmp(nonce->k, nonce->q) >= 0);
    return SS_OK;
}

ss_err ss_nonce_finish(const struct ss_nonce *nonce, const BIGNUM *x, const BIGNUM *r,
                       BIGNUM *out_s)
{
    BIGNUM *inverse = NULL;
    bool good = BN_mod_mul(out_s, r, x, nonce->q, nonce->ctx) == 1 &&
                BN_mod_add(out_s, out_s, nonce->z, nonce->q, nonce->ctx) == 1;

    if (good)
        inverse = BN_mod_inverse(NULL, nonce->k, nonce->q, nonce->ctx);
    good = inverse != NULL && BN_mod_mul(out_s, out_s, inverse, nonce->q, nonce->ctx) == 1;
    BN_clear_free(inverse);
    return good ? SS_OK : ss_ossl_fail();
}
