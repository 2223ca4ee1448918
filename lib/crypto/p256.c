/* SPDX-License-Identifier: Apache-2.0 */
/* p256.c - NIST P-256 on plain bytes: scalars, points, the shared x coordinate.
 *
 * Owns: nothing between calls; each call builds the curve and lets it go.
 * Not here: signatures (pkey_sign.c, ecdsa_repeat.c), the key exchange method (kex_ecdh.c).
 * Called by: kex_ecdh.c, pkey.c.
 * Follows: SEC 1 sections 2.3.3 and 3.3.1; RFC 5656 section 4; FIPS 186-4 section B.4.1. */
#include "crypto/ossl.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

struct curve {
    EC_GROUP *group;
    BN_CTX *ctx;
    EC_POINT *point;
};

static void curve_fini(struct curve *curve)
{
    EC_POINT_clear_free(curve->point);
    BN_CTX_free(curve->ctx);
    EC_GROUP_free(curve->group);
}

static bool curve_init(struct curve *curve)
{
    curve->point = NULL;
    curve->ctx = BN_CTX_secure_new();
    curve->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    if (curve->group != NULL)
        curve->point = EC_POINT_new(curve->group);
    return curve->ctx != NULL && curve->point != NULL;
}

/* Reduces 64 bits more than the order has, so that the bias is below 2^-64. */
ss_err ss_p256_scalar(const struct ss_env *env, uint8_t *out)
{
    uint8_t drawn[SS_P256_SCALAR + 8];
    struct curve curve;
    BIGNUM *scalar = NULL, *limit = NULL;
    ss_err err = ss_random(env, drawn, sizeof drawn);
    bool good;

    if (err != SS_OK)
        return err;
    good = curve_init(&curve);
    if (good) {
        scalar = ss_ossl_secret_bn(ss_span_make(drawn, sizeof drawn));
        limit = BN_dup(EC_GROUP_get0_order(curve.group));
        good = scalar != NULL && limit != NULL && BN_sub_word(limit, 1) == 1 &&
               BN_nnmod(scalar, scalar, limit, curve.ctx) == 1 && BN_add_word(scalar, 1) == 1 &&
               BN_bn2binpad(scalar, out, SS_P256_SCALAR) == SS_P256_SCALAR;
    }
    BN_clear_free(scalar);
    BN_free(limit);
    curve_fini(&curve);
    ss_wipe(drawn, sizeof drawn);
    return good ? SS_OK : ss_ossl_fail();
}

static bool in_range(const BIGNUM *scalar, const EC_GROUP *group)
{
    return !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0;
}

ss_err ss_p256_public(const uint8_t *scalar, uint8_t *out_point)
{
    struct curve curve;
    BIGNUM *k = ss_ossl_secret_bn(ss_span_make(scalar, SS_P256_SCALAR));
    ss_err err = SS_OK;

    if (!curve_init(&curve) || k == NULL)
        err = ss_ossl_fail();
    else if (!in_range(k, curve.group))
        err = SS_E_bad_value;
    else if (EC_POINT_mul(curve.group, curve.point, k, NULL, NULL, curve.ctx) != 1 ||
             EC_POINT_point2oct(curve.group, curve.point, POINT_CONVERSION_UNCOMPRESSED, out_point,
                                SS_P256_POINT, curve.ctx) != SS_P256_POINT)
        err = ss_ossl_fail();
    BN_clear_free(k);
    curve_fini(&curve);
    return err;
}

/* RFC 5656 section 4 lets a peer send any form of SEC 1; every SSH implementation sends the
 * uncompressed one, and only that one is taken. The infinite point has no such form. */
static ss_err decode(struct curve *curve, ss_span point)
{
    if (point.size != SS_P256_POINT || point.data[0] != POINT_CONVERSION_UNCOMPRESSED)
        return SS_E_bad_public_value;
    if (EC_POINT_oct2point(curve->group, curve->point, point.data, point.size, curve->ctx) != 1 ||
        EC_POINT_is_on_curve(curve->group, curve->point, curve->ctx) != 1) {
        ss_ossl_forget();
        return SS_E_bad_public_value;
    }
    return SS_OK;
}

ss_err ss_p256_check(ss_span point)
{
    struct curve curve;
    ss_err err = curve_init(&curve) ? decode(&curve, point) : ss_ossl_fail();

    curve_fini(&curve);
    return err;
}

static ss_err multiply(struct curve *curve, const BIGNUM *k, uint8_t *out_x)
{
    BIGNUM *x = BN_secure_new();
    bool good =
        x != NULL &&
        EC_POINT_mul(curve->group, curve->point, NULL, curve->point, k, curve->ctx) == 1 &&
        EC_POINT_is_at_infinity(curve->group, curve->point) == 0 &&
        EC_POINT_get_affine_coordinates(curve->group, curve->point, x, NULL, curve->ctx) == 1 &&
        BN_bn2binpad(x, out_x, SS_P256_SCALAR) == SS_P256_SCALAR;

    BN_clear_free(x);
    return good ? SS_OK : ss_ossl_fail();
}

ss_err ss_p256_shared(const uint8_t *scalar, ss_span peer, uint8_t *out_x)
{
    struct curve curve;
    BIGNUM *k = ss_ossl_secret_bn(ss_span_make(scalar, SS_P256_SCALAR));
    ss_err err = curve_init(&curve) && k != NULL ? decode(&curve, peer) : ss_ossl_fail();

    if (err == SS_OK)
        err = in_range(k, curve.group) ? multiply(&curve, k, out_x) : SS_E_bad_value;
    BN_clear_free(k);
    curve_fini(&curve);
    return err;
}
