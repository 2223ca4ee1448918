/* SPDX-License-Identifier: Apache-2.0 */
/* krl_impl.h - what reading and searching a key revocation list share.
 *
 * Owns: numbers of sections, the layout of struct ss_krl. */
#ifndef KEYS_KRL_IMPL_H
#define KEYS_KRL_IMPL_H

#include "keys/key_impl.h"
#include "sshspec/krl.h"

enum {
    KRL_CERTIFICATES = 1,
    KRL_EXPLICIT_KEY = 2,
    KRL_FINGERPRINT_SHA1 = 3,
    KRL_SIGNATURE = 4,
    KRL_FINGERPRINT_SHA256 = 5,
    KRL_EXTENSION = 255,
    KRL_CERT_SERIAL_LIST = 0x20,
    KRL_CERT_SERIAL_RANGE = 0x21,
    KRL_CERT_SERIAL_BITMAP = 0x22,
    KRL_CERT_KEY_ID = 0x23,
    KRL_CERT_EXTENSION = 0x39
};

struct ss_krl {
    const struct ss_env *env;
    struct ss_buf bytes; /* the list, checked */
    size_t sections;     /* offset of the first */
    struct ss_krl_head head;
};

/* Is bit n of a magnitude set? */
static inline bool ss_krl_bit(ss_span magnitude, uint64_t n)
{
    return n / 8 < magnitude.size && (magnitude.data[magnitude.size - 1 - n / 8] >> n % 8 & 1) != 0;
}

#endif
