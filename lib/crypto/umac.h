/* SPDX-License-Identifier: Apache-2.0 */
/* umac.h - UMAC with any nonce, which the rows of the registry take from the sequence number.
 *
 * Owns: the keys of one direction.
 * Called by: umac.c; selftest.c and tests, for published answers. */
#ifndef SSHSPEC_CRYPTO_UMAC_H
#define SSHSPEC_CRYPTO_UMAC_H

#include "crypto/ossl.h"

enum {
    SS_UMAC_KEY = 16,
    SS_UMAC_NONCE = 8,
    SS_UMAC_BLOCK = 1024,  /* bytes that the first layer takes at a time */
    SS_UMAC_STREAMS = 4,   /* of four bytes of tag each, at most */
    SS_UMAC_MOST = 1 << 24 /* bytes: above, RFC 4418 section 5.3 goes on with wider numbers */
};

struct ss_umac {
    EVP_CIPHER_CTX *aes; /* keyed for the pad; null: not keyed */
    size_t streams;      /* 2 or 4 */
    uint32_t nh[SS_UMAC_BLOCK / 4 + 4 * (SS_UMAC_STREAMS - 1)]; /* the streams overlap */
    uint64_t poly[SS_UMAC_STREAMS];
    uint64_t inner[SS_UMAC_STREAMS][4]; /* the products with the upper half are 0 */
    uint32_t outer[SS_UMAC_STREAMS];
};

/* tag_size is 8 or 16. */
SS_MUST_USE ss_err ss_umac_init(struct ss_umac *umac, const uint8_t *key, size_t tag_size);
/* SS_E_bad_argument: more than SS_UMAC_MOST bytes. */
SS_MUST_USE ss_err ss_umac_compute(struct ss_umac *umac, const uint8_t *nonce, ss_span data,
                                   uint8_t *out);
void ss_umac_fini(struct ss_umac *umac);

#endif
