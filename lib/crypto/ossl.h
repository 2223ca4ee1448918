/* SPDX-License-Identifier: Apache-2.0 */
/* ossl.h - what the files of lib/crypto share, and nobody else may see.
 *
 * Owns: big number helpers, curve arithmetic on plain bytes.
 * Not here: keys (pkey.h); anything an upper layer calls, which is sshspec/crypto.h.
 * Called by: lib/crypto only. Only the non-deprecated interface of OpenSSL 3.0 is used. */
#ifndef SSHSPEC_CRYPTO_OSSL_H
#define SSHSPEC_CRYPTO_OSSL_H

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "sshspec/crypto.h"

/* Most bytes of one packet or one piece of a stream: EVP counts in int. */
#define SS_OSSL_PIECE_MAX ((size_t)1 << 30)

/* ---- ossl.c ---- */

/* Empties OpenSSL's error queue, which would otherwise outlive the call. */
void ss_ossl_forget(void);
/* The same, and gives SS_E_crypto. */
ss_err ss_ossl_fail(void);
/* A number from a big-endian magnitude, in wiped memory and marked for constant-time use. */
BIGNUM *ss_ossl_secret_bn(ss_span magnitude);
/* Appends width bytes, big-endian; width 0: as few as hold the number. */
SS_MUST_USE ss_err ss_ossl_put_bn(struct ss_buf *buf, const BIGNUM *number, size_t width);

/* ---- ec.c: the curves of ecdh-sha2-nistp* and ecdsa-sha2-nistp* ---- */

#define SS_CURVE_SCALAR_MAX 66
#define SS_CURVE_POINT_MAX 133

struct ss_curve {
    const char *name;     /* SSH's identifier: "nistp256" (RFC 5656 section 10.1) */
    const char *group;    /* OpenSSL's: "prime256v1" */
    int nid;              /* OpenSSL's number of the same */
    unsigned bits;        /* of the order */
    size_t scalar, point; /* bytes; a point is 0x04, x, y */
};
extern const struct ss_curve ss_curve_p256, ss_curve_p384, ss_curve_p521;

/* A scalar from 1 to the order minus 1, from env's bytes. */
SS_MUST_USE ss_err ss_curve_scalar(const struct ss_curve *curve, const struct ss_env *env,
                                   uint8_t *out);
/* scalar times the base point. SS_E_bad_value when the scalar is out of range. */
SS_MUST_USE ss_err ss_curve_public(const struct ss_curve *curve, const uint8_t *scalar,
                                   uint8_t *out_point);
/* SS_E_bad_public_value unless point is uncompressed and on the curve. */
SS_MUST_USE ss_err ss_curve_check(const struct ss_curve *curve, ss_span point);
/* The x coordinate of scalar times peer, as long as a scalar. Errors as ss_curve_check. */
SS_MUST_USE ss_err ss_curve_shared(const struct ss_curve *curve, const uint8_t *scalar,
                                   ss_span peer, uint8_t *out_x);

/* ---- dh_group.c ---- */

/* The prime of a group by its size, as ss_dh_prime; null when there is none or no memory. */
BIGNUM *ss_dh_prime_bn(unsigned bits);

/* P-256 by number, for what knows no other curve. */
#define SS_P256_SCALAR 32
#define SS_P256_POINT 65

#endif
