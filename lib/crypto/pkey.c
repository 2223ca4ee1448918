/* SPDX-License-Identifier: Apache-2.0 */
/* pkey.c - public keys as values: made from parts or from randomness, and taken apart again.
 *
 * Owns: struct ss_pkey and its life; which file knows which kind.
 * Not here: the kinds (pkey_eddsa.c, pkey_ecdsa.c, pkey_rsa.c, pkey_dsa.c, pkey_mldsa.c), SSH key
 *   blobs (lib/keys).
 * Called by: lib/keys, and through it everything that has a host key or a user key. */
#include "crypto/pkey.h"

static const struct ss_pkey_method *const methods[] = {
    &ss_pkey_ed25519, &ss_pkey_ed448, &ss_pkey_p256, &ss_pkey_p384,
    &ss_pkey_p521,    &ss_pkey_rsa,   &ss_pkey_dsa,  &ss_pkey_mldsa44_ed25519,
};

void ss_pkey_free(struct ss_pkey **pkey)
{
    struct ss_pkey *old = *pkey;

    *pkey = NULL;
    if (old == NULL)
        return;
    EVP_PKEY_free(old->evp);
    ss_wipe(old->seed, sizeof old->seed);
    ss_free(old->env, old, sizeof *old);
}

enum ss_key_kind ss_pkey_kind(const struct ss_pkey *pkey)
{
    return pkey->method->kind;
}

unsigned ss_pkey_bits(const struct ss_pkey *pkey)
{
    return pkey->bits;
}

bool ss_pkey_is_private(const struct ss_pkey *pkey)
{
    return pkey->is_private;
}

/* ---- making ---- */

static ss_err empty(const struct ss_env *env, enum ss_key_kind kind, struct ss_pkey **out)
{
    struct ss_pkey *pkey;
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++) {
        if (methods[i]->kind == kind)
            break;
    }
    if (i == SS_COUNT(methods))
        return SS_E_bad_argument;
    pkey = ss_alloc(env, sizeof *pkey);
    if (pkey == NULL)
        return SS_E_no_memory;
    pkey->env = env;
    pkey->method = methods[i];
    *out = pkey;
    return SS_OK;
}

ss_err ss_pkey_make(const struct ss_env *env, enum ss_key_kind kind,
                    const struct ss_pkey_parts *parts, struct ss_pkey **out)
{
    struct ss_pkey *pkey = NULL;
    ss_err err;

    SS_TRY(empty(env, kind, &pkey));
    err = pkey->method->make(pkey, parts);
    if (err != SS_OK)
        ss_pkey_free(&pkey);
    else
        *out = pkey;
    return err;
}

ss_err ss_pkey_generate(const struct ss_env *env, enum ss_key_kind kind, unsigned bits,
                        struct ss_pkey **out)
{
    struct ss_pkey *pkey = NULL;
    ss_err err;

    SS_TRY(empty(env, kind, &pkey));
    err = pkey->method->generate(pkey, bits);
    if (err != SS_OK)
        ss_pkey_free(&pkey);
    else
        *out = pkey;
    return err;
}

/* ---- taking apart ---- */

static ss_err put_number(const struct ss_pkey *pkey, struct ss_buf *store,
                         struct ss_pkey_number *part)
{
    BIGNUM *number = BN_secure_new();
    ss_err err;

    if (number == NULL || EVP_PKEY_get_bn_param(pkey->evp, part->name, &number) != 1) {
        BN_clear_free(number);
        return ss_ossl_fail();
    }
    part->at = ss_buf_size(store);
    err = ss_ossl_put_bn(store, number, part->width);
    part->size = ss_buf_size(store) - part->at;
    BN_clear_free(number);
    return err;
}

/* Spans are filled in last: appending may have moved what came before. */
ss_err ss_pkey_put_numbers(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                           struct ss_pkey_number *numbers, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (with_private || !numbers[i].is_private)
            SS_TRY(put_number(pkey, store, &numbers[i]));
    }
    for (i = 0; i < n; i++)
        *numbers[i].out = numbers[i].size > 0
                              ? ss_span_make(ss_buf_at(store) + numbers[i].at, numbers[i].size)
                              : ss_span_make(NULL, 0);
    return SS_OK;
}

ss_err ss_pkey_put_strings(const struct ss_pkey *pkey, ss_span priv, struct ss_buf *store,
                           struct ss_pkey_parts *out)
{
    size_t at = ss_buf_size(store);

    SS_TRY(ss_buf_put(store, ss_span_make(pkey->pub, pkey->pub_size)));
    SS_TRY(ss_buf_put(store, priv));
    out->pub = ss_span_make(ss_buf_at(store) + at, pkey->pub_size);
    if (priv.size > 0)
        out->priv = ss_span_make(ss_buf_at(store) + at + pkey->pub_size, priv.size);
    return SS_OK;
}

ss_err ss_pkey_export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                      struct ss_pkey_parts *out)
{
    struct ss_pkey_parts parts = {0};
    size_t before = ss_buf_size(store);
    ss_err err;

    if (with_private && !pkey->is_private)
        return SS_E_usage;
    if (with_private)
        store->secret = true; /* wiped when it grows and when it goes */
    err = pkey->method->export(pkey, with_private, store, &parts);
    if (err == SS_OK)
        *out = parts;
    else
        ss_buf_truncate(store, before);
    return err;
}
