/* SPDX-License-Identifier: Apache-2.0 */
/* pkey_mldsa.c - composite keys: ML-DSA-44 and Ed25519 sign the same message.
 *
 * Owns: how the two are put together; the Ed25519 half is in the EVP key, the seed of the other
 *   in the pkey.
 * Not here: ML-DSA itself (mldsa.c), SSH encodings (lib/keys).
 * Called by: pkey.c, pkey_sign.c.
 * Follows: draft-ietf-lamps-pq-composite-sigs sections 3 and 4 for id-MLDSA44-Ed25519-SHA512;
 *   draft-miller-sshm-mldsa44-ed25519-composite-sigs, as OpenSSH 10.5 has it. */
#include "crypto/pkey.h"

enum { ED25519_KEY = 32, ED25519_SIGNATURE = 64 };

static const char prefix[] = "CompositeAlgorithmSignatures2025";
static const char label[] = "COMPSIG-MLDSA44-Ed25519-SHA512";

/* M': prefix, label, the size of no context, the hash of the message. */
enum { M_PRIME = sizeof prefix - 1 + sizeof label - 1 + 1 + 64 };

static ss_err make_m_prime(ss_span data, uint8_t *out)
{
    memcpy(out, prefix, sizeof prefix - 1);
    out += sizeof prefix - 1;
    memcpy(out, label, sizeof label - 1);
    out += sizeof label - 1;
    *out++ = 0;
    return ss_hash_sha512.digest(&data, 1, out);
}

static ss_err make_public(struct ss_pkey *pkey, ss_span pub)
{
    if (pub.size != SS_PKEY_PUB_MAX)
        return SS_E_bad_key;
    memcpy(pkey->pub, pub.data, pub.size);
    pkey->evp = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, pkey->pub + SS_MLDSA44_PUBLIC,
                                               ED25519_KEY);
    return pkey->evp != NULL ? SS_OK : ss_ossl_fail();
}

static ss_err make_private(struct ss_pkey *pkey, ss_span seeds)
{
    size_t size = ED25519_KEY;

    if (seeds.size != SS_MLDSA44_SEED + ED25519_KEY)
        return SS_E_bad_key;
    pkey->is_private = true;
    memcpy(pkey->seed, seeds.data, SS_MLDSA44_SEED);
    SS_TRY(ss_mldsa44_public(pkey->env, pkey->seed, pkey->pub));
    pkey->evp = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seeds.data + SS_MLDSA44_SEED,
                                                ED25519_KEY);
    if (pkey->evp == NULL ||
        EVP_PKEY_get_raw_public_key(pkey->evp, pkey->pub + SS_MLDSA44_PUBLIC, &size) != 1 ||
        size != ED25519_KEY)
        return ss_ossl_fail();
    return SS_OK;
}

static ss_err make(struct ss_pkey *pkey, const struct ss_pkey_parts *parts)
{
    pkey->bits = 256; /* what OpenSSH shows */
    pkey->pub_size = SS_PKEY_PUB_MAX;
    pkey->signature = SS_MLDSA44_SIGNATURE + ED25519_SIGNATURE;
    if (parts->priv.size == 0)
        return make_public(pkey, parts->pub);
    SS_TRY(make_private(pkey, parts->priv));
    if (parts->pub.size > 0 && !ss_span_eq(parts->pub, ss_span_make(pkey->pub, SS_PKEY_PUB_MAX)))
        return SS_E_bad_key;
    return SS_OK;
}

static ss_err generate(struct ss_pkey *pkey, unsigned bits)
{
    struct ss_pkey_parts parts = {0};
    uint8_t seeds[SS_MLDSA44_SEED + ED25519_KEY];
    ss_err err = ss_random(pkey->env, seeds, sizeof seeds);

    (void)bits;
    parts.priv = ss_span_make(seeds, sizeof seeds);
    if (err == SS_OK)
        err = make(pkey, &parts);
    ss_wipe(seeds, sizeof seeds);
    return err;
}

static ss_err export(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                     struct ss_pkey_parts *out)
{
    uint8_t seeds[SS_MLDSA44_SEED + ED25519_KEY];
    size_t size = ED25519_KEY;
    ss_err err;

    if (!with_private)
        return ss_pkey_put_strings(pkey, ss_span_make(NULL, 0), store, out);
    memcpy(seeds, pkey->seed, SS_MLDSA44_SEED);
    if (EVP_PKEY_get_raw_private_key(pkey->evp, seeds + SS_MLDSA44_SEED, &size) != 1 ||
        size != ED25519_KEY)
        err = ss_ossl_fail();
    else
        err = ss_pkey_put_strings(pkey, ss_span_make(seeds, sizeof seeds), store, out);
    ss_wipe(seeds, sizeof seeds);
    return err;
}

static ss_err sign(const struct ss_pkey *pkey, const struct ss_env *env,
                   const struct ss_hash_alg *hash, ss_span data, uint8_t *out)
{
    const ss_span context = ss_span_make(label, sizeof label - 1);
    uint8_t m_prime[M_PRIME], random[32] = {0};
    const ss_span message = ss_span_make(m_prime, sizeof m_prime);
    size_t size = ED25519_SIGNATURE;

    (void)hash;
    SS_TRY(make_m_prime(data, m_prime));
    if (!env->deterministic)
        SS_TRY(ss_random(env, random, sizeof random));
    SS_TRY(ss_mldsa44_sign(pkey->env, pkey->seed, context, message, random, out));
    SS_TRY(ss_evp_sign(pkey->evp, NULL, message, out + SS_MLDSA44_SIGNATURE, &size));
    return size == ED25519_SIGNATURE ? SS_OK : SS_E_crypto;
}

static ss_err verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                     ss_span signature)
{
    const ss_span context = ss_span_make(label, sizeof label - 1);
    uint8_t m_prime[M_PRIME];
    const ss_span message = ss_span_make(m_prime, sizeof m_prime);

    (void)hash;
    SS_TRY(make_m_prime(data, m_prime));
    SS_TRY(ss_mldsa44_verify(pkey->env, pkey->pub, context, message,
                             ss_span_part(signature, 0, SS_MLDSA44_SIGNATURE)));
    return ss_evp_verify(pkey->evp, NULL, message,
                         ss_span_part(signature, SS_MLDSA44_SIGNATURE, ED25519_SIGNATURE));
}

const struct ss_pkey_method ss_pkey_mldsa44_ed25519 = {
    SS_KEY_MLDSA44_ED25519, NULL, false, make, generate, export, sign, verify,
};
