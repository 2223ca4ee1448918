/* SPDX-License-Identifier: Apache-2.0 */
/* sign_alg.c - the names under which SSH signs, and what each stands for.
 *
 * Owns: the signature algorithms of the library.
 * Not here: the operations (pkey_sign.c).
 * Called by: registry.c, negotiation, lib/keys.
 * Follows: RFC 8709 section 3, RFC 5656 section 6.2, RFC 8332 section 3. */
#include "sshspec/crypto.h"

const struct ss_sign_alg ss_sign_ed25519 = {
    "ssh-ed25519", "ssh-ed25519", SS_KEY_ED25519, NULL, "RFC 8709",
};

const struct ss_sign_alg ss_sign_ecdsa_nistp256 = {
    "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", SS_KEY_ECDSA_P256,
    &ss_hash_sha256,       "RFC 5656 section 3",
};

/* The key type stays "ssh-rsa"; only the signature has a new name. */
const struct ss_sign_alg ss_sign_rsa_sha2_256 = {
    "rsa-sha2-256", "ssh-rsa", SS_KEY_RSA, &ss_hash_sha256, "RFC 8332",
};

const struct ss_sign_alg ss_sign_rsa_sha2_512 = {
    "rsa-sha2-512", "ssh-rsa", SS_KEY_RSA, &ss_hash_sha512, "RFC 8332",
};
