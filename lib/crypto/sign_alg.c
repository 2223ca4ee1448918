/* SPDX-License-Identifier: Apache-2.0 */
/* sign_alg.c - the names under which SSH signs, and what each stands for.
 *
 * Owns: the signature algorithms of the library.
 * Not here: the operations (pkey_sign.c), what security keys sign (lib/keys).
 * Called by: registry.c, negotiation, lib/keys.
 * Follows: RFC 4253 section 6.6, RFC 8709 section 3, RFC 5656 section 6.2, RFC 8332 section 3;
 *   OpenSSH PROTOCOL.u2f and PROTOCOL.certkeys. */
#include "sshspec/crypto.h"

const struct ss_sign_alg ss_sign_ed25519 = {
    .name = "ssh-ed25519",
    .key_type = "ssh-ed25519",
    .kind = SS_KEY_ED25519,
    .source = "RFC 8709",
};

const struct ss_sign_alg ss_sign_ed448 = {
    .name = "ssh-ed448",
    .key_type = "ssh-ed448",
    .kind = SS_KEY_ED448,
    .source = "RFC 8709",
};

const struct ss_sign_alg ss_sign_ecdsa_nistp256 = {
    .name = "ecdsa-sha2-nistp256",
    .key_type = "ecdsa-sha2-nistp256",
    .kind = SS_KEY_ECDSA_P256,
    .hash = &ss_hash_sha256,
    .source = "RFC 5656 section 3",
};

const struct ss_sign_alg ss_sign_ecdsa_nistp384 = {
    .name = "ecdsa-sha2-nistp384",
    .key_type = "ecdsa-sha2-nistp384",
    .kind = SS_KEY_ECDSA_P384,
    .hash = &ss_hash_sha384,
    .source = "RFC 5656 section 3",
};

const struct ss_sign_alg ss_sign_ecdsa_nistp521 = {
    .name = "ecdsa-sha2-nistp521",
    .key_type = "ecdsa-sha2-nistp521",
    .kind = SS_KEY_ECDSA_P521,
    .hash = &ss_hash_sha512,
    .source = "RFC 5656 section 3",
};

/* The key type stays "ssh-rsa"; only the signature has a new name. */
const struct ss_sign_alg ss_sign_rsa_sha2_256 = {
    .name = "rsa-sha2-256",
    .key_type = "ssh-rsa",
    .kind = SS_KEY_RSA,
    .hash = &ss_hash_sha256,
    .source = "RFC 8332",
};

const struct ss_sign_alg ss_sign_rsa_sha2_512 = {
    .name = "rsa-sha2-512",
    .key_type = "ssh-rsa",
    .kind = SS_KEY_RSA,
    .hash = &ss_hash_sha512,
    .source = "RFC 8332",
};

const struct ss_sign_alg ss_sign_mldsa44_ed25519 = {
    .name = "ssh-mldsa44-ed25519@openssh.com",
    .key_type = "ssh-mldsa44-ed25519@openssh.com",
    .kind = SS_KEY_MLDSA44_ED25519,
    .source = "draft-miller-sshm-mldsa44-ed25519-composite-sigs",
};

/* What a security key signs is made from the message in lib/keys; the hash is that of the
 * signature over it. */
const struct ss_sign_alg ss_sign_sk_ed25519 = {
    .name = "sk-ssh-ed25519@openssh.com",
    .key_type = "sk-ssh-ed25519@openssh.com",
    .kind = SS_KEY_SK_ED25519,
    .source = "OpenSSH PROTOCOL.u2f",
};

const struct ss_sign_alg ss_sign_sk_ecdsa_nistp256 = {
    .name = "sk-ecdsa-sha2-nistp256@openssh.com",
    .key_type = "sk-ecdsa-sha2-nistp256@openssh.com",
    .kind = SS_KEY_SK_ECDSA_P256,
    .hash = &ss_hash_sha256,
    .source = "OpenSSH PROTOCOL.u2f",
};

const struct ss_sign_alg ss_sign_webauthn_sk_ecdsa_nistp256 = {
    .name = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
    .key_type = "sk-ecdsa-sha2-nistp256@openssh.com",
    .kind = SS_KEY_SK_ECDSA_P256,
    .hash = &ss_hash_sha256,
    .source = "OpenSSH PROTOCOL.u2f",
};

/* Of the past: SHA-1. */
const struct ss_sign_alg ss_sign_rsa_sha1 = {
    .name = "ssh-rsa",
    .key_type = "ssh-rsa",
    .kind = SS_KEY_RSA,
    .hash = &ss_hash_sha1,
    .source = "RFC 4253 section 6.6",
};

const struct ss_sign_alg ss_sign_dss = {
    .name = "ssh-dss",
    .key_type = "ssh-dss",
    .kind = SS_KEY_DSA,
    .hash = &ss_hash_sha1,
    .source = "RFC 4253 section 6.6",
};

/* ---- of certified keys ---- */

const struct ss_sign_alg ss_sign_ed25519_cert = {
    .name = "ssh-ed25519-cert-v01@openssh.com",
    .key_type = "ssh-ed25519-cert-v01@openssh.com",
    .kind = SS_KEY_ED25519,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_ed25519,
};

const struct ss_sign_alg ss_sign_ecdsa_nistp256_cert = {
    .name = "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    .key_type = "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    .kind = SS_KEY_ECDSA_P256,
    .hash = &ss_hash_sha256,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_ecdsa_nistp256,
};

const struct ss_sign_alg ss_sign_ecdsa_nistp384_cert = {
    .name = "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    .key_type = "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    .kind = SS_KEY_ECDSA_P384,
    .hash = &ss_hash_sha384,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_ecdsa_nistp384,
};

const struct ss_sign_alg ss_sign_ecdsa_nistp521_cert = {
    .name = "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    .key_type = "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    .kind = SS_KEY_ECDSA_P521,
    .hash = &ss_hash_sha512,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_ecdsa_nistp521,
};

/* The type inside the certificate stays "ssh-rsa-cert-v01@openssh.com". */
const struct ss_sign_alg ss_sign_rsa_sha2_256_cert = {
    .name = "rsa-sha2-256-cert-v01@openssh.com",
    .key_type = "ssh-rsa-cert-v01@openssh.com",
    .kind = SS_KEY_RSA,
    .hash = &ss_hash_sha256,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_rsa_sha2_256,
};

const struct ss_sign_alg ss_sign_rsa_sha2_512_cert = {
    .name = "rsa-sha2-512-cert-v01@openssh.com",
    .key_type = "ssh-rsa-cert-v01@openssh.com",
    .kind = SS_KEY_RSA,
    .hash = &ss_hash_sha512,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_rsa_sha2_512,
};

const struct ss_sign_alg ss_sign_mldsa44_ed25519_cert = {
    .name = "ssh-mldsa44-ed25519-cert-v01@openssh.com",
    .key_type = "ssh-mldsa44-ed25519-cert-v01@openssh.com",
    .kind = SS_KEY_MLDSA44_ED25519,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_mldsa44_ed25519,
};

const struct ss_sign_alg ss_sign_sk_ed25519_cert = {
    .name = "sk-ssh-ed25519-cert-v01@openssh.com",
    .key_type = "sk-ssh-ed25519-cert-v01@openssh.com",
    .kind = SS_KEY_SK_ED25519,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_sk_ed25519,
};

const struct ss_sign_alg ss_sign_sk_ecdsa_nistp256_cert = {
    .name = "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
    .key_type = "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
    .kind = SS_KEY_SK_ECDSA_P256,
    .hash = &ss_hash_sha256,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_sk_ecdsa_nistp256,
};

const struct ss_sign_alg ss_sign_rsa_sha1_cert = {
    .name = "ssh-rsa-cert-v01@openssh.com",
    .key_type = "ssh-rsa-cert-v01@openssh.com",
    .kind = SS_KEY_RSA,
    .hash = &ss_hash_sha1,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_rsa_sha1,
};

const struct ss_sign_alg ss_sign_dss_cert = {
    .name = "ssh-dss-cert-v01@openssh.com",
    .key_type = "ssh-dss-cert-v01@openssh.com",
    .kind = SS_KEY_DSA,
    .hash = &ss_hash_sha1,
    .source = "OpenSSH PROTOCOL.certkeys",
    .plain = &ss_sign_dss,
};
