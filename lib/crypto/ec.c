/* SPDX-License-Identifier: Apache-2.0 */
/* ec.c - the NIST curves on plain bytes: scalars, points, the shared x coordinate.
 *
 * Owns: the three curves that SSH requires; nothing between calls, each of which builds its
 *   curve and lets it go.
 * Not here: signatures (pkey_sign.c, ecdsa_repeat.c), the key exchange methods (kex_ecdh.c).
 * Called by: kex_ecdh.c, pkey.c.
 * Follows: SEC 1 sections 2.3.3 and 3.3.1; RFC 5656 sections 4 and 10.1; FIPS 186-4 section B.4.1.
 */
#include "crypto/ossl.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

/* The names that OpenSSL has for them are those of SEC 2, save for P-256. */
const struct ss_curve ss_curve_p256 = {"nistp256", "prime256v1", NID_X9_62_prime256v1, 256, 32, 65};
const struct ss_curve ss_curve_p384 = {"nistp384", "secp384r1", NID_secp384r1, 384, 48, 97};
const struct ss_curve ss_curve_p521 = {"nistp521", "secp521r1", NID_secp521r1, 521, 66, 133};

/* One curve at work. */
struct bench {
    const struct ss_curve *curve;
    EC_GROUP *group;
    BN_CTX *ctx;
    EC_POINT *point;
};

static void bench_fini(struct bench *bench)
{
    EC_POINT_clear_free(bench->point);
    BN_CTX_free(bench->ctx);
    EC_GROUP_free(bench->group);
}

static bool bench_init(struct bench *bench, const struct ss_curve *curve)
{
    bench->curve = curve;
    bench->point = NULL;
    bench->ctx = BN_CTX_secure_new();
    bench->group = EC_GROUP_new_by_curve_name(curve->nid);
    if (bench->group != NULL)
        bench->point = EC_POINT_new(bench->group);
    return bench->ctx != NULL && bench->point != NULL;
}

/* Reduces at least 64 bits more than the order has, so that the bias is below 2^-64. */
ss_err ss_curve_scalar(const struct ss_curve *curve, const struct ss_env *env, uint8_t *out)
{
    uint8_t drawn[SS_CURVE_SCALAR_MAX + 8];
    struct bench bench;
    BIGNUM *scalar = NULL, *limit = NULL;
    ss_err err = ss_random(env, drawn, curve->scalar + 8);
    bool good;

    if (err != SS_OK)
        return err;
    good = bench_init(&bench, curve);
    if (good) {
        scalar = ss_ossl_secret_bn(ss_span_make(drawn, curve->scalar + 8));
        limit = BN_dup(EC_GROUP_get0_order(bench.group));
        good = scalar != NULL && limit != NULL && BN_sub_word(limit, 1) == 1 &&
               BN_nnmod(scalar, scalar, limit, bench.ctx) == 1 && BN_add_word(scalar, 1) == 1 &&
               BN_bn2binpad(scalar, out, (int)curve->scalar) == (int)curve->scalar;
    }
    BN_clear_free(scalar);
    BN_free(limit);
    bench_fini(&bench);
    ss_wipe(drawn, sizeof drawn);
    return good ? SS_OK : ss_ossl_fail();
}

static bool in_range(const BIGNUM *scalar, const EC_GROUP *group)
{
    return !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0;
}

ss_err ss_curve_public(const struct ss_curve *curve, const uint8_t *scalar, uint8_t *out_point)
{
    struct bench bench;
    BIGNUM *k = ss_ossl_secret_bn(ss_span_make(scalar, curve->scalar));
    ss_err err = SS_OK;

    if (!bench_init(&bench, curve) || k == NULL)
        err = ss_ossl_fail();
    else if (!in_range(k, bench.group))
        err = SS_E_bad_value;
    else if (EC_POINT_mul(bench.group, bench.point, k, NULL, NULL, bench.ctx) != 1 ||
             EC_POINT_point2oct(bench.group, bench.point, POINT_CONVERSION_UNCOMPRESSED, out_point,
                                curve->point, bench.ctx) != curve->point)
        err = ss_ossl_fail();
    BN_clear_free(k);
    bench_fini(&bench);
    return err;
}

/* RFC 5656 section 4 lets a peer send any form of SEC 1; every SSH implementation sends the
 * uncompressed one, and only that one is taken. The infinite point has no such form. */
static ss_err decode(struct bench *bench, ss_span point)
{
    if (point.size != bench->curve->point || point.data[0] != POINT_CONVERSION_UNCOMPRESSED)
        return SS_E_bad_public_value;
    if (EC_POINT_oct2point(bench->group, bench->point, point.data, point.size, bench->ctx) != 1 ||
        EC_POINT_is_on_curve(bench->group, bench->point, bench->ctx) != 1) {
        ss_ossl_forget();
        return SS_E_bad_public_value;
    }
    return SS_OK;
}

ss_err ss_curve_check(const struct ss_curve *curve, ss_span point)
{
    struct bench bench;
    ss_err err = bench_init(&bench, curve) ? decode(&bench, point) : ss_ossl_fail();

    bench_fini(&bench);
    return err;
}

static ss_err multiply(struct bench *bench, const BIGNUM *k, uint8_t *out_x)
{
    BIGNUM *x = BN_secure_new();
    bool good =
        x != NULL &&
        EC_POINT_mul(bench->group, bench->point, NULL, bench->point, k, bench->ctx) == 1 &&
        EC_POINT_is_at_infinity(bench->group, bench->point) == 0 &&
        EC_POINT_get_affine_coordinates(bench->group, bench->point, x, NULL, bench->ctx) == 1 &&
        BN_bn2binpad(x, out_x, (int)bench->curve->scalar) == (int)bench->curve->scalar;

    BN_clear_free(x);
    return good ? SS_OK : ss_ossl_fail();
}

ss_err ss_curve_shared(const struct ss_curve *curve, const uint8_t *scalar, ss_span peer,
                       uint8_t *out_x)
{
    struct bench bench;
    BIGNUM *k = ss_ossl_secret_bn(ss_span_make(scalar, curve->scalar));
    ss_err err = bench_init(&bench, curve) && k != NULL ? decode(&bench, peer) : ss_ossl_fail();

    if (err == SS_OK)
        err = in_range(k, bench.group) ? multiply(&bench, k, out_x) : SS_E_bad_value;
    BN_clear_free(k);
    bench_fini(&bench);
    return err;
}
