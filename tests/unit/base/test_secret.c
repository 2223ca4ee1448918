/* SPDX-License-Identifier: Apache-2.0 */
/* test_secret.c - wiping, comparing, setting. */
#include <criterion/criterion.h>

#include "sshspec/secret.h"
#include "tests/support/support.h"

Test(secret, wipe_zeroes_just_the_bytes_named)
{
    uint8_t bytes[6] = {1, 2, 3, 4, 5, 6};
    const uint8_t want[6] = {1, 0, 0, 0, 0, 6};

    ss_wipe(bytes + 1, 4);
    cr_expect(memcmp(bytes, want, 6) == 0);
    ss_wipe(NULL, 0);
}

/* Every single flipped bit must be seen. */
Test(secret, equality_sees_every_bit_and_the_size)
{
    ss_span a = test_guarded(test_hex("000102030405060708090a0b0c0d0e0f1011"));
    uint8_t other[18];
    size_t bit;

    memcpy(other, a.data, sizeof other);
    cr_expect(ss_ct_eq(a, test_guarded(ss_span_make(other, 18))));
    for (bit = 0; bit < 8 * sizeof other; bit++) {
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_expect(!ss_ct_eq(a, ss_span_make(other, 18)), "bit %zu", bit);
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    cr_expect(!ss_ct_eq(a, ss_span_make(other, 17)));
    cr_expect(ss_ct_eq(ss_span_make(NULL, 0), ss_span_make(other, 0)));
}

Test(secret, a_shorter_value_leaves_nothing_of_the_longer)
{
    struct ss_secret secret;
    size_t i;

    ss_secret_init(&secret);
    cr_expect(ss_secret_span(&secret).size == 0);
    cr_assert(ss_secret_set(&secret, test_text("correct horse battery staple")));
    cr_assert(ss_secret_set(&secret, test_text("short")));
    cr_expect(ss_span_is(ss_secret_span(&secret), "short"));
    for (i = 5; i < SS_SECRET_MAX; i++)
        cr_assert(secret.data[i] == 0, "byte %zu", i);
    cr_assert(ss_secret_set(&secret, ss_span_part(ss_secret_span(&secret), 1, 3)));
    cr_expect(ss_span_is(ss_secret_span(&secret), "hor"));
    ss_secret_fini(&secret);
    for (i = 0; i < sizeof secret; i++)
        cr_assert(((const uint8_t *)&secret)[i] == 0, "byte %zu", i);
}

Test(secret, what_does_not_fit_changes_nothing)
{
    static uint8_t bytes[SS_SECRET_MAX + 1];
    struct ss_secret secret;

    memset(bytes, 7, sizeof bytes);
    ss_secret_init(&secret);
    cr_assert(ss_secret_set(&secret, test_text("kept")));
    cr_expect(!ss_secret_set(&secret, ss_span_make(bytes, SS_SECRET_MAX + 1)));
    cr_expect(ss_span_is(ss_secret_span(&secret), "kept"));
    cr_expect(ss_secret_set(&secret, ss_span_make(bytes, SS_SECRET_MAX)));
    cr_expect(ss_span_eq(ss_secret_span(&secret), ss_span_make(bytes, SS_SECRET_MAX)));
    ss_secret_fini(&secret);
}
