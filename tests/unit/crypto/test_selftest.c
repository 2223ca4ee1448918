/* SPDX-License-Identifier: Apache-2.0 */
/* test_selftest.c - the self test passes, notices what fails, and leaves nothing. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(selftest, .fini = test_counted_check);

Test(selftest, every_known_answer_is_right)
{
    const char *name = "never written";
    ss_err err = ss_crypto_self_test(&test_counted()->env, &name);

    cr_assert(err == SS_OK, "%s: %s", name, ss_err_name(err));
    cr_expect(name == NULL);
}

Test(selftest, each_allocation_may_fail)
{
    struct ss_counted *counted = test_counted();
    const char *name = NULL;
    size_t n, total;

    cr_assert(ss_crypto_self_test(&counted->env, &name) == SS_OK);
    total = counted->calls;
    cr_assert(total > 20);
    for (n = 1; n <= total; n++) {
        counted->calls = 0;
        counted->fail_at = n;
        counted->fail_after = true;
        cr_expect(ss_crypto_self_test(&counted->env, &name) == SS_E_no_memory, "allocation %zu", n);
        cr_expect(name != NULL && counted->blocks == 0, "allocation %zu", n);
    }
    KIT_PLENTY(counted);
}

/* Whoever adds an algorithm adds its answer. Names that stand for nothing to do have none. */
Test(selftest, every_algorithm_of_the_registry_has_an_answer)
{
    const struct ss_registry *registry = ss_registry_standard();
    static const int other;
    size_t i;

    for (i = 0; registry->kex[i] != NULL; i++)
        cr_expect(ss_crypto_has_answer(registry->kex[i]), "%s", registry->kex[i]->name);
    for (i = 0; registry->sign[i] != NULL; i++) {
        const struct ss_sign_alg *sign = registry->sign[i];

        /* What a certificate is signed with; security keys sign in lib/keys, with keys of plain
         * algorithms. */
        sign = sign->plain != NULL ? sign->plain : sign;
        cr_expect_eq(ss_crypto_has_answer(sign),
                     sign->kind != SS_KEY_SK_ED25519 && sign->kind != SS_KEY_SK_ECDSA_P256, "%s",
                     sign->name);
    }
    for (i = 0; registry->cipher[i] != NULL; i++)
        cr_expect(ss_crypto_has_answer(registry->cipher[i]), "%s", registry->cipher[i]->name);
    for (i = 0; registry->mac[i] != NULL; i++)
        cr_expect_eq(ss_crypto_has_answer(registry->mac[i]), registry->mac[i]->size > 0, "%s",
                     registry->mac[i]->name);
    for (i = 0; registry->comp[i] != NULL; i++)
        cr_expect_eq(ss_crypto_has_answer(registry->comp[i]), registry->comp[i]->state_size > 0,
                     "%s", registry->comp[i]->name);
    cr_expect_not(ss_crypto_has_answer(&other));
    cr_expect_not(ss_crypto_has_answer(NULL));
}

Test(selftest, the_version_names_the_library)
{
    cr_expect(strncmp(ss_crypto_version(), "OpenSSL 3", 9) == 0, "%s", ss_crypto_version());
}
