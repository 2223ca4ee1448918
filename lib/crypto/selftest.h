/* SPDX-License-Identifier: Apache-2.0 */
/* selftest.h - what the parts of the self test share.
 *
 * Owns: nothing.
 * Called by: selftest.c, selftest_key.c, selftest_sign.c. */
#ifndef SSHSPEC_CRYPTO_SELFTEST_H
#define SSHSPEC_CRYPTO_SELFTEST_H

#include "sshspec/crypto.h"

#define SS_SELFTEST_MAX 256 /* bytes of the longest answer: an RSA signature */

/* Decodes one of the test's own constants (lower case, whole bytes); gives the bytes written. */
size_t ss_selftest_hex(const char *hex, uint8_t *out);
bool ss_selftest_same(ss_span ours, const char *hex);
/* Key exchange, and signatures; names as ss_crypto_self_test. */
SS_MUST_USE ss_err ss_selftest_keys(const struct ss_env *env, const char **out_name);
SS_MUST_USE ss_err ss_selftest_signatures(const struct ss_env *env, const char **out_name);

#endif
