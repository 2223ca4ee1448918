/* SPDX-License-Identifier: Apache-2.0 */
/* ossl.c - small services around OpenSSL that every file of lib/crypto uses.
 *
 * Owns: nothing.
 * Not here: algorithms.
 * Called by: the rest of lib/crypto; ss_crypto_version by programs. */
#include "crypto/ossl.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

void ss_ossl_forget(void)
{
    ERR_clear_error();
}

ss_err ss_ossl_fail(void)
{
    ERR_clear_error();
    return SS_E_crypto;
}

BIGNUM *ss_ossl_secret_bn(ss_span magnitude)
{
    BIGNUM *number;

    if (magnitude.size > INT_MAX)
        return NULL;
    /* Without a secure heap this is ordinary memory, but OpenSSL then wipes its own copies. */
    number = BN_secure_new();
    if (number == NULL || BN_bin2bn(magnitude.data, (int)magnitude.size, number) == NULL) {
        BN_clear_free(number);
        return NULL;
    }
    BN_set_flags(number, BN_FLG_CONSTTIME);
    return number;
}

ss_err ss_ossl_put_bn(struct ss_buf *buf, const BIGNUM *number, size_t width)
{
    uint8_t *at;

    if (width == 0)
        width = (size_t)BN_num_bytes(number);
    if (width > INT_MAX || width < (size_t)BN_num_bytes(number))
        return SS_E_internal;
    SS_TRY(ss_buf_extend(buf, width, &at));
    if (BN_bn2binpad(number, at, (int)width) != (int)width) {
        ss_buf_truncate(buf, ss_buf_size(buf) - width);
        return ss_ossl_fail();
    }
    return SS_OK;
}

const char *ss_crypto_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}
