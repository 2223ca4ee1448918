/* SPDX-License-Identifier: Apache-2.0 */
/* test_bcrypt_pbkdf.c - keys from passphrases as OpenSSH derives them.
 *
 * Follows: the vectors of OpenBSD's regress/lib/libutil/bcrypt_pbkdf. */
#include <criterion/criterion.h>

#include "crypto/kdf.h"
#include "tests/unit/crypto/kit.h"

TestSuite(bcrypt_pbkdf, .fini = test_counted_check);

static const struct row {
    const char *passphrase, *salt; /* hex */
    uint32_t rounds;
    const char *key;
} rows[] = {
    {"70617373776f7264", "73616c74", 4,
     "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9"},
    {"70617373776f7264", "00", 4, "c12b566235eee04c212598970a579a67"},
    {"00", "73616c74", 4, "6051be18c2f4f82cbf0efee5471b4bb9"},
    {"70617373776f726400", "73616c7400", 4,
     "7410e44cf4fa07bfaac8a928b1727fac001375e7bf7384370f48efd121743050"},
    {"7061737300776f72", "7361006c", 4, "c2bffd9db38f6569efef4372f4de83c0"},
    {"7061737300776f7264", "7361006c74", 4, "4ba4ac3925c0e8d7f0cdb6bb1684a56f"},
    {"70617373776f7264", "73616c74", 8,
     "e1367ec5151a33faac4cc1c144cd23fa15d5548493ecc99b9b5d9c0d3b27bec7"
     "6227ea66088b849b20ab7aa478010246e74bba51723fefa9f9474d6508845e8d"},
    {"70617373776f7264", "73616c74", 42, "833cf0dcf56db65608e8f0dc0ce882bd"},
};

Test(bcrypt_pbkdf, published_answers)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        ss_span want = test_hex(rows[i].key);
        uint8_t out[64];

        cr_assert(ss_bcrypt_pbkdf(&test_counted()->env, test_guarded(test_hex(rows[i].passphrase)),
                                  test_guarded(test_hex(rows[i].salt)), rows[i].rounds, out,
                                  want.size) == SS_OK);
        kit_expect(ss_span_make(out, want.size), want, rows[i].key);
    }
}

Test(bcrypt_pbkdf, nothing_to_derive_from_is_refused)
{
    static uint8_t out[SS_BCRYPT_OUT_MAX + 1], salt[SS_BCRYPT_SALT_MAX + 1];
    const struct ss_env *env = &test_counted()->env;
    ss_span p = test_text("p"), none = ss_span_make(NULL, 0);

    cr_expect(ss_bcrypt_pbkdf(env, none, p, 1, out, 16) == SS_E_bad_argument);
    cr_expect(ss_bcrypt_pbkdf(env, p, none, 1, out, 16) == SS_E_bad_argument);
    cr_expect(ss_bcrypt_pbkdf(env, p, p, 0, out, 16) == SS_E_bad_argument);
    cr_expect(ss_bcrypt_pbkdf(env, p, p, 1, out, 0) == SS_E_bad_argument);
    cr_expect(ss_bcrypt_pbkdf(env, p, p, 1, out, sizeof out) == SS_E_bad_argument);
    cr_expect(ss_bcrypt_pbkdf(env, p, ss_span_make(salt, sizeof salt), 1, out, 16) ==
              SS_E_bad_argument);
    cr_expect(ss_bcrypt_pbkdf(env, p, ss_span_make(salt, sizeof salt - 1), 1, out,
                              sizeof out - 1) == SS_OK);
}

Test(bcrypt_pbkdf, its_memory_is_small_and_may_be_missing)
{
    struct ss_counted *counted = test_counted();
    uint8_t out[32];
    ss_span p = test_text("p");

    KIT_SCARCE(counted);
    cr_expect(ss_bcrypt_pbkdf(&counted->env, p, p, 1, out, sizeof out) == SS_E_no_memory);
    KIT_PLENTY(counted);
    cr_expect(ss_bcrypt_pbkdf(&counted->env, p, p, 1, out, sizeof out) == SS_OK);
    cr_expect(counted->peak <= 5120, "%zu bytes", counted->peak);
}
