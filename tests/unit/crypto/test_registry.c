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

    EXPECT_NAMES(registry->kex, "curve25519-sha256", "curve25519-sha256@libssh.org",
                 "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256");
    EXPECT_NAMES(registry->sign, "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512",
                 "rsa-sha2-256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed448",
                 "ssh-mldsa44-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com",
                 "sk-ecdsa-sha2-nistp256@openssh.com",
                 "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "ssh-ed25519-cert-v01@openssh.com",
                 "ecdsa-sha2-nistp256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
                 "rsa-sha2-256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
                 "ecdsa-sha2-nistp521-cert-v01@openssh.com",
                 "ssh-mldsa44-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
                 "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
                 "webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "ssh-rsa", "ssh-dss",
                 "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com");
    EXPECT_NAMES(registry->cipher, "chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com",
                 "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr");
    EXPECT_NAMES(registry->mac, "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
                 "hmac-sha2-256", "hmac-sha2-512");
    EXPECT_NAMES(registry->comp, "none");
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
    cr_expect(ss_registry_comp(r, ss_span_of("none")) == &ss_comp_none);
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
    cr_expect(ss_cipher_aes256_gcm.key == 32 && ss_cipher_aes256_gcm.iv == 12);
    cr_expect(ss_cipher_aes128_ctr.key == 16 && ss_cipher_aes128_ctr.iv == 16);
    for (i = 0; r->mac[i] != NULL; i++)
        cr_expect(r->mac[i]->key == r->mac[i]->size, "%s", r->mac[i]->name);
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
    cr_expect(n == 12);
}
