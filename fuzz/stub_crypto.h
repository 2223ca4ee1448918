/* SPDX-License-Identifier: Apache-2.0 */
/* stub_crypto.h - algorithms without mathematics, for harnesses that want to be past them.
 *
 * Owns: a registry whose key exchange shares no secret and whose cipher hides nothing: payloads go
 *   out as they are, with a sum behind them. Signatures are the real ones.
 * Not here: anything that a program of ours could offer; these are in no registry but this.
 * Called by: fuzz/server.c and what records a client against it. */
#ifndef FUZZ_STUB_CRYPTO_H
#define FUZZ_STUB_CRYPTO_H

#include "sshspec/crypto.h"

extern const struct ss_kex_alg fuzz_stub_kex;
extern const struct ss_cipher_alg fuzz_stub_cipher;
const struct ss_registry *fuzz_stub_registry(void);

#endif
