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

Test(selftest, the_version_names_the_library)
{
    cr_expect(strncmp(ss_crypto_version(), "OpenSSL 3", 9) == 0, "%s", ss_crypto_version());
}
