/* SPDX-License-Identifier: Apache-2.0 */
/* ecdsa_repeat.c - ECDSA signatures that repeat themselves.
 *
 * Owns: the signature equation, for environments that are deterministic.
 * Not here: the nonces (nonce_repeat.c); ordinary signing, which is OpenSSL's (pkey_sign.c).
 * Called by: pkey_ecdsa.c.
 * Follows: RFC 6979 section 2.4; the names of the variables are its own. */
#include "crypto/pkey.h"

#include <openssl/ec.h>

struct repeat {
    EC_GROUP *group;
    EC_POINT *point;
    BIGNUM *r, *s;
    struct ss_nonce nonce;
};

static void repeat_fini(struct repeat *repeat)
{
    ss_nonce_fini(&repeat->nonce);
    BN_clear_free(repeat->s);
    BN_clear_free(repeat->r);
    EC_POINT_clear_free(repeat->point);
    EC_GROUP_free(repeat->group);
}

static ss_err repeat_init(struct repeat *repeat, const struct ss_curve *curve, const BIGNUM *x,
                          const struct ss_hash_alg *hash, ss_span data)
{
    memset(repeat, 0, sizeof *repeat);
    repeat->group = EC_GROUP_new_by_curve_name(curve->nid);
    repeat->point = repeat->group != NULL ? EC_POINT_new(repeat->group) : NULL;
    repeat->r = BN_secure_new();
    repeat->s = BN_secure_new();
    if (repeat->point == NULL || repeat->r == NULL || repeat->s == NULL)
        return ss_ossl_fail();
    return ss_nonce_init(&repeat->nonce, EC_GROUP_get0_order(repeat->group), x, hash, data);
}

/* r = x(kG) mod q. */
static ss_err make_r(struct repeat *repeat)
{
    BN_CTX *ctx = repeat->nonce.ctx;
    bool good =
        EC_POINT_mul(repeat->group, repeat->point, repeat->nonce.k, NULL, NULL, ctx) == 1 &&
        EC_POINT_get_affine_coordinates(repeat->group, repeat->point, repeat->r, NULL, ctx) == 1 &&
        BN_nnmod(repeat->r, repeat->r, repeat->nonce.q, ctx) == 1;

    return good ? SS_OK : ss_ossl_fail();
}

static ss_err sign(struct repeat *repeat, const BIGNUM *x)
{
    do {
        SS_TRY(ss_nonce_next(&repeat->nonce));
        SS_TRY(make_r(repeat));
        SS_TRY(ss_nonce_finish(&repeat->nonce, x, repeat->r, repeat->s));
    } while (BN_is_zero(repeat->r) || BN_is_zero(repeat->s));
    return SS_OK;
}

ss_err ss_ecdsa_sign_repeatable(const struct ss_curve *curve, const BIGNUM *x,
                                const struct ss_hash_alg *hash, ss_span data,
                                uint8_t *out_signature)
{
    const int width = (int)curve->scalar;
    struct repeat repeat;
    ss_err err = repeat_init(&repeat, curve, x, hash, data);

    if (err == SS_OK)
        err = sign(&repeat, x);
    if (err == SS_OK && (BN_bn2binpad(repeat.r, out_signature, width) != width ||
                         BN_bn2binpad(repeat.s, out_signature + width, width) != width))
        err = ss_ossl_fail();
    repeat_fini(&repeat);
    return err;
}
