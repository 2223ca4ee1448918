/* SPDX-License-Identifier: Apache-2.0 */
/* keccak.c - SHA-3 and SHAKE through OpenSSL, with the first failure kept.
 *
 * Owns: the context between ss_keccak_init and ss_keccak_done.
 * Not here: what is hashed.
 * Called by: mlkem.c.
 * Follows: FIPS 202 section 6. */
#include "crypto/keccak.h"

static const struct {
    const char *name; /* OpenSSL's */
    size_t size;      /* of the digest; 0: as much as is asked for */
} kinds[SS_KECCAK_KINDS] = {
    [SS_SHA3_256] = {"SHA3-256", 32},
    [SS_SHA3_512] = {"SHA3-512", 64},
    [SS_SHAKE128] = {"SHAKE128", 0},
    [SS_SHAKE256] = {"SHAKE256", 0},
};

void ss_keccak_init(struct ss_keccak *keccak)
{
    int kind;

    keccak->ctx = EVP_MD_CTX_new();
    keccak->failed = keccak->ctx == NULL;
    for (kind = 0; kind < SS_KECCAK_KINDS; kind++) {
        keccak->md[kind] = EVP_MD_fetch(NULL, kinds[kind].name, NULL);
        keccak->failed = keccak->failed || keccak->md[kind] == NULL;
    }
}

void ss_keccak_hash(struct ss_keccak *keccak, enum ss_keccak_kind kind, const ss_span *parts,
                    size_t parts_n, uint8_t *out, size_t n)
{
    bool good = !keccak->failed && (kinds[kind].size == 0 || kinds[kind].size == n) &&
                EVP_DigestInit_ex2(keccak->ctx, keccak->md[kind], NULL) == 1;
    size_t i;

    for (i = 0; good && i < parts_n; i++)
        good = EVP_DigestUpdate(keccak->ctx, parts[i].data, parts[i].size) == 1;
    if (good && kinds[kind].size == 0)
        good = EVP_DigestFinalXOF(keccak->ctx, out, n) == 1;
    else
        good = good && EVP_DigestFinal_ex(keccak->ctx, out, NULL) == 1;
    if (!good) {
        memset(out, 0, n);
        keccak->failed = true;
    }
}

ss_err ss_keccak_done(struct ss_keccak *keccak)
{
    int kind;

    EVP_MD_CTX_free(keccak->ctx);
    for (kind = 0; kind < SS_KECCAK_KINDS; kind++)
        EVP_MD_free(keccak->md[kind]);
    return keccak->failed ? ss_ossl_fail() : SS_OK;
}
