/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - algorithms as constant method structs, and the registry that lists them.
 *
 * Owns: the shapes of ciphers, MACs, hashes, key exchange primitives, raw public-key operations.
 * Not here: SSH key and signature blobs (key.h), packets (transport).
 * Follows: RFC 4253 section 6, RFC 4344, 4419, 5647, 5656, 6668, 8268, 8332, 8709, 8731;
 *   OpenSSH PROTOCOL.chacha20poly1305 and PROTOCOL (etm MACs, GCM names).
 *
 * There is no registration and no global list: a registry is a value that is passed in. */
#ifndef SSHSPEC_CRYPTO_H
#define SSHSPEC_CRYPTO_H

#include "sshspec/buf.h"
#include "sshspec/secret.h"

enum ss_way { SS_OPEN, SS_SEAL }; /* decrypt and verify, or encrypt and tag */

/* ---- hashes ---- */
struct ss_hash_alg {
    const char *name; /* "sha256" */
    size_t size;      /* bytes of digest */
    /* Digest of the parts one after another. out has size bytes. */
    ss_err (*digest)(const ss_span *parts, size_t n, uint8_t *out);
};
extern const struct ss_hash_alg ss_hash_sha1, ss_hash_sha256, ss_hash_sha384, ss_hash_sha512;
#define SS_HASH_MAX 64

/* HMAC-SHA1 of one message, for hashed known_hosts names. out has 20 bytes. */
SS_MUST_USE ss_err ss_hmac_sha1(ss_span key, ss_span data, uint8_t *out);

/* ---- ciphers ---- */
enum {
    SS_CIPHER_AEAD = 1,         /* seals with a tag of its own; the negotiated MAC is unused */
    SS_CIPHER_CLEAR_LENGTH = 2, /* the packet length field is not encrypted */
    SS_CIPHER_OWN_LENGTH = 4,   /* the length is encrypted apart from the rest (chacha20) */
    SS_CIPHER_CBC = 8,          /* what a receiver says about a length, and when, gives away the
                                   block it was read from: it waits (RFC 4251 section 9.3.1) */
    SS_CIPHER_NAMES_MAC = 16    /* AEAD that has to be agreed on as the MAC too, under the same
                                   name (RFC 5647 section 5.1) */
};

struct ss_cipher_alg {
    const char *name;
    const char *source;           /* where it is specified: "RFC 4344 section 4" */
    const void *param;            /* for the file that implements it: which key size, which mode */
    uint16_t key, iv, block, tag; /* bytes; block is the alignment unit, at least 8 */
    uint32_t flags;
    size_t state_size; /* bytes the caller provides, zeroed, aligned for any type */
    ss_err (*init)(const struct ss_cipher_alg *alg, void *state, const uint8_t *key,
                   const uint8_t *iv, enum ss_way way);
    /* AEAD only: the packet length from the first four bytes as they are on the wire; head is
     * not changed. */
    ss_err (*length)(void *state, uint32_t sequence, const uint8_t *head, uint32_t *out_length);
    /* AEAD only: packet holds 4 + n bytes of which the first 4 are the length field; seals or
     * opens all in place. tag has alg->tag bytes: written when sealing, compared when opening.
     * SS_E_mac_mismatch leaves the packet's content undefined, never plaintext. When opening,
     * the length field comes out in the clear. */
    ss_err (*seal)(void *state, uint32_t sequence, uint8_t *packet, size_t n, uint8_t *tag);
    ss_err (*open)(void *state, uint32_t sequence, uint8_t *packet, size_t n, const uint8_t *tag);
    /* Not AEAD: in place, continuing the stream; n is a multiple of block. */
    ss_err (*crypt)(void *state, uint8_t *data, size_t n);
    void (*fini)(void *state); /* wipes; accepts a zeroed state */
};

/* ---- MACs ---- */
enum {
    SS_MAC_ETM = 1,
    SS_MAC_OF_CIPHER = 2 /* only a name: stands for the tag of the cipher that is called the same,
                            and has no functions */
};

struct ss_mac_alg {
    const char *name;
    const char *source;
    const void *param;
    uint16_t key, size; /* bytes */
    uint32_t flags;
    size_t state_size;
    ss_err (*init)(const struct ss_mac_alg *alg, void *state, const uint8_t *key);
    /* MAC over uint32 sequence || data; out has size bytes. */
    ss_err (*compute)(void *state, uint32_t sequence, ss_span data, uint8_t *out);
    void (*fini)(void *state);
};

/* ---- compression ---- */
struct ss_comp_alg {
    const char *name;
    const char *source;
    bool delayed;      /* starts after authentication */
    size_t state_size; /* 0: payloads pass as they are, and the functions are null */
    ss_err (*init)(void *state, const struct ss_env *env, enum ss_way way);
    /* One payload of the stream, appended to out, whose ceiling bounds it: SS_E_ceiling ends a
     * bomb before it is in memory. SS_SEAL compresses and flushes (RFC 4253 section 6.2), SS_OPEN
     * gives SS_E_decompress for what is no continuation of the stream. */
    ss_err (*pass)(void *state, ss_span payload, struct ss_buf *out);
    void (*fini)(void *state); /* accepts a zeroed state */
};

/* ---- key exchange primitives ---- */
enum ss_kex_family {
    SS_KEX_DH,   /* KEXDH_INIT/REPLY, public values are mpints (RFC 4253 section 8) */
    SS_KEX_ECDH, /* KEX_ECDH_INIT/REPLY, public values are strings (RFC 5656 section 4), which
                    hybrids share (draft-ietf-sshm-mlkem-hybrid-kex) */
    SS_KEX_GEX   /* the group comes from the server (RFC 4419): messages 34, 31, 32, 33 */
};
enum { SS_KEX_SECRET_STRING = 1 }; /* K enters the hash as a string, not as an mpint */

struct ss_kex_alg {
    const char *name;
    enum ss_kex_family family;
    const struct ss_hash_alg *hash;
    uint32_t flags;
    const char *source;
    const void *param;
    size_t state_size; /* bytes the caller provides, zeroed */
    /* SS_KEX_GEX only, before anything else, both roles: the group, magnitudes of p and g.
     * Errors as ss_dh_check_group; the state is then as it was. */
    ss_err (*set_group)(void *state, ss_span p, ss_span g);
    /* Client: makes the ephemeral key; appends the public value (DH: magnitude, big-endian). */
    ss_err (*start)(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                    struct ss_buf *out_public);
    /* Server: takes the client's value; appends ours; out_shared gets the raw shared secret
     * (DH and ECDH: magnitude). SS_E_bad_public_value refuses the peer's. */
    ss_err (*respond)(const struct ss_kex_alg *alg, void *state, const struct ss_env *env,
                      ss_span peer_public, struct ss_buf *out_public, struct ss_secret *out_shared);
    /* Client: takes the server's value. */
    ss_err (*finish)(const struct ss_kex_alg *alg, void *state, ss_span peer_public,
                     struct ss_secret *out_shared);
    /* The requirement that a value broke which was refused with SS_E_bad_public_value. May be null:
     * then it is the family's own. */
    const char *(*rule)(const struct ss_kex_alg *alg, ss_span peer_public, bool from_client);
    void (*fini)(void *state); /* wipes; accepts a zeroed state */
    /* The private key of a state that was started, borrowed from it: for key logs. Null: the method
     * has no single one. */
    ss_span (*private_key)(const struct ss_kex_alg *alg, const void *state);
};

/* ---- groups for Diffie-Hellman ---- */
enum { SS_DH_BITS_MIN = 256, SS_DH_BITS_MAX = 8192, SS_DH_SIZE_MAX = SS_DH_BITS_MAX / 8 };

/* Appends the prime with that many bits that has a name: 1024 (RFC 2409), 1536, 2048, 3072, 4096,
 * 6144 and 8192 (RFC 3526), all safe and with generator 2. SS_E_not_found for any other size. */
SS_MUST_USE ss_err ss_dh_prime(unsigned bits, struct ss_buf *out);
/* Of a magnitude; zeros in front do not count. */
unsigned ss_dh_bits(ss_span number);
/* Can one compute in the group of these magnitudes? SS_E_bad_public_value when p is even or not of
 * SS_DH_BITS_MIN to SS_DH_BITS_MAX bits, or g outside 2 to p-2. Whether p is a prime is not asked.
 */
SS_MUST_USE ss_err ss_dh_check_group(ss_span p, ss_span g);
/* SS_E_bad_public_value unless p, a magnitude, is in all probability a safe prime: p and
 * (p - 1) / 2 are primes. Takes long: seconds for a large p. */
SS_MUST_USE ss_err ss_dh_check_safe(ss_span p);

/* ---- raw public-key operations; SSH encodings are in key.h ---- */
enum ss_key_kind {
    SS_KEY_NONE,
    SS_KEY_ED25519,
    SS_KEY_ECDSA_P256,
    SS_KEY_RSA,
    SS_KEY_ECDSA_P384,
    SS_KEY_ECDSA_P521,
    SS_KEY_DSA,
    SS_KEY_ED448,
    SS_KEY_MLDSA44_ED25519, /* both sign (draft-ietf-lamps-pq-composite-sigs) */
    /* Held by a security key: kinds of a struct ss_key, whose pkey is of the kind in the name. */
    SS_KEY_SK_ED25519,
    SS_KEY_SK_ECDSA_P256
};

/* Named parts of a key as big-endian magnitudes (RSA, DSA), or fixed-size strings.
 * EdDSA: pub and priv of 32 (Ed25519) or 57 bytes, priv the seed. ECDSA: pub the uncompressed
 * point (65 bytes for P-256), priv the scalar. RSA: n e, priv d p q iqmp. DSA: p q g, pub y,
 * priv x. MLDSA44_ED25519: pub 1312 + 32 bytes, priv the two seeds of 32. Absent parts are
 * empty. */
struct ss_pkey_parts {
    ss_span pub, priv;
    ss_span n, e, d, p, q, iqmp, g;
};

struct ss_pkey; /* opaque; immutable once made */
/* SS_E_bad_key when the parts do not make a usable key (off curve, too small, too large: RSA 1024
 * to 16384 bits; DSA p 512 to 3072, q 160, 224 or 256). Public only when priv / d are empty. */
SS_MUST_USE ss_err ss_pkey_make(const struct ss_env *env, enum ss_key_kind kind,
                                const struct ss_pkey_parts *parts, struct ss_pkey **out);
/* bits only matters to RSA and DSA; DSA makes a q of 160 bits, the only one that SSH has. */
SS_MUST_USE ss_err ss_pkey_generate(const struct ss_env *env, enum ss_key_kind kind, unsigned bits,
                                    struct ss_pkey **out);
/* Parts appended to store, spans in out point into it: read them before store grows again.
 * with_private asks for the private ones too. */
SS_MUST_USE ss_err ss_pkey_export(const struct ss_pkey *pkey, bool with_private,
                                  struct ss_buf *store, struct ss_pkey_parts *out);
void ss_pkey_free(struct ss_pkey **pkey);
enum ss_key_kind ss_pkey_kind(const struct ss_pkey *pkey);
unsigned ss_pkey_bits(const struct ss_pkey *pkey);
bool ss_pkey_is_private(const struct ss_pkey *pkey);
/* Raw signatures: ED25519 64 bytes, ED448 114; ECDSA and DSA r || s, each as long as the order; RSA
 * as long as the modulus; MLDSA44_ED25519 2420 + 64. hash is ignored by those that hash by
 * themselves: EdDSA, MLDSA44_ED25519. Repeats itself when env->deterministic. */
SS_MUST_USE ss_err ss_pkey_sign(const struct ss_pkey *pkey, const struct ss_env *env,
                                const struct ss_hash_alg *hash, ss_span data,
                                struct ss_buf *out_signature);
/* SS_E_bad_signature when it does not verify. RSA signatures may be shorter than the modulus:
 * the caller pads. */
SS_MUST_USE ss_err ss_pkey_verify(const struct ss_pkey *pkey, const struct ss_hash_alg *hash,
                                  ss_span data, ss_span signature);

/* ---- signature algorithms ---- */
struct ss_sign_alg {
    const char *name;     /* "rsa-sha2-512" */
    const char *key_type; /* type inside the key blob: "ssh-rsa" */
    enum ss_key_kind kind;
    const struct ss_hash_alg *hash; /* null for what hashes by itself */
    const char *source;
    /* For keys with a certificate: the algorithm that makes the signature and whose name stands in
     * it (OpenSSH PROTOCOL.certkeys). Null otherwise. */
    const struct ss_sign_alg *plain;
};

/* ---- registry ---- */
struct ss_registry { /* null-terminated arrays in order of preference; yours or ours */
    const struct ss_kex_alg *const *kex;
    const struct ss_sign_alg *const *sign;
    const struct ss_cipher_alg *const *cipher;
    const struct ss_mac_alg *const *mac;
    const struct ss_comp_alg *const *comp;
};

extern const struct ss_kex_alg ss_kex_mlkem768x25519, ss_kex_sntrup761x25519,
    ss_kex_sntrup761x25519_openssh, ss_kex_mlkem768nistp256, ss_kex_mlkem1024nistp384;
extern const struct ss_kex_alg ss_kex_curve25519_sha256, ss_kex_curve25519_sha256_libssh,
    ss_kex_curve448_sha512, ss_kex_ecdh_nistp256, ss_kex_ecdh_nistp384, ss_kex_ecdh_nistp521,
    ss_kex_dh_group1_sha1, ss_kex_dh_group14_sha1, ss_kex_dh_group14_sha256,
    ss_kex_dh_group15_sha512, ss_kex_dh_group16_sha512, ss_kex_dh_group17_sha512,
    ss_kex_dh_group18_sha512, ss_kex_dh_gex_sha1, ss_kex_dh_gex_sha256;
extern const struct ss_sign_alg ss_sign_ed25519, ss_sign_ecdsa_nistp256, ss_sign_rsa_sha2_256,
    ss_sign_rsa_sha2_512, ss_sign_ecdsa_nistp384, ss_sign_ecdsa_nistp521, ss_sign_ed448,
    ss_sign_sk_ed25519, ss_sign_sk_ecdsa_nistp256, ss_sign_webauthn_sk_ecdsa_nistp256,
    ss_sign_mldsa44_ed25519, ss_sign_rsa_sha1, ss_sign_dss;
/* For certified keys. */
extern const struct ss_sign_alg ss_sign_ed25519_cert, ss_sign_ecdsa_nistp256_cert,
    ss_sign_ecdsa_nistp384_cert, ss_sign_ecdsa_nistp521_cert, ss_sign_rsa_sha2_256_cert,
    ss_sign_rsa_sha2_512_cert, ss_sign_sk_ed25519_cert, ss_sign_sk_ecdsa_nistp256_cert,
    ss_sign_mldsa44_ed25519_cert, ss_sign_rsa_sha1_cert, ss_sign_dss_cert;
extern const struct ss_cipher_alg ss_cipher_aes128_gcm, ss_cipher_aes256_gcm,
    ss_cipher_chacha20_poly1305, ss_cipher_aes128_ctr, ss_cipher_aes192_ctr, ss_cipher_aes256_ctr,
    ss_cipher_aead_aes128_gcm, ss_cipher_aead_aes256_gcm, ss_cipher_aes128_cbc,
    ss_cipher_aes192_cbc, ss_cipher_aes256_cbc, ss_cipher_rijndael_cbc, ss_cipher_3des_cbc,
    ss_cipher_none;
extern const struct ss_mac_alg ss_mac_hmac_sha2_256, ss_mac_hmac_sha2_512, ss_mac_hmac_sha2_256_etm,
    ss_mac_hmac_sha2_512_etm, ss_mac_umac_64, ss_mac_umac_128, ss_mac_umac_64_etm,
    ss_mac_umac_128_etm, ss_mac_hmac_sha1, ss_mac_hmac_sha1_96, ss_mac_hmac_sha1_etm,
    ss_mac_hmac_sha1_96_etm, ss_mac_hmac_md5, ss_mac_hmac_md5_96, ss_mac_hmac_md5_etm,
    ss_mac_hmac_md5_96_etm, ss_mac_aead_aes128_gcm, ss_mac_aead_aes256_gcm, ss_mac_none;
extern const struct ss_comp_alg ss_comp_none, ss_comp_zlib, ss_comp_zlib_delayed;

const struct ss_registry *ss_registry_standard(void);
const struct ss_kex_alg *ss_registry_kex(const struct ss_registry *registry, ss_span name);
const struct ss_sign_alg *ss_registry_sign(const struct ss_registry *registry, ss_span name);
const struct ss_cipher_alg *ss_registry_cipher(const struct ss_registry *registry, ss_span name);
const struct ss_mac_alg *ss_registry_mac(const struct ss_registry *registry, ss_span name);
const struct ss_comp_alg *ss_registry_comp(const struct ss_registry *registry, ss_span name);

/* Known answers of every primitive in the standard registry; on failure out_name names the
 * first that is wrong. */
SS_MUST_USE ss_err ss_crypto_self_test(const struct ss_env *env, const char **out_name);
/* True when the self test has an answer for this very method struct of a registry. */
bool ss_crypto_has_answer(const void *alg);
/* "OpenSSL 3.0.19 ..." */
const char *ss_crypto_version(void);

#endif
