/* SPDX-License-Identifier: Apache-2.0 */
/* pkey.h - the inside of a key, and what each kind of key knows how to do.
 *
 * Owns: struct ss_pkey, the method table behind it, what its files share.
 * Not here: anything an upper layer calls; that is sshspec/crypto.h.
 * Called by: the files pkey*.c and *_repeat.c of lib/crypto only. */
#ifndef SSHSPEC_CRYPTO_PKEY_H
#define SSHSPEC_CRYPTO_PKEY_H

#include "crypto/mldsa.h"
#include "crypto/ossl.h"

#define SS_PKEY_PUB_MAX (SS_MLDSA44_PUBLIC + 32)
#define SS_PKEY_SEED SS_MLDSA44_SEED

struct ss_pkey_method;

struct ss_pkey {
    const struct ss_env *env;
    const struct ss_pkey_method *method;
    bool is_private;
    unsigned bits;
    size_t signature; /* bytes of a raw one */
    EVP_PKEY *evp;
    size_t pub_size; /* 0 where the numbers are asked of OpenSSL */
    uint8_t pub[SS_PKEY_PUB_MAX];
    uint8_t seed[SS_PKEY_SEED]; /* of the half that OpenSSL does not hold */
};

/* A kind of key. The pkey given to make and generate is zeroed but for env and method; what they
 * leave in it when they fail is freed. */
struct ss_pkey_method {
    enum ss_key_kind kind;
    const void *param; /* for the file that implements it: which curve */
    bool hashed;       /* wants a hash from outside */
    ss_err (*make)(struct ss_pkey *pkey, const struct ss_pkey_parts *parts);
    ss_err (*generate)(struct ss_pkey *pkey, unsigned bits);
    ss_err (*export)(const struct ss_pkey *pkey, bool with_private, struct ss_buf *store,
                     struct ss_pkey_parts *out);
    /* out has pkey->signature bytes. */
    ss_err (*sign)(const struct ss_pkey *pkey, const struct ss_env *env,
                   const struct ss_hash_alg *hash, ss_span data, uint8_t *out);
    /* signature has pkey->signature bytes. */
    ss_err (*verify)(const struct ss_pkey *pkey, const struct ss_hash_alg *hash, ss_span data,
                     ss_span signature);
};

extern const struct ss_pkey_method ss_pkey_ed25519, ss_pkey_ed448;           /* pkey_eddsa.c */
extern const struct ss_pkey_method ss_pkey_p256, ss_pkey_p384, ss_pkey_p521; /* pkey_ecdsa.c */
extern const struct ss_pkey_method ss_pkey_rsa;                              /* pkey_rsa.c */
extern const struct ss_pkey_method ss_pkey_dsa;                              /* pkey_dsa.c */
extern const struct ss_pkey_method ss_pkey_mldsa44_ed25519;                  /* pkey_mldsa.c */

/* ---- pkey.c ---- */

/* A number of a key, as OpenSSL names it. */
struct ss_pkey_number {
    const char *name;
    bool is_private;
    size_t width; /* 0: as many bytes as the number has */
    ss_span *out;
    size_t at, size; /* where it lies in store, from its head on; filled in */
};
/* Appends them to store and points each out there; private ones only when asked for. */
SS_MUST_USE ss_err ss_pkey_put_numbers(const struct ss_pkey *pkey, bool with_private,
                                       struct ss_buf *store, struct ss_pkey_number *numbers,
                                       size_t n);
/* Appends pub and then a private string, and points out there; priv empty: pub alone. */
SS_MUST_USE ss_err ss_pkey_put_strings(const struct ss_pkey *pkey, ss_span priv,
                                       struct ss_buf *store, struct ss_pkey_parts *out);

/* ---- pkey_sign.c ---- */

/* hash null: the key hashes by itself. *size: room in out, then bytes written. */
SS_MUST_USE ss_err ss_evp_sign(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data,
                               uint8_t *out, size_t *size);
SS_MUST_USE ss_err ss_evp_verify(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data,
                                 ss_span signature);
/* The same for what OpenSSL writes as a DER sequence of two numbers and SSH as r || s, each width
 * bytes. */
SS_MUST_USE ss_err ss_evp_sign_pair(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data,
                                    size_t width, uint8_t *out);
SS_MUST_USE ss_err ss_evp_verify_pair(EVP_PKEY *evp, const struct ss_hash_alg *hash, ss_span data,
                                      ss_span signature);

/* ---- nonce_repeat.c ---- */

/* The nonces of RFC 6979 section 3.2 for one signature, and z: the digest as a number. */
struct ss_nonce {
    const BIGNUM *q; /* borrowed */
    BN_CTX *ctx;
    BIGNUM *z, *k; /* k: the present nonce */
    const struct ss_hash_alg *hash;
    size_t rlen; /* bytes of q */
    bool started;
    uint8_t K[SS_HASH_MAX], V[SS_HASH_MAX];
};
SS_MUST_USE ss_err ss_nonce_init(struct ss_nonce *nonce, const BIGNUM *q, const BIGNUM *x,
                                 const struct ss_hash_alg *hash, ss_span data);
/* The next k from 1 to q - 1. */
SS_MUST_USE ss_err ss_nonce_next(struct ss_nonce *nonce);
/* (z + r x) / k modulo q, the second half of DSA and of ECDSA. */
SS_MUST_USE ss_err ss_nonce_finish(const struct ss_nonce *nonce, const BIGNUM *x, const BIGNUM *r,
                                   BIGNUM *out_s);
void ss_nonce_fini(struct ss_nonce *nonce); /* accepts a zeroed one */

/* ---- ecdsa_repeat.c ---- */

/* r || s with the nonce of RFC 6979: the same input gives the same signature. */
SS_MUST_USE ss_err ss_ecdsa_sign_repeatable(const struct ss_curve *curve, const BIGNUM *x,
                                            const struct ss_hash_alg *hash, ss_span data,
                                            uint8_t *out_signature);

#endif
