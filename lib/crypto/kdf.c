/* SPDX-License-Identifier: Apache-2.0 */
/* kdf.c - keys out of passphrases, and the two digests that only key files and their names need.
 *
 * Owns: nothing; Argon2 is libargon2's, the rest OpenSSL's.
 * Not here: bcrypt (bcrypt_pbkdf.c), PBKDF2 and scrypt (der.c).
 * Called by: lib/keys.
 * Follows: RFC 9106 (Argon2); RFC 1421 section 4.6.1.1 and OpenSSL's EVP_BytesToKey for PEM;
 *   RFC 2104; RFC 1321. */
#include "crypto/kdf.h"

#include <argon2.h>

#include "crypto/ossl.h"

enum { MD5_SIZE = 16 };

static ss_err argon2_err(int code)
{
    switch (code) {
    case ARGON2_OK:
        return SS_OK;
    case ARGON2_MEMORY_ALLOCATION_ERROR:
        return SS_E_no_memory;
    case ARGON2_THREAD_FAIL:
        return SS_E_crypto;
    default:
        return SS_E_bad_value;
    }
}

/* libargon2 takes pointers to what it may clear; it is told to clear nothing of the caller's. */
static uint8_t *lend(ss_span s)
{
    return (uint8_t *)(uintptr_t)s.data;
}

ss_err ss_argon2(ss_span passphrase, const struct ss_argon2 *argon2, uint8_t *out, size_t out_size)
{
    static const argon2_type types[] = {
        [SS_ARGON2_D] = Argon2_d, [SS_ARGON2_I] = Argon2_i, [SS_ARGON2_ID] = Argon2_id};
    argon2_context context = {0};
    ss_err err;

    if (passphrase.size > UINT32_MAX || argon2->salt.size > UINT32_MAX || out_size > UINT32_MAX)
        return SS_E_bad_value;
    context.out = out;
    context.outlen = (uint32_t)out_size;
    context.pwd = lend(passphrase);
    context.pwdlen = (uint32_t)passphrase.size;
    context.salt = lend(argon2->salt);
    context.saltlen = (uint32_t)argon2->salt.size;
    context.t_cost = argon2->passes;
    context.m_cost = argon2->memory;
    context.lanes = argon2->lanes;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    context.flags = ARGON2_DEFAULT_FLAGS;
    err = argon2_err(argon2_ctx(&context, types[argon2->kind]));
    if (err != SS_OK)
        ss_wipe(out, out_size);
    return err;
}

ss_err ss_md5(const ss_span *parts, size_t n, uint8_t *out)
{
    EVP_MD *md = EVP_MD_fetch(NULL, "MD5", NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    size_t i;

    for (i = 0; good && i < n; i++)
        good = parts[i].size == 0 || EVP_DigestUpdate(ctx, parts[i].data, parts[i].size) == 1;
    good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    return good ? SS_OK : ss_ossl_fail();
}

/* Each digest is over the one before it, the passphrase and the salt. */
ss_err ss_pem_derive(ss_span passphrase, ss_span salt, uint8_t *out, size_t out_size)
{
    uint8_t digest[MD5_SIZE] = {0};
    ss_span parts[3] = {ss_span_make(digest, 0), passphrase, ss_span_part(salt, 0, 8)};
    size_t at;
    ss_err err = SS_OK;

    if (salt.size < 8)
        return SS_E_bad_argument;
    for (at = 0; at < out_size && err == SS_OK; at += MD5_SIZE) {
        err = ss_md5(parts, 3, digest);
        if (err == SS_OK)
            memcpy(out + at, digest, out_size - at < MD5_SIZE ? out_size - at : MD5_SIZE);
        parts[0].size = MD5_SIZE;
    }
    ss_wipe(digest, sizeof digest);
    return err;
}

ss_err ss_hmac_sha256(ss_span key, ss_span data, uint8_t *out)
{
    static const uint8_t nothing[1] = {0};
    uint8_t result[32];
    size_t size = 0;

    /* A null key would mean "the key of before" to OpenSSL. */
    if (key.size == 0)
        key = ss_span_make(nothing, 0);
    if (data.size == 0)
        data = ss_span_make(nothing, 0);
    if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA2-256", NULL, key.data, key.size, data.data, data.size,
                  result, sizeof result, &size) == NULL ||
        size != sizeof result)
        return ss_ossl_fail();
    memcpy(out, result, sizeof result);
    ss_wipe(result, sizeof result);
    return SS_OK;
}
