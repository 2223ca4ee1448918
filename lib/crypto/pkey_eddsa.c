/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_eddsa.c - Ed25519 and Ed448 keys.
 *
 * Owns: their sizes; that a public value belongs to its seed.
 * Not here: the life of a key (pkey.c), SSH encodings (lib/keys).
 * Called by: pkey.c, pkey_sign.c, pkey_mldsa.c.
 * Follows: RFC 8032 sections 5.1.5 and 5.2.5; RFC 8709 sections 4 and 6. */
#include "crypto/pkey.h"

#define EDDSA_KEY_MAX 57

struct eddsa {
    const char *name; /* OpenSSL's */
    unsigned bits;
    size_t key, signature; /* bytes of a public value and of a seed; of a signature */
};
static const struct eddsa ed25519 = {"ED25519", 256, 32, 64};
static const struct eddsa ed448 = {"ED448", 448, 57, 114};

static const struct eddsa *curve_of(const struct ss_pkey *pkey)
{
    return pkey->method->param;
}

static ss_err make_public(struct ss_pkey *pkey, ss_span pub)
{
    const struct eddsa *curve = curve_of(pkey);

    if (pub.size != curve->key)
        return SS_E_bad_key;
    memcpy(pkey->pub, pub.data, curve->key);
    pkey->evp = EVP_PKEY_new_raw_public_key_ex(NULL, curve->name, NULL, pkey->pub, pkey->pub_size);
    return pkey->evp != NULL ? SS_OK : ss_ossl_fail();
}

/* A public value that does not belong to the seed would leak the key on signing (double public
 * key oracle), so it is computed, and what was given must agree. */
static ss_err make(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    const struct eddsa *curve = curve_of(pkey);
    size_t size = curve->key;

    pkey->bits = curve->bits;
    pkey->pub_size = curve->key;
    pkey->signature = curve->signature;
    if (parts->priv.size == 0)
        return make_public(pkey, parts->pub);
    if (parts->priv.size != curve->key)
        return SS_E_bad_key;
    pkey->is_private = true;
    pkey->evp =
        EVP_PKEY_new_raw_private_key_ex(NULL, curve->name, NULL, parts->priv.data, curve->key);
    if (pkey->evp == NULL || EVP_PKEY_get_raw_public_key(pkey->evp, pkey->pub, &size) != 1 ||
        size != curve->key)
        return ss_ossl_fail();
    if (parts->pub.size > 0 && !ss_span_eq(parts->pub, ss_span_make(pkey->pub, curve->key)))
        return SS_E_bad_key;
    return SS_OK;
}

static ss_err generate(struct ss_pkey *pkey, unsigned bits)
{
    struct ss_pkey_parts parts = {0};
    uint8_t seed[EDDSA_KEY_MAX];
    ss_err err = ss_random(pkey->env, seed, curve_of(pkey)->key);

    (void)bits;
    parts.priv = ss_span_make(seed, curve_of(pkey)->key);
    if (err == SS_OK)
        err = make(pkey, &parts);
    ss_wipe(seed, sizeof seed);
    return err;
}

static ss_err export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                     struct ss_pkey_parts *out)
{
    uint8_t seed[EDDSA_KEY_MAX];
    size_t size = sizeof seed;
    ss_err err;

    if (!with_private)
        return ss_pkey_put_strings(pkey, ss_span_make(NULL, 0), store, out);
    if (EVP_PKEY_get_raw_private_key(pkey->evp, seed, &size) != 1 || size != curve_of(pkey)->key)
        return ss_ossl_fail();
    err = ss_pkey_put_strings(pkey, ss_span_make(seed, size), store, out);
    ss_wipe(seed, sizeof seed);
    return err;
}

static ss_err sign(const struct ss_pkey *pkey, const struct ss_env *env,
                   const struct ss_hash_alg *hash, ss_span data, uint8_t *out)
{
    size_t size = pkey->signature;

    (void)env; /* repeats itself anyway */
    (void)hash;
    SS_TRY(ss_evp_sign(pkey->evp, NULL, data, out, &size));
    return size == pkey->signature ? SS_OK : SS_E_crypto;
}

static ss_err verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                     ss_span signature)
{
    (void)hash;
    return ss_evp_verify(pkey->evp, NULL, data, signature);
}

const struct ss_pkey_method ss_pkey_ed25519 = {
    SS_KEY_ED25519, &ed25519, false, make, generate, export, sign, verify,
};

const struct ss_pkey_method ss_pkey_ed448 = {
    SS_KEY_ED448, &ed448, false, make, generate, export, sign, verify,
};
