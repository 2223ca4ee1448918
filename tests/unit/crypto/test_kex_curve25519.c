/* SPDX-License-Identifier: Apache-2.0 */
/* test_kex_curve25519.c - X25519 as a key exchange, and the values it must not take.
 *
 * Follows: RFC 8731 section 3; RFC 7748 section 5.2. */
#include <criterion/criterion.h>

#include "tests/unit/crypto/kit.h"

TestSuite(kex_curve25519, .fini = test_counted_check);

static const struct ss_kex_alg *const alg = &ss_kex_curve25519_sha256;

Test(kex_curve25519, both_sides_meet)
{
    kit_kex_meet(alg);
    kit_kex_meet(&ss_kex_curve25519_sha256_libssh);
}

/* The two vectors of RFC 7748 section 5.2; the scalar is the private key, u the peer's value. */
Test(kex_curve25519, the_function_of_rfc_7748)
{
    static const char *const rows[][3] = {
        {"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
         "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
         "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"},
        {"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
         "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
         "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct kit_drawn drawn;
        struct ss_buf ours;
        struct ss_secret shared;
        void *state = ss_alloc(test_env(), alg->state_size);

        kit_drawn_init(&drawn, test_hex(rows[i][0]));
        ss_buf_init(&ours, &test_counted()->env, 64);
        ss_secret_init(&shared);
        cr_assert(alg->respond(alg, state, &drawn.env, test_hex(rows[i][1]), &ours, &shared) ==
                  SS_OK);
        kit_expect(ss_secret_span(&shared), test_hex(rows[i][2]), "X25519");
        alg->fini(state);
        ss_free(test_env(), state, alg->state_size);
        ss_buf_fini(&ours);
    }
}

/* Every u of order 1, 2, 4 or 8, on the curve and on its twist, and their other spellings. */
Test(kex_curve25519, an_all_zero_secret_is_refused)
{
    static const char *const low[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    size_t i;

    for (i = 0; i < SS_COUNT(low); i++)
        kit_kex_refuses(alg, test_hex(low[i]), low[i]);
}

Test(kex_curve25519, only_32_bytes_are_a_value)
{
    size_t n;

    for (n = 0; n <= 70; n++) {
        if (n != 32)
            kit_kex_refuses(alg, kit_bytes(n), "another size");
    }
}

Test(kex_curve25519, wrong_use_and_no_memory)
{
    kit_kex_misuse(alg);
}
