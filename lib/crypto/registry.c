/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - what we can do, in the order in which we would rather do it.
 *
 * Owns: the standard registry and the search by name in any registry.
 * Not here: the algorithms; choosing one with a peer (transport).
 * Called by: configuration, negotiation.
 * Follows: RFC 4253 section 7.1 for what the order means; the order itself is OpenSSH's. */
#include "sshspec/crypto.h"

static const struct ss_kex_alg *const standard_kex[] = {
    /* with a post-quantum half */
    &ss_kex_mlkem768x25519,
    &ss_kex_sntrup761x25519,
    &ss_kex_sntrup761x25519_openssh,
    /* OpenSSH's */
    &ss_kex_curve25519_sha256,
    &ss_kex_curve25519_sha256_libssh,
    &ss_kex_ecdh_nistp256,
    &ss_kex_ecdh_nistp384,
    &ss_kex_ecdh_nistp521,
    &ss_kex_dh_gex_sha256,
    &ss_kex_dh_group16_sha512,
    &ss_kex_dh_group18_sha512,
    &ss_kex_dh_group14_sha256,
    /* not OpenSSH's */
    &ss_kex_mlkem768nistp256,
    &ss_kex_mlkem1024nistp384,
    &ss_kex_curve448_sha512,
    &ss_kex_dh_group15_sha512,
    &ss_kex_dh_group17_sha512,
    /* with SHA-1 */
    &ss_kex_dh_group14_sha1,
    &ss_kex_dh_gex_sha1,
    &ss_kex_dh_group1_sha1,
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
    &ss_sign_rsa_sha1,
    &ss_sign_dss,
    &ss_sign_rsa_sha1_cert,
    &ss_sign_dss_cert,
    NULL,
};

/* What nobody should need any more stands at the end, and "none" last of all; which of it is
 * offered when nothing else is said is the policy's matter (config). */
static const struct ss_cipher_alg *const standard_cipher[] = {
    &ss_cipher_chacha20_poly1305,
    &ss_cipher_aes128_gcm,
    &ss_cipher_aes256_gcm,
    &ss_cipher_aes128_ctr,
    &ss_cipher_aes256_ctr,
    &ss_cipher_aes192_ctr,
    &ss_cipher_aead_aes128_gcm,
    &ss_cipher_aead_aes256_gcm,
    &ss_cipher_aes128_cbc,
    &ss_cipher_aes192_cbc,
    &ss_cipher_aes256_cbc,
    &ss_cipher_rijndael_cbc,
    &ss_cipher_3des_cbc,
    &ss_cipher_none,
    NULL,
};

static const struct ss_mac_alg *const standard_mac[] = {
    &ss_mac_hmac_sha2_256_etm,
    &ss_mac_hmac_sha2_512_etm,
    &ss_mac_hmac_sha2_256,
    &ss_mac_hmac_sha2_512,
    &ss_mac_umac_128_etm,
    &ss_mac_umac_64_etm,
    &ss_mac_umac_128,
    &ss_mac_umac_64,
    &ss_mac_aead_aes128_gcm,
    &ss_mac_aead_aes256_gcm,
    &ss_mac_hmac_sha1_etm,
    &ss_mac_hmac_sha1,
    &ss_mac_hmac_sha1_96_etm,
    &ss_mac_hmac_sha1_96,
    &ss_mac_hmac_md5_etm,
    &ss_mac_hmac_md5,
    &ss_mac_hmac_md5_96_etm,
    &ss_mac_hmac_md5_96,
    &ss_mac_none,
    NULL,
};

static const struct ss_comp_alg *const standard_comp[] = {
    &ss_comp_none,
    &ss_comp_zlib_delayed,
    &ss_comp_zlib,
    NULL,
};

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
