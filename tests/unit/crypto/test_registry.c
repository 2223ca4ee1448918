/* SPDX-License-Identifier: Apache-2.0 */
/* test_registry.c - what is listed, in which order, and found by which name. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

#define EXPECT_NAMES(list, ...)                                                                    \
    do {                                                                                           \
        static const char *const names_[] = {__VA_ARGS__};                                         \
        size_t i_;                                                                                 \
        for (i_ = 0; i_ < SS_COUNT(names_); i_++)                                                  \
            cr_assert((list)[i_] != NULL && strcmp((list)[i_]->name, names_[i_]) == 0, "%s",       \
                      names_[i_]);                                                                 \
        cr_assert((list)[i_] == NULL, "more than expected");                                       \
    } while (0)

Test(registry, the_order_of_preference)
{
    const struct ss_registry *registry = ss_registry_standard();

    EXPECT_NAMES(registry->kex, "mlkem768x25519-sha256", "sntrup761x25519-sha512",
                 "sntrup761x25519-sha512@openssh.com", "curve25519-sha256",
                 "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                 "ecdh-sha2-nistp521", "diffie-hellman-group-exchange-sha256",
                 "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
                 "diffie-hellman-group14-sha256", "mlkem768nistp256-sha256",
                 "mlkem1024nistp384-sha384", "curve448-sha512", "diffie-hellman-group15-sha512",
                 "diffie-hellman-group17-sha512", "diffie-hellman-group14-sha1",
                 "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1");
    EXPECT_NAMES(registry->sign, "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512",
                 "rsa-sha2-256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed448",
                 "ssh-mldsa44-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com",
                 "sk-ecdsa-sha2-nistp256@openssh.com",
                 "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "ssh-ed25519-cert-v01@openssh.com",
                 "ecdsa-sha2-nistp256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
                 "rsa-sha2-256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
                 "ecdsa-sha2-nistp521-cert-v01@openssh.com",
                 "ssh-mldsa44-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
                 "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "ssh-rsa", "ssh-dss",
                 "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com");
    EXPECT_NAMES(registry->cipher, "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
                 "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr", "aes192-ctr",
                 "AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "aes128-cbc", "aes192-cbc", "aes256-cbc",
                 "rijndael-cbc@lysator.liu.se", "3des-cbc", "none");
    EXPECT_NAMES(registry->mac, "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
                 "hmac-sha2-256", "hmac-sha2-512", "umac-128-etm@openssh.com",
                 "umac-64-etm@openssh.com", "umac-128@openssh.com", "umac-64@openssh.com",
                 "AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "hmac-sha1-etm@openssh.com", "hmac-sha1",
                 "hmac-sha1-96-etm@openssh.com", "hmac-sha1-96", "hmac-md5-etm@openssh.com",
                 "hmac-md5", "hmac-md5-96-etm@openssh.com", "hmac-md5-96", "none");
    EXPECT_NAMES(registry->comp, "none", "zlib@openssh.com", "zlib");
}

Test(registry, each_name_finds_its_algorithm)
{
    const struct ss_registry *r = ss_registry_standard();
    size_t i;

    for (i = 0; r->kex[i] != NULL; i++)
        cr_expect(ss_registry_kex(r, ss_span_of(r->kex[i]->name)) == r->kex[i]);
    for (i = 0; r->sign[i] != NULL; i++)
        cr_expect(ss_registry_sign(r, ss_span_of(r->sign[i]->name)) == r->sign[i]);
    for (i = 0; r->cipher[i] != NULL; i++)
        cr_expect(ss_registry_cipher(r, ss_span_of(r->cipher[i]->name)) == r->cipher[i]);
    for (i = 0; r->mac[i] != NULL; i++)
        cr_expect(ss_registry_mac(r, ss_span_of(r->mac[i]->name)) == r->mac[i]);
    for (i = 0; r->comp[i] != NULL; i++)
        cr_expect(ss_registry_comp(r, ss_span_of(r->comp[i]->name)) == r->comp[i]);
}

Test(registry, nearly_a_name_finds_nothing)
{
    static const char *const names[] = {"", "aes128-ct", "aes128-ctrx", "AES128-CTR", "none,none"};
    const struct ss_registry *r = ss_registry_standard();
    size_t i;

    for (i = 0; i < SS_COUNT(names); i++) {
        ss_span name = test_guarded(ss_span_of(names[i]));

        cr_expect(ss_registry_kex(r, name) == NULL && ss_registry_sign(r, name) == NULL);
        cr_expect(ss_registry_cipher(r, name) == NULL && ss_registry_mac(r, name) == NULL);
        cr_expect(ss_registry_comp(r, name) == NULL);
    }
}

/* Sizes that key derivation and framing rely on. */
Test(registry, sizes_are_those_of_the_specifications)
{
    const struct ss_registry *r = ss_registry_standard();
    size_t i;

    for (i = 0; r->cipher[i] != NULL; i++) {
        const struct ss_cipher_alg *c = r->cipher[i];
        bool aead = (c->flags & SS_CIPHER_AEAD) != 0;

        cr_expect(c->block >= 8 && c->tag == (aead ? 16 : 0), "%s", c->name);
        cr_expect(aead == (c->seal != NULL && c->open != NULL && c->length != NULL), "%s", c->name);
        cr_expect(aead == (c->crypt == NULL), "%s", c->name);
    }
    cr_expect(ss_cipher_chacha20_poly1305.key == 64 && ss_cipher_chacha20_poly1305.iv == 0);
    for (i = 0; r->kex[i] != NULL; i++) {
        const struct ss_kex_alg *kex = r->kex[i];

        cr_expect(kex->source != NULL && kex->hash != NULL && kex->state_size > 0, "%s", kex->name);
        cr_expect((kex->family == SS_KEX_GEX) == (kex->set_group != NULL), "%s", kex->name);
    }
    cr_expect(ss_kex_dh_group1_sha1.hash == &ss_hash_sha1);
    cr_expect(ss_kex_ecdh_nistp384.hash == &ss_hash_sha384);
    cr_expect(ss_kex_ecdh_nistp521.hash == &ss_hash_sha512);
    cr_expect(ss_cipher_aes256_gcm.key == 32 && ss_cipher_aes256_gcm.iv == 12);
    cr_expect(ss_cipher_aes128_ctr.key == 16 && ss_cipher_aes128_ctr.iv == 16);
    cr_expect(ss_cipher_3des_cbc.key == 24 && ss_cipher_3des_cbc.iv == 8);
    cr_expect(ss_cipher_3des_cbc.block == 8 && ss_cipher_aes192_ctr.key == 24);
    for (i = 0; r->mac[i] != NULL; i++) {
        const struct ss_mac_alg *m = r->mac[i];
        bool name_only = (m->flags & SS_MAC_OF_CIPHER) != 0;
        bool cut = strstr(m->name, "-96") != NULL, umac = strncmp(m->name, "umac", 4) == 0;

        cr_expect(name_only == (m->compute == NULL), "%s", m->name);
        cr_expect(!cut || m->size == 12, "%s", m->name);
        cr_expect(!umac || m->key == 16, "%s", m->name);
        cr_expect(cut || umac || m->key == m->size, "%s", m->name);
    }
}

Test(registry, every_row_says_where_it_is_specified)
{
    const struct ss_registry *r = ss_registry_standard();
    size_t i;

    for (i = 0; r->cipher[i] != NULL; i++)
        cr_expect(r->cipher[i]->source != NULL, "%s", r->cipher[i]->name);
    for (i = 0; r->mac[i] != NULL; i++)
        cr_expect(r->mac[i]->source != NULL, "%s", r->mac[i]->name);
    for (i = 0; r->comp[i] != NULL; i++)
        cr_expect(r->comp[i]->source != NULL, "%s", r->comp[i]->name);
}

/* What a receiver has to know of a cipher, it reads from the flags. */
Test(registry, flags_follow_from_the_names)
{
    const struct ss_registry *r = ss_registry_standard();

    for (size_t i = 0; r->cipher[i] != NULL; i++) {
        const char *name = r->cipher[i]->name;
        unsigned flags = r->cipher[i]->flags;

        cr_expect(((flags & SS_CIPHER_CBC) != 0) == (strstr(name, "-cbc") != NULL), "%s", name);
        cr_expect(((flags & SS_CIPHER_NAMES_MAC) != 0) == (strncmp(name, "AEAD_", 5) == 0), "%s",
                  name);
        cr_expect((flags & SS_CIPHER_NAMES_MAC) == 0 ||
                      (ss_registry_mac(r, ss_span_of(name)) != NULL &&
                       (ss_registry_mac(r, ss_span_of(name))->flags & SS_MAC_OF_CIPHER) != 0),
                  "%s", name);
    }
}

/* A certified key signs as its plain one does, of the same kind and with the same hash. */
Test(registry, each_algorithm_of_a_certificate_names_its_plain_one)
{
    const struct ss_registry *r = ss_registry_standard();
    size_t i, n = 0;

    for (i = 0; r->sign[i] != NULL; i++) {
        const struct ss_sign_alg *alg = r->sign[i];
        bool certified = strstr(alg->name, "-cert-v01@openssh.com") != NULL;

        cr_expect(certified == (alg->plain != NULL), "%s", alg->name);
        cr_expect(certified == (strstr(alg->key_type, "-cert-v01@openssh.com") != NULL));
        cr_expect(alg->source != NULL && alg->source[0] != 0, "%s", alg->name);
        if (!certified)
            continue;
        n++;
        cr_expect(alg->plain->plain == NULL && alg->plain->kind == alg->kind, "%s", alg->name);
        cr_expect(alg->plain->hash == alg->hash, "%s", alg->name);
        cr_expect(strncmp(alg->name, alg->plain->name, strcspn(alg->plain->name, "@")) == 0);
    }
    cr_expect(n == 11);
}
