/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - what we can do, in the order in which we would rather do it.
 *
 * Owns: the standard registry and the search by name in any registry.
 * Not here: the algorithms; choosing one with a peer (transport).
 * Called by: configuration, negotiation.
 * Follows: RFC 4253 section 7.1 for what the order means; the order itself is OpenSSH's. */
#include "sshspec/crypto.h"

const struct ss_comp_alg ss_comp_none = {.name = "none", .source = "RFC 4253 section 6.2"};

static const struct ss_kex_alg *const standard_kex[] = {
    &ss_kex_curve25519_sha256,
    &ss_kex_curve25519_sha256_libssh,
    &ss_kex_ecdh_nistp256,
    &ss_kex_dh_group14_sha256,
    NULL,
};

/* What is certified stands behind what is plain, what is of the past behind both. */
static const struct ss_sign_alg *const standard_sign[] = {
    &ss_sign_ed25519,
    &ss_sign_ecdsa_nistp256,
    &ss_sign_rsa_sha2_512,
    &ss_sign_rsa_sha2_256,
    &ss_sign_ecdsa_nistp384,
    &ss_sign_ecdsa_nistp521,
    &ss_sign_ed448,
    &ss_sign_mldsa44_ed25519,
    &ss_sign_sk_ed25519,
    &ss_sign_sk_ecdsa_nistp256,
    &ss_sign_webauthn_sk_ecdsa_nistp256,
    &ss_sign_ed25519_cert,
    &ss_sign_ecdsa_nistp256_cert,
    &ss_sign_rsa_sha2_512_cert,
    &ss_sign_rsa_sha2_256_cert,
    &ss_sign_ecdsa_nistp384_cert,
    &ss_sign_ecdsa_nistp521_cert,
    &ss_sign_mldsa44_ed25519_cert,
    &ss_sign_sk_ed25519_cert,
    &ss_sign_sk_ecdsa_nistp256_cert,
    &ss_sign_webauthn_sk_ecdsa_nistp256_cert,
    &ss_sign_rsa_sha1,
    &ss_sign_dss,
    &ss_sign_rsa_sha1_cert,
    &ss_sign_dss_cert,
    NULL,
};

static const struct ss_cipher_alg *const standard_cipher[] = {
    &ss_cipher_chacha20_poly1305, &ss_cipher_aes128_gcm, &ss_cipher_aes256_gcm,
    &ss_cipher_aes128_ctr,        &ss_cipher_aes256_ctr, NULL,
};

static const struct ss_mac_alg *const standard_mac[] = {
    &ss_mac_hmac_sha2_256_etm,
    &ss_mac_hmac_sha2_512_etm,
    &ss_mac_hmac_sha2_256,
    &ss_mac_hmac_sha2_512,
    NULL,
};

static const struct ss_comp_alg *const standard_comp[] = {&ss_comp_none, NULL};

static const struct ss_registry standard = {
    standard_kex, standard_sign, standard_cipher, standard_mac, standard_comp,
};

const struct ss_registry *ss_registry_standard(void)
{
    return &standard;
}

const struct ss_kex_alg *ss_registry_kex(const struct ss_registry *registry, ss_span name)
{
    const struct ss_kex_alg *const *at = registry->kex;

    while (*at != NULL && !ss_span_is(name, (*at)->name))
        at++;
    return *at;
}

const struct ss_sign_alg *ss_registry_sign(const struct ss_registry *registry, ss_span name)
{
    const struct ss_sign_alg *const *at = registry->sign;

    while (*at != NULL && !ss_span_is(name, (*at)->name))
        at++;
    return *at;
}

const struct ss_cipher_alg *ss_registry_cipher(const struct ss_registry *registry, ss_span name)
{
    const struct ss_cipher_alg *const *at = registry->cipher;

    while (*at != NULL && !ss_span_is(name, (*at)->name))
        at++;
    return *at;
}

const struct ss_mac_alg *ss_registry_mac(const struct ss_registry *registry, ss_span name)
{
    const struct ss_mac_alg *const *at = registry->mac;

    while (*at != NULL && !ss_span_is(name, (*at)->name))
        at++;
    return *at;
}

const struct ss_comp_alg *ss_registry_comp(const struct ss_registry *registry, ss_span name)
{
    const struct ss_comp_alg *const *at = registry->comp;

    while (*at != NULL && !ss_span_is(name, (*at)->name))
        at++;
    return *at;
}
